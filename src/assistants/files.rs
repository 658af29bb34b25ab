//! What the search for transcripts has in common, whoever wrote them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::{Found, Refusal, Transcript};
use crate::domain::time::Timestamp;

pub(super) const EXTENSION: &str = "jsonl";
/// Bytes of a file that are looked at to know what it is: clients begin with small lines, but a first prompt with a
/// picture in it can be megabytes long.
const BEGINNINGS: [u64; 2] = [256 * 1024, 16 * 1024 * 1024];

/// Returns the transcripts in `paths`, files and folders in any mix, newest session first. `beside` names the folder
/// that a file brings along; `transcript` looks at one file.
///
/// Links to folders are not followed, so that no file comes twice.
pub(super) fn find(
    paths: &[PathBuf],
    beside: fn(&Path) -> Option<PathBuf>,
    transcript: fn(&Path) -> Result<Transcript, Refusal>,
) -> Found {
    let mut found = Found::default();
    let mut files = BTreeSet::new();
    for path in paths {
        match fs::metadata(path) {
            Err(why) => found.refused.push((path.clone(), Refusal::Unreadable(why))),
            Ok(data) if data.is_dir() => walk(path, &mut files, &mut found.refused),
            Ok(_) => {
                files.insert(path.clone());
                if let Some(folder) = beside(path).filter(|folder| folder.is_dir()) {
                    walk(&folder, &mut files, &mut found.refused);
                }
            }
        }
    }
    for path in files {
        match transcript(&path) {
            Ok(transcript) => found.transcripts.push(transcript),
            Err(why) => found.refused.push((path, why)),
        }
    }
    newest_first(&mut found.transcripts);
    found
}

fn walk(folder: &Path, files: &mut BTreeSet<PathBuf>, refused: &mut Vec<(PathBuf, Refusal)>) {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(why) => {
                refused.push((folder, Refusal::Unreadable(why)));
                continue;
            }
        };
        for entry in entries.flatten() {
            let path = entry.path();
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == EXTENSION) {
                files.insert(path);
            }
        }
    }
}

/// Sorts by the newest file of each session; inside a session its own file comes first.
pub(super) fn newest_first(transcripts: &mut [Transcript]) {
    let key = |transcript: &Transcript| transcript.parent.clone().unwrap_or_else(|| transcript.path.clone());
    let mut newest: BTreeMap<PathBuf, Timestamp> = BTreeMap::new();
    for transcript in &*transcripts {
        let at = newest.entry(key(transcript)).or_default();
        *at = transcript.modified.max(*at);
    }
    transcripts.sort_by_cached_key(|transcript| {
        let family = key(transcript);
        (
            std::cmp::Reverse(newest[&family]),
            family,
            transcript.parent.is_some(),
            transcript.path.clone(),
        )
    });
}

/// When a file was last written, and its size.
pub(super) struct State {
    pub(super) modified: Timestamp,
    pub(super) bytes: u64,
}

pub(super) fn state(path: &Path) -> Result<State, Refusal> {
    let data = fs::metadata(path).map_err(Refusal::Unreadable)?;
    let modified = data.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    let modified = modified.and_then(|age| i64::try_from(age.as_micros()).ok());
    Ok(State {
        modified: Timestamp(modified.unwrap_or_default()),
        bytes: data.len(),
    })
}

/// Returns what `tell` makes of the beginning of a file; of more of it where that was not enough. A line that ends
/// outside of what was read is cut.
pub(super) fn told_by_beginning<T>(path: &Path, tell: fn(&[u8]) -> Result<T, Refusal>) -> Result<T, Refusal> {
    let mut verdict = Err(Refusal::Empty);
    for length in BEGINNINGS {
        let bytes = beginning(path, length).map_err(Refusal::Unreadable)?;
        let is_all = (bytes.len() as u64) < length;
        verdict = tell(&bytes);
        if is_all || !matches!(verdict, Err(Refusal::NotJsonLines | Refusal::NoSession)) {
            break;
        }
    }
    verdict
}

fn beginning(path: &Path, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Returns the id that a file name ends with: clients and exports put a date before it.
pub(super) fn id_in(name: &str) -> Option<String> {
    const UUID: usize = 36;
    let start = name.len().checked_sub(UUID)?;
    let id = name.get(start..)?;
    let is_uuid = id.bytes().enumerate().all(|(i, byte)| match i {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    });
    is_uuid.then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assistants::claude_code;

    #[test]
    fn the_newest_session_comes_first_and_stays_together() {
        let at = |path: &str, parent: Option<&str>, modified: i64| Transcript {
            assistant: &claude_code::SPEC,
            path: path.into(),
            session: String::new(),
            agent: None,
            parent: parent.map(PathBuf::from),
            modified: Timestamp(modified),
            bytes: 0,
        };
        let mut transcripts = [
            at("/a", None, 5),
            at("/b", None, 1),
            at("/b/x", Some("/b"), 9),
            at("/c", None, 7),
        ];
        newest_first(&mut transcripts);
        let order: Vec<_> = transcripts.iter().map(|t| t.path.display().to_string()).collect();
        assert_eq!(order, ["/b", "/b/x", "/c", "/a"]);
    }

    #[test]
    fn the_id_is_read_from_the_name_with_or_without_a_date() {
        let id = "4931d45a-d447-44b4-8475-1e6fcfcc28bf";
        for name in [
            id.to_owned(),
            format!("2026-01-19-{id}"),
            format!("rollout-2026-01-19T10-11-12-{id}"),
        ] {
            assert_eq!(id_in(&name).as_deref(), Some(id));
        }
        assert_eq!(id_in("main"), None);
        assert_eq!(id_in("zzzzzzzz-d447-44b4-8475-1e6fcfcc28bf"), None);
    }
}
