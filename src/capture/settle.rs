//! What only the whole session tells: which failures were work in progress, what each one cost, how it ended.

use std::collections::HashSet;

use super::aftermath::aftermath;
use super::again::set_aside;
use super::learn::learn;
use crate::domain::failure::{Expected, Severity};
use crate::domain::id::{EventId, SessionId};
use crate::domain::time::Timestamp;
use crate::failure::{check, shell};
use crate::store::failure::{self, Row};
use crate::store::{StoreError, Tx, session, trace};

/// How a session ended.
///
/// The rule, from the last thing that happened in it: a model error that ended the turn is `model-error`; the
/// user's interrupt or rejection with nothing after it is `interrupted`; a turn that ended right after a call
/// whose failure counts is `failed`; any other turn that ended is `done`; everything else, such as a client that
/// was killed, is `unknown`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The agent ended its turn in good order.
    Done,
    /// The agent ended its turn on a failure.
    Failed,
    /// The model, or the road to it, ended the turn.
    ModelError,
    /// The user stopped it.
    Interrupted,
    /// It broke off.
    Unknown,
}

impl Outcome {
    /// Returns the word for it in the store and in answers.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::ModelError => "model-error",
            Self::Interrupted => "interrupted",
            Self::Unknown => "unknown",
        }
    }
}

/// Calls that a failure must cost to be of medium severity (house rule: three or more).
const MEDIUM_COST: usize = 3;
/// A session ends on a failure that is among its last calls.
const LAST_CALLS: usize = 2;

/// Derives what the whole session tells, and writes it. Doing it again changes nothing.
pub fn settle(tx: &Tx<'_>, id: SessionId, now: Timestamp) -> Result<Outcome, StoreError> {
    let traced = trace::of_session(tx, id)?;
    let steps: Vec<Step> = traced.iter().cloned().map(Step::from).collect();
    let mut failures = failure::of_session(tx, id)?;
    let is_faded = trace::is_faded(tx, id)?;
    for row in &mut failures {
        let Some(at) = steps.iter().position(|step| step.event == row.event) else {
            continue;
        };
        let recovery = recovery(&steps, at, row);
        let settled = match (row.expected, &recovery) {
            (None, Some(recovery)) if recovery.edited && is_check(row) => Some(Expected::TestFirst),
            (Some(Expected::TestFirst), None) if !is_faded => None,
            (before, _) => before,
        };
        if settled != row.expected {
            set_aside(tx, row.id, row.event, settled)?;
            row.expected = settled;
        }
        failure::weigh(tx, row.id, severity(&steps, at, row, recovery.as_ref()))?;
    }
    learn(tx, id, &traced, &failures, is_faded)?;
    let counted = failures
        .iter()
        .filter(|row| row.expected.is_none())
        .map(|row| row.event)
        .collect();
    let outcome = outcome(&steps, &counted);
    session::settled(tx, id, outcome.word(), now)?;
    aftermath(tx, id)?;
    Ok(outcome)
}

fn is_check(row: &Row) -> bool {
    row.goal.as_deref().is_some_and(check::is_check)
}

/// A step of the session with what it was for.
#[derive(Debug)]
struct Step {
    event: EventId,
    kind: String,
    agent: Option<String>,
    edit: bool,
    good: bool,
    rejected: bool,
    goals: Vec<String>,
}

impl From<trace::Traced> for Step {
    fn from(row: trace::Traced) -> Self {
        let goals = row.command.as_deref().map(shell::goals).unwrap_or_default();
        Self {
            event: row.event,
            edit: row.tool_kind.as_deref() == Some("edit"),
            good: row.status == "ok" || row.status == "unknown",
            rejected: row
                .expected
                .as_deref()
                .and_then(Expected::from_word)
                .is_some_and(Expected::is_a_stop),
            goals: goals.iter().map(crate::domain::failure::Goal::key).collect(),
            kind: row.kind,
            agent: row.agent,
        }
    }
}

/// The first later success of a failure's goal.
#[derive(Debug)]
struct Recovery {
    /// Calls from the failure to the success.
    calls: usize,
    /// Whether a file was edited in between.
    edited: bool,
}

/// Returns how a failure was got over: the first later success of its goal in the session, by the same agent.
fn recovery(steps: &[Step], failed: usize, row: &Row) -> Option<Recovery> {
    let goal = row.goal.as_ref()?;
    let agent = &steps[failed].agent;
    let later = steps[failed + 1..]
        .iter()
        .filter(|step| step.kind == "call" && step.agent == *agent);
    let mut recovery = Recovery {
        calls: 0,
        edited: false,
    };
    for step in later {
        recovery.calls += 1;
        if step.good && step.goals.contains(goal) {
            return Some(recovery);
        }
        recovery.edited |= step.edit && step.good;
    }
    None
}

/// Returns what a failure cost: high when its goal was tried again and given up, or when the session ended on it;
/// medium when it took three or more calls to get over it; low else.
fn severity(steps: &[Step], failed: usize, row: &Row, recovery: Option<&Recovery>) -> Severity {
    if let Some(recovery) = recovery {
        return if recovery.calls >= MEDIUM_COST {
            Severity::Medium
        } else {
            Severity::Low
        };
    }
    let calls_after = steps[failed + 1..].iter().filter(|step| step.kind == "call").count();
    let tried_before = row.goal.as_ref().is_some_and(|goal| {
        steps[..failed]
            .iter()
            .any(|step| !step.good && step.goals.contains(goal))
    });
    if calls_after < LAST_CALLS || tried_before {
        Severity::High
    } else {
        Severity::Low
    }
}

fn outcome(steps: &[Step], counted: &HashSet<EventId>) -> Outcome {
    let told = |step: &&Step| step.kind != "agent" && step.kind != "compact" && step.agent.is_none();
    let mut newest = steps.iter().rev().filter(told);
    let Some(last) = newest.next() else {
        return Outcome::Unknown;
    };
    match last.kind.as_str() {
        "model-error" => Outcome::ModelError,
        "interrupt" => Outcome::Interrupted,
        "call" if last.rejected => Outcome::Interrupted,
        "turn" => match newest.next() {
            Some(call) if call.kind == "call" && counted.contains(&call.event) => Outcome::Failed,
            _ => Outcome::Done,
        },
        _ => Outcome::Unknown,
    }
}
