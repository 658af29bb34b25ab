//! What is said around the questions: beginnings and ends, both eras of the protocol, recorded clients, nonsense.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::client::{Client, Told, greeting};
use crate::env::TestEnv;
use crate::fixture;

/// What every request of the stateless era carries.
pub(super) fn meta() -> Value {
    json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    })
}

fn filled() -> TestEnv {
    let env = TestEnv::new();
    fixture::fill(&env);
    env
}

/// The tools that write.
const WRITERS: &[&str] = &["failure_record", "failure_resolve", "failure_feedback"];

#[test]
fn tools_and_instructions_are_few_and_short() {
    let env = TestEnv::new();
    let mut client = Client::start(&env);
    let begun = client.ask("initialize", &greeting("2025-11-25"));
    let instructions = begun["result"]["instructions"]
        .as_str()
        .expect("instructions")
        .to_owned();
    // Claude Code cuts them at about 2,000 characters in some versions.
    assert!(instructions.chars().count() < 2_000);
    let first = instructions.split_inclusive('.').next().expect("a sentence");
    for tool in ["failure_check", "failure_report", "failure_search"] {
        assert!(first.contains(tool), "{first}");
    }
    insta::assert_snapshot!(instructions);

    let listed = client.ask("tools/list", &json!({}));
    let tools = listed["result"]["tools"].as_array().expect("tools").clone();
    let size = listed["result"].to_string().len();
    assert!(
        size <= 6_000,
        "{size} bytes: every one of them is shown to models again and again"
    );
    for tool in &tools {
        let always = tool["_meta"]["anthropic/alwaysLoad"] == true;
        assert_eq!(always, tool["name"] == "failure_check", "{tool}");
        let writes = WRITERS.contains(&tool["name"].as_str().expect("a name"));
        assert_eq!(tool["annotations"]["readOnlyHint"], !writes, "{tool}");
        // Codex runs a tool unasked that reads, or of which all three are said to be harmless.
        let harmless =
            json!({"readOnlyHint": false, "destructiveHint": false, "idempotentHint": true, "openWorldHint": false});
        assert!(!writes || tool["annotations"] == harmless, "{tool}");
        assert_eq!(tool.get("outputSchema"), None, "{tool}");
    }
    insta::assert_snapshot!(serde_json::to_string_pretty(&tools).expect("JSON"));
    assert!(client.leave().is_empty());
}

#[test]
fn a_server_that_only_reads_has_no_tool_that_writes() {
    let env = filled();
    let mut client = Client::begun_with(&env, &env.home(), &["--read-only"], &[]);
    let listed = client.ask("tools/list", &json!({}));
    let tools = listed["result"]["tools"].as_array().expect("tools");
    assert!(
        tools.iter().all(|tool| tool["annotations"]["readOnlyHint"] == true),
        "{listed}"
    );
    for writer in WRITERS {
        let reply = client.ask("tools/call", &json!({"name": writer, "arguments": {}}));
        assert_eq!(reply["error"]["code"], -32602, "{reply}");
        let begun = client.ask("initialize", &greeting("2025-11-25"));
        assert!(!begun.to_string().contains(writer), "{begun}");
    }
    client.call("failure_report", &json!({})).answer();
    assert!(client.leave().is_empty());
}

#[test]
fn a_session_begins_in_every_version_that_begins_with_initialize() {
    let env = filled();
    let table = [
        ("2024-11-05", "2024-11-05"),
        ("2025-03-26", "2025-03-26"),
        ("2025-06-18", "2025-06-18"),
        ("2025-11-25", "2025-11-25"),
        // The newest version has no initialize, and nobody knows the others.
        ("2026-07-28", "2025-11-25"),
        ("2031-01-01", "2025-11-25"),
    ];
    for (asked, answered) in table {
        let mut client = Client::start(&env);
        let begun = client.ask("initialize", &greeting(asked));
        assert_eq!(begun["result"]["protocolVersion"], answered, "{begun}");
        assert_eq!(begun["result"]["serverInfo"]["name"], "callus", "{begun}");
        client.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        assert!(client.call("failure_report", &json!({})).answer().contains("met again"));
        assert!(client.leave().is_empty());
    }
}

