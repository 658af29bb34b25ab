//! Who asks: the session behind a call, and the folder that it works in.

use rusqlite::Row;

use crate::domain::id::Assistant;
use crate::domain::trace::SessionKey;
use crate::store::{Store, StoreError};

/// The session of whoever asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallerRow {
    /// The session.
    pub session: SessionKey,
    /// The folder that it works in.
    pub cwd: Option<String>,
}

const OF_CALL: &str = "select s.assistant, s.external, s.cwd from event e join session s on s.id = e.session
where e.call_id = ?1 order by e.id desc limit 1";

const OF_SESSION: &str = "select assistant, external, cwd from session where assistant = ?1 and external = ?2";

impl Store {
    /// Returns the session in which the call of this id was made; of several that carry it, such as the copies of a
    /// fork, the one recorded last.
    pub fn caller_of_call(&self, call: &str) -> Result<Option<CallerRow>, StoreError> {
        self.row(OF_CALL, [call], caller)
    }

    /// Returns what is recorded of a session.
    pub fn caller_of_session(&self, session: &SessionKey) -> Result<Option<CallerRow>, StoreError> {
        self.row(OF_SESSION, [&session.assistant.0, &session.external], caller)
    }
}

fn caller(row: &Row<'_>) -> rusqlite::Result<CallerRow> {
    Ok(CallerRow {
        session: SessionKey {
            assistant: Assistant::new(row.get::<_, String>(0)?),
            external: row.get(1)?,
        },
        cwd: row.get(2)?,
    })
}
