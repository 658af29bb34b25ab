//! Reading events back: a session's steps for the worker, and every call for what is derived anew.

use rusqlite::Row;

use super::body::{self, Part};
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
    /// Its kind, as stored.
    pub kind: String,
    /// The subagent that did it.
    pub agent: Option<String>,
    /// The kind of tool, as stored.
    pub tool_kind: Option<String>,
    /// How it ended, as stored.
    pub status: String,
    /// The command line of a shell call.
    pub command: Option<String>,
    /// Why its failure is set aside, as stored.
    pub expected: Option<String>,
}

/// Returns the steps of a session in the order in which they happened.
pub fn of_session(tx: &Tx<'_>, session: SessionId) -> Result<Vec<Traced>, StoreError> {
    let mut rows = tx.prepare_cached(
        "select e.id, e.kind, e.agent, e.tool_kind, e.status, e.command, f.expected
         from event e left join failure f on f.event = e.id where e.session = ?1 order by e.at, e.id",
    )?;
    let found = rows
        .query_map([session.0], |row| {
            Ok(Traced {
                event: EventId(row.get(0)?),
                kind: row.get(1)?,
                agent: row.get(2)?,
                tool_kind: row.get(3)?,
                status: row.get(4)?,
                command: row.get(5)?,
                expected: row.get(6)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(found)
}
