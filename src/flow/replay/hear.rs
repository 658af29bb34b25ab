//! Hearing a session: every step as a hook hears it, with what hooks tell at its start, before a call and behind a failure.

use std::collections::{BTreeSet, HashSet};
use std::path::Path;

use crate::capture::{Prepared, Recorder, prepare};
use crate::config::Settings;
use crate::domain::id::{PatternId, SessionId};
use crate::domain::lesson::{Hints, Warnings};
use crate::domain::time::Timestamp;
use crate::domain::trace::{self, Observation, SessionKey, Step};
use crate::flow::brief::{self, Begun};
use crate::flow::{turn, warn};
use crate::recall::brief::Brief;
use crate::recall::hint::Policy;
use crate::redact;
use crate::store::met::{self, Mark};
use crate::store::warned::{self, Warned};
use crate::store::{Store, StoreError, Tx, session};

/// What was heard while a session was played.
pub(super) struct Heard {
    /// Where the tables ended before.
    pub(super) mark: Mark,
    /// The sessions that the steps are of.
    pub(super) sessions: BTreeSet<SessionId>,
    /// How often it began.
    pub(super) begun: u64,
    /// Failure modes that sessions were told of, by a pattern of theirs.
    pub(super) briefed: Vec<(SessionId, Timestamp, PatternId)>,
}

/// Plays the steps of a session, each as a hook hears it.
pub(super) fn hear(
    store: &mut Store,
    recorder: &mut Recorder,
    settings: &Settings,
    steps: &[Prepared],
) -> Result<Heard, StoreError> {
    // What the remedies of other machines name lies not on this one's disk.
    let policy = Policy {
        hints: Hints::On,
        stands: &|_| true,
    };
    recorder.begin();
    store.write(|tx| {
        let mut heard = Heard {
            mark: met::mark(tx)?,
            sessions: BTreeSet::new(),
            begun: 0,
            briefed: Vec::new(),
        };
        for step in steps {
            warn_of(tx, recorder, settings, step)?;
            turn::hear(tx, recorder, &settings.machine(), step, &policy)?;
            if let Some(begun) = Begun::past(&step.seen) {
                heard.begun += 1;
                briefed(tx, recorder, settings, &begun, &policy, &mut heard)?;
            }
        }
        let keys: HashSet<&SessionKey> = steps.iter().map(|step| &step.seen.session).collect();
        for key in keys {
            heard.sessions.extend(session::find(tx, key)?);
        }
        Ok(heard)
    })
}

/// Tells what the hook tells at the beginning of a session.
fn briefed(
    tx: &Tx<'_>,
    recorder: &mut Recorder,
    settings: &Settings,
    begun: &Begun,
    policy: &Policy<'_>,
    heard: &mut Heard,
) -> Result<(), StoreError> {
    let Some(Brief { message, about }) = brief::brief(tx, begun, &settings.machine(), policy, &|_, _| false)? else {
        return Ok(());
    };
    let Some(told) = brief::told(settings, begun, message, policy.hints) else {
        return Ok(());
    };
    let told = prepare(&redact::scan(told));
    recorder.record(tx, &told)?;
    if let Some(session) = session::find(tx, &told.seen.session)? {
        heard
            .briefed
            .extend(about.into_iter().map(|pattern| (session, told.seen.at, pattern)));
    }
    Ok(())
}

/// Tells what the hook tells before a call, from the file that was written for its folder behind the last session.
fn warn_of(tx: &Tx<'_>, recorder: &mut Recorder, settings: &Settings, step: &Prepared) -> Result<(), StoreError> {
    let Some((call, warning, how)) = warning(settings, &step.seen) else {
        return Ok(());
    };
    let before = |step_before: Step| {
        prepare(&redact::scan(Observation {
            step: step_before,
            ..(*step.seen).clone()
        }))
    };
    // What a fork copied, and what was reported before, is not about to run.
    let tally = recorder.record(tx, &before(Step::CallStarted(call.clone())))?;
    if tally.calls > 0 && warn::is_first(settings, &step.seen.session, &warning.call) {
        let told = warn::told(warning, how, &step.seen, call);
        recorder.record(tx, &before(told.step))?;
    }
    Ok(())
}

/// Returns the call of which a step tells first, and what is to be said before it. Most transcripts tell of a call only
/// with its outcome, at the time at which it began.
fn warning<'s>(settings: &Settings, seen: &'s Observation) -> Option<(&'s trace::Call, Warned, Warnings)> {
    let call = match &seen.step {
        Step::CallStarted(call) => call,
        Step::CallEnded(end) => &end.call,
        _ => return None,
    };
    let cwd = Path::new(seen.cwd.as_deref()?);
    let warnings = warned::read(&settings.warned(), warn::folder(cwd)).ok()?;
    let (warning, how) = warn::pick(warnings, call, Warnings::DenyOnce)?;
    Some((call, warning, how))
}
