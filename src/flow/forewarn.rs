//! What the worker leaves for the hooks that run before calls: what is to be said there, one file for each folder.

use std::path::{Path, PathBuf};

use super::FlowError;
use super::stands::{came, stands};
use crate::config::Settings;
use crate::domain::id::ProjectId;
use crate::domain::lesson::Remedy;
use crate::domain::time::Timestamp;
use crate::recall::warning::{self, Warning};
use crate::redact::Clean;
use crate::store::warned::{self, Warned};
use crate::store::{Store, failing};

/// Writes the files anew where something changed, and removes those of folders in which there is nothing to say.
pub fn forewarn(store: &mut Store, settings: &Settings) -> Result<(), FlowError> {
    let disk = Disk {
        has: &|folder| folder.is_dir(),
        stands: &|folder, remedy| stands(settings, folder.to_str(), remedy),
        came: &|folder, program, since| came(settings, folder, program, since),
    };
    forewarn_on(store, settings, &disk)
}

/// What the disk says of what a store speaks of.
pub(super) struct Disk<'d> {
    /// Says whether a folder is there.
    pub(super) has: &'d dyn Fn(&Path) -> bool,
    /// Says whether what a remedy names is there, as seen from a folder.
    pub(super) stands: &'d dyn Fn(&Path, &Remedy) -> bool,
    /// Says whether a program, as seen from a folder, came there after some time.
    pub(super) came: &'d dyn Fn(&Path, &str, Timestamp) -> bool,
}

impl Disk<'_> {
    /// Returns whether a warning still holds in a folder: what it names is there, and what was missed is not.
    fn bears_out(&self, folder: &Path, warning: &Warning) -> bool {
        let is_mended = warning
            .missed
            .as_deref()
            .is_some_and(|program| (self.came)(folder, program, warning.record.last));
        !is_mended && (self.stands)(folder, &warning.remedy)
    }
}

/// The same on another disk than that of this machine.
pub(super) fn forewarn_on(store: &mut Store, settings: &Settings, disk: &Disk<'_>) -> Result<(), FlowError> {
    let files = settings.warned();
    let mut kept = Vec::new();
    for (project, warnings) in due(store, settings)? {
        for folder in folders(store, settings, disk, project)? {
            let said: Clean<Vec<Warned>> = warnings
                .iter()
                .filter(|warning| disk.bears_out(&folder, warning))
                .map(warning::warned)
                .collect();
            warned::write(&files, &folder, &said)?;
            kept.push(folder);
        }
    }
    warned::keep_only(&files, &kept, settings.clock.now());
    Ok(())
}

/// Returns what is to be said before calls, by project. Others may write meanwhile.
fn due(store: &mut Store, settings: &Settings) -> Result<Vec<(ProjectId, Vec<Warning>)>, FlowError> {
    let now = settings.clock.now();
    let mut found = Vec::new();
    for project in store.look(warning::projects)? {
        let warnings = store.look(|tx| warning::of_project(tx, project, now))?;
        if !warnings.is_empty() {
            found.push((project, warnings));
        }
    }
    Ok(found)
}

/// Returns the folders on this machine in which sessions of a project worked and that are there.
fn folders(
    store: &mut Store,
    settings: &Settings,
    disk: &Disk<'_>,
    project: ProjectId,
) -> Result<Vec<PathBuf>, FlowError> {
    let folders = store.look(|tx| failing::folders(tx, &settings.machine()))?;
    Ok(folders
        .into_iter()
        .filter(|(path, of)| *of == project && (disk.has)(Path::new(path)))
        .map(|(path, _)| PathBuf::from(path))
        .collect())
}
