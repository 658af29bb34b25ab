//! Whatever becomes of the store while the server runs: it says so, lives on, and answers again when that is over.

use std::fs;

use rusqlite::Connection;
use serde_json::json;

use super::client::{Client, Told};
use crate::env::TestEnv;
use crate::fixture;

fn filled() -> TestEnv {
    let env = TestEnv::new();
    fixture::fill(&env);
    env
}

fn report(client: &mut Client) -> Told {
    client.call("failure_report", &json!({}))
}

/// Journals a failure of `cat missing.txt`, which the next answer drains.
fn something_to_drain(env: &TestEnv) {
    let recorded = include_str!("../../payloads/claude-code/PostToolUseFailure-Bash-cat-missing-txt.json");
    let said = env.run_with(&["hook", "claude-code"], recorded);
    assert_eq!(said.code, 0, "{said}");
}

#[test]
fn where_nothing_was_recorded_nothing_is_made() {
    let env = TestEnv::new();
    let mut client = Client::begun(&env);
    let path = env.database().display().to_string();
    let said = report(&mut client).error();
    assert_eq!(
        said,
        format!("there is no database at {path} yet\nStart with callus install claude-code, or callus import\n")
    );
    assert!(!env.data().exists());

    fixture::fill(&env);
    assert!(report(&mut client).answer().contains("met again"));

    // `callus uninstall --purge` while an assistant still runs: the server brings nothing back.
    fs::remove_dir_all(env.data()).expect("removes");
    assert!(report(&mut client).error().starts_with("there is no database at "));
    assert!(!env.data().exists());
    assert!(client.leave().is_empty());
    assert!(!env.data().exists());
}

#[test]
fn a_database_of_a_newer_callus_is_refused_until_it_is_none() {
    let env = filled();
    let mut client = Client::begun(&env);
    assert!(report(&mut client).answer().contains("met again"));
    let db = Connection::open(env.database()).expect("opens");
    let version: u32 = db
        .query_row("pragma user_version", [], |row| row.get(0))
        .expect("a version");
    db.pragma_update(None, "user_version", version + 1)
        .expect("the update of another program");
    for _ in 0..2 {
        let said = report(&mut client).error();
        assert!(said.contains(&env.database().display().to_string()), "{said}");
        assert!(
            said.contains("Callus was updated while this server ran: restart the assistant"),
            "{said}"
        );
    }
    assert_eq!(client.ask("ping", &json!({}))["result"], json!({}));
    db.pragma_update(None, "user_version", version).expect("back");
    assert!(report(&mut client).answer().contains("met again"));
    assert!(client.leave().is_empty());
}

#[test]
fn a_damaged_database_is_named_with_what_to_do_and_answers_when_it_is_right_again() {
    let env = filled();
    let right = env.database().with_extension("right");
    fs::rename(env.database(), &right).expect("moves");
    let damaged = vec![0x5a; 8_192];
    fs::write(env.database(), &damaged).expect("writes");
    let mut client = Client::begun(&env);
    let path = env.database().display().to_string();
    for _ in 0..2 {
        let said = report(&mut client).error();
        assert!(said.starts_with(&format!("the database {path} is damaged")), "{said}");
        assert!(
            said.contains(&format!("mv '{path}' '{path}.damaged' && callus import")),
            "{said}"
        );
    }
    assert_eq!(fs::read(env.database()).expect("reads"), damaged);
    fs::rename(&right, env.database()).expect("moves back");
    assert!(report(&mut client).answer().contains("met again"));
    assert!(client.leave().is_empty());
}

#[test]
fn a_database_that_was_put_in_place_of_another_is_the_one_that_answers() {
    let env = filled();
    let mut client = Client::begun(&env);
    let before = report(&mut client).answer();
    let other = TestEnv::new();
    something_to_drain(&other);
    other.run(&["status"]).success();
    fs::rename(env.database(), env.database().with_extension("away")).expect("moves");
    for ending in ["db-wal", "db-shm"] {
        // They are there only while a connection is open.
        let _ = fs::remove_file(env.database().with_extension(ending));
    }
    fs::copy(other.database(), env.database()).expect("copies");
    let after = report(&mut client).answer();
    assert_ne!(before, after);
    assert!(after.contains("cat: missing.txt: No such file or directory"), "{after}");
    assert!(client.leave().is_empty());
    let whole: String = Connection::open(env.database())
        .and_then(|db| db.query_row("pragma integrity_check", [], |row| row.get(0)))
        .expect("the new database is whole");
    assert_eq!(whole, "ok");
}

#[test]
fn a_ping_is_answered_while_a_question_waits_for_the_lock() {
    let env = filled();
    let mut client = Client::begun(&env);
    report(&mut client).answer();
    let db = Connection::open(env.database()).expect("opens");
    db.execute_batch("begin immediate")
        .expect("the lock of another process");
    something_to_drain(&env);
    let question = client.request_call("failure_search", &json!({"query": "missing.txt"}));
    let ping = client.request("ping", &json!({}));
    assert_eq!(client.reply()["id"], ping);
    db.execute_batch("commit").expect("the lock is given back");
    let reply = client.reply();
    assert_eq!(reply["id"], question);
    let text = Told::of(&reply).answer();
    assert!(text.contains("cat: missing.txt"), "{text}");
    assert!(client.leave().is_empty());
}

#[test]
fn a_database_that_another_process_keeps_to_itself_is_said_to_be_busy() {
    let env = filled();
    let db = Connection::open(env.database()).expect("opens");
    db.execute_batch("pragma locking_mode = exclusive; begin exclusive; delete from meta where 0; commit")
        .expect("another process takes the file for itself");
    let mut client = Client::begun(&env);
    let question = client.request_call("failure_report", &json!({}));
    let ping = client.request("ping", &json!({}));
    assert_eq!(client.reply()["id"], ping);
    let reply = client.reply();
    assert_eq!(reply["id"], question);
    let said = Told::of(&reply).error();
    assert!(said.contains("the database is busy"), "{said}");
    assert!(said.contains("try again in a moment"), "{said}");
    drop(db);
    assert!(report(&mut client).answer().contains("met again"));
    assert!(client.leave().is_empty());
}

#[test]
fn settings_that_became_wrong_are_named_and_read_again() {
    let env = filled();
    let mut client = Client::begun(&env);
    report(&mut client).answer();
    let config = env.data().join("config.toml");
    fs::write(&config, "capture = perhaps\n").expect("writes");
    let said = report(&mut client).error();
    assert!(said.starts_with(&format!("{}:1: ", config.display())), "{said}");
    fs::write(&config, "capture = true\n").expect("writes");
    assert!(report(&mut client).answer().contains("met again"));
    assert!(client.leave().is_empty());
}
