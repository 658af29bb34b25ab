//! The routes behind what every request passes: the door, the limits, and a shield against what breaks.

use std::any::Any;
use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderName, Method, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::door::{self, Door};
use super::limits::{self, Gauge, Limits};
use super::problem::worded;

/// Takes one line for each request.
pub type Log = Arc<dyn Fn(&str) + Send + Sync>;

/// What is served, behind what every request passes.
pub struct App {
    pub(super) router: Router,
    pub(super) gauge: Gauge,
}

/// Headers of the protocols that a page may send.
const SENT: [HeaderName; 6] = [
    AUTHORIZATION,
    CONTENT_TYPE,
    HeaderName::from_static("mcp-protocol-version"),
    HeaderName::from_static("mcp-method"),
    HeaderName::from_static("mcp-name"),
    HeaderName::from_static("mcp-session-id"),
];
/// Headers that a page may read.
const READ: [HeaderName; 3] = [HeaderName::from_static("mcp-session-id"), RETRY_AFTER, WWW_AUTHENTICATE];

impl App {
    /// Returns the routes behind door and limits. `/healthz` stands before both: it tells nothing but that it is there.
    /// With `log`, each request makes one line, without what it carries.
    #[must_use]
    pub fn new(served: Router, door: &Door, limits: Limits, log: Option<Log>) -> Self {
        let gauge = Gauge::new(limits);
        let mut guarded = served
            .fallback(|| async { StatusCode::NOT_FOUND })
            .layer(from_fn_with_state(gauge.clone(), limits::measured))
            .layer(from_fn_with_state(door.clone(), door::known));
        if door.has_pages() {
            guarded = guarded.layer(told_to_browsers(door.clone()));
        }
        let guarded = guarded.layer(from_fn_with_state(door.clone(), door::called_rightly));
        let health = get(|| async { ([(CACHE_CONTROL, "no-store")], Json(json!({"status": "ok"}))) });
        let mut router = Router::new()
            .route("/healthz", health)
            .merge(guarded)
            .layer(CatchPanicLayer::custom(|_: Box<dyn Any + Send>| broken()))
            .layer(from_fn(worded));
        if let Some(log) = log {
            router = router.layer(from_fn_with_state(log, logged));
        }
        Self { router, gauge }
    }
}

/// Tells browsers which pages may ask, and how.
fn told_to_browsers(door: Door) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(move |origin, _| door.is_page(origin)))
        .allow_methods([Method::GET, Method::POST, Method::DELETE])
        .allow_headers(SENT)
        .expose_headers(READ)
}

/// What broke has said so on standard error; the client learns that it was not its fault.
fn broken() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}

/// Writes one line about a request: what was asked for, what came of it, how long it took.
async fn logged(State(log): State<Log>, request: Request, next: Next) -> Response {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let (size, begun) = (limits::size(&request), Instant::now());
    let response = next.run(request).await;
    let took = begun.elapsed().as_micros() as f64 / 1_000.0;
    log(&format!(
        "{method} {path} {size} B -> {} in {took:.1} ms",
        response.status().as_u16()
    ));
    response
}

#[cfg(test)]
mod tests;
