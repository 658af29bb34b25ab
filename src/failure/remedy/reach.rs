//! Whether a later simple command reached the goal of a failing one, and by which difference.

use std::collections::BTreeSet;

use super::alike::{self, Known};
use super::fault::Fault;
use super::input::{self, Input, base, same_program};
use super::wrap;
use crate::domain::lesson::{Remedy, RemedyKind};
use crate::failure::check;

/// What a later simple command is to a failing one.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Reach {
    /// It is for something else.
    No,
    /// It is the same input again.
    Same,
    /// It is for the same, in another way.
    Differs(Remedy),
}

/// Most words that a remedy adds or leaves out, where the words themselves were wrong.
const MOST_CHANGES: usize = 6;

/// Compares a later simple command with the failing one, in the terms of its class.
pub(super) fn compare(fault: &Fault, headline: &str, was: &Input, now: &Input, known: &Known) -> Reach {
    if was.is_same(now) {
        return Reach::Same;
    }
    if !now.typed.is_ascii() && now.typed.chars().any(char::is_control) {
        return Reach::No;
    }
    let remedy = match fault {
        Fault::Denied | Fault::Transient | Fault::Verdict => None,
        // Of the words of a loop nobody says which one was missing, and which one is there.
        Fault::Path | Fault::Name if was.looped || now.looped => None,
        // What only limits a program is left out of the same command, or another such program is put in its place.
        Fault::Program(name) if input::is_idle(name) && !now.words.first().is_some_and(|word| input::is_idle(word)) => {
            None
        }
        Fault::Program(name) => program(name, was, now),
        Fault::Usage => usage(headline, was, now),
        Fault::Path => path(headline, was, now, known),
        Fault::Name => name(headline, was, now),
        Fault::Cache => cache(was, now),
        Fault::Module => launch(was, now, true, false),
        Fault::Launch => launch(was, now, false, fault.holds_for_any_target(headline)),
        Fault::Other => other(was, now),
    };
    let remedy = remedy.or_else(|| {
        let wrapped = wrap::differs(fault, was, now);
        wrapped.then(|| changed(was, now, *fault != Fault::Launch)).flatten()
    });
    remedy.map_or(Reach::No, Reach::Differs)
}

fn changed(was: &Input, now: &Input, travels: bool) -> Option<Remedy> {
    if was.carries_text() || now.carries_text() {
        return None;
    }
    Some(Remedy {
        kind: RemedyKind::Changed,
        was: was.text(None),
        becomes: now.text(Some(was)),
        travels: travels && is_free(now) && was.folder == now.folder,
    })
}

fn same_head(was: &Input, now: &Input) -> bool {
    same_program(&was.goal.program, &now.goal.program) && was.goal.subcommand == now.goal.subcommand
}

/// A program that was not there is called in another way, whatever it works on.
fn program(name: &str, was: &Input, now: &Input) -> Option<Remedy> {
    let is_called_alike = was.calling() == now.calling() && was.before == now.before;
    let by_place = name.contains('/') || was.words.first().is_some_and(|word| word.contains('/'));
    if !same_head(was, now) || (is_called_alike && !(by_place && was.folder != now.folder)) {
        return None;
    }
    // A runner that is missing is left out; what it ran is the same.
    if name != was.goal.program && now.words.iter().any(|word| base(word) == name) && was.before == now.before {
        return None;
    }
    let plain = |input: &Input| {
        if input.carries_text() || input.typed.chars().count() > 120 {
            let mut words = input.calling_typed();
            words.extend(
                input
                    .goal
                    .subcommand
                    .split(' ')
                    .filter(|word| !word.is_empty())
                    .map(str::to_owned),
            );
            words.join(" ")
        } else {
            input.typed.clone()
        }
    };
    let added = now.before.iter().filter(|one| !was.before.contains(one)).cloned();
    let mut becomes: Vec<String> = added.collect();
    if by_place && was.folder != now.folder {
        let to = now.folder.as_deref()?;
        becomes.insert(0, format!("cd {}", alike::relative(to, was.folder.as_deref())));
    }
    becomes.push(plain(now));
    Some(Remedy {
        kind: RemedyKind::Changed,
        was: plain(was),
        becomes: becomes.join(" && "),
        travels: is_free(now),
    })
}

