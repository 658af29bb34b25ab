mod refused;

use proptest::prelude::*;
use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::answers::{Advice, Answer as _, Style, Who};
use crate::config::Settings;
use crate::domain::id::Assistant;
use crate::domain::trace::SessionKey;
use crate::redact::Rules;
use crate::store::read::Cell;
use crate::store::{Access, StoreError};
use jiff::tz::TimeZone;

/// 2026-11-20T12:00:00Z.
const NOW: Timestamp = Timestamp(1_795_176_000_000_000);

/// A store of its own, and what writes into it.
struct Desk {
    folder: TempDir,
    settings: Settings,
    rules: Rules,
    store: Store,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let settings = Settings::at(folder.path(), NOW);
        Self {
            store: Store::open(&settings.database(), Access::Write).expect("a store"),
            rules: Rules::new(&[]).expect("rules"),
            settings,
            folder,
        }
    }

    fn told(&mut self, who: Who, records: &Value) -> Result<RecordView, AnswerError> {
        let queries: Vec<RecordQuery> = Vec::deserialize(records).expect("objects");
        let writing = Writing {
            settings: &self.settings,
            rules: &self.rules,
            who,
        };
        record(Ok(&mut self.store), &writing, &queries, NOW)
    }

    fn tell(&mut self, record: &Value) -> Result<RecordView, AnswerError> {
        self.told(Who::Agent { session: None }, &json!([record]))
    }

    fn text(&mut self, record: &Value) -> String {
        match self.tell(record) {
            Ok(view) => view.text(&Style::model(NOW, TimeZone::UTC)),
            Err(error) => std::iter::once(error.to_string())
                .chain(error.advice())
                .collect::<Vec<_>>()
                .join("\n"),
        }
    }

    fn rows(&self, sql: &str) -> Vec<String> {
        let table = crate::store::read::query(self.store.path(), sql, 100).expect(sql);
        table
            .rows
            .iter()
            .map(|row| row.iter().map(cell).collect::<Vec<_>>().join("|"))
            .collect()
    }
}

fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Integer(number) => number.to_string(),
        Cell::Text(text) => text.clone(),
        other => format!("{other:?}"),
    }
}

