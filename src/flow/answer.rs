//! What a hook answers after a failure. It looks whether there is anything to say, and for that it only reads and waits
//! for nobody. The first thing that a session is told is claimed beside its journal, so that nobody says it twice, and
//! journalled. What it is told further depends on what it was told and did before: the session's journal is drained, in
//! one transaction and at most one batch of records, and what is said is claimed there. That waits for the lock no longer
//! than the session can spare: otherwise nothing is said, and the record is safe.

use super::stands::stands;
use super::{FlowError, rules, turn, warn};
use crate::capture::{CaptureError, Prepared, Recorder, drain, prepare};
use crate::config::{Repository, Settings};
use crate::domain::lesson::{Hints, Remedy};
use crate::domain::trace::{Notice, Observation, SessionKey, Step};
use crate::recall::hint::{self, Ahead, Policy};
use crate::redact::Clean;
use crate::store::hint::CallName;
use crate::store::journal::{self, Claim, Firsts};
use crate::store::{Store, StoreError, session};

/// What failed among the calls that a hook has just journalled.
#[derive(Debug)]
pub(super) struct Failures {
    first: Prepared,
    others: Vec<Prepared>,
    /// All that the hook reports: its calls ran side by side.
    reported: Clean<Vec<Observation>>,
}

impl Failures {
    /// Returns their session.
    pub(super) fn session(&self) -> &SessionKey {
        &self.first.seen.session
    }

    /// Returns the names of all calls that were reported with them.
    fn beside(&self) -> Vec<CallName> {
        let reported = self.reported.clone().into_iter();
        reported.filter_map(|seen| CallName::of(&seen)).collect()
    }
}

/// Returns the failures that count among what a hook reports, flagged or hidden behind a success, if there are any.
pub(super) fn failures(seen: &Clean<Vec<Observation>>) -> Option<Failures> {
    let may_fail = |seen: &Clean<Observation>| matches!(seen.step, Step::CallEnded(_) | Step::ModelError(_));
    let prepared = seen.clone().into_iter().filter(may_fail).map(|seen| prepare(&seen));
    let mut failed = prepared.filter(counts);
    Some(Failures {
        first: failed.next()?,
        others: failed.collect(),
        reported: seen.clone(),
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

/// What an agent is told after a failure.
#[derive(Debug)]
pub(super) struct Said {
    /// What is to be journalled before it is said, unless it is recorded already.
    pub(super) seen: Option<Clean<Vec<Observation>>>,
    /// What is to be said; nothing when it is only noted.
    pub(super) text: Option<String>,
    /// Keeps others from reading that it was said until it is journalled.
    _claim: Option<Claim>,
}

/// Returns what the agent is to be told about what failed, if anything: one message, of the first failure of which there
/// is one. `said` is what the repository wants.
pub(super) fn answer(settings: &Settings, said: &Repository, failures: &Failures) -> Result<Option<Said>, FlowError> {
    let hints = settings.telling(said).hints;
    if hints == Hints::Off {
        return Ok(None);
    }
    let cwd = failures.first.seen.cwd.as_deref();
    let stands = |remedy: &Remedy| stands(settings, cwd, remedy);
    let policy = Policy { hints, stands: &stands };
    match say(settings, failures, &policy) {
        // Somebody else writes, or there is no room: silence is no fault, and the record is drained later.
        Err(
            FlowError::Store(StoreError::Busy | StoreError::Full)
            | FlowError::Capture(CaptureError::Store(StoreError::Busy | StoreError::Full)),
        ) => Ok(None),
        other => other,
    }
}

fn say(settings: &Settings, failures: &Failures, policy: &Policy<'_>) -> Result<Option<Said>, FlowError> {
    let before = Firsts::of(&settings.journals(), failures.session());
    let was_told = before.has_any(TOLD);
    if was_told && failures.beside().into_iter().any(|call| before.has(&told(call))) {
        return Ok(None);
    }
    match look(settings, failures, policy)? {
        (_, Ahead::Silence) => Ok(None),
        (failed, Ahead::Message(notice)) if !was_told && !before.has(warn::REFUSED) => {
            Ok(tell(settings, failed, *notice))
        }
        _ => record_and_say(settings, failures, policy, was_told),
    }
}

/// Returns what there is to say about the first of some failures of which there may be anything.
fn look<'f>(
    settings: &Settings,
    failures: &'f Failures,
    policy: &Policy<'_>,
) -> Result<(&'f Prepared, Ahead), FlowError> {
    let mut looked = (&failures.first, Ahead::Silence);
    let Some(store) = Store::open_to_look(&settings.database())? else {
        return Ok(looked);
    };
    for failed in [&failures.first].into_iter().chain(&failures.others) {
        let ahead = store.look(|tx| turn::look(tx, &|| settings.machine(), failed, policy))?;
        looked = (failed, ahead);
        if looked.1 != Ahead::Silence {
            break;
        }
    }
    Ok(looked)
}

/// Tells a session its first message; nothing where another hook was quicker.
fn tell(settings: &Settings, failed: &Prepared, notice: Notice) -> Option<Said> {
    let claim = claim_first(settings, failed)?;
    let text = (!notice.shadow).then(|| notice.text.clone());
    let seen = turn::told(&failed.seen, notice);
    Some(Said {
        seen: Some([seen].into_iter().collect()),
        text,
        _claim: Some(claim),
    })
}

/// Claims the right to tell a session its first message; returns nothing where somebody has it.
fn claim_first(settings: &Settings, failed: &Prepared) -> Option<Claim> {
    // What is no call is answered by nobody but this hook.
    let what = CallName::of(&failed.seen).map_or_else(|| TOLD.to_owned(), told);
    let is_first = |before: &Firsts| !before.has_any(TOLD);
    // Where it cannot be remembered it is not said: nothing may be said twice.
    journal::remember(&settings.journals(), &failed.seen.session, &what, is_first).unwrap_or_default()
}

/// The word by which a session remembers that it was told something after a failure.
const TOLD: &str = "told";

/// Returns the words by which a session remembers after which call it was told something.
fn told(call: CallName) -> String {
    format!("{TOLD} {}", call.word())
}

/// Drains the session's journal and says what there is to say then, about whichever of the failures. Where nothing was
/// known to be told yet another hook may do so meanwhile: one of them is enough, and what this one did is undone.
fn record_and_say(
    settings: &Settings,
    failures: &Failures,
    policy: &Policy<'_>,
    was_told: bool,
) -> Result<Option<Said>, FlowError> {
    let Some(mut store) = Store::open_for_hook(&settings.database())? else {
        return Ok(None);
    };
    let rules = rules(settings)?;
    let mut recorder = Recorder::new(settings.machine());
    let (key, at, beside) = (failures.session(), failures.first.seen.at, failures.beside());
    let path = settings.journals().join(journal::file_name(key));
    let said = drain::drain_once(&mut store, &path, &rules, &mut recorder, settings.clock, |tx| {
        let Some(session) = session::find(tx, key)? else {
            return Ok(None);
        };
        let said = hint::answer(tx, session, at, &beside, policy)?;
        if said.is_some() && !was_told && claim_first(settings, &failures.first).is_none() {
            return Err(StoreError::Busy);
        }
        Ok(said)
    })?;
    Ok(said.map(|message| Said {
        seen: None,
        text: Some(message.text),
        _claim: None,
    }))
}
