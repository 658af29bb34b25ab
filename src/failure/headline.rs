//! The one line of a failing outcome that says what went wrong.
//!
//! Written as byte matching over const tables: this runs inside a hook, where compiling a regular
//! expression would cost more than everything else together.

/// Longest headline, in characters; with it a headline fits on a few terminal lines.
pub const HEADLINE_CHARS: usize = 300;

/// Returns the line (two at most) of `text` that says what went wrong, at most [`HEADLINE_CHARS`] long.
///
/// Stack frames, gutters and carets are dropped; of a Python traceback the last exception counts, of a
/// Java one the last cause, else the first line with a word of failure. A header that says nothing alone
/// is joined with the line after it.
#[must_use]
pub fn headline(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let [.., last] = lines.as_slice() else {
        return String::new();
    };
    if lines.len() == 1 {
        return shorten(last.trim());
    }
    let kept = without_frames(&lines);
    if kept.is_empty() {
        return shorten(last.trim());
    }
    let is_python = |line: &&str| {
        let line = line.trim_start();
        line.starts_with("Traceback") || line.starts_with("File \"")
    };
    if lines.iter().any(is_python)
        && let Some(line) = kept.iter().rev().find(|line| is_python_exception(line))
    {
        return shorten(line);
    }
    if let Some(line) = kept.iter().rfind(|line| is_java_exception(line))
        && line.starts_with("Caused by")
    {
        return shorten(line);
    }
    let at = kept.iter().position(|line| speaks_of_failure(line)).unwrap_or(0);
    match kept.get(at + 1) {
        Some(next) if is_mere_header(kept[at]) => shorten(&format!("{} {next}", kept[at])),
        _ => shorten(kept[at]),
    }
}

fn shorten(line: &str) -> String {
    line.chars().take(HEADLINE_CHARS).collect()
}

/// Returns the lines that are no frames, trimmed; a source line that Python shows under a frame goes with it.
fn without_frames<'a>(lines: &[&'a str]) -> Vec<&'a str> {
    let mut under_python_frame = false;
    let mut kept = Vec::with_capacity(lines.len());
    for line in lines {
        if is_frame(line.trim()) {
            under_python_frame = line.contains("File \"");
        } else if under_python_frame && line.starts_with([' ', '\t']) {
            under_python_frame = false;
        } else {
            under_python_frame = false;
            kept.push(line.trim());
        }
    }
    kept
}

/// Beginnings of lines that belong to a stack or point at source, and say nothing themselves.
const FRAME_BEGINNINGS: &[&str] = &[
    "--> ",
    "|",
    "stack backtrace",
    "Require stack",
    "Call log",
    "Traceback",
    "Stack trace",
    "note: run with",
    "- /",
    "For more information",
    "[signal ",
];

/// Returns whether `line`, trimmed, is a stack frame, a gutter or a row of carets.
fn is_frame(line: &str) -> bool {
    FRAME_BEGINNINGS.iter().any(|start| line.starts_with(start))
        || line
            .bytes()
            .all(|b| matches!(b, b'^' | b'~' | b'-' | b'|') || b.is_ascii_whitespace())
        || is_call_frame(line)
        || is_numbered_frame(line)
}

/// `at f (file:1)`, `at file:1`, `File "x", line 1`, `pkg.f(0x1)`, `file.go:1 +0x2`.
fn is_call_frame(line: &str) -> bool {
    if let Some(rest) = line.strip_prefix("at ") {
        let rest = rest.strip_prefix("async ").unwrap_or(rest).trim();
        let first = rest.split_whitespace().next().unwrap_or("");
        return (rest.ends_with(')') && rest.contains('('))
            || !rest.contains(char::is_whitespace)
            || has_line_number(first);
    }
    if let Some(rest) = line.strip_prefix("File \"") {
        return rest
            .rsplit_once("\", line ")
            .is_some_and(|(_, line)| line.starts_with(|c: char| c.is_ascii_digit()));
    }
    let word_end = line.find(char::is_whitespace).unwrap_or(line.len());
    let (word, rest) = line.split_at(word_end);
    (line.ends_with(')') && word.find("(0x").is_some_and(|at| at > 0))
        || (word.contains(".go:") && rest.trim_start().starts_with("+0x"))
}

