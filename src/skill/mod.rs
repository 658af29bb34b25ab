//! Skills: what failed in several sessions and was got over in the same way, as a file that an assistant loads.
//!
//! [`distill`] finds what is worth a skill, `render` words it with the templates beside it, [`lint`] refuses what may
//! not be told, and [`publish`] puts it into a working tree. No model takes part.
//!
//! What assistants do with such a file decides what may stand in it: some run, read or replace parts of it when they load
//! it, in fences, quotes and comments too. `plain` takes the power out of recorded text, and [`lint`] makes sure.

pub mod distill;
mod frontmatter;
pub mod lint;
mod name;
mod phrase;
mod plain;
pub mod publish;
mod render;
pub mod shipped;
pub mod texts;

pub use frontmatter::frontmatter;

use crate::domain::id::ModeId;
use crate::domain::lesson::RemedyKind;
use crate::domain::time::Timestamp;
use crate::failure::mask::Template;

/// What a skill says, before it is worded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lesson {
    /// The failure mode that it is about.
    pub mode: ModeId,
    /// The mode's fingerprint, whole.
    pub fingerprint: String,
    /// Command head, server and tool, or tool.
    pub scope: String,
    /// What the mode's headlines have in common.
    pub template: Template,
    /// A headline of it, as it was recorded.
    pub headline: String,
    /// Sessions of the project that met it.
    pub met: i64,
    /// What led to the calls that work.
    pub kind: RemedyKind,
    /// The ways past it that worked, the best proven first.
    pub ways: Vec<Way>,
    /// All of them end the very same thing, so that any of them will do.
    pub same: bool,
    /// What was tried instead and failed.
    pub tried: Vec<String>,
    /// The root sessions in which one of the ways worked, the newest first.
    pub evidence: Vec<Evidence>,
}

impl Lesson {
    /// Returns whether it holds for a whole kind: under several commands, with slots for what an error names.
    fn is_whole(&self) -> bool {
        self.ways.iter().any(|way| way.example.is_some())
    }
}

/// One way past a failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// What failed: a call or a path.
    pub was: String,
    /// What worked instead, came first, or was decided. For a whole kind `<1>` stands for what the error names.
    pub becomes: String,
    /// The same for the headline of the lesson, where it holds such slots.
    pub example: Option<String>,
}

/// A root session that shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The assistant's id of the session.
    pub session: String,
    /// When it worked.
    pub at: Timestamp,
    /// The call that failed.
    pub failing: Option<String>,
    /// What its output said.
    pub headline: Option<String>,
    /// The call that worked.
    pub working: Option<String>,
}
