//! The folder of a replay, which is gone afterwards however the replay ends.

use std::ffi::OsStr;
use std::io::{self, Read as _};
use std::path::Path;

use tempfile::TempDir;

use crate::process::{self, Job, Watcher};

/// How the name of such a folder begins.
const PREFIX: &str = "callus-replay-";

/// A temporary folder that only this user may enter.
///
/// Another process of this program waits until this one has gone, and removes what it could not remove itself: Ctrl-C and
/// a signal that kills end it between two instructions.
#[derive(Debug)]
pub struct Folder {
    // Removed before the watcher is let go.
    folder: TempDir,
    _watcher: Option<Watcher>,
}

impl Folder {
    /// Makes a folder.
    pub fn make() -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir()?;
        let program = process::own_program()?;
        let job = Job {
            program: &program,
            args: &[OsStr::new("sweep"), folder.path().as_os_str()],
            cwd: Path::new("/"),
            env: &[],
            input: &[],
        };
        // Without it the folder goes in every case but those.
        let watcher = process::watch(&job).ok();
        Ok(Self {
            folder,
            _watcher: watcher,
        })
    }

    /// Returns where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Waits until whoever made the folder of a replay closes the pipe to this process, and removes what is left of it. No
/// other folder is removed.
pub fn sweep(folder: &Path) -> io::Result<()> {
    process::new_session();
    let mut nothing = [0];
    while io::stdin().read(&mut nothing)? > 0 {}
    let is_ours = folder
        .file_name()
        .and_then(OsStr::to_str)
        .is_some_and(|name| name.starts_with(PREFIX));
    if is_ours && folder.is_dir() {
        std::fs::remove_dir_all(folder)?;
    }
    Ok(())
}
