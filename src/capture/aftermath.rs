//! What came of what was told: read from the later calls of the agent that it was told to.

use crate::domain::failure::Expected;
use crate::domain::id::SessionId;
use crate::domain::lesson::{Aftermath, Told};
use crate::failure::remedy::follows;
use crate::store::aftermath::{Later, Message, calls, messages};
use crate::store::{StoreError, Tx, hint};

/// Derives what came of each hint and warning of a session, and writes it. Doing it again changes nothing.
pub fn aftermath(tx: &Tx<'_>, session: SessionId) -> Result<(), StoreError> {
    let (told, over) = messages(tx, session)?;
    if told.is_empty() {
        return Ok(());
    }
    let calls = calls(tx, session)?;
    for message in &told {
        let later: Vec<&Later> = calls
            .iter()
            .filter(|call| call.agent == message.agent && call.at >= message.at && Some(call.event) != message.event)
            .filter(|call| !was_stopped(call))
            .collect();
        hint::came(tx, message.id, judged(message, &later, over))?;
    }
    Ok(())
}

/// Returns whether a call never ran: somebody or something said no, or its batch was cancelled.
fn was_stopped(call: &Later) -> bool {
    let reason = call.expected.as_deref().and_then(Expected::from_word);
    matches!(
        reason,
        Some(Expected::Rejected | Expected::Permission | Expected::Policy | Expected::Sibling | Expected::Interrupted)
    )
}

/// How a later call stands to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    /// It did what was said, and worked.
    Worked,
    /// It did what was said; how it ended is not clear.
    Unclear,
    /// It did what was said, or the old thing, and failed.
    Failed,
    /// It was the very call that had been refused, and it worked.
    Needless,
}

/// Returns what came of a message; nothing while the session goes on and nothing has come yet.
///
/// What was said, done and working outranks every failure before it: an agent may need two tries. A message with
/// nothing to type asks to let go; whoever did not run into the same failure again has done so.
fn judged(message: &Message, later: &[&Later], over: bool) -> Option<Aftermath> {
    let deeds: Vec<Deed> = later.iter().filter_map(|call| deed(message, call)).collect();
    let has = |wanted| deeds.contains(&wanted);
    if has(Deed::Worked) {
        return Some(Aftermath::Helped);
    }
    if has(Deed::Unclear) {
        return Some(Aftermath::Followed);
    }
    if has(Deed::Failed) {
        return Some(Aftermath::FailedAgain);
    }
    if has(Deed::Needless) {
        return Some(Aftermath::Ignored);
    }
    let nothing = if message.suggestion.is_empty() {
        Aftermath::Followed
    } else {
        Aftermath::Ignored
    };
    over.then_some(nothing)
}

fn deed(message: &Message, call: &Later) -> Option<Deed> {
    let suggestion = message.suggestion.as_str();
    if !suggestion.is_empty() && follows(&call.call, suggestion, &message.was) {
        return Some(match call.status.as_str() {
            "ok" => Deed::Worked,
            "failed" => Deed::Failed,
            _ => Deed::Unclear,
        });
    }
    if call.status == "failed" && call.instance.is_some() && call.instance == message.instance {
        return Some(Deed::Failed);
    }
    let unchanged = message.told == Told::Warning && message.call.as_deref() == Some(call.call.as_str());
    unchanged.then_some(if call.status == "failed" {
        Deed::Failed
    } else {
        Deed::Needless
    })
}

#[cfg(test)]
mod tests;
