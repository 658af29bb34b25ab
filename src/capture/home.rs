//! Where what is recorded happened: one look-up for each folder, however many calls run in it.

use std::collections::HashMap;
use std::path::Path;

use super::project;
use crate::domain::id::{ProjectId, RootId};
use crate::domain::trace::{Observation, SessionStart, Step};
use crate::git;
use crate::redact::{self, Clean};
use crate::store::{StoreError, Tx};

/// A folder and its project.
#[derive(Debug, Clone, Copy)]
pub(super) struct Home {
    pub(super) root: RootId,
    pub(super) project: ProjectId,
}

/// The folders that were looked up in a transaction.
#[derive(Debug, Default)]
pub(super) struct Homes {
    found: HashMap<String, Home>,
}

impl Homes {
    /// Forgets what was looked up.
    pub(super) fn clear(&mut self) {
        self.found.clear();
    }

    /// Returns the folder and project of an observation; nothing when it names no folder.
    pub(super) fn of(
        &mut self,
        tx: &Tx<'_>,
        machine: &str,
        seen: &Clean<Observation>,
    ) -> Result<Option<Home>, StoreError> {
        let Some(cwd) = seen.cwd.as_deref() else {
            return Ok(None);
        };
        let starts = matches!(seen.step, Step::SessionStarted(_));
        if !starts && let Some(home) = self.found.get(cwd) {
            return Ok(Some(*home));
        }
        let found = match looked_at(seen, cwd) {
            Some(looked_at) => project::root_of(tx, machine, &looked_at)?,
            None => project::root_of(tx, machine, seen)?,
        };
        let Some((root, project)) = found else { return Ok(None) };
        let home = Home { root, project };
        self.found.insert(cwd.to_owned(), home);
        Ok(Some(home))
    }
}

/// Returns the observation with what `.git` says at its folder, where the folder is there and nothing says so yet: an
/// agent changes folders in the middle of a session, and transcripts never tell of a repository.
fn looked_at(seen: &Clean<Observation>, cwd: &str) -> Option<Clean<Observation>> {
    if matches!(&seen.step, Step::SessionStarted(start) if start.place.is_some()) {
        return None;
    }
    // What is no path from the top is the name of a project, and nothing to look at.
    let place = git::place(Path::new(cwd).is_absolute().then_some(Path::new(cwd))?)?;
    let step = Step::SessionStarted(SessionStart {
        place: Some(place),
        ..SessionStart::default()
    });
    Some(redact::scan(Observation {
        step,
        ..(**seen).clone()
    }))
}
