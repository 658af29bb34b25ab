//! What can be said about an observation without the store: importing does this on every core at once.

use super::size::shortened;
use crate::domain::failure::Finding;
use crate::domain::trace::{CallEnd, Flag, Observation, Step};
use crate::failure::recognise::{self, Seen};
use crate::failure::shell;
use crate::redact::Clean;

/// An observation with what recognition says about it.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// What was seen.
    pub seen: Clean<Observation>,
    /// What failed in it.
    pub finding: Option<Clean<Finding>>,
    /// What was exercised: the keys of the denominators.
    pub keys: Clean<Vec<String>>,
    /// The masked call.
    pub shape: Clean<String>,
}

/// Recognises what an observation says, from all of its text, and then cuts the text to the size that is kept.
#[must_use]
pub fn prepare(seen: &Clean<Observation>) -> Prepared {
    let finding = seen.derive(find).transpose();
    let keys = seen.derive(|seen| match &seen.step {
        Step::CallEnded(end) => shell::exercise_keys(&end.call),
        _ => Vec::new(),
    });
    let shape = seen.derive(|seen| match &seen.step {
        Step::CallEnded(end) => shell::shape(&end.call),
        _ => String::new(),
    });
    let seen = seen.derive(|seen| shortened(seen.clone()));
    Prepared {
        seen,
        finding,
        keys,
        shape,
    }
}

fn find(seen: &Observation) -> Option<Finding> {
    match &seen.step {
        Step::CallEnded(end) => find_in_call(end, seen.cwd.as_deref()),
        Step::ModelError(error) if error.ended_turn => Some(recognise::model_error(error)),
        _ => None,
    }
}

fn find_in_call(end: &CallEnd, cwd: Option<&str>) -> Option<Finding> {
    let output = end.output.joined();
    recognise::call(&Seen {
        call: &end.call,
        flag: if end.interrupted { Flag::Failure } else { end.flag },
        output: &output,
        exit_code: end.exit_code,
        note: end.note.as_deref(),
        interrupted: end.interrupted,
        cwd,
    })
}
