//! Paths and names that may mean the same.

use std::collections::BTreeSet;

use super::story::Story;
use crate::domain::lesson::{Remedy, RemedyKind};

/// What a session shows of the files that are there.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Files and folders that a call worked on.
    files: BTreeSet<String>,
    /// Folders in which calls ran.
    folders: BTreeSet<String>,
}

impl Known {
    /// Gathers what the good calls of a session worked on.
    pub(super) fn of(story: &Story) -> Self {
        let mut known = Self::default();
        for step in &story.steps {
            if let Some(file) = step.file.as_deref().filter(|_| step.good) {
                known.files.insert(join(step.folder.as_deref(), file));
            }
            known.folders.extend(step.folder.clone());
        }
        known
    }

    /// Returns whether several files of that name are there: which one is meant, the name does not say.
    fn is_ambiguous(&self, name: &str, failing: &str) -> bool {
        let of_name = |file: &&String| file.rsplit('/').next() == Some(name) && *file != failing;
        self.files.iter().filter(of_name).nth(1).is_some()
    }

    /// Returns whether a path lies in the widest folder in which the session worked around `folder`.
    fn is_within(&self, path: &str, folder: &str) -> bool {
        let around = |wide: &&String| folder == wide.as_str() || is_inside(folder, wide);
        let widest = self.folders.iter().filter(around).min_by_key(|wide| wide.len());
        is_inside(path, widest.map_or(folder, String::as_str))
    }
}

/// Returns the remedy that one path, from the root, is another, both as they are written from `folder`; nothing when
/// they are not alike, or it is not clear that the second is meant.
pub(super) fn remedy(from: &str, to: &str, folder: Option<&str>, known: &Known) -> Option<Remedy> {
    let name = to.rsplit('/').next().unwrap_or(to);
    let outside = folder.is_some_and(|folder| !known.is_within(to, folder));
    if !paths(from, to) || outside || is_passing(from) || is_passing(to) {
        return None;
    }
    let (was, becomes) = (relative(from, folder), relative(to, folder));
    // The names of both are one when their ends are: it is the way there that was misspelt.
    let end = |path: &str| path.rsplit('/').take(3).map(str::to_owned).collect::<Vec<_>>();
    let same_name = from.rsplit('/').next() == Some(name);
    if (end(&was) == end(&becomes) && end(&was).len() == 3) || (same_name && known.is_ambiguous(name, from)) {
        return None;
    }
    Some(Remedy {
        kind: RemedyKind::Path,
        was,
        becomes,
        travels: false,
    })
}

/// Names that stand in many folders: they say nothing about which one is meant.
const COMMON: &[&str] = &[
    "mod.rs",
    "lib.rs",
    "main.rs",
    "main.go",
    "main.py",
    "index.ts",
    "index.tsx",
    "index.js",
    "index.html",
    "index.md",
    "readme.md",
    "skill.md",
    "claude.md",
    "agents.md",
    "package.json",
    "cargo.toml",
    "go.mod",
    "__init__.py",
    "makefile",
    "dockerfile",
    "config.json",
    "config.yaml",
    "config.yml",
    "config.toml",
    "config.ts",
    "types.ts",
    "utils.ts",
    "types.go",
    "utils.go",
    "doc.go",
    "tests",
    "test",
    "src",
    "lib",
    "docs",
    "scripts",
    "settings.json",
    "page.tsx",
    "route.ts",
    "layout.tsx",
    "conftest.py",
    "utils.py",
    "types.py",
    "plugin.json",
    "license",
    "changelog.md",
    "bin",
    "internal",
    "cmd",
    "pkg",
    "app",
    "build",
    "dist",
    "tsconfig.json",
    "styles.css",
    "plan.md",
    "spec.md",
    "design.md",
];

