//! The partition in memory: the smallest caller of `settle`, as a store would call it.
//!
//! The unit tests, the integration tests and the bench include this file; each brings the names into scope.

use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;

use super::{Fingerprint, HoleKey, Template, ToolKind, fingerprint, settle};

/// Patterns, their buckets, and which patterns are one mode.
#[derive(Debug, Default)]
pub(super) struct Partition {
    parent: HashMap<Fingerprint, Fingerprint>,
    templates: HashMap<Fingerprint, (ToolKind, String, Template)>,
    buckets: HashMap<HoleKey, Vec<(String, Fingerprint)>>,
}

impl Partition {
    /// Adds a template and returns its fingerprint.
    pub(super) fn add(&mut self, kind: ToolKind, scope: &str, template: &Template) -> Fingerprint {
        let settled = settle(
            kind,
            scope,
            template,
            &mut |key| Ok::<_, Infallible>(self.buckets.get(key).cloned().unwrap_or_default()),
            &mut |pattern| Ok(self.parent.contains_key(&pattern)),
        );
        let Ok(settled) = settled;
        for (pattern, template) in settled.patterns {
            self.parent.insert(pattern, pattern);
            self.templates.insert(pattern, (kind, scope.to_owned(), template));
        }
        for (key, value, pattern) in settled.holes {
            let bucket = self.buckets.entry(key).or_default();
            assert!(
                bucket.iter().all(|(known, _)| *known != value),
                "a bucket holds a word once"
            );
            bucket.push((value, pattern));
        }
        for (one, other) in settled.unions {
            self.unite(one, other);
        }
        fingerprint::kind(kind, scope, template)
    }

    /// Adds every pattern of `other`, in the order in which its map happens to give them.
    pub(super) fn merge(&mut self, other: &Self) {
        for (kind, scope, template) in other.templates.values() {
            self.add(*kind, scope, template);
        }
    }

    /// Returns the mode of a pattern: the smallest fingerprint of those that are one with it.
    pub(super) fn mode(&self, pattern: Fingerprint) -> Fingerprint {
        let mut root = pattern;
        while self.parent[&root] != root {
            root = self.parent[&root];
        }
        root
    }

    /// Returns the mode of every pattern.
    pub(super) fn modes(&self) -> BTreeMap<Fingerprint, Fingerprint> {
        self.parent
            .keys()
            .map(|pattern| (*pattern, self.mode(*pattern)))
            .collect()
    }

    /// Returns the number of rows in the fullest bucket.
    pub(super) fn fullest(&self) -> usize {
        self.buckets.values().map(Vec::len).max().unwrap_or(0)
    }

    fn unite(&mut self, one: Fingerprint, other: Fingerprint) {
        let (one, other) = (self.mode(one), self.mode(other));
        self.parent.insert(one.max(other), one.min(other));
    }
}
