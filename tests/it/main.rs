//! The integration tests: one binary.

mod claude_code;
mod cli_answers;
mod cli_edges;
mod cli_import;
mod env;
mod fixture;
mod grouping;
mod install;
mod json_fields;
mod mcp;
mod packaging;
mod pairs;
mod readme;
mod recognition;
mod robust;
