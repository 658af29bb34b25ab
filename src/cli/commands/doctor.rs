//! `callus doctor`: does everything work?

use super::pause::paused_until;
use crate::answers;
use crate::cli::terminal::Surroundings;
use crate::cli::{Error, Told, UNAVAILABLE};
use crate::flow;

/// Examine the store and the wiring, and say what to do where something is wrong
#[derive(Debug, clap::Args)]
pub(crate) struct Doctor {}

impl Doctor {
    /// Returns what was found; a fault is an exit code of its own.
    pub(super) fn run(around: &Surroundings) -> Result<Told, Error> {
        let store = flow::ready(&around.settings)?;
        let view = answers::doctor(&store, &around.settings, paused_until(&around.settings), Vec::new())?;
        Ok(Told {
            text: around.told(&view)?,
            code: if view.sound { 0 } else { UNAVAILABLE },
        })
    }
}
