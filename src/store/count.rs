//! The kept counters: what every rate and every list is read from, in the transaction that changes the rows.

use rusqlite::{OptionalExtension as _, params};

use super::{StoreError, Tx};
use crate::domain::id::{FailureId, ProjectId, SessionId};
use crate::domain::time::Timestamp;
use crate::redact::Clean;

/// Whether no other counted failure of a session is of a mode and a project. It goes by the session: a project may hold
/// all failures that there are.
const ALONE: &str = "
select not exists (select 1 from failure f indexed by failure_session join pattern p on p.id = f.pattern
                   where f.session = ?1 and p.mode = ?2 and +f.project = ?3 and f.id <> ?4 and f.expected is null)";

/// Counts one run of each of `keys` in a session: the denominator of every rate.
pub fn exercised(tx: &Tx<'_>, session: SessionId, keys: &Clean<Vec<String>>, failed: bool) -> Result<(), StoreError> {
    for key in keys.iter() {
        tx.prepare_cached(
            "insert into exercise (session, key, runs, failed) values (?1, ?2, 1, ?3)
             on conflict (session, key) do update set runs = runs + 1, failed = failed + excluded.failed",
        )?
        .execute(params![session.0, key, failed])?;
    }
    Ok(())
}

/// Counts a run that was counted before as failed from now on, or no longer.
pub fn exercise_again(
    tx: &Tx<'_>,
    session: SessionId,
    keys: &Clean<Vec<String>>,
    failed: bool,
) -> Result<(), StoreError> {
    for key in keys.iter() {
        tx.prepare_cached("update exercise set failed = failed + ?3 where session = ?1 and key = ?2")?
            .execute(params![session.0, key, step(failed)])?;
    }
    Ok(())
}

/// Counts a run out that is forgotten.
pub fn exercise_out(
    tx: &Tx<'_>,
    session: SessionId,
    keys: &Clean<Vec<String>>,
    failed: bool,
) -> Result<(), StoreError> {
    for key in keys.iter() {
        tx.prepare_cached("update exercise set runs = runs - 1, failed = failed - ?3 where session = ?1 and key = ?2")?
            .execute(params![session.0, key, failed])?;
        tx.prepare_cached("delete from exercise where session = ?1 and key = ?2 and runs <= 0")?
            .execute(params![session.0, key])?;
    }
    Ok(())
}

/// Counts a run of a masked call out that is forgotten. What is left to know of the newest run is whether all failed,
/// or none.
pub fn shape_out(tx: &Tx<'_>, project: ProjectId, call: &Clean<String>, failed: bool) -> Result<(), StoreError> {
    tx.prepare_cached(
        "update shape
         set runs = runs - 1, failed = failed - ?3,
             last_failed = case failed - ?3 when 0 then 0 when runs - 1 then 1 else last_failed end
         where project = ?1 and call = ?2",
    )?
    .execute(params![project.0, call.as_str(), failed])?;
    tx.prepare_cached("delete from shape where project = ?1 and call = ?2 and runs <= 0")?
        .execute(params![project.0, call.as_str()])?;
    Ok(())
}

/// Counts one run of a masked call in a project.
pub fn shaped(
    tx: &Tx<'_>,
    project: ProjectId,
    call: &Clean<String>,
    failed: bool,
    at: Timestamp,
) -> Result<(), StoreError> {
    tx.prepare_cached(
        "insert into shape (project, call, runs, failed, last_failed, last_at)
         values (?1, ?2, 1, ?3, ?3, ?4)
         on conflict (project, call) do update
         set runs = runs + 1, failed = failed + excluded.failed,
             last_failed = case when excluded.last_at >= last_at then excluded.last_failed else last_failed end,
             last_at = max(last_at, excluded.last_at)",
    )?
    .execute(params![project.0, call.as_str(), failed, at.0])?;
    Ok(())
}

