//! What happened in a session for the first time, remembered in a small file beside its journal: what is said once is
//! claimed there by whoever says it, and no hook waits for the database to do so.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::super::changed::changed;
use super::file_name;
use crate::domain::time::Timestamp;
use crate::domain::trace::SessionKey;

/// The ending of the file.
pub(super) const FIRSTS: &str = "firsts";

/// What is remembered of a session: on each line a word of ours, and a hash where there is more to it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Firsts(String);

impl Firsts {
    /// Reads what is remembered of a session; nothing where nothing can be read. Waits while somebody holds a [`Claim`].
    #[must_use]
    pub fn of(folder: &Path, session: &SessionKey) -> Self {
        let read = || -> std::io::Result<Self> {
            let mut file = File::open(path(folder, session))?;
            file.lock_shared()?;
            Self::read(&mut file)
        };
        read().unwrap_or_default()
    }

    fn read(file: &mut File) -> std::io::Result<Self> {
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        Ok(Self(text))
    }

    /// Returns whether `what` is remembered.
    #[must_use]
    pub fn has(&self, what: &str) -> bool {
        self.0.lines().any(|line| line == what)
    }

    /// Returns whether something is remembered that begins with a word.
    #[must_use]
    pub fn has_any(&self, word: &str) -> bool {
        self.0.lines().any(|line| line.split(' ').next() == Some(word))
    }
}

/// What was just remembered. As long as it is held nobody else reads or adds to what is remembered of the session: who
/// reads that something was said finds it journalled too.
#[derive(Debug)]
pub struct Claim {
    _locked: File,
}

/// Returns whether `what` happens for the first time in a session, and remembers it.
///
/// Parallel hooks take turns: of two that ask at once, one is the first.
pub fn first(folder: &Path, session: &SessionKey, what: &str) -> std::io::Result<bool> {
    let claim = remember(folder, session, what, |before| !before.has(what))?;
    Ok(claim.is_some())
}

/// Remembers `what` where it `may` happen, given what is remembered already; returns nothing where it may not.
pub fn remember(
    folder: &Path,
    session: &SessionKey,
    what: &str,
    may: impl FnOnce(&Firsts) -> bool,
) -> std::io::Result<Option<Claim>> {
    let mut file = OpenOptions::new()
        .read(true)
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path(folder, session))?;
    file.lock()?;
    if !may(&Firsts::read(&mut file)?) {
        return Ok(None);
    }
    // As in the journal the newline comes first: a line that a full disk cut short spoils only itself.
    file.write_all(format!("\n{what}").as_bytes())?;
    Ok(Some(Claim { _locked: file }))
}

fn path(folder: &Path, session: &SessionKey) -> PathBuf {
    folder.join(file_name(session)).with_extension(FIRSTS)
}

/// Returns the journals, there or not, beside which nothing was remembered after `since`.
pub fn quiet_since(folder: &Path, since: Timestamp) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == FIRSTS))
        .filter(|path| changed(path).is_some_and(|at| at < since))
        .map(|path| path.with_extension("jsonl"))
        .collect()
}

/// Removes what is remembered beside a journal.
pub fn forget_firsts(journal: &Path) {
    // What cannot be removed is tried again the next day.
    let _ = std::fs::remove_file(journal.with_extension(FIRSTS));
}
