//! Whether a call failed, how, and whether that is anybody's fault.

mod reported;

use super::headline::{self, HEADLINE_CHARS, MESSAGE_CHARS, Said, Speaker, noise};
use super::shell::{self, Segment};
use super::{expected, hidden, located, own};
use crate::domain::failure::{Expected, Finding, Frame, Origin};
use crate::domain::trace::{BackgroundEnd, Call, Flag, ModelError, ToolKind};

pub use reported::reported;

/// A call with its outcome, as recognition looks at it.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// What was asked for.
    pub call: &'a Call,
    /// Whether the report says that it failed.
    pub flag: Flag,
    /// What came back, as the model sees it.
    pub output: &'a str,
    /// The exit code, when the report has one.
    pub exit_code: Option<i32>,
    /// The client's own reading of the exit code.
    pub note: Option<&'a str>,
    /// The user stopped it.
    pub interrupted: bool,
    /// The folder in which it ran.
    pub cwd: Option<&'a str>,
}

/// Returns what went wrong in a call, or nothing when it gave what was wanted.
#[must_use]
pub fn call(seen: &Seen<'_>) -> Option<Finding> {
    if own::is_own(seen.call) {
        return None;
    }
    let text = without_tags(seen.output);
    let code = seen.exit_code.or_else(|| shell_code(seen, text));
    if seen.interrupted {
        return Some(blameless(seen, text, code, Expected::Interrupted));
    }
    if seen.flag == Flag::Failure || reports_failure(seen, code) {
        return Some(match expected::reason(text) {
            Some(reason) => blameless(seen, text, code, reason),
            None if seen.call.kind == ToolKind::Shell => in_shell(seen, text, code),
            None => in_tool(seen, text),
        });
    }
    behind_success(seen, text)
}

/// Returns the finding for a failure of the model or of the road to it.
#[must_use]
pub fn model_error(error: &ModelError) -> Finding {
    let text = error.message.joined();
    let said = headline::said(&text, Speaker::Unknown);
    let headline = if said.headline.is_empty() {
        error.kind.clone()
    } else {
        said.headline
    };
    Finding {
        origin: Origin::Model,
        expected: None,
        kind: ToolKind::Other,
        exit_code: None,
        error_type: (!error.kind.is_empty()).then(|| error.kind.clone()),
        headline,
        message: cut(&text, MESSAGE_CHARS),
        frame: None,
        segment: None,
        goal: None,
        scope: "model".to_owned(),
    }
}

/// Beginnings and parts of summaries of background work that a person ended.
const ENDED_BY_HAND: &[&str] = &["was stopped", "was killed", "killed by user", "cancelled"];

/// Returns the finding for background work that failed after its call had returned; `call` is the one that started it.
#[must_use]
pub fn background(end: &BackgroundEnd, call: Option<&Call>) -> Option<Finding> {
    if !end.failed || call.is_some_and(own::is_own) {
        return None;
    }
    let text = end.summary.joined();
    let said = headline::said(&text, Speaker::Unknown);
    let segments = call
        .and_then(|call| call.command.as_deref())
        .map(shell::segments)
        .unwrap_or_default();
    let code = end.exit_code.or(said.exit_code);
    let blamed = shell::failing(&segments, &text, &said.headline, code).map(|at| &segments[at]);
    let scope = match (blamed, call) {
        (Some(segment), _) => head_of(segment),
        (None, Some(call)) => tool_scope(call),
        (None, None) => "background".to_owned(),
    };
    let headline = if said.headline.is_empty() {
        wordless(&scope, true, code)
    } else {
        said.headline
    };
    Some(Finding {
        origin: Origin::Background,
        expected: ENDED_BY_HAND
            .iter()
            .any(|words| text.contains(words))
            .then_some(Expected::Interrupted),
        kind: call.map_or(ToolKind::Other, |call| call.kind),
        exit_code: code,
        error_type: said.error_type,
        headline,
        message: cut(&text, MESSAGE_CHARS),
        frame: said.frame,
        segment: blamed.map(|segment| segment.text.clone()),
        goal: blamed.and_then(|segment| segment.goal.clone()),
        scope,
    })
}

/// The tag that Claude Code puts around what it says itself about a call that it did not run.
const CLIENT_TAG: (&str, &str) = ("<tool_use_error>", "</tool_use_error>");

