//! Of what class a failure is: that decides what counts as getting past it.

use super::input::{self, Input, base};
use super::story::Failed;
use crate::domain::failure::{Expected, Goal};
use crate::domain::trace::ToolKind;
use crate::failure::check;
use crate::failure::fingerprint::REFUSALS;
use crate::failure::headline::place;

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
    /// Anything else.
    Other,
}

/// Words of a no, in lower case.
const DENIALS: &[&str] = &[
    "operation not permitted",
    "blocked by policy",
    "rejected by policy",
    "by policy",
    "sandbox",
    "requires approval",
    "eperm",
    "not authorized",
    "unauthorized",
    "unauthenticated",
    "authentication failed",
    "authentication required",
    "bad credentials",
    "not logged in",
    "forbidden",
    "http 401",
    "http 403",
    "access denied",
    "protected branch",
    "ignored by one of your .gitignore",
    "pre-commit hook",
    "pre-push hook",
    "hook declined",
    "husky",
    "dubious ownership",
    "externally-managed-environment",
    "resource not accessible",
    "must have admin",
    "saml",
    "denied by",
    "not allowed to",
];

/// Words of what goes by itself, in lower case.
const TRANSIENT: &[&str] = &[
    "timed out",
    "timeout",
    "etimedout",
    "econnreset",
    "connection reset",
    "connection refused",
    "econnrefused",
    "could not resolve host",
    "temporary failure in name resolution",
    "network is unreachable",
    "no such host",
    "eai_again",
    "enotfound",
    "socket hang up",
    "tls handshake",
    "unexpected eof while reading",
    "rate limit",
    "too many requests",
    "overloaded",
    "http 429",
    "http 500",
    "http 502",
    "http 503",
    "http 504",
    "status code 429",
    "status code 500",
    "status code 502",
    "status code 503",
    "status code 504",
    "internal server error",
    "bad gateway",
    "service unavailable",
    "gateway time",
    "something went wrong while executing your query",
    "index.lock",
    "resource temporarily unavailable",
    "database is locked",
    "could not get lock",
    "blocking waiting for file lock",
    "address already in use",
    "try again later",
];

/// Words of a wrong flag or argument, in lower case.
const USAGES: &[&str] = &[
    "unknown flag",
    "unknown shorthand flag",
    "unknown option",
    "unknown argument",
    "unknown long flag",
    "unrecognized option",
    "unrecognized argument",
    "unrecognised",
    "unexpected argument",
    "unexpected option",
    "illegal option",
    "invalid option",
    "no such option",
    "unsupported option",
    "flag provided but not defined",
    "flag needs an argument",
    "requires an argument",
    "requires a value",
    "option requires",
    "required flag",
    "required option",
    "accepts at most",
    "accepts 1 arg",
    "accepts 0 arg",
    "accepts between",
    "requires at least",
    "too many arguments",
    "unknown json field",
    "invalid value",
    "wrong usage:",
    "cannot be used with",
    "can't be used with",
    "mutually exclusive",
    "the following arguments are required",
    "the following required arguments",
    "must be specified",
    "must provide",
    "only one of",
    "specify only one",
    "cannot be combined",
    "is ambiguous",
    "ambiguous option",
    "named files must be",
    "no longer supported",
    "has been removed",
    "is deprecated",
];

/// Words of a missing name, in lower case.
const NAMES: &[&str] = &[
    "missing script",
    "script not found",
    "command not found in",
    "no task",
    "no tasks",
    "task not found",
    "no rule to make target",
    "unknown command",
    "unknown subcommand",
    "unrecognized subcommand",
    "no such command",
    "no such subcommand",
    "is not a git command",
    "unknown revision",
    "bad revision",
    "not a valid object name",
    "not a valid ref",
    "invalid reference",
    "couldn't find remote ref",
    "ambiguous argument",
    "did not match any file",
    "not something we can merge",
    "invalid upstream",
    "did not match any packages",
    "package id specification",
    "no test target named",
    "no bin target named",
    "unknown skill",
    "agent type",
    "no projects matched",
    "no project found",
    "no workspaces found",
];

