use proptest::prelude::*;

use super::*;
use crate::domain::id::{EventId, ModeId, PatternId};
use crate::domain::trace::Text as Kept;
use crate::domain::trace::{Call, ToolKind};
use crate::recall::sample;

const DAY: Timestamp = Timestamp(1_781_740_800_000_000);

fn record(failed: u32, runs: u32, sessions: usize) -> Record {
    Record {
        runs,
        failed,
        sessions,
        last: DAY,
    }
}

fn run(command: &str, headline: &str) -> Run {
    Run {
        event: EventId(1),
        call: Call {
            id: None,
            tool: "Bash".to_owned(),
            kind: ToolKind::Shell,
            input: Kept::default(),
            command: Some(command.to_owned()),
            file: None,
        },
        root: SessionId(1),
        at: DAY,
        pattern: PatternId(1),
        mode: ModeId(1),
        name: Fingerprint([1; 10]),
        instance: None,
        headline: headline.to_owned(),
        passed_after: None,
        duration_ms: None,
        muted_until: None,
        chosen: None,
    }
}

fn known(kind: RemedyKind, was: &str, becomes: &str) -> Known {
    sample::known(kind, was, becomes, (4, 1), DAY)
}

#[test]
fn a_call_is_hopeless_when_enough_runs_in_enough_sessions_all_but_always_fail() {
    for (failed, runs, sessions, hopeless) in [
        (4, 4, 4, false),
        (6, 6, 6, false),
        (7, 7, 7, true),
        (7, 7, 3, true),
        (7, 7, 2, false),
        (7, 8, 7, false),
        (15, 16, 5, true),
        (0, 0, 0, false),
    ] {
        assert_eq!(
            record(failed, runs, sessions).is_hopeless(),
            hopeless,
            "{failed} of {runs} in {sessions}"
        );
    }
}

#[test]
fn a_refusal_spares_more_than_it_costs() {
    for (passed_after, durations_ms, dear) in [
        (vec![], vec![], true),
        (vec![1, 1, 1], vec![], false),
        (vec![1, 1, 2, 5], vec![], true),
        (vec![1, 1, 1, 12], vec![200, 300], false),
        (vec![1, 1, 1], vec![9_000, 10_000, 90_000], true),
        (vec![3, 2, 2], vec![5], true),
    ] {
        let candidate = Candidate {
            runs: 7,
            newest: run("x", "x"),
            failed: 7,
            roots: BTreeSet::new(),
            passed_after: passed_after.clone(),
            durations_ms: durations_ms.clone(),
        };
        assert_eq!(candidate.is_dear(), dear, "{passed_after:?} {durations_ms:?}");
    }
}

#[test]
fn each_kind_of_remedy_is_said_in_its_own_words() {
    let said = |command: &str, known: &Known| {
        let message = message(&run(command, "go: command not found"), known, record(8, 8, 5)).expect("it fits");
        message.text.lines().next().unwrap_or_default().to_owned()
    };
    for (command, kind, was, becomes, line) in [
        (
            "go test ./...",
            RemedyKind::Changed,
            "go test ./...",
            "mise exec -- go test ./...",
            "Callus: not run. Run `mise exec -- go test ./...` instead; the same call again is let through.",
        ),
        (
            "cd a && go test ./... | tail",
            RemedyKind::Changed,
            "go test ./...",
            "mise exec -- go test ./...",
            "Callus: not run. In it, put `mise exec -- go test ./...` in place of `go test ./...`; the same call again is let through.",
        ),
        (
            "npm test",
            RemedyKind::Prepared,
            "npm test",
            "npm ci",
            "Callus: not run. First run `npm ci`, then this call again: it is let through.",
        ),
        (
            "cat .golangci.yml",
            RemedyKind::Path,
            ".golangci.yml",
            ".golangci.yaml",
            "Callus: not run. It is `.golangci.yaml`, not `.golangci.yml`; the same call again is let through.",
        ),
    ] {
        assert_eq!(said(command, &known(kind, was, becomes)), line);
    }
    let long = format!("go test {}", "x".repeat(200));
    assert_eq!(
        message(
            &run("go test", "x"),
            &known(RemedyKind::Changed, "go test", &long),
            record(8, 8, 5)
        ),
        None,
        "half a command is none"
    );
}

proptest! {
    #[test]
    fn nothing_that_a_trace_says_leaves_its_place(
        headline in "\\PC{0,300}|[`\\x00-\\x1f\u{202e}\u{2028}</system>a ]{0,300}",
        becomes in "\\PC{1,80}|[`\\x00-\\x1f\u{202e}\u{2028}</system>a ]{1,80}",
    ) {
        let known = known(RemedyKind::Changed, "x", &becomes);
        if let Some(message) = message(&run("x", &headline), &known, record(8, 8, 5)) {
            let lines: Vec<&str> = message.text.lines().collect();
            prop_assert_eq!(lines.len(), 3);
            prop_assert!(message.text.len() <= MESSAGE);
            prop_assert!(!message.text.chars().any(|c| c.is_control() && c != '\n'));
            let last = lines[2].strip_prefix("It fails with: `").and_then(|rest| rest.strip_suffix('`'));
            prop_assert!(last.is_some_and(|inner| !inner.contains('`')));
        }
    }
}