#[test]
fn the_full_record_is_kept_field_by_field() {
    let mut desk = Desk::new();
    let view = desk
        .tell(&json!({
            "assistant": "orders", "session": "run-7", "agent": "b1", "node": "charge-card", "id": 7,
            "timestamp": "2026-11-20T11:59:00Z", "tool": "payments.charge", "input": {"amount": 12, "currency": "EUR"},
            "exit_code": "4", "error_type": "TimeoutError", "message": "no answer after 30 s",
            "output": {"status": 504, "token": "ghp_Zk3vQ9xT7bLm2Rw8Yp5Nc1Hd6Fg4Js0AqW3e"}, "file": "/srv/orders/charge.py",
            "duration_ms": 30_001, "input_context": {"order": 8812}, "state_snapshot": {"queue": 3, "retries": [1, 2]},
            "evolution_triggered": true, "resolution": "raised the limit to 60 s", "labels": {"team": "orders"},
            "project": "order-pipeline", "model": "m-1", "colour": "red",
        }))
        .expect("recorded");
    let line = &view.records[0];
    assert_eq!((line.verdict, line.repeated), (RecordVerdict::New, false));
    assert_eq!(line.ignored, ["colour"]);
    assert_eq!(
        desk.rows(
            "select s.assistant, s.external, s.model, f.agent, f.node, f.at, e.tool, f.exit_code, f.error_type, f.headline,
                    f.message, f.file, e.duration_ms, f.input_context, f.evolution_triggered, f.resolution, f.origin,
                    l.key || '=' || l.value, p.name
             from failure f join event e on e.id = f.event join session s on s.id = f.session
             join session_label l on l.session = s.id join project p on p.id = f.project"
        ),
        ["orders|run-7|m-1|b1|charge-card|1795175940000000|payments.charge|4|TimeoutError|\
          TimeoutError: no answer after 30 s|no answer after 30 s|/srv/orders/charge.py|30001|\
          {\"context\":{\"order\":8812}}|1|{\"by\":\"orders\",\"text\":\"raised the limit to 60 s\"}|reported|\
          team=orders|order-pipeline"]
    );
    let snapshot = desk.rows("select snapshot from failure").concat();
    assert!(
        snapshot.contains(r#""state":{"queue":3,"retries":[1,2]}"#),
        "{snapshot}"
    );
    let call = desk
        .store
        .call_of(&key("orders", "run-7"), &id(&desk))
        .expect("reads")
        .expect("a call");
    let output = desk
        .store
        .body(call.event)
        .expect("reads")
        .output
        .expect("it is kept")
        .joined();
    assert_eq!(output, r#"{"status":504,"token":"[redacted:token]"}"#);
}

fn key(assistant: &str, external: &str) -> SessionKey {
    SessionKey {
        assistant: Assistant::new(assistant),
        external: external.to_owned(),
    }
}

fn id(desk: &Desk) -> String {
    desk.rows("select call_id from event where kind = 'call'").concat()
}

#[test]
fn what_is_told_twice_is_kept_once() {
    let mut desk = Desk::new();
    let by_time =
        json!({"tool": "backup", "message": "disk full", "session": "s", "timestamp": "2026-11-20T11:00:00Z"});
    let by_id = json!({"tool": "backup", "message": "disk full", "session": "s", "id": "1"});
    for record in [&by_time, &by_id] {
        assert!(!desk.tell(record).expect("recorded").records[0].repeated);
        for _ in 0..2 {
            assert!(desk.tell(record).expect("recorded").records[0].repeated);
        }
    }
    // The same id in another session is another call.
    let other = json!({"tool": "backup", "message": "disk full", "session": "t", "id": "1"});
    assert!(!desk.tell(&other).expect("recorded").records[0].repeated);
    assert_eq!(desk.rows("select count(*) from event"), ["3"]);
    assert_eq!(desk.rows("select failures, sessions from mode"), ["3|2"]);
    assert_eq!(
        desk.rows("select sum(runs), sum(failed) from exercise where key = 'backup'"),
        ["3|3"]
    );
    let batch = json!([by_id.clone(), by_id]);
    let view = desk.told(Who::Agent { session: None }, &batch).expect("recorded");
    assert!(view.records.iter().all(|one| one.repeated));
}

#[test]
fn a_success_is_a_run_and_what_worked_after_a_failure_is_learnt() {
    let mut desk = Desk::new();
    for (n, record) in [
        json!({"command": "pack --zone eu", "exit_code": 1, "output": "error: zone eu is locked"}),
        json!({"command": "pack --zone eu --wait", "exit_code": 0}),
    ]
    .into_iter()
    .enumerate()
    {
        for session in ["a", "b"] {
            let mut record = record.clone();
            record["session"] = session.into();
            record["id"] = n.into();
            record["project"] = "ops".into();
            let view = desk.tell(&record).expect("recorded");
            assert_eq!(view.records[0].failure.is_some(), n == 0);
        }
    }
    assert_eq!(
        desk.rows("select sum(runs), sum(failed) from exercise where key = 'pack'"),
        ["4|2"]
    );
    let sessions = desk.rows("select id from session");
    for session in sessions {
        let session = crate::domain::id::SessionId(session.parse().expect("a number"));
        desk.store
            .write(|tx| crate::capture::settle::settle(tx, session, NOW))
            .expect("settled");
    }
    let text = desk.text(&json!({
        "command": "pack --zone eu", "exit_code": 1, "output": "error: zone eu is locked", "session": "c", "project": "ops",
    }));
    insta::assert_snapshot!(text, @r"
    F3 · known, with a fix · 3 times in 3 sessions, last just now
    > error: zone eu is locked
      nxw4s07v · pack · 3x in 3 sessions · just now · ops
      Worked instead: `pack --zone eu --wait`
        worked in 2 of 2 sessions · just now
    ");
}

#[test]
fn what_is_nobodys_fault_is_set_aside() {
    let mut desk = Desk::new();
    for (record, why) in [
        (
            json!({"tool": "ask", "message": "The user doesn't want to proceed with this tool use."}),
            "the user said no",
        ),
        (
            json!({"tool": "fetch", "error_type": "asyncio.CancelledError", "message": "stopped"}),
            "the user stopped it",
        ),
        (
            json!({"command": "grep -q x file", "exit_code": 1}),
            "a probe that found nothing",
        ),
    ] {
        let view = desk.tell(&record).expect("recorded");
        assert_eq!(view.records[0].set_aside.as_deref(), Some(why), "{record}");
    }
    assert_eq!(desk.rows("select count(*) from mode"), ["0"]);
}

#[test]
fn what_was_learnt_is_added_by_the_callers_id_or_ours() {
    let mut desk = Desk::new();
    desk.tell(&json!({"tool": "a", "message": "boom", "session": "s", "id": "x"}))
        .expect("recorded");
    desk.tell(&json!({"session": "s", "id": "x", "resolution": "more memory"}))
        .expect("added");
    assert_eq!(
        desk.rows("select evolution_triggered, resolution from failure"),
        [r#"0|{"by":"api","text":"more memory"}"#]
    );
    let text = desk.text(&json!({"failure": "F1", "evolution_triggered": true}));
    assert!(text.starts_with("F1 · "), "{text}");
    assert_eq!(desk.rows("select evolution_triggered from failure"), ["1"]);
    assert_eq!(desk.rows("select count(*) from event"), ["1"]);
}

#[test]
fn nothing_is_lost_while_the_database_cannot_be_opened() {
    for error in [
        StoreError::Busy,
        StoreError::Full,
        StoreError::Newer {
            path: "callus.db".into(),
            found: 9,
            known: 5,
        },
    ] {
        let mut desk = Desk::new();
        let queries: Vec<RecordQuery> =
            serde_json::from_value(json!([{"tool": "a", "message": "boom", "id": 1, "session": "s"}]))
                .expect("a record");
        let writing = Writing {
            settings: &desk.settings,
            rules: &desk.rules,
            who: Who::Agent { session: None },
        };
        let error = FlowError::from(error);
        let view = record(Err(&error), &writing, &queries, NOW).expect("journalled");
        assert_eq!(view.records[0].verdict, RecordVerdict::Waiting);
        let text = view.text(&Style::model(NOW, TimeZone::UTC));
        assert!(
            text.starts_with("recorded, not yet grouped\nIt is in the journal, and grouped later: the d"),
            "{text}"
        );
        assert_eq!(desk.rows("select count(*) from event"), ["0"]);
        crate::flow::refresh(&mut desk.store, &desk.settings).expect("drained");
        assert_eq!(desk.rows("select headline from failure"), ["boom"]);
        let again = desk
            .tell(&json!({"tool": "a", "message": "boom", "id": 1, "session": "s"}))
            .expect("recorded");
        assert!(again.records[0].repeated);
    }
}

#[test]
fn where_nothing_is_to_be_recorded_nothing_is() {
    let mut desk = Desk::new();
    let closed = desk.folder.path().join("closed");
    std::fs::create_dir(&closed).expect("a folder");
    std::fs::write(closed.join(".callus.toml"), "capture = false\n").expect("a file");
    let text = desk.text(&json!({"tool": "a", "message": "boom", "cwd": closed.to_str()}));
    assert!(text.contains("asks not to be recorded"), "{text}");
    pause::pause(&desk.settings, NOW.after(crate::domain::time::Span::seconds(60))).expect("paused");
    assert!(
        desk.text(&json!({"tool": "a", "message": "boom"}))
            .contains("recording is paused")
    );
    desk.settings.capture = false;
    assert!(
        desk.text(&json!({"tool": "a", "message": "boom"}))
            .contains("switched off")
    );
    assert_eq!(desk.rows("select count(*) from event"), ["0"]);
}

#[test]
fn an_agent_tells_of_its_own_session() {
    let mut desk = Desk::new();
    let own = key("claude-code", "5a3b1e00");
    let who = Who::Agent {
        session: Some(own.clone()),
    };
    desk.told(who.clone(), &json!([{"tool": "x", "message": "boom"}]))
        .expect("recorded");
    desk.told(
        who.clone(),
        &json!([{"tool": "x", "message": "boom", "assistant": "bot"}]),
    )
    .expect("recorded");
    assert_eq!(
        desk.rows("select assistant, external from session order by id"),
        ["claude-code|5a3b1e00", "bot|bot-2026-11-20"]
    );
    let other = desk.told(
        who,
        &json!([{"tool": "x", "message": "boom", "assistant": "claude-code", "session": "other"}]),
    );
    assert!(other.is_err());
}

#[test]
fn what_a_client_has_reported_is_not_counted_again_when_its_agent_tells_of_it() {
    let mut desk = Desk::new();
    let own = key("claude-code", "5a3b1e00");
    let failed = crate::domain::trace::Observation {
        session: own.clone(),
        agent: None,
        at: NOW.before(crate::domain::time::Span::seconds(30)),
        at_source: crate::domain::trace::AtSource::Record,
        cwd: None,
        branch: None,
        via: crate::domain::trace::Via::Hook,
        step: crate::domain::trace::Step::CallEnded(crate::domain::trace::CallEnd {
            call: crate::domain::trace::Call {
                id: Some("toolu_1".to_owned()),
                tool: "Bash".to_owned(),
                kind: crate::domain::trace::ToolKind::Shell,
                input: crate::domain::trace::Text::whole("{}"),
                command: Some("pack --zone eu".to_owned()),
                file: None,
            },
            flag: crate::domain::trace::Flag::Failure,
            output: crate::domain::trace::Text::whole("error: zone eu is locked"),
            exit_code: Some(1),
            duration_ms: None,
            interrupted: false,
            note: None,
            background: None,
        }),
    };
    crate::store::journal::append(&desk.settings.journals(), &own, &redact::scan_all(vec![failed]))
        .expect("journalled");
    crate::flow::refresh(&mut desk.store, &desk.settings).expect("drained");
    let who = Who::Agent { session: Some(own) };
    for record in [
        json!({"command": "pack --zone eu", "output": "error: zone eu is locked", "exit_code": 1}),
        json!({"message": "error: zone eu is locked", "resolution": "waited for the lock"}),
    ] {
        let view = desk.told(who.clone(), &json!([record])).expect("known");
        assert_eq!(
            (view.records[0].failure.as_deref(), view.records[0].added),
            (Some("F1"), true),
            "{record}"
        );
    }
    assert_eq!(desk.rows("select count(*) from failure"), ["1"]);
    assert_eq!(
        desk.rows("select resolution ->> 'text' from failure"),
        ["waited for the lock"]
    );
    let other = json!([{"command": "pack --zone us", "output": "error: zone us is gone", "exit_code": 1}]);
    assert!(!desk.told(who, &other).expect("recorded").records[0].added);
    assert_eq!(desk.rows("select count(*) from failure"), ["2"]);
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,40}".prop_map(Value::from),
        Just(Value::from("2026-11-20T11:00:00Z")),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::vec(("[a-z]{1,8}", inner), 0..3)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

const FIELDS: &[&str] = &[
    "message",
    "error_type",
    "output",
    "tool",
    "command",
    "input",
    "exit_code",
    "ok",
    "session",
    "agent",
    "node",
    "timestamp",
    "id",
    "file",
    "duration_ms",
    "input_context",
    "state_snapshot",
    "evolution_triggered",
    "resolution",
    "labels",
    "cwd",
    "project",
    "assistant",
    "model",
    "failure",
    "end",
    "other",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever a program sends is recorded once or refused with words, and sending it again adds nothing.
    #[test]
    fn no_record_breaks_recording(fields in prop::collection::btree_map(prop::sample::select(FIELDS), value(), 0..6)) {
        let mut desk = Desk::new();
        let record: Map<String, Value> = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let record = Value::Object(record);
        let first = desk.tell(&record);
        let counts = "select (select count(*) from event), (select count(*) from failure), (select coalesce(sum(runs), 0) from exercise)";
        let before = desk.rows(counts);
        if let Err(error) = &first {
            prop_assert!(!error.to_string().is_empty());
            prop_assert_eq!(desk.rows("select count(*) from event"), ["0"]);
        }
        prop_assert_eq!(desk.tell(&record).is_ok(), first.is_ok());
        prop_assert_eq!(desk.rows(counts), before);
    }
}
