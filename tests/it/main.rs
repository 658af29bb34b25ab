//! The integration tests: one binary.

mod claude_code;
