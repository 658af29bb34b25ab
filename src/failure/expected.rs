//! Failures that are nobody's fault.

use super::headline::noise;
use super::shell::Segment;
use crate::domain::failure::{Expected, Goal};

/// How a text is compared.
enum Where {
    /// It begins with the words.
    Begins,
    /// The words stand in its first line.
    FirstLine,
    /// The words are its last line.
    LastLine,
}

/// Words of assistants for a call that was not allowed to do its work. Claude Code's are from
/// recorded sessions; those of Codex, Copilot and Gemini from theirs.
const REASONS: &[(Expected, Where, &str)] = &[
    (Expected::Interrupted, Where::Begins, "[Request interrupted by user"),
    (Expected::Interrupted, Where::Begins, "Interrupted by user"),
    (Expected::Interrupted, Where::Begins, "aborted by user"),
    (Expected::Interrupted, Where::LastLine, "Command aborted"),
    (
        Expected::Rejected,
        Where::Begins,
        "The user doesn't want to proceed with this tool use",
    ),
    (
        Expected::Rejected,
        Where::Begins,
        "The user doesn't want to take this action",
    ),
    (
        Expected::Rejected,
        Where::Begins,
        "Note: The user's next message may contain a correction",
    ),
    (Expected::Rejected, Where::Begins, "(No answer provided)"),
    (Expected::Rejected, Where::Begins, "User rejected"),
    (Expected::Rejected, Where::Begins, "User declined"),
    (Expected::Rejected, Where::Begins, "The user rejected"),
    (Expected::Rejected, Where::Begins, "The user declined"),
    // The user's settings said no, and not the user.
    (
        Expected::Permission,
        Where::FirstLine,
        "rejected by user approval settings",
    ),
    (Expected::Rejected, Where::FirstLine, "rejected by user"),
    (Expected::Rejected, Where::Begins, "user rejected MCP tool call"),
    (Expected::Rejected, Where::Begins, "user cancelled MCP tool call"),
    (Expected::Sibling, Where::Begins, "Sibling tool call errored"),
    (Expected::Sibling, Where::Begins, "Cancelled: parallel tool call"),
    (Expected::Permission, Where::Begins, "Permission to use "),
    (Expected::Permission, Where::Begins, "Permission for this action"),
    (Expected::Permission, Where::Begins, "Claude requested permissions to"),
    (Expected::Permission, Where::Begins, "This command requires approval"),
    (
        Expected::Permission,
        Where::Begins,
        "File is in a directory that is denied",
    ),
    (Expected::Permission, Where::FirstLine, "has been denied by permission"),
    (Expected::Permission, Where::Begins, "MCP tool call requires approval"),
    (Expected::Permission, Where::Begins, "approval policy is "),
    (Expected::Permission, Where::Begins, "sandbox denied exec error"),
    (Expected::Permission, Where::Begins, "failed in sandbox "),
    (
        Expected::Policy,
        Where::Begins,
        "This action was rejected due to unacceptable risk",
    ),
    (Expected::Policy, Where::FirstLine, " blocked by PreToolUse hook:"),
    (Expected::Policy, Where::Begins, "Blocked: "),
    (Expected::Policy, Where::FirstLine, " hook error:"),
    (Expected::Policy, Where::Begins, "Hook PreToolUse:"),
    (Expected::Policy, Where::FirstLine, "blocked by hook"),
    (Expected::Policy, Where::FirstLine, "stopped by hook"),
    (Expected::Policy, Where::FirstLine, "Denied by preToolUse hook"),
    (Expected::Policy, Where::FirstLine, "blocked by policy"),
    (Expected::Policy, Where::FirstLine, "rejected by policy"),
];

/// Returns why a failing text is nobody's fault, by the words of the assistant.
#[must_use]
pub(super) fn reason(text: &str) -> Option<Expected> {
    let text = text.trim_start();
    let first = text.lines().next().unwrap_or("");
    let last = text.trim_end().rsplit('\n').next().unwrap_or("").trim();
    REASONS
        .iter()
        .find(|(_, place, words)| match place {
            Where::Begins => first.starts_with(words),
            Where::FirstLine => first.contains(words),
            Where::LastLine => last == *words,
        })
        .map(|(reason, ..)| *reason)
}

