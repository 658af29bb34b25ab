//! `callus install` and `callus uninstall`: the wiring of an assistant.

use std::fs;
use std::io::ErrorKind;

use crate::assistants::claude_code::wiring::{self, Places};
use crate::assistants::{self, Spec};
use crate::cli::terminal::Surroundings;
use crate::cli::{Error, Kind, ask};
use crate::config;
use crate::install::apply::{Applied, ApplyError, apply};
use crate::install::plan::{self, Plan, PlanError, Site};
use crate::process;

/// Record an assistant's sessions from now on, and let it ask: shows what is edited, and asks once
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  callus install claude-code
  callus install claude-code --dry-run   Only show what would be edited")]
pub(crate) struct Install {
    /// The assistant: claude-code, or claude for short
    #[arg(value_name = "ASSISTANT", default_value = "claude-code")]
    assistant: String,
    #[command(flatten)]
    how: How,
}

/// Take the wiring of an assistant away; everything else in its files stays as it is
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  callus uninstall claude-code
  callus uninstall --purge          Remove what was recorded as well")]
pub(crate) struct Uninstall {
    /// The assistant: claude-code, or claude for short
    #[arg(value_name = "ASSISTANT", default_value = "claude-code")]
    assistant: String,
    /// Remove everything that was recorded as well
    #[arg(long)]
    purge: bool,
    #[command(flatten)]
    how: How,
}

/// How a change is made.
#[derive(Debug, clap::Args)]
struct How {
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// Show what would be changed, and change nothing
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    /// The plan was shown already: `install.sh` shows it above a question of its own
    #[arg(long, hide = true, requires = "yes")]
    shown: bool,
}

impl Install {
    /// Wires the assistant, and returns what was done.
    pub(super) fn run(self, around: &Surroundings) -> Result<String, Error> {
        let site = site(spec(&self.assistant)?, around);
        let binary = process::own_program().map_err(|error| Error::unavailable("this program was not found", error))?;
        let plan = plan::install(&site, &binary)?;
        if plan.is_empty() {
            return Ok(with_notes("Everything is wired already.\n", &plan, around));
        }
        if !self.how.agreed(&plan, "Edit these files?", around)? {
            return Ok(self.how.unchanged());
        }
        let done = "Wired: sessions are recorded from the next start on. Undo: callus uninstall\n";
        Ok(told(done, &apply(&site, &plan)?, around))
    }
}

impl Uninstall {
    /// Takes the wiring away, and returns what was done.
    pub(super) fn run(self, around: &Surroundings) -> Result<String, Error> {
        let site = site(spec(&self.assistant)?, around);
        let plan = plan::remove(&site)?;
        let store = around.settings.data.exists() && self.purge;
        if plan.is_empty() && !store {
            return Ok(with_notes("Nothing is wired.\n", &plan, around));
        }
        let question = if store {
            "Edit these files, and remove everything that was recorded?"
        } else {
            "Edit these files?"
        };
        if !self.how.agreed(&plan, question, around)? {
            return Ok(self.how.unchanged());
        }
        let mut out = told("The wiring is gone.\n", &apply(&site, &plan)?, around);
        if store {
            purge(around)?;
            out.push_str("What was recorded is removed.\n");
        } else if around.settings.data.exists() {
            out.push_str("What was recorded stays; callus uninstall --purge removes it.\n");
        }
        Ok(out)
    }
}

impl How {
    /// Shows the plan, and asks unless the answer is known.
    fn agreed(&self, plan: &Plan, question: &str, around: &Surroundings) -> Result<bool, Error> {
        if !plan.is_empty() && !self.shown {
            crate::cli::print(&around.printable(&format!("{}\n\n", around.style.safe(&plan.text()))))?;
        }
        if self.dry_run {
            return Ok(false);
        }
        if self.yes {
            return Ok(true);
        }
        ask::go_on(question, "Say yes beforehand with --yes, or look first with --dry-run")
    }

    /// Returns what is said when nothing was done.
    fn unchanged(&self) -> String {
        let text = if self.dry_run {
            "So far nothing was changed.\n"
        } else {
            "Nothing was changed.\n"
        };
        text.to_owned()
    }
}

fn spec(name: &str) -> Result<&'static Spec, Error> {
    let wired = || assistants::ALL.iter().filter(|spec| spec.hooks.is_some());
    let fault = match assistants::by_name(name) {
        Some(spec) if spec.hooks.is_some() => return Ok(spec),
        Some(spec) => format!(
            "there is nothing to install in {}: its transcripts are read by `callus import`",
            spec.display
        ),
        None => format!("no assistant goes by `{name}`"),
    };
    let known: Vec<&str> = wired().map(|spec| spec.name).collect();
    Err(Error::new(Kind::User, fault).hint(format!("Known: {}", known.join(", "))))
}

/// Returns the surroundings of an installation.
pub(super) fn site(spec: &Spec, around: &Surroundings) -> Site {
    let settings = &around.settings;
    let folder = config::variable(spec.folder_variable).map(std::path::PathBuf::from);
    Site {
        home: settings.home.clone(),
        places: Places::of(&settings.home, folder.as_deref()),
        data: settings.data.clone(),
        program: process::find(wiring::PROGRAM, &settings.path),
        warns: settings.warns(),
    }
}

fn purge(around: &Surroundings) -> Result<(), Error> {
    for folder in std::iter::once(around.settings.data.clone()).chain(around.settings.spare()) {
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(Error::unavailable("what was recorded could not be removed", error));
            }
            _ => {}
        }
    }
    Ok(())
}

fn told(done: &str, applied: &Applied, around: &Surroundings) -> String {
    let mut out = done.to_owned();
    for command in &applied.by_hand {
        out.push_str(&around.style.safe(&format!("Run it yourself: {command}")));
        out.push('\n');
    }
    for problem in &applied.problems {
        out.push_str(&around.style.safe(&format!("Not done: {problem}")));
        out.push('\n');
    }
    out
}

fn with_notes(text: &str, plan: &Plan, around: &Surroundings) -> String {
    let notes: Vec<String> = plan
        .notes
        .iter()
        .map(|note| format!("note: {}\n", around.style.safe(note)))
        .collect();
    format!("{text}{}", notes.concat())
}

impl From<PlanError> for Error {
    fn from(error: PlanError) -> Self {
        Self::new(Kind::Refused, error)
    }
}

impl From<ApplyError> for Error {
    fn from(error: ApplyError) -> Self {
        Self::new(Kind::Unavailable, error)
    }
}
