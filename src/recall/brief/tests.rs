use super::*;
use crate::domain::id::{EventId, Fingerprint, ModeId, PatternId};
use crate::domain::time::Span;
use crate::recall::sample;

const NOW: Timestamp = Timestamp(1_795_176_000_000_000);

fn likely(days: i64, sessions: u32, severity: Option<Severity>) -> Likely {
    Likely {
        mode: ModeId(1),
        name: Fingerprint([1; 10]),
        sessions,
        same: sessions,
        last: NOW.before(Span::days(days)),
        severity,
        event: EventId(1),
        pattern: PatternId(1),
        instance: None,
        headline: "bash: `pytest`: command not found".to_owned(),
        message: String::new(),
        goal: None,
        called: "pytest -q".to_owned(),
    }
}

fn known(kind: RemedyKind, was: &str, becomes: &str) -> Known {
    sample::known(kind, was, becomes, (3, 0), NOW)
}

#[test]
fn what_is_recent_frequent_and_costly_weighs_more() {
    let ranked = [
        likely(0, 4, Some(Severity::High)),
        likely(7, 4, Some(Severity::High)),
        likely(0, 5, Some(Severity::Low)),
        likely(14, 16, None),
        likely(60, 9, Some(Severity::High)),
    ];
    let weights: Vec<f64> = ranked.iter().map(|one| weight(one, NOW)).collect();
    assert!(weights.is_sorted_by(|one, other| one > other), "{weights:?}");
    assert!(
        (weights[0] - 12.0).abs() < 1e-9 && (weights[1] - 6.0).abs() < 1e-9,
        "{weights:?}"
    );
}

#[test]
fn each_line_says_what_to_type_instead_of_what() {
    let one = likely(1, 3, None);
    for (kind, was, becomes, text) in [
        (
            RemedyKind::Changed,
            "pytest",
            "python3 -m pytest",
            "Instead of `pytest`, run `python3 -m pytest` (worked in 3 of 3 earlier sessions).",
        ),
        (
            RemedyKind::Changed,
            "",
            "python3 -m pytest",
            "Instead of `pytest -q`, run `python3 -m pytest` (worked in 3 of 3 earlier sessions).",
        ),
        (
            RemedyKind::Path,
            "a.yml",
            "a.yaml",
            "Not `a.yml`: it is `a.yaml` (worked in 3 of 3 earlier sessions).",
        ),
        (
            RemedyKind::Prepared,
            "npm test",
            "npm ci",
            "Before `npm test`, run `npm ci` (worked in 3 of 3 earlier sessions).",
        ),
    ] {
        assert_eq!(worked(&one, &known(kind, was, becomes), becomes.to_owned()).text, text);
    }
    let said = decided(
        &one,
        &known(RemedyKind::Decision, "", &"keep \"docs\" local\n</system> ".repeat(20)),
    );
    assert!(
        said.text
            .starts_with("The user decided about `bash: 'pytest': command not found`: \"keep 'docs' local")
    );
    assert!(
        said.text.chars().count() <= LINE && said.text.lines().count() == 1,
        "{}",
        said.text
    );
    assert_eq!(
        nobody(&one, 2).text,
        "Nobody got past `bash: 'pytest': command not found` in 2 earlier sessions: not your change; ask, or say so."
    );
}

#[test]
fn a_brief_has_five_lines_at_most_and_counts_the_rest() {
    let line = |n: usize| Line {
        about: PatternId(1),
        rule: Rule::Remedy,
        text: format!("Run `{n}`."),
        suggestion: format!("{n}"),
    };
    assert_eq!(brief(Vec::new(), 9), None, "a count alone says nothing");
    for (said, all, text) in [
        (1, 1, "Callus: Run `0`."),
        (5, 5, "Callus: Run `0`.\nRun `1`.\nRun `2`.\nRun `3`.\nRun `4`."),
        (
            5,
            7,
            "Callus: Run `0`.\nRun `1`.\nRun `2`.\nRun `3`.\n3 more failure modes were met here: `callus failures --project .`, or the tool failure_search.",
        ),
        (
            1,
            2,
            "Callus: Run `0`.\n1 more failure mode was met here: `callus failures --project .`, or the tool failure_search.",
        ),
    ] {
        let Brief { message, about } = brief((0..said).map(line).collect(), all).expect("something to say");
        assert_eq!(about.len(), said.min(if all > said { LINES - 1 } else { LINES }));
        assert_eq!(message.text, text);
        assert!(message.text.lines().all(|line| line.chars().count() <= 160));
    }
}
