//! Failure modes by words.

mod text;

use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::cursor::{Cursor, Question};
use super::failures::{ModeLine, line};
use super::filters::{self, Filters};
use super::find::{self, Fit, SkillFound};
use super::identify::{Identity, identify};
use super::ranking::{self, Rank};
use super::remedies::{fact, named};
use super::scope::{Reach, Scope, Seen};
use super::{AnswerError, lenient};
use crate::domain::id::ModeId;
use crate::domain::time::Timestamp;
use crate::failure::lexicon;
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

/// A skill that was found.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct SkillHit {
    /// Its name: `callus skills show NAME` shows it.
    pub name: String,
    /// When it helps.
    pub when: String,
}

/// A word that stands nowhere, and what was looked for in its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct InsteadLine {
    /// The word.
    pub typed: String,
    /// The nearest one that stands somewhere.
    pub meant: String,
}

/// What was found.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SearchView {
    /// The query.
    pub query: String,
    /// The failure modes, best first.
    pub hits: Vec<HitLine>,
    /// The skills of this project, best first, at most three; only on the first page.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub skills: Vec<SkillHit>,
    /// Words that stand nowhere, with what was looked for in their place.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub instead: Vec<InsteadLine>,
    /// How many failure modes of other projects fit, when none of this one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub elsewhere: Option<usize>,
    /// What to pass as `cursor` to read on; left out at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// How much of what was recorded is not searchable yet, because it was recorded only now, or by an older Callus.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting: Option<i64>,
    /// None holds all the words.
    #[serde(skip)]
    nearest: bool,
}

