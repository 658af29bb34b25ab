//! What an agent tells: what failed, and what worked. It is kept as a claim, once, and under whose name it was said.

use rusqlite::Connection;
use serde_json::{Value, json};

use super::client::{Client, Told};
use crate::env::TestEnv;
use crate::lessons::{self, EXEC, id_of, json as told_by};

const TIMEOUT: &str = "TimeoutError: no answer from billing after 30 s";

/// Returns the sessions as `callus sessions` lists them: the assistant and its id of each, sorted.
fn sessions(env: &TestEnv) -> Vec<(String, String)> {
    let listed = told_by(env, &["sessions", "--json"]);
    let text = |one: &Value, name: &str| one[name].as_str().expect("a text").to_owned();
    let sessions = listed["sessions"].as_array().expect("sessions").iter();
    let mut sessions: Vec<_> = sessions
        .map(|one| (text(one, "assistant"), text(one, "external")))
        .collect();
    sessions.sort();
    sessions
}

fn pair(assistant: &str, external: &str) -> (String, String) {
    (assistant.to_owned(), external.to_owned())
}

/// Records a failed call with a `_meta`.
fn record(client: &mut Client, arguments: &Value, meta: &Value) -> String {
    let params = json!({"name": "failure_record", "arguments": arguments, "_meta": meta});
    Told::of(&client.ask("tools/call", &params)).answer()
}

#[test]
fn a_program_records_and_is_told_what_is_known() {
    // The first record makes the store.
    let env = TestEnv::new();
    let mut client = Client::begun(&env);
    let call = json!({
        "tool": "charge-card", "node": "billing", "agent": "worker-7", "message": TIMEOUT, "session": "run-1",
        "timestamp": "2026-11-20T11:00:00Z", "id": "1", "project": "orders",
        "input_context": {"order": 17}, "state_snapshot": {"queue": 4}, "evolution_triggered": "false",
    });
    let first = client.call("failure_record", &call).answer();
    assert!(first.contains("new"), "{first}");
    // The same call again is the same call.
    client.call("failure_record", &call).answer();
    let mut other = call.clone();
    (other["id"], other["session"]) = (json!(2), json!("run-2"));
    let known = client.call("failure_record", &other).answer();
    assert!(known.contains(TIMEOUT), "{known}");
    for asked in [
        json!({"node": "billing"}),
        json!({"tool": "charge-card"}),
        json!({"agent": "worker-7"}),
        json!({"error": TIMEOUT}),
    ] {
        let counted = client.call("failure_count", &asked).answer();
        assert!(
            counted.contains("2 times in 2 sessions") || counted.contains("2 failures in 2 sessions"),
            "{asked}: {counted}"
        );
    }
    let none = client.call("failure_count", &json!({"node": "shipping"})).answer();
    assert!(none.contains("no ") || none.contains('0'), "{none}");
    for (arguments, words) in [
        (json!({}), "tells of no call"),
        (
            json!({"tool": "x", "message": "y", "timestamp": "soon"}),
            "`timestamp` is `soon`",
        ),
        (json!({"tool": "x", "message": "y", "labels": [1]}), "`labels`"),
        (
            json!({"failure": "F999", "resolution": "done"}),
            "no failure goes by `F999`",
        ),
    ] {
        let said = client.call("failure_record", &arguments).error();
        assert!(said.contains(words), "{arguments}: {said}");
    }
    assert!(client.leave().is_empty());
    assert_eq!(sessions(&env), [pair("api", "run-1"), pair("api", "run-2")]);
}

