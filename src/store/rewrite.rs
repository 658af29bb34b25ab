//! Rewriting what is kept, with redaction rules that were not there when it was recorded.

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;

use super::columns::TRACED;
use super::forget::overwrite;
use super::{Store, StoreError, Tx, body, key};
use crate::redact::Clean;

/// Columns that hold JSON, of whatever table: a rewritten value is JSON again.
const JSON: &[&str] = &["input_context", "snapshot", "resolution"];

/// Remedies that say the same once they are rewritten; the oldest stays.
const TWINS: &str = "
create temp table twin as
select * from (
    select id as goes, min(id) over (
        partition by pattern, instance, project, kind,
                     coalesce(rewritten(was, false), was), coalesce(rewritten(becomes, false), becomes)) as stays
    from remedy
) where goes <> stays";

/// Rows whose text is all that they say, as words of a set: of those that become one, one is enough.
const SETS: &[&str] = &["root_file", "bucket", "word"];

/// What stands under a text, with how it is written anew: counters of what becomes one are added up, and of times the
/// newest stays.
const COUNTED: &[(&str, &str, &str)] = &[
    (
        "shape",
        "call",
        "insert into shape (project, call, runs, failed, last_failed, last_at)
         select project, rewritten(call, false), runs, failed, last_failed, last_at
         from shape where rewritten(call, false) is not null
         on conflict (project, call) do update
         set runs = runs + excluded.runs, failed = failed + excluded.failed,
             last_failed = case when excluded.last_at > last_at then excluded.last_failed else last_failed end,
             last_at = max(last_at, excluded.last_at)",
    ),
    (
        "exercise",
        "key",
        "insert into exercise (session, key, runs, failed)
         select session, rewritten(key, false), runs, failed from exercise where rewritten(key, false) is not null
         on conflict (session, key) do update set runs = runs + excluded.runs, failed = failed + excluded.failed",
    ),
    (
        "root_fact",
        "value",
        "insert into root_fact (root, kind, value, at)
         select root, kind, rewritten(value, false), at from root_fact where rewritten(value, false) is not null
         on conflict (root, kind, value) do update set at = max(at, excluded.at)",
    ),
];

/// Rewrites every traced text with `again`, which is told whether the text is JSON and returns nothing for a text
/// that may stay; bodies too. Returns how many values changed.
pub fn rewrite(
    store: &mut Store,
    again: impl Fn(&str, bool) -> Option<Clean<String>> + Send + Clone + 'static,
) -> Result<usize, StoreError> {
    offer_rewriting(store.connection(), again)?;
    let changed = store.write(|tx| {
        tx.execute_batch(TWINS)?;
        tx.execute_batch(include_str!("twins.sql"))?;
        let mut changed = 0;
        for (table, column, added) in COUNTED {
            tx.execute(added, [])?;
            changed += tx.execute(
                &format!("delete from {table} where rewritten({column}, false) is not null"),
                [],
            )?;
        }
        for (table, columns) in TRACED {
            for column in *columns {
                let new = format!("rewritten({column}, {})", JSON.contains(column));
                changed += if SETS.contains(table) {
                    replace(tx, table, column, &new)?
                } else {
                    keep_apart(tx, table, column, &new)?
                };
            }
        }
        // The name of an event is made of its words: with the old one, another copy of it would be a stranger.
        tx.execute_batch(
            "create temp table renamed as
             select distinct event as id from body
             where rewritten_body(head, part = 'input') is not null or rewritten_body(tail, part = 'input') is not null",
        )?;
        for column in ["head", "tail"] {
            changed += replace(tx, "body", column, &format!("rewritten_body({column}, part = 'input')"))?;
        }
        // What is searched is made of these texts, and whoever has time makes it anew.
        tx.execute_batch(
            "insert into search (search) values ('delete-all'); delete from word;
             delete from findable where skill is not null; update findable set indexed = 0;",
        )?;
        key::rename(tx)?;
        tx.execute_batch("drop table renamed")?;
        Ok::<_, StoreError>(changed)
    })?;
    overwrite(store)?;
    Ok(changed)
}

/// Rewrites a column; a row that says the same by then gives way.
fn replace(tx: &Tx<'_>, table: &str, column: &str, new: &str) -> Result<usize, StoreError> {
    Ok(tx.execute(
        &format!("update or replace {table} set {column} = {new} where {new} is not null"),
        [],
    )?)
}

/// Rewrites a column in which some rows have names of their own: those that would be called alike are numbered, because
/// what hangs on them is not the same.
fn keep_apart(tx: &Tx<'_>, table: &str, column: &str, new: &str) -> Result<usize, StoreError> {
    let rewrite = |new: &str, number: &str| {
        tx.execute(
            &format!("update or ignore {table} set {column} = {new}{number} where {new} is not null"),
            [],
        )
    };
    let mut changed = rewrite(new, "")?;
    let left = format!("select count(*) from {table} where {new} is not null");
    let rows: i64 = tx.query_row(&left, [], |row| row.get(0))?;
    for number in 2..=rows + 1 {
        changed += rewrite(new, &format!(" || ' ({number})'"))?;
        if tx.query_row(&left, [], |row| row.get::<_, i64>(0))? == 0 {
            break;
        }
    }
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
mod tests;
