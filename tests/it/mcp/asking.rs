//! What a request says of whoever sent it, and what is made of it: which project is meant.

use rusqlite::params;
use serde_json::{Value, json};

use super::client::{Client, Told};
use crate::lessons::NOW;
use crate::skills::project::{EXEC, Project};

const NAME: &str = "go-test-exec-format-error";

/// Returns a project with a published skill, of which a session of each client worked in it.
fn project() -> Project {
    let project = Project::taught(&[EXEC]);
    project.run(&["distill", "--yes"]).success();
    for (assistant, external, call) in [
        ("claude-code", "66c6d7ca", "toolu_881c3da5"),
        ("codex", "01a1f76d-655c", "call_04_0"),
    ] {
        project
            .db()
            .execute(
                "insert into session (assistant, external, cwd, started_at, last_at) values (?1, ?2, ?3, ?4, ?4)",
                params![assistant, external, project.root.display().to_string(), NOW],
            )
            .expect("a session");
        project
            .db()
            .execute(
                "insert into event (session, key, at, at_source, kind, call_id, status, via)
                 select id, cast(external as blob), ?2, 'record', 'call', ?3, 'ok', 'hook' from session where external = ?1",
                params![external, NOW, call],
            )
            .expect("a call");
    }
    project
}

/// Returns whether the project's skill is told to a call with this `_meta`.
fn is_told(client: &mut Client, meta: &Value) -> bool {
    let params = json!({"name": "skill_lookup", "arguments": {"name": NAME}, "_meta": meta});
    let told = Told::of(&client.ask("tools/call", &params)).answer();
    assert!(
        told.contains("exec=true") || told.starts_with("No skill is published"),
        "{told}"
    );
    told.contains("exec=true")
}

#[test]
fn what_a_client_says_of_its_call_its_session_or_its_folders_decides_the_project() {
    let project = project();
    // Where a gateway starts the server is nobody's project.
    let mut client = Client::begun_in(&project.env, &project.env.home());
    let folder = project.root.display().to_string();
    let turn = |folders: &[&str]| {
        let folders: serde_json::Map<String, Value> = folders
            .iter()
            .map(|folder| ((*folder).to_owned(), json!({"has_changes": true})))
            .collect();
        json!({"workspaces": folders})
    };
    let table = [
        (json!({}), false),
        (
            json!({"claudecode/toolUseId": "toolu_881c3da5", "progressToken": 4}),
            true,
        ),
        (json!({"claudecode/toolUseId": "toolu_unheard_of"}), false),
        (
            json!({"sessionId": "01a1f76d-655c", "threadId": "01a1f76d-655c", "callId": "call_99_0"}),
            true,
        ),
        (json!({"callId": "call_04_0"}), true),
        (
            json!({"sessionId": "unheard of", "x-codex-turn-metadata": turn(&[&folder])}),
            true,
        ),
        (
            json!({"sessionId": "unheard of", "x-codex-turn-metadata": turn(&[])}),
            false,
        ),
        (
            json!({"sessionId": "unheard of", "x-codex-turn-metadata": turn(&[&folder, "/home/dev/other"])}),
            false,
        ),
        (
            json!({"sessionId": ["01a1f76d-655c"], "claudecode/toolUseId": 7, "traceparent": {}}),
            false,
        ),
    ];
    for (meta, told) in table {
        assert_eq!(is_told(&mut client, &meta), told, "{meta}");
    }
    // Skills are listed for the same place.
    let listed = client.ask("skills/list", &json!({"_meta": {"callId": "call_04_0"}}));
    assert_eq!(listed["result"]["skills"].as_array().map(Vec::len), Some(2), "{listed}");
    assert!(client.leave().is_empty());

    // Started in the project, nothing has to be said; what is said comes first all the same.
    let mut client = Client::begun_in(&project.env, &project.root.join("packages/x"));
    assert!(is_told(&mut client, &json!({})));
    let elsewhere = json!({"x-codex-turn-metadata": turn(&["/home/dev/other"])});
    assert!(!is_told(&mut client, &elsewhere));
    assert!(client.leave().is_empty());
}
