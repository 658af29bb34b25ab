//! The counters by which a call is warned of are those of a recount by hand, whatever the road and the order, and our own
//! refusal is no run.

use std::collections::BTreeMap;
use std::path::Path;

use callus::assistants;
use callus::capture::{Recorder, prepare};
use callus::config::Settings;
use callus::domain::lesson::{Rule, Told};
use callus::domain::time::{Span, Timestamp};
use callus::domain::trace::{Notice, Observation, Step};
use callus::flow::import::{Request, import, settle_waiting};
use callus::redact;
use callus::store::{Access, Store};
use proptest::prelude::*;
use serde_json::{Value, json};

/// 2026-11-10T08:00:00Z.
const BEGIN: Timestamp = Timestamp(1_794_297_600_000_000);
const SAID: &str = "Callus: not run. Run `frob make --deep` instead; the same call again is let through.";

/// What came of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Worked,
    Failed,
    Refused,
}

/// One call; each begins ten seconds after the one before, in whatever session.
#[derive(Debug, Clone, Copy)]
struct Made {
    session: usize,
    command: &'static str,
    end: End,
}

fn calls() -> impl Strategy<Value = Vec<Made>> {
    let commands = prop::sample::select(&["frob make", "GOFLAGS=-v frob make", "zed build"]);
    let ends = prop::sample::select(&[End::Worked, End::Failed, End::Failed, End::Refused]);
    let call = (0..3_usize, commands, ends).prop_map(|(session, command, end)| Made { session, command, end });
    prop::collection::vec(call, 1..16)
}

/// Returns how often each command ran and failed, and whether its last run failed.
fn recount(calls: &[Made]) -> Vec<(String, i64, i64, bool)> {
    let mut counts: BTreeMap<&str, (i64, i64, bool)> = BTreeMap::new();
    for call in calls.iter().filter(|call| call.end != End::Refused) {
        let failed = call.end == End::Failed;
        let count = counts.entry(call.command).or_default();
        *count = (count.0 + 1, count.1 + i64::from(failed), failed);
    }
    let rows = counts
        .into_iter()
        .map(|(command, count)| (command.to_owned(), count.0, count.1, count.2));
    rows.collect()
}

fn counted(settings: &Settings) -> Vec<(String, i64, i64, bool)> {
    let database = rusqlite::Connection::open(settings.database()).expect("opens");
    let mut rows = database
        .prepare("select call, runs, failed, last_failed from shape order by call")
        .expect("prepares");
    let rows = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)));
    rows.expect("rows").collect::<Result<_, _>>().expect("reads")
}

fn session(number: usize) -> String {
    format!("1d2e3f40-0000-4000-8000-{number:012}")
}

fn at(nth: usize) -> Timestamp {
    BEGIN.after(Span::seconds(10 * i64::try_from(nth).expect("few")))
}

fn output(end: End) -> String {
    match end {
        End::Worked => "done".to_owned(),
        End::Failed => "Exit code 2\nerror: there is no such level".to_owned(),
        End::Refused => format!("PreToolUse:Bash hook error: {SAID}"),
    }
}

