//! Names of failures that are the same on every machine.
//!
//! The kind says what went wrong, the instance also what it went wrong with: two missing modules are one kind
//! and two instances.

use sha2::{Digest, Sha256};

use super::headline::place;
use super::mask::{Identity, Masked, Template, mask};
use super::shell::kept_name;
use crate::domain::failure::Finding;
use crate::domain::id::Fingerprint;
use crate::domain::trace::ToolKind;

/// The version of the mask: part of every fingerprint, because another mask gives other templates.
pub const SCANNER: u16 = 1;

/// The two names of a failure, and the template that they stand on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// What stays of the headline.
    pub template: Template,
    /// What went wrong.
    pub kind: Fingerprint,
    /// What it went wrong with.
    pub instance: Fingerprint,
}

/// Returns the names of a finding; nothing when its headline says nothing.
#[must_use]
pub fn of(finding: &Finding) -> Option<Named> {
    let file = match finding.kind {
        ToolKind::Edit | ToolKind::Read | ToolKind::Search => finding.frame.as_ref().map(|frame| frame.file.as_str()),
        ToolKind::Shell | ToolKind::Mcp | ToolKind::Other => None,
    };
    named(finding.kind, &finding.scope, &finding.headline, file)
}

/// Returns the names of the failure that a tool of this kind and scope told in `headline`, working on `file`.
///
/// Tools that work on a file seldom name it when they fail, so that the call's file belongs to the instance. What
/// tells its own origin is the same thing whichever command brought it to light, so that the scope does not.
#[must_use]
pub fn named(tool_kind: ToolKind, scope: &str, headline: &str, file: Option<&str>) -> Option<Named> {
    let Masked { template, identity } = mask(headline);
    if template.is_empty() {
        return None;
    }
    let identity = refused(headline).map_or(identity, |refusal| mask(refusal).identity);
    let identity = file.map_or_else(|| identity.clone(), |file| identity.at(file));
    let speaker = if tells_its_origin(headline) { "" } else { scope };
    let instance = missing_file(tool_kind, headline, file)
        .unwrap_or_else(|| instance(kind(tool_kind, speaker, &template), &identity));
    Some(Named {
        instance,
        kind: kind(tool_kind, scope, &template),
        template,
    })
}

/// What clients say of a file or folder that is not there, before its path.
const MISSING: &[&str] = &["File does not exist", "Path does not exist", "Directory does not exist"];

/// Returns the instance of a file or folder that is not there: it is one thing, whichever tool was to read, search or
/// change it, and whether or not the client guesses what was meant.
fn missing_file(tool_kind: ToolKind, headline: &str, file: Option<&str>) -> Option<Fingerprint> {
    if !matches!(tool_kind, ToolKind::Read | ToolKind::Search | ToolKind::Edit) {
        return None;
    }
    let rest = MISSING.iter().find_map(|start| headline.strip_prefix(start))?;
    let said = rest
        .strip_prefix(": ")
        .map(|path| path.split(". Did you").next().unwrap_or(path));
    let identity = Identity::default().at(file.or(said)?);
    let told = mask("File does not exist: x").template;
    (!identity.is_empty()).then(|| instance(kind(ToolKind::Read, "", &told), &identity))
}

/// What stands before and behind the name of a test at the beginning of a headline.
const TEST_NAMES: &[(&str, &str)] = &[
    ("--- FAIL: ", " "),
    ("FAILED ", " - "),
    ("ERROR ", " - "),
    ("thread '", "' panicked at "),
];

/// What the machine says when it refuses a resource, in lower case.
pub(super) const REFUSALS: &[&str] = &[
    "operation not permitted",
    "permission denied",
    "address already in use",
    "connection refused",
    "network is unreachable",
    "no such host",
    "temporary failure in name resolution",
    "no space left on device",
    "read-only file system",
    "too many open files",
    "cannot allocate memory",
    "exec format error",
];

/// Returns what a headline says behind the name of a test when the machine refused it something: it refuses that to
/// every test, and which one asked first does not matter.
fn refused(headline: &str) -> Option<&str> {
    let (start, end) = TEST_NAMES.iter().find(|(start, _)| headline.starts_with(start))?;
    let (_, said) = headline[start.len()..].split_once(end)?;
    let lower = said.to_ascii_lowercase();
    REFUSALS.iter().any(|refusal| lower.contains(refusal)).then_some(said)
}

