//! Growing old: bytes first, then uneventful events; failures and what was learnt of them stay longest.

use super::{Store, StoreError, forget};
use crate::domain::time::Timestamp;

/// What may stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of events before this time go.
    pub bodies_since: Timestamp,
    /// Events before this time go, unless they failed.
    pub events_since: Timestamp,
    /// The database's largest size in bytes.
    pub most_bytes: u64,
}

/// Share of the oldest bodies, then of the oldest events, that goes in one step when the database is too large.
const STEP: i64 = 4;

/// Most steps in one go; a database that is still too large is looked at again the next day.
const MOST_STEPS: usize = 12;

/// Removes what is past its time, then the oldest of the rest until the database fits. Returns the rows removed.
pub fn prune(store: &mut Store, limits: Limits) -> Result<usize, StoreError> {
    let mut removed = store.write(|tx| {
        let bodies = tx.execute(
            "delete from body where event in (select id from event where at < ?1)",
            [limits.bodies_since.0],
        )?;
        let events = tx.execute(
            "delete from event where at < ?1 and not exists (select 1 from failure where failure.event = event.id)",
            [limits.events_since.0],
        )?;
        Ok::<_, StoreError>(bodies + events)
    })?;
    for _ in 0..MOST_STEPS {
        if used(store)? <= limits.most_bytes {
            break;
        }
        let step = store.write(shrink)?;
        if step == 0 {
            break;
        }
        removed += step;
    }
    if removed > 0 {
        forget::overwrite(store)?;
    }
    Ok(removed)
}

fn shrink(tx: &super::Tx<'_>) -> Result<usize, StoreError> {
    let bodies = tx.execute(
        "delete from body where event in
             (select distinct event from body order by event limit (select count(*) / ?1 + 1 from body))",
        [STEP],
    )?;
    if bodies > 0 {
        return Ok(bodies);
    }
    Ok(tx.execute(
        "delete from event where id in
             (select id from event where not exists (select 1 from failure where failure.event = event.id)
              order by at limit (select count(*) / ?1 + 1 from event))",
        [STEP],
    )?)
}

/// Returns the bytes of pages in use.
fn used(store: &Store) -> Result<u64, StoreError> {
    let number = |name: &str| {
        store
            .connection()
            .query_row(&format!("pragma {name}"), [], |row| row.get::<_, i64>(0))
    };
    let pages = number("page_count")? - number("freelist_count")?;
    Ok((pages * number("page_size")?).cast_unsigned())
}
