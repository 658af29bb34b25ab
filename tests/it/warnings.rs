//! A call that keeps failing is refused once, with what worked instead.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, UNIX_EPOCH};

use serde_json::{Value, json};

use super::capture_scene::{Scene, payload};

/// When the session runs that is warned.
const NOW: &str = "2026-11-20T12:00:00Z";
/// The call that keeps failing, and what it says.
const CALL: &str = "GOFLAGS=-mod=mod gotool test ./...";
const OUTPUT: &str = "Exit code 127\n/bin/bash: line 1: gotool: command not found";
/// What works.
const INSTEAD: &str = "./tools/gotool test ./...";

/// A machine with a repository and what sessions did in it.
struct Repository {
    scene: Scene,
    top: PathBuf,
}

impl Repository {
    fn new() -> Self {
        let scene = Scene::new();
        let top = scene.env.home().join("app");
        for folder in [".git", "tools", "packages/x"] {
            fs::create_dir_all(top.join(folder)).expect("a folder");
        }
        fs::write(top.join(".git/HEAD"), "ref: refs/heads/main\n").expect("a repository");
        fs::write(top.join("tools/gotool"), "").expect("a program");
        Self { scene, top }
    }

    /// Returns the repository after so many sessions in which the call failed.
    fn after(sessions: usize) -> Self {
        Self::after_calls(sessions, "Bash", &json!({"command": CALL}), OUTPUT)
    }

    /// Returns the repository after so many sessions in which a call of a tool failed.
    fn after_calls(sessions: usize, tool: &str, input: &Value, error: &str) -> Self {
        let repository = Self::new();
        for number in 0..sessions {
            repository.fail(number, tool, input, error);
        }
        repository.work();
        repository
    }

    fn payload(&self, event: &str, session: &str, more: &Value) -> Value {
        let mut payload = json!({
            "session_id": session, "transcript_path": "", "cwd": self.top, "hook_event_name": event,
        });
        for (key, value) in more.as_object().expect("fields") {
            payload[key] = value.clone();
        }
        payload
    }

    /// Plays a session in which the call failed.
    fn fail(&self, number: usize, tool: &str, input: &Value, error: &str) {
        let session = format!("past-{number}");
        let at = format!("2026-11-{:02}T09:00:00Z", number + 1);
        let failed = json!({
            "tool_name": tool, "tool_use_id": format!("toolu_{number:04}"), "tool_input": input,
            "error": error, "is_interrupt": false,
        });
        for (event, more) in [
            ("SessionStart", json!({"source": "startup"})),
            ("PostToolUseFailure", failed),
            ("SessionEnd", json!({"reason": "other"})),
        ] {
            let said = self.scene.run_at(
                &at,
                &[("CALLUS_HINTS", "off")],
                &["hook", "claude-code"],
                &self.payload(event, &session, &more).to_string(),
            );
            assert_eq!(said.success(), "");
        }
        self.scene.quiet();
    }

    /// Gives the failures a remedy that worked in so many sessions, and lets the worker see it.
    fn remedy(&self, worked: usize) {
        self.scene.teach(CALL, INSTEAD, worked);
        self.work();
    }

    fn work(&self) {
        self.scene.work(NOW);
    }

    /// Runs the hook before a call, and returns what it prints.
    fn before(&self, session: &str, id: &str, command: &str, variables: &[(&str, &str)]) -> String {
        let call = json!({"tool_name": "Bash", "tool_use_id": id, "tool_input": {"command": command}});
        let payload = self.payload("PreToolUse", session, &call);
        self.scene
            .run_at(NOW, variables, &["hook", "claude-code"], &payload.to_string())
            .success()
    }

    fn is_refused(&self, session: &str, id: &str, command: &str) -> bool {
        !self.before(session, id, command, &[]).is_empty()
    }

    fn warned(&self) -> Vec<PathBuf> {
        let folder = self.scene.env.data().join("workspaces/default/warnings");
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).collect()
    }
}

/// Returns the reason of a refusal.
fn reason(reply: &str) -> String {
    let reply: Value = serde_json::from_str(reply).expect("a reply is JSON");
    let said = &reply["hookSpecificOutput"];
    assert_eq!(
        (said["hookEventName"].as_str(), said["permissionDecision"].as_str()),
        (Some("PreToolUse"), Some("deny"))
    );
    said["permissionDecisionReason"].as_str().expect("a reason").to_owned()
}

