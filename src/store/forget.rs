//! Forgetting: what is removed is overwritten, and no counter remembers it.

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;

use super::columns::TRACED;
use super::{Store, StoreError, Tx, body, project};
use crate::domain::id::ProjectId;
use crate::domain::time::Timestamp;
use crate::redact::Clean;

/// What is to be forgotten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A session by the assistant's whole id of it.
    Session(String),
    /// A project with all its sessions.
    Project(ProjectId),
    /// Every event, session, mode and folder in which this text stands.
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
    /// Projects that went as a whole, because their key, their remote or a folder of theirs holds the text.
    pub projects: usize,
}

/// Removes `what` from the database in one transaction, then overwrites every page that held it.
pub fn forget(store: &mut Store, what: &What) -> Result<Forgotten, StoreError> {
    let connection = store.connection();
    if let What::Match(text) = what {
        offer_body_search(connection, spellings(text))?;
    }
    let forgotten = store.write(|tx| {
        let count = |sql: &str| tx.query_row(sql, [], |row| row.get::<_, i64>(0));
        let before = (
            count("select count(*) from session")?,
            count("select count(*) from event")?,
            count("select count(*) from mode")?,
        );
        let mut projects = 0;
        match what {
            What::Session(id) => {
                tx.execute("delete from session where external = ?1", [id])?;
            }
            What::Project(project) => forget_project(tx, *project)?,
            What::Match(text) => projects = forget_matches(tx, text)?,
            What::Before(at) => {
                tx.execute("delete from session where last_at < ?1", [at.0])?;
                tx.execute("delete from event where at < ?1", [at.0])?;
            }
        }
        remove_unused(tx)?;
        recount(tx)?;
        Ok::<_, StoreError>(Forgotten {
            sessions: before.0 - count("select count(*) from session")?,
            events: before.1 - count("select count(*) from event")?,
            modes: before.2 - count("select count(*) from mode")?,
            projects,
        })
    })?;
    overwrite(store)?;
    Ok(forgotten)
}

/// Rewrites the whole file without its free pages, and empties the write-ahead log: what was removed is in
/// neither of them afterwards.
pub fn overwrite(store: &Store) -> Result<(), StoreError> {
    let connection = store.connection();
    connection.execute_batch("insert into search (search) values ('rebuild'); vacuum;")?;
    connection.pragma_update_and_check(None, "wal_checkpoint", "truncate", |_| Ok(()))?;
    Ok(())
}

fn forget_project(tx: &Tx<'_>, project: ProjectId) -> Result<(), StoreError> {
    for sql in [
        "delete from session where project = ?1",
        "delete from event where root in (select id from root where project = ?1)",
        "delete from shape where project = ?1",
        "update failure set project = null where project = ?1",
        "update event set root = null where root in (select id from root where project = ?1)",
        "update session set root = null where root in (select id from root where project = ?1)",
        "delete from root where project = ?1",
        "delete from project where id = ?1",
    ] {
        tx.execute(sql, [project.0])?;
    }
    Ok(())
}

/// Removes every row in which `text` stands; returns how many projects went with all that they had.
fn forget_matches(tx: &Tx<'_>, text: &str) -> Result<usize, StoreError> {
    let mut whole = 0;
    let spelled = spellings(text);
    let spelled = spelled.each_ref();
    tx.execute(
        "delete from event where id in (select event from body where body_holds(head, tail))",
        [],
    )?;
    // What a row refers to must go after the row; the tables stand in that order when read backwards.
    for (table, columns) in TRACED.iter().rev() {
        let holds = columns
            .iter()
            .map(|column| format!("instr({column}, ?1) > 0 or instr({column}, ?2) > 0"))
            .collect::<Vec<_>>()
            .join(" or ");
        match *table {
            "failure" => {
                tx.execute(
                    &format!("delete from event where id in (select event from failure where {holds})"),
                    spelled,
                )?;
            }
            "pattern" | "mode" => {
                let modes = if *table == "mode" {
                    format!("select id from mode where {holds}")
                } else {
                    format!("select mode from pattern where {holds}")
                };
                tx.execute(&format!("create temp table doomed as {modes}"), spelled)?;
                for sql in [
                    "delete from event where id in (select f.event from failure f join pattern p on p.id = f.pattern where p.mode in (select * from doomed))",
                    "delete from bucket where pattern in (select id from pattern where mode in (select * from doomed))",
                    "delete from pattern where mode in (select * from doomed)",
                    "delete from search where rowid in (select * from doomed)",
                    "delete from mode where id in (select * from doomed)",
                    "drop table doomed",
                ] {
                    tx.execute(sql, [])?;
                }
            }
            "root" | "project" => {
                let projects = if *table == "root" {
                    format!("select distinct project from root where {holds}")
                } else {
                    format!("select id from project where {holds}")
                };
                let doomed: Vec<i64> = tx
                    .prepare(&projects)?
                    .query_map(spelled, |row| row.get(0))?
                    .collect::<Result<_, _>>()?;
                whole += doomed.len();
                for project in doomed {
                    forget_project(tx, ProjectId(project))?;
                }
            }
            _ => {
                tx.execute(&format!("delete from {table} where {holds}"), spelled)?;
            }
        }
    }
    Ok(whole)
}