/// Hits when no limit is given.
const LIMIT: u32 = 10;
/// Hits by words that are weighed again by age and frequency.
const WEIGHED: usize = 200;
/// Hits by words that are looked through for those that filters leave.
const FILTERED: usize = 600;
/// Of these it is asked whether they are the very error.
const COMPARED: usize = 50;
/// What holds only some of the words is left out when it is worth less than these shares: of the best that holds all of
/// them, and of the best that does not.
const WHOLE: f64 = 0.5;
const WORTH: f64 = 0.4;
/// Skills that are named.
const SKILLS: usize = 3;
/// A longer text was pasted: the line of it that says what went wrong is looked for.
const TYPED: usize = 300;
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
    let nothing = fitting.modes.is_empty() && fitting.skills.is_empty();
    if nothing && !filters.is_open() {
        filters.examine(store)?;
    }
    let elsewhere = if nothing && scope != scope.widened() && filters.project.is_none() {
        Some(asked.fitting(scope.widened())?.modes.len()).filter(|found| *found > 0)
    } else {
        None
    };
    let nearest = !asked.words.is_empty() && fitting.modes.iter().all(|one| !one.rank.same && one.fit == Fit::Some);
    let limit = query.limit.unwrap_or(LIMIT).clamp(1, 100) as usize;
    let (page, more) = asked.page(scope, fitting.modes, cursor.as_ref(), limit)?;
    let next = page.last().filter(|_| more).map(|(last, _)| {
        let (keys, name) = last.place();
        let asked = asked.now;
        Cursor { asked, keys, name }.text(question)
    });
    Ok(SearchView {
        query: query.query.clone(),
        hits: page
            .into_iter()
            .map(|(one, seen)| hit(store, scope, &one.rank, &seen, now))
            .collect::<Result<_, _>>()?,
        skills: if cursor.is_none() { fitting.skills } else { Vec::new() },
        instead: fitting.instead,
        elsewhere,
        next,
        waiting: Some(store.unindexed(lexicon::version())?).filter(|waiting| *waiting > 0),
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
    row: ModeRow,
    /// As it may be told, where that was needed to know whether it fits.
    seen: Option<Seen>,
    rank: Rank,
    relevance: f64,
    fit: Fit,
}

/// Leaves out what holds only some of the words, where something holds all of them and says as much, or where others say
/// far more.
fn worth_telling(mut modes: Vec<Fitting>) -> Vec<Fitting> {
    let whole = |one: &Fitting| one.rank.same || one.fit != Fit::Some;
    let most = |modes: &[Fitting], of: &dyn Fn(&Fitting) -> bool| {
        let fitting = modes.iter().filter(|one| of(one));
        fitting.map(|one| one.relevance).fold(0.0, f64::max)
    };
    let least = if modes.iter().any(|one| one.rank.same) {
        f64::INFINITY
    } else {
        (WHOLE * most(&modes, &whole)).max(WORTH * most(&modes, &|one| !whole(one)))
    };
    modes.retain(|one| whole(one) || one.relevance >= least);
    modes
}

/// All that fits.
#[derive(Default)]
struct AllFitting {
    modes: Vec<Fitting>,
    skills: Vec<SkillHit>,
    instead: Vec<InsteadLine>,
    single: bool,
}

/// A failure mode that may fit: whether it is the error itself, whether it holds every word, and how well.
struct Candidate {
    row: ModeRow,
    same: bool,
    fit: Fit,
    relevance: f64,
}

impl Asked<'_> {
    /// Returns what is within `scope` and fits, best first.
    fn fitting(&self, scope: Scope) -> Result<AllFitting, AnswerError> {
        let filter = self.filters.resolved(self.store, scope, self.now, self.zone)?;
        let mut all = AllFitting::default();
        if scope.reach == Reach::None {
            return Ok(all);
        }
        for one in self.candidates(scope, &filter, &mut all)? {
            if all.modes.len() >= WEIGHED && !one.same && !self.words.is_empty() {
                continue;
            }
            let is_older = |since: Timestamp| one.row.last_at.is_some_and(|last| last < since);
            if filter.since.is_some_and(is_older) {
                continue;
            }
            // What the words led to within a project was met there.
            let seen = if one.same || !self.filters.is_open() {
                let seen = self.narrowed(scope, &filter, one.row.clone())?;
                if seen.is_none() {
                    continue;
                }
                seen
            } else {
                None
            };
            let rank = Rank {
                same: one.same,
                fit: if all.single { one.fit } else { Fit::Every },
                score: ranking::score(
                    one.relevance,
                    seen.as_ref().map_or(&one.row, |seen| &seen.row),
                    self.now,
                ),
            };
            all.modes.push(Fitting {
                row: one.row,
                seen,
                rank,
                relevance: one.relevance,
                fit: one.fit,
            });
        }
        all.modes.sort_by_cached_key(Fitting::place);
        all.modes = worth_telling(all.modes);
        Ok(all)
    }

    /// Returns the modes that fit the words, or those that the filters leave where there are no words.
    fn candidates(
        &self,
        scope: Scope,
        filter: &ModeFilter,
        all: &mut AllFitting,
    ) -> Result<Vec<Candidate>, AnswerError> {
        if self.words.is_empty() {
            let limit = Some(LISTED);
            let rows = self.store.modes(&ModeFilter {
                limit,
                ..filter.clone()
            })?;
            let candidate = |row| Candidate {
                row,
                same: false,
                fit: Fit::Every,
                relevance: 1.0,
            };
            return Ok(rows.into_iter().map(candidate).collect());
        }
        let identity = identify(self.words);
        let pasted = self.words.len() > TYPED || self.words.contains('\n');
        let words = match &identity {
            Some(identity) if pasted => identity.headline.as_str(),
            _ => self.words,
        };
        let most = if self.filters.is_open() { WEIGHED } else { FILTERED };
        let found = find::find(self.store, words, scope.project(), most)?;
        let same = match &identity {
            Some(identity) => {
                let near = found.modes.iter().take(COMPARED).map(|hit| hit.mode);
                same_among(self.store, identity, near)?
            }
            None => Vec::new(),
        };
        let mut hits: Vec<(ModeId, Fit, f64)> = found
            .modes
            .iter()
            .map(|hit| (hit.mode, hit.fit, hit.relevance))
            .collect();
        for mode in &same {
            if hits.iter().all(|(known, _, _)| known != mode) {
                hits.push((*mode, Fit::Some, 0.0));
            }
        }
        let mut candidates = Vec::new();
        for (id, fit, relevance) in hits {
            let row = self.store.mode(id)?;
            candidates.extend(row.map(|row| Candidate {
                row,
                same: same.contains(&id),
                fit,
                relevance,
            }));
        }
        let told = |skill: &&SkillFound| scope.tells_skills_of(skill.project);
        all.skills = found.skills.iter().filter(told).take(SKILLS).map(skill_hit).collect();
        all.single = found.single;
        for instead in found.instead {
            if scope.tells_word(self.store, &instead.meant)? {
                all.instead.push(instead_line(instead));
            }
        }
        Ok(candidates)
    }

    /// Returns the next `limit` of the modes that fit, each as it may be told, and whether there are more.
    fn page(
        &self,
        scope: Scope,
        modes: Vec<Fitting>,
        cursor: Option<&Cursor>,
        limit: usize,
    ) -> Result<(Vec<(Fitting, Seen)>, bool), AnswerError> {
        let filter = self.filters.resolved(self.store, scope, self.now, self.zone)?;
        let after = cursor.map(Cursor::place);
        let mut page = Vec::new();
        for mut one in modes {
            if after.as_ref().is_some_and(|after| one.place() <= *after) {
                continue;
            }
            let seen = match one.seen.take() {
                Some(seen) => Some(seen),
                None => self.narrowed(scope, &filter, one.row.clone())?,
            };
            let Some(seen) = seen else { continue };
            if page.len() == limit {
                return Ok((page, true));
            }
            page.push((one, seen));
        }
        Ok((page, false))
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
        (self.rank.keys(), self.row.fingerprint.clone())
    }
}

