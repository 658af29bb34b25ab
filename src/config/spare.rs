//! What a hook falls back on: it must go on where a command would stop with an error.

use std::path::PathBuf;

use super::{ConfigError, FileSettings, JOURNALS, Settings, private};

impl Settings {
    /// Reads the environment and the settings file for a hook. A settings file that cannot be used is left aside,
    /// with the reason among the warnings: a typing error must not end the recording of sessions.
    pub fn load_for_hook() -> Result<Self, ConfigError> {
        Self::load_with(|path, warnings| {
            super::file::read(path, warnings).or_else(|error| match error {
                ConfigError::Invalid { .. } | ConfigError::Unreadable { .. } => {
                    warnings.push(error.to_string());
                    Ok(FileSettings::default())
                }
                other => Err(other),
            })
        })
    }

    /// Returns the folder that took journals and faults when the data folder could not, if there is one.
    ///
    /// It lies on the temporary disk, which may be everybody's: one that somebody else could write to is not read.
    #[must_use]
    pub fn spare(&self) -> Option<PathBuf> {
        let folder = self.spare_path();
        private::is_ours(&folder).then_some(folder)
    }

    /// Makes the spare folder where it is missing; nothing when it cannot be made, or somebody else made it.
    #[must_use]
    pub fn make_spare(&self) -> Option<PathBuf> {
        let folder = self.spare_path();
        private::make(&folder).then_some(folder)
    }

    /// Makes the spare folder as [`make_spare`](Self::make_spare) does, and returns the folder of its journals.
    #[must_use]
    pub fn make_spare_journals(&self) -> Option<PathBuf> {
        self.make_spare().map(|folder| folder.join(JOURNALS))
    }

    /// Returns every folder in which journals may lie.
    #[must_use]
    pub fn journal_folders(&self) -> Vec<PathBuf> {
        let spare = self.spare().map(|folder| folder.join(JOURNALS));
        std::iter::once(self.journals()).chain(spare).collect()
    }

    /// Returns every folder in which faults may be noted.
    #[must_use]
    pub fn fault_folders(&self) -> Vec<PathBuf> {
        std::iter::once(self.folder()).chain(self.spare()).collect()
    }

    /// Names the spare folder after the store that it stands in for.
    fn spare_path(&self) -> PathBuf {
        let name = self
            .folder()
            .to_string_lossy()
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            });
        self.temporary.join(format!("callus-spare-{name:016x}"))
    }
}
