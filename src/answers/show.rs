//! One failure mode, or one failure, in full.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::failures::{ModeLine, line, reason};
use super::outline::outline;
use super::page::Page;
use super::pick::{failure_id, mode_id, pick, session_id};
use super::remedies::{self, RemedyLine};
use super::style::{self, count};
use super::{Answer, AnswerError, Style};
use crate::domain::time::Timestamp;
use crate::failure::mask::Template;
use crate::store::Store;
use crate::store::read::{FailureRow, Found, ModeRow};

/// What is wanted.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ShowQuery {
    /// The id of a failure mode, or a beginning of it; or `F` and a number for a single failure.
    pub id: String,
}

/// One failure mode, or one failure.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ShowView {
    /// A failure mode.
    Mode(Box<ModeView>),
    /// A single failure.
    Failure(Box<FailureView>),
}

/// A failure mode in full.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ModeView {
    /// Its line in a list, with figures over all time.
    pub mode: ModeLine,
    /// Its whole fingerprint: the same on every machine.
    pub fingerprint: String,
    /// What its failures have in common; `<*>` stands for what differs.
    pub template: String,
    /// Failures of it that were set aside.
    pub set_aside: i64,
    /// The fingerprints of its patterns, at most 20; each of them names this mode.
    pub patterns: Vec<String>,
    /// Where it was met, most sessions first, at most 10.
    pub places: Vec<Place>,
    /// Who met it, newest first, at most 5.
    pub met: Vec<Meeting>,
    /// What worked after it, and what was tried: those that are never suggested too, with the reason.
    pub remedies: Vec<RemedyLine>,
    /// Its newest failures, at most 3.
    pub newest: Vec<FailureView>,
}

/// A project in which a failure mode was met.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Place {
    /// The project's name.
    pub project: String,
    /// Failures.
    pub failures: i64,
    /// Sessions.
    pub sessions: i64,
    /// The newest.
    pub last_at: String,
}

/// A session that met a failure mode.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Meeting {
    /// The session's id.
    pub session: String,
    /// The name of its project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// Failures in it.
    pub failures: i64,
    /// The newest.
    pub last_at: String,
    #[serde(skip)]
    last: Timestamp,
}

/// A single failure in full.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct FailureView {
    /// Its id on this machine.
    pub id: String,
    /// The id of its failure mode; left out before it is grouped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    /// The finer fingerprint: which module, path or symbol.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// When.
    pub at: String,
    /// The session's id.
    pub session: String,
    /// The assistant.
    pub assistant: String,
    /// The model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The name of the project of the folder that it ran in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// `flagged`, `hidden`, `model`, `background` or `reported`.
    pub origin: String,
    /// Why it does not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// `low`, `medium` or `high`; left out until it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<String>,
    /// The subagent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// The kind of the subagent, or the tool.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// The tool as the assistant names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
    /// Command head, MCP server and tool, or tool.
    pub scope: String,
    /// The exit code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    /// The type that the text names, such as `ModuleNotFoundError`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_type: Option<String>,
    /// The line that says what went wrong.
    pub headline: String,
    /// The lines around it.
    pub message: String,
    /// The file of the project that the text names first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line in that file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<i64>,
    /// The whole command.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// The segment of the command that failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segment: Option<String>,
    /// What that segment was for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goal: Option<String>,
    /// Identical failing calls just before it.
    pub repeats: i64,
    /// The user's words after a rejection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correction: Option<String>,
    /// What the agent was doing: the prompt it served.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_context: Option<Value>,
    /// The state around it: branch, commit, edited files, last calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<Value>,
    /// What ended it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolution: Option<Value>,
    #[serde(skip)]
    time: Timestamp,
}

/// Returns one failure mode, or one failure.
pub fn show(store: &Store, query: &ShowQuery, now: Timestamp) -> Result<ShowView, AnswerError> {
    let unknown = || AnswerError::Unknown {
        kind: "failure",
        given: query.id.clone(),
    };
    match pick(store, &query.id)? {
        Found::Failure(id) => {
            let row = store.failure(id)?.ok_or_else(unknown)?;
            Ok(ShowView::Failure(Box::new(failure(store, row)?)))
        }
        Found::Mode(id) => {
            let row = store.mode(id)?.ok_or_else(unknown)?;
            Ok(ShowView::Mode(Box::new(mode(store, &row, now)?)))
        }
    }
}

