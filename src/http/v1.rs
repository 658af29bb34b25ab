//! Plain JSON for any program: one path for each question, answered by the same functions as every border.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodFilter, on, post};
use axum::{Json, Router};
use futures_util::future::BoxFuture;
use jiff::tz::TimeZone;
use schemars::generate::SchemaGenerator;
use schemars::{JsonSchema, Schema};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::given::{Fields, Given, folder, given, parsed};
use super::problem::Problem;
use crate::answers::{self, AnswerError, CheckQuery, CheckView, ReportQuery, ReportView};
use crate::mcp::{Asked, Desk, Kind, Refusal};
use crate::store::Store;

/// A path that answers a question.
pub(super) struct Question {
    /// Its path.
    pub(super) path: &'static str,
    /// What it tells, in one line.
    pub(super) summary: &'static str,
    /// It is short enough to be asked in an address too.
    pub(super) in_address: bool,
    /// What a program tells, one thing or a list: it changes what is stored.
    pub(super) writes: bool,
    /// A body to begin with.
    pub(super) asked: &'static str,
    /// What it is answered with.
    pub(super) answered: &'static str,
    /// The schemas of both; the first generator is for what is read, the second for what is written.
    pub(super) schemas: fn(&mut SchemaGenerator, &mut SchemaGenerator) -> (Schema, Schema),
    answer: fn(Desk, Given) -> Answering,
}

/// Most things that are told at once.
pub(super) const MOST_AT_ONCE: usize = 1_000;

type Answering = BoxFuture<'static, Result<Response, Problem>>;

/// Every question, in the order in which it is described.
pub(super) const QUESTIONS: &[Question] = &[
    Question {
        path: "/v1/check",
        summary: "Has this error been met before, and what worked then?",
        in_address: false,
        writes: false,
        asked: include_str!("examples/check.asked.json"),
        answered: include_str!("examples/check.answered.json"),
        schemas: schemas::<CheckQuery, CheckView>,
        answer: |desk, given| {
            read(desk, given, |store, query, here, asked| {
                answers::check(store, &CheckQuery { here, ..query }, asked.style.now)
            })
        },
    },
    Question {
        path: "/v1/report",
        summary: "What has been failing lately?",
        in_address: true,
        writes: false,
        asked: include_str!("examples/report.asked.json"),
        answered: include_str!("examples/report.answered.json"),
        schemas: schemas::<ReportQuery, ReportView>,
        answer: |desk, given| {
            read(desk, given, |store, query, here, asked| {
                let query = ReportQuery { here, ..query };
                answers::report(store, &query, asked.style.now, &TimeZone::system())
            })
        },
    },
];

/// Returns the routes of every question. With `read_only`, those that write are refused.
pub(super) fn routes(desk: &Desk, read_only: bool) -> Router {
    let mut router = Router::new();
    for question in QUESTIONS {
        let methods = if read_only && question.writes {
            post(|| async { only_reading() })
        } else {
            let (desk, fields) = (desk.clone(), Arc::new(Fields::of(question)));
            let filter = if question.in_address {
                MethodFilter::POST.or(MethodFilter::GET)
            } else {
                MethodFilter::POST
            };
            on(filter, move |request: Request| {
                let (desk, fields) = (desk.clone(), Arc::clone(&fields));
                async move {
                    match given(request, &fields).await {
                        Ok(given) => (question.answer)(desk, given).await,
                        Err(problem) => Err(problem),
                    }
                }
            })
        };
        router = router.route(question.path, methods);
    }
    router
}

fn only_reading() -> Problem {
    let next = "Start it without --read-only, or record with `callus record` in a shell";
    Problem::new(StatusCode::FORBIDDEN, "this server only reads", next)
}

fn schemas<Q: JsonSchema, A: JsonSchema>(takes: &mut SchemaGenerator, gives: &mut SchemaGenerator) -> (Schema, Schema) {
    (takes.subschema_for::<Q>(), gives.subschema_for::<A>())
}

/// Answers a question that only reads, as if it were asked in the folder that is given.
fn read<Q, A>(
    desk: Desk,
    given: Given,
    ask: fn(&Store, Q, Option<String>, &Asked<'_>) -> Result<A, AnswerError>,
) -> Answering
where
    Q: DeserializeOwned + Send + 'static,
    A: Serialize + Send + 'static,
{
    Box::pin(async move {
        let mut fields = given.into_iter().next().unwrap_or_default();
        let here = folder(&mut fields)?;
        let query = parsed(fields)?;
        let answer = desk.read(move |store, asked| ask(store, query, here, asked)).await?;
        Ok(Json(answer).into_response())
    })
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let status = match refusal.kind {
            Kind::Unknown | Kind::Missing => StatusCode::NOT_FOUND,
            Kind::Wrong => StatusCode::UNPROCESSABLE_ENTITY,
            Kind::Refused => StatusCode::FORBIDDEN,
            Kind::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Kind::Broken => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let (what, next) = refusal.text.trim_end().split_once('\n').unwrap_or((&refusal.text, ""));
        let problem = Self::new(status, what.trim_end(), next.replace('\n', "; "));
        if refusal.kind == Kind::Busy {
            problem.again_in(1)
        } else {
            problem
        }
    }
}
