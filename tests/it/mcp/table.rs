//! Whatever a model passes, it is answered, or told what is wrong, where, and what to do next: one table.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use rusqlite::Connection;
use serde_json::{Value, json};

use super::client::{Client, Told};
use crate::lessons::{self, EXEC, id_of};

/// What is expected of a call.
enum Expected {
    /// An answer that holds this.
    Answer(&'static str),
    /// An error that names what is wrong and where, and what to do.
    Error(&'static str, &'static str),
}

use Expected::{Answer, Error};

#[test]
fn what_is_passed_is_answered_or_named() {
    let env = lessons::filled();
    let mut client = Client::begun(&env);
    let long = "sprocket ".repeat(120_000);
    let here = client
        .call("failure_search", &json!({"query": "go", "limit": 1}))
        .answer();
    assert!(!here.is_empty());
    let mut wrong = String::new();
    for (tool, arguments, expected) in ids_and_cursors(&long).into_iter().chain(texts_and_types(&long)) {
        let told = client.call(tool, &arguments);
        let holds = match expected {
            Answer(part) => !told.error && told.text.contains(part),
            Error(what, next) => {
                told.error && told.text.contains(what) && told.text.contains(next) && told.text.len() < 400
            }
        };
        if !holds {
            let shown: String = arguments.to_string().chars().take(120).collect();
            let _ = writeln!(wrong, "{tool} {shown}\n    {}", told.text);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(client.leave().is_empty());
}

/// A tool, what is passed to it, and what comes of that.
type Row = (&'static str, Value, Expected);

fn ids_and_cursors(long: &str) -> Vec<Row> {
    let lists = "callus failures lists them; callus search finds them by words";
    let cursor = "Leave the cursor out to begin at the first page";
    vec![
        // Ids.
        (
            "failure_resolve",
            json!({"id": "zzzzzzzz", "fix": "go vet"}),
            Error("no failure goes by `zzzzzzzz`", lists),
        ),
        (
            "failure_resolve",
            json!({"id": "F999999", "fix": "go vet"}),
            Error("no failure goes by `F999999`", lists),
        ),
        (
            "failure_resolve",
            json!({"id": "%' or 1=1 --", "fix": "go vet"}),
            Error("no failure goes by `%' or 1=1 --`", lists),
        ),
        (
            "failure_count",
            json!({"mode": "zzzzzzzz"}),
            Error("no failure goes by `zzzzzzzz`", lists),
        ),
        (
            "failure_count",
            json!({"session": "nobody"}),
            Error("no session goes by `nobody`", "callus sessions"),
        ),
        (
            "failure_count",
            json!({"project": "nowhere"}),
            Error("no project goes by `nowhere`", "callus project list"),
        ),
        ("skill_lookup", json!({"name": "no-such-skill"}), Answer("No skill")),
        // Cursors.
        (
            "failure_search",
            json!({"query": "go", "cursor": "AAAA"}),
            Error("cursor", cursor),
        ),
        (
            "failure_search",
            json!({"query": "go", "cursor": "!\u{0}\u{202e}"}),
            Error("cursor", cursor),
        ),
        (
            "failure_search",
            json!({"query": "go", "cursor": long}),
            Error("cursor", cursor),
        ),
    ]
}

fn texts_and_types(long: &str) -> Vec<Row> {
    let span = "Write a span (7d, 2h, 90 minutes), a date (2026-11-20), today or all";
    vec![
        // Long texts.
        ("failure_search", json!({"query": long}), Answer("")),
        (
            "failure_check",
            json!({"output": format!("{long}\nzsh: command not found: go\n")}),
            Answer("seen"),
        ),
        (
            "failure_check",
            json!({"output": "zsh: command not found: go", "command": long}),
            Answer("seen"),
        ),
        ("failure_count", json!({"error": long}), Answer("")),
        (
            "failure_report",
            json!({"project": long}),
            Error("no project goes by `sprocket sprocket", "callus project list"),
        ),
        ("failure_report", json!({"since": long}), Error("is no time", span)),
        ("skill_lookup", json!({"query": long}), Answer("No skill")),
        // Times and words with few values.
        (
            "failure_report",
            json!({"since": "the day before"}),
            Error("`the day before` is no time", span),
        ),
        (
            "failure_count",
            json!({"tool": "go test", "since": -3}),
            Error("`-3` is no time", span),
        ),
        (
            "failure_report",
            json!({"by": "weather"}),
            Error("`weather` is no grouping", "use tool, node, agent"),
        ),
        (
            "failure_report",
            json!({"scope": "world"}),
            Error("`world` is no scope", "use here, all"),
        ),
        // Types.
        (
            "failure_check",
            json!({"output": {"text": "x"}}),
            Error("`output`: give a text", "schema says"),
        ),
        (
            "failure_search",
            json!({"query": "go", "limit": [5]}),
            Error("`limit`: give a text, a number", "schema says"),
        ),
        ("failure_search", json!({"query": "go", "limit": "five"}), Answer("")),
        (
            "failure_count",
            json!({"node": ["a"]}),
            Error("`node`: give a text", "schema says"),
        ),
        (
            "failure_record",
            json!({"tool": "x", "message": "y", "exit_code": "one"}),
            Error("`exit_code`", ""),
        ),
        (
            "failure_record",
            json!({"tool": "x", "message": "y", "ok": true}),
            Error("`ok`", "leave one of the two out"),
        ),
        (
            "failure_record",
            json!({"failure": "7"}),
            Error("`failure` is `7`", "such as F12"),
        ),
    ]
}

#[test]
fn no_text_breaks_the_search() {
    let env = lessons::filled();
    let mut client = Client::begun(&env);
    let odd = [
        "\"",
        "\"\"",
        "\"go",
        "go\"test",
        "AND",
        "OR NOT",
        "NOT go",
        "go AND",
        "NEAR(go test, 3)",
        "go NEAR/2 test",
        "(((",
        "go)",
        "*",
        "go*",
        "^go",
        "-go",
        "+go",
        "{go test}: x",
        "headline: go",
        "template:go",
        "rank:1",
        "go:",
        ":go",
        "'; drop table mode; --",
        "%_%",
        "\\",
        "go\u{0}test",
        "\u{202e}og",
        "🦀 go",
        "ｇｏ",
        "go\n\n\ntest",
        "\t",
        "limit:1",
        "since:soon",
        "tool:",
        "tool:\"go test\"",
        "since:7d",
        "type:\"",
        "label:=",
        "x:y:z",
        "--scope all",
    ];
    for query in odd {
        let told = client.call("failure_search", &json!({ "query": query }));
        let inner = [
            "fts5",
            "syntax",
            "SQL",
            "no such column",
            "unterminated",
            "callus doctor",
        ];
        for word in inner {
            assert!(!told.text.contains(word), "{query:?}: {}", told.text);
        }
        client.call("failure_check", &json!({ "output": query }));
        client.call("failure_count", &json!({ "error": query }));
        client.call("skill_lookup", &json!({ "query": query }));
    }
    assert!(
        client
            .call("failure_search", &json!({"query": "command not found"}))
            .answer()
            .contains("> ")
    );
    assert!(client.leave().is_empty());
}

#[test]
fn every_parameter_takes_every_type_without_breaking() {
    let env = lessons::filled();
    let mut client = Client::begun(&env);
    let listed = client.ask("tools/list", &json!({}));
    let values = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1e300),
        json!(0.5),
        json!(""),
        json!(" "),
        json!("x"),
        json!([]),
        json!([[]]),
        json!({}),
        json!({"a": {"b": [1]}}),
        json!("\u{0}\u{1b}[31m\u{202e}"),
        json!("9".repeat(400)),
    ];
    for tool in listed["result"]["tools"].as_array().expect("tools") {
        let name = tool["name"].as_str().expect("a name");
        let properties = tool["inputSchema"]["properties"].as_object().expect("parameters");
        for parameter in properties.keys() {
            for value in &values {
                let told = client.call(name, &json!({ parameter: value }));
                assert!(
                    !told.text.contains("fault of callus"),
                    "{name} {parameter} {value}: {}",
                    told.text
                );
                assert!(
                    !told.error || told.text.len() > 10,
                    "{name} {parameter} {value}: {}",
                    told.text
                );
            }
        }
    }
    assert!(client.leave().is_empty());
}

#[test]
fn a_thousand_calls_at_once_are_answered_each_and_a_ping_between_them() {
    let env = lessons::filled();
    let mut client = Client::begun(&env);
    let id = id_of(&env, EXEC);
    let mut open = BTreeSet::new();
    for n in 0..1_000 {
        let (tool, arguments) = match n % 5 {
            0 => ("failure_check", json!({"output": "zsh: command not found: go"})),
            1 => ("failure_search", json!({"query": "exec format error"})),
            2 => ("failure_count", json!({"mode": id})),
            3 => (
                "failure_record",
                json!({"tool": "charge-card", "message": "TimeoutError", "session": "crowd", "id": n.to_string()}),
            ),
            _ => ("failure_report", json!({})),
        };
        open.insert(client.request_call(tool, &arguments));
    }
    let ping = client.request("ping", &json!({}));
    let mut before = 0;
    let mut pinged = false;
    while !open.is_empty() {
        let reply = client.reply();
        if reply["id"] == ping {
            pinged = true;
            continue;
        }
        before += usize::from(!pinged);
        Told::of(&reply).answer();
        assert!(open.remove(&reply["id"].as_i64().expect("our id")), "{reply}");
    }
    assert!(pinged && before < 1_000, "the ping waited for all of them");
    let counted = client
        .call("failure_count", &json!({"session": "crowd", "tool": "charge-card"}))
        .answer();
    assert!(counted.contains("200"), "every one of them was kept: {counted}");
    assert!(client.leave().is_empty());
}

#[test]
fn a_client_that_goes_in_the_middle_leaves_nothing_behind() {
    let env = lessons::filled();
    let db = Connection::open(env.database()).expect("opens");
    db.execute_batch("begin immediate")
        .expect("the lock of another process");
    let mut child = env.start(&["mcp"]);
    let mut input = child.stdin.take().expect("an input");
    let mut said = String::new();
    let hello =
        json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}});
    for message in [
        json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": hello}),
        json!({"jsonrpc": "2.0", "method": "notifications/initialized"}),
    ] {
        let _ = writeln!(said, "{message}");
    }
    for id in 1..=20 {
        let call = json!({"tool": "x", "message": "TimeoutError", "session": "gone", "id": id.to_string()});
        let params = json!({"name": "failure_record", "arguments": call});
        let _ = writeln!(
            said,
            "{}",
            json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params})
        );
    }
    std::io::Write::write_all(&mut input, said.as_bytes()).expect("the server reads");
    // Both ends at once, as when the client is killed.
    drop(child.stdout.take());
    drop(input);
    db.execute_batch("commit").expect("the lock is given back");
    let output = child.wait_with_output().expect("the server ends");
    assert_eq!(
        (output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()),
        (Some(0), "")
    );
    let whole: String = db
        .query_row("pragma integrity_check", [], |row| row.get(0))
        .expect("readable");
    assert_eq!(whole, "ok");
    let mut client = Client::begun(&env);
    let counted = client.call("failure_count", &json!({"tool": "x"})).answer();
    assert!(!counted.is_empty());
    assert!(client.leave().is_empty());
}

