//! What an earlier version left is brought up to date, and goes with us.

use std::fs;

use serde_json::Value;

use super::BINARY;
use super::home::Home;

/// The permissions that the first version gave.
const EARLIER: [&str; 4] = ["failure_check", "failure_search", "failure_report", "skill_lookup"];

/// Leaves the home as the first version did: with four permissions, in the settings and in the record.
fn as_the_first_version(home: &Home) {
    home.install(BINARY);
    let ours = |entry: &Value| {
        let text = entry
            .as_str()
            .or(entry["value"].as_str())
            .unwrap_or_default()
            .to_owned();
        text.strip_prefix("mcp__callus__").map(str::to_owned)
    };
    let kept = |entry: &Value| ours(entry).is_none_or(|tool| EARLIER.contains(&&*tool));
    let record = home.site.data.join("install/claude-code.json");
    for (file, list) in [
        (&home.places.settings, "/permissions/allow"),
        (&record, "/settings/added"),
    ] {
        let mut value: Value = serde_json::from_slice(&fs::read(file).expect("written")).expect("JSON");
        let list = value.pointer_mut(list).and_then(Value::as_array_mut).expect("a list");
        list.retain(kept);
        fs::write(file, serde_json::to_vec_pretty(&value).expect("JSON")).expect("as it was");
    }
}

fn allowed(home: &Home) -> Vec<String> {
    let value: Value = serde_json::from_str(&home.settings()).expect("JSON");
    let list = value["permissions"]["allow"].as_array().expect("a list");
    list.iter()
        .filter_map(|entry| entry.as_str().map(str::to_owned))
        .collect()
}

#[test]
fn what_is_missing_is_added_and_all_of_it_goes() {
    let home = Home::with_settings("{\n  \"permissions\": {\n    \"allow\": [\n      \"Read\"\n    ]\n  }\n}\n");
    let before: Value = serde_json::from_str(&home.settings()).expect("JSON");
    as_the_first_version(&home);
    assert_eq!(allowed(&home).len(), 1 + EARLIER.len());
    let plan = home.plan(BINARY).expect("a plan");
    let change = "  + permission to call without asking: mcp__callus__failure_get, mcp__callus__failure_count, \
                  mcp__callus__failure_record, mcp__callus__failure_resolve, mcp__callus__failure_feedback";
    assert!(plan.text().lines().any(|line| line == change), "{}", plan.text());
    home.install(BINARY);
    assert_eq!(allowed(&home).len(), 1 + 9);
    home.remove();
    assert_eq!(serde_json::from_str::<Value>(&home.settings()).expect("JSON"), before);
}

#[test]
fn whoever_allows_the_whole_server_is_asked_for_nothing_more() {
    for whole in ["mcp__callus", "mcp__callus__*"] {
        let text = format!("{{\"permissions\": {{\"allow\": [\"{whole}\"]}}}}");
        let home = Home::with_settings(&text);
        home.install(BINARY);
        assert_eq!(allowed(&home), [whole]);
        home.remove();
        assert_eq!(home.settings(), text);
    }
}

#[test]
fn a_server_that_is_asked_stays_until_it_is_taken_out() {
    let mut home = Home::with_settings("{}").with_client();
    home.install(BINARY);
    home.address = Some("http://127.0.0.1:22558/mcp".into());
    home.install(BINARY);
    let state = || fs::read_to_string(&home.places.state).expect("state");
    let wanted = r#"{"mcpServers":{"callus":{"type":"http","url":"http://127.0.0.1:22558/mcp","headers":{"Authorization":"Bearer ${CALLUS_TOKEN}"}}}}"#;
    assert_eq!(state(), wanted);
    assert!(home.plan(BINARY).expect("a plan").is_empty());
    let mut upgraded = home;
    upgraded.address = None;
    assert!(
        upgraded.plan(BINARY).expect("a plan").is_empty(),
        "nobody asked for a program"
    );
    upgraded.remove();
    assert!(!upgraded.places.state.exists(), "the client took it out");
}
