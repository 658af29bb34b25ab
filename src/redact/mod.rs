//! Secrets out, before anything is written. Pure: text in, [`Clean`] text out.
//!
//! Two strengths. The hook runs [`scan`]: const tables, one pass, no regex, nothing to build at start-up.
//! Drain and import run [`Rules`]: the same, and then keyword-gated expressions, randomness and the user's
//! own patterns. Both put `[redacted:<rule>]` where the secret stood and leave every other byte as it was,
//! so a command stays a command, JSON stays JSON, and redacting twice changes nothing.

mod assign;
mod bytes;
mod entropy;
mod factor;
mod flags;
mod judge;
mod names;
mod patterns;
mod pem;
mod prefixes;
mod rules;
mod scan;
mod splice;
#[cfg(test)]
mod tests;
mod url;
mod walk;

use std::ops::Deref;

pub use rules::{RedactError, Rules, UserPattern};
pub use scan::{scan, scan_all, scan_string, scan_text};

/// A value whose text has been redacted. Only this room makes one; the writers of store and journal take
/// nothing else.
///
/// New clean values come from old ones only by [`derive`](Self::derive) and [`zip`](Self::zip): what is
/// computed from clean text alone is clean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clean<T>(T);

impl<T> Clean<T> {
    /// Returns the plain value.
    pub fn into_inner(self) -> T {
        self.0
    }

    /// Returns what `compute` makes of the clean value.
    ///
    /// It is a function pointer and not a closure, because a pointer cannot carry unredacted text along:
    /// its only input is the clean value.
    pub fn derive<U>(&self, compute: fn(&T) -> U) -> Clean<U> {
        Clean(compute(&self.0))
    }

    /// Returns both clean values as one, so that a function of the two can be derived.
    pub fn zip<U>(self, other: Clean<U>) -> Clean<(T, U)> {
        Clean((self.0, other.0))
    }

    /// Returns a value that was read back from where only clean values are written.
    ///
    /// For `store` alone, and for what is made of nothing else; `tests/tidy.rs` holds the list of callers.
    pub fn stored(value: T) -> Self {
        Self(value)
    }
}

impl<T> Clean<Option<T>> {
    /// Returns the clean value inside, when there is one.
    pub fn transpose(self) -> Option<Clean<T>> {
        self.0.map(Clean)
    }
}

impl<T> IntoIterator for Clean<Vec<T>> {
    type Item = Clean<T>;
    type IntoIter = std::iter::Map<std::vec::IntoIter<T>, fn(T) -> Clean<T>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter().map(Clean)
    }
}

impl<T> FromIterator<Clean<T>> for Clean<Vec<T>> {
    fn from_iter<I: IntoIterator<Item = Clean<T>>>(values: I) -> Self {
        Self(values.into_iter().map(Clean::into_inner).collect())
    }
}

impl<T> Deref for Clean<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> AsRef<T> for Clean<T> {
    fn as_ref(&self) -> &T {
        &self.0
    }
}
