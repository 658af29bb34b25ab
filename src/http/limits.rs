//! How much is taken from clients, and how long anything may take.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody as _};
use axum::extract::{Request, State};
use axum::http::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use futures_util::StreamExt as _;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::sync::{Semaphore, watch};
use tokio::time::{sleep, timeout};

use super::problem::Problem;
use crate::mcp::Sessions;

/// How much is taken from clients.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Requests a second, on average; ten seconds' worth may come at once.
    pub rate: NonZeroU32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { rate: RATE }
    }
}

/// Requests a second, unless another number is wanted.
pub const RATE: NonZeroU32 = NonZeroU32::new(100).expect("it is not zero");
/// Seconds' worth of requests that may come at once.
const BURST: u32 = 10;
/// The largest body in bytes.
pub(super) const BODY: usize = 1 << 20;
/// So much of a larger body is read and thrown away: a client that is cut off while it writes never reads why.
const THROWN_AWAY: usize = 32 << 20;
/// Requests that are answered at once; the others wait.
const AT_ONCE: u32 = 64;
/// How long a request waits for its turn.
const TURN: Duration = Duration::from_secs(10);
/// How long a body may take to arrive.
const ARRIVAL: Duration = Duration::from_secs(10);
/// How long an answer may take to begin.
const ANSWER: Duration = Duration::from_secs(30);

/// Streams without an end of their own, on which a client listens; connections are left for questions.
const LISTENING: usize = 256;
/// Sessions of older clients that are open at once. Each keeps a task and its channels until it is closed.
const SESSIONS: usize = 256;

/// Says that nothing more is read on this connection.
const CLOSE: HeaderValue = HeaderValue::from_static("close");

/// What is left to give.
#[derive(Clone)]
pub(super) struct Gauge {
    rate: Arc<DefaultDirectRateLimiter>,
    turns: Arc<Semaphore>,
    listening: Arc<Semaphore>,
    ending: watch::Sender<bool>,
}

impl Gauge {
    pub(super) fn new(limits: Limits) -> Self {
        let burst = limits
            .rate
            .saturating_mul(NonZeroU32::new(BURST).unwrap_or(NonZeroU32::MIN));
        Self {
            rate: Arc::new(RateLimiter::direct(Quota::per_second(limits.rate).allow_burst(burst))),
            turns: Arc::new(Semaphore::new(AT_ONCE as usize)),
            listening: Arc::new(Semaphore::new(LISTENING)),
            ending: watch::Sender::new(false),
        }
    }

    /// Ends the streams that have no end of their own, and returns once every answer is complete. None is begun
    /// afterwards.
    pub(super) async fn wind_up(&self) {
        self.ending.send_replace(true);
        if let Ok(all) = self.turns.acquire_many(AT_ONCE).await {
            all.forget();
        }
    }

    /// Returns a stream without an end of its own, which ends with the server.
    fn until_the_end(&self, answer: Response) -> Response {
        let Ok(seat) = Arc::clone(&self.listening).try_acquire_owned() else {
            return crowded().into_response();
        };
        let mut ending = self.ending.subscribe();
        answer.map(|body| {
            let end = async move {
                // A server that is gone has ended too.
                let _ = ending.wait_for(|ending| *ending).await;
            };
            let stream = body.into_data_stream().take_until(Box::pin(end));
            Body::from_stream(stream.inspect(move |_| _ = &seat))
        })
    }

    fn check_rate(&self) -> Result<(), Problem> {
        self.rate.check().map_err(|early| {
            let wait = early.wait_time_from(DefaultClock::default().now());
            let seconds = wait.as_secs() + 1;
            let next =
                format!("Wait for {seconds} s, as the header `retry-after` says; `callus serve --rate` allows more");
            Problem::new(
                StatusCode::TOO_MANY_REQUESTS,
                "these are too many requests in a short time",
                next,
            )
            .again_in(seconds)
        })
    }
}

