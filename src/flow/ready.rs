//! What every reading command does first: drain, so that what is read is current.

use std::sync::Arc;
use std::time::Duration;

use crate::capture::{CaptureError, Recorder, drain, index};
use crate::config::Settings;
use crate::failure::lexicon;
use crate::redact::Rules;
use crate::store::{Access, Store, StoreError, journal};

use super::FlowError;

/// Opens the workspace's store, made or migrated where needed, with every journal drained into it.
pub fn ready(settings: &Settings) -> Result<Store, FlowError> {
    let mut store = Store::open(&settings.database(), Access::Write)?;
    refresh(&mut store, settings)?;
    Ok(store)
}

/// Opens the workspace's store for what goes through the journal anyway: nothing is drained first.
pub fn ready_to_write(settings: &Settings) -> Result<Store, FlowError> {
    Ok(Store::open(&settings.database(), Access::Write)?)
}

/// The same for a command that searches by words: what was recorded is findable too, as far as that is done in a moment.
pub fn searchable(settings: &Settings) -> Result<Store, FlowError> {
    let mut store = ready(settings)?;
    index(&mut store, PATIENCE)?;
    Ok(store)
}

/// Longest that whoever searches at a terminal waits for what is not findable yet: a store of an older Callus may hold
/// much of that, and a worker does the rest.
const PATIENCE: Duration = Duration::from_secs(2);

/// Makes what was recorded findable by words, for `within` at the longest. Where somebody else writes, or there is no room,
/// what is findable already is found.
pub fn index(store: &mut Store, within: Duration) -> Result<(), FlowError> {
    if store.unindexed(lexicon::version())? == 0 {
        return Ok(());
    }
    match index::index(store, Some(within)) {
        Ok(_) | Err(StoreError::Busy | StoreError::Full) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Returns whether all that was recorded is in the store, and with `words` also findable by them.
pub fn is_current(store: &Store, settings: &Settings, words: bool) -> Result<bool, FlowError> {
    let drained = store.spooled(&settings.journal_folders())? == 0;
    Ok(drained && (!words || store.unindexed(lexicon::version())? == 0))
}

/// Opens the workspace's store for a process that outlives what it reads, without draining: where nothing was recorded, or
/// everything was removed since, it makes no store, but says so.
pub fn open_if_recorded(settings: &Settings) -> Result<Store, FlowError> {
    let path = settings.database();
    let mut recorded = path.try_exists().unwrap_or(true);
    for folder in settings.journal_folders() {
        recorded = recorded || !journal::files(&folder)?.is_empty();
    }
    if recorded {
        ready_to_write(settings)
    } else {
        Err(StoreError::Missing { path }.into())
    }
}

/// The same, with every journal drained into it.
pub fn ready_if_recorded(settings: &Settings) -> Result<Store, FlowError> {
    let mut store = open_if_recorded(settings)?;
    refresh(&mut store, settings)?;
    Ok(store)
}

/// Drains every journal into a store that is kept open; a store that a newer Callus has migrated meanwhile is refused.
///
/// Where the journals cannot be drained now, because another process holds the lock or the disk is full, what
/// was drained before is answered: a question is worth an answer that is a moment old.
pub fn refresh(store: &mut Store, settings: &Settings) -> Result<(), FlowError> {
    refresh_by(store, settings, || super::rules(settings).map(Arc::new))
}

/// The same with the rules that `rules` returns, for a process that drains again and again: what a rule needs is made when
/// it first meets a word of its own, and kept.
pub fn refresh_by(
    store: &mut Store,
    settings: &Settings,
    rules: impl FnOnce() -> Result<Arc<Rules>, FlowError>,
) -> Result<(), FlowError> {
    store.recheck_version()?;
    // A server asks before every answer, and mostly nothing has come: the rules are made only for what has.
    if store.spooled(&settings.journal_folders())? == 0 {
        return Ok(());
    }
    let rules = rules()?;
    let mut recorder = Recorder::new(settings.machine());
    for folder in settings.journal_folders() {
        match drain::drain(store, &folder, &rules, &mut recorder, settings.clock) {
            Ok(_) | Err(CaptureError::Store(StoreError::Busy | StoreError::Full)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}
