//! What a hook answers: it opens the store only for a failure, drains its own session's journal into it, and looks
//! whether there is something to say. In one transaction, at most one batch of records, and no longer on the lock than
//! the session can spare: otherwise it says nothing, and the record is safe.

use std::path::Path;

use super::FlowError;
use super::stands::stands;
use crate::capture::{CaptureError, Prepared, Recorder, drain, prepare};
use crate::config::{self, Settings};
use crate::domain::lesson::{Hints, Message, Remedy};
use crate::domain::time::Timestamp;
use crate::domain::trace::{Observation, SessionKey, Step};
use crate::recall::hint::{self, Policy};
use crate::redact::Clean;
use crate::store::{Store, StoreError, journal, session};

/// A failure that a hook has just journalled.
#[derive(Debug)]
pub(super) struct Failed {
    session: SessionKey,
    /// The moment of all that this hook reported.
    at: Timestamp,
    cwd: Option<String>,
}

/// Returns the failure that is among what a hook reports, if there is one that counts: flagged, or hidden behind a
/// success.
pub(super) fn failed(session: &SessionKey, seen: &Clean<Vec<Observation>>) -> Option<Failed> {
    let first = seen.first()?;
    let may_fail = |seen: &Clean<Observation>| matches!(seen.step, Step::CallEnded(_) | Step::ModelError(_));
    let mut all = seen.clone().into_iter();
    all.any(|seen| may_fail(&seen) && counts(&prepare(&seen)))
        .then(|| Failed {
            session: session.clone(),
            at: first.at,
            cwd: first.cwd.clone(),
        })
}

/// Returns whether a report is one of a failure that counts. What ends in the background is told to no hook.
pub(super) fn counts(prepared: &Prepared) -> bool {
    matches!(prepared.seen.step, Step::CallEnded(_) | Step::ModelError(_))
        && prepared
            .finding
            .as_ref()
            .is_some_and(|finding| finding.expected.is_none())
}

/// Returns what the agent is to be told about a failure, if anything.
pub(super) fn answer(settings: &Settings, failed: &Failed) -> Result<Option<Message>, FlowError> {
    let folder = failed.cwd.as_deref().map_or(settings.home.as_path(), Path::new);
    let hints = settings.telling(&config::repository(folder)).hints;
    if hints == Hints::Off {
        return Ok(None);
    }
    let mut store = match Store::open_for_hook(&settings.database()) {
        Ok(Some(store)) => store,
        Ok(None) | Err(StoreError::Busy) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let rules = super::rules(settings)?;
    let mut recorder = Recorder::new(settings.machine());
    let path = settings.journals().join(journal::file_name(&failed.session));
    let stands = |remedy: &Remedy| stands(settings, failed.cwd.as_deref(), remedy);
    let policy = Policy { hints, stands: &stands };
    let answered = drain::drain_once(
        &mut store,
        &path,
        &rules,
        &mut recorder,
        settings.clock,
        |tx| match session::find(tx, &failed.session)? {
            Some(session) => hint::answer(tx, session, failed.at, &policy),
            None => Ok(None),
        },
    );
    match answered {
        // Somebody else writes, or there is no room: silence is no fault, and the record is drained later.
        Err(CaptureError::Store(StoreError::Busy | StoreError::Full)) => Ok(None),
        other => Ok(other?),
    }
}
