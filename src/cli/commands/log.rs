//! `callus log`: what happens, one line each, also while it happens.

use std::time::Duration;

use crate::answers::{self, Answer, LogLine, LogQuery};
use crate::cli::reader::Reader;
use crate::cli::terminal::{Surroundings, folder};
use crate::cli::{Error, Kind, print};
use crate::config::Settings;
use crate::flow::{self, FlowError};
use crate::store::{Store, StoreError};

/// Lines before the first new one.
const BEFORE: u32 = 10;
/// How often it is looked whether something has come.
const PAUSE: Duration = Duration::from_millis(300);

/// List what happened, one line each, newest last: failures, what agents were told, what was learnt
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  callus log                       The last 50 lines
  callus log -f                    The last 10, and whatever comes until Ctrl-C
  callus log --level failure --since today --project .

Levels, each with all before it:
  failure (error)   failures that count
  hint (warn)       hints, warnings and briefs that agents were sent
  skill (info)      skills that were written, remedies that somebody gave or judged; as without --level
  all (debug)       failures that were set aside, and what was only noted

With --json each line is a document of its own. What comes late is shown when it comes, up to a day late, or as far
back as --since says.")]
pub(crate) struct Log {
    /// Go on with what comes, until Ctrl-C
    #[arg(short = 'f', long)]
    follow: bool,
    /// Show down to this level: failure, hint, skill or all
    #[arg(long, value_name = "LEVEL")]
    level: Option<String>,
    /// Begin here: a span (7d, 2h), a date, today or all
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Look at one project: its name, its remote or a folder in it
    #[arg(long, value_name = "PROJECT")]
    project: Option<String>,
    /// List at most so many, the newest
    #[arg(short = 'n', long, value_name = "N")]
    limit: Option<u32>,
}

impl Log {
    /// Returns what happened; or prints it, with all that comes, until somebody ends it.
    pub(super) fn run(self, around: &Surroundings) -> Result<String, Error> {
        let follow = self.follow;
        let limit = self.limit.or((follow && self.since.is_none()).then_some(BEFORE));
        let query = LogQuery {
            level: self.level,
            since: self.since,
            project: self.project.map(folder),
            limit,
        };
        let store = flow::ready(&around.settings)?;
        if follow {
            followed(store, &query, around)?;
            return Ok(String::new());
        }
        let view = answers::log(&store, &query, around.now(), &around.style.zone)?;
        if around.json() {
            return lines(&view.lines, around);
        }
        if view.lines.is_empty() {
            return Ok("Nothing happened that fits what was asked for.\n".to_owned());
        }
        Ok(view.text(&around.line_style()))
    }
}

/// Prints the end of the log and what comes behind it, until nobody wants more.
fn followed(store: Store, query: &LogQuery, around: &Surroundings) -> Result<(), Error> {
    let failed = |error| Error::unavailable("what comes could not be waited for", error);
    let reader = Reader::listen().map_err(failed)?;
    let (view, mut following) = answers::follow(&store, query, around.now(), &around.style.zone)?;
    print(&around.printable(&lines(&view.lines, around)?))?;
    let mut kept = Some(store);
    while reader.waits(PAUSE).map_err(failed)? {
        kept = current(kept, &around.settings)?;
        let Some(store) = &kept else { continue };
        let news = match following.next(store) {
            Err(answers::AnswerError::Store(StoreError::Busy)) => continue,
            news => news?,
        };
        if !news.is_empty() {
            print(&around.printable(&lines(&news, around)?))?;
        }
    }
    Ok(())
}

/// Returns the store, drained: another one where the file was replaced; none while there is none, for whoever reads
/// along makes none where everything was removed.
fn current(kept: Option<Store>, settings: &Settings) -> Result<Option<Store>, Error> {
    let found = match kept.filter(|store| !store.is_replaced()) {
        Some(mut store) => flow::refresh(&mut store, settings).map(|()| Some(store)),
        None => flow::ready_if_recorded(settings).map(Some),
    };
    match found {
        Err(FlowError::Store(StoreError::Missing { .. } | StoreError::Busy)) => Ok(None),
        found => Ok(found?),
    }
}

/// Returns lines as they are wanted: as text, or each as a JSON document.
fn lines(lines: &[LogLine], around: &Surroundings) -> Result<String, Error> {
    if !around.json() {
        let style = around.line_style();
        return Ok(lines.iter().map(|line| line.text(&style)).collect());
    }
    let mut out = String::new();
    for line in lines {
        out += &serde_json::to_string(line).map_err(|error| Error::new(Kind::Internal, error))?;
        out.push('\n');
    }
    Ok(out)
}
