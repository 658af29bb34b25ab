//! `callus pause` and `callus resume`: a time in which nothing is recorded.

use crate::answers;
use crate::cli::Error;
use crate::cli::terminal::Surroundings;
use crate::flow::pause;

/// Record nothing for a while
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  callus pause 2h
  callus pause 1d")]
pub(crate) struct Pause {
    /// How long: 30m, 2h, 1d
    #[arg(value_name = "SPAN")]
    span: String,
}

/// Record again after a pause
#[derive(Debug, clap::Args)]
pub(crate) struct Resume {}

impl Pause {
    /// Pauses, and returns until when.
    pub(super) fn run(self, around: &Surroundings) -> Result<String, Error> {
        let until = answers::ahead(&self.span, around.now())?;
        pause::pause(&around.settings, until)?;
        Ok(format!("Nothing is recorded until {}. Sooner: callus resume\n", around.style.date(until)))
    }
}

impl Resume {
    /// Ends a pause.
    pub(super) fn run(around: &Surroundings) -> Result<String, Error> {
        let paused = pause::resume(&around.settings)?;
        let text = if paused { "Sessions are recorded again.\n" } else { "There was no pause: sessions are recorded.\n" };
        Ok(text.to_owned())
    }
}
