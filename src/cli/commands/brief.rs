//! `callus brief`: what is likely to fail here.

use crate::answers::{self, BriefQuery};
use crate::cli::Error;
use crate::cli::terminal::{Surroundings, folder, here};
use crate::flow;

/// Say what is likely to fail in a project: what a session is told at its start
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  callus brief                    For the project of this folder
  callus brief --project orders   Also from a program that is no coding agent")]
pub(crate) struct Brief {
    /// Name the project: its name, its remote or a folder in it
    #[arg(long, value_name = "PROJECT")]
    project: Option<String>,
}

impl Brief {
    /// Returns the brief.
    pub(super) fn run(self, around: &Surroundings) -> Result<String, Error> {
        let store = flow::ready(&around.settings)?;
        let query = BriefQuery {
            project: self.project.map(folder),
            here: here(),
        };
        around.told(&answers::brief(&store, &around.settings, &query, around.now())?)
    }
}
