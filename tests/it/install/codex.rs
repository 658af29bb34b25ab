//! Codex CLI: its settings as people write them, before and after.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use callus::install::apply::{ApplyError, apply};
use callus::install::doctor::{Probe, State};
use callus::install::plan::PlanError;
use callus::install::{ALL, by_name};

use super::BINARY;
use super::home::Home;

const FILE: &str = ".codex/config.toml";

fn home(text: &str) -> Home {
    Home::of("codex", FILE, text)
}

/// What is written where nothing routes the store.
const ENTRY: &str = "[mcp_servers.callus]\ncommand = \"/opt/callus/bin/callus\"\nargs = [\"mcp\"]\nenv_vars = [\"CALLUS_HOME\", \"CALLUS_WORKSPACE\", \"XDG_CONFIG_HOME\", \"XDG_DATA_HOME\", \"XDG_STATE_HOME\"]\n";

/// Settings as people and programs write them.
const HOMES: &[&str] = &[
    "",
    "\n",
    "# nothing yet",
    "model = \"gpt-6\"",
    "model = \"gpt-6\"\n",
    "model=\"gpt-6\"   # the big one\n\n\n# end",
    "\u{feff}model = \"gpt-6\"\r\n\r\n[tui]\r\n  theme = 'dark'\r\n",
    "model = \"gpt-6\"\n\n[mcp_servers.memory]\ncommand = \"python3\"\nargs = [\n  \"memory.py\", # one\n]\n\n[mcp_servers.memory.env]\nA = \"b\"\n",
    "  [ mcp_servers . memory ]\n\tcommand=\"x\"\n\n[projects.\"/home/you/shop\"]\ntrust_level = \"trusted\"\n",
    "[mcp_servers]\nmemory = { command = \"x\" }\nother.command = \"y\"\n",
    "mcp_servers.memory.command = \"x\"\nmcp_servers.memory.args = []\n",
    "mcp_servers = {}\n",
    "mcp_servers = { memory = { command = \"x\", args = [\"a, b\"] } } # mine\r\n",
    "[[hooks.Stop]]\n[[hooks.Stop.hooks]]\ntype = \"command\"\ncommand = \"say done\"\n",
    "[mcp_servers.callus-old]\ncommand = \"x\"\n[mcp_servers.\"callus \"]\ncommand = \"y\"\n",
];

#[test]
fn installing_twice_and_removing_leaves_every_byte() {
    for text in HOMES {
        let home = home(text);
        let before = home.snapshot();
        home.install(BINARY);
        let installed = home.settings();
        assert!(installed.contains(BINARY), "{installed}");
        assert!(home.plan(BINARY).expect("a plan").is_empty(), "{installed}");
        home.install(BINARY);
        assert_eq!(home.settings(), installed, "a second time changes nothing");
        home.remove();
        assert_eq!(home.snapshot(), before, "{text:?}");
    }
}

#[test]
fn what_is_written_is_a_table_of_its_own() {
    let home = home("model = \"gpt-6\"\n");
    let plan = home.plan(BINARY).expect("a plan");
    let shown = plan.text().replace(&home.folder.path().display().to_string(), "~");
    assert_eq!(
        shown,
        "~/.codex/config.toml\n  + MCP server callus: /opt/callus/bin/callus mcp"
    );
    home.install(BINARY);
    assert_eq!(home.settings(), format!("model = \"gpt-6\"\n\n{ENTRY}"));
}

#[test]
fn what_routes_the_store_at_installation_is_written_down() {
    let mut home = home("");
    home.routes = vec![
        ("CALLUS_HOME".into(), "/mnt/it's".into()),
        ("CALLUS_WORKSPACE".into(), "acme".into()),
    ];
    home.install(BINARY);
    let written = home.settings();
    assert!(
        written.contains("env = { CALLUS_HOME = \"/mnt/it's\", CALLUS_WORKSPACE = \"acme\" }\n")
            && written.contains("env_vars = [\"XDG_CONFIG_HOME\", \"XDG_DATA_HOME\", \"XDG_STATE_HOME\"]\n"),
        "{written}"
    );
    // Installed again where nothing is set, the session decides again.
    home.routes.clear();
    home.install(BINARY);
    assert_eq!(home.settings(), ENTRY);
    home.remove();
    assert_eq!(home.settings(), "");
}

#[test]
fn another_place_of_the_program_and_an_address_change_only_that() {
    let mut home = home("# mine\n");
    home.install("/old/callus");
    // What the user set on our entry is theirs.
    let edited = home
        .settings()
        .replacen("args", "tool_timeout_sec = 20 # slow\nargs", 1)
        + "\n[tui]\n";
    fs::write(&home.places.settings, edited).expect("edited");
    home.install(BINARY);
    let moved = home.settings();
    assert!(
        !moved.contains("/old/") && moved.contains("tool_timeout_sec = 20 # slow\n"),
        "{moved}"
    );
    home.address = Some("http://127.0.0.1:22558/mcp".into());
    home.install(BINARY);
    let asked = "# mine\n\n[mcp_servers.callus]\ntool_timeout_sec = 20 # slow\nurl = \"http://127.0.0.1:22558/mcp\"\nbearer_token_env_var = \"CALLUS_TOKEN\"\n\n[tui]\n";
    assert_eq!(home.settings(), asked);
    home.address = None;
    assert!(
        home.plan(BINARY).expect("a plan").is_empty(),
        "nobody asked for a program"
    );
    home.remove();
    assert_eq!(home.settings(), "# mine\n\n[tui]\n");
}

