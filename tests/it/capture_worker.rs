//! The worker: what it does behind the sessions, and that it may be killed at any moment.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};

use super::capture_recount::assert_same;
use super::capture_roads::known;
use super::capture_scene::{Scene, files_below, payload};
use super::capture_story::{Story, second, session_end};

fn start(session: &str) -> Value {
    json!({"session_id": session, "cwd": "/home/dev/project", "hook_event_name": "SessionStart", "source": "startup"})
}

fn failure(session: &str, call: &str) -> Value {
    json!({
        "session_id": session, "cwd": "/home/dev/project", "hook_event_name": "PostToolUseFailure",
        "tool_name": "Bash", "tool_use_id": call, "tool_input": {"command": format!("cat {call}")},
        "error": format!("Exit code 1\ncat: {call}: No such file or directory"), "is_interrupt": false,
    })
}

/// Returns the journals of the workspace.
fn journals(scene: &Scene) -> Vec<PathBuf> {
    let all = files_below(&scene.env.data().join("workspaces/default/journal"));
    all.into_iter()
        .filter(|path| path.extension().is_some_and(|ending| ending == "jsonl"))
        .collect()
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a process of its own stands for the client")]
fn a_session_whose_client_is_gone_is_swept_at_the_next_start() {
    let scene = Scene::new();
    let client = |seconds: &str| {
        std::process::Command::new("sleep")
            .arg(seconds)
            .spawn()
            .expect("a process")
    };
    let (mut dead, mut alive) = (client("600"), client("600"));
    scene.hook_with(&second(1), &[("CLAUDE_PID", &dead.id().to_string())], &start("dead"));
    scene.hook(&second(2), &failure("dead", "call-1"));
    scene.hook_with(&second(3), &[("CLAUDE_PID", &alive.id().to_string())], &start("alive"));
    scene.hook(&second(4), &failure("alive", "call-2"));
    scene.hook(&second(5), &start("unknown"));
    scene.work(&second(10));
    let ends = "select external, end_reason, ended_at is not null from session where external <> 'next' order by 1";
    assert_eq!(
        scene.rows(ends),
        ["alive|-|0", "dead|-|0", "unknown|-|0"],
        "all of them live"
    );
    dead.kill().expect("it lived");
    dead.wait().expect("it ends");

    scene.hook_with(&second(20), &[("CLAUDE_PID", &alive.id().to_string())], &start("next"));
    scene.work(&second(21));
    assert_eq!(scene.rows(ends), ["alive|-|0", "dead|swept|1", "unknown|-|0"]);
    assert_eq!(
        scene.rows("select ended_at = last_at from session where external = 'dead'"),
        ["1"],
        "it ended when it was last heard of"
    );
    // Without a process to ask for, silence of more than a day ends a session; with one, silence means nothing.
    scene.work("2026-11-20T12:00:20Z");
    assert_eq!(scene.rows(ends), ["alive|-|0", "dead|swept|1", "unknown|swept|1"]);
    // A session that was given up and goes on all the same is open again; its own end outranks the sweep.
    scene.hook_with(
        "2026-11-20T13:00:00Z",
        &[("CLAUDE_PID", &alive.id().to_string())],
        &start("unknown"),
    );
    scene.hook("2026-11-20T13:00:01Z", &session_end("dead"));
    scene.work("2026-11-20T13:00:02Z");
    assert_eq!(scene.rows(ends), ["alive|-|0", "dead|other|1", "unknown|-|0"]);
    alive.kill().expect("it lived");
    alive.wait().expect("it ends");
    scene.assert_consistent();
}

#[test]
fn a_lease_of_a_dead_worker_is_taken_over_when_it_runs_out() {
    let scene = Scene::new();
    scene.hook(&second(1), &start("leased"));
    lease(&scene, 120);
    scene.hook(&second(2), &failure("leased", "call-1"));
    scene.hook(&second(3), &session_end("leased"));
    scene.work(&second(60));
    assert_eq!(
        scene.rows("select holder from lease"),
        ["gone"],
        "the worker left at once"
    );
    assert_eq!(scene.rows("select settled_at from session"), ["-"]);
    assert_eq!(journals(&scene).len(), 1);
    scene.work(&second(121));
    assert_eq!(scene.rows("select holder from lease"), Vec::<String>::new());
    assert_eq!(
        scene.number("select count(*) from session where settled_at is not null and outcome is not null"),
        1
    );
    assert_eq!(journals(&scene).len(), 0);
    scene.assert_consistent();
}

/// Lets a worker that is gone hold the lease until some seconds after noon.
fn lease(scene: &Scene, seconds: u32) {
    scene.run(&["status"]);
    let until: jiff::Timestamp = second(seconds).parse().expect("a time");
    scene
        .other_program()
        .execute(
            "insert into lease (name, holder, until) values ('worker', 'gone', ?1)",
            [until.as_microsecond()],
        )
        .expect("takes the lease");
}

/// Many sessions, told by hooks and by the transcripts that these name, which no worker has looked at.
fn undrained(scene: &Scene) {
    lease(scene, 40_000);
    for n in 0..9_u32 {
        let name = format!("s{n}");
        let mut story = Story::at(&name, n * 900);
        story.prompt("go");
        for call in 0..8 {
            story.bash(
                &format!("cat {call}.txt"),
                call % 2 == 0,
                if call % 2 == 0 {
                    "Exit code 1\ncat: x.txt: No such file or directory"
                } else {
                    "test result: FAILED. 1 passed; 2 failed; 0 ignored"
                },
            );
        }
        story
            .edit("src/lib.rs")
            .bash("cargo test", false, "test result: ok. 3 passed; 0 failed")
            .turn("over");
        let path = scene.put(&format!("{name}.jsonl"), &story.text());
        let mut hooks = story.hooks();
        hooks.push(story.ending());
        // A third of the sessions is left to their transcripts, and half of the others never end.
        for (at, mut payload) in hooks.into_iter().filter(|_| n % 3 != 2) {
            payload["transcript_path"] = json!(path);
            if payload["hook_event_name"] != "SessionEnd" || n % 2 == 0 {
                scene.hook_with(&at, &[("CALLUS_HINTS", "off")], &payload);
            }
        }
    }
    assert_eq!(scene.rows("select external from session"), Vec::<String>::new());
    assert_eq!(journals(scene).len(), 6);
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the worker is killed after a while, wherever it is then"
)]
fn a_worker_that_is_killed_again_and_again_comes_to_the_same() {
    let at = "2026-11-20T11:00:00Z";
    let whole = Scene::new();
    undrained(&whole);
    whole.work(at);
    whole.assert_consistent();
    let scene = Scene::new();
    undrained(&scene);
    let mut killed = 0;
    let mut in_the_middle = 0;
    for pause in [10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 120, 140, 160, 180, 220, 260] {
        // The lease of the one that was killed runs out in the time that passes between two of them.
        let at = format!("2026-11-20T{:02}:{:02}:00Z", killed / 10, killed % 10 * 5);
        let mut worker = scene.env.start_with(&["worker"], &[("CALLUS_NOW", &at)]);
        std::thread::sleep(Duration::from_millis(pause));
        let _ = worker.kill();
        if worker.wait().expect("ends").success() {
            break;
        }
        killed += 1;
        in_the_middle +=
            i64::from(scene.number("select (select count(*) from source) + (select count(*) from event)") > 0);
    }
    println!("{killed} workers were killed, {in_the_middle} of them after their first transaction");
    scene.work(at);
    for ((what, one), (_, other)) in known(&scene).iter().zip(&known(&whole)) {
        assert_same(one, other, &format!("{what}, after {killed} kills"));
    }
    assert_eq!(journals(&scene).len(), journals(&whole).len());
    scene.assert_consistent();
    scene.assert_no_fault();
}

