//! What is said of a failure before it is recorded.

use super::{Evidence, Policy};
use crate::domain::failure::{Finding, Goal};
use crate::domain::id::{Fingerprint, ModeId, PatternId, ProjectId};
use crate::domain::lesson::{Hints, Message};
use crate::domain::trace::{CallEnd, Notice, Observation, Step};
use crate::failure::fingerprint::{self, Named};
use crate::redact::Clean;
use crate::store::glance::{self, Glance};
use crate::store::hint::{CallName, Faced};
use crate::store::mute::{self, Whom};
use crate::store::remedy::Asking;
use crate::store::{self, StoreError, Tx, session};

/// A failure that is journalled and not recorded yet, with what is known of its surroundings.
pub struct Met<'m> {
    /// Returns the project of the folder that the call ran in. It is asked only where something is known.
    pub project: &'m dyn Fn(&Tx<'_>) -> Result<Option<ProjectId>, StoreError>,
    /// The call with its outcome.
    pub seen: &'m Clean<Observation>,
    /// What failed in it.
    pub finding: &'m Clean<Finding>,
}

/// What there is to say about a failure that is not recorded yet.
#[derive(Debug, PartialEq)]
pub enum Ahead {
    /// Nothing, whatever its session was told.
    Silence,
    /// This, to an agent that was told nothing yet.
    Message(Box<Notice>),
    /// It depends on what its session was told, or on what is not recorded yet.
    Unclear,
}

/// Returns what there is to say about a failure before it is recorded: recording costs a session more than all of this.
pub fn ahead(tx: &Tx<'_>, met: &Met<'_>, policy: &Policy<'_>) -> Result<Ahead, StoreError> {
    let Some(named) = fingerprint::of(met.finding).filter(|_| policy.hints != Hints::Off) else {
        return Ok(Ahead::Silence);
    };
    let Step::CallEnded(end) = &met.seen.step else {
        return Ok(Ahead::Unclear);
    };
    let glance = glance::at(tx, named.kind, named.instance)?;
    if glance == Glance::Unknown {
        return Ok(Ahead::Silence);
    }
    let standing = session::standing(tx, met.seen, CallName::of(met.seen))?;
    if standing.is_old {
        return Ok(Ahead::Silence);
    }
    let asking = Asking {
        project: (met.project)(tx)?,
        root: standing.root,
        now: met.seen.at,
    };
    let Glance::Known(pattern, mode) = glance else {
        return under_another_command(tx, named.instance, asking);
    };
    let whom = Whom {
        root: asking.root,
        project: asking.project,
    };
    if mute::is_muted(tx, mode, whom, asking.now)? {
        return Ok(Ahead::Silence);
    }
    let faced = faced(met, end, asking, (pattern, mode), named.instance);
    let evidence = Evidence::of(tx, &faced, asking)?;
    let message = evidence.say(tx, &faced, &end.output.joined(), &[], policy)?;
    Ok(match message {
        None => Ahead::Silence,
        Some(_) if standing.was_told => Ahead::Unclear,
        Some(message) => Ahead::Message(Box::new(notice(message, &named, end, policy.hints))),
    })
}

/// The same thing may be known from another command: recorded, it has a failure mode of its own.
fn under_another_command(tx: &Tx<'_>, instance: Fingerprint, asking: Asking) -> Result<Ahead, StoreError> {
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
    asking: Asking,
    (pattern, mode): (PatternId, ModeId),
    instance: Fingerprint,
) -> Faced {
    let finding = met.finding;
    Faced {
        event: None,
        root: asking.root,
        agent: met.seen.agent.as_ref().map(|agent| agent.id.clone()),
        project: asking.project,
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

/// Returns what is journalled of a message. A failure mode has a name that travels: that of the pattern which was met.
fn notice(message: Message, named: &Named, end: &CallEnd, hints: Hints) -> Notice {
    Notice {
        told: message.told,
        rule: message.rule,
        mode: Some(named.kind),
        instance: Some(named.instance),
        remedy: message.remedy,
        call: Some(end.call.clone()),
        shadow: hints == Hints::Shadow,
        text: message.text,
        suggestion: message.suggestion,
    }
}