/// Beginnings of lines by which a shell says that it could not even run the probe.
const SHELL_FAULTS: &[&str] = &[
    "(eval):",
    "bash:",
    "/bin/bash:",
    "zsh:",
    "sh:",
    "/bin/sh:",
    "error:",
    "fatal:",
    "usage:",
    "Usage:",
];

/// Returns whether exit code 1 of the failing segment only answers its question: `grep` that found nothing, `diff`
/// Questions to a service, with the words by which it answers that there is none.
const ANSWERS: &[(&str, &str)] = &[
    ("gh pr view", "no pull requests found for branch"),
    ("gh pr checks", "no pull requests found for branch"),
    ("gh run view", "no runs found"),
    ("glab mr view", "no open merge request available"),
];

/// of unlike files. A probe that complains, in its own name or through the shell, did fail.
#[must_use]
pub(super) fn probe(segment: &Segment, output: &str, exit_code: Option<i32>) -> Option<Expected> {
    let head = segment.goal.as_ref().map(Goal::head).unwrap_or_default();
    if ANSWERS
        .iter()
        .any(|(question, none)| *question == head && output.contains(none))
    {
        return Some(Expected::ProbeFound);
    }
    if exit_code != Some(1) || !segment.is_probe() {
        return None;
    }
    let mut lines = output
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !noise::is_noise(line))
        .peekable();
    if lines.peek().is_none() {
        return Some(Expected::ProbeEmpty);
    }
    let own = segment.goal.as_ref().map_or("", |goal| goal.program.as_str());
    let complains = |line: &str| {
        SHELL_FAULTS.iter().any(|start| line.starts_with(start))
            || line
                .split_once(": ")
                .is_some_and(|(name, _)| name.rsplit('/').next() == Some(own))
    };
    (!lines.any(complains)).then_some(Expected::ProbeFound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_assistants_give_the_reason() {
        for (text, expected) in [
            ("(No answer provided)", Some(Expected::Rejected)),
            (
                "Note: The user's next message may contain a correction or preference. Pay close attention",
                Some(Expected::Rejected),
            ),
            (
                "[Request interrupted by user for tool use]",
                Some(Expected::Interrupted),
            ),
            ("half of it\n\nCommand aborted", Some(Expected::Interrupted)),
            ("Cancelled: parallel tool call Bash(x) errored", Some(Expected::Sibling)),
            ("PreToolUse:Bash hook error: [x]: no", Some(Expected::Policy)),
            (
                "Permission to use Bash with command x has been denied.",
                Some(Expected::Permission),
            ),
            (
                "Command blocked by PreToolUse hook: no. Command: rm x",
                Some(Expected::Policy),
            ),
            ("rejected: blocked by policy", Some(Expected::Policy)),
            ("exec command rejected by user", Some(Expected::Rejected)),
            ("user rejected MCP tool call", Some(Expected::Rejected)),
            (
                "patch rejected: writing outside of the project; rejected by user approval settings",
                Some(Expected::Permission),
            ),
            (
                "approval policy is Never; reject command — you cannot ask for escalated permissions",
                Some(Expected::Permission),
            ),
            (
                "sandbox denied exec error, exit code: 1, stdout: , stderr: x",
                Some(Expected::Permission),
            ),
            ("aborted by user after 3.8s", Some(Expected::Interrupted)),
            ("Permission denied (publickey).", None),
            (
                "panic: httptest: failed to listen on a port: bind: operation not permitted",
                None,
            ),
            ("httptest: bind: operation not permitted", None),
            ("x: The user doesn't want to proceed with this tool use", None),
        ] {
            assert_eq!(reason(text), expected, "{text}");
        }
    }

    #[test]
    fn a_probe_that_complains_did_fail() {
        let probe = |command: &str, output: &str, code| {
            let segments = crate::failure::shell::segments(command);
            probe(&segments[0], output, Some(code))
        };
        assert_eq!(probe("grep x a", "Exit code 1\n", 1), Some(Expected::ProbeEmpty));
        assert_eq!(
            probe("diff a b", "Exit code 1\n1c1\n< a", 1),
            Some(Expected::ProbeFound)
        );
        assert_eq!(probe("grep x a", "grep: a: No such file or directory", 1), None);
        assert_eq!(probe("rg x", "zsh:1: no matches found: *.go", 1), None);
        assert_eq!(probe("grep x a", "", 2), None);
        assert_eq!(probe("ls a", "", 1), None);
    }
}
