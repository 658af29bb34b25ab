//! What can go wrong where use cases meet.

use std::path::PathBuf;

use crate::capture::CaptureError;
use crate::redact::RedactError;
use crate::store::StoreError;

/// An error of a flow.
#[derive(Debug, thiserror::Error)]
pub enum FlowError {
    /// Capture failed.
    #[error(transparent)]
    Capture(#[from] CaptureError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A redaction pattern of the settings cannot be used.
    #[error(transparent)]
    Redact(#[from] RedactError),
    /// A path that was named does not exist.
    #[error("there is nothing at {}", path.display())]
    NoSuchPath {
        /// The path.
        path: PathBuf,
    },
}
