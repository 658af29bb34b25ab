//! `callus mcp`: what an assistant starts to ask its questions.

use crate::assistants::server_session;
use crate::cli::{Error, Kind};
use crate::config::{self, Settings};
use crate::mcp::{self, Desk, Options};

/// Answer an assistant's questions over MCP, on standard input and output
#[derive(Debug, clap::Args)]
pub(crate) struct Mcp {
    /// Offer only the tools that read
    #[arg(long)]
    read_only: bool,
}

impl Mcp {
    /// Serves until the client leaves.
    pub(super) fn run(self) -> Result<String, Error> {
        // Clients choose the folder of the session: what is decided in a project is told only there.
        let folder = std::fs::canonicalize(".").ok();
        let options = Options {
            read_only: self.read_only,
            folder: folder.map(|folder| folder.display().to_string()),
            session: server_session(config::variable),
        };
        mcp::serve(Desk::new(Settings::load), options).map_err(|error| {
            Error::new(Kind::Unavailable, error)
                .hint("An assistant starts this by itself; callus install claude-code says how")
        })?;
        Ok(String::new())
    }
}