#[test]
fn the_stateless_era_needs_no_beginning() {
    let env = filled();
    let mut client = Client::start(&env);
    client.send(&json!({
        "jsonrpc": "2.0", "id": "server-discover-probe-1", "method": "server/discover", "params": {"_meta": meta()},
    }));
    let found = client.reply();
    assert_eq!(found["id"], "server-discover-probe-1");
    let versions = found["result"]["supportedVersions"].as_array().expect("versions");
    assert!(versions.contains(&json!("2026-07-28")), "{found}");
    let instructions = found["result"]["instructions"].as_str().expect("instructions");
    assert!(instructions.starts_with("Call failure_check"), "{found}");
    let listed = client.ask("tools/list", &json!({"_meta": meta()}));
    assert_eq!(listed["result"]["resultType"], "complete", "{listed}");
    let mut with_key = meta();
    with_key["claudecode/toolUseId"] = json!("toolu_36a60114b36e4d72af57e5");
    with_key["progressToken"] = json!(1);
    let params = json!({"name": "failure_report", "arguments": {}, "_meta": with_key});
    let reply = client.ask("tools/call", &params);
    assert_eq!(reply["result"]["resultType"], "complete", "{reply}");
    assert!(Told::of(&reply).answer().contains("met again"));
    assert!(client.leave().is_empty());

    // A call may be the very first message.
    let mut client = Client::start(&env);
    let params = json!({"name": "failure_search", "arguments": {"query": "go"}, "_meta": meta()});
    Told::of(&client.ask("tools/call", &params)).answer();
    assert!(client.leave().is_empty());
}

/// The search tools of the servers that the clients were recorded with: ours takes the same arguments.
const RECORDED_TOOLS: [&str; 3] = ["search_failures", "failures_search", "callus_search"];

