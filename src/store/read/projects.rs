//! Projects.

use rusqlite::params;

use super::time;
use crate::domain::id::ProjectId;
use crate::domain::time::Timestamp;
use crate::store::{Store, StoreError};

/// One project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectRow {
    /// Its row.
    pub id: ProjectId,
    /// What names it on every machine.
    pub key: String,
    /// The short name for people.
    pub name: String,
    /// The folded address of its remote.
    pub remote: Option<String>,
    /// The first session.
    pub first_at: Timestamp,
    /// The newest session.
    pub last_at: Timestamp,
    /// The folders that belong to it.
    pub roots: Vec<String>,
}

/// A project with the figures of a window; sessions outside any project have no id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectFigures {
    /// Its row.
    pub id: Option<ProjectId>,
    /// Its name.
    pub name: Option<String>,
    /// Sessions active in the window.
    pub sessions: i64,
    /// Their tool calls.
    pub calls: i64,
    /// Their failures that count.
    pub failures: i64,
    /// Their failures set aside.
    pub expected: i64,
}

const LIST: &str = "select id, key, name, remote, first_at, last_at from project order by last_at desc, id";

const FIGURES: &str = "select s.project as id, p.name, count(*) as sessions, sum(s.calls) as calls,
       sum(s.failures) as failures, sum(s.expected) as expected
from session s left join project p on p.id = s.project
where s.last_at >= ?1 and s.last_at <= ?2 and (?3 is null or s.project = ?3)
group by s.project
order by failures desc, sessions desc, p.name limit ?4";

const MET_AGAIN: &str = "select m.headline from mode_project mp join mode m on m.id = mp.mode
where mp.project = ?1 and mp.last_at >= ?2 and mp.sessions >= 2 and mp.failures > 0
  and m.status = 'open' and coalesce(m.muted_until, 0) <= ?3";

const EVER: &str = "select project, count(*), sum(failures) from session where project is not null group by project";

const BY_FOLDER: &str = "select project from root
where ?1 = path or substr(?1, 1, length(path) + 1) = path || '/'
order by length(path) desc limit 1";

impl Store {
    /// Returns every project, the one worked in last first.
    pub fn projects(&self) -> Result<Vec<ProjectRow>, StoreError> {
        let mut projects = self.rows(LIST, [], |row| {
            Ok(ProjectRow {
                id: ProjectId(row.get("id")?),
                key: row.get("key")?,
                name: row.get("name")?,
                remote: row.get("remote")?,
                first_at: time(row, "first_at")?,
                last_at: time(row, "last_at")?,
                roots: Vec::new(),
            })
        })?;
        for project in &mut projects {
            project.roots = self.rows(
                "select path from root where project = ?1 order by path",
                [project.id.0],
                |row| row.get(0),
            )?;
        }
        Ok(projects)
    }

    /// Returns the short name of a project.
    pub fn project_name(&self, id: ProjectId) -> Result<Option<String>, StoreError> {
        self.row("select name from project where id = ?1", [id.0], |row| row.get(0))
    }

    /// Returns the figures of the projects with a session between `since` and `until`, most failures first.
    pub fn project_figures(
        &self,
        since: Timestamp,
        until: Timestamp,
        project: Option<ProjectId>,
        limit: u32,
    ) -> Result<Vec<ProjectFigures>, StoreError> {
        self.rows(
            FIGURES,
            params![since.0, until.0, project.map(|id| id.0), limit],
            |row| {
                Ok(ProjectFigures {
                    id: row.get::<_, Option<i64>>("id")?.map(ProjectId),
                    name: row.get("name")?,
                    sessions: row.get("sessions")?,
                    calls: row.get("calls")?,
                    failures: row.get("failures")?,
                    expected: row.get("expected")?,
                })
            },
        )
    }

    /// Returns the headlines of the open failure modes that two or more sessions of a project ever met, and one since
    /// `since`.
    pub fn met_again(&self, project: ProjectId, since: Timestamp, now: Timestamp) -> Result<Vec<String>, StoreError> {
        self.rows(MET_AGAIN, [project.0, since.0, now.0], |row| row.get(0))
    }

    /// Returns the sessions and the failures that count of every project, over all time.
    pub fn project_counts(&self) -> Result<Vec<(ProjectId, i64, i64)>, StoreError> {
        self.rows(EVER, [], |row| Ok((ProjectId(row.get(0)?), row.get(1)?, row.get(2)?)))
    }

    /// Returns the first folder of a project.
    pub fn root_of_project(&self, project: ProjectId) -> Result<Option<String>, StoreError> {
        self.row(
            "select path from root where project = ?1 order by path limit 1",
            [project.0],
            |row| row.get(0),
        )
    }

    /// Returns the project that the deepest known folder above `folder`, or `folder` itself, belongs to.
    pub fn project_of_folder(&self, folder: &str) -> Result<Option<ProjectId>, StoreError> {
        self.row(BY_FOLDER, [folder], |row| row.get(0).map(ProjectId))
    }
}
