//! One step of a session, as a hook hears of it: recorded, and answered where there is something to say. The replay of
//! past sessions goes the same way.

use crate::capture::{Prepared, Recorder, Tally};
use crate::domain::lesson::Message;
use crate::recall::hint::{self, Policy};
use crate::store::{StoreError, Tx, session};

/// Records `seen` and returns what came of it, with what is to be said about the failures in its last observation's
/// moment.
pub fn hear(
    tx: &Tx<'_>,
    recorder: &mut Recorder,
    seen: &[Prepared],
    policy: &Policy<'_>,
) -> Result<(Tally, Option<Message>), StoreError> {
    recorder.begin();
    let mut tally = Tally::default();
    for prepared in seen {
        tally.add(recorder.record(tx, prepared)?);
    }
    let Some(last) = seen.last() else {
        return Ok((tally, None));
    };
    let Some(session) = session::find(tx, &last.seen.session)? else {
        return Ok((tally, None));
    };
    let message = hint::answer(tx, session, last.seen.at, policy)?;
    Ok((tally, message))
}
