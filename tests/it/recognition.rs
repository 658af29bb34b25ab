//! Recognition on calls of real sessions, each with what a reader says of it; see `tests/recognition/README.md`.

use std::path::Path;

use callus::domain::failure::{Finding, Origin};
use callus::domain::trace::{Call, Flag, Text, ToolKind};
use callus::failure::recognise::{Seen, call};
use serde::Deserialize;

/// A recorded call, its outcome, and what a reader says of it.
#[derive(Deserialize)]
struct Case {
    id: String,
    tool: String,
    kind: String,
    command: Option<String>,
    file: Option<String>,
    flag: String,
    note: Option<String>,
    output: String,
    /// `failure`, `hidden`, `none`, or the word of the reason why it is expected.
    expect: String,
    headline: Option<String>,
    scope: Option<String>,
}

impl Case {
    fn recognise(&self) -> Option<Finding> {
        let asked = Call {
            id: None,
            tool: self.tool.clone(),
            kind: ToolKind::from_word(&self.kind),
            input: Text::default(),
            command: self.command.clone(),
            file: self.file.clone(),
        };
        let flag = match self.flag.as_str() {
            "failure" => Flag::Failure,
            "success" => Flag::Success,
            _ => Flag::Silent,
        };
        let seen = Seen {
            call: &asked,
            flag,
            output: &self.output,
            exit_code: None,
            note: self.note.as_deref(),
            interrupted: false,
            cwd: None,
        };
        call(&seen)
    }
}

fn cases(file: &str) -> Vec<Case> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/recognition")
        .join(file);
    let text = std::fs::read_to_string(&path).expect("the fixture is there");
    text.lines()
        .map(|line| serde_json::from_str(line).expect("a case per line"))
        .collect()
}

fn all_cases() -> Vec<Case> {
    ["failures.jsonl", "hidden.jsonl", "expected.jsonl", "nothing.jsonl"]
        .iter()
        .flat_map(|file| cases(file))
        .collect()
}

/// Collects what is wrong, so that one run shows every wrong case.
fn assert_none(wrong: &[String]) {
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_failure_has_the_headline_and_scope_that_a_reader_gives_it() {
    let mut wrong = Vec::new();
    for case in cases("failures.jsonl").iter().chain(&cases("hidden.jsonl")) {
        let wanted = (case.headline.as_deref(), case.scope.as_deref());
        match case.recognise() {
            Some(found)
                if found.expected.is_none()
                    && (Some(found.headline.as_str()), Some(found.scope.as_str())) == wanted => {}
            found => wrong.push(format!(
                "{} wants {wanted:?}, has {:?}",
                case.id,
                found.map(|f| (f.headline, f.scope, f.expected))
            )),
        }
    }
    assert_none(&wrong);
}

#[test]
fn a_flagged_failure_is_flagged_and_a_hidden_one_hidden() {
    for case in cases("failures.jsonl") {
        assert_eq!(
            case.recognise().map(|found| found.origin),
            Some(Origin::Flagged),
            "{}",
            case.id
        );
    }
    for case in cases("hidden.jsonl") {
        assert_eq!(
            case.recognise().map(|found| found.origin),
            Some(Origin::Hidden),
            "{}",
            case.id
        );
    }
}

#[test]
fn what_is_nobodys_fault_is_expected_and_why() {
    let mut wrong = Vec::new();
    for case in cases("expected.jsonl") {
        let reason = case
            .recognise()
            .and_then(|found| found.expected)
            .map(callus::domain::failure::Expected::word);
        if reason != Some(case.expect.as_str()) {
            wrong.push(format!("{} wants {}, has {reason:?}", case.id, case.expect));
        }
    }
    assert_none(&wrong);
}

#[test]
fn what_only_looks_like_a_failure_is_none() {
    let found = |case: &Case| case.recognise().map(|found| format!("{}: {}", case.id, found.headline));
    let wrong: Vec<String> = cases("nothing.jsonl").iter().filter_map(found).collect();
    assert_none(&wrong);
}

/// Beginnings of headlines that say nothing.
const FORBIDDEN_BEGINNINGS: &[&str] = &[
    "Auto-merging",
    "Finished in",
    "Command: /bin/",
    "Total output lines",
    "[rerun: b",
    "ok ",
    "Exit code",
    "exit code",
    "Process exited with",
    "Command exited with",
    "Chunk ID",
    "Wall time",
    "error: test failed, to rerun",
    "npm ERR! code",
    "npm error code",
    "error: could not compile",
    "Traceback (most recent",
    "$ ",
    "> ",
    "Compiling ",
    "Checking ",
    "Downloading ",
    "=== RUN",
    "--- PASS",
    "PASS",
    "go: downloading",
    "hint: ",
];

/// Parts of headlines that say nothing.
const FORBIDDEN_PARTS: &[&str] = &[
    "ERROR task failed",
    "[no test files]",
    "(cached)",
    "generated 1 warning",
];

/// Whole headlines that say nothing.
const FORBIDDEN: &[&str] = &[
    "FAIL", "FAILED", "Error", "error", "ERROR", "Error:", "error:", "Aborting", "",
];

#[test]
fn no_headline_is_a_wrapper() {
    let mut wrong = Vec::new();
    for case in all_cases() {
        let Some(found) = case.recognise() else { continue };
        let line = found.headline;
        let is_wrapper = FORBIDDEN.contains(&line.as_str())
            || FORBIDDEN_BEGINNINGS.iter().any(|start| line.starts_with(start))
            || FORBIDDEN_PARTS.iter().any(|part| line.contains(part))
            || (line.starts_with("make") && line.contains("***") && line.contains("] Error "));
        if is_wrapper {
            wrong.push(format!("{}: {line}", case.id));
        }
    }
    assert_none(&wrong);
}

/// A failure found where there is one, found where there is none, and missed.
#[derive(Default)]
struct Tally {
    right: u32,
    wrong: u32,
    missed: u32,
}

impl Tally {
    fn count(&mut self, found: bool, is_there: bool) {
        match (found, is_there) {
            (true, true) => self.right += 1,
            (true, false) => self.wrong += 1,
            (false, true) => self.missed += 1,
            (false, false) => {}
        }
    }

    fn precision(&self) -> f64 {
        f64::from(self.right) / f64::from((self.right + self.wrong).max(1))
    }

    fn recall(&self) -> f64 {
        f64::from(self.right) / f64::from((self.right + self.missed).max(1))
    }
}

/// The naive reading of an output.
fn shouts(output: &str) -> bool {
    ["FAIL", "Traceback", "fatal:", "panic"]
        .iter()
        .any(|word| output.contains(word))
}

#[test]
fn hidden_failures_are_found_better_than_by_shouting_words() {
    let (mut ours, mut naive) = (Tally::default(), Tally::default());
    for case in cases("hidden.jsonl").iter().chain(&cases("nothing.jsonl")) {
        let is_there = case.expect == "hidden";
        ours.count(case.recognise().is_some(), is_there);
        naive.count(shouts(&case.output), is_there);
    }
    for (name, tally) in [("recognition", &ours), ("FAIL|Traceback|fatal:|panic", &naive)] {
        println!(
            "{name}: precision {:.3}, recall {:.3}",
            tally.precision(),
            tally.recall()
        );
    }
    assert!(ours.precision() >= 0.95 && ours.recall() >= 0.95);
    assert!(ours.precision() > naive.precision() && ours.recall() >= naive.recall());
}
