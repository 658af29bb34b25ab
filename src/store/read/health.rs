//! What the store can say about itself.

use std::collections::HashMap;
use std::path::Path;

use crate::domain::time::{Span, Timestamp};
use crate::store::{SCHEMA_VERSION, Store, StoreError, journal};

/// The state of the store.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HealthRow {
    /// The version of the schema.
    pub schema: u32,
    /// Bytes of the database with its log.
    pub bytes: u64,
    /// Sessions.
    pub sessions: i64,
    /// Events.
    pub events: i64,
    /// Failures that count.
    pub failures: i64,
    /// Failures set aside.
    pub expected: i64,
    /// Failure modes.
    pub modes: i64,
    /// Projects.
    pub projects: i64,
    /// The newest event.
    pub last_event: Option<Timestamp>,
    /// Lines of journals and transcripts that were no record.
    pub broken_lines: i64,
    /// Sessions that have not ended, and were active within a day.
    pub open_sessions: i64,
}

// Calls and prompts are kept per session; counting a million events is what this avoids.
const SESSIONS: &str = "select count(*), coalesce(sum(failures), 0), coalesce(sum(expected), 0), max(last_at)
from session";

const OPEN: &str = "select count(*) from session where ended_at is null and last_at >= ?1";

impl Store {
    /// Returns the figures of the whole store.
    pub fn health(&self, now: Timestamp) -> Result<HealthRow, StoreError> {
        let count = |sql: &str| -> Result<i64, StoreError> { Ok(self.row(sql, [], |row| row.get(0))?.unwrap_or(0)) };
        let (sessions, failures, expected, last) = self
            .row(SESSIONS, [], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get::<_, Option<i64>>(3)?))
            })?
            .unwrap_or_default();
        Ok(HealthRow {
            schema: SCHEMA_VERSION,
            bytes: size(self.path()),
            sessions,
            events: count("select coalesce(max(id), 0) from event")?,
            failures,
            expected,
            modes: count("select count(*) from mode where failures > 0")?,
            projects: count("select count(*) from project")?,
            last_event: last.map(Timestamp),
            broken_lines: count("select coalesce(sum(broken), 0) from source")?,
            open_sessions: self
                .row(OPEN, [now.before(Span::days(1)).0], |row| row.get(0))?
                .unwrap_or(0),
        })
    }

    /// Returns how many journals in these folders hold bytes that are not read yet. A server asks before every answer, and a
    /// busy day leaves hundreds of journals: the database is asked once, and each file once.
    pub fn spooled(&self, folders: &[std::path::PathBuf]) -> Result<u64, StoreError> {
        let mut waiting = 0;
        for folder in folders {
            let journals = journal::sizes(folder)?;
            if journals.is_empty() {
                continue;
            }
            // All paths that begin with the folder: `0` follows `/`.
            let folder = folder.to_string_lossy();
            let read: HashMap<String, i64> = self
                .rows(
                    "select path, offset from source where path > ?1 and path < ?2",
                    [format!("{folder}/"), format!("{folder}0")],
                    |row| Ok((row.get(0)?, row.get(1)?)),
                )?
                .into_iter()
                .collect();
            for (path, size) in journals {
                let offset = read.get(&*path.to_string_lossy()).copied().unwrap_or(0);
                waiting += u64::from(size > offset.cast_unsigned());
            }
        }
        Ok(waiting)
    }

    /// Returns how many journals in these folders wait for a newer program: the next of their records is in its format.
    pub fn held_back(&self, folders: &[std::path::PathBuf]) -> Result<u64, StoreError> {
        let mut waiting = 0;
        for folder in folders {
            for path in journal::files(folder)? {
                let read = self.progress(&path.to_string_lossy())?;
                let bytes = std::fs::read(&path).unwrap_or_default();
                let from = read.map_or(0, |progress| progress.offset);
                let rest = bytes
                    .get(usize::try_from(from).unwrap_or(usize::MAX)..)
                    .unwrap_or_default();
                let next = rest.split(|byte| *byte == b'\n').find(|line| !line.is_empty());
                waiting += u64::from(next.is_some_and(|line| matches!(journal::decode(line), journal::Line::Newer)));
            }
        }
        Ok(waiting)
    }

    /// Returns what SQLite finds wrong with the file; empty when it is sound.
    pub fn faults(&self) -> Result<Vec<String>, StoreError> {
        let found = self.rows("pragma quick_check(5)", [], |row| row.get::<_, String>(0))?;
        Ok(found.into_iter().filter(|line| line != "ok").collect())
    }
}

fn size(path: &Path) -> u64 {
    let of = |path: &Path| std::fs::metadata(path).map_or(0, |file| file.len());
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    of(path) + of(Path::new(&log))
}
