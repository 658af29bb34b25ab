//! How well failures are grouped: 708 texts of 118 kinds, and the same partition whatever the order.

use std::collections::BTreeMap;

use callus::domain::id::Fingerprint;
use callus::domain::trace::ToolKind;
use callus::failure::cluster::{HoleKey, settle};
use callus::failure::fingerprint;
use callus::failure::headline::headline;
use callus::failure::mask::{Template, mask};

#[path = "../grouping/evaluate.rs"]
mod evaluate;
#[path = "../grouping/partition.rs"]
mod partition;

use evaluate::score;
use partition::Partition;

/// The kind that each text is of, and the text.
fn agent_failures() -> Vec<(String, String)> {
    include_str!("../grouping/agent_failures.jsonl")
        .lines()
        .map(|line| {
            let row: serde_json::Value = serde_json::from_str(line).expect("every line is one JSON object");
            let field = |name: &str| row[name].as_str().expect("kind and text are strings").to_owned();
            (field("kind"), field("text"))
        })
        .collect()
}

fn templates() -> (Vec<String>, Vec<Template>) {
    agent_failures()
        .into_iter()
        .map(|(kind, text)| (kind, mask(&headline(&text)).template))
        .unzip()
}

fn partition_of<'a>(templates: impl IntoIterator<Item = &'a Template>) -> Partition {
    let mut partition = Partition::default();
    for template in templates {
        partition.add(ToolKind::Shell, "", template);
    }
    partition
}

/// Returns the mode of every template, in the order given.
fn modes_in(partition: &Partition, templates: &[Template]) -> Vec<Fingerprint> {
    templates
        .iter()
        .map(|t| partition.mode(fingerprint::kind(ToolKind::Shell, "", t)))
        .collect()
}

/// Replaces every run of digits by one `0`.
fn without_digits(text: &str) -> String {
    text.split(|c: char| c.is_ascii_digit())
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("0")
}

/// Shuffles by a linear congruential generator (Knuth's MMIX constants): the same seed, the same order.
fn shuffle<T>(items: &mut [T], seed: u64) {
    let mut state = seed;
    for i in (1..items.len()).rev() {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        items.swap(i, (state >> 33) as usize % (i + 1));
    }
}

#[test]
fn failures_of_one_kind_are_one_mode() {
    let (kinds, templates) = templates();
    let partition = partition_of(&templates);
    let ours = score(&modes_in(&partition, &templates), &kinds);
    let texts: Vec<String> = agent_failures().into_iter().map(|(_, text)| text).collect();
    let first_lines: Vec<&str> = texts
        .iter()
        .map(|text| text.lines().next().unwrap_or_default())
        .collect();
    let digits_masked: Vec<String> = texts.iter().map(|text| without_digits(text)).collect();
    println!("exact first line   {}", score(&first_lines, &kinds).line());
    println!("digits masked      {}", score(&digits_masked, &kinds).line());
    println!("templates alone    {}", score(&templates, &kinds).line());
    println!("failure modes      {}", ours.line());
    assert!(ours.ga >= 0.95, "{}", ours.line());
    assert!(
        (ours.precision - 1.0).abs() < f64::EPSILON,
        "failures of two kinds share a mode: {}",
        ours.line()
    );
}

#[test]
fn partition_and_ids_do_not_depend_on_the_order() {
    let (_, templates) = templates();
    let partition = partition_of(&templates);
    assert!(
        partition.fullest() <= 6,
        "a bucket holds at most five words and the mask"
    );
    let expected = partition.modes();
    for seed in 1..=5 {
        let mut shuffled = templates.clone();
        shuffle(&mut shuffled, seed);
        assert_eq!(partition_of(&shuffled).modes(), expected, "seed {seed}");
    }
}

#[test]
fn two_halves_merged_give_the_whole() {
    let (_, mut templates) = templates();
    let expected = partition_of(&templates).modes();
    for seed in 1..=5 {
        shuffle(&mut templates, seed);
        let (left, right) = templates.split_at(templates.len() / 2);
        let mut merged = partition_of(left);
        merged.merge(&partition_of(right));
        assert_eq!(merged.modes(), expected, "seed {seed}");
    }
}

#[test]
fn templates_survive_the_store_and_the_screen() {
    for template in templates().1 {
        assert_eq!(Template::parse(template.stored()), template);
        let shown = template.display();
        // A rule in a linter's last column is known by the gap before it, which the screen does not keep.
        if !shown.ends_with("no-unused-vars") {
            assert_eq!(mask(&shown).template, template);
        }
    }
}

/// The same evaluator on a grouping whose figures were worked out by hand.
#[test]
fn the_evaluator_counts_right() {
    let truth = ["a", "a", "a", "b", "b", "c"];
    let found = [1, 1, 2, 3, 3, 3];
    let score = score(&found, &truth);
    // No group is exact; 2 of the 4 pairs found are true, and 2 of the 4 true pairs are found.
    let figures = BTreeMap::from([
        ("ga", score.ga),
        ("precision", score.precision),
        ("recall", score.recall),
    ]);
    assert_eq!(
        figures,
        BTreeMap::from([("ga", 0.0), ("precision", 0.5), ("recall", 0.5)])
    );
    // Expected by chance: 4 x 4 / 15 pairs.
    let chance = 16.0 / 15.0;
    assert!((score.ari - (2.0 - chance) / (4.0 - chance)).abs() < 1e-12);
    assert_eq!((score.groups, score.truths), (3, 3));
}
