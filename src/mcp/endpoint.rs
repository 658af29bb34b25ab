//! The same server over HTTP, as a service that `http` mounts.

use std::sync::Arc;

use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};

use super::{Desk, Options, Server};

/// What answers MCP over HTTP.
pub type Endpoint = StreamableHttpService<Server, LocalSessionManager>;

/// How MCP is spoken over HTTP.
#[derive(Debug, Clone)]
pub struct Web {
    /// The `Host`s that it answers to: names, or names with a port.
    pub hosts: Vec<String>,
    /// The `Origin`s that a browser may ask from, each with scheme and port; from all others nothing is answered.
    pub origins: Vec<String>,
    /// Most bytes of a request.
    pub largest: usize,
}

/// The sessions of clients of the versions before 2026-07-28.
#[derive(Debug, Clone, Default)]
pub struct Sessions(Arc<LocalSessionManager>);

impl Sessions {
    /// Returns how many are open. One in which nothing is asked for five minutes is closed.
    pub async fn open(&self) -> usize {
        self.0.sessions.read().await.len()
    }
}

/// Returns the server as a service for HTTP, and the sessions that clients open there. Each request has a server of its own at this
/// one desk; a client of the versions before 2026-07-28 has a session, in which it can cancel what it asked.
#[must_use]
pub fn streamable(desk: Desk, options: Options, web: Web) -> (Endpoint, Sessions) {
    let config = StreamableHttpServerConfig::default()
        .with_allowed_hosts(web.hosts)
        .with_allowed_origins(web.origins)
        .enforce_origin_validation()
        .with_max_request_body_bytes(web.largest);
    let sessions = Sessions::default();
    let server = Server::new(desk, options);
    let endpoint = Endpoint::new(move || Ok(server.clone()), Arc::clone(&sessions.0), config);
    (endpoint, sessions)
}
