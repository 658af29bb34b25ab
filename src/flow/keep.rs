//! What is kept and what is not: forgetting, and redacting again with new rules.

use std::path::{Path, PathBuf};

use super::import::settle_projects;
use super::{FlowError, forewarn, ready};
use crate::capture::{count_out, index};
use crate::config::Settings;
use crate::store::forget::{self, Forgotten, What};
use crate::store::read::Rest;
use crate::store::{Store, fault, journal, rewrite, source};

/// Removes `what` from everything that Callus keeps: the database, the journals, the list of faults. Returns the files too
/// that still hold something of it: skills are a person's, and stay.
///
/// The journals go as a whole, because all that they hold is in the database by then.
pub fn forget(settings: &Settings, what: &What) -> Result<(Forgotten, Vec<PathBuf>), FlowError> {
    let mut store = ready(settings)?;
    remove_journals(&mut store, settings)?;
    // Asked for now: the rows go with what they were made of, and the files stay.
    let skills = match what {
        What::Session(external) => store.resting_on(&Rest::Session(external))?,
        What::Project(project) => store.publications(*project)?.into_iter().map(|row| row.path).collect(),
        What::Match(_) => store.published_paths()?,
        What::Before(at) => store.resting_on(&Rest::Before(*at))?,
    };
    let skills = skills.into_iter().map(PathBuf::from);
    let forgotten = forget::forget(&mut store, what, count_out)?;
    settle_projects(&mut store)?;
    index::index(&mut store, None)?;
    forget::overwrite(&store)?;
    forewarn(&mut store, settings)?;
    let What::Match(text) = what else {
        let mut left: Vec<PathBuf> = skills.filter(|path| path.exists()).collect();
        left.sort();
        left.dedup();
        return Ok((forgotten, left));
    };
    for folder in settings.fault_folders() {
        fault::forget(&folder, text);
    }
    let spelled = forget::spellings(text);
    let mut left = files_with(&settings.data, &spelled);
    left.extend(skills.filter(|path| holds(path, &spelled)));
    Ok((forgotten, left))
}

/// Redacts everything that is kept again, with the rules as they are now. Returns how many values changed.
pub fn redact_again(settings: &Settings) -> Result<usize, FlowError> {
    let mut store = ready(settings)?;
    remove_journals(&mut store, settings)?;
    let rules = std::sync::Arc::new(super::rules(settings)?);
    let folders = settings.fault_folders();
    let faults = folders
        .iter()
        .map(|folder| fault::rewrite(folder, |text| rules.again(text)));
    let faults: usize = faults.sum();
    let again = move |text: &str, json| {
        if json {
            rules.again_json(text)
        } else {
            rules.again(text)
        }
    };
    let changed = faults + rewrite::rewrite(&mut store, again)?;
    index::index(&mut store, None)?;
    forewarn(&mut store, settings)?;
    Ok(changed)
}

/// Removes every journal that is drained to its end; one that a hook is just writing to is left for next time.
fn remove_journals(store: &mut Store, settings: &Settings) -> Result<(), FlowError> {
    for folder in settings.journal_folders() {
        for path in journal::files(&folder)? {
            let name = path.to_string_lossy().into_owned();
            let Some(progress) = store.progress(&name)? else {
                continue;
            };
            if journal::remove(&path, progress.offset)? {
                store.write(|tx| source::drop(tx, &name))?;
            }
        }
    }
    Ok(())
}

/// Returns the files below `folder` in which the text stands in one of its spellings, so that what could not be removed is named.
fn files_with(folder: &Path, spelled: &[String]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok) {
            let path = entry.path();
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(path),
                Ok(kind) if kind.is_file() && holds(&path, spelled) => found.push(path),
                _ => {}
            }
        }
    }
    found
}

fn holds(path: &Path, spelled: &[String]) -> bool {
    let bytes = std::fs::read(path).unwrap_or_default();
    spelled
        .iter()
        .any(|text| memchr::memmem::find(&bytes, text.as_bytes()).is_some())
}
