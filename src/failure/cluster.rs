//! One-hole merging: which templates are the same failure mode.
//!
//! Two templates that differ in one word may be one failure with a value that the mask could not see. Every
//! position of a template that holds a word or a mask is a *hole*; the [`HoleKey`] names the template without it,
//! and the bucket under that key is the set of words seen there. A bucket *fires* when a mask is among them (the
//! slot is known to vary) or when there are enough different words; then its templates, and the one with a mask in
//! that place, are one mode, and the latter is settled in turn.
//!
//! These are rules about sets that only ever add: whether a bucket fires depends on which templates exist, never
//! on the order in which they came. So the partition, and with it the smallest fingerprint of every part, is a
//! function of the set of templates, and two stores that exchange their templates agree.
//!
//! A bucket stays small: before it fires it holds fewer words than it takes to fire (at most five), and when it
//! fires it gets a row for the mask that stands for all further words, which are then joined without a row.

use std::collections::HashMap;

use super::fingerprint;
use super::mask::{MASK, Template, Token};
use crate::domain::id::Fingerprint;
use crate::domain::trace::ToolKind;

/// Fewest words and codes that must remain beside a hole: with fewer, any two short messages would fit.
const LEAST_CONSTANTS: usize = 3;
/// Fewest that must remain beside a hole behind a cue word, which says by itself that a value follows.
const LEAST_CONSTANTS_CUED: usize = 2;
/// Different words that fire a bucket at the beginning of a template, where the program or the error type stands.
const FIRST: usize = 6;
/// Different words that fire a bucket behind a cue word.
const CUED: usize = 2;
/// Words and codes that make a template long, and different words that fire any other bucket of a long and of a
/// short template.
const LONG: usize = 5;
const IN_LONG: usize = 3;
const IN_SHORT: usize = 4;

/// Words after which a value stands.
const CUES: &[&str] = &[
    "action",
    "argument",
    "attribute",
    "branch",
    "by",
    "class",
    "client",
    "column",
    "command",
    "container",
    "crate",
    "database",
    "device",
    "dir",
    "directory",
    "field",
    "file",
    "for",
    "from",
    "function",
    "goal",
    "host",
    "id",
    "image",
    "interface",
    "job",
    "key",
    "method",
    "module",
    "name",
    "named",
    "node",
    "operation",
    "option",
    "package",
    "path",
    "pid",
    "plugin",
    "port",
    "process",
    "program",
    "project",
    "property",
    "provider",
    "remote",
    "resource",
    "script",
    "server",
    "service",
    "skill",
    "symbol",
    "table",
    "tag",
    "target",
    "task",
    "test",
    "thread",
    "tool",
    "type",
    "user",
    "value",
    "variable",
    "workspace",
];

/// Words that say what happened: they are never a value, so that "not found" and "not allowed", or "failed" and
/// "refused", stay apart however many of them there are.
const MEANING: &[&str] = &[
    "aborted",
    "already",
    "cannot",
    "conflict",
    "corrupt",
    "corrupted",
    "crashed",
    "denied",
    "disabled",
    "duplicate",
    "empty",
    "error",
    "exceeded",
    "exists",
    "expired",
    "failed",
    "fatal",
    "found",
    "ignored",
    "incompatible",
    "invalid",
    "killed",
    "locked",
    "malformed",
    "mismatched",
    "missing",
    "no",
    "not",
    "overloaded",
    "panicked",
    "permission",
    "redefined",
    "refused",
    "rejected",
    "required",
    "reset",
    "shadowed",
    "terminated",
    "timed",
    "timeout",
    "unable",
    "undefined",
    "unexpected",
    "unhandled",
    "unknown",
    "unreachable",
    "unresolved",
    "unsupported",
    "unused",
    "warning",
];

/// Words that hold sentences together: they are never a value either.
const GLUE: &[&str] = &[
    "a", "after", "an", "and", "any", "are", "as", "at", "be", "because", "been", "before", "being", "between", "but",
    "by", "can", "did", "do", "does", "either", "for", "from", "had", "has", "have", "if", "in", "into", "is", "it",
    "its", "may", "must", "neither", "of", "on", "only", "or", "out", "over", "should", "than", "that", "the", "this",
    "to", "too", "under", "until", "was", "were", "when", "while", "will", "with", "within", "without", "would",
];

/// Words that lead a message and say nothing about it.
const SEVERITIES: &[&str] = &["e", "err", "error", "fatal", "info", "note", "panic", "warn", "warning"];

/// Words before "to" that make the word behind it a deed, such as "failed to push".
const BEFORE_DEED: &[&str] = &[
    "able",
    "attempt",
    "attempting",
    "failed",
    "failing",
    "fails",
    "failure",
    "trying",
    "unable",
];

/// Names a template without the word at one position, within a tool kind and scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HoleKey(pub [u8; 16]);

/// A row of a bucket: a word that was seen in the hole, or `<*>`, and the pattern that has it there.
pub type Seen = (String, Fingerprint);

/// What the arrival of a template changes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settled {
    /// The patterns to insert: the template itself and those that it generalises to. Empty when it was known.
    pub patterns: Vec<(Fingerprint, Template)>,
    /// The bucket rows to insert: hole, word (`<*>` for a mask), pattern.
    pub holes: Vec<(HoleKey, String, Fingerprint)>,
    /// Pairs of patterns that are one failure mode.
    pub unions: Vec<(Fingerprint, Fingerprint)>,
}

