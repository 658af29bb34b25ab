//! What hooks told without the store: kept when their journal is drained.

use crate::domain::id::{EventId, SessionId};
use crate::domain::lesson::Message;
use crate::domain::trace::{Notice, Observation, Step};
use crate::redact::Clean;
use crate::store::hint::{self, Answers, Occasion};
use crate::store::{StoreError, Tx, mode};

/// Returns the call that a notice answers, as one that is about to run.
pub(super) fn about(seen: &Observation) -> Option<Observation> {
    let call = notice(seen)?.call.clone()?;
    Some(Observation {
        step: Step::CallStarted(call),
        ..seen.clone()
    })
}

/// Writes the row of what was told; once, whatever is drained twice.
pub(super) fn keep(
    tx: &Tx<'_>,
    session: SessionId,
    event: Option<EventId>,
    seen: &Clean<Observation>,
) -> Result<(), StoreError> {
    let Some(notice) = notice(seen) else { return Ok(()) };
    let mode = match notice.mode {
        Some(name) => mode::named(tx, name)?,
        None => None,
    };
    let occasion = Occasion {
        session,
        agent: seen.agent.as_ref().map(|agent| agent.id.clone()),
        answers: event.map_or(Answers::Start, Answers::Event),
        instance: notice.instance,
        at: seen.at,
        shadow: notice.shadow,
    };
    let message = Message {
        told: notice.told,
        rule: notice.rule,
        mode,
        remedy: notice.remedy,
        text: notice.text.clone(),
        suggestion: notice.suggestion.clone(),
    };
    // Every text of it stood in the observation.
    hint::claim(tx, &occasion, &Clean::stored(message))?;
    Ok(())
}

fn notice(seen: &Observation) -> Option<&Notice> {
    match &seen.step {
        Step::Told(notice) => Some(notice),
        _ => None,
    }
}
