//! Failure modes by words.

use std::collections::HashMap;

use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::cursor::{Cursor, Question};
use super::failures::{ModeLine, line};
use super::filters::{self, Filters};
use super::identify::{Identity, identify};
use super::page::Page;
use super::ranking::{self, Rank};
use super::remedies::{fact, named};
use super::scope::{Scope, Seen};
use super::style::{self, count};
use super::{Answer, AnswerError, Reader, Style, lenient};
use crate::domain::id::ModeId;
use crate::domain::time::Timestamp;
use crate::store::Store;
use crate::store::read::{ModeFilter, ModeRow};

/// What is looked for.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("required" = ["query"]))]
pub struct SearchQuery {
    /// Words, or an error text as it stands; the other fields may stand in it too: `timeout tool:Bash since:7d`.
    #[serde(deserialize_with = "lenient::words")]
    #[schemars(with = "String")]
    pub query: String,
    /// What the search is narrowed to.
    #[serde(flatten)]
    pub filters: Filters,
    /// `here`, or `all` to look at other projects too.
    #[serde(deserialize_with = "lenient::text")]
    pub scope: Option<String>,
    /// At most so many failure modes; 10 when left out.
    #[serde(deserialize_with = "lenient::count")]
    #[schemars(range(min = 1, max = 100))]
    pub limit: Option<u32>,
    /// Where to read on: what the page before says.
    #[serde(deserialize_with = "lenient::text")]
    pub cursor: Option<String>,
    /// The folder from which it is asked: what is decided in a project is told only there.
    #[serde(skip)]
    pub here: Option<String>,
}

/// One failure mode that was found.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct HitLine {
    /// The failure mode, with the figures of what was searched: of one project, one window.
    pub mode: ModeLine,
    /// The query is this very error, not only alike in words.
    pub same: bool,
    /// Only other projects met it: its headline is the template, and only what holds everywhere is told.
    pub masked: bool,
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
    /// How many failure modes of other projects fit, when none of this one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub elsewhere: Option<usize>,
    /// What to pass as `cursor` to read on; left out at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// None holds all the words.
    #[serde(skip)]
    nearest: bool,
}

/// Hits when no limit is given.
const LIMIT: u32 = 10;
/// Hits by words that are weighed again by age and frequency.
const WEIGHED: u32 = 200;
/// Failure modes that are weighed when there are only filters, and no words.
const LISTED: u32 = 2_000;

/// Returns the failure modes that fit the query: first the error that the query is, then what is alike in words.
pub fn search(store: &Store, query: &SearchQuery, now: Timestamp, zone: &TimeZone) -> Result<SearchView, AnswerError> {
    let (words, filters) = filters::parse(&query.query)?;
    let filters = filters.and(query.filters.clone())?;
    let scope = Scope::of(
        store,
        query.here.as_deref(),
        filters.project.as_deref(),
        query.scope.as_deref(),
    )?;
    let question = question(&words, &filters, scope);
    let cursor = query.cursor.as_deref().map(|given| Cursor::read(given, question));
    let cursor = cursor.transpose()?;
    let asked = Asked {
        store,
        words: words.trim(),
        filters: &filters,
        // What depends on age is weighed as on the first page.
        now: cursor.as_ref().map_or(now, |cursor| cursor.asked),
        zone,
    };
    if asked.words.is_empty() && filters == Filters::default() {
        return Err(AnswerError::Unclear {
            what: "there is nothing to look for".to_owned(),
            choices: vec!["Give words, an error text, or a filter such as tool:Bash or since:7d".to_owned()],
        });
    }
    let fitting = asked.fitting(scope)?;
    if fitting.is_empty() && !filters.is_open() {
        filters.examine(store)?;
    }
    let elsewhere = if fitting.is_empty() && scope != scope.widened() && filters.project.is_none() {
        Some(asked.fitting(scope.widened())?.len()).filter(|found| *found > 0)
    } else {
        None
    };
    let nearest = !asked.words.is_empty() && fitting.iter().all(|one| !one.rank.same && !one.rank.every);
    let limit = query.limit.unwrap_or(LIMIT).clamp(1, 100) as usize;
    let mut page: Vec<Fitting> = fitting
        .into_iter()
        .filter(|one| cursor.as_ref().is_none_or(|cursor| one.place() > cursor.place()))
        .take(limit + 1)
        .collect();
    let more = page.len() > limit;
    page.truncate(limit);
    let next = page.last().filter(|_| more).map(|last| {
        let (keys, name) = last.place();
        let asked = asked.now;
        Cursor { asked, keys, name }.text(question)
    });
    Ok(SearchView {
        query: query.query.clone(),
        hits: page
            .into_iter()
            .map(|one| one.told(store, scope, now))
            .collect::<Result<_, _>>()?,
        elsewhere,
        next,
        nearest,
    })
}