/// Words without quotes, taken apart at commas and `=`.
fn parts(input: &Input) -> BTreeSet<String> {
    let cut = |word: &String| word.split(['=', ',']).map(str::to_owned).collect::<Vec<_>>();
    input
        .words
        .iter()
        .flat_map(cut)
        .filter(|part| !part.is_empty())
        .collect()
}

/// A flag or argument was wrong: the same command with others, for the same targets.
fn usage(headline: &str, was: &Input, now: &Input) -> Option<Remedy> {
    if !same_head(was, now) || was.folder != now.folder {
        return None;
    }
    if was.goal.env != now.goal.env {
        return environment(headline, was, now);
    }
    let (before, after) = (parts(was), parts(now));
    let said: BTreeSet<&str> = headline
        .split(|c: char| c.is_whitespace() || "\"'`:,;()[]=<>".contains(c))
        .map(|word| word.trim_end_matches('.'))
        .collect();
    let head: Vec<&str> = was
        .goal
        .subcommand
        .split(' ')
        .chain([was.goal.program.as_str()])
        .collect();
    let is_named = |part: &&String| {
        let bare = part.trim_start_matches('-');
        !head.contains(&part.as_str())
            && (said.contains(part.as_str()) || (!bare.is_empty() && part.starts_with('-') && said.contains(bare)))
    };
    // A bundle of short flags is named by the letter that is wrong.
    let in_bundle = |part: &&String| {
        part.starts_with('-')
            && !part.starts_with("--")
            && said.iter().any(|word| {
                let letter = word.trim_start_matches('-');
                letter.len() == 1 && part.contains(letter)
            })
    };
    let wrong: Vec<&String> = before.iter().filter(|part| is_named(part) || in_bundle(part)).collect();
    let left_out: Vec<&String> = before.difference(&after).collect();
    let added: Vec<&String> = after.difference(&before).collect();
    let is_mended = if wrong.is_empty() {
        added.iter().any(|part| part.starts_with('-'))
    } else {
        wrong.iter().any(|part| left_out.contains(part))
    };
    // Behind the same command of a pipe the same is looked for, in the words that the other option reads.
    let in_pipe = was.fed.is_some() && was.fed == now.fed && takes_pattern(was) && wrong.iter().any(in_bundle);
    let targets = |input: &Input| input.goal.targets[usize::from(in_pipe).min(input.goal.targets.len())..].to_vec();
    // A target more is another question, unless it was a target that was missing.
    let (old, new) = (&targets(was), &targets(now));
    let bare = |input: &Input| -> Vec<String> {
        let words = input.words.iter().filter(|word| !word.starts_with('-'));
        words.cloned().collect()
    };
    let same_targets = old == new
        || bare(was) == bare(now)
        || old.iter().any(|target| new.contains(target))
            && (wrong.is_empty() || new.iter().all(|target| old.contains(target)));
    let is_mere_removal = added.is_empty() && left_out.iter().all(|part| wrong.contains(part));
    if !is_mended
        || left_out.len() + added.len() > MOST_CHANGES
        || !(same_targets || (old.is_empty() && new.is_empty()))
        || (was.looks && added.is_empty() && !is_mere_removal)
    {
        return None;
    }
    changed(was, now, true)
}

/// The value of a variable was wrong: another one for the same variable, and nothing else.
fn environment(headline: &str, was: &Input, now: &Input) -> Option<Remedy> {
    if was.words.len() != now.words.len() || was.before != now.before {
        return None;
    }
    let mut differing = was.words.iter().zip(&now.words).filter(|(one, other)| one != other);
    let (one, other) = differing.next()?;
    let ((name, value), (new_name, _)) = one.split_once('=').zip(other.split_once('='))?;
    let is_named = headline
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .any(|word| word == value);
    let is_variable = was.goal.env.iter().any(|assignment| assignment == one);
    if differing.next().is_some() || name != new_name || !is_named || !is_variable {
        return None;
    }
    changed(was, now, true)
}

/// Variables that say where a program keeps what it can make again.
const CACHES: &[&str] = &[
    "GOCACHE",
    "GOMODCACHE",
    "GOLANGCI_LINT_CACHE",
    "XDG_CACHE_HOME",
    "UV_CACHE_DIR",
    "PIP_CACHE_DIR",
    "RUFF_CACHE_DIR",
    "MYPY_CACHE_DIR",
    "npm_config_cache",
    "YARN_CACHE_FOLDER",
    "PRE_COMMIT_HOME",
];

