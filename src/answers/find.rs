//! From words to the failure modes and skills that hold them.
//!
//! A word that stands in the headline says more than one in a command or a file, and that more than one in the lines
//! around; least says one in a prompt. A rare word says more than a common one; one that more than a twentieth of all
//! texts hold says nothing while another remains. A family of errors that the query speaks of counts for less than the
//! words by which it does, wherever these stand in what an error says.

use std::collections::HashMap;

use super::AnswerError;
use crate::domain::id::{ModeId, ProjectId};
use crate::failure::lexicon::{self, Family, Query, Term, Wanted};
use crate::store::Store;
use crate::store::read::{Columns, Findable};

/// The share of all texts above which a word says nothing, as long as another word remains.
const COMMON: f64 = 0.05;
/// Fewer texts than these are looked through in no time, whatever the share.
const FEW: usize = 200;

/// Bytes of a query that are looked at: more words make no search better.
const LONGEST: usize = 1_000;

/// What a word weighs in the columns that it stands in.
const WEIGHTS: [(Columns, f64); 4] = [
    (Columns::Headline, 4.0),
    (Columns::Done, 2.0),
    (Columns::Message, 1.0),
    (Columns::Prompt, 0.5),
];
/// What a common word weighs, wherever it stands.
const COMMON_WEIGHT: f64 = 1.0;
/// What a word weighs at least that stands in what an error says, or in what was done.
const TELLING: f64 = 1.0;
/// Where the weight of several columns levels off.
const LEVEL: f64 = 4.0;
/// What only parts of a word count for.
const LOOSE: f64 = 0.4;
/// What a family counts for, by how many words the query speaks of it: `not installed` says more than `missing`.
const GLOSS: [f64; 3] = [0.4, 0.8, 1.0];
/// What it counts for at least when none of these words stands anywhere.
const GLOSS_ALONE: f64 = 0.7;
/// A text that holds only a share of the words counts for this power of the share: of two that are worth as much, the one
/// that answers more of the question stands first.
const HELD: f64 = 0.3;
/// What holds every word counts for as much more.
const EVERY: f64 = 1.3;
/// What a family counts for at most of what the words themselves do.
const BELOW: f64 = 0.99;

/// How a text fits a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// It holds every word that says something.
    Every,
    /// It holds each of them, or says the same in other words.
    Meant,
    /// It holds some.
    Some,
}

/// A failure mode that was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Hit {
    pub(super) mode: ModeId,
    pub(super) fit: Fit,
    pub(super) relevance: f64,
}

/// A skill that was found.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SkillFound {
    pub(super) name: String,
    pub(super) says: String,
    pub(super) project: ProjectId,
    pub(super) fit: Fit,
    pub(super) relevance: f64,
}

/// A word that stands nowhere, and the one that was looked for in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Instead {
    pub(super) typed: String,
    pub(super) meant: String,
}

/// What the words of a query lead to.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Found {
    /// The best of each failure mode, the most relevant first.
    pub(super) modes: Vec<Hit>,
    pub(super) skills: Vec<SkillFound>,
    pub(super) instead: Vec<Instead>,
    /// The query asks for one thing.
    pub(super) single: bool,
}

/// Returns at most `most` failure modes whose texts fit `text`, within a project or in all.
pub(super) fn find(store: &Store, text: &str, project: Option<ProjectId>, most: usize) -> Result<Found, AnswerError> {
    let query = Query::of(&text[..text.floor_char_boundary(LONGEST)]);
    let search = Search::of(store, project)?;
    let mut instead = Vec::new();
    let mut terms = Vec::new();
    for (n, term) in query.terms.iter().enumerate() {
        let glossed = query.families.iter().any(|family| family.terms.contains(&n));
        let mut held = search.held(term)?;
        if held.is_empty()
            && term.plain
            && !glossed
            && let Some((meant, found)) = search.nearest(&term.text)?
        {
            instead.push(Instead {
                typed: term.text.clone(),
                meant,
            });
            held = found;
        }
        terms.push(held);
    }
    let families = query
        .families
        .iter()
        .map(|family| {
            let (rows, common) = search.family(family.name)?;
            Ok(Spoken { family, rows, common })
        })
        .collect::<Result<Vec<_>, AnswerError>>()?;
    let ranked = ranked(&search, &terms, &families);
    let mut found = told(store, ranked, most)?;
    found.instead = instead;
    found.single = query.terms.len() < 2;
    Ok(found)
}

/// The rows that hold a word, each with what the word weighs there.
#[derive(Debug, Default)]
struct Held {
    exact: HashMap<i64, f64>,
    loose: HashMap<i64, f64>,
    common: bool,
}