#[test]
fn what_is_said_of_an_error_is_words_and_never_an_object() {
    let env = lessons::filled();
    let mut client = Client::begun(&env);
    for (method, params) in [
        ("tools/call", json!({"name": 7})),
        ("tools/call", json!({})),
        ("tools/call", Value::Null),
        ("resources/read", json!({})),
        ("resources/read", json!({"uri": 7})),
        ("prompts/get", json!({})),
        ("prompts/get", json!({"name": "postmortem", "arguments": []})),
        (
            "completion/complete",
            json!({"ref": {"type": "ref/none"}, "argument": {}}),
        ),
        ("resources/unsubscribe", json!({"uri": "failure://x"})),
        ("logging/setLevel", json!({"level": "debug"})),
        ("nothing/like/it", json!({})),
    ] {
        let reply = client.ask(method, &params);
        let code = reply["error"]["code"]
            .as_i64()
            .unwrap_or_else(|| panic!("{method} {params}: {reply}"));
        assert!([-32601, -32602, -32600].contains(&code), "{method} {params}: {reply}");
        assert!(
            reply["error"]["message"].as_str().is_some_and(|words| words.len() > 5),
            "{reply}"
        );
    }
    client.call("failure_report", &json!({})).answer();
    assert!(client.leave().is_empty());
}