/// Returns `output` without the client's tag.
fn without_tags(output: &str) -> &str {
    let (open, close) = CLIENT_TAG;
    output
        .trim()
        .strip_prefix(open)
        .map_or(output, |rest| rest.strip_suffix(close).unwrap_or(rest))
}

/// Returns the exit code that the text of a shell call names.
fn shell_code(seen: &Seen<'_>, text: &str) -> Option<i32> {
    (seen.call.kind == ToolKind::Shell && seen.flag != Flag::Success)
        .then(|| headline::exit_code(text))
        .flatten()
}

/// Returns whether a report without a flag says in another way that the call failed.
fn reports_failure(seen: &Seen<'_>, code: Option<i32>) -> bool {
    seen.output.trim_start().starts_with(CLIENT_TAG.0)
        || (seen.flag == Flag::Silent
            && (code.is_some_and(|code| code != 0) || expected::reason(seen.output).is_some()))
}

/// A failure that is nobody's fault: its headline is the first sentence, for the rest are instructions or data.
fn blameless(seen: &Seen<'_>, text: &str, code: Option<i32>, reason: Expected) -> Finding {
    let line = text.trim().lines().next().unwrap_or("");
    let sentence = line.split_inclusive(". ").next().unwrap_or(line).trim_end();
    let segments = seen.call.command.as_deref().map(shell::segments).unwrap_or_default();
    let blamed = shell::failing(&segments, text, sentence, code).map(|at| &segments[at]);
    let headline = if sentence.is_empty() {
        reason.reason().to_owned()
    } else {
        cut(sentence, HEADLINE_CHARS)
    };
    Finding {
        origin: Origin::Flagged,
        expected: Some(reason),
        kind: seen.call.kind,
        exit_code: code,
        error_type: None,
        headline,
        message: cut(text.trim(), MESSAGE_CHARS),
        frame: None,
        segment: blamed.map(|segment| segment.text.clone()),
        goal: blamed.and_then(|segment| segment.goal.clone()),
        scope: blamed.map_or_else(|| tool_scope(seen.call), head_of),
    }
}

/// A flagged failure of a command line.
fn in_shell(seen: &Seen<'_>, text: &str, code: Option<i32>) -> Finding {
    let segments = seen.call.command.as_deref().map(shell::segments).unwrap_or_default();
    let first = headline::said(text, Speaker::Unknown);
    let blamed = shell::failing(&segments, text, &first.headline, code).map(|at| &segments[at]);
    let probe = blamed.and_then(|segment| expected::probe(segment, text, code));
    shell_finding(seen, text, code, blamed, Origin::Flagged, probe, first)
}

/// A failure that a successful command line hides.
fn behind_success(seen: &Seen<'_>, text: &str) -> Option<Finding> {
    if seen.call.kind != ToolKind::Shell || seen.note.is_some() || own::reads_skill(seen.call) {
        return None;
    }
    let segments = shell::segments(seen.call.command.as_deref()?);
    let hidden = hidden::find(&segments, text)?;
    let first = headline::said(text, Speaker::Unknown);
    let blamed = segments.get(hidden.segment);
    Some(shell_finding(
        seen,
        text,
        hidden.exit_code,
        blamed,
        Origin::Hidden,
        None,
        first,
    ))
}

fn shell_finding(
    seen: &Seen<'_>,
    text: &str,
    code: Option<i32>,
    blamed: Option<&Segment>,
    origin: Origin,
    expected: Option<Expected>,
    first: Said,
) -> Finding {
    let said = match blamed.map_or(Speaker::Unknown, speaker) {
        Speaker::Unknown => first,
        speaker => headline::said(text, speaker),
    };
    let scope = if is_shell_fault(&said.headline) {
        "sh".to_owned()
    } else {
        blamed.map_or_else(|| tool_scope(seen.call), head_of)
    };
    let is_silent = text
        .lines()
        .map(str::trim)
        .all(|line| line.is_empty() || noise::is_client_line(line));
    let headline = match blamed {
        _ if said.headline.is_empty() => wordless(&scope, is_silent, code),
        Some(segment) if is_usage(&said.headline) => cut(&format!("wrong usage: {}", segment.text), HEADLINE_CHARS),
        _ => said.headline,
    };
    Finding {
        origin,
        expected,
        kind: ToolKind::Shell,
        exit_code: code,
        error_type: said.error_type,
        headline,
        message: said.message,
        frame: said.frame,
        segment: blamed.map(|segment| segment.text.clone()),
        goal: blamed.and_then(|segment| segment.goal.clone()),
        scope,
    }
}

