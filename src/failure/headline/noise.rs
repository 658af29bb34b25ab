//! Lines that say nothing about what went wrong: frames, wrappers, progress, what passed.

use super::beginnings::Beginnings;

/// Beginnings of lines that assistants put around an output.
static CLIENT_BEGINNINGS: Beginnings = Beginnings::of(&[
    "Command: /",
    "Chunk ID:",
    "Wall time:",
    "Original token count:",
    "Total output lines:",
    "Process exited with code ",
    "Process running with",
    "[rerun: b",
    "Shell cwd was reset to",
    "Command exited with code ",
    "(no output)",
    "(Bash completed with no output)",
    "... [",
    "… [",
]);

/// Beginnings of lines that only wrap a failure, report progress or say what went well.
static NOISE_BEGINNINGS: Beginnings = Beginnings::of(&[
    // Node under a debugger.
    "Waiting for the debugger",
    "Debugger attached",
    "Debugger listening",
    // Go.
    "ok  \t",
    "ok \t",
    "=== RUN",
    "=== PAUSE",
    "=== CONT",
    "=== NAME",
    "--- PASS",
    "--- SKIP",
    "go: downloading",
    "go: finding",
    "testing: warning: no tests to run",
    "coverage: ",
    // Cargo.
    "error: could not compile",
    "error: test failed, to rerun",
    "error: aborting due to",
    "error: process didn't exit successfully",
    "error: doctest failed",
    "warning: build failed",
    "warning: unused config key",
    "Some errors have detailed",
    "Compiling ",
    "Checking ",
    "Downloading ",
    "Downloaded ",
    "Updating ",
    "Locking ",
    "Finished ",
    "Running ",
    "Building ",
    "Fresh ",
    "Doc-tests ",
    "error: build failed",
    "error: target(s) failed",
    "failures:",
    "successes:",
    "running ",
    // npm, pnpm, yarn, bun.
    "npm ERR! code",
    "npm ERR! syscall",
    "npm ERR! path",
    "npm ERR! errno",
    "npm ERR! A complete log",
    "npm ERR! Lifecycle",
    "npm ERR! command",
    "npm ERR! cwd",
    "npm ERR! workspace",
    "npm ERR! location",
    "npm ERR!     /",
    "npm error code",
    "npm error syscall",
    "npm error path",
    "npm error errno",
    "npm error A complete log",
    "npm error Lifecycle",
    "npm error command",
    "npm error cwd",
    "npm error workspace",
    "npm error location",
    "npm notice",
    "npm warn",
    "npm WARN",
    "ELIFECYCLE",
    "ERR_PNPM_RECURSIVE_RUN_FIRST_FAIL",
    "[ELIFECYCLE]",
    "error Command failed with exit code",
    "info Visit https://yarnpkg",
    "error: script \"",
    "$ ",
    "> ",
    "error: \"",
    // make, just, gradle, maven, cmake, ninja.
    "make: ***",
    "make: Entering",
    "make: Leaving",
    "gmake: ***",
    "error: Recipe `",
    "task: Failed to run",
    "FAILURE: Build failed",
    "* What went wrong",
    "* Try:",
    "BUILD FAILED",
    "BUILD FAILURE",
    "ninja: build stopped",
    "collect2: error: ld returned",
    "compilation terminated",
    "[INFO]",
    "[ERROR] To see the full",
    "[ERROR] Re-run Maven",
    "[ERROR] For more information",
    "[ERROR] -> [Help",
    "[ERROR] [Help",
    // git.
    "Auto-merging ",
    "hint: ",
    "From ",
    "* branch ",
    "Already up to date",
    // Test runners.
    "Finished in ",
    "Test Suites:",
    "Test Files ",
    "Tests: ",
    "Tests  ",
    "Snapshots:",
    "Time: ",
    "Duration ",
    "Start at ",
    "Ran all test suites",
    "platform ",
    "rootdir:",
    "plugins:",
    "collecting ",
    "collected ",
    "PASS ",
    "✓ ",
    "✔ ",
    "√ ",
    "(pass) ",
    "ok ",
    "✅ ",
    "• ",
    // Wrappers of continuous integration and of others.
    "##[error]Process completed",
    "Error: Process completed with exit code",
    "exit status ",
    "Some checks failed",
    "husky - ",
    "Found 0 ",
]);

/// Ends of lines that only wrap a failure.
const NOISE_ENDINGS: &[&str] = &[
    "ERROR task failed",
    "[no test files]",
    "[no tests to run]",
    "[build failed]",
    "[setup failed]",
    "(cached)",
];

/// Whole lines that only wrap a failure.
const NOISE_LINES: &[&str] = &[
    "FAIL",
    "PASS",
    "FAILED",
    "PASSED",
    "Output:",
    "Error:",
    "ERROR:",
    "error:",
    "Error",
    "ERROR",
    "npm ERR!",
    "npm error",
    "Aborting",
    "OK",
    "ok",
    "Failed",
    "FAILURES",
    "...",
];

/// Beginnings of lines that look like noise and are none.
const TELLING: &[&str] = &["make: *** No rule", "make: *** no rule", "collected 0 items"];

/// Returns whether `line`, trimmed and without a task's prefix, says nothing of what went wrong.
#[must_use]
pub(in crate::failure) fn is_noise(line: &str) -> bool {
    if TELLING.iter().any(|start| line.starts_with(start)) {
        return false;
    }
    NOISE_LINES.contains(&line)
        || is_client_line(line)
        || NOISE_BEGINNINGS.begin(line)
        || NOISE_ENDINGS.iter().any(|end| line.ends_with(end))
        || is_package_failure(line)
        || is_submake(line)
        || is_tally(line)
}

