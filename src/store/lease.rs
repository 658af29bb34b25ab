//! Leases: who may do the work that only one process at a time should do.

use rusqlite::params;

use super::{Store, StoreError};
use crate::domain::time::{Span, Timestamp};

/// Takes or renews the lease `name` for `holder`. Returns whether `holder` has it now; a lease that ran out,
/// because its holder was killed, is free.
pub fn take(store: &mut Store, name: &str, holder: &str, now: Timestamp, term: Span) -> Result<bool, StoreError> {
    store.write(|tx| {
        let changed = tx
            .prepare_cached(
                "insert into lease (name, holder, until) values (?1, ?2, ?3)
                 on conflict (name) do update set holder = excluded.holder, until = excluded.until
                 where lease.holder = excluded.holder or lease.until < ?4",
            )?
            .execute(params![name, holder, now.after(term).0, now.0])?;
        Ok(changed == 1)
    })
}

/// Gives the lease back.
pub fn release(store: &mut Store, name: &str, holder: &str) -> Result<(), StoreError> {
    store.write(|tx| {
        tx.prepare_cached("delete from lease where name = ?1 and holder = ?2")?
            .execute(params![name, holder])?;
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_holder_at_a_time_until_the_lease_runs_out() {
        let mut store = Store::in_memory().expect("opens");
        let mut take = |holder, second| {
            take(
                &mut store,
                "worker",
                holder,
                Timestamp(0).after(Span::seconds(second)),
                Span::seconds(60),
            )
            .expect("asks")
        };
        assert!(take("a", 0));
        assert!(!take("b", 59), "a still holds it");
        assert!(take("a", 59), "the holder renews");
        assert!(!take("b", 100), "renewed until 119");
        assert!(take("b", 120), "a did not come back");
    }
}