/// Returns whether a headline says by itself whose failure it is: a place in a source file, a test, a program that
/// is not there.
fn tells_its_origin(headline: &str) -> bool {
    place::leading(headline).is_some()
        || TEST_NAMES.iter().any(|(start, _)| headline.starts_with(start))
        || headline.contains("command not found")
        || kept_name(headline).is_some()
}

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

    fn instance_of(tool_kind: ToolKind, scope: &str, headline: &str, file: Option<&str>) -> Fingerprint {
        named(tool_kind, scope, headline, file).expect("a headline").instance
    }

    #[test]
    fn a_tool_that_works_on_a_file_fails_with_that_file() {
        let edit = |file| {
            instance_of(
                ToolKind::Edit,
                "Edit",
                "String to replace not found in file.",
                Some(file),
            )
        };
        assert_eq!(
            edit("/home/a/app/src/cli/main.rs"),
            edit("/tmp-free/b/app/src/cli/main.rs")
        );
        assert_ne!(edit("/home/a/app/src/cli/main.rs"), edit("/home/a/app/src/cli/args.rs"));
        let search = |path: &str| {
            instance_of(
                ToolKind::Search,
                "Grep",
                &format!("Path does not exist: {path}"),
                Some(path),
            )
        };
        assert_eq!(search("src/cli/commands"), search("/home/a/app/src/cli/commands"));
        assert_eq!(search("./src/cli/commands"), search("src/cli/commands/"));
        assert_ne!(search("src/cli/commands"), search("src/cli/options"));
    }

    #[test]
    fn a_missing_file_is_one_thing_for_every_tool_that_works_on_files() {
        let name = Some(".golangci.yml");
        let guessed = "File does not exist: .golangci.yml. Did you mean .golangci.yaml?";
        let instances = [
            instance_of(ToolKind::Read, "Read", "File does not exist: .golangci.yml", name),
            instance_of(ToolKind::Read, "Read", guessed, name),
            instance_of(ToolKind::Search, "Grep", "Path does not exist: .golangci.yml", name),
            instance_of(ToolKind::Search, "Glob", "Path does not exist: .golangci.yml", None),
        ];
        assert!(instances.iter().all(|one| *one == instances[0]), "{instances:?}");
        let other = "File does not exist: .golangci.toml";
        assert_ne!(
            instance_of(ToolKind::Read, "Read", other, Some(".golangci.toml")),
            instances[0]
        );
        let kind = |scope, headline| named(ToolKind::Read, scope, headline, None).expect("a headline").kind;
        assert_ne!(
            kind("Read", "File does not exist: .golangci.yml"),
            kind("Grep", "Path does not exist: .golangci.yml")
        );
    }

    #[test]
    fn what_tells_its_origin_is_one_thing_under_every_command() {
        for headline in [
            "src/a.ts(1,2): error TS2304: Cannot find name 'chalk'.",
            "pkg/a.go:3:4: undefined: regexp",
            "--- FAIL: TestReset reset_test.go:9: got 1, want 2",
            "zsh:1: command not found: go",
        ] {
            let under = |scope| named(ToolKind::Shell, scope, headline, None).expect("a headline");
            assert_eq!(under("npm run build").instance, under("make").instance, "{headline}");
            assert_ne!(under("npm run build").kind, under("make").kind, "{headline}");
        }
        let flag = |scope| instance_of(ToolKind::Shell, scope, "Error: unknown flag: --json", None);
        assert_ne!(flag("gh pr"), flag("entire search"));
    }

    #[test]
    fn what_the_machine_refuses_it_refuses_to_every_test() {
        let go =
            |test: &str, said: &str| instance_of(ToolKind::Shell, "go test", &format!("--- FAIL: {test} {said}"), None);
        let refusal = "panic: listen tcp6 [::1]:0: bind: operation not permitted";
        assert_eq!(go("TestA", refusal), go("TestB", refusal));
        assert_ne!(
            go("TestA", "a_test.go:3: want true"),
            go("TestB", "a_test.go:3: want true")
        );
        assert_ne!(
            go("TestA", refusal),
            go("TestA", "panic: listen tcp6 [::1]:0: bind: address already in use")
        );
        let python =
            |test: &str| format!("FAILED tests/a.py::{test} - PermissionError: [Errno 1] Operation not permitted");
        assert_eq!(
            instance_of(ToolKind::Shell, "pytest", &python("test_a"), None),
            instance_of(ToolKind::Shell, "pytest", &python("test_b"), None)
        );
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
