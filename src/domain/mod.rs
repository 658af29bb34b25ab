//! The words of Callus as types: no serde, no input or output, no clock.
//!
//! Borders (assistants, store, answers) have their own structs and convert to and from these.

#[macro_use]
mod words;

pub mod canary;
pub mod failure;
pub mod hidden;
pub mod id;
pub mod lesson;
pub mod project;
pub mod time;
pub mod trace;
