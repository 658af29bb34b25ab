//! A session as remedies are looked for in it.

use crate::domain::failure::Expected;
use crate::domain::id::EventId;
use crate::domain::time::Timestamp;
use crate::domain::trace::ToolKind;
use crate::failure::shell::{self, Segment};

/// The steps of one session in the order in which they happened.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Story {
    /// The steps.
    pub steps: Vec<Step>,
}

/// What a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepKind {
    /// A tool call.
    Call,
    /// A person's words.
    Prompt,
    /// The agent's last words of a turn.
    Turn,
    /// Anything else.
    Other,
}

/// A step of a session.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Its row.
    pub event: EventId,
    /// When it happened.
    pub at: Timestamp,
    /// What it is.
    pub kind: StepKind,
    /// The subagent that did it.
    pub agent: Option<String>,
    /// The tool's name.
    pub tool: String,
    /// The kind of tool.
    pub tool_kind: ToolKind,
    /// Whether the call did what was wanted, as far as is known.
    pub good: bool,
    /// The folder it ran in.
    pub folder: Option<String>,
    /// The file or folder that an edit, read or search works on.
    pub file: Option<String>,
    /// The input of a search, and of a call that has neither command nor file, as canonical JSON; else empty.
    pub input: String,
    /// The words of a prompt or turn; what a good shell call printed when its exit status says nothing; else empty.
    pub words: String,
    /// How it failed.
    pub failed: Option<Failed>,
    /// The simple commands of a shell call.
    pub segments: Vec<Segment>,
}

impl Step {
    /// Returns the simple commands of a command line.
    #[must_use]
    pub fn segments_of(command: Option<&str>) -> Vec<Segment> {
        command.map(shell::segments).unwrap_or_default()
    }

    /// Returns the place in `segments` of the one that failed.
    pub(super) fn blamed(&self) -> Option<usize> {
        let text = self.failed.as_ref()?.segment.as_deref()?;
        self.segments.iter().position(|segment| segment.text == text)
    }

    /// Returns whether it changed a file.
    pub(super) fn edits(&self) -> bool {
        self.kind == StepKind::Call && self.tool_kind == ToolKind::Edit && self.good
    }

    /// Returns whether it only looked at something.
    pub(super) fn only_looks(&self) -> bool {
        match self.tool_kind {
            ToolKind::Read | ToolKind::Search => true,
            ToolKind::Shell => self.segments.iter().all(|one| one.is_viewer() || one.is_probe()),
            ToolKind::Edit | ToolKind::Mcp | ToolKind::Other => false,
        }
    }
}

/// How a step failed.
#[derive(Debug, Clone, PartialEq)]
pub struct Failed {
    /// Why it is set aside.
    pub expected: Option<Expected>,
    /// What failed, as one text that equal failures share; empty when it has no name.
    pub instance: String,
    /// The exit code.
    pub exit_code: Option<i32>,
    /// The line that says what went wrong.
    pub headline: String,
    /// The lines around it.
    pub message: String,
    /// The segment of the command line that failed.
    pub segment: Option<String>,
    /// Its goal's key.
    pub goal: Option<String>,
    /// Whether the client itself says what to do.
    pub explains_itself: bool,
}