#[test]
fn a_journal_goes_when_its_session_has_ended_and_stays_when_it_has_grown() {
    let scene = Scene::new();
    scene.hook(&second(1), &start("ended"));
    scene.hook(&second(2), &failure("ended", "call-1"));
    scene.hook(&second(3), &start("runs"));
    scene.hook(&second(4), &failure("runs", "call-2"));
    scene.work(&second(5));
    assert_eq!(journals(&scene).len(), 2, "both run");
    scene.hook(&second(6), &session_end("ended"));
    scene.work(&second(7));
    let names: Vec<_> = journals(&scene)
        .iter()
        .map(|path| path.file_name().expect("a name").to_owned())
        .collect();
    assert_eq!(names, ["claude-code-runs.jsonl"]);
    // A hook that comes late begins a new journal, which is drained like the old one.
    scene.hook(&second(8), &failure("ended", "call-3"));
    scene.work(&second(9));
    assert_eq!(
        scene.rows("select call_id from event where call_id is not null order by 1"),
        ["call-1", "call-2", "call-3"]
    );
    assert_eq!(journals(&scene).len(), 1);

    // A torn record stays in a journal that a hook may still be writing.
    scene.hook(&second(10), &failure("torn", "call-4"));
    let path = journals(&scene)
        .into_iter()
        .find(|path| path.ends_with("claude-code-torn.jsonl"))
        .expect("the journal");
    let mut bytes = fs::read(&path).expect("reads");
    bytes.extend_from_slice(b"\n1 00000000 [{\"s\":[\"clau");
    fs::write(&path, &bytes).expect("writes");
    scene.hook(&second(11), &session_end("torn"));
    scene.work(&second(12));
    assert_eq!(
        scene.number("select count(*) from session where external = 'torn' and ended_at is not null"),
        1
    );
    assert_eq!(scene.number("select count(*) from event where call_id = 'call-4'"), 1);
    assert!(
        !path.exists(),
        "the next record ended the torn one: nothing can be added to it"
    );
    scene.assert_consistent();
}

