//! `callus project`: which folders are one project.

use clap::Subcommand;

use crate::answers;
use crate::capture::project::{ProjectError, merge, split};
use crate::capture::reshape::reshape;
use crate::cli::terminal::Surroundings;
use crate::cli::{Error, Kind};
use crate::flow::{self, FlowError};

/// List projects, and say which folders are one
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  callus project list
  callus project merge web /home/dev/old-web
  callus project split /home/dev/web/experiment")]
pub(crate) struct Project {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List the projects, the one worked in last first
    List,
    /// Make one project of two: each by its name, its remote or a folder
    Merge {
        /// The project that stays, unless only the other has a remote
        first: String,
        /// The project that becomes a part of it
        second: String,
    },
    /// Take a folder, with what is below it, out of its project into one of its own
    Split {
        /// The folder
        folder: String,
    },
}

impl Project {
    /// Carries out what a person decided, and returns the projects.
    pub(super) fn run(self, around: &Surroundings) -> Result<String, Error> {
        let mut store = flow::ready(&around.settings)?;
        match self.what.unwrap_or(What::List) {
            What::List => {}
            What::Merge { first, second } => {
                let (first, second) = (around.folder(first), around.folder(second));
                store.write(|tx| merge(tx, &first, &second))?;
                reshape(&mut store).map_err(FlowError::from)?;
            }
            What::Split { folder } => {
                let folder = around.folder(folder);
                store.write(|tx| split(tx, &folder))?;
                reshape(&mut store).map_err(FlowError::from)?;
            }
        }
        around.told(&answers::projects(&store)?)
    }
}

impl From<ProjectError> for Error {
    fn from(error: ProjectError) -> Self {
        match error {
            ProjectError::Store(error) => error.into(),
            other => Self::new(Kind::User, other),
        }
    }
}
