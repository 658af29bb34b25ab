//! What a session is told at its start.

use std::fs;
use std::time::{Duration, UNIX_EPOCH};

use serde_json::{Value, json};

use super::capture_scene::{Scene, payload};

const NOW: &str = "2026-11-20T12:00:00Z";

/// A project in which two sessions missed a program, with what worked in so many of them.
fn project(worked: usize) -> Scene {
    let scene = failed_twice(
        "pytest -q",
        "Exit code 127\n/bin/bash: line 1: pytest: command not found",
    );
    if worked > 0 {
        scene.teach("pytest", "tools/pytest", worked);
    }
    scene
}

/// A project in which a call failed in two sessions.
fn failed_twice(command: &str, error: &str) -> Scene {
    let scene = Scene::new();
    fs::create_dir_all(scene.env.home().join("app/tools")).expect("a folder");
    fs::write(scene.env.home().join("app/tools/pytest"), "").expect("a program");
    for (number, day) in [(1, 12), (2, 18)] {
        let at = format!("2026-11-{day}T09:00:00Z");
        let mut failed = payload("PostToolUseFailure-Bash-definitely-not-a-command");
        failed["tool_use_id"] = json!(format!("toolu_{number}"));
        failed["tool_input"] = json!({"command": command});
        failed["error"] = json!(error);
        for mut hook in [
            payload("SessionStart-startup"),
            failed,
            payload("SessionEnd-reason-other"),
        ] {
            hook["session_id"] = json!(format!("past-{number}"));
            hook["cwd"] = json!(scene.env.home().join("app"));
            hook["transcript_path"] = json!("");
            scene.hook_with(&at, &[("CALLUS_HINTS", "off")], &hook);
        }
    }
    scene.work(NOW);
    scene
}

/// Starts a session, and returns what it is told.
fn start(scene: &Scene, session: &str, source: &str, variables: &[(&str, &str)]) -> String {
    let mut start = payload(&format!("SessionStart-{source}"));
    start["session_id"] = json!(session);
    start["cwd"] = json!(scene.env.home().join("app"));
    let said = scene
        .run_at(NOW, variables, &["hook", "claude-code"], &start.to_string())
        .success();
    scene.quiet();
    if said.is_empty() {
        return said;
    }
    let reply: Value = serde_json::from_str(&said).expect("a reply is JSON");
    assert_eq!(reply["hookSpecificOutput"]["hookEventName"], "SessionStart");
    let text = reply["hookSpecificOutput"]["additionalContext"].as_str();
    text.expect("a text").to_owned()
}

#[test]
fn a_session_is_told_once_what_it_is_likely_to_meet() {
    let scene = project(2);
    let told = start(&scene, "now", "startup", &[]);
    insta::assert_snapshot!(told, @"Callus: Instead of `pytest`, run `tools/pytest` (worked in 2 of 2 earlier sessions).");
    for (session, source, tells) in [
        ("now", "resume", false),
        ("now", "compact", true),
        ("now", "resume", false),
        ("other", "clear", true),
        ("third", "fork", false),
    ] {
        let said = start(&scene, session, source, &[]);
        assert_eq!(said, if tells { told.as_str() } else { "" }, "{session} {source}");
    }
    scene.run(&["status"]);
    assert_eq!(
        scene.rows(
            "select s.external, h.kind, h.rule, h.shadow, h.suggestion, count(*) from hint h join session s on s.id = h.session
             group by 1 order by 1"
        ),
        ["now|brief|remedy|0|tools/pytest|1", "other|brief|remedy|0|tools/pytest|1"]
    );
    scene.assert_no_fault();
    scene.assert_consistent();
}

#[test]
fn there_is_no_brief_without_something_to_type_or_where_nobody_wants_one() {
    let scene = project(2);
    fs::remove_file(scene.env.home().join("app/tools/pytest")).expect("gone");
    assert_eq!(start(&scene, "gone", "startup", &[]), "", "its program is gone");
    let scene = project(2);
    assert_eq!(start(&scene, "off", "startup", &[("CALLUS_HINTS", "off")]), "");
    assert_eq!(start(&scene, "shadow", "startup", &[("CALLUS_HINTS", "shadow")]), "");
    scene.run(&["status"]);
    assert_eq!(scene.rows("select shadow from hint"), ["1"]);
    let id = scene.json(&["failures", "--since", "all", "--json"])["modes"][0]["id"].clone();
    scene.run(&["mute", id.as_str().expect("an id")]);
    assert_eq!(start(&scene, "muted", "startup", &[]), "");
    let empty = Scene::new();
    fs::create_dir_all(empty.env.home().join("app")).expect("a folder");
    assert_eq!(start(&empty, "first", "startup", &[]), "");
    empty.assert_no_fault();
}

