//! What an agent is told: the hint right after a failure, the warning before a call, the brief at the start of a session.

mod causes;
mod known;
mod looking;
#[cfg(test)]
mod sample;
mod wording;
mod words;

pub mod brief;
pub mod hint;
pub mod warning;

pub use known::is_known;
