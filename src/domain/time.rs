//! Points in time and spans, as the store keeps them.

/// A point in time: microseconds since 1970-01-01 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(pub i64);

/// A length of time in microseconds; never negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span(pub i64);

impl Span {
    /// Returns a span of whole milliseconds; of a number below zero, none.
    #[must_use]
    pub const fn milliseconds(n: i64) -> Self {
        Self(if n > 0 { n.saturating_mul(1_000) } else { 0 })
    }

    /// Returns a span of whole seconds.
    #[must_use]
    pub const fn seconds(n: i64) -> Self {
        Self(n * 1_000_000)
    }

    /// Returns a span of whole days of 24 hours.
    #[must_use]
    pub const fn days(n: i64) -> Self {
        Self::seconds(n * 86_400)
    }
}

impl Timestamp {
    /// Returns the time `span` before this one.
    #[must_use]
    pub const fn before(self, span: Span) -> Self {
        Self(self.0.saturating_sub(span.0))
    }

    /// Returns the time `span` after this one.
    #[must_use]
    pub const fn after(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }

    /// Returns how long ago `earlier` was, seen from this time; zero when it lies ahead.
    #[must_use]
    pub fn since(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0).max(0))
    }
}
