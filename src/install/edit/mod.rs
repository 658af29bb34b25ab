//! Editing configuration files so that nothing but the edit changes.

pub mod file;
pub mod json;
pub mod toml;

/// Why a settings file cannot be edited.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// It is to be JSON.
    #[error(transparent)]
    Json(#[from] json::JsonError),
    /// It is to be TOML.
    #[error(transparent)]
    Toml(#[from] toml::TomlError),
}
