//! What is said of a failure before it is recorded.

use super::{Evidence, Policy, is_beside, session_had_enough};
use crate::domain::failure::{Finding, Goal};
use crate::domain::id::{Fingerprint, ModeId, PatternId, ProjectId, SessionId};
use crate::domain::lesson::{Hints, Message};
use crate::domain::trace::{CallEnd, Observation, Step};
use crate::failure::fingerprint;
use crate::redact::Clean;
use crate::store::hint::{self, Answers, CallName, Faced, Occasion};
use crate::store::mute::Whom;
use crate::store::remedy::Asking;
use crate::store::{self, StoreError, Tx, mode, mute, session};

/// A failure that is journalled and not recorded yet, with what is known of its surroundings.
#[derive(Debug)]
pub struct Met<'m> {
    /// The session, when it is recorded already.
    pub session: Option<SessionId>,
    /// The project of the folder that the call ran in.
    pub project: Option<ProjectId>,
    /// The call with its outcome.
    pub seen: &'m Clean<Observation>,
    /// What failed in it.
    pub finding: &'m Clean<Finding>,
    /// The calls that were reported with it: they ran side by side.
    pub beside: &'m [CallName],
}

/// What there is to say about a failure that is not recorded yet.
#[derive(Debug, PartialEq)]
pub enum Ahead {
    /// Nothing.
    Silence,
    /// This, and it is not claimed yet.
    Message(Box<(Message, Occasion)>),
    /// It depends on what is not recorded yet.
    Unclear,
}

/// Returns what there is to say about a failure before it is recorded: recording costs a session more than all of this.
pub fn ahead(tx: &Tx<'_>, met: &Met<'_>, policy: &Policy<'_>) -> Result<Ahead, StoreError> {
    let Some(named) = fingerprint::of(met.finding).filter(|_| policy.hints != Hints::Off) else {
        return Ok(Ahead::Silence);
    };
    let (Some(call), Step::CallEnded(end)) = (CallName::of(met.seen), &met.seen.step) else {
        return Ok(Ahead::Unclear);
    };
    if hint::is_old(tx, met.session, call)? {
        return Ok(Ahead::Silence);
    }
    let root = met.session.map(|session| session::top(tx, session)).transpose()?;
    let Some((pattern, mode)) = mode::of_pattern(tx, named.kind)? else {
        return under_another_command(tx, met, root, named.instance);
    };
    let whom = Whom {
        root,
        project: met.project,
    };
    if mute::is_muted(tx, mode, whom, met.seen.at)? {
        return Ok(Ahead::Silence);
    }
    let faced = faced(met, end, root, (pattern, mode), named.instance);
    choose(tx, met, call, &faced, &end.output.joined(), policy)
}

/// The same thing may be known from another command: recorded, it has a failure mode of its own.
fn under_another_command(
    tx: &Tx<'_>,
    met: &Met<'_>,
    root: Option<SessionId>,
    instance: Fingerprint,
) -> Result<Ahead, StoreError> {
    let asking = Asking {
        project: met.project,
        root,
        now: met.seen.at,
    };
    let known = store::remedy::of_instance(tx, instance, asking)?;
    Ok(if known.is_empty() {
        Ahead::Silence
    } else {
        Ahead::Unclear
    })
}

fn faced(
    met: &Met<'_>,
    end: &CallEnd,
    root: Option<SessionId>,
    (pattern, mode): (PatternId, ModeId),
    instance: Fingerprint,
) -> Faced {
    let finding = met.finding;
    Faced {
        event: None,
        root,
        agent: met.seen.agent.as_ref().map(|agent| agent.id.clone()),
        project: met.project,
        pattern,
        mode,
        instance: Some(instance),
        kind: finding.kind,
        headline: finding.headline.clone(),
        message: finding.message.clone(),
        segment: finding.segment.clone(),
        goal: finding.goal.as_ref().map(Goal::key),
        command: end.call.command.clone(),
        file: end.call.file.clone(),
        began: met.seen.began(),
    }
}

/// Chooses what to say by what the agent was told before, of which a compaction that is not recorded yet may have made
/// it forget everything.
fn choose(
    tx: &Tx<'_>,
    met: &Met<'_>,
    call: CallName,
    faced: &Faced,
    output: &str,
    policy: &Policy<'_>,
) -> Result<Ahead, StoreError> {
    let mut earlier = Vec::new();
    if let Some(session) = met.session {
        earlier = hint::before(tx, session, faced.agent.as_deref())?;
        if is_beside(faced.began, met.beside, &earlier) || session_had_enough(tx, session)? {
            return Ok(Ahead::Silence);
        }
        if earlier.iter().any(|told| told.mode == Some(faced.mode)) {
            return Ok(Ahead::Unclear);
        }
    }
    let Some(evidence) = Evidence::of(tx, met.seen.at, faced)? else {
        return Ok(Ahead::Silence);
    };
    let message = evidence.say(faced, output, &earlier, policy);
    if !earlier.is_empty() && evidence.say(faced, output, &[], policy) != message {
        return Ok(Ahead::Unclear);
    }
    Ok(message.map_or(Ahead::Silence, |message| {
        Ahead::Message(Box::new((message, occasion(met, call, faced, policy))))
    }))
}

fn occasion(met: &Met<'_>, call: CallName, faced: &Faced, policy: &Policy<'_>) -> Occasion {
    Occasion {
        // Who claims it names the session, which may have to be made first.
        session: met.session.unwrap_or(SessionId(0)),
        agent: faced.agent.clone(),
        answers: Answers::Call(call),
        instance: faced.instance,
        at: met.seen.at,
        shadow: policy.hints == Hints::Shadow,
    }
}

/// Claims what was found to say for a session, and returns it when it is to be sent: nobody else says it too.
pub fn claim(
    tx: &Tx<'_>,
    session: SessionId,
    (message, occasion): (Message, Occasion),
    policy: &Policy<'_>,
) -> Result<Option<Message>, StoreError> {
    let occasion = Occasion { session, ..occasion };
    // The words are ours; the rest was read back from the store, or is of the clean report.
    let claimed = hint::claim(tx, &occasion, &Clean::stored(message.clone()))?;
    Ok(claimed.and((policy.hints == Hints::On).then_some(message)))
}
