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

/// Ends every open stream of an endpoint, which would keep the process alive.
#[derive(Debug, Clone)]
pub struct Stop(StreamableHttpServerConfig);

impl Stop {
    /// Ends them.
    pub fn now(&self) {
        self.0.cancellation_token.cancel();
    }
}

/// Returns the server as a service for HTTP, and what ends its streams. Each request has a server of its own at this
/// one desk; a client of the versions before 2026-07-28 has a session, in which it can cancel what it asked.
#[must_use]
pub fn streamable(desk: Desk, options: Options, web: Web) -> (Endpoint, Stop) {
    let config = StreamableHttpServerConfig::default()
        .with_allowed_hosts(web.hosts)
        .with_allowed_origins(web.origins)
        .enforce_origin_validation()
        .with_max_request_body_bytes(web.largest);
    let stop = Stop(config.clone());
    let server = Server::new(desk, options);
    let endpoint = Endpoint::new(move || Ok(server.clone()), Arc::default(), config);
    (endpoint, stop)
}
