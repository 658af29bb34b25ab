//! Failures behind an exit status of 0: piped, caught by `||`, followed by another command.
//!
//! About 29 % of failing test, build and version control runs are of this kind. Two things must come
//! together: a command that loses the status of a program which does work, and a line that only a failing
//! run of such a program prints. `error:` alone is no such line, and what `cat`, `grep` or `git log` print is content.

use super::headline::{clean, noise, place};
use super::shell::lex::Link;
use super::shell::{self, Masked, Segment};

/// A failure that a successful command line hides.
pub(super) struct Hidden {
    /// The index of the segment that failed.
    pub(super) segment: usize,
    /// The exit code, when the command line printed it.
    pub(super) exit_code: Option<i32>,
}

/// What a line of an output gives away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    /// A test, build or lint run failed.
    Verdict,
    /// One passed.
    Passed,
    /// A program ended on an exception or a panic.
    Crash,
    /// git refused.
    Refused,
    /// The shell found no such program.
    NotFound,
}

/// Beginnings of lines, with what they give away.
const BEGINNINGS: &[(&str, Mark)] = &[
    ("--- FAIL: ", Mark::Verdict),
    ("FAIL\t", Mark::Verdict),
    ("test result: FAILED", Mark::Verdict),
    ("error: could not compile", Mark::Verdict),
    ("error: test failed", Mark::Verdict),
    ("error[E", Mark::Verdict),
    ("(fail) ", Mark::Verdict),
    ("BUILD FAILED", Mark::Verdict),
    ("BUILD FAILURE", Mark::Verdict),
    ("FAILURE: Build failed", Mark::Verdict),
    ("[ERROR] Failed to execute goal", Mark::Verdict),
    ("npm ERR! ", Mark::Verdict),
    ("npm error ", Mark::Verdict),
    ("ELIFECYCLE", Mark::Verdict),
    ("make: *** ", Mark::Verdict),
    ("ninja: build stopped", Mark::Verdict),
    ("error: script \"", Mark::Verdict),
    ("error: Recipe `", Mark::Verdict),
    ("collect2: error: ", Mark::Verdict),
    ("CMake Error ", Mark::Verdict),
    ("go: unsupported GOOS/GOARCH", Mark::Verdict),
    ("go: cannot find main module", Mark::Verdict),
    ("go: go.mod file not found", Mark::Verdict),
    ("go: updates to go.mod needed", Mark::Verdict),
    ("ok  \t", Mark::Passed),
    ("PASS", Mark::Passed),
    ("test result: ok", Mark::Passed),
    ("CONFLICT (", Mark::Refused),
    ("error: failed to push some refs", Mark::Refused),
    ("fatal: ", Mark::Refused),
    ("Traceback (most recent call last):", Mark::Crash),
    ("panic: ", Mark::Crash),
    ("thread 'main' panicked at", Mark::Crash),
];

/// Returns the failure that `command` hides behind its success, given everything that it printed.
#[must_use]
pub(super) fn find(segments: &[Segment], output: &str) -> Option<Hidden> {
    let suspects: Vec<usize> = (0..segments.len()).filter(|at| is_suspect(segments, *at)).collect();
    let text = clean(output);
    if suspects.is_empty() {
        return refused_option(segments, &text);
    }
    let marks: Vec<(Mark, &str)> = text
        .lines()
        .filter_map(|line| mark(line).map(|mark| (mark, line)))
        .collect();
    let has = |wanted: Mark| marks.iter().any(|(mark, _)| *mark == wanted);
    let by = |test: &dyn Fn(&Segment) -> bool| suspects.iter().copied().rev().find(|at| test(&segments[*at]));
    let is_git = |segment: &Segment| {
        segment
            .goal
            .as_ref()
            .is_some_and(|goal| matches!(goal.program.as_str(), "git" | "gh" | "jj"))
    };
    let is_caught = |at: &usize| is_caught(segments, *at);
    let asks_status = echo_of_status(segments).is_some();
    let found = if has(Mark::Verdict) {
        by(&Segment::is_checker).or_else(|| by(&|segment| !is_git(segment)).filter(|at| !is_caught(at)))
    } else if let Some(at) = by(&Segment::is_checker).filter(|at| diagnoses(&segments[*at], &text)) {
        Some(at)
    } else if has(Mark::Passed) {
        // What the code under test prints of crashes and refusals is content when its tests passed.
        None
    } else if has(Mark::Crash) && crash_is_last_word(&text) {
        by(&|segment| !is_git(segment)).filter(|at| !is_caught(at))
    } else if has(Mark::Refused) && !asks_status {
        by(&is_git).filter(|at| !is_caught(at) && is_last_act(segments, *at))
    } else {
        marks
            .iter()
            .filter(|(mark, _)| *mark == Mark::NotFound)
            .find_map(|(_, line)| {
                let names = |at: &usize| {
                    line.split([' ', ':'])
                        .any(|word| !word.is_empty() && word == segments[*at].word)
                };
                suspects.iter().copied().find(|at| names(at) && !is_caught(at))
            })
    };
    found
        .map(|segment| Hidden {
            segment,
            exit_code: None,
        })
        .or_else(|| printed_status(segments, &suspects, &text))
        .or_else(|| refused_option(segments, &text))
}

