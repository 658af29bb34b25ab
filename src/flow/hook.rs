//! The hot path: one process for each hook of each call. Parse, scan, append, leave.
//!
//! It starts no async runtime, opens no network connection, asks no model, opens no database, and whatever
//! happens its process exits with 0: a hook that fails must never cost the user's session anything.

use std::io::Read as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use super::answer::{self, Failed};
use super::{note_fault, pause, scene};
use crate::assistants::{self, Parsed, Spec};
use crate::capture::shortened;
use crate::config::{self, Settings};
use crate::domain::canary;
use crate::domain::trace::{SessionKey, Step};
use crate::process::{self, Job};
use crate::redact;
use crate::store::journal;

/// Most bytes that are read from standard input: enough for any payload a client sends, little enough to hold.
const MOST_INPUT: u64 = 64 << 20;

/// Runs one hook of the assistant named `name`. Returns what is to be printed: nothing, or one valid reply.
#[must_use]
pub fn run(name: Option<&str>) -> Option<String> {
    // The default hook prints a message, and with a backtrace costs 60 ms: a hook is silent and quick.
    std::panic::set_hook(Box::new(|_| {}));
    // Settings that cannot be read at all name no folder in which to say so; `callus doctor` meets the same error.
    let Ok(settings) = Settings::load_for_hook() else {
        return None;
    };
    match catch_unwind(AssertUnwindSafe(|| capture(name, &settings))) {
        Ok(Ok(reply)) => reply,
        Ok(Err(what)) => {
            note_fault(&settings, &what);
            None
        }
        Err(_) => {
            note_fault(&settings, "the hook panicked; its event may be lost");
            None
        }
    }
}

fn capture(name: Option<&str>, settings: &Settings) -> Result<Option<String>, String> {
    for warning in &settings.warnings {
        note_fault(settings, warning);
    }
    if !settings.capture || pause::is_paused(settings) {
        return Ok(None);
    }
    let name = name.unwrap_or_default();
    let spec = assistants::by_name(name).ok_or_else(|| format!("no assistant is called '{name}'"))?;
    let mut input = Vec::new();
    std::io::stdin()
        .lock()
        .take(MOST_INPUT)
        .read_to_end(&mut input)
        .map_err(|error| format!("could not read standard input: {error}"))?;
    let parsed = (spec.hook)(&input, settings.clock.now());
    if let Some(damage) = &parsed.damaged {
        note_fault(
            settings,
            &format!("{name} sent a damaged hook payload ({} bytes): {damage}", input.len()),
        );
    }
    if parsed
        .cwd
        .as_deref()
        .is_some_and(|cwd| !config::repository(Path::new(cwd)).capture)
    {
        return Ok(None);
    }
    let event = parsed.event.clone();
    let failed = record(spec, parsed, settings)?;
    // What cannot be handed to the model on this event must not be claimed as told.
    let Some(failed) = failed.filter(|_| (spec.reply)(&event, "").is_some()) else {
        return Ok(None);
    };
    // What was journalled is safe: an answer that cannot be had is only noted.
    match answer::answer(settings, &failed) {
        Ok(message) => Ok(message.and_then(|message| (spec.reply)(&event, &message.text))),
        Err(error) => Err(format!("could not answer: {error}: {}", source(&error))),
    }
}

/// Journals what a hook reported and starts the worker where it is due. Returns the failure that may be answered.
fn record(spec: &Spec, parsed: Parsed, settings: &Settings) -> Result<Option<Failed>, String> {
    let Some(session) = parsed.session else { return Ok(None) };
    let mut seen = parsed.observations;
    scene::complete(&mut seen, spec, settings);
    let ends = seen.iter().any(|seen| matches!(seen.step, Step::SessionEnded { .. }));
    let starts = seen.iter().any(|seen| matches!(seen.step, Step::SessionStarted(_)));
    let turn = seen
        .iter()
        .any(|seen| matches!(seen.step, Step::TurnEnded { .. }) && seen.agent.is_none());
    scene::tell_transcript(&mut seen, parsed.transcript);
    let seen = redact::scan_all(seen);
    let failed = answer::failed(&session, &seen);
    let seen = seen.derive(|seen| seen.iter().cloned().map(shortened).collect::<Vec<_>>());
    // The check of the wiring sends no event that is recorded, and looks for its journal.
    if !seen.is_empty() || canary::is_canary(&session.external) {
        let written = journal::append(&settings.journals(), &session, &seen);
        if let Err(error) = written {
            note_fault(settings, &format!("could not journal: {error}: {}", source(&error)));
            // The spare folder is drained with the other one: nothing is lost while it has room.
            let spare = settings
                .make_spare_journals()
                .ok_or("the spare folder cannot be made, or somebody else made it")?;
            journal::append(&spare, &session, &seen)
                .map_err(|error| format!("could not journal in the spare folder: {error}: {}", source(&error)))?;
        }
    }
    let turns_are_due = || journal::turned(&settings.journals(), &session, settings.file.stop_every);
    if ends || (turn && turns_are_due()) || (starts && leftovers(settings, &session)) {
        start_worker(settings)?;
    }
    Ok(failed)
}

fn start_worker(settings: &Settings) -> Result<(), String> {
    let fail = |error: &dyn std::error::Error| format!("could not start the worker: {error}");
    let program = process::own_program().map_err(|error| fail(&error))?;
    let job = Job {
        program: &program,
        args: &["worker".as_ref()],
        cwd: &settings.home,
        env: &[],
        input: &[],
    };
    process::detach(&job).map_err(|error| fail(&error))
}

/// Returns whether journals of other sessions lie about: a client was killed, or a worker was.
fn leftovers(settings: &Settings, session: &SessionKey) -> bool {
    let own = journal::file_name(session);
    journal::files(&settings.journals()).is_ok_and(|files| {
        files
            .iter()
            .any(|path| path.file_name().is_none_or(|name| name != own.as_str()))
    })
}

fn source(error: &dyn std::error::Error) -> String {
    error.source().map(ToString::to_string).unwrap_or_default()
}
