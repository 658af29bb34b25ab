//! Our MCP server, as every client's configuration names it.

use std::path::Path;

use serde_json::Value;

/// Its name in a client's configuration.
pub const NAME: &str = "callus";

/// The file name of our program: by it an entry of ours is known when nothing else tells.
pub const BINARY: &str = "callus";

/// The argument with which our program serves a client that starts it.
pub const SERVES: &str = "mcp";

/// The environment variable that holds the token of a server that is asked over HTTP.
pub const TOKEN: &str = "CALLUS_TOKEN";

/// Every tool of the server. An agent may call each without a question to the person.
///
/// Six only read. What the other three write is a claim of an agent in a store on this machine: it is redacted, kept
/// apart from what a person says, told to nobody as a person's word, and taken back by `callus resolve --not` and
/// `callus forget`. No tool runs a command, changes a file or reaches the network. A question at each of them would
/// teach people to press yes, or the agent to leave them alone.
pub const TOOLS: &[&str] = &[
    "failure_check",
    "failure_search",
    "failure_get",
    "failure_report",
    "failure_count",
    "skill_lookup",
    "failure_record",
    "failure_resolve",
    "failure_feedback",
];

/// How a client reaches the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Server {
    /// It starts our program, and speaks to it through pipes.
    Program {
        /// The program's path.
        path: String,
        /// Variables that choose the store, each with its value: a client may hand on none of its own.
        routes: Vec<(String, String)>,
    },
    /// It asks one that runs at this address.
    Address(String),
}

/// What stands under our server's name in a client's configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Nothing.
    Absent,
    /// Ours, reached in this way.
    Ours(Reached),
    /// Somebody else's.
    Foreign,
}

/// How an entry of ours reaches the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reached {
    /// By this program.
    Program(String),
    /// At this address.
    Address(String),
}

impl Server {
    /// Returns the way in words: what is run, or which address is asked.
    #[must_use]
    pub fn way(&self) -> String {
        match self {
            Self::Program { path, .. } => format!("{path} {SERVES}"),
            Self::Address(address) => address.clone(),
        }
    }
}

/// Returns what an entry in the form that most clients share is: `command` and `args`, or an address under `url` beside
/// a `token` that names our variable.
#[must_use]
pub fn found(entry: &Value, token: &Value) -> Found {
    if entry.is_null() {
        return Found::Absent;
    }
    let program = entry["command"].as_str().unwrap_or_default();
    if Path::new(program).file_name().is_some_and(|name| name == BINARY) && entry["args"][0] == SERVES {
        return Found::Ours(Reached::Program(program.to_owned()));
    }
    match (entry["url"].as_str(), token.as_str()) {
        (Some(url), Some(token)) if token.contains(TOKEN) => Found::Ours(Reached::Address(url.to_owned())),
        _ => Found::Foreign,
    }
}
