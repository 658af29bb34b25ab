//! What is learnt from failures, and what is told of it.

use super::id::{ModeId, RemedyId};
use super::time::Timestamp;

/// What led from a failing call to a succeeding one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RemedyKind {
    /// Another call reached the same goal.
    Changed,
    /// The same tool reached what was meant under another path.
    Path,
    /// A command that prepares, such as an installation, came between two equal calls.
    Prepared,
    /// Files were edited between two equal calls.
    Edited,
    /// The same call went through with nothing in between: the fault was transient.
    Retry,
    /// A person decided about this very thing.
    Decision,
}

impl RemedyKind {
    /// Returns whether it says what to type next time: the others are kept as evidence.
    #[must_use]
    pub const fn can_be_told(self) -> bool {
        matches!(self, Self::Changed | Self::Path | Self::Prepared | Self::Decision)
    }
}

/// Where the knowledge of a remedy comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// It was seen to work in a session.
    Seen,
    /// An agent says so: a claim.
    Agent,
    /// A person says so.
    Person,
}

/// The kinds of what is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Told {
    /// Right after a failure.
    Hint,
    /// Before a call, which is refused once.
    Warning,
    /// At the start of a session.
    Brief,
}

/// What is done with hints, from the loudest to the quietest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Hints {
    /// They are sent.
    #[default]
    On,
    /// They are only noted.
    Shadow,
    /// They are not even thought of.
    Off,
}

/// What is done before a call that keeps failing, from the loudest to the quietest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Warnings {
    /// It is refused once in a session, with the reason and the remedy; the same call again is let through.
    #[default]
    DenyOnce,
    /// It is only noted.
    Shadow,
    /// Nothing.
    Off,
}

/// Why a hint may be sent: the message rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rule {
    /// It holds a command, path, edit or setting that stands neither in the failing call nor in its output.
    Remedy,
    /// Nobody got past it, in two sessions or more: it is not the agent's change.
    Unsolved,
    /// A person decided about this very thing.
    Decision,
}

/// What happened after something was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Aftermath {
    /// A later call did what was said, and it worked.
    Helped,
    /// A later call did what was said; how it ended is not clear.
    Followed,
    /// A later call did what was said, or the old thing, and failed in the same way.
    FailedAgain,
    /// Nothing of it was done.
    Ignored,
}

words!(RemedyKind:
    Changed = "changed", Path = "path", Prepared = "prepared", Edited = "edited", Retry = "retry", Decision = "decision");
words!(Source: Seen = "seen", Agent = "agent", Person = "person");
words!(Hints: On = "on", Shadow = "shadow", Off = "off");
words!(Warnings: DenyOnce = "deny-once", Shadow = "shadow", Off = "off");
words!(Told: Hint = "hint", Warning = "warning", Brief = "brief");
words!(Rule: Remedy = "remedy", Unsolved = "unsolved", Decision = "decision");
words!(Aftermath: Helped = "helped", Followed = "followed", FailedAgain = "failed-again", Ignored = "ignored");

/// What worked instead of a failing call, as seen in one session or kept from several.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Remedy {
    /// What led there.
    pub kind: RemedyKind,
    /// The failing call, or the path, as it was; of a shell call the segment that failed. In a remedy for a whole kind,
    /// what differs from instance to instance stands as `<1>`, `<2>` …
    pub was: String,
    /// What worked instead: a command, a path; the edited files, one a line; the words of a person's decision.
    pub becomes: String,
    /// Whether it is a fact about a tool or the system, which holds in other projects too.
    pub travels: bool,
}

/// How a remedy has done so far. Forks, resumes and subagents of one session count as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Trials {
    /// Root sessions in which it worked.
    pub worked: u32,
    /// Root sessions in which it was tried and failed.
    pub failed: u32,
    /// When it last worked.
    pub last_worked: Option<Timestamp>,
    /// When it was last tried and failed.
    pub last_failed: Option<Timestamp>,
}

/// A message to an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What it is.
    pub told: Told,
    /// Why it may be sent; hints and warnings only.
    pub rule: Option<Rule>,
    /// The failure mode that it speaks of.
    pub mode: Option<ModeId>,
    /// The remedy that it speaks of.
    pub remedy: Option<RemedyId>,
    /// The whole text, as the agent reads it.
    pub text: String,
    /// What it says to type, alone; empty when it says nothing to type.
    pub suggestion: String,
}
