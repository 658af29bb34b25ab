//! How often has this failed, and what was tried: what a program asks before it tries again.

mod text;

use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::failures::{ModeLine, line};
use super::identify::identify;
use super::pick::{pick_mode, pick_project, session_row};
use super::remedies::{RemedyLine, tried};
use super::scope::Scope;
use super::search::same_modes;
use super::{AnswerError, lenient, since, style};
use crate::assistants;
use crate::domain::id::{Fingerprint, ModeId, ProjectId};
use crate::domain::time::Timestamp;
use crate::domain::trace::ToolKind;
use crate::failure::remedy::forbidden;
use crate::failure::shell;
use crate::store::Store;
use crate::store::read::{CountFilter, Counted, Runs};

/// What is counted: everything that is given has to fit.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct CountQuery {
    /// A failure mode by its id, or one of its failures, which stands for that very error.
    #[serde(deserialize_with = "lenient::text")]
    pub mode: Option<String>,
    /// An error text, as it was printed.
    #[serde(deserialize_with = "lenient::text")]
    pub error: Option<String>,
    /// A tool by its name, or the head of a command, such as `go test`.
    #[serde(deserialize_with = "lenient::text")]
    pub tool: Option<String>,
    /// A part of a program, such as a step of a pipeline.
    #[serde(deserialize_with = "lenient::text")]
    pub node: Option<String>,
    /// An agent by its id.
    #[serde(deserialize_with = "lenient::text")]
    pub agent: Option<String>,
    /// A session by its id.
    #[serde(deserialize_with = "lenient::text")]
    pub session: Option<String>,
    /// A project: its name, or the path of a folder in it.
    #[serde(deserialize_with = "lenient::text")]
    pub project: Option<String>,
    /// The beginning of the window: `30d` (also when left out), `1h`, `today`, a date, `all`.
    #[serde(deserialize_with = "lenient::text")]
    pub since: Option<String>,
    /// The folder from which it is asked: what is decided in a project is told only there.
    #[serde(skip)]
    pub here: Option<String>,
}

/// How often something failed, and what was tried.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CountView {
    /// The beginning of the window; left out when everything was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// Failures in the window that count.
    pub failures: i64,
    /// Sessions with one of them.
    pub sessions: i64,
    /// There are more than were looked at: these are the newest.
    pub more: bool,
    /// Failures in the window that were set aside as nobody's fault.
    pub set_aside: i64,
    /// The first of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_at: Option<String>,
    /// The newest of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_at: Option<String>,
    /// How often it was done at all; left out where that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runs: Option<RunsLine>,
    /// The failure mode that was asked for, or those that are most frequent among the newest failures, at most three.
    pub modes: Vec<CountedMode>,
    /// How the newest failures of the mode were got over; left out where several modes are meant, or none is settled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passed: Option<Passed>,
    /// What was tried after it, and how it ended, best first, at most five.
    pub attempts: Vec<RemedyLine>,
    /// What programs or people said that ended it, at most three.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resolutions: Vec<Resolution>,
    #[serde(skip)]
    what: String,
    #[serde(skip)]
    last: Option<Timestamp>,
}

/// How often something was done, in the window's sessions.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RunsLine {
    /// What was done: a command head, a tool, or server and tool.
    pub what: String,
    /// Runs.
    pub runs: i64,
    /// Of them, those that failed.
    pub failed: i64,
    /// Sessions that did it.
    pub sessions: i64,
    /// There are more sessions than were looked at: these are the newest.
    pub more: bool,
}

/// A failure mode and how many of what was counted are of it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CountedMode {
    /// The failure mode, with figures over all time.
    pub mode: ModeLine,
    /// Failures of it among the newest 200 that fit.
    pub failures: i64,
}

/// How failures were got over.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Passed {
    /// Settled failures that were looked at, the newest.
    pub failures: i64,
    /// Of them, those whose goal was reached later in the session.
    pub passed: i64,
    /// Of these, those that went through within two calls.
    pub within_two_calls: i64,
    /// Of these, those that went through by the same call again.
    pub by_retry: i64,
}

/// What somebody said that ended a failure.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Resolution {
    /// Who said it: a person, or a program by its name.
    pub by: String,
    /// What they said.
    pub text: String,
    /// Of how many of the newest failures.
    pub failures: i64,
    /// The newest of them.
    pub last_at: String,
}