/// Answers a request in its turn, with its whole body at hand, in time.
pub(super) async fn measured(State(gauge): State<Gauge>, request: Request, next: Next) -> Response {
    if let Err(problem) = gauge.check_rate() {
        return problem.into_response();
    }
    let Ok(Ok(turn)) = timeout(TURN, Arc::clone(&gauge.turns).acquire_owned()).await else {
        return crowded().into_response();
    };
    let (head, body) = request.into_parts();
    let listens = listens(&head);
    let body = match timeout(ARRIVAL, whole(body)).await {
        Ok(Ok(body)) => body,
        Ok(Err(problem)) => return problem.with(CONNECTION, CLOSE).into_response(),
        Err(_) => {
            let next = format!("Send it within {} s", ARRIVAL.as_secs());
            let problem = Problem::new(StatusCode::REQUEST_TIMEOUT, "the body did not arrive in time", next);
            return problem.at("body").with(CONNECTION, CLOSE).into_response();
        }
    };
    let answer = next.run(Request::from_parts(head, Body::from(body)));
    let Ok(answer) = timeout(ANSWER, answer).await else {
        let what = format!("there was no answer within {} s", ANSWER.as_secs());
        let next = "Ask for less: a shorter window, one project, a smaller limit";
        return Problem::new(StatusCode::GATEWAY_TIMEOUT, what, next).into_response();
    };
    let kind = answer.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    if !kind.is_some_and(|kind| kind.starts_with(b"text/event-stream")) {
        return answer;
    }
    if listens {
        drop(turn);
        return gauge.until_the_end(answer);
    }
    // The answer is complete with the stream: its turn lasts as long, and no longer than any answer may take.
    answer.map(|body| {
        let late = Box::pin(sleep(ANSWER));
        let stream = body.into_data_stream().take_until(late);
        Body::from_stream(stream.inspect(move |_| _ = &turn))
    })
}

/// Lets nobody begin another session where too many are open.
pub(super) async fn room_for_a_session(State(sessions): State<Sessions>, request: Request, next: Next) -> Response {
    if begins_a_session(&request) && sessions.open().await >= SESSIONS {
        let what = format!("{SESSIONS} sessions are open");
        let next = "End those that are over with DELETE; one in which nothing is asked ends after five minutes";
        return Problem::new(StatusCode::SERVICE_UNAVAILABLE, what, next)
            .again_in(60)
            .into_response();
    }
    next.run(request).await
}

/// Newer clients have no sessions, and say in a header what they ask.
fn begins_a_session(request: &Request) -> bool {
    let says = |name: &str| request.headers().contains_key(name);
    request.method() == Method::POST && !says("mcp-session-id") && !says("mcp-method")
}

/// Returns whether a client asks for a stream that has no end of its own: one of older clients, or a subscription.
fn listens(head: &Parts) -> bool {
    let method = head.headers.get("mcp-method").map(HeaderValue::as_bytes);
    head.method == Method::GET || method == Some(b"subscriptions/listen")
}

fn crowded() -> Problem {
    let next = "Try again in a moment, as the header `retry-after` says";
    let what = "too many requests are being answered just now";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, what, next).again_in(1)
}

/// Returns the body, or that it is too large once it has arrived.
async fn whole(body: Body) -> Result<Bytes, Problem> {
    let hint = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    let mut kept = Vec::with_capacity(hint.min(BODY));
    let mut size = 0_usize;
    let mut stream = body.into_data_stream();
    while let Some(part) = stream.next().await {
        let part = part.map_err(|_| {
            let next = "Send as many bytes as the header `content-length` says, or chunks with an end";
            Problem::new(StatusCode::BAD_REQUEST, "the body broke off", next).at("body")
        })?;
        size = size.saturating_add(part.len());
        if size <= BODY {
            kept.extend_from_slice(&part);
        } else if size > THROWN_AWAY {
            break;
        }
    }
    if size <= BODY {
        return Ok(kept.into());
    }
    let next = "Send less: of an output its end says most, and the last 8 KiB are enough";
    Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "the body is larger than 1 MiB", next).at("body"))
}

/// Returns the size that the client says the body has.
pub(super) fn size(request: &Request) -> u64 {
    let said = request.headers().get(CONTENT_LENGTH);
    said.and_then(|said| said.to_str().ok()?.parse().ok())
        .unwrap_or_default()
}
