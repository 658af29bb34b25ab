//! The sessions.

use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::page::Page;
use super::pick::{pick_project, session_id};
use super::style::{self, count};
use super::{Answer, AnswerError, Style, lenient, since};
use crate::domain::time::Timestamp;
use crate::store::Store;
use crate::store::read::{SessionFilter, SessionRow};

/// Which sessions are wanted.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct SessionsQuery {
    /// Only sessions active since then: `7d`, `today`, a date.
    #[serde(deserialize_with = "lenient::text")]
    pub since: Option<String>,
    /// Only this project.
    #[serde(deserialize_with = "lenient::text")]
    pub project: Option<String>,
    /// Only models whose name contains this.
    #[serde(deserialize_with = "lenient::text")]
    pub model: Option<String>,
    /// Only this assistant.
    #[serde(deserialize_with = "lenient::text")]
    pub assistant: Option<String>,
    /// Only sessions with a failure that counts.
    #[serde(deserialize_with = "lenient::switch")]
    pub failed: bool,
    /// Only sessions with this label: `key=value`.
    #[serde(deserialize_with = "lenient::text")]
    pub label: Option<String>,
    /// At most so many; 20 when left out.
    #[serde(deserialize_with = "lenient::count")]
    pub limit: Option<u32>,
}

/// One session.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SessionLine {
    /// Its id: the shortest unique beginning of the assistant's own id of it.
    pub id: String,
    /// The assistant's own id of it.
    pub external: String,
    /// The assistant.
    pub assistant: String,
    /// The assistant's id of the session that it continues.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// The name of its project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// The model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The assistant's version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The folder it ran in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cwd: Option<String>,
    /// The git branch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// The git commit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// When it began.
    pub started_at: String,
    /// Its newest event.
    pub last_at: String,
    /// When it ended; left out while it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<String>,
    /// The assistant's word for why it ended, or `swept` when it never said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_reason: Option<String>,
    /// `done`, `failed`, `model-error`, `interrupted` or `unknown`; left out until it is settled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// Prompts of a person.
    pub prompts: i64,
    /// Tool calls.
    pub calls: i64,
    /// Failures that count.
    pub failures: i64,
    /// Failures set aside.
    pub set_aside: i64,
    /// Tokens read without a cache.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens_in: Option<i64>,
    /// Tokens written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens_out: Option<i64>,
    /// Tokens read from and written to a cache.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens_cached: Option<i64>,
    /// Cost in US dollars, as the assistant reckons it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost_usd: Option<f64>,
    #[serde(skip)]
    pub(super) last: Timestamp,
    #[serde(skip)]
    pub(super) started: Timestamp,
}

/// The sessions.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SessionsView {
    /// The sessions, newest first.
    pub sessions: Vec<SessionLine>,
    /// There are more than the limit let through.
    pub more: bool,
}

/// Sessions in a list when no limit is given.
const LIMIT: u32 = 20;

/// Returns the sessions.
pub fn sessions(
    store: &Store,
    query: &SessionsQuery,
    now: Timestamp,
    zone: &TimeZone,
) -> Result<SessionsView, AnswerError> {
    let limit = query.limit.unwrap_or(LIMIT).clamp(1, 1_000);
    let label = query.label.as_deref().map(|label| {
        let (key, value) = label.split_once('=').unwrap_or((label, ""));
        (key.trim().to_owned(), value.trim().to_owned())
    });
    let rows = store.sessions(&SessionFilter {
        since: query.since.as_deref().map(|text| since(text, now, zone)).transpose()?,
        project: query
            .project
            .as_deref()
            .map(|given| pick_project(store, given))
            .transpose()?,
        model: query.model.clone(),
        assistant: query.assistant.clone(),
        failed: query.failed,
        label,
        limit: Some(limit + 1),
    })?;
    let more = rows.len() > limit as usize;
    let sessions = rows
        .into_iter()
        .take(limit as usize)
        .map(|row| line(store, row))
        .collect::<Result<_, _>>()?;
    Ok(SessionsView { sessions, more })
}

/// Returns the line of a session.
pub(super) fn line(store: &Store, row: SessionRow) -> Result<SessionLine, AnswerError> {
    Ok(SessionLine {
        id: session_id(store, &row.external)?,
        external: row.external,
        assistant: row.assistant,
        parent: row.parent,
        project: row.project,
        model: row.model,
        version: row.version,
        cwd: row.cwd,
        branch: row.branch,
        commit: row.commit,
        started_at: style::rfc3339(row.started_at),
        last_at: style::rfc3339(row.last_at),
        ended_at: row.ended_at.map(style::rfc3339),
        end_reason: row.end_reason,
        outcome: row.outcome,
        prompts: row.prompts,
        calls: row.calls,
        failures: row.failures,
        set_aside: row.expected,
        tokens_in: row.tokens_in,
        tokens_out: row.tokens_out,
        tokens_cached: row.tokens_cached,
        cost_usd: row.micro_usd.map(|micros| micros as f64 / 1e6),
        last: row.last_at,
        started: row.started_at,
    })
}

impl SessionLine {
    /// Returns the figures of a session in one line.
    pub(super) fn figures(&self, style: &Style) -> String {
        let failures = if self.failures > 0 {
            count(self.failures, "failure")
        } else {
            String::new()
        };
        let set_aside = if self.set_aside > 0 {
            format!("{} set aside", self.set_aside)
        } else {
            String::new()
        };
        let state = match (&self.outcome, &self.ended_at) {
            (Some(outcome), _) if outcome == "unknown" => "outcome unknown".to_owned(),
            (Some(outcome), _) => outcome.clone(),
            (None, None) => "running".to_owned(),
            (None, Some(_)) => String::new(),
        };
        style.dotted(&[count(self.calls, "call"), failures, set_aside, state])
    }
}

impl Answer for SessionsView {
    fn text(&self, style: &Style) -> String {
        if self.sessions.is_empty() {
            return "No session matches.\n".to_owned();
        }
        let mut out = Page::default();
        for session in &self.sessions {
            let project = session
                .project
                .as_deref()
                .map(|name| style.safe(name))
                .unwrap_or_default();
            let model = session
                .model
                .as_deref()
                .map(|name| style.safe(name))
                .unwrap_or_default();
            let head = style.dotted(&[style.date(session.last), project, model]);
            let id = style.safe(&session.id);
            let head = style.line(&head, style.width.saturating_sub(id.chars().count() + 2));
            out.line(format!("{}  {head}", style.bold(&id)));
            let figures = style.dotted(&[session.figures(style), session.assistant.clone()]);
            out.line(format!("  {}", style.dim(&style.line(&figures, style.width - 2))));
        }
        if self.more {
            out.line(style.dim(&style::more(self.sessions.len())));
        }
        out.text()
    }
}
