//! What one simple command of a command line is for, seen through everything that merely runs it.

use std::path::Path;

use super::lex::{self, Link, Simple, Word};
use super::roles;
use super::tables::{self, Through};
use crate::domain::failure::Goal;

/// Deepest nesting of shells inside shells that is looked into.
const DEEPEST: usize = 4;

/// Most operands that a goal keeps.
const TARGETS: usize = 4;

/// Most simple commands of one command line that are looked at: what is longer is data, not a call.
const SEGMENTS: usize = 256;

/// Most assignments before one program that are looked at.
const ASSIGNMENTS: usize = 32;

/// A simple command with its goal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// Its source text.
    pub text: String,
    /// Its words as they were typed, quotes and all, without redirections and words of the shell's grammar.
    pub typed: String,
    /// What it is for; nothing for `cd`, `export`, `echo` and other commands that only prepare or report.
    pub goal: Option<Goal>,
    /// The first word as written, such as `./run.sh`: what a shell names when it cannot find it.
    pub word: String,
    /// Every word after the program, flags too.
    pub arguments: Vec<String>,
    /// What follows it.
    pub link: Link,
    /// Its error output goes to `/dev/null`.
    pub silenced: bool,
    /// Its place in the chain of `;`, newlines and `&`: segments of one statement share a number.
    pub statement: usize,
}

impl Segment {
    /// Returns whether its exit status answers a question.
    #[must_use]
    pub fn is_probe(&self) -> bool {
        let Some(goal) = &self.goal else {
            return matches!(
                self.word.as_str(),
                "test" | "[" | "[[" | "type" | "hash" | "command" | "false" | "read"
            );
        };
        roles::PROBES.iter().any(|(program, words)| {
            *program == goal.program
                && words.iter().enumerate().all(|(at, word)| {
                    (at == 0 && goal.subcommand == *word) || self.arguments.iter().any(|given| given == word)
                })
        })
    }

    /// Returns whether it only shows what is there.
    #[must_use]
    pub fn is_viewer(&self) -> bool {
        self.goal
            .as_ref()
            .is_none_or(|goal| roles::holds(roles::VIEWERS, &goal.program, &goal.subcommand))
    }

    /// Returns whether it tests, builds or lints.
    #[must_use]
    pub fn is_checker(&self) -> bool {
        self.goal
            .as_ref()
            .is_some_and(|goal| roles::holds(roles::CHECKERS, &goal.program, &goal.subcommand))
    }
}

/// Returns the simple commands of `command`, those of `bash -c '…'` and of `x=$(…)` in place of it.
#[must_use]
pub fn segments(command: &str) -> Vec<Segment> {
    let mut out = Vec::new();
    let mut exported = Vec::new();
    let mut statement = 0;
    collect(command, 0, &mut exported, &mut statement, &mut out);
    out
}

fn collect(command: &str, depth: usize, exported: &mut Vec<String>, statement: &mut usize, out: &mut Vec<Segment>) {
    for simple in lex::split(command) {
        if out.len() >= SEGMENTS {
            return;
        }
        let link = simple.link;
        if let Some(inner) = inner_script(&simple).filter(|_| depth < DEEPEST) {
            let before = out.len();
            collect(&inner, depth + 1, exported, statement, out);
            if out.len() > before
                && let Some(last) = out.last_mut()
            {
                last.link = link;
            }
        } else {
            out.push(resolve(&simple, command, exported, *statement));
        }
        if matches!(link, Link::Then | Link::Background) {
            *statement += 1;
        }
    }
}

/// Returns the script that `bash -c '…'`, or an assignment from `$(…)` alone, runs.
fn inner_script(simple: &Simple<'_>) -> Option<String> {
    if let [only] = simple.words.as_slice()
        && is_assignment(&only.text)
    {
        let (_, value) = only.text.split_once('=')?;
        return Some(value.strip_prefix("$(")?.strip_suffix(')')?.to_owned());
    }
    let mut words = simple.words.as_slice();
    loop {
        words = skip_assignments(words);
        let name = base_name(&words.first()?.text);
        if tables::SHELLS.contains(&name) {
            let flag = words
                .iter()
                .skip(1)
                .position(|word| word.text.starts_with('-') && word.text.ends_with('c'))?;
            return words.get(flag + 2).map(|word| word.text.clone());
        }
        words = look_through_once(words)?;
    }
}

/// Returns the segment of one simple command; `export` adds to `exported`, which reaches later ones.
fn resolve(simple: &Simple<'_>, source: &str, exported: &mut Vec<String>, statement: usize) -> Segment {
    let mut words = simple.words.as_slice();
    while let Some(first) = words.first()
        && !first.quoted
        && tables::KEYWORDS.contains(&first.text.as_str())
    {
        words = &words[1..];
    }
    let word = skip_assignments(words)
        .first()
        .map_or_else(String::new, |word| word.text.clone());
    if word == "export" {
        exported.extend(
            words
                .iter()
                .filter(|word| is_assignment(&word.text))
                .map(|word| word.text.clone()),
        );
    }
    let (goal, arguments) = goal_of(words, exported);
    Segment {
        text: simple.text.to_owned(),
        typed: typed(words, source),
        goal,
        word,
        arguments,
        link: simple.link,
        silenced: simple.silenced,
        statement,
    }
}

fn typed(words: &[Word], source: &str) -> String {
    let words: Vec<&str> = words.iter().filter_map(|word| source.get(word.place.clone())).collect();
    words.join(" ")
}

