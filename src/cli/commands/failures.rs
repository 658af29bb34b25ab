//! `callus failures`: what fails.

use crate::answers::{self, FailuresQuery};
use crate::cli::Error;
use crate::cli::terminal::{Surroundings, folder, here};
use crate::flow;

/// List what fails, the failure modes met in most sessions first
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  callus failures --since 7d --project .
  callus failures --tool 'go test'      One command; Bash, Edit or an MCP server work too
  callus failures --expected            What was set aside as nobody's fault, and why")]
pub(crate) struct Failures {
    /// Begin here: a span (7d, 2h), a date, today or all
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Look at one project: its name, its remote or a folder in it
    #[arg(long, value_name = "PROJECT")]
    project: Option<String>,
    /// Look at one tool, command or MCP server
    #[arg(long, value_name = "TOOL")]
    tool: Option<String>,
    /// Look at models whose name contains this
    #[arg(long, value_name = "MODEL")]
    model: Option<String>,
    /// Look at one assistant
    #[arg(long, value_name = "ASSISTANT")]
    assistant: Option<String>,
    /// Choose open, resolved, muted or all
    #[arg(long, value_name = "STATUS")]
    status: Option<String>,
    /// List what was set aside as nobody's fault instead
    #[arg(long)]
    expected: bool,
    /// List at most so many
    #[arg(long, value_name = "N")]
    limit: Option<u32>,
    /// Read on where the page before ended: its "next" in JSON
    #[arg(long, value_name = "CURSOR")]
    cursor: Option<String>,
}

impl Failures {
    /// Returns the list.
    pub(super) fn run(self, around: &Surroundings) -> Result<String, Error> {
        let store = flow::ready(&around.settings)?;
        let query = FailuresQuery {
            since: self.since,
            project: self.project.map(folder),
            tool: self.tool,
            model: self.model,
            assistant: self.assistant,
            status: self.status,
            expected: self.expected,
            limit: self.limit,
            cursor: self.cursor,
            here: here(),
        };
        around.told(&answers::failures(&store, &query, around.now(), &around.style.zone)?)
    }
}
