//! `callus log`: what happened, one line each, and what comes while somebody reads along.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::Child;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use insta::assert_snapshot;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::env::TestEnv;
use super::fixture;

/// Long enough for a machine on which everything else runs too.
const PATIENCE: Duration = Duration::from_mins(1);

fn filled() -> TestEnv {
    let env = TestEnv::new();
    fixture::fill(&env);
    env
}

/// A program that goes on, and the lines that it prints.
struct Followed {
    child: Child,
    lines: Receiver<String>,
}

impl Followed {
    fn start(env: &TestEnv, arguments: &[&str]) -> Self {
        let mut child = env.start(&[&["log", "-f"], arguments].concat());
        let out = BufReader::new(child.stdout.take().expect("an output"));
        let (sender, lines) = channel();
        thread::spawn(move || out.lines().map_while(Result::ok).all(|line| sender.send(line).is_ok()));
        Self { child, lines }
    }

    fn line(&self) -> String {
        self.lines.recv_timeout(PATIENCE).expect("a line comes")
    }

    /// Interrupts it as Ctrl-C does; returns the exit code.
    fn interrupt(mut self) -> Option<i32> {
        kill_process(Pid::from_child(&self.child), Signal::INT).expect("it runs");
        self.child.wait().expect("it ends").code()
    }
}

/// Lets a session of this name fail with this error so many minutes later, as a hook reports it.
fn fail(env: &TestEnv, minutes: u32, session: &str, error: &str) {
    let failed = json!({
        "session_id": session, "transcript_path": "", "cwd": "/home/you/shop", "hook_event_name": "PostToolUseFailure",
        "tool_name": "Bash", "tool_use_id": format!("toolu_01{session}"), "tool_input": {"command": "go vet ./..."},
        "error": format!("Exit code 1\n{error}"),
    });
    let now = format!("2026-11-20T12:{minutes:02}:00Z");
    let hook = env.start_with(&["hook", "claude-code"], &[("CALLUS_NOW", &now)]);
    let _ = env.end(hook, &failed.to_string()).success();
}

#[test]
fn everything_is_a_line_and_the_newest_is_last() {
    assert_snapshot!(filled().run(&["log", "--level", "all"]).success());
}

#[test]
fn a_level_shows_itself_and_those_before_it() {
    let env = filled();
    let lines = |level: &str| env.run(&["log", "--level", level]).success().lines().count();
    let counts = ["failure", "hint", "skill", "all"].map(lines);
    assert_eq!(
        counts,
        ["error", "warn", "INFO", "debug"].map(lines),
        "other logs' words mean the same"
    );
    assert!(
        counts.is_sorted() && counts[0] > 0 && counts[3] > counts[2],
        "{counts:?}"
    );
    assert_eq!(
        env.run(&["log"]).success().lines().count(),
        counts[2],
        "as without a level"
    );
    assert_snapshot!(env.run(&["log", "--level", "loud"]), @r"
    Error: `loud` is no level: use failure, hint, skill, all
    [exit code: 1]
    ");
}

#[test]
fn a_window_a_project_and_a_number_leave_the_rest_out() {
    let env = filled();
    let lines = |arguments: &[&str]| -> Vec<String> {
        let said = env.run(&[&["log"], arguments].concat()).success();
        said.lines().map(str::to_owned).collect()
    };
    let all = lines(&[]);
    assert_eq!(lines(&["-n", "2"]), all[all.len() - 2..]);
    assert_eq!(lines(&["-n", "0"]), ["Nothing happened that fits what was asked for."]);
    let web = lines(&["--project", "web"]);
    assert!(
        !web.is_empty() && web.iter().all(|line| line.contains("  web  ")),
        "{web:?}"
    );
    let late = lines(&["--since", "36h"]);
    assert!(
        !late.is_empty() && all.ends_with(&late) && late.len() < all.len(),
        "{late:?}"
    );
    assert_eq!(
        lines(&["--since", "36h", "-n", "1"])[0],
        "Older lines were left out: begin later, or set -n"
    );
}

#[test]
fn as_json_each_line_is_a_document() {
    let said = filled().run(&["log", "--json", "--level", "all"]).success();
    let lines: Vec<Value> = said
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert!(lines.len() > 5);
    assert!(
        lines
            .iter()
            .all(|line| line["at"].is_string() && line["text"].is_string()),
        "{said}"
    );
    let times: Vec<&str> = lines.iter().filter_map(|line| line["at"].as_str()).collect();
    assert!(times.is_sorted(), "{times:?}");
    let id = lines[0]["failure"].as_str().expect("a failure");
    let _ = TestEnv::run(&filled(), &["show", id]).success();
}

#[test]
fn a_store_without_anything_has_an_empty_log() {
    let env = TestEnv::new();
    assert_snapshot!(env.run(&["log"]).success(), @"Nothing happened that fits what was asked for.");
    assert_eq!(env.run(&["log", "--json"]).success(), "");
}

#[test]
fn whoever_follows_sees_what_comes_and_ends_it_by_a_key() {
    let env = TestEnv::new();
    let followed = Followed::start(&env, &[]);
    // Whether it was printed as the end of the log or as news, it is printed once.
    fail(&env, 1, "one", "vet: cannot find package ledger");
    assert!(followed.line().ends_with("go vet: vet: cannot find package ledger"));
    fail(&env, 2, "two", "vet: cannot find package harbour");
    assert!(followed.line().ends_with("go vet: vet: cannot find package harbour"));
    let failures: Vec<Value> = env
        .run(&["log", "--json"])
        .success()
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    // A row that is there already is news again when somebody judges it.
    let id = failures[0]["failure"].as_str().expect("an id");
    let _ = env.run(&["resolve", id, "--with", "go vet ./cmd/..."]).success();
    let claim = followed.line();
    assert!(claim.contains("instead of go vet ./...: go vet ./cmd/..."), "{claim}");
    let said = &followed.lines;
    assert!(said.try_recv().is_err(), "nothing is said twice");
    assert_eq!(followed.interrupt(), Some(0));
}

#[test]
fn whoever_follows_outlives_the_store() {
    let env = TestEnv::new();
    fail(&env, 1, "one", "vet: cannot find package ledger");
    fail(&env, 2, "two", "vet: cannot find package harbour");
    let followed = Followed::start(&env, &["--json"]);
    let lines = [followed.line(), followed.line()];
    assert!(lines.iter().any(|line| line.contains("harbour")), "{lines:?}");
    // The ids of what is forgotten are given anew.
    let _ = env.run(&["forget", "--session", "two", "--yes"]).success();
    fail(&env, 3, "three", "vet: cannot find package quay");
    assert!(followed.line().contains("quay"));
    fs::remove_dir_all(env.data()).expect("everything is removed");
    fail(&env, 4, "four", "vet: cannot find package mole");
    assert!(followed.line().contains("mole"));
    assert_eq!(followed.interrupt(), Some(0));
}

#[test]
fn nobody_who_reads_ends_it_without_a_word() {
    let env = TestEnv::new();
    let mut child = env.start(&["log", "-f"]);
    drop(child.stdout.take());
    let said = child.wait_with_output().expect("it ends");
    assert_eq!((said.status.code(), said.stderr.as_slice()), (Some(0), [].as_slice()));
}