/// Removes modes that no failure is left of, and folders and projects that nothing refers to.
fn remove_unused(tx: &Tx<'_>) -> Result<(), StoreError> {
    tx.execute_batch(
        "create temp table kept as select distinct p.mode as id from failure f join pattern p on p.id = f.pattern;
         delete from bucket where pattern in (select id from pattern where mode not in (select id from kept));
         delete from pattern where mode not in (select id from kept);
         delete from search where rowid not in (select id from kept);
         delete from mode where id not in (select id from kept);
         drop table kept;
         delete from root where not exists (select 1 from event where event.root = root.id)
                            and not exists (select 1 from session where session.root = root.id);",
    )?;
    project::clear_out(tx)
}

/// Derives every counter anew from the rows that are left. The denominators of sessions go with their session;
/// those of projects are the caller's, who knows how to mask a call.
fn recount(tx: &Tx<'_>) -> Result<(), StoreError> {
    tx.execute_batch(include_str!("recount.sql"))?;
    Ok(())
}

/// Returns a text as it is and as it stands inside a string of JSON, which inputs and surroundings are kept as.
#[must_use]
pub fn spellings(text: &str) -> [String; 2] {
    let quoted = serde_json::Value::from(text).to_string();
    [text.to_owned(), quoted[1..quoted.len() - 1].to_owned()]
}

/// Offers SQL a function that looks into compressed bodies.
fn offer_body_search(connection: &Connection, spelled: [String; 2]) -> Result<(), StoreError> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("body_holds", 2, flags, move |context| {
        let part = |index| -> rusqlite::Result<String> {
            let bytes: Option<Vec<u8>> = context.get(index)?;
            Ok(bytes
                .map(|bytes| body::inflate(&bytes).unwrap_or_default())
                .unwrap_or_default())
        };
        let (head, tail) = (part(0)?, part(1)?);
        Ok(spelled.iter().any(|text| head.contains(text) || tail.contains(text)))
    })?;
    Ok(())
}

/// Columns that hold JSON, of whatever table: a rewritten value is JSON again.
const JSON: &[&str] = &["input_context", "snapshot", "resolution"];

/// Rewrites every traced text with `again`, which is told whether the text is JSON and returns nothing for a text
/// that may stay; bodies too. Returns how many values changed.
pub fn rewrite(
    store: &mut Store,
    again: impl Fn(&str, bool) -> Option<Clean<String>> + Send + Clone + 'static,
) -> Result<usize, StoreError> {
    offer_rewriting(store.connection(), again)?;
    let changed = store.write(|tx| {
        let mut changed = 0;
        let mut rewrite = |table: &str, column: &str, new: &str| -> Result<(), StoreError> {
            changed += tx.execute(
                &format!("update or replace {table} set {column} = {new} where {new} is not null"),
                [],
            )?;
            Ok(())
        };
        for (table, columns) in TRACED {
            for column in *columns {
                rewrite(
                    table,
                    column,
                    &format!("rewritten({column}, {})", JSON.contains(column)),
                )?;
            }
        }
        for column in ["head", "tail"] {
            rewrite("body", column, &format!("rewritten_body({column}, part = 'input')"))?;
        }
        for column in ["headline", "message", "command", "file"] {
            rewrite("search", column, &format!("rewritten({column}, false)"))?;
        }
        Ok::<_, StoreError>(changed)
    })?;
    overwrite(store)?;
    Ok(changed)
}

