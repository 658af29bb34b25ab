//! `callus serve`: every route on one runtime, from the first line that it says to the close of the store.

use std::net::SocketAddr;
use std::sync::LazyLock;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::from_fn_with_state;
use axum::routing::get;

use super::app::{App, Log};
use super::door::Door;
use super::error::HttpError;
use super::limits::{self, Limits};
use super::openapi::document;
use super::serve::{asked_to_end, listen};
use super::token::Token;
use super::v1;
use crate::mcp::{self, Desk, Options, THREADS};

/// What kind of server is wanted.
#[derive(Debug)]
pub struct Wanted {
    /// Where it listens.
    pub address: SocketAddr,
    /// What lets a client in; without one everybody on this machine is.
    pub token: Option<Token>,
    /// Names that it goes by, beside its own.
    pub hosts: Vec<String>,
    /// Pages that may ask it, beside its own.
    pub origins: Vec<String>,
    /// Nothing that writes is done.
    pub read_only: bool,
    /// How much is taken from clients.
    pub limits: Limits,
}

/// Serves until the system asks this process to end. `begun` is told where, once clients can come.
pub fn serve(wanted: Wanted, desk: &Desk, log: Option<Log>, begun: impl FnOnce(SocketAddr)) -> Result<(), HttpError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .max_blocking_threads(THREADS)
        .enable_all()
        .build()
        .map_err(HttpError::Runtime)?;
    runtime.block_on(async {
        if wanted.token.is_none() && !wanted.address.ip().is_loopback() {
            return Err(HttpError::Open(wanted.address));
        }
        let end = asked_to_end().map_err(HttpError::Runtime)?;
        let listener = listen(wanted.address)?;
        let address = listener.local_addr().map_err(HttpError::Runtime)?;
        let door = Door::new(address, wanted.token, &wanted.hosts, &wanted.origins)?;
        let app = App::new(routes(desk, &door, wanted.read_only), &door, wanted.limits, log);
        begun(address);
        app.serve(listener, end).await;
        Ok(())
    })
}

fn routes(desk: &Desk, door: &Door, read_only: bool) -> Router {
    static DOCUMENT: LazyLock<String> = LazyLock::new(|| document().to_string());
    let options = Options {
        read_only,
        ..Options::default()
    };
    // Its streams end with the connections.
    let (endpoint, sessions) = mcp::streamable(desk.clone(), options, door.web());
    Router::new()
        .route_service("/mcp", endpoint)
        .route_layer(from_fn_with_state(sessions, limits::room_for_a_session))
        .route(
            "/openapi.json",
            get(|| async { ([(CONTENT_TYPE, "application/json")], DOCUMENT.as_str()) }),
        )
        .merge(v1::routes(desk, read_only))
}
