//! What switches recording off, labels it, or sends it elsewhere.

use std::fs;

use serde_json::{Value, json};

use super::capture_scene::Scene;
use super::capture_story::{Story, second};

/// A session of which every step is told in `cwd`.
fn hooks_in(cwd: &str) -> Vec<(String, Value)> {
    let mut story = Story::new("switched");
    story
        .cd(cwd)
        .prompt("x")
        .bash("cat a", true, "Exit code 1\ncat: a: No such file or directory")
        .turn("no");
    story.hooks()
}

fn sessions(scene: &Scene) -> i64 {
    scene.run(&["status"]);
    scene.number("select count(*) from session")
}

#[test]
fn a_variable_switches_recording_off() {
    for (name, off, on) in [
        ("CALLUS_CAPTURE", &["false", "0", "off", "no"][..], "true"),
        ("CALLUS_NESTED", &["1", "true"], "0"),
    ] {
        for value in off {
            let scene = Scene::new();
            for (at, payload) in hooks_in("/home/dev/project") {
                scene.hook_with(&at, &[(name, value)], &payload);
            }
            assert_eq!(sessions(&scene), 0, "{name}={value}");
            scene.assert_no_fault();
        }
        let scene = Scene::new();
        for (at, payload) in hooks_in("/home/dev/project") {
            scene.hook_with(&at, &[(name, on)], &payload);
        }
        assert_eq!(sessions(&scene), 1, "{name}={on}");
    }
}

#[test]
fn the_settings_file_switches_recording_off() {
    let scene = Scene::new();
    fs::create_dir_all(scene.env.data()).expect("makes");
    fs::write(scene.env.data().join("config.toml"), "capture = false\n").expect("writes");
    scene.play(&hooks_in("/home/dev/project"));
    assert_eq!(sessions(&scene), 0);
}

/// Makes a working tree with a `.callus.toml` at its top, and returns its path.
fn repository(scene: &Scene, name: &str, says: &str) -> String {
    let top = scene.env.home().join(name);
    fs::create_dir_all(top.join(".git")).expect("makes");
    fs::create_dir_all(top.join("src/deep")).expect("makes");
    fs::write(top.join(".git/HEAD"), "ref: refs/heads/main\n").expect("writes");
    fs::write(top.join(".callus.toml"), says).expect("writes");
    top.display().to_string()
}

#[test]
fn a_repository_switches_recording_off_wherever_one_works_in_it() {
    for says in ["capture = false\n", "capture = \"maybe\"\n", "not toml at all ["] {
        let scene = Scene::new();
        let top = repository(&scene, "quiet", says);
        for below in ["", "/src", "/src/deep"] {
            scene.play(&hooks_in(&format!("{top}{below}")));
        }
        assert_eq!(sessions(&scene), 0, "{says:?}");

        // Its transcripts are not read either: the import of the past follows the same word.
        let mut story = Story::new("past");
        story
            .cd(&top)
            .prompt("x")
            .bash("cat a", true, "Exit code 1\ncat: a: gone")
            .cd("/home/dev/project")
            .bash("cat b", true, "Exit code 1\ncat: b: gone");
        scene.put("past.jsonl", &story.text());
        scene.import();
        assert_eq!(
            scene.rows("select command from event where kind = 'call'"),
            ["cat b"],
            "{says:?}"
        );
        scene.assert_consistent();
    }
    let scene = Scene::new();
    let top = repository(&scene, "loud", "capture = true\n");
    scene.play(&hooks_in(&format!("{top}/src")));
    assert_eq!(sessions(&scene), 1);
    // A file above the working tree is another's.
    fs::write(scene.env.home().join(".callus.toml"), "capture = false\n").expect("writes");
    let mut other = Story::new("other");
    other.cd(&format!("{top}/src")).prompt("y");
    scene.play(&other.hooks());
    assert_eq!(sessions(&scene), 2);
}

