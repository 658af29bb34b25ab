//! The worker: one detached process for each workspace, after sessions and every few turns. It does what hooks
//! must not spend time on. Killed at any moment, it leaves nothing half-done: the next one goes on.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::import::settle_waiting;
use super::{FlowError, forewarn, index_skills, note_fault};
use crate::assistants;
use crate::capture::import::{self, Job};
use crate::capture::{Recorder, drain, index};
use crate::config::Settings;
use crate::domain::time::Span;
use crate::process;
use crate::redact::Rules;
use crate::store::retention::{self, Limits};
use crate::store::session::{self, Waiting};
use crate::store::{Access, Store, journal, lease, meta, source};

/// The lease's name.
const LEASE: &str = "worker";
/// How long a worker may be silent before another takes over.
const TERM: Span = Span::seconds(120);
/// How long a session whose client is unknown may be silent before it counts as ended.
const SILENCE: Span = Span::days(1);
/// How often what is past its time is removed.
const RETENTION_EVERY: Span = Span::days(1);
/// How long it is remembered what was said to a session that has ended: it may be resumed.
const REMEMBERED: Span = Span::days(30);

/// How long it indexes before it says that it still lives.
const TURN: Duration = Duration::from_secs(20);

/// How often a worker looks for what came while it worked. What comes later, or is a record that is never finished,
/// waits for the next one.
const PASSES: usize = 3;

/// Starts a worker that goes on when this process ends. One that cannot be started is noted: what waits for it waits on.
pub fn start(settings: &Settings) {
    let started = process::own_program()
        .map_err(|error| error.to_string())
        .and_then(|program| {
            let job = process::Job {
                program: &program,
                args: &["worker".as_ref()],
                cwd: &settings.home,
                env: &[],
                input: &[],
            };
            process::detach(&job).map_err(|error| error.to_string())
        });
    if let Err(error) = started {
        note_fault(settings, &format!("could not start the worker: {error}"));
    }
}

/// Works until nothing waits, or returns at once when another worker is at it.
pub fn run(settings: &Settings) -> Result<(), FlowError> {
    process::new_session();
    let mut store = Store::open(&settings.database(), Access::Write)?;
    let holder = format!("{}-{}", settings.machine(), std::process::id());
    if !lease::take(&mut store, LEASE, &holder, settings.clock.now(), TERM)? {
        return Ok(());
    }
    let worked = work(&mut store, settings, &holder);
    lease::release(&mut store, LEASE, &holder)?;
    worked
}

/// The worker of a session that ends meanwhile finds the lease taken and leaves: its work is done here too.
fn work(store: &mut Store, settings: &Settings, holder: &str) -> Result<(), FlowError> {
    for _ in 0..PASSES {
        pass(store, settings, holder)?;
        if store.spooled(&settings.journal_folders())? == 0 {
            break;
        }
    }
    forewarn(store, settings)?;
    while !index::index(store, Some(TURN))? {
        lease::take(store, LEASE, holder, settings.clock.now(), TERM)?;
    }
    index_skills(store, settings, &super::rules(settings)?)?;
    grow_old(store, settings)
}

fn pass(store: &mut Store, settings: &Settings, holder: &str) -> Result<(), FlowError> {
    let rules = super::rules(settings)?;
    let mut recorder = Recorder::new(settings.machine());
    for folder in settings.journal_folders() {
        drain::drain(store, &folder, &rules, &mut recorder, settings.clock)?;
    }
    sweep(store, settings)?;
    settle_waiting(store, settings, |store, session| {
        // Should another worker have taken over after a long silence, the two do the same work twice and no harm.
        lease::take(store, LEASE, holder, settings.clock.now(), TERM)?;
        read_transcript(store, settings, session, &rules, &mut recorder)
    })?;
    lease::take(store, LEASE, holder, settings.clock.now(), TERM)?;
    for folder in settings.journal_folders() {
        remove_drained(store, &folder)?;
    }
    Ok(())
}

/// Ends the sessions whose client is gone without a word: its process does not live, or, where no hook named
/// one, nothing was heard for [`SILENCE`].
fn sweep(store: &mut Store, settings: &Settings) -> Result<(), FlowError> {
    let now = settings.clock.now();
    let mut gone = store.look(session::open)?;
    gone.retain(|open| {
        open.pid
            .map_or_else(|| now.since(open.last_at) > SILENCE, |pid| !process::alive(pid))
    });
    for open in gone {
        store.write(|tx| session::sweep(tx, &open))?;
    }
    Ok(())
}

