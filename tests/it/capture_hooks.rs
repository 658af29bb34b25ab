//! The road of hooks: what the client sent in a whole session, and what is known of it afterwards.

use serde_json::{Value, json};

use super::capture_scene::{Scene, payload, payloads_of, transcript};
use super::capture_story::{Story, second, session_end};

const MAIN: &str = "b5b0065b-8572-423e-b51a-3dd2b56085c3";
const SUBAGENTS: &str = "f44a190a-d109-4a1f-af17-cb5c66b539b3";

/// Returns the hooks of the recorded main session, in the order of its transcript: what the client sent before,
/// after and with each call.
fn main_session() -> Vec<(String, Value)> {
    let recorded = payloads_of(MAIN);
    let named = |name: &str| {
        let found = recorded.iter().find(|(known, _)| known == name);
        found.expect("recorded").1.clone()
    };
    let mut start = payload("SessionStart-startup");
    start["session_id"] = json!(MAIN);
    let mut hooks = vec![
        ("2026-11-20T05:28:24.100Z".to_owned(), start),
        ("2026-11-20T05:28:24.150Z".to_owned(), named("UserPromptSubmit-basic")),
    ];
    for line in transcript("main.jsonl") {
        let at = line["timestamp"].as_str().unwrap_or_default().to_owned();
        for block in line["message"]["content"].as_array().into_iter().flatten() {
            let (events, id): (&[&str], _) = match block["type"].as_str() {
                Some("tool_use") => (&["PreToolUse"], &block["id"]),
                Some("tool_result") => (
                    &["PostToolUse", "PostToolUseFailure", "PostToolBatch"],
                    &block["tool_use_id"],
                ),
                _ => continue,
            };
            for event in events {
                let of_call = recorded.iter().filter(|(_, payload)| {
                    payload["hook_event_name"] == *event
                        && (payload["tool_use_id"] == *id || payload["tool_calls"][0]["tool_use_id"] == *id)
                });
                hooks.extend(of_call.map(|(_, payload)| (at.clone(), payload.clone())));
            }
        }
    }
    hooks.push(("2026-11-20T05:28:28.500Z".to_owned(), named("Stop-basic")));
    hooks.push(("2026-11-20T05:28:28.900Z".to_owned(), named("SessionEnd-reason-other")));
    hooks
}

