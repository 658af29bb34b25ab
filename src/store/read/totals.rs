//! The figures of a window of time.

use rusqlite::params;

use crate::domain::id::ProjectId;
use crate::domain::time::Timestamp;
use crate::store::{Store, StoreError};

/// What was read in a window; sessions that reach into it count whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals {
    /// Sessions.
    pub sessions: i64,
    /// Their tool calls.
    pub calls: i64,
    /// The projects they worked in.
    pub projects: i64,
    /// Their failures that count.
    pub failures: i64,
    /// Their failures set aside.
    pub expected: i64,
}

/// How many failures were set aside for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReasonRow {
    /// The word for the reason.
    pub reason: String,
    /// How many.
    pub failures: i64,
}

const TOTALS: &str = "select count(*), coalesce(sum(calls), 0), count(distinct project),
       coalesce(sum(failures), 0), coalesce(sum(expected), 0)
from session where last_at >= ?1 and last_at <= ?2 and (?3 is null or project = ?3)";

const REASONS: &str = "select expected, count(*) from failure
where expected is not null and at >= ?1 and at <= ?2 and (?3 is null or project = ?3)
group by expected order by count(*) desc, expected";

impl Store {
    /// Returns what was read between `since` and `until`.
    pub fn totals(&self, since: Timestamp, until: Timestamp, project: Option<ProjectId>) -> Result<Totals, StoreError> {
        let totals = self.row(TOTALS, params![since.0, until.0, project.map(|id| id.0)], |row| {
            Ok(Totals {
                sessions: row.get(0)?,
                calls: row.get(1)?,
                projects: row.get(2)?,
                failures: row.get(3)?,
                expected: row.get(4)?,
            })
        })?;
        Ok(totals.unwrap_or_default())
    }

    /// Returns how many failures were set aside between `since` and `until`, by reason, most frequent first.
    pub fn reasons(
        &self,
        since: Timestamp,
        until: Timestamp,
        project: Option<ProjectId>,
    ) -> Result<Vec<ReasonRow>, StoreError> {
        self.rows(REASONS, params![since.0, until.0, project.map(|id| id.0)], |row| {
            Ok(ReasonRow {
                reason: row.get(0)?,
                failures: row.get(1)?,
            })
        })
    }

    /// Returns when the newest session was last active; nothing when there is no session.
    pub fn newest(&self, project: Option<ProjectId>) -> Result<Option<Timestamp>, StoreError> {
        let newest = self.row(
            "select max(last_at) from session where ?1 is null or project = ?1",
            [project.map(|id| id.0)],
            |row| row.get::<_, Option<i64>>(0),
        )?;
        Ok(newest.flatten().map(Timestamp))
    }
}
