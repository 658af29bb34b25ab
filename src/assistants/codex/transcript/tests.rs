//! Lines that the recorded transcripts do not have, or have too rarely to pin down.

use serde_json::{Value, json};

use super::*;
use crate::assistants::codex::SPEC;

const THREAD: &str = "01a1f76d-c368-7a20-b4c5-3a11073b6879";
const TURN: &str = "01a1f76d-c391-7492-8da6-f49a977e5b73";

fn reader() -> Box<dyn Reader> {
    open(&Transcript {
        assistant: &SPEC,
        path: "/there/is/none.jsonl".into(),
        session: THREAD.into(),
        agent: None,
        parent: None,
        modified: Timestamp(0),
        bytes: 0,
    })
}

/// Reads lines of a turn, a tenth of a second apart.
fn read(lines: &[(&str, Value)]) -> Vec<String> {
    let mut reader = reader();
    let begin = [
        (
            "session_meta",
            json!({"id": THREAD, "cwd": "/p", "cli_version": "0.169.0", "source": "cli"}),
        ),
        ("event_msg", json!({"type": "task_started", "turn_id": TURN})),
        ("turn_context", json!({"turn_id": TURN, "cwd": "/p", "model": "m"})),
    ];
    let mut out = Vec::new();
    for (i, (kind, payload)) in (0..).zip(begin.iter().chain(lines)) {
        let line = json!({"timestamp": format!("2026-01-01T00:00:{:02}.{}00Z", i / 10, i % 10), "type": kind, "payload": payload});
        let line = line.to_string();
        out.extend(reader.line(i * 1000, line.as_bytes()).expect("the line is an object"));
    }
    out.extend(reader.finish());
    out.iter().filter_map(told).collect()
}

/// What happened, in words.
fn told(seen: &Observation) -> Option<String> {
    match &seen.step {
        Step::Prompt(words) => Some(format!("prompt {}", words.head)),
        Step::TurnEnded { message } => Some(format!("turn {}", message.head)),
        Step::CallStarted(call) => Some(format!("started {}", call.tool)),
        Step::CallEnded(ended) => {
            let stopped = if ended.interrupted { " stopped" } else { "" };
            let code = ended.exit_code.map(|code| format!(" {code}")).unwrap_or_default();
            let task = ended
                .background
                .as_ref()
                .map(|task| format!(" as {task}"))
                .unwrap_or_default();
            let (tool, flag) = (&ended.call.tool, ended.flag);
            Some(format!("{flag:?}{stopped}{code}{task} {tool}: {}", ended.output.head))
        }
        Step::Interrupted { call } => Some(format!("interrupted {}", call.as_deref().unwrap_or("?"))),
        _ => None,
    }
}

fn call(id: &str, name: &str, arguments: &Value) -> (&'static str, Value) {
    let arguments = arguments.to_string();
    let payload = json!({"type": "function_call", "name": name, "call_id": id, "arguments": arguments});
    ("response_item", payload)
}

fn output(id: &str, text: &str) -> (&'static str, Value) {
    (
        "response_item",
        json!({"type": "function_call_output", "call_id": id, "output": text}),
    )
}

fn item(item: &Value) -> (&'static str, Value) {
    ("event_msg", json!({"type": "item_completed", "item": item}))
}

