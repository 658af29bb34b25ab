//! What a hook answers right after a failure: which of several, and not what its agent was told before.

use serde_json::{Value, json};

use super::capture_scene::Scene;
use super::capture_story::{Story, second};

/// Calls that fail, and what they say.
const CALL: &str = "gotool test ./...";
const GONE: &str = "/bin/bash: line 1: gotool: command not found";
const OTHER_CALL: &str = "booktool verify";
const OTHER_GONE: &str = "/bin/bash: line 1: booktool: command not found";
/// What works instead, once it was found out.
const INSTEAD: &str = "mise exec -- gotool test ./...";
const ANOTHER_WAY: &str = "/opt/tools/gotool test ./...";
const OTHER_INSTEAD: &str = "mise exec -- booktool verify";

/// A machine on which one session after another met a failure: each is a call, what it said, and what worked, if
/// anything.
fn taught(sessions: &[(&str, &str, Option<&str>)]) -> Scene {
    let scene = Scene::new();
    for (number, (call, said, instead)) in (0..).zip(sessions) {
        let mut story = Story::at(&format!("teacher-{number}"), 100 * number);
        story
            .prompt("test it")
            .bash(call, true, &format!("Exit code 127\n{said}"));
        if let Some(instead) = instead {
            story.bash(instead, false, "ok");
        }
        story.turn("done");
        let mut hooks = story.hooks();
        hooks.push(story.ending());
        for (at, payload) in &hooks {
            scene.hook_with(at, &[("CALLUS_HINTS", "off")], payload);
        }
    }
    scene.work(&second(3_000));
    scene
}

/// A machine on which it is known what works in place of the two calls.
fn taught_both() -> Scene {
    taught(&[
        (CALL, GONE, Some(INSTEAD)),
        (OTHER_CALL, OTHER_GONE, Some(OTHER_INSTEAD)),
    ])
}

/// Hands a payload of a session to the hook, and returns what it prints.
fn says_to(scene: &Scene, session: &str, at: u32, event: &str, more: &Value) -> String {
    let mut payload = json!({
        "session_id": session, "transcript_path": "", "cwd": "/home/dev/project", "hook_event_name": event,
    });
    for (key, value) in more.as_object().expect("fields") {
        payload[key] = value.clone();
    }
    scene
        .run_at(&second(at), &[], &["hook", "claude-code"], &payload.to_string())
        .success()
}

/// The same to the session that has everything to learn.
fn says(scene: &Scene, at: u32, event: &str, more: &Value) -> String {
    says_to(scene, "pupil", at, event, more)
}

/// What the hook says after a call that failed and ran so many seconds.
fn says_after(scene: &Scene, at: u32, seconds: u32, (command, gone): (&str, &str)) -> String {
    let mut call = failed(&format!("toolu_{at}"), command, &format!("Exit code 127\n{gone}"));
    call["duration_ms"] = json!(seconds * 1_000);
    says(scene, at, "PostToolUseFailure", &call)
}

fn call(id: &str, command: &str) -> Value {
    json!({"tool_name": "Bash", "tool_use_id": id, "tool_input": {"command": command}})
}

fn answered(id: &str, command: &str, output: &str) -> Value {
    let mut call = call(id, command);
    call["tool_response"] = json!(output);
    call
}

fn failed(id: &str, command: &str, error: &str) -> Value {
    let mut call = call(id, command);
    call["error"] = json!(error);
    call
}

fn piped(command: &str) -> String {
    format!("{command} 2>&1 | tail -3")
}

#[test]
fn of_several_failures_in_a_batch_the_one_that_is_known_is_answered() {
    let scene = taught(&[(CALL, GONE, Some(INSTEAD))]);
    let unknown = answered(
        "toolu_01",
        &piped("cargo test"),
        "test result: FAILED. 1 passed; 2 failed",
    );
    let known = answered("toolu_02", &piped(CALL), GONE);
    let said = says(&scene, 4_000, "PostToolBatch", &json!({"tool_calls": [unknown, known]}));
    assert!(said.contains(INSTEAD), "{said}");
}

