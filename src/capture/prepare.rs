//! What can be said about an observation without the store: importing does this on every core at once.

use super::size::shortened;
use crate::domain::failure::Finding;
use crate::domain::trace::{CallEnd, Flag, Observation, Report, Step};
use crate::failure::own;
use crate::failure::recognise::{self, Seen};
use crate::failure::shell;
use crate::redact::Clean;

/// An observation with what recognition says about it.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// What was seen.
    pub seen: Clean<Observation>,
    /// What failed in it.
    pub finding: Option<Clean<Finding>>,
    /// What was exercised: the keys of the denominators.
    pub keys: Clean<Vec<String>>,
    /// The masked call.
    pub shape: Clean<String>,
    /// What a program that reports its own call says of it beyond the outcome.
    pub report: Option<Clean<Report>>,
}

/// Recognises what an observation says, from all of its text, and then cuts the text to the size that is kept.
#[must_use]
pub fn prepare(seen: &Clean<Observation>) -> Prepared {
    let not_run = seen.derive(not_run).transpose();
    let seen = not_run.as_ref().unwrap_or(seen);
    let finding = seen.derive(find).transpose();
    let report = seen.derive(report).transpose();
    let called = seen.derive(called).transpose();
    let seen = called.as_ref().unwrap_or(seen);
    let keys = seen.derive(|seen| match &seen.step {
        Step::CallEnded(end) => shell::exercise_keys(&end.call),
        _ => Vec::new(),
    });
    let shape = seen.derive(|seen| match &seen.step {
        Step::CallEnded(end) => shell::shape(&end.call),
        _ => String::new(),
    });
    let seen = seen.derive(|seen| shortened(seen.clone()));
    Prepared {
        seen,
        finding,
        keys,
        shape,
        report,
    }
}

/// Returns what a program says of a call of its own.
fn report(seen: &Observation) -> Option<Report> {
    match &seen.step {
        Step::Reported(reported) => Some(reported.report.clone()),
        _ => None,
    }
}

/// Returns the call that a program reports as one like every other; nothing for what only adds to another report.
fn called(seen: &Observation) -> Option<Observation> {
    match &seen.step {
        Step::Reported(reported) if !reported.report.adds => Some(Observation {
            step: Step::CallEnded(reported.end.clone()),
            ..seen.clone()
        }),
        _ => None,
    }
}

/// Returns a call that Callus itself refused as one that has not run: it is no run of anything, and no failure.
fn not_run(seen: &Observation) -> Option<Observation> {
    let Step::CallEnded(end) = &seen.step else { return None };
    (end.flag != Flag::Success && own::is_refusal(&end.output.head)).then(|| Observation {
        step: Step::CallStarted(end.call.clone()),
        ..seen.clone()
    })
}

/// Returns what failed. Text that recognition stumbles over must not keep everything behind it from being recorded:
/// its event is kept without a finding.
fn find(seen: &Observation) -> Option<Finding> {
    std::panic::catch_unwind(|| recognise(seen)).unwrap_or_default()
}

fn recognise(seen: &Observation) -> Option<Finding> {
    match &seen.step {
        Step::CallEnded(end) => looked_at(end, seen.cwd.as_deref(), |seen| recognise::call(&seen)),
        Step::Reported(reported) if reported.report.adds => None,
        Step::Reported(reported) => looked_at(&reported.end, seen.cwd.as_deref(), |seen| {
            recognise::reported(&seen, &reported.report)
        }),
        Step::ModelError(error) if error.ended_turn => Some(recognise::model_error(error)),
        _ => None,
    }
}

/// Returns what `look` finds in a call.
fn looked_at(end: &CallEnd, cwd: Option<&str>, look: impl FnOnce(Seen<'_>) -> Option<Finding>) -> Option<Finding> {
    let output = end.output.joined();
    look(Seen {
        call: &end.call,
        flag: if end.interrupted { Flag::Failure } else { end.flag },
        output: &output,
        exit_code: end.exit_code,
        note: end.note.as_deref(),
        interrupted: end.interrupted,
        cwd,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::id::Assistant;
    use crate::domain::time::Timestamp;
    use crate::domain::trace::{AtSource, Call, SessionKey, Text, ToolKind, Via};
    use crate::redact;

    /// What tools print and agents type, in pieces small enough to be put together wrongly.
    const PIECES: &[&str] = &[
        "Exit code 1\n",
        "Exit code ",
        "error[E0308]: ",
        "error: ",
        "fatal: ",
        "Traceback (most recent call last):\n",
        "  File \"a.py\", line 3, in f\n",
        "panic: ",
        "thread 'main' panicked at src/a.rs:1:2:\n",
        "--- FAIL: T (0.0s)\n",
        "FAIL\tpkg\t0.1s\n",
        "ok  \t",
        "a/b.go:12:3: undefined: x\n",
        "<tool_use_error>",
        "</tool_use_error>",
        "The user doesn't want to proceed with this tool use.",
        "the user said:\n",
        "\u{1b}[31m",
        "\r",
        "\n",
        "\t",
        " ",
        "“",
        "ß",
        "日本",
        "\u{202e}",
        "'",
        "\"",
        "`",
        "$(",
        ")",
        "<<'EOF'\n",
        "EOF\n",
        "|",
        "||",
        "&&",
        ";",
        "&",
        "2>&1",
        ">",
        "\\",
        "{",
        "}",
        "[",
        "]",
        "cd /x && ",
        "timeout 5 ",
        "env A=1 ",
        "bash -c ",
        "go test ./...",
        "cargo build",
        "git push",
        "grep -rn x",
        "cat f",
        "echo $?",
        "exit: 1",
        "3 issues:",
        "=== 1 failed in 0.1s ===",
        "-",
        "--",
        "=",
        ":",
        "/",
        "0x1f",
        "12:30:01",
        "…",
        "\0",
    ];

    fn text() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            4 => prop::sample::select(PIECES).prop_map(str::to_owned),
            1 => "\\PC{0,12}".prop_map(String::from),
        ];
        prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        /// One text that breaks recognition would stand in a journal and break every command that drains it.
        #[test]
        fn no_call_breaks_recognition(
            command in text(),
            output in text(),
            kind in prop::sample::select(&[ToolKind::Shell, ToolKind::Edit, ToolKind::Mcp, ToolKind::Other]),
            flag in prop::sample::select(&[Flag::Success, Flag::Failure, Flag::Silent]),
            interrupted in any::<bool>(),
        ) {
            let call = Call {
                id: None,
                tool: command.chars().take(9).collect(),
                kind,
                input: Text::whole(command.clone()),
                command: Some(command),
                file: None,
            };
            let end = CallEnd {
                call,
                flag,
                output: Text::cut(&output, 40, 40),
                exit_code: None,
                duration_ms: None,
                interrupted,
                note: None,
                background: None,
            };
            let seen = Observation {
                session: SessionKey { assistant: Assistant::new("a"), external: "s".to_owned() },
                agent: None,
                at: Timestamp(0),
                at_source: AtSource::Record,
                cwd: None,
                branch: None,
                via: Via::Hook,
                step: Step::CallEnded(end),
            };
            let prepared = prepare(&redact::scan(seen));
            if let Some(finding) = prepared.finding {
                prop_assert!(!finding.headline.is_empty());
                let _ = crate::failure::mask::mask(&finding.headline);
            }
        }
    }
}
