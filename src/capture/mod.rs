//! From journals and transcripts to recorded, recognised and grouped failures.

mod aftermath;
mod again;
mod error;
mod group;
mod home;
mod prepare;
mod record;
mod reported;
mod size;
mod tail;
mod told;

pub mod drain;
pub mod import;
pub mod index;
mod learn;
pub mod past;
pub mod project;
pub mod reshape;
pub mod settle;

pub use aftermath::aftermath;
pub use again::count_out;
pub use error::CaptureError;
pub use prepare::{Prepared, prepare};
pub use record::{Recorder, Tally};
pub use size::shortened;
