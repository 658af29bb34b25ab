//! One session from beginning to end.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::page::Page;
use super::pick::{failure_id, mode_id, session_row};
use super::sessions::{SessionLine, line};
use super::style::{self, duration};
use super::{Answer, AnswerError, Style, failures, lenient};
use crate::domain::time::Timestamp;
use crate::domain::trace::Text;
use crate::store::Store;
use crate::store::read::{EventRow, FailureRow};

/// Which session is wanted.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct SessionQuery {
    /// The assistant's id of the session, or a beginning of it.
    pub id: String,
    /// With what went into and came out of every call, as far as it was kept.
    #[serde(deserialize_with = "lenient::switch")]
    pub bodies: bool,
}

/// A session with everything that happened in it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SessionView {
    /// The session.
    pub session: SessionLine,
    /// Its labels.
    pub labels: Vec<Label>,
    /// What happened, in order.
    pub steps: Vec<Step>,
}

/// A label of a session.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Label {
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: String,
}

/// One thing that happened.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Step {
    /// When.
    pub at: String,
    /// `call`, `prompt`, `turn`, `model-error`, `background`, `interrupt`, `agent` or `compact`.
    pub kind: String,
    /// The subagent that did it; left out for the session's own agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// The subagent's kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_kind: Option<String>,
    /// The tool as the assistant names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
    /// `started`, `ok`, `failed` or `unknown`.
    pub status: String,
    /// The exit code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    /// How long it ran.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<i64>,
    /// The command of a shell call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// The file that was edited, read or searched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Bytes that went in.
    pub input_bytes: i64,
    /// Bytes that came out.
    pub output_bytes: i64,
    /// What went in; always for prompts, else when bodies were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<String>,
    /// What came out; always for turns and errors of the model, else when bodies were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
    /// What failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<StepFailure>,
    #[serde(skip)]
    time: Timestamp,
}

/// What failed in a step.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct StepFailure {
    /// The id of this one failure.
    pub id: String,
    /// The id of its failure mode; left out before it is grouped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    /// The line that says what went wrong.
    pub headline: String,
    /// `flagged`, `hidden`, `model`, `background` or `reported`.
    pub origin: String,
    /// Why it does not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// `low`, `medium` or `high`; left out until it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<String>,
}

/// Returns one session from beginning to end.
pub fn session(store: &Store, query: &SessionQuery) -> Result<SessionView, AnswerError> {
    let id = session_row(store, &query.id)?;
    let row = store.session(id)?.ok_or_else(|| AnswerError::Unknown {
        kind: "session",
        given: query.id.clone(),
    })?;
    let labels = store
        .labels(id)?
        .into_iter()
        .map(|(key, value)| Label { key, value })
        .collect();
    let failures = store.session_failures(id)?;
    let mut steps = Vec::new();
    for event in store.session_events(id)? {
        let failure = failures.iter().find(|failure| failure.event == event.id);
        steps.push(step(store, event, failure, query.bodies)?);
    }
    Ok(SessionView {
        session: line(store, row)?,
        labels,
        steps,
    })
}

fn step(store: &Store, event: EventRow, failure: Option<&FailureRow>, bodies: bool) -> Result<Step, AnswerError> {
    let speaks = matches!(event.kind.as_str(), "prompt" | "turn" | "model-error" | "background");
    let body = if bodies || speaks {
        store.body(event.id)?
    } else {
        crate::store::read::BodyRow::default()
    };
    Ok(Step {
        at: style::rfc3339(event.at),
        kind: event.kind,
        agent: event.agent,
        agent_kind: event.agent_kind,
        tool: event.tool,
        status: event.status,
        exit_code: event.exit_code,
        duration_ms: event.duration_ms,
        command: event.command,
        file: event.file,
        input_bytes: event.input_bytes,
        output_bytes: event.output_bytes,
        input: body.input.as_ref().map(Text::joined),
        output: body.output.as_ref().map(Text::joined),
        failure: failure.map(|failure| step_failure(store, failure)).transpose()?,
        time: event.at,
    })
}

fn step_failure(store: &Store, failure: &FailureRow) -> Result<StepFailure, AnswerError> {
    let mode = failure.mode.map(|mode| store.mode(mode)).transpose()?.flatten();
    Ok(StepFailure {
        id: failure_id(failure.id),
        mode: mode.map(|mode| mode_id(store, &mode.fingerprint)).transpose()?,
        headline: failure.headline.clone(),
        origin: failure.origin.clone(),
        expected: failure.expected.clone(),
        severity: failure.severity.clone(),
    })
}

