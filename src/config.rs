//! The environment, the home folder and the settings: the only room that reads them.

use std::path::PathBuf;

use crate::clock::Clock;

/// Everything that the surroundings decide.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The user's home folder.
    pub home: PathBuf,
    /// The folder of the store: `CALLUS_HOME`, else the platform's data folder for `callus`.
    pub data: PathBuf,
    /// The workspace: one database each; `CALLUS_WORKSPACE`, else `default`.
    pub workspace: String,
    /// The time.
    pub clock: Clock,
}

impl Settings {
    /// Returns the folder that holds this workspace's database and journals.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.data.join("workspaces").join(&self.workspace)
    }

    /// Returns the path of this workspace's database.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.folder().join("callus.db")
    }

    /// Returns the folder of this workspace's journals.
    #[must_use]
    pub fn journals(&self) -> PathBuf {
        self.folder().join("journal")
    }
}