/// `#0 0x…`, `3: 0x…`, `12 | source`, `... 4 more`, `goroutine 7 …`.
fn is_numbered_frame(line: &str) -> bool {
    let after_number = |rest: &str| {
        let end = rest.find(|c: char| !c.is_ascii_digit())?;
        (end > 0).then(|| rest[end..].to_owned())
    };
    if let Some(rest) = line.strip_prefix('#') {
        return after_number(rest).is_some_and(|rest| rest.trim_start().starts_with("0x"));
    }
    if let Some(rest) = line.strip_prefix("... ") {
        return after_number(rest).is_some_and(|rest| rest.starts_with(" more"));
    }
    if let Some(rest) = line.strip_prefix("goroutine ") {
        return rest.starts_with(|c: char| c.is_ascii_digit());
    }
    after_number(line).is_some_and(|rest| {
        let rest = rest.trim_start();
        rest.starts_with('|')
            || rest
                .strip_prefix(':')
                .is_some_and(|rest| rest.trim_start().starts_with("0x"))
    })
}

/// Returns whether `word` holds a colon followed by a digit.
fn has_line_number(word: &str) -> bool {
    word.as_bytes()
        .windows(2)
        .any(|pair| pair[0] == b':' && pair[1].is_ascii_digit())
}

/// Words that alone make a line speak of failure, in lower case.
const FAILURE_WORDS: &[&str] = &[
    "abort",
    "aborted",
    "cannot",
    "conflict",
    "couldn't",
    "can't",
    "crashloopbackoff",
    "deadlock",
    "denied",
    "error",
    "exceeded",
    "exception",
    "fail",
    "failed",
    "fails",
    "failure",
    "fatal",
    "invalid",
    "killed",
    "locked",
    "mismatch",
    "mismatched",
    "missing",
    "panic",
    "panicked",
    "refused",
    "reject",
    "rejected",
    "segmentation",
    "timeout",
    "timedout",
    "unable",
    "undefined",
    "unexpected",
    "unresolved",
    "warning",
];

/// Pairs of neighbouring words that make a line speak of failure, in lower case.
const FAILURE_PAIRS: &[(&str, &[&str])] = &[
    ("could", &["not"]),
    ("never", &["used"]),
    ("no", &["rule", "space", "such", "tests"]),
    (
        "not",
        &[
            "a",
            "apply",
            "been",
            "defined",
            "exist",
            "found",
            "match",
            "performed",
            "satisfied",
            "supported",
            "used",
        ],
    ),
    ("timed", &["out"]),
    ("too", &["long"]),
];

/// Ends of the names of error types, in lower case.
const TYPE_ENDINGS: &[&str] = &["error", "exception", "warning"];

/// Returns whether `line` holds a word or pair of words of failure.
fn speaks_of_failure(line: &str) -> bool {
    let mut before = "";
    let mut before_that = "";
    for word in line.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '\'')) {
        if word.is_empty() {
            continue;
        }
        let bare = word.trim_matches('\'');
        if is_failure_word(bare)
            || is_failure_pair(before, bare)
            || (bare.eq_ignore_ascii_case("memory")
                && before.eq_ignore_ascii_case("of")
                && before_that.eq_ignore_ascii_case("out"))
        {
            return true;
        }
        (before_that, before) = (before, bare);
    }
    false
}

fn is_failure_word(word: &str) -> bool {
    FAILURE_WORDS.iter().any(|known| known.eq_ignore_ascii_case(word))
        || TYPE_ENDINGS.iter().any(|ending| {
            word.len() > ending.len()
                && word.is_char_boundary(word.len() - ending.len())
                && word[word.len() - ending.len()..].eq_ignore_ascii_case(ending)
        })
}

fn is_failure_pair(before: &str, word: &str) -> bool {
    FAILURE_PAIRS.iter().any(|(first, seconds)| {
        first.eq_ignore_ascii_case(before) && seconds.iter().any(|second| second.eq_ignore_ascii_case(word))
    })
}