/// Offers SQL the rewriting of plain and of compressed texts; each returns null for a text that may stay.
fn offer_rewriting(
    connection: &Connection,
    again: impl Fn(&str, bool) -> Option<Clean<String>> + Send + Clone + 'static,
) -> Result<(), StoreError> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    let rule = again.clone();
    connection.create_scalar_function("rewritten", 2, flags, move |context| {
        let json = context.get(1)?;
        Ok(context
            .get::<Option<String>>(0)?
            .and_then(|text| rule(&text, json))
            .map(Clean::into_inner))
    })?;
    connection.create_scalar_function("rewritten_body", 2, flags, move |context| {
        let Some(bytes) = context.get::<Option<Vec<u8>>>(0)? else {
            return Ok(None);
        };
        let json = context.get(1)?;
        let text = body::inflate(&bytes).ok().and_then(|text| again(&text, json));
        Ok(text.map(|text| body::deflate(&text)))
    })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_session_of_that_very_id_is_forgotten() {
        let mut store = Store::in_memory().expect("opens");
        store
            .connection()
            .execute_batch(
                "insert into session (assistant, external, started_at, last_at)
                 values ('a', 'ab', 1, 1), ('a', 'abc', 1, 1), ('a', 'a_', 1, 1), ('a', 'axb', 1, 1)",
            )
            .expect("sessions");
        for (id, left) in [("", 4), ("%", 4), ("a_", 3), ("ab", 2), ("a", 2)] {
            forget(&mut store, &What::Session(id.to_owned())).expect("forgotten");
            let count: i64 = store
                .connection()
                .query_row("select count(*) from session", [], |row| row.get(0))
                .expect("counted");
            assert_eq!(count, left, "{id:?}");
        }
    }

    #[test]
    fn a_text_in_a_folders_path_takes_its_project_along_and_says_so() {
        let mut store = Store::in_memory().expect("opens");
        store
            .connection()
            .execute_batch(
                "insert into project (id, key, name, first_at, last_at) values (1, 'root:m:/a', 'a', 1, 1), (2, 'root:m:/b', 'b', 1, 1);
                 insert into root (id, machine, path, project) values (1, 'm', '/a', 1), (2, 'm', '/home/jane/a', 1), (3, 'm', '/b', 2);
                 insert into session (assistant, external, project, root, started_at, last_at)
                 values ('c', 's1', 1, 1, 1, 1), ('c', 's2', 2, 3, 1, 1)",
            )
            .expect("two projects");
        let forgotten = forget(&mut store, &What::Match("jane".to_owned())).expect("forgotten");
        assert_eq!((forgotten.projects, forgotten.sessions), (1, 1));
        let again = forget(&mut store, &What::Match("jane".to_owned())).expect("forgotten");
        assert_eq!(again, Forgotten::default());
        let left: String = store
            .connection()
            .query_row("select group_concat(external) from session", [], |row| row.get(0))
            .expect("one is left");
        assert_eq!(left, "s2");
    }

    #[test]
    fn a_text_with_quotes_is_found_where_it_stands_in_json() {
        let mut store = Store::in_memory().expect("opens");
        store
            .write(|tx| {
                tx.execute_batch(
                    "insert into session (id, assistant, external, started_at, last_at) values (1, 'c', 's', 1, 1);
                     insert into event (id, session, key, at, at_source, kind, status, via)
                     values (1, 1, x'01', 1, 'record', 'call', 'failed', 'hook'),
                            (2, 1, x'02', 1, 'record', 'call', 'failed', 'hook'),
                            (3, 1, x'03', 1, 'record', 'call', 'ok', 'hook');
                     insert into failure (event, session, at, origin, headline, message, scope, input_context)
                     values (2, 1, 1, 'flagged', 'x', 'x', 'x', '{\"prompt\":\"say \\\"hi\\\" now\"}')",
                )?;
                let input = crate::domain::trace::Text::whole(r#"{"command":"echo say \"hi\""}"#);
                body::keep(tx, crate::domain::id::EventId(1), body::Part::Input, &input)
            })
            .expect("recorded");
        let forgotten = forget(&mut store, &What::Match(r#"say "hi""#.to_owned())).expect("forgotten");
        assert_eq!(forgotten.events, 2);
    }
}
