//! Both roads of one session: hooks while it ran and its transcript afterwards, in either order.

use serde_json::{Value, json};

use super::capture_recount::assert_same;
use super::capture_scene::{Scene, transcript};
use super::capture_story::{Story, hooks_of, second, session_end};

/// What is known of sessions, in words that do not depend on the order in which it was learnt.
pub(crate) const KNOWN: &[(&str, &str)] = &[
    (
        "events",
        "select s.external, e.kind, e.agent, e.call_id, e.tool, e.command, e.file, e.status, e.exit_code
         from event e join session s on s.id = e.session
         order by 1, e.kind, e.call_id, e.at, e.output_bytes",
    ),
    (
        "failures",
        "select s.external, e.call_id, e.kind, f.origin, f.expected, f.agent, f.node, f.exit_code, f.error_type,
                f.headline, f.goal, f.scope, f.severity, f.correction, p.fingerprint, m.fingerprint
         from failure f join event e on e.id = f.event join session s on s.id = f.session
         left join pattern p on p.id = f.pattern left join mode m on m.id = p.mode
         order by 1, 3, 2, f.at",
    ),
    (
        "sessions",
        "select external, outcome, prompts, calls, failures, expected, model from session order by 1",
    ),
    (
        "exercise",
        "select s.external, x.key, x.runs, x.failed from exercise x join session s on s.id = x.session order by 1, 2",
    ),
    (
        "usage",
        "select s.external, u.message, u.model, u.input, u.output, u.cached from usage u join session s on s.id = u.session order by 1, 2",
    ),
];

pub(crate) fn known(scene: &Scene) -> Vec<(&'static str, Vec<String>)> {
    KNOWN.iter().map(|(what, sql)| (*what, scene.rows(sql))).collect()
}

/// Plays hooks and imports the transcripts that `put` lays out, in both orders and the import alone; returns the
/// scenes.
fn both_orders(hooks: &[(String, Value)], put: impl Fn(&Scene)) -> [Scene; 3] {
    let after = hooks.last().expect("hooks").0.clone();
    let hooks_first = Scene::new();
    put(&hooks_first);
    hooks_first.play(hooks);
    hooks_first.work(&after);
    hooks_first.assert_consistent();
    hooks_first.import();

    let import_first = Scene::new();
    put(&import_first);
    import_first.import();
    import_first.assert_consistent();
    import_first.play(hooks);
    import_first.work(&after);

    let import_alone = Scene::new();
    put(&import_alone);
    import_alone.import();
    let scenes = [hooks_first, import_first, import_alone];
    for scene in &scenes {
        scene.run(&["status"]);
        scene.assert_no_fault();
        scene.assert_consistent();
        let before = known(scene);
        let again = scene.import();
        assert!(again.starts_with("Nothing new in "), "{again}");
        scene.work(&after);
        for ((what, before), (_, after)) in before.iter().zip(&known(scene)) {
            assert_same(after, before, &format!("{what} after another import"));
        }
    }
    scenes
}

/// Asserts that the three ways of learning of a session came to the same.
#[track_caller]
fn assert_agree(scenes: &[Scene; 3]) {
    let [hooks_first, import_first, import_alone] = scenes;
    for ((what, one), (_, other)) in known(hooks_first).iter().zip(&known(import_first)) {
        assert_same(one, other, &format!("{what}, hooks first and import first"));
    }
    for ((what, one), (_, other)) in known(hooks_first).iter().zip(&known(import_alone)) {
        assert_same(one, other, &format!("{what}, both roads and import alone"));
    }
}

/// Returns the results in a transcript, by call, with whether the client flags them.
fn flagged(lines: &[Value]) -> Vec<(String, bool)> {
    let blocks = lines
        .iter()
        .filter_map(|line| line["message"]["content"].as_array())
        .flatten();
    let results = blocks.filter(|block| block["type"] == "tool_result");
    results
        .map(|block| {
            (
                block["tool_use_id"].as_str().expect("an id").to_owned(),
                block["is_error"] == true,
            )
        })
        .collect()
}

#[test]
fn recorded_sessions_come_to_the_same_by_either_road_and_by_both() {
    for name in ["main.jsonl", "bash.jsonl", "apierror.jsonl", "resumed.jsonl"] {
        let lines = transcript(name);
        let mut hooks = hooks_of(&lines);
        let (at, last) = hooks.last().expect("hooks").clone();
        hooks.push((at, session_end(last["session_id"].as_str().expect("a session"))));
        let scenes = both_orders(&hooks, |scene| {
            scene.put_recorded(name);
        });
        assert_agree(&scenes);
        for scene in &scenes {
            for (call, failed) in flagged(&lines) {
                let rows = scene.number(&format!(
                    "select count(*) from event where call_id = '{call}' and kind = 'call'"
                ));
                assert_eq!(rows, 1, "{name}: {call}");
                let failures = scene.number(&format!(
                    "select count(*) from failure f join event e on e.id = f.event where e.call_id = '{call}' and e.kind = 'call' and f.origin = 'flagged'"
                ));
                assert_eq!(failures, i64::from(failed), "{name}: {call}");
            }
        }
    }
}