#[test]
fn a_no_is_told_by_whichever_line_says_why() {
    let run = |id: &str| call(id, "exec_command", &json!({"cmd": "rm x"}));
    let command = |id: &str, printed: &str| {
        item(
            &json!({"type": "CommandExecution", "id": id, "command": ["bash", "-lc", "rm x"], "status": "declined",
            "aggregated_output": printed, "exit_code": -1}),
        )
    };
    let lines = [
        run("call_1"),
        command("call_1", "exec command rejected by user"),
        output("call_1", "exec command rejected by user"),
        run("call_2"),
        command("call_2", ""),
        output(
            "call_2",
            "exec_command failed for `x`: CreateProcess { message: \"Rejected(\\\"`x` rejected: blocked by policy\\\")\" }",
        ),
        command("exec-3", ""),
        call(
            "call_4",
            "apply_patch",
            &json!({"input": "*** Begin Patch\n*** Update File: a\n"}),
        ),
        item(
            &json!({"type": "FileChange", "id": "call_4", "status": "declined", "changes": {}, "stdout": "", "stderr": ""}),
        ),
        output("call_4", "patch rejected by user"),
        call("call_5", "mcp__memory__boom", &json!({})),
        item(
            &json!({"type": "McpToolCall", "id": "call_5", "status": "failed", "error": {"message": "user rejected MCP tool call"}}),
        ),
        output("call_5", "user rejected MCP tool call"),
    ];
    assert_eq!(
        read(&lines),
        [
            "Failure exec_command: exec command rejected by user",
            "Failure exec_command: rejected: blocked by policy",
            "Failure exec_command: ",
            "Failure apply_patch: patch rejected by user",
            "Failure mcp__memory__boom: user rejected MCP tool call",
        ]
    );
}

#[test]
fn words_that_two_formats_tell_are_told_once() {
    let event = |text: &str| ("event_msg", json!({"type": "user_message", "message": text}));
    let newer =
        |text: &str| item(&json!({"type": "UserMessage", "id": "u", "content": [{"type": "text", "text": text}]}));
    let lines = [
        event("go on"),
        newer("go on"),
        newer("<environment_context>\n</environment_context>"),
        newer("now this"),
    ];
    assert_eq!(read(&lines), ["prompt go on", "prompt now this"]);
}

#[test]
fn asking_how_a_command_goes_is_a_call_of_its_own() {
    let ask = |id: &str, task: i64| call(id, "write_stdin", &json!({"session_id": task, "chars": ""}));
    let running = "Chunk ID: 1\nWall time: 1 seconds\nProcess running with session ID 7\nOutput:\n";
    let lines = [
        call("call_1", "exec_command", &json!({"cmd": "make"})),
        output("call_1", &format!("{running}one\n")),
        ask("call_2", 7),
        output("call_2", &format!("{running}two\n")),
        ask("call_3", 7),
        output("call_3", "Chunk ID: 2\nProcess exited with code 2\nOutput:\nthree\n"),
        ask("call_4", 7),
        output("call_4", "write_stdin failed: Unknown process id 7"),
        ask("call_5", 9),
        output(
            "call_5",
            "Process exited with code 3\nOutput:\nof a command that an earlier read saw\n",
        ),
        call("call_6", "exec_command", &json!({"cmd": "serve"})),
        output("call_6", &running.replace('7', "8")),
    ];
    assert_eq!(
        read(&lines),
        [
            "Success write_stdin: two\n",
            "Failure 2 exec_command: one\ntwo\nthree\n",
            "Success write_stdin: three\n",
            "Failure write_stdin: write_stdin failed: Unknown process id 7",
            "Success write_stdin: of a command that an earlier read saw\n",
            "Silent as 8 exec_command: ",
        ]
    );
}

#[test]
fn a_turn_that_was_stopped_names_the_call_that_waited() {
    let lines = [
        call("call_1", "exec_command", &json!({"cmd": "sleep 9"})),
        ("event_msg", json!({"type": "turn_aborted", "reason": "interrupted"})),
        item(
            &json!({"type": "CommandExecution", "id": "call_1", "command": ["bash", "-lc", "sleep 9"], "status": "failed",
            "aggregated_output": "half", "exit_code": -1}),
        ),
    ];
    assert_eq!(
        read(&lines),
        ["interrupted call_1", "Failure stopped exec_command: half"]
    );
}

#[test]
fn what_the_user_typed_into_a_shell_is_no_call() {
    let typed = item(
        &json!({"type": "CommandExecution", "id": "u1", "command": ["bash", "-lc", "ls x"], "source": "userShell",
        "status": "failed", "aggregated_output": "no", "exit_code": 2}),
    );
    assert!(read(&[typed]).is_empty());
}
