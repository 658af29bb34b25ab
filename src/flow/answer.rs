//! What a hook answers after a failure. It looks first whether there is anything to say, and for that it only reads;
//! what is said is claimed, so that nobody says it twice. Only where that depends on what its session did before is the
//! session's journal drained: in one transaction, at most one batch of records. It waits for the lock no longer than the
//! session can spare: otherwise it says nothing, and the record is safe.

use std::path::Path;

use super::stands::stands;
use super::{FlowError, rules, turn, warn};
use crate::capture::{CaptureError, Prepared, Recorder, drain, prepare};
use crate::config::{self, Settings};
use crate::domain::lesson::{Hints, Message, Remedy};
use crate::domain::trace::{Observation, Step};
use crate::recall::hint::{self, Ahead, Policy};
use crate::redact::Clean;
use crate::store::hint::CallName;
use crate::store::{Store, StoreError, journal, session};

/// What failed among the calls that a hook has just journalled.
#[derive(Debug)]
pub(super) struct Failures {
    first: Failed,
    others: Vec<Failed>,
    /// All calls that the hook reports: they ran side by side.
    beside: Vec<CallName>,
}

/// A call that failed, with its whole report.
#[derive(Debug)]
struct Failed {
    seen: Clean<Observation>,
    found: Prepared,
}

/// Returns the failures that count among what a hook reports, flagged or hidden behind a success, if there are any.
pub(super) fn failures(seen: &Clean<Vec<Observation>>) -> Option<Failures> {
    let may_fail = |seen: &Clean<Observation>| matches!(seen.step, Step::CallEnded(_) | Step::ModelError(_));
    let mut failed = seen.clone().into_iter().filter(may_fail).filter_map(|seen| {
        let found = prepare(&seen);
        counts(&found).then_some(Failed { seen, found })
    });
    let first = failed.next()?;
    Some(Failures {
        first,
        others: failed.collect(),
        beside: seen
            .clone()
            .into_iter()
            .filter_map(|seen| CallName::of(&seen))
            .collect(),
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

/// Returns what the agent is to be told about what failed, if anything: one message, of the first failure of which there
/// is one.
pub(super) fn answer(settings: &Settings, failures: &Failures) -> Result<Option<Message>, FlowError> {
    let cwd = failures.first.seen.cwd.as_deref();
    let folder = cwd.map_or(settings.home.as_path(), Path::new);
    let hints = settings.telling(&config::repository(folder)).hints;
    if hints == Hints::Off {
        return Ok(None);
    }
    let stands = |remedy: &Remedy| stands(settings, cwd, remedy);
    let policy = Policy { hints, stands: &stands };
    let answered = match Store::open_for_hook(&settings.database()) {
        Ok(Some(mut store)) => say(&mut store, settings, failures, &policy),
        Ok(None) => Ok(None),
        Err(error) => Err(error.into()),
    };
    match answered {
        // Somebody else writes, or there is no room: silence is no fault, and the record is drained later.
        Err(
            FlowError::Store(StoreError::Busy | StoreError::Full)
            | FlowError::Capture(CaptureError::Store(StoreError::Busy | StoreError::Full)),
        ) => Ok(None),
        other => other,
    }
}

fn say(
    store: &mut Store,
    settings: &Settings,
    failures: &Failures,
    policy: &Policy<'_>,
) -> Result<Option<Message>, FlowError> {
    // The reason of a refusal is before the agent, and only the journal knows of it.
    if journal::has_happened(&settings.journals(), &failures.first.seen.session, warn::REFUSED) {
        return record_and_say(store, settings, failures, policy);
    }
    let machine = settings.machine();
    for failed in [&failures.first].into_iter().chain(&failures.others) {
        match store.look(|tx| turn::look(tx, &machine, &failed.found, &failures.beside, policy))? {
            Ahead::Silence => continue,
            Ahead::Unclear => return record_and_say(store, settings, failures, policy),
            Ahead::Message(_) => {}
        }
        // What is kept of the message, and what it is made of, has to have passed all rules.
        let found = prepare(&rules(settings)?.observation(failed.seen.clone()));
        let said = store.write(|tx| match turn::look(tx, &machine, &found, &failures.beside, policy)? {
            Ahead::Message(said) => turn::claim(tx, &machine, &found, *said, policy),
            Ahead::Silence | Ahead::Unclear => Ok(None),
        })?;
        if said.is_some() {
            return Ok(said);
        }
    }
    Ok(None)
}

/// Drains the session's journal and says what there is to say then, about whichever of the failures.
fn record_and_say(
    store: &mut Store,
    settings: &Settings,
    failures: &Failures,
    policy: &Policy<'_>,
) -> Result<Option<Message>, FlowError> {
    let rules = rules(settings)?;
    let mut recorder = Recorder::new(settings.machine());
    let Failures { first, beside, .. } = failures;
    let key = &first.seen.session;
    let path = settings.journals().join(journal::file_name(key));
    let said = drain::drain_once(
        store,
        &path,
        &rules,
        &mut recorder,
        settings.clock,
        |tx| match session::find(tx, key)? {
            Some(session) => hint::answer(tx, session, first.seen.at, beside, policy),
            None => Ok(None),
        },
    );
    Ok(said?)
}