/// Returns the steps of a session, each as one line: kind, agent, tool, status, exit code, target; then of its
/// failure the origin, the reason why it does not count and the headline.
fn steps(scene: &Scene, session: &str) -> Vec<String> {
    let view = scene.json(&["session", session, "--json"]);
    let steps = view["steps"].as_array().expect("steps");
    let line = |step: &Value| {
        let text = |value: &Value| match value {
            Value::Null => "-".to_owned(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let target = if step["command"].is_null() {
            &step["file"]
        } else {
            &step["command"]
        };
        let fields = ["kind", "agent_kind", "tool", "status", "exit_code"].map(|field| text(&step[field]));
        let failure = &step["failure"];
        let failure = match failure {
            Value::Null => String::new(),
            failure => format!(
                " => {} {}: {}",
                text(&failure["origin"]),
                text(&failure["expected"]),
                text(&failure["headline"])
            ),
        };
        format!("{} {}{failure}", fields.join(" "), text(target))
    };
    steps.iter().map(line).collect()
}

#[test]
fn a_whole_recorded_session_is_known_by_its_hooks_alone() {
    let scene = Scene::new();
    let hooks = main_session();
    scene.play(&hooks);
    insta::assert_snapshot!(steps(&scene, MAIN).join("\n"), @r"
    prompt - - ok - -
    call - Bash failed 1 false => flagged probe-empty: false failed without output (exit code 1)
    call - Bash failed 1 cat missing.txt => flagged -: cat: missing.txt: No such file or directory
    call - Bash failed 3 echo out; echo err >&2; exit 3 => flagged -: out
    call - Bash failed 127 definitely-not-a-command --x => flagged -: /bin/bash: line 1: definitely-not-a-command: command not found
    call - Bash failed 143 sleep 5 => flagged -: Command timed out after 1s
    call - Bash ok - echo fine
    call - Read failed - /home/dev/project/nope.txt => flagged -: File does not exist: nope.txt
    call - Read ok - /home/dev/project/README.md
    call - Edit failed - /home/dev/project/README.md => flagged -: String to replace not found in file: README.md
    call - Edit ok - /home/dev/project/README.md
    call - Write ok - /home/dev/project/new.txt
    call - Bash ok - true
    call - Bash failed 2 ls /nonexistent-dir => flagged -: ls: cannot access '/nonexistent-dir': No such file or directory
    call - NoSuchTool failed - - => flagged -: Error: No such tool available: NoSuchTool
    call - Bash failed - - => flagged -: InputValidationError: Bash failed due to the following issues: The required parameter `command` is missing
    call - Grep failed - . => flagged -: Error: No such tool available: Grep. Grep is not available in this session — search file contents with `grep` via the Bash tool instead.
    call - mcp__faillog__search_failures ok - -
    call - mcp__faillog__boom failed - - => flagged -: boom: it failed
    call - mcp__faillog__rpc_error failed - - => flagged -: bad params from server
    call - mcp__faillog__structured ok - -
    call - mcp__faillog__big ok - -
    turn - - ok - -
    ");
    let session = scene
        .rows("select end_reason, outcome, prompts, calls, failures, expected, ended_at - started_at from session");
    assert_eq!(session, ["other|done|1|21|12|1|4800000"]);
    scene.assert_consistent();
    scene.assert_no_fault();

    let failures = scene.json(&["failures", "--limit", "50", "--json"]);
    let modes = failures["modes"].as_array().expect("modes");
    assert_eq!(
        modes
            .iter()
            .map(|mode| mode["failures"].as_i64().expect("a number"))
            .sum::<i64>(),
        12
    );

    // The client runs the hook twice where it is installed twice.
    scene.play(&hooks);
    let again = scene
        .rows("select end_reason, outcome, prompts, calls, failures, expected, ended_at - started_at from session");
    assert_eq!(again, session, "what is reported twice is recorded once");
    scene.assert_consistent();
}

#[test]
fn the_plugin_and_the_settings_record_once_together() {
    let scene = Scene::new();
    for (at, payload) in main_session() {
        scene.hook(&at, &payload);
        // The client starts both at once; their processes read the clock a few milliseconds apart.
        let (whole, _) = at.rsplit_once('.').expect("a fraction");
        scene.hook(&format!("{whole}.987Z"), &payload);
    }
    scene.hook(
        "2026-11-20T05:29:30.000Z",
        &payload_with(MAIN, "UserPromptSubmit-basic"),
    );
    scene.run(&["status"]);
    let counted = scene.rows("select prompts, calls, failures, expected from session");
    assert_eq!(
        counted,
        ["2|21|12|1"],
        "and a prompt that comes again is a prompt of its own"
    );
    assert_eq!(
        scene.rows("select kind, count(*) from event where kind <> 'call' group by 1"),
        ["prompt|2", "turn|1"]
    );
    scene.assert_consistent();
}

/// Returns a recorded payload as one of that session.
fn payload_with(session: &str, name: &str) -> Value {
    let mut found = payload(name);
    found["session_id"] = json!(session);
    found
}

#[test]
fn a_failing_call_is_one_row_however_its_hooks_are_ordered() {
    let [failure, batch] = [
        "PostToolUseFailure-Bash-cat-missing-txt",
        "PostToolBatch-Bash-cat-missing-txt",
    ]
    .map(payload);
    for order in [[&failure, &batch], [&batch, &failure]] {
        let scene = Scene::new();
        for hook in order {
            scene.hook(&second(1), hook);
        }
        scene.run(&["status"]);
        assert_eq!(
            scene.rows("select e.tool, e.status, e.exit_code, e.duration_ms, f.origin, f.headline from event e join failure f on f.event = e.id"),
            ["Bash|failed|1|50|flagged|cat: missing.txt: No such file or directory"]
        );
        scene.assert_consistent();
    }
}

#[test]
fn a_failure_behind_a_pipe_is_found_in_the_batch() {
    let scene = Scene::new();
    let mut story = Story::new("piped");
    story
        .prompt("does it build?")
        .bash(
            "cargo test 2>&1 | tail -4",
            false,
            "test parser::tests::reads_lines ... FAILED\n\nfailures:\n    parser::tests::reads_lines\n\ntest result: FAILED. 3 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.02s",
        )
        .bash("git status --short | head", false, " M src/parser.rs")
        .turn("It fails.");
    scene.play(&story.hooks());
    scene.run(&["status"]);
    assert_eq!(
        scene.rows(
            "select e.command, f.origin, f.expected, f.goal is not null from failure f join event e on e.id = f.event"
        ),
        ["cargo test 2>&1 | tail -4|hidden|-|1"]
    );
    assert_eq!(
        scene.rows("select status from event where command like 'git%'"),
        ["unknown"]
    );
    scene.assert_consistent();

    // The same from the client that runs the hook after each success, as recorded.
    let scene = Scene::new();
    scene.hook(&second(1), &payload("PostToolUse-Bash-cargo-test-true"));
    scene.hook(&second(2), &payload("PostToolUse-Bash-cargo-build-tail"));
    scene.hook(&second(3), &payload("PostToolUse-Bash-grep-nope-readme-md"));
    scene.run(&["status"]);
    assert_eq!(
        scene.rows("select e.command, f.origin from failure f join event e on e.id = f.event where f.expected is null"),
        ["cargo test || true|hidden"]
    );
    scene.assert_consistent();
}

#[test]
fn background_work_that_fails_is_tied_to_the_call_that_started_it() {
    let scene = Scene::new();
    let started = payload("PostToolUse-Bash-background");
    scene.hook(&second(1), &started);
    let mut notice = payload("UserPromptSubmit-task-notification");
    notice["session_id"] = started["session_id"].clone();
    notice["prompt"] = json!(format!(
        "<task-notification>\n<task-id>bq7lyjx1c</task-id>\n<tool-use-id>{}</tool-use-id>\n<status>failed</status>\n<summary>Background command \"bg\" failed with exit code 1</summary>\n</task-notification>",
        started["tool_use_id"].as_str().expect("an id")
    ));
    scene.hook(&second(30), &notice);
    scene.hook(&second(31), &notice);
    let mut fine = notice.clone();
    fine["prompt"] = json!(
        "<task-notification>\n<task-id>other</task-id>\n<status>completed</status>\n<summary>Background command \"x\" completed</summary>\n</task-notification>"
    );
    scene.hook(&second(32), &fine);
    scene.run(&["status"]);
    assert_eq!(
        scene.rows("select e.kind, e.call_id, f.origin, f.exit_code, f.scope, f.headline, f.expected from failure f join event e on e.id = f.event"),
        [format!(
            "background|{}|background|1|false|Background command \"bg\" failed with exit code 1|-",
            started["tool_use_id"].as_str().expect("an id")
        )]
    );
    assert_eq!(scene.number("select prompts from session"), 0, "a person said nothing");
    scene.assert_consistent();
}

#[test]
fn errors_of_the_model_are_failures_of_the_model() {
    for (name, kind) in [
        ("StopFailure-api401", "authentication_failed"),
        ("StopFailure-api500", "server_error"),
        ("StopFailure-api529", "server_error"),
        ("StopFailure-prompt-too-long", "invalid_request"),
    ] {
        let scene = Scene::new();
        let failure = payload(name);
        let session = failure["session_id"].as_str().expect("a session").to_owned();
        scene.hook(&second(1), &failure);
        scene.hook(&second(2), &session_end(&session));
        scene.work(&second(3));
        assert_eq!(
            scene.rows("select e.kind, f.origin, f.error_type, f.expected, s.outcome from failure f join event e on e.id = f.event join session s on s.id = f.session"),
            [format!("model-error|model|{kind}|-|model-error")],
            "{name}"
        );
        scene.assert_consistent();
    }
}

#[test]
fn a_subagents_steps_carry_its_name_and_its_kind() {
    let scene = Scene::new();
    for (at, name) in [
        (1, "SubagentStart-in-subagent"),
        (2, "PreToolUse-in-subagent"),
        (3, "PostToolUseFailure-in-subagent"),
        (4, "PostToolBatch-in-subagent"),
        (5, "StopFailure-in-subagent"),
        (6, "SubagentStop-in-subagent"),
        (7, "UserPromptSubmit-task-notification"),
    ] {
        let payload = payload(name);
        assert_eq!(payload["session_id"], SUBAGENTS, "{name}");
        scene.hook(&second(at), &payload);
    }
    scene.run(&["status"]);
    insta::assert_snapshot!(scene.rows("select e.kind, f.agent, f.node, f.origin, substr(f.headline, 1, 60) from failure f join event e on e.id = f.event order by e.at").join("\n"), @r#"
    call|a1e674aa82edc4500|general-purpose|flagged|cat: bgmissing: No such file or directory
    model-error|a1e674aa82edc4500|general-purpose|model|API Error: 500 boom. This is a server-side issue, usually te
    background|-|-|background|Agent "do bg" failed: Agent terminated early due to an API e
    "#);
    assert_eq!(
        scene.rows("select distinct agent_kind from event where agent is not null"),
        ["general-purpose"]
    );
    assert_eq!(scene.number("select count(*) from session"), 1);
    scene.assert_consistent();
}

#[test]
fn every_recorded_payload_is_taken_in_without_a_fault() {
    let scene = Scene::new();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/payloads/claude-code");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .expect("payloads")
        .filter_map(|entry| entry.expect("an entry").file_name().into_string().ok())
        .filter_map(|name| name.strip_suffix(".json").map(str::to_owned))
        .filter(|name| !name.starts_with("headless-result"))
        .collect();
    names.sort();
    for (at, name) in (1..).zip(&names) {
        scene.hook(&second(at), &payload(name));
    }
    scene.work(&second(2000));
    scene.assert_no_fault();
    scene.assert_consistent();
    assert!(scene.number("select count(*) from session") > 10);
}
