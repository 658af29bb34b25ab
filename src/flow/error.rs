//! What can go wrong where use cases meet.

use crate::store::StoreError;

/// An error of a flow.
#[derive(Debug, thiserror::Error)]
pub enum FlowError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
