//! What was met last, for a list to choose from.

use super::AnswerError;
use super::failures::{ModeLine, line};
use super::pick::project_at;
use crate::domain::time::Timestamp;
use crate::store::Store;

/// Returns the failure modes that the project of the folder `here` met last, the newest first; outside of every project
/// those of all.
pub fn recent(store: &Store, here: Option<&str>, most: u32, now: Timestamp) -> Result<Vec<ModeLine>, AnswerError> {
    let project = project_at(store, here)?;
    let mut lines = Vec::new();
    for mode in store.newest_modes(project, most)? {
        if let Some(row) = store.mode(mode)? {
            lines.push(line(store, &row, now)?);
        }
    }
    Ok(lines)
}
