//! What is said before calls, as the hook finds it: one small file for each folder, which the worker writes, so that the
//! hook needs no database. One line: `version checksum json`.

use std::fs::{DirBuilder, File};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::StoreError;
use super::changed::changed;
use crate::domain::id::{Fingerprint, RemedyId};
use crate::domain::lesson::{Rule, Told, Warnings};
use crate::domain::time::{Span, Timestamp};
use crate::domain::trace::Notice;
use crate::redact::Clean;

/// The version of the format. A file of another version is left aside: the worker writes it anew.
pub const VERSION: u32 = 1;

/// Most bytes of a file that are read: a hundred times more than a project ever had.
const LARGEST: u64 = 1 << 20;

/// The ending of the files.
const ENDING: &str = "warned";

/// The ending of a file that is written beside its place.
const BESIDE: &str = ".new";

/// How long writing such a file may take; an older one was left by a process that was killed.
const WRITTEN_WITHIN: Span = Span::seconds(60);

/// What is said before a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Warned {
    /// The call, by the hash of its masked form.
    pub call: String,
    /// What a person chose to be done before calls that fail so; nothing means what the settings say.
    pub chosen: Option<Warnings>,
    /// What is said; without the call.
    pub notice: Notice,
}

/// Why a file of warnings says nothing.
#[derive(Debug, thiserror::Error)]
pub enum WarnedError {
    /// It cannot be read.
    #[error("could not read {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Its checksum is wrong, or it is no such file.
    #[error("{} is damaged and left aside", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// Another version of Callus wrote it.
    #[error("{} is of version {found}, and this program knows {VERSION}: it is left aside", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
    },
}

#[derive(Serialize, Deserialize)]
struct Wire {
    call: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    chosen: Option<String>,
    mode: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    instance: Option<String>,
    remedy: i64,
    text: String,
    suggestion: String,
}

/// Returns the hash by which a masked call is looked up: 32 hex digits, which do not tell the call.
#[must_use]
pub fn hash(masked: &str) -> String {
    hex(&[b"call", masked.as_bytes()])
}

/// Returns what is said before calls in a folder.
pub fn read(files: &Path, folder: &Path) -> Result<Vec<Warned>, WarnedError> {
    let path = file(files, folder);
    let Some(bytes) = bytes(&path).map_err(|source| WarnedError::Unreadable {
        path: path.clone(),
        source,
    })?
    else {
        return Ok(Vec::new());
    };
    decode(path, &bytes)
}

/// Writes what is said before calls in a folder; no file when that is nothing. Returns whether that changed anything.
///
/// A reader sees the old file or the new one: it is written beside its place (mode 0600) and moved there.
pub fn write(files: &Path, folder: &Path, said: &Clean<Vec<Warned>>) -> Result<bool, StoreError> {
    let path = file(files, folder);
    let fail = |action| {
        let path = path.clone();
        move |source| StoreError::File { action, path, source }
    };
    let before = bytes(&path).map_err(fail("read"))?;
    if said.is_empty() {
        return match before.map(|_| std::fs::remove_file(&path)) {
            None => Ok(false),
            // Another writer was faster.
            Some(Err(error)) if error.kind() == ErrorKind::NotFound => Ok(false),
            Some(removed) => removed.map_err(fail("remove")).map(|()| true),
        };
    }
    let line = encode(said)?;
    if before.as_deref() == Some(&line) {
        return Ok(false);
    }
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(files)
        .map_err(fail("make the folder of"))?;
    let written = tempfile::Builder::new()
        .suffix(BESIDE)
        .tempfile_in(files)
        .and_then(|mut beside| {
            beside.write_all(&line)?;
            beside.persist(&path)?;
            Ok(())
        });
    written.map_err(fail("write")).map(|()| true)
}

/// Removes the files of folders other than these: of projects that were forgotten, and what a worker left that was
/// killed. What another one is just writing stays.
pub fn keep_only(files: &Path, folders: &[PathBuf], now: Timestamp) {
    let kept: Vec<PathBuf> = folders.iter().map(|folder| file(files, folder)).collect();
    for entry in std::fs::read_dir(files).into_iter().flatten().filter_map(Result::ok) {
        let path = entry.path();
        if !kept.contains(&path) && !is_being_written(&path, now) {
            // What cannot be removed speaks of calls that nobody makes any more.
            let _ = std::fs::remove_file(path);
        }
    }
}

