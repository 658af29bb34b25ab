use super::*;
use crate::domain::trace::Text;
use proptest::prelude::*;

fn tool(kind: ToolKind, name: &str, command: Option<&str>) -> Call {
    Call {
        id: None,
        tool: name.into(),
        kind,
        input: Text::default(),
        command: command.map(str::to_owned),
        file: None,
    }
}

fn see(asked: &Call, flag: Flag, output: &str) -> Option<Finding> {
    call(&Seen {
        call: asked,
        flag,
        output,
        exit_code: None,
        note: None,
        interrupted: false,
        cwd: None,
    })
}

fn bash(command: &str, flag: Flag, output: &str) -> Option<Finding> {
    see(&tool(ToolKind::Shell, "Bash", Some(command)), flag, output)
}

#[test]
fn what_callus_says_is_never_mined() {
    let hint = "Exit code 1\n--- FAIL: TestX\nseen in 3 sessions";
    assert_eq!(bash("~/.local/bin/callus show abc | head", Flag::Success, hint), None);
    assert_eq!(bash("cd x && callus check < log", Flag::Failure, hint), None);
    assert_eq!(
        see(
            &tool(ToolKind::Mcp, "mcp__plugin_callus_callus__failure_check", None),
            Flag::Failure,
            hint
        ),
        None
    );
    assert_eq!(
        bash("make skills/x/SKILL.md | cat", Flag::Success, "--- FAIL: TestX"),
        None
    );
}

#[test]
fn a_report_without_a_flag_is_read_by_its_text() {
    let edit = tool(ToolKind::Edit, "Edit", None);
    let text = "<tool_use_error>String to replace not found in file.\nString: panic: fatal: x</tool_use_error>";
    let found = see(&edit, Flag::Silent, text).expect("a failure");
    assert_eq!(
        (found.headline.as_str(), found.scope.as_str()),
        ("String to replace not found in file.", "Edit")
    );
    assert_eq!(see(&edit, Flag::Silent, "The file has been updated."), None);
    let found = bash("ls x", Flag::Silent, "Exit code 2\nls: x: No such file or directory").expect("a failure");
    assert_eq!((found.exit_code, found.scope.as_str()), (Some(2), "ls"));
    assert_eq!(bash("ls", Flag::Silent, "Process exited with code 0\na"), None);
}

#[test]
fn a_complaint_about_the_input_keeps_its_reason() {
    let text = "<tool_use_error>InputValidationError: [\n  {\n    \"code\": \"invalid_type\",\n    \"message\": \"Required\"\n  }\n]</tool_use_error>";
    let found = see(&tool(ToolKind::Read, "Read", None), Flag::Silent, text).expect("a failure");
    assert_eq!(found.headline, "InputValidationError: [ \"Required\"");
    assert_eq!(found.error_type.as_deref(), Some("InputValidationError"));
}

#[test]
fn an_interrupt_is_expected_whatever_was_printed() {
    let asked = tool(ToolKind::Shell, "Bash", Some("make"));
    let seen = Seen {
        call: &asked,
        flag: Flag::Success,
        output: "",
        exit_code: None,
        note: None,
        interrupted: true,
        cwd: None,
    };
    let found = call(&seen).expect("recorded");
    assert_eq!(found.expected, Some(Expected::Interrupted));
    assert!(!found.headline.is_empty());
}

#[test]
fn the_same_lines_are_content_in_a_viewer_and_a_verdict_in_a_runner() {
    let out = "--- FAIL: TestX (0.00s)\n    x_test.go:3: got 1, want 2\nFAIL\n";
    for command in [
        "cat log | tail",
        "gh run view 1 --log-failed | tail",
        "git show HEAD | head",
        "grep FAIL log; echo done",
        "go test ./...",
    ] {
        assert_eq!(bash(command, Flag::Success, out), None, "{command}");
    }
    for command in [
        "go test ./... | tail",
        "go test ./... || true",
        "go test ./...; echo done",
        "cd x && mise run test 2>&1 | grep FAIL",
        "OUT=$(go test ./...); echo \"$OUT\"",
    ] {
        let found = bash(command, Flag::Success, out).unwrap_or_else(|| panic!("{command}"));
        assert_eq!(found.origin, Origin::Hidden);
        assert_eq!(
            found.headline, "--- FAIL: TestX x_test.go:3: got 1, want 2",
            "{command}"
        );
    }
}

