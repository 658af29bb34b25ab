//! The prompts, with what is recorded in them.

use serde_json::{Value, json};

use super::client::Client;
use crate::env::TestEnv;
use crate::lessons::{self, EXEC, id_of};

fn prompt(client: &mut Client, name: &str, arguments: &Value) -> Vec<Value> {
    let reply = client.ask("prompts/get", &json!({"name": name, "arguments": arguments}));
    let messages = reply["result"]["messages"]
        .as_array()
        .unwrap_or_else(|| panic!("{reply}"))
        .clone();
    for message in &messages {
        assert_eq!(message["role"], "user", "{message}");
    }
    messages
}

/// Returns the addresses and texts of what a prompt brings along.
fn brought(messages: &[Value]) -> Vec<(String, String)> {
    let resource = |message: &Value| {
        let resource = &message["content"]["resource"];
        Some((
            resource["uri"].as_str()?.to_owned(),
            resource["text"].as_str()?.to_owned(),
        ))
    };
    messages.iter().filter_map(resource).collect()
}

#[test]
fn what_failed_brings_the_report_and_what_costs_most() {
    let env = lessons::filled();
    let mut client = Client::begun(&env);
    for (arguments, part) in [
        (json!({}), "met again"),
        (json!({"since": "all"}), "all that is recorded"),
        (json!({"since": null, "project": ""}), "met again"),
        (json!({"project": "api"}), "Callus, api"),
    ] {
        let messages = prompt(&mut client, "what_failed", &arguments);
        let text = messages[0]["content"]["text"].as_str().expect("a text");
        assert!(text.contains(part) && !text.contains("{{"), "{arguments}: {text}");
        let brought = brought(&messages);
        assert!((1..=3).contains(&brought.len()), "{brought:?}");
        for (uri, told) in brought {
            let id = uri.strip_prefix("failure://").expect("a failure");
            assert!(text.contains(id) && told.contains(id), "{uri}: {told}");
        }
    }
    assert!(client.leave().is_empty());
}

#[test]
fn a_postmortem_brings_the_failure_and_its_session() {
    let env = lessons::filled();
    let mut client = Client::begun(&env);
    let id = id_of(&env, EXEC);
    let messages = prompt(&mut client, "postmortem", &json!({ "id": id }));
    let [(failure, told), (session, steps)] = brought(&messages).try_into().expect("two");
    assert_eq!(failure, format!("failure://{id}"));
    assert!(told.contains("Worked instead"), "{told}");
    assert_eq!(session, "session://7744721d");
    assert!(steps.contains("go test"), "{steps}");
    let messages = prompt(&mut client, "postmortem", &json!({"id": "F1"}));
    assert_eq!(brought(&messages).len(), 2);
    let messages = prompt(&mut client, "postmortem", &json!({"id": "7744fe00"}));
    let [(session, _)] = brought(&messages).try_into().expect("one");
    assert_eq!(session, "session://7744fe00");
    assert!(client.leave().is_empty());
}

#[test]
fn a_prompt_that_cannot_be_made_says_what_is_missing() {
    let env = lessons::filled();
    let mut client = Client::begun(&env);
    let table = [
        (
            json!({"name": "weekly"}),
            "there is no such prompt, only what_failed, postmortem",
        ),
        (
            json!({"name": "postmortem"}),
            "`id` is missing: the id of a failure mode, of one failure such as F12, or of a session",
        ),
        (
            json!({"name": "postmortem", "arguments": {"id": " "}}),
            "`id` is missing",
        ),
        (
            json!({"name": "postmortem", "arguments": {"id": "nobody"}}),
            "nothing goes by this id: pass the id of a failure mode",
        ),
        (
            json!({"name": "what_failed", "arguments": {"since": "soon"}}),
            "`soon` is no time\nWrite a span (7d",
        ),
        (
            json!({"name": "what_failed", "arguments": {"project": "nowhere"}}),
            "no project goes by `nowhere`",
        ),
    ];
    for (params, words) in table {
        let reply = client.ask("prompts/get", &params);
        assert_eq!(reply["error"]["code"], -32602, "{reply}");
        assert!(
            reply["error"]["message"]
                .as_str()
                .is_some_and(|said| said.starts_with(words)),
            "{reply}"
        );
    }
    assert!(client.leave().is_empty());

    let empty = TestEnv::new();
    let mut client = Client::begun(&empty);
    let reply = client.ask("prompts/get", &json!({"name": "what_failed"}));
    assert!(
        reply["error"]["message"]
            .as_str()
            .is_some_and(|said| said.contains("callus import")),
        "{reply}"
    );
    assert!(client.leave().is_empty());
}
