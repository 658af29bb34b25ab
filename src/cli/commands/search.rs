//! `callus search`: failure modes by words.

use crate::answers::{self, SearchQuery};
use crate::cli::Error;
use crate::cli::terminal::{Surroundings, here};
use crate::flow;

/// Search failure modes by words, or by an error text as it stands
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  callus search exec format
  callus search 'go: command not found'
  callus search -- --no-stat            Words that begin with a dash stand behind --")]
pub(crate) struct Search {
    /// The words
    #[arg(value_name = "QUERY", required = true)]
    query: Vec<String>,
    /// List at most so many
    #[arg(long, value_name = "N")]
    limit: Option<u32>,
}

impl Search {
    /// Returns what was found.
    pub(super) fn run(self, around: &Surroundings) -> Result<String, Error> {
        let store = flow::ready(&around.settings)?;
        let query = SearchQuery {
            query: self.query.join(" "),
            limit: self.limit,
            here: here(),
        };
        around.told(&answers::search(&store, &query, around.now())?)
    }
}
