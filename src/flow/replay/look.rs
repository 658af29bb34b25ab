//! What there is to see of a session that was played and settled.

use super::hear::Heard;
use super::kind::{Facts, Kind, SOON, kind};
use crate::assistants;
use crate::domain::id::SessionId;
use crate::domain::time::Timestamp;
use crate::failure::{remedy, shell};
use crate::recall;
use crate::store::body::{self, Part};
use crate::store::met::{self, Call, Failed, Message};
use crate::store::{StoreError, Tx};

/// What there is to see of a session that was played.
pub(super) struct Played {
    pub(super) calls: Vec<Call>,
    pub(super) failures: Vec<Judged>,
    pub(super) messages: Vec<Message>,
    pub(super) briefed: Vec<Briefed>,
}

/// A failure mode that a session was told of at its start.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Briefed {
    session: SessionId,
    mode: String,
    at: Timestamp,
}

impl Briefed {
    /// Returns whether a failure is one of that mode which the session met afterwards, and counts.
    pub(super) fn is_met_by(&self, failed: &Failed) -> bool {
        failed.session == self.session
            && failed.expected.is_none()
            && failed.mode.as_deref() == Some(&self.mode)
            && failed.at >= self.at
    }
}

/// A failure with its kind.
pub(super) struct Judged {
    pub(super) failed: Failed,
    pub(super) kind: Kind,
    /// Where the call by which the goal was reached stands among the calls.
    pub(super) reached: Option<usize>,
}

/// Looks at what is new since `mark`, now that the session is settled.
pub(super) fn look(tx: &Tx<'_>, heard: &Heard) -> Result<Played, StoreError> {
    let mark = heard.mark;
    let calls = met::calls(tx, mark)?;
    let mut failures = Vec::new();
    for failed in met::failures(tx, mark)? {
        let kind = kind(&facts(tx, &failed)?);
        let reached = reached(tx, &failed, &calls)?;
        failures.push(Judged { failed, kind, reached });
    }
    let messages = met::messages(tx, mark)?;
    let mut briefed: Vec<Briefed> = Vec::new();
    for (session, at, pattern) in &heard.briefed {
        let (session, at) = (*session, *at);
        // Modes that were two at the start may be one by now.
        briefed.extend(met::mode(tx, *pattern)?.map(|mode| Briefed { session, mode, at }));
    }
    briefed.sort();
    briefed.dedup_by(|one, other| (one.session, &one.mode) == (other.session, &other.mode));
    Ok(Played {
        calls,
        failures,
        briefed,
        messages: messages.into_iter().filter(|message| !message.shadow).collect(),
    })
}

fn facts(tx: &Tx<'_>, failed: &Failed) -> Result<Facts, StoreError> {
    // What a client explains is the same thing whatever the file: its instances only tell files apart.
    let client_explains = assistants::explains_itself(&failed.headline);
    let earlier = met::earlier(tx, failed, client_explains, SOON)?;
    if failed.expected.is_some() || earlier.failures == 0 {
        return Ok(Facts {
            expected: failed.expected,
            earlier: earlier.failures,
            ..Facts::default()
        });
    }
    let output = body::read(tx, failed.event, Part::Output)?
        .map(|text| text.joined())
        .unwrap_or_default();
    Ok(Facts {
        expected: None,
        earlier: earlier.failures,
        passed_soon: earlier.passed,
        tellable: recall::is_known(tx, failed)?,
        explained: client_explains || remedy::names_a_way_out(&output),
        red: remedy::is_work(failed.goal.as_deref(), &failed.headline),
    })
}

/// Returns where among the calls the one stands by which the goal of a failure was reached: the one that a remedy was
/// learnt from, else the next success of the same goal, or on the same file, by the same agent.
fn reached(tx: &Tx<'_>, failed: &Failed, calls: &[Call]) -> Result<Option<usize>, StoreError> {
    if let Some(event) = met::reached(tx, failed)? {
        return Ok(calls.iter().position(|call| call.event == event));
    }
    let has_goal = |call: &Call| match (&failed.goal, &call.command) {
        (Some(goal), Some(command)) => shell::goals(command).iter().any(|one| one.key() == *goal),
        (None, None) => call.tool == failed.tool && call.file.is_some() && call.file == failed.file,
        _ => false,
    };
    Ok(calls
        .iter()
        .position(|call| is_behind(call, failed) && call.good && has_goal(call)))
}

/// Returns whether a call came after a failure, in its session and by the same agent.
pub(super) fn is_behind(call: &Call, failed: &Failed) -> bool {
    call.event > failed.event && call.session == failed.session && call.agent == failed.agent
}
