//! The hint: what an agent is told right after a failure, if anything.

use crate::domain::id::SessionId;
use crate::domain::lesson::{Hints, Message, Remedy};
use crate::domain::time::Timestamp;
use crate::store::{StoreError, Tx};

/// What decides, besides the store, whether something is told.
pub struct Policy<'p> {
    /// Whether hints are sent, noted, or neither.
    pub hints: Hints,
    /// Says whether what a remedy names is still there: its program, its file.
    pub stands: &'p dyn Fn(&Remedy) -> bool,
}

/// Returns what the agent is to be told about the failures that were recorded at `at` in a session; at most one
/// message. It is claimed in the store: no other hook will say it too.
pub fn answer(
    _tx: &Tx<'_>,
    _session: SessionId,
    _at: Timestamp,
    _policy: &Policy<'_>,
) -> Result<Option<Message>, StoreError> {
    Ok(None)
}
