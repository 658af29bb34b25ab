//! Why a question has no answer.

use std::borrow::Cow;

use crate::flow::FlowError;
use crate::skill::distill::DistillError;
use crate::skill::publish::PublishError;
use crate::store::StoreError;

/// One of several things that an id could stand for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// An id that stands for this one alone.
    pub id: String,
    /// What it is, in a few words.
    pub what: String,
}

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// The store could not be read.
    #[error("could not read the store")]
    Store(#[from] StoreError),
    /// What was to be recorded could not be written down.
    #[error(transparent)]
    Flow(#[from] FlowError),
    /// No session was ever recorded in this folder, or in its repository.
    #[error("no session was recorded in {0}")]
    NoProject(String),
    /// Nothing goes by this id.
    #[error("no {kind} goes by `{}`", quoted(given))]
    Unknown {
        /// What was looked for.
        kind: &'static str,
        /// What was given.
        given: String,
    },
    /// Several things go by this id.
    #[error("`{}` may be any of {}", quoted(given), candidates.len())]
    Ambiguous {
        /// What was given.
        given: String,
        /// What it may be; the list may be cut.
        candidates: Vec<Candidate>,
    },
    /// A time could not be understood.
    #[error("`{}` is no time", quoted(given))]
    Time {
        /// What was given.
        given: String,
    },
    /// A parameter has none of its values.
    #[error("`{}` is no {what}: use {}", quoted(given), values.join(", "))]
    Value {
        /// What the parameter is.
        what: &'static str,
        /// What was given.
        given: String,
        /// What it may be.
        values: Vec<&'static str>,
    },
    /// A filter asks for what nothing recorded is.
    #[error("no {what} that is recorded fits `{}`", quoted(given))]
    NotRecorded {
        /// The filter.
        what: &'static str,
        /// What was given.
        given: String,
        /// What there is, the most frequent first; the list may be cut.
        there: Vec<String>,
    },
    /// A list cannot go on there.
    #[error("`{}` {why}", quoted(given))]
    Cursor {
        /// What was given.
        given: String,
        /// What it is instead.
        why: &'static str,
    },
    /// A text cannot be kept.
    #[error("{what} {why}")]
    Text {
        /// Which one.
        what: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// It is not clear what is meant.
    #[error("{what}")]
    Unclear {
        /// What is missing.
        what: String,
        /// What to give, one thing each.
        choices: Vec<String>,
    },
    /// Callus will not do this.
    #[error("{0}")]
    Refused(String),
    /// The files of skills could not be looked at, or may not be written here.
    #[error(transparent)]
    Skill(#[from] PublishError),
    /// A query reads nothing, or would do more than read.
    #[error("the query was not run")]
    Query(#[source] StoreError),
}

/// Characters of what was given that an error says again: what is wrong with it has to be read behind them.
const QUOTED: usize = 80;

/// Returns the beginning of what was given.
fn quoted(given: &str) -> Cow<'_, str> {
    match given.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("{}…", &given[..end]).into(),
        None => given.into(),
    }
}

impl From<DistillError> for AnswerError {
    fn from(error: DistillError) -> Self {
        match error {
            DistillError::Store(error) => Self::Store(error),
            DistillError::Publish(error) => Self::Skill(error),
        }
    }
}
