//! At the start of a session: what it is likely to meet in this project, told once, or nothing.

use std::path::Path;

use super::FlowError;
use super::stands::{came, stands};
use crate::assistants::{Hooks, Parsed};
use crate::config::{self, Settings};
use crate::domain::id::ProjectId;
use crate::domain::lesson::{Hints, Message, Remedy};
use crate::domain::time::Timestamp;
use crate::domain::trace::{Notice, Observation, SessionKey, Step};
use crate::git;
use crate::recall;
use crate::recall::brief::{Brief, Start};
use crate::recall::hint::Policy;
use crate::redact::{self, Clean};
use crate::store::{Store, StoreError, Tx, journal, project, session, warned};
use crate::workspace;

/// The words for beginnings at which an agent is told. A fork has its parent's history before it.
const SOURCES: &[&str] = &["startup", "clear", COMPACT];
/// The beginning at which an agent has forgotten what it was told.
const COMPACT: &str = "compact";

/// A session that begins.
#[derive(Debug)]
pub(super) struct Begun {
    session: SessionKey,
    event: String,
    /// The report of the beginning.
    seen: Observation,
    /// Its folder.
    cwd: String,
    /// What was told before is forgotten.
    compacted: bool,
}

impl Begun {
    /// Returns the beginning that a hook reports, if it is one at which something may be told.
    pub(super) fn of(parsed: &Parsed) -> Option<Self> {
        let seen = parsed.observations.first()?;
        let Step::SessionStarted(start) = &seen.step else {
            return None;
        };
        SOURCES.contains(&start.source.as_str()).then_some(())?;
        Some(Self {
            session: parsed.session.clone()?,
            event: parsed.event.clone(),
            cwd: parsed.cwd.clone()?,
            compacted: start.source == COMPACT,
            seen: seen.clone(),
        })
    }

    /// Returns the beginning that a step of a past session is, if a hook would have reported one there: the session's
    /// own, where it copied none from another, and every compaction.
    pub(super) fn past(seen: &Observation) -> Option<Self> {
        let compacted = match &seen.step {
            Step::SessionStarted(start) => {
                // What names no transcript is news of a session that runs, and what names a parent is a fork.
                (start.transcript.is_some() && start.parent.is_none()).then_some(false)?
            }
            Step::Compacted { .. } if seen.agent.is_none() => true,
            _ => return None,
        };
        Some(Self {
            session: seen.session.clone(),
            event: String::new(),
            cwd: seen.cwd.clone()?,
            compacted,
            seen: seen.clone(),
        })
    }
}

/// What is told.
#[derive(Debug)]
pub(super) struct Said {
    /// The session.
    pub(super) session: SessionKey,
    /// What is to be journalled.
    pub(super) seen: Clean<Vec<Observation>>,
    /// What is to be printed; nothing when it is only noted.
    pub(super) reply: Option<String>,
}

/// Returns what a session that begins is told, if anything. The same text is told once in a session, unless the agent
/// has forgotten it since.
pub(super) fn at_start(hooks: &Hooks, begun: Begun, settings: &Settings) -> Result<Option<Said>, FlowError> {
    let hints = settings.telling(&config::repository(Path::new(&begun.cwd))).hints;
    if hints == Hints::Off {
        return Ok(None);
    }
    let Some(store) = Store::open_to_look(&settings.database())? else {
        return Ok(None);
    };
    let stands = |remedy: &Remedy| stands(settings, Some(&begun.cwd), remedy);
    let came = |program: &str, since| came(settings, Path::new(&begun.cwd), program, since);
    let policy = Policy { hints, stands: &stands };
    let Some(Brief { message, .. }) = store.look(|tx| brief(tx, &begun, &settings.machine(), &policy, &came))? else {
        return Ok(None);
    };
    let Some(reply) = (hooks.reply)(&begun.event, &message.text) else {
        return Ok(None);
    };
    Ok(told(settings, &begun, message, hints).map(|told| Said {
        session: begun.session,
        seen: redact::scan_all(vec![told]),
        reply: (hints == Hints::On).then_some(reply),
    }))
}

/// Returns what there is to say at a beginning, if anything.
pub(super) fn brief(
    tx: &Tx<'_>,
    begun: &Begun,
    machine: &str,
    policy: &Policy<'_>,
    came: &dyn Fn(&str, Timestamp) -> bool,
) -> Result<Option<Brief>, StoreError> {
    let Some(project) = project_at(tx, machine, Path::new(&begun.cwd))? else {
        return Ok(None);
    };
    let root = match session::find(tx, &begun.session)? {
        Some(session) => Some(session::top(tx, session)?),
        None => None,
    };
    let start = Start {
        project,
        root,
        now: begun.seen.at,
    };
    recall::brief::at_start(tx, start, policy, came)
}

/// Returns what a session that began now in a folder of a project would be told, if anything. It is told to whoever asks,
/// and to no session.
pub fn brief_of(
    store: &Store,
    settings: &Settings,
    project: ProjectId,
    folder: &str,
    now: Timestamp,
) -> Result<Option<Message>, FlowError> {
    let stands = |remedy: &Remedy| stands(settings, Some(folder), remedy);
    let came = |program: &str, since| came(settings, Path::new(folder), program, since);
    let policy = Policy {
        hints: Hints::On,
        stands: &stands,
    };
    let start = Start {
        project,
        root: None,
        now,
    };
    let said = store.look(|tx| recall::brief::at_start(tx, start, &policy, &came))?;
    Ok(said.map(|brief| brief.message))
}

/// Returns the project of a folder, if one is known there.
pub fn project_of(store: &Store, settings: &Settings, folder: &Path) -> Result<Option<ProjectId>, FlowError> {
    let machine = settings.machine();
    Ok(store.look(|tx| project_at(tx, &machine, folder))?)
}

/// Returns what is recorded of a message at a beginning; nothing where the agent has it before it already.
pub(super) fn told(settings: &Settings, begun: &Begun, message: Message, hints: Hints) -> Option<Observation> {
    let what = format!("brief {}", warned::hash(&message.text));
    let is_first = journal::first(&settings.journals(), &begun.session, &what).unwrap_or(false);
    if !is_first && !begun.compacted {
        return None;
    }
    let notice = Notice {
        told: message.told,
        rule: message.rule,
        mode: None,
        instance: None,
        remedy: None,
        call: None,
        shadow: hints == Hints::Shadow,
        text: message.text,
        suggestion: message.suggestion,
    };
    Some(Observation {
        step: Step::Told(notice),
        ..begun.seen.clone()
    })
}

/// Returns the project of a folder: as it is known, else that of its main working tree or of its remote.
pub(super) fn project_at(tx: &Tx<'_>, machine: &str, cwd: &Path) -> Result<Option<ProjectId>, StoreError> {
    let Some(place) = git::place(cwd) else {
        return project::of_path(tx, machine, &cwd.to_string_lossy());
    };
    for path in [&place.worktree, &place.root] {
        if let Some(project) = project::of_path(tx, machine, path)? {
            return Ok(Some(project));
        }
    }
    match &place.remote {
        Some(remote) => project::with_key(tx, &workspace::remote_key(remote)),
        None => Ok(None),
    }
}
