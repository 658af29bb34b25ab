//! One step of a session, as a hook hears of it: answered where there is something to say, and recorded. The replay of
//! past sessions goes the same way.

use std::path::Path;

use super::answer;
use super::brief::project_at;
use crate::capture::{Prepared, Recorder};
use crate::domain::lesson::Message;
use crate::recall::hint::{self, Ahead, Met, Policy};
use crate::store::hint::{CallName, Occasion};
use crate::store::{StoreError, Tx, session};

/// Says what is to be said about a step, and records it.
pub(super) fn hear(
    tx: &Tx<'_>,
    recorder: &mut Recorder,
    machine: &str,
    step: &Prepared,
    policy: &Policy<'_>,
) -> Result<(), StoreError> {
    let ahead = if answer::counts(step) {
        look(tx, machine, step, &[], policy)?
    } else {
        Ahead::Silence
    };
    recorder.record(tx, step)?;
    match ahead {
        Ahead::Silence => {}
        Ahead::Message(said) => {
            claim(tx, machine, step, *said, policy)?;
        }
        Ahead::Unclear => {
            if let Some(session) = session::find(tx, &step.seen.session)? {
                hint::answer(tx, session, step.seen.at, &[], policy)?;
            }
        }
    }
    Ok(())
}

/// Returns what there is to say about a failure that is not recorded yet, and was reported with the calls `beside` it.
pub(super) fn look(
    tx: &Tx<'_>,
    machine: &str,
    found: &Prepared,
    beside: &[CallName],
    policy: &Policy<'_>,
) -> Result<Ahead, StoreError> {
    let Some(finding) = &found.finding else {
        return Ok(Ahead::Silence);
    };
    let project = match found.seen.cwd.as_deref() {
        Some(cwd) => project_at(tx, machine, Path::new(cwd))?,
        None => None,
    };
    let met = Met {
        session: session::find(tx, &found.seen.session)?,
        project,
        seen: &found.seen,
        finding,
        beside,
    };
    hint::ahead(tx, &met, policy)
}

/// Claims what was found to say, and returns it when it is to be sent: nobody else says it too.
pub(super) fn claim(
    tx: &Tx<'_>,
    machine: &str,
    found: &Prepared,
    said: (Message, Occasion),
    policy: &Policy<'_>,
) -> Result<Option<Message>, StoreError> {
    let session = session::of(tx, &found.seen, machine)?;
    hint::claim(tx, session, said, policy)
}