/// Counts a run of a masked call that was counted before as failed from now on, or no longer.
pub fn shape_again(
    tx: &Tx<'_>,
    project: ProjectId,
    call: &Clean<String>,
    failed: bool,
    at: Timestamp,
) -> Result<(), StoreError> {
    tx.prepare_cached(
        "update shape
         set failed = failed + ?3, last_failed = case when ?4 >= last_at then ?5 else last_failed end
         where project = ?1 and call = ?2",
    )?
    .execute(params![project.0, call.as_str(), step(failed), at.0, failed])?;
    Ok(())
}

const fn step(up: bool) -> i64 {
    if up { 1 } else { -1 }
}

/// Forgets every masked call.
pub fn clear_shapes(tx: &Tx<'_>) -> Result<(), StoreError> {
    tx.execute("delete from shape", [])?;
    Ok(())
}

/// Whether a failure is being added to the counters or taken out of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It begins to count in its present state.
    Add,
    /// It ceases to.
    Remove,
}

/// Brings the counters of session, mode and project in line with a failure row: called after the row was
/// written, and around every change of what it counts as.
pub fn failure(tx: &Tx<'_>, failure: FailureId, change: Change) -> Result<(), StoreError> {
    let row = tx
        .prepare_cached(
            "select f.session, f.project, p.mode, f.at, f.expected is null, f.headline
             from failure f left join pattern p on p.id = f.pattern where f.id = ?1",
        )?
        .query_row([failure.0], |row| {
            Ok(Counted {
                id: failure.0,
                session: row.get(0)?,
                project: row.get(1)?,
                mode: row.get(2)?,
                at: row.get(3)?,
                counts: row.get(4)?,
                headline: row.get(5)?,
            })
        })
        .optional()?;
    let Some(row) = row else { return Ok(()) };
    let step = step(change == Change::Add);
    let (counted, expected) = if row.counts { (step, 0) } else { (0, step) };
    tx.prepare_cached("update session set failures = failures + ?2, expected = expected + ?3 where id = ?1")?
        .execute(params![row.session, counted, expected])?;
    let Some(mode) = row.mode else { return Ok(()) };
    tx.prepare_cached("update mode set failures = failures + ?2, expected = expected + ?3 where id = ?1")?
        .execute(params![mode, counted, expected])?;
    if row.counts {
        row.in_mode(tx, mode, step)
    } else {
        Ok(())
    }
}

struct Counted {
    id: i64,
    session: i64,
    project: Option<i64>,
    mode: Option<i64>,
    at: i64,
    counts: bool,
    headline: String,
}

impl Counted {
    fn in_mode(&self, tx: &Tx<'_>, mode: i64, step: i64) -> Result<(), StoreError> {
        let met = self.in_session(tx, mode, step)?;
        tx.prepare_cached("update mode set sessions = sessions + ?2 where id = ?1")?
            .execute(params![mode, met])?;
        if let Some(project) = self.project {
            let met = if met != 0 || self.alone_in(tx, mode, project)? {
                step
            } else {
                0
            };
            tx.prepare_cached(
                "insert into mode_project (mode, project, failures, sessions, first_at, last_at)
                 values (?1, ?2, ?3, ?4, ?5, ?5)
                 on conflict (mode, project) do update
                 set failures = failures + excluded.failures, sessions = sessions + excluded.sessions,
                     first_at = min(first_at, excluded.first_at), last_at = max(last_at, excluded.last_at)",
            )?
            .execute(params![mode, project, step, met, self.at])?;
            tx.prepare_cached("delete from mode_project where mode = ?1 and project = ?2 and failures <= 0")?
                .execute(params![mode, project])?;
        }
        if step < 0 {
            return self.draw_in(tx, mode);
        }
        // A mode that fails again is not resolved, whatever somebody said. What was recorded late is older than that.
        tx.prepare_cached(
            "update mode set status = 'open'
             where id = ?1 and status = 'resolved' and ?2 > coalesce(last_at, 0)
               and not exists (select 1 from failure f where f.id = ?3 and f.evolution_triggered = 1)
               and ?2 > coalesce((select max(r.decided_at) from remedy r join pattern p on p.id = r.pattern
                                  where p.mode = ?1), 0)",
        )?
        .execute(params![mode, self.at, self.id])?;
        tx.prepare_cached(
            "update mode
             set headline = case when last_at is null or ?2 >= last_at then ?3 else headline end,
                 first_at = min(coalesce(first_at, ?2), ?2), last_at = max(coalesce(last_at, ?2), ?2)
             where id = ?1",
        )?
        .execute(params![mode, self.at, self.headline])?;
        Ok(())
    }