/// Returns whether somebody else may be writing a file that is not in its place yet.
fn is_being_written(path: &Path, now: Timestamp) -> bool {
    let is_beside = path.as_os_str().as_encoded_bytes().ends_with(BESIDE.as_bytes());
    is_beside && changed(path).is_some_and(|at| now.since(at) < WRITTEN_WITHIN)
}

fn file(files: &Path, folder: &Path) -> PathBuf {
    let name = hex(&[b"folder", folder.as_os_str().as_encoded_bytes()]);
    files.join(name).with_extension(ENDING)
}

fn bytes(path: &Path) -> std::io::Result<Option<Vec<u8>>> {
    let file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        other => other?,
    };
    let mut bytes = Vec::new();
    file.take(LARGEST).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

fn encode(said: &Clean<Vec<Warned>>) -> Result<Vec<u8>, StoreError> {
    let wires: Vec<Wire> = said.iter().filter_map(wire).collect();
    let json = serde_json::to_vec(&wires).map_err(|_| StoreError::Stored { what: "warning" })?;
    let mut line = format!("{VERSION} {:08x} ", crc32fast::hash(&json)).into_bytes();
    line.extend_from_slice(&json);
    line.push(b'\n');
    Ok(line)
}

fn wire(warned: &Warned) -> Option<Wire> {
    let Warned { call, chosen, notice } = warned;
    Some(Wire {
        call: call.clone(),
        chosen: chosen.map(|chosen| chosen.word().to_owned()),
        mode: notice.mode?.text(),
        instance: notice.instance.map(|instance| instance.text()),
        remedy: notice.remedy?.0,
        text: notice.text.clone(),
        suggestion: notice.suggestion.clone(),
    })
}

fn decode(path: PathBuf, bytes: &[u8]) -> Result<Vec<Warned>, WarnedError> {
    let mut parts = bytes.splitn(3, |byte| *byte == b' ');
    let mut number = |radix| {
        let part = std::str::from_utf8(parts.next()?).ok()?;
        u32::from_str_radix(part, radix).ok()
    };
    let (Some(found), Some(sum)) = (number(10), number(16)) else {
        return Err(WarnedError::Damaged { path });
    };
    if found != VERSION {
        return Err(WarnedError::Version { path, found });
    }
    let json = parts.next().and_then(|rest| rest.strip_suffix(b"\n"));
    let wires: Option<Vec<Wire>> = json
        .filter(|json| crc32fast::hash(json) == sum)
        .and_then(|json| serde_json::from_slice(json).ok());
    let Some(wires) = wires else {
        return Err(WarnedError::Damaged { path });
    };
    Ok(wires.into_iter().map(warned).collect())
}

fn warned(wire: Wire) -> Warned {
    Warned {
        call: wire.call,
        chosen: wire.chosen.as_deref().and_then(Warnings::from_word),
        notice: Notice {
            told: Told::Warning,
            rule: Some(Rule::Remedy),
            mode: Fingerprint::parse(&wire.mode),
            instance: wire.instance.as_deref().and_then(Fingerprint::parse),
            remedy: Some(RemedyId(wire.remedy)),
            call: None,
            shadow: false,
            text: wire.text,
            suggestion: wire.suggestion,
        },
    }
}

