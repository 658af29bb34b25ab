//! `callus distill`: skills from what was got over again and again.

use crate::answers;
use crate::cli::commands::skills::here;
use crate::cli::terminal::Surroundings;
use crate::cli::{Error, Kind, REFUSED, Told};
use crate::flow;
use crate::skill::distill::MIN_SESSIONS;
use crate::skill::publish::{Done, publish};

/// Make skills of failures that several sessions got over in the same way: shows the drafts, writes nothing by itself
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  callus distill                    Show each draft, its change and its evidence
  callus distill --yes              Write them into this working tree
  callus distill --min-sessions 5   Only what worked in five sessions")]
pub(crate) struct Distill {
    /// The project; without it the one of this folder
    #[arg(long, value_name = "PROJECT")]
    project: Option<String>,
    /// In so many sessions a remedy must have worked
    #[arg(long, value_name = "N", default_value_t = MIN_SESSIONS, value_parser = clap::value_parser!(u32).range(1..))]
    min_sessions: u32,
    /// Write the drafts that nothing speaks against
    #[arg(long)]
    yes: bool,
    /// Write those too that somebody removed
    #[arg(long, requires = "yes")]
    again: bool,
}

impl Distill {
    /// Shows the drafts, or writes them and says what became of each.
    pub(super) fn run(self, around: &Surroundings) -> Result<Told, Error> {
        let mut store = flow::ready(&around.settings)?;
        let here = here(&store, around, self.project)?;
        let drafts = answers::drafts(&store, &here, &around.settings, self.min_sessions)?;
        let mut done: Vec<Option<Done>> = vec![None; drafts.len()];
        if self.yes {
            let Some(tree) = &here.tree else {
                let error = Error::new(Kind::Refused, format!("this folder is no part of {}", here.name));
                return Err(error.hint("Run it in a working tree of that project"));
            };
            for (draft, done) in drafts.iter().zip(&mut done) {
                let outcome = publish(&mut store, tree, draft, here.project, self.again, around.now());
                *done = Some(outcome.map_err(answers::AnswerError::from)?);
            }
            flow::index_skills(&mut store, &around.settings, &flow::rules(&around.settings)?)?;
        }
        let drafts: Vec<_> = drafts.into_iter().zip(done).collect();
        let refused = drafts.iter().any(|(_, done)| done.is_some_and(Done::is_refusal));
        let view = answers::drafted(&store, &here, &around.settings, self.min_sessions, &drafts)?;
        Ok(Told {
            text: around.told(&view)?,
            code: if refused { REFUSED } else { 0 },
        })
    }
}
