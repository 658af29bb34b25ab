//! `callus report`: what has been failing lately.

use crate::answers::{self, ReportQuery};
use crate::cli::Error;
use crate::cli::terminal::Surroundings;
use crate::flow;

/// Show what has been failing lately
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  callus report                 The last seven days, or the last ones that hold sessions
  callus report --since 30d --project api")]
pub(crate) struct Report {
    /// Begin here: a span (7d, 2h), a date, today or all
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Look at one project: its name, its remote or a folder in it
    #[arg(long, value_name = "PROJECT")]
    project: Option<String>,
}

impl Report {
    /// Returns the report.
    pub(super) fn run(self, around: &Surroundings) -> Result<String, Error> {
        let store = flow::ready(&around.settings)?;
        let query = ReportQuery {
            since: self.since,
            project: around.project(self.project),
        };
        around.told(&answers::report(&store, &query, around.now(), &around.style.zone)?)
    }
}
