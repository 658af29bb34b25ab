//! The integration tests: one binary.
mod recognition;
