//! What joins use cases: the hook (the hot path), the worker behind it, and what reading commands do first.

mod answer;
mod brief;
mod error;
mod forewarn;
mod lessons;
mod scene;
mod stands;
mod turn;
mod warn;

pub mod hook;
pub mod import;
pub mod keep;
pub mod pause;
pub mod ready;
pub mod replay;
pub mod spool;
pub mod worker;

pub use brief::{brief_of, project_of};
pub use error::FlowError;
pub use forewarn::forewarn;
pub use lessons::index_skills;
pub use ready::{
    index, is_current, open_if_recorded, ready, ready_if_recorded, ready_to_write, refresh, refresh_by, searchable,
};
pub(crate) use stands::stands;

use crate::config::Settings;
use crate::redact::{self, Rules, UserPattern};
use crate::store::fault;

/// Returns the full set of redaction rules, the user's own among them.
pub fn rules(settings: &Settings) -> Result<Rules, FlowError> {
    let own: Vec<_> = settings
        .file
        .patterns()
        .iter()
        .map(|own| UserPattern {
            name: own.name.clone(),
            pattern: own.pattern.clone(),
        })
        .collect();
    Ok(Rules::new(&own)?)
}

/// Writes a fault for `callus doctor`, in the spare folder when the data folder cannot take it.
pub fn note_fault(settings: &Settings, what: &str) {
    let what = redact::scan_string(what);
    let now = settings.clock.now();
    // Where neither folder can be written there is nowhere left to say so.
    let _ = fault::append(&settings.folder(), now, &what)
        || settings
            .make_spare()
            .is_some_and(|spare| fault::append(&spare, now, &what));
}
