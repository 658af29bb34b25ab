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
    assert_snapshot!(env.run(&["report"]).success(), @r"
    No session is recorded yet.

    Read the past:       callus import
    Record from now on:  callus install claude-code
    See what it is like: callus report --sample
    ");
    assert_snapshot!(env.run(&["failures"]).success(), @"Nothing failed so far.");
    assert_snapshot!(env.run(&["sessions"]).success(), @"No session matches.");
    assert_snapshot!(env.run(&["search", "anything"]).success(), @"Nothing recorded is like it.");
    assert_snapshot!(env.run(&["told"]).success(), @r"
    Nothing was told yet. An agent is told something when a
    call fails and an earlier session got past the same
    failure, when a session starts that is likely to meet such
    a failure, and before a call that all but always fails.
    `callus replay` shows what would have been told in past
    sessions; `callus doctor` says whether the hooks are in
    place.
    ");
    assert_snapshot!(env.run(&["project", "list"]).success(), @"No project is recorded yet.");
}

#[test]
fn the_start_is_short() {
    assert_snapshot!(TestEnv::new().run::<&str>(&[]).success(), @r"
    Callus remembers what fails in your coding agents' sessions.

      callus report     what has been failing lately
      callus failures   failure modes, most sessions first
      callus show ID    one of them in full
      callus check      pipe an error in: was it seen before?
      callus sessions   what was recorded

      callus install    record every session from now on
      callus import     read the sessions of the past
      callus status     what is recorded, and where
      callus doctor     whether all of it works

    Everything stays on this machine. More: callus --help
    ");
}

#[test]
fn help_is_help_and_wrong_use_is_an_error() {
    let env = TestEnv::new();
    let help = env.run(&["--help"]).success();
    assert!(help.lines().all(|line| line.chars().count() <= 100), "{help}");
    assert!(env.run(&["--version"]).success().contains("[VERSION]"));
    assert_snapshot!(env.run(&["reprot"]), @r"
    Error: unrecognized subcommand 'reprot'

      tip: a similar subcommand exists: 'report'

    Usage: callus [OPTIONS] [COMMAND]

    For more information, try '--help'.
    [exit code: 1]
    ");
    assert_snapshot!(env.run(&["report", "--since", "soon"]), @r"
    Error: `soon` is no time
    Hint: Write a span (7d, 2h, 90 minutes), a date (2026-11-20), today or all
    [exit code: 1]
    ");
    assert_snapshot!(env.run(&["failures", "--status", "closed"]), @r"
    Error: `closed` is no status: use open, resolved, muted, all
    [exit code: 1]
    ");
}

#[test]
fn an_unknown_id_says_where_ids_come_from() {
    let env = filled();
    assert_snapshot!(env.run(&["show", "zzzzzzzz"]), @r"
    Error: no failure goes by `zzzzzzzz`
    Hint: callus failures lists them; callus search finds them by words
    [exit code: 1]
    ");
    assert_snapshot!(env.run(&["session", "nope"]), @r"
    Error: no session goes by `nope`
    Hint: callus sessions lists them
    [exit code: 1]
    ");
    assert_snapshot!(env.run(&["failures", "--project", "nowhere"]), @r"
    Error: no project goes by `nowhere`
    Hint: callus project list names them
    [exit code: 1]
    ");
}

#[test]
fn an_ambiguous_id_lists_what_it_may_be() {
    let env = filled();
    let shared = fixture::twin(&env);
    let said = env.run(&["show", &shared]).to_string();
    assert!(
        said.starts_with(&format!("Error: `{shared}` may be any of 2\n")),
        "{said}"
    );
    assert_eq!(said.matches("\nHint: ").count(), 2, "{said}");
    assert!(said.contains("make: a twin"), "{said}");
    // The ids that it lists are unique.
    for line in said.lines().filter_map(|line| line.strip_prefix("Hint: ")) {
        let id = line.split(' ').next().expect("an id");
        env.run(&["show", id]).success();
    }
    assert_snapshot!(env.run(&["session", "7744"]), @r"
    Error: `7744` may be any of 2
    Hint: 7744721d  api at 2026-11-19T12:00:00Z
    Hint: 7744fe00  api at 2026-11-18T12:00:00Z
    [exit code: 1]
    ");
}

#[test]
fn a_damaged_database_is_named_and_kept() {
    let env = filled();
    let damaged = vec![0x5a; 8_192];
    fs::write(env.database(), &damaged).expect("writes");
    assert_snapshot!(env.run(&["report"]), @r"
    Error: the database [TMP]/store/workspaces/default/callus.db is damaged
    Caused by: file is not a database
    Hint: The file is left as it is. Move it away and import again: mv '[TMP]/store/workspaces/default/callus.db' '[TMP]/store/workspaces/default/callus.db.damaged' && callus import
    [exit code: 4]
    ");
    assert_eq!(fs::read(env.database()).expect("reads"), damaged);
}

#[test]
fn a_database_of_a_newer_program_is_left_alone() {
    let env = filled();
    let db = rusqlite::Connection::open(env.database()).expect("opens");
    db.pragma_update(None, "user_version", 4_000).expect("a version");
    drop(db);
    assert_snapshot!(env.run(&["report"]), @r"
    Error: the database [TMP]/store/workspaces/default/callus.db has schema version 4000, this program knows 6
    Hint: A newer Callus wrote it, and sessions are still recorded: update this one (callus --version)
    [exit code: 4]
    ");
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
        let json = env
            .run(&[&["failures", "--json", "--tool", "mise run"], arguments].concat())
            .success();
        let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        json["modes"].as_array().expect("modes").clone()
    };
    let id = scopes(&[])[0]["id"].as_str().expect("an id").to_owned();
    assert_snapshot!(env.run(&["mute", &id]).success().replace(&id, "[ID]"), @"[ID] is muted until 2026-12-20 12:00 UTC. Undo: callus mute [ID] --off");
    assert_eq!((scopes(&[]).len(), scopes(&["--status", "muted"]).len()), (0, 1));
    assert!(!env.run(&["report"]).success().contains("goconst"));
    assert_snapshot!(env.run(&["mute", &id, "--forever"]).success().replace(&id, "[ID]"), @"[ID] is muted for good. Undo: callus mute [ID] --off");
    assert_eq!(scopes(&["--status", "muted"])[0]["muted_until"], "forever");
    assert_snapshot!(env.run(&["mute", &id, "--off"]).success().replace(&id, "[ID]"), @"[ID] is no longer muted.");
    assert_eq!((scopes(&[]).len(), scopes(&["--status", "muted"]).len()), (1, 0));
}

#[test]
fn a_pause_is_told_and_ended() {
    let env = TestEnv::new();
    assert_snapshot!(env.run(&["pause", "2h"]).success(), @"Nothing is recorded until 2026-11-20 14:00 UTC. Sooner: callus resume");
    assert!(
        env.run(&["status"])
            .success()
            .contains("paused until 2026-11-20 14:00 UTC")
    );
    assert_snapshot!(env.run(&["resume"]).success(), @"Sessions are recorded again.");
    assert_snapshot!(env.run(&["resume"]).success(), @"There was no pause: sessions are recorded.");
}

#[test]
fn nothing_is_removed_unasked() {
    let env = filled();
    assert_snapshot!(env.run(&["forget", "--before", "1d"]), @r"
    Error: there is no terminal to ask on, so nothing was changed
    Hint: Say yes beforehand with --yes
    [exit code: 3]
    ");
    assert_snapshot!(env.run(&["uninstall", "--purge"]), @r"
    Error: there is no terminal to ask on, so nothing was changed
    Hint: Say yes beforehand with --yes, or look first with --dry-run
    [exit code: 3]
    ");
    assert!(env.run(&["sessions"]).success().contains("7744721d"));
}

#[test]
fn a_command_without_an_answer_in_json_says_so_and_does_nothing() {
    let env = TestEnv::new();
    assert_snapshot!(env.run(&["pause", "2h", "--json"]), @r"
    Error: this command has no answer in JSON, so nothing was done
    Hint: Leave --json out; docs/json.md lists the commands that answer in JSON
    [exit code: 1]
    ");
    assert!(env.run(&["status"]).success().contains("Recording   on"));
    for arguments in [
        vec!["resume"],
        vec!["import"],
        vec!["forget", "--before", "1d", "--yes"],
        vec!["redact", "--again"],
        vec!["install", "--yes"],
        vec!["uninstall", "--yes"],
    ] {
        assert_eq!(env.run(&[arguments, vec!["--json"]].concat()).code, 1);
    }
    assert!(!env.home().join(".claude").exists(), "something was installed");
}

#[test]
fn filters_that_fit_nothing_do_not_say_that_nothing_failed() {
    let env = filled();
    for arguments in [["--model", "nobody"], ["--assistant", "codex"], ["--status", "muted"]] {
        let said = env.run(&[vec!["failures"], arguments.to_vec()].concat()).success();
        assert_eq!(said, "Nothing failed that fits what was asked for.\n", "{arguments:?}");
    }
}

#[test]
fn nobody_listening_is_no_error() {
    let env = filled();
    let mut child = env.start(&["failures", "--limit", "100"]);
    drop(child.stdout.take());
    assert!(child.wait().expect("ends").success());
}