/// What programs say of an option that they do not have, behind their own name.
const REFUSED_OPTIONS: &[&str] = &[
    "invalid option -- ",
    "illegal option -- ",
    "unrecognized option ",
    "unknown option ",
    "unknown option: ",
];

/// Returns the failure of a program in a pipe that did not take one of its options: it names itself and the option, and
/// stands in the command line with it. What it was to find or show, it has not.
fn refused_option(segments: &[Segment], text: &str) -> Option<Hidden> {
    let named = |line: &str, at: usize| {
        let segment = &segments[at];
        let (program, said) = line.split_once(": ")?;
        let option = REFUSED_OPTIONS.iter().find_map(|start| said.strip_prefix(start))?;
        let option = option
            .split_whitespace()
            .next()?
            .trim_matches(['\'', '"', '`', '\u{2018}', '\u{2019}']);
        let has = |word: &String| match option.strip_prefix("--") {
            Some(_) => word.split('=').next() == Some(option),
            None => word.starts_with('-') && !word.starts_with("--") && word.contains(option.trim_start_matches('-')),
        };
        let is_own = segment.goal.as_ref().is_some_and(|goal| goal.program == program);
        (is_own && !option.is_empty() && segment.arguments.iter().any(has)).then_some(at)
    };
    let lost = |at: &usize| {
        matches!(shell::masked(segments, *at), Some(Masked::Pipe | Masked::Later)) && !is_caught(segments, *at)
    };
    text.lines()
        .find_map(|line| (0..segments.len()).filter(lost).find_map(|at| named(line, at)))
        .map(|segment| Hidden {
            segment,
            exit_code: None,
        })
}

/// Returns whether the segment at `at` does work and loses its exit status. Behind `||` something else than a
/// remark is the other way to the same end.
fn is_suspect(segments: &[Segment], at: usize) -> bool {
    let segment = &segments[at];
    if segment.goal.is_none() || segment.is_viewer() || segment.is_probe() {
        return false;
    }
    match shell::masked(segments, at) {
        Some(Masked::Pipe | Masked::Later) => true,
        Some(Masked::Or) => {
            let caught_by = segments[at..]
                .iter()
                .position(|next| next.link == Link::Or)
                .and_then(|or| segments.get(at + or + 1));
            segment.is_checker() && caught_by.is_some_and(|next| next.goal.is_none())
        }
        None => false,
    }
}

/// Returns whether `||` catches the failure of the segment at `at`, or of the pipeline that it is part of.
fn is_caught(segments: &[Segment], at: usize) -> bool {
    let end_of_pipe = segments[at..].iter().find(|segment| segment.link != Link::Pipe);
    shell::masked(segments, at) == Some(Masked::Or) || end_of_pipe.is_some_and(|segment| segment.link == Link::Or)
}

/// Returns whether nothing but remarks and viewers follows the segment at `at`: in a script of many steps a refusal
/// in between is what the script tries out.
fn is_last_act(segments: &[Segment], at: usize) -> bool {
    segments[at + 1..]
        .iter()
        .all(|segment| segment.goal.is_none() || segment.is_viewer())
}

/// Returns the place of the command that prints the exit status of another.
fn echo_of_status(segments: &[Segment]) -> Option<usize> {
    segments.iter().position(|segment| {
        segment.word == "echo"
            && segment
                .arguments
                .iter()
                .any(|word| word.contains("$?") || word.contains("PIPESTATUS"))
    })
}

