//! What the user said when saying no.

/// Stands between the client's fixed sentence and the user's words.
const BEFORE_WORDS: &str = "the user said:";

/// What the client itself puts there when the user wants to talk about its questions first.
const CLIENT_WORDS: &str = "The user wants to clarify these questions.";

/// Returns the user's words in the text of a rejected call.
#[must_use]
pub fn words(output: &str) -> Option<&str> {
    let (_, words) = output.split_once(BEFORE_WORDS)?;
    let words = words.trim();
    (!words.is_empty() && !words.starts_with(CLIENT_WORDS)).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_users_own_words_count() {
        let said = "The user doesn't want to proceed with this tool use. To tell you how to proceed, the user said:\nwhy not adding .gitignore?";
        assert_eq!(words(said), Some("why not adding .gitignore?"));
        assert_eq!(words("The user doesn't want to proceed with this tool use."), None);
        assert_eq!(
            words("… the user said:\nThe user wants to clarify these questions.\n    This means …"),
            None
        );
        assert_eq!(words("… the user said:\n"), None);
    }
}
