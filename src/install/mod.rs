//! Wiring assistants: what to edit, editing it, and undoing it exactly.

pub mod edit;