#[test]
fn recorded_clients_are_served() {
    let env = filled();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/payloads/mcp");
    let mut sessions: Vec<_> = fs::read_dir(folder)
        .expect("the folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    sessions.sort();
    assert_eq!(sessions.len(), 8);
    let mut searched = 0;
    for path in sessions {
        let name = path.display().to_string();
        let mut client = Client::start(&env);
        for line in fs::read_to_string(&path).expect("reads").lines() {
            let mut message: Value = serde_json::from_str(line).expect("recorded JSON");
            let tool = message["params"]["name"].as_str().unwrap_or_default().to_owned();
            let known = RECORDED_TOOLS.contains(&tool.as_str());
            if known {
                message["params"]["name"] = json!("failure_search");
            }
            client.send(&message);
            // A notification is not answered, and neither is an answer to what we never asked.
            if message.get("id").is_none() || message.get("method").is_none() {
                continue;
            }
            let reply = client.reply();
            assert_eq!(reply["id"], message["id"], "{name}: {reply}");
            match message["method"].as_str().unwrap_or_default() {
                "tools/call" if known => {
                    Told::of(&reply).answer();
                    searched += 1;
                }
                "tools/call" => {
                    let words = reply["error"]["message"].as_str().unwrap_or_default();
                    assert!(
                        words.contains(&tool) && words.contains("failure_check"),
                        "{name}: {reply}"
                    );
                }
                "subscriptions/listen" => assert_eq!(reply["error"]["code"], -32601, "{name}: {reply}"),
                _ => assert!(reply["result"].is_object(), "{name}: {reply}"),
            }
        }
        assert!(client.leave().is_empty(), "{name}");
    }
    assert!(searched >= 6, "{searched} searches were recorded");
}

#[test]
fn what_is_no_request_disturbs_nobody() {
    let env = filled();
    let mut client = Client::start(&env);
    let nonsense: [&[u8]; 8] = [
        b"",
        b"hello",
        b"{",
        b"\xff\xfe\x00",
        b"[]",
        b"null",
        b"{\"jsonrpc\":\"1.0\"}",
        b"{\"jsonrpc\":\"2.0\",\"method\":\"notifications/unheard_of\"}",
    ];
    for line in nonsense.iter().take(7) {
        client.send_bytes(line);
    }
    let id = client.request("initialize", &greeting("2025-11-25"));
    let mut refused = 0;
    loop {
        let reply = client.reply();
        if reply["id"] == id {
            break;
        }
        assert_eq!(
            (reply.get("id"), &reply["error"]["code"]),
            (None, &json!(-32600)),
            "{reply}"
        );
        refused += 1;
    }
    assert!(refused <= 3, "what cannot be read has no answer, but {refused} came");
    client.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
    client.send_bytes(nonsense[7]);
    for line in &nonsense[..4] {
        client.send_bytes(line);
    }
    assert_eq!(client.ask("ping", &json!({}))["result"], json!({}));
    let unheard = client.ask("failures/unheard_of", &json!({}));
    assert_eq!(unheard["error"]["code"], -32601, "{unheard}");
    client.call("failure_report", &json!({})).answer();
    assert!(client.leave().is_empty());
}

#[test]
fn a_call_that_cannot_be_made_says_what_can() {
    let env = filled();
    let mut client = Client::begun(&env);
    let reply = client.ask("tools/call", &json!({"name": "failure_forget", "arguments": {}}));
    assert_eq!(reply["error"]["code"], -32602);
    assert_eq!(
        reply["error"]["message"],
        "there is no tool `failure_forget`, only failure_check, failure_search, failure_get, failure_report, failure_count, skill_lookup, failure_record, failure_resolve, failure_feedback"
    );
    for arguments in [json!([]), json!("{\"query\": \"go\"}"), json!(7)] {
        let reply = client.ask("tools/call", &json!({"name": "failure_search", "arguments": arguments}));
        assert_eq!(reply["error"]["code"], -32602);
        let words = "`name` must be a text and `arguments` an object";
        assert_eq!(reply["error"]["message"], words, "{arguments}");
    }
    assert!(client.leave().is_empty());
}

#[test]
fn a_client_may_leave_at_any_time() {
    let env = filled();
    assert!(Client::start(&env).leave().is_empty());

    let mut client = Client::start(&env);
    client.send_bytes(b"");
    client.send_bytes(b"half a mess");
    assert!(client.leave().is_empty());

    // What was asked is still answered.
    let mut client = Client::start(&env);
    client.request("server/discover", &json!({"_meta": meta()}));
    assert_eq!(client.leave().len(), 1);
    let mut client = Client::begun(&env);
    for _ in 0..5 {
        client.request_call("failure_report", &json!({}));
    }
    assert_eq!(client.leave().len(), 5);

    // Nobody reads any more.
    for requests in [1, 20] {
        let mut child = env.start(&["mcp"]);
        drop(child.stdout.take());
        let mut input = child.stdin.take().expect("an input");
        for id in 0..requests {
            let request = json!({"jsonrpc": "2.0", "id": id, "method": "initialize", "params": greeting("2025-11-25")});
            // The server may have gone already.
            let _ = std::io::Write::write_all(&mut input, format!("{request}\n").as_bytes());
        }
        drop(input);
        let output = child.wait_with_output().expect("the server ends");
        assert_eq!(
            (output.status.code(), output.stderr.as_slice()),
            (Some(0), b"".as_slice())
        );
    }
}

#[test]
fn a_client_that_begins_with_a_notification_is_told_off() {
    let said = TestEnv::new().run_with(
        &["mcp"],
        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}\n",
    );
    assert_eq!((said.code, said.stdout.as_str()), (4, ""));
    assert!(
        said.stderr
            .starts_with("Error: the client did not begin with a request\n"),
        "{said}"
    );
}

#[test]
fn many_questions_at_once_are_answered_each() {
    let env = filled();
    let mut client = Client::begun(&env);
    let mut open = BTreeSet::new();
    for n in 0..60 {
        let (tool, arguments) = match n % 3 {
            0 => ("failure_check", json!({"output": "zsh: command not found: go"})),
            1 => ("failure_search", json!({"query": "exec format error"})),
            _ => ("failure_report", json!({})),
        };
        open.insert(client.request_call(tool, &arguments));
        if n % 10 == 0 {
            open.insert(client.request("ping", &json!({})));
        }
    }
    while !open.is_empty() {
        let reply = client.reply();
        if reply["result"] != json!({}) {
            Told::of(&reply).answer();
        }
        assert!(open.remove(&reply["id"].as_i64().expect("our id")), "{reply}");
    }
    assert!(client.leave().is_empty());
}
