//! Putting a skill into a working tree, and knowing later what a person made of it.
//!
//! Where it goes was tried with Claude Code 2.1.328: a session lists the skills of the working folder and of every
//! folder above it up to the top of its working tree; one started in a linked worktree that has none of its own lists
//! those of the main tree; and equal names are listed once. So one file at the top of the working tree is listed
//! exactly once at the top, in `packages/x` and in a worktree, and no copies are needed. The top of the tree that the
//! command runs in is also where git shows the new file to the person who decides whether it is committed.

use std::fs::{self, Permissions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};
use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;

use super::distill::{DistillError, Draft};
use crate::assistants::claude_code;
use crate::domain::id::ProjectId;
use crate::domain::time::Timestamp;
use crate::git;
use crate::redact;
use crate::store::Store;
use crate::store::read::PublicationRow;
use crate::store::skill::{self, Publication};

/// The file of a skill in its folder.
const FILE: &str = "SKILL.md";

/// Most bytes of a skill file that are read: ours have a few thousand.
const MOST_BYTES: u64 = 64 * 1024;

/// Why a skill was not written or removed.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// There is no folder of a project here.
    #[error("{} is no working tree of a project", .0.display())]
    NoTree(PathBuf),
    /// The tree is the person's home: skills there would be listed in every project.
    #[error("{} is your home folder: a skill there would be listed in every project", .0.display())]
    Home(PathBuf),
    /// The skill's folder leads out of the working tree.
    #[error("{} leads out of {}", link.display(), root.display())]
    Outside {
        /// The link.
        link: PathBuf,
        /// The top of the working tree.
        root: PathBuf,
    },
    /// Something stands there that nobody reads as a skill: a link, a device, a file too big.
    #[error("{} is {what}: it is not read", path.display())]
    Unread {
        /// The file, or the folder above it.
        path: PathBuf,
        /// What it is.
        what: &'static str,
    },
    /// The file changed after its draft was shown.
    #[error("{} changed after its draft was made: nothing was written", .0.display())]
    Changed(PathBuf),
    /// The system refused.
    #[error("could not {what} {}", path.display())]
    System {
        /// What was tried.
        what: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
}

/// What stands where a skill would be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Nothing, and nothing of ours ever did.
    New,
    /// This very text.
    Same,
    /// Another text of ours.
    Older(String),
    /// A text of ours that somebody edited since.
    Edited,
    /// A file that we did not write.
    Foreign,
    /// Nothing: somebody removed what we wrote.
    Removed,
}

/// A working tree that skills are written into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    root: PathBuf,
}

impl Tree {
    /// Returns the working tree that `folder` lies in; a linked worktree is one of its own. Outside of git it is
    /// `known`, the top folder under which sessions were recorded. The home folder is none.
    pub fn of(folder: &Path, known: Option<&Path>, home: &Path) -> Result<Self, PublishError> {
        let place = git::place(folder);
        let top = match (&place, known) {
            (Some(place), _) => PathBuf::from(&place.worktree),
            (None, Some(known)) => known.to_owned(),
            (None, None) => return Err(PublishError::NoTree(folder.to_owned())),
        };
        let root = real(&top)?;
        if root.parent().is_none() || home.canonicalize().is_ok_and(|home| home.starts_with(&root)) {
            return Err(PublishError::Home(root));
        }
        Ok(Self { root })
    }

