//! `callus skills`: what was published, what became of it, and taking it away.

use std::path::Path;

use clap::Subcommand;

use crate::answers::{self, AnswerError, Here};
use crate::cli::terminal::{Surroundings, folder};
use crate::cli::{Error, Kind};
use crate::flow;
use crate::skill::publish::{State, Tree};
use crate::store::Store;

/// List, show and remove the skills of a project
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  callus skills list
  callus skills show go-test-exec-format-error
  callus skills remove go-test-exec-format-error         Show what would go
  callus skills remove go-test-exec-format-error --yes")]
pub(crate) struct Skills {
    #[command(subcommand)]
    what: Option<What>,
    /// The project; without it the one of this folder
    #[arg(long, value_name = "PROJECT", global = true)]
    project: Option<String>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List what was published and what could be
    List,
    /// Show one as it stands in its file, or its draft
    Show {
        /// Its name
        name: String,
    },
    /// Remove one that nobody has edited from this working tree; without --yes only show what would go
    Remove {
        /// Its name
        name: String,
        /// Remove it
        #[arg(long)]
        yes: bool,
    },
}

impl Skills {
    /// Answers, or removes a skill and says so.
    pub(super) fn run(self, around: &Surroundings) -> Result<String, Error> {
        let store = flow::ready(&around.settings)?;
        let here = here(&store, around, self.project)?;
        match self.what.unwrap_or(What::List) {
            What::List => around.told(&answers::skills(&store, &here, &around.settings)?),
            What::Show { name } => around.told(&answers::skill(&store, &here, &around.settings, &name)?),
            What::Remove { name, yes } => {
                let tree = here.tree.as_ref().ok_or_else(|| {
                    Error::new(Kind::Refused, format!("this folder is no part of {}", here.name))
                        .hint("Run it in a working tree of that project")
                })?;
                let text = ours(&store, &here, tree, &name)?;
                if yes {
                    tree.remove(&name).map_err(AnswerError::from)?;
                }
                if around.json() {
                    return around.told(&answers::skills(&store, &here, &around.settings)?);
                }
                let path = tree.file(&name);
                let told = if yes {
                    let path = path.display();
                    format!("Removed {path}. It stays away; callus distill --yes --again brings it back.\n")
                } else {
                    shown(&path, &text, &name)
                };
                Ok(around.style.safe(&told))
            }
        }
    }
}

/// Returns where the user stands.
pub(super) fn here(store: &Store, around: &Surroundings, project: Option<String>) -> Result<Here, Error> {
    let cwd = std::env::current_dir().map_err(|error| Error::unavailable("this folder cannot be read", error))?;
    let project = project.map(folder);
    Ok(answers::here(store, &cwd, &around.settings.home, project.as_deref())?)
}

/// Returns what would go, line by line, and how to go on.
fn shown(path: &Path, text: &str, name: &str) -> String {
    let gone: Vec<String> = text.lines().map(|line| format!("- {line}")).collect();
    let (path, gone) = (path.display(), gone.join("\n"));
    format!("{path}\n{gone}\n\nNothing was removed. Remove it: callus skills remove {name} --yes\n")
}

/// Returns the text of a skill that we wrote and nobody edited: nothing else is removed.
fn ours(store: &Store, here: &Here, tree: &Tree, name: &str) -> Result<String, Error> {
    let rows = store.publications(here.project)?;
    let unknown = || AnswerError::Unknown {
        kind: "skill",
        given: name.to_owned(),
    };
    if !crate::skill::lint::is_name(name) || !rows.iter().any(|row| row.name == name) {
        return Err(unknown().into());
    }
    match tree.state(name, "", &rows).map_err(AnswerError::from)? {
        State::Older(text) => Ok(text),
        State::Same => Ok(String::new()),
        State::New | State::Removed => Err(unknown().into()),
        State::Edited | State::Foreign => {
            let path = tree.file(name);
            let error = Error::new(
                Kind::Refused,
                format!("{} holds words that Callus did not write, so it stays", path.display()),
            );
            Err(error.hint("Remove it by hand, if that is what you want"))
        }
    }
}
