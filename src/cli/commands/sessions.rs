//! `callus sessions`: what was recorded.

use crate::answers::{self, SessionsQuery};
use crate::cli::Error;
use crate::cli::terminal::Surroundings;
use crate::flow;

/// List the sessions, newest first
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  callus sessions --failed --since 7d
  callus sessions --label vertical=finance")]
pub(crate) struct Sessions {
    /// Begin here: a span (7d, 2h), a date, today or all
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Look at one project: its name, its remote or a folder in it
    #[arg(long, value_name = "PROJECT")]
    project: Option<String>,
    /// Look at models whose name contains this
    #[arg(long, value_name = "MODEL")]
    model: Option<String>,
    /// Look at one assistant
    #[arg(long, value_name = "ASSISTANT")]
    assistant: Option<String>,
    /// List only sessions in which something failed
    #[arg(long)]
    failed: bool,
    /// List only sessions with this label
    #[arg(long, value_name = "KEY=VALUE")]
    label: Option<String>,
    /// List at most so many
    #[arg(long, value_name = "N")]
    limit: Option<u32>,
}

impl Sessions {
    /// Returns the list.
    pub(super) fn run(self, around: &Surroundings) -> Result<String, Error> {
        let store = flow::ready(&around.settings)?;
        let query = SessionsQuery {
            since: self.since,
            project: around.project(self.project),
            model: self.model,
            assistant: self.assistant,
            failed: self.failed,
            label: self.label,
            limit: self.limit,
        };
        around.told(&answers::sessions(&store, &query, around.now(), &around.style.zone)?)
    }
}
