//! What led out of a failure: the *difference* between the failing call and the one that reached its goal.
//!
//! The steps of one session go in, lessons come out, the same ones every time. A failure falls into a class
//! (`fault`), and the class says what counts as reaching its goal (`reach`). What is destructive, outward-reaching
//! or secret is never a remedy ([`mod@forbidden`]), nor is anything after a no.

mod alike;
mod fault;
pub mod forbidden;
mod found;
mod input;
mod learn;
mod looped;
mod person;
mod prepare;
mod reach;
mod refuted;
mod same;
mod script;
mod slots;
mod story;
mod told;
mod tool;
mod wrap;

pub use fault::{is_transient, is_work, named_program, names_a_way_out};
pub use forbidden::forbidden;
pub use learn::{Lesson, Passage, learn};
pub use looped::typed_alone;
pub use person::{MOST_WORDS, decisions};
pub use refuted::{Refutation, in_their_place, refutations};
pub use same::is_the_same;
pub use slots::filled;
pub use story::{Failed, Step, StepKind, Story};
pub use told::{Text, follows, leaves_out, new_words};

#[cfg(test)]
mod tests;
