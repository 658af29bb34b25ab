//! `callus show`: one failure mode or one failure in full.

use crate::answers::{self, ShowQuery};
use crate::cli::Error;
use crate::cli::terminal::Surroundings;
use crate::flow;

/// Show one failure mode, or one failure, in full
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  callus show 7k2m9q1x     A failure mode; any unique beginning of an id will do
  callus show F120         A single failure")]
pub(crate) struct Show {
    /// The id, as any answer printed it
    #[arg(value_name = "ID")]
    id: String,
}

impl Show {
    /// Returns it in full.
    pub(super) fn run(self, around: &Surroundings) -> Result<String, Error> {
        let store = flow::ready(&around.settings)?;
        around.told(&answers::show(&store, &ShowQuery { id: self.id }, around.now())?)
    }
}
