//! The integration tests: one binary.

mod capture_copies;
mod capture_hooks;
mod capture_import;
mod capture_recount;
mod capture_roads;
mod capture_scene;
mod capture_settle;
mod capture_story;
mod capture_switches;
mod capture_unseen;
mod capture_worker;
mod claude_code;
mod cli_answers;
mod cli_edges;
mod env;
mod fixture;
mod grouping;
mod install;
mod json_fields;
mod keep;
mod mcp;
mod packaging;
mod pairs;
mod recognition;
mod robust;
