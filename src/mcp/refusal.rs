//! Why a question has no answer, in words that say what to do next.

use std::error::Error;

use jiff::tz::TimeZone;
use rmcp::ErrorData;

use crate::answers::{Advice, AnswerError, Style};
use crate::config::ConfigError;
use crate::domain::time::Timestamp;
use crate::flow::FlowError;
use crate::store::StoreError;

/// Which sort of refusal it is, so that every border can say it in its own way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Nothing goes by what was named.
    Unknown,
    /// The question itself is wrong.
    Wrong,
    /// It is understood, and not done for whoever asks.
    Refused,
    /// It may be answered in a moment.
    Busy,
    /// Nothing is recorded yet.
    Missing,
    /// The settings, the database or Callus itself is at fault.
    Broken,
}

/// A question that cannot be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Which sort it is.
    pub kind: Kind,
    /// What was wrong and where, in one line, and below it what to do.
    pub text: String,
}

/// Characters of a line: an error may quote a parameter that is as long as it likes.
const LONGEST: usize = 500;

/// What to do when the database is newer than this process: the program on disk is probably as new.
const OUTDATED: &str = "Callus was updated while this server ran: restart the assistant, or only this MCP server. \
                        Sessions are still recorded, and `callus` in a shell answers meanwhile.";

impl Refusal {
    pub(super) fn new(kind: Kind, text: impl Into<String>) -> Self {
        Self {
            kind,
            text: text.into(),
        }
    }

    /// Returns an error with its causes in one line, and below it what to do.
    fn of(kind: Kind, error: &dyn Error, advice: &[String]) -> Self {
        let mut words = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            let text = error.to_string();
            // A wrapper often says again what it wraps.
            if !words.ends_with(&text) {
                words = format!("{words}: {text}");
            }
            cause = error.source();
        }
        let style = Style::model(Timestamp(0), TimeZone::UTC);
        let lines = std::iter::once(&words).chain(advice);
        let lines = lines.map(|line| style.line(&line.replace('\n', " "), LONGEST) + "\n");
        Self::new(kind, lines.collect::<String>())
    }
}

impl From<&AnswerError> for Kind {
    fn from(error: &AnswerError) -> Self {
        match error {
            AnswerError::Store(error) | AnswerError::Flow(FlowError::Store(error)) => error.into(),
            AnswerError::Flow(_) => Self::Broken,
            AnswerError::Unknown { .. } | AnswerError::NoProject(_) | AnswerError::NotRecorded { .. } => Self::Unknown,
            AnswerError::Ambiguous { .. }
            | AnswerError::Time { .. }
            | AnswerError::Value { .. }
            | AnswerError::Cursor { .. }
            | AnswerError::Text { .. }
            | AnswerError::Unclear { .. }
            | AnswerError::Query(_) => Self::Wrong,
            AnswerError::Refused(_) | AnswerError::Skill(_) => Self::Refused,
        }
    }
}

impl From<&StoreError> for Kind {
    fn from(error: &StoreError) -> Self {
        match error {
            StoreError::Busy => Self::Busy,
            StoreError::Missing { .. } => Self::Missing,
            _ => Self::Broken,
        }
    }
}

impl From<AnswerError> for Refusal {
    fn from(error: AnswerError) -> Self {
        Self::of(Kind::from(&error), &error, &error.advice())
    }
}

impl From<FlowError> for Refusal {
    fn from(error: FlowError) -> Self {
        match &error {
            FlowError::Store(newer @ StoreError::Newer { .. }) => Self::of(newer.into(), newer, &[OUTDATED.to_owned()]),
            FlowError::Store(store) => Self::of(store.into(), &error, &error.advice()),
            _ => Self::of(Kind::Broken, &error, &error.advice()),
        }
    }
}

impl From<ConfigError> for Refusal {
    fn from(error: ConfigError) -> Self {
        Self::of(Kind::Broken, &error, &error.advice())
    }
}

impl From<Refusal> for ErrorData {
    fn from(refusal: Refusal) -> Self {
        let words = refusal.text.trim_end().to_owned();
        match refusal.kind {
            Kind::Unknown | Kind::Wrong | Kind::Refused | Kind::Missing => Self::invalid_params(words, None),
            Kind::Busy | Kind::Broken => Self::internal_error(words, None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_one_line_with_its_causes_and_what_to_do() {
        let refusal = Refusal::from(AnswerError::Time {
            given: format!("\x1b[31m{}\n", "soon ".repeat(100_000)),
        });
        let text = refusal.text;
        assert_eq!(refusal.kind, Kind::Wrong);
        assert!(text.starts_with("`soon soon "), "{text}");
        assert!(
            text.ends_with("…` is no time\nWrite a span (7d, 2h, 90 minutes), a date (2026-11-20), today or all\n")
        );
        assert!(text.chars().count() < LONGEST, "{text}");
    }
}
