//! Full text over failure modes.

use rusqlite::params;

use crate::domain::id::ModeId;
use crate::store::{Store, StoreError};

/// One hit.
#[derive(Debug, Clone, PartialEq)]
pub struct HitRow {
    /// The failure mode.
    pub mode: ModeId,
    /// How well the words match; larger is better.
    pub words: f64,
    /// It holds every word that says something, not only one of them.
    pub every: bool,
}

/// The share of all failure modes above which a word says nothing, as long as another word remains: scoring
/// every row that holds such a word is what makes a search over 100,000 modes slow.
const COMMON: f64 = 0.05;

/// Fewer rows than these are scored in no time, whatever the share.
const FEW: i64 = 200;

/// More words than these make no search better; an error text that is pasted whole has hundreds.
const MOST_WORDS: usize = 24;

const COUNT: &str = "select count(*) from (select 1 from search where search match ?1 limit ?2)";

// The weights are those of the columns: headline, message, command, file.
const HITS: &str = "select rowid, -bm25(search, 4.0, 1.0, 2.0, 2.0) from search
where search match ?1 order by bm25(search, 4.0, 1.0, 2.0, 2.0) limit ?2";

const OF_REMEDY: &str = "select p.mode from remedy r join pattern p on p.id = r.pattern
where r.id = ?1 and r.verdict is not 'refuted'";

impl Store {
    /// Returns the failure modes whose text holds the words of `query`: all of them, else any of them.
    ///
    /// Every word is quoted, so that no query can be a mistake.
    pub fn search(&self, query: &str, limit: u32) -> Result<Vec<HitRow>, StoreError> {
        let words = self.telling(&words(query))?;
        if words.is_empty() {
            return Ok(Vec::new());
        }
        let all = self.hits(&words.join(" "), limit, true)?;
        if all.is_empty() && words.len() > 1 {
            return self.hits(&words.join(" OR "), limit, false);
        }
        Ok(all)
    }

    fn hits(&self, expression: &str, limit: u32, every: bool) -> Result<Vec<HitRow>, StoreError> {
        let found = self.rows(HITS, params![expression, limit], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, f64>(1)?))
        })?;
        let mut hits: Vec<HitRow> = Vec::new();
        for (row, words) in found {
            // A remedy stands under its number with a minus, and leads to the failure mode that it ends.
            let mode = if row < 0 {
                self.row(OF_REMEDY, [-row], |row| row.get(0))?
            } else {
                Some(row)
            };
            let Some(mode) = mode.map(ModeId) else { continue };
            // The first hit of a mode is its best one.
            if hits.iter().all(|hit| hit.mode != mode) {
                hits.push(HitRow { mode, words, every });
            }
        }
        Ok(hits)
    }

    /// Leaves out the words that nearly every failure mode holds; the rarest word always stays.
    fn telling(&self, words: &[String]) -> Result<Vec<String>, StoreError> {
        let modes = self
            .row("select count(*) from mode", [], |row| row.get::<_, i64>(0))?
            .unwrap_or(0);
        #[expect(clippy::cast_possible_truncation, reason = "a twentieth of a count of rows")]
        let common = ((modes as f64 * COMMON) as i64).max(FEW);
        let mut counted = Vec::new();
        for word in words {
            let found = self
                .row(COUNT, params![word, common + 1], |row| row.get::<_, i64>(0))?
                .unwrap_or(0);
            counted.push((found, word));
        }
        let telling: Vec<String> = counted
            .iter()
            .filter(|(found, _)| *found <= common)
            .map(|(_, word)| (*word).clone())
            .collect();
        if telling.is_empty() {
            return Ok(counted
                .into_iter()
                .min_by_key(|(found, _)| *found)
                .map(|(_, word)| word.clone())
                .into_iter()
                .collect());
        }
        Ok(telling)
    }
}

/// Returns the words of a query, each quoted for FTS5, in order and without repetition.
fn words(query: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in query.split(|c: char| !c.is_alphanumeric() && c != '_') {
        let quoted = format!("\"{}\"", word.to_lowercase());
        if !word.is_empty() && !words.contains(&quoted) {
            words.push(quoted);
        }
        if words.len() == MOST_WORDS {
            break;
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_are_quoted_and_unique() {
        assert_eq!(
            words("go: AND go NEAR(a*) \"x"),
            ["\"go\"", "\"and\"", "\"near\"", "\"a\"", "\"x\""]
        );
        assert!(words(" \"'*^():- ").is_empty());
    }

    proptest! {
        #[test]
        fn no_query_breaks_the_syntax(query in "\\PC{0,80}") {
            let store = Store::in_memory().expect("opens");
            prop_assert!(store.search(&query, 5).is_ok());
        }
    }
}
