//! From what a person types to the row that is meant.

use crate::domain::id::{FailureId, ModeId, ProjectId};
use crate::store::{Store, StoreError};

/// What an id, or the beginning of one, can stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Found {
    /// A failure mode.
    Mode(ModeId),
    /// A single failure.
    Failure(FailureId),
}

/// Every id ever printed is a beginning of a pattern's fingerprint: a mode's id is its smallest member, and a
/// member stays a member of some mode. `~` sorts behind every base32 digit.
const BY_PREFIX: &str = "select distinct mode from pattern
where fingerprint >= ?1 and fingerprint < ?1 || '~' limit ?2";

const NEWEST: &str = "select id from mode where failures > 0 order by last_at desc limit ?1";

const NEWEST_OF_PROJECT: &str = "select mode from mode_project where project = ?1 and failures > 0
order by last_at desc limit ?2";

impl Store {
    /// Returns the failure modes of which a pattern's fingerprint begins with `prefix`, at most `limit`.
    pub fn modes_by_prefix(&self, prefix: &str, limit: u32) -> Result<Vec<ModeId>, StoreError> {
        self.rows(
            BY_PREFIX,
            rusqlite::params![prefix.to_ascii_lowercase(), limit],
            |row| row.get(0).map(ModeId),
        )
    }

    /// Returns the failure modes that were met last, of one project or of all, the newest first; at most `limit`.
    pub fn newest_modes(&self, project: Option<ProjectId>, limit: u32) -> Result<Vec<ModeId>, StoreError> {
        let mode = |row: &rusqlite::Row<'_>| row.get(0).map(ModeId);
        match project {
            Some(project) => self.rows(NEWEST_OF_PROJECT, [project.0, i64::from(limit)], mode),
            None => self.rows(NEWEST, [i64::from(limit)], mode),
        }
    }

    /// Returns the failure mode that holds the pattern of this whole fingerprint.
    pub fn mode_of_pattern(&self, fingerprint: &str) -> Result<Option<ModeId>, StoreError> {
        self.row(
            "select mode from pattern where fingerprint = ?1",
            [fingerprint],
            |row| row.get(0).map(ModeId),
        )
    }

    /// Returns the failure modes with a pattern of exactly this template, in whatever command; at most `limit`.
    pub fn modes_of_template(&self, template: &str, limit: u32) -> Result<Vec<ModeId>, StoreError> {
        self.rows(
            "select distinct mode from pattern where template = ?1 order by mode limit ?2",
            rusqlite::params![template, limit],
            |row| row.get(0).map(ModeId),
        )
    }
}
