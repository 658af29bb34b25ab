//! Reading events back: a session's steps for the worker, and every call for what is derived anew.

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
    /// The project of the folder it ran in.
    pub project: ProjectId,
    /// Its session.
    pub session: SessionId,
    /// Whether it failed in a way that counts.
    pub failed: bool,
    /// When it ran.
    pub at: Timestamp,
}

/// Tells every call that ended, in order of time.
pub fn each_call(
    tx: &Tx<'_>,
    mut told: impl FnMut(&Clean<Counted>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut rows = tx.prepare(
        "select e.id, e.call_id, e.tool, e.tool_kind, e.command, e.file, r.project, e.session, e.at,
                exists (select 1 from failure f where f.event = e.id and f.expected is null)
         from event e join root r on r.id = e.root
         where e.kind = 'call' and e.status <> 'started' order by e.at, e.id",
    )?;
    let mut rows = rows.query([])?;
    while let Some(row) = rows.next()? {
        let input = body::read(tx, EventId(row.get(0)?), Part::Input)?.unwrap_or_default();
        let call = Call {
            id: row.get(1)?,
            tool: row.get::<_, Option<String>>(2)?.unwrap_or_default(),
            kind: ToolKind::from_word(&row.get::<_, Option<String>>(3)?.unwrap_or_default()),
            input,
            command: row.get(4)?,
            file: row.get(5)?,
        };
        let (project, session) = (ProjectId(row.get(6)?), SessionId(row.get(7)?));
        told(&Clean::stored(Counted {
            call,
            project,
            session,
            at: Timestamp(row.get(8)?),
            failed: row.get(9)?,
        }))?;
    }
    Ok(())
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
