//! Past sessions, played again.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use callus::config::Settings;
use callus::domain::time::Timestamp;
use callus::flow::import::Request;
use callus::flow::replay::{Event, replay};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::env::TestEnv;
use super::fixture;

/// Real sessions, cut to what fails in them.
const REAL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/transcripts/replay");

/// One call of a made session.
#[derive(Debug, Clone)]
pub(super) struct Made {
    command: String,
    output: String,
    failed: bool,
}

pub(super) fn made(command: &str, output: &str, failed: bool) -> Made {
    Made {
        command: command.to_owned(),
        output: output.to_owned(),
        failed,
    }
}

/// Returns the lines of calls in a session: the first at `minute` of 10 November 2026, each a minute after the one before,
/// at a second of its own.
pub(super) fn lines(session: u32, named_in: u32, minute: usize, calls: &[Made]) -> String {
    let mut out = String::new();
    for (nth, call) in calls.iter().enumerate() {
        let (hour, minute) = ((minute + nth) / 60, (minute + nth) % 60);
        let id = format!("toolu_{session}_{nth}");
        let with = |more: &Value| {
            let mut line = json!({
                "sessionId": name(named_in), "cwd": "/home/dev/app", "version": "2.1.0", "isSidechain": false,
                "timestamp": format!("2026-11-10T{hour:02}:{minute:02}:{session:02}.000Z"), "userType": "external",
            });
            for (key, value) in more.as_object().expect("an object") {
                line[key] = value.clone();
            }
            line.to_string()
        };
        let asked = with(&json!({"type": "assistant", "uuid": format!("a{id}"), "message": {
            "id": format!("msg_{id}"), "type": "message", "role": "assistant", "model": "claude-opus-4-5",
            "content": [{"type": "tool_use", "id": id, "name": "Bash", "input": {"command": call.command}}],
        }}));
        let answered = with(
            &json!({"type": "user", "uuid": format!("u{id}"), "message": {"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": id, "content": call.output, "is_error": call.failed},
            ]}}),
        );
        out.extend([asked, answered].map(|line| line + "\n"));
    }
    out
}

pub(super) fn name(session: u32) -> String {
    format!("1d2e3f40-0000-4000-8000-{session:012}")
}

pub(super) fn write(folder: &Path, session: u32, text: &str) -> PathBuf {
    let path = folder.join(name(session)).with_extension("jsonl");
    fs::write(&path, text).expect("a transcript");
    path
}

/// Returns the lines of `--events -`.
fn events(env: &TestEnv, paths: &[PathBuf]) -> Vec<String> {
    let mut arguments = vec!["replay".to_owned(), "--events".to_owned(), "-".to_owned()];
    arguments.extend(paths.iter().map(|path| path.display().to_string()));
    env.run(&arguments).success().lines().map(str::to_owned).collect()
}

pub(super) fn view(env: &TestEnv, folder: &Path) -> Value {
    let told = env
        .run(&["replay".as_ref(), "--json".as_ref(), folder.as_os_str()])
        .success();
    serde_json::from_str(&told).expect("JSON")
}

/// Returns the real sessions in order of their first step.
fn real_in_order() -> Vec<PathBuf> {
    let first = |path: &Path| {
        let text = fs::read_to_string(path).expect("readable");
        let times = text.lines().filter_map(|line| {
            let line: Value = serde_json::from_str(line).expect("JSON");
            line["timestamp"].as_str().map(str::to_owned)
        });
        times.min().expect("a time")
    };
    let mut paths: Vec<PathBuf> = fs::read_dir(REAL)
        .expect("readable")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"))
        .collect();
    paths.sort_by_cached_key(|path| first(path));
    paths
}

