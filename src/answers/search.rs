//! Failure modes by words.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::failures::{ModeLine, line};
use super::identify::{Identity, identify};
use super::page::Page;
use super::pick::project_at;
use super::remedies::named;
use super::style;
use super::{Answer, AnswerError, Style, lenient};
use crate::domain::id::ModeId;
use crate::domain::time::{Span, Timestamp};
use crate::store::Store;
use crate::store::read::ModeRow;

/// What is looked for.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("required" = ["query"]))]
pub struct SearchQuery {
    /// Words, or an error text as it stands.
    #[serde(deserialize_with = "lenient::words")]
    #[schemars(with = "String")]
    pub query: String,
    /// At most so many failure modes; 10 when left out.
    #[serde(deserialize_with = "lenient::count")]
    #[schemars(range(min = 1, max = 100))]
    pub limit: Option<u32>,
    /// The folder from which it is asked: what is decided in a project is told only there.
    #[serde(skip)]
    pub here: Option<String>,
}

/// One failure mode that was found.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct HitLine {
    /// The failure mode, with figures over all time.
    pub mode: ModeLine,
    /// The query is this very error, not only alike in words.
    pub same: bool,
    /// How well it fits: the larger the better; only comparable within one answer.
    pub score: f64,
}

/// What was found.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SearchView {
    /// The query.
    pub query: String,
    /// The failure modes, best first.
    pub hits: Vec<HitLine>,
    /// None holds all the words.
    #[serde(skip)]
    nearest: bool,
}

/// Hits when no limit is given.
const LIMIT: u32 = 10;
/// Hits by words that are weighed again by age and frequency.
const WEIGHED: u32 = 200;
/// After so long a failure weighs half: a month is a few releases of most projects.
const HALF_LIFE: Span = Span::days(30);

/// Returns the failure modes that fit the query: first the error that the query is, then what is alike in words.
pub fn search(store: &Store, query: &SearchQuery, now: Timestamp) -> Result<SearchView, AnswerError> {
    let limit = query.limit.unwrap_or(LIMIT).clamp(1, 100) as usize;
    let mut found = ranked(store, &query.query, now)?;
    let nearest = found.iter().all(|one| !one.same && !one.every);
    found.truncate(limit);
    let here = project_at(store, query.here.as_deref())?;
    let mut hits = Vec::new();
    for one in found {
        hits.push(HitLine {
            mode: named(store, one.row.id, line(store, &one.row, now)?, here, now)?,
            same: one.same,
            score: (one.score * 1_000.0).round() / 1_000.0,
        });
    }
    Ok(SearchView {
        query: query.query.clone(),
        hits,
        nearest,
    })
}

/// A failure mode that fits.
struct Fitting {
    row: ModeRow,
    /// It is the error that the text tells of.
    same: bool,
    /// It holds every word.
    every: bool,
    score: f64,
}

/// Returns the modes that fit `text`, best first.
fn ranked(store: &Store, text: &str, now: Timestamp) -> Result<Vec<Fitting>, AnswerError> {
    let identity = identify(text);
    let mut fitting: HashMap<ModeId, (f64, bool)> = HashMap::new();
    for hit in store.search(text, WEIGHED)? {
        fitting.insert(hit.mode, (hit.words, hit.every));
    }
    let mut same = Vec::new();
    if let Some(identity) = &identity {
        same = same_modes(store, identity)?;
        for mode in &same {
            fitting.entry(*mode).or_insert((0.0, false));
        }
    }
    let mut found = Vec::new();
    for (id, (words, every)) in fitting {
        let Some(row) = store.mode(id)? else { continue };
        found.push(Fitting {
            same: same.contains(&id),
            every,
            score: words * weight(&row, now),
            row,
        });
    }
    found.sort_by(|a, b| {
        b.same
            .cmp(&a.same)
            .then(b.score.total_cmp(&a.score))
            .then(a.row.fingerprint.cmp(&b.row.fingerprint))
    });
    Ok(found)
}

/// Returns the failure modes of which a pattern is the one of `identity`.
///
/// A pasted text does not say which command printed it, so that its fingerprint cannot be known: its template leads to
/// the modes that hold it. Where none does, the words lead to candidates, and a more general template decides.
pub(super) fn same_modes(store: &Store, identity: &Identity) -> Result<Vec<ModeId>, AnswerError> {
    let mut same = store.modes_of_template(identity.masked.template.stored(), 50)?;
    if !same.is_empty() {
        return Ok(same);
    }
    for hit in store.search(&identity.headline, 50)? {
        let patterns = store.mode_patterns(hit.mode, 100)?;
        if patterns.iter().any(|pattern| identity.fits(&pattern.template)) {
            same.push(hit.mode);
        }
    }
    Ok(same)
}

/// Returns what age and frequency make of a score: between half and all of it for age, and as much again for
/// every e-fold of sessions.
fn weight(row: &ModeRow, now: Timestamp) -> f64 {
    let age = row.last_at.map_or(Span(i64::MAX), |last| now.since(last));
    let recency = 0.5 + 0.5 * 0.5_f64.powf(age.0 as f64 / HALF_LIFE.0 as f64);
    let frequency = 1.0 + (1.0 + row.sessions as f64).ln();
    recency * frequency
}

impl Answer for SearchView {
    fn text(&self, style: &Style) -> String {
        if self.hits.is_empty() {
            return "Nothing recorded is like it.\n".to_owned();
        }
        let mut out = Page::default();
        if self.nearest {
            out.line(style.dim("None holds all of these words; the nearest:"));
        }
        let same = self.hits.iter().filter(|hit| hit.same).count();
        for (n, hit) in self.hits.iter().enumerate() {
            if n == 0 && same > 0 {
                out.line(style.dim("The same error:"));
            }
            if n == same && same > 0 {
                out.line(style.dim("Alike in words:"));
            }
            for line in hit.mode.lines(style) {
                out.line(line);
            }
        }
        out.text()
    }
}

/// Returns the share of the words of the longer of two texts that the other holds as well.
pub(super) fn shared_words(one: &str, other: &str) -> f64 {
    let words = |text: &str| -> Vec<String> {
        let text = text.to_lowercase();
        text.split(|c: char| !c.is_alphanumeric())
            .filter(|word| word.len() > 1)
            .map(str::to_owned)
            .collect()
    };
    let (one, other) = (words(one), words(other));
    if one.is_empty() || other.is_empty() {
        return 0.0;
    }
    let share = |one: &[String], other: &[String]| {
        one.iter().filter(|word| other.contains(word)).count() as f64 / one.len() as f64
    };
    share(&one, &other).min(share(&other, &one))
}

/// Returns how often a mode was met, in words.
pub(super) fn met(line: &ModeLine, style: &Style) -> String {
    let last = line
        .last
        .map(|at| format!(", last {}", style.ago(at)))
        .unwrap_or_default();
    format!(
        "{} in {}{last}",
        style::count(line.failures, "time"),
        style::count(line.sessions, "session")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_words_are_those_of_both() {
        let table = [
            ("go: command not found", "npm: command not found", 0.75),
            ("exec format error", "exec format error: fork", 0.75),
            (
                "command not found: go",
                "git_ops.go:3: os/exec.Command is not to be found",
                4.0 / 11.0,
            ),
            ("a b", "a b", 0.0),
            ("", "anything", 0.0),
        ];
        for (one, other, share) in table {
            assert!((shared_words(one, other) - share).abs() < 1e-9, "{one} / {other}");
        }
    }
}
