//! Of what class a failure is: that decides what counts as getting past it.

mod words;

use super::input::{Input, base};
use super::story::Failed;
use crate::domain::failure::{Expected, Goal};
use crate::domain::trace::ToolKind;
use crate::failure::check;
use crate::failure::fingerprint::REFUSALS;
use crate::failure::headline::place;
use words::{
    ABOUT_INPUT, CACHE_FOLDERS, DENIALS, KEPT_OUT, LAUNCHES, MODULES, NAMES, PATHS, TRANSIENT, USAGES, VERDICTS,
    WAYS_OUT,
};

/// The classes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// A person, a rule or a sandbox said no: there is no way round.
    Denied,
    /// It goes by itself: network, load, a lock.
    Transient,
    /// The code was checked and found wanting: work.
    Verdict,
    /// A program is not there.
    Program(String),
    /// A library or package that the program needs is not there.
    Module,
    /// A flag, an argument or the number of them is wrong.
    Usage,
    /// A file or folder is not there.
    Path,
    /// A task, script, subcommand, branch or package of that name is not there.
    Name,
    /// The program runs, but not here or not so.
    Launch,
    /// A sandbox keeps a program out of its own cache: another place for the cache is no way round a no.
    Cache,
    /// Anything else.
    Other,
}

/// What a machine says of a program that was built for another one.
const FOREIGN: &str = "exec format error";

impl Fault {
    /// Returns whether what fails has nothing to do with what the program works on: the machine does not run it, whatever
    /// it was given.
    pub(super) fn holds_for_any_target(&self, headline: &str) -> bool {
        *self == Self::Launch && headline.contains(FOREIGN)
    }

    /// Returns whether several ways lead out, of which a later one may be the better.
    pub(super) fn has_many_ways(&self, headline: &str) -> bool {
        self.holds_for_any_target(headline)
    }
}

fn holds(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.contains(word))
}

/// Returns whether a headline tells of something that goes by itself, such as a network, a lock or a rate limit.
#[must_use]
pub fn is_transient(headline: &str) -> bool {
    holds(&headline.to_lowercase(), TRANSIENT)
}

/// Returns whether a headline is the verdict of a check on the code, by the goal's key: work, and no lesson.
#[must_use]
pub fn is_work(goal: Option<&str>, headline: &str) -> bool {
    let said = headline.to_lowercase();
    let is_check = goal.is_some_and(check::is_check);
    let of_the_way = [DENIALS, USAGES, NAMES, MODULES, LAUNCHES, TRANSIENT, REFUSALS]
        .iter()
        .any(|words| holds(&said, words));
    is_red(headline)
        || (is_check && place::leading(headline).is_some())
        || (is_check && !of_the_way && named_program(headline).is_none())
}

/// Returns whether an output names the way out itself.
#[must_use]
pub fn names_a_way_out(output: &str) -> bool {
    // What another command found in some file, or deep inside of an endless line, is no advice.
    let is_found = |line: &&str| place::leading(line).is_some_and(|placed| !placed.has_column);
    output.lines().filter(|line| !is_found(line)).any(|line| {
        let beginning = &line[..line.floor_char_boundary(ADVICE_BEGINS)];
        holds(&beginning.to_lowercase(), WAYS_OUT)
    })
}

/// Bytes of a line in which advice begins.
const ADVICE_BEGINS: usize = 240;

/// Returns the class of a failing shell call; `input` is the simple command that failed.
pub(super) fn of(failed: &Failed, input: Option<&Input>) -> Fault {
    let said = failed.headline.to_lowercase();
    if let Some(by_reason) = by_reason(failed.expected) {
        return by_reason;
    }
    if holds(&said, KEPT_OUT) && holds(&said, CACHE_FOLDERS) {
        return Fault::Cache;
    }
    let not_executable = failed.exit_code == Some(126) && said.contains("permission denied");
    if holds(&said, DENIALS) || (said.contains("permission denied") && !not_executable) {
        return Fault::Denied;
    }
    if let Some(program) = missing_program(&failed.headline, input) {
        return Fault::Program(program);
    }
    if is_verdict(failed, input.map(|input| &input.goal)) {
        return Fault::Verdict;
    }
    for (words, fault) in [
        (USAGES, Fault::Usage),
        (NAMES, Fault::Name),
        (MODULES, Fault::Module),
        (LAUNCHES, Fault::Launch),
        (PATHS, Fault::Path),
        (TRANSIENT, Fault::Transient),
    ] {
        if holds(&said, words) {
            return fault;
        }
    }
    match input {
        Some(input) if check::is_check(&input.goal.key()) => Fault::Verdict,
        _ if not_executable => Fault::Launch,
        _ => Fault::Other,
    }
}

/// Returns the class of a failing call of another tool.
pub(super) fn of_tool(failed: &Failed, kind: ToolKind) -> Fault {
    let said = failed.headline.to_lowercase();
    if let Some(by_reason) = by_reason(failed.expected) {
        return by_reason;
    }
    if holds(&said, DENIALS) || said.contains("permission") || said.contains("denied") {
        return Fault::Denied;
    }
    if holds(&said, TRANSIENT) {
        return Fault::Transient;
    }
    if matches!(kind, ToolKind::Read | ToolKind::Search) && holds(&said, PATHS) {
        return Fault::Path;
    }
    if holds(&said, NAMES) {
        return Fault::Name;
    }
    if holds(&said, ABOUT_INPUT) {
        return Fault::Usage;
    }
    Fault::Other
}