#[test]
fn a_record_of_a_newer_format_stays_and_is_said() {
    let scene = Scene::new();
    scene.hook(&second(1), &start("mixed"));
    scene.hook(&second(2), &failure("mixed", "call-1"));
    let path = journals(&scene).pop().expect("a journal");
    let json = br#"{"future":true}"#;
    let mut bytes = fs::read(&path).expect("reads");
    let newer = format!("\n2 {:08x} ", crc32fast::hash(json));
    bytes.extend_from_slice(newer.as_bytes());
    bytes.extend_from_slice(json);
    fs::write(&path, &bytes).expect("writes");
    scene.hook(&second(3), &failure("mixed", "call-2"));
    scene.hook(&second(4), &session_end("mixed"));
    scene.work(&second(5));
    scene.run(&["status"]);
    assert!(
        path.exists(),
        "what a newer program wrote is not for this one to remove"
    );
    assert!(fs::read(&path).expect("reads").starts_with(&bytes));
    assert_eq!(
        scene.rows("select call_id from event where call_id is not null"),
        ["call-1"]
    );
    let doctor = scene.env.run(&["doctor"]).stdout;
    assert!(doctor.contains("newer"), "{doctor}");
    // The newer program reads its record and what follows; here it is as if it had done so.
    let text = fs::read_to_string(&path).expect("reads");
    fs::write(&path, text.replace(&newer, "\n2x ")).expect("writes");
    scene.work(&second(200));
    assert_eq!(
        scene.rows("select call_id from event where call_id is not null order by 1"),
        ["call-1", "call-2"]
    );
    scene.assert_consistent();
}

#[test]
fn a_newer_schema_is_left_alone_and_nothing_is_lost() {
    let scene = Scene::new();
    scene.hook(&second(1), &start("before"));
    scene.hook(&second(2), &failure("before", "call-1"));
    scene.work(&second(3));
    let version = scene.number("select user_version from pragma_user_version");
    scene
        .other_program()
        .pragma_update(None, "user_version", version + 1)
        .expect("writes");
    let bytes = fs::read(scene.env.database()).expect("reads");

    scene.hook(&second(4), &failure("before", "call-2"));
    scene.hook(&second(5), &payload("StopFailure-api500"));
    scene.hook(&second(6), &session_end("before"));
    scene.quiet();
    for command in [
        &["failures"][..],
        &["status"],
        &["sessions"],
        &["report"],
        &["import"],
        &["search", "x"],
        &["forget", "--match", "x", "--yes"],
        &["redact", "--again"],
        &["worker"],
    ] {
        let said = scene.env.run(command);
        assert_eq!(said.code, 4, "{command:?}: {said}");
        assert!(
            said.stderr.contains("newer") && said.stderr.contains("Hint:"),
            "{command:?}: {said}"
        );
        assert_eq!(said.stdout, "", "{command:?}");
    }
    assert_eq!(
        fs::read(scene.env.database()).expect("reads"),
        bytes,
        "it is left as it is"
    );
    assert_eq!(journals(&scene).len(), 2);

    scene
        .other_program()
        .pragma_update(None, "user_version", version)
        .expect("writes");
    scene.work(&second(300));
    assert_eq!(
        scene.rows("select call_id from event where kind = 'call' order by 1"),
        ["call-1", "call-2"]
    );
    assert_eq!(scene.number("select count(*) from event where kind = 'model-error'"), 1);
    assert_eq!(
        scene.rows("select end_reason from session where external = 'before'"),
        ["other"]
    );
    scene.assert_consistent();
}

#[test]
fn a_session_that_began_without_hooks_is_read_where_a_later_one_says() {
    let scene = Scene::new();
    let mut story = Story::new("late");
    story
        .prompt("before the hooks were there")
        .bash(
            "cat early.txt",
            true,
            "Exit code 1\ncat: early.txt: No such file or directory",
        )
        .turn("not there");
    let path = scene.put("late.jsonl", &story.text());
    let stop = serde_json::json!({
        "session_id": "late", "transcript_path": path, "cwd": "/home/dev/project",
        "hook_event_name": "Stop", "stop_hook_active": false, "last_assistant_message": "that was all"
    });
    scene.hook(&second(900), &stop);
    scene.work(&second(901));
    assert_eq!(
        scene.rows("select headline from failure"),
        ["cat: early.txt: No such file or directory"]
    );
    scene.assert_consistent();
}
