//! From what was typed to the one row that is meant, or to an error that lists what it may be.

use super::error::{AnswerError, Candidate};
use super::style;
use crate::domain::id::{FailureId, Fingerprint, HintId, ModeId, ProjectId, RemedyId, SessionId};
use crate::store::Store;
use crate::store::read::Found;

/// So many candidates are listed.
const LISTED: u32 = 8;
/// Fewest characters of a session's id that are shown.
pub(super) const SESSION_SHOWN: usize = 8;

/// Returns a mode's id as it is shown: the shortest beginning that is unique.
pub(super) fn mode_id(store: &Store, fingerprint: &str) -> Result<String, AnswerError> {
    Ok(store.shortest_prefix(fingerprint, Fingerprint::SHOWN)?)
}

/// Returns a session's id as it is shown.
pub(super) fn session_id(store: &Store, external: &str) -> Result<String, AnswerError> {
    Ok(store.shortest_session(external, SESSION_SHOWN)?)
}

/// Returns a failure's id as it is shown.
pub(super) fn failure_id(id: FailureId) -> String {
    format!("F{}", id.0)
}

/// Returns a message's id as it is shown.
pub(super) fn hint_id(id: HintId) -> String {
    format!("H{}", id.0)
}

/// Returns the message that `given` could name: `H` and a number.
pub(super) fn hint_named(given: &str) -> Option<HintId> {
    let id = given.trim().trim_matches(['`', '"', '\'', '#']);
    let digits = id.strip_prefix(['H', 'h'])?;
    digits.parse().ok().map(HintId)
}

/// Returns a remedy's id as it is shown.
pub(super) fn remedy_id(id: RemedyId) -> String {
    format!("R{}", id.0)
}

/// Returns the remedy that `given` could name: `R` and a number.
pub(super) fn remedy_named(given: &str) -> Option<RemedyId> {
    let id = given.trim().trim_matches(['`', '"', '\'', '#']);
    let digits = id.strip_prefix(['R', 'r'])?;
    digits.parse().ok().map(RemedyId)
}

/// Returns the failure that `given` could name: `F` and a number.
pub(super) fn failure_named(given: &str) -> Option<FailureId> {
    let id = given.trim().trim_matches(['`', '"', '\'', '#']);
    let digits = id.strip_prefix(['F', 'f'])?;
    digits.parse().ok().map(FailureId)
}

/// Returns the failure mode or the failure that `given` names: `F` with a number for a failure, else any beginning
/// of the fingerprint of any pattern of the mode.
pub(super) fn pick(store: &Store, given: &str) -> Result<Found, AnswerError> {
    let id = given.trim().trim_matches(['`', '"', '\'', '#']);
    let mut found = Vec::new();
    if let Some(number) = id.strip_prefix(['F', 'f']).and_then(|digits| digits.parse().ok())
        && store.failure(FailureId(number))?.is_some()
    {
        found.push(Found::Failure(FailureId(number)));
    }
    // A mode is never shown with fewer characters than this: what is shorter and names a failure means that failure.
    if found.is_empty() || id.len() >= Fingerprint::SHOWN {
        found.extend(modes(store, id)?.into_iter().map(Found::Mode));
    }
    match found.as_slice() {
        [] => Err(AnswerError::Unknown {
            kind: "failure",
            given: given.to_owned(),
        }),
        [one] => Ok(*one),
        several => Err(AnswerError::Ambiguous {
            given: given.to_owned(),
            candidates: several
                .iter()
                .map(|one| candidate(store, *one))
                .collect::<Result<_, _>>()?,
        }),
    }
}

/// Returns the failure mode that `given` names; a failure stands for its mode.
pub fn pick_mode(store: &Store, given: &str) -> Result<ModeId, AnswerError> {
    let unknown = || AnswerError::Unknown {
        kind: "failure mode",
        given: given.to_owned(),
    };
    match pick(store, given)? {
        Found::Mode(mode) => Ok(mode),
        Found::Failure(id) => store.failure(id)?.and_then(|failure| failure.mode).ok_or_else(unknown),
    }
}

