//! What becomes of lessons when what they were made of is forgotten, or redacted again.

use std::fs;

use super::capture_learn::story;
use super::capture_scene::Scene;
use super::capture_story::Story;

/// What another session was told of the remedies of a kind.
fn tell(scene: &Scene, kind: &str) {
    let told = scene.other_program().execute(
        "insert into hint (session, call, kind, rule, remedy, at, text, suggestion, bytes)
         select s.id, x'01', 'hint', 'remedy', r.id, s.last_at, 'Instead, run ' || r.becomes, r.becomes, 1
         from session s, remedy r where s.external = 'other' and r.kind = ?1 and r.instance is not null",
        [kind],
    );
    assert_eq!(told.expect("told"), 1);
    let told = scene.other_program().execute(
        "insert into hint (session, call, kind, at, text, suggestion, bytes)
         select s.id, x'02', 'brief', s.last_at, 'Instead, run ' || r.becomes, '', 1
         from session s, remedy r where s.external = 'other' and r.kind = ?1 and r.instance is not null",
        [kind],
    );
    assert_eq!(told.expect("told"), 1);
}

#[test]
fn what_others_were_told_of_a_forgotten_session_goes_with_it() {
    let scene = Scene::new();
    let mut other = Story::at("other", 900);
    other.prompt("hello").bash("ls", false, "a").turn("hello");
    scene.put("one.jsonl", &story("one", "./zanzibar").text());
    scene.put("other.jsonl", &other.text());
    scene.import();
    tell(&scene, "changed");
    scene.run(&["forget", "--session", "one", "--yes"]);
    assert_eq!(scene.number("select count(*) from remedy"), 0);
    scene.assert_nowhere("zanzibar");
    scene.assert_consistent();
}

#[test]
fn what_others_were_told_stays_while_somebody_shows_it() {
    let scene = Scene::new();
    let mut other = story("other", "./zanzibar");
    other.turn("bye");
    scene.put("one.jsonl", &story("one", "./zanzibar").text());
    scene.put("other.jsonl", &other.text());
    scene.import();
    tell(&scene, "changed");
    scene.run(&["forget", "--session", "one", "--yes"]);
    assert_eq!(
        scene.number("select count(*) from hint where text like '%zanzibar%'"),
        2
    );
}

#[test]
fn a_verdict_goes_with_the_session_whose_person_gave_it() {
    let mut refuted = story("one", "./...");
    refuted
        .prompt("no, .golangci.yaml is of another project, revert that")
        .turn("sorry");
    for (by, left) in [("one", "|"), ("person", "refuted|person")] {
        let scene = Scene::new();
        scene.put("one.jsonl", &refuted.text());
        scene.put("two.jsonl", &story("two", "./...").text());
        scene.import();
        scene
            .other_program()
            .execute("update remedy set decided_by = ?1 where verdict is not null", [by])
            .expect("decided");
        scene.run(&["forget", "--session", "one", "--yes"]);
        assert_eq!(
            scene.rows("select coalesce(verdict, ''), coalesce(decided_by, '') from remedy where kind = 'path'"),
            [left]
        );
    }
}

#[test]
fn a_remedy_of_which_no_call_is_left_was_seen_by_nobody() {
    let scene = Scene::new();
    let mut one = Story::new("one");
    one.prompt("test it")
        .bash(
            "go test ./...",
            true,
            "Exit code 127\n(eval):1: command not found: go\nzanzibar",
        )
        .bash("mise exec -- go test ./...", false, "ok  \tapp\t0.1s\nzanzibar")
        .turn("done");
    // Another session keeps the failure mode.
    let mut other = Story::at("other", 900);
    other
        .prompt("test it")
        .bash("go test ./...", true, "Exit code 127\n(eval):1: command not found: go")
        .turn("no");
    scene.put("one.jsonl", &one.text());
    scene.put("other.jsonl", &other.text());
    scene.import();
    assert!(scene.number("select count(*) from remedy_session") > 0);
    scene.run(&["forget", "--match", "zanzibar", "--yes"]);
    assert_eq!(scene.number("select count(*) from mode"), 1);
    assert_eq!(
        scene.rows("select (select count(*) from remedy_session), (select count(*) from remedy)"),
        ["0|0"]
    );
    scene.assert_consistent();
}

#[test]
fn remedies_that_become_one_by_redaction_keep_what_both_did() {
    let scene = Scene::new();
    scene.put("one.jsonl", &story("one", "./ACMEabc").text());
    scene.put("two.jsonl", &story("two", "./ACMExyz").text());
    scene.import();
    let kept = "select count(*) from remedy where kind = 'changed' and instance is not null";
    assert_eq!(
        scene.number(kept),
        2,
        "{:?}",
        scene.rows("select kind, was, becomes from remedy")
    );
    scene
        .other_program()
        .execute(
            "update remedy set verdict = 'refuted', decided_by = 'person', decided_at = 1 where instance is not null and becomes like '%ACMEabc%'",
            [],
        )
        .expect("decided");
    scene
        .other_program()
        .execute(
            "update remedy set verdict = 'confirmed', decided_by = 'one', decided_at = 1 where instance is not null and becomes like '%ACMExyz%'",
            [],
        )
        .expect("decided");
    fs::write(
        scene.env.data().join("config.toml"),
        "[[redact.patterns]]\nname = \"acme\"\npattern = \"ACME[a-z]{3}\"\n",
    )
    .expect("writes");
    scene.run(&["redact", "--again"]);
    scene.assert_nowhere("ACMEabc");
    scene.assert_nowhere("ACMExyz");
    assert_eq!(scene.number(kept), 1);
    assert_eq!(
        scene.rows(
            "select verdict, decided_by, (select count(*) from remedy_session where remedy = remedy.id) from remedy where kind = 'changed' and instance is not null"
        ),
        ["refuted|person|2"]
    );
    scene.assert_consistent();
}