impl Step {
    /// Returns the step as lines; calls of a subagent are indented.
    fn lines(&self, folder: &str, style: &Style) -> Vec<String> {
        /// Characters of the tool's name, so that what was done stands in one column.
        const NAME: usize = 6;
        let indent = if self.agent.is_some() { "  " } else { "" };
        let file = self.file.as_deref().map(|file| below(file, folder));
        let said = self
            .command
            .as_deref()
            .or(file)
            .or(self.input.as_deref())
            .or(self.output.as_deref())
            .unwrap_or_default();
        let name = format!("{:<NAME$}", style.line(self.tool.as_deref().unwrap_or(&self.kind), 24));
        let took = self
            .duration_ms
            .filter(|ms| *ms >= 1_000)
            .map(duration)
            .unwrap_or_default();
        // Eight characters of time, and two spaces between the columns.
        let used = indent.len() + 8 + 2 + name.chars().count() + 2 + took.chars().count() + 2;
        let room = style.width.saturating_sub(used).max(8);
        // A path says most at its end, a command and a sentence at their beginning.
        let what = if file == Some(said) {
            style.squeezed(said, room)
        } else {
            style.line(said, room)
        };
        let clock = style.dim(&style.clock(self.time));
        let mut lines = vec![format!("{indent}{clock}  {name}  {what}  {}", style.dim(&took))];
        if let Some(failure) = &self.failure {
            lines.push(failure.line(indent, self.exit_code, style));
        }
        lines
    }

    fn body_lines(&self, style: &Style) -> Vec<String> {
        [self.input.as_deref(), self.output.as_deref()]
            .into_iter()
            .flatten()
            .flat_map(|text| style.wrapped(text, style.width.saturating_sub(12)))
            .map(|line| format!("          | {line}").trim_end().to_owned())
            .collect()
    }
}

/// Returns a path as seen from `folder`, when it lies below it.
fn below<'a>(path: &'a str, folder: &str) -> &'a str {
    let folder = folder.trim_end_matches('/');
    path.strip_prefix(folder)
        .and_then(|rest| rest.strip_prefix('/'))
        .filter(|rest| !folder.is_empty() && !rest.is_empty())
        .unwrap_or(path)
}

impl StepFailure {
    fn line(&self, indent: &str, exit_code: Option<i32>, style: &Style) -> String {
        let id = self.mode.as_deref().unwrap_or(&self.id);
        if let Some(reason) = &self.expected {
            let reason = style.dim(&format!("set aside: {}", failures::reason(reason)));
            return format!("{indent}          {reason}  {}", style.dim(id));
        }
        let exit = exit_code
            .filter(|code| *code != 0)
            .map(|code| format!(" (exit {code})"))
            .unwrap_or_default();
        let hidden = if self.origin == "hidden" { " (hidden)" } else { "" };
        let used = indent.len() + 10 + "failed: ".len() + exit.len() + hidden.len() + 2 + id.len();
        let headline = style.squeezed(&self.headline, style.width.saturating_sub(used).max(16));
        format!(
            "{indent}          {}{exit}: {headline}{hidden}  {}",
            style.red("failed"),
            style.dim(id)
        )
    }
}

impl Answer for SessionView {
    fn text(&self, style: &Style) -> String {
        let session = &self.session;
        let mut out = Page::default();
        out.line(format!("{} {}", style.bold("Session"), style.safe(&session.external)));
        let place = style.dotted(&[
            session.project.clone().unwrap_or_default(),
            session.branch.clone().unwrap_or_default(),
            session
                .commit
                .as_deref()
                .map(|commit| commit.chars().take(10).collect::<String>())
                .unwrap_or_default(),
        ]);
        let client = [Some(session.assistant.as_str()), session.version.as_deref()];
        let client: Vec<&str> = client.into_iter().flatten().collect();
        let ended = session
            .end_reason
            .as_deref()
            .map(|reason| format!(", ended: {reason}"))
            .unwrap_or_default();
        let took = session.last.since(session.started).0 / 1_000;
        let fields = [
            (
                "When",
                format!("{}, {}{ended}", style.date(session.started), duration(took)),
            ),
            ("Project", place),
            ("Folder", session.cwd.clone().unwrap_or_default()),
            (
                "Assistant",
                style.dotted(&[client.join(" "), session.model.clone().unwrap_or_default()]),
            ),
            ("Figures", session.figures(style)),
            (
                "Labels",
                self.labels
                    .iter()
                    .map(|label| format!("{}={}", label.key, label.value))
                    .collect::<Vec<_>>()
                    .join(", "),
            ),
        ];
        for (name, text) in fields.iter().filter(|(_, text)| !text.is_empty()) {
            out.add(&style.field(name, text));
        }
        out.line("");
        let bodies = self
            .steps
            .iter()
            .any(|step| step.kind == "call" && step.input.is_some());
        let folder = session.cwd.as_deref().unwrap_or_default();
        let mut day = style.day(session.started);
        for step in &self.steps {
            let today = style.day(step.time);
            if today != day {
                out.line(style.dim(&today));
                day = today;
            }
            for line in step.lines(folder, style) {
                out.line(line);
            }
            if bodies {
                for line in step.body_lines(style) {
                    out.line(line);
                }
            }
        }
        out.text()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_seen_from_the_folder_of_the_session() {
        let table = [
            ("/home/dev/app/src/lib.rs", "/home/dev/app", "src/lib.rs"),
            ("/home/dev/app/src/lib.rs", "/home/dev/app/", "src/lib.rs"),
            ("/home/dev/application/x", "/home/dev/app", "/home/dev/application/x"),
            ("/home/dev/app", "/home/dev/app", "/home/dev/app"),
            ("src/lib.rs", "", "src/lib.rs"),
            ("/etc/hosts", "/", "/etc/hosts"),
        ];
        for (path, folder, seen) in table {
            assert_eq!(below(path, folder), seen, "{path} from {folder}");
        }
    }
}
