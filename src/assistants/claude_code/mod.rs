//! Claude Code.

pub mod wiring;
