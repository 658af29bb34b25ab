//! What is likely to fail here: what a session is told at its start, as a question.

use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::page::Page;
use super::pick::pick_project;
use super::{Answer, AnswerError, Style, lenient};
use crate::config::Settings;
use crate::domain::id::ProjectId;
use crate::domain::time::Timestamp;
use crate::failure::own::SIGNATURE;
use crate::flow;
use crate::store::Store;

/// For which project.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct BriefQuery {
    /// The project: its name, its remote or a folder in it; left out, that of the folder from which it is asked.
    #[serde(deserialize_with = "lenient::text", alias = "cwd")]
    pub project: Option<String>,
    /// The folder from which it is asked.
    #[serde(skip)]
    pub here: Option<String>,
}

/// What is likely to fail in a project.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct BriefView {
    /// The name of the project; left out when none is known there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// What is likely to fail, and what to do instead: a line each, the likeliest first, at most five.
    pub lines: Vec<String>,
    /// What the lines say to type, alone.
    pub suggestions: Vec<String>,
}

/// Returns what is likely to fail in a project: by the same rule as what a session is told at its start.
pub fn brief(store: &Store, settings: &Settings, query: &BriefQuery, now: Timestamp) -> Result<BriefView, AnswerError> {
    let Some((project, folder)) = place(store, settings, query)? else {
        return Ok(BriefView {
            project: None,
            lines: Vec::new(),
            suggestions: Vec::new(),
        });
    };
    let said = flow::brief_of(store, settings, project, &folder, now)?;
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let (text, suggestion) = said
        .map(|message| (message.text, message.suggestion))
        .unwrap_or_default();
    Ok(BriefView {
        project: store.project_name(project)?,
        lines: lines(text.strip_prefix(SIGNATURE).unwrap_or(&text)),
        suggestions: lines(&suggestion),
    })
}

/// Returns the project that is meant, and the folder from which what a remedy names is looked for.
fn place(store: &Store, settings: &Settings, query: &BriefQuery) -> Result<Option<(ProjectId, String)>, AnswerError> {
    if let Some(given) = query.project.as_deref().filter(|given| !given.starts_with('/')) {
        let project = pick_project(store, given)?;
        return Ok(Some((project, store.root_of_project(project)?.unwrap_or_default())));
    }
    let Some(folder) = query.project.as_ref().or(query.here.as_ref()) else {
        return Err(AnswerError::Unclear {
            what: "it is not said for which project".to_owned(),
            choices: vec!["Give `project`: its name, its remote or the path of a folder in it".to_owned()],
        });
    };
    let found = flow::project_of(store, settings, Path::new(folder))?;
    Ok(found.map(|project| (project, folder.clone())))
}

impl Answer for BriefView {
    fn text(&self, style: &Style) -> String {
        let mut out = Page::default();
        for line in &self.lines {
            out.line(style.safe(line));
        }
        match (&self.project, self.lines.is_empty()) {
            (None, _) => out.line("No session was recorded there: nothing is known of what fails."),
            (Some(project), true) => out.line(format!(
                "Nothing is to be told of {}: nothing that is known is likely to fail in the next session.",
                style.safe(project)
            )),
            _ => {}
        }
        out.text()
    }
}
