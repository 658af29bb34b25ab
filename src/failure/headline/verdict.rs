//! Failing tests: the name of the first one and its assertion.

use std::path::Path;

use super::place;
use super::words::{Tone, tone};

/// A line of an output, as the picking of a headline sees it.
#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    /// The line without its task prefix and its line end; indentation kept.
    pub(super) raw: &'a str,
    /// The same, trimmed.
    pub(super) text: &'a str,
}

/// Lines of one output that are looked at around a failing test.
const REACH: usize = 60;

/// Returns the two parts of a headline, and the index of its line, for the first failing test of `lines`.
#[must_use]
pub(super) fn failing_test<'a>(lines: &[Line<'a>]) -> Option<(usize, &'a str, Option<&'a str>)> {
    let has_panic = panics(lines);
    for (at, line) in lines.iter().enumerate() {
        let found = match line.text {
            text if text.starts_with("--- FAIL: ") => Some(go(lines, at)),
            text if text.starts_with("FAILED ") || text.starts_with("ERROR ") => pytest(lines, at),
            text if text.starts_with("thread '") && text.contains("panicked at") => Some((at, text, next(lines, at))),
            text if text.starts_with("● ") && text.contains(" › ") => Some((at, text, next(lines, at))),
            text if text.starts_with("FAIL ") && text.contains(" > ") => Some((at, text, next(lines, at))),
            text if text.starts_with("(fail) ") => Some((at, text, before(lines, at, "error: "))),
            text if text.starts_with("not ok ") => {
                Some((at, text, after(lines, at, "error:").filter(|next| !next.ends_with('-'))))
            }
            text if text.starts_with("Failure/Error: ") => Some((at, text, next(lines, at))),
            text if text.starts_with("test ") && text.ends_with("... FAILED") && !has_panic => Some((at, text, None)),
            _ => None,
        };
        if found.is_some() {
            return found;
        }
    }
    None
}

fn panics(lines: &[Line<'_>]) -> bool {
    lines
        .iter()
        .any(|line| line.text.starts_with("thread '") && line.text.contains("panicked at"))
}

fn next<'a>(lines: &[Line<'a>], at: usize) -> Option<&'a str> {
    lines[at + 1..]
        .iter()
        .map(|line| line.text)
        .find(|text| !text.is_empty() && !text.starts_with("note: "))
}

fn before<'a>(lines: &[Line<'a>], at: usize, start: &str) -> Option<&'a str> {
    lines[at.saturating_sub(REACH)..at]
        .iter()
        .rev()
        .map(|line| line.text)
        .find(|text| text.starts_with(start))
}

fn after<'a>(lines: &[Line<'a>], at: usize, start: &str) -> Option<&'a str> {
    lines[at + 1..]
        .iter()
        .take(REACH)
        .map(|line| line.text)
        .find(|text| text.starts_with(start))
}

/// `FAILED tests/a.py::test_b - AssertionError: …`, and the same for errors of collection and fixtures.
fn pytest<'a>(lines: &[Line<'a>], at: usize) -> Option<(usize, &'a str, Option<&'a str>)> {
    let text = lines[at].text;
    let id = text.split_whitespace().nth(1)?;
    (id.contains("::") || has_python_name(id)).then_some(())?;
    let assertion = || lines.iter().map(|line| line.text).find(|text| text.starts_with("E   "));
    Some((at, text, if text.contains(" - ") { None } else { assertion() }))
}

fn has_python_name(id: &str) -> bool {
    Path::new(id).extension().is_some_and(|extension| extension == "py")
}

/// `--- FAIL: TestX/sub (0.00s)`: the innermost failing test, and the line of its assertion, which stands behind
/// it or, with `-v`, before it.
fn go<'a>(lines: &[Line<'a>], first: usize) -> (usize, &'a str, Option<&'a str>) {
    let mut at = first;
    let mut name = go_name(lines[at].text);
    for (index, line) in lines.iter().enumerate().skip(first + 1) {
        let inner = go_name(line.text);
        if line.text.starts_with("--- FAIL: ") && inner.starts_with(name) && inner[name.len()..].starts_with('/') {
            (at, name) = (index, inner);
        } else if line.text.starts_with("--- FAIL: ") || line.text == "FAIL" {
            break;
        }
    }
    let is_border = |line: &Line<'_>| {
        ["--- ", "=== ", "FAIL", "PASS", "ok  \t"]
            .iter()
            .any(|start| line.text.starts_with(start))
    };
    let behind = lines[at + 1..]
        .iter()
        .position(is_border)
        .map_or(lines.len(), |end| at + 1 + end);
    let heads_up = |line: &Line<'_>| line.text.starts_with("=== ") && line.text.ends_with(name);
    let start = lines[..at].iter().rposition(heads_up).map_or(at, |start| start + 1);
    let ahead = lines[start..at]
        .iter()
        .position(is_border)
        .map_or(at, |end| start + end);
    let assertion = assertion(&lines[at + 1..behind])
        .or_else(|| assertion(&lines[start..ahead]))
        .or_else(|| panic(lines));
    let text = lines[at].text;
    let label_end = text.find(name).map_or(text.len(), |start| start + name.len());
    (at, &text[..label_end], assertion)
}

fn go_name(text: &str) -> &str {
    text.strip_prefix("--- FAIL: ")
        .unwrap_or("")
        .split_whitespace()
        .next()
        .unwrap_or("")
}

fn panic<'a>(lines: &[Line<'a>]) -> Option<&'a str> {
    lines
        .iter()
        .map(|line| line.text)
        .find(|text| text.starts_with("panic: "))
}

/// Words of an assertion, beside those of failure.
const ASSERTING: &[&str] = &[
    "want",
    "expected",
    "Expected",
    "got ",
    "should",
    "differ",
    "!=",
    "unexpected",
];

/// Returns the line of a Go test's block that asserts: the first place whose text speaks of it, else the last
/// place, for what a test logs has the same form, and what ends it comes last.
fn assertion<'a>(block: &[Line<'a>]) -> Option<&'a str> {
    let placed: Vec<(usize, &str)> = block
        .iter()
        .enumerate()
        .filter_map(|(index, line)| place::leading(line.text).map(|placed| (index, placed.rest.trim())))
        .collect();
    let asserts = |rest: &str| tone(rest) == Tone::Failure || ASSERTING.iter().any(|word| rest.contains(word));
    let (index, rest) = placed
        .iter()
        .find(|(_, rest)| asserts(rest) || rest.is_empty())
        .or(placed.last())?;
    if rest.is_empty() {
        let behind = block[index + 1..].iter().take(REACH).map(|line| line.text);
        return behind
            .filter(|text| text.starts_with("Error:"))
            .map(|text| text["Error:".len()..].trim())
            .next();
    }
    Some(block[*index].text)
}
