//! `callus warnings`: which calls are refused, and what a person wants of that.

use crate::answers::{self, WarningsQuery};
use crate::cli::terminal::{Surroundings, folder};
use crate::cli::{Error, Kind};
use crate::domain::lesson::Warnings as Answer;
use crate::flow;
use crate::store::failing;

/// The word by which a choice is taken back.
const DEFAULT: &str = "default";

/// List the calls that are refused once in a session because they keep failing, or choose otherwise
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  callus warnings                       What would be refused, and why
  callus warnings 7k2m9q1x off          Say nothing before calls that fail so
  callus warnings 7k2m9q1x shadow       Only note it
  callus warnings 7k2m9q1x default      As the settings say

In a repository, warnings = \"off\" in .callus.toml; everywhere, in config.toml")]
pub(crate) struct Warnings {
    /// The id of a failure mode
    #[arg(value_name = "ID", requires = "answer")]
    id: Option<String>,
    /// deny-once, shadow, off or default
    #[arg(value_name = "ANSWER")]
    answer: Option<String>,
    /// Look at one project: its name, its remote or a folder in it
    #[arg(long, value_name = "PROJECT")]
    project: Option<String>,
}

impl Warnings {
    /// Carries out what was chosen, and returns what would be said before calls.
    pub(super) fn run(self, around: &Surroundings) -> Result<String, Error> {
        let settings = &around.settings;
        let mut store = flow::ready(settings)?;
        if let (Some(id), Some(word)) = (&self.id, &self.answer) {
            let chosen = choice(word)?;
            let mode = answers::pick_mode(&store, id)?;
            store.write(|tx| failing::choose(tx, mode, chosen))?;
        }
        // Hooks find what is chosen now, and what the worker has not seen yet.
        flow::forewarn(&mut store, settings)?;
        let query = WarningsQuery {
            project: self.project.map(folder),
        };
        around.told(&answers::warnings(&mut store, &query, settings)?)
    }
}

fn choice(word: &str) -> Result<Option<Answer>, Error> {
    if word == DEFAULT {
        return Ok(None);
    }
    Answer::from_word(word).map(Some).ok_or_else(|| {
        let known: Vec<&str> = Answer::ALL.iter().map(|(_, word)| *word).chain([DEFAULT]).collect();
        Error::new(Kind::User, format!("`{word}` is no answer")).hint(format!("Known: {}", known.join(", ")))
    })
}
