//! The integration tests: one binary.

mod grouping;
mod install;
mod packaging;
mod robust;
