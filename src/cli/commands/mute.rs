//! `callus mute`: silence about a failure mode.

use crate::answers::{self, ShowQuery};
use crate::cli::Error;
use crate::cli::terminal::Surroundings;
use crate::flow;
use crate::store::{FOREVER, mute};

/// How long a failure mode is muted when nothing else is said.
const USUAL: &str = "30d";

/// Keep quiet about a failure mode: it is still recorded, but left out of answers, hints, warnings and briefs
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  callus mute 7k2m9q1x               For 30 days
  callus mute 7k2m9q1x --forever
  callus mute 7k2m9q1x --off")]
pub(crate) struct Mute {
    /// The id of the failure mode, or of one of its failures
    #[arg(value_name = "ID")]
    id: String,
    /// Mute it for a span such as 30d
    #[arg(long = "for", value_name = "SPAN", conflicts_with_all = ["forever", "off"])]
    span: Option<String>,
    /// Mute it for good
    #[arg(long, conflicts_with = "off")]
    forever: bool,
    /// End the silence
    #[arg(long)]
    off: bool,
}

impl Mute {
    /// Mutes the failure mode and returns what it is now.
    pub(super) fn run(self, around: &Surroundings) -> Result<String, Error> {
        let mut store = flow::ready(&around.settings)?;
        let picked = answers::pick_mode(&store, &self.id)?;
        let until = if self.off {
            None
        } else if self.forever {
            Some(FOREVER)
        } else {
            Some(answers::ahead(self.span.as_deref().unwrap_or(USUAL), around.now())?)
        };
        store.write(|tx| mute::mute(tx, picked, until))?;
        flow::forewarn(&mut store, &around.settings)?;
        if around.json() {
            return around.told(&answers::show(&store, &ShowQuery { id: self.id }, around.now())?);
        }
        Ok(match until {
            None => format!("{} is no longer muted.\n", self.id),
            Some(FOREVER) => format!("{0} is muted for good. Undo: callus mute {0} --off\n", self.id),
            Some(until) => format!(
                "{0} is muted until {1}. Undo: callus mute {0} --off\n",
                self.id,
                around.style.date(until)
            ),
        })
    }
}
