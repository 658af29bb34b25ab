//! In which order past sessions are played: by the time of the first step that is a session's own.
//!
//! The place of a session depends on nothing that comes behind it. So the first sessions of an order, played alone, are
//! in the same order, and meet the same memory.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;

use crate::assistants::Transcript;
use crate::capture::CaptureError;
use crate::capture::past::{self, Outline};
use crate::domain::time::Timestamp;

/// A session with the transcripts of its subagents.
#[derive(Debug)]
pub(super) struct Family {
    pub(super) transcripts: Vec<Transcript>,
    /// The assistant's id of the session.
    pub(super) session: String,
    /// When its first own step happened.
    pub(super) began: Timestamp,
}

impl Family {
    /// Returns the bytes of its transcripts.
    pub(super) fn bytes(&self) -> u64 {
        self.transcripts.iter().map(|transcript| transcript.bytes).sum()
    }
}

/// A transcript that could not be read, and why.
pub(super) type Failed = (PathBuf, CaptureError);

/// Puts transcripts together to sessions, in the order in which they are played. What has no step is left out.
pub(super) fn order(found: Vec<Transcript>) -> (Vec<Family>, Vec<Failed>) {
    let mut failed = Vec::new();
    let mut families: BTreeMap<(&str, String), Family> = BTreeMap::new();
    for transcript in found {
        let began = match past::began(&transcript) {
            Ok(Some(began)) => began,
            Ok(None) => continue,
            Err(error) => {
                failed.push((transcript.path, error));
                continue;
            }
        };
        let session = transcript.session.clone();
        let family = families
            .entry((transcript.assistant.name, session.clone()))
            .or_insert_with(|| Family {
                transcripts: Vec::new(),
                session,
                began,
            });
        family.began = family.began.min(began);
        family.transcripts.push(transcript);
    }
    let mut families: Vec<Family> = families.into_values().collect();
    for family in &mut families {
        // Whatever the order of the search: what is read first decides between steps of one moment.
        family
            .transcripts
            .sort_by(|one, other| (one.agent.is_some(), &one.path).cmp(&(other.agent.is_some(), &other.path)));
    }
    move_copies(&mut families, &mut failed);
    families.sort_by(|one, other| (one.began, &one.session).cmp(&(other.began, &other.session)));
    (families, failed)
}

/// A fork begins with the history that it copied, at the very time at which the other session began: it is played where
/// its own steps begin.
fn move_copies(families: &mut [Family], failed: &mut Vec<Failed>) {
    families.sort_by(|one, other| (one.began, &one.session).cmp(&(other.began, &other.session)));
    for alike in families.chunk_by_mut(|one, other| one.began == other.began) {
        if alike.len() < 2 {
            continue;
        }
        let mut outlines: Vec<(usize, Outline)> = Vec::new();
        for (at, family) in alike.iter().enumerate() {
            match outline(family) {
                Ok(outline) => outlines.push((at, outline)),
                Err(error) => failed.push(error),
            }
        }
        let own = own_beginnings(&mut outlines, |at| alike[at].session.as_str());
        for (at, began) in own {
            alike[at].began = began;
        }
    }
}

fn outline(family: &Family) -> Result<Outline, Failed> {
    let mut whole = Outline::default();
    for transcript in family
        .transcripts
        .iter()
        .filter(|transcript| transcript.agent.is_none())
    {
        let outline = past::outline(transcript).map_err(|error| (transcript.path.clone(), error))?;
        whole.times.extend(outline.times);
        whole.continues |= outline.continues;
    }
    Ok(whole)
}

/// Returns when each of some sessions that begin alike has its first step that none before it has; a copy without such a
/// step comes right behind.
fn own_beginnings<'s>(outlines: &mut [(usize, Outline)], name: impl Fn(usize) -> &'s str) -> Vec<(usize, Timestamp)> {
    outlines.sort_by_cached_key(|(at, outline)| {
        (
            outline.continues,
            outline.times.iter().max().copied(),
            name(*at).to_owned(),
        )
    });
    let mut known: HashSet<Timestamp> = HashSet::new();
    let mut own = Vec::new();
    for (at, outline) in outlines {
        let first = outline.times.iter().find(|time| !known.contains(time));
        let began = first.or(outline.times.last()).copied();
        own.extend(began.map(|began| (*at, began)));
        known.extend(outline.times.iter().copied());
    }
    own
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outline(times: &[i64], continues: bool) -> Outline {
        Outline {
            times: times.iter().copied().map(Timestamp).collect(),
            continues,
        }
    }

    #[test]
    fn a_copy_begins_where_its_own_steps_do_whoever_else_is_there() {
        let first = outline(&[1, 2, 3], false);
        let fork = outline(&[1, 2, 9, 10], true);
        let fork_of_fork = outline(&[1, 2, 9, 12], true);
        let copy = outline(&[1, 2], true);
        let names = ["a", "b", "c", "d"];
        let all = [first.clone(), fork.clone(), fork_of_fork, copy];
        let began = |some: &[usize]| {
            let mut outlines: Vec<_> = some.iter().map(|&at| (at, all[at].clone())).collect();
            let mut own = own_beginnings(&mut outlines, |at| names[at]);
            own.sort_unstable();
            own
        };
        let at = |pairs: &[(usize, i64)]| pairs.iter().map(|&(n, at)| (n, Timestamp(at))).collect::<Vec<_>>();
        assert_eq!(began(&[0, 1, 2, 3]), at(&[(0, 1), (1, 9), (2, 12), (3, 2)]));
        assert_eq!(began(&[2, 0, 1]), at(&[(0, 1), (1, 9), (2, 12)]));
        assert_eq!(began(&[1, 0]), at(&[(0, 1), (1, 9)]));
    }
}
