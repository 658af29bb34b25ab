//! Where a tool's failure happened: clients seldom say over which file, and a headline without it says little.

/// What a client says about a way out; it stays in the headline, behind the file.
const WAY_OUT: &str = "Did you mean ";

/// Path components that are kept of a file outside the folder of the call.
const KEPT: usize = 3;

/// Returns a client's complaint with the file that its tool worked on: the first sentence, the file, and the way out
/// when the client names one. Advice on how to use the tool goes: every client gives it, and it tells nothing.
///
/// A complaint that names the file already only has it shortened.
#[must_use]
pub(super) fn with_file(complaint: &str, file: &str, cwd: Option<&str>) -> String {
    let short = relative(file, cwd);
    if complaint.contains(file) {
        return complaint.replace(file, short);
    }
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    if name.is_empty() || (complaint.contains(name) && !complaint.contains(WAY_OUT)) {
        return complaint.to_owned();
    }
    let (sentence, rest) = complaint
        .split_once(". ")
        .unwrap_or((complaint.trim_end_matches('.'), ""));
    match rest.find(WAY_OUT) {
        Some(at) => format!("{sentence}: {short}. {}", &rest[at..]),
        None => format!("{sentence}: {short}"),
    }
}

/// Components that a file and the folder of the call have in common when they are of one checkout: /home/name/checkout.
const CHECKOUT: usize = 3;

/// The folder in which checkouts of other branches stand, each under its name: a hidden one, or one inside of a hidden one.
const WORKTREES: &str = "worktrees/";

/// Returns a file as seen from the folder in which the call ran, or from the folder above it that holds both; a file
/// elsewhere keeps its last components. Where the checkout stands, and under which name, is left out: the same file of
/// another checkout is the same file.
#[must_use]
pub(super) fn relative<'a>(file: &'a str, cwd: Option<&str>) -> &'a str {
    let below = cwd
        .and_then(|cwd| file.strip_prefix(cwd.trim_end_matches('/')))
        .and_then(|rest| rest.strip_prefix('/'));
    match below {
        Some(below) if !below.is_empty() => in_checkout(below),
        _ if !file.starts_with('/') => file,
        _ => cwd.and_then(|cwd| beside(file, cwd)).unwrap_or_else(|| {
            file.rmatch_indices('/')
                .nth(KEPT - 1)
                .map_or(file, |(at, _)| &file[at + 1..])
        }),
    }
}

/// Returns a path without the way into another branch's checkout: `.worktrees/name/`, or `worktrees/name/` in a hidden
/// folder of some program's.
fn in_checkout(path: &str) -> &str {
    let hidden = path.strip_prefix('.').unwrap_or_default();
    let inside = || {
        hidden
            .split_once('/')
            .and_then(|(_, rest)| rest.strip_prefix(WORKTREES))
    };
    hidden
        .strip_prefix(WORKTREES)
        .or_else(inside)
        .and_then(|rest| rest.split_once('/'))
        .map_or(path, |(_, rest)| rest)
}

/// Returns what of a file is not above the folder of the call as well. A plain name is left to others: each folder of a
/// project may have its own Makefile.
fn beside<'a>(file: &'a str, cwd: &str) -> Option<&'a str> {
    let mut common = 0;
    let mut end = 0;
    for (one, other) in file.split('/').zip(cwd.trim_end_matches('/').split('/')) {
        if one != other {
            break;
        }
        common += 1;
        end += one.len() + 1;
    }
    // The empty component before the first slash is common to all.
    let rest = file.get(end..).filter(|rest| !rest.is_empty() && common > CHECKOUT)?;
    (rest.contains('/') || rest.starts_with('.')).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complaint_names_its_file() {
        let table = [
            (
                "File does not exist.",
                "/repo/logging/logging.go",
                "File does not exist: logging/logging.go",
            ),
            (
                "File does not exist. Did you mean .env?",
                "/repo/.env.example",
                "File does not exist: .env.example. Did you mean .env?",
            ),
            (
                "Found 2 matches of the string to replace, but replace_all is false. To replace all occurrences, set …",
                "/repo/config.go",
                "Found 2 matches of the string to replace, but replace_all is false: config.go",
            ),
            (
                "Path does not exist: /repo/.golangci.yml",
                "/repo/.golangci.yml",
                "Path does not exist: .golangci.yml",
            ),
            (
                "EISDIR: illegal operation on a directory, read '/other/place/for/tests'",
                "/other/place/for/tests",
                "EISDIR: illegal operation on a directory, read 'place/for/tests'",
            ),
            (
                "File does not exist.",
                "relative.txt",
                "File does not exist: relative.txt",
            ),
            (
                "No changes to make: the two are equal",
                "/repo/",
                "No changes to make: the two are equal",
            ),
        ];
        for (complaint, file, expected) in table {
            assert_eq!(with_file(complaint, file, Some("/repo")), expected);
        }
    }

    #[test]
    fn a_file_is_seen_from_the_folder_of_the_call() {
        assert_eq!(relative("/repo/a/b.rs", Some("/repo/")), "a/b.rs");
        assert_eq!(relative("/repository/a/b.rs", Some("/repo")), "repository/a/b.rs");
        assert_eq!(relative("/x/y/z/a/b.rs", None), "z/a/b.rs");
        for (file, cwd) in [
            ("/home/a/x/cli/.lint.yml", "/home/a/x/cli"),
            ("/home/b/y/cli/.lint.yml", "/home/b/y/cli/cmd/one"),
            ("/home/b/y/cli/.worktrees/fix/.lint.yml", "/home/b/y/cli"),
            ("/home/b/y/cli/.agent/worktrees/fix/.lint.yml", "/home/b/y/cli"),
        ] {
            assert_eq!(relative(file, Some(cwd)), ".lint.yml", "{file}");
        }
        assert_eq!(
            relative("/home/b/y/cli/redact/a.rs", Some("/home/b/y/cli/cmd/one")),
            "redact/a.rs"
        );
        assert_eq!(
            relative("/home/b/y/cli/Makefile", Some("/home/b/y/cli/cmd")),
            "y/cli/Makefile"
        );
        assert_eq!(relative("/b.rs", None), "/b.rs");
    }
}
