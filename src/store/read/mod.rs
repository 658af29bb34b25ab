//! What the answers read: one file of queries per noun.
//!
//! Rows are plain; `answers` gives them their outer form. Counts come from the counters that recording keeps
//! wherever a counter exists, because a store may hold a million failures.

mod callers;
mod calls;
mod counted;
mod events;
mod failures;
mod feedback;
mod grouped;
mod health;
mod ids;
mod listed;
mod log;
mod modes;
mod projects;
mod remedies;
mod search;
mod sessions;
mod skills;
mod sql;
mod told;
mod totals;

pub use callers::CallerRow;
pub use calls::CallRow;
pub use counted::{CountFilter, Counted, Passages, Runs};
pub use events::{BodyRow, EventRow};
pub use failures::{FailureRow, SetAsideRow};
pub use feedback::{FeedbackRow, SilenceRow, Votes};
pub use grouped::{GroupRow, Grouping};
pub use health::HealthRow;
pub use ids::Found;
pub use listed::{LabelFilter, ModeFilter, ModeState, Recorded};
pub use log::{LogFilter, LogMark, LogRow, Stamp};
pub use modes::{ModeProjectRow, ModeRow, ModeSample, ModeSessionRow, PatternRow};
pub use projects::{ProjectFigures, ProjectRow};
pub use remedies::{InstanceRow, QuoteRow, RemedyRow};
pub use search::{Columns, Findable};
pub use sessions::{SessionFilter, SessionRow};
pub use skills::{PublicationRow, Rest, Taught, WorkedRow};
pub use sql::{Cell, Table, query};
pub use told::{ToldFilter, ToldRow, ToldTotals};
pub use totals::{ReasonRow, Totals};

use rusqlite::{Params, Row};

use super::{Store, StoreError};
use crate::domain::time::Timestamp;

/// No limit, as SQL wants it.
const UNLIMITED: i64 = -1;

impl Store {
    /// Returns every row of `sql`, made into `T` by `make`; statements are prepared once per connection.
    fn rows<T>(
        &self,
        sql: &str,
        params: impl Params,
        make: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        let mut statement = self
            .connection()
            .prepare_cached(sql)
            .map_err(|error| self.named(error))?;
        let rows = statement.query_map(params, make).map_err(|error| self.named(error))?;
        rows.collect::<Result<_, _>>().map_err(|error| self.named(error))
    }

    /// Returns the first row of `sql`, if there is one.
    fn row<T>(
        &self,
        sql: &str,
        params: impl Params,
        make: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, StoreError> {
        Ok(self.rows(sql, params, make)?.into_iter().next())
    }

    fn named(&self, error: rusqlite::Error) -> StoreError {
        super::open::sort(self.path(), error)
    }
}

/// Reads a time column.
fn time(row: &Row<'_>, column: &str) -> rusqlite::Result<Timestamp> {
    row.get(column).map(Timestamp)
}

/// Reads a time column that may be null.
fn maybe_time(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(Timestamp))
}
