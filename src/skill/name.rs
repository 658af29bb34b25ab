//! What a skill is called, and the few words of an error by which it is recognised.
//!
//! Both are made of what never varies in a failure mode, so that they stay when it is met again.

use super::{Lesson, Way, plain};
use crate::domain::lesson::RemedyKind;
use crate::failure::mask::Token;
use crate::failure::shell;

/// Longest name in characters that the specification allows, less room for a number behind it.
const LONGEST: usize = 58;
/// Words of the scope and of the error that a name takes.
const SCOPE_WORDS: usize = 3;
const ERROR_WORDS: usize = 5;

/// Words that tell no error from another.
const EMPTY: &[&str] = &[
    "a", "an", "and", "are", "at", "by", "for", "from", "in", "is", "of", "on", "one", "or", "the", "to", "was",
    "with", "your",
];

/// Returns the name that follows from what failed: `go-test-exec-format-error`, `python-not-found-use-python3`.
pub(super) fn derived(lesson: &Lesson) -> String {
    let words = match missing_program(lesson) {
        Some(program) => {
            let mut words = slug(&program);
            words.extend(["not".to_owned(), "found".to_owned()]);
            if lesson.kind == RemedyKind::Changed
                && let Some(other) = lesson.ways.first().and_then(first_word)
                && other != program
            {
                words.push("use".to_owned());
                words.extend(slug(&other));
            }
            words
        }
        None => {
            let mut words = slug(&lesson.scope);
            words.truncate(SCOPE_WORDS);
            let told: Vec<String> = slug(&clause(lesson))
                .into_iter()
                .filter(|word| !EMPTY.contains(&word.as_str()) && !words.contains(word))
                .take(ERROR_WORDS)
                .collect();
            words.extend(told);
            words
        }
    };
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
    if !missing {
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

/// Returns the part of an error that says most: of what never varies in its first line, the last clause of two words or
/// more.
pub(super) fn clause(lesson: &Lesson) -> String {
    let line = plain::quoted(&lesson.headline, usize::MAX);
    let mut clauses: Vec<Vec<&str>> = vec![Vec::new()];
    for token in lesson.template.tokens() {
        match token {
            Token::Punct(":" | ";") => clauses.push(Vec::new()),
            Token::Word(word) | Token::Code(word) => {
                if line.contains(word)
                    && let Some(last) = clauses.last_mut()
                {
                    last.push(word);
                }
            }
            Token::Mask | Token::Punct(_) => {}
        }
    }
    let longest = clauses.iter().map(Vec::len).max().unwrap_or_default();
    let best = clauses.iter().rev().find(|clause| clause.len() >= longest.min(2));
    best.map(|words| words.join(" ")).unwrap_or_default()
}

fn slug(text: &str) -> Vec<String> {
    text.to_lowercase()
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}
