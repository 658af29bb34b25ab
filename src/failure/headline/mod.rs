//! The one line of a failing outcome that says what went wrong.
//!
//! Written as byte matching over const tables: this runs inside a hook, where compiling a regular
//! expression would cost more than everything else together.

mod beginnings;
mod clean;
mod detail;
pub(super) mod noise;
pub(super) mod place;
mod verdict;
mod words;

use crate::domain::failure::Frame;
use beginnings::Beginnings;
use verdict::Line;
use words::Tone;

pub(super) use clean::clean;

pub(super) use detail::exit_code;

/// Longest headline, in characters: with it a headline fits on a few terminal lines.
pub const HEADLINE_CHARS: usize = 300;

/// Longest message, in characters.
pub const MESSAGE_CHARS: usize = 2_000;

/// Lines of a message before and after the line of the headline.
const MESSAGE_LINES: (usize, usize) = (3, 16);

/// What kind of program printed a text, for the same line means another thing from each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Speaker<'a> {
    /// Anything.
    #[default]
    Unknown,
    /// A program that shows what is there: only a line that begins with its own name is its word.
    Viewer(&'a str),
    /// A version control program: diagnostics of compilers and tests are not its own.
    Versions,
}

/// What a failing text says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Said {
    /// The line (two at most) that says what went wrong; empty when no line does.
    pub headline: String,
    /// The lines around it that belong to it; at most [`MESSAGE_CHARS`].
    pub message: String,
    /// The type of error that the headline, or else the message, names.
    pub error_type: Option<String>,
    /// The exit code that the text names.
    pub exit_code: Option<i32>,
    /// The first place in the project's own files that headline or message name.
    pub frame: Option<Frame>,
}

/// Returns the line (two at most) of `text` that says what went wrong, at most [`HEADLINE_CHARS`] long; empty
/// when no line says anything.
///
/// A failing test's name and assertion beat all else; then of a Python traceback the last exception, of a Java
/// one the last cause, the first diagnostic or fatal line, the first line with a word of failure, the first line.
/// Frames, gutters, progress and wrapper lines are never taken, and a header that says nothing alone is joined
/// with the line after it.
#[must_use]
pub fn headline(text: &str) -> String {
    let text = clean(text);
    pick(&read_lines(&text), Speaker::Unknown).map_or_else(String::new, |picked| picked.headline)
}

/// Returns everything that `text`, printed by `speaker`, says of a failure.
#[must_use]
pub fn said(text: &str, speaker: Speaker<'_>) -> Said {
    let text = clean(text);
    let lines = read_lines(&text);
    let exit_code = exit_code(&text);
    let Some(picked) = pick(&lines, speaker) else {
        return Said {
            exit_code,
            ..Said::default()
        };
    };
    let around = around(&lines, picked.at);
    let own = |line: &&Line<'_>| place::own_frame(line.text);
    Said {
        error_type: detail::error_type(&picked.headline)
            .or_else(|| around.iter().find_map(|line| detail::error_type(line.text))),
        frame: place::own_frame(&picked.headline).or_else(|| around.iter().find_map(|line| own(&line))),
        message: around
            .iter()
            .map(|line| line.raw)
            .collect::<Vec<_>>()
            .join("\n")
            .chars()
            .take(MESSAGE_CHARS)
            .collect(),
        headline: picked.headline,
        exit_code,
    }
}

struct Picked {
    /// The index of the line.
    at: usize,
    headline: String,
}

impl Picked {
    fn new(at: usize, first: &str, second: Option<&str>) -> Self {
        let first = without_duration(without_caller(first));
        let words = first.split_whitespace().chain(second.unwrap_or("").split_whitespace());
        let mut headline = String::new();
        let mut room = HEADLINE_CHARS;
        for word in words {
            if !headline.is_empty() {
                headline.push(' ');
                room -= 1;
            }
            let length = word.chars().count();
            headline.extend(word.chars().take(room));
            if length + 1 >= room {
                break;
            }
            room -= length;
        }
        Self {
            at,
            headline: headline.trim_end().to_owned(),
        }
    }
}

/// Returns a line without the library frame that Ruby puts before its message: `/gems/psych/parser.rb:62:in 'x': ` tells
/// where the complaint is made, not what it is about.
fn without_caller(line: &str) -> &str {
    let Some((place, rest)) = line.split_once(":in ") else {
        return line;
    };
    let is_place = place.rsplit_once(':').is_some_and(|(file, number)| {
        place::is_foreign(file) && !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    });
    let message = rest
        .strip_prefix(['\'', '`'])
        .and_then(|rest| rest.split_once("': "))
        .map(|(_, message)| message);
    message
        .filter(|message| is_place && !message.is_empty())
        .unwrap_or(line)
}

