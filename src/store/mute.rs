//! Silence about a failure mode, as a person wants it.

use rusqlite::params;

use super::{StoreError, Tx};
use crate::domain::id::ModeId;
use crate::domain::time::Timestamp;

/// The `muted_until` of what is muted for good.
pub const FOREVER: Timestamp = Timestamp(i64::MAX);

/// Mutes a failure mode until `until`, or ends the silence when there is no `until`.
pub fn mute(tx: &Tx<'_>, mode: ModeId, until: Option<Timestamp>) -> Result<(), StoreError> {
    tx.execute(
        "update mode set muted_until = ?2 where id = ?1",
        params![mode.0, until.map(|until| until.0)],
    )?;
    Ok(())
}
