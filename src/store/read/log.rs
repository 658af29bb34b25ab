//! What happened, as a log: failures, what agents were told, skills that were written, remedies that somebody gave or
//! judged. A log is read from its end, and then by what comes new.

use std::collections::BTreeSet;

use rusqlite::{Params, Row, named_params};

use super::time;
use crate::domain::id::ProjectId;
use crate::domain::time::Timestamp;
use crate::store::{Store, StoreError};

/// Most rows of one table that are read at once where news is read; what is more comes with the next reading.
const AT_ONCE: u32 = 10_000;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRow {
    /// The word for what it is: `failure`, `aside`, `hint`, `warning`, `brief`, `skill`, `claim`, `confirmed`, `refuted`.
    pub kind: String,
    /// Its row in the table of its kind.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// The name of the project.
    pub project: Option<String>,
    /// The assistant's id of the session.
    pub session: Option<String>,
    /// The fingerprint of the failure mode.
    pub fingerprint: Option<String>,
    /// What failed, which skill, instead of which call.
    pub what: Option<String>,
    /// The headline, the message, the file, the remedy.
    pub text: String,
    /// A word more: why it was set aside, what came of it, which version, who says so.
    pub note: Option<String>,
}

/// Which part of the log is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a source that a level adds")]
pub struct LogFilter {
    /// Only what happened at or after this time.
    pub since: Timestamp,
    /// Only in this project.
    pub project: Option<ProjectId>,
    /// Failures that were set aside, too.
    pub aside: bool,
    /// What agents were told.
    pub told: bool,
    /// What was only noted and not told, too.
    pub noted: bool,
    /// Skills that were written, and remedies that somebody gave or judged.
    pub lessons: bool,
}

/// How far a log was read. What comes new may be older than what was read before: a transcript is read when its session
/// is over. So rows are told apart by their ids, and times only help where the newest row has been removed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogMark {
    failures: Mark,
    told: Mark,
    /// The kind, the row and the time of each lesson: there are few, and one row is news again when it is judged.
    lessons: BTreeSet<(String, i64, i64)>,
}

/// The last row of a table that was read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Mark {
    id: i64,
    at: i64,
    /// The newest time that was read: a row of a smaller id may have it.
    newest: i64,
}

macro_rules! failures {
    ($where:literal) => {
        concat!(
            "select f.id, f.at, case when f.expected is null then 'failure' else 'aside' end as kind, p.name as project,
       s.external as session, m.fingerprint, f.scope as what, f.headline as text,
       coalesce(f.expected, case f.origin when 'hidden' then 'hidden' end) as note
from failure f join session s on s.id = f.session left join project p on p.id = f.project
left join pattern t on t.id = f.pattern left join mode m on m.id = t.mode
where (f.expected is null or :aside) and ",
            $where
        )
    };
}

macro_rules! told {
    ($where:literal) => {
        concat!(
            "select h.id, h.at, h.kind, p.name as project, s.external as session, m.fingerprint, null as what, h.text,
       case when h.shadow then 'only-noted' else h.aftermath end as note
from hint h join session s on s.id = h.session left join project p on p.id = s.project left join mode m on m.id = h.mode
where (not h.shadow or :noted) and (:project is null or s.project = :project) and ",
            $where
        )
    };
}

// A question for the end of the log, and one for what is new: each is answered in order by an index. The plus keeps
// SQLite from walking through the times where it should go on behind an id.
const LAST_FAILURES: &str =
    failures!(":project is null and f.id <= :mark and f.at >= :since order by f.at desc, f.id desc limit :limit");
const LAST_OF_PROJECT: &str =
    failures!("f.project = :project and f.id <= :mark and f.at >= :since order by f.at desc, f.id desc limit :limit");
const NEW_FAILURES: &str = failures!(
    "(:project is null or +f.project = :project) and f.id > :mark and +f.at >= :since order by f.id limit :limit"
);
const LAST_TOLD: &str = told!("h.id <= :mark and h.at >= :since order by h.at desc, h.id desc limit :limit");
const NEW_TOLD: &str = told!("h.id > :mark and +h.at >= :since order by h.id limit :limit");

