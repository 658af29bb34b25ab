//! Projects, the folders in which sessions worked, and what is known of those.

mod find;
mod unite;

use rusqlite::{OptionalExtension as _, Row, params};

pub use find::find;
pub use unite::{absorb, clear_out, decide, move_root, recount};

use super::{StoreError, Tx};
use crate::domain::id::{ProjectId, RootId};
use crate::domain::time::Timestamp;
use crate::redact::Clean;

/// A folder in which sessions worked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// Its path: the top of the working tree where `.git` could be seen, else the working folder itself.
    pub path: String,
    /// The main working tree, which may be itself; nothing when no `.git` could be seen.
    pub main: Option<String>,
    /// The folded remote that its `.git` names.
    pub remote: Option<String>,
}

/// How a project is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Naming {
    /// Its key, which is unique and travels.
    pub key: String,
    /// Its short name for people.
    pub name: String,
    /// Its folded remote.
    pub remote: Option<String>,
}

/// A folder as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RootRow {
    /// Its row.
    pub id: RootId,
    /// The machine that it is on.
    pub machine: String,
    /// What it is.
    pub folder: Folder,
    /// The project that it belongs to.
    pub project: ProjectId,
    /// The key of that project.
    pub key: String,
    /// Whether a person put it there.
    pub decided: bool,
    /// What sessions showed: kind, value, when.
    pub facts: Vec<(String, String, Timestamp)>,
    /// Distinctive files below it.
    pub files: Vec<String>,
}

/// Returns the folder at `path` of a machine.
pub fn root_at(tx: &Tx<'_>, machine: &str, path: &str) -> Result<Option<RootRow>, StoreError> {
    Ok(tx
        .prepare_cached(
            "select r.id, r.machine, r.path, r.main, r.remote, r.project, p.key, r.decided = 'person'
             from root r join project p on p.id = r.project where r.machine = ?1 and r.path = ?2",
        )?
        .query_row([machine, path], root_row)
        .optional()?)
}

/// Returns the project of the folder at `path` of a machine.
pub fn of_path(tx: &Tx<'_>, machine: &str, path: &str) -> Result<Option<ProjectId>, StoreError> {
    Ok(tx
        .prepare_cached("select project from root where machine = ?1 and path = ?2")?
        .query_row([machine, path], |row| row.get(0).map(ProjectId))
        .optional()?)
}

/// Returns the folder's path.
pub fn path_of(tx: &Tx<'_>, root: RootId) -> Result<Clean<String>, StoreError> {
    let path = tx
        .prepare_cached("select path from root where id = ?1")?
        .query_row([root.0], |row| row.get(0))?;
    Ok(Clean::stored(path))
}

/// Returns the project that a folder belongs to.
pub fn of_folder(tx: &Tx<'_>, root: RootId) -> Result<ProjectId, StoreError> {
    Ok(tx
        .prepare_cached("select project from root where id = ?1")?
        .query_row([root.0], |row| row.get(0).map(ProjectId))?)
}

