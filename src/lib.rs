//! Callus: failure memory for coding agents. What hurts twice, hardens.
//!
//! The rooms stand from the border inwards; a room imports only rooms further down (see `ARCHITECTURE.md`).

// The command line: parse, ask, print, exit code.
pub mod cli;

// The same over HTTP, on request: the door, the limits, MCP and plain JSON.
pub mod http;

// The MCP server that agents ask.
pub mod mcp;

// One file per question: parameters, view, plain text. What the command line and MCP both call.
pub mod answers;

// The hook, the worker, and what joins use cases.
pub mod flow;

// From journals and transcripts to recorded, recognised and grouped failures.
pub mod capture;

// What an agent is told: the hint after a failure, the warning before a call, the brief at the start.
pub mod recall;

// Skills: distilled from remedies that worked, linted, published.
pub mod skill;

// Wiring assistants: what to edit, editing it, and undoing it exactly.
pub mod install;

// The database and the journal; the only room that knows SQL.
pub mod store;

// One file per assistant: what its hooks and transcripts say.
pub mod assistants;

// Which project a folder belongs to.
pub mod workspace;

// What `.git` says, read without starting git.
pub mod git;

// Starting processes.
pub mod process;

// The environment, the home folder, the settings.
pub mod config;

// The time.
pub mod clock;

// What failed, why, and which failures are the same: pure.
pub mod failure;

// What can be concluded from counts: pure.
pub mod stats;

// Secrets out, before anything is written: pure.
pub mod redact;

// The words of Callus as types: pure.
pub mod domain;