fn hit(store: &Store, scope: Scope, rank: &Rank, seen: &Seen, now: Timestamp) -> Result<HitLine, AnswerError> {
    let mut mode = line(store, &seen.row, now)?;
    mode.projects = scope.projects(store, seen, mode.projects)?;
    if seen.masked {
        mode.remedy = fact(store, seen.row.id, now)?.map(Box::new);
    } else {
        mode = named(store, seen.row.id, mode, scope.home(), now)?;
    }
    Ok(HitLine {
        mode,
        same: rank.same,
        masked: seen.masked,
        score: (rank.score * 1_000.0).round() / 1_000.0,
    })
}

fn skill_hit(skill: &SkillFound) -> SkillHit {
    SkillHit {
        name: skill.name.clone(),
        when: skill.says.clone(),
    }
}

fn instead_line(instead: find::Instead) -> InsteadLine {
    InsteadLine {
        typed: instead.typed,
        meant: instead.meant,
    }
}

/// Returns the failure modes of which a pattern is the one of `identity`.
pub(super) fn same_modes(store: &Store, identity: &Identity) -> Result<Vec<ModeId>, AnswerError> {
    let same = same_among(store, identity, [])?;
    if !same.is_empty() {
        return Ok(same);
    }
    let alike = find::find(store, &identity.headline, None, COMPARED)?.modes;
    same_among(store, identity, alike.into_iter().map(|hit| hit.mode))
}

/// Returns the failure modes of which a pattern is the one of `identity`.
///
/// A pasted text does not say which command printed it, so that its fingerprint cannot be known: its template leads to
/// the modes that hold it. Where none does, a more general template decides among those that are alike in words.
pub(super) fn same_among(
    store: &Store,
    identity: &Identity,
    alike: impl IntoIterator<Item = ModeId>,
) -> Result<Vec<ModeId>, AnswerError> {
    let mut same = store.modes_of_template(identity.masked.template.stored(), 50)?;
    if !same.is_empty() {
        return Ok(same);
    }
    for mode in alike {
        let patterns = store.mode_patterns(mode, 100)?;
        if patterns.iter().any(|pattern| identity.fits(&pattern.template)) {
            same.push(mode);
        }
    }
    Ok(same)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn whatever_is_asked_is_answered_or_said_to_be_wrong(
            query in "\\PC{0,80}|[\"'*^:(){}+\\-\\\\ a-zNEAROT]{0,60}|(since|tool|label|session|project):\\PC{0,20}",
        ) {
            let store = Store::in_memory().expect("opens");
            let query = SearchQuery { query, ..SearchQuery::default() };
            let answer = search(&store, &query, Timestamp(1_795_176_000_000_000), &TimeZone::UTC);
            prop_assert!(!matches!(answer, Err(AnswerError::Store(_))), "{answer:?}");
        }
    }
}
