//! A file that was found by looking into the folder in which another one was missing.
//!
//! Names that are not alike may still be meant for each other: an agent that misses `agent.go`, lists the folder and then
//! reads `claude.go` there has found what it wanted. Only the very next thing that it reads counts, and only when it had
//! not read that before.

use super::alike;
use super::input::{self, Input};
use super::learn::{Lesson, NEAR, later};
use super::story::{Step, StepKind, Story};
use crate::domain::lesson::{Remedy, RemedyKind};
use crate::domain::trace::ToolKind;

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Found {
    /// The place of the step that read it.
    pub(super) using: usize,
    /// What it says.
    pub(super) remedy: Remedy,
}

impl Found {
    /// Returns it as a lesson of the failing step.
    pub(super) fn lesson(&self, failing: usize) -> Lesson {
        Lesson {
            failing,
            using: self.using,
            remedy: self.remedy.clone(),
            of_kind: false,
            worked: true,
        }
    }
}

/// Programs that show a file.
const READING: &[&str] = &["cat", "bat", "head", "tail", "sed", "nl", "less", "more"];

/// Programs that tell which files are there.
const LISTING: &[&str] = &["ls", "find", "fd", "rg", "grep", "tree", "eza", "git ls-files"];

/// Returns the file that was read instead of a missing operand of a simple command that reads.
pub(super) fn instead_of_operand(story: &Story, at: usize, was: &Input, headline: &str) -> Option<Found> {
    let missing = files(was)
        .into_iter()
        .find(|file| file.rsplit('/').next().is_some_and(|name| headline.contains(name)))?;
    beside(story, at, &missing)
}

/// Returns the file that was read instead of a missing one, given from the root.
pub(super) fn beside(story: &Story, at: usize, missing: &str) -> Option<Found> {
    let (folder, name) = missing.rsplit_once('/')?;
    let written = |step: &Step| step.edits() && whole(step).as_deref() == Some(missing);
    if alike::is_passing(missing) || story.steps[at + 1..].iter().any(written) {
        return None;
    }
    let mut listed = false;
    for (_, index, step) in later(story, at).take_while(|(calls, ..)| *calls <= NEAR) {
        if step.edits() {
            return None;
        }
        let read = read(step);
        if listed && !read.is_empty() {
            let [found] = read.as_slice() else { return None };
            let (place, other) = found.rsplit_once('/')?;
            let was_known = story.steps[..at].iter().any(|step| self::read(step).contains(found));
            let is_it = step.good && place == folder && other != name && may_be(name, other, folder) && !was_known;
            let from = story.steps[at].folder.as_deref();
            return is_it.then(|| Found {
                using: index,
                remedy: Remedy {
                    kind: RemedyKind::Path,
                    was: alike::relative(missing, from),
                    becomes: alike::relative(found, from),
                    travels: false,
                },
            });
        }
        listed |= step.good && looks_into(step, folder);
    }
    None
}

fn whole(step: &Step) -> Option<String> {
    step.file
        .as_deref()
        .map(|file| alike::join(step.folder.as_deref(), file))
}

/// Returns the files that a step shows, from the root.
fn read(step: &Step) -> Vec<String> {
    match step.tool_kind {
        ToolKind::Read => whole(step).into_iter().collect(),
        ToolKind::Shell if step.kind == StepKind::Call => input::of(step).iter().flat_map(files).collect(),
        _ => Vec::new(),
    }
}

/// Returns the operands of a command that shows files: words with an extension and no blank.
fn files(input: &Input) -> Vec<String> {
    if !READING.contains(&input.goal.program.as_str()) {
        return Vec::new();
    }
    let has_extension = |word: &&String| {
        let name = input::base(word);
        !word.starts_with('-')
            && !word.contains([' ', '*', '$', ',', '{'])
            && name.rsplit_once('.').is_some_and(|(stem, end)| {
                !stem.is_empty() && !end.is_empty() && end.chars().all(char::is_alphanumeric)
            })
    };
    let words = input.words.iter().skip(1).filter(has_extension);
    words.map(|word| alike::join(input.folder.as_deref(), word)).collect()
}

/// Returns whether a step tells which files are in a folder: it lists or searches it, or names it.
fn looks_into(step: &Step, folder: &str) -> bool {
    let name = input::base(folder);
    match step.tool_kind {
        ToolKind::Search => {
            let place = whole(step).or_else(|| step.folder.clone());
            place.is_some_and(|place| place == folder || place.starts_with(&format!("{folder}/")))
                || step.input.contains(name)
        }
        ToolKind::Shell => input::of(step).iter().any(|input| {
            LISTING
                .iter()
                .any(|one| *one == input.goal.program || *one == input.goal.head())
                && (input.folder.as_deref() == Some(folder) || input.words.iter().any(|word| word.contains(name)))
        }),
        _ => false,
    }
}

/// Names that stand beside anything.
const ANYWHERE: &[&str] = &[
    "common",
    "util",
    "utils",
    "helper",
    "helpers",
    "types",
    "doc",
    "main",
    "index",
    "base",
    "core",
    "const",
    "constants",
    "errors",
];

/// Shortest part of a name that says something.
const SAYS: usize = 3;

/// Returns whether one name in a folder may have been meant by the other: of one extension, both tests or neither, no two
/// numbers of a row; and it has a part of the other's name or of the folder's, or the other is the folder's own name, as
/// what a package is looked for under.
fn may_be(missing: &str, found: &str, folder: &str) -> bool {
    let split = |name: &str| {
        name.rsplit_once('.')
            .map(|(stem, end)| (stem.to_lowercase(), end.to_owned()))
    };
    let (Some((a, end_a)), Some((b, end_b))) = (split(missing), split(found)) else {
        return false;
    };
    let test = |stem: &str| {
        let end = ["_test", ".test", "_spec", ".spec"];
        end.iter().find_map(|end| stem.strip_suffix(end)).map(str::to_owned)
    };
    let digits = |stem: &str| stem.chars().filter(char::is_ascii_digit).collect::<String>();
    if end_a != end_b || test(&a).is_some() != test(&b).is_some() || digits(&a) != digits(&b) {
        return false;
    }
    let (a, b) = (test(&a).unwrap_or(a), test(&b).unwrap_or(b));
    let folder = input::base(folder).to_lowercase();
    let holds = |long: &str, short: &str| short.len() >= SAYS && long.contains(short);
    let begin = a.chars().zip(b.chars()).take_while(|(one, other)| one == other).count();
    a == folder
        || holds(&b, &folder)
        || holds(&folder, &b)
        || holds(&b, &a)
        || holds(&a, &b)
        || begin > SAYS && !are_siblings(&a, &b) && !ANYWHERE.contains(&b.as_str())
}

/// Returns whether two names are of one family, each with a part of its own: `commit_rewind` and `commit_hooks`.
fn are_siblings(one: &str, other: &str) -> bool {
    let parts = |name: &str| name.split(['_', '-', '.']).map(str::to_owned).collect::<Vec<_>>();
    let (one, other) = (parts(one), parts(other));
    one.iter().any(|part| other.contains(part))
        && one.iter().any(|part| !other.contains(part))
        && other.iter().any(|part| !one.contains(part))
}
