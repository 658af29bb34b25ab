//! The MCP server on standard input and output: three questions that an agent asks while it works.
//!
//! Answers are text only: where a client sees structured content too, its model is shown only that, and the same
//! words would be sent twice.

mod desk;
mod schema;
mod server;

use rmcp::ServiceExt as _;
use rmcp::service::ServerInitializeError;

use crate::config::Settings;
use server::Server;

/// Why the server stopped before its client did.
#[derive(Debug, thiserror::Error)]
pub enum McpError {
    /// The runtime could not be started.
    #[error("could not start the server")]
    Runtime(#[source] std::io::Error),
    /// The client did not speak MCP.
    #[error("the client did not begin a session")]
    Begin(#[source] Box<ServerInitializeError>),
    /// The connection broke.
    #[error("the server stopped")]
    Stopped(#[source] tokio::task::JoinError),
}

/// Serves until the client closes its end. A client that only looked whether we are here, and left, is no error.
pub fn serve(settings: Settings) -> Result<(), McpError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(McpError::Runtime)?;
    runtime.block_on(async {
        let running = match Server::new(settings).serve(rmcp::transport::io::stdio_pipes()).await {
            Ok(running) => running,
            Err(ServerInitializeError::ConnectionClosed(_)) => return Ok(()),
            Err(error) => return Err(McpError::Begin(Box::new(error))),
        };
        running.waiting().await.map(drop).map_err(McpError::Stopped)
    })
}
