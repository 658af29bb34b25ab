//! What can go wrong while capturing.

use std::path::PathBuf;

use crate::store::StoreError;

/// An error of capture.
#[derive(Debug, thiserror::Error)]
pub enum CaptureError {
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A journal or transcript could not be read.
    #[error("could not read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
}