fn hex(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let half: [u8; 16] = std::array::from_fn(|i| hash.clone().finalize()[i]);
    format!("{:032x}", u128::from_be_bytes(half))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn find(files: &Path, folder: &Path, call: &str) -> Result<Option<Warned>, WarnedError> {
        Ok(read(files, folder)?.into_iter().find(|warned| warned.call == call))
    }

    fn one(call: &str) -> Warned {
        Warned {
            call: hash(call),
            chosen: Some(Warnings::Shadow),
            notice: Notice {
                told: Told::Warning,
                rule: Some(Rule::Remedy),
                mode: Some(Fingerprint([7; 10])),
                instance: None,
                remedy: Some(RemedyId(3)),
                call: None,
                shadow: false,
                text: "Callus: not run.\nline \u{2028} two".to_owned(),
                suggestion: "mise exec -- go test ./...".to_owned(),
            },
        }
    }

    fn only(files: &Path) -> PathBuf {
        let mut entries = std::fs::read_dir(files).expect("the folder");
        let path = entries.next().expect("a file").expect("an entry").path();
        assert!(entries.next().is_none(), "one file");
        path
    }

    #[test]
    fn what_is_written_is_found_by_folder_and_call() {
        let home = tempfile::tempdir().expect("a folder");
        let (files, folder) = (home.path().join("warnings"), Path::new("/home/dev/app"));
        let said = Clean::stored(vec![one("go test ./..."), one("go vet")]);
        assert!(write(&files, folder, &said).expect("written"));
        assert!(!write(&files, folder, &said).expect("the same again"));
        assert_eq!(
            find(&files, folder, &hash("go vet")).expect("reads"),
            Some(one("go vet"))
        );
        assert_eq!(find(&files, folder, &hash("go build")).expect("reads"), None);
        assert_eq!(
            find(&files, Path::new("/home/dev"), &hash("go vet")).expect("reads"),
            None
        );
        let path = only(&files);
        assert_eq!(
            std::fs::metadata(&path).expect("it").permissions().mode() & 0o777,
            0o600
        );
        assert!(
            !std::fs::read_to_string(&path).expect("text").contains("go vet"),
            "a hash tells no call"
        );
        assert!(write(&files, folder, &Clean::stored(Vec::new())).expect("removed"));
        assert!(!path.exists());
        assert!(!write(&files, folder, &Clean::stored(Vec::new())).expect("nothing to do"));
    }

    #[test]
    fn a_file_that_is_damaged_or_of_another_version_says_why_it_says_nothing() {
        let home = tempfile::tempdir().expect("a folder");
        let (files, folder) = (home.path(), Path::new("/home/dev/app"));
        write(files, folder, &Clean::stored(vec![one("go vet")])).expect("written");
        let path = only(files);
        let good = std::fs::read(&path).expect("bytes");
        let cut = good[..good.len() / 2].to_vec();
        let mut flipped = good.clone();
        flipped[40] ^= 1;
        let newer = [b"2".as_slice(), &good[1..]].concat();
        let older = [b"0".as_slice(), &good[1..]].concat();
        for (bytes, is_damage) in [
            (cut, true),
            (flipped, true),
            (Vec::new(), true),
            (b"\x00\xff".to_vec(), true),
            (newer, false),
            (older, false),
        ] {
            std::fs::write(&path, &bytes).expect("overwritten");
            match find(files, folder, &hash("go vet")).expect_err("it says nothing") {
                WarnedError::Damaged { .. } => assert!(is_damage),
                WarnedError::Version { .. } => assert!(!is_damage),
                other @ WarnedError::Unreadable { .. } => panic!("{other}"),
            }
        }
        // The worker writes over whatever stands there.
        assert!(write(files, folder, &Clean::stored(vec![one("go vet")])).expect("written"));
        assert_eq!(std::fs::read(&path).expect("bytes"), good);
    }

    #[test]
    fn files_of_other_folders_go() {
        let home = tempfile::tempdir().expect("a folder");
        let files = home.path();
        for folder in ["/a", "/b"] {
            write(files, Path::new(folder), &Clean::stored(vec![one("go vet")])).expect("written");
        }
        std::fs::write(files.join("x.9.new"), "left").expect("a torn file");
        let torn = files.join("x.9.new");
        let now = changed(&torn).expect("a time");
        keep_only(files, &[PathBuf::from("/b")], now);
        assert!(torn.exists(), "it may be written just now");
        keep_only(files, &[PathBuf::from("/b")], now.after(Span::days(1)));
        only(files);
        assert!(find(files, Path::new("/b"), &hash("go vet")).expect("reads").is_some());
    }

    #[test]
    fn writers_do_not_disturb_each_other() {
        let home = tempfile::tempdir().expect("a folder");
        let (files, folder) = (home.path().join("warnings"), PathBuf::from("/home/dev/app"));
        let write_often = |mine: usize| {
            for number in 0..200 {
                let said = match number % 3 {
                    0 => Vec::new(),
                    _ => vec![one(&format!("go vet {mine} {number}"))],
                };
                write(&files, &folder, &Clean::stored(said)).expect("written");
                keep_only(&files, std::slice::from_ref(&folder), Timestamp(0));
            }
        };
        std::thread::scope(|scope| {
            for mine in 0..4 {
                scope.spawn(move || write_often(mine));
            }
        });
        only(&files);
        assert_eq!(read(&files, &folder).expect("whole").len(), 1);
    }
}
