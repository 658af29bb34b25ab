//! Calls of a transcript that wait for their results.
//!
//! Up to three lines tell how one call ended: the output that the model sees, the item that the client keeps for itself
//! on either side of it, and, where a command went on in the background, the output of the call that asked how it goes.
//! The first that names an end counts.

use std::collections::VecDeque;

use crate::domain::trace::{Call, Observation};

/// A later read goes back at most this far for a call without a result, in bytes: a server that was left running must
/// not make every later read begin at the same place.
pub(super) const LOOK_BACK: u64 = 4 * 1024 * 1024;

/// A call without a result.
#[derive(Debug)]
pub(super) struct Waiting {
    /// Where a later read must begin to know all that it needs of the call.
    from: u64,
    /// The client's id of the call, as written.
    id: String,
    pub(super) call: Call,
    /// That it began.
    pub(super) started: Observation,
    /// The command in the background that it asks about.
    pub(super) polled: Option<String>,
    /// The client's id of the command, once it is in the background.
    pub(super) task: Option<String>,
    /// What it printed so far.
    pub(super) printed: String,
}

/// A call whose end was told; other lines may tell it again.
#[derive(Debug)]
struct Ended {
    from: u64,
    to: u64,
    id: String,
}

/// Calls in the order in which they began.
#[derive(Debug, Default)]
pub(super) struct Calls {
    waiting: Vec<Waiting>,
    ended: VecDeque<Ended>,
}

impl Calls {
    /// Adds a call that began; a later read must begin at `from` to meet it.
    pub(super) fn begin(&mut self, from: u64, id: String, call: Call, started: Observation, polled: Option<String>) {
        self.waiting.push(Waiting {
            from,
            id,
            call,
            started,
            polled,
            task: None,
            printed: String::new(),
        });
    }

    /// Returns the call with this id that waits.
    pub(super) fn waiting(&mut self, id: &str) -> Option<&mut Waiting> {
        self.waiting.iter_mut().find(|waiting| waiting.id == id)
    }

    /// Returns the id of the command that runs in the background as `task`.
    pub(super) fn of_task(&self, task: &str) -> Option<String> {
        let runs = |waiting: &&Waiting| waiting.task.as_deref() == Some(task);
        self.waiting.iter().rev().find(runs).map(|waiting| waiting.id.clone())
    }

    /// Returns the call with this id, whose end stands on the line at `offset`: it waits no longer.
    pub(super) fn end(&mut self, offset: u64, id: &str) -> Option<Waiting> {
        let at = self.waiting.iter().position(|waiting| waiting.id == id)?;
        let ended = self.waiting.remove(at);
        self.note(offset, ended.from, id);
        Some(ended)
    }

    /// Notes that the end of a call is told at `offset`, which needs no line before `from`.
    pub(super) fn note(&mut self, offset: u64, from: u64, id: &str) {
        while self.ended.front().is_some_and(|ended| ended.to + LOOK_BACK < offset) {
            self.ended.pop_front();
        }
        self.ended.push_back(Ended {
            from,
            to: offset,
            id: id.to_owned(),
        });
    }

    /// Returns whether the end of the call with this id was told before the line at `offset`, which tells it again.
    pub(super) fn is_told(&mut self, offset: u64, id: &str) -> bool {
        let told = self.ended.iter_mut().rev().find(|ended| ended.id == id);
        told.map(|ended| ended.to = offset).is_some()
    }

    /// Returns the client's id of the newest call that waits, unless that is in the background.
    pub(super) fn newest(&self) -> Option<&Call> {
        let open = |waiting: &&Waiting| waiting.task.is_none();
        self.waiting.iter().rev().find(open).map(|waiting| &waiting.call)
    }

    /// Returns where a later read must begin so that it meets what waits again and what else is `open`, and no end of a
    /// call without the call.
    pub(super) fn oldest_near(&self, end: u64, open: impl Iterator<Item = u64>) -> Option<u64> {
        let open = self.waiting.iter().map(|waiting| waiting.from).chain(open);
        let mut from = open.filter(|offset| offset + LOOK_BACK >= end).min()?;
        // What ends behind `from` and began before it draws the beginning nearer, and with it maybe others.
        while let Some(ended) = self.ended.iter().find(|ended| ended.from < from && ended.to >= from) {
            from = ended.from;
        }
        Some(from)
    }

    /// Returns what waits.
    pub(super) fn all(&self) -> &[Waiting] {
        &self.waiting
    }
}
