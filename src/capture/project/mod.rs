//! Which project what happens belongs to: a quick answer while recording, and the settled one afterwards.
//!
//! While recording, a folder that is not known gets the project that is right as far as one look tells. Settling then
//! decides from all facts of all folders together, so that their order of arrival leaves no trace.

mod person;
mod settle;

pub use person::{ProjectError, merge, split};
pub use settle::{Settled, settle_projects};

use std::path::Path;

use crate::domain::id::{ProjectId, RootId};
use crate::domain::trace::{CallEnd, Observation, Step, ToolKind};
use crate::redact::Clean;
use crate::store::project::{self, Folder, Naming};
use crate::store::{StoreError, Tx};
use crate::workspace::{self, sight};

/// Returns the folder that an observation happened in and its project, and makes them when they are new; nothing when
/// the observation names no folder.
///
/// At most a handful of look-ups by key; the caller keeps the answer for the folder while it records.
pub fn root_of(
    tx: &Tx<'_>,
    machine: &str,
    seen: &Clean<Observation>,
) -> Result<Option<(RootId, ProjectId)>, StoreError> {
    let Some(folder) = seen.derive(folder).transpose() else {
        return Ok(None);
    };
    if let Some(known) = project::root_at(tx, machine, &folder.path)? {
        if folder.main.is_some() && known.folder != *folder {
            project::see_root(tx, known.id, &folder)?;
        }
        project::touch(tx, known.project, seen.at)?;
        return Ok(Some((known.id, known.project)));
    }
    let above = above(tx, machine, &folder)?;
    if let Some((root, project)) = above.filter(|_| folder.main.is_none()) {
        project::touch(tx, project, seen.at)?;
        return Ok(Some((root, project)));
    }
    let project = match first_project(tx, machine, &folder)? {
        Some(project) => project,
        None => project::add(tx, &naming(machine, &folder), seen.at)?,
    };
    project::touch(tx, project, seen.at)?;
    Ok(Some((project::add_root(tx, machine, &folder, project)?, project)))
}

/// Notes what a finished call showed of the repository at `root`, for [`settle_projects`].
///
/// Noting a call twice changes nothing, so it matters little which of two reports of it this is.
pub fn note(tx: &Tx<'_>, root: RootId, seen: &Clean<Observation>) -> Result<(), StoreError> {
    let Some(end) = seen.derive(telling).transpose() else {
        return Ok(());
    };
    let shown = end.zip(project::path_of(tx, root)?).derive(|((cwd, end), root)| {
        let shown = sight(root, cwd, end);
        let facts = shown
            .facts
            .into_iter()
            .map(|(kind, value)| (kind.word(), value))
            .collect::<Vec<_>>();
        (facts, shown.files)
    });
    for fact in shown.derive(|(facts, _)| facts.clone()) {
        project::add_fact(tx, root, fact.0, &fact.derive(|(_, value)| value.clone()), seen.at)?;
    }
    for file in shown.derive(|(_, files)| files.clone()) {
        project::add_file(tx, root, &file)?;
    }
    Ok(())
}

/// Returns the folder as far as one observation tells of it.
fn folder(seen: &Observation) -> Option<Folder> {
    let cwd = seen.cwd.clone()?;
    let place = match &seen.step {
        Step::SessionStarted(start) => start.place.as_ref(),
        _ => None,
    };
    Some(match place {
        Some(place) => Folder {
            path: place.worktree.clone(),
            main: Some(place.root.clone()),
            remote: place.remote.clone(),
        },
        None => Folder {
            path: cwd,
            main: None,
            remote: None,
        },
    })
}

/// Returns the nearest folder above whose `.git` was seen: what happens below it happens in it.
///
/// A folder whose `.git` was not seen is no such: below it may lie other repositories, which it would swallow.
fn above(tx: &Tx<'_>, machine: &str, folder: &Folder) -> Result<Option<(RootId, ProjectId)>, StoreError> {
    for path in Path::new(&folder.path).ancestors().skip(1).filter_map(Path::to_str) {
        if let Some(root) = project::root_at(tx, machine, path)?
            && root.folder.main.is_some()
        {
            return Ok(Some((root.id, root.project)));
        }
    }
    Ok(None)
}

/// Returns the project of a new folder: that of its remote, or of its main working tree.
fn first_project(tx: &Tx<'_>, machine: &str, folder: &Folder) -> Result<Option<ProjectId>, StoreError> {
    if let Some(remote) = &folder.remote {
        return project::with_key(tx, &workspace::remote_key(remote));
    }
    match &folder.main {
        Some(main) if *main != folder.path => Ok(project::root_at(tx, machine, main)?.map(|root| root.project)),
        _ => project::with_key(tx, &workspace::root_key(machine, &folder.path)),
    }
}

/// Names the project of a folder that stands alone. The machine's name is a hash and so clean.
fn naming(machine: &str, folder: &Clean<Folder>) -> Clean<Naming> {
    folder
        .clone()
        .zip(Clean::stored(machine.to_owned()))
        .derive(|(folder, machine)| {
            let key = match &folder.remote {
                Some(remote) => workspace::remote_key(remote),
                None => workspace::root_key(machine, &folder.path),
            };
            Naming {
                key,
                name: workspace::short_name(folder.remote.as_deref().unwrap_or(&folder.path)),
                remote: folder.remote.clone(),
            }
        })
}

/// Returns the call of an observation with its folder, if calls of its kind can tell of a repository.
fn telling(seen: &Observation) -> Option<(String, CallEnd)> {
    let Step::CallEnded(end) = &seen.step else {
        return None;
    };
    let asks_git = |command: &String| command.contains("git") || command.contains("gh ") || command.contains("glab ");
    let tells = match end.call.kind {
        ToolKind::Shell => end.call.command.as_ref().is_some_and(asks_git),
        ToolKind::Edit | ToolKind::Read | ToolKind::Search => true,
        ToolKind::Mcp | ToolKind::Other => false,
    };
    Some((seen.cwd.clone()?, end.clone())).filter(|_| tells)
}

#[cfg(test)]
mod tests;