/// Folders that are nobody's, and go by themselves.
const TEMPORARY: &[&str] = &["/tmp/", "/private/tmp/", "$TMPDIR/", "${TMPDIR}/", "/var/tmp/"];

/// A cache that a sandbox protects: the same command with the cache in a temporary folder. One in the project would have
/// to be removed again.
fn cache(was: &Input, now: &Input) -> Option<Remedy> {
    let split = |input: &Input| -> (Vec<String>, Vec<String>) {
        let is_cache = |word: &String| word.split_once('=').is_some_and(|(name, _)| CACHES.contains(&name));
        let words = input.words.iter().filter(|word| *word != "env").cloned();
        words.partition(is_cache)
    };
    let ((old, plain), (new, same)) = (split(was), split(now));
    let is_temporary = |word: &&String| {
        word.split_once('=')
            .is_some_and(|(_, value)| TEMPORARY.iter().any(|folder| value.starts_with(folder)))
    };
    let added: Vec<&String> = new.iter().filter(|word| !old.contains(word)).collect();
    if plain != same || was.folder != now.folder || added.is_empty() || !added.iter().all(is_temporary) {
        return None;
    }
    changed(was, now, true)
}

/// Programs whose first operand is a pattern or a script.
fn takes_pattern(input: &Input) -> bool {
    matches!(
        input.goal.program.as_str(),
        "grep" | "egrep" | "fgrep" | "rg" | "ag" | "ack" | "sed" | "awk" | "gawk"
    )
}

/// Returns the operands of a simple command, with the values of flags.
fn operands(input: &Input) -> Vec<String> {
    let value = |word: &String| {
        if word.starts_with('-') {
            word.split_once('=').map(|(_, value)| value.to_owned())
        } else {
            Some(word.clone())
        }
    };
    input
        .words
        .iter()
        .skip(1)
        .filter_map(value)
        .filter(|word| !word.is_empty())
        .collect()
}

/// A file or folder was not there: another one like it, in the same kind of command; or the same words elsewhere.
fn path(headline: &str, was: &Input, now: &Input, known: &Known) -> Option<Remedy> {
    let is_kin = same_head(was, now) || (was.looks && now.looks && is_of_files(was) && is_of_files(now));
    if !is_kin {
        return None;
    }
    let (before, after) = (operands(was), operands(now));
    let missing: Vec<&String> = before
        .iter()
        .filter(|word| word.len() >= 2 && !word.starts_with('-') && headline.contains(word.trim_end_matches('/')))
        .collect();
    for path in missing {
        let from = alike::join(was.folder.as_deref(), without_wildcard(path));
        if alike::is_passing(&from)
            || after
                .iter()
                .any(|other| alike::join(now.folder.as_deref(), other) == from)
        {
            continue;
        }
        for other in &after {
            let to = alike::join(now.folder.as_deref(), without_wildcard(other));
            let was_there = |one: &String| alike::join(was.folder.as_deref(), without_wildcard(one)) == to;
            if before.iter().any(was_there) {
                continue;
            }
            if let Some(remedy) = alike::remedy(&from, &to, was.folder.as_deref(), known) {
                return Some(remedy);
            }
        }
    }
    let elsewhere = was.words == now.words && was.before == now.before && was.folder != now.folder && !was.looks;
    let passing = now.folder.as_deref().is_none_or(alike::is_passing);
    (elsewhere && !passing).then(|| changed(was, now, false)).flatten()
}

/// Returns a pattern of Go packages without its `/...`.
fn without_wildcard(path: &str) -> &str {
    path.strip_suffix("/...").unwrap_or(path)
}

/// Programs that look and whose operands are no files.
fn is_of_files(input: &Input) -> bool {
    !matches!(
        input.goal.program.as_str(),
        "git" | "gh" | "docker" | "kubectl" | "echo" | "which" | "ps" | "env" | "date" | "jq" | "npm" | "go" | "cargo"
    )
}

