//! What a hook answers right after a failure: which of several, and not what its agent was told before.

use std::fs;
use std::path::PathBuf;

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

/// Where the journal of a session lies.
fn journal(scene: &Scene, session: &str) -> PathBuf {
    let folder = scene.env.data().join("workspaces/default/journal");
    folder.join(format!("claude-code-{session}.jsonl"))
}

/// Where it is remembered what was said to it.
fn firsts(scene: &Scene, session: &str) -> PathBuf {
    journal(scene, session).with_extension("firsts")
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
    scene.run(&["status"]);
    let rows = scene.rows("select count(*) from hint group by session order by 1");
    assert_eq!(rows, ["1", "2"]);
    scene.assert_consistent();
    scene.assert_no_fault();
}

#[test]
fn the_first_answer_of_a_session_waits_for_nobody_who_writes() {
    let scene = taught_both();
    let writer = scene.other_program();
    writer.execute_batch("begin immediate").expect("holds the lock");
    let said = says_after(&scene, 4_000, 1, (CALL, GONE));
    assert!(said.contains(INSTEAD), "{said}");
    let second = says_after(&scene, 4_060, 1, (OTHER_CALL, OTHER_GONE));
    assert_eq!(second, "", "what it is told further has to be recorded");
    writer.execute_batch("rollback").expect("lets go");
    let third = says_after(&scene, 4_120, 1, (OTHER_CALL, OTHER_GONE));
    assert!(third.contains(OTHER_INSTEAD), "{third}");
    scene.run(&["status"]);
    let told = "select h.rule, h.shadow, e.command, m.headline is not null, h.remedy is not null, h.suggestion
                from hint h join event e on e.key = h.call left join mode m on m.id = h.mode order by h.at";
    assert_eq!(
        scene.rows(told),
        [
            format!("remedy|0|{CALL}|1|1|{INSTEAD}"),
            format!("remedy|0|{OTHER_CALL}|1|1|{OTHER_INSTEAD}"),
        ]
    );
    scene.assert_no_fault();
}

#[test]
fn of_many_hooks_at_once_one_speaks() {
    let scene = taught_both();
    let said: Vec<String> = std::thread::scope(|threads| {
        let asked: Vec<_> = (0..8)
            .map(|number| {
                let (command, gone) = [(CALL, GONE), (OTHER_CALL, OTHER_GONE)][number % 2];
                let call = failed(&format!("toolu_{number}"), command, &format!("Exit code 127\n{gone}"));
                let scene = &scene;
                threads.spawn(move || says(scene, 4_000, "PostToolUseFailure", &call))
            })
            .collect();
        asked.into_iter().map(|one| one.join().expect("a hook ends")).collect()
    });
    let spoke = said.iter().filter(|said| !said.is_empty()).count();
    assert_eq!(spoke, 1, "{said:?}");
    scene.run(&["status"]);
    assert_eq!(scene.number("select count(*) from hint"), 1);
    scene.assert_no_fault();
}

#[test]
fn who_was_killed_before_it_spoke_silences_nobody_else() {
    let scene = taught_both();
    // It claimed the first message of the session, and was gone before that was journalled.
    fs::write(firsts(&scene, "pupil"), "\ntold 00112233445566778899aabbccddeeff").expect("claims");
    let said = says_after(&scene, 4_000, 1, (CALL, GONE));
    assert!(said.contains(INSTEAD), "{said}");
    assert_eq!(says_after(&scene, 4_010, 1, (CALL, GONE)), "", "it was told");
    assert_eq!(scene.rows("select suggestion from hint"), [INSTEAD]);
    scene.assert_no_fault();
}

#[test]
fn what_cannot_be_remembered_is_not_said() {
    let scene = taught_both();
    // Something is in the way, as on a full disk.
    let firsts = firsts(&scene, "pupil");
    fs::create_dir(&firsts).expect("is in the way");
    assert_eq!(says_after(&scene, 4_000, 1, (CALL, GONE)), "");
    fs::remove_dir(&firsts).expect("goes");
    let said = says_after(&scene, 4_010, 1, (CALL, GONE));
    assert!(said.contains(INSTEAD), "{said}");
    scene.run(&["status"]);
    assert_eq!(scene.rows("select suggestion from hint"), [INSTEAD]);
}

#[test]
fn who_reads_that_something_was_said_waits_until_it_is_journalled() {
    let scene = taught_both();
    let known = failed("toolu_01", CALL, &format!("Exit code 127\n{GONE}"));
    let journal = journal(&scene, "pupil");
    let keeps = |what: &str| fs::read_to_string(&journal).is_ok_and(|text| text.contains(what));
    // The first message is claimed before it is journalled: while nobody may read the claim, nobody may say more.
    let claimed = fs::File::create(firsts(&scene, "pupil")).expect("makes");
    claimed.lock().expect("holds");
    std::thread::scope(|threads| {
        let asked = threads.spawn(|| says(&scene, 4_000, "PostToolUseFailure", &known));
        while !keeps(GONE) {
            std::thread::yield_now();
        }
        assert!(!asked.is_finished() && !keeps(INSTEAD), "it waits for who claims");
        fs::write(firsts(&scene, "pupil"), "\ntold 00112233445566778899aabbccddeeff").expect("claims");
        claimed.unlock().expect("lets go");
        let said = asked.join().expect("a hook ends");
        assert!(said.contains(INSTEAD), "{said}");
    });
    scene.assert_no_fault();
}

