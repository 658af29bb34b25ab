//! Which failure a text tells of, as the store would name it.

use crate::failure::headline::headline;

/// A text as recognition sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity {
    /// The line that says what went wrong.
    pub headline: String,
    /// The tokens of its template.
    pub tokens: Vec<String>,
}

/// Returns what `text` tells of; nothing when it has no words.
pub(super) fn identify(text: &str) -> Option<Identity> {
    let headline = headline(text);
    let tokens: Vec<String> = headline.split_whitespace().map(str::to_owned).collect();
    (!tokens.is_empty()).then_some(Identity { headline, tokens })
}

impl Identity {
    /// Returns whether a stored template (tokens joined by U+001F) is this one or a more general one.
    pub(super) fn fits(&self, template: &str) -> bool {
        let mut stored = template.split('\u{1f}');
        self.tokens.iter().all(|token| stored.next().is_some_and(|other| other == "<*>" || other == token))
            && stored.next().is_none()
    }
}
