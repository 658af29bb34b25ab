//! The tables of secrets and near misses, and what holds for every text.

mod misses;
mod observations;
mod own;
mod properties;
mod secrets;

use std::sync::OnceLock;

use super::{Rules, scan_text};

/// Returns the built-in rule set; one for all tests, so that each expression is compiled once.
fn rules() -> &'static Rules {
    static RULES: OnceLock<Rules> = OnceLock::new();
    RULES.get_or_init(|| Rules::new(&[]).expect("the built-in rules need no settings"))
}

#[test]
fn a_text_without_secrets_is_borrowed() {
    for text in [
        "",
        "a",
        "cargo test --workspace",
        "key: value\n",
        "naïve – ünïcödé",
        "token",
    ] {
        assert!(matches!(scan_text(text), std::borrow::Cow::Borrowed(_)), "{text}");
    }
}
