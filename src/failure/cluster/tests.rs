//! What merges, what never does, and that the rules are about sets.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::partition::Partition;
use super::*;
use crate::failure::mask::mask;

const KIND: ToolKind = ToolKind::Shell;
const SCOPE: &str = "make test";

/// Returns how many modes the headlines fall into.
fn modes(headlines: &[&str]) -> usize {
    let mut partition = Partition::default();
    let patterns: Vec<Fingerprint> = headlines
        .iter()
        .map(|line| partition.add(KIND, SCOPE, &mask(line).template))
        .collect();
    patterns
        .iter()
        .map(|pattern| partition.mode(*pattern))
        .collect::<BTreeSet<_>>()
        .len()
}

#[test]
fn values_that_the_mask_cannot_see_become_one_mode() {
    for (why, headlines) in [
        (
            "two behind a cue word",
            vec![
                "cannot load plugin alpha from cache",
                "cannot load plugin beta from cache",
            ],
        ),
        (
            "three among five constants",
            vec![
                "the build step compile was stopped after retry",
                "the build step link was stopped after retry",
                "the build step pack was stopped after retry",
            ],
        ),
        (
            "a mask in the slot",
            vec![
                "ReferenceError: items is not defined",
                "ReferenceError: userName is not defined",
            ],
        ),
    ] {
        assert_eq!(modes(&headlines), 1, "{why}");
    }
}

#[test]
fn what_happened_is_never_a_value() {
    for headlines in [
        vec![
            "error: failed to push some refs to origin",
            "error: failed to fetch some refs to origin",
            "error: failed to pull some refs to origin",
            "error: failed to delete some refs to origin",
        ],
        vec![
            "connection to server db was refused",
            "connection to server db was reset",
            "connection to server db was rejected",
            "connection to server db was terminated",
        ],
        vec![
            "process make exited with code 1",
            "process make exited with code 2",
            "process make exited with code 137",
            "process make exited with code 139",
            "process make exited with code 143",
            "process make exited with code 9",
        ],
        vec![
            "error: linking with cc failed: E0308",
            "error: linking with cc failed: E0382",
            "error: linking with cc failed: E0499",
        ],
        vec![
            "File is not formatted properly (gofmt)",
            "File is not formatted properly (goimports)",
            "File is not formatted properly (gci)",
            "File is not formatted properly (gofumpt)",
        ],
        vec![
            "error: unnecessary parentheses",
            "error: unnecessary semicolon",
            "error: unnecessary operation",
            "error: unnecessary `pub(self)`",
        ],
        vec![
            "jq: command not found",
            "rg: command not found",
            "fd: command not found",
        ],
    ] {
        assert_eq!(modes(&headlines), headlines.len(), "{headlines:?}");
    }
}

#[test]
fn another_tool_or_scope_is_another_mode() {
    let template = mask("No such file or directory").template;
    let mut partition = Partition::default();
    let one = partition.add(KIND, "cat", &template);
    let two = partition.add(KIND, "ls", &template);
    let three = partition.add(ToolKind::Read, "cat", &template);
    assert_eq!(BTreeSet::from([one, two, three].map(|p| partition.mode(p))).len(), 3);
}

#[test]
fn a_known_template_changes_nothing() {
    let template = mask("cannot load plugin alpha from cache").template;
    let settled = settle(KIND, SCOPE, &template, &mut |_| Ok::<_, ()>(Vec::new()), &mut |_| {
        Ok(true)
    });
    assert_eq!(settled, Ok(Settled::default()));
}

#[test]
fn a_code_that_arrives_last_does_not_defer_and_does_not_join() {
    let words = [
        "the step alpha was stopped after retry",
        "the step beta was stopped after retry",
        "the step gamma was stopped after retry",
        "the step delta was stopped after retry",
    ];
    let mut with_code = words.to_vec();
    with_code.push("the step E0308 was stopped after retry");
    assert_eq!((modes(&words), modes(&with_code)), (1, 2));
}

