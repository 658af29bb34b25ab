//! The integration tests: one binary.

mod install;
mod packaging;
mod robust;
