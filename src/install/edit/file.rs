//! Replacing a file whole or not at all.

use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// Symbolic links that are followed before giving up.
const LINKS: usize = 16;

/// Why a file was not read or written.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The file could not be read.
    #[error("could not read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The file could not be written; it is as it was.
    #[error("could not write {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The file is marked as read-only, as some configuration generators do.
    #[error("{} is read-only: change it where it is generated, or make it writable", path.display())]
    ReadOnly {
        /// The file.
        path: PathBuf,
    },
}

/// Returns the bytes of a file, or nothing when there is none. A link to a missing file counts as none.
pub fn read(path: &Path) -> Result<Option<Vec<u8>>, FileError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(FileError::Read {
            path: path.to_owned(),
            source,
        }),
    }
}

/// Replaces the content of a file at once: whoever reads it sees the old bytes or the new ones, also after a crash.
///
/// Links are followed and stay; owner and mode of the file stay. A file that did not exist gets mode 0600.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let target = target(path);
    let failed = |source| FileError::Write {
        path: target.clone(),
        source,
    };
    let before = match fs::metadata(&target) {
        Ok(metadata) if metadata.permissions().readonly() => return Err(FileError::ReadOnly { path: target }),
        Ok(metadata) => Some(metadata),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(source) => return Err(failed(source)),
    };
    let folder = target.parent().unwrap_or(Path::new("."));
    let mut temporary = NamedTempFile::with_prefix_in(".callus-", folder).map_err(failed)?;
    temporary.write_all(bytes).map_err(failed)?;
    if let Some(before) = before {
        let made = temporary.as_file().metadata().map_err(failed)?;
        if (made.uid(), made.gid()) != (before.uid(), before.gid()) {
            fchown(temporary.as_file(), Some(before.uid()), Some(before.gid())).map_err(failed)?;
        }
        // After the owner: changing the owner clears some bits of the mode.
        temporary
            .as_file()
            .set_permissions(Permissions::from_mode(before.mode() & 0o7777))
            .map_err(failed)?;
    }
    temporary.as_file().sync_all().map_err(failed)?;
    temporary.persist(&target).map_err(|error| failed(error.error))?;
    // The new name is on the disk only when the folder is; not every file system can say so.
    if let Ok(folder) = File::open(folder) {
        drop(folder.sync_all());
    }
    Ok(())
}

/// Returns an error where the file behind `path` is marked as read-only, before anything is done elsewhere.
pub fn check_writable(path: &Path) -> Result<(), FileError> {
    let target = target(path);
    match fs::metadata(&target) {
        Ok(metadata) if metadata.permissions().readonly() => Err(FileError::ReadOnly { path: target }),
        _ => Ok(()),
    }
}

/// Deletes a file behind its links, and the links' names stay; a missing file is no error.
pub fn delete(path: &Path) -> Result<(), FileError> {
    let target = target(path);
    match fs::remove_file(&target) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(FileError::Write {
            path: target,
            source: error,
        }),
        _ => Ok(()),
    }
}

/// Returns the file that `path` leads to over symbolic links, also when that does not exist yet.
fn target(path: &Path) -> PathBuf {
    let mut target = path.to_owned();
    for _ in 0..LINKS {
        let Ok(next) = fs::read_link(&target) else { break };
        // Joining an absolute path replaces the whole.
        target = target.parent().unwrap_or(Path::new("/")).join(next);
    }
    target
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_and_mode_stay() {
        let home = tempfile::tempdir().expect("a folder for the test");
        let real = home.path().join("dotfiles/settings.json");
        fs::create_dir(home.path().join("dotfiles")).expect("a folder");
        fs::write(&real, "old").expect("a file");
        fs::set_permissions(&real, Permissions::from_mode(0o640)).expect("its mode");
        let middle = home.path().join("middle");
        symlink("dotfiles/settings.json", &middle).expect("a relative link");
        let link = home.path().join("settings.json");
        symlink(&middle, &link).expect("an absolute link");

        write(&link, b"new").expect("written");

        assert_eq!(fs::read(&real).expect("read"), b"new");
        assert!(fs::symlink_metadata(&link).expect("link").is_symlink());
        assert!(fs::symlink_metadata(&middle).expect("link").is_symlink());
        assert_eq!(fs::metadata(&real).expect("file").mode() & 0o7777, 0o640);
        assert_eq!(
            fs::read_dir(home.path().join("dotfiles")).expect("folder").count(),
            1,
            "no temporary file stays"
        );
    }

    #[test]
    fn a_link_to_nothing_makes_its_target() {
        let home = tempfile::tempdir().expect("a folder for the test");
        let link = home.path().join("link");
        symlink("target", &link).expect("a link");
        assert_eq!(read(&link).expect("readable"), None);
        write(&link, b"x").expect("written");
        assert_eq!(fs::read(home.path().join("target")).expect("read"), b"x");
        assert_eq!(
            fs::metadata(home.path().join("target")).expect("file").mode() & 0o7777,
            0o600
        );
        delete(&link).expect("deleted");
        assert!(!home.path().join("target").exists() && fs::symlink_metadata(&link).is_ok());
    }

    #[test]
    fn a_read_only_file_is_left_alone() {
        let home = tempfile::tempdir().expect("a folder for the test");
        let path = home.path().join("settings.json");
        fs::write(&path, "old").expect("a file");
        fs::set_permissions(&path, Permissions::from_mode(0o444)).expect("its mode");
        assert!(matches!(write(&path, b"new"), Err(FileError::ReadOnly { .. })));
        assert_eq!(fs::read(&path).expect("read"), b"old");
    }
}
