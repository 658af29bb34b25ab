//! What one call shows about the repository that it ran in.
//!
//! Sessions mention many repositories: forks, dependencies, others' pull requests, clones beside. So a call counts
//! only when it ran in the repository's own folder, asked git (or the forge's command) about that repository, and got
//! an answer of the shape that this question has.

use super::FactKind;
use super::files::distinctive;
use super::trees::is_below;
use crate::domain::trace::{CallEnd, Flag, ToolKind};
use crate::git::fold;

/// Most files taken from one call's output: a listing of everything says no more than its beginning.
const MOST_FILES: usize = 64;

/// What a call showed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sight {
    /// Facts; see [`FactKind`] for their values.
    pub facts: Vec<(FactKind, String)>,
    /// Distinctive files, relative to the root.
    pub files: Vec<String>,
}

/// Returns what a call that ran in `cwd` showed about the repository at `root`.
#[must_use]
pub fn sight(root: &str, cwd: &str, end: &CallEnd) -> Sight {
    let mut sight = Sight::default();
    let call = &end.call;
    if !is_below(cwd, root) {
        return sight;
    }
    match call.kind {
        ToolKind::Edit | ToolKind::Read if end.flag != Flag::Failure => {
            sight
                .files
                .extend(call.file.as_deref().and_then(|file| relative(root, cwd, file)));
        }
        ToolKind::Search
            if call
                .file
                .as_deref()
                .is_none_or(|path| relative(root, cwd, path).is_some()) =>
        {
            sight.take_files(root, cwd, lines(end).filter_map(found_file));
        }
        ToolKind::Shell => {
            let command = call.command.as_deref().unwrap_or_default();
            let parts: Vec<Vec<&str>> = invocations(command).collect();
            if stays(&parts, root, cwd) {
                sight.take_facts(cwd, &parts, end);
                if parts.iter().any(|words| lists_files(words)) {
                    sight.take_files(root, cwd, lines(end).filter_map(listed_file));
                }
            }
        }
        _ => {}
    }
    sight.files.retain(|file| distinctive(file));
    sight.files.sort();
    sight.files.dedup();
    sight
}

impl Sight {
    fn take_files<'a>(&mut self, root: &str, cwd: &str, found: impl Iterator<Item = &'a str>) {
        let files = found.filter_map(|file| relative(root, cwd, file));
        self.files
            .extend(files.filter(|file| distinctive(file)).take(MOST_FILES));
    }

    fn take_facts(&mut self, cwd: &str, parts: &[Vec<&str>], end: &CallEnd) {
        for words in parts {
            let (facts, arguments) = match words[..] {
                ["git", "push", ref rest @ ..] => (reached("To ", rest, end), None),
                ["git", "fetch" | "pull", ref rest @ ..] => (reached("From ", rest, end), None),
                ["git", "remote", ref rest @ ..] => (listed(rest, end), None),
                ["git", "config", ref rest @ ..] if rest.contains(&"remote.origin.url") => (address_lines(end), None),
                ["git", "worktree", "list", ..] => (trees(end), None),
                ["git", "worktree", "add", ref rest @ ..] => (Vec::new(), Some((FactKind::Tree, rest))),
                ["git", "clone", ref rest @ ..] => (Vec::new(), Some((FactKind::Cloned, rest))),
                ["gh", "pr", "create" | "view", ref rest @ ..] | ["glab", "mr", "create" | "view", ref rest @ ..] => {
                    (pull_request(rest, end), None)
                }
                _ => (Vec::new(), None),
            };
            self.facts.extend(facts);
            self.facts.extend(match arguments {
                Some((FactKind::Tree, rest)) => added_tree(cwd, rest, end),
                Some((_, rest)) => cloned(cwd, rest, end),
                None => None,
            });
        }
        self.facts.sort();
        self.facts.dedup();
    }
}

