//! What only the whole session tells: how it ended, what its failures cost, which of them were work in progress.

use serde_json::json;

use super::capture_scene::Scene;
use super::capture_story::{Story, second};

const RED: &str = "Exit code 101\nerror[E0308]: mismatched types\n --> src/lib.rs:4:5\nerror: could not compile `demo` (lib) due to 1 previous error";
const GREEN: &str = "test result: ok. 3 passed; 0 failed; 0 ignored";
const GONE: &str = "Exit code 1\ncat: gone: No such file or directory";

/// Tells a session.
type Tell = fn(&mut Story);

fn told(tell: impl Fn(&mut Story)) -> Scene {
    let mut story = Story::new("whole");
    tell(&mut story);
    let scene = Scene::new();
    scene.put("whole.jsonl", &story.text());
    scene.import();
    scene.assert_consistent();
    scene
}

#[test]
fn a_sessions_outcome_follows_the_rule() {
    let table: &[(&str, &str, Tell)] = &[
        ("an ended turn", "done", |story| {
            story.prompt("x").bash("ls", false, "a").turn("done");
        }),
        ("an ended turn after a failure that was got over", "done", |story| {
            story
                .prompt("x")
                .bash("cat gone", true, GONE)
                .bash("ls", false, "a")
                .turn("done");
        }),
        ("an ended turn right after a failure", "failed", |story| {
            story.prompt("x").bash("cat gone", true, GONE).turn("it is gone");
        }),
        ("an ended turn right after a hidden failure", "failed", |story| {
            story
                .prompt("x")
                .bash(
                    "cargo test | tail -1",
                    false,
                    "test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured",
                )
                .turn("red");
        }),
        ("an ended turn after a failure that is nobody's", "done", |story| {
            story
                .prompt("x")
                .bash("grep nothing file", true, "Exit code 1")
                .turn("nothing there");
        }),
        ("an error of the model", "model-error", |story| {
            story
                .prompt("x")
                .bash("ls", false, "a")
                .model_error("API Error: 529 Overloaded.");
        }),
        ("an error of the model that was got over", "done", |story| {
            story
                .prompt("x")
                .model_error("API Error: 529 Overloaded.")
                .prompt("again")
                .turn("done");
        }),
        ("an interrupt", "interrupted", |story| {
            story.prompt("x").bash("ls", false, "a").interrupt();
        }),
        ("a rejection", "interrupted", |story| {
            story
                .prompt("x")
                .begin("Bash", &json!({"command": "rm -rf /"}))
                .reject(None);
        }),
        ("a rejection after which it went on", "done", |story| {
            story
                .prompt("x")
                .begin("Bash", &json!({"command": "rm -rf /"}))
                .reject(Some("no"))
                .turn("well then");
        }),
        ("a prompt without an answer", "unknown", |story| {
            story.prompt("x").turn("done").prompt("y");
        }),
        ("a call without a result", "unknown", |story| {
            story.prompt("x").begin("Bash", &json!({"command": "sleep 100"}));
        }),
        ("a call after which nothing came", "unknown", |story| {
            story.prompt("x").bash("ls", false, "a");
        }),
    ];
    for (what, outcome, tell) in table {
        let scene = told(tell);
        assert_eq!(scene.rows("select outcome from session"), [*outcome], "{what}");
    }
}

#[test]
fn a_red_check_that_edits_turn_green_is_work_and_no_lesson() {
    let scene = told(|story| {
        story
            .prompt("add a parser")
            .bash("cargo test", true, RED)
            .edit("src/lib.rs")
            .bash("cargo test", true, RED)
            .edit("src/lib.rs")
            .bash("cargo test", false, GREEN)
            .turn("done");
    });
    assert_eq!(scene.rows("select expected from failure"), ["test-first", "test-first"]);
    assert_eq!(
        scene.rows("select failures, expected, outcome from session"),
        ["0|2|done"]
    );
    let failures = scene.json(&["failures", "--json"]);
    assert_eq!(failures["modes"], json!([]), "nothing counts");

    // Without an edit in between it was no work; without a green run it stays red; what is no check is no test.
    for (what, tell) in [
        (
            "no edit",
            (|story: &mut Story| {
                story
                    .prompt("x")
                    .bash("cargo test", true, RED)
                    .bash("cargo test", false, GREEN)
                    .turn("flaky");
            }) as Tell,
        ),
        ("an edit that failed", |story| {
            story
                .prompt("x")
                .bash("cargo test", true, RED)
                .call(
                    "Edit",
                    &json!({"file_path": "/home/dev/project/a.rs", "old_string": "q"}),
                    true,
                    "<tool_use_error>String to replace not found in file.\nString: q</tool_use_error>",
                )
                .bash("cargo test", false, GREEN)
                .turn("flaky");
        }),
        ("never green", |story| {
            story
                .prompt("x")
                .bash("cargo test", true, RED)
                .edit("src/lib.rs")
                .bash("cargo test", true, RED)
                .turn("I give up");
        }),
        ("another check is green", |story| {
            story
                .prompt("x")
                .bash("cargo test", true, RED)
                .edit("src/lib.rs")
                .bash("npm test", false, "ok")
                .turn("done?");
        }),
        ("no check", |story| {
            story
                .prompt("x")
                .bash("cat gone", true, GONE)
                .edit("gone")
                .bash("cat gone", false, "here")
                .turn("done");
        }),
    ] {
        let scene = told(tell);
        let count = scene.number("select count(*) from failure where scope not in ('Edit')");
        assert!(count > 0, "{what}");
        assert_eq!(
            scene.number("select count(*) from failure where expected is not null"),
            0,
            "{what}"
        );
    }
}

