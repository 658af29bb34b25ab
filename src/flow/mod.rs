//! What joins use cases: the hook (the hot path), the worker behind it, and what reading commands do first.

mod error;
mod scene;

pub mod hook;
pub mod import;
pub mod keep;
pub mod pause;
pub mod ready;
pub mod worker;

pub use error::FlowError;
pub use ready::{ready, refresh};

use crate::config::Settings;
use crate::redact::{Rules, UserPattern};

/// Returns the full set of redaction rules, the user's own among them.
fn rules(settings: &Settings) -> Result<Rules, FlowError> {
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