/// Splits a command line at its operators into the words of each invocation. Quotes are not looked at: what is wrongly
/// split is no question to git with an answer of the right shape.
fn invocations(command: &str) -> impl Iterator<Item = Vec<&str>> {
    command
        .split([';', '&', '|', '\n', '(', ')'])
        .map(|part| {
            part.split_whitespace()
                .skip_while(|word| is_assignment(word))
                .collect::<Vec<_>>()
        })
        .filter(|words| !words.is_empty())
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=')
        .is_some_and(|(name, _)| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'))
}

/// Returns whether a command runs in the folder that the call ran in: it goes nowhere else, on this machine or another.
fn stays(parts: &[Vec<&str>], root: &str, cwd: &str) -> bool {
    parts.iter().all(|words| match words[..] {
        ["cd", folder, ..] => {
            let folder = joined(cwd, folder.trim_matches(['"', '\'']));
            folder == root || folder == cwd
        }
        ["cd" | "pushd" | "popd" | "ssh" | "docker" | "podman" | "kubectl", ..] => false,
        ["git", ..] => {
            let other =
                |word: &&&str| **word == "-C" || word.starts_with("--git-dir") || word.starts_with("--work-tree");
            !words.iter().take(4).any(|word| other(&word)) && !words.contains(&"--no-index")
        }
        _ => true,
    }) && !parts.iter().flatten().any(|word| word.starts_with("GIT_DIR="))
}

fn lines(end: &CallEnd) -> impl Iterator<Item = &str> {
    end.output.head.lines().chain(end.output.tail.lines())
}

/// Returns the words that are no options; an option in `valued` takes the word after it along.
fn operands<'a>(words: &[&'a str], valued: &[&str]) -> Vec<&'a str> {
    let mut skip = false;
    let mut found = Vec::new();
    for word in words {
        if std::mem::take(&mut skip) || word.contains('>') {
            continue;
        }
        if word.starts_with('-') {
            skip = valued.contains(word);
        } else {
            found.push(*word);
        }
    }
    found
}

/// The remote that a push or fetch names, when its target is the usual one.
fn reached(prefix: &str, words: &[&str], end: &CallEnd) -> Vec<(FactKind, String)> {
    let several = words
        .iter()
        .any(|word| matches!(*word, "--all" | "--multiple" | "--repo"));
    let target = operands(words, &["-o", "--push-option", "--depth", "-j"])
        .first()
        .copied();
    if several && prefix == "From " || target.is_some_and(|target| target != "origin") {
        return Vec::new();
    }
    let Some(remote) = only(lines(end).filter_map(|line| fold(line.strip_prefix(prefix)?))) else {
        return Vec::new();
    };
    let moved = lines(end)
        .skip_while(|line| !line.starts_with("remote: This repository moved."))
        .nth(1)
        .and_then(|line| fold(line.strip_prefix("remote:")?))
        .filter(|new| *new != remote)
        .map(|new| (FactKind::Moved, format!("{remote}\t{new}")));
    [(FactKind::Reached, remote)].into_iter().chain(moved).collect()
}

/// The remotes as `git remote -v`, `show` or `get-url` lists them.
fn listed(words: &[&str], end: &CallEnd) -> Vec<(FactKind, String)> {
    match operands(words, &[])[..] {
        ["get-url" | "show", "origin", ..] => address_lines(end),
        ["get-url" | "add" | "set-url" | "rename" | "remove" | "rm", ..] => Vec::new(),
        _ => {
            let named: Vec<(&str, String)> = lines(end)
                .filter_map(|line| {
                    let (name, rest) = line.split_once('\t')?;
                    Some((name, fold(rest.split_once(" (fetch)")?.0)?))
                })
                .collect();
            let wanted = ["origin", "upstream"]
                .iter()
                .find_map(|wanted| named.iter().find(|(name, _)| name == wanted));
            let alone = named.first().filter(|_| named.len() == 1);
            wanted
                .or(alone)
                .map(|(_, remote)| (FactKind::Listed, remote.clone()))
                .into_iter()
                .collect()
        }
    }
}

/// The one address that stands alone on a line, or behind `Fetch URL:`.
fn address_lines(end: &CallEnd) -> Vec<(FactKind, String)> {
    let addresses = lines(end).map(str::trim).filter_map(|line| {
        let address = line.strip_prefix("Fetch URL:").unwrap_or(line).trim();
        let is_address = address.contains("://") || address.starts_with("git@");
        (is_address && !address.contains(char::is_whitespace)).then(|| fold(address))?
    });
    only(addresses)
        .map(|remote| (FactKind::Listed, remote))
        .into_iter()
        .collect()
}

/// The repository of the pull request of this branch, when no other one was asked for.
fn pull_request(words: &[&str], end: &CallEnd) -> Vec<(FactKind, String)> {
    let asks_elsewhere = |word: &&str| word.starts_with("-R") || word.starts_with("--repo") || word.contains("://");
    if words.iter().any(asks_elsewhere) {
        return Vec::new();
    }
    let urls = lines(end).filter_map(|line| {
        let line = line.trim();
        let url = match line.split_once("\"url\":\"") {
            Some((_, rest)) => rest.split('"').next()?,
            None => line.strip_prefix("url:").unwrap_or(line).trim(),
        };
        let (repository, number) = url
            .split_once("/-/merge_requests/")
            .or_else(|| url.split_once("/pull/"))?;
        let is_request = url.starts_with("https://") && number.bytes().all(|byte| byte.is_ascii_digit());
        is_request.then(|| fold(repository))?
    });
    only(urls)
        .map(|remote| (FactKind::PullRequest, remote))
        .into_iter()
        .collect()
}

