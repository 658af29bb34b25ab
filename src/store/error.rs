//! What can go wrong in the store, with what to do about it.

use std::path::PathBuf;

/// An error of the database or the journal.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database answered with an error.
    #[error("the database refused a statement")]
    Sql(#[from] rusqlite::Error),
    /// The file is no database, or its pages contradict each other.
    #[error("the database {} is damaged", path.display())]
    Corrupt {
        /// The damaged file.
        path: PathBuf,
        /// What SQLite says.
        #[source]
        source: rusqlite::Error,
    },
    /// A newer Callus wrote this database.
    #[error("the database {} has schema version {found}, this program knows {known}", path.display())]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// The newest version that this program knows.
        known: u32,
    },
    /// An older Callus wrote this database, and whoever asks must not migrate it.
    #[error("the database {} has schema version {found} and waits for migration to {known}", path.display())]
    Older {
        /// The database.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// The version that this program knows.
        known: u32,
    },
    /// There is no database yet.
    #[error("there is no database at {} yet", path.display())]
    Missing {
        /// Where it would be.
        path: PathBuf,
    },
    /// Another process holds the write lock.
    #[error("the database is busy")]
    Busy,
    /// The disk is full.
    #[error("the disk is full")]
    Full,
    /// A file could not be read or written.
    #[error("could not {action} {}", path.display())]
    File {
        /// What was attempted, as a verb.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// A stored value is not what its column promises.
    #[error("the stored {what} cannot be read")]
    Stored {
        /// What it should be.
        what: &'static str,
    },
}
