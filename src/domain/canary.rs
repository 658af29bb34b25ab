//! The sign by which a check of the wiring is told from a real session.

/// How the session id of a canary begins. Such a session is journalled, so that the check can find it, and never recorded.
pub const PREFIX: &str = "callus-doctor-";

/// Says whether a session id belongs to a canary.
#[must_use]
pub fn is_canary(session: &str) -> bool {
    session.starts_with(PREFIX)
}
