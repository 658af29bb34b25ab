//! The events of a session and their bodies.

use rusqlite::Row;

use super::time;
use crate::domain::id::{EventId, SessionId};
use crate::domain::time::Timestamp;
use crate::domain::trace::Text;
use crate::store::{Store, StoreError, body};

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRow {
    /// Its row.
    pub id: EventId,
    /// When.
    pub at: Timestamp,
    /// `call`, `prompt`, `turn` …
    pub kind: String,
    /// The subagent's id.
    pub agent: Option<String>,
    /// The subagent's kind.
    pub agent_kind: Option<String>,
    /// The tool as the client names it.
    pub tool: Option<String>,
    /// The word for its kind.
    pub tool_kind: Option<String>,
    /// `started`, `ok`, `failed` or `unknown`.
    pub status: String,
    /// The exit code.
    pub exit_code: Option<i32>,
    /// How long it ran, in milliseconds.
    pub duration_ms: Option<i64>,
    /// The command of a shell call.
    pub command: Option<String>,
    /// The file of an edit, read or search.
    pub file: Option<String>,
    /// Bytes of the whole input.
    pub input_bytes: i64,
    /// Bytes of the whole output.
    pub output_bytes: i64,
}

/// What was said to and by one event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BodyRow {
    /// What went in.
    pub input: Option<Text>,
    /// What came out.
    pub output: Option<Text>,
}

const OF_SESSION: &str = "select id, at, kind, agent, agent_kind, tool, tool_kind, status, exit_code, duration_ms,
       command, file, input_bytes, output_bytes
from event where session = ?1 order by at, id";

impl Store {
    /// Returns the events of a session in the order in which they happened.
    pub fn session_events(&self, session: SessionId) -> Result<Vec<EventRow>, StoreError> {
        self.rows(OF_SESSION, [session.0], event)
    }

    /// Returns what was kept of an event's input and output.
    pub fn body(&self, event: EventId) -> Result<BodyRow, StoreError> {
        Ok(BodyRow {
            input: body::read(self.connection(), event, body::Part::Input)?,
            output: body::read(self.connection(), event, body::Part::Output)?,
        })
    }
}

fn event(row: &Row<'_>) -> rusqlite::Result<EventRow> {
    Ok(EventRow {
        id: EventId(row.get("id")?),
        at: time(row, "at")?,
        kind: row.get("kind")?,
        agent: row.get("agent")?,
        agent_kind: row.get("agent_kind")?,
        tool: row.get("tool")?,
        tool_kind: row.get("tool_kind")?,
        status: row.get("status")?,
        exit_code: row.get("exit_code")?,
        duration_ms: row.get("duration_ms")?,
        command: row.get("command")?,
        file: row.get("file")?,
        input_bytes: row.get("input_bytes")?,
        output_bytes: row.get("output_bytes")?,
    })
}
