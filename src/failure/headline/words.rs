//! The words by which a line speaks of failure.

use super::beginnings::Beginnings;

/// Words that alone make a line speak of failure, in lower case.
static FAILURE_WORDS: Beginnings = Beginnings::of(&[
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
]);

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

/// How strongly a line speaks of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tone {
    /// Not at all.
    Neutral,
    /// Only as a warning.
    Warning,
    /// It does.
    Failure,
}

/// Returns how `line` speaks of failure.
#[must_use]
pub(super) fn tone(line: &str) -> Tone {
    let mut before = "";
    let mut before_that = "";
    let mut tone = Tone::Neutral;
    for word in line.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '\'')) {
        let bare = word.trim_matches('\'');
        if bare.is_empty() {
            continue;
        }
        if bare.len() >= 7 && ends_with_ignoring_case(bare, "warning") {
            tone = Tone::Warning;
        } else if is_failure_word(bare)
            || is_failure_pair(before, bare)
            || (bare.eq_ignore_ascii_case("memory")
                && before.eq_ignore_ascii_case("of")
                && before_that.eq_ignore_ascii_case("out"))
        {
            return Tone::Failure;
        }
        (before_that, before) = (before, bare);
    }
    tone
}

fn is_failure_word(word: &str) -> bool {
    FAILURE_WORDS.name(word)
        || TYPE_ENDINGS
            .iter()
            .any(|ending| word.len() > ending.len() && ends_with_ignoring_case(word, ending))
}

fn ends_with_ignoring_case(word: &str, ending: &str) -> bool {
    word.len()
        .checked_sub(ending.len())
        .and_then(|at| word.get(at..))
        .is_some_and(|end| end.eq_ignore_ascii_case(ending))
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
#[must_use]
pub(super) fn is_python_exception(line: &str) -> bool {
    let line = line.strip_prefix("E ").map_or(line, str::trim_start);
    let (name, rest) = leading_name(line);
    if !(rest.is_empty() || rest.starts_with(':')) || !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        return false;
    }
    let last = name.rsplit('.').next().unwrap_or(name);
    let first_may_count = name.len() > last.len();
    let inner_capital = last
        .char_indices()
        .any(|(at, c)| (at > 0 || first_may_count) && c.is_ascii_uppercase() && at + 1 < last.len());
    inner_capital
        || PYTHON_ENDINGS
            .iter()
            .any(|ending| last.len() > ending.len() && last.ends_with(ending))
}

/// Returns whether `line` begins with a name that ends as error types do, before a colon.
#[must_use]
pub(super) fn is_typed_error(line: &str) -> bool {
    let (name, rest) = leading_name(line);
    rest.starts_with(':')
        && name.len() > 5
        && (name.ends_with("Error") || name.ends_with("Exception"))
        && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
}

/// Splits off the dotted name that `line` begins with.
fn leading_name(line: &str) -> (&str, &str) {
    let end = line
        .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | '$')))
        .unwrap_or(line.len());
    line.split_at(end)
}