#[test]
fn a_home_without_the_client_gets_back_to_nothing() {
    let home = home("");
    fs::remove_dir_all(&home.places.folder).expect("no folder");
    let before = home.snapshot();
    home.install(BINARY);
    assert_eq!(home.settings(), ENTRY);
    let mode = fs::metadata(&home.places.settings).expect("made").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    home.remove();
    assert_eq!(home.snapshot(), before);
}

#[test]
fn without_the_record_our_table_goes_all_the_same() {
    let home = home("model = \"gpt-6\"\n[tui]\n");
    home.install(BINARY);
    fs::remove_dir_all(&home.site.data).expect("the record is lost");
    home.remove();
    assert_eq!(home.settings().trim_end(), "model = \"gpt-6\"\n[tui]");
}

#[test]
fn a_link_stays_a_link_and_what_is_read_only_stays() {
    let home = home("");
    fs::create_dir(home.path("dotfiles")).expect("a folder");
    fs::rename(&home.places.settings, home.path("dotfiles/codex.toml")).expect("moved");
    symlink("../dotfiles/codex.toml", &home.places.settings).expect("a link");
    let before = home.snapshot();
    home.install(BINARY);
    assert_eq!(
        fs::read_to_string(home.path("dotfiles/codex.toml")).expect("settings"),
        ENTRY
    );
    home.remove();
    assert_eq!(home.snapshot(), before);

    fs::set_permissions(home.path("dotfiles/codex.toml"), fs::Permissions::from_mode(0o444)).expect("a mode");
    let error = home.plan(BINARY).expect_err("read-only").to_string();
    assert!(
        error.ends_with("codex.toml is read-only: change it where it is generated, or make it writable"),
        "{error}"
    );
    assert!(!home.site.data.join("install").exists(), "nothing was written anywhere");
}

#[test]
fn what_cannot_be_edited_is_left_alone_and_named() {
    let cases = [
        ("model = \"gpt-6\n", "not valid TOML at line 1, column "),
        (
            "\nmcp_servers = 3\n",
            "mcp_servers at line 2 is another value, where a table is needed",
        ),
        ("a = 1\na = 2\n", "not valid TOML at line 2, column 1: duplicate key"),
    ];
    for (text, wanted) in cases {
        let home = home(text);
        let before = home.snapshot();
        let error = home.plan(BINARY).expect_err(text);
        let PlanError::Settings { source, .. } = &error else {
            panic!("another error: {error}");
        };
        assert!(source.to_string().starts_with(wanted), "{source}");
        assert!(
            error
                .to_string()
                .ends_with("config.toml is left as it is; correct it and run the same command again")
        );
        assert_eq!(home.snapshot(), before);
    }
}

#[test]
fn a_file_that_changed_after_the_plan_is_left_alone() {
    let home = home("");
    let plan = home.plan(BINARY).expect("a plan");
    fs::write(&home.places.settings, "model = \"gpt-6\"\n").expect("changed");
    assert!(matches!(apply(&home.site, &plan), Err(ApplyError::Changed(_))));
    assert_eq!(home.settings(), "model = \"gpt-6\"\n");
}

#[test]
fn a_foreign_server_of_our_name_stays() {
    let text = "[mcp_servers.callus]\ncommand = \"/x/other\"\n";
    let home = home(text);
    let plan = home.plan(BINARY).expect("a plan");
    assert!(
        plan.is_empty() && plan.notes[0].contains("another MCP server called \"callus\""),
        "{plan:?}"
    );
    home.remove();
    assert_eq!(home.settings(), text);
}

#[test]
fn the_copy_is_private_and_one_clients_record_is_not_anothers() {
    let home = home("model = \"secret\"\n");
    home.install(BINARY);
    let folder = home.site.data.join("install");
    let copy = folder.join("codex.settings.before");
    assert_eq!(fs::read_to_string(&copy).expect("a copy"), "model = \"secret\"\n");
    assert_eq!(fs::metadata(&copy).expect("there").permissions().mode() & 0o777, 0o600);
    assert!(folder.join("codex.json").is_file() && !folder.join("claude-code.json").exists());
    home.remove();
    assert!(!folder.exists());
}

#[test]
fn the_doctor_says_what_keeps_it_from_asking() {
    let home = home("");
    let program = home.script("bin/callus", "#!/bin/sh\n");
    let probe = Probe {
        binary: &program,
        nonce: "1",
        arrived: &|_, _| false,
    };
    let client = by_name("codex").expect("it is known");
    let states = || {
        (client.examine)(&home.site, &probe)
            .iter()
            .map(|check| check.state)
            .collect::<Vec<_>>()
    };
    assert_eq!(states(), [State::Warn], "no entry");
    home.install(program.to_str().expect("UTF-8"));
    assert_eq!(states(), [State::Ok]);
    fs::write(&home.places.settings, home.settings() + "enabled = false\n").expect("switched off");
    assert_eq!(states(), [State::Ok, State::Warn]);
    fs::remove_file(&program).expect("gone");
    assert_eq!(states()[0], State::Warn);
    fs::write(&home.places.settings, "[").expect("damaged");
    assert_eq!(states(), [State::Fail]);
}

#[test]
fn only_what_is_here_is_found() {
    let found = |home: &Home| -> Vec<&str> {
        ALL.iter()
            .filter(|client| (client.found)(&home.site))
            .map(|client| client.name)
            .collect()
    };
    assert_eq!(found(&Home::new()), Vec::<&str>::new());
    assert_eq!(found(&home("")), ["codex"]);
    assert_eq!(found(&Home::with_settings("{}")), ["claude-code"]);
    assert_eq!(
        found(&Home::of(
            "claude-desktop",
            ".config/Claude/claude_desktop_config.json",
            ""
        )),
        ["claude-desktop"]
    );
}