/// Returns Go's verdict on a package without how long it took: no two runs take equally long.
fn without_duration(line: &str) -> &str {
    let Some(rest) = line.strip_prefix("FAIL\t") else {
        return line;
    };
    match rest.split_once('\t') {
        Some((package, time)) if time.ends_with('s') => &line[.."FAIL\t".len() + package.len()],
        _ => line,
    }
}

fn read_lines(text: &str) -> Vec<Line<'_>> {
    text.lines()
        .map(|line| {
            let raw = noise::without_task(line).trim_end();
            Line {
                raw,
                text: raw.trim_start(),
            }
        })
        .filter(|line| !line.text.is_empty())
        .collect()
}

/// The lines of `lines` that are told with the one at `at`.
fn around<'a>(lines: &[Line<'a>], at: usize) -> Vec<Line<'a>> {
    let (before, after) = MESSAGE_LINES;
    let from = at.saturating_sub(before);
    let to = (at + 1 + after).min(lines.len());
    let all = lines[from..to].iter().enumerate();
    all.filter(|(index, line)| from + index == at || !noise::is_noise(line.text))
        .map(|(_, line)| *line)
        .collect()
}

fn pick(lines: &[Line<'_>], speaker: Speaker<'_>) -> Option<Picked> {
    if let [only] = lines {
        return (!is_never(only.text)).then(|| Picked::new(0, only.text, None));
    }
    if speaker == Speaker::Unknown
        && let Some((at, first, second)) = verdict::failing_test(lines)
    {
        return Some(Picked::new(at, first, second));
    }
    let kept = without_frames(lines);
    if let Some(at) = traceback(lines, &kept).or_else(|| last_cause(lines, &kept)) {
        return Some(Picked::new(at, lines[at].text, None));
    }
    // The first of the highest rank: what comes later is often only its consequence.
    let best = kept
        .iter()
        .copied()
        .max_by_key(|at| (rank(lines, *at, speaker), std::cmp::Reverse(*at)));
    let resort = || (0..lines.len()).find(|at| noise::is_last_resort(lines[*at].text));
    let at = best
        .filter(|at| rank(lines, *at, speaker) > SAYS_NOTHING)
        .or_else(resort)
        .or(best)?;
    let next = kept
        .iter()
        .copied()
        .find(|other| *other > at)
        .map(|other| lines[other].text);
    let first = lines[at].text.trim_end_matches(['━', ' ']);
    let second = end_of_quotation(lines, at).or(next.filter(|next| is_mere_header(lines[at].text, next)));
    Some(Picked::new(at, first, second))
}

/// Rank of a line that stands there and speaks of no failure.
const SAYS_NOTHING: u8 = 10;

/// Lines behind a diagnostic among which the end of a text that it quotes is looked for.
const QUOTED_LINES: usize = 12;

/// Returns the line on which a quotation ends that the diagnostic `at` opens with a backtick: the linter's own words go on
/// behind it.
fn end_of_quotation<'a>(lines: &[Line<'a>], at: usize) -> Option<&'a str> {
    let is_open = |text: &str| text.bytes().filter(|b| *b == b'`').count() % 2 == 1;
    let opens = is_open(lines[at].text) && place::leading(lines[at].text).is_some();
    let behind = || {
        lines[at + 1..]
            .iter()
            .take(QUOTED_LINES)
            .map(|line| line.text)
            .find(|text| is_open(text))
    };
    opens.then(behind).flatten()
}

/// Returns whether `line` alone is a wrapper that must never be a headline.
fn is_never(line: &str) -> bool {
    noise::is_noise(line) && !noise::is_last_resort(line) || line.starts_with("Traceback (most recent call last)")
}