/// The window when none is asked for.
const WINDOW: &str = "30d";
/// Failure modes that are named.
const MODES: usize = 3;
/// Attempts that are told.
const ATTEMPTS: usize = 5;
/// Resolutions that are told.
const RESOLUTIONS: usize = 3;

/// Returns how often something failed in the window, and what was tried.
pub fn count(store: &Store, query: &CountQuery, now: Timestamp, zone: &TimeZone) -> Result<CountView, AnswerError> {
    let start = since(query.since.as_deref().unwrap_or(WINDOW), now, zone)?;
    let project = query
        .project
        .as_deref()
        .map(|given| pick_project(store, given))
        .transpose()?;
    let scope = query.tool.as_deref().map(head).transpose()?;
    let session = query.session.as_deref().map(|id| session_row(store, id)).transpose()?;
    let Some(named) = named(store, query)? else {
        return Ok(CountView::nothing(query, start));
    };
    let filter = CountFilter {
        mode: named.mode,
        instance: named.instance,
        session,
        agent: query.agent.as_deref(),
        node: query.node.as_deref(),
        scope: scope.as_deref(),
        project,
        since: start,
    };
    if filter.mode.is_none() && is_everything(&filter) {
        return Err(AnswerError::Unclear {
            what: "it is not said what to count".to_owned(),
            choices: vec!["Give at least one of mode, error, tool, node, agent, session and project".to_owned()],
        });
    }
    let counted = store.count_failures(&filter)?;
    let mut view = CountView::of(query, start, &counted);
    let whose = Scope::of(store, query.here.as_deref(), query.project.as_deref(), None)?;
    view.modes = modes(store, &filter, whose, &view, now)?;
    view.runs = runs(store, &filter, &view)?;
    if let Some(mode) = filter.mode {
        told(store, mode, filter.instance, whose.home(), now, &mut view)?;
    }
    Ok(view)
}

/// Returns how often what was asked for was done at all: by the part of a program, else by the tool.
fn runs(store: &Store, filter: &CountFilter<'_>, view: &CountView) -> Result<Option<RunsLine>, AnswerError> {
    let (session, project, since) = (filter.session, filter.project, filter.since);
    let (what, runs) = match (filter.node, filter.scope, view.modes.as_slice()) {
        (Some(node), ..) => (node, store.runs_of_node(node, session, project, since)?),
        (None, Some(scope), _) => (scope, store.runs(scope, session, project, since)?),
        (None, None, [one]) if filter.mode.is_some() => {
            let scope = one.mode.scope.as_str();
            (scope, store.runs(scope, session, project, since)?)
        }
        _ => return Ok(None),
    };
    Ok((runs.runs > 0).then(|| RunsLine::of(what.to_owned(), runs)))
}

/// What a question names by an id or an error text.
#[derive(Debug, Default)]
struct Named {
    mode: Option<ModeId>,
    instance: Option<Fingerprint>,
}

/// Returns what is named; nothing when it is an error that nobody met.
fn named(store: &Store, query: &CountQuery) -> Result<Option<Named>, AnswerError> {
    if let Some(id) = &query.mode {
        let failure = super::pick::failure_named(id)
            .map(|id| store.failure(id))
            .transpose()?
            .flatten();
        return Ok(Some(Named {
            mode: Some(pick_mode(store, id)?),
            instance: failure
                .and_then(|failure| failure.instance)
                .as_deref()
                .and_then(Fingerprint::parse),
        }));
    }
    let Some(error) = &query.error else {
        return Ok(Some(Named::default()));
    };
    let Some(identity) = identify(error) else {
        return Ok(None);
    };
    let mut rows = Vec::new();
    for mode in same_modes(store, &identity)? {
        rows.extend(store.mode(mode)?);
    }
    let wanted = query.tool.as_deref().map(head).transpose()?;
    rows.sort_by_key(|row| {
        (
            wanted.as_ref().is_some_and(|scope| *scope != row.scope),
            std::cmp::Reverse(row.failures),
        )
    });
    // Of several programs that print it, the one that met this very error is meant.
    for row in &rows {
        let kind = ToolKind::from_word(&row.tool_kind);
        let Some(instance) = identity.instance(kind, &row.scope) else {
            continue;
        };
        if store
            .instance(&identity.kind(kind, &row.scope).text(), &instance.text(), None)?
            .is_some()
        {
            return Ok(Some(Named {
                mode: Some(row.id),
                instance: Some(instance),
            }));
        }
    }
    Ok(rows.first().map(|row| Named {
        mode: Some(row.id),
        instance: None,
    }))
}

