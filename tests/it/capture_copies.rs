//! Histories that several files tell: forks, resumed sessions, subagents, and calls whose ids are lost.

use serde_json::{Value, json};

use super::capture_import::assert_same_known;
use super::capture_scene::{Scene, text_of};
use super::capture_story::{Story, second};

#[test]
fn a_history_that_was_copied_is_counted_once_and_tied_to_where_it_came_from() {
    let original = "fa8d2109-cdb3-4d66-bb52-9e06f59d371a";
    let fork = "58739f06-ca54-4e5e-b033-461306e116ee";
    for order in [["resumed.jsonl", "forked.jsonl"], ["forked.jsonl", "resumed.jsonl"]] {
        let scene = Scene::new();
        for name in order {
            scene.put_recorded(name);
            scene.import();
        }
        assert_eq!(
            scene.rows("select count(*), count(distinct call_id) from event where kind = 'call'"),
            ["1|1"],
            "{order:?}"
        );
        assert_eq!(
            scene.number("select count(*) from event where kind = 'prompt'"),
            3,
            "{order:?}"
        );
        assert_eq!(
            scene.number("select count(*) from event where kind = 'turn'"),
            3,
            "{order:?}"
        );
        assert_eq!(scene.number("select count(*) from failure"), 1, "{order:?}");
        assert_eq!(
            scene.rows("select s.external, t.external, p.external from session s left join session t on t.id = s.top left join session p on p.id = s.parent order by s.top is null desc"),
            [format!("{original}|-|-"), format!("{fork}|{original}|{original}")],
            "{order:?}"
        );
        scene.assert_consistent();
    }
}

#[test]
fn a_resumed_session_that_carries_the_lines_of_another_is_tied_to_it() {
    let mut before = Story::new("11111111-1111-4111-8111-111111111111");
    before
        .prompt("one")
        .bash("cat a", true, "Exit code 1\ncat: a: No such file or directory")
        .turn("no");
    let mut after = Story::at("22222222-2222-4222-8222-222222222222", 600);
    after
        .prompt("two")
        .bash("cat a", true, "Exit code 1\ncat: a: No such file or directory")
        .turn("still no");
    let scene = Scene::new();
    let both = before.text() + &after.text();
    scene.put("22222222-2222-4222-8222-222222222222.jsonl", &both);
    scene.import();
    let expected = [
        "11111111-1111-4111-8111-111111111111|-|1|1",
        "22222222-2222-4222-8222-222222222222|11111111-1111-4111-8111-111111111111|1|1",
    ];
    let sql = "select s.external, t.external, s.calls, s.failures from session s left join session t on t.id = s.top order by 1";
    assert_eq!(scene.rows(sql), expected);
    scene.put("11111111-1111-4111-8111-111111111111.jsonl", &before.text());
    scene.import();
    assert_eq!(scene.rows(sql), expected);
    scene.assert_consistent();
}

#[test]
fn subagents_files_belong_to_the_session_that_started_them() {
    let scene = Scene::new();
    let path = scene.put_recorded("f44a190a-d109-4a1f-af17-cb5c66b539b3.jsonl");
    scene.run(&["import", path.to_str().expect("UTF-8")]);
    assert_eq!(scene.number("select count(*) from session"), 1);
    assert_eq!(
        scene.rows("select agent, agent_kind, count(*) from event where kind = 'call' group by 1 order by 1"),
        [
            "-|-|4",
            "a0d95bbf578a9f60e|general-purpose|2",
            "a1e674aa82edc4500|general-purpose|1"
        ]
    );
    // A subagent's file alone, found before its parent's.
    let alone = Scene::new();
    alone.put_recorded("f44a190a-d109-4a1f-af17-cb5c66b539b3.jsonl");
    let folder = alone.projects().join("f44a190a-d109-4a1f-af17-cb5c66b539b3/subagents");
    alone.run(&["import", folder.to_str().expect("UTF-8")]);
    assert_eq!(
        alone.rows("select external, calls from session"),
        ["f44a190a-d109-4a1f-af17-cb5c66b539b3|3"]
    );
    alone.import();
    assert_same_known(&alone, &scene, "subagents first");
    alone.assert_consistent();
}

/// Replaces every id of a call in a transcript.
fn with_ids(lines: &[Value], id: Option<&str>) -> Vec<Value> {
    let mut lines = lines.to_vec();
    for line in &mut lines {
        for block in line["message"]["content"].as_array_mut().into_iter().flatten() {
            for field in ["id", "tool_use_id"] {
                if !block[field].is_null() {
                    match id {
                        Some(id) => block[field] = json!(id),
                        None => {
                            block.as_object_mut().expect("an object").remove(field);
                        }
                    }
                }
            }
        }
    }
    lines
}

#[test]
fn calls_whose_ids_are_lost_stay_apart_and_are_copied_once() {
    let mut story = Story::new("lost");
    story.prompt("again and again");
    for _ in 0..3 {
        story.bash("cat gone", true, "Exit code 1\ncat: gone: No such file or directory");
    }
    story.turn("gone");
    for id in [Some("REDACTED"), Some("<id>"), None] {
        let text = text_of(&with_ids(story.lines(), id));
        let scene = Scene::new();
        scene.put("lost.jsonl", &text);
        scene.import();
        assert_eq!(scene.rows("select calls, failures from session"), ["3|3"], "{id:?}");
        assert_eq!(
            scene.rows("select repeats from failure order by at"),
            ["0", "1", "2"],
            "{id:?}"
        );
        scene.put("copy.jsonl", &text);
        let told = scene.import();
        assert!(told.contains("New: 0 calls, 0 failures"), "{id:?}: {told}");
        scene.assert_consistent();
    }
}

#[test]
fn hooks_of_a_session_and_the_fork_that_copied_it_are_counted_once() {
    let mut story = Story::new("aaaaaaaa-1111-4111-8111-111111111111");
    story
        .prompt("one")
        .bash("cat a", true, "Exit code 1\ncat: a: No such file or directory")
        .turn("no");
    let scene = Scene::new();
    let path = scene.put("aaaaaaaa-1111-4111-8111-111111111111.jsonl", &story.text());
    let mut hooks = story.hooks();
    hooks.push(story.ending());
    for (_, payload) in &mut hooks {
        payload["transcript_path"] = json!(path);
    }
    scene.play(&hooks);
    // The fork copies the history under its own id.
    let mut copied: Vec<Value> = story.lines().to_vec();
    for line in &mut copied {
        if line["type"] == "assistant" {
            line["requestSessionId"] = line["sessionId"].clone();
        }
        line["sessionId"] = json!("bbbbbbbb-2222-4222-8222-222222222222");
    }
    let mut fork = Story::at("bbbbbbbb-2222-4222-8222-222222222222", 900);
    fork.prompt("two").turn("yes");
    scene.put(
        "bbbbbbbb-2222-4222-8222-222222222222.jsonl",
        &(text_of(&copied) + &fork.text()),
    );
    scene.import();
    scene.work(&second(3000));
    assert_eq!(
        scene.rows("select kind, count(*) from event group by 1 order by 1"),
        ["call|1", "prompt|2", "turn|2"]
    );
    scene.assert_consistent();
}