impl Held {
    fn is_empty(&self) -> bool {
        self.exact.is_empty() && self.loose.is_empty() && !self.common
    }
}

struct Search<'s> {
    store: &'s Store,
    project: Option<ProjectId>,
    rows: usize,
    /// More rows than these make a word common.
    common: usize,
}

impl<'s> Search<'s> {
    fn of(store: &'s Store, project: Option<ProjectId>) -> Result<Self, AnswerError> {
        let rows = usize::try_from(store.findable_rows()?).unwrap_or(0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a twentieth of a count of rows"
        )]
        let common = ((rows as f64 * COMMON) as usize).max(FEW);
        Ok(Self {
            store,
            project,
            rows,
            common,
        })
    }

    fn held(&self, term: &Term) -> Result<Held, AnswerError> {
        let mut held = Held::default();
        (held.exact, held.common) = self.weighed(&term.exact)?;
        if let (Some(loose), false) = (&term.loose, held.common) {
            (held.loose, _) = self.weighed(loose)?;
        }
        Ok(held)
    }

    /// Returns the rows that hold what is wanted, and whether they are too many to say anything.
    fn weighed(&self, wanted: &Wanted) -> Result<(HashMap<i64, f64>, bool), AnswerError> {
        let most = self.common + 1;
        // Where a common word stands says little more than that it does, and asking that costs a look at all texts.
        let rows = self.store.holding(wanted, Columns::All, self.project, most)?;
        if rows.len() == most {
            return Ok((rows.into_iter().map(|row| (row, COMMON_WEIGHT)).collect(), true));
        }
        let mut weights: HashMap<i64, f64> = HashMap::new();
        for (columns, weight) in WEIGHTS.into_iter().filter(|_| !rows.is_empty()) {
            for row in self.store.holding(wanted, columns, self.project, most)? {
                *weights.entry(row).or_default() += weight;
            }
        }
        Ok((weights, false))
    }

    /// Returns the rows of a family, and whether they are too many to say anything.
    fn family(&self, name: &str) -> Result<(Vec<i64>, bool), AnswerError> {
        let rows = self.store.of_family(name, self.project, self.common + 1)?;
        let common = rows.len() > self.common;
        Ok((rows, common))
    }

    /// Returns the word that a mistyped one was meant to be: the nearest of those that stand in a text, of equally near
    /// ones the one that stands in most.
    fn nearest(&self, typed: &str) -> Result<Option<(String, Held)>, AnswerError> {
        let typed = typed.to_lowercase();
        let most = lexicon::allowed(&typed);
        if most == 0 {
            return Ok(None);
        }
        let mut near: Vec<(usize, String)> = self
            .store
            .words_beside(&typed, most)?
            .into_iter()
            .filter_map(|word| Some((lexicon::distance(&typed, &word, most)?, word)))
            .collect();
        near.sort();
        let mut best: Option<(usize, String, Held)> = None;
        for (distance, word) in near.into_iter().take(TRIED) {
            if best.as_ref().is_some_and(|(nearest, _, _)| *nearest < distance) {
                break;
            }
            let (exact, common) = self.weighed(&Wanted::Phrase(word.clone()))?;
            let held = Held {
                exact,
                common,
                ..Held::default()
            };
            let more = best
                .as_ref()
                .is_none_or(|(_, _, known)| known.exact.len() < held.exact.len());
            if !held.is_empty() && more {
                best = Some((distance, word, held));
            }
        }
        Ok(best.map(|(_, word, held)| (word, held)))
    }

    /// Returns how much a word says that stands in so many texts.
    fn rarity(&self, rows: usize) -> f64 {
        let (rows, all) = (rows as f64, self.rows.max(rows) as f64);
        (1.0 + (all - rows + 0.5) / (rows + 0.5)).ln()
    }
}

/// Nearest words that are looked up.
const TRIED: usize = 8;

/// A family of which a query speaks, and the rows that are of it.
struct Spoken<'q> {
    family: &'q Family,
    rows: Vec<i64>,
    common: bool,
}

/// A row with how it fits.
#[derive(Debug, Clone, Default)]
struct Scored {
    relevance: f64,
    /// The terms that it holds, and those that it holds or says in other words, as bits.
    exact: u32,
    meant: u32,
}

