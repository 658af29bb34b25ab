//! What a replay tells: its events, and what they came to.

use std::collections::BTreeMap;

use super::compare::{Naive, Naming};
use super::kind::Kind;
use crate::domain::failure::Expected;
use crate::domain::time::{Span, Timestamp};

/// What is told of by the line of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EventKind {
    /// A message before a call.
    Warning,
    /// A failure.
    Failure,
    /// A message behind a failure.
    Hint,
}

/// A failure or a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// What it is.
    pub kind: EventKind,
    /// The assistant's id of the session.
    pub session: String,
    /// The client's id of the call.
    pub call: Option<String>,
    /// Which call of its session it is, from 1; of what is no call, the one before it.
    pub ordinal: u64,
    /// When.
    pub at: Timestamp,
    /// The tool as the client names it.
    pub tool: String,
    /// The line that says what went wrong.
    pub headline: String,
    /// The name of the failure mode.
    pub mode: Option<String>,
    /// The finer fingerprint.
    pub instance: Option<String>,
    /// Of which kind the failure is.
    pub of: Option<Kind>,
    /// What was told.
    pub text: String,
    /// What it said to type.
    pub suggestion: String,
}

/// A message with what it would have spared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// When.
    pub at: Timestamp,
    /// The failure mode that it is about.
    pub mode: Option<String>,
    /// What went wrong.
    pub headline: String,
    /// The whole text.
    pub text: String,
    /// What it said to type.
    pub suggestion: String,
    /// It names what later worked.
    pub named: bool,
    /// Calls from the message to the success, without the one that it suggests.
    pub spared: u64,
}

/// What came of the messages at the start of sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Briefs {
    /// Starts and compactions at which there may be something to tell.
    pub asked: u64,
    /// Messages.
    pub sent: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Failure modes that sessions were told of, each once in a session.
    pub modes: u64,
    /// Of them, those that the session then met.
    pub met: u64,
    /// Known repeats of which the session had been told at its start.
    pub known: u64,
}

/// What a replay counts.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    /// Sessions.
    pub sessions: u64,
    /// Calls; those of copied history are none.
    pub calls: u64,
    /// Failures that count.
    pub failures: u64,
    /// Failures that are nobody's fault, by reason.
    pub expected: BTreeMap<Expected, u64>,
    /// Failures that count and that their client called a success.
    pub hidden: u64,
    /// Failures that count and that an earlier root session had met, by kind.
    pub repeats: BTreeMap<Kind, u64>,
    /// Known ones that were answered.
    pub told: u64,
    /// Known ones that were not answered because this agent had been told of the same failure mode before.
    pub told_before: u64,
    /// Hints.
    pub hints: u64,
    /// Warnings.
    pub warnings: u64,
    /// Warnings before a call that in truth succeeded.
    pub wrong_warnings: u64,
    /// What was told at the start of sessions.
    pub briefs: Briefs,
    /// Bytes of all messages.
    pub bytes: u64,
    /// How often the suggestions of hints name what later worked.
    pub naming: Naming,
    /// The same with the suggestions shuffled among the hints.
    pub shuffled: Naming,
    /// What the naive rule would have suggested on every repeat.
    pub naive: Naive,
    /// Calls that the suggestions which name what later worked would have spared.
    pub spared_calls: u64,
    /// The time from those hints to the success.
    pub spared: Span,
    /// The hints, one for each failure mode, those that would have spared most first; at most ten.
    pub best: Vec<Sent>,
}
