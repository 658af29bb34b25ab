//! What a program says of a call of its own: its own words for the error outrank what can be read out of an output.

use super::{Seen, blameless, call, cut, tool_scope, wordless};
use crate::domain::failure::{Finding, Frame, Origin};
use crate::domain::trace::{Flag, Report, ToolKind};
use crate::failure::headline::{self, HEADLINE_CHARS, MESSAGE_CHARS, Speaker};
use crate::failure::{expected, located};

/// The last part of the names that languages give to a call that somebody called off.
const CALLED_OFF: &[&str] = &[
    "AbortError",
    "CanceledError",
    "CanceledException",
    "CancellationError",
    "CancelledError",
    "KeyboardInterrupt",
    "OperationCanceledException",
    "TaskCanceledException",
];

/// Returns what went wrong in a call that a program reports itself, or nothing when it gave what was wanted.
#[must_use]
pub fn reported(seen: &Seen<'_>, report: &Report) -> Option<Finding> {
    let message = report.message.joined();
    let text = whole(&message, seen.output);
    let interrupted = seen.interrupted || report.error_type.as_deref().is_some_and(is_called_off);
    let seen = Seen {
        output: &text,
        interrupted: interrupted && seen.flag == Flag::Failure,
        ..*seen
    };
    let mut finding = if seen.call.kind == ToolKind::Shell || seen.interrupted {
        call(&seen)?
    } else {
        in_program(&seen)?
    };
    if finding.origin == Origin::Flagged {
        finding.origin = Origin::Reported;
    }
    finding.error_type = report.error_type.clone().or(finding.error_type);
    if finding.expected.is_none() {
        say(&mut finding, report.error_type.as_deref(), &message, seen.output);
    }
    Some(finding)
}

/// Returns the message with the output below it, unless the one stands in the other.
fn whole(message: &str, output: &str) -> String {
    let message = message.trim();
    if message.is_empty() || output.contains(message) {
        return output.to_owned();
    }
    format!("{message}\n{output}")
}

fn is_called_off(error_type: &str) -> bool {
    let name = error_type.rsplit(['.', ':']).next().unwrap_or(error_type);
    CALLED_OFF.contains(&name)
}

/// A failure of a call that runs no command line: whatever tool it was, its words are read like any output.
fn in_program(seen: &Seen<'_>) -> Option<Finding> {
    if seen.flag != Flag::Failure {
        return None;
    }
    if let Some(reason) = expected::reason(seen.output) {
        return Some(blameless(seen, seen.output, seen.exit_code, reason));
    }
    let said = headline::said(seen.output, Speaker::Unknown);
    let scope = tool_scope(seen.call);
    let file = seen.call.file.as_deref();
    // A project that is only named has no folder to which a path could be relative.
    let folder = seen.cwd.filter(|cwd| cwd.starts_with('/'));
    let file = file.map(|file| match folder {
        Some(_) => located::relative(file, folder).to_owned(),
        None => file.to_owned(),
    });
    Some(Finding {
        origin: Origin::Flagged,
        expected: None,
        kind: seen.call.kind,
        exit_code: seen.exit_code.or(said.exit_code),
        error_type: said.error_type,
        headline: if said.headline.is_empty() {
            wordless(&scope, seen.output.trim().is_empty(), seen.exit_code)
        } else {
            said.headline
        },
        message: said.message,
        frame: said.frame.or_else(|| file.map(|file| Frame { file, line: None })),
        segment: None,
        goal: None,
        scope,
    })
}

/// Puts the program's own words into the finding. The type stands before them, as every language prints it.
fn say(finding: &mut Finding, error_type: Option<&str>, message: &str, output: &str) {
    let said = headline::said(message, Speaker::Unknown);
    let first = message.lines().map(str::trim).find(|line| !line.is_empty());
    let words = match first {
        Some(first) if said.headline.is_empty() => first.to_owned(),
        Some(_) => said.headline,
        None => String::new(),
    };
    let headline = match error_type {
        Some(name) if words.is_empty() && output.trim().is_empty() => format!("{name} in {}", finding.scope),
        Some(name) if !words.is_empty() && !words.contains(name) => format!("{name}: {words}"),
        Some(_) | None => words,
    };
    if !headline.is_empty() {
        finding.headline = cut(&headline, HEADLINE_CHARS);
    }
    if first.is_some() {
        finding.message = cut(message.trim(), MESSAGE_CHARS);
        finding.frame = said.frame.or(finding.frame.take());
    }
}
