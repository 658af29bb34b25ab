//! Why a command failed: kind, causes, hints, exit code.

use std::error::Error as StdError;
use std::fmt::Write as _;

use crate::answers::AnswerError;
use crate::capture::CaptureError;
use crate::config::ConfigError;
use crate::flow::FlowError;
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
        let (kind, hints): (Kind, Vec<String>) = match &error {
            StoreError::Corrupt { path, .. } => (
                Kind::Unavailable,
                vec![format!(
                    "The file is left as it is. Move it away and import again: mv '{0}' '{0}.damaged' && callus import",
                    path.display()
                )],
            ),
            StoreError::Newer { .. } => (
                Kind::Unavailable,
                vec![
                    "A newer Callus wrote it, and sessions are still recorded: update this one (callus --version)"
                        .to_owned(),
                ],
            ),
            StoreError::Older { .. } => (
                Kind::Unavailable,
                vec!["Run callus status once: it brings it up to date".to_owned()],
            ),
            StoreError::Missing { .. } => (
                Kind::Unavailable,
                vec!["Start with callus install claude-code, or callus import".to_owned()],
            ),
            StoreError::Busy => (
                Kind::Unavailable,
                vec!["Another process writes just now; try again in a moment".to_owned()],
            ),
            StoreError::Full => (
                Kind::Unavailable,
                vec!["Make room on the disk; callus forget --before 90d removes old sessions".to_owned()],
            ),
            StoreError::File { .. } => (
                Kind::Unavailable,
                vec!["CALLUS_HOME names another folder for the store".to_owned()],
            ),
            StoreError::Sql(_) | StoreError::Stored { .. } => {
                (Kind::Internal, vec!["callus doctor examines the database".to_owned()])
            }
        };
        Self {
            kind,
            source: Box::new(error),
            hints,
        }
    }
}

impl From<FlowError> for Error {
    fn from(error: FlowError) -> Self {
        match error {
            FlowError::Store(error) | FlowError::Capture(CaptureError::Store(error)) => error.into(),
            FlowError::Capture(_) => Self::new(Kind::Unavailable, error),
            FlowError::Redact(_) => Self::new(Kind::Config, error).hint("The patterns stand in config.toml"),
            FlowError::NoSuchPath { .. } => Self::new(Kind::User, error)
                .hint("Name transcripts or folders that hold some; without a path the assistant's own are read"),
        }
    }
}

impl From<ConfigError> for Error {
    fn from(error: ConfigError) -> Self {
        Self::new(Kind::Config, error)
    }
}

impl From<AnswerError> for Error {
    fn from(error: AnswerError) -> Self {
        match error {
            AnswerError::Store(error) => error.into(),
            AnswerError::Unknown { kind, .. } => {
                let hint = match kind {
                    "session" => "callus sessions lists them",
                    "project" => "callus project list names them",
                    _ => "callus failures lists them; callus search finds them by words",
                };
                Self::new(Kind::User, error).hint(hint)
            }
            AnswerError::Ambiguous { ref candidates, .. } => {
                let hints = candidates
                    .iter()
                    .map(|one| format!("{}  {}", one.id, one.what))
                    .collect();
                Self {
                    hints,
                    ..Self::new(Kind::User, error)
                }
            }
            AnswerError::Time { .. } => Self::new(Kind::User, error)
                .hint("Write a span (7d, 2h, 90 minutes), a date (2026-11-20), today or all"),
            AnswerError::Value { .. } => Self::new(Kind::User, error),
            AnswerError::Query(source) => Self::new(Kind::User, source)
                .hint("One statement that reads; nothing that writes, attaches or loads is run"),
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
