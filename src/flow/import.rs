//! Importing: find the transcripts, read what is new in them, settle the sessions.

use std::path::PathBuf;

use super::FlowError;
use crate::assistants::{self, Found, Refusal, Spec, Transcript};
use crate::capture::import::{self, Imported, Job};
use crate::capture::{Recorder, index, project, reshape, settle};
use crate::config::{self, Settings};
use crate::domain::time::{Span, Timestamp};
use crate::store::read::Totals;
use crate::store::session::{self, Waiting};
use crate::store::{Store, StoreError};

/// Sessions to be settled that are looked up together.
const LOOKED_UP_AT_ONCE: usize = 64;

/// What is to be imported.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Files and folders; none means the own folder of every assistant.
    pub paths: Vec<PathBuf>,
    /// Only transcripts written since then.
    pub since: Option<Timestamp>,
    /// How long it may take.
    pub budget: Option<Span>,
}

/// What an import came to, with what it did not read.
#[derive(Debug)]
pub struct Report {
    /// What was read.
    pub imported: Imported,
    /// The folders of assistants that were looked at because none was named.
    pub looked: Vec<PathBuf>,
    /// What looked like a transcript, or was named as one, and is none.
    pub refused: Vec<(PathBuf, Refusal)>,
    /// Transcripts older than asked for.
    pub older: usize,
    /// Failures that count, once the sessions were settled.
    pub failures: i64,
    /// Failures set aside, once the sessions were settled: a red test that edits turned green is known only then.
    pub set_aside: i64,
}

/// Returns the transcripts that a request means, newest first.
pub fn find(settings: &Settings, request: &Request) -> Result<(Vec<Transcript>, Report), FlowError> {
    if let Some(path) = request.paths.iter().find(|path| !path.exists()) {
        return Err(FlowError::NoSuchPath { path: path.clone() });
    }
    let looked = own_folders(settings);
    let Found {
        mut transcripts,
        refused,
    } = if request.paths.is_empty() {
        // An assistant's own folder holds other files too: they are only worth a word when they were named.
        Found {
            refused: Vec::new(),
            ..assistants::find(&looked)
        }
    } else {
        assistants::find(&request.paths)
    };
    let all = transcripts.len();
    transcripts.retain(|transcript| request.since.is_none_or(|since| transcript.modified >= since));
    let older = all - transcripts.len();
    Ok((
        transcripts,
        Report {
            imported: Imported::default(),
            looked: if request.paths.is_empty() { looked } else { Vec::new() },
            refused,
            older,
            failures: 0,
            set_aside: 0,
        },
    ))
}

/// Returns the folders of transcripts of the assistants that were run here; those of all when none was.
fn own_folders(settings: &Settings) -> Vec<PathBuf> {
    let folders = assistants::ALL
        .iter()
        .map(|spec| own_folder(spec, settings).join(spec.transcripts));
    let all: Vec<PathBuf> = folders.collect();
    let there: Vec<PathBuf> = all.iter().filter(|folder| folder.is_dir()).cloned().collect();
    if there.is_empty() { all } else { there }
}

/// Returns the folder of an assistant: what its own variable names, else its place in the user's home.
fn own_folder(spec: &Spec, settings: &Settings) -> PathBuf {
    config::variable(spec.folder_variable).map_or_else(|| settings.home.join(spec.folder), PathBuf::from)
}

/// Imports what a request means and settles what changed. `told` hears of every step.
pub fn import(
    store: &mut Store,
    settings: &Settings,
    request: &Request,
    told: impl FnMut(import::Step, u64),
) -> Result<Report, FlowError> {
    let (transcripts, mut report) = find(settings, request)?;
    let bytes = transcripts.iter().map(|transcript| transcript.bytes).sum();
    let rules = super::rules(settings)?;
    let mut recorder = Recorder::new(settings.machine());
    let deadline = request.budget.map(|budget| settings.clock.now().after(budget));
    let mut told = told;
    let job = Job {
        transcripts: &transcripts,
        rules: &rules,
        clock: settings.clock,
        deadline,
    };
    let before = everything(store)?;
    report.imported = import::import(store, &mut recorder, &job, |step| told(step, bytes))?;
    settle_waiting(store, settings, |_, _| Ok(()))?;
    index::index(store, None)?;
    super::index_skills(store, settings, &rules)?;
    if let Err(error) = super::forewarn(store, settings) {
        // Everything is imported; the next worker writes what is said before calls.
        super::note_fault(settings, &format!("no warnings were written: {error}"));
    }
    let after = everything(store)?;
    report.failures = (after.failures - before.failures).max(0);
    report.set_aside = (after.expected - before.expected).max(0);
    Ok(report)
}

fn everything(store: &Store) -> Result<Totals, StoreError> {
    store.totals(Timestamp(i64::MIN), Timestamp(i64::MAX), None)
}

/// Settles which folders are one project. Where one was divided, the denominators of its calls are derived anew: they
/// can be added together, but not divided.
pub fn settle_projects(store: &mut Store) -> Result<(), FlowError> {
    let settled = store.write(project::settle_projects)?;
    if settled.divided {
        reshape::reshape(store)?;
    }
    Ok(())
}

/// Settles every session that changed since it was last settled, and which folders are one project.
///
/// `prepare` is called with each session before it is settled, and may record more of it: what was settled without its
/// transcript would not be looked at again.
pub fn settle_waiting(
    store: &mut Store,
    settings: &Settings,
    mut prepare: impl FnMut(&mut Store, &Waiting) -> Result<(), FlowError>,
) -> Result<(), FlowError> {
    loop {
        let waiting = store.look(|tx| session::waiting(tx, LOOKED_UP_AT_ONCE))?;
        for session in &waiting {
            prepare(store, session)?;
            // A transaction of its own: a hook that needs the lock gets it in between.
            store.write(|tx| settle::settle(tx, session.id, settings.clock.now()))?;
        }
        if waiting.len() < LOOKED_UP_AT_ONCE {
            break;
        }
    }
    settle_projects(store)
}
