//! `callus worker`: the process behind the hooks; nobody types it.

use crate::cli::Error;
use crate::cli::terminal::Surroundings;
use crate::flow;

/// Works until nothing waits.
pub(super) fn run(around: &Surroundings) -> Result<String, Error> {
    flow::worker::run(&around.settings)?;
    Ok(String::new())
}
