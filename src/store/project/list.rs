//! Projects as people look them up.

use crate::domain::id::ProjectId;
use crate::domain::time::Timestamp;
use crate::store::{Store, StoreError, Tx};

/// A project with its figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectRow {
    /// Its row.
    pub id: ProjectId,
    /// Its key.
    pub key: String,
    /// Its short name.
    pub name: String,
    /// Its folded remote.
    pub remote: Option<String>,
    /// The paths of its folders, sorted.
    pub roots: Vec<String>,
    /// Sessions that began in it.
    pub sessions: i64,
    /// Failures in it that count.
    pub failures: i64,
    /// When something last happened in it.
    pub last_at: Timestamp,
    /// Whether a person decided on any of its folders.
    pub decided: bool,
}

/// Returns every project, the one with the newest session first.
pub fn list(store: &Store) -> Result<Vec<ProjectRow>, StoreError> {
    let mut rows = store.connection().prepare(
        "select p.id, p.key, p.name, p.remote,
                (select count(*) from session s where s.project = p.id),
                (select count(*) from failure f where f.project = p.id and f.expected is null),
                coalesce((select max(last_at) from session s where s.project = p.id), p.last_at) as last,
                exists (select 1 from root r where r.project = p.id and r.decided = 'person')
         from project p order by last desc, p.key",
    )?;
    let mut projects: Vec<ProjectRow> = rows
        .query_map([], |row| {
            Ok(ProjectRow {
                id: ProjectId(row.get(0)?),
                key: row.get(1)?,
                name: row.get(2)?,
                remote: row.get(3)?,
                roots: Vec::new(),
                sessions: row.get(4)?,
                failures: row.get(5)?,
                last_at: Timestamp(row.get(6)?),
                decided: row.get(7)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    let mut paths = store
        .connection()
        .prepare("select path from root where project = ?1 order by path, machine")?;
    for project in &mut projects {
        project.roots = paths
            .query_map([project.id.0], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
    }
    Ok(projects)
}

/// Returns the projects that a person may mean by `text`: those with that key, remote or folder, else those of that
/// name, else those whose remote ends so, such as `acme/app`.
pub fn find(tx: &Tx<'_>, text: &str) -> Result<Vec<ProjectId>, StoreError> {
    for sql in [
        "select id from project where key = ?1 or remote = ?1
         union select project from root where path = ?1",
        "select id from project where name = ?1 collate nocase",
        "select id from project where lower(substr(remote, -length(?1) - 1)) = '/' || lower(?1)",
    ] {
        let found: Vec<ProjectId> = tx
            .prepare_cached(sql)?
            .query_map([text], |row| row.get(0).map(ProjectId))?
            .collect::<Result<_, _>>()?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}
