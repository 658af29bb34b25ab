//! `callus count`: how often has this failed, and what was tried?

use crate::answers::{self, CountQuery};
use crate::cli::Error;
use crate::cli::terminal::{Surroundings, folder, here};
use crate::flow;

/// Count how often something failed, and tell what was tried: what to ask before trying again
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  callus count 7k2m9q1x --since 1h
  callus count --node charge-card --error 'TimeoutError: no answer after 30 s'
  callus count --tool 'go test' --project . --since 7d")]
pub(crate) struct Count {
    /// Count a failure mode, or the very error of one of its failures
    #[arg(value_name = "ID")]
    mode: Option<String>,
    /// Count an error, by its text
    #[arg(long, value_name = "TEXT", conflicts_with = "mode")]
    error: Option<String>,
    /// Count a tool, or the head of a command
    #[arg(long, value_name = "TOOL")]
    tool: Option<String>,
    /// Count a part of a program, such as a step of a pipeline
    #[arg(long, value_name = "NODE")]
    node: Option<String>,
    /// Count an agent
    #[arg(long, value_name = "AGENT")]
    agent: Option<String>,
    /// Count a session
    #[arg(long, value_name = "ID")]
    session: Option<String>,
    /// Count a project: its name, its remote or a folder in it
    #[arg(long, value_name = "PROJECT")]
    project: Option<String>,
    /// Begin here: a span (30d when left out), a date, today or all
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
}

impl Count {
    /// Returns the figures.
    pub(super) fn run(self, around: &Surroundings) -> Result<String, Error> {
        let store = flow::ready(&around.settings)?;
        let query = CountQuery {
            mode: self.mode,
            error: self.error,
            tool: self.tool,
            node: self.node,
            agent: self.agent,
            session: self.session,
            project: self.project.map(folder),
            since: self.since,
            here: here(),
        };
        around.told(&answers::counted(&store, &query, around.now(), &around.style.zone)?)
    }
}
