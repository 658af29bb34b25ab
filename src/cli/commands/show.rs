//! `callus show`: one failure mode or one failure in full.

use crate::answers::{self, GetQuery, ShowQuery};
use crate::cli::Error;
use crate::cli::terminal::{Surroundings, here};
use crate::flow;

/// Show one failure mode, or one failure, in full
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  callus show 7k2m9q1x     A failure mode; any unique beginning of an id will do
  callus show F120         A single failure
  callus show F120 --part log
  callus show F120 --part log --offset 4000      What the answer before left out

Parts: summary, log (what it printed), attempts (what was tried), env (where it ran), quotes (what was said). With --part
the id may be that of a session, too.")]
pub(crate) struct Show {
    /// The id, as any answer printed it
    #[arg(value_name = "ID")]
    id: String,
    /// Show one part, a page at a time
    #[arg(long, value_name = "PART")]
    part: Option<String>,
    /// Go on where the page before ended
    #[arg(long, value_name = "N", requires = "part")]
    offset: Option<u32>,
    /// Show at most so many characters
    #[arg(long, value_name = "N", requires = "part")]
    max_chars: Option<u32>,
}

impl Show {
    /// Returns it in full, or a page of one part.
    pub(super) fn run(self, around: &Surroundings) -> Result<String, Error> {
        let store = flow::ready(&around.settings)?;
        if self.part.is_some() {
            let query = GetQuery {
                id: self.id,
                part: self.part,
                offset: self.offset,
                max_chars: self.max_chars,
                here: here(),
            };
            return around.told(&answers::get(&store, &query, around.now(), &around.style.zone)?);
        }
        around.told(&answers::show(&store, &ShowQuery { id: self.id }, around.now())?)
    }
}
