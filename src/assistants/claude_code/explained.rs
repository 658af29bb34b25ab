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
    "file does not exist. note: your current working directory",
    "eisdir: illegal operation on a directory, read",
    "cannot create new file - file already exists",
    "was not found in the deferred tool list",
    "offset is beyond the end of the file",
    "you must read the file before",
];

/// Such errors that are longer where they say more: with a suggestion they may be worth a lesson.
const SELF_EXPLAINING_ALONE: &[&str] = &["file does not exist."];

/// Returns whether the error explains itself.
pub(super) fn explains_itself(headline: &str) -> bool {
    let headline = headline.to_lowercase();
    SELF_EXPLAINING.iter().any(|part| headline.contains(part)) || SELF_EXPLAINING_ALONE.contains(&headline.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_lower_case_and_tells_them_apart() {
        for part in SELF_EXPLAINING.iter().chain(SELF_EXPLAINING_ALONE) {
            assert_eq!(*part, part.to_lowercase());
        }
        assert!(explains_itself(
            "File has not been read yet. Read it first before writing to it."
        ));
        assert!(explains_itself("File does not exist."));
        assert!(!explains_itself("File does not exist. Did you mean .golangci.yaml?"));
        assert!(!explains_itself("go: command not found"));
        assert!(!explains_itself("Path does not exist: .golangci.yml"));
    }
}
