//! How something that is being typed could go on.

use super::AnswerError;
use super::pick::{mode_id, session_id};
use crate::domain::id::Fingerprint;
use crate::store::Store;
use crate::store::read::SessionFilter;

/// What is being typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typed {
    /// The id of a failure mode.
    Mode,
    /// The id of a session.
    Session,
    /// The name of a project.
    Project,
}

/// Returns at most `most` ways on from `begun`. From nothing it goes on to what was met last.
pub fn complete(store: &Store, typed: Typed, begun: &str, most: u32) -> Result<Vec<String>, AnswerError> {
    let begun = begun.trim();
    let mut found = match typed {
        Typed::Mode => modes(store, &begun.to_ascii_lowercase(), most)?,
        Typed::Session => sessions(store, begun, most)?,
        Typed::Project => projects(store, &begun.to_lowercase())?,
    };
    found.truncate(most as usize);
    Ok(found)
}

fn modes(store: &Store, begun: &str, most: u32) -> Result<Vec<String>, AnswerError> {
    let found = if begun.is_empty() {
        store.newest_modes(None, most)?
    } else if begun.len() <= Fingerprint::LEN && begun.bytes().all(|b| b.is_ascii_alphanumeric()) {
        store.modes_by_prefix(begun, most)?
    } else {
        Vec::new()
    };
    let mut ids = Vec::new();
    for row in found {
        let Some(mode) = store.mode(row)? else { continue };
        let id = mode_id(store, &mode.fingerprint)?;
        // A prefix may be that of a pattern which was merged into a mode of another name.
        if id.starts_with(begun) || mode.fingerprint.starts_with(begun) {
            ids.push(if id.starts_with(begun) { id } else { mode.fingerprint });
        }
    }
    Ok(ids)
}

fn sessions(store: &Store, begun: &str, most: u32) -> Result<Vec<String>, AnswerError> {
    let found = if begun.is_empty() {
        let newest = store.sessions(&SessionFilter {
            limit: Some(most),
            ..SessionFilter::default()
        })?;
        newest.into_iter().map(|row| row.id).collect()
    } else {
        store.sessions_by_prefix(begun, most)?
    };
    let mut ids = Vec::new();
    for row in found {
        let Some(session) = store.session(row)? else { continue };
        let id = session_id(store, &session.external)?;
        ids.push(if id.starts_with(begun) { id } else { session.external });
    }
    Ok(ids)
}

fn projects(store: &Store, begun: &str) -> Result<Vec<String>, AnswerError> {
    let mut names: Vec<String> = store.projects()?.into_iter().map(|row| row.name).collect();
    names.retain(|name| name.to_lowercase().starts_with(begun));
    names.dedup();
    Ok(names)
}
