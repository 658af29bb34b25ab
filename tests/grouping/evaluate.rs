//! Compares a grouping with the true one.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

/// How near a grouping is to the true one; 1 is best everywhere.
#[derive(Debug, Clone, Copy)]
pub(super) struct Score {
    /// Share of items whose group is exactly a true group: one stray item zeroes a group.
    pub(super) ga: f64,
    /// The same per group: harmonic mean of precision and recall over groups.
    pub(super) fga: f64,
    /// Share of the pairs put together that belong together.
    pub(super) precision: f64,
    /// Share of the pairs that belong together that were put together.
    pub(super) recall: f64,
    /// Adjusted Rand index over pairs.
    pub(super) ari: f64,
    /// Groups found.
    pub(super) groups: usize,
    /// True groups.
    pub(super) truths: usize,
}

impl Score {
    /// Returns the harmonic mean of pairwise precision and recall.
    pub(super) fn f1(&self) -> f64 {
        harmonic(self.precision, self.recall)
    }

    /// Returns one line with every figure.
    pub(super) fn line(&self) -> String {
        let f1 = self.f1();
        let Self {
            ga,
            fga,
            precision,
            recall,
            ari,
            groups,
            truths,
        } = self;
        format!(
            "GA {ga:.3}  FGA {fga:.3}  F1 {f1:.3}  ARI {ari:.3}  precision {precision:.4}  recall {recall:.3}  {groups} groups for {truths}"
        )
    }
}

/// Scores `found` against `truth`: the group of every item, in the same order.
pub(super) fn score<F: Hash + Eq + Clone, T: Hash + Eq + Clone>(found: &[F], truth: &[T]) -> Score {
    assert_eq!(found.len(), truth.len(), "every item has a group");
    let (by_found, by_truth) = (members(found), members(truth));
    let exact: Vec<&HashSet<usize>> = by_found
        .values()
        .filter(|group| by_truth.values().any(|t| t == *group))
        .collect();
    let items: usize = exact.iter().map(|group| group.len()).sum();
    let mut joint: HashMap<(F, T), u64> = HashMap::new();
    for pair in found.iter().cloned().zip(truth.iter().cloned()) {
        *joint.entry(pair).or_default() += 1;
    }
    let together: f64 = joint.values().map(|n| pairs(*n)).sum();
    let in_found: f64 = by_found.values().map(|group| pairs(group.len() as u64)).sum();
    let in_truth: f64 = by_truth.values().map(|group| pairs(group.len() as u64)).sum();
    let chance = in_found * in_truth / pairs(found.len() as u64);
    let most = f64::midpoint(in_found, in_truth);
    let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 1.0 };
    Score {
        ga: items as f64 / found.len() as f64,
        fga: harmonic(
            exact.len() as f64 / by_found.len() as f64,
            exact.len() as f64 / by_truth.len() as f64,
        ),
        precision: share(together, in_found),
        recall: share(together, in_truth),
        ari: share(together - chance, most - chance),
        groups: by_found.len(),
        truths: by_truth.len(),
    }
}

fn members<K: Hash + Eq + Clone>(keys: &[K]) -> HashMap<K, HashSet<usize>> {
    let mut groups: HashMap<K, HashSet<usize>> = HashMap::new();
    for (item, key) in keys.iter().enumerate() {
        groups.entry(key.clone()).or_default().insert(item);
    }
    groups
}

fn pairs(n: u64) -> f64 {
    (n * n.saturating_sub(1)) as f64 / 2.0
}

fn harmonic(a: f64, b: f64) -> f64 {
    if a + b > 0.0 { 2.0 * a * b / (a + b) } else { 0.0 }
}
