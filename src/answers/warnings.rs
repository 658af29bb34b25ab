//! What would be said before calls: which are refused, why, and what a person chose about it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::page::Page;
use super::pick::{mode_id, pick_project};
use super::style::{self, count};
use super::{Answer, AnswerError, Style};
use crate::config::Settings;
use crate::domain::id::ProjectId;
use crate::domain::lesson::Warnings;
use crate::domain::time::Timestamp;
use crate::recall::warning::{self, Warning};
use crate::store::{Store, failing};

/// Which warnings are wanted.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct WarningsQuery {
    /// Only this project: its name, its remote or a folder in it.
    pub project: Option<String>,
}

/// A call before which something is said.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct WarningLine {
    /// The id of the failure mode: `callus show ID` tells more.
    pub id: String,
    /// The project.
    pub project: String,
    /// The call, with what changes from run to run as `*`.
    pub call: String,
    /// What is said to be typed.
    pub suggestion: String,
    /// What is done before the call: `deny-once`, `shadow` or `off`. A repository may ask for less.
    pub answer: String,
    /// A person chose that for this failure mode.
    pub chosen: bool,
    /// How often the call ran.
    pub runs: u32,
    /// How often it failed so.
    pub failed: u32,
    /// In how many sessions; forks, resumes and subagents of one count as one.
    pub sessions: usize,
    /// When it last failed.
    pub last_at: String,
    /// The whole text that the agent reads.
    pub text: String,
    #[serde(skip)]
    last: Timestamp,
}

/// What a person chose for a failure mode.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ChosenLine {
    /// The id of the failure mode.
    pub id: String,
    /// What went wrong, as the newest failure says it.
    pub headline: String,
    /// What is done before calls that fail so: `deny-once`, `shadow` or `off`.
    pub answer: String,
}

/// What would be said before calls.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct WarningsView {
    /// What is done where nothing else is chosen: `deny-once`, `shadow` or `off`.
    pub usual: String,
    /// The calls.
    pub warnings: Vec<WarningLine>,
    /// What a person chose for failure modes, whether something would be said of them now or not.
    pub chosen: Vec<ChosenLine>,
}

/// Returns what would be said before calls.
pub fn warnings(store: &mut Store, query: &WarningsQuery, settings: &Settings) -> Result<WarningsView, AnswerError> {
    let wanted = query
        .project
        .as_deref()
        .map(|given| pick_project(store, given))
        .transpose()?;
    let now = settings.clock.now();
    let usual = settings.usual_warnings();
    let names: Vec<(ProjectId, String)> = store.projects()?.into_iter().map(|row| (row.id, row.name)).collect();
    let mut lines = Vec::new();
    for project in store.look(warning::projects)? {
        if wanted.is_some_and(|wanted| wanted != project) {
            continue;
        }
        let name = names.iter().find(|(id, _)| *id == project).map_or("", |(_, name)| name);
        for found in store.look(|tx| warning::of_project(tx, project, now))? {
            lines.push(line(store, name, found, usual)?);
        }
    }
    let mut chosen = Vec::new();
    for (name, headline, answer) in store.look(failing::chosen)? {
        chosen.push(ChosenLine {
            id: mode_id(store, &name.text())?,
            headline,
            answer: answer.word().to_owned(),
        });
    }
    Ok(WarningsView {
        usual: usual.word().to_owned(),
        warnings: lines,
        chosen,
    })
}

fn line(store: &Store, project: &str, found: Warning, usual: Warnings) -> Result<WarningLine, AnswerError> {
    // Where warnings are off, nothing is looked up at all.
    let answer = if usual == Warnings::Off {
        usual
    } else {
        found.chosen.unwrap_or(usual)
    };
    Ok(WarningLine {
        id: mode_id(store, &found.name.text())?,
        project: project.to_owned(),
        call: found.call,
        suggestion: found.message.suggestion,
        answer: answer.word().to_owned(),
        chosen: found.chosen.is_some(),
        runs: found.record.runs,
        failed: found.record.failed,
        sessions: found.record.sessions,
        last_at: style::rfc3339(found.record.last),
        text: found.message.text,
        last: found.record.last,
    })
}

impl Answer for WarningsView {
    fn text(&self, style: &Style) -> String {
        let mut out = Page::default();
        if self.warnings.is_empty() {
            out.line("No call fails often enough, with something that works instead, to be warned of.");
        }
        for warning in &self.warnings {
            let figures = [
                warning.answer.clone(),
                format!("failed {} of {}", warning.failed, count(i64::from(warning.runs), "run")),
                count(i64::try_from(warning.sessions).unwrap_or(i64::MAX), "session"),
                style.ago(warning.last),
                style.safe(&warning.project),
            ];
            out.line(format!("{}  {}", style.bold(&warning.id), style.dotted(&figures)));
            out.line(format!("  {}", style.line(&warning.call, style.width - 2)));
            out.line(format!(
                "  instead: {}",
                style.line(&warning.suggestion, style.width - 11)
            ));
        }
        let silent = |chosen: &&ChosenLine| !self.warnings.iter().any(|warning| warning.id == chosen.id);
        for chosen in self.chosen.iter().filter(silent) {
            let headline = style.squeezed(&chosen.headline, style.width.saturating_sub(24));
            out.line(format!(
                "{}  {} by choice: {headline}",
                style.bold(&chosen.id),
                chosen.answer
            ));
        }
        out.text()
    }
}