#[test]
fn a_session_with_subagents_comes_to_the_same_by_either_road_and_by_both() {
    let name = "f44a190a-d109-4a1f-af17-cb5c66b539b3.jsonl";
    let folder = "f44a190a-d109-4a1f-af17-cb5c66b539b3/subagents";
    let mut hooks = hooks_of(&transcript(name));
    for agent in ["agent-a0d95bbf578a9f60e", "agent-a1e674aa82edc4500"] {
        let lines = transcript(&format!("{folder}/{agent}.jsonl"));
        let mut of_agent = hooks_of(&lines);
        if agent == "agent-a0d95bbf578a9f60e" {
            let (at, mut stop) = of_agent.last().expect("hooks").clone();
            stop["hook_event_name"] = json!("SubagentStop");
            stop["last_assistant_message"] = json!("sub finished");
            of_agent.push((at, stop));
        }
        hooks.extend(of_agent);
    }
    hooks.sort_by(|one, other| one.0.cmp(&other.0));
    hooks.push((
        "2026-11-20T05:44:10.500Z".to_owned(),
        session_end("f44a190a-d109-4a1f-af17-cb5c66b539b3"),
    ));
    let scenes = both_orders(&hooks, |scene| {
        scene.put_recorded(name);
    });
    assert_agree(&scenes);
    for scene in &scenes {
        assert_eq!(
            scene.rows("select agent, node, count(*) from failure where agent is not null group by 1, 2 order by 1"),
            [
                "a0d95bbf578a9f60e|general-purpose|2",
                "a1e674aa82edc4500|general-purpose|2"
            ]
        );
    }
}

#[test]
fn a_told_session_comes_to_the_same_by_either_road_and_by_both() {
    let mut story = Story::new("told");
    story
        .prompt("make the tests pass")
        .bash(
            "cargo test",
            true,
            "Exit code 101\nerror[E0308]: mismatched types\n --> src/lib.rs:4:5",
        )
        .edit("src/lib.rs")
        .bash("cargo test", false, "test result: ok. 3 passed; 0 failed")
        .bash("grep -rn nothing src", true, "Exit code 1")
        .bash(
            "npm run build | tail -2",
            false,
            "sh: 1: webpack: not found\nnpm ERR! code ELIFECYCLE",
        )
        .turn("Done.")
        .prompt("y")
        .prompt("n")
        .begin("Bash", &json!({"command": "rm -rf target"}))
        .reject(None)
        .prompt("never delete target, use cargo clean")
        .bash("cargo clean", false, "")
        .model_error("API Error: 529 Overloaded.")
        .prompt("go on")
        .begin("Bash", &json!({"command": "git push --force"}))
        .reject(Some("not on main"))
        .turn("I did not push.");
    let mut hooks = story.hooks();
    hooks.push(story.ending());
    let scenes = both_orders(&hooks, |scene| {
        scene.put("told.jsonl", &story.text());
    });
    assert_agree(&scenes);
    let [hooks_first, ..] = &scenes;
    assert_eq!(
        hooks_first.rows("select e.command, f.expected, f.correction from failure f join event e on e.id = f.event where f.expected = 'rejected' order by e.at"),
        ["rm -rf target|rejected|never delete target, use cargo clean", "git push --force|rejected|not on main"]
    );
}

#[test]
fn prompts_of_the_same_length_within_a_minute_stay_apart() {
    let mut story = Story::new("short");
    story
        .prompt("yes")
        .turn("one")
        .prompt("no!")
        .turn("two")
        .prompt("hm?")
        .turn("six");
    let scenes = both_orders(&story.hooks(), |scene| {
        scene.put("short.jsonl", &story.text());
    });
    assert_agree(&scenes);
    assert_eq!(scenes[0].number("select prompts from session"), 3);
}