#[test]
fn a_hopeless_call_is_refused_once_in_a_session_with_what_works() {
    let repository = Repository::after(7);
    repository.remedy(2);
    let reply = repository.before("now", "toolu_now_1", CALL, &[]);
    insta::assert_snapshot!(reason(&reply), @r"
    Callus: not run. Run `./tools/gotool test ./...` instead; the same call again is let through.
    As it is, it failed 7 of 7 times (7 sessions, last on 7 November 2026); the above worked in 2 of 2 sessions.
    It fails with: `/bin/bash: line 1: gotool: command not found`
    ");
    for (session, id, command, refused) in [
        ("now", "toolu_now_2", CALL, false),
        ("now", "toolu_now_3", "gotool test ./...", false),
        ("now", "toolu_now_4", "GOFLAGS=-mod=vendor gotool test ./...", false),
        ("other", "toolu_other_1", CALL, true),
        ("other", "toolu_other_2", CALL, false),
    ] {
        assert_eq!(
            repository.is_refused(session, id, command),
            refused,
            "{session} {command}"
        );
    }
    repository.scene.assert_no_fault();
}

#[test]
fn a_call_is_hopeless_only_from_seven_failures_and_a_remedy_that_worked_twice() {
    for (sessions, worked, refused) in [(6, 2, false), (7, 1, false), (7, 2, true)] {
        let repository = Repository::after(sessions);
        repository.remedy(worked);
        assert_eq!(
            repository.is_refused("now", "toolu_now_1", CALL),
            refused,
            "{sessions} sessions, a remedy that worked in {worked}"
        );
    }
}

#[test]
fn only_commands_and_the_tools_of_servers_are_refused() {
    for (tool, input, warned) in [
        ("mcp__tracker__get", json!({"id": "app-12"}), 1),
        ("Read", json!({"file_path": "/srv/app/Main.go"}), 0),
    ] {
        let repository = Repository::after_calls(7, tool, &input, "the tracker knows no such thing");
        repository.remedy(2);
        assert_eq!(repository.warned().len(), warned, "{tool}");
    }
}

#[test]
fn what_a_refusal_said_is_not_said_again_after_another_spelling_of_the_same_failure() {
    let repository = Repository::after(7);
    repository.remedy(2);
    let fails = |session: &str, at: &str| {
        let failed = json!({
            "tool_name": "Bash", "tool_use_id": format!("toolu_{session}_9"),
            "tool_input": {"command": "gotool test -v ./..."}, "error": OUTPUT,
        });
        let payload = repository.payload("PostToolUseFailure", session, &failed).to_string();
        let said = repository.scene.run_at(at, &[], &["hook", "claude-code"], &payload);
        said.success()
    };
    assert!(repository.is_refused("now", "toolu_now_1", CALL));
    assert_eq!(fails("now", "2026-11-20T12:01:00Z"), "");
    let said = fails("other", "2026-11-20T12:01:00Z");
    assert!(said.contains(INSTEAD), "{said}");
    repository.before("noted", "toolu_noted_1", CALL, &[("CALLUS_WARNINGS", "shadow")]);
    let said = fails("noted", "2026-11-20T12:01:00Z");
    assert!(said.contains(INSTEAD), "what was only noted was told to nobody: {said}");
    repository.scene.assert_no_fault();
}

#[test]
fn it_is_refused_in_every_folder_of_the_tree_and_nowhere_else() {
    let mut repository = Repository::after(7);
    repository.remedy(2);
    let top = repository.top.clone();
    repository.top = top.join("packages/x");
    assert!(repository.is_refused("below", "toolu_below_1", CALL));
    repository.top = repository.scene.env.home();
    assert!(!repository.is_refused("beside", "toolu_beside_1", CALL));
    repository.scene.assert_no_fault();
}

#[test]
fn nothing_is_printed_or_written_before_a_call_of_which_there_is_nothing_to_say() {
    let repository = Repository::after(7);
    repository.remedy(2);
    let files = || super::capture_scene::files_below(&repository.scene.env.data()).len();
    let before = files();
    for name in [
        "PreToolUse-Bash-false",
        "PreToolUse-Edit-0",
        "PreToolUse-mcp-big",
        "PreToolUse-in-subagent",
    ] {
        let mut payload = payload(name);
        payload["cwd"] = json!(repository.top);
        repository.scene.hook(NOW, &payload);
    }
    assert_eq!(files(), before, "no journal of those sessions");
    repository.scene.assert_no_fault();
}

#[test]
fn our_refusal_is_neither_a_failure_nor_a_run_and_is_kept_as_told() {
    let repository = Repository::after(7);
    repository.remedy(2);
    let counts = "select runs || ' ' || failed from shape union all select runs || ' ' || failed from exercise
                  union all select count(*) from failure union all select count(*) from event where status <> 'started'";
    let before = repository.scene.rows(counts);
    let reply = repository.before("now", "toolu_now_1", CALL, &[]);
    let output = format!("PreToolUse:Bash hook error: {}", reason(&reply));
    let call = json!({"tool_name": "Bash", "tool_input": {"command": CALL}, "tool_use_id": "toolu_now_1", "tool_response": output});
    let batch = repository.payload("PostToolBatch", "now", &json!({"tool_calls": [call]}));
    repository.scene.hook(NOW, &batch);
    repository.scene.put(
        "now.jsonl",
        &super::capture_scene::text_of(&[
            json!({"type": "assistant", "sessionId": "now", "cwd": repository.top, "timestamp": NOW, "uuid": "u1", "version": "2.1.328",
                   "message": {"id": "m1", "role": "assistant", "model": "scripted", "content": [
                       {"type": "tool_use", "id": "toolu_now_1", "name": "Bash", "input": {"command": CALL}}]}}),
            json!({"type": "user", "sessionId": "now", "cwd": repository.top, "timestamp": NOW, "uuid": "u2", "version": "2.1.328",
                   "toolUseResult": format!("Error: {output}"),
                   "message": {"role": "user", "content": [
                       {"type": "tool_result", "tool_use_id": "toolu_now_1", "is_error": true, "content": output}]}}),
        ]),
    );
    repository.scene.import();
    assert_eq!(repository.scene.rows(counts), before);
    assert_eq!(
        repository.scene.rows(
            "select h.kind, h.shadow, h.suggestion, s.external, e.status, h.mode is not null, h.remedy from hint h
             join session s on s.id = h.session join event e on e.key = h.call"
        ),
        [format!("warning|0|{INSTEAD}|now|started|1|1")]
    );
    repository.scene.assert_consistent();
}

#[test]
fn shadow_is_only_noted_and_off_is_not_even_that() {
    for (variables, project, rows) in [
        (vec![("CALLUS_WARNINGS", "shadow")], "", vec!["1"]),
        (vec![], "warnings = \"shadow\"", vec!["1"]),
        (vec![("CALLUS_WARNINGS", "off")], "", vec![]),
        (vec![], "warnings = \"off\"", vec![]),
    ] {
        let repository = Repository::after(7);
        repository.remedy(2);
        fs::write(repository.top.join(".callus.toml"), project).expect("a file");
        for id in ["toolu_now_1", "toolu_now_2"] {
            assert_eq!(
                repository.before("now", id, CALL, &variables),
                "",
                "{variables:?} {project}"
            );
        }
        repository.scene.run(&["status"]);
        assert_eq!(
            repository.scene.rows("select shadow from hint"),
            rows,
            "{variables:?} {project}"
        );
        repository.scene.assert_no_fault();
    }
}

#[test]
fn a_damaged_file_says_nothing_and_is_noted_once_in_a_session() {
    let repository = Repository::after(7);
    repository.remedy(2);
    let [file] = repository.warned().try_into().expect("one file");
    let good = fs::read(&file).expect("reads");
    for (session, bytes) in [
        ("cut", good[..60].to_vec()),
        ("newer", [b"9".as_slice(), &good[1..]].concat()),
    ] {
        fs::write(&file, bytes).expect("overwritten");
        for id in ["toolu_1", "toolu_2"] {
            assert!(!repository.is_refused(session, id, CALL), "{session}");
        }
    }
    let faults = fs::read_to_string(repository.scene.env.data().join("workspaces/default/faults.log")).expect("noted");
    assert_eq!(faults.lines().count(), 2, "{faults}");
    repository.work();
    assert!(repository.is_refused("mended", "toolu_3", CALL));
}

#[test]
fn a_person_chooses_for_a_failure_mode_what_is_done() {
    let repository = Repository::after(7);
    repository.remedy(2);
    let scene = &repository.scene;
    let list = scene.run(&["warnings"]);
    let id = list.split_whitespace().next().expect("an id").to_owned();
    insta::assert_snapshot!(list.replace(&id, "[ID]"), @r"
    [ID]  deny-once · failed 7 of 7 runs · 7 sessions · 13 days ago · app
      GOFLAGS=-mod=mod gotool test ./...
      instead: ./tools/gotool test ./...
    ");
    for (word, session, refused, rows) in [
        ("off", "one", false, 0),
        ("shadow", "two", false, 1),
        ("deny-once", "three", true, 2),
        ("off", "four", false, 2),
        ("default", "five", true, 3),
    ] {
        let said = scene.json(&["warnings", &id, word, "--json"]);
        let answer = if word == "default" { "deny-once" } else { word };
        assert_eq!(said["warnings"][0]["answer"], answer);
        assert_eq!(repository.is_refused(session, "toolu_now", CALL), refused, "{word}");
        scene.run(&["status"]);
        assert_eq!(scene.number("select count(*) from hint"), rows, "{word}");
    }
    let said = scene.env.run(&["warnings", &id, "sometimes"]);
    insta::assert_snapshot!(said, @r"
    Error: `sometimes` is no answer
    Hint: Known: deny-once, shadow, off, default
    [exit code: 1]
    ");
    scene.run(&["mute", &id]);
    assert!(!repository.is_refused("six", "toolu_now", CALL), "muted");
    assert_eq!(repository.warned(), Vec::<PathBuf>::new());
}

#[test]
fn what_is_forgotten_is_warned_of_no_more() {
    let repository = Repository::after(7);
    repository.remedy(2);
    assert_eq!(repository.warned().len(), 1);
    repository.scene.run(&["forget", "--match", "gotool", "--yes"]);
    assert_eq!(repository.warned(), Vec::<PathBuf>::new());
    repository.scene.assert_nowhere("gotool");
}

#[test]
fn what_was_refused_once_is_not_refused_again_whatever_becomes_of_the_journal() {
    let repository = Repository::after(8);
    repository.remedy(2);
    let scene = &repository.scene;
    assert!(repository.is_refused("now", "toolu_now_1", CALL));
    scene.run(&["forget", "--session", "past-7", "--yes"]);
    repository.work();
    assert!(
        repository.is_refused("other", "toolu_other_1", CALL),
        "it is warned of still"
    );
    assert!(
        !repository.is_refused("now", "toolu_now_2", CALL),
        "after forgetting another session"
    );
    scene.run(&["redact", "--again"]);
    assert!(
        !repository.is_refused("now", "toolu_now_3", CALL),
        "after redacting again"
    );
    scene.hook(
        NOW,
        &repository.payload("SessionEnd", "now", &json!({"reason": "other"})),
    );
    repository.work();
    assert!(
        !repository.is_refused("now", "toolu_now_4", CALL),
        "after it ended and went on"
    );
    scene.assert_no_fault();
}

#[test]
fn a_warning_ends_with_its_fault() {
    let repository = Repository::after(7);
    repository.remedy(2);
    assert_eq!(repository.warned().len(), 1);
    for (at, warned) in [("2026-12-06T12:00:00Z", 1), ("2026-12-08T12:00:00Z", 0), (NOW, 1)] {
        repository.scene.work(at);
        assert_eq!(repository.warned().len(), warned, "{at}");
    }
    let bin = repository.scene.env.home().join(".local/bin");
    fs::create_dir_all(&bin).expect("a folder");
    let program = fs::File::create(bin.join("gotool")).expect("a program");
    // In 2033: after it was missed.
    program
        .set_modified(UNIX_EPOCH + Duration::from_secs(2_000_000_000))
        .expect("a time");
    repository.work();
    assert_eq!(repository.warned(), Vec::<PathBuf>::new(), "the program is there now");
}

#[test]
fn an_import_is_no_failure_when_warnings_cannot_be_written() {
    let repository = Repository::after(7);
    repository.remedy(2);
    let folder = repository.scene.env.data().join("workspaces/default/warnings");
    fs::remove_dir_all(&folder).expect("removed");
    fs::write(&folder, "in the way").expect("a file");
    repository.scene.put(
        "now.jsonl",
        &super::capture_scene::text_of(&[
            json!({"type": "user", "sessionId": "now", "cwd": repository.top, "timestamp": NOW, "uuid": "u1",
                   "version": "2.1.328", "message": {"role": "user", "content": "do it"}}),
        ]),
    );
    repository.scene.import();
    assert_eq!(
        repository
            .scene
            .number("select count(*) from session where external = 'now'"),
        1
    );
    let faults = fs::read_to_string(repository.scene.env.data().join("workspaces/default/faults.log")).expect("noted");
    assert!(faults.contains("no warnings were written"), "{faults}");
}
