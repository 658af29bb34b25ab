//! Calls by what names them outside: the session and the id under which a program told of them.

use rusqlite::{Row, params};

use crate::domain::id::{Assistant, EventId, FailureId, Fingerprint};
use crate::domain::time::Timestamp;
use crate::domain::trace::SessionKey;
use crate::store::event::BY_KEY;
use crate::store::{Store, StoreError};

/// A recorded call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallRow {
    /// Its row.
    pub event: EventId,
    /// Its failure, when it failed.
    pub failure: Option<FailureId>,
}

macro_rules! calls {
    ($which:literal) => {
        concat!(
            "select e.id, f.id as failure from event e join session s on s.id = e.session
             left join failure f on f.event = e.id
             where s.assistant = ?1 and s.external = ?2 and e.kind = 'call' and ",
            $which,
            " order by e.at desc, e.id desc limit 1"
        )
    };
}

const BY_ID: &str = calls!("e.call_id = ?3");
const NAMED: &str = calls!("e.key = unhex(?3)");

impl Store {
    /// Returns the call of a session that has this id, or that its key names.
    pub fn call_of(&self, session: &SessionKey, id: &str) -> Result<Option<CallRow>, StoreError> {
        let (sql, name) = match id.strip_prefix(BY_KEY) {
            Some(key) => (NAMED, key),
            None => (BY_ID, id),
        };
        self.row(sql, params![session.assistant.0, session.external, name], call)
    }

    /// Returns the session of a failure, and the key of its event in hex digits.
    pub fn call_of_failure(&self, id: FailureId) -> Result<Option<(SessionKey, String)>, StoreError> {
        self.row(
            "select s.assistant, s.external, lower(hex(e.key)) from failure f join event e on e.id = f.event
             join session s on s.id = f.session where f.id = ?1",
            [id.0],
            |row| {
                let session = SessionKey {
                    assistant: Assistant(row.get(0)?),
                    external: row.get(1)?,
                };
                Ok((session, row.get(2)?))
            },
        )
    }

    /// Returns the newest failure of a session within some time that is this very one, by its finer fingerprint or by what
    /// it says, and that the session's own client reported.
    pub fn met_lately(
        &self,
        session: &SessionKey,
        (instance, headline): (Fingerprint, &str),
        (from, to): (Timestamp, Timestamp),
    ) -> Result<Option<FailureId>, StoreError> {
        self.row(
            "select f.id from failure f join session s on s.id = f.session
             where s.assistant = ?1 and s.external = ?2 and f.at >= ?5 and f.at <= ?6 and f.origin <> 'reported'
               and (f.instance = ?3 or f.headline = ?4)
             order by f.at desc limit 1",
            params![
                session.assistant.0,
                session.external,
                instance.text(),
                headline,
                from.0,
                to.0
            ],
            |row| row.get(0).map(FailureId),
        )
    }

    /// Returns a folder of the one project that goes by this name or remote, if there is one: what is only named in
    /// it happens there.
    pub fn folder_of_project(&self, name: &str) -> Result<Option<String>, StoreError> {
        let found: Vec<String> = self.rows(
            "select min(r.path) from project p join root r on r.project = p.id
             where (p.name = ?1 collate nocase or p.remote = ?1 or p.key = ?1) and r.path like '/%'
             group by p.id limit 2",
            [name],
            |row| row.get(0),
        )?;
        let mut found = found.into_iter();
        Ok(found.next().filter(|_| found.next().is_none()))
    }
}

fn call(row: &Row<'_>) -> rusqlite::Result<CallRow> {
    Ok(CallRow {
        event: EventId(row.get("id")?),
        failure: row.get::<_, Option<i64>>("failure")?.map(FailureId),
    })
}
