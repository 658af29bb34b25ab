//! Which failure a text tells of, as the store would name it.

use crate::domain::id::Fingerprint;
use crate::domain::trace::ToolKind;
use crate::failure::fingerprint;
use crate::failure::headline::headline;
use crate::failure::mask::{MASK, Masked, mask};
use crate::failure::shell;

/// Stands between the tokens of a stored template.
const SEPARATOR: char = '\u{1f}';

/// A text as recognition sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity {
    /// The line that says what went wrong.
    pub(super) headline: String,
    pub(super) masked: Masked,
}

/// Returns what `text` tells of; nothing when it says nothing.
pub(super) fn identify(text: &str) -> Option<Identity> {
    let headline = headline(text);
    let masked = mask(&headline);
    (!masked.template.is_empty()).then_some(Identity { headline, masked })
}

impl Identity {
    /// Returns whether a stored template is this one or a more general one.
    pub(super) fn fits(&self, template: &str) -> bool {
        let mut stored = template.split(SEPARATOR);
        let mut own = self.masked.template.stored().split(SEPARATOR);
        own.all(|token| stored.next().is_some_and(|other| other == MASK || other == token)) && stored.next().is_none()
    }

    /// Returns the fingerprint that the text has when a tool of this kind and scope printed it.
    pub(super) fn kind(&self, tool_kind: ToolKind, scope: &str) -> Fingerprint {
        fingerprint::kind(tool_kind, scope, &self.masked.template)
    }

    /// Returns the finer fingerprint that the text has then; a text does not tell which file a call worked on.
    pub(super) fn instance(&self, tool_kind: ToolKind, scope: &str) -> Option<Fingerprint> {
        fingerprint::named(tool_kind, scope, &self.headline, None).map(|named| named.instance)
    }
}

/// Returns the scopes that a command line can have failed in: the head of each of its segments.
pub(super) fn scopes(command: &str) -> Vec<String> {
    shell::goals(command)
        .iter()
        .map(crate::domain::failure::Goal::head)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_fits_its_own_template_and_more_general_ones() {
        let identity = identify("error: cannot find module 'left-pad'").expect("a failure");
        let other = identify("error: cannot find module 'requests'").expect("a failure");
        let stored = other.masked.template.stored().to_owned();
        assert!(identity.fits(&stored));
        assert!(identity.fits(&stored.replace("module", MASK)));
        assert!(!identity.fits(&stored.replace("module", "package")));
        assert!(!identity.fits(&format!("{stored}{SEPARATOR}here")));
        assert_eq!(identify("  \n"), None);
    }

    #[test]
    fn every_segment_of_a_command_is_a_scope() {
        assert_eq!(scopes("cd app && go test ./... | tail -5"), ["go test", "tail"]);
    }
}
