//! Forgetting: what is doomed is gathered first, then counted out, then removed and overwritten.
//!
//! Counters are counted down by what goes, never counted anew from what is left: events that grew old are gone, and
//! what was counted of them stays.

mod matching;

pub use matching::spellings;

use super::{Store, StoreError, Tx, findable, trace};
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
    /// Projects that went as a whole: because they were named, or their remote or a folder of theirs holds the text.
    pub projects: i64,
}

/// Removes `what` from the database in one transaction; [`overwrite`] then removes the pages that held it. `count_out`
/// takes each call that goes out of the denominators: only the caller knows under which keys a call is counted.
pub fn forget(
    store: &mut Store,
    what: &What,
    mut count_out: impl FnMut(&Tx<'_>, &Clean<trace::Counted>) -> Result<(), StoreError>,
) -> Result<Forgotten, StoreError> {
    if let What::Match(text) = what {
        matching::offer_body_search(store.connection(), spellings(text))?;
    }
    store.write(|tx| {
        let count = |sql: &str| tx.query_row(sql, [], |row| row.get::<_, i64>(0));
        let before = (
            count("select count(*) from session")?,
            count("select count(*) from event")?,
            count("select count(*) from mode")?,
        );
        tx.execute_batch(include_str!("begin.sql"))?;
        gather(tx, what)?;
        let projects = count("select count(*) from doomed_project")?;
        tx.execute_batch(include_str!("gathered.sql"))?;
        trace::each_doomed_call(tx, |call| count_out(tx, call))?;
        tx.execute_batch(include_str!("remove.sql"))?;
        if let What::Match(text) = what {
            matching::remove_rest(tx, text)?;
        }
        tx.execute_batch(include_str!("end.sql"))?;
        tx.execute_batch(findable::SWEPT)?;
        tx.execute_batch(include_str!("../recount.sql"))?;
        Ok::<_, StoreError>(Forgotten {
            sessions: before.0 - count("select count(*) from session")?,
            events: before.1 - count("select count(*) from event")?,
            modes: before.2 - count("select count(*) from mode")?,
            projects,
        })
    })
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
    connection.execute_batch("insert into search (search) values ('optimize'); vacuum;")?;
    connection.pragma_update_and_check(None, "wal_checkpoint", "truncate", |_| Ok(()))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::EventId;
    use crate::domain::trace::Text;
    use crate::store::body::{self, Part};

    fn forgotten(store: &mut Store, text: &str) -> Forgotten {
        forget(store, &What::Match(text.to_owned()), |_, _| Ok(())).expect("forgotten")
    }

    #[test]
    fn a_text_in_a_folders_path_takes_its_project_along_and_says_so() {
        let mut store = Store::in_memory().expect("opens");
        store
            .connection()
            .execute_batch(
                "insert into project (id, key, name, first_at, last_at)
                 values (1, 'root:m:/a', 'a', 1, 1), (2, 'root:m:/b', 'b', 1, 1);
                 insert into root (id, machine, path, project)
                 values (1, 'm', '/a', 1), (2, 'm', '/home/jane/a', 1), (3, 'm', '/b', 2);
                 insert into session (assistant, external, project, root, started_at, last_at)
                 values ('c', 's1', 1, 1, 1, 1), ('c', 's2', 2, 3, 1, 1)",
            )
            .expect("two projects");
        let first = forgotten(&mut store, "jane");
        assert_eq!((first.projects, first.sessions), (1, 1));
        assert_eq!(forgotten(&mut store, "jane"), Forgotten::default());
        let left: String = store
            .connection()
            .query_row("select group_concat(external) from session", [], |row| row.get(0))
            .expect("one is left");
        assert_eq!(left, "s2");
    }

    #[test]
    fn a_text_with_quotes_is_found_where_it_stands_in_json() {
        let mut store = Store::in_memory().expect("opens");
        let said = r#"{"command":"echo say \"hi\""}"#;
        store
            .write(|tx| {
                tx.execute_batch(
                    "insert into session (id, assistant, external, started_at, last_at) values (1, 'c', 's', 1, 1);
                     insert into event (id, session, key, at, at_source, kind, status, via)
                     values (1, 1, x'01', 1, 'record', 'call', 'failed', 'hook'),
                            (2, 1, x'02', 1, 'record', 'call', 'failed', 'hook')",
                )?;
                tx.execute(
                    "insert into failure (event, session, at, origin, headline, message, scope, input_context)
                     values (2, 1, 1, 'flagged', 'x', 'x', 'x', ?1)",
                    [said],
                )?;
                body::keep(tx, EventId(1), Part::Input, &Text::whole(said))
            })
            .expect("recorded");
        assert_eq!(forgotten(&mut store, r#"say "hi""#).events, 1);
        let context: Option<String> = store
            .connection()
            .query_row("select input_context from failure", [], |row| row.get(0))
            .expect("the failure stays");
        assert_eq!(context, None);
    }
}
