//! The integration tests: one binary.

mod grouping;
mod recognition;