#[test]
fn the_word_lists_are_sorted_and_in_lower_case() {
    for list in [CUES, MEANING, GLUE, SEVERITIES, BEFORE_DEED] {
        assert!(list.is_sorted(), "{list:?}");
        assert!(list.iter().all(|word| word.to_ascii_lowercase() == **word));
    }
}

/// Sentences of few words over few positions: buckets fill and fire all the time.
fn sentences() -> impl Strategy<Value = Vec<String>> {
    let word = prop::sample::select(vec![
        "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "42", "E0308", "file", "not", ",",
    ]);
    let sentence = prop::collection::vec(word, 3..7).prop_map(|words| words.join(" "));
    prop::collection::vec(sentence, 1..60)
}

fn partition_of<'a>(headlines: impl IntoIterator<Item = &'a String>) -> Partition {
    let mut partition = Partition::default();
    for headline in headlines {
        partition.add(KIND, SCOPE, &mask(headline).template);
    }
    partition
}

/// Everything seen in one hole.
struct Bucket {
    fires_at: usize,
    general: Template,
    values: BTreeMap<String, Fingerprint>,
}

impl Bucket {
    fn fires(&self) -> bool {
        self.values.contains_key(MASK) || self.values.len() >= self.fires_at
    }
}

/// The definition, without buckets, bounds or order: all rules are applied to all templates until nothing changes.
fn by_definition(headlines: &[String]) -> BTreeMap<Fingerprint, Fingerprint> {
    let mut templates: BTreeMap<Fingerprint, Template> = headlines
        .iter()
        .map(|line| mask(line).template)
        .map(|template| (fingerprint::kind(KIND, SCOPE, &template), template))
        .collect();
    let mut mode: BTreeMap<Fingerprint, Fingerprint> = templates.keys().map(|id| (*id, *id)).collect();
    loop {
        let mut buckets: BTreeMap<HoleKey, Bucket> = BTreeMap::new();
        for (id, template) in &templates {
            let tokens: Vec<Token<'_>> = template.tokens().collect();
            for hole in holes(&tokens) {
                let bucket = buckets
                    .entry(hole_key(KIND, SCOPE, template, hole.at))
                    .or_insert_with(|| Bucket {
                        fires_at: hole.fires_at,
                        general: Template::with_hole(&tokens, hole.at),
                        values: BTreeMap::new(),
                    });
                assert_eq!(
                    bucket.fires_at, hole.fires_at,
                    "all templates of a bucket agree on its threshold"
                );
                bucket.values.insert(tokens[hole.at].text().to_owned(), *id);
            }
        }
        let before = (templates.len(), mode.clone());
        for bucket in buckets.into_values().filter(Bucket::fires) {
            let id = fingerprint::kind(KIND, SCOPE, &bucket.general);
            templates.insert(id, bucket.general);
            mode.entry(id).or_insert(id);
            for member in bucket.values.values() {
                let (one, other) = (mode[&id], mode[member]);
                for root in mode.values_mut().filter(|root| **root == one || **root == other) {
                    *root = one.min(other);
                }
            }
        }
        if before == (templates.len(), mode.clone()) {
            return mode;
        }
    }
}

proptest! {
    #[test]
    fn settling_gives_what_the_definition_gives(headlines in sentences()) {
        prop_assert_eq!(partition_of(&headlines).modes(), by_definition(&headlines));
    }

    #[test]
    fn order_does_not_matter((headlines, shuffled) in sentences().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle()))) {
        prop_assert_eq!(partition_of(&headlines).modes(), partition_of(&shuffled).modes());
    }

    #[test]
    fn two_stores_that_exchange_patterns_agree(headlines in sentences(), cut in any::<prop::sample::Index>()) {
        let (one, other) = headlines.split_at(cut.index(headlines.len()));
        let (mut a, mut b) = (partition_of(one), partition_of(other));
        let whole = partition_of(&headlines).modes();
        let b_before = partition_of(other);
        b.merge(&a);
        a.merge(&b_before);
        prop_assert_eq!(a.modes(), whole.clone());
        prop_assert_eq!(b.modes(), whole);
    }

    #[test]
    fn a_bucket_stays_small(headlines in sentences()) {
        prop_assert!(partition_of(&headlines).fullest() <= FIRST);
    }
}
