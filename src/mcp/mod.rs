//! The MCP server on standard input and output: four questions that an agent asks while it works.
//!
//! Answers are text only: where a client sees structured content too, its model is shown only that, and the same
//! words would be sent twice.

mod desk;
mod schema;
mod server;

use rmcp::ServiceExt as _;
use rmcp::service::ServerInitializeError;

use crate::config::{ConfigError, Settings};
use desk::Desk;
use server::Server;

/// Why the server stopped before its client did.
#[derive(Debug, thiserror::Error)]
pub enum McpError {
    /// The runtime could not be started.
    #[error("could not start the server")]
    Runtime(#[source] std::io::Error),
    /// The client did not speak MCP.
    #[error("the client did not begin with a request")]
    Begin,
    /// The connection broke.
    #[error("the server stopped")]
    Stopped(#[source] tokio::task::JoinError),
}

/// Serves until the client closes its end. A client that leaves early, even before its first answer, is no error.
///
/// The settings are read with `load` for each question.
pub fn serve(load: impl Fn() -> Result<Settings, ConfigError> + Send + Sync + 'static) -> Result<(), McpError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        // Questions are answered one after another: a crowd of them needs no crowd of threads. Where the standard
        // streams are no pipes, reading and writing take a thread each.
        .max_blocking_threads(4)
        .enable_all()
        .build()
        .map_err(McpError::Runtime)?;
    runtime.block_on(async {
        let server = Server::new(Desk::new(load));
        match server.serve(rmcp::transport::io::stdio_pipes()).await {
            Ok(running) => running.waiting().await.map(drop).map_err(McpError::Stopped),
            // The message itself is not repeated: whatever it is, the client wrote it.
            Err(
                ServerInitializeError::ExpectedInitializeRequest(_)
                | ServerInitializeError::UnexpectedInitializeResponse(_)
                | ServerInitializeError::InitializeFailed(_),
            ) => Err(McpError::Begin),
            // The connection was closed, before the first request or before its answer.
            Err(_) => Ok(()),
        }
    })
}