/// The paths that `git worktree list` prints: path, commit, branch in brackets.
fn trees(end: &CallEnd) -> Vec<(FactKind, String)> {
    lines(end)
        .filter_map(|line| {
            let (path, rest) = line.split_once("  ").or_else(|| line.rsplit_once(" ("))?;
            let is_tree = path.starts_with('/') && rest.trim_end().ends_with([']', ')']);
            is_tree.then(|| (FactKind::Tree, path.to_owned()))
        })
        .collect()
}

fn added_tree(cwd: &str, words: &[&str], end: &CallEnd) -> Option<(FactKind, String)> {
    let path = operands(words, &["-b", "-B", "--reason", "--orphan"])
        .first()
        .copied()?;
    let done = lines(end).any(|line| line.starts_with("Preparing worktree") || line.starts_with("HEAD is now at"));
    done.then(|| (FactKind::Tree, joined(cwd, path.trim_matches(['"', '\'']))))
}

fn cloned(cwd: &str, words: &[&str], end: &CallEnd) -> Option<(FactKind, String)> {
    let remote = words.iter().find_map(|word| fold(word))?;
    let folder = lines(end).find_map(|line| line.strip_prefix("Cloning into '")?.strip_suffix("'..."))?;
    (end.flag != Flag::Failure).then(|| (FactKind::Cloned, format!("{}\t{remote}", joined(cwd, folder))))
}

/// Returns the value that all agree on; nothing when there is none or they differ.
fn only(mut values: impl Iterator<Item = String>) -> Option<String> {
    let first = values.next()?;
    values.all(|value| value == first).then_some(first)
}

/// Commands of git whose output lists files of its own repository.
const LISTING: &[&str] = &[
    "status",
    "diff",
    "show",
    "log",
    "ls-files",
    "commit",
    "stash",
    "merge",
    "pull",
    "rebase",
    "cherry-pick",
    "grep",
];

fn lists_files(words: &[&str]) -> bool {
    matches!(words[..], ["git", ref rest @ ..] if operands(rest, &[]).first().is_some_and(|word| LISTING.contains(word)))
}

/// Returns the file that a line of git's names: of a diff's head, of a summary with a bar, of a status in its long and
/// its short form, or of a plain list. A line of a diff's body names nothing.
fn listed_file(line: &str) -> Option<&str> {
    if let Some(rest) = line.strip_prefix("diff --git a/") {
        return as_path(rest.split_once(" b/")?.0);
    }
    if let Some((path, bar)) = line.split_once(" | ") {
        return bar
            .trim_start()
            .starts_with(|c: char| c.is_ascii_digit())
            .then(|| as_path(path.trim()))?;
    }
    if line.starts_with('\t') || line.starts_with(" create mode ") || line.starts_with(" delete mode ") {
        return as_path(line.split_whitespace().next_back()?);
    }
    if let Some((_, path)) = line.rsplit_once('\t') {
        return as_path(path);
    }
    match line.as_bytes() {
        [
            b' ' | b'M' | b'A' | b'D' | b'R' | b'?',
            b' ' | b'M' | b'A' | b'D' | b'?',
            b' ',
            ..,
        ] => as_path(&line[3..]),
        _ => as_path(line),
    }
}

/// Returns the file that a line of a search names: alone, or before a line number or text.
fn found_file(line: &str) -> Option<&str> {
    as_path(line.split(':').next()?)
}

/// Returns `text` if it is a path with a folder and an extension, and nothing else.
fn as_path(text: &str) -> Option<&str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-+@[]".contains(&byte) || !byte.is_ascii();
    let (_, name) = text.rsplit_once('/')?;
    let has_extension = name
        .rsplit_once('.')
        .is_some_and(|(stem, end)| !stem.is_empty() && !end.is_empty());
    (has_extension && text.bytes().all(plain)).then_some(text)
}

/// Returns a file's path below the root; nothing when it lies elsewhere.
fn relative(root: &str, cwd: &str, file: &str) -> Option<String> {
    let path = joined(cwd, file);
    let below = path.strip_prefix(root)?;
    Some(below.strip_prefix('/')?.to_owned()).filter(|below| !below.is_empty())
}

/// Returns `path` as seen from `cwd`, without `.` and `..`.
fn joined(cwd: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let start = if path.starts_with('/') { "" } else { cwd };
    for part in start.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

#[cfg(test)]
mod tests;