/// Returns whether `line` is noise that still names a part of what failed, such as a package.
#[must_use]
pub(in crate::failure) fn is_last_resort(line: &str) -> bool {
    is_package_failure(line) || line.ends_with("[build failed]") || line.ends_with("[setup failed]")
}

/// `FAIL\tgithub.com/a/b\t0.3s`.
fn is_package_failure(line: &str) -> bool {
    line.starts_with("FAIL\t")
}

/// Returns whether an assistant put `line` around what the call printed.
#[must_use]
pub(in crate::failure) fn is_client_line(line: &str) -> bool {
    line == "Output:" || is_exit_code(line) || CLIENT_BEGINNINGS.begin(line)
}

/// `Exit code 1`, `exit code: 1`.
fn is_exit_code(line: &str) -> bool {
    line.get(..9)
        .is_some_and(|start| start.eq_ignore_ascii_case("exit code"))
        && line[9..]
            .trim_start_matches([':', ' ', '='])
            .trim_end_matches('.')
            .bytes()
            .all(|b| b.is_ascii_digit())
}

/// `make[2]: *** [all] Error 1`, `make[1]: Entering directory`.
fn is_submake(line: &str) -> bool {
    line.strip_prefix("make[").is_some_and(|rest| {
        rest.contains("]: Entering")
            || rest.contains("]: Leaving")
            || rest.contains("]: ***") && rest.contains("Error ")
    })
}

/// `3 issues:`, `* goconst: 2`, `2 passed, 1 failed`: sums of what stands in other lines.
fn is_tally(line: &str) -> bool {
    let after = |line: &str| {
        let end = line.find(|c: char| !c.is_ascii_digit())?;
        (end > 0).then(|| line[end..].trim().to_owned())
    };
    if let Some(rest) = line.strip_prefix("* ") {
        let (name, count) = rest.rsplit_once(": ").unwrap_or(("", ""));
        return !name.is_empty() && !name.contains(' ') && count.bytes().all(|b| b.is_ascii_digit());
    }
    after(line).is_some_and(|rest| {
        [
            "issues:",
            "issues.",
            "passed",
            "pass",
            "fail",
            "failed",
            "errors generated",
            "error generated",
            "expect() calls",
        ]
        .iter()
        .any(|tally| {
            rest == *tally
                || rest
                    .strip_prefix(tally)
                    .is_some_and(|more| more.starts_with([',', '.', ' ']) && more.len() < 60)
        })
    })
}

/// Beginnings of lines that belong to a stack or point at source, and say nothing themselves.
static FRAME_BEGINNINGS: Beginnings = Beginnings::of(&[
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
]);

/// Returns whether `line`, trimmed, is a stack frame, a gutter or a row of carets.
#[must_use]
pub(in crate::failure) fn is_frame(line: &str) -> bool {
    FRAME_BEGINNINGS.begin(line) || is_carets(line) || is_call_frame(line) || is_numbered_frame(line)
}

/// Returns whether `line` holds nothing but marks that point at the line above it.
#[must_use]
pub(in crate::failure) fn is_carets(line: &str) -> bool {
    line.bytes()
        .all(|b| matches!(b, b'^' | b'~' | b'-' | b'|') || b.is_ascii_whitespace())
}

/// `at f (file:1)`, `at file:1`, `File "x", line 1`, `from file:1:in 'f'`, `pkg.f(0x1)`, `file.go:1 +0x2`.
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
    if let Some(rest) = line.strip_prefix("from ") {
        return rest.contains(":in ") && has_line_number(rest);
    }
    let word_end = line.find(char::is_whitespace).unwrap_or(line.len());
    let (word, rest) = line.split_at(word_end);
    (line.ends_with(')') && word.find("(0x").is_some_and(|at| at > 0))
        || (word.contains(".go:") && rest.trim_start().starts_with("+0x"))
}

/// `#0 0x…`, `3: 0x…`, `12 | source`, `... 4 more`, `goroutine 7 …`.
fn is_numbered_frame(line: &str) -> bool {
    let after_number = |rest: &str| -> Option<usize> {
        let end = rest.find(|c: char| !c.is_ascii_digit())?;
        (end > 0).then_some(end)
    };
    if let Some(rest) = line.strip_prefix('#') {
        return after_number(rest).is_some_and(|end| rest[end..].trim_start().starts_with("0x"));
    }
    if let Some(rest) = line.strip_prefix("... ") {
        return after_number(rest).is_some_and(|end| rest[end..].starts_with(" more"));
    }
    if let Some(rest) = line.strip_prefix("goroutine ") {
        return rest.starts_with(|c: char| c.is_ascii_digit());
    }
    after_number(line).is_some_and(|end| {
        let rest = line[end..].trim_start();
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

/// Returns `line` without the prefix that a task runner puts before it, such as `[lint:go] `.
#[must_use]
pub(in crate::failure) fn without_task(line: &str) -> &str {
    let Some((task, rest)) = line.strip_prefix('[').and_then(|rest| rest.split_once(']')) else {
        return line;
    };
    let is_name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b':' | b'_' | b'-' | b'.' | b'/' | b'@');
    let is_level = ["error", "warn", "warning", "info", "fatal", "debug", "main", "rejected"]
        .iter()
        .any(|level| level.eq_ignore_ascii_case(task));
    let is_task = !task.is_empty()
        && task.len() <= 40
        && task.bytes().all(is_name)
        && task.bytes().any(|b| b.is_ascii_lowercase())
        && (rest.is_empty() || rest.starts_with(' '));
    if is_task && !is_level {
        rest.strip_prefix(' ').unwrap_or(rest)
    } else {
        line
    }
}
