//! MCP over HTTP: the same tools, in both eras.

use serde_json::{Value, json};

use super::client::{Reply, Request, Server, failed};
use crate::env::TestEnv;
use crate::fixture;

fn post(server: &Server, body: &Value) -> Request {
    server
        .post("/mcp", body)
        .with("accept", "application/json, text/event-stream")
}

/// Returns the message that a reply carries, as JSON or as the last event of a stream.
#[track_caller]
fn message(reply: &Reply) -> Value {
    assert_eq!(reply.status, 200, "{}", reply.body);
    let events = reply.body.lines().filter_map(|line| line.strip_prefix("data: "));
    let mut events = events.filter(|data| !data.is_empty());
    let last = events.next_back().unwrap_or(&reply.body);
    serde_json::from_str(last).unwrap_or_else(|_| panic!("no message: {}", reply.body))
}

fn call() -> Value {
    json!({"name": "failure_check", "arguments": failed()})
}

#[test]
fn an_older_client_has_a_session() {
    let env = TestEnv::new();
    fixture::fill(&env);
    let server = Server::start(&env, &[]);
    let hello = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}
    }});
    let begun = server.ask(&post(&server, &hello));
    assert_eq!(message(&begun)["result"]["protocolVersion"], "2025-11-25");
    let session = begun.header("mcp-session-id").expect("a session").to_owned();
    let within = |body: &Value| server.ask(&post(&server, body).with("mcp-session-id", &session));
    let ready = within(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
    assert_eq!(ready.status, 202, "{}", ready.body);
    let asked = within(&json!({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": call()}));
    let told = message(&asked)["result"]["content"][0]["text"]
        .as_str()
        .map(str::to_owned);
    assert!(told.is_some_and(|text| text.starts_with("seen ")), "{}", asked.body);
    let stranger = server.ask(
        &post(&server, &hello)
            .with("authorization", "")
            .with("mcp-session-id", &session),
    );
    assert_eq!(stranger.status, 401, "a session lets nobody in");
    let unknown = json!({"jsonrpc": "2.0", "id": 3, "method": "tools/list"});
    let unknown = server.ask(&post(&server, &unknown).with("mcp-session-id", "nobody"));
    assert_eq!(unknown.status, 404);
    assert!(unknown.error()[0].contains("Session not found"));
    server.end();
}

#[test]
fn sessions_do_not_pile_up() {
    let env = TestEnv::new();
    fixture::fill(&env);
    let server = Server::start(&env, &[]);
    let hello = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}
    }});
    let knock = || server.ask(&post(&server, &hello));
    let mut first = None;
    for _ in 0..256 {
        let begun = knock();
        assert_eq!(begun.status, 200, "{}", begun.body);
        first = first.or_else(|| begun.header("mcp-session-id").map(str::to_owned));
    }
    let refused = knock();
    assert_eq!(refused.status, 503, "{}", refused.body);
    assert_eq!(refused.error()[0], "256 sessions are open");
    assert_eq!(refused.header("retry-after"), Some("60"));
    // Everybody else is answered, and one that ends makes room.
    let end = server
        .request("DELETE", "/mcp")
        .with("mcp-session-id", &first.expect("a session"));
    assert!(server.ask(&end).status < 300);
    assert_eq!(knock().status, 200);
    server.end();
}

#[test]
fn a_newer_client_asks_at_once() {
    let env = TestEnv::new();
    fixture::fill(&env);
    let server = Server::start(&env, &[]);
    let mut params = call();
    params["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let asked = post(
        &server,
        &json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}),
    )
    .with("mcp-protocol-version", "2026-07-28")
    .with("mcp-method", "tools/call")
    .with("mcp-name", "failure_check");
    let told = message(&server.ask(&asked));
    assert_eq!(told["result"]["resultType"], "complete", "{told}");
    let text = told["result"]["content"][0]["text"].as_str().expect("a text");
    assert!(text.starts_with("seen "), "{text}");
    // The header says one thing and the body another: the protocol's own error stays as it is.
    let torn = server.ask(&asked.with("mcp-name", "failure_report"));
    assert_eq!(
        (torn.status, torn.json()["error"]["code"].as_i64()),
        (400, Some(-32020)),
        "{}",
        torn.body
    );
    server.end();
}