#[test]
fn a_long_input_with_secrets_is_one_call_by_both_roads() {
    let secret = "AKIAQYLPMN5HWZ3XKJ7B";
    let filler = "one line of a long file\n".repeat(3000);
    let content = format!(
        "aws_key = {secret}\npassword = \"correct-horse-battery-4711\"\nhttps://dev:s3cr3t-pw-9f@host.example/x\n{filler}token: ghp_a8Zk3LmQ9pXy7RtV2bNc5WsD1fGhJ4eK6uTo\n"
    );
    let mut story = Story::new("long");
    story
        .prompt("write it")
        .call(
            "Write",
            &json!({"file_path": "/home/dev/project/a.txt", "content": content}),
            false,
            "File created successfully",
        )
        .bash(
            &format!("cat > b.txt <<'EOF'\n{content}EOF\nfalse"),
            true,
            "Exit code 1",
        )
        .turn("Written.");
    let scenes = both_orders(&story.hooks(), |scene| {
        scene.put("long.jsonl", &story.text());
    });
    for scene in &scenes {
        assert_eq!(
            scene.number("select calls from session"),
            2,
            "{:?}",
            scene.rows("select call_id, via from event")
        );
        scene.assert_nowhere(secret);
    }
    assert_agree(&scenes);
}

#[test]
fn a_long_input_with_secrets_of_ones_own_is_one_call_by_both_roads() {
    // Only the full rules know these, and the hook cuts its record before they run.
    let names = format!("one of ACME-{}\n", "4711".repeat(10)).repeat(40);
    for filler in [100, 1_000] {
        let content = format!("{names}{}{names}", "a line of a long file\n".repeat(filler * 6));
        let mut story = Story::new("own");
        story
            .prompt("write it")
            .call(
                "Write",
                &json!({"file_path": "/home/dev/project/a.txt", "content": content}),
                false,
                "File created successfully",
            )
            .turn("Written.");
        let scenes = both_orders(&story.hooks(), |scene| {
            let settings = "[[redact.patterns]]\nname = \"acme\"\npattern = \"ACME-[0-9]{40}\"\n";
            std::fs::create_dir_all(scene.env.data()).expect("makes");
            std::fs::write(scene.env.data().join("config.toml"), settings).expect("writes");
            scene.put("own.jsonl", &story.text());
        });
        for scene in &scenes {
            assert_eq!(scene.number("select calls from session"), 1, "{filler}");
        }
    }
}

#[test]
fn a_call_belongs_to_the_folder_it_ran_in_and_a_mode_to_both_projects() {
    let mut story = Story::new("wide");
    let failing = "Exit code 1\ncat: settings.json: No such file or directory";
    story
        .prompt("look")
        .bash("cat settings.json", true, failing)
        .cd("/srv/other")
        .bash("cat settings.json", true, failing)
        .turn("Neither.");
    let scenes = both_orders(&story.hooks(), |scene| {
        scene.put("wide.jsonl", &story.text());
    });
    assert_agree(&scenes);
    for scene in &scenes {
        assert_eq!(
            scene.rows("select failures, sessions from mode_project"),
            ["1|1", "1|1"]
        );
    }
}

#[test]
fn what_an_import_adds_after_the_worker_is_settled_too() {
    let mut story = Story::new("late");
    story
        .prompt("clean up")
        .bash(
            "make all",
            true,
            "Exit code 2\nmake: *** No rule to make target 'all'.  Stop.",
        )
        .begin("Bash", &json!({"command": "rm -rf build"}))
        .reject(None)
        .interrupt();
    let scene = Scene::new();
    scene.play(&story.hooks());
    let (at, end) = story.ending();
    scene.hook(&at, &end);
    scene.work("2026-11-20T11:00:00Z");
    assert_eq!(
        scene.rows("select outcome from session"),
        ["unknown"],
        "hooks see no interrupt"
    );
    scene.put("late.jsonl", &story.text());
    scene.import();
    assert_eq!(scene.rows("select outcome from session"), ["interrupted"]);
    assert_eq!(scene.number("select count(*) from failure where severity is null"), 0);
    scene.assert_consistent();
}

#[test]
fn the_worker_reads_the_transcript_that_the_hooks_name() {
    let scene = Scene::new();
    let mut story = Story::new("named");
    story
        .prompt("x")
        .begin("Bash", &json!({"command": "sleep 60"}))
        .reject(None)
        .interrupt();
    let path = scene.put("named.jsonl", &story.text());
    let mut hooks = story.hooks();
    hooks.push(story.ending());
    for (_, payload) in &mut hooks {
        payload["transcript_path"] = json!(path);
    }
    scene.play(&hooks);
    scene.work(&second(600));
    assert_eq!(
        scene.rows("select e.command, f.expected, s.outcome, s.model from failure f join event e on e.id = f.event join session s on s.id = f.session"),
        ["sleep 60|rejected|interrupted|claude-sonnet-5-5"]
    );
    scene.assert_consistent();
}
