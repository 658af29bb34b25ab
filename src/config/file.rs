//! `config.toml`: what it may say and what holds where it is silent.

use std::io::ErrorKind;
use std::ops::Range;
use std::path::Path;

use serde::{Deserialize, Deserializer, de::Error as _};
use toml::{Table, Value};

use super::{ConfigError, parse_size, parse_span, telling};
use crate::domain::lesson::{Hints, Warnings};
use crate::domain::time::Span;

/// The name of the settings file.
pub(super) const NAME: &str = "config.toml";

/// A key of the settings file with its meaning.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// The key with its tables, such as `retention.events`; an entry of a list of tables stands under the list.
    pub key: &'static str,
    /// One line on what it does.
    pub meaning: &'static str,
}

/// Every key that the settings file may have. `docs/configuration.md` lists each of them.
pub const KEYS: &[Entry] = &[
    Entry {
        key: "capture",
        meaning: "false: record nothing",
    },
    Entry {
        key: "stop_every",
        meaning: "every how many turns of a session the worker runs; default: 20",
    },
    Entry {
        key: "hints",
        meaning: "on, shadow or off: whether agents are told after a failure and at the start of a session, or it is only noted; default: on",
    },
    Entry {
        key: "warnings",
        meaning: "deny-once, shadow or off: a call that keeps failing is refused once in a session, or that is only noted; default: deny-once",
    },
    Entry {
        key: "retention.events",
        meaning: "how long calls and other steps are kept; those that failed stay, and so do sessions; default: 180d",
    },
    Entry {
        key: "retention.bodies",
        meaning: "how long inputs and outputs of calls are kept; default: 60d",
    },
    Entry {
        key: "retention.max_size",
        meaning: "the most that one workspace may take on disk; default: 2GB",
    },
    Entry {
        key: "redact.patterns.name",
        meaning: "the name of a pattern of your own",
    },
    Entry {
        key: "redact.patterns.pattern",
        meaning: "its regular expression: what it matches is never stored",
    },
];

/// What the settings file says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct FileSettings {
    /// Whether sessions are recorded.
    pub capture: bool,
    /// Turns of a session between two runs of the worker.
    #[serde(deserialize_with = "turns")]
    pub stop_every: u32,
    /// Whether agents are told after a failure.
    #[serde(deserialize_with = "telling::hints")]
    pub hints: Hints,
    /// What is done before a call that keeps failing.
    #[serde(deserialize_with = "telling::warnings")]
    pub warnings: Warnings,
    /// How long things are kept.
    pub retention: Retention,
    #[serde(rename = "redact")]
    redaction: Redaction,
}

/// How long things are kept, and how much of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Retention {
    /// Calls and other steps that did not fail.
    #[serde(deserialize_with = "span")]
    pub events: Span,
    /// Inputs and outputs of calls.
    #[serde(deserialize_with = "span")]
    pub bodies: Span,
    /// The most bytes that one workspace may take.
    #[serde(deserialize_with = "size")]
    pub max_size: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
struct Redaction {
    patterns: Vec<Pattern>,
}

/// A user's own pattern of a secret.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Pattern {
    /// What it is called where it was found.
    #[serde(deserialize_with = "filled")]
    pub name: String,
    /// A regular expression.
    #[serde(deserialize_with = "filled")]
    pub pattern: String,
}

impl Default for FileSettings {
    fn default() -> Self {
        Self {
            capture: true,
            stop_every: 20,
            hints: Hints::default(),
            warnings: Warnings::default(),
            retention: Retention::default(),
            redaction: Redaction::default(),
        }
    }
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            events: Span::days(180),
            bodies: Span::days(60),
            max_size: 2_000_000_000,
        }
    }
}

impl FileSettings {
    /// Returns the user's own patterns of secrets.
    #[must_use]
    pub fn patterns(&self) -> &[Pattern] {
        &self.redaction.patterns
    }
}

/// Reads the settings file; where there is none, everything has its default.
pub(super) fn read(path: &Path, warnings: &mut Vec<String>) -> Result<FileSettings, ConfigError> {
    match std::fs::read_to_string(path) {
        Ok(text) => parse(path, &text, warnings),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(FileSettings::default())
        }
        Err(source) => Err(ConfigError::Unreadable {
            path: path.to_owned(),
            source,
        }),
    }
}

pub(super) fn parse(path: &Path, text: &str, warnings: &mut Vec<String>) -> Result<FileSettings, ConfigError> {
    let invalid = |error: &toml::de::Error| ConfigError::Invalid {
        path: path.to_owned(),
        line: line(text, error.span()),
        message: error.message().replace('\n', ", "),
    };
    let settings = toml::from_str(text).map_err(|error| invalid(&error))?;
    let table: Table = toml::from_str(text).map_err(|error| invalid(&error))?;
    let mut unknown = Vec::new();
    unknown_keys(&table, "", &mut unknown);
    warnings.extend(
        unknown
            .into_iter()
            .map(|key| format!("{}: {key} is no setting and is left out", path.display())),
    );
    Ok(settings)
}

/// Returns the line, from 1, at which a span begins.
pub(super) fn line(text: &str, span: Option<Range<usize>>) -> usize {
    let start = span.map_or(0, |span| span.start.min(text.len()));
    text.as_bytes()[..start].split(|byte| *byte == b'\n').count()
}

fn unknown_keys(table: &Table, above: &str, unknown: &mut Vec<String>) {
    for (key, value) in table {
        let key = format!("{above}{key}");
        let below = format!("{key}.");
        if !KEYS
            .iter()
            .any(|entry| entry.key == key || entry.key.starts_with(&below))
        {
            unknown.push(key);
            continue;
        }
        match value {
            Value::Table(inner) => unknown_keys(inner, &below, unknown),
            Value::Array(items) => {
                for item in items.iter().filter_map(Value::as_table) {
                    unknown_keys(item, &below, unknown);
                }
            }
            _ => {}
        }
    }
}

fn span<'de, D: Deserializer<'de>>(value: D) -> Result<Span, D::Error> {
    parse_span(&String::deserialize(value)?).map_err(D::Error::custom)
}

fn size<'de, D: Deserializer<'de>>(value: D) -> Result<u64, D::Error> {
    parse_size(&String::deserialize(value)?).map_err(D::Error::custom)
}

fn turns<'de, D: Deserializer<'de>>(value: D) -> Result<u32, D::Error> {
    match u32::deserialize(value)? {
        0 => Err(D::Error::custom("the number of turns must be 1 or more")),
        turns => Ok(turns),
    }
}

fn filled<'de, D: Deserializer<'de>>(value: D) -> Result<String, D::Error> {
    let text = String::deserialize(value)?;
    if text.trim().is_empty() {
        return Err(D::Error::custom("this must not be empty"));
    }
    Ok(text)
}
