//! Whether two failures are the same thing: 100 pairs of real failures that a reader labelled before anything ran on
//! them; see `tests/labels/README.md`.

use std::io::Write as _;

use callus::domain::failure::Finding;
use callus::domain::id::Fingerprint;
use callus::domain::trace::{Call, Flag, Text, ToolKind};
use callus::failure::recognise::{Seen, call};
use callus::failure::{fingerprint, mask};
use serde::Deserialize;

/// Two calls that failed, and what a reader says of them.
#[derive(Deserialize)]
struct Pair {
    #[serde(rename = "pair")]
    number: u32,
    same: bool,
    why: String,
    a: Side,
    b: Side,
}

/// A call and what came back.
#[derive(Deserialize)]
struct Side {
    tool: String,
    kind: String,
    command: Option<String>,
    file: Option<String>,
    flagged: bool,
    exit: Option<i32>,
    output: String,
}

impl Side {
    fn finding(&self) -> Option<Finding> {
        let asked = Call {
            id: None,
            tool: self.tool.clone(),
            kind: ToolKind::from_word(&self.kind),
            input: Text::default(),
            command: self.command.clone(),
            file: self.file.clone(),
        };
        call(&Seen {
            call: &asked,
            flag: if self.flagged { Flag::Failure } else { Flag::Success },
            output: &self.output,
            exit_code: self.exit,
            note: None,
            interrupted: false,
            cwd: None,
        })
    }

    /// The name of the thing that failed, as recording computes it.
    fn instance(&self) -> Option<Fingerprint> {
        Some(fingerprint::of(&self.finding()?)?.instance)
    }

    /// What is known of the thing, for a person who looks at a wrong answer.
    fn described(&self) -> String {
        self.finding().map_or_else(
            || "no finding".to_owned(),
            |found| {
                let masked = mask::mask(&found.headline);
                format!(
                    "[{}] {:?} template {:?} identity {:?}",
                    found.scope,
                    found.headline,
                    masked.template.stored(),
                    masked.identity.as_str()
                )
            },
        )
    }

    fn first_line(&self) -> &str {
        self.output.lines().find(|line| !line.trim().is_empty()).unwrap_or("")
    }
}

/// How many pairs one way of telling says are the same, and how many of them rightly.
#[derive(Default)]
struct Score {
    right: u32,
    said: u32,
    labelled: u32,
}

impl Score {
    fn of(pairs: &[Pair], is_same: impl Fn(&Pair) -> bool) -> Self {
        let mut score = Self::default();
        for pair in pairs {
            let said = is_same(pair);
            score.said += u32::from(said);
            score.labelled += u32::from(pair.same);
            score.right += u32::from(said && pair.same);
        }
        score
    }

    fn precision(&self) -> f64 {
        f64::from(self.right) / f64::from(self.said.max(1))
    }

    fn recall(&self) -> f64 {
        f64::from(self.right) / f64::from(self.labelled.max(1))
    }
}

fn pairs() -> Vec<Pair> {
    include_str!("../labels/pairs.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).expect("every line is a labelled pair"))
        .collect()
}

fn has_one_instance(pair: &Pair) -> bool {
    pair.a
        .instance()
        .is_some_and(|instance| pair.b.instance() == Some(instance))
}

/// Replaces every run of digits by one `0`.
fn without_digits(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let shown = if c.is_ascii_digit() { '0' } else { c };
        if shown != '0' || !out.ends_with('0') {
            out.push(shown);
        }
    }
    out
}

#[test]
fn the_instance_fingerprint_tells_the_same_thing_from_another() {
    let pairs = pairs();
    assert_eq!(pairs.len(), 100);
    let ours = Score::of(&pairs, has_one_instance);
    let ways = [
        ("instance fingerprint", &ours),
        (
            "equal first line",
            &Score::of(&pairs, |p| p.a.first_line() == p.b.first_line()),
        ),
        (
            "equal first line, digits masked",
            &Score::of(&pairs, |p| {
                without_digits(p.a.first_line()) == without_digits(p.b.first_line())
            }),
        ),
    ];
    let mut out = std::io::stdout().lock();
    for (name, score) in ways {
        writeln!(
            out,
            "{name:<32} precision {:.3}  recall {:.3}  ({} of {} said, {} labelled)",
            score.precision(),
            score.recall(),
            score.right,
            score.said,
            score.labelled
        )
        .expect("the test's own output");
    }
    for pair in pairs.iter().filter(|pair| has_one_instance(pair) != pair.same) {
        let label = if pair.same { "same" } else { "not same" };
        let (a, b) = (pair.a.described(), pair.b.described());
        writeln!(out, "pair {} is {label} ({}):\n  a {a}\n  b {b}", pair.number, pair.why)
            .expect("the test's own output");
    }
    assert!(ours.precision() >= 0.98, "precision {:.3}", ours.precision());
    assert!(ours.recall() >= 0.85, "recall {:.3}", ours.recall());
}
