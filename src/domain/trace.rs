//! What happened in a session, in the terms of no particular assistant.
//!
//! A hook's payload and a line of a transcript both become [`Observation`]s, so that the two roads of
//! capture meet here and the same call seen twice is recorded once.

use super::id::{Assistant, Fingerprint, RemedyId};
use super::lesson::{Rule, Told};
use super::project::Place;
use super::time::{Span, Timestamp};

/// A session as its assistant names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SessionKey {
    /// The assistant that runs it.
    pub assistant: Assistant,
    /// The assistant's own id of the session.
    pub external: String,
}

/// A subagent inside a session.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Agent {
    /// The assistant's id of the subagent run.
    pub id: String,
    /// Its kind, such as `general-purpose`, or the part of a program that it is; empty when unknown.
    pub kind: String,
}

/// Where an observation's time comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AtSource {
    /// The assistant wrote the time into the record.
    Record,
    /// The record has none: it is when the hook ran.
    Arrival,
}

/// The road by which an observation came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// A hook, while the session ran.
    Hook,
    /// The session's transcript, read afterwards.
    Transcript,
}

/// One thing that a hook or a transcript line reports.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    /// The session it belongs to.
    pub session: SessionKey,
    /// The subagent that did it; nothing for the session's own agent.
    pub agent: Option<Agent>,
    /// When it happened.
    pub at: Timestamp,
    /// Where that time comes from.
    pub at_source: AtSource,
    /// The folder in which it happened.
    pub cwd: Option<String>,
    /// The git branch checked out there, when the record names it.
    pub branch: Option<String>,
    /// The road by which it came.
    pub via: Via,
    /// What happened.
    pub step: Step,
}

impl Observation {
    /// Returns when the call began whose outcome this is: a record has that time, and a hook hears when it is over.
    #[must_use]
    pub fn began(&self) -> Timestamp {
        match &self.step {
            Step::CallEnded(end) if self.at_source == AtSource::Arrival => {
                self.at.before(Span::milliseconds(end.duration_ms.unwrap_or(0)))
            }
            _ => self.at,
        }
    }
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// The session began, was resumed, forked or compacted.
    SessionStarted(SessionStart),
    /// A person wrote something.
    Prompt(Text),
    /// Background work ended and the client told the agent so.
    BackgroundEnded(BackgroundEnd),
    /// A tool call is about to run.
    CallStarted(Call),
    /// A hook told the agent something, and had no store open to say so there.
    Told(Notice),
    /// A tool call has an outcome.
    CallEnded(CallEnd),
    /// A program reports a call of its own, with what it knows of it beyond the outcome.
    Reported(Box<Reported>),
    /// The agent ended its turn.
    TurnEnded {
        /// Its last words.
        message: Text,
    },
    /// The model, or the road to it, failed.
    ModelError(ModelError),
    /// A subagent began.
    AgentStarted,
    /// A subagent ended.
    AgentStopped {
        /// Its last words.
        message: Text,
        /// Its own transcript, when it has one.
        transcript: Option<String>,
    },
    /// The conversation was, or is about to be, compacted.
    Compacted {
        /// `manual` or `auto`.
        trigger: String,
    },
    /// The user stopped the agent; the call that was stopped, when the record names it.
    Interrupted {
        /// The id of the stopped call.
        call: Option<String>,
    },
    /// Tokens of one model message. The same message id may come again: the last report counts.
    Usage(Usage),
    /// The session's cost so far, in millionths of a US dollar, as the client reckons it.
    Cost {
        /// Millionths of a US dollar.
        micro_usd: i64,
    },
    /// The session ended.
    SessionEnded {
        /// The client's word for why.
        reason: String,
    },
}

/// How a session began.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SessionStart {
    /// The client's word: `startup`, `resume`, `clear`, `compact`, `fork`.
    pub source: String,
    /// The model, when named.
    pub model: Option<String>,
    /// The client's version.
    pub version: Option<String>,
    /// The session's transcript file.
    pub transcript: Option<String>,
    /// The session this one was forked from or continues, when the record names it.
    pub parent: Option<String>,
    /// The repository at the session's folder, when it could be looked at.
    pub place: Option<Place>,
    /// The client's process id, when it names it: by it a session whose client was killed is told from one that is
    /// only silent.
    pub pid: Option<u32>,
    /// Labels given by the environment or by the repository's `.callus.toml`.
    pub labels: Vec<(String, String)>,
}

