//! The folder of a replay, which is gone afterwards however the replay ends.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder};
use std::io::{self, Read as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use crate::process::{self, Job, Watcher};

/// How the name of such a folder begins.
const PREFIX: &str = "callus-replay-";

/// Characters of its name that are drawn: more than can ever be drawn twice, for the folder of another replay is not ours.
const DRAWN: usize = 16;

/// A temporary folder that only this user may enter.
///
/// Another process of this program waits until this one has gone, and removes what it could not remove itself: Ctrl-C and
/// a signal that kills end it between two instructions.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    // Let go after the folder was removed.
    _watcher: Option<Watcher>,
}

impl Folder {
    /// Makes a folder. Whoever watches is there before it, so that there is no moment in which it could be left behind.
    pub fn make() -> io::Result<Self> {
        let program = process::own_program()?;
        let made = tempfile::Builder::new().prefix(PREFIX).rand_bytes(DRAWN).make(|path| {
            let job = Job {
                program: &program,
                args: &[OsStr::new("sweep"), path.as_os_str()],
                cwd: Path::new("/"),
                env: &[],
                input: &[],
            };
            // Without it the folder goes in every case but those.
            let watcher = process::watch(&job).ok();
            DirBuilder::new().mode(0o700).create(path)?;
            Ok(watcher)
        })?;
        let (watcher, path) = made.into_parts();
        Ok(Self {
            path: path.keep()?,
            _watcher: watcher,
        })
    }

    /// Returns where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
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
        fs::remove_dir_all(folder)?;
    }
    Ok(())
}
