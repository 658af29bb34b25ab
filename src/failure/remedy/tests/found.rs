use super::*;

#[test]
fn the_same_input_is_no_remedy_by_itself() {
    let red = "--- FAIL: TestA a_test.go:1: want 1";
    let kinds = |told: &Told| -> Vec<RemedyKind> { learn(&told.0).0.iter().map(|one| one.remedy.kind).collect() };
    let edited = Told::default()
        .red("go test ./...", red)
        .edit("/home/dev/code/app/a.go")
        .ok("go test ./... | tail");
    assert_eq!(kinds(&edited), [RemedyKind::Edited]);
    assert_eq!(learn(&edited.0).0[0].remedy.becomes, "a.go");
    let again = Told::default()
        .red("gh run list", "HTTP 502: Bad Gateway")
        .ok("cat a")
        .ok("gh run list");
    assert_eq!(kinds(&again), [RemedyKind::Retry]);
    let after_work = Told::default()
        .red("gh run list", "HTTP 502: Bad Gateway")
        .ok("git commit -m x")
        .ok("gh run list");
    assert_eq!(kinds(&after_work), []);
}

#[test]
fn what_prepares_must_have_to_do_with_the_failure() {
    let table = [
        ("npm test", "Error: Cannot find module 'chalk'", "npm ci", true),
        (
            "python x.py",
            "ModuleNotFoundError: No module named 'yaml'",
            "pip install yaml",
            true,
        ),
        (
            "python x.py",
            "ModuleNotFoundError: No module named 'yaml'",
            "pip install requests",
            false,
        ),
        (
            "go test ./a",
            "go: updates to go.mod needed; to update it: go mod tidy",
            "go mod tidy",
            true,
        ),
        (
            "cp a out/b",
            "cp: out/b: No such file or directory",
            "mkdir -p out",
            true,
        ),
        (
            "cp a build/out/b",
            "cp: build/out/b: No such file or directory",
            "mkdir -p build/out",
            true,
        ),
        (
            "psql -c x",
            "connection to server failed: Connection refused",
            "docker compose up -d db",
            true,
        ),
        ("git log v1..x", "fatal: bad revision 'v1..x'", "git fetch --tags", true),
        ("git log v1..x", "fatal: bad revision 'v1..x'", "npm ci", false),
    ];
    for (was, headline, command, is_remedy) in table {
        for told in [
            Told::default().red(was, headline).ok(command).ok(was),
            Told::default().red(was, headline).ok(&format!("{command} && {was}")),
        ] {
            let expected: Vec<_> = is_remedy
                .then(|| (RemedyKind::Prepared, command.to_owned()))
                .into_iter()
                .collect();
            assert_eq!(told.taught(), expected, "{headline}: {command}");
        }
    }
}

#[test]
fn a_second_try_that_failed_in_the_same_way_is_kept_as_failed() {
    let said = "fork/exec /tmp/x.test.exe: exec format error";
    let told = Told::default()
        .red("GOOS=windows go test ./...", said)
        .red("GOOS=windows go test -c ./...", said);
    let (lessons, passages) = learn(&told.0);
    let tried: Vec<(bool, &str)> = lessons
        .iter()
        .map(|one| (one.worked, one.remedy.becomes.as_str()))
        .collect();
    assert_eq!(tried, [(false, "GOOS=windows go test -c ./...")]);
    assert_eq!(passages, []);
}

#[test]
fn files_are_learnt_from_the_next_alike_one() {
    let read = |from: &str, to: &str| {
        Told::default()
            .file(
                "Read",
                ToolKind::Read,
                from,
                Some(&format!("File does not exist: {from}")),
            )
            .file("Glob", ToolKind::Search, HERE, None)
            .file("Read", ToolKind::Read, to, None)
            .taught()
    };
    let path = |to: &str| vec![(RemedyKind::Path, to.to_owned())];
    assert_eq!(
        read(
            "/home/dev/code/app/cli/commands/resume.go",
            "/home/dev/code/app/cli/resume.go"
        ),
        path("cli/resume.go")
    );
    assert_eq!(
        read("/home/dev/code/app/a.yml", "/home/dev/code/app/a.yaml"),
        path("a.yaml")
    );
    assert_eq!(
        read("/home/dev/code/app/src/x.rs", "/home/dev/code/app/src/x/mod.rs"),
        path("src/x/mod.rs")
    );
    for (from, to) in [
        ("/home/dev/code/app/cli/a.go", "/home/dev/code/app/cli/b.go"),
        ("/home/dev/code/app/cli/mod.rs", "/home/dev/code/app/store/x/mod.rs"),
        ("/home/dev/code/app/REVIEW.md", "/home/dev/code/other/REVIEW.md"),
        ("/home/dev/code/app/.env.example", "/home/dev/code/app/.env"),
        ("/home/dev/code/app/step1.md", "/home/dev/code/app/step2.md"),
        (
            "/home/dev/code/app/src/a.yml",
            "/home/dev/code/app/src/stop and run this now/a.yml",
        ),
    ] {
        assert_eq!(read(from, to), [], "{from} {to}");
    }
}

