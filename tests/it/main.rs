//! The integration tests: one binary.

mod claude_code;
mod grouping;
mod install;
mod packaging;
mod robust;
