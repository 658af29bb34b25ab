//! Names of failures that are the same on every machine.
//!
//! The kind says what went wrong, the instance also what it went wrong with: two missing modules are one kind
//! and two instances.

use sha2::{Digest, Sha256};

use super::mask::{Identity, Template};
use crate::domain::id::Fingerprint;
use crate::domain::trace::ToolKind;

/// The version of the mask: part of every fingerprint, because another mask gives other templates.
pub const SCANNER: u16 = 1;

/// Returns the fingerprint of a kind of failure: the tool, the head of the command, the template.
#[must_use]
pub fn kind(tool_kind: ToolKind, scope: &str, template: &Template) -> Fingerprint {
    digest(
        "kind",
        [
            tool_kind.word().as_bytes(),
            scope.as_bytes(),
            template.stored().as_bytes(),
        ],
    )
}

/// Returns the fingerprint of one instance of a kind: the kind and the names that were masked.
#[must_use]
pub fn instance(kind: Fingerprint, identity: &Identity) -> Fingerprint {
    digest("instance", [&kind.0, identity.as_str().as_bytes()])
}

/// Returns the first `N` bytes of the SHA-256 of `parts`, in which `domain` and the scanner's version come first
/// and every part is led by its length, so that no two lists of parts are one text.
pub(super) fn hash<const N: usize, const PARTS: usize>(domain: &str, parts: [&[u8]; PARTS]) -> [u8; N] {
    let mut hasher = Sha256::new();
    hasher.update(b"callus ");
    hasher.update(domain.as_bytes());
    hasher.update([0]);
    hasher.update(SCANNER.to_be_bytes());
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    let mut first = [0; N];
    first.copy_from_slice(&hasher.finalize()[..N]);
    first
}

fn digest<const PARTS: usize>(domain: &str, parts: [&[u8]; PARTS]) -> Fingerprint {
    Fingerprint(hash(domain, parts))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::mask::mask;

    #[test]
    fn a_kind_is_the_tool_the_scope_and_the_template() {
        let one = mask("error: cannot find module 'left-pad'");
        let other = mask("error: cannot find module 'requests'");
        let base = kind(ToolKind::Shell, "npm test", &one.template);
        assert_eq!(base, kind(ToolKind::Shell, "npm test", &other.template));
        assert_ne!(base, kind(ToolKind::Shell, "npm run", &one.template));
        assert_ne!(base, kind(ToolKind::Mcp, "npm test", &one.template));
        assert_ne!(instance(base, &one.identity), instance(base, &other.identity));
        assert_eq!(instance(base, &one.identity), instance(base, &one.identity.clone()));
    }

    #[test]
    fn no_two_lists_of_parts_are_one_text() {
        assert_ne!(
            hash::<10, 2>("kind", [b"ab", b"c"]),
            hash::<10, 2>("kind", [b"a", b"bc"])
        );
        assert_ne!(hash::<10, 1>("kind", [b""]), hash::<10, 1>("instance", [b""]));
    }

    /// The stored fingerprints of every machine depend on this value: it changes only with `SCANNER`.
    #[test]
    fn the_fingerprint_of_a_known_template_does_not_move() {
        let masked = mask("fatal: pathspec 'src/x.rs' did not match any files");
        let kind = kind(ToolKind::Shell, "git add", &masked.template);
        insta::assert_snapshot!(
            format!("{kind} {}", instance(kind, &masked.identity)),
            @"69mk9ffwny4b798h rz23h5db9esd5q02"
        );
    }
}