fn mode(store: &Store, row: &ModeRow, now: Timestamp) -> Result<ModeView, AnswerError> {
    let places = store.mode_projects(row.id, 10)?.into_iter().map(|place| Place {
        project: place.name,
        failures: place.failures,
        sessions: place.sessions,
        last_at: style::rfc3339(place.last_at),
    });
    let mut met = Vec::new();
    for session in store.mode_sessions(row.id, 5)? {
        met.push(Meeting {
            session: session_id(store, &session.external)?,
            project: session.project,
            failures: session.failures,
            last_at: style::rfc3339(session.last_at),
            last: session.last_at,
        });
    }
    let newest = store.mode_failures(row.id, 3)?;
    Ok(ModeView {
        mode: line(store, row, now)?,
        fingerprint: row.fingerprint.clone(),
        template: Template::parse(&row.template).display(),
        set_aside: row.expected,
        patterns: store
            .mode_patterns(row.id, 20)?
            .into_iter()
            .map(|pattern| pattern.fingerprint)
            .collect(),
        places: places.collect(),
        met,
        remedies: remedies::all(store, row.id, now)?,
        newest: newest
            .into_iter()
            .map(|row| failure(store, row))
            .collect::<Result<_, _>>()?,
    })
}

fn failure(store: &Store, row: FailureRow) -> Result<FailureView, AnswerError> {
    let mode = row.mode.map(|mode| store.mode(mode)).transpose()?.flatten();
    let json = |text: Option<String>| text.map(|text| serde_json::from_str(&text).unwrap_or(Value::String(text)));
    Ok(FailureView {
        id: failure_id(row.id),
        mode: mode.map(|mode| mode_id(store, &mode.fingerprint)).transpose()?,
        instance: row.instance,
        at: style::rfc3339(row.at),
        session: session_id(store, &row.external)?,
        assistant: row.assistant,
        model: row.model,
        project: row.project,
        origin: row.origin,
        expected: row.expected,
        severity: row.severity,
        agent: row.agent,
        node: row.node,
        tool: row.tool,
        scope: row.scope,
        exit_code: row.exit_code,
        error_type: row.error_type,
        headline: row.headline,
        message: row.message,
        file: row.file,
        line: row.line,
        command: row.command,
        segment: row.segment,
        goal: row.goal,
        repeats: row.repeats,
        correction: row.correction,
        input_context: json(row.input_context),
        snapshot: json(row.snapshot),
        resolution: json(row.resolution),
        time: row.at,
    })
}

impl Answer for ShowView {
    fn text(&self, style: &Style) -> String {
        match self {
            Self::Mode(mode) => mode.text(style),
            Self::Failure(failure) => failure.text(style),
        }
    }
}

impl ModeView {
    fn text(&self, style: &Style) -> String {
        let mode = &self.mode;
        let mut out = Page::default();
        for line in style.wrapped(&mode.headline, style.width) {
            out.line(style.bold(&line));
        }
        out.line("");
        let figures = format!(
            "{} in {}{}",
            count(mode.failures, "failure"),
            count(mode.sessions, "session"),
            if self.set_aside > 0 {
                format!(", {} set aside", self.set_aside)
            } else {
                String::new()
            }
        );
        let last = mode
            .last
            .map(|at| format!("{}, {}", style.ago(at), style.date(at)))
            .unwrap_or_default();
        let hidden = if mode.hidden {
            "the client calls most of them a success"
        } else {
            ""
        };
        let places: Vec<String> = self
            .places
            .iter()
            .map(|place| {
                format!(
                    "{} ({}x in {})",
                    place.project,
                    place.failures,
                    count(place.sessions, "session")
                )
            })
            .collect();
        let muted = mode
            .muted_until
            .as_deref()
            .map(|until| format!("muted until {until}"))
            .unwrap_or_default();
        let fields = [
            (
                "Id",
                format!("{}  ({})", mode.id.as_deref().unwrap_or_default(), self.fingerprint),
            ),
            ("Template", self.template.clone()),
            (
                "Where",
                style.dotted(&[mode.scope.clone(), mode.tool_kind.clone().unwrap_or_default()]),
            ),
            ("Met", figures),
            ("Last", last),
            ("Hidden", hidden.to_owned()),
            ("Severity", mode.severity.clone().unwrap_or_default()),
            (
                "Status",
                style.dotted(&[mode.status.clone().unwrap_or_default(), muted]),
            ),
            ("Projects", places.join(", ")),
        ];
        for (name, text) in fields.iter().filter(|(_, text)| !text.is_empty()) {
            out.add(&style.field(name, text));
        }
        if !self.met.is_empty() {
            out.line(format!("\n{}", style.bold("Sessions")));
        }
        for meeting in &self.met {
            let project = meeting.project.clone().unwrap_or_default();
            let parts = [
                format!("{}x", meeting.failures),
                style.date(meeting.last),
                style.safe(&project),
            ];
            out.line(format!("  {}  {}", style.safe(&meeting.session), style.dotted(&parts)));
        }
        if !self.remedies.is_empty() {
            out.line(format!("\n{}", style.bold("Remedies")));
        }
        for remedy in &self.remedies {
            out.add(&remedy.paragraph(style));
        }
        if !self.newest.is_empty() {
            out.line(format!("\n{}", style.bold("Newest")));
        }
        for failure in &self.newest {
            out.add(&failure.short(style));
        }
        out.text()
    }
}

