//! One file per assistant: what its hooks and transcripts say.

pub mod claude_code;
