//! `callus session`: one session from beginning to end.

use crate::answers::{self, SessionQuery};
use crate::cli::Error;
use crate::cli::terminal::Surroundings;
use crate::flow;

/// Show one session from beginning to end
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  callus session 7744721d
  callus session 7744721d --bodies     With what went in and came out")]
pub(crate) struct Session {
    /// The assistant's id of the session, or a unique beginning of it
    #[arg(value_name = "ID")]
    id: String,
    /// Show what went into and came out of every call
    #[arg(long)]
    bodies: bool,
}

impl Session {
    /// Returns the session.
    pub(super) fn run(self, around: &Surroundings) -> Result<String, Error> {
        let store = flow::ready(&around.settings)?;
        let query = SessionQuery {
            id: self.id,
            bodies: self.bodies,
        };
        around.told(&answers::session(&store, &query)?)
    }
}
