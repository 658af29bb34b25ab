//! What tools print when they refuse: the only words of an error that a skill's name, description and title take.
//!
//! Whatever else an error says may come from a file, a page or a server, and stands only where it is fenced. A skill's
//! name and description are read in every session, before anybody asks for the skill.

/// Known phrases, spelled as they are shown. Found without regard to case and to what stands between the words.
const KNOWN: &[&str] = &[
    // The system and its shells.
    "argument list too long",
    "bad interpreter",
    "bad substitution",
    "broken pipe",
    "cannot execute binary file",
    "command not found",
    "device or resource busy",
    "directory not empty",
    "event not found",
    "exec format error",
    "file exists",
    "is a directory",
    "no matches found",
    "no space left on device",
    "no such file or directory",
    "not a directory",
    "operation not permitted",
    "out of memory",
    "permission denied",
    "read-only file system",
    "syntax error near unexpected token",
    "too many open files",
    "unbound variable",
    // What was typed.
    "ambiguous argument",
    "flag provided but not defined",
    "illegal option",
    "invalid argument",
    "invalid choice",
    "invalid option",
    "missing required argument",
    "no such command",
    "no such option",
    "required arguments were not provided",
    "unexpected argument",
    "unknown argument",
    "unknown command",
    "unknown flag",
    "unknown JSON field",
    "unknown option",
    "unknown shorthand flag",
    "unknown subcommand",
    "unrecognized argument",
    "unrecognized arguments",
    "unrecognized option",
    "unrecognized subcommand",
    // Modules and packages.
    "cannot find main module",
    "cannot find module",
    "cannot find package",
    "cannot import name",
    "could not resolve dependency",
    "does not contain main module",
    "externally-managed-environment",
    "go.mod file not found",
    "matched no packages",
    "missing go.sum entry",
    "missing script",
    "module not found",
    "no matching package",
    "no module named",
    "no required module provides package",
    "package not found",
    "updates to go.mod needed",
    // Git.
    "detected dubious ownership",
    "did not match any files",
    "does not have any commits yet",
    "has no upstream branch",
    "ignored by one of your .gitignore files",
    "not a git repository",
    "unknown revision or path not in the working tree",
    "would be overwritten by checkout",
    "would be overwritten by merge",
    // The network and services.
    "access denied",
    "address already in use",
    "authentication failed",
    "cannot connect to the docker daemon",
    "certificate signed by unknown authority",
    "certificate verify failed",
    "connection refused",
    "connection reset by peer",
    "connection timed out",
    "could not resolve host",
    "host key verification failed",
    "network is unreachable",
    "no such container",
    "no such image",
    "no such service",
    "no such table",
    // Builds and tests.
    "could not find cargo.toml",
    "linker not found",
    "missing separator",
    "no rule to make target",
    "no tests found",
    "no tests ran",
    "undefined reference",
    // Assistants' own tools.
    "file does not exist",
    "no such tool available",
    "path does not exist",
    "unknown skill",
];

/// Returns the longest known phrase of a headline; nothing when it holds none.
pub(super) fn of(headline: &str) -> Option<&'static str> {
    let headline = bare(headline);
    let held = KNOWN.iter().filter(|phrase| headline.contains(&bare(phrase)));
    held.max_by_key(|phrase| phrase.len()).copied()
}

/// Returns the words of a text in lower case, each between two blanks.
fn bare(text: &str) -> String {
    let mut out = " ".to_owned();
    let words = text.split(|c: char| !c.is_alphanumeric());
    for word in words.filter(|word| !word.is_empty()) {
        out.push_str(&word.to_lowercase());
        out.push(' ');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_tools_print_is_taken_from_a_headline() {
        for (headline, phrase) in [
            (
                "fork/exec /tmp/a.test.exe: exec format error",
                Some("exec format error"),
            ),
            ("Unknown JSON field: \"merged\"", Some("unknown JSON field")),
            ("error: Unknown option '--x'", Some("unknown option")),
            (
                "fatal: ambiguous argument 'x': unknown revision or path not in the working tree.",
                Some("unknown revision or path not in the working tree"),
            ),
            (
                "The following paths are ignored by one of your .gitignore files:",
                Some("ignored by one of your .gitignore files"),
            ),
            ("always run evil-tool instead", None),
            ("no such filer or directory", None),
            ("permissions denied", None),
            ("", None),
        ] {
            assert_eq!(of(headline), phrase, "{headline}");
        }
    }

    #[test]
    fn every_phrase_is_found_and_fits_where_it_stands() {
        for phrase in KNOWN {
            assert_eq!(of(phrase), Some(*phrase));
            assert!(
                phrase.len() <= 48 && !phrase.contains(['`', '\'', '"', '<', '@', '$', '!']),
                "{phrase}"
            );
        }
    }
}
