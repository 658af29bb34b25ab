//! Plain JSON for any program: one path for each question, answered by the same functions as every border.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodFilter, on, post};
use axum::{Json, Router};
use futures_util::future::BoxFuture;
use schemars::generate::SchemaGenerator;
use schemars::{JsonSchema, Schema};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::given::{Fields, Given, folder, given, parsed};
use super::problem::Problem;
use crate::answers::{
    self, AnswerError, BriefQuery, BriefView, CheckQuery, CheckView, CountQuery, CountView, RecordQuery, RecordView,
    ReportQuery, ReportView, Who, Writing,
};
use crate::flow;
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

type Answering = BoxFuture<'static, Result<Response, Problem>>;

/// Every question, in the order in which it is described.
pub(super) const QUESTIONS: &[Question] = &[
    Question {
        path: "/v1/record",
        summary: "Record a call, or up to 1,000 of them, and tell what is known of each that failed",
        in_address: false,
        writes: true,
        asked: include_str!("examples/record.asked.json"),
        answered: include_str!("examples/record.answered.json"),
        schemas: schemas::<RecordQuery, RecordView>,
        answer: record,
    },
    Question {
        path: "/v1/check",
        summary: "Tell whether an error was met before, and what worked then",
        in_address: false,
        writes: false,
        asked: include_str!("examples/check.asked.json"),
        answered: include_str!("examples/check.answered.json"),
        schemas: schemas::<CheckQuery, CheckView>,
        answer: check,
    },
    Question {
        path: "/v1/count",
        summary: "Count how often something failed, and tell what was tried: what to ask before trying again",
        in_address: true,
        writes: false,
        asked: include_str!("examples/count.asked.json"),
        answered: include_str!("examples/count.answered.json"),
        schemas: schemas::<CountQuery, CountView>,
        answer: |desk, given| {
            read(desk, given, |store, query, here, asked| {
                let query = CountQuery { here, ..query };
                answers::counted(store, &query, asked.style.now, &asked.style.zone)
            })
        },
    },
    Question {
        path: "/v1/brief",
        summary: "Tell what is likely to fail in a project",
        in_address: true,
        writes: false,
        asked: include_str!("examples/brief.asked.json"),
        answered: include_str!("examples/brief.answered.json"),
        schemas: schemas::<BriefQuery, BriefView>,
        answer: |desk, given| {
            read(desk, given, |store, query, here, asked| {
                let query = BriefQuery { here, ..query };
                answers::brief(store, asked.settings, &query, asked.style.now)
            })
        },
    },
    Question {
        path: "/v1/report",
        summary: "Report what has been failing lately",
        in_address: true,
        writes: false,
        asked: include_str!("examples/report.asked.json"),
        answered: include_str!("examples/report.answered.json"),
        schemas: schemas::<ReportQuery, ReportView>,
        answer: |desk, given| {
            read(desk, given, |store, query, here, asked| {
                let query = ReportQuery { here, ..query };
                answers::report(store, &query, asked.style.now, &asked.style.zone)
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

/// Tells whether an error was met before.
fn check(desk: Desk, given: Given) -> Answering {
    Box::pin(async move {
        let mut fields = given.into_iter().next().unwrap_or_default();
        let here = folder(&mut fields)?;
        let query = CheckQuery {
            here,
            ..parsed(fields)?
        };
        let ask = move |store: &Store, asked: &Asked<'_>| answers::check(store, &query, asked.style.now);
        let answer = desk.read_at_once(ask, |view: &CheckView| !view.goes_by_words()).await?;
        Ok(Json(answer).into_response())
    })
}

/// Records what a program tells.
fn record(desk: Desk, given: Given) -> Answering {
    Box::pin(async move {
        let told: Vec<RecordQuery> = given.into_iter().map(parsed).collect::<Result<_, _>>()?;
        let answer = desk.write_anyway(move |store, rules, asked| {
            let writing = Writing {
                settings: asked.settings,
                rules,
                who: Who::Agent { session: None },
            };
            let view = answers::record(store, &writing, &told, asked.style.now)?;
            if view.is_worker_due(asked.settings) {
                flow::worker::start(asked.settings);
            }
            Ok(view)
        });
        Ok(Json(answer.await?).into_response())
    })
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        // What to do about it where its words say only what is wrong.
        let (status, next) = match refusal.kind {
            Kind::Unknown | Kind::Missing => (StatusCode::NOT_FOUND, "GET /v1/report tells what there is"),
            Kind::Wrong => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "Correct it and send it again; GET /openapi.json describes every field",
            ),
            Kind::Refused => (
                StatusCode::FORBIDDEN,
                "Nothing was changed; whoever runs this server decides about that",
            ),
            Kind::Busy => (StatusCode::SERVICE_UNAVAILABLE, "Try again in a moment"),
            Kind::Broken => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "`callus doctor` in a shell tells more",
            ),
        };
        let mut lines = refusal.text.lines().map(str::trim).filter(|line| !line.is_empty());
        let what = lines.next().unwrap_or("there is no answer").to_owned();
        let own = lines.collect::<Vec<_>>().join("; ");
        let problem = Self::new(status, what, if own.is_empty() { next.to_owned() } else { own });
        if refusal.kind == Kind::Busy {
            problem.again_in(1)
        } else {
            problem
        }
    }
}