#[test]
fn a_failure_that_was_heard_of_before_does_not_hide_the_other_one_of_its_batch() {
    let scene = taught(&[(CALL, GONE, Some(INSTEAD))]);
    let error = "Exit code 1\nerror: the ledger is closed";
    assert_eq!(
        says(
            &scene,
            4_000,
            "PostToolUseFailure",
            &failed("toolu_01", "ledger check", error)
        ),
        ""
    );
    let heard = answered("toolu_01", "ledger check", error);
    let hidden = answered("toolu_02", &piped(CALL), GONE);
    let said = says(
        &scene,
        4_001,
        "PostToolBatch",
        &json!({"tool_calls": [heard, hidden.clone()]}),
    );
    assert!(said.contains(INSTEAD), "{said}");
    let again = says(&scene, 4_060, "PostToolBatch", &json!({"tool_calls": [hidden]}));
    assert_eq!(again, "", "two hooks of one call speak once");
}

#[test]
fn a_batch_speaks_once_whichever_hooks_hear_of_it() {
    let scene = taught_both();
    let gone = &format!("Exit code 127\n{GONE}");
    let said = says(&scene, 4_000, "PostToolUseFailure", &failed("toolu_01", CALL, gone));
    assert!(said.contains(INSTEAD), "{said}");
    let beside = says_after(&scene, 4_030, 30, (OTHER_CALL, OTHER_GONE));
    assert_eq!(beside, "", "it began before the first was answered");
    let batch = json!({"tool_calls": [
        answered("toolu_01", CALL, gone),
        answered("toolu_02", &piped(OTHER_CALL), OTHER_GONE),
    ]});
    assert_eq!(
        says(&scene, 4_031, "PostToolBatch", &batch),
        "",
        "the batch was answered"
    );
    let later = says_after(&scene, 4_060, 1, (OTHER_CALL, OTHER_GONE));
    assert!(later.contains(OTHER_INSTEAD), "{later}");
    let both = json!({"tool_calls": [
        answered("toolu_03", &piped(CALL), GONE),
        answered("toolu_04", &piped(OTHER_CALL), OTHER_GONE),
    ]});
    let said = says_to(&scene, "other", 4_000, "PostToolBatch", &both);
    assert!(said.contains(INSTEAD) && !said.contains(OTHER_INSTEAD), "{said}");
    let rows = scene.rows("select count(*) from hint group by session order by 1");
    assert_eq!(rows, ["1", "2"]);
    scene.assert_no_fault();
}

#[test]
fn a_compaction_makes_the_agent_forget_before_it_is_recorded() {
    let scene = taught(&[(CALL, GONE, Some(INSTEAD)), (CALL, GONE, Some(ANOTHER_WAY))]);
    let mut told: Vec<String> = (0..3)
        .map(|time| says_after(&scene, 4_000 + 10 * time, 1, (CALL, GONE)))
        .collect();
    assert_eq!(told.pop().as_deref(), Some(""), "two messages about it are enough");
    assert!(
        told.iter().any(|said| said.contains(INSTEAD)) && told.iter().any(|said| said.contains(ANOTHER_WAY)),
        "{told:?}"
    );
    assert_eq!(says(&scene, 4_100, "PreCompact", &json!({"trigger": "auto"})), "");
    let again = says_after(&scene, 4_110, 1, (CALL, GONE));
    assert_eq!(again, told[0]);
    scene.assert_no_fault();
}

#[test]
fn what_was_told_about_another_failure_is_forgotten_with_a_compaction_too() {
    let scene = taught(&[(CALL, GONE, Some(INSTEAD)), ("make vet", GONE, None)]);
    let said = says_after(&scene, 4_000, 1, (CALL, GONE));
    assert!(said.contains("mise exec"), "{said}");
    let other = ("make vet", GONE);
    assert_eq!(
        says_after(&scene, 4_010, 1, other),
        "",
        "the same remedy is before the agent"
    );
    assert_eq!(says(&scene, 4_100, "PreCompact", &json!({"trigger": "auto"})), "");
    let said = says_after(&scene, 4_110, 1, other);
    assert!(said.contains("mise exec"), "{said}");
}
