//! What is said in place of an answer: what was wrong, where, and what to do, as JSON on every route.

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;

/// Why there is no answer.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "Error")]
pub(super) struct Told {
    /// What was wrong.
    error: Reason,
}

/// Why there is no answer, in words for people.
#[derive(Debug, Clone, Serialize, JsonSchema)]
struct Reason {
    /// What was wrong.
    what: String,
    /// Where: method and path, and below them the field or header.
    #[serde(rename = "where")]
    place: String,
    /// What to do about it.
    next: String,
}

/// A problem on its way to the client. [`worded`] writes it down.
#[derive(Debug, Clone)]
pub(super) struct Problem {
    status: StatusCode,
    what: String,
    part: Option<String>,
    next: String,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// What is said where a status has no words of its own yet: status, what, what to do.
const WORDS: &[(StatusCode, &str, &str)] = &[
    (
        StatusCode::NOT_FOUND,
        "there is nothing at this path",
        "GET /openapi.json describes every path",
    ),
    (
        StatusCode::METHOD_NOT_ALLOWED,
        "this path does not take this method",
        "The header `allow` names those that it takes; GET /openapi.json describes them",
    ),
    (
        StatusCode::NOT_ACCEPTABLE,
        "the client takes no form that there is",
        "Send the header `accept: application/json, text/event-stream`",
    ),
    (
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "the body is not said to be JSON",
        "Send JSON with the header `content-type: application/json`",
    ),
    (
        StatusCode::INTERNAL_SERVER_ERROR,
        "this question broke callus, which is a fault of callus",
        "`callus doctor` in a shell tells more",
    ),
];
/// What to do about anything else.
const ANY: &str = "GET /openapi.json describes what is expected";
/// The most bytes of another's words that are repeated.
const MOST: usize = 2_000;

impl Problem {
    pub(super) fn new(status: StatusCode, what: impl Into<String>, next: impl Into<String>) -> Self {
        Self {
            status,
            what: what.into(),
            part: None,
            next: next.into(),
            headers: Vec::new(),
        }
    }

    /// Returns the problem with the part of the request that has it.
    pub(super) fn at(mut self, part: impl Into<String>) -> Self {
        self.part = Some(part.into());
        self
    }

    /// Returns the problem with a header of the answer.
    pub(super) fn with(mut self, name: HeaderName, value: impl Into<HeaderValue>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Returns the problem with the seconds after which another try is worth it.
    pub(super) fn again_in(self, seconds: u64) -> Self {
        self.with(RETRY_AFTER, seconds)
    }

    /// Returns what the library said, if anything, in our form.
    fn of(status: StatusCode, said: &str) -> Self {
        let known = WORDS.iter().find(|(known, ..)| *known == status);
        let (what, next) = known.map_or(("the request was refused", ANY), |(_, what, next)| (*what, *next));
        let said = said.trim();
        Self::new(status, if said.is_empty() { what } else { said }, next)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Writes every error down as JSON, whoever found it: a check of ours, the router, or a library with a line of text.
pub(super) async fn worded(request: Request, next: Next) -> Response {
    let place = format!("{} {}", request.method(), request.uri().path());
    let response = next.run(request).await;
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let (mut head, body) = response.into_parts();
    let problem = match head.extensions.remove::<Problem>() {
        Some(problem) => problem,
        // A protocol's own error is JSON already.
        None if is_json(head.headers.get(CONTENT_TYPE)) => return Response::from_parts(head, body),
        None => Problem::of(status, &text(body).await),
    };
    let told = Told {
        error: Reason {
            what: problem.what,
            place: problem.part.map_or(place.clone(), |part| format!("{place}: {part}")),
            next: problem.next,
        },
    };
    let mut response = (status, Json(told)).into_response();
    for (name, value) in head
        .headers
        .iter()
        .filter(|(name, _)| ![CONTENT_TYPE, CONTENT_LENGTH].contains(*name))
    {
        response.headers_mut().append(name, value.clone());
    }
    response.headers_mut().extend(problem.headers);
    response
}

fn is_json(kind: Option<&HeaderValue>) -> bool {
    kind.and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/json"))
}

async fn text(body: Body) -> String {
    let bytes = to_bytes(body, MOST).await.unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}