/// Records what hooks report of the calls, each a second after it began.
fn hear(store: &mut Store, recorder: &mut Recorder, calls: &[Made]) {
    let hooks = assistants::by_name("claude-code")
        .and_then(|spec| spec.hooks.as_ref())
        .expect("hooks");
    for (nth, made) in calls.iter().enumerate() {
        let call = json!({"tool_name": "Bash", "tool_use_id": format!("toolu_{nth}"), "tool_input": {"command": made.command}});
        let read = |event: &str, more: &Value| -> Vec<Observation> {
            let mut payload =
                json!({"session_id": session(made.session), "cwd": "/home/dev/app", "hook_event_name": event});
            for (key, value) in more.as_object().expect("fields") {
                payload[key] = value.clone();
            }
            (hooks.read)(payload.to_string().as_bytes(), at(nth).after(Span::seconds(1))).observations
        };
        let mut seen = Vec::new();
        if made.end == End::Refused {
            seen.extend(read("PreToolUse", &call).into_iter().map(refused));
        }
        if made.end == End::Failed {
            let mut failed = call.clone();
            failed["error"] = json!(output(made.end));
            seen.extend(read("PostToolUseFailure", &failed));
        }
        let mut whole = call.clone();
        whole["tool_response"] = json!(output(made.end));
        seen.extend(read("PostToolBatch", &json!({"tool_calls": [whole]})));
        let seen: Vec<_> = redact::scan_all(seen).into_iter().map(|seen| prepare(&seen)).collect();
        store
            .write(|tx| {
                recorder.begin();
                for prepared in &seen {
                    recorder.record(tx, prepared)?;
                }
                Ok::<_, callus::store::StoreError>(())
            })
            .expect("recorded");
    }
}

/// Returns what the hook records in place of a call that it refuses.
fn refused(seen: Observation) -> Observation {
    let Step::CallStarted(call) = seen.step.clone() else {
        panic!("{seen:?}");
    };
    let notice = Notice {
        told: Told::Warning,
        rule: Some(Rule::Remedy),
        mode: None,
        instance: None,
        remedy: None,
        call: Some(call),
        shadow: false,
        text: SAID.to_owned(),
        suggestion: "frob make --deep".to_owned(),
    };
    Observation {
        step: Step::Told(notice),
        ..seen
    }
}

/// Writes the transcripts of the sessions.
fn write(folder: &Path, calls: &[Made]) {
    for number in 0..3 {
        let mut text = String::new();
        for (nth, made) in calls.iter().enumerate().filter(|(_, made)| made.session == number) {
            let id = format!("toolu_{nth}");
            let second = 10 * nth;
            let line = |kind: &str, content: &Value| {
                let line = json!({
                    "type": kind, "uuid": format!("{kind}-{id}"), "sessionId": session(number), "cwd": "/home/dev/app",
                    "version": "2.1.328", "userType": "external", "isSidechain": false,
                    "timestamp": format!("2026-11-10T08:{:02}:{:02}.000Z", second / 60, second % 60),
                    "message": {"id": format!("msg_{id}"), "role": kind, "model": "scripted", "content": [content]},
                });
                format!("{line}\n")
            };
            text += &line(
                "assistant",
                &json!({"type": "tool_use", "id": id, "name": "Bash", "input": {"command": made.command}}),
            );
            text += &line(
                "user",
                &json!({
                    "type": "tool_result", "tool_use_id": id, "content": output(made.end), "is_error": made.end != End::Worked,
                }),
            );
        }
        if !text.is_empty() {
            std::fs::write(folder.join(session(number)).with_extension("jsonl"), text).expect("a transcript");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn runs_and_failures_are_counted_once_whatever_the_road(calls in calls()) {
        let expected = recount(&calls);
        for roads in [&["hooks"][..], &["transcripts"], &["hooks", "transcripts"], &["transcripts", "hooks"]] {
            let home = tempfile::tempdir().expect("a folder");
            let settings = Settings::at(home.path(), at(100));
            let mut store = Store::open(&settings.database(), Access::Write).expect("opens");
            let mut recorder = Recorder::new(settings.machine());
            let projects = home.path().join("projects");
            std::fs::create_dir_all(&projects).expect("a folder");
            write(&projects, &calls);
            for road in roads {
                if *road == "hooks" {
                    hear(&mut store, &mut recorder, &calls);
                    settle_waiting(&mut store, &settings, |_, _| Ok(())).expect("settles");
                } else {
                    let request = Request { paths: vec![projects.clone()], ..Request::default() };
                    import(&mut store, &settings, &request, |_, _| {}).expect("imports");
                }
                prop_assert_eq!(&counted(&settings), &expected, "{} of {:?}", road, roads);
            }
        }
    }
}
