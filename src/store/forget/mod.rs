//! Forgetting: what is doomed is gathered first, then counted out, then removed and overwritten.
//!
//! Counters are counted down by what goes, never counted anew from what is left: events that grew old are gone, and
//! what was counted of them stays.

mod matching;

use super::{Store, StoreError, Tx, trace};
use crate::domain::id::ProjectId;
use crate::domain::time::Timestamp;
use crate::redact::Clean;

/// What is to be forgotten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A session by the assistant's id.
    Session(String),
    /// A project with all its sessions.
    Project(ProjectId),
    /// Every event, session and folder in which this text stands.
    Match(String),
    /// Everything before this time.
    Before(Timestamp),
}

/// What was removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Forgotten {
    /// Whole sessions.
    pub sessions: i64,
    /// Events, those of whole sessions included.
    pub events: i64,
    /// Failure modes of which nothing is left.
    pub modes: i64,
}

/// Removes `what` from the database in one transaction, then overwrites every page that held it. `count_out` takes
/// each call that goes out of the denominators: only the caller knows under which keys a call is counted.
pub fn forget(
    store: &mut Store,
    what: &What,
    mut count_out: impl FnMut(&Tx<'_>, &Clean<trace::Counted>) -> Result<(), StoreError>,
) -> Result<Forgotten, StoreError> {
    if let What::Match(text) = what {
        matching::offer_body_search(store.connection(), text.clone())?;
    }
    let forgotten = store.write(|tx| {
        let count = |sql: &str| tx.query_row(sql, [], |row| row.get::<_, i64>(0));
        let before = (
            count("select count(*) from session")?,
            count("select count(*) from event")?,
            count("select count(*) from mode")?,
        );
        tx.execute_batch(include_str!("begin.sql"))?;
        gather(tx, what)?;
        tx.execute_batch(include_str!("gathered.sql"))?;
        trace::each_doomed_call(tx, |call| count_out(tx, call))?;
        tx.execute_batch(include_str!("remove.sql"))?;
        if let What::Match(text) = what {
            matching::remove_rest(tx, text)?;
        }
        tx.execute_batch(include_str!("end.sql"))?;
        tx.execute_batch(include_str!("../recount.sql"))?;
        Ok::<_, StoreError>(Forgotten {
            sessions: before.0 - count("select count(*) from session")?,
            events: before.1 - count("select count(*) from event")?,
            modes: before.2 - count("select count(*) from mode")?,
        })
    })?;
    overwrite(store)?;
    Ok(forgotten)
}

fn gather(tx: &Tx<'_>, what: &What) -> Result<(), StoreError> {
    match what {
        What::Session(id) => {
            tx.execute(
                "insert into doomed_session select id from session where external = ?1",
                [id],
            )?;
        }
        What::Project(project) => {
            tx.execute("insert into doomed_project values (?1)", [project.0])?;
        }
        What::Match(text) => matching::gather(tx, text)?,
        What::Before(at) => {
            tx.execute(
                "insert into doomed_session select id from session where last_at < ?1",
                [at.0],
            )?;
            tx.execute("insert into doomed_event select id from event where at < ?1", [at.0])?;
        }
    }
    Ok(())
}

/// Rewrites the whole file without its free pages, and empties the write-ahead log: what was removed is in
/// neither of them afterwards.
pub fn overwrite(store: &Store) -> Result<(), StoreError> {
    let connection = store.connection();
    connection.execute_batch("insert into search (search) values ('rebuild'); vacuum;")?;
    connection.pragma_update_and_check(None, "wal_checkpoint", "truncate", |_| Ok(()))?;
    Ok(())
}
