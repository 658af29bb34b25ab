//! Where questions wait for the store: one connection, kept open, drained before each answer.

use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::tz::TimeZone;

use crate::answers::{Advice, Answer, AnswerError, Style};
use crate::config::{ConfigError, Settings};
use crate::domain::time::Timestamp;
use crate::flow::{self, FlowError};
use crate::store::{Store, StoreError};

/// Reads the settings anew: the server lives for days, and drains with the redaction rules of now.
type Load = dyn Fn() -> Result<Settings, ConfigError> + Send + Sync;

/// Answers questions one after another, on a thread where waiting for a lock stalls nobody.
#[derive(Clone)]
pub(super) struct Desk {
    load: Arc<Load>,
    store: Arc<Mutex<Option<Store>>>,
}

/// A question that cannot be answered, in words that say what to do next.
pub(super) type Refusal = String;

/// Largest answer in bytes: clients move longer ones out of the model's sight.
const MOST: usize = 8_000;
/// Ends an answer that was longer.
const CUT: &str = "… cut here: ask for a shorter window, one project or a smaller limit\n";
/// Characters of an error: it may quote a parameter that is as long as it likes.
const MOST_OF_ERROR: usize = 500;

/// What to do when the database is newer than this process: the program on disk is probably as new.
const OUTDATED: &str = "Callus was updated while this server ran: restart the assistant, or only this MCP server. \
                        Sessions are still recorded, and `callus` in a shell answers meanwhile.";

impl Desk {
    pub(super) fn new(load: impl Fn() -> Result<Settings, ConfigError> + Send + Sync + 'static) -> Self {
        Self {
            load: Arc::new(load),
            store: Arc::default(),
        }
    }

    /// Returns the answer as text of at most [`MOST`] bytes.
    pub(super) async fn answer<A: Answer>(
        &self,
        ask: impl FnOnce(&Store, &Style) -> Result<A, AnswerError> + Send + 'static,
    ) -> Result<String, Refusal> {
        let desk = self.clone();
        let asked = tokio::task::spawn_blocking(move || desk.look_up(ask)).await;
        asked.unwrap_or_else(|_| Err(self.broken()))
    }

    /// Notes that a question broke down, and returns what is said instead of an answer.
    pub(super) fn broken(&self) -> Refusal {
        if let Ok(settings) = (self.load)() {
            flow::note_fault(&settings, "a question over MCP panicked and was answered with an error");
        }
        "This question broke callus, which is a fault of callus: `callus doctor` in a shell tells more.".to_owned()
    }

    fn look_up<A: Answer>(
        &self,
        ask: impl FnOnce(&Store, &Style) -> Result<A, AnswerError>,
    ) -> Result<String, Refusal> {
        let settings = (self.load)().map_err(|error| refusal(&error, &error.advice()))?;
        let style = Style::model(settings.clock.now(), TimeZone::system());
        // What breaks while a question is answered takes the connection with it: the next question opens it anew.
        let mut kept = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        let store = current(kept.take(), &settings).map_err(|error| match error {
            FlowError::Store(StoreError::Newer { .. }) => refusal(&error, &[OUTDATED.to_owned()]),
            _ => refusal(&error, &error.advice()),
        })?;
        let answer = ask(&store, &style).map_err(|error| refusal(&error, &error.advice()))?;
        *kept = Some(store);
        Ok(cut(style.safe(&answer.text(&style))))
    }
}

/// Returns the store, drained: the one that was kept, unless the settings or the file system now name another.
fn current(kept: Option<Store>, settings: &Settings) -> Result<Store, FlowError> {
    match kept.filter(|store| store.path() == settings.database() && !store.is_replaced()) {
        Some(mut store) => {
            flow::refresh(&mut store, settings)?;
            Ok(store)
        }
        None => flow::ready_if_recorded(settings),
    }
}

fn cut(mut text: String) -> String {
    if text.len() > MOST {
        let end = text.floor_char_boundary(MOST - CUT.len());
        text.truncate(text[..end].rfind('\n').map_or(end, |at| at + 1));
        text.push_str(CUT);
    }
    text
}

/// Returns an error with its causes in one line, and below it what to do.
fn refusal(error: &dyn Error, advice: &[String]) -> Refusal {
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
    lines
        .map(|line| style.line(&line.replace('\n', " "), MOST_OF_ERROR) + "\n")
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_answer_is_cut_between_lines() {
        let line = "> größer als erlaubt\n";
        let text = cut(line.repeat(1_000));
        assert!(text.len() <= MOST, "{}", text.len());
        let whole = text.strip_suffix(CUT).expect("it says that it was cut");
        assert_eq!(whole.len() % line.len(), 0);
        assert!(cut("ß".repeat(MOST)).len() <= MOST);
        assert_eq!(cut(line.to_owned()), line);
    }

    #[test]
    fn an_error_is_one_line_with_its_causes_and_what_to_do() {
        let error = AnswerError::Time {
            given: format!("\x1b[31m{}\n", "soon ".repeat(100_000)),
        };
        let text = refusal(&error, &error.advice());
        assert!(text.starts_with("`soon soon "), "{text}");
        assert!(text.ends_with("…\nWrite a span (7d, 2h, 90 minutes), a date (2026-11-20), today or all\n"));
        assert!(text.chars().count() < 2 * MOST_OF_ERROR, "{text}");
    }
}
