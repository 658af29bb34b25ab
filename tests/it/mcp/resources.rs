//! What is read by an address, and how an address that is being typed goes on.

use serde_json::{Value, json};

use super::client::Client;
use super::protocol::meta;
use crate::env::TestEnv;
use crate::lessons::{self, EXEC, id_of};

/// Returns the text at an address.
fn text(client: &mut Client, uri: &str) -> String {
    let reply = client.ask("resources/read", &json!({ "uri": uri }));
    let contents = reply["result"]["contents"]
        .as_array()
        .unwrap_or_else(|| panic!("{reply}"));
    assert_eq!((contents.len(), &contents[0]["uri"]), (1, &json!(uri)), "{reply}");
    contents[0]["text"].as_str().expect("a text").to_owned()
}

#[test]
fn the_list_has_skills_and_what_failed_last_and_each_can_be_read() {
    let env = lessons::filled();
    let mut client = Client::begun(&env);
    let listed = client.ask("resources/list", &json!({}));
    let resources = listed["result"]["resources"].as_array().expect("resources").clone();
    assert!(listed.to_string().len() < 8_000, "{listed}");
    assert_eq!(resources[0]["uri"], "skill://failure-memory/SKILL.md");
    assert!(
        resources
            .iter()
            .any(|one| one["title"].as_str().is_some_and(|title| title.contains(EXEC)))
    );
    for resource in &resources {
        let read = text(&mut client, resource["uri"].as_str().expect("an address"));
        let shown = resource["title"]
            .as_str()
            .or(resource["description"].as_str())
            .expect("words");
        let begin: String = shown.chars().take(40).collect();
        assert!(read.contains(begin.trim_end_matches('…')), "{resource}: {read}");
    }
    let times: Vec<_> = resources[1..]
        .iter()
        .map(|one| one["annotations"]["lastModified"].to_string())
        .collect();
    assert!(
        times.len() > 2 && times.is_sorted_by(|a, b| a >= b),
        "the newest first: {times:?}"
    );
    assert!(client.leave().is_empty());
}

#[test]
fn where_nothing_is_recorded_only_what_ships_is_there() {
    let env = TestEnv::new();
    let mut client = Client::begun(&env);
    let listed = client.ask("resources/list", &json!({}));
    assert_eq!(
        listed["result"]["resources"].as_array().map(Vec::len),
        Some(1),
        "{listed}"
    );
    assert!(text(&mut client, "skill://failure-memory/SKILL.md").starts_with("---\nname: failure-memory\n"));
    let read = client.ask("resources/read", &json!({"uri": "failure://7k2m9qxd"}));
    assert_eq!(read["error"]["code"], -32002, "{read}");
    assert!(client.leave().is_empty());
    assert!(!env.data().exists(), "a question makes no store");
}

#[test]
fn a_failure_and_a_session_are_told_as_the_commands_tell_them() {
    let env = lessons::filled();
    let mut client = Client::begun(&env);
    let id = id_of(&env, EXEC);
    let mode = text(&mut client, &format!("failure://{id}"));
    assert!(mode.contains(EXEC) && mode.contains("Worked instead"), "{mode}");
    assert_eq!(text(&mut client, &format!("failure://{}", id.to_uppercase())), mode);
    let one = text(&mut client, "failure://F1");
    assert!(one.contains("F1"), "{one}");
    let session = text(&mut client, "session://7744721d");
    assert!(session.contains("7744721d") && session.contains("go test"), "{session}");
    assert_eq!(text(&mut client, "session://7744%3721d"), session);
    assert!(client.leave().is_empty());
}

