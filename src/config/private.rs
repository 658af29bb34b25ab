//! Folders of our own where everybody may write: whoever comes first makes them, and that may be somebody else.

use std::fs::{DirBuilder, Metadata};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::Path;

/// The bits of a file's mode that let anybody but its owner in.
const OTHERS: u32 = 0o077;

/// Returns whether `folder` is a folder, and no link to one, that belongs to this user and to nobody else.
pub(super) fn is_ours(folder: &Path) -> bool {
    let user = rustix::process::getuid().as_raw();
    let ours = |found: Metadata| found.is_dir() && found.uid() == user && found.mode() & OTHERS == 0;
    std::fs::symlink_metadata(folder).is_ok_and(ours)
}

/// Makes `folder` in one that is there. Returns whether it is ours now: nothing is kept in one that somebody else made.
pub(super) fn make(folder: &Path) -> bool {
    // An error means that it exists, or that it will not: the look at it decides.
    let _ = DirBuilder::new().mode(0o700).create(folder);
    is_ours(folder)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn a_folder_that_somebody_else_made_is_not_ours() {
        let shared = tempfile::tempdir().expect("a folder");
        let folder = shared.path().join("ours");
        assert!(!is_ours(&folder));
        assert!(make(&folder) && make(&folder) && is_ours(&folder));
        let link = shared.path().join("link");
        symlink(&folder, &link).expect("a link");
        assert!(!make(&link) && !is_ours(&link), "a link may lead anywhere");
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o777)).expect("opened to all");
        assert!(!make(&folder) && !is_ours(&folder));
    }
}