fn question(words: &str, filters: &Filters, scope: Scope) -> Question {
    let reach = format!("{:?}", scope.reach);
    let values = filters.values();
    let mut parameters = vec![words, &reach];
    parameters.extend(values.iter().map(String::as_str));
    Question::of("search", &parameters)
}

/// A question, taken apart.
struct Asked<'q> {
    store: &'q Store,
    words: &'q str,
    filters: &'q Filters,
    now: Timestamp,
    zone: &'q TimeZone,
}

/// A failure mode that fits.
struct Fitting {
    seen: Seen,
    rank: Rank,
}

impl Asked<'_> {
    /// Returns the modes within `scope` that fit, best first.
    fn fitting(&self, scope: Scope) -> Result<Vec<Fitting>, AnswerError> {
        let filter = self.filters.resolved(self.store, scope, self.now, self.zone)?;
        let mut fitting = Vec::new();
        for (row, same, words, every) in self.found(&filter)? {
            let Some(seen) = self.narrowed(scope, &filter, row)? else {
                continue;
            };
            let rank = Rank {
                same,
                every,
                score: ranking::score(words, &seen.row, self.now),
            };
            fitting.push(Fitting { seen, rank });
        }
        fitting.sort_by_cached_key(Fitting::place);
        Ok(fitting)
    }

    /// Returns the modes that fit the words, or those that the filters leave where there are no words: each with whether
    /// it is the error itself, how well its words fit, and whether it holds all of them.
    fn found(&self, filter: &ModeFilter) -> Result<Vec<(ModeRow, bool, f64, bool)>, AnswerError> {
        if self.words.is_empty() {
            let limit = Some(LISTED);
            let rows = self.store.modes(&ModeFilter {
                limit,
                ..filter.clone()
            })?;
            return Ok(rows.into_iter().map(|row| (row, false, 1.0, true)).collect());
        }
        let mut found: HashMap<ModeId, (f64, bool)> = HashMap::new();
        for hit in self.store.search(self.words, WEIGHED)? {
            found.insert(hit.mode, (hit.words, hit.every));
        }
        let same = match identify(self.words) {
            Some(identity) => same_modes(self.store, &identity)?,
            None => Vec::new(),
        };
        for mode in &same {
            found.entry(*mode).or_insert((0.0, false));
        }
        let mut rows = Vec::new();
        for (id, (words, every)) in found {
            let row = self.store.mode(id)?;
            rows.extend(row.map(|row| (row, same.contains(&id), words, every)));
        }
        Ok(rows)
    }

    /// Returns a mode as it may be told, with the figures that the filters leave.
    fn narrowed(&self, scope: Scope, filter: &ModeFilter, row: ModeRow) -> Result<Option<Seen>, AnswerError> {
        let Some(mut seen) = scope.seen(self.store, row)? else {
            return Ok(None);
        };
        if self.filters.is_open() {
            return Ok(Some(seen));
        }
        let left = self.store.mode_that_fits(seen.row.id, filter)?;
        Ok(left.map(|left| {
            seen.row = ModeRow {
                headline: seen.row.headline,
                ..left
            };
            seen
        }))
    }
}

impl Fitting {
    /// Returns where it stands among all that fit: smaller first.
    fn place(&self) -> (Vec<i64>, String) {
        (self.rank.keys(), self.seen.row.fingerprint.clone())
    }

    fn told(self, store: &Store, scope: Scope, now: Timestamp) -> Result<HitLine, AnswerError> {
        let Seen { row, masked } = self.seen;
        let mut mode = line(store, &row, now)?;
        if masked {
            mode.projects = Vec::new();
            mode.remedy = fact(store, row.id, now)?.map(Box::new);
        } else {
            mode = named(store, row.id, mode, scope.home(), now)?;
        }
        Ok(HitLine {
            mode,
            same: self.rank.same,
            masked,
            score: (self.rank.score * 1_000.0).round() / 1_000.0,
        })
    }
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

impl Answer for SearchView {
    fn text(&self, style: &Style) -> String {
        let mut out = Page::default();
        if let Some(found) = self.elsewhere {
            out.line("Nothing recorded in this project is like it.");
            out.line(elsewhere(style, found));
            return out.text();
        }
        if self.hits.is_empty() {
            return "Nothing recorded is like it.\n".to_owned();
        }
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
        if let Some(next) = &self.next {
            out.line(style.dim(&style::read_on(style, self.hits.len(), next)));
        }
        out.text()
    }
}

/// Returns how to see what other projects met.
fn elsewhere(style: &Style, found: usize) -> String {
    let other = count(i64::try_from(found).unwrap_or(i64::MAX), "failure mode");
    let verb = if found == 1 { "fits" } else { "fit" };
    match style.reader {
        Reader::Person => format!("{other} of other projects {verb}: --all-projects"),
        Reader::Model => format!("{other} of other projects {verb}: pass `scope` all to see their templates"),
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
