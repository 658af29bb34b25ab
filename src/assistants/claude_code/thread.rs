//! What one agent of a transcript has not finished, and where its observations belong.

use super::hook::session_key;
use crate::domain::time::Timestamp;
use crate::domain::trace::{Agent, AtSource, Observation, Step, Usage, Via};

/// Where the observations of a line belong.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) session: String,
    pub(super) agent: Option<Agent>,
    pub(super) at: Timestamp,
    pub(super) cwd: Option<String>,
    pub(super) branch: Option<String>,
}

impl Place {
    /// Returns `step` as something that happened here.
    pub(super) fn observe(&self, step: Step) -> Observation {
        Observation {
            session: session_key(self.session.clone()),
            agent: self.agent.clone(),
            at: self.at,
            at_source: AtSource::Record,
            cwd: self.cwd.clone(),
            branch: self.branch.clone(),
            via: Via::Transcript,
            step,
        }
    }

    /// Returns the id of the subagent; nothing for the session's own agent.
    pub(super) fn agent_id(&self) -> Option<&str> {
        self.agent.as_ref().map(|agent| agent.id.as_str())
    }
}

/// What one agent has not finished.
#[derive(Debug, Default)]
pub(super) struct Thread {
    /// The newest message with its tokens, and the byte where its first line with them begins.
    usage: Option<(String, Observation, u64)>,
    /// Words after which nothing has come yet: its last ones if the turn ends here.
    words: Option<Words>,
    /// The call that the user turned down last, and the byte where that line begins.
    pub(super) rejected: Option<(String, u64)>,
}

#[derive(Debug)]
struct Words {
    observation: Observation,
    message: Option<String>,
    is_end: bool,
    /// Where their line begins in the file.
    offset: u64,
}

impl Thread {
    /// Keeps the words of a message as what may turn out to be the end of a turn; `is_end` says that they are.
    pub(super) fn speak(&mut self, offset: u64, message: Option<String>, is_end: bool, observation: Observation) {
        self.words = Some(Words {
            observation,
            message,
            is_end,
            offset,
        });
    }

    /// Forgets the last words: the agent went on.
    pub(super) fn go_on(&mut self) {
        self.words = None;
    }

    /// Reports the last words as the end of a turn.
    pub(super) fn end_turn(&mut self, out: &mut Vec<Observation>) {
        out.extend(self.words.take().map(|words| words.observation));
    }

    /// Settles the words of the message before `id`: the end of a turn if they said so, else some on the way.
    pub(super) fn new_message(&mut self, id: Option<&str>, out: &mut Vec<Observation>) {
        let before = self.words.take_if(|words| words.message.as_deref() != id);
        out.extend(before.filter(|words| words.is_end).map(|words| words.observation));
    }

    /// Keeps the tokens of a message until the next one: each of its lines reports them, and the last knows best.
    pub(super) fn spend(&mut self, offset: u64, usage: Usage, here: &Place, out: &mut Vec<Observation>) {
        let message = usage.message.clone();
        let same = self.usage.take_if(|(id, ..)| *id == message);
        out.extend(self.usage.take().map(|(_, observation, _)| observation));
        let from = same.map_or(offset, |(_, _, from)| from);
        self.usage = Some((message, here.observe(Step::Usage(usage)), from));
    }

    /// Returns the bytes where a later read must begin to meet again what is open here.
    pub(super) fn open(&self) -> impl Iterator<Item = u64> + '_ {
        let words = self.words.as_ref().map(|words| words.offset);
        let usage = self.usage.as_ref().map(|(_, _, from)| *from);
        let rejected = self.rejected.as_ref().map(|(_, from)| *from);
        words.into_iter().chain(usage).chain(rejected)
    }

    /// Reports all that is open.
    pub(super) fn finish(&mut self, out: &mut Vec<Observation>) {
        self.end_turn(out);
        out.extend(self.usage.take().map(|(_, observation, _)| observation));
    }
}
