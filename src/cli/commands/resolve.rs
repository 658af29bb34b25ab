//! `callus resolve`: what a person decides about a failure mode, or an agent claims.

use crate::answers::{self, ResolveQuery};
use crate::cli::Error;
use crate::cli::terminal::{Surroundings, here, who};
use crate::flow;

/// Say what ends a failure mode: confirm a remedy, give one, or refute one
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  callus resolve 7k2m9q1x                               It is over; its only remedy is confirmed
  callus resolve 7k2m9q1x --with R12                    This remedy is right
  callus resolve F120 --with 'mise exec -- go test ./...'   This ends that very error
  callus resolve 7k2m9q1x --with 'keep docs/ local, do not commit it'
  callus resolve 7k2m9q1x --not R12                     This one is wrong

Only what a person types at a terminal counts as decided. What an agent gives is a claim: agents are told of it once
two sessions have seen it work, or a person confirms it.")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(crate) struct Resolve {
    /// The id of the failure mode, or of one failure to mean that very error
    #[arg(value_name = "ID")]
    id: String,
    /// Name the remedy: its id, a command, or the words of a decision
    #[arg(long, value_name = "COMMAND|WORDS|R12", conflicts_with_all = ["not", "reopen"])]
    with: Option<String>,
    /// Choose the error that it is for: one of its failures, or its finer fingerprint
    #[arg(long, value_name = "F120", requires = "with")]
    instance: Option<String>,
    /// Mean every error of the failure mode
    #[arg(long, requires = "with", conflicts_with = "instance")]
    all: bool,
    /// Let it hold in every project: it is a fact about a tool or this system
    #[arg(long, requires = "with")]
    everywhere: bool,
    /// Take --with as words, though it looks like a command
    #[arg(long, requires = "with")]
    words: bool,
    /// Refute a remedy
    #[arg(long, value_name = "R12", conflicts_with = "reopen")]
    not: Option<String>,
    /// Open the failure mode again
    #[arg(long)]
    reopen: bool,
}

impl Resolve {
    /// Carries it out and returns what it came to.
    pub(super) fn run(self, around: &Surroundings) -> Result<String, Error> {
        let rules = flow::rules(&around.settings)?;
        let mut store = flow::ready(&around.settings)?;
        let query = ResolveQuery {
            id: self.id,
            with: self.with,
            instance: self.instance,
            all: self.all,
            not: self.not,
            reopen: self.reopen,
            everywhere: self.everywhere,
            words: self.words,
            here: here(),
            path: around.settings.path.clone(),
            person: who().is_person(),
        };
        around.told(&answers::resolve(&mut store, &rules, &query, around.now())?)
    }
}
