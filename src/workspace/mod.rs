//! Which project a folder belongs to.
//!
//! In this order: what a person decided; where the folder lies (worktrees, subfolders); the remote of its `.git`, else
//! one that the session's own output named; several equal files below both. All of it is decided from a set of facts,
//! so it does not matter in which order they came.

mod files;
mod join;
mod seen;
mod trees;

use crate::domain::id::{ProjectId, RootId};
use crate::domain::time::Timestamp;

pub use files::distinctive;
pub use join::{Group, join, remote_key, root_key, short_name};
pub use seen::{Sight, sight};
pub use trees::is_below;

/// A folder in which sessions worked, with all that is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// Its row.
    pub id: RootId,
    /// The machine that it is on.
    pub machine: String,
    /// Its path.
    pub path: String,
    /// The main working tree, which may be itself; nothing when no `.git` could be seen.
    pub main: Option<String>,
    /// The folded remote that its `.git` names.
    pub remote: Option<String>,
    /// What sessions in it showed.
    pub facts: Vec<Fact>,
    /// Distinctive files below it that sessions touched.
    pub files: Vec<String>,
    /// The project that a person gave it, which no rule changes.
    pub decided: Option<Decided>,
}

/// A project as a person decided it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// Its row.
    pub project: ProjectId,
    /// Its key: of two projects with one remote, the one that is named after it takes new folders.
    pub key: String,
}

/// Something about a repository that a session in it showed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fact {
    /// What it is about.
    pub kind: FactKind,
    /// A folded remote, a path, or two of them with a tab between; see [`FactKind`].
    pub value: String,
    /// When it was last shown.
    pub at: Timestamp,
}

/// What a fact is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FactKind {
    /// The remote as git itself listed it.
    Listed,
    /// The remote that a push or fetch without another target reached.
    Reached,
    /// The repository of the pull request of the branch checked out. Of a fork it is the one that was forked.
    PullRequest,
    /// A remote, a tab, and the remote that the server says it moved to.
    Moved,
    /// The path of another working tree of the same repository.
    Tree,
    /// A path, a tab, and the remote that was cloned to it.
    Cloned,
}

impl FactKind {
    /// Every kind with the word that stands for it in the store.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::Listed, "listed"),
        (Self::Reached, "reached"),
        (Self::PullRequest, "pull-request"),
        (Self::Moved, "moved"),
        (Self::Tree, "tree"),
        (Self::Cloned, "cloned"),
    ];

    /// Returns the word for this kind.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(kind, _)| *kind == self)
            .map_or("", |(_, word)| word)
    }

    /// Returns the kind that `word` names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, w)| *w == word).map(|(kind, _)| *kind)
    }
}
