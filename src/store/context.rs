//! What is kept beside a failure for whoever explains it: what it served, and what had been done just before.

use rusqlite::{OptionalExtension as _, params};
use serde::Serialize;
use serde_json::Value;

use super::body::{self, Part};
use super::failure::Setting;
use super::{StoreError, Tx, session};
use crate::domain::id::EventId;
use crate::domain::trace::{Observation, Report, Step};
use crate::redact::Clean;

/// Bytes of the prompt that are kept beside a failure.
const PROMPT: usize = 600;
/// Bytes of a command in the list of the last calls.
const TARGET: usize = 160;

/// The columns of a failure that tell of its surroundings.
#[derive(Debug)]
pub(super) struct Context {
    /// The kind of subagent, else the tool.
    pub(super) node: Option<String>,
    /// JSON of [`Input`].
    pub(super) input: Option<String>,
    /// JSON of [`Snapshot`].
    pub(super) snapshot: Option<String>,
}

/// What the failing call served.
#[derive(Debug, Serialize)]
struct Input {
    /// What the program that reports it says of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<Value>,
    /// The newest prompt before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt: Option<String>,
}

/// The state in which it failed.
#[derive(Debug, Serialize)]
struct Snapshot<'a> {
    /// What the program that reports it says of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<Value>,
    /// The branch checked out.
    branch: Option<&'a str>,
    /// The commit at which the session began.
    commit: Option<String>,
    /// Files that the session had edited, at most 20: what git would call dirty without asking git.
    edited: Vec<String>,
    /// The last five calls, newest first.
    calls: Vec<Called>,
}

#[derive(Debug, Serialize)]
struct Called {
    tool: String,
    /// Its command or file.
    target: Option<String>,
    status: String,
}

/// Returns the surroundings of a failure. They come from clean rows and a clean observation, and are clean.
pub(super) fn of(
    tx: &Tx<'_>,
    setting: &Setting,
    seen: &Clean<Observation>,
    report: Option<&Clean<Report>>,
) -> Result<Context, StoreError> {
    let snapshot = Snapshot {
        state: report.and_then(|report| report.snapshot.as_deref()).map(read),
        branch: seen.branch.as_deref(),
        commit: session::commit(tx, setting.session)?,
        edited: edited(tx, setting)?,
        calls: calls(tx, setting)?,
    };
    let tool = match &seen.step {
        Step::CallEnded(end) => Some(end.call.tool.clone()),
        _ => None,
    };
    let agent = seen
        .agent
        .as_ref()
        .map(|agent| agent.kind.clone())
        .filter(|kind| !kind.is_empty());
    let input = Input {
        context: report.and_then(|report| report.input_context.as_deref()).map(read),
        prompt: prompt(tx, setting)?,
    };
    Ok(Context {
        node: agent.or(tool),
        input: (input.context.is_some() || input.prompt.is_some()).then(|| json(&input)),
        snapshot: Some(json(&snapshot)),
    })
}

/// Returns the value that a program gave as JSON; redaction may have left text that is none.
fn read(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or_else(|_| Value::String(json.to_owned()))
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn calls(tx: &Tx<'_>, setting: &Setting) -> Result<Vec<Called>, StoreError> {
    let mut rows = tx.prepare_cached(
        "select tool, coalesce(command, file), status from event
         where session = ?1 and at <= ?2 and id <> ?3 and kind = 'call' order by at desc, id desc limit 5",
    )?;
    let found = rows
        .query_map(params![setting.session.0, setting.at.0, setting.event.0], |row| {
            Ok(Called {
                tool: row.get::<_, Option<String>>(0)?.unwrap_or_default(),
                target: row.get::<_, Option<String>>(1)?.map(|target| clip(&target, TARGET)),
                status: row.get(2)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(found)
}

fn edited(tx: &Tx<'_>, setting: &Setting) -> Result<Vec<String>, StoreError> {
    let mut rows = tx.prepare_cached(
        "select distinct file from event
         where session = ?1 and at <= ?2 and tool_kind = 'edit' and status in ('ok', 'unknown') and file is not null
         limit 20",
    )?;
    let found = rows
        .query_map(params![setting.session.0, setting.at.0], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(found)
}

fn prompt(tx: &Tx<'_>, setting: &Setting) -> Result<Option<String>, StoreError> {
    let event = tx
        .prepare_cached(
            "select id from event where session = ?1 and at <= ?2 and kind = 'prompt' order by at desc limit 1",
        )?
        .query_row(params![setting.session.0, setting.at.0], |row| row.get(0).map(EventId))
        .optional()?;
    let Some(event) = event else { return Ok(None) };
    Ok(body::read(tx, event, Part::Output)?.map(|text| clip(&text.joined(), PROMPT)))
}

fn clip(text: &str, most: usize) -> String {
    text[..text.floor_char_boundary(most)].to_owned()
}
