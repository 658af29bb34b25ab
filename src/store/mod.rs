//! The database and the journal: the only room that knows SQL.
//!
//! Writing functions take only [`Clean`](crate::redact::Clean) values, which only `redact` makes.

mod columns;
mod context;
mod error;
mod key;
mod mute;
mod open;

pub mod body;
pub mod count;
pub mod event;
pub mod failure;
pub mod fault;
pub mod forget;
pub mod journal;
pub mod lease;
pub mod meta;
pub mod mode;
pub mod project;
pub mod read;
pub mod retention;
pub mod rewrite;
pub mod session;
pub mod source;
pub mod trace;

pub use error::StoreError;
pub use mute::FOREVER;
pub use open::{Access, SCHEMA_VERSION, Store};

/// A transaction that writes; see [`Store::write`].
pub type Tx<'a> = rusqlite::Transaction<'a>;
