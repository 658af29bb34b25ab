//! When a file was last written.

use std::path::Path;
use std::time::UNIX_EPOCH;

use crate::domain::time::Timestamp;

/// Returns when a file was last written, as the file system says; nothing when it is gone.
pub(super) fn changed(path: &Path) -> Option<Timestamp> {
    let at = std::fs::metadata(path).ok()?.modified().ok()?;
    let age = at.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(age.as_micros()).ok().map(Timestamp)
}