#[test]
fn the_first_sessions_alone_give_what_they_gave_among_all() {
    let env = TestEnv::new();
    let paths = real_in_order();
    assert!(paths.len() >= 8, "{paths:?}");
    let all = events(&env, std::slice::from_ref(&PathBuf::from(REAL)));
    assert!(
        all.iter().any(|line| line.contains(r#""reason":"self-explaining""#)),
        "{all:#?}"
    );
    assert!(all.iter().any(|line| line.contains(r#""type":"hint""#)), "{all:#?}");
    for k in [1, 3, 6, 8, 10, paths.len() - 1, paths.len()] {
        // Whoever names the files in another order gets the same.
        let mut some = paths[..k].to_vec();
        some.reverse();
        let first = events(&env, &some);
        assert_eq!(first, all[..first.len()], "the first {k}");
        let rest = &all[first.len()..];
        let played: Vec<String> = some
            .iter()
            .map(|path| path.file_stem().expect("a name").to_string_lossy().into())
            .collect();
        for line in rest {
            let line: Value = serde_json::from_str(line).expect("JSON");
            let session = line["session"].as_str().expect("a session");
            assert!(
                !played.iter().any(|name| name.ends_with(session)),
                "{session} is missing among the first {k}"
            );
        }
    }
}

/// What made calls are: some fail, some fail in a compound command, some work.
fn calls() -> impl Strategy<Value = Made> {
    let programs = prop::sample::select(&["frob", "quux", "zed"]);
    (programs, 0..4_u8, 0..3_u8).prop_map(|(program, flag, end)| {
        let command = format!("{program} make --level {flag}");
        match end {
            0 => made(&command, "done", false),
            1 => made(
                &command,
                &format!("Exit code 2\n{program}: error: level {flag} is not there"),
                true,
            ),
            _ => made(
                &format!("which {program}"),
                "Exit code 127\nbash: which: command not found",
                true,
            ),
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn nothing_looks_ahead(sessions in prop::collection::vec((0..120_usize, prop::collection::vec(calls(), 1..7)), 2..7)) {
        let home = tempfile::tempdir().expect("a folder");
        let mut begun: Vec<(usize, PathBuf)> = Vec::new();
        for ((minute, calls), session) in sessions.iter().zip(1..) {
            begun.push((*minute, write(home.path(), session, &lines(session, session, *minute, calls))));
        }
        begun.sort();
        let play = |paths: &[PathBuf], nth: usize| {
            let settings = Settings::at(&home.path().join(format!("store-{nth}")), Timestamp(0));
            let request = Request { paths: paths.to_vec(), ..Request::default() };
            let mut events: Vec<Event> = Vec::new();
            let report = replay(&settings, &request, |_| {}, |event| events.push(event.clone())).expect("plays");
            (events, report.figures.calls)
        };
        let paths: Vec<PathBuf> = begun.into_iter().map(|(_, path)| path).collect();
        let (all, count) = play(&paths, 0);
        prop_assert_eq!(count, sessions.iter().map(|(_, calls)| calls.len() as u64).sum::<u64>());
        for k in 1..paths.len() {
            let (first, _) = play(&paths[..k], k);
            prop_assert_eq!(&first[..], &all[..first.len()], "the first {} of {}", k, paths.len());
        }
    }
}

const RED: (&str, &str) = ("frob make", "Exit code 2\nfrob: error: no such level");

#[test]
fn what_a_fork_copied_is_neither_a_call_nor_a_repeat() {
    let env = TestEnv::new();
    let history = [
        made("ls", "a", false),
        made(RED.0, RED.1, true),
        made("frob make --deep", "done", false),
    ];
    write(&env.home(), 1, &lines(1, 1, 0, &history));
    let own = lines(2, 2, 30, &[made(RED.0, RED.1, true), made("ls", "a", false)]);
    write(&env.home(), 2, &(lines(1, 2, 0, &history) + &own));
    let told = view(&env, &env.home());
    assert_eq!(told["sessions"], 2);
    assert_eq!(told["calls"], 5, "{told:#}");
    assert_eq!(told["failures"], 2, "{told:#}");
    assert_eq!(told["repeats"]["all"], 0, "one root session met both: {told:#}");
    write(&env.home(), 3, &lines(3, 3, 50, &[made(RED.0, RED.1, true)]));
    assert_eq!(
        view(&env, &env.home())["repeats"]["all"],
        1,
        "another session meets it again"
    );
}

#[test]
fn the_naive_rule_is_measured() {
    let names = |later: &str| {
        let env = TestEnv::new();
        let fixed = made("frob make --deep", "done", false);
        write(&env.home(), 1, &lines(1, 1, 0, &[made(RED.0, RED.1, true), fixed]));
        let worked = made(later, "done", false);
        write(&env.home(), 2, &lines(2, 2, 30, &[made(RED.0, RED.1, true), worked]));
        let naive = view(&env, &env.home())["naive"].clone();
        (
            naive["suggestions"]["made"].clone(),
            naive["suggestions"]["named"].clone(),
            naive["bare"].clone(),
        )
    };
    assert_eq!(names("frob make --deep"), (json!(1), json!(1), json!(0)));
    assert_eq!(names("frob make --wide"), (json!(1), json!(0), json!(0)));
}

/// A call that never works here, and what works.
pub(super) const HOPELESS: (&str, &str) = (
    "gotool test ./...",
    "Exit code 127\n/bin/bash: line 1: gotool: command not found",
);
pub(super) const INSTEAD: &str = "./tools/gotool test ./...";

#[test]
fn a_warning_comes_behind_seven_failures_and_is_wrong_where_the_call_would_have_worked() {
    let env = TestEnv::new();
    let fails = made(HOPELESS.0, HOPELESS.1, true);
    let works = made(HOPELESS.0, "ok", false);
    // A refusal costs a call too: failing has to cost more than the one that follows.
    let tried = made(
        "/opt/gotool test ./...",
        "Exit code 127\n/bin/bash: line 1: /opt/gotool: No such file or directory",
        true,
    );
    for session in 1..=7 {
        let instead = made(INSTEAD, "ok", false);
        write(
            &env.home(),
            session,
            &lines(session, session, 0, &[fails.clone(), tried.clone(), instead]),
        );
    }
    let figures = |told: &Value| {
        let messages = &told["messages"];
        [&messages["warnings"], &messages["wrong_warnings"]].map(|figure| figure.as_u64().expect("a number"))
    };
    assert_eq!(figures(&view(&env, &env.home())), [0, 0], "seven have to fail first");
    // It is said once in a session, whatever comes of it.
    write(&env.home(), 8, &lines(8, 8, 20, &[fails.clone(), fails.clone()]));
    assert_eq!(figures(&view(&env, &env.home())), [1, 0]);
    write(&env.home(), 9, &lines(9, 9, 30, std::slice::from_ref(&works)));
    assert_eq!(figures(&view(&env, &env.home())), [2, 1]);
    // Its newest run did not fail.
    write(&env.home(), 10, &lines(10, 10, 40, &[works]));
    let told = view(&env, &env.home());
    assert_eq!(figures(&told), [2, 1], "{told:#}");
    let warned: Vec<Value> = events(&env, &[env.home()])
        .iter()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .filter(|line: &Value| line["type"] == "warning")
        .collect();
    let of = |field: &str| -> Vec<&Value> { warned.iter().map(|line| &line[field]).collect() };
    assert_eq!(of("session"), [&json!(name(8)), &json!(name(9))]);
    assert_eq!(of("suggestion"), [INSTEAD, INSTEAD]);
    assert_eq!(
        of("headline"),
        [&json!("/bin/bash: line 1: gotool: command not found"), &json!("")]
    );
    assert!(of("ordinal").iter().all(|ordinal| **ordinal == 1), "{warned:#?}");
}

#[test]
fn suggestions_name_what_worked_in_their_own_place_and_not_when_shuffled() {
    let env = TestEnv::new();
    let other = made(
        "quux pack all",
        "Exit code 2\nquux: error: there is no key for the pack",
        true,
    );
    for session in [1, 2] {
        let minute = 20 * usize::try_from(session).expect("few");
        let calls = [
            made(HOPELESS.0, HOPELESS.1, true),
            made(INSTEAD, "ok", false),
            other.clone(),
            made("quux pack all --unsigned", "ok", false),
        ];
        write(&env.home(), session, &lines(session, session, minute, &calls));
    }
    let told = view(&env, &env.home());
    assert_eq!(told["messages"]["hints"], 2, "{told:#}");
    let figures = |of: &str| [&told[of]["made"], &told[of]["reached"], &told[of]["named"]].map(Value::as_u64);
    assert_eq!(figures("suggestions"), [Some(2), Some(2), Some(2)]);
    assert_eq!(figures("shuffled"), [Some(2), Some(2), Some(0)]);
}

#[test]
fn a_session_is_briefed_at_its_start_and_after_a_compaction() {
    let env = TestEnv::new();
    let fails = || made(HOPELESS.0, HOPELESS.1, true);
    for session in [1, 2] {
        let minute = 20 * usize::try_from(session).expect("few");
        let calls = [fails(), made(INSTEAD, "ok", false)];
        write(&env.home(), session, &lines(session, session, minute, &calls));
    }
    let told = view(&env, &env.home());
    assert_eq!(told["briefed"]["starts"], 2, "{told:#}");
    assert_eq!(
        told["messages"]["briefs"], 0,
        "what one session met is no news to the next"
    );
    let compacted = json!({
        "type": "system", "subtype": "compact_boundary", "uuid": "c1", "sessionId": name(3), "cwd": "/home/dev/app",
        "version": "2.1.5", "isSidechain": false, "timestamp": "2026-11-10T01:03:30.000Z", "userType": "external",
        "compactMetadata": {"trigger": "auto"},
    });
    let text = lines(3, 3, 60, &[made("ls", "a", false)]);
    let rest = lines(3, 3, 70, &[fails()]).replace("toolu_3_0", "toolu_3_1");
    write(&env.home(), 3, &format!("{text}{compacted}\n{rest}"));
    write(&env.home(), 4, &lines(4, 4, 80, &[made("ls", "a", false)]));
    let told = view(&env, &env.home());
    assert_eq!(told["messages"]["briefs"], 3, "{told:#}");
    let briefed = told["briefed"].as_object().expect("figures").clone();
    let expected = json!({"starts": 5, "told": 3, "modes": 2, "met": 1, "known": 1});
    for (figure, value) in expected.as_object().expect("figures") {
        assert_eq!(&briefed[figure], value, "{figure}: {told:#}");
    }
    let kinds = events(&env, &[env.home()]);
    assert!(!kinds.iter().any(|line| line.contains("brief")), "{kinds:#?}");
    let calls = told["calls"].as_f64().expect("a number");
    let per = |field: &str| told["messages"][field].as_f64().expect("a number");
    let briefs = (per("per_100_calls") - per("per_100_calls_without_briefs")) * calls / 100.0;
    assert!((briefs - 3.0).abs() < 0.1, "{told:#}");
}

#[test]
fn an_empty_folder_and_what_is_no_transcript_are_said() {
    let env = TestEnv::new();
    let empty = env.home().join("empty");
    fs::create_dir(&empty).expect("a folder");
    insta::assert_snapshot!(env.run(&["replay", "empty"]).success(), @"No session was played: no transcript was found.");
    fs::write(empty.join("a.jsonl"), "no JSON").expect("a file");
    std::os::unix::fs::symlink("/nowhere", empty.join("b.jsonl")).expect("a link");
    insta::assert_snapshot!(env.run(&["replay", "empty"]).success(), @r"
    No session was played: no transcript was found.
    Not read: empty/a.jsonl: holds no JSON lines
    Not read: empty/b.jsonl: cannot be read
    ");
    insta::assert_snapshot!(env.run(&["replay", "missing"]), @r"
    Error: there is nothing at missing
    Hint: Name transcripts or folders that hold some; without a path the assistant's own are read
    [exit code: 1]
    ");
}

#[test]
fn the_file_of_events_is_what_is_printed_and_takes_its_place_whole() {
    let env = TestEnv::new();
    let printed = env.run(&["replay", REAL, "--events", "-"]).success();
    let report = env.run(&["replay", REAL, "--events", "told.jsonl"]).success();
    assert!(report.starts_with("Replay"), "{report}");
    let written = fs::read_to_string(env.home().join("told.jsonl")).expect("it is there");
    assert_eq!(written, printed);
    let fields = [
        "type",
        "session",
        "call_id",
        "ordinal",
        "at",
        "tool",
        "headline",
        "mode",
        "instance",
        "expected",
        "reason",
        "text",
        "suggestion",
    ];
    let mut ordinals: BTreeMap<String, u64> = BTreeMap::new();
    for line in written.lines() {
        let line: Value = serde_json::from_str(line).expect("JSON");
        let line = line.as_object().expect("an object");
        assert!(line.keys().eq(fields), "{line:?}");
        let ordinal = line["ordinal"].as_u64().expect("a number");
        let last = ordinals.insert(line["session"].to_string(), ordinal).unwrap_or(1);
        assert!(ordinal >= last, "{line:?}");
    }
    let refused = env.run(&["replay", REAL, "--events", "nowhere/told.jsonl"]);
    insta::assert_snapshot!(refused, @r"
    Error: could not write nowhere/told.jsonl: there is no folder nowhere
    Hint: Make it, or name a file in a folder that is there; --events - is standard output
    [exit code: 1]
    ");
    assert_eq!(left(&env), ["told.jsonl"]);
}

/// Returns what lies in the home folder, which holds the temporary ones too.
fn left(env: &TestEnv) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(env.home())
        .expect("readable")
        .map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn the_store_is_neither_read_nor_written() {
    let env = TestEnv::new();
    fixture::fill(&env);
    let files = || {
        let mut files: BTreeMap<PathBuf, Vec<u8>> = BTreeMap::new();
        let mut folders = vec![env.data()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("readable") {
                let path = entry.expect("readable").path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    files.insert(path.clone(), fs::read(&path).expect("readable"));
                }
            }
        }
        files
    };
    let before = files();
    assert!(!before.is_empty());
    env.run(&["replay", REAL]).success();
    assert!(files() == before, "something in the store has changed");
    assert_eq!(left(&env), Vec::<String>::new());
}

#[test]
fn a_replay_that_is_killed_leaves_nothing() {
    let env = TestEnv::new();
    // Nobody writes to it, so that the replay waits for its first line with its folder made.
    let pipe = env.home().join("pipe.jsonl");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &pipe,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RWXU,
        0,
    )
    .expect("a pipe");
    let mut child = env.start(&["replay", "pipe.jsonl"]);
    let is_there = || left(&env).iter().any(|name| name.starts_with("callus-replay-"));
    wait_until(is_there);
    child.kill().expect("it runs");
    child.wait().expect("it ends");
    wait_until(|| !is_there());
}

/// Waits until something is so; a minute is more than any machine needs.
#[expect(clippy::disallowed_methods, reason = "another process is waited for")]
fn wait_until(so: impl Fn() -> bool) {
    for _ in 0..3_000 {
        if so() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    panic!("it never came");
}

#[test]
fn what_it_came_to_is_readable_at_60_columns() {
    let env = TestEnv::new();
    for line in env.run(&["replay", REAL]).success().lines() {
        assert!(line.chars().count() <= 60, "{line}");
    }
}
