//! Calls of a transcript that wait for their results.

use std::collections::VecDeque;

use crate::domain::trace::{Call, Flag, Observation, Step};

use super::call::{exit_code, is_usable};

/// A later read goes back at most this far for a call without a result, in bytes: a call that was abandoned must
/// not make every later read begin at the same place.
const LOOK_BACK: u64 = 4 * 1024 * 1024;

/// A result waits this long for its call, in bytes: the client writes side by side, and now and then the result of
/// a quick call gets ahead of the call.
const AHEAD: u64 = 256 * 1024;

/// A call without a result.
#[derive(Debug)]
pub(super) struct Waiting {
    /// Where its line begins in the file.
    offset: u64,
    /// The client's id of the line.
    line: Option<String>,
    /// The client's id of the call, as written.
    id: String,
    /// The call.
    pub(super) call: Call,
    /// That it began.
    pub(super) started: Observation,
}

/// A result without a call.
#[derive(Debug)]
struct Early {
    offset: u64,
    id: String,
    observation: Observation,
}

/// Calls in the order in which they began.
#[derive(Debug, Default)]
pub(super) struct Calls {
    waiting: Vec<Waiting>,
    early: VecDeque<Early>,
    /// The stretches of the file from a call to its result, or the reverse; as far as a later read may go back.
    joined: VecDeque<(u64, u64)>,
}

impl Calls {
    /// Adds a call that `started` on the line at `offset` with the client's ids `line` and `id`; returns its outcome
    /// if that came first.
    pub(super) fn begin(
        &mut self,
        offset: u64,
        line: Option<String>,
        id: String,
        call: Call,
        started: Observation,
    ) -> Option<Observation> {
        let early = self.early.iter().position(|early| early.id == id && is_usable(&id));
        let Some(mut early) = early.and_then(|at| self.early.remove(at)) else {
            self.waiting.push(Waiting {
                offset,
                line,
                id,
                call,
                started,
            });
            return None;
        };
        self.join(early.offset, offset);
        early.observation.cwd = started.cwd;
        early.observation.at = started.at;
        if let Step::CallEnded(ended) = &mut early.observation.step {
            ended.exit_code = exit_code(call.kind, &ended.output.head).filter(|_| ended.flag == Flag::Failure);
            ended.call = call;
        }
        Some(early.observation)
    }

    /// Adds an outcome at `offset` for which [`Calls::end`] had no call.
    pub(super) fn end_early(&mut self, offset: u64, id: String, observation: Observation) {
        self.early.push_back(Early {
            offset,
            id,
            observation,
        });
    }

    /// Returns the outcomes whose calls are not to be expected any more where the reading stands at `offset`.
    pub(super) fn give_up(&mut self, offset: u64) -> Vec<Observation> {
        let kept = self
            .early
            .iter()
            .position(|early| early.offset + AHEAD >= offset)
            .unwrap_or(self.early.len());
        self.early.drain(..kept).map(|early| early.observation).collect()
    }

    /// Returns the call whose result stands at `offset` and names the call `id` and the line `line`.
    ///
    /// Ids repeat, and published transcripts have them replaced on either side: equal ids on the right line come
    /// first, then equal ids, then, where an id was replaced, the right line, then the order.
    pub(super) fn end(&mut self, offset: u64, id: &str, line: Option<&str>) -> Option<Waiting> {
        let same_id = |waiting: &Waiting| waiting.id == id;
        let same_line = |waiting: &Waiting| line.is_some() && waiting.line.as_deref() == line;
        let lost_id = |waiting: &Waiting| !is_usable(id) || !is_usable(&waiting.id);
        let at = self
            .position(|waiting| same_id(waiting) && same_line(waiting))
            .or_else(|| self.position(same_id))
            .or_else(|| self.position(|waiting| lost_id(waiting) && same_line(waiting)))
            .or_else(|| self.position(lost_id))?;
        let began = self.waiting.remove(at);
        self.join(began.offset, offset);
        Some(began)
    }

    fn join(&mut self, from: u64, to: u64) {
        self.joined.push_back((from, to));
        while self.joined.front().is_some_and(|(_, end)| end + LOOK_BACK < to) {
            self.joined.pop_front();
        }
    }

    fn position(&self, wanted: impl Fn(&Waiting) -> bool) -> Option<usize> {
        self.waiting.iter().position(wanted)
    }

