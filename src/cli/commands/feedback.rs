//! `callus feedback`: this did, or did not, help.

use crate::answers::{self, FeedbackQuery, Writing};
use crate::cli::Error;
use crate::cli::terminal::{Surroundings, folder, who};
use crate::flow;

/// Say that a message, a remedy or a skill did or did not help, or mute a failure mode
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  callus feedback H12 --helped                    A message, as callus told lists it
  callus feedback R7 --not --words 'needs sudo here'
  callus feedback 7k2m9q1x --mute 7d --project .  No more of it in this project

What a person types at a terminal is decided: it confirms or refutes a remedy. What an agent or a program says is a claim:
two independent sessions to which a remedy was no help put it behind the others. An agent mutes for its own session.")]
pub(crate) struct Feedback {
    /// A message, a remedy, a failure mode, or the name of a skill
    #[arg(value_name = "H12|R7|ID|SKILL")]
    id: String,
    /// It helped
    #[arg(long)]
    helped: bool,
    /// It did not help
    #[arg(long, conflicts_with = "helped")]
    not: bool,
    /// Say why
    #[arg(long, value_name = "TEXT")]
    words: Option<String>,
    /// Mute the failure mode for a span such as 7d; off ends it
    #[arg(long, value_name = "SPAN")]
    mute: Option<String>,
    /// Mute it only in this project
    #[arg(long, value_name = "PROJECT", requires = "mute")]
    project: Option<String>,
    /// Name the session in which an agent says it
    #[arg(long, value_name = "ID")]
    session: Option<String>,
}

impl Feedback {
    /// Keeps it and returns what it changed.
    pub(super) fn run(self, around: &Surroundings) -> Result<String, Error> {
        let rules = flow::rules(&around.settings)?;
        let mut store = flow::ready(&around.settings)?;
        let writing = Writing {
            settings: &around.settings,
            rules: &rules,
            who: who(),
        };
        let query = FeedbackQuery {
            id: self.id,
            helped: (self.helped || self.not).then_some(self.helped),
            words: self.words,
            mute: self.mute,
            session: self.session,
            project: self.project.map(folder),
        };
        around.told(&answers::feedback(&mut store, &writing, &query, around.now())?)
    }
}
