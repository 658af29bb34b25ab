//! The projects.

use schemars::JsonSchema;
use serde::Serialize;

use super::page::Page;
use super::style;
use super::{Answer, AnswerError, Style};
use crate::domain::time::Timestamp;
use crate::store::Store;

/// One project.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ProjectLine {
    /// Its short name.
    pub name: String,
    /// What names it: its remote, or its folder on this machine.
    pub key: String,
    /// The address of its remote, without credentials.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remote: Option<String>,
    /// Its sessions.
    pub sessions: i64,
    /// Their failures that count.
    pub failures: i64,
    /// The first session.
    pub first_at: String,
    /// The newest session.
    pub last_at: String,
    /// The folders that belong to it.
    pub folders: Vec<String>,
    #[serde(skip)]
    last: Timestamp,
}

/// The projects.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ProjectsView {
    /// The projects, the one worked in last first.
    pub projects: Vec<ProjectLine>,
}

/// Returns the projects.
pub fn projects(store: &Store) -> Result<ProjectsView, AnswerError> {
    let counts = store.project_counts()?;
    let projects = store.projects()?.into_iter().map(|row| {
        let own = counts.iter().find(|(id, _, _)| *id == row.id);
        ProjectLine {
            name: row.name,
            key: row.key,
            remote: row.remote,
            sessions: own.map_or(0, |(_, sessions, _)| *sessions),
            failures: own.map_or(0, |(_, _, failures)| *failures),
            first_at: style::rfc3339(row.first_at),
            last_at: style::rfc3339(row.last_at),
            folders: row.roots,
            last: row.last_at,
        }
    });
    Ok(ProjectsView {
        projects: projects.collect(),
    })
}

impl Answer for ProjectsView {
    fn text(&self, style: &Style) -> String {
        if self.projects.is_empty() {
            return "No project is recorded yet.\n".to_owned();
        }
        let mut out = Page::default();
        for project in &self.projects {
            let parts = [
                style::count(project.sessions, "session"),
                style::count(project.failures, "failure"),
                style.ago(project.last),
            ];
            let name = style.bold(&style.line(&project.name, 32));
            out.line(format!("{name}  {}", style.dotted(&parts)));
            if let Some(remote) = &project.remote {
                out.line(format!("  {}", style.dim(&style.line(remote, style.width - 2))));
            }
            for folder in &project.folders {
                out.line(format!("  {}", style.line(folder, style.width - 2)));
            }
        }
        out.text()
    }
}
