//! Of which kind a failure is, from facts alone.

use crate::domain::failure::Expected;

/// Earlier failures that must have been got over within [`SOON`] calls for a failure to explain itself.
const SHARE: (i64, i64) = (8, 10);
/// Calls within which a failure that explains itself is got over.
pub const SOON: i64 = 2;

/// What decides of which kind a failure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Facts {
    /// Why it is set aside.
    pub expected: Option<Expected>,
    /// Failures of the same thing that earlier root sessions met.
    pub earlier: i64,
    /// Of them, those after which the goal was reached within [`SOON`] calls.
    pub passed_soon: i64,
    /// An earlier session holds a remedy that may be told.
    pub tellable: bool,
    /// The client's own text, or what the call printed, says what to do.
    pub explained: bool,
    /// A check that is red by its own verdict.
    pub red: bool,
}

/// Of which kind a failure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// It is nobody's fault.
    Expected(Expected),
    /// No earlier session met it.
    New,
    /// An earlier session holds a remedy that may be told.
    Known,
    /// Its text, or the ease with which it was got over, says that nothing has to be told.
    SelfExplaining,
    /// A check that is red while work goes on.
    Work,
    /// The rest.
    Unsolved,
}

impl Kind {
    /// Returns the word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Expected(reason) => reason.word(),
            Self::New => "new",
            Self::Known => "known",
            Self::SelfExplaining => "self-explaining",
            Self::Work => "work",
            Self::Unsolved => "unsolved",
        }
    }
}

/// Returns the kind of a failure.
///
/// A remedy comes first, because the message rule has asked already whether the text says the same. Then what the text
/// says, then whether it is work, and only then how it went before: a red test that was green two calls later was edited.
#[must_use]
pub fn kind(facts: &Facts) -> Kind {
    let easy = facts.passed_soon * SHARE.1 >= facts.earlier * SHARE.0;
    match facts {
        Facts {
            expected: Some(reason), ..
        } => Kind::Expected(*reason),
        Facts { earlier: 0, .. } => Kind::New,
        Facts { tellable: true, .. } => Kind::Known,
        Facts { explained: true, .. } => Kind::SelfExplaining,
        Facts { red: true, .. } => Kind::Work,
        _ if easy => Kind::SelfExplaining,
        _ => Kind::Unsolved,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_reason_decides() {
        let met = Facts {
            earlier: 5,
            ..Facts::default()
        };
        let table = [
            (Facts::default(), Kind::New),
            (
                Facts {
                    tellable: true,
                    explained: true,
                    red: true,
                    ..Facts::default()
                },
                Kind::New,
            ),
            (
                Facts {
                    expected: Some(Expected::Policy),
                    tellable: true,
                    ..met
                },
                Kind::Expected(Expected::Policy),
            ),
            (met, Kind::Unsolved),
            (Facts { passed_soon: 3, ..met }, Kind::Unsolved),
            (Facts { passed_soon: 4, ..met }, Kind::SelfExplaining),
            (
                Facts {
                    earlier: 1,
                    passed_soon: 1,
                    ..met
                },
                Kind::SelfExplaining,
            ),
            (
                Facts {
                    passed_soon: 5,
                    red: true,
                    ..met
                },
                Kind::Work,
            ),
            (
                Facts {
                    explained: true,
                    red: true,
                    ..met
                },
                Kind::SelfExplaining,
            ),
            (Facts { explained: true, ..met }, Kind::SelfExplaining),
            (
                Facts {
                    tellable: true,
                    red: true,
                    passed_soon: 5,
                    ..met
                },
                Kind::Known,
            ),
            (Facts { tellable: true, ..met }, Kind::Known),
        ];
        for (facts, expected) in table {
            assert_eq!(kind(&facts), expected, "{facts:?}");
        }
    }
}
