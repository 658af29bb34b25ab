//! `.callus.toml`: what a repository may say about the sessions in it.
//!
//! It comes with the code and so from whoever wrote the code: it may keep a session out of the store, label it and
//! make Callus quieter, but never louder, and never send a session elsewhere.

use std::io::Read as _;
use std::path::Path;

use toml::{Table, Value};

use super::file::line;
use super::telling::{HINT_WORDS, Telling, WARNING_WORDS};
use crate::domain::lesson::{Hints, Warnings};

/// The name of the file, at the top of a working tree.
pub const REPOSITORY_FILE: &str = ".callus.toml";

/// Most bytes of the file that are read: it is somebody else's.
const LARGEST: u64 = 64 << 10;

/// What a repository says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    /// Whether its sessions are recorded.
    pub capture: bool,
    /// What agents are told in it, at most.
    pub telling: Telling,
    /// Labels for its sessions, sorted by key.
    pub labels: Vec<(String, String)>,
    /// What was read but not followed, one sentence each.
    pub warnings: Vec<String>,
}

/// Returns what the repository that holds `folder` says: the nearest file above it, but none above the top of its
/// working tree. A file that cannot be read or understood switches capture off, since that may be what it asks for.
#[must_use]
pub fn repository(folder: &Path) -> Repository {
    for folder in folder.ancestors() {
        let path = folder.join(REPOSITORY_FILE);
        if path.symlink_metadata().is_ok() {
            return read(&path);
        }
        if folder.join(".git").symlink_metadata().is_ok() {
            break;
        }
    }
    Repository::silent()
}

fn read(path: &Path) -> Repository {
    let mut text = String::new();
    let read = match std::fs::File::open(path) {
        Ok(file) => file.take(LARGEST).read_to_string(&mut text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Repository::silent(),
        Err(error) => Err(error),
    };
    match read {
        Ok(_) => parse(path, &text),
        Err(error) => Repository::off(format!("{}: {error}; capture is off here", path.display())),
    }
}

fn parse(path: &Path, text: &str) -> Repository {
    let table: Table = match toml::from_str(text) {
        Ok(table) => table,
        Err(error) => {
            let line = line(text, error.span());
            let message = error.message();
            return Repository::off(format!("{}:{line}: {message}; capture is off here", path.display()));
        }
    };
    let mut said = Repository::silent();
    for (key, value) in &table {
        match (key.as_str(), value) {
            ("capture", Value::Boolean(on)) => said.capture = *on,
            ("capture", _) => {
                said.capture = false;
                said.warnings.push(format!(
                    "{}: capture must be true or false; it is off here",
                    path.display()
                ));
            }
            ("hints", word) => {
                let hints = word.as_str().and_then(Hints::from_word);
                said.telling.hints = hints.unwrap_or(Hints::Off);
                if hints.is_none() {
                    said.off_here(path, key, HINT_WORDS);
                }
            }
            ("warnings", word) => {
                let warnings = word.as_str().and_then(Warnings::from_word);
                said.telling.warnings = warnings.unwrap_or(Warnings::Off);
                if warnings.is_none() {
                    said.off_here(path, key, WARNING_WORDS);
                }
            }
            ("labels", Value::Table(labels)) => said.label(path, labels),
            _ => said.warnings.push(format!(
                "{}: {key} cannot be set by a repository and is left out",
                path.display()
            )),
        }
    }
    said
}

impl Repository {
    fn silent() -> Self {
        Self {
            capture: true,
            telling: Telling::default(),
            labels: Vec::new(),
            warnings: Vec::new(),
        }
    }

    fn off(warning: String) -> Self {
        Self {
            capture: false,
            telling: Telling {
                hints: Hints::Off,
                warnings: Warnings::Off,
            },
            labels: Vec::new(),
            warnings: vec![warning],
        }
    }

    /// Says that a word which means nothing was taken for a wish for silence.
    fn off_here(&mut self, path: &Path, key: &str, words: &str) {
        self.warnings
            .push(format!("{}: {key} must be {words}; they are off here", path.display()));
    }

    fn label(&mut self, path: &Path, labels: &Table) {
        for (key, value) in labels {
            match value {
                Value::String(text) => self.labels.push((key.clone(), text.clone())),
                Value::Integer(_) | Value::Float(_) | Value::Boolean(_) => {
                    self.labels.push((key.clone(), value.to_string()));
                }
                _ => self
                    .warnings
                    .push(format!("{}: labels.{key} is no text and is left out", path.display())),
            }
        }
    }
}
