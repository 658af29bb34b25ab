//! `callus pause` and `callus resume`: a file in the data folder holds the time until which nothing is recorded.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::PathBuf;

use crate::answers;
use crate::cli::Error;
use crate::cli::terminal::Surroundings;
use crate::config::Settings;
use crate::domain::time::Timestamp;
use crate::flow;

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
        // The folder is made, private, with the store.
        drop(flow::ready(&around.settings)?);
        let failed = |error| Error::unavailable("the pause could not be written", error);
        let mut file = tempfile::NamedTempFile::new_in(&around.settings.data).map_err(failed)?;
        writeln!(file, "{}", until.0).map_err(failed)?;
        file.persist(path(&around.settings))
            .map_err(|error| failed(error.error))?;
        Ok(format!(
            "Nothing is recorded until {}. Sooner: callus resume\n",
            around.style.date(until)
        ))
    }
}

impl Resume {
    /// Ends a pause.
    pub(super) fn run(around: &Surroundings) -> Result<String, Error> {
        match fs::remove_file(path(&around.settings)) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(Error::unavailable("the pause could not be ended", error))
            }
            _ => Ok("Sessions are recorded.\n".to_owned()),
        }
    }
}

/// Returns the file that holds the time until which nothing is recorded: microseconds since 1970, as digits.
fn path(settings: &Settings) -> PathBuf {
    settings.data.join("paused")
}

/// Returns the time until which nothing is recorded; it may be past.
pub(super) fn paused_until(settings: &Settings) -> Option<Timestamp> {
    fs::read_to_string(path(settings))
        .ok()?
        .trim()
        .parse()
        .ok()
        .map(Timestamp)
}