/// Words of a program that runs, but not here or not so, in lower case.
const LAUNCHES: &[&str] = &[
    "exec format error",
    "go.mod file not found",
    "cannot find main module",
    "outside main module",
    "does not contain main module",
    "directory prefix . does not contain",
    "no go files in",
    "no packages to build",
    "matched no packages",
    "directory not found",
    "is not in std",
    "not a git repository",
    "could not find `cargo.toml`",
    "couldn't find a package.json",
    "could not read package.json",
    "no package.json",
    "no pyproject.toml",
    "no configuration file",
    "config file not found",
    "can't load config",
    "cannot find config",
    "couldn't find any config",
    "no tests found",
    "no test files found",
    "no tests ran",
    "collected 0 items",
    "not a terminal",
    "not a tty",
    "no upstream branch",
    "no default remote repository",
    "could not determine base repo",
    "must be run in a work tree",
    "need to specify how to reconcile",
    "is not installed for the toolchain",
    "toolchain",
    "can't find project",
    "unsupported engine",
    "requires node",
    "needs to be run",
    "not trusted",
    "no such module",
    "no module with that path",
];

/// Words of a missing library, in lower case.
const MODULES: &[&str] = &[
    "no module named",
    "modulenotfounderror",
    "cannot find module",
    "cannot find package",
    "err_module_not_found",
    "could not find a declaration",
    "no required module provides package",
    "missing go.sum entry",
    "updates to go.mod needed",
    "cannot load such file",
    "could not find gem",
    "is not installed",
    "not installed",
    "node_modules missing",
    "executable doesn't exist",
    "can't resolve",
    "unable to resolve",
];

/// Words of a missing file, in lower case.
const PATHS: &[&str] = &[
    "no such file or directory",
    "does not exist",
    "cannot access",
    "can't open",
    "can't read",
    "cannot open",
    "cannot stat",
    "not a directory",
    "enoent",
    "can't cd to",
    "did not match any file",
    "file not found",
    "path not found",
    "cannot find the path",
    "no such path",
    "directory nonexistent",
];

/// Beginnings of headlines by which a test says that it is red.
const VERDICTS: &[&str] = &[
    "--- FAIL",
    "FAIL ",
    "FAIL\t",
    "FAILED ",
    "FAILED:",
    "thread '",
    "● ",
    "(fail) ",
    "not ok ",
    "Failure/Error",
    "test result: FAILED",
    "error[",
    "error: could not compile",
    "AssertionError",
    "assert",
    "E   ",
    "✗",
    "×",
    "✘",
    "panic: ",
];

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

/// Words by which an output names the way out itself, in lower case.
const WAYS_OUT: &[&str] = &[
    "did you mean",
    "do you mean",
    "similar command is",
    "similar commands are",
    "perhaps you meant",
    "maybe you meant",
    "you may want to",
    "to update it:",
    "to fix this",
    "to fix it",
    "run the following",
    "please run",
    "try running",
    "use `",
    "use --",
    "hint: use",
    "help: consider",
    "help: try",
    "instead use",
    "available agents:",
    "available fields:",
    "specify one or more comma-separated fields",
];

/// Returns whether an output names the way out itself.
#[must_use]
pub fn names_a_way_out(output: &str) -> bool {
    holds(&output.to_lowercase(), WAYS_OUT)
}

/// Returns the class of a failing shell call; `input` is the simple command that failed.
pub(super) fn of(failed: &Failed, input: Option<&Input>) -> Fault {
    let said = failed.headline.to_lowercase();
    if let Some(by_reason) = by_reason(failed.expected) {
        return by_reason;
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

/// Words of a tool that does not like what it was given, in lower case.
const ABOUT_INPUT: &[&str] = &[
    "invalid",
    "required",
    "must be",
    "must have",
    "unknown",
    "unsupported",
    "expected",
    "unrecognized",
    "not supported",
    "should be",
];

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
    (own && (called == input.goal.program || input::same_program(&called, &input.goal.program) || own))
        .then_some(called)
}

/// Returns the program that a headline says is not there.
pub(super) fn named_program(headline: &str) -> Option<String> {
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
        for list in [DENIALS, TRANSIENT, USAGES, NAMES, LAUNCHES, MODULES, PATHS, ABOUT_INPUT] {
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
