//! Faults: what went wrong in a hook, which must not speak of it, kept for `doctor`.

use std::fs::{DirBuilder, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

use crate::domain::time::Timestamp;
use crate::redact::Clean;

/// The file of faults in a data folder.
pub const FILE: &str = "faults.log";

/// Largest size of the file in bytes; past it, the file begins anew.
const LARGEST: u64 = 256 * 1024;

/// One fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// When it happened.
    pub at: Timestamp,
    /// What went wrong, in one line.
    pub what: String,
}

/// Appends a fault to the file in `folder`. Returns whether it could be written.
#[must_use]
pub fn append(folder: &Path, at: Timestamp, what: &Clean<String>) -> bool {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    let path = folder.join(FILE);
    let full = std::fs::metadata(&path).is_ok_and(|meta| meta.len() > LARGEST);
    let line = format!("{} {}\n", at.0, what.replace(['\n', '\r'], " "));
    let file = OpenOptions::new()
        .create(true)
        .append(!full)
        .write(true)
        .truncate(full)
        .mode(0o600)
        .open(&path);
    made.is_ok() && file.is_ok_and(|mut file| file.write_all(line.as_bytes()).is_ok())
}

/// Removes the faults in which `text` stands.
pub fn forget(folder: &Path, text: &str) {
    let path = folder.join(FILE);
    let Ok(bytes) = std::fs::read(&path) else { return };
    let kept: String = String::from_utf8_lossy(&bytes)
        .split_inclusive('\n')
        .filter(|line| !line.contains(text))
        .collect();
    if kept.len() != bytes.len() {
        overwrite(&path, bytes.len(), &kept);
    }
}

/// Rewrites each fault with `again`, which returns nothing for a text that may stay; returns how many it rewrote.
pub fn rewrite(folder: &Path, again: impl Fn(&str) -> Option<Clean<String>>) -> usize {
    let path = folder.join(FILE);
    let Ok(bytes) = std::fs::read(&path) else { return 0 };
    let mut changed = 0;
    let mut kept = String::with_capacity(bytes.len());
    for line in String::from_utf8_lossy(&bytes).split_inclusive('\n') {
        let rewritten = line.split_once(' ').and_then(|(at, what)| Some((at, again(what)?)));
        match rewritten {
            Some((at, what)) => {
                changed += 1;
                kept.extend([at, " ", what.trim_end(), "\n"]);
            }
            None => kept.push_str(line),
        }
    }
    if changed > 0 {
        overwrite(&path, bytes.len(), &kept);
    }
    changed
}

/// Replaces a file. First the old bytes go, then the new ones come: a file system that writes in place keeps none of them.
fn overwrite(path: &Path, old: usize, new: &str) {
    let _ = std::fs::write(path, vec![b' '; old]).and_then(|()| std::fs::write(path, new));
}

/// Returns the faults in `folder`, newest first, at most `limit`.
#[must_use]
pub fn newest(folder: &Path, limit: usize) -> Vec<Fault> {
    let text = std::fs::read(folder.join(FILE)).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let text = text.unwrap_or_default();
    let faults = text.lines().rev().filter_map(|line| {
        let (at, what) = line.split_once(' ')?;
        Some(Fault {
            at: Timestamp(at.parse().ok()?),
            what: what.to_owned(),
        })
    });
    faults.take(limit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_fault_comes_first_and_is_one_line() {
        let folder = tempfile::tempdir().expect("folder");
        for (at, what) in [(1, "first"), (2, "second\nline")] {
            assert!(append(folder.path(), Timestamp(at), &crate::redact::scan_string(what)));
        }
        let found = newest(folder.path(), 1);
        assert_eq!(
            found,
            [Fault {
                at: Timestamp(2),
                what: "second line".into()
            }]
        );
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_said() {
        assert!(!append(
            Path::new("/proc/nowhere"),
            Timestamp(1),
            &crate::redact::scan_string("x")
        ));
    }
}