#[test]
fn labels_come_from_the_repository_and_the_environment_outranks_it() {
    let scene = Scene::new();
    let top = repository(
        &scene,
        "labelled",
        "workspace = \"elsewhere\"\n[labels]\nteam = \"payments\"\ntier = 1\naccount = \"theirs\"\n",
    );
    for (at, payload) in hooks_in(&format!("{top}/src")) {
        scene.hook_with(
            &at,
            &[("CALLUS_LABELS", "vertical=billing, account=acme,broken")],
            &payload,
        );
    }
    assert_eq!(sessions(&scene), 1);
    assert_eq!(
        scene.rows("select key, value from session_label order by 1"),
        ["account|acme", "team|payments", "tier|1", "vertical|billing"]
    );
    let listed = scene.json(&["sessions", "--label", "team=payments", "--json"]);
    assert_eq!(listed["sessions"].as_array().map(Vec::len), Some(1), "{listed}");
    let listed = scene.json(&["sessions", "--label", "account=theirs", "--json"]);
    assert_eq!(listed["sessions"].as_array().map(Vec::len), Some(0), "{listed}");
    assert!(
        !scene.env.data().join("workspaces/elsewhere").exists(),
        "a repository cannot route"
    );
}

#[test]
fn workspaces_are_apart() {
    let scene = Scene::new();
    for (at, payload) in hooks_in("/home/dev/project") {
        scene.hook_with(&at, &[("CALLUS_WORKSPACE", "client-a")], &payload);
    }
    assert_eq!(sessions(&scene), 0);
    let there = scene.run_at(
        &second(99),
        &[("CALLUS_WORKSPACE", "client-a")],
        &["sessions", "--json"],
        "",
    );
    let there: Value = serde_json::from_str(&there.success()).expect("JSON");
    assert_eq!(there["sessions"].as_array().map(Vec::len), Some(1));
    let said = scene.run_at(&second(99), &[("CALLUS_WORKSPACE", "../x")], &["status"], "");
    assert_eq!(said.code, 2, "{said}");
    // A hook that cannot know where a session belongs records it nowhere.
    let (at, payload) = hooks_in("/home/dev/project").remove(0);
    scene.hook_with(&at, &[("CALLUS_WORKSPACE", "../x")], &payload);
    assert_eq!(sessions(&scene), 0);
}

#[test]
fn a_pause_ends_by_itself_or_by_hand() {
    let scene = Scene::new();
    let hook = |at: &str, call: &str| {
        scene.hook(
            at,
            &json!({
                "session_id": "paused", "cwd": "/home/dev/project", "hook_event_name": "PostToolUseFailure",
                "tool_name": "Bash", "tool_use_id": call, "tool_input": {"command": call},
                "error": "Exit code 1\nno", "is_interrupt": false,
            }),
        );
    };
    assert_eq!(scene.run_at("2026-11-20T08:00:00Z", &[], &["pause", "2h"], "").code, 0);
    hook("2026-11-20T08:00:01Z", "call-1");
    hook("2026-11-20T09:59:59Z", "call-2");
    hook("2026-11-20T10:00:01Z", "call-3");
    assert_eq!(scene.run_at("2026-11-20T10:10:00Z", &[], &["pause", "30m"], "").code, 0);
    hook("2026-11-20T10:11:00Z", "call-4");
    assert_eq!(scene.run_at("2026-11-20T10:12:00Z", &[], &["resume"], "").code, 0);
    hook("2026-11-20T10:13:00Z", "call-5");
    sessions(&scene);
    assert_eq!(
        scene.rows("select call_id from event order by at"),
        ["call-3", "call-5"]
    );
}

#[test]
fn a_folder_variable_that_is_set_to_nothing_counts_as_not_set() {
    let scene = Scene::new();
    let mut story = Story::new("ordinary");
    story.prompt("look").bash("ls", false, "a").turn("done");
    scene.put("ordinary.jsonl", &story.text());
    let said = scene.run_at(&second(900), &[("CLAUDE_CONFIG_DIR", "")], &["import"], "");
    assert_eq!(said.code, 0, "{said}");
    assert_eq!(scene.rows("select command from event where kind = 'call'"), ["ls"]);
}
