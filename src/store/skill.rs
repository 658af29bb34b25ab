//! Skill files that were written, so that what a person made of them is known from what we left there.

use rusqlite::params;

use super::{StoreError, Tx};
use crate::domain::id::ProjectId;
use crate::domain::time::Timestamp;
use crate::redact::Clean;

/// A text that was written to a skill file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// The project whose failures it is made of.
    pub project: ProjectId,
    /// The fingerprint of the failure mode.
    pub fingerprint: String,
    /// The skill's name.
    pub name: Clean<String>,
    /// The whole path of the file.
    pub path: Clean<String>,
    /// The version that the text says it is.
    pub version: u32,
    /// SHA-256 of its bytes, as hex digits.
    pub hash: String,
    /// When.
    pub at: Timestamp,
}

/// Records that a file was written, or that it was found to hold what we would have written.
pub fn publish(tx: &Tx<'_>, one: &Publication) -> Result<(), StoreError> {
    tx.prepare_cached(
        "insert into publication (project, fingerprint, name, path, version, hash, at)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         on conflict (path, hash) do update
         set project = excluded.project, fingerprint = excluded.fingerprint, name = excluded.name,
             version = excluded.version, at = excluded.at",
    )?
    .execute(params![
        one.project.0,
        one.fingerprint,
        one.name.as_str(),
        one.path.as_str(),
        one.version,
        one.hash,
        one.at.0
    ])?;
    Ok(())
}
