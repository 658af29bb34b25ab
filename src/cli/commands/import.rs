//! `callus import`: reads the sessions of the past.

use std::ffi::OsStr;
use std::io::IsTerminal as _;
use std::path::PathBuf;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::answers::{self, count, size};
use crate::cli::Error;
use crate::cli::terminal::Surroundings;
use crate::config::parse_span;
use crate::flow;
use crate::flow::import::{Report, Request};
use crate::process::{self, Job};

/// Read the sessions of the past: transcripts of this machine, or files and folders that you name
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  callus import                       Claude Code's and Codex's transcripts on this machine, newest first
  callus import ~/old/projects a.jsonl
  callus import --since 30d

Importing again adds nothing; an import that was stopped goes on where it was.")]
pub(crate) struct Import {
    /// Files or folders, in any mix; the assistants' own folders when left out
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Leave out transcripts last written before: a span (30d), a date
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Stop after this time, such as 45s
    #[arg(long, value_name = "SPAN")]
    budget: Option<String>,
    /// Read what is left in the background when the budget is used up
    #[arg(long, requires = "budget")]
    then_background: bool,
}

impl Import {
    /// Imports, and returns what it came to.
    pub(super) fn run(self, around: &Surroundings) -> Result<String, Error> {
        let since = self
            .since
            .as_deref()
            .map(|text| answers::since(text, around.now(), &around.style.zone))
            .transpose()?;
        let budget = self
            .budget
            .as_deref()
            .map(parse_span)
            .transpose()
            .map_err(|error| Error::new(crate::cli::Kind::User, error))?;
        let request = Request {
            paths: self.paths.clone(),
            since,
            budget,
        };
        let mut store = flow::ready(&around.settings)?;
        let bar = bar();
        let report = flow::import::import(&mut store, &around.settings, &request, |step, bytes| {
            bar.set_length(bytes);
            bar.set_position(step.bytes);
        })?;
        bar.finish_and_clear();
        let mut told = summary(&report, around);
        if report.imported.left > 0 && self.then_background {
            go_on_behind(&self, around)?;
            told.push_str("The rest is read in the background: callus status\n");
        }
        Ok(told)
    }
}

/// Returns a bar on the terminal; where there is none, nothing is drawn.
pub(super) fn bar() -> ProgressBar {
    let target = if std::io::stderr().is_terminal() {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let bar = ProgressBar::with_draw_target(None, target);
    if let Ok(style) = ProgressStyle::with_template("Reading {bar:24} {bytes}/{total_bytes}, {eta} left") {
        bar.set_style(style);
    }
    bar
}

/// Returns what an import came to.
fn summary(report: &Report, around: &Surroundings) -> String {
    let imported = &report.imported;
    let some = |number: u64, noun: &str| count(i64::try_from(number).unwrap_or(i64::MAX), noun);
    let files = |number: usize| some(number as u64, "file");
    let mut lines = match (imported.files, imported.unchanged) {
        (0, 0) => vec![nothing_in(&report.looked)],
        (0, unchanged) => vec![format!("Nothing new in {}.", files(unchanged))],
        (read, unchanged) => {
            let more = if unchanged > 0 {
                format!("; nothing new in {} more", files(unchanged))
            } else {
                String::new()
            };
            vec![
                format!("Read {} ({}){more}.", files(read), size(imported.bytes)),
                format!(
                    "New: {}, {}, {} set aside.",
                    some(imported.tally.calls, "call"),
                    count(report.failures, "failure"),
                    report.set_aside
                ),
            ]
        }
    };
    if report.older > 0 {
        lines.push(format!("Left out as older: {}.", files(report.older)));
    }
    if imported.left > 0 {
        lines.push(format!(
            "Not read yet: {}; callus import goes on.",
            files(imported.left)
        ));
    }
    if imported.broken > 0 {
        lines.push(format!("Lines that were no record: {}.", imported.broken));
    }
    let refused = report.refused.iter().map(|(path, why)| (path, why.to_string()));
    let failed = imported.failed.iter().map(|(path, why)| (path, why.to_string()));
    for (path, why) in refused.chain(failed) {
        lines.push(format!("Not read: {}: {why}", path.display()));
    }
    lines.iter().map(|line| around.style.safe(line) + "\n").collect()
}

/// Returns that nothing was read, and where it was looked for when nobody named a place.
fn nothing_in(looked: &[PathBuf]) -> String {
    let folders: Vec<String> = looked.iter().map(|folder| folder.display().to_string()).collect();
    if folders.is_empty() {
        "No transcript was read.".to_owned()
    } else {
        format!("No transcript was read in {}.", folders.join(" or "))
    }
}

/// Starts another import that outlives this one. It goes on where this one stopped.
fn go_on_behind(import: &Import, around: &Surroundings) -> Result<(), Error> {
    let program = process::own_program().map_err(|error| Error::unavailable("this program was not found", error))?;
    let mut args = vec![OsStr::new("import")];
    if let Some(since) = &import.since {
        args.extend([OsStr::new("--since"), OsStr::new(since)]);
    }
    let folder = std::env::current_dir().unwrap_or_else(|_| around.settings.home.clone());
    args.extend(import.paths.iter().map(|path| path.as_os_str()));
    let job = Job {
        program: &program,
        args: &args,
        cwd: &folder,
        env: &[],
        input: &[],
    };
    process::detach(&job).map_err(|error| Error::new(crate::cli::Kind::Unavailable, error))
}
