//! `callus sql`: a query of one's own.

use crate::answers::{self, SqlQuery};
use crate::cli::Error;
use crate::cli::terminal::Surroundings;
use crate::flow;

/// Ask the database a question of your own, which may read everything and change nothing
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  callus sql 'select name, sql from sqlite_schema'
  callus sql \"select scope, sum(failures) as n from mode group by scope order by n desc limit 10\"")]
pub(crate) struct Sql {
    /// One statement that reads
    #[arg(value_name = "QUERY")]
    query: String,
    /// Print at most so many rows
    #[arg(long, value_name = "N")]
    limit: Option<u32>,
}

impl Sql {
    /// Returns the rows.
    pub(super) fn run(self, around: &Surroundings) -> Result<String, Error> {
        // Kept open while the query runs: whoever closes a database last has to tidy up behind it.
        let store = flow::ready(&around.settings)?;
        let query = SqlQuery {
            query: self.query,
            limit: self.limit,
        };
        around.told(&answers::sql(store.path(), &query)?)
    }
}
