//! `callus project`: which folders are one project.

use clap::Subcommand;

use crate::answers;
use crate::cli::Error;
use crate::cli::terminal::Surroundings;
use crate::flow;

/// List projects, and say which folders are one
#[derive(Debug, clap::Args)]
pub(crate) struct Project {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List the projects, the one worked in last first
    List,
}

impl Project {
    /// Returns the projects.
    pub(super) fn run(self, around: &Surroundings) -> Result<String, Error> {
        let store = flow::ready(&around.settings)?;
        match self.what.unwrap_or(What::List) {
            What::List => around.told(&answers::projects(&store)?),
        }
    }
}
