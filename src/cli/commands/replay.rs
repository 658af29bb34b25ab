//! `callus replay`: what would have been told in the past.

use std::io::{BufWriter, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::time::Instant;

use tempfile::NamedTempFile;

use crate::answers::{self, ReplayEvent};
use crate::cli::terminal::Surroundings;
use crate::cli::{Error, Kind};
use crate::config::Settings;
use crate::domain::time::Span;
use crate::flow::import::Request;
use crate::flow::replay::{self, Folder};

/// Where the past begins when nobody says which one.
const SINCE: &str = "90d";

/// How long somebody who has just installed Callus waits for a few lines.
const SHORT: Span = Span::seconds(20);

/// Stands for standard output.
const HERE: &str = "-";

/// Play past sessions against an empty memory: what would Callus have told, and when?
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  callus replay                        This machine's sessions of the last 90 days
  callus replay ~/old/projects --events told.jsonl

Nothing of it is kept, and the store is neither read nor written.")]
pub(crate) struct Replay {
    /// Files or folders, in any mix; the assistants' own folders when left out
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Write one JSON line for each failure and message; - is standard output
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,
    /// Leave out transcripts last written before: a span, a date; without PATH: 90d
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Print a few lines within half a minute, and nothing when there is nothing to show
    #[arg(long, hide = true, conflicts_with = "events")]
    short: bool,
}

impl Replay {
    /// Returns what would have been told.
    pub(super) fn run(self, around: &Surroundings) -> Result<String, Error> {
        let begun = Instant::now();
        let since = self.since.as_deref().or(self.paths.is_empty().then_some(SINCE));
        let request = Request {
            since: since
                .map(|text| answers::since(text, around.now(), &around.style.zone))
                .transpose()?,
            paths: self.paths,
            budget: self.short.then_some(SHORT),
        };
        let mut events = self.events.as_deref().map(Events::open).transpose()?;
        let folder = Folder::make().map_err(|error| Error::unavailable("no temporary folder could be made", error))?;
        let settings = Settings {
            data: folder.path().join("store"),
            ..around.settings.clone()
        };
        let bar = super::import::bar();
        let report = replay::replay(
            &settings,
            &request,
            |step| {
                bar.set_length(step.all);
                bar.set_position(step.done);
            },
            |event| {
                if let Some(events) = &mut events {
                    events.add(&event.into());
                }
            },
        );
        bar.finish_and_clear();
        let view = answers::replayed(&report?, begun.elapsed());
        let lines = events.map(Events::close).transpose()?.flatten();
        match lines {
            Some(lines) => Ok(lines),
            None if self.short => Ok(view.short(&around.style)),
            None => around.told(&view),
        }
    }
}

/// Waits for the end of a replay and removes its folder; nobody types it.
#[derive(Debug, clap::Args)]
pub(crate) struct Sweep {
    /// The folder
    folder: PathBuf,
}

impl Sweep {
    /// Waits, and removes the folder.
    pub(super) fn run(self) -> Result<String, Error> {
        replay::sweep(&self.folder).map_err(|error| Error::unavailable("the folder could not be removed", error))?;
        Ok(String::new())
    }
}

/// The file of events: it takes its place when it is whole.
struct Events {
    /// Nothing for standard output.
    path: Option<PathBuf>,
    file: BufWriter<NamedTempFile>,
    failed: Option<std::io::Error>,
}

impl Events {
    fn open(path: &Path) -> Result<Self, Error> {
        let here = path == Path::new(HERE);
        let made = if here {
            NamedTempFile::new()
        } else {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))
        };
        let file = made.map_err(|error| unwritable(path, &error))?;
        Ok(Self {
            path: (!here).then(|| path.to_owned()),
            file: BufWriter::new(file),
            failed: None,
        })
    }

    fn add(&mut self, event: &ReplayEvent) {
        if self.failed.is_none() {
            let line = serde_json::to_string(event).map_err(std::io::Error::from);
            self.failed = line.and_then(|line| writeln!(self.file, "{line}")).err();
        }
    }

    /// Puts the file in its place; returns its text instead when it is to be printed.
    fn close(self) -> Result<Option<String>, Error> {
        let path = self.path.clone().unwrap_or_else(|| HERE.into());
        let fail = |error: std::io::Error| unwritable(&path, &error);
        if let Some(error) = self.failed {
            return Err(fail(error));
        }
        let file = self.file.into_inner().map_err(|error| fail(error.into_error()))?;
        if self.path.is_none() {
            return std::fs::read_to_string(file.path()).map(Some).map_err(fail);
        }
        file.persist(&path).map_err(|error| fail(error.error))?;
        Ok(None)
    }
}

fn unwritable(path: &Path, error: &std::io::Error) -> Error {
    let what = format!("could not write {}", path.display());
    if let (ErrorKind::NotFound, Some(folder)) = (error.kind(), path.parent()) {
        return Error::new(Kind::User, format!("{what}: there is no folder {}", folder.display()))
            .hint("Make it, or name a file in a folder that is there; --events - is standard output");
    }
    // The error itself names the temporary file, which nobody asked for.
    let error = std::io::Error::from(error.kind());
    Error::unavailable(&what, error)
        .hint("--events names a file in a folder that can be written, or - for standard output")
}
