//! What `callus import` tells.

use std::fs;

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::env::TestEnv;

/// A line of a transcript: a call and its result.
fn call(nth: u32, name: &str, input: &Value, output: &str, failed: bool) -> String {
    let id = format!("toolu_{nth}");
    let common = json!({
        "sessionId": "1d2e3f40-0000-4000-8000-000000000001", "cwd": "/home/dev/app", "version": "2.1.0",
        "timestamp": format!("2026-11-19T10:{nth:02}:00.000Z"), "isSidechain": false, "userType": "external",
    });
    let with = |more: Value| {
        let mut line = common.as_object().expect("an object").clone();
        line.extend(more.as_object().expect("an object").clone());
        Value::Object(line).to_string()
    };
    let asked = with(json!({"type": "assistant", "uuid": format!("a{nth}"), "message": {
        "id": format!("msg_{nth}"), "type": "message", "role": "assistant", "model": "claude-opus-4-5",
        "content": [{"type": "tool_use", "id": id, "name": name, "input": input}],
    }}));
    let answered = with(json!({"type": "user", "uuid": format!("u{nth}"), "message": {
        "role": "user",
        "content": [{"type": "tool_result", "tool_use_id": id, "content": output, "is_error": failed}],
    }}));
    format!("{asked}\n{answered}\n")
}

#[test]
fn an_import_tells_the_figures_that_the_report_tells() {
    let env = TestEnv::new();
    let test = json!({"command": "cargo test"});
    let edit = json!({"file_path": "/home/dev/app/src/lib.rs", "old_string": "1", "new_string": "2"});
    let transcript = [
        call(1, "Bash", &test, "Exit code 101\nerror[E0308]: mismatched types", true),
        call(2, "Edit", &edit, "The file has been updated.", false),
        call(3, "Bash", &test, "test result: ok. 1 passed; 0 failed", false),
        call(
            4,
            "Bash",
            &json!({"command": "gq"}),
            "Exit code 127\nbash: gq: command not found",
            true,
        ),
    ]
    .concat();
    fs::write(
        env.home().join("1d2e3f40-0000-4000-8000-000000000001.jsonl"),
        transcript,
    )
    .expect("writes");
    assert_snapshot!(env.run(&["import", "."]).success(), @r"
    Read 1 file (2.9 kB).
    New: 4 calls, 1 failure, 1 set aside.
    ");
    assert!(
        env.run(&["status"])
            .success()
            .contains("1 failure in 1 mode, 1 set aside")
    );
    assert_snapshot!(env.run(&["import", "."]).success(), @"Nothing new in 1 file.");
}

#[test]
fn what_real_sessions_left_is_readable_at_60_columns() {
    let env = TestEnv::new();
    let homes = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/homes");
    env.run(&["import", homes]).success();
    let ids = |list: &str, rows: &str| -> Vec<String> {
        let json: Value = serde_json::from_str(&env.run(&[list, "--json"]).success()).expect("JSON");
        let rows = json[rows].as_array().expect("rows").iter();
        rows.map(|row| row["id"].as_str().expect("an id").to_owned()).collect()
    };
    let mut commands: Vec<Vec<String>> = [
        "",
        "report --since all",
        "failures --limit 100",
        "failures --expected",
        "sessions",
        "project list",
        "search error",
        "show F1",
    ]
    .iter()
    .map(|line| line.split_whitespace().map(str::to_owned).collect())
    .collect();
    commands.extend(
        ids("sessions", "sessions")
            .into_iter()
            .map(|id| vec!["session".to_owned(), id]),
    );
    commands.extend(
        ids("failures", "modes")
            .into_iter()
            .map(|id| vec!["show".to_owned(), id]),
    );
    assert!(commands.len() > 20, "{commands:?}");
    for command in commands {
        for line in env.run(&command).success().lines() {
            assert!(line.chars().count() <= 60, "{command:?}: {line}");
        }
    }
}