/// Returns what `line` gives away.
fn mark(line: &str) -> Option<Mark> {
    let text = noise::without_task(line);
    let trimmed = text.trim();
    if let Some((_, mark)) = BEGINNINGS.iter().find(|(start, mark)| {
        // The verdict of a subtest is indented; everything else that is indented is quoted or content.
        if *mark == Mark::Verdict {
            trimmed.starts_with(start)
        } else {
            text.starts_with(start)
        }
    }) {
        return Some(*mark);
    }
    let is_verdict = trimmed.ends_with("ERROR task failed")
        || (trimmed.starts_with("test ") && trimmed.ends_with("... FAILED"))
        || (text.starts_with("FAILED ") && text.contains("::"))
        || is_failing_tally(trimmed)
        || text.contains("): error TS")
        || (text.contains(" - error TS") && text.contains(':'));
    if is_verdict {
        return Some(Mark::Verdict);
    }
    let is_not_found = text.ends_with(": command not found")
        || text.contains(": command not found: ")
        || text.starts_with("sh: ") && text.ends_with(": not found");
    is_not_found.then_some(Mark::NotFound)
}

/// `3 issues:`, `Found 3 errors.`, `=== 1 failed, 2 passed in 0.12s ===`, `Tests: 1 failed`, `✖ 3 problems`.
fn is_failing_tally(line: &str) -> bool {
    let counted = |text: &str, nouns: &[&str]| {
        let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        end > 0
            && text[..end].bytes().any(|b| b != b'0')
            && nouns.iter().any(|noun| text[end..].trim_start().starts_with(noun))
    };
    let after = |start: &str| line.strip_prefix(start).map(str::trim_start);
    let bar = line.trim_matches(['=', ' ']);
    counted(line, &["issues:"])
        || after("Found ").is_some_and(|rest| counted(rest, &["error"]))
        || after("✖ ").is_some_and(|rest| counted(rest, &["problem"]))
        || ["Tests:", "Tests ", "Test Suites:", "Test Files "]
            .iter()
            .any(|start| after(start).is_some_and(|rest| counted(rest, &["failed"])))
        || (line.starts_with("==") && counted(bar, &["failed", "error"]) && bar.contains(" in "))
}

/// Returns whether a compiler or linter printed a diagnostic with line and column, and no mere warning.
fn diagnoses(segment: &Segment, text: &str) -> bool {
    let runs_program = segment.goal.as_ref().is_some_and(|goal| goal.subcommand == "run");
    !runs_program
        && text.lines().any(|line| {
            place::leading(noise::without_task(line)).is_some_and(|placed| {
                placed.has_column
                    && placed.rest.starts_with(' ')
                    && !placed.rest.starts_with("  ")
                    && !placed.rest.trim_start().starts_with("warning")
            })
        })
}

/// Returns whether nothing but the crash's own lines and a few more follow it: a program that went on after
/// a traceback had caught it and only told of it.
fn crash_is_last_word(text: &str) -> bool {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let start = lines.iter().rposition(|line| {
        BEGINNINGS
            .iter()
            .any(|(start, mark)| *mark == Mark::Crash && line.starts_with(start))
    });
    start.is_some_and(|start| {
        let behind = &lines[start + 1..];
        let last_frame = behind
            .iter()
            .rposition(|line| line.starts_with([' ', '\t']) || noise::is_frame(line.trim()));
        behind.len() - last_frame.map_or(0, |at| at + 1) <= 4
    })
}

/// Returns the failure whose exit code the command line prints itself: `make; echo "exit: $?"`.
fn printed_status(segments: &[Segment], suspects: &[usize], text: &str) -> Option<Hidden> {
    let echo = echo_of_status(segments)?;
    // Of any other program an agent prints the status because it asks for it: that is a probe.
    let does_work = |at: &usize| segments[*at].goal.is_some() && !segments[*at].is_viewer();
    let segment = (0..echo)
        .rev()
        .find(does_work)
        .filter(|at| suspects.contains(at) && segments[*at].is_checker())?;
    let line = text.lines().rfind(|line| !line.trim().is_empty())?.trim();
    let digits = line.rsplit([':', '=', ' ']).next().unwrap_or(line);
    let says_exit = line == digits
        || ["exit", "status", "code", "rc"]
            .iter()
            .any(|word| line.to_ascii_lowercase().contains(word));
    let code: i32 = digits.parse().ok()?;
    (says_exit && line.len() <= 40 && code != 0).then_some(Hidden {
        segment,
        exit_code: Some(code),
    })
}
