//! Pausing capture: a file that says until when, which every hook looks for.

use std::fs::{DirBuilder, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::PathBuf;

use crate::config::Settings;
use crate::domain::time::Timestamp;
use crate::store::StoreError;

/// Returns until when capture is paused, when it is or was.
#[must_use]
pub fn until(settings: &Settings) -> Option<Timestamp> {
    std::fs::read_to_string(file(settings))
        .ok()?
        .trim()
        .parse()
        .ok()
        .map(Timestamp)
}

/// Returns whether capture is paused now.
#[must_use]
pub fn is_paused(settings: &Settings) -> bool {
    until(settings).is_some_and(|until| settings.clock.now() < until)
}

/// Pauses capture until a time.
pub fn pause(settings: &Settings, until: Timestamp) -> Result<(), StoreError> {
    let path = file(settings);
    let fail = |source| StoreError::File {
        action: "write",
        path: path.clone(),
        source,
    };
    // It may be the first thing that a person does with Callus: the data folder is nobody else's from then on.
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&settings.data)
        .map_err(fail)?;
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&path)
        .and_then(|mut file| file.write_all(until.0.to_string().as_bytes()))
        .map_err(fail)
}

/// Goes on capturing. Returns whether it was paused.
pub fn resume(settings: &Settings) -> Result<bool, StoreError> {
    let path = file(settings);
    match std::fs::remove_file(&path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(source) => Err(StoreError::File {
            action: "remove",
            path,
            source,
        }),
    }
}

fn file(settings: &Settings) -> PathBuf {
    settings.data.join("paused")
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_pause_ends_and_what_it_leaves_is_private() {
        let home = tempfile::tempdir().expect("a folder");
        let settings = Settings::at(&home.path().join("data"), Timestamp(10));
        assert!(!is_paused(&settings));
        pause(&settings, Timestamp(11)).expect("paused");
        assert!(is_paused(&settings));
        for (path, mode) in [(settings.data.clone(), 0o700), (file(&settings), 0o600)] {
            let found = std::fs::metadata(&path).expect("it is there").permissions().mode();
            assert_eq!(found & 0o777, mode, "{}", path.display());
        }
        pause(&settings, Timestamp(10)).expect("paused until now");
        assert!(!is_paused(&settings), "it is over at the very time");
        assert!(resume(&settings).expect("resumed"));
        assert!(!resume(&settings).expect("nothing to resume"));
    }
}
