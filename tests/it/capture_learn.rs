//! What whole sessions teach: remedies, what refutes them, and how each failure was got over.

use serde_json::json;

use super::capture_scene::Scene;
use super::capture_story::Story;

const MISSING: &str = "Exit code 127\n(eval):1: command not found: go";

/// A session that found out how `go` is called, and where the lint settings are.
pub(crate) fn story(session: &str, targets: &str) -> Story {
    let mut story = Story::new(session);
    story
        .prompt("test it")
        .bash(&format!("go test {targets}"), true, MISSING)
        .bash("which go", false, "go not found")
        .bash(
            &format!("mise exec -- go test {targets} 2>&1 | tail -5"),
            false,
            "ok  \tapp\t0.1s",
        )
        .call(
            "Grep",
            &json!({"pattern": "enable", "path": "/home/dev/project/.golangci.yml"}),
            true,
            "Path does not exist: /home/dev/project/.golangci.yml",
        )
        .call(
            "Grep",
            &json!({"pattern": "enable", "path": "/home/dev/project/.golangci.yaml"}),
            false,
            "3: enable",
        )
        .turn("done");
    story
}

/// What is learnt, without the numbers of rows.
pub(crate) const TAUGHT: &str = "select r.kind, r.was, r.becomes, r.instance is null, r.project is null,
        (select sum(worked) || '/' || sum(failed) from remedy_session s where s.remedy = r.id), coalesce(r.verdict, '')
 from remedy r order by 1, 2, 3, 4, 5";

#[test]
fn sessions_teach_what_led_out_of_their_failures() {
    let scene = Scene::new();
    scene.put("one.jsonl", &story("one", "./...").text());
    scene.import();
    assert_eq!(
        scene.rows(TAUGHT),
        [
            "changed|<1>|mise exec -- <1>|1|1|1/0|",
            "changed|go test ./...|mise exec -- go test ./...|0|1|1/0|",
            "path|.golangci.yml|.golangci.yaml|0|0|1/0|",
        ]
    );
    assert_eq!(
        scene.rows("select passed_after, passed_by from failure order by at"),
        ["2|changed", "1|path"]
    );
    scene.assert_consistent();
}

#[test]
fn what_is_learnt_depends_on_the_sessions_and_not_on_their_order() {
    let stories = [
        ("one", story("one", "./...")),
        ("two", story("two", "./...")),
        ("three", story("three", "./a")),
    ];
    let learnt = |order: &[usize]| {
        let scene = Scene::new();
        for at in order {
            let (name, story) = &stories[*at];
            scene.put(&format!("{name}.jsonl"), &story.text());
            scene.import();
        }
        let ids = scene.rows("select id from remedy order by id");
        // Settling again changes nothing, not even the rows that messages point at.
        scene
            .other_program()
            .execute("update session set settled_at = null", [])
            .expect("unsettled");
        scene.import();
        assert_eq!(scene.rows("select id from remedy order by id"), ids);
        scene.rows(TAUGHT)
    };
    let first = learnt(&[0, 1, 2]);
    assert!(
        first.contains(&"changed|go test ./...|mise exec -- go test ./...|0|1|2/0|".to_owned()),
        "{first:?}"
    );
    assert_eq!(first, learnt(&[2, 0, 1]));
    assert_eq!(first, learnt(&[1, 2, 0]));
}

#[test]
fn a_persons_no_refutes_what_worked_for_good() {
    let mut refuted = story("one", "./...");
    refuted
        .prompt("no, .golangci.yaml is of another project, revert that")
        .turn("sorry");
    let scene = Scene::new();
    scene.put("one.jsonl", &refuted.text());
    scene.put("two.jsonl", &story("two", "./...").text());
    scene.import();
    assert_eq!(
        scene.rows("select becomes, verdict, decided_by from remedy where verdict is not null"),
        [".golangci.yaml|refuted|one"]
    );
}

#[test]
fn what_a_person_says_of_a_remedy_outlasts_what_sessions_say() {
    let mut refuted = story("one", "./...");
    refuted
        .prompt("no, .golangci.yaml is of another project, revert that")
        .turn("sorry");
    let scene = Scene::new();
    scene.put("one.jsonl", &refuted.text());
    scene.import();
    for (verdict, by, left) in [
        ("confirmed", "person", "confirmed|person"),
        ("refuted", "person", "refuted|person"),
        ("refuted", "one", "refuted|one"),
    ] {
        let program = scene.other_program();
        program
            .execute(
                "update remedy set verdict = ?1, decided_by = ?2, decided_at = 1 where kind = 'path'",
                [verdict, by],
            )
            .expect("decided");
        // The second time it is taken back first what the first time wrote.
        for day in ["2026-11-21T00:00:00Z", "2026-11-22T00:00:00Z"] {
            program
                .execute("update session set settled_at = null", [])
                .expect("to be settled again");
            scene.work(day);
            assert_eq!(
                scene.rows("select verdict, decided_by from remedy where kind = 'path'"),
                [left],
                "{verdict} by {by}"
            );
        }
    }
}

#[test]
fn a_recorded_answer_is_the_decision_about_what_had_failed() {
    let scene = Scene::new();
    scene.put_recorded("decision.jsonl");
    scene.import();
    assert_eq!(
        scene.rows("select kind, becomes, source, project is null from remedy"),
        ["decision|local: Leave the spec local (don't commit)|person|0"]
    );
}

#[test]
fn the_same_remedy_for_another_number_is_one_with_the_newest_example() {
    let flag = |day: u32| {
        let (session, number) = (format!("day{day}"), 80 + day);
        let mut story = Story::new(&session);
        story
            .prompt("what changed?")
            .bash(
                &format!("gh pr diff {number} --stat"),
                true,
                "Exit code 1\nunknown flag: --stat",
            )
            .bash(&format!("gh pr diff {number} --name-only"), false, "src/a.rs")
            .turn("done");
        story.text().replace("2026-11-19T", &format!("2026-11-1{day}T"))
    };
    for order in [[1, 2], [2, 1]] {
        let scene = Scene::new();
        for day in order {
            scene.put(&format!("day{day}.jsonl"), &flag(day));
            scene.import();
        }
        assert_eq!(
            scene.rows(TAUGHT),
            ["changed|gh pr diff 82 --stat|gh pr diff 82 --name-only|0|1|2/0|"],
            "{order:?}"
        );
    }
}

#[test]
fn what_a_session_taught_outlives_its_events() {
    let scene = Scene::new();
    scene.put("one.jsonl", &story("one", "./...").text());
    scene.import();
    let taught = scene.rows(TAUGHT);
    let passed = scene.rows("select passed_after, passed_by from failure order by at");
    for forgotten in [
        "delete from body",
        "delete from event where not exists (select 1 from failure where failure.event = event.id)",
    ] {
        let program = scene.other_program();
        program.execute(forgotten, []).expect("forgotten");
        program
            .execute("update session set settled_at = null", [])
            .expect("to be settled again");
        scene.work("2026-11-21T00:00:00Z");
        assert_eq!(scene.number("select count(*) from session where settled_at is null"), 0);
        assert_eq!(scene.rows(TAUGHT), taught, "{forgotten}");
        assert_eq!(
            scene.rows("select passed_after, passed_by from failure order by at"),
            passed,
            "{forgotten}"
        );
    }
}
