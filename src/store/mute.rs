//! Silence about a failure mode, as a person wants it.

use crate::domain::id::ModeId;
use crate::domain::time::Timestamp;
use crate::store::{Store, StoreError};

/// The `muted_until` of what is muted for good.
pub const FOREVER: Timestamp = Timestamp(i64::MAX);

impl Store {
    /// Mutes a failure mode until `until`, or ends the silence when there is no `until`.
    pub fn mute(&mut self, mode: ModeId, until: Option<Timestamp>) -> Result<(), StoreError> {
        self.write(|tx| {
            tx.execute(
                "update mode set muted_until = ?2 where id = ?1",
                rusqlite::params![mode.0, until.map(|until| until.0)],
            )?;
            Ok(())
        })
    }
}
