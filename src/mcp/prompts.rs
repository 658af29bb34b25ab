//! Prompts that a person picks: what has been failing, and what happened to one failure or session.

use rmcp::model::{
    CacheScope, GetPromptResult, JsonObject, ListPromptsResult, Prompt, PromptArgument, PromptMessage, Role,
};
use serde_json::Value;

use super::asking::Asking;
use super::completion::Argument;
use super::desk::{cut, page};
use super::era;
use super::refusal::{Kind, Refusal};
use super::resources::{self, FAILURE, SESSION, encoded};
use super::server::Server;
use crate::answers::{self, ReportQuery, ShowQuery, ShowView, Typed};

/// A prompt.
struct Described {
    name: &'static str,
    title: &'static str,
    description: &'static str,
    arguments: &'static [Taken],
}

/// An argument of a prompt.
struct Taken {
    name: &'static str,
    description: &'static str,
    required: bool,
    argument: Argument,
}

const ALL: &[Described] = &[
    Described {
        name: "what_failed",
        title: "What has been failing?",
        description: "What has been failing lately, with the failure modes that cost most, and what to do about them.",
        arguments: &[
            Taken {
                name: "since",
                description: "The beginning: 7d (also when left out), 30d, today, a date, all",
                required: false,
                argument: Argument::Word(&["7d", "24h", "30d", "90d", "today", "yesterday", "all"]),
            },
            Taken {
                name: "project",
                description: "Only this project: its name, or a folder in it",
                required: false,
                argument: Argument::Recorded(&[Typed::Project]),
            },
        ],
    },
    Described {
        name: "postmortem",
        title: "What happened here?",
        description: "One failure or one session from beginning to end: what went wrong, why, what got past it, and what would keep it from coming back.",
        arguments: &[Taken {
            name: "id",
            description: ID,
            required: true,
            argument: Argument::Recorded(&[Typed::Mode, Typed::Session]),
        }],
    },
];

/// What a postmortem can be about.
const ID: &str = "the id of a failure mode, of one failure such as F12, or of a session";

const WHAT_FAILED: &str = include_str!("prompts/what_failed.md");
const POSTMORTEM: &str = include_str!("prompts/postmortem.md");

/// Failure modes that are told in full beside a report.
const TOLD: usize = 3;
/// Most bytes of each text that a prompt brings along.
const MOST: usize = 8_000;
const CUT: &str = "… cut here: failure_get or the resource of the same address tells more\n";

/// Returns the prompts.
pub(super) fn list() -> ListPromptsResult {
    let prompt = |one: &Described| {
        let arguments = one.arguments.iter().map(|taken| {
            PromptArgument::new(taken.name)
                .with_description(taken.description)
                .with_required(taken.required)
        });
        Prompt::new(one.name, Some(one.description), Some(arguments.collect())).with_title(one.title)
    };
    ListPromptsResult::with_all_items(ALL.iter().map(prompt).collect())
        .with_ttl_ms(era::FIXED_TTL)
        .with_cache_scope(CacheScope::Private)
}

/// Returns what an argument of a prompt is; nothing when the prompt has no argument of that name.
pub(super) fn argument(prompt: &str, name: &str) -> Result<Option<Argument>, Refusal> {
    let taken = described(prompt)?.arguments.iter().find(|taken| taken.name == name);
    Ok(taken.map(|taken| taken.argument))
}

/// Returns the messages of a prompt, with what is recorded in them.
pub(super) async fn get(
    server: &Server,
    name: &str,
    given: JsonObject,
    asking: &Asking,
) -> Result<GetPromptResult, Refusal> {
    let prompt = described(name)?;
    let text = |name: &str| {
        let text = given
            .get(name)
            .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        text.filter(|text| !text.trim().is_empty() && given.get(name) != Some(&Value::Null))
    };
    for taken in prompt.arguments.iter().filter(|taken| taken.required) {
        if text(taken.name).is_none() {
            let words = format!("`{}` is missing: {}", taken.name, taken.description);
            return Err(Refusal::new(Kind::Wrong, words));
        }
    }
    let messages = match prompt.name {
        "what_failed" => what_failed(server, text("since"), text("project"), asking).await?,
        _ => postmortem(server, text("id").unwrap_or_default(), asking).await?,
    };
    Ok(GetPromptResult::new(messages).with_description(prompt.description))
}

fn described(name: &str) -> Result<&'static Described, Refusal> {
    ALL.iter().find(|one| one.name == name).ok_or_else(|| {
        let known: Vec<_> = ALL.iter().map(|one| one.name).collect();
        Refusal::new(
            Kind::Wrong,
            format!("there is no such prompt, only {}", known.join(", ")),
        )
    })
}

/// The report, and the failure modes that cost most in full.
async fn what_failed(
    server: &Server,
    since: Option<String>,
    project: Option<String>,
    asking: &Asking,
) -> Result<Vec<PromptMessage>, Refusal> {
    let here = asking.clone();
    let found = server.desk.read_watched(&asking.watch, move |store, asked| {
        let here = here.place(store)?.folder;
        let query = ReportQuery {
            since,
            project,
            here,
            ..ReportQuery::default()
        };
        let report = answers::report(store, &query, asked.style.now, &asked.style.zone)?;
        let mut told = Vec::new();
        for id in report.met_again.iter().filter_map(|mode| mode.id.clone()).take(TOLD) {
            let view = answers::show(store, &ShowQuery { id: id.clone() }, asked.style.now)?;
            told.push((format!("{FAILURE}{id}"), page(&view, asked.style)));
        }
        Ok((page(&report, asked.style), told))
    });
    let (report, told) = found.await?;
    let mut messages = vec![said(WHAT_FAILED.replace("{{report}}", &report))];
    messages.extend(told.into_iter().map(|(uri, text)| brought(uri, text)));
    Ok(messages)
}

/// What is named, and the session that it happened in.
async fn postmortem(server: &Server, id: String, asking: &Asking) -> Result<Vec<PromptMessage>, Refusal> {
    let named = id.clone();
    let found = server.desk.read_watched(&asking.watch, move |store, asked| {
        let view = answers::show(store, &ShowQuery { id: named }, asked.style.now)?;
        let session = match &view {
            ShowView::Failure(failure) => Some(failure.session.clone()),
            ShowView::Mode(mode) => mode.met.first().map(|met| met.session.clone()),
        };
        Ok((page(&view, asked.style), session))
    });
    let mut messages = vec![said(POSTMORTEM.to_owned())];
    let session = match found.await {
        Ok((text, session)) => {
            messages.push(brought(format!("{FAILURE}{}", encoded(id.trim())), text));
            session
        }
        // What names no failure may name a session.
        Err(refusal) if refusal.kind == Kind::Unknown => Some(id),
        Err(refusal) => return Err(refusal),
    };
    if let Some(session) = session {
        let found = resources::session(server, session.clone(), asking).await;
        let text = found.map_err(|refusal| match refusal.kind {
            Kind::Unknown => Refusal::new(Kind::Unknown, format!("nothing goes by this id: pass {ID}")),
            _ => refusal,
        })?;
        messages.push(brought(format!("{SESSION}{}", encoded(&session)), cut(text, MOST, CUT)));
    }
    Ok(messages)
}

fn said(text: String) -> PromptMessage {
    PromptMessage::new_text(Role::User, text)
}

fn brought(uri: String, text: String) -> PromptMessage {
    let kind = Some("text/plain".to_owned());
    PromptMessage::new_resource(Role::User, uri, kind, Some(text), None, None, None)
}