/// The kind of work that a tool does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ToolKind {
    /// Runs a command line.
    Shell,
    /// Changes a file.
    Edit,
    /// Reads a file.
    Read,
    /// Looks for files or text.
    Search,
    /// A tool of an MCP server.
    Mcp,
    /// Anything else.
    Other,
}

impl ToolKind {
    /// Every kind with the word that stands for it in the store and in answers.
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::Shell, "shell"),
        (Self::Edit, "edit"),
        (Self::Read, "read"),
        (Self::Search, "search"),
        (Self::Mcp, "mcp"),
        (Self::Other, "other"),
    ];

    /// Returns the word for this kind.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(kind, _)| *kind == self)
            .map_or("other", |(_, word)| word)
    }

    /// Returns the kind that `word` names; an unknown word is [`ToolKind::Other`].
    #[must_use]
    pub fn from_word(word: &str) -> Self {
        Self::ALL
            .iter()
            .find(|(_, w)| *w == word)
            .map_or(Self::Other, |(kind, _)| *kind)
    }
}

/// A tool call: what was asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The client's id of the call. Ids may be missing, repeated or redacted: never a key alone.
    pub id: Option<String>,
    /// The tool's name as the client spells it.
    pub tool: String,
    /// The kind of work.
    pub kind: ToolKind,
    /// The whole input as canonical JSON: keys sorted, nulls and `false` left out, because hooks of
    /// one client add defaulted fields to the same call.
    pub input: Text,
    /// The command line of a shell call, whole.
    pub command: Option<String>,
    /// The file or folder that an edit, read or search works on.
    pub file: Option<String>,
}

/// Whether the report itself says that a call failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flag {
    /// It says that the call succeeded.
    Success,
    /// It says that the call failed.
    Failure,
    /// It says neither.
    Silent,
}

impl Call {
    /// Stands for the tool of an outcome whose call was not seen: it stands too far back in the transcript, or nowhere.
    pub const UNSEEN: &str = "unknown";

    /// Returns whether only the outcome of the call was seen, and its id.
    #[must_use]
    pub fn is_unseen(&self) -> bool {
        self.tool == Self::UNSEEN && self.input.is_empty()
    }
}

/// What a hook told an agent, or would have.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    /// What it is.
    pub told: Told,
    /// Why it was told.
    pub rule: Option<Rule>,
    /// The failure mode that it speaks of, by the name that travels.
    pub mode: Option<Fingerprint>,
    /// The finer fingerprint of the failure that it speaks of.
    pub instance: Option<Fingerprint>,
    /// The remedy that it names.
    pub remedy: Option<RemedyId>,
    /// The call that it answers; nothing at the start of a session.
    pub call: Option<Call>,
    /// It was only noted, and not sent.
    pub shadow: bool,
    /// The whole text.
    pub text: String,
    /// What it says to type, alone.
    pub suggestion: String,
}

/// A tool call with its outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct CallEnd {
    /// What was asked for.
    pub call: Call,
    /// Whether the report says that it failed.
    pub flag: Flag,
    /// What came back, as the model sees it.
    pub output: Text,
    /// The exit code, when the report has one.
    pub exit_code: Option<i32>,
    /// How long it ran, in milliseconds.
    pub duration_ms: Option<i64>,
    /// The user stopped it.
    pub interrupted: bool,
    /// The client's own reading of the exit code, such as `No matches found`.
    pub note: Option<String>,
    /// The client's id of the background work that the call started.
    pub background: Option<String>,
}

/// A call that a program reports itself, through the tools or the interface of Callus.
#[derive(Debug, Clone, PartialEq)]
pub struct Reported {
    /// The call and its outcome.
    pub end: CallEnd,
    /// What else the program says of it.
    pub report: Report,
}

/// What a program says of a call of its own beyond its outcome.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// The type of the error, such as `TimeoutError`.
    pub error_type: Option<String>,
    /// The error's own words.
    pub message: Text,
    /// What the call served, as JSON.
    pub input_context: Option<String>,
    /// The state in which it was made, as JSON.
    pub snapshot: Option<String>,
    /// A lesson was made of it.
    pub evolution_triggered: Option<bool>,
    /// What ended it.
    pub resolution: Option<String>,
    /// It adds to a call that was reported before, and reports none.
    pub adds: bool,
}