const LESSONS: &str = "
select u.id, u.at, 'skill' as kind, p.name as project, null as session, coalesce(m.fingerprint, u.fingerprint) as fingerprint,
       u.name as what, u.path as text, 'version ' || u.version as note
from publication u left join project p on p.id = u.project
left join pattern t on t.fingerprint = u.fingerprint left join mode m on m.id = t.mode
where u.at >= :since and (:project is null or u.project = :project)
union all
select r.id, r.decided_at, r.verdict, p.name, nullif(r.decided_by, 'person'), m.fingerprint, r.was, r.becomes,
       case r.decided_by when 'person' then 'person' else 'agent' end
from remedy r left join project p on p.id = r.project join pattern t on t.id = r.pattern join mode m on m.id = t.mode
where r.verdict is not null and r.decided_at >= :since and (:project is null or r.project is null or r.project = :project)
union all
select r.id, r.at, 'claim', p.name, null, m.fingerprint, r.was, r.becomes, r.source
from remedy r left join project p on p.id = r.project join pattern t on t.id = r.pattern join mode m on m.id = t.mode
where r.source <> 'seen' and (r.decided_at is null or r.decided_at <> r.at) and r.at >= :since
  and (:project is null or r.project is null or r.project = :project)";

impl Store {
    /// Returns the newest `limit` things that happened, in the order in which they did, and how far that is.
    pub fn log(&self, filter: &LogFilter, limit: u32) -> Result<(Vec<LogRow>, LogMark), StoreError> {
        let seen = self
            .connection()
            .unchecked_transaction()
            .map_err(|error| self.named(error))?;
        let mut mark = LogMark {
            failures: self.mark("failure")?,
            told: self.mark("hint")?,
            lessons: BTreeSet::new(),
        };
        let last = if filter.project.is_some() {
            LAST_OF_PROJECT
        } else {
            LAST_FAILURES
        };
        let mut rows = self.failures_in_log(last, filter, mark.failures, limit)?;
        rows.reverse();
        if filter.told {
            rows.extend(self.told_in_log(LAST_TOLD, filter, mark.told, limit)?.into_iter().rev());
        }
        rows.extend(self.lessons_in_log(filter, &mut mark)?);
        drop(seen);
        in_order(&mut rows);
        rows.drain(..rows.len().saturating_sub(limit as usize));
        Ok((rows, mark))
    }

    /// Returns what came since `mark` was made, in the order in which it happened, and moves the mark.
    pub fn log_since(&self, filter: &LogFilter, mark: &mut LogMark) -> Result<Vec<LogRow>, StoreError> {
        let seen = self
            .connection()
            .unchecked_transaction()
            .map_err(|error| self.named(error))?;
        mark.failures = self.kept("failure", mark.failures)?;
        mark.told = self.kept("hint", mark.told)?;
        let mut rows = self.failures_in_log(NEW_FAILURES, filter, mark.failures, AT_ONCE)?;
        mark.failures = mark.failures.behind(&rows, self.mark("failure")?);
        if filter.told {
            let told = self.told_in_log(NEW_TOLD, filter, mark.told, AT_ONCE)?;
            mark.told = mark.told.behind(&told, self.mark("hint")?);
            rows.extend(told);
        }
        rows.extend(self.lessons_in_log(filter, mark)?);
        drop(seen);
        in_order(&mut rows);
        Ok(rows)
    }

    /// Returns something that is another one after every change of the database, by whomever.
    pub fn stamp(&self) -> Result<Stamp, StoreError> {
        let others = self.row("select data_version from pragma_data_version", [], |row| row.get(0))?;
        Ok(Stamp {
            file: self.file(),
            others: others.unwrap_or_default(),
            own: self.connection().total_changes(),
        })
    }

