//! What the worker leaves for the hooks that run before calls: what is to be said there, one file for each folder.

use std::path::{Path, PathBuf};

use super::FlowError;
use super::stands::stands;
use crate::config::Settings;
use crate::domain::id::ProjectId;
use crate::recall::warning::{self, Warning};
use crate::redact::Clean;
use crate::store::warned::{self, Warned};
use crate::store::{Store, failing};

/// Writes the files anew where something changed, and removes those of folders in which there is nothing to say.
pub fn forewarn(store: &mut Store, settings: &Settings) -> Result<(), FlowError> {
    let files = settings.warned();
    let mut kept = Vec::new();
    for (project, warnings) in due(store, settings)? {
        for folder in folders(store, settings, project)? {
            let said: Clean<Vec<Warned>> = warnings
                .iter()
                .filter(|warning| stands(settings, folder.to_str(), &warning.remedy))
                .map(warning::warned)
                .collect();
            warned::write(&files, &folder, &said)?;
            kept.push(folder);
        }
    }
    warned::keep_only(&files, &kept);
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
fn folders(store: &mut Store, settings: &Settings, project: ProjectId) -> Result<Vec<PathBuf>, FlowError> {
    let folders = store.look(|tx| failing::folders(tx, &settings.machine()))?;
    Ok(folders
        .into_iter()
        .filter(|(path, of)| *of == project && Path::new(path).is_dir())
        .map(|(path, _)| PathBuf::from(path))
        .collect())
}
