//! What becomes of a database that an older program wrote.

use rusqlite::Connection;

use super::capture_learn::{TAUGHT, story};
use super::capture_scene::Scene;

/// The tables of the first version, without those of the search index.
const TABLES: &str = "select name from old.sqlite_schema
    where type = 'table' and name not like 'search%' and name not like 'sqlite%'";

/// Turns the database of a scene into one that the first version would have written: its tables, with what they have in
/// common with those of today.
fn as_the_first_version_wrote_it(scene: &Scene) {
    // A session that ended is settled for good.
    scene
        .other_program()
        .execute("update session set ended_at = last_at, end_reason = 'other'", [])
        .expect("ended");
    let (path, old) = (scene.env.database(), scene.env.home().join("old.db"));
    Connection::open(&old)
        .and_then(|database| database.execute_batch(include_str!("../../src/store/migrations/0001_first.sql")))
        .expect("the first version");
    let now = scene.other_program();
    now.execute("attach ?1 as old", [old.to_str().expect("a path")])
        .expect("attached");
    now.pragma_update(None, "foreign_keys", false).expect("any order");
    let list = |sql: &str| -> Vec<String> {
        now.prepare(sql)
            .and_then(|mut rows| rows.query_map([], |row| row.get(0))?.collect())
            .expect("names")
    };
    for table in list(TABLES) {
        // What the newer tables lack was a count.
        let columns = list(&format!("select name from pragma_table_info('{table}', 'old')"));
        let known = list(&format!("select name from pragma_table_info('{table}', 'main')"));
        let values: Vec<&str> = columns
            .iter()
            .map(|column| if known.contains(column) { column.as_str() } else { "1" })
            .collect();
        now.execute_batch(&format!(
            "insert into old.{table} ({}) select {} from main.{table}",
            columns.join(", "),
            values.join(", ")
        ))
        .expect("copied");
    }
    now.execute_batch(
        "insert into old.search (rowid, headline, message, command, file)
         select m.id, m.headline, '', '', '' from main.mode m;
         pragma old.user_version = 1;
         detach old;
         pragma wal_checkpoint (truncate);",
    )
    .expect("copied");
    drop(now);
    std::fs::copy(&old, &path).expect("put in its place");
}

#[test]
fn what_was_recorded_before_remedies_were_known_teaches_them() {
    let scene = Scene::new();
    scene.put("one.jsonl", &story("one", "./...").text());
    scene.import();
    let taught = scene.rows(TAUGHT);
    let passed = scene.rows("select passed_after, passed_by from failure order by at");
    as_the_first_version_wrote_it(&scene);
    assert_eq!(scene.rows("pragma user_version"), ["1"]);
    assert_eq!(scene.number("select count(*) from session where settled_at is null"), 0);
    scene.work("2026-11-21T00:00:00Z");
    assert_eq!(scene.rows(TAUGHT), taught);
    assert_eq!(
        scene.rows("select passed_after, passed_by from failure order by at"),
        passed
    );
    scene.assert_consistent();
}

#[test]
fn a_session_whose_calls_are_gone_stays_as_it_was_settled() {
    let scene = Scene::new();
    scene.put("one.jsonl", &story("one", "./...").text());
    scene.import();
    scene
        .other_program()
        .execute(
            "delete from event where not exists (select 1 from failure where failure.event = event.id)",
            [],
        )
        .expect("grown old");
    let settled =
        "select s.outcome, f.severity, f.expected from failure f join session s on s.id = f.session order by f.at";
    let before = scene.rows(settled);
    as_the_first_version_wrote_it(&scene);
    scene.work("2026-11-21T00:00:00Z");
    assert_eq!(scene.rows(settled), before);
}

#[test]
fn what_was_searchable_before_is_indexed_anew_by_whoever_has_time() {
    let scene = Scene::new();
    scene.put("one.jsonl", &story("one", "./...").text());
    scene.import();
    let found = "select count(*) from search where search match 'headline : \"not found\"'";
    let waiting = "select count(*) from findable where indexed = 0";
    let before = scene.number("select count(*) from findable");
    assert!(before > 0 && scene.number(found) > 0 && scene.number(waiting) == 0);
    as_the_first_version_wrote_it(&scene);
    // Whatever opens the database first brings it up to date, and leaves the words for whoever has time.
    scene.run(&["status"]);
    assert_eq!(
        (scene.number("select count(*) from findable"), scene.number(waiting)),
        (before, before)
    );
    assert_eq!(scene.number("select count(*) from search"), 0);
    scene.work("2026-11-21T00:00:00Z");
    assert_eq!(scene.number(waiting), 0);
    assert!(scene.number(found) > 0);
    scene.assert_consistent();
}
