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
    ("remedy", Goes::Row),
    ("hint", Goes::Row),
    ("feedback", Goes::Row),
    ("publication", Goes::Row),
    ("source", Goes::Row),
    ("findable", Goes::Row),
    ("word", Goes::Row),
];

/// Columns of a failure that tell of its surroundings: the failure itself stays when only they hold the text.
const SURROUNDINGS: &[&str] = &["correction", "input_context", "snapshot", "resolution"];

/// Gathers what goes because `text` stands in it.
pub(super) fn gather(tx: &Tx<'_>, text: &str) -> Result<(), StoreError> {
    let spelled = spellings(text);
    let spelled = spelled.each_ref();
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
        tx.execute(&sql, spelled)?;
    }
    Ok(())
}

/// Removes the rows that are no part of an event, a session or a project, and still hold the text.
pub(super) fn remove_rest(tx: &Tx<'_>, text: &str) -> Result<(), StoreError> {
    let spelled = spellings(text);
    let spelled = spelled.each_ref();
    for column in SURROUNDINGS {
        tx.execute(
            &format!(
                "update failure set {column} = null where {}",
                holds(std::iter::once(column))
            ),
            spelled,
        )?;
    }
    for (table, columns) in TRACED {
        let holds = holds(columns.iter());
        match GOES.iter().find(|(name, _)| name == table) {
            Some((_, Goes::Row)) => {
                tx.execute(&format!("delete from {table} where {holds}"), spelled)?;
            }
            Some((_, Goes::Pattern)) => {
                tx.execute(
                    &format!("delete from bucket where pattern in (select id from pattern where {holds})"),
                    spelled,
                )?;
                tx.execute(&format!("delete from pattern where {holds}"), spelled)?;
            }
            _ => {}
        }
    }
    Ok(())
}

fn holds<'c>(columns: impl Iterator<Item = &'c &'c str>) -> String {
    let each: Vec<String> = columns
        .map(|column| format!("instr({column}, ?1) > 0 or instr({column}, ?2) > 0"))
        .collect();
    each.join(" or ")
}

/// Returns a text as it is and as it stands inside a string of JSON: inputs of calls and the surroundings of a failure
/// are kept as JSON.
#[must_use]
pub fn spellings(text: &str) -> [String; 2] {
    let quoted = serde_json::Value::from(text).to_string();
    // The two quotation marks around it are one byte each.
    let inside = quoted[1..quoted.len() - 1].to_owned();
    [text.to_owned(), inside]
}

/// Offers SQL a function that looks into compressed bodies.
pub(super) fn offer_body_search(connection: &Connection, spelled: [String; 2]) -> Result<(), StoreError> {
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
