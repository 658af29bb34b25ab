//! What we wrote where, so that it can be taken away again. Removal also works without it: then entries are known by
//! what they run, and only what a file was before we came is lost.

use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::edit::file::{self, FileError};
use super::edit::json::Created;
use super::edit::toml::Around;

/// The version of the stored form.
const VERSION: u32 = 1;

/// What is wired for one assistant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    version: u32,
    /// The assistant's name.
    pub assistant: String,
    /// The settings file.
    pub settings: Edited,
}

/// What we did to a file.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Edited {
    /// The file.
    pub path: PathBuf,
    /// The file was there before us.
    pub existed: bool,
    /// Folders that we made for it, outermost first.
    pub folders: Vec<PathBuf>,
    /// Objects and lists that we made in it.
    pub created: Vec<Created>,
    /// Entries that we added, each with the place of its list.
    pub added: Vec<Added>,
    /// What was put around our table, in a format where tables stand one below the other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub around: Option<Around>,
    /// A copy of the file as it was before the first edit.
    pub backup: Option<PathBuf>,
}

/// An entry that we added.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Added {
    /// Keys from the root to the list.
    pub path: Vec<String>,
    /// The entry.
    pub value: Value,
}

impl Manifest {
    /// Returns an empty record for an assistant's settings file.
    #[must_use]
    pub fn new(assistant: &str, settings: &Path, existed: bool) -> Self {
        Self {
            version: VERSION,
            assistant: assistant.to_owned(),
            settings: Edited {
                path: settings.to_owned(),
                existed,
                ..Edited::default()
            },
        }
    }

    /// Reads the record for a settings file. One that is damaged, of a newer version or of another file counts as lost.
    pub fn load(data: &Path, assistant: &str, settings: &Path) -> Result<Option<Self>, FileError> {
        let bytes = file::read(&path(data, assistant))?;
        Ok(bytes
            .and_then(|bytes| serde_json::from_slice::<Self>(&bytes).ok())
            .filter(|manifest| manifest.version == VERSION && manifest.settings.path == settings))
    }

    /// Writes the record, readable by its owner only.
    pub fn save(&self, data: &Path) -> Result<(), FileError> {
        let path = path(data, &self.assistant);
        make_private(&folder(data))?;
        match serde_json::to_vec_pretty(self) {
            Ok(bytes) => file::write(&path, &bytes),
            Err(error) => Err(FileError::Write {
                path,
                source: error.into(),
            }),
        }
    }

    /// Copies the settings file as it is now beside the record, unless a copy is there, and remembers where.
    ///
    /// Settings hold keys and tokens: the copy is readable by its owner only.
    pub fn back_up(&mut self, data: &Path, bytes: &[u8]) -> Result<(), FileError> {
        if self.settings.backup.is_none() {
            let copy = folder(data).join(format!("{}.settings.before", self.assistant));
            make_private(&folder(data))?;
            file::write(&copy, bytes)?;
            self.settings.backup = Some(copy);
        }
        Ok(())
    }

    /// Deletes an assistant's record and copy, and their folder when it is empty.
    pub fn forget(data: &Path, assistant: &str) -> Result<(), FileError> {
        file::delete(&path(data, assistant))?;
        file::delete(&folder(data).join(format!("{assistant}.settings.before")))?;
        // Another assistant's record keeps the folder.
        drop(fs::remove_dir(folder(data)));
        Ok(())
    }
}

fn folder(data: &Path) -> PathBuf {
    data.join("install")
}

fn path(data: &Path, assistant: &str) -> PathBuf {
    folder(data).join(format!("{assistant}.json"))
}

fn make_private(folder: &Path) -> Result<(), FileError> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|source| FileError::Write {
            path: folder.to_owned(),
            source,
        })
}