fn is_everything(filter: &CountFilter<'_>) -> bool {
    filter.session.is_none()
        && filter.agent.is_none()
        && filter.node.is_none()
        && filter.scope.is_none()
        && filter.project.is_none()
}

/// Returns the scope that a tool's name stands for.
fn head(tool: &str) -> Result<String, AnswerError> {
    if assistants::is_shell(tool) {
        return Err(AnswerError::Text {
            what: "`tool`",
            why: format!("is `{tool}`, which runs command lines: give the head of one, such as `go test`"),
        });
    }
    Ok(shell::mcp_name(tool))
}

fn modes(
    store: &Store,
    filter: &CountFilter<'_>,
    whose: Scope,
    view: &CountView,
    now: Timestamp,
) -> Result<Vec<CountedMode>, AnswerError> {
    let found = match filter.mode {
        Some(mode) => vec![(mode, view.failures)],
        None => store.modes_among(filter, MODES)?,
    };
    let mut modes = Vec::new();
    for (mode, failures) in found {
        if let Some(row) = store.mode(mode)? {
            modes.push(CountedMode {
                mode: line(store, &whose.worded(store, row)?, now)?,
                failures,
            });
        }
    }
    Ok(modes)
}

/// Fills in what was tried after the failures of one mode, and how it ended.
fn told(
    store: &Store,
    mode: ModeId,
    instance: Option<Fingerprint>,
    here: Option<ProjectId>,
    now: Timestamp,
    view: &mut CountView,
) -> Result<(), AnswerError> {
    let passages = store.passages(mode, instance)?;
    view.passed = (passages.failures > 0).then_some(Passed {
        failures: passages.failures,
        passed: passages.passed,
        within_two_calls: passages.soon,
        by_retry: passages.again,
    });
    view.attempts = tried(store, mode, instance, here, now)?;
    view.attempts.truncate(ATTEMPTS);
    for (json, failures, last) in store.resolutions(mode, here, RESOLUTIONS)? {
        let value: Value = serde_json::from_str(&json).unwrap_or(Value::Null);
        let Some(text) = value["text"].as_str().filter(|text| forbidden(text).is_none()) else {
            continue;
        };
        view.resolutions.push(Resolution {
            by: value["by"].as_str().unwrap_or_default().to_owned(),
            text: text.to_owned(),
            failures,
            last_at: style::rfc3339(last),
        });
    }
    Ok(())
}

impl CountView {
    fn of(query: &CountQuery, start: Timestamp, counted: &Counted) -> Self {
        Self {
            since: (start > Timestamp(0)).then(|| style::rfc3339(start)),
            failures: counted.failures,
            sessions: counted.sessions,
            more: counted.more,
            set_aside: counted.set_aside,
            first_at: counted.first.map(style::rfc3339),
            last_at: counted.last.map(style::rfc3339),
            runs: None,
            modes: Vec::new(),
            passed: None,
            attempts: Vec::new(),
            resolutions: Vec::new(),
            what: what(query),
            last: counted.last,
        }
    }

    fn nothing(query: &CountQuery, start: Timestamp) -> Self {
        Self::of(query, start, &Counted::default())
    }
}

impl RunsLine {
    fn of(what: String, runs: Runs) -> Self {
        Self {
            what,
            runs: runs.runs,
            failed: runs.failed,
            sessions: runs.sessions,
            more: runs.more,
        }
    }
}

/// Returns what was asked for, in words.
fn what(query: &CountQuery) -> String {
    let parts = [
        ("", &query.mode),
        ("", &query.tool),
        ("node ", &query.node),
        ("agent ", &query.agent),
        ("session ", &query.session),
        ("project ", &query.project),
    ];
    let mut words: Vec<String> = parts
        .iter()
        .filter_map(|(name, value)| value.as_ref().map(|value| format!("{name}{value}")))
        .collect();
    if query.error.is_some() {
        words.push("this error".to_owned());
    }
    words.join(", ")
}
