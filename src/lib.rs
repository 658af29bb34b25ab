//! Callus: failure memory for coding agents. What hurts twice, hardens.
//!
//! The rooms, from the border inwards; a room imports only rooms further down (see `ARCHITECTURE.md`):

/// One file per question: parameters, view, plain text. What the command line and MCP both call.
pub mod answers;
/// One file per assistant: what its hooks and transcripts say.
pub mod assistants;
/// From journals and transcripts to recorded, recognised and grouped failures.
pub mod capture;
/// The command line: parse, ask, print, exit code.
pub mod cli;
/// The time.
pub mod clock;
/// The environment, the home folder, the settings.
pub mod config;
/// The words of Callus as types: pure.
pub mod domain;
/// What failed, why, and which failures are the same: pure.
pub mod failure;
/// The hook, the worker, and what joins use cases.
pub mod flow;
/// What `.git` says, read without starting git.
pub mod git;
/// Wiring assistants: what to edit, editing it, and undoing it exactly.
pub mod install;
/// The MCP server that agents ask.
pub mod mcp;
/// Starting processes.
pub mod process;
/// Secrets out, before anything is written: pure.
pub mod redact;
/// The database and the journal; the only room that knows SQL.
pub mod store;
/// Which project a folder belongs to.
pub mod workspace;
