//! Whether what a remedy names is still there, as far as this machine can tell.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use crate::config::Settings;
use crate::domain::lesson::{Remedy, RemedyKind};
use crate::domain::time::{Span, Timestamp};
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
    // The argument of a tool that is no shell, `skill: commit`, names no program.
    word.is_empty()
        || word.ends_with(':')
        || has_pattern(word)
        || BUILT_IN.contains(&word)
        || file_of(settings, word).is_some()
}

/// Returns whether a program that was not found at some time has come to this machine since. One that was there before
/// was not found for another reason, which may be there still.
pub(crate) fn came(settings: &Settings, cwd: &Path, program: &str, since: Timestamp) -> bool {
    let file = if program.contains('/') {
        Some(cwd.join(program))
    } else {
        file_of(settings, program)
    };
    // A package keeps the times at which its files were made: when a file was put here is told by its last change.
    let put = file.and_then(|file| std::fs::metadata(file).ok());
    put.is_some_and(|file| Timestamp(0).after(Span::seconds(file.ctime().max(file.mtime()))) > since)
}

/// Returns where a program lies on this machine.
fn file_of(settings: &Settings, program: &str) -> Option<PathBuf> {
    let at_home = AT_HOME.iter().map(|folder| settings.home.join(folder));
    let mut folders = at_home.chain(ELSEWHERE.iter().map(PathBuf::from));
    process::find(program, &settings.path)
        .or_else(|| folders.find_map(|folder| Some(folder.join(program)).filter(|file| file.exists())))
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

    #[test]
    fn a_program_came_only_when_it_was_not_there_before() {
        let home = tempfile::tempdir().expect("a folder");
        let settings = Settings::at(home.path(), Timestamp(0));
        std::fs::create_dir_all(home.path().join(".local/bin")).expect("a folder");
        std::fs::write(home.path().join(".local/bin/frob-of-mine"), "").expect("a program");
        let never = Timestamp(i64::MAX);
        for (program, since, expected) in [
            ("frob-of-mine", Timestamp(0), true),
            ("frob-of-mine", never, false),
            (".local/bin/frob-of-mine", Timestamp(0), true),
            (".local/bin/frob-of-mine", never, false),
            ("./frob-of-mine", Timestamp(0), false),
            ("no-such-program-anywhere", Timestamp(0), false),
        ] {
            assert_eq!(came(&settings, home.path(), program, since), expected, "{program}");
        }
    }
}
