//! Facts about the store itself.

use rusqlite::{OptionalExtension as _, params};

use super::{StoreError, Tx};
use crate::domain::time::Timestamp;

/// Returns the time kept under `key`.
pub fn time(tx: &Tx<'_>, key: &str) -> Result<Option<Timestamp>, StoreError> {
    let text: Option<String> = tx
        .prepare_cached("select value from meta where key = ?1")?
        .query_row([key], |row| row.get(0))
        .optional()?;
    Ok(text.and_then(|text| text.parse().ok()).map(Timestamp))
}

/// Keeps a time under `key`.
pub fn set_time(tx: &Tx<'_>, key: &str, at: Timestamp) -> Result<(), StoreError> {
    tx.prepare_cached(
        "insert into meta (key, value) values (?1, ?2) on conflict (key) do update set value = excluded.value",
    )?
    .execute(params![key, at.0.to_string()])?;
    Ok(())
}
