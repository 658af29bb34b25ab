//! Causes that are nobody's change, in our own words.

/// Words of a headline, in lower case, and what they mean for the agent that meets them.
const CAUSES: &[(&str, &str)] = &[
    (
        "bind: operation not permitted",
        "This is the sandbox, not your change: it lets nothing listen on a port. Ask for permission to run it outside, or say that it could not be run.",
    ),
    (
        "operation not permitted",
        "This is the sandbox or the system, not your change. Ask for permission to run it outside, or say that it could not be run.",
    ),
    (
        "read-only file system",
        "This is the sandbox or the system, not your change: nothing can be written there. Ask for another place.",
    ),
    (
        "no space left on device",
        "The disk is full; that is not your change. Tell the user.",
    ),
];

/// Words of a headline, in lower case, and what has to be said before a remedy for it: that it exits well does not mean
/// that it does what the failing call was for.
const LEADS: &[(&str, &str)] = &[(
    "exec format error",
    "It cannot run here, only compile (`ok` then means compiled): ",
)];

/// Returns what has to be said before a remedy for a failure with this headline.
pub(super) fn lead(headline: &str) -> &'static str {
    let lower = headline.to_ascii_lowercase();
    LEADS
        .iter()
        .find(|(words, _)| lower.contains(words))
        .map_or("", |(_, lead)| *lead)
}

/// Returns what is known of the cause of a failure with this headline.
pub(super) fn of(headline: &str) -> Option<&'static str> {
    let lower = headline.to_ascii_lowercase();
    CAUSES
        .iter()
        .find(|(words, _)| lower.contains(words))
        .map(|(_, cause)| *cause)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recall::words::ADVICE;

    #[test]
    fn every_cause_is_found_by_its_words_and_fits_the_line() {
        for (words, cause) in CAUSES {
            assert_eq!(*words, words.to_lowercase());
            assert!(cause.chars().count() <= ADVICE, "{cause}");
            assert!(of(&format!("listen: {}", words.to_uppercase())).is_some());
        }
        assert_eq!(
            of("panic: httptest: failed to listen on a port: listen tcp6 [::1]:0: bind: operation not permitted"),
            Some(CAUSES[0].1)
        );
        assert_eq!(of("go: command not found"), None);
    }
}