/// A task, script, branch or subcommand was not there: one other word in its place, and an alike one.
fn name(headline: &str, was: &Input, now: &Input) -> Option<Remedy> {
    if !same_program(&was.goal.program, &now.goal.program) || was.folder != now.folder && was.words != now.words {
        return None;
    }
    if was.words == now.words {
        return launch(was, now, true, false);
    }
    if was.words.len() != now.words.len() || was.calling() != now.calling() {
        return None;
    }
    let mut differing = was.words.iter().zip(&now.words).filter(|(a, b)| a != b);
    let (one, other) = differing.next()?;
    let is_named = headline.contains(one.trim_end_matches('/'))
        || one.split("..").any(|end| end.len() > 2 && headline.contains(end));
    let is_alike = alike::labels(one, other)
        || one
            .split_once("..")
            .zip(other.split_once(".."))
            .is_some_and(|((a, b), (c, d))| (a == c && alike::labels(b, d)) || (b == d && alike::labels(a, c)));
    if differing.next().is_some() || !is_named || !is_alike || one.starts_with('-') {
        return None;
    }
    changed(was, now, false)
}

/// The program ran, but not here or not so: elsewhere, after another preparation, through another program, or with
/// other flags; `only_around` leaves out the flags, `any_target` holds where the target has nothing to do with it.
fn launch(was: &Input, now: &Input, only_around: bool, any_target: bool) -> Option<Remedy> {
    let keeps_env = was.goal.env.iter().all(|one| now.goal.env.contains(one));
    let on_the_same = any_target
        || was.goal.targets == now.goal.targets
        || (!only_around && was.goal.targets.iter().any(|target| now.goal.targets.contains(target)));
    if !same_head(was, now) || !keeps_env || !on_the_same {
        return None;
    }
    let around = was.calling() != now.calling() || was.before != now.before || was.folder != now.folder;
    let flags = was.flags() != now.flags();
    let counts = if only_around { around && !flags } else { around || flags };
    if !counts || now.folder != was.folder && now.folder.as_deref().is_some_and(alike::is_passing) {
        return None;
    }
    changed(was, now, any_target)
}

/// Anything else: the same goal with little else, and nothing that merely shows or checks.
fn other(was: &Input, now: &Input) -> Option<Remedy> {
    if was.goal.key() != now.goal.key() || was.looks || check::is_check(&was.goal.key()) {
        return None;
    }
    let (before, after) = (parts(was), parts(now));
    let changes = before.symmetric_difference(&after).count();
    let only_flags = before.symmetric_difference(&after).all(|part| part.starts_with('-'));
    let around = was.calling() != now.calling() || was.before != now.before;
    if !(around && changes <= 3 || only_flags && changes > 0 && changes <= 3) || was.folder != now.folder {
        return None;
    }
    changed(was, now, false)
}

/// Words that are no flags and yet belong to no project.
const FREE_WORDS: &[&str] = &["--", ".", "./...", "...", "^$", "-", "&&"];

/// Programs whose `run` is followed by a name of the project's.
const RUNNERS: &[&str] = &[
    "npm", "pnpm", "yarn", "bun", "deno", "mise", "turbo", "moon", "lerna", "hatch",
];

/// Returns whether a simple command names nothing of a project: no path, file, module, script, test or task.
fn is_free(input: &Input) -> bool {
    let head: Vec<&str> = input.goal.subcommand.split(' ').collect();
    let calling = input.calling().len();
    let is_own_place = |word: &str| -> bool {
        let near =
            word.starts_with("./") || word.starts_with("../") || word.contains("node_modules") || word.contains("venv");
        word.contains('/') && (near || !word.starts_with('/') && !word.starts_with('~') && !word.starts_with('$'))
    };
    let is_home = |word: &str| word.contains("/home/") || word.contains("/Users/");
    let runs_task = matches!(
        input.goal.subcommand.split(' ').next(),
        Some("run" | "r" | "task" | "run-script")
    );
    let is_task = (runs_task && RUNNERS.contains(&input.goal.program.as_str()))
        || matches!(
            input.goal.program.as_str(),
            "make" | "just" | "task" | "nx" | "rake" | "invoke"
        );
    let free = |(at, word): (usize, &String)| {
        if at < calling {
            let value = word.split_once('=').map_or(word.as_str(), |(_, value)| value);
            return !is_own_place(value) && !is_home(word) && !word.contains("$(");
        }
        FREE_WORDS.contains(&word.as_str())
            || head.contains(&word.as_str())
            || (word.starts_with('-')
                && !is_home(word)
                && !word.split_once('=').is_some_and(|(_, value)| is_own_place(value)))
            || (!word.contains('/') && !word.contains(char::is_alphabetic))
    };
    !is_task
        && input.words.iter().enumerate().all(free)
        && input
            .before
            .iter()
            .all(|one| !one.contains("/home/") && !one.contains("/Users/") && !one.contains("venv"))
}