/// Returns the indices of the lines that are neither frames nor noise nor source under a frame or over carets.
fn without_frames(lines: &[Line<'_>]) -> Vec<usize> {
    let mut under_python_frame = false;
    let mut kept = Vec::with_capacity(lines.len());
    for (at, line) in lines.iter().enumerate() {
        let over_carets = lines
            .get(at + 1)
            .is_some_and(|next| next.text.contains('^') && noise::is_carets(next.text));
        if noise::is_frame(line.text) {
            under_python_frame = line.text.contains("File \"");
        } else if under_python_frame && line.raw.starts_with([' ', '\t']) {
            under_python_frame = false;
        } else {
            under_python_frame = false;
            let is_source = over_carets && place::leading(line.text).is_none();
            if !is_source && !noise::is_noise(line.text) {
                kept.push(at);
            }
        }
    }
    kept
}

/// The last exception of a Python traceback.
fn traceback(lines: &[Line<'_>], kept: &[usize]) -> Option<usize> {
    let is_python = |line: &Line<'_>| line.text.starts_with("Traceback") || line.text.starts_with("File \"");
    lines.iter().any(is_python).then_some(())?;
    kept.iter()
        .rev()
        .copied()
        .find(|at| words::is_python_exception(lines[*at].text))
}

/// The last `Caused by:` of a Java stack.
fn last_cause(lines: &[Line<'_>], kept: &[usize]) -> Option<usize> {
    let is_cause = |at: &usize| {
        lines[*at]
            .text
            .strip_prefix("Caused by: ")
            .is_some_and(|rest| words::is_typed_error(rest) || rest.ends_with("Exception"))
    };
    kept.iter().rev().copied().find(is_cause)
}

/// Beginnings of lines by which a program says that it failed.
static FATAL_BEGINNINGS: Beginnings = Beginnings::of(&[
    "fatal: ",
    "error: ",
    "error[",
    "Error: ",
    "Error [",
    "ERROR: ",
    "[ERROR] ",
    "E: ",
    "panic: ",
    "fatal error: ",
    "FATAL ERROR: ",
    "CONFLICT ",
    "! [rejected]",
    "! [remote rejected]",
    "✗ ",
    "✘ ",
    "✖ ",
    "× ",
    "❌ ",
    "npm ERR! ",
    "npm error ",
    "curl: (",
    "ssh: ",
    "Uncaught ",
    "E   ",
    "(eval):",
    "bash: ",
    "/bin/bash: ",
    "/bin/sh: ",
    "sh: ",
    "zsh: ",
    "zsh:",
    "Execution failed for task",
]);

/// Lines of version control that only follow from what was said before them.
const CONSEQUENCES: &[&str] = &[
    "fatal: Could not read from remote repository",
    "fatal: the remote end hung up",
    "fatal: early EOF",
    "error: failed to push some refs",
];

/// Marks of log lines that say nothing of failure, whatever words they hold.
const CALM_LOGS: &[&str] = &[
    " INFO ",
    " DEBUG ",
    " TRACE ",
    "level=info",
    "level=debug",
    "\"level\":\"info\"",
    "INFO: ",
];

/// Returns how much the line at `at` says about a failure, from 0.
fn rank(lines: &[Line<'_>], at: usize, speaker: Speaker<'_>) -> u8 {
    let line = lines[at].text;
    if CALM_LOGS.iter().any(|mark| line.contains(mark)) {
        return 0;
    }
    let is_fatal = FATAL_BEGINNINGS.begin(line) || words::is_typed_error(line);
    let tone = words::tone(line);
    if let Speaker::Viewer(program) = speaker
        && line
            .split_once(": ")
            .is_some_and(|(name, _)| name.rsplit('/').next() == Some(program))
    {
        return 80;
    }
    let diagnostic = match place::leading(line) {
        Some(placed) if speaker == Speaker::Unknown => diagnostic(&placed, tone),
        _ => None,
    };
    match (diagnostic, is_fatal, tone) {
        (Some(rank), _, _) => rank,
        (None, true, _) if CONSEQUENCES.iter().any(|start| line.starts_with(start)) => 45,
        (None, true, _) => 70,
        (None, false, Tone::Failure) if is_row(line) => 70,
        (None, false, Tone::Failure) => 50,
        (None, false, Tone::Warning) => 30,
        (None, false, Tone::Neutral) => SAYS_NOTHING,
    }
}

/// Ranks a line that begins with a place: with a column it is a compiler's or linter's; with `: :` behind it
/// only the name of a package stands there.
fn diagnostic(placed: &place::Placed<'_>, tone: Tone) -> Option<u8> {
    let rest = placed.rest;
    if rest.trim_start().starts_with(": #") {
        return Some(5);
    }
    let is_message = rest.starts_with(' ') && !rest.starts_with("  ");
    match (is_message, placed.has_column, tone) {
        (true, true, Tone::Warning) if rest.trim_start().starts_with("warning") => Some(40),
        (true, true, _) | (true, false, Tone::Failure) => Some(70),
        (true, false, Tone::Warning) => Some(40),
        (true, false, Tone::Neutral) => Some(60),
        (false, ..) => None,
    }
}

/// `12:5  error  message  rule`: a row of a linter that names the file once above.
fn is_row(line: &str) -> bool {
    let word = line.split_whitespace().next().unwrap_or("");
    word.split_once(':').is_some_and(|(line, column)| {
        !line.is_empty() && line.bytes().all(|b| b.is_ascii_digit()) && column.bytes().all(|b| b.is_ascii_digit())
    })
}

/// Returns whether `line` announces a failure that only the line after it names.
fn is_mere_header(line: &str, next: &str) -> bool {
    let low = line.to_lowercase();
    let after_error = low
        .strip_prefix("[error]")
        .or_else(|| low.strip_prefix("error"))
        .map_or(low.as_str(), |rest| rest.trim_start_matches(':').trim_start());
    (line.ends_with(':') && place::leading(line).is_none())
        || line.ends_with('━') && next.starts_with(['×', '✖', '!', '‼'])
        || matches!(low.as_str(), "fatal error" | "error")
        || after_error.starts_with("subprocess-exited-with-error")
        || after_error.starts_with("build failed")
        || low.contains("panicked at")
        || low.contains(": in function")
        || low.contains("cmake error at")
}

#[cfg(test)]
mod tests;