/// A flagged failure of any other tool, at the file that the call names. What the client says about its own tools
/// stands in the first line, and the rest quotes the input; what an MCP server says is read like any output.
fn in_tool(seen: &Seen<'_>, text: &str) -> Finding {
    let said = if seen.call.kind == ToolKind::Mcp {
        headline::said(text, Speaker::Unknown)
    } else {
        client_said(text)
    };
    let scope = tool_scope(seen.call);
    let headline = match &seen.call.file {
        _ if said.headline.is_empty() => wordless(&scope, text.trim().is_empty(), None),
        Some(file) if seen.call.kind != ToolKind::Mcp => {
            cut(&located::with_file(&said.headline, file, seen.cwd), HEADLINE_CHARS)
        }
        _ => said.headline,
    };
    let file = seen
        .call
        .file
        .as_deref()
        .map(|file| located::relative(file, seen.cwd).to_owned());
    Finding {
        origin: Origin::Flagged,
        expected: None,
        kind: seen.call.kind,
        exit_code: seen.exit_code,
        error_type: said.error_type,
        headline,
        message: said.message,
        frame: said.frame.or_else(|| file.map(|file| Frame { file, line: None })),
        segment: None,
        goal: None,
        scope,
    }
}

/// Reads what a client says about a call to one of its own tools. A complaint about the input may be a list in JSON.
fn client_said(text: &str) -> Said {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or("");
    let joined = match first.chars().last() {
        Some(':') => lines.next().map(|next| format!("{first} {next}")),
        Some('[' | '{') => lines
            .find_map(|line| line.strip_prefix("\"message\": "))
            .map(|message| format!("{first} {}", message.trim_end_matches(','))),
        _ => None,
    };
    let said = headline::said(joined.as_deref().unwrap_or(first), Speaker::Unknown);
    Said {
        message: cut(text.trim(), MESSAGE_CHARS),
        ..said
    }
}

/// Programs of version control, whose failures are not those of the code.
const VERSIONS: &[&str] = &["git", "gh", "jj", "hg", "glab"];

fn speaker(segment: &Segment) -> Speaker<'_> {
    match &segment.goal {
        Some(goal) if VERSIONS.contains(&goal.program.as_str()) => Speaker::Versions,
        Some(goal) if segment.is_viewer() => Speaker::Viewer(&goal.program),
        _ => Speaker::Unknown,
    }
}

/// Returns whether a headline only tells how a program is to be used: what was wrong stands in the command then.
fn is_usage(headline: &str) -> bool {
    headline.starts_with("usage: ") || headline.starts_with("Usage: ")
}

/// Complaints of a shell about the command line itself: no program ran.
const SHELL_FAULTS: &[&str] = &[
    "parse error near",
    "syntax error near",
    "unexpected EOF while",
    "unexpected end of file",
    "unmatched ",
    "bad substitution",
    "read-only variable",
    "readonly variable",
];

fn is_shell_fault(headline: &str) -> bool {
    let starts = ["(eval):", "zsh:", "bash:", "/bin/bash:", "sh:", "/bin/sh:", "-bash:"];
    starts.iter().any(|start| headline.starts_with(start)) && SHELL_FAULTS.iter().any(|fault| headline.contains(fault))
}

/// Returns the words for a failure without any: what ran, and its exit code.
fn wordless(scope: &str, is_silent: bool, code: Option<i32>) -> String {
    let how = if is_silent { "failed without output" } else { "failed" };
    match code {
        Some(code) => format!("{scope} {how} (exit code {code})"),
        None => format!("{scope} {how}"),
    }
}

fn head_of(segment: &Segment) -> String {
    segment
        .goal
        .as_ref()
        .map_or_else(|| segment.word.clone(), crate::domain::failure::Goal::head)
}

fn tool_scope(call: &Call) -> String {
    if call.kind == ToolKind::Mcp {
        shell::mcp_name(&call.tool)
    } else {
        call.tool.clone()
    }
}

fn cut(text: &str, chars: usize) -> String {
    text.chars().take(chars).collect()
}

#[cfg(test)]
mod tests;
