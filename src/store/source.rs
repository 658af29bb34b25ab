//! How far each journal and transcript has been read.

use rusqlite::{OptionalExtension as _, params};

use super::{Store, StoreError, Tx};
use crate::domain::time::Timestamp;

/// The kinds of files that are read by offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceKind {
    /// A journal that hooks write.
    Journal,
    /// A transcript that the assistant writes.
    Transcript,
}

impl SourceKind {
    const fn word(self) -> &'static str {
        match self {
            Self::Journal => "journal",
            Self::Transcript => "transcript",
        }
    }
}

/// Where reading a file stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Progress {
    /// Where reading goes on: before the oldest call that still waited for its outcome.
    pub offset: u64,
    /// Bytes that were read: a file of that size holds nothing new.
    pub seen_bytes: u64,
    /// Hash of the file's first bytes; a file that begins otherwise is another file under the same name.
    pub prefix: Vec<u8>,
    /// Lines that were no record.
    pub broken: u64,
}

impl Store {
    /// Returns where reading `path` stands.
    pub fn progress(&self, path: &str) -> Result<Option<Progress>, StoreError> {
        Ok(self
            .connection()
            .prepare_cached("select offset, seen_bytes, prefix, broken from source where path = ?1")?
            .query_row([path], |row| {
                Ok(Progress {
                    offset: row.get::<_, i64>(0)?.cast_unsigned(),
                    seen_bytes: row.get::<_, i64>(1)?.cast_unsigned(),
                    prefix: row.get(2)?,
                    broken: row.get::<_, i64>(3)?.cast_unsigned(),
                })
            })
            .optional()?)
    }
}

/// Writes where reading `path` stands, in the transaction that wrote what was read.
pub fn advance(
    tx: &Tx<'_>,
    path: &str,
    kind: SourceKind,
    progress: &Progress,
    at: Timestamp,
) -> Result<(), StoreError> {
    tx.prepare_cached(
        "insert into source (path, kind, offset, seen_bytes, prefix, broken, read_at) values (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         on conflict (path) do update
         set offset = excluded.offset, seen_bytes = excluded.seen_bytes, prefix = excluded.prefix, broken = excluded.broken, read_at = excluded.read_at",
    )?
    .execute(params![
        path,
        kind.word(),
        progress.offset.cast_signed(),
        progress.seen_bytes.cast_signed(),
        progress.prefix,
        progress.broken.cast_signed(),
        at.0
    ])?;
    Ok(())
}

/// Forgets a file that is gone.
pub fn drop(tx: &Tx<'_>, path: &str) -> Result<(), StoreError> {
    tx.prepare_cached("delete from source where path = ?1")?
        .execute([path])?;
    Ok(())
}