    /// Returns its top folder, behind every link.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Returns the file of a skill of this name.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.root.join(claude_code::SPEC.skills).join(name).join(FILE)
    }

    /// Returns what stands where the skill `name` would be written with `text`.
    pub fn state(&self, name: &str, text: &str, published: &[PublicationRow]) -> Result<State, PublishError> {
        let path = self.file(name);
        let here = path.display().to_string();
        let ours = published.iter().any(|one| one.path == here);
        let found = match self.read(&path) {
            Err(PublishError::Unread { .. } | PublishError::Outside { .. }) if ours => return Ok(State::Edited),
            // Writing refuses to go there, and says why.
            Err(PublishError::Outside { .. }) => None,
            Err(PublishError::Unread { .. }) => return Ok(State::Foreign),
            found => found?,
        };
        match found {
            None if ours => Ok(State::Removed),
            None => Ok(State::New),
            Some(bytes) if bytes == text.as_bytes() => Ok(State::Same),
            Some(bytes) => {
                let hash = fingerprint(&bytes);
                // A text of ours may have come here by git, from another working tree of the project.
                Ok(if published.iter().any(|one| one.name == name && one.hash == hash) {
                    State::Older(String::from_utf8_lossy(&bytes).into_owned())
                } else if ours {
                    State::Edited
                } else {
                    State::Foreign
                })
            }
        }
    }

    /// Writes a skill, whole or not at all, with mode 0644. A file that is `expected` to be there is replaced when it
    /// still says what it said; where none is, one that somebody makes in the same moment stays.
    pub fn write(&self, name: &str, text: &str, expected: &State) -> Result<PathBuf, PublishError> {
        let path = self.file(name);
        self.hold(&path)?;
        let folder = path.parent().unwrap_or(&self.root);
        fs::create_dir_all(folder).map_err(failed("make", folder))?;
        // Made folders are no links; those that were there are looked at once more, now that all of them exist.
        self.hold(&path)?;
        let mut temporary = NamedTempFile::with_prefix_in(".callus-", folder).map_err(failed("write", folder))?;
        temporary.write_all(text.as_bytes()).map_err(failed("write", &path))?;
        temporary
            .as_file()
            .set_permissions(Permissions::from_mode(0o644))
            .map_err(failed("write", &path))?;
        temporary.as_file().sync_all().map_err(failed("write", &path))?;
        let before = match expected {
            State::Older(before) => Some(before.as_str()),
            State::Same => Some(text),
            _ => None,
        };
        // Between the draft and now somebody may have read it, and put it right.
        if before.is_some() && self.read(&path)?.as_deref() != before.map(str::as_bytes) {
            return Err(PublishError::Changed(path));
        }
        let done = match before {
            Some(_) => temporary.persist(&path),
            None => temporary.persist_noclobber(&path),
        };
        done.map_err(|error| failed("write", &path)(error.error))?;
        Ok(path)
    }

    /// Removes a skill's file, and its folder when nothing else is in it.
    pub fn remove(&self, name: &str) -> Result<PathBuf, PublishError> {
        let path = self.file(name);
        self.hold(&path)?;
        fs::remove_file(&path).map_err(failed("remove", &path))?;
        if let Some(folder) = path.parent() {
            // What others put beside it stays.
            drop(fs::remove_dir(folder));
        }
        Ok(path)
    }

    /// Returns the bytes of a skill's file, or nothing when it is not there. A branch that is checked out says what
    /// stands in the tree, so that only a file of its own is read, no link, pipe or device, and no more than a skill has.
    fn read(&self, path: &Path) -> Result<Option<Vec<u8>>, PublishError> {
        self.hold(path)?;
        let unread = |what| PublishError::Unread {
            path: path.to_owned(),
            what,
        };
        match fs::symlink_metadata(path) {
            Ok(kind) if !kind.is_file() => return Err(unread("no regular file")),
            Ok(_) => {}
            Err(error) if is_absent(&error) => return Ok(None),
            Err(source) => return Err(failed("read", path)(source)),
        }
        // What was put there since is not followed, and not waited for.
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let opened = rustix::fs::open(path, flags, Mode::empty()).map(fs::File::from);
        let mut file = opened.map_err(|error| failed("read", path)(error.into()))?;
        if !file.metadata().map_err(failed("read", path))?.is_file() {
            return Err(unread("no regular file"));
        }
        let mut bytes = Vec::new();
        let mut start = (&mut file).take(MOST_BYTES + 1);
        start.read_to_end(&mut bytes).map_err(failed("read", path))?;
        if bytes.len() as u64 > MOST_BYTES {
            return Err(unread("too big for a skill"));
        }
        Ok(Some(bytes))
    }

    /// Refuses a path that a link leads out of the tree, or into what git keeps for itself.
    fn hold(&self, path: &Path) -> Result<(), PublishError> {
        let outside = |link: &Path| PublishError::Outside {
            link: link.to_owned(),
            root: self.root.clone(),
        };
        let below = path.strip_prefix(&self.root).map_err(|_| outside(path))?;
        let mut folder = self.root.clone();
        for part in below.components() {
            folder.push(part);
            let Ok(kind) = fs::symlink_metadata(&folder) else {
                // What does not exist yet is made by us.
                break;
            };
            if !kind.is_symlink() {
                continue;
            }
            if folder == path {
                return Err(PublishError::Unread {
                    path: folder,
                    what: "a link",
                });
            }
            let target = folder.canonicalize().map_err(|_| outside(&folder))?;
            if !target.starts_with(&self.root) || target.starts_with(self.root.join(".git")) {
                return Err(outside(&folder));
            }
        }
        Ok(())
    }
}

