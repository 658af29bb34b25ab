//! What somebody reads of a replay who has just installed Callus.

use std::path::Path;

use serde_json::Value;

use super::env::TestEnv;
use super::replay::view;

#[test]
fn one_lesson_is_shown_once_and_whole() {
    let sessions = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/hints/sessions/codex");
    let env = TestEnv::new();
    let best = view(&env, Path::new(sessions))["best"].clone();
    let modes: Vec<&Value> = best
        .as_array()
        .expect("hints")
        .iter()
        .map(|hint| &hint["mode"])
        .collect();
    let mut once = modes.clone();
    once.sort_by_key(ToString::to_string);
    once.dedup();
    assert!(once.len() > 1 && once.len() == modes.len(), "{modes:?}");
    let short = env.run(&["replay", "--short", sessions]).success();
    for hint in best.as_array().expect("hints").iter().take(3) {
        let suggestion = hint["suggestion"].as_str().expect("a text");
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words(&short).contains(&words(suggestion)), "{suggestion}: {short}");
    }
}
