//! The database and the journal: the only room that knows SQL.
//!
//! Writing functions take only [`Clean`](crate::redact::Clean) values, which only `redact` makes.

mod error;
pub mod journal;
mod mute;
mod open;
pub mod read;

pub use error::StoreError;
pub use mute::FOREVER;
pub use open::{Access, SCHEMA_VERSION, Store};