/// A command that loses its status, what it printed, and whether that hides a failure.
const HIDING: &[(&str, &str, bool)] = &[
    (
        "ls plugins 2>&1 || echo removed",
        "ls: plugins: No such file or directory\nremoved",
        false,
    ),
    (
        "git check-ref-format --branch '../x' 2>&1 || echo no",
        "fatal: '../x' is not a valid branch name\nno",
        false,
    ),
    (
        "git push origin main 2>&1 | tail -3",
        "fatal: unable to access 'x'",
        true,
    ),
    ("git diff main | head", "fatal: this is content of a viewer", false),
    (
        "python app.py 2>&1 | tail",
        "Traceback (most recent call last):\n  File \"app.py\", line 1\nValueError: x",
        true,
    ),
    (
        "python app.py | tail",
        "caught:\nTraceback (most recent call last):\n  File \"a\", line 1\nValueError: x\na\nb\nc\nd\ne",
        false,
    ),
    (
        "go test -v ./... | tail",
        "panic: expected by the test\n--- PASS: TestX\nPASS\nok  \tpkg\t0.1s",
        false,
    ),
    ("gtimeout 5 foo | head", "zsh:1: command not found: gtimeout", true),
    (
        "npx tsc --noEmit | head",
        "src/a.ts(1,2): error TS2304: Cannot find name 'x'.",
        true,
    ),
    (
        "cargo build 2>&1 | tail -2",
        "error: could not compile `a` (lib) due to 1 previous error",
        true,
    ),
    (
        "cargo build 2>&1 | tail -2",
        "error: this word alone proves nothing",
        false,
    ),
    ("pytest -q | tail -1", "1 failed, 2 passed in 0.1s", false),
    ("pytest | tail -1", "=== 1 failed, 2 passed in 0.10s ===", true),
    (
        "mypy src | tail -1",
        "Found 2 errors in 1 file (checked 3 source files)",
        true,
    ),
    ("mypy src | tail -1", "Found 0 errors", false),
    ("make test > log 2>&1; echo \"exit: $?\"", "exit: 2", true),
    ("make test > log 2>&1; echo \"exit: $?\"", "exit: 0", false),
    ("./app --bogus; echo \"exit: $?\"", "unknown flag\nexit: 2", false),
];

#[test]
fn hidden_failures_need_a_command_that_hides_and_a_line_that_tells() {
    for (command, output, hides) in HIDING {
        assert_eq!(
            bash(command, Flag::Success, output).is_some(),
            *hides,
            "{command}: {output}"
        );
    }
}

#[test]
fn failures_of_the_model_and_of_background_work_are_findings() {
    let error = ModelError {
        kind: "overloaded".into(),
        status: Some(529),
        message: Text::whole("API Error: 529 Overloaded"),
        ended_turn: true,
    };
    let found = model_error(&error);
    assert_eq!(
        (found.origin, found.headline.as_str(), found.scope.as_str()),
        (Origin::Model, "API Error: 529 Overloaded", "model")
    );
    let end = |failed, summary: &str| BackgroundEnd {
        call: None,
        task: None,
        failed,
        summary: Text::whole(summary),
        exit_code: Some(1),
    };
    let asked = tool(ToolKind::Shell, "Bash", Some("cd x && npm test"));
    let found = background(
        &end(true, "Background command \"Run tests\" failed with exit code 1"),
        Some(&asked),
    )
    .expect("a failure");
    assert_eq!(
        (found.origin, found.scope.as_str(), found.exit_code),
        (Origin::Background, "npm test", Some(1))
    );
    assert_eq!(background(&end(false, "completed"), Some(&asked)), None);
}

proptest! {
    #[test]
    fn nothing_makes_recognition_panic(command in "(\\PC|[\n'\"`$(){}|&;<>\\\\#]|<<A|go test){0,80}", output in "(\\PC|[\n\t]|fatal: |--- FAIL: ){0,80}", flag in 0..3_u8) {
        let flag = [Flag::Success, Flag::Failure, Flag::Silent][usize::from(flag)];
        let _ = bash(&command, flag, &output);
        let _ = shell::exercise_keys(&tool(ToolKind::Shell, "Bash", Some(&command)));
        let _ = shell::shape(&tool(ToolKind::Shell, "Bash", Some(&command)));
    }
}

#[test]
fn a_megabyte_of_anything_is_a_command_line_too() {
    for part in [
        "a && ",
        "a | ",
        "$(",
        "`",
        "'",
        "<<A\n",
        "<<A ",
        "(",
        "X=1 ",
        "export X1=2; ",
        "timeout 1 ",
        "bash -c '",
        "go test; ",
        "{ ",
        "\\",
    ] {
        let command = part.repeat(1_000_000 / part.len());
        let _ = bash(&command, Flag::Failure, "x: command not found");
        let _ = bash(&command, Flag::Success, "--- FAIL: TestX");
    }
}

#[test]
fn an_option_that_a_program_in_a_pipe_does_not_take_is_a_hidden_failure() {
    let said = "grep: invalid option -- P\nusage: grep [-abc] [pattern] [file ...]";
    for (command, output, segment) in [
        (
            "git log | grep -oP '#\\d+' | while read x; do echo \"$x\"; done",
            said,
            Some("grep -oP '#\\d+'"),
        ),
        ("grep -oP 'a' x | sort", said, Some("grep -oP 'a' x")),
        ("cat log | sort", said, None),
        ("cat log | grep -o a | sort", said, None),
        ("grep -P x y || true", said, None),
        (
            "ls --color x | head",
            "ls: unrecognized option '--color'",
            Some("ls --color x"),
        ),
    ] {
        let found = bash(command, Flag::Success, output);
        assert_eq!(
            found.as_ref().and_then(|one| one.segment.as_deref()),
            segment,
            "{command}"
        );
        assert!(found.is_none_or(|one| one.headline.contains("option")), "{command}");
    }
}
