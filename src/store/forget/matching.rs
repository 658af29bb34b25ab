//! Where a text stands that is to be forgotten, and what goes because of it.

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;

use crate::store::columns::TRACED;
use crate::store::{StoreError, Tx, body};

/// What goes where the text stands in a row of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Goes {
    /// The project whose folder or remote it names.
    Project(&'static str),
    /// The session.
    Session,
    /// The event.
    Event(&'static str),
    /// The failures of the pattern, with the pattern.
    Pattern,
    /// The row alone.
    Row,
    /// Nothing: what it says is said anew.
    Anew,
}

/// What goes, by table; the tables are those of [`TRACED`].
const GOES: &[(&str, Goes)] = &[
    ("project", Goes::Project("id")),
    ("root", Goes::Project("project")),
    ("root_fact", Goes::Row),
    ("root_file", Goes::Row),
    ("session", Goes::Session),
    ("session_label", Goes::Row),
    ("usage", Goes::Row),
    ("event", Goes::Event("id")),
    ("exercise", Goes::Row),
    ("shape", Goes::Row),
    ("mode", Goes::Anew),
    ("pattern", Goes::Pattern),
    ("bucket", Goes::Row),
    ("failure", Goes::Event("event")),
    ("source", Goes::Row),
];

/// Columns of a failure that tell of its surroundings: the failure itself stays when only they hold the text.
const SURROUNDINGS: &[&str] = &["correction", "input_context", "snapshot", "resolution"];

/// Gathers what goes because `text` stands in it.
pub(super) fn gather(tx: &Tx<'_>, text: &str) -> Result<(), StoreError> {
    tx.execute(
        "insert or ignore into doomed_event select event from body where body_holds(head, tail)",
        [],
    )?;
    for (table, columns) in TRACED {
        let goes = GOES.iter().find(|(name, _)| name == table).map(|(_, goes)| *goes);
        let holds = holds(columns.iter().filter(|column| !SURROUNDINGS.contains(column)));
        let sql = match goes {
            Some(Goes::Project(id)) => {
                format!("insert or ignore into doomed_project select {id} from {table} where {holds}")
            }
            Some(Goes::Session) => format!("insert or ignore into doomed_session select id from session where {holds}"),
            Some(Goes::Event(id)) => {
                format!("insert or ignore into doomed_event select {id} from {table} where {holds}")
            }
            Some(Goes::Pattern) => format!(
                "insert or ignore into doomed_event select event from failure
                 where pattern in (select id from pattern where {holds})"
            ),
            Some(Goes::Anew) => format!("insert or ignore into touched_mode select id from mode where {holds}"),
            Some(Goes::Row) | None => continue,
        };
        tx.execute(&sql, [text])?;
    }
    let holds = holds(["headline", "message", "command", "file"].iter());
    tx.execute(
        &format!("insert or ignore into touched_mode select rowid from search where {holds}"),
        [text],
    )?;
    Ok(())
}

/// Removes the rows that are no part of an event, a session or a project, and still hold the text.
pub(super) fn remove_rest(tx: &Tx<'_>, text: &str) -> Result<(), StoreError> {
    for column in SURROUNDINGS {
        tx.execute(
            &format!("update failure set {column} = null where instr({column}, ?1) > 0"),
            [text],
        )?;
    }
    for (table, columns) in TRACED {
        let holds = holds(columns.iter());
        match GOES.iter().find(|(name, _)| name == table) {
            Some((_, Goes::Row)) => {
                tx.execute(&format!("delete from {table} where {holds}"), [text])?;
            }
            Some((_, Goes::Pattern)) => {
                tx.execute(
                    &format!("delete from bucket where pattern in (select id from pattern where {holds})"),
                    [text],
                )?;
                tx.execute(&format!("delete from pattern where {holds}"), [text])?;
            }
            _ => {}
        }
    }
    Ok(())
}

fn holds<'c>(columns: impl Iterator<Item = &'c &'c str>) -> String {
    let each: Vec<String> = columns.map(|column| format!("instr({column}, ?1) > 0")).collect();
    each.join(" or ")
}

/// Offers SQL a function that looks into compressed bodies.
pub(super) fn offer_body_search(connection: &Connection, text: String) -> Result<(), StoreError> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("body_holds", 2, flags, move |context| {
        let part = |index| -> rusqlite::Result<String> {
            let bytes: Option<Vec<u8>> = context.get(index)?;
            Ok(bytes
                .map(|bytes| body::inflate(&bytes).unwrap_or_default())
                .unwrap_or_default())
        };
        Ok(part(0)?.contains(&text) || part(1)?.contains(&text))
    })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_traced_table_says_what_goes() {
        let traced: Vec<&str> = TRACED.iter().map(|(table, _)| *table).collect();
        let goes: Vec<&str> = GOES.iter().map(|(table, _)| *table).collect();
        assert_eq!(goes, traced);
        let (_, of_failure) = TRACED.iter().find(|(table, _)| *table == "failure").expect("is traced");
        assert!(SURROUNDINGS.iter().all(|column| of_failure.contains(column)));
    }
}