/// Background work that ended.
#[derive(Debug, Clone, PartialEq)]
pub struct BackgroundEnd {
    /// The call that started it.
    pub call: Option<String>,
    /// The client's id of the work.
    pub task: Option<String>,
    /// Whether the client calls it failed.
    pub failed: bool,
    /// The client's sentence about it.
    pub summary: Text,
    /// The exit code, when the sentence names it.
    pub exit_code: Option<i32>,
}

/// The model, or the road to it, failed.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelError {
    /// The client's word: `rate_limit`, `server_error`, `authentication_failed` …
    pub kind: String,
    /// The HTTP status, when known.
    pub status: Option<i32>,
    /// What the client says about it.
    pub message: Text,
    /// The turn ended with it; otherwise the client tried again.
    pub ended_turn: bool,
}

/// Tokens that one model message used.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Usage {
    /// The client's id of the message.
    pub message: String,
    /// The model.
    pub model: String,
    /// Tokens read without a cache.
    pub input: i64,
    /// Tokens written.
    pub output: i64,
    /// Tokens read from the cache.
    pub cache_read: i64,
    /// Tokens written to the cache.
    pub cache_write: i64,
}

/// A text of which the middle may be missing.
///
/// Capture keeps the beginning and the end of what a tool prints: the command's own words stand at one
/// of the two, and a record must stay small whatever a tool prints.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text {
    /// The beginning, or the whole.
    pub head: String,
    /// The end, when the middle was left out; else empty.
    pub tail: String,
    /// Bytes of the whole text as it came.
    pub bytes: u64,
}

impl Text {
    /// Returns `text` whole.
    pub fn whole(text: impl Into<String>) -> Self {
        let head = text.into();
        Self {
            bytes: head.len() as u64,
            head,
            tail: String::new(),
        }
    }

    /// Returns the first `head` and the last `tail` bytes of `text`, moved inwards to whole characters;
    /// a text that is no longer than both together stays whole.
    #[must_use]
    pub fn cut(text: &str, head: usize, tail: usize) -> Self {
        if text.len() <= head + tail {
            return Self::whole(text);
        }
        let end = text.floor_char_boundary(head);
        let start = text.ceil_char_boundary(text.len() - tail);
        Self {
            head: text[..end].to_owned(),
            tail: text[start..].to_owned(),
            bytes: text.len() as u64,
        }
    }

    /// Returns this text cut again to at most `head` and `tail` bytes; `bytes` stays as it was.
    #[must_use]
    pub fn shortened(self, head: usize, tail: usize) -> Self {
        let bytes = self.bytes;
        let mut short = if self.tail.is_empty() {
            Self::cut(&self.head, head, tail)
        } else {
            let end = self.head.floor_char_boundary(head.min(self.head.len()));
            let start = self.tail.ceil_char_boundary(self.tail.len().saturating_sub(tail));
            Self {
                head: self.head[..end].to_owned(),
                tail: self.tail[start..].to_owned(),
                bytes,
            }
        };
        short.bytes = bytes;
        short
    }

    /// Returns whether there is no text at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.head.is_empty() && self.tail.is_empty()
    }

    /// Returns the text as one string, with a line that says how much is missing between its two parts.
    #[must_use]
    pub fn joined(&self) -> String {
        if self.tail.is_empty() {
            return self.head.clone();
        }
        let missing = self.bytes.saturating_sub((self.head.len() + self.tail.len()) as u64);
        format!("{}\n… [{missing} bytes left out] …\n{}", self.head, self.tail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_text_keeps_both_ends_and_its_true_size() {
        let text = Text::cut("äbcdefghijklmnö", 3, 3);
        assert_eq!((text.head.as_str(), text.tail.as_str(), text.bytes), ("äb", "nö", 17));
        assert_eq!(text.joined(), "äb\n… [11 bytes left out] …\nnö");
        assert_eq!(Text::cut("short", 3, 3), Text::whole("short"));
        assert_eq!(
            text.shortened(1, 2),
            Text {
                head: String::new(),
                tail: "ö".into(),
                bytes: 17
            }
        );
    }

    #[test]
    fn every_tool_kind_has_its_word() {
        for (kind, word) in ToolKind::ALL {
            assert_eq!((kind.word(), ToolKind::from_word(word)), (word, kind));
        }
        assert_eq!(ToolKind::from_word("nonsense"), ToolKind::Other);
    }
}
