//! A failure: an event that did not give what was wanted.

use super::trace::ToolKind;

/// How a failure came to light.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    /// The client flagged the call.
    Flagged,
    /// The client called it a success, and its output says otherwise.
    Hidden,
    /// The model, or the road to it, failed.
    Model,
    /// Background work failed after its call had returned.
    Background,
    /// A program reported it through the tools or the interface of Callus itself.
    Reported,
}

/// Why a failure is nobody's fault: recorded, never counted, never told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Expected {
    /// The user said no.
    Rejected,
    /// A permission rule or the client's permission mode said no.
    Permission,
    /// A policy, a hook or a sandbox rule said no.
    Policy,
    /// Another call of the same batch failed, and the client cancelled this one.
    Sibling,
    /// A probe (`grep`, `test`, `diff` …) answered no, with empty output.
    ProbeEmpty,
    /// A probe answered no, and printed what it found.
    ProbeFound,
    /// The user stopped it.
    Interrupted,
    /// A test, build or lint that went from red to green through edits: work, not a lesson.
    TestFirst,
}

/// The severity of a failure: what it cost the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// It cost fewer than three calls.
    Low,
    /// It cost three or more calls.
    Medium,
    /// The goal was given up, or the session ended on it.
    High,
}

words!(Origin: Flagged = "flagged", Hidden = "hidden", Model = "model", Background = "background", Reported = "reported");
words!(Expected:
    Rejected = "rejected", Permission = "permission", Policy = "policy", Sibling = "sibling",
    ProbeEmpty = "probe-empty", ProbeFound = "probe-found", Interrupted = "interrupted", TestFirst = "test-first");
words!(Severity: Low = "low", Medium = "medium", High = "high");

impl Expected {
    /// Returns whether the user or a rule stopped the agent, rather than a call of its own telling it no.
    #[must_use]
    pub const fn is_a_stop(self) -> bool {
        matches!(self, Self::Rejected | Self::Interrupted)
    }

    /// Returns the reason as words for people.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Rejected => "the user said no",
            Self::Permission => "a permission rule said no",
            Self::Policy => "a policy or a hook said no",
            Self::Sibling => "cancelled with its batch",
            Self::ProbeEmpty => "a probe that found nothing",
            Self::ProbeFound => "a probe that answered no",
            Self::Interrupted => "the user stopped it",
            Self::TestFirst => "red until edits fixed it",
        }
    }
}

/// A place in a source file that an error names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The file as the text spells it.
    pub file: String,
    /// The line, from 1.
    pub line: Option<u32>,
}

/// What a shell command is for, read from one segment of it.
///
/// `cd X &&`, `timeout`, and runners (`mise exec --`, `npx`, `uv run` …) are looked through.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Goal {
    /// Environment assignments that matter, such as `GOOS=windows`, sorted.
    pub env: Vec<String>,
    /// The program's name without its folder, such as `go`.
    pub program: String,
    /// The subcommand, such as `test`; empty when it has none.
    pub subcommand: String,
    /// What it works on: the first operands, in order.
    pub targets: Vec<String>,
}

impl Goal {
    /// Returns program and subcommand: the head of the command, such as `go test`.
    #[must_use]
    pub fn head(&self) -> String {
        if self.subcommand.is_empty() {
            self.program.clone()
        } else {
            format!("{} {}", self.program, self.subcommand)
        }
    }

    /// Returns the goal as one line that equal goals share: environment, head, targets.
    #[must_use]
    pub fn key(&self) -> String {
        let mut words: Vec<&str> = self.env.iter().map(String::as_str).collect();
        words.push(&self.program);
        if !self.subcommand.is_empty() {
            words.push(&self.subcommand);
        }
        words.extend(self.targets.iter().map(String::as_str));
        words.join(" ")
    }
}

/// What recognition says about one event: that it failed, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How it came to light.
    pub origin: Origin,
    /// Why it is nobody's fault; nothing when it counts.
    pub expected: Option<Expected>,
    /// The kind of tool it happened in.
    pub kind: ToolKind,
    /// The exit code, from the report or from its text.
    pub exit_code: Option<i32>,
    /// The type that the text names, such as `ModuleNotFoundError`, `E0308`, `ENOENT`.
    pub error_type: Option<String>,
    /// The one line (two at most) that says what went wrong; never a wrapper line. At most 300 characters.
    pub headline: String,
    /// The lines around the headline that belong to it. At most 2,000 characters.
    pub message: String,
    /// The place in the project's own files that the text names first.
    pub frame: Option<Frame>,
    /// The segment of a compound command that failed.
    pub segment: Option<String>,
    /// What that segment was for; shell calls only.
    pub goal: Option<Goal>,
    /// Command head for a shell call, `server/tool` for MCP, else the tool's name: part of the pattern's identity.
    pub scope: String,
}