#[test]
fn what_fewer_than_two_of_the_last_twenty_sessions_met_is_not_told() {
    let scene = project(2);
    for (number, tells) in [(18, true), (19, false)] {
        for session in 0..number {
            let mut worked = payload("PostToolBatch-Read-0");
            worked["session_id"] = json!(format!("calm-{session}"));
            worked["cwd"] = json!(scene.env.home().join("app"));
            worked["transcript_path"] = json!("");
            worked["tool_calls"][0]["tool_use_id"] = json!(format!("toolu_calm_{session}"));
            scene.hook("2026-11-19T09:00:00Z", &worked);
        }
        scene.work(NOW);
        let said = start(&scene, &format!("now-{number}"), "startup", &[]);
        assert_eq!(!said.is_empty(), tells, "{number} sessions that did not meet it");
    }
}

#[test]
fn what_five_sessions_were_told_in_vain_rests_until_it_is_met_again() {
    let scene = project(2);
    let work = |session: &str, command: Option<&str>| {
        let mut call = payload("PostToolUseFailure-Bash-definitely-not-a-command");
        call["tool_input"] = json!({"command": command.unwrap_or("pytest -q")});
        call["error"] = json!("Exit code 127\n/bin/bash: line 1: pytest: command not found");
        if command.is_some() {
            call = payload("PostToolBatch-Read-0");
            call["tool_calls"][0]["tool_use_id"] = json!(format!("toolu_{session}"));
        }
        call["tool_use_id"] = json!(format!("toolu_{session}"));
        call["session_id"] = json!(session);
        call["cwd"] = json!(scene.env.home().join("app"));
        call["transcript_path"] = json!("");
        scene.hook_with(NOW, &[("CALLUS_HINTS", "off")], &call);
        scene.work(NOW);
    };
    for number in 0..5 {
        let session = format!("calm-{number}");
        assert_ne!(
            start(&scene, &session, "startup", &[]),
            "",
            "{number} were told in vain"
        );
        work(&session, Some("cat README.md"));
    }
    assert_eq!(start(&scene, "sixth", "startup", &[]), "");
    work("sixth", None);
    assert_ne!(start(&scene, "seventh", "startup", &[]), "", "it was met again");
}

#[test]
fn a_store_of_another_schema_says_nothing_and_is_left_as_it_is() {
    let scene = project(2);
    for version in ["1", "99"] {
        scene
            .other_program()
            .execute_batch(&format!("pragma user_version = {version}"))
            .expect("another version");
        assert_eq!(start(&scene, version, "startup", &[]), "");
        assert_eq!(scene.rows("pragma user_version"), [version]);
    }
}

#[test]
fn that_a_program_was_missed_is_not_told_once_it_is_there() {
    let scene = project(2);
    let bin = scene.env.home().join(".local/bin");
    fs::create_dir_all(&bin).expect("a folder");
    let program = fs::File::create(bin.join("pytest")).expect("a program");
    // In 2033: after it was missed.
    program
        .set_modified(UNIX_EPOCH + Duration::from_secs(2_000_000_000))
        .expect("a time");
    assert_eq!(start(&scene, "now", "startup", &[]), "");
    scene.assert_no_fault();
}

#[test]
fn what_nobody_got_past_is_told_whatever_else_was_printed() {
    let printed: Vec<String> = (0..60).map(|n| format!("copied part {n} of the archive")).collect();
    let output = |first: &str| {
        let end = "error: cannot write /opt/parts: Read-only file system";
        format!("Exit code 1\n{first}\n{}\n{end}", printed.join("\n"))
    };
    for (first, told) in [
        ("unpacking", true),
        // In a file that was printed too, and no advice about this.
        ("help: try --force, did you mean that?", true),
    ] {
        let scene = failed_twice("unpack parts", &output(first));
        let said = start(&scene, "now", "startup", &[]);
        assert_eq!(said.contains("Nobody got past"), told, "{first}: {said}");
    }
}
