//! What a call that was counted before counts as from now on: failed after all, set aside, forgotten.

use crate::domain::failure::Expected;
use crate::domain::id::{EventId, FailureId};
use crate::failure::shell;
use crate::redact::Clean;
use crate::store::{StoreError, Tx, count, failure, trace};

/// Sets the failure of an event aside with a reason, or takes it back to the counted ones.
pub(super) fn set_aside(
    tx: &Tx<'_>,
    id: FailureId,
    event: EventId,
    reason: Option<Expected>,
) -> Result<(), StoreError> {
    let counted = failure::expect(tx, id, reason)?;
    if counted == reason.is_none() {
        return Ok(());
    }
    failed_after_all(tx, event, reason.is_none())
}

/// Counts a call that is forgotten out of the denominators.
pub fn count_out(tx: &Tx<'_>, call: &Clean<trace::Counted>) -> Result<(), StoreError> {
    let keys = call.derive(|row| shell::exercise_keys(&row.call));
    count::exercise_out(tx, call.session, &keys, call.failed)?;
    let shape = call.derive(|row| shell::shape(&row.call));
    match call.project {
        Some(project) => count::shape_out(tx, project, &shape, call.failed),
        None => Ok(()),
    }
}

/// Counts the call that an event is as failed from now on, or no longer: it was counted as a run before.
pub(super) fn failed_after_all(tx: &Tx<'_>, event: EventId, failed: bool) -> Result<(), StoreError> {
    let Some(call) = trace::call(tx, event)? else {
        return Ok(());
    };
    let keys = call.derive(|row| shell::exercise_keys(&row.call));
    count::exercise_again(tx, call.session, &keys, failed)?;
    let shape = call.derive(|row| shell::shape(&row.call));
    match call.project {
        Some(project) => count::shape_again(tx, project, &shape, failed, call.at),
        None => Ok(()),
    }
}
