//! The journal: what hooks append, and every road drains.
//!
//! One file for each session. A record is a line that *starts* with its newline: a torn record, from a full
//! disk or a lost machine, spoils only itself, because the next one begins on a line of its own. A line is
//! `version checksum json`; the checksum is CRC-32 of the JSON.

mod firsts;
mod record;

pub use firsts::{Claim, Firsts, first, forget_firsts, quiet_since, remember};

use std::fs::{DirBuilder, File, Metadata, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::StoreError;
use crate::domain::trace::{Observation, SessionKey};
use crate::redact::Clean;

/// The version of the record format that this program writes. Readers keep every older one.
pub const VERSION: u32 = 1;

/// The ending of the file in which a session's turns are counted.
const TURNS: &str = "turns";

/// Longest session id that stands in a file name as it is; longer or odder ones stand as a hash.
const LONGEST_NAME: usize = 100;

/// Returns the name of the journal of a session.
#[must_use]
pub fn file_name(session: &SessionKey) -> String {
    let id = &session.external;
    let plain = !id.is_empty()
        && id.len() <= LONGEST_NAME
        && !id.starts_with('.')
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    if plain {
        return format!("{}-{id}.jsonl", session.assistant);
    }
    let hash = Sha256::digest(id.as_bytes());
    let half = hash
        .iter()
        .take(16)
        .fold(0_u128, |half, byte| (half << 8) | u128::from(*byte));
    format!("{}-~{half:032x}.jsonl", session.assistant)
}

/// Appends one record with all of `seen` to the session's journal in `folder`, in one write.
///
/// Makes the folder (0700) and the file (0600). A write that ends early, on a full disk, is an error: what
/// stands in the file then is a torn record that readers pass over.
pub fn append(folder: &Path, session: &SessionKey, seen: &Clean<Vec<Observation>>) -> Result<PathBuf, StoreError> {
    let path = folder.join(file_name(session));
    let fail = |action| {
        let path = path.clone();
        move |source| StoreError::File { action, path, source }
    };
    let line = encode(seen)?;
    let mut file = match open(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(folder)
                .map_err(fail("make the folder of"))?;
            open(&path)
        }
        other => other,
    }
    .map_err(fail("open"))?;
    let written = file.write(&line).map_err(fail("append to"))?;
    if written < line.len() {
        return Err(fail("append to")(std::io::ErrorKind::WriteZero.into()));
    }
    Ok(path)
}

/// Opens a journal to append. The shared lock holds off [`remove`]; a file that was removed between opening and
/// locking has no name any more, and what is written to it would be lost: it is made anew.
fn open(path: &Path) -> std::io::Result<File> {
    loop {
        let file = OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
        file.lock_shared()?;
        if file.metadata()?.nlink() > 0 {
            return Ok(file);
        }
    }
}

/// Removes a journal of which all `drained` bytes are in the database, after overwriting them. Returns whether it
/// is gone: one that a hook is writing to, or that has grown since, stays.
pub fn remove(path: &Path, drained: u64) -> Result<bool, StoreError> {
    let fail = |source| StoreError::File {
        action: "remove",
        path: path.to_owned(),
        source,
    };
    let mut file = match OpenOptions::new().write(true).open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(true),
        other => other.map_err(fail)?,
    };
    if file.try_lock().is_err() || file.metadata().map_err(fail)?.len() != drained {
        return Ok(false);
    }
    std::io::copy(&mut std::io::repeat(0).take(drained), &mut file).map_err(fail)?;
    file.sync_data().map_err(fail)?;
    std::fs::remove_file(path).map_err(fail)?;
    // What was said first is kept: the session may go on, and nothing is said to it twice.
    let _ = std::fs::remove_file(path.with_extension(TURNS));
    Ok(true)
}

fn encode(seen: &Clean<Vec<Observation>>) -> Result<Vec<u8>, StoreError> {
    let json = record::to_json(seen).map_err(|_| StoreError::Stored { what: "observation" })?;
    let mut line = Vec::with_capacity(json.len() + 16);
    let _ = write!(line, "\n{VERSION} {:08x} ", crc32fast::hash(&json));
    line.extend_from_slice(&json);
    Ok(line)
}

/// Counts a turn of a session and returns whether it is one of every `every`.
///
/// The count is the size of a small file beside the journal: one byte for each turn, which parallel hooks append
/// without a lock.
#[must_use]
pub fn turned(folder: &Path, session: &SessionKey, every: u32) -> bool {
    let path = folder.join(file_name(session)).with_extension(TURNS);
    let count = || -> std::io::Result<u64> {
        let mut file = OpenOptions::new().append(true).create(true).mode(0o600).open(&path)?;
        file.write_all(b".")?;
        Ok(file.metadata()?.len())
    };
    // Where it cannot be counted, the end of the session starts the worker.
    count().is_ok_and(|turns| every > 0 && turns % u64::from(every) == 0)
}

/// What one line of a journal is.
#[derive(Debug)]
pub enum Line {
    /// A whole record.
    Record(Clean<Vec<Observation>>),
    /// Nothing: the empty line before the first record.
    Blank,
    /// Torn or damaged.
    Broken,
    /// Written by a newer program; it must stay for that program to read.
    Newer,
}

/// Reads one line of a journal, without its newline.
#[must_use]
pub fn decode(line: &[u8]) -> Line {
    if line.is_empty() {
        return Line::Blank;
    }
    let mut parts = line.splitn(3, |byte| *byte == b' ');
    let (Some(version), Some(sum), Some(json)) = (number(parts.next(), 10), number(parts.next(), 16), parts.next())
    else {
        return Line::Broken;
    };
    if crc32fast::hash(json) != sum {
        return Line::Broken;
    }
    if version > VERSION {
        return Line::Newer;
    }
    record::from_json(json).map_or(Line::Broken, Line::Record)
}

fn number(part: Option<&[u8]>, radix: u32) -> Option<u32> {
    u32::from_str_radix(std::str::from_utf8(part?).ok()?, radix).ok()
}

/// Returns the journals in `folder`, oldest change first; none when the folder is not there.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let mut found: Vec<_> = entries(folder)?
        .filter_map(|(path, file)| Some((file.modified().ok()?, path)))
        .collect();
    found.sort();
    Ok(found.into_iter().map(|(_, path)| path).collect())
}

/// Returns the journals in `folder` with their sizes in bytes, in no order.
pub fn sizes(folder: &Path) -> Result<Vec<(PathBuf, u64)>, StoreError> {
    Ok(entries(folder)?.map(|(path, file)| (path, file.len())).collect())
}

fn entries(folder: &Path) -> Result<impl Iterator<Item = (PathBuf, Metadata)>, StoreError> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => Some(entries),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(source) => {
            return Err(StoreError::File {
                action: "list",
                path: folder.to_owned(),
                source,
            });
        }
    };
    Ok(entries
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .map(|entry| (entry.path(), entry))
        .filter(|(path, _)| path.extension().is_some_and(|ending| ending == "jsonl"))
        .filter_map(|(path, entry)| Some((path, entry.metadata().ok()?))))
}

#[cfg(test)]
mod tests;
