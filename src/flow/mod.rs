//! What joins use cases: the hook (the hot path) and what reading commands do first.

mod error;
pub mod hook;
mod ready;

pub use error::FlowError;
pub use ready::ready;
