//! Outcomes whose calls are not in what is read of a transcript: what was told of the call before explains them.

use serde_json::{Value, json};

use super::capture_scene::{Scene, text_of};

const SESSION: &str = "5d7c3c1e-0f6b-4f44-9a52-000000000009";
const AT: &str = "2026-11-20T11:00:00Z";

/// Returns what the client sends to a hook about a call of `go vet`.
fn hook(event: &str, more: &[(&str, Value)]) -> Value {
    let mut payload = json!({
        "session_id": SESSION, "transcript_path": "", "cwd": "/home/dev/app", "hook_event_name": event,
        "tool_name": "Bash", "tool_use_id": "toolu_01", "tool_input": {"command": "go vet ./..."},
    });
    for (key, value) in more {
        payload[*key] = value.clone();
    }
    payload
}

/// Returns a transcript that begins after the call: only its outcome stands in it.
fn outcome(text: &str) -> String {
    text_of(&[json!({
        "type": "user", "sessionId": SESSION, "cwd": "/home/dev/app", "timestamp": "2026-11-20T11:00:05Z", "uuid": "u1",
        "version": "2.1.328", "message": {"role": "user", "content": [
            {"type": "tool_result", "tool_use_id": "toolu_01", "is_error": true, "content": text},
        ]},
    })])
}

const ERROR: &str = "Exit code 1\nvet: ./main.go:3:8: undefined: serve";

#[test]
fn an_outcome_without_its_call_finishes_the_call_that_is_known() {
    let scene = Scene::new();
    let call = json!({"type": "tool_use", "id": "toolu_01", "name": "Bash", "input": {"command": "go vet ./..."}});
    let asked = text_of(&[json!({
        "type": "assistant", "sessionId": SESSION, "cwd": "/home/dev/app", "timestamp": AT, "uuid": "u0",
        "version": "2.1.328", "message": {"id": "m0", "role": "assistant", "model": "scripted", "content": [call]},
    })]);
    scene.put(&format!("{SESSION}.jsonl"), &asked);
    scene.import();
    assert_eq!(scene.rows("select status from event"), ["started"]);
    scene.put(&format!("{SESSION}.jsonl"), &outcome(ERROR));
    scene.import();
    assert_eq!(
        scene.rows("select tool, command, status from event where kind = 'call'"),
        ["Bash|go vet ./...|failed"]
    );
    assert_eq!(
        scene.rows("select scope, exit_code, headline from failure"),
        ["go vet|1|vet: ./main.go:3:8: undefined: serve"]
    );
    scene.assert_consistent();
}

#[test]
fn an_outcome_without_its_call_adds_nothing_to_one_that_is_known() {
    let scene = Scene::new();
    let failed = [("error", json!(ERROR)), ("is_interrupt", json!(false))];
    scene.hook(AT, &hook("PostToolUseFailure", &failed));
    scene.run(&["status"]);
    let rows = "select count(*), (select count(*) from failure) from event where kind = 'call'";
    assert_eq!(scene.rows(rows), ["1|1"]);
    scene.put(&format!("{SESSION}.jsonl"), &outcome(ERROR));
    scene.import();
    assert_eq!(scene.rows(rows), ["1|1"]);
    scene.assert_consistent();
}
