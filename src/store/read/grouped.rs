//! The failures of a window, by what they have in common.

use rusqlite::named_params;

use super::time;
use crate::domain::id::ProjectId;
use crate::domain::time::Timestamp;
use crate::store::{Store, StoreError};

/// What failures are put together by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grouping {
    /// Command head, server and tool, or tool.
    Tool,
    /// The kind of the subagent, the tool, or the part of a program.
    Node,
    /// The agent.
    Agent,
    /// The model.
    Model,
    /// The assistant.
    Assistant,
    /// The type that the error names.
    Type,
    /// The project.
    Project,
    /// The session.
    Session,
}

impl Grouping {
    /// Every way, with its word.
    pub const ALL: [(Self, &str); 8] = [
        (Self::Tool, "tool"),
        (Self::Node, "node"),
        (Self::Agent, "agent"),
        (Self::Model, "model"),
        (Self::Assistant, "assistant"),
        (Self::Type, "type"),
        (Self::Project, "project"),
        (Self::Session, "session"),
    ];

    const fn column(self) -> &'static str {
        match self {
            Self::Tool => "f.scope",
            Self::Node => "f.node",
            Self::Agent => "f.agent",
            Self::Model => "s.model",
            Self::Assistant => "s.assistant",
            Self::Type => "f.error_type",
            Self::Project => "(select name from project where id = f.project)",
            Self::Session => "s.external",
        }
    }
}

/// Failures that have something in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRow {
    /// What they have in common; nothing where it is not known.
    pub name: Option<String>,
    /// Failures that count.
    pub failures: i64,
    /// Their sessions.
    pub sessions: i64,
    /// Their failure modes.
    pub modes: i64,
    /// The newest of them.
    pub last_at: Timestamp,
}

impl Store {
    /// Returns the failures between `since` and `until` that count, by `grouping`, most of them first; at most `limit`
    /// groups.
    pub fn grouped(
        &self,
        grouping: Grouping,
        (since, until): (Timestamp, Timestamp),
        project: Option<ProjectId>,
        limit: u32,
    ) -> Result<Vec<GroupRow>, StoreError> {
        let column = grouping.column();
        self.rows(
            &format!(
                "select {column} as name, count(*) as failures, count(distinct f.session) as sessions,
                        count(distinct p.mode) as modes, max(f.at) as last_at
                 from failure f join session s on s.id = f.session left join pattern p on p.id = f.pattern
                 where f.expected is null and f.at between :since and :until
                   and (:project is null or f.project = :project)
                 group by 1 order by failures desc, sessions desc, name limit :limit"
            ),
            named_params! {
                ":since": since.0,
                ":until": until.0,
                ":project": project.map(|id| id.0),
                ":limit": limit,
            },
            |row| {
                Ok(GroupRow {
                    name: row.get("name")?,
                    failures: row.get("failures")?,
                    sessions: row.get("sessions")?,
                    modes: row.get("modes")?,
                    last_at: time(row, "last_at")?,
                })
            },
        )
    }
}
