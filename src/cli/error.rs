//! Why a command failed: kind, causes, hints, exit code.

use std::error::Error as StdError;
use std::fmt::Write as _;

use crate::answers::{Advice, AnswerError};
use crate::capture::CaptureError;
use crate::config::ConfigError;
use crate::flow::FlowError;
use crate::skill::publish::PublishError;
use crate::store::StoreError;

/// Exit code: the command was used wrongly, or what it names does not exist.
pub const USER: u8 = 1;
/// Exit code: the settings or the environment must be corrected.
pub const CONFIG: u8 = 2;
/// Exit code: Callus will not do this; nothing was changed.
pub const REFUSED: u8 = 3;
/// Exit code: something that is needed is not there, is busy or is damaged; trying again may help.
pub const UNAVAILABLE: u8 = 4;
/// Exit code: a fault of Callus itself (`EX_SOFTWARE` of sysexits.h).
pub const INTERNAL: u8 = 70;

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The user's: another command.
    User,
    /// The user's: other settings.
    Config,
    /// Nobody's: it is not allowed.
    Refused,
    /// The machine's: a file, a lock, a disk.
    Unavailable,
    /// Ours.
    Internal,
}

impl Kind {
    /// Returns the exit code.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::User => USER,
            Self::Config => CONFIG,
            Self::Refused => REFUSED,
            Self::Unavailable => UNAVAILABLE,
            Self::Internal => INTERNAL,
        }
    }
}

/// Why a command failed.
#[derive(Debug)]
pub struct Error {
    /// Whose turn it is.
    pub kind: Kind,
    /// What failed, with its causes.
    pub source: Box<dyn StdError + Send + Sync>,
    /// What to do about it.
    pub hints: Vec<String>,
}

impl Error {
    /// Returns an error of this kind.
    pub fn new(kind: Kind, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self {
            kind,
            source: source.into(),
            hints: Vec::new(),
        }
    }

    /// Returns an error of this kind with what to do about it.
    pub(super) fn advised(kind: Kind, source: impl Advice + Send + Sync + 'static) -> Self {
        Self {
            hints: source.advice(),
            ..Self::new(kind, source)
        }
    }

    /// Returns an error of the machine: what could not be done, and what the system says about it.
    pub(super) fn unavailable(what: &str, source: std::io::Error) -> Self {
        Self::new(
            Kind::Unavailable,
            Failed {
                what: what.to_owned(),
                source,
            },
        )
    }

    /// Returns the error with a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Returns the error with its causes and hints as one sentence.
    pub(super) fn sentence(&self) -> String {
        let mut words = self.rendered(false);
        for (label, glue) in [("Error: ", ""), ("\nCaused by: ", ": "), ("\nHint: ", "; ")] {
            words = words.replace(label, glue);
        }
        words.trim_end().to_owned()
    }

    /// Returns the error for people: `Error:`, `Caused by:`, `Hint:`.
    pub(super) fn rendered(&self, colour: bool) -> String {
        let label = |code: &str, label: &str| {
            if colour {
                format!("\x1b[{code}m{label}\x1b[0m")
            } else {
                label.to_owned()
            }
        };
        let mut out = format!("{} {}\n", label("1;31", "Error:"), safe(&self.source.to_string()));
        let mut said = self.source.to_string();
        let mut cause = self.source.source();
        while let Some(error) = cause {
            let text = error.to_string();
            // A wrapper often says again what it wraps.
            if !text.contains(&said) && !said.contains(&text) {
                let _ = writeln!(out, "{} {}", label("1", "Caused by:"), safe(&text));
            }
            said = text;
            cause = error.source();
        }
        for hint in &self.hints {
            let _ = writeln!(out, "{} {}", label("1;36", "Hint:"), safe(hint));
        }
        out
    }
}

/// Returns `text` on one line, without what a terminal would obey: an error may quote what a trace says.
fn safe(text: &str) -> String {
    text.chars()
        .map(|c| if c == '\n' { ' ' } else { c })
        .filter(|c| !c.is_control())
        .collect()
}

#[derive(Debug, thiserror::Error)]
#[error("{what}")]
struct Failed {
    what: String,
    source: std::io::Error,
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        let kind = match error {
            StoreError::Sql(_) | StoreError::Stored { .. } => Kind::Internal,
            _ => Kind::Unavailable,
        };
        Self::advised(kind, error)
    }
}

impl From<FlowError> for Error {
    fn from(error: FlowError) -> Self {
        match error {
            FlowError::Store(error) | FlowError::Capture(CaptureError::Store(error)) => error.into(),
            FlowError::Capture(_) => Self::advised(Kind::Unavailable, error),
            FlowError::Redact(_) => Self::advised(Kind::Config, error),
            FlowError::NoSuchPath { .. } => Self::advised(Kind::User, error),
        }
    }
}

impl From<ConfigError> for Error {
    fn from(error: ConfigError) -> Self {
        Self::advised(Kind::Config, error)
    }
}

impl From<AnswerError> for Error {
    fn from(error: AnswerError) -> Self {
        let hints = error.advice();
        match error {
            AnswerError::Store(error) => error.into(),
            AnswerError::Flow(error) => error.into(),
            AnswerError::Skill(error @ PublishError::System { .. }) => Self::advised(Kind::Unavailable, error),
            AnswerError::Skill(error) => Self::advised(Kind::Refused, error),
            // The query is the user's own: what SQLite says of it is the error.
            AnswerError::Query(source) => Self {
                hints,
                ..Self::new(Kind::User, source)
            },
            AnswerError::Refused(_) => Self::advised(Kind::Refused, error),
            _ => Self::advised(Kind::User, error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_rendered_with_its_causes_once_and_its_hints() {
        let system = std::io::Error::other("no \x1b[31mspace\n left");
        let error = Error::unavailable("the answer could not be printed", system).hint("Make room");
        insta::assert_snapshot!(error.rendered(false), @r"
        Error: the answer could not be printed
        Caused by: no [31mspace  left
        Hint: Make room
        ");
        let transparent = Error::from(FlowError::Store(StoreError::Busy));
        insta::assert_snapshot!(transparent.rendered(false), @r"
        Error: the database is busy
        Hint: Another process writes just now; try again in a moment
        ");
    }

    #[test]
    fn every_kind_has_an_exit_code_of_its_own() {
        let kinds = [
            Kind::User,
            Kind::Config,
            Kind::Refused,
            Kind::Unavailable,
            Kind::Internal,
        ];
        assert_eq!(kinds.map(Kind::code), [1, 2, 3, 4, 70]);
    }
}
