//! `callus install` and `callus uninstall`: the wiring of assistants.

use std::fmt::Write as _;
use std::fs;
use std::io::ErrorKind;

use crate::cli::terminal::Surroundings;
use crate::cli::{Error, Kind, REFUSED, Told, ask};
use crate::config;
use crate::install::apply::{Applied, ApplyError, apply};
use crate::install::plan::{Plan, PlanError, Site, Wanted};
use crate::install::{self, Client};
use crate::process;

/// What else has to be done where agents ask over HTTP.
const TO_SERVE: &str =
    "`callus serve` has to run, and CALLUS_TOKEN has to hold its token where an assistant is started:
  export CALLUS_TOKEN=\"$(callus serve --show-token)\"
";

/// Record an assistant's sessions from now on, and let it ask: shows what is edited, and asks once
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  callus install                         Every assistant that is on this machine
  callus install claude-code --dry-run   Only show what would be edited
  callus install --only codex --http     Ask a server that `callus serve` runs

Known: claude-code, codex, claude-desktop")]
pub(crate) struct Install {
    #[command(flatten)]
    which: Which,
    /// Let agents ask a server over HTTP instead of a program that each starts; without URL the one of `callus serve`
    #[arg(long, value_name = "URL", num_args = 0..=1)]
    #[expect(clippy::option_option, reason = "it may be given without a value")]
    http: Option<Option<String>>,
    #[command(flatten)]
    how: How,
}

/// Take the wiring of assistants away; everything else in their files stays as it is
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  callus uninstall                  Every assistant that is wired
  callus uninstall claude-code
  callus uninstall --purge          Remove what was recorded as well")]
pub(crate) struct Uninstall {
    #[command(flatten)]
    which: Which,
    /// Remove everything that was recorded as well
    #[arg(long)]
    purge: bool,
    #[command(flatten)]
    how: How,
}

/// Which assistants are meant.
#[derive(Debug, clap::Args)]
struct Which {
    /// The assistants, such as claude-code; without any, those that are on this machine
    #[arg(value_name = "ASSISTANT")]
    named: Vec<String>,
    /// The same as a list with commas
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    only: Vec<String>,
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
    /// Wires the assistants, and returns what was done.
    pub(super) fn run(self, around: &Surroundings) -> Result<Told, Error> {
        let binary = process::own_program().map_err(|error| Error::unavailable("this program was not found", error))?;
        let usual = usual_address();
        let given = self.http.as_ref().map(|given| given.as_deref().unwrap_or(&usual));
        let address = given.map(address).transpose()?;
        let routes = config::routes();
        let wanted = Wanted {
            binary: &binary,
            routes: &routes,
            address: address.as_deref(),
        };
        let plans = Plans::make(self.which.to_wire(around)?, |client, site| {
            (client.install)(site, &wanted)
        })?;
        if plans.are_empty() {
            return Ok(plans.told("Everything is wired already.\n", around));
        }
        if !self.how.agreed(&plans, "Edit these files?", around)? {
            return Ok(plans.told(self.how.unchanged(), around));
        }
        let mut told = plans.carry_out(|client| format!("{}\n", client.wired), around)?;
        if address.is_some() {
            told.text.push_str(TO_SERVE);
        }
        told.text += "Undo: callus uninstall\n";
        Ok(told)
    }
}

impl Uninstall {
    /// Takes the wiring away, and returns what was done.
    pub(super) fn run(self, around: &Surroundings) -> Result<Told, Error> {
        let plans = Plans::make(self.which.to_leave(around)?, |client, site| (client.remove)(site))?;
        let store = around.settings.data.exists() && self.purge;
        if plans.are_empty() && !store {
            return Ok(plans.told("Nothing is wired.\n", around));
        }
        let question = if store {
            "Edit these files, and remove everything that was recorded?"
        } else {
            "Edit these files?"
        };
        if !self.how.agreed(&plans, question, around)? {
            return Ok(plans.told(self.how.unchanged(), around));
        }
        let mut told = plans.carry_out(|client| format!("The wiring of {} is gone.\n", client.display), around)?;
        if store {
            purge(around)?;
            told.text += "What was recorded is removed.\n";
        } else if around.settings.data.exists() {
            told.text += "What was recorded stays; callus uninstall --purge removes it.\n";
        }
        Ok(told)
    }
}

