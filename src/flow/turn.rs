//! One step of a session, as a hook hears of it: recorded, and answered where there is something to say. The replay of
//! past sessions goes this way.

use super::answer;
use crate::capture::{Prepared, Recorder};
use crate::recall::hint::{self, Policy};
use crate::store::{StoreError, Tx, session};

/// Records a step and says what is to be said about it.
pub(super) fn hear(
    tx: &Tx<'_>,
    recorder: &mut Recorder,
    step: &Prepared,
    policy: &Policy<'_>,
) -> Result<(), StoreError> {
    recorder.record(tx, step)?;
    if answer::counts(step)
        && let Some(session) = session::find(tx, &step.seen.session)?
    {
        hint::answer(tx, session, step.seen.at, policy)?;
    }
    Ok(())
}