    fn failures_in_log(
        &self,
        sql: &str,
        filter: &LogFilter,
        mark: Mark,
        limit: u32,
    ) -> Result<Vec<LogRow>, StoreError> {
        self.log_rows(
            sql,
            named_params! { ":aside": filter.aside, ":project": filter.project.map(|project| project.0),
            ":mark": mark.id, ":since": filter.since.0, ":limit": limit },
        )
    }

    fn told_in_log(&self, sql: &str, filter: &LogFilter, mark: Mark, limit: u32) -> Result<Vec<LogRow>, StoreError> {
        self.log_rows(
            sql,
            named_params! { ":noted": filter.noted, ":project": filter.project.map(|project| project.0),
            ":mark": mark.id, ":since": filter.since.0, ":limit": limit },
        )
    }

    /// Returns the lessons that the mark does not hold yet, and puts them into it.
    fn lessons_in_log(&self, filter: &LogFilter, mark: &mut LogMark) -> Result<Vec<LogRow>, StoreError> {
        if !filter.lessons {
            return Ok(Vec::new());
        }
        let params = named_params! { ":since": filter.since.0, ":project": filter.project.map(|project| project.0) };
        let mut rows = self.log_rows(LESSONS, params)?;
        rows.retain(|row| mark.lessons.insert((row.kind.clone(), row.id, row.at.0)));
        Ok(rows)
    }

    fn log_rows(&self, sql: &str, params: impl Params) -> Result<Vec<LogRow>, StoreError> {
        self.rows(sql, params, entry)
    }

    /// Returns the mark at the end of a table.
    fn mark(&self, table: &str) -> Result<Mark, StoreError> {
        let last = self.row(
            &format!("select id, at, (select max(at) from {table}) from {table} order by id desc limit 1"),
            [],
            |row| {
                Ok(Mark {
                    id: row.get(0)?,
                    at: row.get(1)?,
                    newest: row.get(2)?,
                })
            },
        )?;
        Ok(last.unwrap_or_default())
    }

    /// Returns a mark that still holds: where its row was removed, or the whole database is another one, ids may be given
    /// anew, and the mark goes back to the last row of its time.
    fn kept(&self, table: &str, mark: Mark) -> Result<Mark, StoreError> {
        let there = format!("select 1 from {table} where id = ?1 and at = ?2");
        if mark.id == 0 || self.row(&there, [mark.id, mark.at], |_| Ok(()))?.is_some() {
            return Ok(mark);
        }
        let back = self.row(
            &format!("select id, at from {table} where at <= ?1 order by id desc limit 1"),
            [mark.newest],
            |row| {
                Ok(Mark {
                    id: row.get(0)?,
                    at: row.get(1)?,
                    newest: mark.newest,
                })
            },
        )?;
        Ok(back.unwrap_or(Mark { id: 0, at: 0, ..mark }))
    }
}

/// What tells one state of a database from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    file: Option<(u64, u64)>,
    others: i64,
    own: u64,
}

impl Mark {
    /// Returns the mark behind `rows`, which were read in the order of their ids: at the end of the table, unless there
    /// may be more.
    fn behind(self, rows: &[LogRow], end: Self) -> Self {
        match rows.last().filter(|_| rows.len() >= AT_ONCE as usize) {
            Some(last) => Self {
                id: last.id,
                at: last.at.0,
                newest: self.newest.max(last.at.0),
            },
            None => Self {
                newest: self.newest.max(end.newest),
                ..end
            },
        }
    }
}

/// Puts rows into the order of their times; of one time a failure stands before what was told of it.
fn in_order(rows: &mut [LogRow]) {
    rows.sort_by_key(|row| row.at);
}

fn entry(row: &Row<'_>) -> rusqlite::Result<LogRow> {
    Ok(LogRow {
        kind: row.get("kind")?,
        id: row.get("id")?,
        at: time(row, "at")?,
        project: row.get("project")?,
        session: row.get("session")?,
        fingerprint: row.get("fingerprint")?,
        what: row.get("what")?,
        text: row.get("text")?,
        note: row.get("note")?,
    })
}