/// Ends of the names of Python exceptions that no capital inside the name gives away.
const PYTHON_ENDINGS: &[&str] = &[
    "Error",
    "Exception",
    "Warning",
    "Exit",
    "Interrupt",
    "Iteration",
    "Timeout",
    "Fault",
    "NotFound",
];

/// Returns whether `line` begins with the name of a Python exception, alone or before a colon.
fn is_python_exception(line: &str) -> bool {
    let line = line
        .strip_prefix('E')
        .map(str::trim_start)
        .filter(|rest| rest.len() + 1 < line.len())
        .unwrap_or(line);
    let end = line
        .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.'))
        .unwrap_or(line.len());
    let (name, rest) = line.split_at(end);
    if !(rest.is_empty() || rest.starts_with(':')) || !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        return false;
    }
    let last = name.rsplit('.').next().unwrap_or(name);
    let inner_capital = name.len() > last.len() && last.starts_with(|c: char| c.is_ascii_uppercase()) && last.len() > 1
        || last
            .char_indices()
            .any(|(at, c)| at > 0 && c.is_ascii_uppercase() && at + 1 < last.len());
    inner_capital
        || PYTHON_ENDINGS
            .iter()
            .any(|ending| last.len() > ending.len() && last.ends_with(ending))
}

/// Returns whether `line` names a Java exception or its cause.
fn is_java_exception(line: &str) -> bool {
    if line.starts_with("Exception in thread") || line.starts_with("Caused by:") {
        return true;
    }
    let end = line
        .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | '$')))
        .unwrap_or(line.len());
    let name = &line[..end];
    ["Exception", "Error"]
        .iter()
        .any(|ending| name.len() > ending.len() && name.ends_with(ending))
}

/// Beginnings of lines that say something only together with the next one, in lower case.
const HEADER_BEGINNINGS: &[&str] = &["npm err! code", "make:", "make[", "failure:"];

/// Whole lines, and ends after `error:`, that say something only together with the next one, in lower case.
const HEADER_LINES: &[&str] = &["fatal error:", "fatal error", "error:", "error"];

/// Returns whether `line` announces a failure without saying which.
fn is_mere_header(line: &str) -> bool {
    let low = line.to_lowercase();
    let after_error = low
        .strip_prefix("[error]")
        .or_else(|| low.strip_prefix("error"))
        .map_or(low.as_str(), |rest| rest.trim_start_matches(':').trim_start());
    HEADER_BEGINNINGS.iter().any(|start| low.starts_with(start))
        || HEADER_LINES.contains(&low.as_str())
        || after_error.starts_with("subprocess-exited-with-error")
        || after_error.starts_with("build failed")
        || low.contains("panicked at")
        || low.contains(": in function")
        || low.contains("cmake error at")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A failing text and the line of it that says what went wrong.
    const CASES: &[(&str, &str)] = &[
        ("one line", "one line"),
        ("", ""),
        (
            "Traceback (most recent call last):\n  File \"a.py\", line 2, in f\n    x['k']\nKeyError: 'k'",
            "KeyError: 'k'",
        ),
        (
            "java.lang.RuntimeException: x\n\tat a.B.c(B.java:1)\nCaused by: java.io.IOException: y\n\tat a.B.d(B.java:2)",
            "Caused by: java.io.IOException: y",
        ),
        (
            "thread 'main' panicked at src/main.rs:2:5:\nindex out of bounds: the len is 1 but the index is 2",
            "thread 'main' panicked at src/main.rs:2:5: index out of bounds: the len is 1 but the index is 2",
        ),
        (
            "error[E0308]: mismatched types\n  --> src/a.rs:1:2\n   |\n   | expected `A`, found `B`",
            "error[E0308]: mismatched types",
        ),
    ];

    #[test]
    fn the_headline_is_the_line_that_says_what_went_wrong() {
        for (text, expected) in CASES {
            assert_eq!(&headline(text), expected);
        }
    }
}