#[test]
fn a_check_that_turns_green_later_is_set_aside_then() {
    let mut story = Story::new("whole");
    story.prompt("x").bash("cargo test", true, RED).edit("src/lib.rs");
    let scene = Scene::new();
    scene.put("whole.jsonl", &story.text());
    scene.import();
    assert_eq!(scene.rows("select expected from failure"), ["-"]);
    scene.assert_consistent();
    story.bash("cargo test", false, GREEN).turn("done");
    scene.put("whole.jsonl", &story.text());
    scene.import();
    assert_eq!(scene.rows("select expected from failure"), ["test-first"]);
    scene.assert_consistent();
}

#[test]
fn severity_is_what_a_failure_cost() {
    let table: &[(&str, &str, Tell)] = &[
        ("got over at once", "low", |story| {
            story
                .prompt("x")
                .bash("cat gone", true, GONE)
                .bash("cat gone", false, "here")
                .bash("ls", false, "")
                .turn("x");
        }),
        ("got over in two calls", "low", |story| {
            story
                .prompt("x")
                .bash("cat gone", true, GONE)
                .bash("ls", false, "")
                .bash("cat gone", false, "here")
                .turn("x");
        }),
        ("got over in three calls", "medium", |story| {
            story
                .prompt("x")
                .bash("cat gone", true, GONE)
                .bash("ls", false, "")
                .bash("ls -a", false, "")
                .bash("cat gone", false, "here")
                .turn("x");
        }),
        ("the session ended on it", "high", |story| {
            story.prompt("x").bash("cat gone", true, GONE).turn("gone");
        }),
        ("the session ended one call after it", "high", |story| {
            story
                .prompt("x")
                .bash("cat gone", true, GONE)
                .bash("ls", false, "")
                .turn("gone");
        }),
        ("left for other work", "low", |story| {
            story
                .prompt("x")
                .bash("cat gone", true, GONE)
                .bash("ls", false, "")
                .bash("pwd", false, "/")
                .bash("id", false, "")
                .turn("fine");
        }),
    ];
    for (what, severity, tell) in table {
        let scene = told(tell);
        assert_eq!(scene.rows("select severity from failure"), [*severity], "{what}");
    }
    let scene = told(|story| {
        story
            .prompt("x")
            .bash("cat gone", true, GONE)
            .bash("cat gone", true, GONE)
            .bash("ls", false, "")
            .bash("pwd", false, "/")
            .bash("id", false, "")
            .turn("gave up");
    });
    assert_eq!(
        scene.rows("select severity, repeats from failure order by at"),
        ["low|0", "high|1"],
        "tried again and given up"
    );
}

#[test]
fn the_users_words_after_a_rejection_are_its_correction() {
    let scene = told(|story| {
        story
            .prompt("tidy up")
            .begin("Bash", &json!({"command": "git push --force"}))
            .reject(Some("use --force-with-lease"))
            .bash("git push --force-with-lease", false, "")
            .turn("pushed")
            .prompt("thanks")
            .begin("Bash", &json!({"command": "rm -rf target"}))
            .reject(None)
            .interrupt()
            .prompt("use cargo clean")
            .bash("cargo clean", false, "")
            .turn("clean")
            .prompt("good");
    });
    assert_eq!(
        scene.rows(
            "select e.command, f.expected, f.correction from failure f join event e on e.id = f.event order by e.at"
        ),
        [
            "git push --force|rejected|use --force-with-lease",
            "rm -rf target|rejected|use cargo clean"
        ]
    );
    assert_eq!(scene.rows("select failures, expected from session"), ["0|2"]);
}

#[test]
fn settling_again_changes_nothing() {
    let scene = told(|story| {
        story
            .prompt("x")
            .bash("cargo test", true, RED)
            .edit("src/lib.rs")
            .bash("cargo test", false, GREEN)
            .bash("cat gone", true, GONE)
            .turn("done");
    });
    let all = || {
        [
            scene.rows("select * from failure order by id"),
            scene.rows("select id, outcome, failures, expected from session"),
            scene.rows("select * from mode order by id"),
        ]
    };
    let before = all();
    scene
        .other_program()
        .execute("update session set settled_at = null", [])
        .expect("writes");
    scene.work(&second(9000));
    assert_eq!(all(), before);
    scene.assert_consistent();
}
