//! What to do about an error, in the same words at every border.

use std::error::Error;

use super::AnswerError;
use crate::capture::CaptureError;
use crate::config::ConfigError;
use crate::flow::FlowError;
use crate::skill::publish::PublishError;
use crate::store::StoreError;

/// An error that somebody can do something about.
pub trait Advice: Error {
    /// Returns what to do, one sentence or one thing to choose each; nothing when the error says it already.
    fn advice(&self) -> Vec<String>;
}

impl Advice for StoreError {
    fn advice(&self) -> Vec<String> {
        let sentence = match self {
            Self::Corrupt { path, .. } => {
                return vec![format!(
                    "The file is left as it is. Move it away and import again: mv '{0}' '{0}.damaged' && callus import",
                    path.display()
                )];
            }
            Self::Newer { .. } => {
                "A newer Callus wrote it, and sessions are still recorded: update this one (callus --version)"
            }
            Self::Older { .. } => "Run callus status once: it brings it up to date",
            Self::Missing { .. } => "Start with callus install claude-code, or callus import",
            Self::Busy => "Another process writes just now; try again in a moment",
            Self::Full => "Make room on the disk; callus forget --before 90d removes old sessions",
            Self::File { .. } => "CALLUS_HOME names another folder for the store",
            Self::Sql(_) | Self::Stored { .. } => "callus doctor examines the database",
        };
        vec![sentence.to_owned()]
    }
}

impl Advice for FlowError {
    fn advice(&self) -> Vec<String> {
        match self {
            Self::Store(error) | Self::Capture(CaptureError::Store(error)) => error.advice(),
            Self::Redact(_) => vec!["The patterns stand in config.toml".to_owned()],
            Self::NoSuchPath { .. } => vec![
                "Name transcripts or folders that hold some; without a path the assistant's own are read".to_owned(),
            ],
            Self::Capture(_) => Vec::new(),
        }
    }
}

impl Advice for ConfigError {
    fn advice(&self) -> Vec<String> {
        Vec::new()
    }
}

impl Advice for AnswerError {
    fn advice(&self) -> Vec<String> {
        let sentence = match self {
            Self::Store(error) => return error.advice(),
            Self::Flow(error) => return error.advice(),
            Self::Ambiguous { candidates, .. } => {
                return candidates
                    .iter()
                    .map(|one| format!("{}  {}", one.id, one.what))
                    .collect();
            }
            Self::NotRecorded { what, there, .. } if there.is_empty() => {
                return vec![format!("Leave `{what}` out: none is recorded")];
            }
            Self::NotRecorded { there, .. } => return vec![format!("There are: {}", there.join(", "))],
            Self::Cursor { .. } => "Leave the cursor out to begin at the first page",
            Self::Value { .. } | Self::Text { .. } | Self::Refused(_) => return Vec::new(),
            Self::Unclear { choices, .. } => return choices.clone(),
            Self::Unknown { kind: "remedy", .. } => "callus show ID lists the remedies of a failure mode",
            Self::Skill(error) => return error.advice(),
            Self::Unknown { kind: "message", .. } => "callus told lists what agents were told, each with its id",
            Self::Unknown { kind: "skill", .. } => "callus skills list names them",
            Self::Unknown { kind: "label", .. } => "callus label SESSION lists the labels of a session",
            Self::Unknown { kind: "session", .. } => "callus sessions lists them",
            Self::NoProject(_) => "Go to a folder where an assistant worked, or name a project: callus project list",
            Self::Unknown { kind: "project", .. } => "callus project list names them",
            Self::Unknown { .. } => "callus failures lists them; callus search finds them by words",
            Self::Time { .. } => "Write a span (7d, 2h, 90 minutes), a date (2026-11-20), today or all",
            Self::Query(_) => "One statement that reads; nothing that writes, attaches or loads is run",
        };
        vec![sentence.to_owned()]
    }
}

impl Advice for PublishError {
    fn advice(&self) -> Vec<String> {
        let sentence = match self {
            Self::NoTree(_) | Self::Home(_) => "Run it in the folder of a project in which sessions were recorded",
            Self::Outside { .. } => "Skills are written only inside the working tree: make it a folder of its own",
            Self::Unread { .. } => "Look at what stands there, and remove it when it is not yours",
            Self::Changed(_) => "Look at the file, then run it again",
            Self::System { .. } => return Vec::new(),
        };
        vec![sentence.to_owned()]
    }
}
