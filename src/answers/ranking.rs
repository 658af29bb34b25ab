//! What stands first among what fits: relevance × recency × frequency.
//!
//! - *Relevance* is how well the words fit, which the store says.
//! - *Recency*: a failure of today counts whole, one of a month ago three quarters, one of long ago half: what is fixed
//!   sinks, and never out of sight.
//! - *Frequency*: as much again for every e-fold of the sessions that met it.
//!
//! Before all three stands what the query *is*: the very error comes before what is only alike in words, and what holds
//! every word before what says the same in other words, and that before what holds some.

use super::find::Fit;
use crate::domain::time::{Span, Timestamp};
use crate::store::read::ModeRow;

/// After so long a failure weighs half: a month is a few releases of most projects.
const HALF_LIFE: Span = Span::days(30);

/// How well a failure mode fits a query; the greater stands first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rank {
    /// It is the error that the query tells of.
    pub(super) same: bool,
    /// Whether it holds every word that says something.
    pub(super) fit: Fit,
    /// Relevance × recency × frequency.
    pub(super) score: f64,
}

impl Rank {
    /// Returns the numbers by which a list is sorted, smaller ones first.
    pub(super) fn keys(&self) -> Vec<i64> {
        // Numbers that are not negative are in the order of their bits.
        let score = self.score.max(0.0).to_bits().cast_signed();
        vec![i64::from(!self.same), self.fit as i64, -score]
    }
}

/// Returns what the words' relevance becomes with the age and the frequency of the mode.
pub(super) fn score(relevance: f64, row: &ModeRow, now: Timestamp) -> f64 {
    let age = row.last_at.map_or(Span(i64::MAX), |last| now.since(last));
    let recency = 0.5 + 0.5 * 0.5_f64.powf(age.0 as f64 / HALF_LIFE.0 as f64);
    let frequency = 1.0 + (1.0 + row.sessions as f64).ln();
    relevance * recency * frequency
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::ModeId;

    fn row(days: i64, sessions: i64) -> ModeRow {
        ModeRow {
            id: ModeId(1),
            fingerprint: String::new(),
            template: String::new(),
            headline: String::new(),
            tool_kind: String::new(),
            scope: String::new(),
            status: String::new(),
            muted_until: None,
            failures: sessions,
            expected: 0,
            sessions,
            all_sessions: sessions,
            first_at: None,
            last_at: Some(NOW.before(Span::days(days))),
        }
    }

    const NOW: Timestamp = Timestamp(1_795_176_000_000_000);

    #[test]
    fn what_is_newer_or_was_met_more_often_stands_first() {
        let score = |days, sessions| score(1.0, &row(days, sessions), NOW);
        assert!(score(0, 1) > score(30, 1) && score(30, 1) > score(3_000, 1));
        assert!(score(0, 2) > score(0, 1));
        assert!(score(3_000, 1) > 0.49 * score(0, 1));
    }

    #[test]
    fn the_error_itself_comes_before_every_word_and_that_before_some() {
        let rank = |same, fit, score| Rank { same, fit, score }.keys();
        let sorted = [
            rank(true, Fit::Some, 0.0),
            rank(false, Fit::Every, 2.0),
            rank(false, Fit::Every, 1.5),
            rank(false, Fit::Meant, 3.0),
            rank(false, Fit::Some, 90.0),
            rank(false, Fit::Some, -1.0),
        ];
        assert!(sorted.is_sorted());
    }
}
