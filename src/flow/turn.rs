//! One step of a session, as a hook hears of it: answered where there is something to say, and recorded. The replay of
//! past sessions goes the same way.

use std::path::Path;

use super::answer;
use super::brief::project_at;
use crate::capture::{Prepared, Recorder, prepare};
use crate::domain::trace::{Notice, Observation, Step};
use crate::recall::hint::{self, Ahead, Met, Policy};
use crate::redact::{self, Clean};
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
        look(tx, &|| machine.to_owned(), step, policy)?
    } else {
        Ahead::Silence
    };
    recorder.record(tx, step)?;
    match ahead {
        Ahead::Silence => {}
        Ahead::Message(notice) => {
            recorder.record(tx, &prepare(&told(&step.seen, *notice)))?;
        }
        Ahead::Unclear => {
            if let Some(session) = session::find(tx, &step.seen.session)? {
                hint::answer(tx, session, step.seen.at, &[], policy)?;
            }
        }
    }
    Ok(())
}

/// Returns what there is to say about a failure that is not recorded yet. `machine` names this machine or container.
pub(super) fn look(
    tx: &Tx<'_>,
    machine: &dyn Fn() -> String,
    found: &Prepared,
    policy: &Policy<'_>,
) -> Result<Ahead, StoreError> {
    let Some(finding) = &found.finding else {
        return Ok(Ahead::Silence);
    };
    let met = Met {
        project: &|tx| match found.seen.cwd.as_deref() {
            Some(cwd) => project_at(tx, &machine(), Path::new(cwd)),
            None => Ok(None),
        },
        seen: &found.seen,
        finding,
    };
    hint::ahead(tx, &met, policy)
}

/// Returns what is recorded of a message behind the outcome that it answers.
pub(super) fn told(seen: &Observation, notice: Notice) -> Clean<Observation> {
    redact::scan(Observation {
        step: Step::Told(notice),
        ..seen.clone()
    })
}
