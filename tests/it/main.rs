//! The integration tests: one binary.

mod install;
mod robust;
