//! What agents are told: hints and warnings, as the environment, the settings file and a repository want them.

use serde::{Deserialize, Deserializer, de::Error as _};

use super::environment::Environment;
use super::{ConfigError, Repository, Settings};
use crate::domain::lesson::{Hints, Warnings};

/// The variable and the key for hints.
pub(super) const HINTS: &str = "CALLUS_HINTS";
/// The variable for warnings.
pub(super) const WARNINGS: &str = "CALLUS_WARNINGS";
/// What [`HINTS`] may be.
pub(super) const HINT_WORDS: &str = "on, shadow or off";
/// What [`WARNINGS`] may be.
pub(super) const WARNING_WORDS: &str = "deny-once, shadow or off";

/// What agents are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Telling {
    /// Right after a failure, and at the start of a session.
    pub hints: Hints,
    /// Before a call that keeps failing.
    pub warnings: Warnings,
}

impl Telling {
    /// Returns of each the quieter.
    #[must_use]
    pub fn quieter(self, other: Self) -> Self {
        Self {
            hints: self.hints.max(other.hints),
            warnings: self.warnings.max(other.warnings),
        }
    }
}

/// What the environment says; where it is silent, the files decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Chosen {
    hints: Option<Hints>,
    warnings: Option<Warnings>,
}

impl Chosen {
    pub(super) fn of(environment: &Environment<'_>) -> Result<Self, ConfigError> {
        Ok(Self {
            hints: environment.word(HINTS, HINT_WORDS, Hints::from_word)?,
            warnings: environment.word(WARNINGS, WARNING_WORDS, Warnings::from_word)?,
        })
    }
}

impl Settings {
    /// Returns what agents are told in a repository. The environment decides; else the quieter of what the settings
    /// file and the repository say, because a repository is somebody else's and may ask for silence only.
    #[must_use]
    pub fn telling(&self, repository: &Repository) -> Telling {
        let files = Telling {
            hints: self.file.hints,
            warnings: self.file.warnings,
        }
        .quieter(repository.telling);
        Telling {
            hints: self.chosen.hints.unwrap_or(files.hints),
            warnings: self.chosen.warnings.unwrap_or(files.warnings),
        }
    }

    /// Returns whether something is said before calls in some repository.
    #[must_use]
    pub fn warns(&self) -> bool {
        self.usual_warnings() != Warnings::Off
    }

    /// Returns what is done before a call that keeps failing, in a repository that says nothing about it.
    #[must_use]
    pub fn usual_warnings(&self) -> Warnings {
        self.chosen.warnings.unwrap_or(self.file.warnings)
    }
}

pub(super) fn hints<'de, D: Deserializer<'de>>(value: D) -> Result<Hints, D::Error> {
    Hints::from_word(&String::deserialize(value)?)
        .ok_or_else(|| D::Error::custom(format!("hints must be {HINT_WORDS}")))
}

pub(super) fn warnings<'de, D: Deserializer<'de>>(value: D) -> Result<Warnings, D::Error> {
    Warnings::from_word(&String::deserialize(value)?)
        .ok_or_else(|| D::Error::custom(format!("warnings must be {WARNING_WORDS}")))
}
