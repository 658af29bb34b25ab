//! The tour in `README.md` shows what the program prints, to the letter.
//! `CALLUS_WRITE_DOCS=1 cargo test --test it readme` writes it anew.
#![expect(
    clippy::disallowed_methods,
    reason = "a test may be told by a variable to write what it compares"
)]

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::env::TestEnv;

const OPEN: &str = "```console\n";
const HINT: &str = "```text\n";
const CLOSE: &str = "```\n";

/// Returns the page with what the program prints below every `$ callus …` of its consoles.
fn told(page: &str, env: &TestEnv, folder: &Path) -> String {
    let mut out = String::new();
    let mut rest = page;
    while let Some(at) = rest.find(OPEN) {
        let (before, console) = rest.split_at(at + OPEN.len());
        let (shown, after) = console.split_once(CLOSE).expect("a console ends");
        let command = shown.lines().next().expect("a command");
        let printed = env.run_in(
            folder,
            &words(command.strip_prefix("$ callus ").expect("callus is called")),
        );
        out.push_str(before);
        out.push_str(command);
        out.push('\n');
        out.push_str(&printed.success());
        out.push_str(CLOSE);
        rest = after;
    }
    out + rest
}

/// Returns the page with what the hook of a new session is told in its first fence of text.
fn hinted(page: &str, env: &TestEnv) -> String {
    // What a remedy runs has to be there.
    let programs = env.home().join(".local/bin");
    fs::create_dir_all(&programs).expect("a folder of programs");
    fs::write(programs.join("mise"), "").expect("a program");
    let failed = json!({
        "session_id": "now", "transcript_path": "", "cwd": "/home/you/shop", "hook_event_name": "PostToolUseFailure",
        "tool_name": "Bash", "tool_use_id": "toolu_now", "tool_input": {"command": "go test ./..."},
        "error": "Exit code 127\n/bin/bash: line 1: go: command not found",
    });
    let said = env.run_with(&["hook", "claude-code"], &failed.to_string()).success();
    let reply: Value = serde_json::from_str(&said).expect("a reply is JSON");
    let text = reply["hookSpecificOutput"]["additionalContext"]
        .as_str()
        .expect("a hint");
    let (before, rest) = page.split_once(HINT).expect("a fence of text");
    let (_, after) = rest.split_once(CLOSE).expect("its end");
    format!("{before}{HINT}{text}\n{CLOSE}{after}")
}

/// Returns the words of a command line; single quotes hold one together.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (nth, part) in line.split('\'').enumerate() {
        if nth % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

#[test]
fn the_tour_shows_what_is_printed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let env = TestEnv::new().with("COLUMNS", "80");
    let sample = folder.join("src/answers/sample");
    env.run(&["import", sample.to_str().expect("UTF-8")]).success();
    let readme = folder.join("README.md");
    let page = fs::read_to_string(&readme).expect("a README");
    let told = hinted(&told(&page, &env, folder), &env);
    assert!(told.matches(OPEN).count() >= 4, "the tour is there");
    if std::env::var_os("CALLUS_WRITE_DOCS").is_some() {
        fs::write(&readme, &told).expect("writes");
    } else {
        assert_eq!(
            page, told,
            "CALLUS_WRITE_DOCS=1 cargo test --test it readme writes it anew"
        );
    }
}
