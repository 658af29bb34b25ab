//! Which simple command of a failed command line it was.

use super::lex::Link;
use super::segment::{Segment, base_name};
use crate::failure::headline::noise;

/// Words in a failing output that point at one program, in order of trust: a segment of that program is to
/// blame when there is one. The text stands at the start of a line, after a task runner's prefix.
const SIGNATURES: &[(&str, &[&str])] = &[
    ("--- FAIL: ", &["go", "gotestsum", "mise", "make", "just", "task"]),
    ("FAIL\t", &["go", "gotestsum", "mise", "make", "just", "task"]),
    ("test result: FAILED", &["cargo"]),
    ("error[E", &["cargo", "rustc"]),
    ("error: could not compile", &["cargo"]),
    (
        "Traceback (most recent call last):",
        &["python", "python3", "pytest", "uv", "pip"],
    ),
    ("npm ERR!", &["npm", "npx"]),
    ("npm error", &["npm", "npx"]),
    ("fatal: ", &["git"]),
    ("CONFLICT (", &["git"]),
    ("The following paths are ignored", &["git add"]),
    ("gh: ", &["gh"]),
];

/// Returns the segment of `segments` that most probably failed, given what the command line printed and its
/// exit code, as an index; nothing for an empty command line.
///
/// In order: the program that the shell could not find; a program that names itself at the start of a line; a
/// program whose mark the output bears; the segment whose operands the headline speaks of; the last command
/// that the exit status can come from.
#[must_use]
pub fn failing(segments: &[Segment], output: &str, headline: &str, exit_code: Option<i32>) -> Option<usize> {
    if let Some(at) = assigned(segments, headline) {
        return Some(at);
    }
    let acting: Vec<usize> = (0..segments.len()).filter(|at| segments[*at].goal.is_some()).collect();
    if acting.len() < 2 {
        return acting.first().copied().or_else(|| segments.len().checked_sub(1));
    }
    // Where the exit status of a segment is lost, the command line cannot have failed by it; nor by a `grep x && …`
    // that found something.
    let found_something = output
        .lines()
        .any(|line| !line.trim().is_empty() && !noise::is_client_line(line.trim()));
    let answered = |at: usize| found_something && segments[at].link == Link::And && segments[at].is_probe();
    let bears = |at: &usize| super::masked(segments, *at).is_none() && !answered(*at);
    let bearing: Vec<usize> = acting.iter().copied().filter(bears).collect();
    let bearing = if bearing.is_empty() { &acting } else { &bearing };
    not_found(segments, bearing, headline, exit_code)
        .or_else(|| named_by_itself(segments, bearing, headline))
        .or_else(|| {
            let behind: Vec<usize> = bearing.iter().map(|at| behind_sink(segments, *at)).collect();
            task_of_runner(segments, &behind, output)
                .or_else(|| signature(segments, &behind, headline))
                .or_else(|| spoken_of(segments, &behind, headline))
                // In `a && b` either may have failed; the later is likelier, for it does the work.
                .or(behind.last().copied())
        })
}

/// Returns the name that a shell keeps for itself, when a headline says that it was to be set: `read-only variable: x` of
/// zsh, `x: readonly variable` of others.
pub(in crate::failure) fn kept_name(headline: &str) -> Option<&str> {
    let behind = headline.split_once("read-only variable: ").map(|(_, name)| name);
    let before = || {
        headline
            .split_once(": readonly variable")
            .map(|(name, _)| name.rsplit(": ").next().unwrap_or(name))
    };
    behind.or_else(before).map(str::trim).filter(|name| !name.is_empty())
}

/// Returns the assignment to a name that the shell keeps for itself.
fn assigned(segments: &[Segment], headline: &str) -> Option<usize> {
    let name = kept_name(headline)?;
    segments.iter().position(|segment| {
        segment
            .typed
            .strip_prefix(name)
            .is_some_and(|rest| rest.starts_with('='))
    })
}

