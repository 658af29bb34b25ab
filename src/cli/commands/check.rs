//! `callus check`: has this error been seen before?

use std::io::{IsTerminal as _, Read as _};

use crate::answers::{self, CheckQuery};
use crate::cli::terminal::{Surroundings, folder, here};
use crate::cli::{Error, Kind};
use crate::flow;

/// The beginning of the text that is looked at: headlines stand at one of the ends, and this is far more than both.
const MOST: u64 = 4 << 20;

/// Tell whether an error has been seen before
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  go test ./... 2>&1 | callus check
  callus check 'exec format error' --command 'go test ./...'")]
pub(crate) struct Check {
    /// The error text; read from standard input when left out
    #[arg(value_name = "TEXT")]
    text: Option<String>,
    /// Name the command that printed it
    #[arg(long, value_name = "COMMAND")]
    command: Option<String>,
    /// Look at one project: its name, its remote or a folder in it
    #[arg(long, value_name = "PROJECT")]
    project: Option<String>,
    /// Look at other projects too, and not only where this one met nothing like it
    #[arg(long)]
    all_projects: bool,
}

impl Check {
    /// Returns the verdict.
    pub(super) fn run(self, around: &Surroundings) -> Result<String, Error> {
        let output = match self.text {
            Some(text) if text != "-" => text,
            _ => read()?,
        };
        let store = flow::searchable(&around.settings)?;
        let query = CheckQuery {
            output,
            command: self.command,
            project: self.project.map(folder),
            scope: self.all_projects.then(|| "all".to_owned()),
            here: here(),
        };
        around.told(&answers::check(&store, &query, around.now())?)
    }
}

fn read() -> Result<String, Error> {
    let input = std::io::stdin();
    if input.is_terminal() {
        let error = Error::new(Kind::User, "there is no error text");
        return Err(error.hint("Pipe it in (go test ./... 2>&1 | callus check), or give it as an argument"));
    }
    let mut bytes = Vec::new();
    input
        .lock()
        .take(MOST)
        .read_to_end(&mut bytes)
        .map_err(|error| Error::unavailable("the error text could not be read", error))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
