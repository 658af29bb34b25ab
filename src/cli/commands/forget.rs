//! `callus forget`: removes and overwrites what was recorded.

use std::path::Path;

use crate::answers::{self, count};
use crate::cli::terminal::{Surroundings, folder};
use crate::cli::{Error, Kind, ask};
use crate::flow;
use crate::store::forget::{Forgotten, What};

/// What is to be forgotten.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Forget {
    /// Forget one session, by the assistant's id of it
    #[arg(long, value_name = "ID")]
    session: Option<String>,
    /// Forget a project with all its sessions
    #[arg(long, value_name = "PROJECT")]
    project: Option<String>,
    /// Forget everything in which this text stands; a project goes as a whole when its remote or a folder holds it
    #[arg(long = "match", value_name = "TEXT")]
    text: Option<String>,
    /// Forget everything before a date, or older than a span
    #[arg(long, value_name = "TIME")]
    before: Option<String>,
}

/// Remove what was recorded, and overwrite it: it is in no file of the store afterwards
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  callus forget --session 7744721d
  callus forget --match hunter2        Everything in which this text stands
  callus forget --before 90d")]
pub(crate) struct ForgetCommand {
    #[command(flatten)]
    what: Forget,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

impl ForgetCommand {
    /// Forgets, and returns how much.
    pub(super) fn run(self, around: &Surroundings) -> Result<String, Error> {
        let (what, name) = self.what.chosen(around)?;
        let question = around.style.safe(&format!("Remove {name} for good?"));
        if !self.yes && !ask::go_on(&question, "Say yes beforehand with --yes")? {
            return Ok("Nothing was removed.\n".to_owned());
        }
        let (forgotten, left) = flow::keep::forget(&around.settings, &what)?;
        let mut told = if forgotten == Forgotten::default() {
            "Nothing like that was recorded.\n".to_owned()
        } else {
            format!(
                "Removed {}, {}, {}, and overwrote them.\n",
                count(forgotten.sessions, "session"),
                count(forgotten.events, "event"),
                count(forgotten.modes, "failure mode")
            )
        };
        for path in left {
            told.push_str(&around.style.safe(&still(&what, &path)));
            told.push('\n');
        }
        if matches!(what, What::Match(_)) && forgotten.projects > 0 {
            told.push_str("Projects went as a whole: their remote or a folder of theirs held the text.\n");
        }
        Ok(told)
    }
}

/// Returns what is said of a file that still holds something of what was forgotten.
fn still(what: &What, path: &Path) -> String {
    let path = path.display();
    match what {
        What::Project(_) => format!("What was learnt of it still stands in {path}: remove it by hand"),
        What::Match(_) => format!("The text still stands in {path}: remove it by hand"),
        What::Session(_) | What::Before(_) => {
            format!("What was learnt of it stands in {path} too: callus skills list says whether that still holds")
        }
    }
}

impl Forget {
    /// Returns what is to be forgotten, and what it is called in the question.
    fn chosen(self, around: &Surroundings) -> Result<(What, String), Error> {
        if let Some(session) = self.session {
            let store = flow::ready(&around.settings)?;
            let external = answers::pick_session(&store, &session)?;
            let name = format!("session {external}");
            return Ok((What::Session(external), name));
        }
        if let Some(project) = self.project.map(folder) {
            let store = flow::ready(&around.settings)?;
            let name = format!("project {project} with all its sessions");
            return Ok((What::Project(answers::pick_project(&store, &project)?), name));
        }
        if let Some(text) = self.text {
            if text.trim().is_empty() {
                return Err(Error::new(Kind::User, "an empty text stands everywhere"));
            }
            let name = format!("everything in which `{text}` stands");
            return Ok((What::Match(text), name));
        }
        let before = self.before.unwrap_or_default();
        let before = answers::since(&before, around.now(), &around.style.zone)?;
        let name = format!("everything before {}", around.style.date(before));
        Ok((What::Before(before), name))
    }
}
