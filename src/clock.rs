//! The only place that reads the wall clock.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::domain::time::Timestamp;

/// Tells the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    System,
    /// A time that stands still, for tests and for replay.
    Fixed(Timestamp),
}

impl Clock {
    /// Returns the time now; a clock set before 1970 counts as 1970.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
    pub fn now(self) -> Timestamp {
        match self {
            Self::Fixed(at) => at,
            Self::System => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(Timestamp(0), |age| {
                    Timestamp(i64::try_from(age.as_micros()).unwrap_or(i64::MAX))
                }),
        }
    }
}
