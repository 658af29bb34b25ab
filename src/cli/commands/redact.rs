//! `callus redact --again`: applies the rules of today to what was recorded before.

use crate::cli::Error;
use crate::cli::terminal::Surroundings;
use crate::flow;

/// Redact again what is recorded, after a new pattern in config.toml
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  callus redact --again")]
pub(crate) struct Redact {
    /// Apply the rules of today to everything that is recorded
    #[arg(long, required = true)]
    again: bool,
}

impl Redact {
    /// Redacts again, and returns how much changed.
    pub(super) fn run(around: &Surroundings) -> Result<String, Error> {
        let changed = flow::keep::redact_again(&around.settings)?;
        Ok(match changed {
            0 => "Nothing had to be changed.\n".to_owned(),
            1 => "Changed 1 value.\n".to_owned(),
            many => format!("Changed {many} values.\n"),
        })
    }
}
