//! What a program tells of its own calls: recorded by the same road as what hooks tell.

mod checked;
mod field;
mod made;
mod view;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::AnswerError;
use super::writing::Writing;
use crate::config;
use crate::domain::time::Timestamp;
use crate::flow::{FlowError, pause, spool};
use crate::redact;
use crate::store::Store;
use crate::store::read::CallRow;
use checked::{Checked, checked};

pub use view::{RecordVerdict, RecordView, RecordedLine, RefusedLine};

/// What a program tells of one call of its own. Only what it knows has to be given.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct RecordQuery {
    /// What went wrong, in the error's own words.
    #[serde(alias = "error", alias = "error_message")]
    #[schemars(with = "Option<String>")]
    pub message: Value,
    /// The type of the error, such as `TimeoutError`.
    #[schemars(with = "Option<String>")]
    pub error_type: Value,
    /// What the call printed or returned; the middle of a long one is left out.
    #[schemars(with = "Option<String>")]
    pub output: Value,
    /// The tool that was called: its name.
    #[schemars(with = "Option<String>")]
    pub tool: Value,
    /// The command line, when it was one.
    #[schemars(with = "Option<String>")]
    pub command: Value,
    /// What the tool was called with.
    #[schemars(with = "Option<Map<String, Value>>")]
    pub input: Value,
    /// The exit code.
    #[schemars(with = "Option<i32>")]
    pub exit_code: Value,
    /// It succeeded; left out, it failed, unless `exit_code` is 0 and no error is given.
    #[schemars(with = "Option<bool>")]
    pub ok: Value,
    /// The session, run or job that it belongs to; left out, one a day for each `assistant`.
    #[schemars(with = "Option<String>")]
    pub session: Value,
    /// The agent that made the call, where a session has several.
    #[schemars(with = "Option<String>")]
    pub agent: Value,
    /// The part of the program that made it, such as a step of a pipeline.
    #[schemars(with = "Option<String>")]
    pub node: Value,
    /// When: RFC 3339, or seconds since 1970; left out, now.
    #[schemars(with = "Option<String>")]
    pub timestamp: Value,
    /// The caller's own id of the call: what is sent again under it is kept once.
    #[schemars(with = "Option<String>")]
    pub id: Value,
    /// The file that it was about.
    #[schemars(with = "Option<String>")]
    pub file: Value,
    /// How long it took, in milliseconds.
    #[schemars(with = "Option<u64>")]
    pub duration_ms: Value,
    /// What the call served: any JSON.
    #[schemars(with = "Option<Map<String, Value>>")]
    pub input_context: Value,
    /// The state in which it was made: any JSON.
    #[serde(alias = "snapshot")]
    #[schemars(with = "Option<Map<String, Value>>")]
    pub state_snapshot: Value,
    /// A lesson was made of it.
    #[schemars(with = "Option<bool>")]
    pub evolution_triggered: Value,
    /// What ended it.
    #[schemars(with = "Option<String>")]
    pub resolution: Value,
    /// Labels of the session.
    #[schemars(with = "Option<Map<String, Value>>")]
    pub labels: Value,
    /// The folder in which it ran: its repository is the project.
    #[schemars(with = "Option<String>")]
    pub cwd: Value,
    /// The project, where no folder says it: a name, or the address of a repository.
    #[schemars(with = "Option<String>")]
    pub project: Value,
    /// The program that tells it; `api` when left out.
    #[schemars(with = "Option<String>")]
    pub assistant: Value,
    /// The model that the session runs on.
    #[schemars(with = "Option<String>")]
    pub model: Value,
    /// A failure that was recorded before, such as `F12`, to which `evolution_triggered` or `resolution` is added.
    #[schemars(with = "Option<String>")]
    pub failure: Value,
    /// It is the last that will be told of its session.
    #[schemars(with = "Option<bool>")]
    pub end: Value,
    /// What was given beside all these.
    #[serde(flatten)]
    #[schemars(skip)]
    pub others: Map<String, Value>,
}

/// Most records that are taken at once: more is another request.
pub const MOST_AT_ONCE: usize = 1_000;

/// Records what a program tells, and returns what is known of each failure. What is told wrongly is refused alone, and
/// the rest is recorded; an error says that nothing was.
///
/// `store` may be an error: the journal takes it all the same, and it is grouped once the database can be opened.
pub fn record(
    store: Result<&mut Store, &FlowError>,
    writing: &Writing<'_>,
    queries: &[RecordQuery],
    now: Timestamp,
) -> Result<RecordView, AnswerError> {
    may_record(writing)?;
    if queries.len() > MOST_AT_ONCE {
        return Err(AnswerError::Text {
            what: "the batch",
            why: format!("has {} records: send at most {MOST_AT_ONCE} at once", queries.len()),
        });
    }
    let reading = store.as_deref().ok();
    let mut refused = Vec::new();
    let mut taken = Vec::new();
    for (line, query) in (1..).zip(queries) {
        match checked(reading, writing, query, now).and_then(allowed) {
            Ok(checked) => taken.push((line, checked)),
            Err(error) if queries.len() == 1 => return Err(error),
            Err(error) => refused.push(RefusedLine::new(line, &error)),
        }
    }
    let known: Vec<Option<CallRow>> = taken
        .iter()
        .map(|(_, one)| Ok(reading.map(|store| one.row(store)).transpose()?.flatten()))
        .collect::<Result<_, AnswerError>>()?;
    let mut journals = BTreeSet::new();
    for (_, one) in &taken {
        journals.insert(append(writing, one)?);
    }
    let grouped = match store {
        Ok(store) => drain(store, writing, &journals).map(|()| &*store),
        Err(error) => Err(view::waiting(error)),
    };
    view::view(grouped, &taken, &known, refused, now)
}

/// Returns an error while nothing is to be recorded at all.
fn may_record(writing: &Writing<'_>) -> Result<(), AnswerError> {
    if !writing.settings.capture {
        return Err(AnswerError::Refused(
            "recording is switched off by the settings or the environment, so nothing was recorded".to_owned(),
        ));
    }
    if pause::is_paused(writing.settings) {
        return Err(AnswerError::Refused(
            "recording is paused, so nothing was recorded: callus resume ends the pause".to_owned(),
        ));
    }
    Ok(())
}

/// Returns a record unless the repository of its folder asks not to be recorded.
fn allowed(checked: Checked) -> Result<Checked, AnswerError> {
    let folder = checked
        .cwd
        .as_deref()
        .map(Path::new)
        .filter(|folder| folder.is_absolute());
    if folder.is_some_and(|folder| !config::repository(folder).capture) {
        return Err(AnswerError::Refused(format!(
            "the repository of {} asks not to be recorded ({})",
            checked.cwd.as_deref().unwrap_or_default(),
            config::REPOSITORY_FILE
        )));
    }
    Ok(checked)
}

fn append(writing: &Writing<'_>, one: &Checked) -> Result<PathBuf, AnswerError> {
    let seen = redact::scan_all(made::observations(one));
    let seen = seen.derive(|seen| seen.iter().cloned().map(crate::capture::shortened).collect::<Vec<_>>());
    Ok(spool::append(writing.settings, &one.key, &seen)?)
}

/// Drains the journals into the store; what is not drained now is drained by whoever comes next.
fn drain(store: &mut Store, writing: &Writing<'_>, journals: &BTreeSet<PathBuf>) -> Result<(), String> {
    for journal in journals {
        spool::drain(store, writing.settings, writing.rules, journal).map_err(|error| view::waiting(&error))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
