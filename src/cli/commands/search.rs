//! `callus search`: failure modes by words.

use crate::answers::{self, Filters, SearchQuery};
use crate::cli::Error;
use crate::cli::terminal::{Surroundings, folder, here};
use crate::flow;

/// Search failure modes by words, or by an error text as it stands
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  callus search exec format
  callus search 'go: command not found'
  callus search timeout tool:Bash since:7d   Filters may stand in the query
  callus search -- --no-stat                 Words that begin with a dash stand behind --")]
pub(crate) struct Search {
    /// The words; none to list what the filters leave
    #[arg(value_name = "QUERY")]
    query: Vec<String>,
    #[command(flatten)]
    narrowed: Narrowed,
    /// Look at other projects too: their templates, and what holds everywhere
    #[arg(long)]
    all_projects: bool,
    /// List at most so many
    #[arg(long, value_name = "N")]
    limit: Option<u32>,
    /// Read on where the page before ended: its "next" in JSON
    #[arg(long, value_name = "CURSOR")]
    cursor: Option<String>,
}

/// What the search is narrowed to.
#[derive(Debug, clap::Args)]
struct Narrowed {
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
    /// Look at sessions with this label
    #[arg(long, value_name = "KEY=VALUE")]
    label: Option<String>,
    /// Look at one subagent: its kind or id
    #[arg(long, value_name = "AGENT")]
    agent: Option<String>,
    /// Look at one tool, subagent or step of a pipeline
    #[arg(long, value_name = "NODE")]
    node: Option<String>,
    /// Look at one type of error
    #[arg(long = "type", value_name = "TYPE")]
    error_type: Option<String>,
    /// Look at one session
    #[arg(long, value_name = "SESSION")]
    session: Option<String>,
    /// Look at one environment: sessions labelled env=ENV
    #[arg(long, value_name = "ENV")]
    env: Option<String>,
}

impl Search {
    /// Returns what was found.
    pub(super) fn run(self, around: &Surroundings) -> Result<String, Error> {
        let store = flow::searchable(&around.settings)?;
        let query = SearchQuery {
            query: self.query.join(" "),
            filters: self.narrowed.filters(),
            scope: self.all_projects.then(|| "all".to_owned()),
            limit: self.limit,
            cursor: self.cursor,
            here: here(),
        };
        around.told(&answers::search(&store, &query, around.now(), &around.style.zone)?)
    }
}

impl Narrowed {
    fn filters(self) -> Filters {
        Filters {
            since: self.since,
            project: self.project.map(folder),
            tool: self.tool,
            model: self.model,
            assistant: self.assistant,
            status: self.status,
            label: self.label,
            agent: self.agent,
            node: self.node,
            error_type: self.error_type,
            session: self.session,
            env: self.env,
        }
    }
}
