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

/// Returns whether nothing is said of a failure mode at `now`: no hint, no warning, no line in a brief.
pub fn is_muted(tx: &Tx<'_>, mode: ModeId, now: Timestamp) -> Result<bool, StoreError> {
    Ok(tx
        .prepare_cached("select exists (select 1 from mode where id = ?1 and muted_until > ?2)")?
        .query_row(params![mode.0, now.0], |row| row.get(0))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    #[test]
    fn a_mode_is_muted_until_the_very_time() {
        let mut store = Store::in_memory().expect("opens");
        store
            .write(|tx| {
                tx.execute_batch(
                    "insert into mode (id, fingerprint, template, headline, tool_kind, scope) values (1, 'a', '', '', 'shell', 'go')",
                )?;
                let mode = ModeId(1);
                for (until, now, muted) in [
                    (None, 0, false),
                    (Some(Timestamp(5)), 4, true),
                    (Some(Timestamp(5)), 5, false),
                    (Some(FOREVER), 5, true),
                ] {
                    mute(tx, mode, until)?;
                    assert_eq!(is_muted(tx, mode, Timestamp(now))?, muted, "{until:?} at {now}");
                }
                assert!(!is_muted(tx, ModeId(2), Timestamp(0))?, "nobody muted what is not there");
                Ok::<_, StoreError>(())
            })
            .expect("writes");
    }
}
