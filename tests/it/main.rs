//! The integration tests: one binary.

mod grouping;