/// What became of a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// Its file was made.
    Written,
    /// An older text of ours was replaced.
    Updated,
    /// Its file says this already.
    Unchanged,
    /// Its file was edited by somebody and stays as it is.
    KeptEdited,
    /// A file that we did not write stands there and stays.
    KeptForeign,
    /// Somebody removed it, and it stays away.
    LeftRemoved,
    /// It may not be written.
    Refused,
}

impl Done {
    /// Returns whether something that was asked for was not done.
    #[must_use]
    pub const fn is_refusal(self) -> bool {
        matches!(self, Self::KeptEdited | Self::KeptForeign | Self::Refused)
    }
}

/// Publishes a draft where nothing speaks against it, and records what was written. With `again`, what somebody
/// removed comes back.
pub fn publish(
    store: &mut Store,
    tree: &Tree,
    draft: &Draft,
    project: ProjectId,
    again: bool,
    at: Timestamp,
) -> Result<Done, DistillError> {
    let done = match &draft.state {
        _ if !draft.findings.is_empty() => Done::Refused,
        State::Edited => Done::KeptEdited,
        State::Foreign => Done::KeptForeign,
        State::Removed if !again => Done::LeftRemoved,
        State::Same => Done::Unchanged,
        State::Older(_) => Done::Updated,
        State::New | State::Removed => Done::Written,
    };
    match done {
        Done::Written | Done::Updated => {
            match tree.write(&draft.name, &draft.text, &draft.state) {
                Err(PublishError::Changed(_)) => return Ok(Done::KeptEdited),
                written => written?,
            };
        }
        Done::Unchanged => {}
        _ => return Ok(done),
    }
    // A file that came by git, or that a crash kept from being recorded, is recorded now.
    let one = Publication {
        project,
        fingerprint: draft.lesson.fingerprint.clone(),
        name: redact::scan_string(&draft.name),
        path: redact::scan_string(&tree.file(&draft.name).display().to_string()),
        version: draft.version,
        hash: fingerprint(draft.text.as_bytes()),
        at,
    };
    store.write(|tx| skill::publish(tx, &one))?;
    Ok(done)
}

/// What stands where a skill was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Nothing.
    Missing,
    /// A text that we wrote, this version or another.
    Ours(String),
    /// A text that we did not write.
    Edited(String),
}

/// Returns what stands where `row` says that a skill was published; `rows` are all that were, of its project.
pub fn published(row: &PublicationRow, rows: &[PublicationRow]) -> Result<Found, PublishError> {
    let path = Path::new(&row.path);
    let Some(tree) = tree_above(path) else {
        return Ok(Found::Missing);
    };
    Ok(match tree.read(path)? {
        None => Found::Missing,
        Some(bytes) => {
            let hash = fingerprint(&bytes);
            let text = String::from_utf8_lossy(&bytes).into_owned();
            if rows.iter().any(|known| known.name == row.name && known.hash == hash) {
                Found::Ours(text)
            } else {
                Found::Edited(text)
            }
        }
    })
}

/// Returns the working tree that a published file lies in.
fn tree_above(path: &Path) -> Option<Tree> {
    let below = Path::new(claude_code::SPEC.skills).components().count() + 2;
    let root = path.ancestors().nth(below)?.to_owned();
    Some(Tree { root })
}

/// Returns SHA-256 of a file's bytes, as hex digits.
#[must_use]
pub fn fingerprint(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes).iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn real(path: &Path) -> Result<PathBuf, PublishError> {
    path.canonicalize().map_err(failed("read", path))
}

fn failed(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> PublishError {
    let path = path.to_owned();
    move |source| PublishError::System { what, path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changed_after_its_draft_was_made_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let tree = Tree {
            root: folder.path().canonicalize().expect("a folder"),
        };
        let file = tree.write("x", "one", &State::New).expect("written");
        let older = State::Older("one".to_owned());
        fs::write(&file, "mine").expect("edited");
        assert!(matches!(tree.write("x", "two", &older), Err(PublishError::Changed(_))));
        assert_eq!(fs::read_to_string(&file).expect("there"), "mine");
        fs::write(&file, "one").expect("as it was");
        tree.write("x", "two", &older).expect("replaced");
        assert_eq!(fs::read_to_string(&file).expect("there"), "two");
    }
}
