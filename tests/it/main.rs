//! The integration tests: one binary.

mod claude_code;
mod cli_answers;
mod cli_edges;
mod env;
mod fixture;
mod grouping;
mod install;
mod json_fields;
mod mcp;
mod packaging;
mod pairs;
mod recognition;
mod robust;