#[test]
fn who_records_is_known_by_what_the_client_says() {
    let env = TestEnv::new();
    let call = |id: &str| json!({"tool": "charge-card", "message": TIMEOUT, "id": id});
    let started = [("CLAUDE_CODE_SESSION_ID", "66c6d7ca-161e")];
    let mut client = Client::begun_with(&env, &env.home(), &[], &started);
    record(
        &mut client,
        &call("1"),
        &json!({"claudecode/toolUseId": "toolu_unheard_of"}),
    );
    assert!(client.leave().is_empty());
    let mut client = Client::begun(&env);
    record(
        &mut client,
        &call("2"),
        &json!({"sessionId": "01a1f76d-655c", "callId": "call_04_0"}),
    );
    // Calls of one trace belong together, whatever the client is called.
    let trace = |span: &str| json!({"traceparent": format!("00-4bf92f3577b34da6a3ce929d0e0e4736-{span}-01")});
    record(&mut client, &call("3"), &trace("00f067aa0ba902b7"));
    record(&mut client, &call("4"), &trace("00f067aa0ba902b8"));
    let mut named = call("5");
    named["assistant"] = json!("order-pipeline");
    record(&mut client, &named, &trace("00f067aa0ba902b9"));
    // What is said in the call itself comes first.
    let mut own = call("6");
    own["session"] = json!("run-9");
    record(&mut client, &own, &trace("00f067aa0ba902ba"));
    assert!(client.leave().is_empty());
    assert_eq!(
        sessions(&env),
        [
            pair("api", "run-9"),
            pair("claude-code", "66c6d7ca-161e"),
            pair("codex", "01a1f76d-655c"),
            pair("order-pipeline", "4bf92f3577b34da6a3ce929d0e0e4736"),
            pair("test", "4bf92f3577b34da6a3ce929d0e0e4736"),
        ]
    );
}

#[test]
fn what_is_recorded_while_the_database_is_locked_is_kept() {
    let env = TestEnv::new();
    let mut client = Client::begun(&env);
    let call = json!({"tool": "charge-card", "message": TIMEOUT, "session": "run-1", "id": "1"});
    client.call("failure_record", &call).answer();
    let db = Connection::open(env.database()).expect("opens");
    db.execute_batch("begin immediate")
        .expect("the lock of another process");
    let mut other = call.clone();
    other["id"] = json!("2");
    let question = client.request_call("failure_record", &other);
    let ping = client.request("ping", &json!({}));
    assert_eq!(client.reply()["id"], ping);
    let reply = client.reply();
    assert_eq!(reply["id"], question);
    let text = Told::of(&reply).answer();
    assert!(text.contains("not yet grouped"), "{text}");
    db.execute_batch("commit").expect("the lock is given back");
    let counted = client.call("failure_count", &json!({"tool": "charge-card"})).answer();
    assert!(counted.contains('2'), "{counted}");
    assert!(client.leave().is_empty());
}

#[test]
fn what_worked_is_kept_as_a_claim() {
    let env = lessons::filled();
    let mut client = Client::begun(&env);
    let id = id_of(&env, EXEC);
    let fix = json!({"id": id, "fix": "go vet ./..."});
    let kept = client.call("failure_resolve", &fix).answer();
    assert!(kept.contains("go vet ./..."), "{kept}");
    assert!(
        !client.call("failure_resolve", &fix).answer().is_empty(),
        "said twice, it is kept once"
    );
    let shown = told_by(&env, &["show", &id, "--json"]);
    let remedies = shown["mode"]["remedies"].as_array().expect("remedies").iter();
    let claims: Vec<_> = remedies.filter(|one| one["to"] == "go vet ./...").collect();
    assert_eq!(claims.len(), 1, "{shown}");
    assert_eq!(claims[0]["source"], "agent", "{shown}");
    for (arguments, words) in [
        (json!({"id": id}), "`fix` is empty: pass the command"),
        (json!({"id": id, "fix": ""}), "`fix` is empty"),
        (json!({"fix": "go vet"}), "no failure goes by ``"),
        (
            json!({"id": "zzzzzzzz", "fix": "go vet"}),
            "no failure goes by `zzzzzzzz`",
        ),
        (json!({"id": id, "fix": {"command": "go vet"}}), "`fix`: give a text"),
    ] {
        let said = client.call("failure_resolve", &arguments).error();
        assert!(said.contains(words), "{arguments}: {said}");
    }
    // What only a person decides is not among the parameters.
    let mut bold = fix.clone();
    for field in ["person", "everywhere", "reopen", "not"] {
        bold[field] = json!(true);
    }
    client.call("failure_resolve", &bold).answer();
    let shown = told_by(&env, &["show", &id, "--json"]);
    assert_eq!(shown["mode"]["mode"]["status"], "open", "{shown}");
    assert!(client.leave().is_empty());
}
