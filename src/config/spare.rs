//! What a hook falls back on: it must go on where a command would stop with an error.

use std::path::PathBuf;

use super::{ConfigError, FileSettings, Settings};

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

    /// Returns the folder that takes journals and faults when the data folder cannot: on the temporary disk, one
    /// for each store.
    #[must_use]
    pub fn spare(&self) -> PathBuf {
        let name = self
            .folder()
            .to_string_lossy()
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            });
        self.temporary.join(format!("callus-spare-{name:016x}"))
    }

    /// Returns the folder of the journals in the spare folder.
    #[must_use]
    pub fn spare_journals(&self) -> PathBuf {
        self.spare().join("journal")
    }
}
