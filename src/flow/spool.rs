//! What is recorded outside of hooks goes the hooks' road: the journal first, and from there into the database.

use std::path::{Path, PathBuf};

use super::{FlowError, note_fault};
use crate::capture::{Recorder, drain};
use crate::config::Settings;
use crate::domain::trace::{Observation, SessionKey};
use crate::redact::{Clean, Rules};
use crate::store::{Store, journal};

/// Appends what was seen to the session's journal, and returns that; where it cannot be written, to one in the spare
/// folder, which is drained with the others.
pub fn append(settings: &Settings, session: &SessionKey, seen: &Clean<Vec<Observation>>) -> Result<PathBuf, FlowError> {
    let error = match journal::append(&settings.journals(), session, seen) {
        Ok(path) => return Ok(path),
        Err(error) => error,
    };
    note_fault(settings, &format!("could not journal: {error}"));
    match settings.make_spare_journals() {
        Some(spare) => Ok(journal::append(&spare, session, seen)?),
        None => Err(error.into()),
    }
}

/// Drains one journal to its end.
pub fn drain(store: &mut Store, settings: &Settings, rules: &Rules, journal: &Path) -> Result<(), FlowError> {
    let mut recorder = Recorder::new(settings.machine());
    drain::drain_file(store, journal, rules, &mut recorder, settings.clock)?;
    Ok(())
}
