//! What a person decides about projects: it outranks every rule, and stays.

use crate::domain::id::{ProjectId, RootId};
use crate::redact::Clean;
use crate::store::project::{self, Naming, RootRow};
use crate::store::{StoreError, Tx};
use crate::workspace::{is_below, root_key, short_name};

/// Why a decision cannot be carried out.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// Nothing is called so.
    #[error("no project or folder is called {0:?}; `callus project list` names them")]
    Unknown(String),
    /// Several are called so.
    #[error("{0:?} may mean {1} projects; name one by its remote or by a folder")]
    Ambiguous(String, usize),
    /// Both names mean one project.
    #[error("{0:?} and {1:?} are one project already")]
    One(String, String),
    /// The project has no other folder.
    #[error("{0:?} is all that its project has; there is nothing to split")]
    Alone(String),
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes one project of the two that a person names, and returns the one that stays: the first, unless only the
/// second has a remote.
pub fn merge(tx: &Tx<'_>, first: &str, second: &str) -> Result<ProjectId, ProjectError> {
    let (one, other) = (named(tx, first)?, named(tx, second)?);
    if one == other {
        return Err(ProjectError::One(first.to_owned(), second.to_owned()));
    }
    let rows = project::roots(tx)?;
    let has_remote = |project| {
        rows.iter()
            .any(|row| row.project == project && row.key.starts_with("remote:"))
    };
    let (stays, goes) = if has_remote(other) && !has_remote(one) {
        (other, one)
    } else {
        (one, other)
    };
    project::absorb(tx, goes, stays)?;
    project::decide(tx, stays)?;
    Ok(stays)
}

/// Takes the folder at `path`, with its worktrees and subfolders, out of its project into one of its own, and returns
/// that. The counts of masked calls must be derived anew afterwards.
pub fn split(tx: &Tx<'_>, path: &str) -> Result<ProjectId, ProjectError> {
    let rows = project::roots(tx)?;
    let at_path: Vec<&RootRow> = rows.iter().filter(|row| row.folder.path == path).collect();
    let top = match at_path[..] {
        [] => return Err(ProjectError::Unknown(path.to_owned())),
        [top] => top,
        _ => return Err(ProjectError::Ambiguous(path.to_owned(), at_path.len())),
    };
    let goes = |row: &&RootRow| {
        let is_tree = row.folder.main.as_deref() == Some(path);
        row.machine == top.machine && (is_tree || is_below(&row.folder.path, path))
    };
    let (going, staying): (Vec<&RootRow>, Vec<&RootRow>) =
        rows.iter().filter(|row| row.project == top.project).partition(goes);
    let Some(left) = staying
        .iter()
        .min_by_key(|row| (row.folder.path.len(), &row.machine, &row.folder.path))
    else {
        return Err(ProjectError::Alone(path.to_owned()));
    };
    let own_key = root_key(&top.machine, path);
    if top.key == own_key {
        // The project was named after the folder that leaves it.
        project::rename(tx, top.project, &own_naming(&rows, left.id))?;
    }
    let own = project::add_beside(tx, &own_naming(&rows, top.id), top.project)?;
    for row in going {
        project::move_root(tx, row.id, own)?;
    }
    for project in [own, top.project] {
        project::recount(tx, project)?;
        project::decide(tx, project)?;
    }
    Ok(own)
}

fn named(tx: &Tx<'_>, text: &str) -> Result<ProjectId, ProjectError> {
    match project::find(tx, text)?[..] {
        [] => Err(ProjectError::Unknown(text.to_owned())),
        [project] => Ok(project),
        ref several => Err(ProjectError::Ambiguous(text.to_owned(), several.len())),
    }
}

/// Returns how a project is called that is named after one of the folders.
fn own_naming(rows: &Clean<Vec<RootRow>>, root: RootId) -> Clean<Naming> {
    rows.derive(Clone::clone)
        .zip(Clean::stored(root))
        .derive(|(rows, root)| {
            let row = rows.iter().find(|row| row.id == *root);
            let (machine, path) = row.map_or(("", ""), |row| (&row.machine, &row.folder.path));
            Naming {
                key: root_key(machine, path),
                name: short_name(path),
                remote: row.and_then(|row| row.folder.remote.clone()),
            }
        })
}
