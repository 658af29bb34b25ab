//! Editing configuration files so that nothing but the edit changes.

pub mod file;
pub mod json;