    /// Returns whether no other counted failure of the session is of this mode and project: a session may meet a mode
    /// in several projects.
    fn alone_in(&self, tx: &Tx<'_>, mode: i64, project: i64) -> Result<bool, StoreError> {
        Ok(tx
            .prepare_cached(ALONE)?
            .query_row(params![self.session, mode, project, self.id], |row| row.get(0))?)
    }

    /// Draws in the times that this failure, which ceases to count, was the first or the last to reach.
    fn draw_in(&self, tx: &Tx<'_>, mode: i64) -> Result<(), StoreError> {
        for sql in DRAW_IN {
            tx.prepare_cached(sql)?
                .execute(params![mode, self.id, self.at, self.session, self.project])?;
        }
        Ok(())
    }

    /// Returns by how much the number of sessions that met the mode changes: 1, 0 or -1.
    fn in_session(&self, tx: &Tx<'_>, mode: i64, step: i64) -> Result<i64, StoreError> {
        let before: Option<i64> = tx
            .prepare_cached("select failures from mode_session where mode = ?1 and session = ?2")?
            .query_row(params![mode, self.session], |row| row.get(0))
            .optional()?;
        let after = before.unwrap_or(0) + step;
        if after <= 0 {
            tx.prepare_cached("delete from mode_session where mode = ?1 and session = ?2")?
                .execute(params![mode, self.session])?;
            return Ok(if before.is_some() { -1 } else { 0 });
        }
        tx.prepare_cached(
            "insert into mode_session (mode, session, failures, last_at) values (?1, ?2, ?3, ?4)
             on conflict (mode, session) do update
             set failures = excluded.failures, last_at = max(last_at, excluded.last_at)",
        )?
        .execute(params![mode, self.session, after, self.at])?;
        Ok(i64::from(before.is_none()))
    }
}

/// What a mode's failures say without failure ?2 of session ?4 and project ?5 at time ?3. Every parameter stands in
/// every statement.
const DRAW_IN: &[&str] = &[
    "update mode_session
     set last_at = (select max(f.at) from failure f join pattern p on p.id = f.pattern
                    where p.mode = ?1 and f.session = ?4 and f.expected is null and f.id <> ?2)
     where mode = ?1 and session = ?4 and last_at = ?3 and ?5 is ?5",
    "update mode_project
     set (first_at, last_at) = (select min(f.at), max(f.at) from failure f join pattern p on p.id = f.pattern
                                where p.mode = ?1 and f.project = ?5 and f.expected is null and f.id <> ?2)
     where mode = ?1 and project = ?5 and ?3 in (first_at, last_at) and ?4 is ?4",
    "update mode
     set (first_at, last_at) = (select min(f.at), max(f.at) from failure f join pattern p on p.id = f.pattern
                                where p.mode = ?1 and f.expected is null and f.id <> ?2),
         headline = coalesce((select f.headline from failure f join pattern p on p.id = f.pattern
                              where p.mode = ?1 and f.expected is null and f.id <> ?2
                              order by f.at desc, f.id desc limit 1), headline)
     where id = ?1 and ?3 in (first_at, last_at) and ?4 is ?4 and ?5 is ?5",
];
