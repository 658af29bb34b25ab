//! What was met last, for a list to choose from.

use super::AnswerError;
use super::failures::{ModeLine, line};
use super::scope::{Reach, Scope};
use crate::domain::time::Timestamp;
use crate::store::Store;

/// Returns the failure modes that were met last where `here` is, the newest first: in its project, or outside of every
/// project in all of them.
pub fn recent(store: &Store, here: Option<&str>, most: u32, now: Timestamp) -> Result<Vec<ModeLine>, AnswerError> {
    let scope = Scope::of(store, here, None, None)?;
    if scope.reach == Reach::None {
        return Ok(Vec::new());
    }
    let mut lines = Vec::new();
    for mode in store.newest_modes(scope.project(), most)? {
        let Some(row) = store.mode(mode)? else { continue };
        if let Some(seen) = scope.seen(store, row)? {
            lines.push(line(store, &seen.row, now)?);
        }
    }
    Ok(lines)
}
