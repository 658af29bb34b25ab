//! What can be concluded from counts: pure.

pub mod rate;