fn modes(store: &Store, prefix: &str) -> Result<Vec<ModeId>, AnswerError> {
    if prefix.is_empty() || !prefix.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Ok(Vec::new());
    }
    Ok(store.modes_by_prefix(prefix, LISTED)?)
}

/// Returns enough of a headline to tell candidates apart.
fn brief(headline: &str) -> String {
    const CHARS: usize = 60;
    let line = headline.lines().next().unwrap_or_default();
    if line.chars().count() <= CHARS {
        return line.to_owned();
    }
    let cut: String = line.chars().take(CHARS).collect();
    cut.trim_end().to_owned() + "..."
}

fn candidate(store: &Store, found: Found) -> Result<Candidate, AnswerError> {
    Ok(match found {
        Found::Mode(mode) => {
            let mode = store.mode(mode)?;
            Candidate {
                id: mode
                    .as_ref()
                    .map_or(Ok(String::new()), |mode| mode_id(store, &mode.fingerprint))?,
                what: mode
                    .map(|mode| format!("{}: {}", mode.scope, brief(&mode.headline)))
                    .unwrap_or_default(),
            }
        }
        Found::Failure(id) => Candidate {
            id: failure_id(id),
            what: store
                .failure(id)?
                .map(|failure| brief(&failure.headline))
                .unwrap_or_default(),
        },
    })
}

/// Returns the session that `given`, the assistant's id of it or a beginning of that, names.
pub(super) fn session_row(store: &Store, given: &str) -> Result<SessionId, AnswerError> {
    let id = given.trim();
    let found = if id.is_empty() {
        Vec::new()
    } else {
        store.sessions_by_prefix(id, LISTED)?
    };
    match found.as_slice() {
        [] => Err(AnswerError::Unknown {
            kind: "session",
            given: given.to_owned(),
        }),
        [one] => Ok(*one),
        several => {
            let mut candidates = Vec::new();
            for row in several.iter().filter_map(|id| store.session(*id).transpose()) {
                let row = row?;
                if row.external == id {
                    return Ok(row.id);
                }
                candidates.push(Candidate {
                    id: session_id(store, &row.external)?,
                    what: format!(
                        "{} at {}",
                        row.project.unwrap_or_default(),
                        style::rfc3339(row.started_at)
                    ),
                });
            }
            Err(AnswerError::Ambiguous {
                given: given.to_owned(),
                candidates,
            })
        }
    }
}

/// Returns the assistant's own id of the session that `given`, it or a beginning of it, names.
pub fn pick_session(store: &Store, given: &str) -> Result<String, AnswerError> {
    let session = store.session(session_row(store, given)?)?;
    session
        .map(|session| session.external)
        .ok_or_else(|| AnswerError::Unknown {
            kind: "session",
            given: given.to_owned(),
        })
}

/// Returns the project of the folder from which a question comes, if it is a known one.
pub(super) fn project_at(store: &Store, folder: Option<&str>) -> Result<Option<ProjectId>, AnswerError> {
    Ok(match folder {
        Some(folder) => store.project_of_folder(folder)?,
        None => None,
    })
}

/// Returns the project that `given` names: its name or key, a part of them that only it has, or a folder in it.
pub fn pick_project(store: &Store, given: &str) -> Result<ProjectId, AnswerError> {
    let wanted = given.trim().trim_end_matches('/').to_lowercase();
    let projects = store.projects()?;
    let exact: Vec<_> = projects
        .iter()
        .filter(|project| project.name.to_lowercase() == wanted || project.key.to_lowercase() == wanted)
        .collect();
    let found = if exact.is_empty() && !wanted.is_empty() {
        projects
            .iter()
            .filter(|project| project.key.to_lowercase().contains(&wanted))
            .collect()
    } else {
        exact
    };
    match found.as_slice() {
        [one] => Ok(one.id),
        [] => store
            .project_of_folder(given.trim().trim_end_matches('/'))?
            .ok_or_else(|| AnswerError::Unknown {
                kind: "project",
                given: given.to_owned(),
            }),
        several => Err(AnswerError::Ambiguous {
            given: given.to_owned(),
            candidates: several
                .iter()
                .take(LISTED as usize)
                .map(|project| Candidate {
                    id: project.key.clone(),
                    what: project.name.clone(),
                })
                .collect(),
        }),
    }
}