impl Which {
    fn names(&self) -> impl Iterator<Item = &String> {
        self.named.iter().chain(&self.only)
    }

    fn chosen(&self, around: &Surroundings) -> Result<Vec<(&'static Client, Site)>, Error> {
        let mut chosen: Vec<(&'static Client, Site)> = Vec::new();
        for name in self.names() {
            let client = install::by_name(name.trim()).ok_or_else(|| {
                let known: Vec<&str> = install::ALL.iter().map(|client| client.name).collect();
                Error::new(Kind::User, format!("no assistant goes by `{name}`"))
                    .hint(format!("Known: {}", known.join(", ")))
            })?;
            if !chosen.iter().any(|(known, _)| known.name == client.name) {
                chosen.push((client, site(client, around)));
            }
        }
        Ok(chosen)
    }

    /// Returns the assistants to wire: those that are named, else those that are here, else the one that most people use.
    fn to_wire(&self, around: &Surroundings) -> Result<Vec<(&'static Client, Site)>, Error> {
        let chosen = self.chosen(around)?;
        if !chosen.is_empty() {
            return Ok(chosen);
        }
        let mut here = every(around);
        here.retain(|(client, site)| (client.found)(site));
        if here.is_empty() {
            here = every(around).into_iter().take(1).collect();
        }
        Ok(here)
    }

    /// Returns the assistants whose wiring goes: those that are named, else all.
    fn to_leave(&self, around: &Surroundings) -> Result<Vec<(&'static Client, Site)>, Error> {
        let chosen = self.chosen(around)?;
        Ok(if chosen.is_empty() { every(around) } else { chosen })
    }
}

fn every(around: &Surroundings) -> Vec<(&'static Client, Site)> {
    install::ALL
        .iter()
        .map(|client| (*client, site(client, around)))
        .collect()
}

/// What is to be done in each assistant, and where it cannot be.
struct Plans {
    made: Vec<(&'static Client, Site, Plan)>,
    /// Sentences about those that cannot be wired as they are; the others can.
    failed: Vec<String>,
}

impl Plans {
    /// Makes a plan for each. Where it is only one, its error is that of the command.
    fn make(
        clients: Vec<(&'static Client, Site)>,
        plan: impl Fn(&Client, &Site) -> Result<Plan, PlanError>,
    ) -> Result<Self, Error> {
        let single = clients.len() == 1;
        let mut plans = Self {
            made: Vec::new(),
            failed: Vec::new(),
        };
        for (client, site) in clients {
            match plan(client, &site) {
                Ok(plan) => plans.made.push((client, site, plan)),
                Err(error) if single => return Err(error.into()),
                Err(error) => plans.failed.push(failure(client, &error.into())),
            }
        }
        Ok(plans)
    }

    fn are_empty(&self) -> bool {
        self.made.iter().all(|(_, _, plan)| plan.is_empty())
    }

    /// Returns the plans for people, under the name of each assistant where there are several.
    fn text(&self) -> String {
        let busy: Vec<_> = self.made.iter().filter(|(_, _, plan)| !plan.is_empty()).collect();
        let text = |(client, _, plan): &&(&'static Client, Site, Plan)| match busy.len() {
            1 => plan.text(),
            _ => format!("{}\n{}", client.display, plan.text()),
        };
        busy.iter().map(text).collect::<Vec<_>>().join("\n\n")
    }

    /// Carries the plans out, and returns what was done: `done` for each that changed something.
    fn carry_out(mut self, done: impl Fn(&Client) -> String, around: &Surroundings) -> Result<Told, Error> {
        let single = self.made.len() == 1 && self.failed.is_empty();
        let mut out = String::new();
        for (client, site, plan) in self.made.iter().filter(|(_, _, plan)| !plan.is_empty()) {
            match apply(site, plan) {
                Ok(applied) => out += &(done(client) + &by_hand(&applied, around)),
                Err(error) if single => return Err(error.into()),
                Err(error) => self.failed.push(failure(client, &error.into())),
            }
        }
        self.made.clear();
        Ok(self.told(&out, around))
    }

    /// Returns what is said: a text, what one should know besides, and what could not be done.
    fn told(self, text: &str, around: &Surroundings) -> Told {
        let mut text = text.to_owned();
        for note in self
            .made
            .iter()
            .filter(|(_, _, plan)| plan.is_empty())
            .flat_map(|(_, _, plan)| &plan.notes)
        {
            let _ = writeln!(text, "note: {}", around.style.safe(note));
        }
        for sentence in &self.failed {
            let _ = writeln!(text, "Not done: {}", around.style.safe(sentence));
        }
        Told {
            text,
            code: if self.failed.is_empty() { 0 } else { REFUSED },
        }
    }
}

impl How {
    /// Shows the plans, and asks unless the answer is known.
    fn agreed(&self, plans: &Plans, question: &str, around: &Surroundings) -> Result<bool, Error> {
        if !plans.are_empty() && !self.shown {
            crate::cli::print(&around.printable(&format!("{}\n\n", around.style.safe(&plans.text()))))?;
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
    fn unchanged(&self) -> &'static str {
        if self.dry_run {
            "So far nothing was changed.\n"
        } else {
            "Nothing was changed.\n"
        }
    }
}

/// Returns the surroundings of an installation.
pub(super) fn site(client: &Client, around: &Surroundings) -> Site {
    let settings = &around.settings;
    Site {
        home: settings.home.clone(),
        config: settings.programs.clone(),
        folder: client.folder_variable.and_then(config::variable).map(Into::into),
        root: "/".into(),
        data: settings.data.clone(),
        program: client
            .program
            .and_then(|program| process::find(program, &settings.path)),
        warns: settings.warns(),
    }
}

/// Returns where agents ask the server that `callus serve` runs when nothing else is said.
fn usual_address() -> String {
    format!("http://{}/mcp", config::ADDRESS)
}

/// Returns the whole address that is meant: that of the server, where only its host is given.
fn address(given: &str) -> Result<String, Error> {
    let given = given.trim();
    let rest = given.strip_prefix("http://").or_else(|| given.strip_prefix("https://"));
    let host = rest.map(|rest| rest.split('/').next().unwrap_or_default());
    let is_host = |host: &str| {
        let odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '\'' | '@' | '$' | '\\');
        !host.is_empty() && !given.contains(odd)
    };
    match (rest, host) {
        (Some(rest), Some(host)) if is_host(host) => Ok(match rest[host.len()..].trim_end_matches('/') {
            "" => format!("{}/mcp", given.trim_end_matches('/')),
            _ => given.to_owned(),
        }),
        _ => Err(
            Error::new(Kind::User, format!("`{given}` is no address of a server")).hint(format!(
                "Write it as {}; the names of assistants stand before --http",
                usual_address()
            )),
        ),
    }
}

fn failure(client: &Client, error: &Error) -> String {
    format!("{}: {}", client.display, error.sentence())
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

fn by_hand(applied: &Applied, around: &Surroundings) -> String {
    let mut out = String::new();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_whole_or_an_error() {
        for (given, whole) in [
            ("http://127.0.0.1:22558", "http://127.0.0.1:22558/mcp"),
            ("http://127.0.0.1:22558/", "http://127.0.0.1:22558/mcp"),
            (
                "https://callus.example.com/team/mcp",
                "https://callus.example.com/team/mcp",
            ),
            ("http://[::1]:9", "http://[::1]:9/mcp"),
        ] {
            assert_eq!(address(given).expect(given), whole);
        }
        for given in [
            "codex",
            "127.0.0.1:22558",
            "http://",
            "http:///mcp",
            "ftp://a",
            "http://a b",
            "http://u:p@a",
            "http://${A}",
        ] {
            assert!(address(given).is_err(), "{given}");
        }
    }
}
