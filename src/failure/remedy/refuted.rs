//! That a person called wrong what had worked.

use super::learn::Lesson;
use super::person::{MOST_WORDS, is_of_a_machine};
use super::story::{Failed, StepKind, Story};
use super::told::{Text, new_words};
use crate::domain::lesson::{Remedy, RemedyKind};
use crate::failure::mask::mask;

/// A lesson that a person called wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refutation {
    /// The place of the lesson among the lessons.
    pub lesson: usize,
    /// The place of the person's words in the story.
    pub said: usize,
}

/// Words by which a person says that something done was wrong, in lower case.
const REFUTING: &[&str] = &[
    "not correct",
    "incorrect",
    "that is wrong",
    "that's wrong",
    "this is wrong",
    "is not right",
    "isn't right",
    "not what i",
    "revert",
    "undo",
    "don't do that",
    "do not do that",
    "shouldn't have",
    "should not have",
    "why did you",
    "put it back",
];

fn refutes(words: &str) -> bool {
    let words = words.to_lowercase();
    let begins = ["no,", "no.", "no ", "nope", "wrong"]
        .iter()
        .any(|start| words.starts_with(start))
        || words == "no";
    begins || REFUTING.iter().any(|part| words.contains(part))
}

/// Returns which lessons a person refuted: right after them, or by naming what they were about.
#[must_use]
pub fn refutations(story: &Story, lessons: &[Lesson]) -> Vec<Refutation> {
    let mut out = Vec::new();
    for (said, step) in story.steps.iter().enumerate() {
        if step.kind != StepKind::Prompt || is_of_a_machine(step.words.trim()) || !refutes(step.words.trim()) {
            continue;
        }
        let since = story.steps[..said]
            .iter()
            .rposition(|one| one.kind == StepKind::Prompt)
            .unwrap_or(0);
        for (lesson, one) in lessons.iter().enumerate() {
            let told = one.worked && one.using < said && one.remedy.kind != RemedyKind::Decision;
            let right_after =
                one.using > since && step.words.chars().count() <= MOST_WORDS && one.remedy.kind.can_be_told();
            let failed = story.steps[one.failing].failed.as_ref();
            if told
                && (right_after && names_remedy(&step.words, one)
                    || failed.is_some_and(|failed| names(&step.words, failed)))
            {
                out.push(Refutation { lesson, said });
            }
        }
    }
    out
}

/// Words by which somebody who says no says as well what is to be done.
const INSTEAD: &[&str] = &[
    "use ",
    "instead",
    "should be",
    "keep ",
    "leave ",
    "don't ",
    "do not ",
    "never ",
    "always ",
    "only ",
];

/// Returns what a person wants in place of what was called wrong, where the same words say it: a decision about the same
/// failure.
#[must_use]
pub fn in_their_place(story: &Story, lessons: &[Lesson], refutations: &[Refutation]) -> Vec<Lesson> {
    let mut out: Vec<Lesson> = Vec::new();
    for Refutation { lesson, said } in refutations {
        let words = story.steps[*said].words.trim();
        let lower = words.to_lowercase();
        let says_what = INSTEAD.iter().any(|one| lower.contains(one));
        let is_plain = !words.contains(['?', '\n']) && words.chars().count() <= MOST_WORDS;
        let is_known = out.iter().any(|one| one.using == *said);
        let Some(wrong) = lessons.get(*lesson).filter(|_| says_what && is_plain && !is_known) else {
            continue;
        };
        out.push(Lesson {
            failing: wrong.failing,
            using: *said,
            remedy: Remedy {
                kind: RemedyKind::Decision,
                was: wrong.remedy.was.clone(),
                becomes: words.split_whitespace().collect::<Vec<_>>().join(" "),
                travels: false,
            },
            of_kind: false,
            worked: true,
        });
    }
    out
}

/// Returns whether a person's words hold a word that the remedy brought in, or are too short to name anything.
fn names_remedy(words: &str, lesson: &Lesson) -> bool {
    let new = new_words(
        &lesson.remedy.becomes,
        Text {
            call: &lesson.remedy.was,
            output: "",
        },
    );
    words.split_whitespace().count() <= 3 || new.iter().any(|word| word.len() >= 3 && words.contains(word.as_str()))
}

/// Returns whether a person's words name what a failure named: a path, a file, a name with a mark in it.
fn names(words: &str, failed: &Failed) -> bool {
    let identity = mask(&failed.headline).identity;
    let in_message = failed.message.lines().map(str::trim).filter(|line| !line.contains(' '));
    identity
        .parts()
        .chain(in_message)
        .filter(|name| name.len() >= 4 && name.contains(['.', '/', '_', '-']))
        .any(|name| {
            words
                .split(|c: char| c.is_whitespace() || "`'\",;()/".contains(c))
                .any(|word| word == name || word.trim_end_matches('.') == name)
        })
}
