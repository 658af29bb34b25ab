//! Wiring assistants: what to edit, editing it, and undoing it exactly.

pub mod apply;
pub mod doctor;
pub mod edit;
pub mod manifest;
pub mod plan;