#[test]
fn a_subagent_has_not_seen_what_its_parent_was_told() {
    let scene = taught_both();
    let known = |id: &str, agent: Option<&str>| {
        let mut call = failed(id, CALL, &format!("Exit code 127\n{GONE}"));
        if let Some(agent) = agent {
            call["agent_id"] = json!(agent);
            call["agent_type"] = json!("general-purpose");
        }
        call
    };
    let mut told = Vec::new();
    for (at, agent) in (4_000..)
        .step_by(10)
        .zip([None, Some("a1"), None, Some("a1"), Some("a2"), Some("a2")])
    {
        let said = says(&scene, at, "PostToolUseFailure", &known(&format!("toolu_{at}"), agent));
        told.push(said.contains(INSTEAD));
    }
    assert_eq!(told, [true, true, false, false, true, false]);
    scene.run(&["status"]);
    let rows = scene.rows("select coalesce(agent, '-') from hint order by at");
    assert_eq!(rows, ["-", "a1", "a2"]);
    scene.assert_no_fault();
}

#[test]
fn what_is_muted_for_whom_it_is_muted_is_not_said() {
    let scene = taught_both();
    let forever = i64::MAX;
    let of = |whose: &str| {
        format!(
            "insert into feedback (session, by, mode, project, muted_until, at)
             select {whose}, {forever}, 1 from mode m where m.headline like '%gotool%'"
        )
    };
    let here = "(select project from root limit 1)";
    let elsewhere = "insert into project (id, key, name, first_at, last_at) values (77, 'x', 'x', 1, 1);";
    let cases = [
        (
            format!("update mode set muted_until = {forever} where headline like '%gotool%'"),
            true,
        ),
        (
            "update mode set muted_until = 5 where headline like '%gotool%'".to_owned(),
            false,
        ),
        (of(&format!("null, 'person', m.id, {here}")), true),
        (format!("{elsewhere} {}", of("null, 'person', m.id, 77")), false),
        (
            of("(select id from session where external = 'pupil-4'), 'agent', m.id, null"),
            true,
        ),
        (
            of("(select id from session where external = 'pupil-0'), 'agent', m.id, null"),
            false,
        ),
    ];
    for (number, (rows, silent)) in cases.iter().enumerate() {
        let session = format!("pupil-{number}");
        says_to(
            &scene,
            &session,
            4_000,
            "UserPromptSubmit",
            &json!({"prompt": "test it"}),
        );
        scene.run(&["status"]);
        let other = scene.other_program();
        other.execute_batch(rows).expect("mutes");
        assert!(other.changes() > 0, "{rows}");
        let known = failed(&format!("toolu_{number}"), CALL, &format!("Exit code 127\n{GONE}"));
        let said = says_to(&scene, &session, 4_010, "PostToolUseFailure", &known);
        assert_eq!(said.is_empty(), *silent, "{rows}: {said}");
        other
            .execute_batch("update mode set muted_until = null; delete from feedback")
            .expect("ends the silence");
    }
    scene.assert_no_fault();
}

#[test]
fn what_is_only_noted_is_noted_once() {
    let scene = taught_both();
    for (at, more) in [(4_000, GONE), (4_010, GONE)] {
        let mut payload = failed(&format!("toolu_{at}"), CALL, &format!("Exit code 127\n{more}"));
        payload["session_id"] = json!("pupil");
        payload["cwd"] = json!("/home/dev/project");
        payload["hook_event_name"] = json!("PostToolUseFailure");
        scene.hook_with(&second(at), &[("CALLUS_HINTS", "shadow")], &payload);
    }
    scene.run(&["status"]);
    assert_eq!(
        scene.rows("select shadow, suggestion from hint"),
        [format!("1|{INSTEAD}")]
    );
    scene.assert_no_fault();
}

#[test]
fn a_report_that_was_drained_before_its_hook_looked_is_answered_all_the_same() {
    let scene = taught_both();
    let call = failed("toolu_01", CALL, &format!("Exit code 127\n{GONE}"));
    // A hook that says nothing leaves its record behind, and somebody drains it.
    let mut payload = json!({
        "session_id": "pupil", "transcript_path": "", "cwd": "/home/dev/project",
        "hook_event_name": "PostToolUseFailure",
    });
    for (key, value) in call.as_object().expect("fields") {
        payload[key] = value.clone();
    }
    scene.hook_with(&second(4_000), &[("CALLUS_HINTS", "off")], &payload);
    scene.run(&["status"]);
    let said = says(&scene, 4_000, "PostToolUseFailure", &call);
    assert!(said.contains(INSTEAD), "{said}");
    scene.hook_with(&second(4_010), &[], &payload);
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
