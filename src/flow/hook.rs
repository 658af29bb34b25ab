//! The hot path: one process for each hook of each call. Parse, scan, append, leave; after a failure, answer.
//!
//! It starts no async runtime, opens no network connection and asks no model, and whatever happens its process exits
//! with 0: a hook that fails must never cost the user's session anything.

use std::io::Read as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use super::answer::{self, Failures};
use super::brief::{self, Begun};
use super::{note_fault, pause, scene, warn};
use crate::assistants::{self, Hooks, Parsed};
use crate::capture::shortened;
use crate::config::{self, Repository, Settings};
use crate::domain::canary;
use crate::domain::trace::{Observation, SessionKey, Step};
use crate::process::{self, Job};
use crate::redact::{self, Clean};
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
    // Somebody wired hooks that are not listened to yet: no fault of the session, and none of ours.
    let Some(hooks) = &spec.hooks else { return Ok(None) };
    let mut input = Vec::new();
    std::io::stdin()
        .lock()
        .take(MOST_INPUT)
        .read_to_end(&mut input)
        .map_err(|error| format!("could not read standard input: {error}"))?;
    let parsed = (hooks.read)(&input, settings.clock.now());
    if let Some(damage) = &parsed.damaged {
        note_fault(
            settings,
            &format!("{name} sent a damaged hook payload ({} bytes): {damage}", input.len()),
        );
    }
    let said = parsed.cwd.as_deref().map(|cwd| config::repository(Path::new(cwd)));
    if said.as_ref().is_some_and(|said| !said.capture) {
        return Ok(None);
    }
    if warn::is_before_a_call(&parsed) {
        return said.map_or(Ok(None), |said| before(hooks, &parsed, &said, settings));
    }
    let event = parsed.event.clone();
    let begun = Begun::of(&parsed);
    let failures = record(hooks, parsed, settings)?;
    if let Some(begun) = begun {
        return at_start(hooks, begun, settings);
    }
    // What cannot be handed to the model on this event must not be claimed as told.
    let Some(failures) = failures.filter(|_| (hooks.reply)(&event, "").is_some()) else {
        return Ok(None);
    };
    let said = said.unwrap_or_else(|| config::repository(&settings.home));
    Ok(after(settings, &said, &failures)?.and_then(|text| (hooks.reply)(&event, &text)))
}

/// Returns what is to be said after failures, journalled or recorded already.
fn after(settings: &Settings, said: &Repository, failures: &Failures) -> Result<Option<String>, String> {
    // What was journalled is safe: an answer that cannot be had is only noted.
    let answer = answer::answer(settings, said, failures)
        .map_err(|error| format!("could not answer: {error}: {}", source(&error)))?;
    let Some(answer) = answer else { return Ok(None) };
    if let Some(seen) = &answer.seen {
        append(settings, failures.session(), seen)?;
    }
    Ok(answer.text)
}

/// Journals what a hook reported and starts the worker where it is due. Returns the failures that may be answered.
fn record(hooks: &Hooks, parsed: Parsed, settings: &Settings) -> Result<Option<Failures>, String> {
    let Some(session) = parsed.session else { return Ok(None) };
    let mut seen = parsed.observations;
    scene::complete(&mut seen, hooks, settings);
    let ends = seen.iter().any(|seen| matches!(seen.step, Step::SessionEnded { .. }));
    let starts = seen.iter().any(|seen| matches!(seen.step, Step::SessionStarted(_)));
    let turn = seen
        .iter()
        .any(|seen| matches!(seen.step, Step::TurnEnded { .. }) && seen.agent.is_none());
    scene::tell_transcript(&mut seen, parsed.transcript);
    let seen = redact::scan_all(seen);
    let failures = answer::failures(&seen);
    let seen = seen.derive(|seen| seen.iter().cloned().map(shortened).collect::<Vec<_>>());
    // The check of the wiring sends no event that is recorded, and looks for its journal.
    if !seen.is_empty() || canary::is_canary(&session.external) {
        append(settings, &session, &seen)?;
    }
    let turns_are_due = || journal::turned(&settings.journals(), &session, settings.file.stop_every);
    if ends || (turn && turns_are_due()) || (starts && leftovers(settings, &session)) {
        start_worker(settings)?;
    }
    Ok(failures)
}

/// Says what a session that begins is likely to meet, when it is journalled already.
fn at_start(hooks: &Hooks, begun: Begun, settings: &Settings) -> Result<Option<String>, String> {
    let said = brief::at_start(hooks, begun, settings)
        .map_err(|error| format!("could not brief: {error}: {}", source(&error)))?;
    let Some(said) = said else { return Ok(None) };
    append(settings, &said.session, &said.seen)?;
    Ok(said.reply)
}

/// Says what is to be said before a call. A call of which there is nothing to say is not even journalled: what comes of
/// it will be.
fn before(hooks: &Hooks, parsed: &Parsed, said: &Repository, settings: &Settings) -> Result<Option<String>, String> {
    let (Some(session), Some(said)) = (&parsed.session, warn::before(hooks, parsed, said, settings)) else {
        return Ok(None);
    };
    append(settings, session, &said.seen)?;
    Ok(said.reply)
}

/// Appends to the session's journal; where that cannot be, to one in the spare folder, which is drained with the other:
/// nothing is lost while it has room.
fn append(settings: &Settings, session: &SessionKey, seen: &Clean<Vec<Observation>>) -> Result<(), String> {
    let Err(error) = journal::append(&settings.journals(), session, seen) else {
        return Ok(());
    };
    note_fault(settings, &format!("could not journal: {error}: {}", source(&error)));
    let spare = settings
        .make_spare_journals()
        .ok_or("the spare folder cannot be made, or somebody else made it")?;
    journal::append(&spare, session, seen)
        .map(drop)
        .map_err(|error| format!("could not journal in the spare folder: {error}: {}", source(&error)))
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