/// Returns the beginning of the pipe that ends in a mere viewer at `at`, such as `head`: a viewer that fails says so.
fn behind_sink(segments: &[Segment], at: usize) -> usize {
    if !segments[at].is_viewer() || segments[at].is_probe() {
        return at;
    }
    let piped = segments[..at]
        .iter()
        .rev()
        .take_while(|segment| segment.link == Link::Pipe)
        .count();
    (at - piped..=at).find(|at| segments[*at].goal.is_some()).unwrap_or(at)
}

/// `x: command not found`, `command not found: x`, `no such file or directory: x` with exit code 126 or 127.
fn not_found(segments: &[Segment], acting: &[usize], headline: &str, exit_code: Option<i32>) -> Option<usize> {
    let says_so =
        headline.contains("not found") || headline.contains("no such file") || headline.contains("ermission denied");
    if !says_so && !matches!(exit_code, Some(126 | 127)) {
        return None;
    }
    let words: Vec<&str> = headline.split([' ', ':']).filter(|word| !word.is_empty()).collect();
    acting.iter().copied().find(|at| {
        let segment = &segments[*at];
        let program = segment.goal.as_ref().map_or("", |goal| goal.program.as_str());
        words
            .iter()
            .any(|word| *word == segment.word || (!program.is_empty() && *word == program))
    })
}

/// `cat: x: No such file or directory`: the line begins with the program's name.
fn named_by_itself(segments: &[Segment], acting: &[usize], headline: &str) -> Option<usize> {
    let (name, _) = headline.split_once(": ")?;
    let name = base_name(name);
    let mut candidates = acting
        .iter()
        .copied()
        .filter(|at| segments[*at].goal.as_ref().is_some_and(|goal| goal.program == name));
    let first = candidates.next()?;
    let by_operand = std::iter::once(first).chain(candidates).find(|at| {
        segments[*at]
            .goal
            .as_ref()
            .is_some_and(|goal| goal.targets.iter().any(|t| headline.contains(t.as_str())))
    });
    by_operand.or(Some(first))
}

/// `[lint] ERROR task failed`: the task runner names the task.
fn task_of_runner(segments: &[Segment], acting: &[usize], output: &str) -> Option<usize> {
    let line = output
        .lines()
        .find(|line| line.trim_end().ends_with("] ERROR task failed"))?;
    let task = line.split(['[', ']', ':']).nth(1)?;
    acting.iter().copied().find(|at| {
        segments[*at]
            .goal
            .as_ref()
            .is_some_and(|goal| goal.program == "mise" && goal.subcommand.ends_with(task))
            || segments[*at].arguments.iter().any(|word| word == task)
    })
}

fn signature(segments: &[Segment], acting: &[usize], headline: &str) -> Option<usize> {
    let (_, programs) = SIGNATURES.iter().find(|(mark, _)| headline.starts_with(mark))?;
    programs.iter().find_map(|program| {
        let of_program = |at: &&usize| {
            segments[**at]
                .goal
                .as_ref()
                .is_some_and(|goal| goal.program == *program || goal.head() == *program)
        };
        let spoken = acting
            .iter()
            .filter(of_program)
            .max_by_key(|at| mentions(&segments[**at], headline));
        spoken.copied()
    })
}

fn spoken_of(segments: &[Segment], acting: &[usize], headline: &str) -> Option<usize> {
    acting
        .iter()
        .copied()
        .map(|at| (mentions(&segments[at], headline), at))
        .filter(|(mentions, _)| *mentions > 0)
        .max_by_key(|(mentions, at)| (*mentions, usize::MAX - at))
        .map(|(_, at)| at)
}

/// Counts the operands of `segment` that `headline` speaks of; short ones would match by chance.
fn mentions(segment: &Segment, headline: &str) -> usize {
    let says = |word: &str| {
        let word = word
            .trim_start_matches("./")
            .trim_end_matches("/...")
            .trim_end_matches('/');
        word.len() > 3 && headline.contains(word)
    };
    segment
        .goal
        .as_ref()
        .map_or(0, |goal| goal.targets.iter().filter(|target| says(target)).count())
}
