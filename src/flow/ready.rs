//! What every reading command does first.

use super::FlowError;
use crate::config::Settings;
use crate::store::{Access, Store};

/// Opens the workspace's store, made or migrated where needed.
pub fn ready(settings: &Settings) -> Result<Store, FlowError> {
    Ok(Store::open(&settings.database(), Access::Write)?)
}
