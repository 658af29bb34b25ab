//! Stores that are empty, missing, damaged or from tomorrow; ids that name nothing or too much; commands that change.

use std::fs;

use insta::assert_snapshot;

use super::env::TestEnv;
use super::fixture;

fn filled() -> TestEnv {
    let env = TestEnv::new();
    fixture::fill(&env);
    env
}

#[test]
fn nothing_recorded_says_what_to_do() {
    let env = TestEnv::new();
    assert_snapshot!(env.run(&["report"]).success());
    assert_snapshot!(env.run(&["failures"]).success());
    assert_snapshot!(env.run(&["sessions"]).success());
    assert_snapshot!(env.run(&["search", "anything"]).success());
    assert_snapshot!(env.run(&["project", "list"]).success());
}

#[test]
fn the_start_is_short() {
    assert_snapshot!(TestEnv::new().run::<&str>(&[]).success());
}

#[test]
fn help_is_help_and_wrong_use_is_an_error() {
    let env = TestEnv::new();
    let help = env.run(&["--help"]).success();
    assert!(help.lines().all(|line| line.chars().count() <= 100), "{help}");
    assert!(env.run(&["--version"]).success().contains("[VERSION]"));
    assert_snapshot!(env.run(&["reprot"]));
    assert_snapshot!(env.run(&["report", "--since", "soon"]));
    assert_snapshot!(env.run(&["failures", "--status", "closed"]));
}

#[test]
fn an_unknown_id_says_where_ids_come_from() {
    let env = filled();
    assert_snapshot!(env.run(&["show", "zzzzzzzz"]));
    assert_snapshot!(env.run(&["session", "nope"]));
    assert_snapshot!(env.run(&["failures", "--project", "nowhere"]));
}

#[test]
fn an_ambiguous_id_lists_what_it_may_be() {
    let env = filled();
    let shared = fixture::twin(&env);
    let said = env.run(&["show", &shared]).to_string();
    assert!(said.starts_with(&format!("Error: `{shared}` may be any of 2\n")), "{said}");
    assert_eq!(said.matches("\nHint: ").count(), 2, "{said}");
    assert!(said.contains("make: a twin"), "{said}");
    // The ids that it lists are unique.
    for line in said.lines().filter_map(|line| line.strip_prefix("Hint: ")) {
        let id = line.split(' ').next().expect("an id");
        env.run(&["show", id]).success();
    }
    assert_snapshot!(env.run(&["session", "7744"]));
}

#[test]
fn a_damaged_database_is_named_and_kept() {
    let env = filled();
    let damaged = vec![0x5a; 8_192];
    fs::write(env.database(), &damaged).expect("writes");
    assert_snapshot!(env.run(&["report"]));
    assert_eq!(fs::read(env.database()).expect("reads"), damaged);
}

#[test]
fn a_database_of_a_newer_program_is_left_alone() {
    let env = filled();
    let db = rusqlite::Connection::open(env.database()).expect("opens");
    db.pragma_update(None, "user_version", 4_000).expect("a version");
    drop(db);
    assert_snapshot!(env.run(&["report"]));
}

#[test]
fn settings_that_cannot_be_are_an_error_of_settings() {
    let said = TestEnv::new().with("CALLUS_NOW", "noon").run(&["report"]);
    assert_eq!(said.code, 2, "{said}");
    assert!(said.stderr.starts_with("Error: CALLUS_NOW"), "{said}");
}

#[test]
fn a_failure_mode_is_muted_and_told_again() {
    let env = filled();
    let scopes = |arguments: &[&str]| {
        let json = env.run(&[&["failures", "--json", "--tool", "mise run"], arguments].concat()).success();
        let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        json["modes"].as_array().expect("modes").clone()
    };
    let id = scopes(&[])[0]["id"].as_str().expect("an id").to_owned();
    assert_snapshot!(env.run(&["mute", &id]).success().replace(&id, "[ID]"));
    assert_eq!((scopes(&[]).len(), scopes(&["--status", "muted"]).len()), (0, 1));
    assert!(!env.run(&["report"]).success().contains("goconst"));
    assert_snapshot!(env.run(&["mute", &id, "--forever"]).success().replace(&id, "[ID]"));
    assert_eq!(scopes(&["--status", "muted"])[0]["muted_until"], "forever");
    assert_snapshot!(env.run(&["mute", &id, "--off"]).success().replace(&id, "[ID]"));
    assert_eq!((scopes(&[]).len(), scopes(&["--status", "muted"]).len()), (1, 0));
}

#[test]
fn a_pause_is_told_and_ended() {
    let env = TestEnv::new();
    assert_snapshot!(env.run(&["pause", "2h"]).success());
    assert!(env.run(&["status"]).success().contains("paused until 2026-11-20 14:00 UTC"));
    assert_snapshot!(env.run(&["resume"]).success());
    assert_snapshot!(env.run(&["resume"]).success());
}

#[test]
fn nothing_is_removed_unasked() {
    let env = filled();
    assert_snapshot!(env.run(&["forget", "--before", "1d"]));
    assert_snapshot!(env.run(&["uninstall", "--purge"]));
    assert!(env.run(&["sessions"]).success().contains("7744721d"));
}

#[test]
fn nobody_listening_is_no_error() {
    let env = filled();
    let mut child = env.start(&["failures", "--limit", "100"]);
    drop(child.stdout.take());
    assert!(child.wait().expect("ends").success());
}