/// Returns the goal of a simple command and every word after its program.
fn goal_of(words: &[Word], exported: &[String]) -> (Option<Goal>, Vec<String>) {
    let mut env: Vec<String> = exported.to_vec();
    let mut words = words;
    loop {
        while let Some(first) = words.first()
            && is_assignment(&first.text)
        {
            env.push(first.text.clone());
            words = &words[1..];
        }
        match look_through_once(words) {
            Some(inner) if !inner.is_empty() => words = inner,
            _ => break,
        }
    }
    let Some((first, rest)) = words.split_first() else {
        return (None, Vec::new());
    };
    let mut program = base_name(&first.text).to_owned();
    let mut rest: Vec<&str> = rest.iter().map(|word| word.text.as_str()).collect();
    let arguments = rest.iter().map(|word| (*word).to_owned()).collect();
    let is_bare_setup =
        tables::SETUP.contains(&program.as_str()) && !(program == "command" && rest.first() == Some(&"-v"));
    if program.is_empty() || is_bare_setup {
        return (None, arguments);
    }
    if tables::PYTHONS.contains(&program.as_str())
        && let ["-m", module, ..] = rest.as_slice()
    {
        (*module).clone_into(&mut program);
        rest.drain(..2);
    } else if Path::new(&program)
        .extension()
        .is_some_and(|extension| extension == "py")
    {
        rest.insert(0, &first.text);
        "python".clone_into(&mut program);
    }
    let subcommand = take_subcommand(&program, &mut rest);
    let goal = Goal {
        env: mattering(&env),
        program,
        subcommand,
        targets: targets(&rest),
    };
    (Some(goal), arguments)
}

/// Returns the words behind a program that only runs another, or nothing when the first is none.
fn look_through_once(words: &[Word]) -> Option<&[Word]> {
    let name = base_name(&words.first()?.text);
    let matches = |through: &&Through| {
        through.head.first() == Some(&name)
            && through.head[1..]
                .iter()
                .zip(words[1..].iter().map(|word| word.text.as_str()))
                .filter(|(a, b)| **a == *b)
                .count()
                == through.head.len() - 1
    };
    let through = tables::THROUGH.iter().find(matches)?;
    if name == "command"
        && words
            .get(1)
            .is_some_and(|word| matches!(word.text.as_str(), "-v" | "-V"))
    {
        return None;
    }
    let rest = &words[through.head.len()..];
    if through.dashes
        && let Some(at) = rest.iter().position(|word| word.text == "--")
    {
        return Some(&rest[at + 1..]);
    }
    let mut at = 0;
    let mut operands = through.operands;
    while let Some(word) = rest.get(at) {
        let text = word.text.as_str();
        if text == "--" {
            return Some(&rest[at + 1..]);
        }
        if through.valued.contains(&text) {
            at += 2;
        } else if text.starts_with('-') {
            at += 1;
        } else if operands > 0 {
            operands -= 1;
            at += 1;
        } else {
            break;
        }
    }
    Some(&rest[at.min(rest.len())..])
}

/// Takes the subcommand, two words of it where the first asks for another, off the front of `rest`.
fn take_subcommand(program: &str, rest: &mut Vec<&str>) -> String {
    let Some(known) = tables::PROGRAMS.iter().find(|known| known.name == program) else {
        return String::new();
    };
    let mut taken: Vec<&str> = Vec::new();
    let mut at = 0;
    while at < rest.len() {
        let word = rest[at];
        if known.valued.contains(&word) {
            at += 2;
        } else if word.starts_with('-') || is_assignment(word) || word.starts_with('+') {
            at += 1;
        } else {
            rest.remove(at);
            taken.push(word);
            let goes_on = taken.len() == 1 && (known.deeper.contains(&word) || known.deeper.contains(&"*"));
            if !goes_on {
                break;
            }
        }
    }
    taken.join(" ")
}

/// Returns what a command works on: its operands, and the values of flags that select.
fn targets(rest: &[&str]) -> Vec<String> {
    let mut targets = Vec::new();
    let mut words = rest.iter();
    let mut only_operands = false;
    while let Some(word) = words.next() {
        if only_operands || !word.starts_with('-') || word.len() == 1 {
            targets.push((*word).to_owned());
        } else if *word == "--" {
            only_operands = true;
        } else if tables::SELECTING.contains(word) {
            targets.extend(words.next().map(|value| (*value).to_owned()));
        } else if let Some((flag, value)) = word.split_once('=') {
            if tables::SELECTING.contains(&flag) {
                targets.push(value.to_owned());
            }
        } else if tables::VALUED.contains(word) {
            words.next();
        }
        if targets.len() == TARGETS {
            break;
        }
    }
    targets
}

/// Returns the assignments that say something about what a command is for, sorted, the last of each name.
fn mattering(env: &[String]) -> Vec<String> {
    let name = |assignment: &str| assignment.split('=').next().unwrap_or("").to_owned();
    let mut kept: Vec<String> = Vec::new();
    for assignment in &env[env.len().saturating_sub(ASSIGNMENTS)..] {
        let name_here = name(assignment);
        kept.retain(|other| name(other) != name_here);
        let is_idle = tables::IDLE_VARIABLES.contains(&name_here.as_str()) || name_here.starts_with("LC_");
        if !is_idle && !assignment.contains("$(") && !assignment.contains('`') {
            kept.push(assignment.clone());
        }
    }
    kept.sort();
    kept
}

fn skip_assignments(words: &[Word]) -> &[Word] {
    let skipped = words.iter().take_while(|word| is_assignment(&word.text)).count();
    &words[skipped..]
}

/// Returns whether `word` is `NAME=…`.
fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    })
}

/// Returns the last part of a path.
pub(super) fn base_name(word: &str) -> &str {
    word.trim_end_matches('/').rsplit('/').next().unwrap_or(word)
}
