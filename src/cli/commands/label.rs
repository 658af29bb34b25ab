//! `callus label`: labels of a session that was recorded without them.

use crate::answers::{self, LabelQuery, Writing};
use crate::cli::Error;
use crate::cli::terminal::{Surroundings, who};
use crate::flow;

/// Label a session, so that search, report and failures can be narrowed to it
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  callus label 7744721d team=orders env=staging
  callus label 7744721d env=                    Take a label away; --remove env does so too
  callus label 7744721d                         Show its labels
  callus search timeout label:team=orders")]
pub(crate) struct Label {
    /// The id of the session, or its beginning
    #[arg(value_name = "SESSION")]
    session: String,
    /// The labels; without a value one is taken away
    #[arg(value_name = "KEY=VALUE")]
    labels: Vec<String>,
    /// Take this label away
    #[arg(long, value_name = "KEY")]
    remove: Vec<String>,
}

impl Label {
    /// Labels the session and returns what its labels are then.
    pub(super) fn run(self, around: &Surroundings) -> Result<String, Error> {
        let rules = flow::rules(&around.settings)?;
        let mut store = flow::ready(&around.settings)?;
        let writing = Writing {
            settings: &around.settings,
            rules: &rules,
            who: who(),
        };
        let query = LabelQuery {
            session: self.session,
            labels: self.labels,
            remove: self.remove,
        };
        around.told(&answers::label(&mut store, &writing, &query)?)
    }
}
