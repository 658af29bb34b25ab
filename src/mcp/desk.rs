//! Where questions wait for the store: one connection, kept open, drained before each answer.

use std::sync::{Arc, Mutex, PoisonError};

use crate::answers::{Answer, AnswerError, Style};
use crate::config::Settings;
use crate::flow;
use crate::store::{Store, StoreError};

/// Answers questions one after another, on a thread where waiting for a lock stalls nobody.
#[derive(Debug, Clone)]
pub(super) struct Desk {
    settings: Arc<Settings>,
    store: Arc<Mutex<Option<Store>>>,
}

/// A question that cannot be answered, in words that say what to do next.
pub(super) type Refusal = String;

impl Desk {
    pub(super) fn new(settings: Settings) -> Self {
        Self {
            settings: Arc::new(settings),
            store: Arc::default(),
        }
    }

    /// Returns the answer as text, at most [`MOST`] bytes of it.
    pub(super) async fn answer<A: Answer>(
        &self,
        ask: impl FnOnce(&Store, &Settings) -> Result<A, AnswerError> + Send + 'static,
    ) -> Result<String, Refusal> {
        let desk = self.clone();
        let asked = tokio::task::spawn_blocking(move || desk.look_up(ask)).await;
        asked.unwrap_or_else(|_| Err("internal error in callus; `callus doctor` tells more".to_owned()))
    }

    fn look_up<A: Answer>(
        &self,
        ask: impl FnOnce(&Store, &Settings) -> Result<A, AnswerError>,
    ) -> Result<String, Refusal> {
        // A question that panicked before this one left the connection usable: it only reads.
        let mut kept = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        let store = match kept.take() {
            None => flow::ready(&self.settings).map_err(|error| refusal(&error))?,
            Some(mut store) => {
                flow::refresh(&mut store, &self.settings).map_err(|error| refusal(&error))?;
                store
            }
        };
        let answer = ask(&store, &self.settings).map_err(|error| refusal(&error))?;
        let text = answer.text(&Style::plain(self.settings.clock.now()));
        *kept = Some(store);
        Ok(cut(text))
    }
}

/// Largest answer in bytes: clients move longer ones out of the model's sight.
const MOST: usize = 8 * 1024;

fn cut(mut text: String) -> String {
    if text.len() > MOST {
        text.truncate(text.floor_char_boundary(MOST - 80));
        text.push_str("\n… cut here; ask for less: a shorter window, a project, a smaller limit\n");
    }
    text
}

/// Returns an error with its causes on one line, and what to do where the agent can do something.
fn refusal(error: &dyn std::error::Error) -> Refusal {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if !words.ends_with(&text) {
            words = format!("{words}: {text}");
        }
        if let Some(StoreError::Newer { .. }) = error.downcast_ref() {
            words.push_str("; start the assistant anew to use the newer callus");
        }
        cause = error.source();
    }
    words
}