/// Settles a template among those of its tool kind and scope.
///
/// `load` returns the rows of a bucket (six at most), `known` whether a pattern is already stored. Nothing else is
/// read, and nothing is written: the caller applies what comes back before it settles the next template.
pub fn settle<E>(
    kind: ToolKind,
    scope: &str,
    template: &Template,
    load: &mut dyn FnMut(&HoleKey) -> Result<Vec<Seen>, E>,
    known: &mut dyn FnMut(Fingerprint) -> Result<bool, E>,
) -> Result<Settled, E> {
    let mut settled = Settled::default();
    let mut fresh: HashMap<HoleKey, Vec<Seen>> = HashMap::new();
    let mut work = vec![(fingerprint::kind(kind, scope, template), template.clone())];
    while let Some((own, template)) = work.pop() {
        if settled.patterns.iter().any(|(id, _)| *id == own) || known(own)? {
            continue;
        }
        let tokens: Vec<Token<'_>> = template.tokens().collect();
        for hole in holes(&tokens) {
            let key = hole_key(kind, scope, &template, hole.at);
            let mut rows = load(&key)?;
            rows.extend(fresh.get(&key).into_iter().flatten().cloned());
            let mut row = |value: &str, pattern| {
                settled.holes.push((key, value.to_owned(), pattern));
                fresh.entry(key).or_default().push((value.to_owned(), pattern));
            };
            let value = tokens[hole.at].text();
            if let Some((_, general)) = rows.iter().find(|(value, _)| value == MASK) {
                if *general != own {
                    settled.unions.push((*general, own));
                }
                continue;
            }
            row(value, own);
            if value == MASK {
                settled.unions.extend(rows.iter().map(|(_, other)| (own, *other)));
            } else if rows.len() + 1 >= hole.fires_at {
                let general = Template::with_hole(&tokens, hole.at);
                let general_id = fingerprint::kind(kind, scope, &general);
                settled
                    .unions
                    .extend(rows.iter().map(|(_, other)| (general_id, *other)));
                settled.unions.push((general_id, own));
                row(MASK, general_id);
                work.push((general_id, general));
            }
        }
        settled.patterns.push((own, template));
    }
    Ok(settled)
}

/// A position whose word may be a value.
#[derive(Debug, PartialEq, Eq)]
struct Hole {
    at: usize,
    /// Different words that fire its bucket; the same for every template of the bucket.
    fires_at: usize,
}

/// Returns the holes of a template. Everything that decides about one lies outside the hole itself or says that
/// this word is none, so that all templates of a bucket agree on it.
fn holes(tokens: &[Token<'_>]) -> Vec<Hole> {
    let constants = tokens.iter().filter(|token| says_something(**token)).count();
    let may_vary = |at: usize| match tokens[at] {
        Token::Mask => true,
        Token::Word(word) => !listed(MEANING, word) && !listed(GLUE, word) && !is_deed(&tokens[..at]),
        Token::Code(_) | Token::Punct(_) => false,
    };
    (0..tokens.len())
        .filter(|at| may_vary(*at))
        .filter_map(|at| {
            let rest = constants - usize::from(says_something(tokens[at]));
            let (least, fires_at) = match at {
                0 => (LEAST_CONSTANTS, FIRST),
                _ if is_cued(&tokens[..at]) => (LEAST_CONSTANTS_CUED, CUED),
                _ if rest >= LONG => (LEAST_CONSTANTS, IN_LONG),
                _ => (LEAST_CONSTANTS, IN_SHORT),
            };
            (rest >= least).then_some(Hole { at, fires_at })
        })
        .collect()
}

/// Returns whether a token counts as a constant: a code, or a word that is not a mere severity.
fn says_something(token: Token<'_>) -> bool {
    match token {
        Token::Code(_) => true,
        Token::Word(word) => !listed(SEVERITIES, word),
        Token::Mask | Token::Punct(_) => false,
    }
}

/// Returns whether a value stands behind `before`: a cue word, or one with an opening mark behind it.
fn is_cued(before: &[Token<'_>]) -> bool {
    match before {
        [.., Token::Word(word)] | [.., Token::Word(word), Token::Punct(":" | "\"" | "'" | "[" | "(")] => {
            listed(CUES, word)
        }
        _ => false,
    }
}

/// Returns whether the word behind `before` says what was tried, such as "push" in "failed to push".
fn is_deed(before: &[Token<'_>]) -> bool {
    match before {
        [.., Token::Word(verb), Token::Word("to")] => listed(BEFORE_DEED, verb),
        [.., Token::Word(auxiliary)] => ["cannot", "can't", "could", "couldn't", "not"].contains(auxiliary),
        _ => false,
    }
}

/// Returns whether a list holds `word` in any case.
fn listed(list: &[&str], word: &str) -> bool {
    list.iter().any(|known| known.eq_ignore_ascii_case(word))
}

fn hole_key(kind: ToolKind, scope: &str, template: &Template, at: usize) -> HoleKey {
    let stored = template.stored();
    let start = stored
        .split('\u{1f}')
        .take(at)
        .map(|token| token.len() + 1)
        .sum::<usize>();
    let end = stored[start..]
        .find('\u{1f}')
        .map_or(stored.len(), |length| start + length);
    let position = u16::try_from(at).unwrap_or(u16::MAX).to_be_bytes();
    let parts = [
        kind.word().as_bytes(),
        scope.as_bytes(),
        &position,
        &stored.as_bytes()[..start],
        &stored.as_bytes()[end..],
    ];
    HoleKey(fingerprint::hash("hole", parts))
}

#[cfg(test)]
#[path = "../../tests/grouping/partition.rs"]
mod partition;
#[cfg(test)]
mod tests;
