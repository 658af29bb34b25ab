//! Whether everything works, and what to do where it does not.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;

use super::page::Page;
use super::style::count;
use super::{Answer, AnswerError, Style};
use crate::config::Settings;
use crate::domain::time::Timestamp;
use crate::store::Store;

/// How an examination went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckState {
    /// It is as it should be.
    Ok,
    /// It works, and something should be looked at.
    Warning,
    /// It does not work.
    Fault,
}

/// One thing that was examined.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Examination {
    /// What was examined.
    pub what: String,
    /// How it went: `ok`, `warning` or `fault`.
    pub state: CheckState,
    /// What was found.
    pub found: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

/// Whether everything works.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct DoctorView {
    /// Nothing is a fault.
    pub sound: bool,
    /// What was examined.
    pub examinations: Vec<Examination>,
}

/// Returns whether the store is sound, when it could be opened, with what the assistants' wiring was found to be
/// (`wiring`).
pub fn doctor(
    store: Option<&Store>,
    settings: &Settings,
    paused: Option<Timestamp>,
    wiring: Vec<Examination>,
) -> Result<DoctorView, AnswerError> {
    let mut examinations = vec![folder(&settings.folder()), recording(settings, paused)];
    examinations.extend(settings.moved.iter().map(|moved| fine("folder", moved.clone())));
    if let Some(store) = store {
        examinations.push(database(store)?);
        examinations.extend(sources(store, settings.clock.now())?);
        examinations.extend(held_back(store, settings)?);
    }
    examinations.extend(wiring);
    Ok(DoctorView {
        sound: examinations.iter().all(|one| one.state != CheckState::Fault),
        examinations,
    })
}

fn sources(store: &Store, now: Timestamp) -> Result<Option<Examination>, AnswerError> {
    let health = store.health(now)?;
    Ok((health.broken_lines > 0).then(|| {
        let found = format!(
            "{} of journals and transcripts were no record",
            count(health.broken_lines, "line")
        );
        warning(
            "sources",
            &found,
            "callus sql \"select path, broken from source where broken > 0\"",
        )
    }))
}

fn held_back(store: &Store, settings: &Settings) -> Result<Option<Examination>, AnswerError> {
    let waiting = store.held_back(&settings.journal_folders())?;
    Ok((waiting > 0).then(|| {
        let found = format!(
            "{} with records of a newer Callus; they stay until it reads them",
            count(i64::try_from(waiting).unwrap_or(i64::MAX), "journal")
        );
        warning("sources", &found, "update this one (callus --version)")
    }))
}

fn folder(folder: &Path) -> Examination {
    let Ok(metadata) = std::fs::metadata(folder) else {
        return fault("folder", "it cannot be read", &format!("look at {}", folder.display()));
    };
    if metadata.permissions().mode() & 0o077 != 0 {
        return fault(
            "folder",
            "others can read it",
            &format!("chmod 700 {}", folder.display()),
        );
    }
    fine("folder", format!("{} is private", folder.display()))
}

fn database(store: &Store) -> Result<Examination, AnswerError> {
    let faults = store.faults()?;
    Ok(match faults.first() {
        None => fine("database", "sound".to_owned()),
        Some(first) => fault(
            "database",
            first,
            &format!(
                "move {} away; it is made anew, and callus import fills it",
                store.path().display()
            ),
        ),
    })
}

fn recording(settings: &Settings, paused: Option<Timestamp>) -> Examination {
    match paused.filter(|until| *until > settings.clock.now()) {
        None => fine("recording", "on".to_owned()),
        Some(until) => warning(
            "recording",
            &format!("paused until {}", super::style::rfc3339(until)),
            "callus resume",
        ),
    }
}

fn fine(what: &str, found: String) -> Examination {
    Examination {
        what: what.to_owned(),
        state: CheckState::Ok,
        found,
        remedy: None,
    }
}

fn warning(what: &str, found: &str, remedy: &str) -> Examination {
    Examination {
        what: what.to_owned(),
        state: CheckState::Warning,
        found: found.to_owned(),
        remedy: Some(remedy.to_owned()),
    }
}

fn fault(what: &str, found: &str, remedy: &str) -> Examination {
    Examination {
        state: CheckState::Fault,
        ..warning(what, found, remedy)
    }
}

impl Answer for DoctorView {
    fn text(&self, style: &Style) -> String {
        let mut out = Page::default();
        for one in &self.examinations {
            let mark = match one.state {
                CheckState::Ok => "ok     ".to_owned(),
                CheckState::Warning => style.bold("look   "),
                CheckState::Fault => style.red("fault  "),
            };
            for (n, line) in style
                .wrapped(&one.found, style.width.saturating_sub(19))
                .iter()
                .enumerate()
            {
                let (mark, what) = if n == 0 {
                    (mark.as_str(), one.what.as_str())
                } else {
                    ("       ", "")
                };
                out.line(format!("{mark}{what:<11} {line}"));
            }
            if let Some(remedy) = &one.remedy {
                for line in style.wrapped(&format!("do: {remedy}"), style.width.saturating_sub(19)) {
                    out.line(format!("{:19}{line}", ""));
                }
            }
        }
        out.text()
    }
}
