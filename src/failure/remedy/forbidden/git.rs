//! What git is told beside its subcommand: settings of one run, and paths whose changes a checkout throws away.

use super::{Why, last_part};

/// Settings that switch a check off or run something, in lower case; the value of some is harmless or not.
const SETTINGS: &[&str] = &[
    "core.hookspath",
    "core.sshcommand",
    "core.fsmonitor",
    "core.askpass",
    "core.gitproxy",
    "commit.gpgsign",
    "tag.gpgsign",
    "http.sslverify",
    "http.proxy",
    "http.extraheader",
    "safe.directory",
    "protocol.ext.allow",
    "credential.",
    "url.",
    "alias.",
    "filter.",
    "diff.external",
    "uploadpack.",
    "receive.",
];

/// Files without an end, and folders, that operands of a checkout name.
const PATHS: &[&str] = &[
    "Makefile",
    "Dockerfile",
    "Gemfile",
    "Rakefile",
    "Justfile",
    "justfile",
    "LICENSE",
    "README",
    "src",
    "lib",
    "libs",
    "test",
    "tests",
    "docs",
    "doc",
    "cmd",
    "pkg",
    "internal",
    "app",
    "apps",
    "packages",
    "scripts",
    "crates",
    "include",
];

/// Flags of a checkout that make or name a branch; what stands behind them are revisions.
const BRANCHING: &[&str] = &["-b", "--orphan", "-t", "--track", "--detach", "-d"];

/// Returns why git's words before the subcommand, or the operands of a checkout, are never told.
pub(super) fn told(arguments: &[String]) -> Option<Why> {
    let mut words = arguments.iter().map(String::as_str);
    while let Some(word) = words.next() {
        let setting = match word {
            "-c" | "--config-env" => words.next().unwrap_or_default(),
            "-C" | "--git-dir" | "--work-tree" | "--namespace" => {
                words.next();
                continue;
            }
            _ => word
                .strip_prefix("-c")
                .or_else(|| word.strip_prefix("--config-env="))
                .unwrap_or_default(),
        };
        let setting = setting.to_lowercase();
        if SETTINGS.iter().any(|name| setting.starts_with(name)) {
            return Some(Why::Disables);
        }
        if word.starts_with("--exec-path=") {
            return Some(Why::Overreaches);
        }
        if !word.starts_with('-') {
            let rest: Vec<&str> = words.collect();
            return (word == "checkout" && checks_out_paths(&rest)).then_some(Why::Destroys);
        }
    }
    None
}

/// Returns whether a checkout names a path, whose changes it would throw away, or moves a branch.
fn checks_out_paths(rest: &[&str]) -> bool {
    let branches = rest.iter().any(|word| BRANCHING.contains(word));
    let throws = |word: &&str| {
        matches!(*word, "--" | "-p" | "--patch" | "-B" | "-m" | "--merge") || word.starts_with("--pathspec")
    };
    let operands = rest.iter().filter(|word| !word.starts_with('-'));
    rest.iter().any(throws) || !branches && (operands.clone().count() > 1 || operands.clone().any(|word| is_path(word)))
}

/// Returns whether an operand has the form of a path: a branch has no end of a file, and begins with no folder of code.
fn is_path(word: &str) -> bool {
    let name = last_part(word);
    let has_end = name.rsplit_once('.').is_some_and(|(_, end)| {
        (1..=5).contains(&end.len())
            && end.starts_with(|c: char| c.is_ascii_alphabetic())
            && end.bytes().all(|b| b.is_ascii_alphanumeric())
    });
    let first = word.split('/').next().unwrap_or(word);
    has_end
        || name.starts_with('.')
        || word.ends_with('/')
        || word.starts_with(['.', ':', '/', '~'])
        || word.contains('*')
        || PATHS.contains(&name)
        || PATHS.contains(&first)
}
