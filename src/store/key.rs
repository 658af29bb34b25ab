//! The natural keys of events: equal for two reports of the same event.

use rusqlite::params;
use sha2::{Digest as _, Sha256};

use super::body::{self, Part};
use super::event::{Kind, at_source};
use super::{StoreError, Tx};
use crate::domain::id::EventId;
use crate::domain::time::Timestamp;
use crate::domain::trace::{AtSource, Text};

/// Bytes of an input's beginning and end by which a call is known: half of what is kept. How far what is kept reaches
/// depends on the road, because a hook cuts before the full rules make a text shorter, and an import after.
const KNOWN_BY: usize = 4 * 1024;

fn first(text: &str) -> &[u8] {
    &text.as_bytes()[..text.len().min(KNOWN_BY)]
}

fn last(text: &str) -> &[u8] {
    &text.as_bytes()[text.len().saturating_sub(KNOWN_BY)..]
}

/// The natural key of an event: 16 bytes that are equal for two reports of the same event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct EventKey(pub(super) [u8; 16]);

impl EventKey {
    pub(super) fn of(parts: &[&[u8]]) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"callus event 1");
        for part in parts {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        let mut key = [0; 16];
        key.copy_from_slice(&hash.finalize()[..16]);
        Self(key)
    }

    /// Returns the key of a tool call: assistant, call id, tool and input. A session is no part of it, so that
    /// a fork which copies history adds nothing. A word identifies nothing (some stores replace every id by one
    /// word): the record's own time stands in for it, and most copies keep that too.
    pub(super) fn of_call(assistant: &str, at: Timestamp, id: Option<&str>, tool: &str, input: &Text) -> Self {
        let at = at.0.to_le_bytes();
        let id = id.filter(|id| !is_word(id));
        Self::of(&[
            b"call",
            assistant.as_bytes(),
            id.map_or(at.as_slice(), str::as_bytes),
            tool.as_bytes(),
            first(&input.head),
            last(if input.tail.is_empty() {
                &input.head
            } else {
                &input.tail
            }),
        ])
    }

    /// Returns the key of a step that has no id: its kind, words, and the record's own time; where that is
    /// unknown, the session and the time of arrival.
    pub(super) fn of_step(assistant: &str, at: Timestamp, arrived_in: Option<&str>, kind: &str, words: &str) -> Self {
        Self::of(&[
            kind.as_bytes(),
            assistant.as_bytes(),
            arrived_in.unwrap_or_default().as_bytes(),
            at.0.to_le_bytes().as_slice(),
            words.as_bytes(),
        ])
    }
}

/// Letters that an id without a digit has at least: one in seventy random ids of 24 characters has none, and words are
/// shorter.
const ID_LETTERS: usize = 20;

/// Returns whether `id` is a word that somebody put in the place of ids.
fn is_word(id: &str) -> bool {
    let has = |kind: fn(&u8) -> bool| id.bytes().any(|byte| kind(&byte));
    let is_mixed = has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase);
    let is_id = has(u8::is_ascii_digit) || (is_mixed && id.len() >= ID_LETTERS);
    !is_id
}

/// Names the events in `renamed` anew, whose words were rewritten. One whose name another row has keeps its own.
pub(super) fn rename(tx: &Tx<'_>) -> Result<(), StoreError> {
    let mut events = tx.prepare(
        "select e.id, e.kind, s.assistant, e.at, e.at_source, s.external, e.call_id, e.tool
         from renamed r join event e on e.id = r.id join session s on s.id = e.session",
    )?;
    let mut events = events.query([])?;
    while let Some(row) = events.next()? {
        let (event, kind, at) = (EventId(row.get(0)?), row.get::<_, String>(1)?, Timestamp(row.get(3)?));
        let (assistant, session) = (row.get::<_, String>(2)?, row.get::<_, String>(5)?);
        let id: Option<String> = row.get(6)?;
        let text = |part| Ok::<_, StoreError>(body::read(tx, event, part)?.unwrap_or_default());
        let key = if kind == Kind::Call.word() {
            let tool: Option<String> = row.get(7)?;
            let tool = tool.unwrap_or_default();
            EventKey::of_call(&assistant, at, id.as_deref(), &tool, &text(Part::Input)?)
        } else if id.is_none() {
            let arrived = row.get::<_, String>(4)? == at_source(AtSource::Arrival);
            let arrived_in = arrived.then_some(session.as_str());
            EventKey::of_step(&assistant, at, arrived_in, &kind, &text(Part::Output)?.head)
        } else {
            continue;
        };
        tx.prepare_cached("update or ignore event set key = ?2 where id = ?1")?
            .execute(params![event.0, key.0])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_told_from_a_word_in_its_place() {
        for id in ["call_7", "toolu_01AbCd", "call_crsAYrStlpsAeuiNmMGZzpmz"] {
            assert!(!is_word(id), "{id}");
        }
        for word in [
            "",
            "REDACTED",
            "Redacted",
            "call_redacted",
            "REMOVED_BEFORE_PUBLICATION",
        ] {
            assert!(is_word(word), "{word}");
        }
    }
}
