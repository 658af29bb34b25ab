//! The MCP server: what an agent asks while it works, on standard input and output or over HTTP.
//!
//! Answers are text only: where a client sees structured content too, its model is shown only that, and the same
//! words would be sent twice.

mod asking;
mod calls;
mod completion;
mod desk;
mod endpoint;
mod era;
mod passes;
mod prompts;
mod refusal;
mod resources;
mod schema;
mod server;
mod skills;
mod tools;
mod waiting;

use std::time::Duration;

use rmcp::ServiceExt as _;
use rmcp::service::ServerInitializeError;

use crate::domain::trace::SessionKey;

pub use desk::{Asked, Desk, THREADS};
pub use endpoint::{Endpoint, Sessions, Web, streamable};
pub use refusal::{Kind, Refusal};
pub use server::Server;

/// How a server is meant to answer.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Only the tools that read are there.
    pub read_only: bool,
    /// The folder whose project is meant where none is named: for a client's own server the one it was started in.
    pub folder: Option<String>,
    /// The session that the server was started for, where its client says so.
    pub session: Option<SessionKey>,
}

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
pub fn serve(desk: Desk, options: Options) -> Result<(), McpError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        // Where the standard streams are no pipes, reading and writing take a thread each.
        .max_blocking_threads(THREADS + 2)
        .enable_all()
        .build()
        .map_err(McpError::Runtime)?;
    let served = runtime.block_on(async {
        let server = Server::new(desk, options);
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
    });
    // What is being taken in when the client leaves waits for the next process, as after a kill.
    runtime.shutdown_timeout(LAST);
    served
}

/// How long the process stays when its client has left, to end what it was writing.
const LAST: Duration = Duration::from_secs(5);
