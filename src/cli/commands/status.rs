//! `callus status`: what is recorded, and where.

use crate::answers;
use crate::cli::Error;
use crate::cli::terminal::Surroundings;
use crate::flow;

/// Show what is recorded, where, and whether recording goes on
#[derive(Debug, clap::Args)]
pub(crate) struct Status {}

impl Status {
    /// Returns the status.
    pub(super) fn run(around: &Surroundings) -> Result<String, Error> {
        let store = flow::ready(&around.settings)?;
        around.told(&answers::status(
            &store,
            &around.settings,
            flow::pause::until(&around.settings),
        )?)
    }
}