    /// Returns the newest waiting call of the agent with this id.
    pub(super) fn newest_of(&self, agent: Option<&str>) -> Option<&Call> {
        let of_agent = |waiting: &&Waiting| waiting.started.agent.as_ref().map(|agent| agent.id.as_str()) == agent;
        self.waiting.iter().rev().find(of_agent).map(|waiting| &waiting.call)
    }

    /// Returns where a later read must begin so that it meets what waits again and what else is `open`, and no call
    /// without the result that it had, nor the reverse.
    pub(super) fn oldest_near(&self, end: u64, open: impl Iterator<Item = u64>) -> Option<u64> {
        let calls = self.waiting.iter().map(|waiting| waiting.offset);
        let results = self.early.iter().map(|early| early.offset);
        let open = calls.chain(results).chain(open);
        let mut from = open.filter(|offset| offset + LOOK_BACK >= end).min()?;
        for (start, end) in self.joined.iter().rev() {
            if *end >= from {
                from = from.min(*start);
            }
        }
        Some(from)
    }

    /// Returns what waits: calls that began, and outcomes of calls that nobody saw.
    pub(super) fn waiting(&self) -> impl Iterator<Item = Observation> + '_ {
        let calls = self.waiting.iter().map(|waiting| waiting.started.clone());
        calls.chain(self.early.iter().map(|early| early.observation.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assistants::claude_code::call::call;
    use crate::assistants::claude_code::hook::session_key;
    use crate::assistants::claude_code::wire::Raw;
    use crate::domain::time::Timestamp;
    use crate::domain::trace::{AtSource, Via};

    fn begin(calls: &mut Calls, offset: u64, line: &str, id: &str) {
        let call = call(&Raw::default(), &Raw::default(), &Raw::default());
        let started = Observation {
            session: session_key("s".into()),
            agent: None,
            at: Timestamp(0),
            at_source: AtSource::Record,
            cwd: None,
            branch: None,
            via: Via::Transcript,
            step: Step::AgentStarted,
        };
        assert_eq!(
            calls.begin(offset, Some(line.to_owned()), id.to_owned(), call, started),
            None
        );
    }

    fn ended(calls: &mut Calls, id: &str, line: Option<&str>) -> Option<u64> {
        calls.end(50, id, line).map(|waiting| waiting.offset)
    }

    #[test]
    fn results_find_their_calls_by_id_also_out_of_order() {
        let mut calls = Calls::default();
        begin(&mut calls, 1, "l1", "a");
        begin(&mut calls, 2, "l2", "b");
        assert_eq!(ended(&mut calls, "b", None), Some(2));
        assert_eq!(ended(&mut calls, "x", Some("l1")), None, "another id is another call");
        assert_eq!(ended(&mut calls, "a", None), Some(1));
    }

    #[test]
    fn equal_ids_are_joined_by_line_and_then_in_order() {
        let mut calls = Calls::default();
        for (offset, line) in [(1, "l1"), (2, "l2"), (3, "l3")] {
            begin(&mut calls, offset, line, "REDACTED");
        }
        assert_eq!(ended(&mut calls, "REDACTED", Some("l2")), Some(2));
        assert_eq!(ended(&mut calls, "REDACTED", None), Some(1));
        assert_eq!(
            ended(&mut calls, "toolu_1", None),
            Some(3),
            "the id was replaced on one side only"
        );
        assert_eq!(ended(&mut calls, "REDACTED", None), None);
    }

    #[test]
    fn a_later_read_goes_back_to_the_oldest_waiting_call_but_not_forever() {
        let mut calls = Calls::default();
        assert_eq!(calls.oldest_near(100, [].into_iter()), None);
        begin(&mut calls, 10, "l1", "a");
        begin(&mut calls, 20, "l2", "b");
        assert_eq!(calls.oldest_near(100, [].into_iter()), Some(10));
        assert_eq!(calls.oldest_near(100, [5, 15].into_iter()), Some(5));
        assert_eq!(calls.oldest_near(15 + LOOK_BACK, [].into_iter()), Some(20));
        assert_eq!(calls.oldest_near(100 + LOOK_BACK, [].into_iter()), None);
        begin(&mut calls, 60, "l3", "c");
        begin(&mut calls, 70, "l4", "d");
        assert_eq!(calls.end(80, "c", None).map(|began| began.offset), Some(60));
        assert_eq!(
            calls.oldest_near(65 + LOOK_BACK, [].into_iter()),
            Some(60),
            "the result of c is met again, and so must c be"
        );
    }
}
