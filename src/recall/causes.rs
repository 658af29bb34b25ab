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

/// What has to be said before a remedy: that it exits well does not mean that it does what the failing call was for.
struct Lead {
    /// Words of the headline, in lower case.
    headline: &'static str,
    /// Texts of which the failing call has one: the same words are said of other things too.
    call: &'static [&'static str],
    /// Whole sentences, which stand before the remedy's own.
    says: &'static str,
}

const LEADS: &[Lead] = &[Lead {
    headline: "exec format error",
    call: &["GOOS=", "GOARCH=", "--target"],
    says: "It compiled, but cannot run here; what follows only compiles.",
}];

/// Returns what has to be said before a remedy for a failure with this headline; `calls` are what failed and what it was
/// for, with what was exported before it.
pub(super) fn lead(headline: &str, calls: &[&str]) -> Option<&'static str> {
    let lower = headline.to_ascii_lowercase();
    let is_called = |text: &&str| calls.iter().any(|call| call.contains(text));
    LEADS
        .iter()
        .find(|lead| lower.contains(lead.headline) && lead.call.iter().any(is_called))
        .map(|lead| lead.says)
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

    #[test]
    fn a_lead_is_whole_sentences_and_leaves_room_for_the_remedy() {
        for Lead { headline, call, says } in LEADS {
            assert!(says.starts_with(char::is_uppercase) && says.ends_with('.'), "{says}");
            assert!(says.chars().count() <= ADVICE / 2, "{says}");
            for text in *call {
                let failed = headline.to_uppercase();
                assert_eq!(
                    lead(&failed, &["go test", &format!("{text}windows go test ./...")]),
                    Some(*says)
                );
                assert_eq!(
                    lead("FAIL", &["go test", &format!("{text}windows go test ./...")]),
                    None
                );
            }
        }
        let image = "exec /usr/bin/ledger: exec format error";
        assert_eq!(lead(image, &["docker run ledger"]), None, "an image is not compiled");
    }
}