impl FailureView {
    /// Returns the place in the project's files.
    fn place(&self) -> String {
        match (&self.file, self.line) {
            (Some(file), Some(line)) => format!("{file}:{line}"),
            (Some(file), None) => file.clone(),
            _ => String::new(),
        }
    }

    fn short(&self, style: &Style) -> String {
        let exit = self.exit_code.map(|code| format!("exit {code}")).unwrap_or_default();
        let set_aside = self.expected.as_deref().map(reason).unwrap_or_default();
        let parts = [
            self.id.clone(),
            style.ago(self.time),
            exit,
            set_aside,
            style.safe(&self.place()),
        ];
        let mut out = Page::default();
        for line in style.wrapped(&style.dotted(&parts), style.width.saturating_sub(2)) {
            out.line(format!("  {line}"));
        }
        let ran = self.segment.as_deref().or(self.command.as_deref());
        if let Some(ran) = ran {
            out.line(format!("    $ {}", style.line(ran, style.width.saturating_sub(6))));
        }
        for line in style
            .wrapped(&self.message, style.width.saturating_sub(6))
            .iter()
            .take(6)
        {
            out.line(format!("    {} {line}", style.dim("|")));
        }
        out.text()
    }

    fn text(&self, style: &Style) -> String {
        let mut out = Page::default();
        for line in style.wrapped(&self.headline, style.width) {
            out.line(style.bold(&line));
        }
        out.line("");
        let set_aside = self.expected.as_deref().map(reason).unwrap_or_default();
        let who = style.dotted(&[
            self.assistant.clone(),
            self.model.clone().unwrap_or_default(),
            self.node.clone().unwrap_or_default(),
        ]);
        let again = if self.repeats > 0 {
            format!("after {} identical ones", self.repeats)
        } else {
            String::new()
        };
        let fields = [
            ("Id", style.dotted(&[self.id.clone(), again])),
            ("Mode", self.mode.clone().unwrap_or_default()),
            ("When", format!("{}, {}", style.date(self.time), style.ago(self.time))),
            ("Session", self.session.clone()),
            ("Project", self.project.clone().unwrap_or_default()),
            ("Who", who),
            ("Came as", self.origin.clone()),
            ("Set aside", set_aside),
            ("Severity", self.severity.clone().unwrap_or_default()),
            (
                "Exit code",
                self.exit_code.map(|code| code.to_string()).unwrap_or_default(),
            ),
            ("Type", self.error_type.clone().unwrap_or_default()),
            ("Place", self.place()),
            ("Command", self.command.clone().unwrap_or_default()),
            (
                "Segment",
                self.segment
                    .clone()
                    .filter(|segment| Some(segment) != self.command.as_ref())
                    .unwrap_or_default(),
            ),
            ("User said", self.correction.clone().unwrap_or_default()),
        ];
        for (name, text) in fields.iter().filter(|(_, text)| !text.is_empty()) {
            out.add(&style.field(name, text));
        }
        out.line("");
        for line in style.wrapped(&self.message, style.width.saturating_sub(2)) {
            out.line(format!("{} {line}", style.dim("|")));
        }
        for (name, value) in [
            ("Prompt", &self.input_context),
            ("State", &self.snapshot),
            ("Ended by", &self.resolution),
        ] {
            if let Some(value) = value {
                out.line("");
                out.add(&outline(name, value, style));
            }
        }
        out.text()
    }
}
