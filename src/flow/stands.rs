//! Whether what a remedy names is still there, as far as this machine can tell.

use std::path::Path;

use crate::config::Settings;
use crate::domain::lesson::{Remedy, RemedyKind};
use crate::failure::shell;
use crate::process;

/// Folders below the home folder, and elsewhere, in which programs lie that a session's shell finds and its client may
/// not have in its own path: it was started by a desktop.
const AT_HOME: &[&str] = &[
    ".local/bin",
    "bin",
    ".cargo/bin",
    "go/bin",
    ".bun/bin",
    ".deno/bin",
    ".local/share/mise/shims",
    ".asdf/shims",
    ".pyenv/shims",
    ".rbenv/shims",
    ".volta/bin",
];
const ELSEWHERE: &[&str] = &[
    "/usr/local/bin",
    "/usr/bin",
    "/bin",
    "/opt/homebrew/bin",
    "/usr/local/go/bin",
    "/snap/bin",
];

/// Words that a shell runs itself.
const BUILT_IN: &[&str] = &[
    "cd", "source", ".", "export", "set", "eval", "command", "builtin", "test", "[", "ulimit", "type",
];

/// Returns whether the file or the program that a remedy names is still there. What cannot be looked at counts as
/// there: a folder of another machine, a path with a variable in it.
pub(crate) fn stands(settings: &Settings, cwd: Option<&str>, remedy: &Remedy) -> bool {
    let Some(cwd) = cwd.map(Path::new).filter(|cwd| cwd.is_dir()) else {
        return true;
    };
    match remedy.kind {
        RemedyKind::Path => is_there(cwd, &remedy.becomes),
        RemedyKind::Changed | RemedyKind::Prepared => shell::segments(&remedy.becomes)
            .first()
            .is_none_or(|segment| program_stands(settings, cwd, &segment.word)),
        RemedyKind::Edited | RemedyKind::Retry | RemedyKind::Decision => true,
    }
}

fn program_stands(settings: &Settings, cwd: &Path, word: &str) -> bool {
    if word.contains('/') {
        return is_there(cwd, word);
    }
    let lies_in = |folder: &Path| folder.join(word).exists();
    // The argument of a tool that is no shell, `skill: commit`, names no program.
    word.is_empty()
        || word.ends_with(':')
        || has_pattern(word)
        || BUILT_IN.contains(&word)
        || process::find(word, &settings.path).is_some()
        || AT_HOME.iter().any(|folder| lies_in(&settings.home.join(folder)))
        || ELSEWHERE.iter().any(|folder| lies_in(Path::new(folder)))
}

/// Returns whether there is something at a path of a session that runs in `cwd`.
fn is_there(cwd: &Path, path: &str) -> bool {
    has_pattern(path) || path.starts_with('~') || path.contains("://") || cwd.join(path).exists()
}

/// Returns whether the shell makes something else of a word.
fn has_pattern(word: &str) -> bool {
    word.contains(['$', '*', '?', '{', '`', '<'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Timestamp;

    #[test]
    fn what_is_gone_is_known_and_what_cannot_be_looked_at_counts_as_there() {
        let home = tempfile::tempdir().expect("a folder");
        let settings = Settings::at(home.path(), Timestamp(0));
        std::fs::create_dir_all(home.path().join(".cargo/bin")).expect("a folder");
        std::fs::write(home.path().join(".cargo/bin/nextest-of-mine"), "").expect("a program");
        std::fs::write(home.path().join("there.yaml"), "").expect("a file");
        let here = home.path().to_str().expect("a path").to_owned();
        for (kind, becomes, expected) in [
            (RemedyKind::Changed, "skill: commit-commands:commit", true),
            (RemedyKind::Path, "there.yaml", true),
            (RemedyKind::Path, "gone.yaml", false),
            (RemedyKind::Path, "~/gone.yaml", true),
            (RemedyKind::Path, "gone-*.yaml", true),
            (RemedyKind::Changed, "./there.yaml --now", true),
            (RemedyKind::Changed, "./gone.sh --now", false),
            (RemedyKind::Changed, "A=1 sh -c ls", true),
            (RemedyKind::Changed, "nextest-of-mine run", true),
            (RemedyKind::Changed, "no-such-program-anywhere run", false),
            (RemedyKind::Prepared, "cd sub", true),
            (RemedyKind::Decision, "gone.yaml", true),
        ] {
            let remedy = Remedy {
                kind,
                was: String::new(),
                becomes: becomes.to_owned(),
                travels: false,
            };
            assert_eq!(stands(&settings, Some(&here), &remedy), expected, "{becomes}");
            assert!(stands(&settings, Some("/no/such/folder"), &remedy), "{becomes}");
            assert!(stands(&settings, None, &remedy), "{becomes}");
        }
    }
}
