use super::*;
use crate::domain::trace::Text;

/// A command line and the keys of its goals.
const GOALS: &[(&str, &[&str])] = &[
    ("GOOS=windows go test ./...", &["GOOS=windows go test ./..."]),
    (
        "cd cli && mise exec -- go test ./... -run TestX 2>&1 | tail -5",
        &["go test ./... TestX", "tail"],
    ),
    (
        "export A=b && .claude/skills/test-harness.sh start",
        &["A=b test-harness.sh start"],
    ),
    ("timeout 60 npx jest src/a.test.ts", &["jest src/a.test.ts"]),
    (
        "uv run --with requests python -m pytest tests/x.py -k name",
        &["pytest tests/x.py name"],
    ),
    ("git -C /repo stash pop", &["git stash pop"]),
    ("sudo -u dev env X=1 time make -j 4 lint", &["X=1 make lint"]),
    ("mise run fmt && mise run lint 2>&1", &["mise run fmt", "mise run lint"]),
    ("gh pr view --json number,title 2>&1", &["gh pr view"]),
    ("bash -lc 'cd x && cargo test --lib foo'", &["cargo test foo"]),
    ("OUT=$(go vet ./...); echo \"$OUT\"", &["go vet ./..."]),
    (
        "find . -name '*.go' | xargs -0 grep -n TODO",
        &["find . *.go", "grep TODO"],
    ),
    ("if test -f x; then cat x; fi", &["test x", "cat x"]),
    ("npm run build -w web", &["npm run build web"]),
    ("./gradlew test", &["gradlew test"]),
    ("poetry run mypy src", &["mypy src"]),
    ("bundle exec rspec spec/a_spec.rb:3", &["rspec spec/a_spec.rb:3"]),
    ("echo hi", &[]),
];

#[test]
fn goals_are_seen_through_everything_that_only_runs_them() {
    for (command, expected) in GOALS {
        let keys: Vec<String> = goals(command).iter().map(Goal::key).collect();
        assert_eq!(keys, *expected, "{command}");
    }
}

/// A command line, what it printed, the headline, the exit code, and the segment that failed.
const BLAMED: &[(&str, &str, i32, &str)] = &[
    (
        "go run . >out; status=$?; echo status=$status; rm -f out",
        "zsh:1: read-only variable: status",
        1,
        "status=$?",
    ),
    ("UID=3; id -u", "bash: line 1: UID: readonly variable", 1, "UID=3"),
    (
        "cd a && go vet ./... && gofmt -l .",
        "(eval):1: command not found: go",
        127,
        "go vet ./...",
    ),
    (
        "ls a; cat missing.txt",
        "cat: missing.txt: No such file or directory",
        1,
        "cat missing.txt",
    ),
    (
        "git add docs/a.md && git commit -m x",
        "The following paths are ignored by one of your .gitignore files: docs",
        1,
        "git add docs/a.md",
    ),
    (
        "git stash && mise run lint 2>&1 | tail -20; git stash pop",
        "error: Your local changes to the following files would be overwritten by merge:",
        1,
        "git stash pop",
    ),
    ("go build ./... && go test ./...", "--- FAIL: TestX", 1, "go test ./..."),
    (
        "mise run fmt && mise run lint",
        "a.go:1:2: x (goconst)",
        1,
        "mise run lint",
    ),
    ("cd x && grep -r foo . | head", "", 1, "grep -r foo ."),
];

#[test]
fn the_failing_segment_is_the_one_that_the_output_speaks_of() {
    for (command, headline, code, expected) in BLAMED {
        let segments = segments(command);
        let at = failing(&segments, headline, headline, Some(*code)).expect("a segment");
        assert_eq!(segments[at].text, *expected, "{command}");
    }
}

#[test]
fn a_pipe_an_or_and_a_later_statement_lose_the_exit_status() {
    let of = |command: &str| masked(&segments(command), 0);
    assert_eq!(of("go test | tail"), Some(Masked::Pipe));
    assert_eq!(of("go test || true"), Some(Masked::Or));
    assert_eq!(of("go test && a || b"), Some(Masked::Or));
    assert_eq!(of("go test; echo $?"), Some(Masked::Later));
    assert_eq!(of("go vet && go test | tail"), None);
    assert_eq!(of("go test"), None);
}

#[test]
fn probes_are_known_by_program_and_words() {
    let probe = |command: &str| segments(command)[0].is_probe();
    for command in [
        "grep x y",
        "rg x",
        "git diff --exit-code",
        "git merge-base --is-ancestor a b",
        "[ -f x ]",
        "command -v go",
        "git config --get user.name",
        "! lsof -i :80",
    ] {
        assert!(probe(command), "{command}");
    }
    for command in [
        "git diff",
        "git merge-base a b",
        "ls x",
        "go test",
        "git rev-parse HEAD",
    ] {
        assert!(!probe(command), "{command}");
    }
}

fn call(kind: ToolKind, tool: &str, command: Option<&str>, file: Option<&str>) -> Call {
    Call {
        id: None,
        tool: tool.into(),
        kind,
        input: Text::default(),
        command: command.map(str::to_owned),
        file: file.map(str::to_owned),
    }
}

#[test]
fn calls_are_counted_under_head_file_kind_or_tool() {
    let keys = |kind, tool, command, file| exercise_keys(&call(kind, tool, command, file));
    assert_eq!(
        keys(ToolKind::Shell, "Bash", Some("cd x && go test ./... | tail"), None),
        ["go test", "tail"]
    );
    assert_eq!(keys(ToolKind::Edit, "Edit", None, Some("/a/b.rs")), ["edit .rs"]);
    assert_eq!(
        keys(ToolKind::Read, "Read", None, Some("/a/Makefile")),
        ["read Makefile"]
    );
    assert_eq!(
        keys(ToolKind::Mcp, "mcp__linear-server__search", None, None),
        ["linear-server/search"]
    );
    assert_eq!(keys(ToolKind::Other, "Task", None, None), ["Task"]);
}

#[test]
fn a_shape_keeps_the_call_and_masks_what_changes_by_itself() {
    let of = |command: &str| shape(&call(ToolKind::Shell, "Bash", Some(command), None));
    assert_eq!(of("GOOS=windows  go test ./..."), "GOOS=windows go test ./...");
    assert_eq!(of("cat /tmp/x-123/out.txt && kill 48213"), "cat /tmp/* && kill *");
    assert_eq!(of("git show 3d60ba13 | head -20"), "git show * | head -20");
    assert_eq!(of("curl localhost:8080/a"), "curl localhost:*/a");
    assert_ne!(of("A=1 go test"), of("A=2 go test"));
}