/// Returns every row that was found with how it fits, the most relevant first.
fn ranked(search: &Search<'_>, terms: &[Held], families: &[Spoken<'_>]) -> Vec<(i64, Fit, f64)> {
    // While nothing else remains, what is common is looked for after all.
    let says = |n: &usize| !terms[*n].common && !terms[*n].is_empty();
    let nothing_else =
        !(0..terms.len()).any(|n| says(&n)) && families.iter().all(|one| one.common || one.rows.is_empty());
    let telling: Vec<usize> = (0..terms.len()).filter(|n| nothing_else || !terms[*n].common).collect();
    let wanted = telling.iter().fold(0_u32, |bits, n| bits | 1 << n);
    let mut scored: HashMap<i64, Scored> = HashMap::new();
    for n in telling {
        let rarity = search.rarity(terms[n].exact.len());
        for (row, weight) in &terms[n].exact {
            let one = scored.entry(*row).or_default();
            one.relevance += rarity * weight / (weight + LEVEL);
            // A prompt speaks of much that has nothing to do with what failed.
            one.exact |= u32::from(*weight >= TELLING) << n;
            one.meant |= 1 << n;
        }
        let rarity = search.rarity(terms[n].loose.len());
        for (row, weight) in &terms[n].loose {
            if !terms[n].exact.contains_key(row) {
                let one = scored.entry(*row).or_default();
                one.relevance += LOOSE * rarity * weight / (weight + LEVEL);
                one.meant |= 1 << n;
            }
        }
    }
    for Spoken { family, rows, .. } in families.iter().filter(|one| nothing_else || !one.common) {
        let covered = &family.terms;
        let alone = covered.iter().all(|n| terms[*n].is_empty());
        let counts = GLOSS[family.words.clamp(1, GLOSS.len()) - 1];
        let counts = if alone { counts.max(GLOSS_ALONE) } else { counts };
        let share = (counts * search.rarity(rows.len())).min(BELOW * least_literal(search, terms, covered));
        for row in rows {
            let one = scored.entry(*row).or_default();
            one.relevance += share;
            one.meant |= covered.iter().fold(0_u32, |bits, n| bits | 1 << n);
        }
    }
    let mut ranked: Vec<(i64, Fit, f64)> = scored
        .into_iter()
        .map(|(row, one)| {
            let fit = if one.exact & wanted == wanted && wanted > 0 {
                Fit::Every
            } else if one.meant & wanted == wanted {
                Fit::Meant
            } else {
                Fit::Some
            };
            let whole = if fit == Fit::Every { EVERY } else { 1.0 };
            (
                row,
                fit,
                whole * one.relevance * share(one.meant & wanted, wanted).powf(HELD),
            )
        })
        .collect();
    ranked.sort_by(|one, other| other.2.total_cmp(&one.2).then(one.0.cmp(&other.0)));
    ranked
}

/// Returns which share of the words that are wanted a text holds; one that is of a family and holds none holds half a one.
fn share(held: u32, wanted: u32) -> f64 {
    let held = f64::from(held.count_ones()).max(0.5);
    held / f64::from(wanted.count_ones()).max(held)
}

/// Returns what the words of a family are worth to the text to which they are worth least, where all of them stand in what
/// an error says: what says the same in other words is worth less.
fn least_literal(search: &Search<'_>, terms: &[Held], covered: &[usize]) -> f64 {
    let Some((first, rest)) = covered.split_first() else {
        return f64::INFINITY;
    };
    let worth = |n: usize, row: &i64| {
        let weight = *terms[n].exact.get(row)?;
        (weight >= TELLING).then(|| search.rarity(terms[n].exact.len()) * weight / (weight + LEVEL))
    };
    let all = |row: &i64| -> Option<f64> {
        rest.iter()
            .try_fold(worth(*first, row)?, |sum, n| Some(sum + worth(*n, row)?))
    };
    terms[*first].exact.keys().filter_map(all).fold(f64::INFINITY, f64::min)
}

/// Returns what stands behind the rows, at most `most` failure modes and a few skills.
fn told(store: &Store, ranked: Vec<(i64, Fit, f64)>, most: usize) -> Result<Found, AnswerError> {
    let mut found = Found::default();
    let mut known: HashMap<ModeId, usize> = HashMap::new();
    for (row, fit, relevance) in ranked {
        if found.modes.len() >= most {
            break;
        }
        match store.findable(row)? {
            // The first row of a mode is the one that fits best.
            Some(Findable::Mode(mode, _)) if !known.contains_key(&mode) => {
                known.insert(mode, found.modes.len());
                found.modes.push(Hit { mode, fit, relevance });
            }
            Some(Findable::Skill { name, says, project }) => found.skills.push(SkillFound {
                name,
                says,
                project,
                fit,
                relevance,
            }),
            _ => {}
        }
    }
    Ok(found)
}
