//! The integration tests: one binary.

mod robust;
