//! A project is a repository, wherever it is checked out.

/// What could be seen of the repository at a folder by reading its `.git`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// The top folder of the main working tree; a linked worktree names the main one.
    pub root: String,
    /// The top folder of the working tree that holds the folder; differs from `root` in a worktree.
    pub worktree: String,
    /// The folded address of the remote, such as `github.com/acme/app`, without credentials.
    pub remote: Option<String>,
    /// The branch checked out; nothing when the head is detached.
    pub branch: Option<String>,
    /// The commit checked out, 40 or 64 hex digits.
    pub commit: Option<String>,
}
