//! `callus mcp`: what an assistant starts to ask its questions.

use crate::cli::{Error, Kind};
use crate::config::Settings;
use crate::mcp;

/// Answer an assistant's questions over MCP, on standard input and output
#[derive(Debug, clap::Args)]
pub(crate) struct Mcp {}

impl Mcp {
    /// Serves until the client leaves.
    pub(super) fn run() -> Result<String, Error> {
        mcp::serve(Settings::load).map_err(|error| {
            Error::new(Kind::Unavailable, error)
                .hint("An assistant starts this by itself; callus install claude-code says how")
        })?;
        Ok(String::new())
    }
}
