//! `callus install` and `callus uninstall` as they are typed: which assistants, and what is said.

use std::fs;

use crate::env::TestEnv;

const CLAUDE: &str = ".claude/settings.json";
const CODEX: &str = ".codex/config.toml";

/// A home in which these files hold these texts.
fn home(files: &[(&str, &str)]) -> TestEnv {
    let env = TestEnv::new();
    for (name, text) in files {
        let path = env.home().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    env
}

fn text(env: &TestEnv, name: &str) -> String {
    fs::read_to_string(env.home().join(name)).expect("it is there")
}

#[test]
fn every_assistant_that_is_here_is_wired_and_left_again() {
    let before = [(CLAUDE, "{}\n"), (CODEX, "model = \"gpt-6\"\n")];
    let env = home(&before);
    let shown = env.run(&["install", "--dry-run"]).success();
    for words in [
        "Claude Code\n[TMP]/home/.claude/settings.json\n",
        "Codex CLI\n[TMP]/home/.codex/config.toml\n",
    ] {
        assert!(shown.contains(words), "{shown}");
    }
    assert!(
        shown.ends_with("So far nothing was changed.\n") && !shown.contains("Desktop"),
        "{shown}"
    );
    let said = env.run(&["install", "--yes"]).success();
    for words in [
        "Claude Code is wired: ",
        "Codex CLI asks Callus ",
        "Run it yourself: claude mcp add-json",
    ] {
        assert!(said.contains(words), "{said}");
    }
    assert!(said.ends_with("Undo: callus uninstall\n"), "{said}");
    assert!(text(&env, CLAUDE).contains("hook") && text(&env, CODEX).contains("mcp_servers"));
    let said = env.run(&["uninstall", "--yes"]).success();
    assert!(said.contains("The wiring of Codex CLI is gone."), "{said}");
    for (name, text_before) in before {
        assert_eq!(text(&env, name), text_before);
    }
    assert_eq!(env.run(&["uninstall", "--yes"]).success(), "Nothing is wired.\n");
}

#[test]
fn what_stands_in_the_way_of_one_does_not_stop_the_others() {
    let env = home(&[(CLAUDE, "{}"), (CODEX, "model = \n")]);
    let said = env.run(&["install", "--yes"]);
    assert_eq!(said.code, 3, "{said}");
    assert!(said.stdout.contains("Claude Code is wired: "), "{said}");
    let wanted = "Not done: Codex CLI: [TMP]/home/.codex/config.toml is left as it is; correct it and run the same command \
                  again: not valid TOML at line 1, column 9";
    assert!(said.stdout.contains(wanted), "{said}");
    assert_eq!(text(&env, CODEX), "model = \n");
    // Alone, it is the error of the command.
    let said = env.run(&["install", "--only", "codex", "--yes"]);
    assert_eq!((said.code, said.stdout.as_str()), (3, ""), "{said}");
    assert!(said.stderr.starts_with("Error: "), "{said}");
}

#[test]
fn only_those_that_are_named_are_wired() {
    let env = home(&[(CLAUDE, "{}"), (CODEX, "")]);
    let _ = env
        .run(&["install", "--only", "codex,claude-desktop", "--yes"])
        .success();
    assert_eq!(text(&env, CLAUDE), "{}");
    assert!(text(&env, CODEX).contains("mcp_servers"));
    assert!(text(&env, ".config/Claude/claude_desktop_config.json").contains("\"callus\""));
    let _ = env.run(&["uninstall", "codex-cli", "--yes"]).success();
    assert_eq!(text(&env, CODEX), "");
    assert!(env.home().join(".config/Claude").exists());
    let _ = env.run(&["uninstall", "--yes"]).success();
    assert!(!env.home().join(".config").exists(), "made by us, and empty");
    let said = env.run(&["install", "clippy", "--yes"]).to_string();
    assert!(
        said.contains("no assistant goes by `clippy`\nHint: Known: claude-code, codex, claude-desktop"),
        "{said}"
    );
}

#[test]
fn where_no_assistant_is_found_the_first_is_wired() {
    let env = TestEnv::new();
    let said = env.run(&["install", "--yes"]).success();
    assert!(
        said.contains("Claude Code is wired") && !said.contains("Codex"),
        "{said}"
    );
}

#[test]
fn an_address_is_written_with_what_opens_it() {
    let env = home(&[(CODEX, "")]);
    let said = env.run(&["install", "codex", "--yes", "--http"]).success();
    assert!(
        said.contains("export CALLUS_TOKEN=\"$(callus serve --show-token)\""),
        "{said}"
    );
    let written = "url = \"http://127.0.0.1:22558/mcp\"\nbearer_token_env_var = \"CALLUS_TOKEN\"\n";
    assert!(text(&env, CODEX).contains(written), "{}", text(&env, CODEX));
    let said = env.run(&["install", "--yes", "--http", "codex"]);
    assert!(
        said.code == 1 && said.stderr.contains("`codex` is no address of a server"),
        "{said}"
    );
}
