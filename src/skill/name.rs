//! What a skill is called: after what was run and what tools are known to print, never after other words of an error.

use super::{Lesson, Way, phrase};
use crate::domain::lesson::RemedyKind;
use crate::failure::mask::Token;
use crate::failure::shell;

/// Longest name in characters that the specification allows, less room for a number behind it.
const LONGEST: usize = 58;
/// Words of the scope and of the phrase that a name takes.
const SCOPE_WORDS: usize = 3;
const ERROR_WORDS: usize = 5;

/// What stands for an error that no tool is known to print.
const FAILS: &str = "fails";

/// Words that tell no error from another.
const EMPTY: &[&str] = &[
    "a", "an", "and", "are", "at", "by", "for", "from", "in", "is", "of", "on", "one", "or", "the", "to", "was",
    "with", "your",
];

/// Returns the name that follows from what failed: `go-test-exec-format-error`, `python-not-found-use-python3`.
pub(super) fn derived(lesson: &Lesson) -> String {
    let words = words(lesson);
    let mut name = String::new();
    for word in words {
        if name.len() + 1 + word.len() <= LONGEST {
            if !name.is_empty() {
                name.push('-');
            }
            name.push_str(&word);
        }
    }
    if name.is_empty() {
        name = format!("failure-{}", prefix(&lesson.fingerprint));
    }
    name
}

fn words(lesson: &Lesson) -> Vec<String> {
    let mut words = if let Some(program) = missing_program(lesson) {
        let mut words = slug(&program);
        words.extend(["not".to_owned(), "found".to_owned()]);
        words
    } else {
        let known = phrase::of(&lesson.headline);
        // What holds for a whole kind was met under several commands.
        let mut words = if lesson.is_whole() && known.is_some() {
            Vec::new()
        } else {
            slug(&lesson.scope)
        };
        words.truncate(SCOPE_WORDS);
        let told = slug(known.unwrap_or(FAILS)).into_iter();
        let told: Vec<String> = told
            .filter(|word| !EMPTY.contains(&word.as_str()) && !words.contains(word))
            .take(ERROR_WORDS)
            .collect();
        words.extend(told);
        words
    };
    // Where a program was missing, the other one says most.
    if lesson.kind == RemedyKind::Changed
        && words.ends_with(&["not".to_owned(), "found".to_owned()])
        && let Some(other) = lesson.ways.first().and_then(first_word)
        && slug(&other) != slug(&words[0])
    {
        words.push("use".to_owned());
        words.extend(slug(&other));
    }
    words
}

/// Returns another name for a lesson whose name is taken.
pub(super) fn other(name: &str, fingerprint: &str) -> String {
    format!("{name}-{}", prefix(fingerprint))
}

fn prefix(fingerprint: &str) -> &str {
    fingerprint.get(..5).unwrap_or(fingerprint)
}

/// Returns the program that the shell did not find, when that is what the error says.
pub(super) fn missing_program(lesson: &Lesson) -> Option<String> {
    let words: Vec<&str> = lesson
        .template
        .tokens()
        .filter(|token| token.is_constant())
        .map(Token::text)
        .collect();
    let missing = words.windows(3).any(|three| three == ["command", "not", "found"])
        || (words.windows(2).any(|two| two == ["not", "found"]) && lesson.headline.ends_with(": not found"));
    if !missing || lesson.is_whole() {
        return None;
    }
    // Several programs that were not found are one failure mode; only one of them gives it its name.
    let program = called(lesson, lesson.ways.first()?)?;
    let alone = lesson
        .ways
        .iter()
        .all(|way| called(lesson, way).as_deref() == Some(program.as_str()));
    alone.then_some(program)
}

/// Returns the program of a call that the headline names: as written, or behind what merely runs it.
fn called(lesson: &Lesson, way: &Way) -> Option<String> {
    let segment = shell::segments(&way.was).into_iter().next()?;
    let named: Vec<&str> = lesson.headline.split([':', ' ', '\'', '"', '`']).collect();
    let goal = segment.goal.map(|goal| goal.program).unwrap_or_default();
    let mut programs = [segment.word, goal].into_iter();
    programs.find(|program| !program.is_empty() && named.contains(&program.as_str()))
}

fn first_word(way: &Way) -> Option<String> {
    let word = shell::segments(&way.becomes).into_iter().next()?.word;
    Some(word.rsplit('/').next().unwrap_or_default().to_owned()).filter(|word| !word.is_empty())
}

fn slug(text: &str) -> Vec<String> {
    text.to_lowercase()
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}
