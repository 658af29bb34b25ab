//! Rewriting what is kept, with redaction rules that were not there when it was recorded.

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;

use super::columns::TRACED;
use super::forget::overwrite;
use super::{Store, StoreError, body, key};
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

/// Counters that stand under a text, with how they are written anew: what becomes one is added up.
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
        // The name of an event is made of its words: with the old one, another copy of it would be a stranger.
        tx.execute_batch(
            "create temp table renamed as
             select distinct event as id from body
             where rewritten_body(head, part = 'input') is not null or rewritten_body(tail, part = 'input') is not null",
        )?;
        for column in ["head", "tail"] {
            rewrite("body", column, &format!("rewritten_body({column}, part = 'input')"))?;
        }
        for column in ["headline", "message", "command", "file"] {
            rewrite("search", column, &format!("rewritten({column}, false)"))?;
        }
        key::rename(tx)?;
        tx.execute_batch("drop table renamed")?;
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
