//! `callus report`: what has been failing lately.

use std::fs;

use crate::answers::{self, ReportQuery};
use crate::cli::Error;
use crate::cli::terminal::{Surroundings, folder, here};
use crate::config::Settings;
use crate::flow;
use crate::flow::import::Request;

/// Show what has been failing lately
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  callus report                 The last seven days, or the last ones that hold sessions
  callus report --since 30d --project api")]
pub(crate) struct Report {
    /// Begin here: a span (7d, 2h), a date, today or all
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Look at one project: its name, its remote or a folder in it
    #[arg(long, value_name = "PROJECT")]
    project: Option<String>,
    /// Also by tool, node, agent, model, assistant, type, project or session
    #[arg(long, value_name = "WHAT")]
    by: Option<String>,
    /// Show what a report is like, on four invented sessions
    #[arg(long, conflicts_with_all = ["since", "project", "by"])]
    sample: bool,
}

/// What stands above the report of the sample.
const SAMPLE_HEAD: &str = "A sample: four invented sessions, recorded nowhere.\n\n";

impl Report {
    /// Returns the report.
    pub(super) fn run(self, around: &Surroundings) -> Result<String, Error> {
        if self.sample {
            return sample(around);
        }
        let store = flow::ready(&around.settings)?;
        let query = ReportQuery {
            since: self.since,
            project: self.project.map(folder),
            by: self.by,
            here: here(),
            person: true,
            ..ReportQuery::default()
        };
        around.told(&answers::report(&store, &query, around.now(), &around.style.zone)?)
    }
}

/// Takes the bundled sessions the way that real ones go, into a store that is gone afterwards.
fn sample(around: &Surroundings) -> Result<String, Error> {
    let failed = |error| Error::unavailable("the sample could not be written", error);
    let home = tempfile::tempdir().map_err(failed)?;
    let transcripts = home.path().join("transcripts");
    fs::create_dir(&transcripts).map_err(failed)?;
    for (name, text) in answers::SAMPLE {
        fs::write(transcripts.join(name), text).map_err(failed)?;
    }
    let settings = Settings {
        data: home.path().join("store"),
        temporary: home.path().to_owned(),
        ..around.settings.clone()
    };
    let mut store = flow::ready(&settings)?;
    let request = Request {
        paths: vec![transcripts],
        ..Request::default()
    };
    flow::import::import(&mut store, &settings, &request, |_, _| {})?;
    let query = ReportQuery {
        since: Some("all".to_owned()),
        person: true,
        ..ReportQuery::default()
    };
    let mut view = answers::report(&store, &query, around.now(), &around.style.zone)?;
    view.sample = true;
    let told = around.told(&view)?;
    Ok(if around.json() {
        told
    } else {
        format!("{SAMPLE_HEAD}{told}")
    })
}
