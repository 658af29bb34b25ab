//! Errors in which Claude Code itself says what to do next.
//!
//! An agent that meets one passes it at the next call: of the 43 repeats across sessions that were looked at, 33 are
//! of these.

/// Beginnings and middles of such errors, in lower case.
const SELF_EXPLAINING: &[&str] = &[
    "file has not been read yet",
    "file has been modified since read",
    "file has been unexpectedly modified",
    "string to replace not found",
    "matches of the string to replace, but replace_all is false",
    "no changes to make: old_string and new_string are exactly the same",
    "exceeds maximum allowed tokens",
    "exceeds maximum allowed size",
    "inputvalidationerror",
    "no such tool available",
    "eisdir: illegal operation on a directory, read",
    "cannot create new file - file already exists",
    "was not found in the deferred tool list",
    "offset is beyond the end of the file",
    "you must read the file before",
];

/// Beginnings of such errors that may hold a suggestion, and are worth a lesson then.
const WITHOUT_SUGGESTION: &[&str] = &["file does not exist"];
/// What a suggestion begins with.
const SUGGESTION: &str = "did you mean";

/// Returns whether the error explains itself.
pub(super) fn explains_itself(headline: &str) -> bool {
    let headline = headline.to_lowercase();
    SELF_EXPLAINING.iter().any(|part| headline.contains(part))
        || (WITHOUT_SUGGESTION.iter().any(|part| headline.starts_with(part)) && !headline.contains(SUGGESTION))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_lower_case_and_tells_them_apart() {
        for part in SELF_EXPLAINING.iter().chain(WITHOUT_SUGGESTION).chain([&SUGGESTION]) {
            assert_eq!(*part, part.to_lowercase());
        }
        assert!(explains_itself(
            "File has not been read yet. Read it first before writing to it."
        ));
        assert!(explains_itself("File does not exist."));
        assert!(explains_itself("File does not exist: src/main.rs"));
        assert!(!explains_itself("File does not exist: a.yml. Did you mean a.yaml?"));
        assert!(!explains_itself("File does not exist. Did you mean .golangci.yaml?"));
        assert!(!explains_itself("go: command not found"));
        assert!(!explains_itself("Path does not exist: .golangci.yml"));
    }
}
