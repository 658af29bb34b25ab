//! Loops over words that are written out: what runs in one is taken with the first of its words in place of the variable,
//! as somebody could type it alone.

use super::input;
use crate::domain::failure::Goal;
use crate::failure::shell::{self, Segment};

/// What the variables of the loops of a command line stand for, as far as it says so itself.
#[derive(Debug, Default)]
pub(super) struct Loops(Vec<(String, String)>);

impl Loops {
    /// Takes up a simple command: `for name in words` gives its variable a value.
    pub(super) fn pass(&mut self, segment: &Segment) {
        let ("for", [name, word, values @ ..]) = (segment.word.as_str(), segment.arguments.as_slice()) else {
            return;
        };
        self.0.retain(|(known, _)| known != name);
        let is_plain = |c: char| c.is_alphanumeric() || "-_./:=,+@%".contains(c);
        let are_plain = values.iter().all(|value| value.chars().all(is_plain));
        if let Some(first) = values.first().filter(|_| word == "in" && are_plain) {
            self.0.push((name.clone(), first.clone()));
        }
    }

    /// Returns a simple command with values in place of variables; what stands in single quotes is no variable.
    pub(super) fn filled(&self, typed: &str) -> String {
        if self.0.is_empty() || !typed.contains('$') {
            return typed.to_owned();
        }
        input::replaced(typed, |text, source| {
            let value = self.in_word(text);
            (value != text && !source.contains('\'')).then(|| input::quoted(&value))
        })
    }

    fn in_word(&self, word: &str) -> String {
        self.0.iter().fold(word.to_owned(), |word, (name, value)| {
            replaced(&word.replace(&format!("${{{name}}}"), value), name, value)
        })
    }

    /// Returns what a simple command with values is for: its own goal, worked on by these values.
    pub(super) fn goal(filled: &str, goal: &Goal) -> Goal {
        let segments = shell::segments(filled);
        let found = segments.into_iter().find_map(|segment| segment.goal);
        found.map_or_else(
            || goal.clone(),
            |found| Goal {
                env: goal.env.clone(),
                ..found
            },
        )
    }
}

/// Returns a word with `$name` as its value, unless a longer name stands there.
fn replaced(word: &str, name: &str, value: &str) -> String {
    let mut out = String::new();
    let mut rest = word;
    let variable = format!("${name}");
    while let Some(at) = rest.find(&variable) {
        let after = &rest[at + variable.len()..];
        let is_longer = after.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        out.push_str(&rest[..at]);
        out.push_str(if is_longer { &variable } else { value });
        rest = after;
    }
    out + rest
}

/// Returns a simple command of a command line as it was typed, and as it could be typed outside of its loops.
#[must_use]
pub fn typed_alone(command: &str, segment: &str) -> Option<(String, String)> {
    let mut loops = Loops::default();
    for one in shell::segments(command) {
        loops.pass(&one);
        if one.text == segment {
            let filled = loops.filled(&one.typed);
            return Some((one.typed, filled));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_in_a_loop_could_be_typed_alone() {
        for (command, segment, typed, alone) in [
            (
                "for f in a b; do go test $f; done",
                "do go test $f",
                "go test $f",
                "go test a",
            ),
            (
                "for f in a/x b; do\n  go vet \"${f}/y\" $fs\ndone",
                "go vet \"${f}/y\" $fs",
                "go vet \"${f}/y\" $fs",
                "go vet a/x/y $fs",
            ),
            (
                "for f in a; do awk '{print $f}' $f; done",
                "do awk '{print $f}' $f",
                "awk '{print $f}' $f",
                "awk '{print $f}' a",
            ),
            (
                "for f in *.go; do go test $f; done",
                "do go test $f",
                "go test $f",
                "go test $f",
            ),
            (
                "for f in $(ls); do go test $f; done",
                "do go test $f",
                "go test $f",
                "go test $f",
            ),
            (
                "while read f; do go test $f; done",
                "do go test $f",
                "go test $f",
                "go test $f",
            ),
            (
                "for i in 1 2; do for f in a; do x $i $f; done; done",
                "do x $i $f",
                "x $i $f",
                "x 1 a",
            ),
            ("if ! go test; then exit; fi", "if ! go test", "go test", "go test"),
        ] {
            assert_eq!(
                typed_alone(command, segment),
                Some((typed.to_owned(), alone.to_owned())),
                "{command}"
            );
        }
        assert_eq!(typed_alone("go test", "go vet"), None);
    }
}