/// Returns the remedy that what was looked for in one place is in another, which need not be alike.
pub(super) fn moved_to(from: &str, to: &str, folder: Option<&str>, known: &Known) -> Option<Remedy> {
    let outside = folder.is_some_and(|folder| to != folder && !known.is_within(to, folder));
    (!outside).then(|| Remedy {
        kind: RemedyKind::Path,
        was: relative(from, folder),
        becomes: relative(to, folder),
        travels: false,
    })
}

/// Returns `path` as seen from `folder`, with `.` and `..` resolved.
pub(super) fn join(folder: Option<&str>, path: &str) -> String {
    let whole = match folder {
        Some(folder) if !is_whole(path) => format!("{}/{path}", folder.trim_end_matches('/')),
        _ => path.to_owned(),
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match part {
            "." => {}
            "" if !parts.is_empty() => {}
            ".." if parts.last().is_some_and(|last| !last.is_empty() && *last != "..") => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

fn is_whole(path: &str) -> bool {
    path.starts_with(['/', '~', '$']) || path.as_bytes().get(1) == Some(&b':')
}

/// Returns `path` as it is written from `folder`, when the two have enough in common; else as it is.
pub(super) fn relative(path: &str, folder: Option<&str>) -> String {
    let Some(folder) = folder else { return path.to_owned() };
    let folder: Vec<&str> = folder.trim_end_matches('/').split('/').collect();
    let parts: Vec<&str> = path.split('/').collect();
    let common = folder.iter().zip(&parts).take_while(|(a, b)| a == b).count();
    if common < 3 || folder.len() - common > 3 {
        return path.to_owned();
    }
    let ups = std::iter::repeat_n("..", folder.len() - common);
    let out: Vec<&str> = ups.chain(parts[common..].iter().copied()).collect();
    if out.is_empty() { ".".to_owned() } else { out.join("/") }
}

/// Returns whether two different paths, from the root, may mean the same thing.
fn paths(one: &str, other: &str) -> bool {
    let (one, other) = (one.trim_end_matches('/'), other.trim_end_matches('/'));
    if one == other || one.is_empty() || other.is_empty() || one.contains(['*', '{']) || other.contains(['*', '{']) {
        return false;
    }
    // Above or below what was meant is another thing.
    if is_inside(one, other) || is_inside(other, one) {
        return false;
    }
    let parts = |path: &str| path.split('/').map(str::to_owned).collect::<Vec<_>>();
    let (a, b) = (parts(one), parts(other));
    let (Some((name_a, folders_a)), Some((name_b, folders_b))) = (a.split_last(), b.split_last()) else {
        return false;
    };
    if name_a == name_b {
        return moved(name_a, folders_a, folders_b);
    }
    if folders_a == folders_b {
        return names(name_a, name_b);
    }
    // `x.rs` that became `x/mod.rs`, or the other way round.
    let stem = |name: &str| {
        name.rsplit_once('.')
            .map_or(name.to_owned(), |(stem, _)| stem.to_owned())
    };
    let folder_of = |name: &str, folders: &[String], other: &[String]| {
        other.len() == folders.len() + 1 && other.starts_with(folders) && other.last() == Some(&stem(name))
    };
    (matches!(name_b.as_str(), "mod.rs" | "index.ts" | "index.tsx" | "index.js")
        && folder_of(name_a, folders_a, folders_b))
        || (matches!(name_a.as_str(), "mod.rs" | "index.ts" | "index.tsx" | "index.js")
            && folder_of(name_b, folders_b, folders_a))
}

fn is_inside(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// Returns whether a name in one folder may be the same name in another: a name of its own in a project that has moved
/// it, a common one only when one place is the other with a folder more or less.
fn moved(name: &str, one: &[String], other: &[String]) -> bool {
    let common_root = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    // Below the home of one person and project, that is: /home/x/project.
    if common_root < 3 {
        return false;
    }
    let (one, other) = (&one[common_root..], &other[common_root..]);
    let tail = one
        .iter()
        .rev()
        .zip(other.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let (one, other) = (&one[..one.len() - tail], &other[..other.len() - tail]);
    if COMMON.contains(&name.to_lowercase().as_str()) {
        // Exactly one folder was put in or left out, or misspelt.
        return tail > 0 && one.len() + other.len() == 1 || matches!((one, other), ([a], [b]) if names(a, b));
    }
    true
}

/// Returns whether one name in a folder may be meant by the other: another extension of the same kind, or a slip of the
/// pen. Names that differ in a number are a row of things.
pub(super) fn names(one: &str, other: &str) -> bool {
    if one == other {
        return false;
    }
    let digits = |name: &str| name.chars().filter(char::is_ascii_digit).collect::<String>();
    if digits(one) != digits(other) {
        return false;
    }
    let split = |name: &str| {
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
        (stem.to_lowercase(), extension.to_lowercase())
    };
    let ((stem_a, end_a), (stem_b, end_b)) = (split(one), split(other));
    if stem_a == stem_b && !stem_a.is_empty() {
        return end_a == end_b
            || KIN
                .iter()
                .any(|kin| kin.contains(&end_a.as_str()) && kin.contains(&end_b.as_str()));
    }
    let plain = |stem: &str| stem.replace(['-', '_'], "");
    if end_a == end_b && plain(&stem_a) == plain(&stem_b) {
        return true;
    }
    let length = stem_a.chars().count().min(stem_b.chars().count());
    end_a == end_b && length >= 5 && distance(&stem_a, &stem_b) <= if length >= 9 { 2 } else { 1 }
}

/// Extensions under which one thing may go; no extension is one of them for scripts and notes.
const KIN: &[&[&str]] = &[
    &["yml", "yaml"],
    &["ts", "tsx", "js", "jsx", "mjs", "cjs", "mts", "cts"],
    &["json", "jsonc", "json5", "jsonl", "toml", "yaml", "yml"],
    &["md", "mdx", "markdown", "txt", "rst", ""],
    &["sh", "bash", "zsh", "py", ""],
    &["jpg", "jpeg", "png", "webp", "svg"],
    &["h", "hpp", "hh"],
    &["c", "cc", "cpp", "cxx"],
    &["htm", "html"],
    &["css", "scss", "less"],
];

/// Returns the number of characters that have to be put in, left out or changed.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.chars().enumerate() {
        let mut corner = i;
        row[0] = i + 1;
        for (j, b) in other.iter().enumerate() {
            let here = (corner + usize::from(a != *b)).min(row[j] + 1).min(row[j + 1] + 1);
            corner = row[j + 1];
            row[j + 1] = here;
        }
    }
    row[other.len()]
}

/// Returns whether one name of a task, script or branch may be meant by the other: one holds the other whole, at a
/// border, or it is a slip of the pen.
pub(super) fn labels(one: &str, other: &str) -> bool {
    let holds = |long: &str, short: &str| {
        short.len() >= 3
            && (long
                .strip_suffix(short)
                .is_some_and(|rest| rest.ends_with(['/', ':', '-', '_', '.']))
                || long
                    .strip_prefix(short)
                    .is_some_and(|rest| rest.starts_with([':', '-', '_', '.'])))
    };
    one != other && (holds(one, other) || holds(other, one) || names(one, other))
}

/// Returns whether a path is gone tomorrow, or differs from machine to machine or run to run.
pub(super) fn is_passing(path: &str) -> bool {
    const STARTS: &[&str] = &[
        "/tmp/",
        "/private/tmp/",
        "/var/folders/",
        "/private/var/",
        "/proc/",
        "/dev/",
    ];
    const PARTS: &[&str] = &["/Temp/", "/.cache/"];
    let long_number = path.split(|c: char| !c.is_ascii_alphanumeric()).any(|run| {
        let digits = run.chars().filter(char::is_ascii_digit).count();
        digits >= 6 || (run.len() >= 8 && digits >= 2 && run.chars().all(|c| c.is_ascii_hexdigit()))
    });
    long_number
        || path.contains(['$', '`', '<'])
        || STARTS.iter().any(|start| path.starts_with(start))
        || PARTS.iter().any(|part| path.contains(part))
}
