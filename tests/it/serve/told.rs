//! What a program tells and asks over HTTP.

use rusqlite::Connection;
use serde_json::{Value, json};

use super::client::{Reply, Server};
use crate::env::TestEnv;
use crate::fixture;

#[track_caller]
fn answered(reply: &Reply) -> Value {
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.json()
}

fn timeout(id: &str) -> Value {
    json!({
        "assistant": "order-bot", "session": "run-1", "agent": "planner", "node": "charge-card", "id": id,
        "tool": "payments.charge", "error_type": "TimeoutError", "message": "payments.charge timed out after 30 s",
        "timestamp": "2026-11-20T11:58:00Z", "state_snapshot": {"cart": "reserved"}, "input_context": ["any", "JSON"],
    })
}

#[test]
fn what_a_program_tells_is_known_to_whoever_asks_next() {
    let env = TestEnv::new();
    let server = Server::start(&env, &[]);
    let record = |body: &Value| answered(&server.ask(&server.post("/v1/record", body)));
    let first = record(&timeout("call-1"));
    assert_eq!(first["records"][0]["verdict"], "new", "{first}");
    let again = record(&timeout("call-1"));
    assert_eq!(again["records"][0]["repeated"], true, "{again}");
    let both = record(&json!([timeout("call-2"), {"tool": "payments.charge", "timestamp": "soon"}]));
    assert_eq!(both["records"][0]["verdict"], "seen_unfixed", "{both}");
    assert_eq!(both["refused"][0]["line"], 2, "{both}");

    let get = |path: &str| answered(&server.ask(&server.request("GET", path)));
    let counted = get("/v1/count?node=charge-card");
    assert_eq!(
        (counted["failures"].as_i64(), counted["sessions"].as_i64()),
        (Some(2), Some(1)),
        "{counted}"
    );
    let asked = json!({"output": "TimeoutError: payments.charge timed out after 30 s"});
    let checked = answered(&server.ask(&server.post("/v1/check", &asked)));
    assert_eq!(checked["verdict"], "seen", "{checked}");
    let report = get("/v1/report?since=all");
    assert_eq!(report["failures"], 2, "{report}");
    // The command line answers the same; only who asks from a folder is told its words, and not the template alone.
    let shown = env.run(&["count", "--node", "charge-card", "--json"]).success();
    let mut shown: Value = serde_json::from_str(&shown).expect("JSON");
    let headline = shown["modes"][0]["mode"]["headline"].take();
    assert_eq!(headline, "TimeoutError: payments.charge timed out after 30 s");
    shown["modes"][0]["mode"]["headline"] = "TimeoutError: <*> timed out after <*>".into();
    assert_eq!(shown, counted);
    server.end();
}

#[test]
fn two_filters_that_fit_nothing_count_nothing() {
    let env = TestEnv::new();
    fixture::fill(&env);
    let server = Server::start(&env, &[]);
    let counted = answered(&server.ask(&server.request("GET", "/v1/count?session=7744721d&agent=nobody&since=all")));
    assert_eq!(counted["failures"], 0, "{counted}");
    server.end();
}

#[test]
fn a_server_that_only_reads_records_nothing() {
    let env = TestEnv::new();
    fixture::fill(&env);
    let server = Server::start(&env, &["--read-only"]);
    let reply = server.ask(&server.post("/v1/record", &timeout("call-1")));
    assert_eq!(reply.status, 403, "{}", reply.body);
    assert_eq!(reply.error()[0], "this server only reads");
    let counted = answered(&server.ask(&server.request("GET", "/v1/count?node=charge-card")));
    assert_eq!(counted["failures"], 0);
    server.end();
}

#[test]
fn recording_that_is_switched_off_is_said() {
    let env = TestEnv::new().with("CALLUS_CAPTURE", "false");
    fixture::fill(&env);
    let server = Server::start(&env, &[]);
    let reply = server.ask(&server.post("/v1/record", &timeout("call-1")));
    assert_eq!(reply.status, 403, "{}", reply.body);
    assert!(reply.error()[0].contains("switched off"), "{}", reply.body);
    server.end();
}

#[test]
fn too_many_at_once_and_what_cannot_be_kept_are_refused() {
    let env = TestEnv::new();
    fixture::fill(&env);
    let server = Server::start(&env, &[]);
    let crowd: Vec<Value> = (0..1_001).map(|_| json!({"message": "x"})).collect();
    for (body, what) in [
        (Value::from(crowd), "1001 records"),
        (json!({"message": "x", "timestamp": "soon"}), "soon"),
        (json!({"message": "x", "session": "\u{202e}"}), "cannot be seen"),
    ] {
        let reply = server.ask(&server.post("/v1/record", &body));
        assert_eq!(reply.status, 422, "{}", reply.body);
        assert!(reply.error()[0].contains(what), "{}", reply.body);
    }
    server.end();
}

#[test]
fn what_is_told_while_another_holds_the_database_is_not_lost() {
    let env = TestEnv::new();
    fixture::fill(&env);
    let server = Server::start(&env, &[]);
    let holder = Connection::open(env.database()).expect("the database");
    holder.execute_batch("begin exclusive").expect("the lock");
    let told = answered(&server.ask(&server.post("/v1/record", &timeout("call-1"))));
    assert_eq!(told["records"][0]["verdict"], "waiting", "{told}");
    holder.execute_batch("rollback").expect("let go");
    let counted = answered(&server.ask(&server.request("GET", "/v1/count?node=charge-card")));
    assert_eq!(counted["failures"], 1, "{counted}");
    server.end();
}

/// What a newer Callus made of the database is not for this one to read; the journal takes what is told all the same.
#[test]
fn what_is_told_is_kept_for_a_newer_callus() {
    let env = TestEnv::new();
    fixture::fill(&env);
    let server = Server::start(&env, &[]);
    let db = Connection::open(env.database()).expect("the database");
    let version: i64 = db
        .query_row("pragma user_version", [], |row| row.get(0))
        .expect("a version");
    db.execute_batch("pragma user_version = 999").expect("another one");
    let told = answered(&server.ask(&server.post("/v1/record", &timeout("call-1"))));
    assert_eq!(told["records"][0]["verdict"], "waiting", "{told}");
    let count = server.request("GET", "/v1/count?node=charge-card");
    assert_eq!(server.ask(&count).status, 500, "what it knows it may not say");
    db.execute_batch(&format!("pragma user_version = {version}"))
        .expect("the old one");
    let counted = answered(&server.ask(&count));
    assert_eq!(counted["failures"], 1, "{counted}");
    server.end();
}