/// Adds a folder to a project.
pub fn add_root(tx: &Tx<'_>, machine: &str, folder: &Clean<Folder>, project: ProjectId) -> Result<RootId, StoreError> {
    tx.prepare_cached("insert into root (machine, path, project, main, remote) values (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![machine, folder.path, project.0, folder.main, folder.remote])?;
    Ok(RootId(tx.last_insert_rowid()))
}

/// Keeps what `.git` says now of a folder.
pub fn see_root(tx: &Tx<'_>, root: RootId, folder: &Clean<Folder>) -> Result<(), StoreError> {
    tx.prepare_cached("update root set main = ?2, remote = ?3 where id = ?1")?
        .execute(params![root.0, folder.main, folder.remote])?;
    Ok(())
}

/// Returns the project with that key.
pub fn with_key(tx: &Tx<'_>, key: &str) -> Result<Option<ProjectId>, StoreError> {
    Ok(tx
        .prepare_cached("select id from project where key = ?1")?
        .query_row([key], |row| row.get(0).map(ProjectId))
        .optional()?)
}

/// Adds a project that was first seen at `at`.
pub fn add(tx: &Tx<'_>, naming: &Clean<Naming>, at: Timestamp) -> Result<ProjectId, StoreError> {
    tx.prepare_cached("insert into project (key, name, remote, first_at, last_at) values (?1, ?2, ?3, ?4, ?4)")?
        .execute(params![naming.key, naming.name, naming.remote, at.0])?;
    Ok(ProjectId(tx.last_insert_rowid()))
}

/// Adds a project for folders that belonged to another one until now, with that one's times.
pub fn add_beside(tx: &Tx<'_>, naming: &Clean<Naming>, other: ProjectId) -> Result<ProjectId, StoreError> {
    tx.prepare_cached(
        "insert into project (key, name, remote, first_at, last_at)
         select ?1, ?2, ?3, first_at, last_at from project where id = ?4",
    )?
    .execute(params![naming.key, naming.name, naming.remote, other.0])?;
    Ok(ProjectId(tx.last_insert_rowid()))
}

/// Calls a project something else; one that is called so already is left alone.
pub fn rename(tx: &Tx<'_>, project: ProjectId, naming: &Clean<Naming>) -> Result<(), StoreError> {
    tx.prepare_cached(
        "update project set key = ?2, name = ?3, remote = ?4
         where id = ?1 and (key <> ?2 or name <> ?3 or remote is not ?4)",
    )?
    .execute(params![project.0, naming.key, naming.name, naming.remote])?;
    Ok(())
}

/// Widens the project's time to hold `at`.
pub fn touch(tx: &Tx<'_>, project: ProjectId, at: Timestamp) -> Result<(), StoreError> {
    tx.prepare_cached(
        "update project set first_at = min(first_at, ?2), last_at = max(last_at, ?2)
         where id = ?1 and (first_at > ?2 or last_at < ?2)",
    )?
    .execute(params![project.0, at.0])?;
    Ok(())
}

/// Keeps a fact of a kind that a session in the folder showed at `at`.
pub fn add_fact(tx: &Tx<'_>, root: RootId, kind: &str, value: &Clean<String>, at: Timestamp) -> Result<(), StoreError> {
    tx.prepare_cached(
        "insert into root_fact (root, kind, value, at) values (?1, ?2, ?3, ?4)
         on conflict (root, kind, value) do update set at = max(at, excluded.at)",
    )?
    .execute(params![root.0, kind, value.as_str(), at.0])?;
    Ok(())
}

/// Keeps a file that a session touched below the folder.
pub fn add_file(tx: &Tx<'_>, root: RootId, file: &Clean<String>) -> Result<(), StoreError> {
    tx.prepare_cached("insert or ignore into root_file (root, file) values (?1, ?2)")?
        .execute(params![root.0, file.as_str()])?;
    Ok(())
}

/// Returns every folder with its facts and files.
pub fn roots(tx: &Tx<'_>) -> Result<Clean<Vec<RootRow>>, StoreError> {
    let mut rows: Vec<RootRow> = tx
        .prepare_cached(
            "select r.id, r.machine, r.path, r.main, r.remote, r.project, p.key, r.decided = 'person'
             from root r join project p on p.id = r.project order by r.id",
        )?
        .query_map([], root_row)?
        .collect::<Result<_, _>>()?;
    let mut facts = tx.prepare_cached("select root, kind, value, at from root_fact order by root, kind, value")?;
    let mut facts = facts.query([])?;
    while let Some(row) = facts.next()? {
        if let Some(root) = of_root(&mut rows, row)? {
            root.facts.push((row.get(1)?, row.get(2)?, Timestamp(row.get(3)?)));
        }
    }
    let mut files = tx.prepare_cached("select root, file from root_file order by root, file")?;
    let mut files = files.query([])?;
    while let Some(row) = files.next()? {
        if let Some(root) = of_root(&mut rows, row)? {
            root.files.push(row.get(1)?);
        }
    }
    Ok(Clean::stored(rows))
}

/// Returns the folder whose id stands first in `row`, out of rows in the order of their ids.
fn of_root<'a>(rows: &'a mut [RootRow], row: &Row<'_>) -> rusqlite::Result<Option<&'a mut RootRow>> {
    let id = RootId(row.get(0)?);
    let found = rows.binary_search_by_key(&id, |root| root.id).ok();
    Ok(found.map(|index| &mut rows[index]))
}

fn root_row(row: &Row<'_>) -> rusqlite::Result<RootRow> {
    Ok(RootRow {
        id: RootId(row.get(0)?),
        machine: row.get(1)?,
        folder: Folder {
            path: row.get(2)?,
            main: row.get(3)?,
            remote: row.get(4)?,
        },
        project: ProjectId(row.get(5)?),
        key: row.get(6)?,
        decided: row.get(7)?,
        facts: Vec::new(),
        files: Vec::new(),
    })
}

#[cfg(test)]
mod tests;