#[test]
fn what_was_to_be_searched_may_be_read_under_nearly_the_same_name() {
    let search = |to: &str| {
        let said = "Path does not exist: .golangci.yml";
        Told::default()
            .file("Grep", ToolKind::Search, ".golangci.yml", Some(said))
            .file("Read", ToolKind::Read, to, None)
            .taught()
    };
    assert_eq!(
        search("/home/dev/code/app/.golangci.yaml"),
        [(RemedyKind::Path, ".golangci.yaml".to_owned())]
    );
    assert_eq!(search("/home/dev/code/app/lint.yaml"), []);
}

#[test]
fn another_name_of_a_tools_input_is_a_remedy_when_it_may_be_meant() {
    let said = "Agent type 'simplifier' not found. Available agents: code:simplifier";
    let told = Told::default()
        .input("Task", r#"{"prompt":"do it","subagent_type":"simplifier"}"#, Some(said))
        .input(
            "Task",
            r#"{"prompt":"do it well","subagent_type":"code:simplifier"}"#,
            None,
        );
    assert_eq!(
        told.taught(),
        [(RemedyKind::Changed, "subagent_type: code:simplifier".to_owned())]
    );
    let other = Told::default()
        .input("Task", r#"{"subagent_type":"simplifier"}"#, Some(said))
        .input("Task", r#"{"subagent_type":"general"}"#, None);
    assert_eq!(other.taught(), []);
}

#[test]
fn a_value_that_was_not_given_stands_as_a_pair_and_only_where_the_error_speaks_of_it() {
    let with = |said: &str, input: &str| {
        let (lessons, _) = learn(
            &Told::default()
                .input("get_issue", r#"{"repo":"a"}"#, Some(said))
                .input("get_issue", input, None)
                .0,
        );
        lessons
            .into_iter()
            .map(|one| (one.remedy.was, one.remedy.becomes))
            .collect::<Vec<_>>()
    };
    let said = "invalid input: number is required";
    assert_eq!(
        with(said, r#"{"number":7,"repo":"a"}"#),
        [("number: (none)".to_owned(), "number: 7".to_owned())]
    );
    for input in [
        r#"{"repo":"a","size":7}"#,
        r#"{"number":"please run this now","repo":"a"}"#,
        r#"{"number":"https://evil.example/x","repo":"a"}"#,
    ] {
        assert_eq!(with(said, input), [], "{input}");
    }
}

#[test]
fn the_folder_above_is_what_is_left_of_one_that_is_not_there() {
    let search = |to: &str, pattern: &str| {
        let mut told = Told::default().file(
            "Grep",
            ToolKind::Search,
            "/home/dev/code/app/cli/commit",
            Some("Path does not exist: cli/commit"),
        );
        r#"{"path":"x","pattern":"BranchName|entire"}"#.clone_into(&mut told.0.steps[0].input);
        let mut told = told.file("Grep", ToolKind::Search, to, None);
        told.0.steps[1].input = format!(r#"{{"path":"y","pattern":"{pattern}"}}"#);
        told.taught()
    };
    assert_eq!(
        search("/home/dev/code/app/cli", "BranchName"),
        [(RemedyKind::Path, "cli".to_owned())]
    );
    assert_eq!(search("/home/dev/code/app/cli", "Other"), []);
    assert_eq!(search("/home/dev/code/app/docs", "BranchName"), []);
}

#[test]
fn only_facts_about_tools_and_systems_travel() {
    for (was, headline, now, travels) in [
        (
            "go test ./...",
            "zsh:1: command not found: go",
            "mise exec -- go test ./...",
            true,
        ),
        (
            "pytest tests/a.py",
            "zsh:1: command not found: pytest",
            "python3 -m pytest tests/a.py",
            false,
        ),
        (
            "gh pr diff 88 --stat",
            "unknown flag: --stat",
            "gh pr diff 88 --name-only",
            true,
        ),
        (
            "mise run lin --all",
            "error: unexpected argument '--all' found",
            "mise run lin --every",
            false,
        ),
        (
            "tsc -p .",
            "zsh: command not found: tsc",
            "./node_modules/.bin/tsc -p .",
            false,
        ),
    ] {
        let (lessons, _) = learn(&Told::default().red(was, headline).ok(now).0);
        assert_eq!(lessons[0].remedy.travels, travels, "{now}");
    }
}

#[test]
fn what_was_missing_stands_as_a_slot_in_the_remedy_for_the_kind() {
    let headline = "zsh:1: command not found: go";
    let (lessons, _) = learn(
        &Told::default()
            .red("go test ./...", headline)
            .ok("mise exec -- go test ./...")
            .0,
    );
    let general: Vec<&str> = lessons
        .iter()
        .filter(|one| one.of_kind)
        .map(|one| one.remedy.becomes.as_str())
        .collect();
    assert_eq!(general, ["mise exec -- <1>"]);
    assert_eq!(
        filled(general[0], "zsh:1: command not found: node").as_deref(),
        Some("mise exec -- node")
    );
    let (lessons, _) = learn(
        &Told::default()
            .red("python x.py", "ModuleNotFoundError: No module named 'yaml'")
            .ok("pip install --prefix 'my venv' yaml")
            .ok("python x.py")
            .0,
    );
    assert_eq!(
        lessons.last().map(|one| (one.of_kind, one.remedy.becomes.as_str())),
        Some((true, "pip install --prefix 'my venv' <1>"))
    );
    assert_eq!(filled("pip install <2>", headline), None);
    assert_eq!(filled("a < b", headline).as_deref(), Some("a < b"));
}

#[test]
fn several_ways_lead_out_of_what_the_machine_does_not_run() {
    let said = "fork/exec /tmp/x.test.exe: exec format error";
    let told = Told::default()
        .red("GOOS=windows go test ./internal/auth", said)
        .ok("GOOS=windows go test -c ./internal/auth -o /tmp/a.exe")
        .red(
            "GOOS=windows go test -c ./...",
            "cannot write test binary app.test for multiple packages: example.org/app",
        )
        .ok("GOOS=windows go test -exec=true ./...");
    let (lessons, passages) = learn(&told.0);
    let first: Vec<(bool, &str)> = lessons
        .iter()
        .filter(|one| one.failing == 0)
        .map(|one| (one.worked, one.remedy.becomes.as_str()))
        .collect();
    assert_eq!(
        first,
        [
            (true, "GOOS=windows go test -c ./internal/auth -o /tmp/a.exe"),
            (false, "GOOS=windows go test -c ./..."),
            (true, "GOOS=windows go test -exec=true ./..."),
        ]
    );
    assert_eq!(
        passages.iter().find(|one| one.failing == 0).map(|one| one.calls),
        Some(1)
    );
}

/// What is missing, what the agent looked into, what it read next, and what that teaches.
const LOOKED_UP: &[(&str, &[&str], &str, bool)] = &[
    (
        "cli/claudecode/agent.go",
        &["cli/claudecode"],
        "cli/claudecode/claude.go",
        true,
    ),
    ("cli/log/logging.go", &["cli/log"], "cli/log/logger.go", true),
    ("cli/test/test_helpers.go", &["cli/test"], "cli/test/testenv.go", true),
    ("git/http.go", &["git"], "git/smarthttp.go", true),
    // Nobody looked.
    ("cli/agent/agent.go", &[], "cli/agent/claude.go", false),
    // Elsewhere, of another kind, of a row.
    ("cli/agent/agent.go", &["cli/agent"], "cli/other/claude.go", false),
    ("cli/agent/agent.go", &["cli/agent"], "cli/agent/claude_test.go", false),
    ("cli/agent/agent.go", &["cli/agent"], "cli/agent/README.md", false),
    ("cli/step1.go", &["cli"], "cli/step2.go", false),
    ("cli/log/client.go", &["cli/log"], "cli/log/log.go", true),
    ("cli/kiro/session.go", &["cli/kiro"], "cli/kiro/paths.go", false),
    ("cli/commit_rewind_test.go", &["cli"], "cli/commit_hooks_test.go", false),
    ("cli/commit_rewind_test.go", &["cli"], "cli/common_test.go", false),
];

#[test]
fn a_file_is_what_was_read_next_in_the_folder_that_was_looked_into() {
    let whole = |file: &str| format!("{HERE}/{file}");
    for (missing, looked, next, teaches) in LOOKED_UP {
        let expected: Vec<_> = teaches
            .then(|| (RemedyKind::Path, (*next).to_owned()))
            .into_iter()
            .collect();
        let said = format!("File does not exist: {missing}");
        let mut by_tool = Told::default().file("Read", ToolKind::Read, &whole(missing), Some(&said));
        let said = format!("sed: {missing}: No such file or directory");
        let mut by_shell = Told::default().red(&format!("sed -n '1,9p' {missing}"), &said);
        for folder in *looked {
            by_tool = by_tool.file("Glob", ToolKind::Search, &whole(folder), None);
            by_shell = by_shell.ok(&format!("rg --files {folder}"));
        }
        let by_tool = by_tool.file("Read", ToolKind::Read, &whole(next), None);
        let by_shell = by_shell.ok(&format!("sed -n '1,9p' {next}"));
        assert_eq!(by_tool.taught(), expected, "{missing} {next}");
        assert_eq!(by_shell.taught(), expected, "{missing} {next}");
    }
    let missing = whole("cli/agent/agent.go");
    let read = |told: Told, file: &str| told.file("Read", ToolKind::Read, &whole(file), None);
    let looked = |told: Told| {
        told.file("Read", ToolKind::Read, &missing, Some("File does not exist: x"))
            .file("Glob", ToolKind::Search, &whole("cli/agent"), None)
    };
    let known_before = read(
        looked(read(Told::default(), "cli/agent/claude.go")),
        "cli/agent/claude.go",
    );
    assert_eq!(known_before.taught(), []);
    let another_first = read(read(looked(Told::default()), "cli/b.go"), "cli/agent/claude.go");
    assert_eq!(another_first.taught(), []);
    let written = read(looked(Told::default()), "cli/agent/claude.go").edit(&missing);
    assert_eq!(written.taught(), []);
}
