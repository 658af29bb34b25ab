//! Before a call: whether it is one that keeps failing, and what is said then in place of running it.
//!
//! This runs before every call of a session. It opens no database: it reads the one small file that the worker wrote
//! for the folder, and journals nothing unless there is something to say.

use std::path::Path;

use super::note_fault;
use crate::assistants::{Hooks, Parsed};
use crate::config::{Repository, Settings};
use crate::domain::lesson::Warnings;
use crate::domain::trace::{Call, Notice, Observation, SessionKey, Step};
use crate::failure::shell;
use crate::git;
use crate::redact::{self, Clean};
use crate::store::journal;
use crate::store::warned::{self, Warned};

/// The word by which a session remembers that a call of it was refused.
pub(super) const REFUSED: &str = "refused";

/// What is said before a call.
#[derive(Debug)]
pub(super) struct Said {
    /// What is to be journalled.
    pub(super) seen: Clean<Vec<Observation>>,
    /// What is to be printed; nothing when it is only noted.
    pub(super) reply: Option<String>,
}

/// Returns whether a hook reports that a call is about to run, and nothing else.
pub(super) fn is_before_a_call(parsed: &Parsed) -> bool {
    matches!(parsed.observations.as_slice(), [only] if matches!(only.step, Step::CallStarted(_)))
}

/// Returns what is said before the call that a hook reports, if anything. A call is refused once in a session: the same
/// call again goes through.
pub(super) fn before(hooks: &Hooks, parsed: &Parsed, said: &Repository, settings: &Settings) -> Option<Said> {
    let usual = settings.telling(said).warnings;
    let (Some(session), Some(cwd), [seen]) = (&parsed.session, &parsed.cwd, parsed.observations.as_slice()) else {
        return None;
    };
    if usual == Warnings::Off {
        return None;
    }
    let cwd = Path::new(cwd);
    let folder = folder(cwd);
    let warnings = match warned::read(&settings.warned(), folder) {
        Ok(warnings) => warnings,
        Err(error) => {
            // Every call of the session would say the same.
            if is_first(settings, session, "fault") {
                note_fault(settings, &format!("no warnings in {}: {error}", folder.display()));
            }
            return None;
        }
    };
    if warnings.is_empty() {
        return None;
    }
    // The call is looked up as it was recorded: without its secrets.
    let seen = redact::scan(seen.clone());
    let call = about_to_run(&seen)?;
    let (warning, how) = pick(warnings, call, usual)?;
    let refusal = (hooks.refuse)(&parsed.event, &warning.notice.text)?;
    if !is_first(settings, session, &warning.call) {
        return None;
    }
    if how == Warnings::DenyOnce {
        // What was only noted was told to nobody: the hint after it must know the difference.
        is_first(settings, session, REFUSED);
    }
    let told = told(warning, how, &seen, call);
    Some(Said {
        seen: redact::scan_all(vec![told]),
        reply: (how == Warnings::DenyOnce).then_some(refusal),
    })
}

/// Returns the folder whose file tells what is said before calls in `cwd`.
pub(super) fn folder(cwd: &Path) -> &Path {
    git::top(cwd).unwrap_or(cwd)
}

/// Returns the warning that is meant for a call, and what is done with it; nothing where that is nothing.
pub(super) fn pick(warnings: Vec<Warned>, call: &Call, usual: Warnings) -> Option<(Warned, Warnings)> {
    let key = warned::hash(&shell::shape(call));
    let warning = warnings.into_iter().find(|warning| warning.call == key)?;
    let how = warning.chosen.unwrap_or(usual);
    (how != Warnings::Off).then_some((warning, how))
}

/// Returns what is recorded of a warning before the `call` that is about to run.
pub(super) fn told(warning: Warned, how: Warnings, seen: &Observation, call: &Call) -> Observation {
    let notice = Notice {
        call: Some(call.clone()),
        shadow: how == Warnings::Shadow,
        ..warning.notice
    };
    Observation {
        step: Step::Told(notice),
        ..seen.clone()
    }
}

fn about_to_run(seen: &Observation) -> Option<&Call> {
    match &seen.step {
        Step::CallStarted(call) => Some(call),
        _ => None,
    }
}

/// Returns whether this is the first time in the session. Where that cannot be remembered it is not: nothing may be
/// refused twice.
pub(super) fn is_first(settings: &Settings, session: &SessionKey, what: &str) -> bool {
    journal::first(&settings.journals(), session, what).unwrap_or(false)
}
