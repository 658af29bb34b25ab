//! `callus told`: every word that was sent to agents.

use crate::answers::{self, ToldQuery};
use crate::cli::Error;
use crate::cli::terminal::{Surroundings, folder};
use crate::flow;

/// List what agents were told, word by word, and what came of it
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  callus told --since 7d --kind hint
  callus told --session 7744721d        What one session was told

What came of a message: helped (done, and it worked), followed (done), failed again, ignored.")]
pub(crate) struct Told {
    /// Begin here: a span (7d, 2h), a date, today or all
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Look at one session
    #[arg(long, value_name = "ID")]
    session: Option<String>,
    /// Look at one kind: hint, warning or brief
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// Look at one project: its name, its remote or a folder in it
    #[arg(long, value_name = "PROJECT")]
    project: Option<String>,
    /// List at most so many
    #[arg(long, value_name = "N")]
    limit: Option<u32>,
}

impl Told {
    /// Returns the messages and their sums.
    pub(super) fn run(self, around: &Surroundings) -> Result<String, Error> {
        let store = flow::ready(&around.settings)?;
        let query = ToldQuery {
            since: self.since,
            session: self.session,
            kind: self.kind,
            project: self.project.map(folder),
            limit: self.limit,
        };
        around.told(&answers::told(&store, &query, around.now(), &around.style.zone)?)
    }
}
