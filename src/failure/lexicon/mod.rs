//! The words of errors and of those who ask about them: what they are made of, what they mean beside themselves, and
//! which of them were mistyped.
//!
//! The same rules go over a text before it is indexed and over a query before it is asked. Endings are cut off later, by
//! the index itself.

mod gloss;
mod near;
mod query;
mod split;

pub use near::{FEWEST, allowed, distance};
pub use query::{Family, Query, Term, Wanted};
pub use split::spelled;

/// What the rules are at: it follows the gloss by itself, and is raised by hand when a rule changes.
const RULES: u32 = 1;

/// Returns a number that changes whenever a text must be indexed anew; never 0.
#[must_use]
pub fn version() -> i64 {
    (i64::from(RULES) << 32) | i64::from(gloss::version())
}

/// Returns the families of which an error is, each once.
#[must_use]
pub fn families(error: &str) -> Vec<&'static str> {
    gloss::families(error).into_iter().collect()
}

/// Longest word that is kept for finding out what a mistyped one was meant to be.
const LONGEST: usize = 24;

/// Returns the words of a text that somebody may mistype, in small letters: words, not hashes, numbers and random ids.
#[must_use]
pub fn plain_words(text: &str) -> Vec<String> {
    let mut plain: Vec<String> = split::words(text)
        .flat_map(|word| split::parts(word).into_iter().chain([word]))
        .filter(|word| (FEWEST..=LONGEST).contains(&word.len()) && word.chars().all(char::is_alphabetic))
        .map(str::to_lowercase)
        .collect();
    plain.sort_unstable();
    plain.dedup();
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_words_are_those_that_people_type() {
        assert_eq!(
            plain_words("readFile of /tmp/3f2a1b failed: E0308 failed"),
            ["failed", "file", "read", "readfile"]
        );
    }
}