/// Reads what hooks cannot see of a session: interrupts, rejections, long tails, model, tokens, cost.
fn read_transcript(
    store: &mut Store,
    settings: &Settings,
    session: &Waiting,
    rules: &Rules,
    recorder: &mut Recorder,
) -> Result<(), FlowError> {
    let (Some(spec), Some(path)) = (assistants::by_name(&session.assistant), &session.transcript) else {
        return Ok(());
    };
    let path = Path::new(path);
    // Subagents' transcripts lie in a folder named as the session's, beside its transcript.
    let paths: Vec<PathBuf> = [path.to_owned(), path.with_extension("")]
        .into_iter()
        .filter(|path| path.exists())
        .collect();
    let found = (spec.find)(&paths);
    let job = Job {
        transcripts: &found.transcripts,
        rules,
        clock: settings.clock,
        deadline: None,
    };
    import::import(store, recorder, &job, |_| {})?;
    Ok(())
}

/// Removes the journals of which every record is in the database and whose session has ended.
fn remove_drained(store: &mut Store, folder: &Path) -> Result<(), FlowError> {
    for path in journal::files(folder)? {
        let name = path.to_string_lossy().into_owned();
        let Some(progress) = store.progress(&name)? else {
            continue;
        };
        if store.look(|tx| session::runs_with_journal(tx, &path))? {
            continue;
        }
        if journal::remove(&path, progress.offset)? {
            store.write(|tx| source::drop(tx, &name))?;
        }
    }
    Ok(())
}

fn grow_old(store: &mut Store, settings: &Settings) -> Result<(), FlowError> {
    let now = settings.clock.now();
    if store
        .look(|tx| meta::time(tx, "retention"))?
        .is_some_and(|last| now.since(last) < RETENTION_EVERY)
    {
        return Ok(());
    }
    let limits = Limits {
        bodies_since: now.before(settings.file.retention.bodies),
        events_since: now.before(settings.file.retention.events),
        most_bytes: settings.file.retention.max_size,
    };
    retention::prune(store, limits)?;
    for folder in settings.journal_folders() {
        for journal in journal::quiet_since(&folder, now.before(REMEMBERED)) {
            if !store.look(|tx| session::runs_with_journal(tx, &journal))? {
                journal::forget_firsts(&journal);
            }
        }
    }
    store.write(|tx| meta::set_time(tx, "retention", now))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::domain::id::Assistant;
    use crate::domain::time::Timestamp;
    use crate::domain::trace::{AtSource, Observation, SessionKey, SessionStart, Step, Text, Via};
    use crate::redact;

    /// 2026-11-20T12:00:00Z.
    const NOW: Timestamp = Timestamp(1_795_176_000_000_000);

    /// Journals a session that named its transcript and ended a turn, as hooks do, and writes that transcript.
    fn play(settings: &Settings, external: &str) -> PathBuf {
        let transcript = settings.home.join(format!("{external}.jsonl"));
        let line = format!(
            r#"{{"type":"user","sessionId":"{external}","cwd":"/p","timestamp":"2026-11-20T11:00:00Z","message":{{"content":"do it"}}}}"#
        );
        fs::write(&transcript, format!("{line}\n")).expect("a transcript");
        let session = SessionKey {
            assistant: Assistant::new("claude-code"),
            external: external.to_owned(),
        };
        let start = SessionStart {
            transcript: Some(transcript.to_string_lossy().into_owned()),
            ..SessionStart::default()
        };
        let turn = Step::TurnEnded {
            message: Text::whole("done"),
        };
        let seen = [Step::SessionStarted(start), turn].map(|step| Observation {
            session: session.clone(),
            agent: None,
            at: NOW.before(Span::seconds(3_600)),
            at_source: AtSource::Arrival,
            cwd: Some("/p".to_owned()),
            branch: None,
            via: Via::Hook,
            step,
        });
        journal::append(&settings.journals(), &session, &redact::scan_all(seen.to_vec())).expect("journalled");
        transcript
    }

    #[test]
    fn every_waiting_session_has_its_transcript_read_before_it_is_settled() {
        let home = tempfile::tempdir().expect("a folder");
        let settings = Settings::at(home.path(), NOW);
        let transcripts: Vec<PathBuf> = (0..70).map(|n| play(&settings, &format!("session-{n}"))).collect();
        run(&settings).expect("works");
        let store = Store::open(&settings.database(), Access::Read).expect("opens");
        for path in transcripts {
            let progress = store.progress(&path.to_string_lossy()).expect("reads");
            assert!(progress.is_some(), "{} was not read", path.display());
        }
    }
}
