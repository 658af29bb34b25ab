//! Reading events back: a session's steps for the worker, and every call for what is derived anew.

use std::collections::HashMap;

use rusqlite::Row;

use super::body::{self, Part};
use super::failure::Row as Failed;
use super::{StoreError, Tx};
use crate::domain::id::{EventId, ProjectId, SessionId};
use crate::domain::time::Timestamp;
use crate::domain::trace::{Call, ToolKind};
use crate::redact::Clean;

/// A call that ended, with what its masked form is counted under.
#[derive(Debug)]
pub struct Counted {
    /// The call, as far as its row tells, with its input.
    pub call: Call,
    /// The project of the folder it ran in, where that is known.
    pub project: Option<ProjectId>,
    /// Its session.
    pub session: SessionId,
    /// Whether it failed in a way that counts.
    pub failed: bool,
    /// When it ran.
    pub at: Timestamp,
}

/// The columns of [`Counted`].
const COUNTED: &str = "select e.id, e.call_id, e.tool, e.tool_kind, e.command, e.file, r.project, e.session, e.at,
        exists (select 1 from failure f where f.event = e.id and f.expected is null)
 from event e left join root r on r.id = e.root where e.kind = 'call' and e.status <> 'started'";

/// Tells every call that ended, in order of time.
pub fn each_call(
    tx: &Tx<'_>,
    mut told: impl FnMut(&Clean<Counted>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut rows = tx.prepare(&format!("{COUNTED} order by e.at, e.id"))?;
    let mut rows = rows.query([])?;
    while let Some(row) = rows.next()? {
        told(&counted(tx, row)?)?;
    }
    Ok(())
}

/// Tells every call that ended and is about to be forgotten.
pub(super) fn each_doomed_call(
    tx: &Tx<'_>,
    mut told: impl FnMut(&Clean<Counted>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut rows = tx.prepare(&format!("{COUNTED} and e.id in (select id from doomed_event)"))?;
    let mut rows = rows.query([])?;
    while let Some(row) = rows.next()? {
        told(&counted(tx, row)?)?;
    }
    Ok(())
}

/// Returns the call that an event is, if it is one that ended.
pub fn call(tx: &Tx<'_>, event: EventId) -> Result<Option<Clean<Counted>>, StoreError> {
    let mut rows = tx.prepare_cached(&format!("{COUNTED} and e.id = ?1"))?;
    let mut rows = rows.query([event.0])?;
    rows.next()?.map(|row| counted(tx, row)).transpose()
}

fn counted(tx: &Tx<'_>, row: &Row<'_>) -> Result<Clean<Counted>, StoreError> {
    let call = Call {
        id: row.get(1)?,
        tool: row.get::<_, Option<String>>(2)?.unwrap_or_default(),
        kind: ToolKind::from_word(&row.get::<_, Option<String>>(3)?.unwrap_or_default()),
        input: body::read(tx, EventId(row.get(0)?), Part::Input)?.unwrap_or_default(),
        command: row.get(4)?,
        file: row.get(5)?,
    };
    Ok(Clean::stored(Counted {
        call,
        project: row.get::<_, Option<i64>>(6)?.map(ProjectId),
        session: SessionId(row.get(7)?),
        at: Timestamp(row.get(8)?),
        failed: row.get(9)?,
    }))
}

/// A step of a session as the worker reads it.
#[derive(Debug, Clone)]
pub struct Traced {
    /// Its row.
    pub event: EventId,
    /// When it happened.
    pub at: Timestamp,
    /// Its kind, as stored.
    pub kind: String,
    /// The subagent that did it.
    pub agent: Option<String>,
    /// The tool's name.
    pub tool: Option<String>,
    /// The kind of tool, as stored.
    pub tool_kind: Option<String>,
    /// How it ended, as stored.
    pub status: String,
    /// The folder it ran in.
    pub cwd: Option<String>,
    /// The command line of a shell call.
    pub command: Option<String>,
    /// The file or folder that an edit, read or search works on.
    pub file: Option<String>,
    /// Why its failure is set aside, as stored.
    pub expected: Option<String>,
}

/// Returns the steps of a session in the order in which they happened.
pub fn of_session(tx: &Tx<'_>, session: SessionId) -> Result<Vec<Traced>, StoreError> {
    let mut rows = tx.prepare_cached(
        "select e.id, e.kind, e.agent, e.tool_kind, e.status, e.command, f.expected, e.at, e.tool, e.cwd, e.file
         from event e left join failure f on f.event = e.id where e.session = ?1 order by e.at, e.id",
    )?;
    let found = rows
        .query_map([session.0], |row| {
            Ok(Traced {
                event: EventId(row.get(0)?),
                at: Timestamp(row.get(7)?),
                kind: row.get(1)?,
                agent: row.get(2)?,
                tool: row.get(8)?,
                tool_kind: row.get(3)?,
                status: row.get(4)?,
                cwd: row.get(9)?,
                command: row.get(5)?,
                file: row.get(10)?,
                expected: row.get(6)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(found)
}

/// Returns whether a part of a session has been forgotten: what is derived from the rest says less than was derived before.
pub fn is_faded(tx: &Tx<'_>, session: SessionId) -> Result<bool, StoreError> {
    Ok(tx
        .prepare_cached(
            "select exists (select 1 from event e where e.session = ?1 and e.input_bytes + e.output_bytes > 0
                              and not exists (select 1 from body where event = e.id))
                 or (select calls from session where id = ?1)
                    > (select count(*) from event where session = ?1 and kind = 'call')",
        )?
        .query_row([session.0], |row| row.get(0))?)
}

/// A step with its words, as far as remedies need them.
#[derive(Debug, Clone)]
pub struct Worded {
    /// The step.
    pub step: Traced,
    /// The words of a prompt or turn; what a good command line printed whose exit status does not say how each of its
    /// commands ended; else empty.
    pub words: String,
    /// The input of a search, and of a call that names neither command nor file; else empty.
    pub input: String,
    /// Its failure.
    pub failed: Option<Failed>,
}

/// Returns the steps of a session with their words and failures.
pub fn with_words(tx: &Tx<'_>, steps: &[Traced], failures: &[Failed]) -> Result<Clean<Vec<Worded>>, StoreError> {
    let by_event: HashMap<EventId, &Failed> = failures.iter().map(|row| (row.event, row)).collect();
    let read = |event, part| {
        Ok::<_, StoreError>(
            body::read(tx, event, part)?
                .map(|text| text.joined())
                .unwrap_or_default(),
        )
    };
    let mut out = Vec::with_capacity(steps.len());
    for step in steps {
        let words = match (step.kind.as_str(), &step.command) {
            ("prompt" | "turn", _) => read(step.event, Part::Output)?,
            ("call", Some(command)) if step.status != "failed" && command.contains(['|', ';', '\n', '&']) => {
                read(step.event, Part::Output)?
            }
            _ => String::new(),
        };
        let is_search = step.tool_kind.as_deref() == Some("search");
        let is_bare = step.kind == "call" && step.command.is_none() && (step.file.is_none() || is_search);
        out.push(Worded {
            step: step.clone(),
            words,
            input: if is_bare {
                read(step.event, Part::Input)?
            } else {
                String::new()
            },
            failed: by_event.get(&step.event).map(|row| (*row).clone()),
        });
    }
    Ok(Clean::stored(out))
}