fn by_reason(expected: Option<Expected>) -> Option<Fault> {
    match expected? {
        Expected::TestFirst => Some(Fault::Verdict),
        Expected::Rejected | Expected::Permission | Expected::Policy | Expected::Sibling | Expected::Interrupted => {
            Some(Fault::Denied)
        }
        Expected::ProbeEmpty | Expected::ProbeFound => Some(Fault::Other),
    }
}

/// Returns whether a check gave its own verdict on the code: a test, a place in a file, a finding.
fn is_verdict(failed: &Failed, goal: Option<&Goal>) -> bool {
    let headline = failed.headline.trim_start();
    let red = is_red(headline);
    let placed = place::leading(headline).is_some();
    red || (placed && goal.is_some_and(|goal| check::is_check(&goal.key())))
}

/// Returns whether a headline is a red test or a finding. What the machine refuses, it refuses to every test: that is no
/// verdict on one.
fn is_red(headline: &str) -> bool {
    let refused = holds(&headline.to_ascii_lowercase(), REFUSALS);
    !refused && VERDICTS.iter().any(|start| headline.trim_start().starts_with(start))
}

/// Returns the program that was not found, when it is the one that the failing simple command runs or calls through.
fn missing_program(headline: &str, input: Option<&Input>) -> Option<String> {
    let name = named_program(headline)?;
    let input = input?;
    let called = base(&name).to_owned();
    let own = input.words.iter().any(|word| *word == name || base(word) == called);
    own.then_some(called)
}

/// Returns the program that a headline says is not there.
#[must_use]
pub fn named_program(headline: &str) -> Option<String> {
    let first = |text: &str| {
        let word = text.trim().trim_matches(['"', '\'', '`']);
        let end = word.find([' ', ':', ',', '"', '\'', '`']).unwrap_or(word.len());
        (end > 0).then(|| word[..end].to_owned())
    };
    if let Some((_, after)) = headline.split_once("command not found: ") {
        return first(after);
    }
    for end in [": command not found", ": not found", ": No such file or directory"] {
        if let Some((before, after)) = headline.split_once(end) {
            let is_shell = ["bash", "zsh", "sh", "/bin/sh", "/bin/bash", "(eval)", "/usr/bin/bash"]
                .iter()
                .any(|shell| before.starts_with(shell));
            if !after.trim().is_empty() || !(is_shell || end == ": command not found") {
                continue;
            }
            return first(before.rsplit(": ").next().unwrap_or(before));
        }
    }
    for (start, end) in [
        ("exec: \"", "\": executable file not found"),
        ("'", "' is not recognized as"),
    ] {
        if let Some((_, after)) = headline.split_once(start)
            && let Some((name, _)) = after.split_once(end)
        {
            return Some(name.to_owned());
        }
    }
    let (python, module) = headline.split_once(": No module named ")?;
    base(python).starts_with("python").then(|| first(module)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_is_lower_case() {
        for list in [
            DENIALS,
            TRANSIENT,
            USAGES,
            NAMES,
            LAUNCHES,
            MODULES,
            PATHS,
            ABOUT_INPUT,
            KEPT_OUT,
            CACHE_FOLDERS,
        ] {
            for words in list {
                assert_eq!(*words, words.to_lowercase());
            }
        }
    }

    #[test]
    fn a_program_that_is_not_there_is_named_by_every_shell() {
        for (headline, name) in [
            ("zsh:1: command not found: go", Some("go")),
            ("(eval):1: command not found: python", Some("python")),
            ("bash: line 1: go: command not found", Some("go")),
            ("/bin/sh: 1: rg: not found", Some("rg")),
            ("/bin/bash: line 3: ./x.sh: No such file or directory", Some("./x.sh")),
            (
                "exec: \"golangci-lint\": executable file not found in $PATH",
                Some("golangci-lint"),
            ),
            ("/usr/bin/python3: No module named pytest", Some("pytest")),
            ("cat: x: No such file or directory", None),
            ("ModuleNotFoundError: No module named 'yaml'", None),
            ("error: package not found", None),
        ] {
            assert_eq!(named_program(headline).as_deref(), name, "{headline}");
        }
    }

    #[test]
    fn a_way_out_is_advice_and_not_what_a_search_found() {
        assert!(names_a_way_out("fatal: x\n\nDid you mean y?"));
        assert!(names_a_way_out("src/a.rs:3:4: error: x\nhelp: consider y"));
        assert!(!names_a_way_out("./a.go:227: plan.Reason = \"use --force if\"\nFAIL"));
        assert!(!names_a_way_out(&format!("{} use --force", "x ".repeat(400))));
    }

    #[test]
    fn what_goes_by_itself_is_told_from_what_stays() {
        for headline in [
            "fatal: Unable to create '/x/.git/index.lock': File exists.",
            "HTTP 502: Bad Gateway",
            "dial tcp: i/o timeout",
            "API rate limit exceeded",
        ] {
            assert!(is_transient(headline), "{headline}");
        }
        for headline in ["go: command not found", "unknown flag: --json", "--- FAIL: TestX"] {
            assert!(!is_transient(headline), "{headline}");
        }
    }
}
