//! What is typed as a remedy: whether it can be kept, and whether it is a command or words.

use std::ffi::OsStr;

use crate::answers::AnswerError;
use crate::answers::remedies;
use crate::domain::hidden::is_hidden;
use crate::failure::remedy::forbidden;
use crate::failure::shell;
use crate::process;

/// Most characters of a remedy: a hint has to hold it in one line.
const LONGEST: usize = 200;

/// Words that stand in sentences and hardly ever in commands.
const PROSE: &[&str] = &[
    "a", "an", "and", "are", "because", "but", "do", "don't", "instead", "into", "is", "it", "its", "must", "never",
    "not", "of", "only", "or", "please", "should", "that", "the", "then", "this", "through", "to", "use", "comes",
    "via", "when", "with", "you",
];

/// Returns `text` without blanks around it, or what is wrong with it.
pub(in crate::answers) fn checked<'t>(what: &'static str, text: &'t str) -> Result<&'t str, AnswerError> {
    let text = text.trim();
    let wrong = |why: String| AnswerError::Text { what, why };
    if text.is_empty() {
        return Err(wrong("is empty: give a command, a path, or words".to_owned()));
    }
    if let Some(c) = text.chars().find(|c| c.is_control() || is_hidden(*c)) {
        return Err(wrong(format!(
            "holds a character that cannot be seen (U+{:04X}): write one plain line",
            u32::from(c)
        )));
    }
    let length = text.chars().count();
    if length > LONGEST {
        return Err(wrong(format!("has {length} characters: a hint has room for {LONGEST}")));
    }
    Ok(text)
}

/// Returns whether `text` is a command: it begins with a program that is on this machine or in the failing call, and
/// does not read like a sentence.
pub(super) fn is_command(text: &str, failing: &str, path: &OsStr) -> bool {
    let mut words = text.split_whitespace();
    let is_prose = |word: &str| PROSE.contains(&word.trim_matches([',', '.', ':']).to_lowercase().as_str());
    if words.clone().skip(1).any(is_prose) || words.next().is_some_and(is_prose) {
        return false;
    }
    let segments = shell::segments(text);
    // `cd` and the like only lead to the program.
    let Some(first) = segments.iter().find(|segment| segment.goal.is_some()) else {
        return false;
    };
    first.word.contains('/')
        || failing.split_whitespace().any(|word| word == first.word)
        || process::find(&first.word, path).is_some()
}

/// Returns why a command is never kept as a remedy, if it is not.
pub(super) fn never(command: &str) -> Option<String> {
    forbidden(command).map(|why| format!("`{command}` is never suggested to an agent: {}", remedies::never(why)))
}

/// Returns whether a text has slots for the names of an error: `<1>`, `<2>` …
pub(super) fn has_slots(text: &str) -> bool {
    (1..=9).any(|slot| text.contains(&format!("<{slot}>")))
}

/// Returns enough of a headline to tell errors apart.
pub(super) fn brief(headline: &str) -> String {
    const CHARS: usize = 60;
    headline
        .lines()
        .next()
        .unwrap_or_default()
        .chars()
        .take(CHARS)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_told_from_sentences() {
        let failing = "go test ./...";
        let table = [
            ("go test -run X ./...", true),
            ("./gradlew test", true),
            ("GOFLAGS=-mod=mod go vet", true),
            ("cd app && go test .", true),
            ("sh -c 'go test'", true),
            ("go comes from mise", false),
            ("nosuchprogram test", false),
            ("sh through mise", false),
            ("keep docs/ local, do not commit it", false),
            ("Never commit docs", false),
        ];
        let path = OsStr::new("/usr/bin:/bin");
        for (text, command) in table {
            assert_eq!(is_command(text, failing, path), command, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_seen_is_no_remedy() {
        for hidden in [
            '\u{200b}',
            '\u{115f}',
            '\u{3164}',
            '\u{ffa0}',
            '\u{180e}',
            '\u{fff9}',
            '\u{e0041}',
            '\u{7}',
        ] {
            let text = format!("go test{hidden} ./...");
            assert!(checked("it", &text).is_err(), "U+{:04X}", u32::from(hidden));
        }
        assert!(checked("it", "go test ./größe").is_ok());
    }

    #[test]
    fn slots_are_numbers_between_angles() {
        assert!(has_slots("pip install <1>"));
        assert!(!has_slots("cat < 1 > 2") && !has_slots("diff <(a) <(b)"));
    }
}
