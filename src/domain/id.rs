//! Every id is a type of its own, so that one can never stand where another is meant.

use std::fmt;

macro_rules! row_ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);
    )*};
}

row_ids! {
    /// A row of `project`; local to one store.
    ProjectId
    /// A row of `root`; local to one store.
    RootId
    /// A row of `session`; local to one store.
    SessionId
    /// A row of `event`; local to one store.
    EventId
    /// A row of `failure`; local to one store.
    FailureId
    /// A row of `pattern`; local to one store.
    PatternId
    /// A row of `mode`; local to one store. What people see is its [`Fingerprint`].
    ModeId
    /// A row of `remedy`; local to one store.
    RemedyId
    /// A row of `hint`; local to one store.
    HintId
}

/// An assistant by its name in commands, paths and the store, such as `claude-code`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Assistant(pub String);

impl Assistant {
    /// Returns the assistant of that name; the table in `assistants` says which ones are known.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }
}

impl fmt::Display for Assistant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The 80-bit name of a failure pattern or of one instance of it: the same on every machine.
///
/// Written as 16 characters of lower-case Crockford base32, whose text order is the numeric order,
/// so that "the smallest fingerprint" means the same in SQL and in Rust.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(pub [u8; 10]);

/// The digits of Crockford base32 in ascending byte order; `i l o u` are left out.
const BASE32: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

impl Fingerprint {
    /// Characters of a whole fingerprint in text form.
    pub const LEN: usize = 16;
    /// Fewest characters that are ever shown.
    pub const SHOWN: usize = 8;

    /// Returns the text form: 16 characters.
    #[must_use]
    pub fn text(&self) -> String {
        let mut wide = [0_u8; 16];
        wide[6..].copy_from_slice(&self.0);
        let n = u128::from_be_bytes(wide);
        (0..Self::LEN)
            .rev()
            .map(|i| char::from(BASE32[((n >> (5 * i)) & 31) as usize]))
            .collect()
    }

    /// Returns the fingerprint that `text` spells, or nothing when it is not 16 base32 digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != Self::LEN {
            return None;
        }
        let n = text.bytes().try_fold(0_u128, |n, b| {
            let digit = BASE32.iter().position(|d| *d == b.to_ascii_lowercase())?;
            Some((n << 5) | digit as u128)
        })?;
        let mut bytes = [0_u8; 10];
        bytes.copy_from_slice(&n.to_be_bytes()[6..]);
        Some(Self(bytes))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({})", self.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_form_round_trips_and_keeps_order() {
        let low = Fingerprint([0, 0, 0, 0, 0, 0, 0, 0, 1, 255]);
        let high = Fingerprint([255, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(low.text().len(), Fingerprint::LEN);
        assert_eq!(Fingerprint::parse(&low.text()), Some(low));
        assert_eq!(Fingerprint::parse(&high.text().to_uppercase()), Some(high));
        assert!(low < high && low.text() < high.text());
        assert_eq!(Fingerprint::parse("short"), None);
        assert_eq!(Fingerprint::parse("uuuuuuuuuuuuuuuu"), None);
    }
}