#[test]
fn what_is_at_no_address_is_refused_in_the_words_of_each_era() {
    let env = lessons::filled();
    let mut client = Client::begun(&env);
    let table = [
        ("failure://zzzzzzzz", "no failure goes by `zzzzzzzz`"),
        ("failure://", "no failure goes by ``"),
        ("failure://F999999", "no failure goes by `F999999`"),
        ("session://nobody", "no session goes by `nobody`"),
        (
            "skill://nothing/SKILL.md",
            "there is no such skill or file; there are skill://failure-memory/SKILL.md",
        ),
        (
            "skill://failure-memory/../../etc/passwd",
            "there is no such skill or file",
        ),
        ("skill://failure-memory", "there is no such skill or file"),
        (
            "file:///etc/passwd",
            "there is nothing at this address: addresses are failure://{id}",
        ),
        ("", "there is nothing at this address"),
    ];
    for (uri, words) in table {
        let reply = client.ask("resources/read", &json!({ "uri": uri }));
        assert_eq!(reply["error"]["code"], -32002, "{uri}: {reply}");
        assert!(
            reply["error"]["message"]
                .as_str()
                .is_some_and(|said| said.starts_with(words)),
            "{uri}: {reply}"
        );
        let reply = client.ask("resources/read", &json!({ "uri": uri, "_meta": meta() }));
        assert_eq!(reply["error"]["code"], -32602, "{uri}: {reply}");
    }
    // An address that several things go by names them.
    let several = client.ask("resources/read", &json!({"uri": "session://7744"}));
    assert_eq!(several["error"]["code"], -32602, "{several}");
    let words = several["error"]["message"].as_str().expect("words");
    assert!(words.contains("7744721d") && words.contains("7744fe00"), "{words}");
    for method in [
        "resources/list",
        "resources/templates/list",
        "prompts/list",
        "tools/list",
    ] {
        let reply = client.ask(method, &json!({"cursor": "AAAA"}));
        assert_eq!(reply["error"]["code"], -32602, "{method}: {reply}");
        assert_eq!(
            reply["error"]["message"],
            "this list has one page only: leave `cursor` out"
        );
    }
    assert!(client.leave().is_empty());
}

/// Returns how an argument goes on.
fn completed(client: &mut Client, reference: &Value, name: &str, begun: &str, beside: &Value) -> Vec<String> {
    let reply = client.ask(
        "completion/complete",
        &json!({"ref": reference, "argument": {"name": name, "value": begun}, "context": {"arguments": beside}}),
    );
    let completion = &reply["result"]["completion"];
    let values = completion["values"].as_array().unwrap_or_else(|| panic!("{reply}"));
    assert!(values.len() <= 100);
    values
        .iter()
        .map(|value| value.as_str().expect("a text").to_owned())
        .collect()
}

#[test]
fn what_is_typed_goes_on_to_what_is_recorded() {
    let env = lessons::filled();
    let mut client = Client::begun(&env);
    let id = id_of(&env, EXEC);
    let template = |uri: &str| json!({"type": "ref/resource", "uri": uri});
    let prompt = |name: &str| json!({"type": "ref/prompt", "name": name});
    let failure = template("failure://{id}");
    let table = [
        (&failure, "id", &id[..2], vec![id.clone()]),
        (&failure, "id", "~", vec![]),
        (&failure, "id", "a_long text that is no id at all", vec![]),
        (&failure, "other", "", vec![]),
        (
            &template("session://{id}"),
            "id",
            "7744",
            vec!["7744721d".to_owned(), "7744fe00".to_owned()],
        ),
        (
            &template("skill://{name}/{+path}"),
            "name",
            "fail",
            vec!["failure-memory".to_owned()],
        ),
        (&template("skill://{name}/{+path}"), "name", "zebra", vec![]),
        (
            &template("skill://{name}/{+path}"),
            "path",
            "SK",
            vec!["SKILL.md".to_owned()],
        ),
        (&prompt("what_failed"), "since", "to", vec!["today".to_owned()]),
        (&prompt("what_failed"), "project", "ap", vec!["api".to_owned()]),
        (
            &prompt("postmortem"),
            "id",
            "7744",
            vec!["7744721d".to_owned(), "7744fe00".to_owned()],
        ),
    ];
    for (reference, name, begun, ways) in table {
        assert_eq!(
            completed(&mut client, reference, name, begun, &json!({})),
            ways,
            "{reference} {name} {begun}"
        );
    }
    assert!(completed(&mut client, &failure, "id", "", &json!({})).contains(&id));
    let files = template("skill://{name}/{+path}");
    assert!(completed(&mut client, &files, "path", "", &json!({"name": "zebra"})).is_empty());
    for unknown in [template("test://{id}"), prompt("weekly")] {
        let params = json!({"ref": unknown, "argument": {"name": "id", "value": ""}});
        let reply = client.ask("completion/complete", &params);
        assert_eq!(reply["error"]["code"], -32602, "{reply}");
        assert!(
            reply["error"]["message"]
                .as_str()
                .is_some_and(|said| said.contains("only ")),
            "{reply}"
        );
    }
    assert!(client.leave().is_empty());
}
