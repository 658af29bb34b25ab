//! The database and the journal: the only room that knows SQL.
//!
//! What writes is a free function of its noun's file and takes the transaction, so that a caller decides what belongs
//! together; its texts are [`Clean`](crate::redact::Clean), which only `redact` makes. What answers read is a method of
//! [`Store`], in [`read`]. What is a transaction of its own takes the store: [`lease`], [`forget`], [`retention`].

mod changed;
mod columns;
mod context;
mod error;
mod key;
mod open;

pub mod aftermath;
pub mod body;
pub mod count;
pub mod event;
pub mod failing;
pub mod failure;
pub mod fault;
pub mod feedback;
pub mod findable;
pub mod forget;
pub mod glance;
pub mod hint;
pub mod journal;
pub mod lease;
pub mod likely;
pub mod met;
pub mod meta;
pub mod mode;
pub mod mute;
pub mod project;
pub mod read;
pub mod remedy;
pub mod rest;
pub mod retention;
pub mod rewrite;
pub mod session;
pub mod skill;
pub mod source;
pub mod trace;
pub mod warned;

pub use error::StoreError;
pub use mute::FOREVER;
pub use open::{Access, SCHEMA_VERSION, Store};

/// A transaction that writes; see [`Store::write`].
pub type Tx<'a> = rusqlite::Transaction<'a>;
