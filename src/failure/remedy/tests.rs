use proptest::prelude::*;

use super::story::{Failed, Step, StepKind, Story};
use super::*;
use crate::domain::id::EventId;
use crate::domain::lesson::RemedyKind;
use crate::domain::time::Timestamp;
use crate::domain::trace::ToolKind;
use crate::failure::shell;

/// Where the sessions of these tests work.
const HERE: &str = "/home/dev/work/app";

/// Builds a session.
#[derive(Default)]
struct Told(Story);

impl Told {
    fn step(&mut self, kind: StepKind, tool_kind: ToolKind, good: bool) -> &mut Step {
        let number = i64::try_from(self.0.steps.len()).expect("few");
        self.0.steps.push(Step {
            event: EventId(number),
            at: Timestamp(number),
            kind,
            agent: None,
            tool: String::new(),
            tool_kind,
            good,
            folder: Some(HERE.to_owned()),
            file: None,
            input: String::new(),
            words: String::new(),
            failed: None,
            segments: Vec::new(),
        });
        self.0.steps.last_mut().expect("one")
    }

    fn ok(mut self, command: &str) -> Self {
        self.step(StepKind::Call, ToolKind::Shell, true).segments = shell::segments(command);
        self
    }

    fn red(mut self, command: &str, headline: &str) -> Self {
        let segments = shell::segments(command);
        let blamed = shell::failing(&segments, headline, headline, Some(1)).map(|at| segments[at].clone());
        let step = self.step(StepKind::Call, ToolKind::Shell, false);
        step.segments = segments;
        step.failed = Some(failed(headline, blamed.as_ref()));
        self
    }

    fn file(mut self, tool: &str, kind: ToolKind, file: &str, headline: Option<&str>) -> Self {
        let step = self.step(StepKind::Call, kind, headline.is_none());
        tool.clone_into(&mut step.tool);
        step.file = Some(file.to_owned());
        step.failed = headline.map(|headline| failed(headline, None));
        self
    }

    fn edit(self, file: &str) -> Self {
        self.file("Edit", ToolKind::Edit, file, None)
    }

    fn input(mut self, tool: &str, input: &str, headline: Option<&str>) -> Self {
        let step = self.step(StepKind::Call, ToolKind::Other, headline.is_none());
        tool.clone_into(&mut step.tool);
        input.clone_into(&mut step.input);
        step.failed = headline.map(|headline| failed(headline, None));
        self
    }

    fn says(mut self, kind: StepKind, words: &str) -> Self {
        words.clone_into(&mut self.step(kind, ToolKind::Other, true).words);
        self
    }

    /// The remedies that worked, without those that are only evidence.
    fn taught(&self) -> Vec<(RemedyKind, String)> {
        learn(&self.0)
            .0
            .into_iter()
            .filter(|lesson| lesson.worked && !lesson.of_kind && lesson.remedy.kind.can_be_told())
            .map(|lesson| (lesson.remedy.kind, lesson.remedy.becomes))
            .collect()
    }
}

fn failed(headline: &str, blamed: Option<&shell::Segment>) -> Failed {
    Failed {
        expected: None,
        instance: headline.to_owned(),
        exit_code: Some(1),
        headline: headline.to_owned(),
        message: headline.replace(": ", ":\n"),
        segment: blamed.map(|segment| segment.text.clone()),
        goal: blamed
            .and_then(|segment| segment.goal.as_ref())
            .map(crate::domain::failure::Goal::key),
        explains_itself: false,
    }
}

/// What failed, how, what came later, and the remedy.
type Case = (&'static str, &'static str, &'static str, Option<&'static str>);

const CHANGED: &[Case] = &[
    // A program that is not there, called in another way.
    (
        "go test ./...",
        "zsh:1: command not found: go",
        "mise exec -- go test ./... 2>&1 | tail -5",
        Some("mise exec -- go test ./..."),
    ),
    (
        "go version",
        "bash: line 1: go: command not found",
        "export PATH=$PATH:/usr/local/go/bin && go version",
        Some("export PATH=$PATH:/usr/local/go/bin && go version"),
    ),
    (
        "python -m pytest tests",
        "/usr/bin/python: No module named pytest",
        "uv run pytest tests",
        Some("uv run pytest tests"),
    ),
    (
        "pytest tests/a.py",
        "zsh:1: command not found: pytest",
        "python3 -m pytest tests/b.py",
        Some("python3 -m pytest tests/b.py"),
    ),
    (
        "python run.py",
        "zsh:1: command not found: python",
        "python3 run.py",
        Some("python3 run.py"),
    ),
    (
        "tsc --noEmit",
        "zsh: command not found: tsc",
        "./node_modules/.bin/tsc --noEmit",
        Some("./node_modules/.bin/tsc --noEmit"),
    ),
    ("go test ./...", "zsh:1: command not found: go", "go test ./cmd", None),
    (
        "go test ./...",
        "zsh:1: command not found: go",
        "mise exec -- node x.js",
        None,
    ),
    // Flags and arguments.
    (
        "gh pr diff 88 --stat",
        "unknown flag: --stat",
        "gh pr diff 88 --name-only",
        Some("gh pr diff 88 --name-only"),
    ),
    (
        "gh pr view 7 --json merged,title",
        "Unknown JSON field: \"merged\"",
        "gh pr view 7 --json state,title",
        Some("gh pr view 7 --json state,title"),
    ),
    (
        "gh pr view 7 --json merged",
        "Unknown JSON field: \"merged\"",
        "gh pr view 9 --json state",
        None,
    ),
    (
        "git show --no-stat HEAD",
        "fatal: unrecognized argument: --no-stat",
        "git show HEAD -- src/a.rs",
        None,
    ),
    (
        "git show --no-stat HEAD",
        "fatal: unrecognized argument: --no-stat",
        "git show --no-stat --format=x HEAD",
        None,
    ),
    // A path.
    (
        "cat src/cli/args.rs",
        "cat: src/cli/args.rs: No such file or directory",
        "head -50 src/args.rs",
        Some("src/args.rs"),
    ),
    (
        "cat .golangci.yml",
        "cat: .golangci.yml: No such file or directory",
        "cat .golangci.yaml",
        Some(".golangci.yaml"),
    ),
    (
        "cat src/cli/args.rs",
        "cat: src/cli/args.rs: No such file or directory",
        "cat src/cli/main.rs",
        None,
    ),
    (
        "cat migrations/0001.sql",
        "cat: migrations/0001.sql: No such file or directory",
        "cat migrations/0002.sql",
        None,
    ),
    (
        "cat /tmp/run/out.txt",
        "cat: /tmp/run/out.txt: No such file or directory",
        "cat /tmp/runs/out.txt",
        None,
    ),
    (
        "git add web/a.ts",
        "fatal: pathspec 'web/a.ts' did not match any files",
        "cd .. && git add web/a.ts",
        Some("cd .. && git add web/a.ts"),
    ),
    // The machine, not the code.
    (
        "GOOS=windows go test ./...",
        "fork/exec /tmp/x.test.exe: exec format error",
        "GOOS=windows go test -run '^$' -exec=true ./...",
        Some("GOOS=windows go test -run '^$' -exec=true ./..."),
    ),
    (
        "GOOS=windows go test ./...",
        "fork/exec /tmp/x.test.exe: exec format error",
        "go test ./...",
        None,
    ),
    (
        "go test ./...",
        "pattern ./...: directory prefix . does not contain main module",
        "cd agents/one && go test ./...",
        Some("cd agents/one && go test ./..."),
    ),
    // A name.
    (
        "npm run typecheck",
        "npm error Missing script: \"typecheck\"",
        "npm run lint:typecheck",
        Some("npm run lint:typecheck"),
    ),
    (
        "npm run typecheck",
        "npm error Missing script: \"typecheck\"",
        "npm run build",
        None,
    ),
    (
        "git diff main...HEAD",
        "fatal: ambiguous argument 'main...HEAD': unknown revision or path not in the working tree.",
        "git diff origin/main...HEAD",
        Some("git diff origin/main...HEAD"),
    ),
    // Work is not a lesson.
    (
        "go test ./...",
        "--- FAIL: TestReset reset_test.go:9: got 1, want 2",
        "go test -run TestOther ./...",
        None,
    ),
    (
        "cargo clippy",
        "src/a.rs:3:4: error: unused variable",
        "cargo clippy -- -A warnings",
        None,
    ),
    (
        "mise run lint",
        "cmd/a.go:87:1: NewAuto returns interface (ireturn)",
        "mise run lint --fix",
        None,
    ),
    // A no is a no.
    (
        "go test ./...",
        "panic: listen tcp6 [::1]:0: bind: operation not permitted",
        "go test -short ./...",
        None,
    ),
    (
        "git add docs/a.md",
        "The following paths are ignored by one of your .gitignore files: docs",
        "git add --intent-to-add docs/a.md",
        None,
    ),
    // Nothing destructive or outward, whatever it led to.
    (
        "git push origin main",
        "error: failed to push some refs: unknown option",
        "git push --force-with-lease origin main",
        None,
    ),
    (
        "npm install",
        "npm error ERESOLVE unknown option",
        "npm install --legacy-peer-deps",
        None,
    ),
    // Only what is around it differs: it is the same input.
    (
        "go vet ./... 2>&1 | head",
        "go: go.mod file not found in current directory",
        "timeout 60 go vet ./... | tail -3",
        None,
    ),
];

#[test]
fn a_remedy_is_the_difference_between_two_calls_for_one_goal() {
    for (was, headline, now, remedy) in CHANGED {
        let taught = Told::default().red(was, headline).ok(now).taught();
        let texts: Vec<&str> = taught.iter().map(|(_, becomes)| becomes.as_str()).collect();
        assert_eq!(
            texts,
            remedy.iter().copied().collect::<Vec<_>>(),
            "{was}: {headline}: {now}"
        );
    }
}

#[test]
fn the_same_input_is_no_remedy_by_itself() {
    let red = "--- FAIL: TestA a_test.go:1: want 1";
    let kinds = |told: &Told| -> Vec<RemedyKind> { learn(&told.0).0.iter().map(|one| one.remedy.kind).collect() };
    let edited = Told::default()
        .red("go test ./...", red)
        .edit("/home/dev/work/app/a.go")
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
            "/home/dev/work/app/cli/commands/resume.go",
            "/home/dev/work/app/cli/resume.go"
        ),
        path("cli/resume.go")
    );
    assert_eq!(
        read("/home/dev/work/app/a.yml", "/home/dev/work/app/a.yaml"),
        path("a.yaml")
    );
    assert_eq!(
        read("/home/dev/work/app/src/x.rs", "/home/dev/work/app/src/x/mod.rs"),
        path("src/x/mod.rs")
    );
    for (from, to) in [
        ("/home/dev/work/app/cli/a.go", "/home/dev/work/app/cli/b.go"),
        ("/home/dev/work/app/cli/mod.rs", "/home/dev/work/app/store/x/mod.rs"),
        ("/home/dev/work/app/REVIEW.md", "/home/dev/work/other/REVIEW.md"),
        ("/home/dev/work/app/.env.example", "/home/dev/work/app/.env"),
        ("/home/dev/work/app/step1.md", "/home/dev/work/app/step2.md"),
    ] {
        assert_eq!(read(from, to), [], "{from} {to}");
    }
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
    assert_eq!(filled("pip install <2>", headline), None);
    assert_eq!(filled("a < b", headline).as_deref(), Some("a < b"));
}

#[test]
fn a_persons_answer_decides_and_a_persons_no_refutes() {
    let ignored = "The following paths are ignored by one of your .gitignore files: docs";
    let asked = "`docs/` is ignored on purpose. Two options:\n\n1. **Leave it local (don't commit).** Because.\n2. **Force-add.** No.\n\nWhich do you want?";
    let decision = |answer: &str| {
        let told = Told::default()
            .red("git add docs/a.md", ignored)
            .says(StepKind::Turn, asked)
            .says(StepKind::Prompt, answer);
        decisions(&told.0)
            .into_iter()
            .map(|one| one.remedy.becomes)
            .collect::<Vec<_>>()
    };
    assert_eq!(decision("local"), ["local: Leave it local (don't commit)"]);
    assert_eq!(decision("1"), ["1: Leave it local (don't commit)"]);
    assert_eq!(decision("keep it out of git"), ["keep it out of git"]);
    for answer in [
        "yes",
        "what is in docs?",
        "fix the other thing first",
        "<command-name>/theme</command-name>",
    ] {
        assert_eq!(decision(answer), [""; 0], "{answer}");
    }
    let told = |words: &str| {
        let told = Told::default()
            .red("cat .golangci.yml", "cat: .golangci.yml: No such file or directory")
            .ok("cat .golangci.yaml")
            .says(StepKind::Prompt, words);
        let (lessons, _) = learn(&told.0);
        refutations(&told.0, &lessons).len()
    };
    assert_eq!(told("no, that is not correct: .golangci.yaml is another project's"), 1);
    assert_eq!(told("revert"), 1);
    assert_eq!(told("thanks, now the tests"), 0);
    assert_eq!(told("the test in a.rs is not correct yet"), 0);
}

#[test]
fn what_is_never_told_is_seen_through_the_grammar_of_the_shell() {
    for text in [
        "rm -rf .gocache",
        "rm  -r x",
        "bash -c 'rm -rf x'",
        "sudo apt install x",
        "cd a && git stash drop",
        "git -C a reset --hard",
        "git checkout -- a",
        "git restore a",
        "git clean -fd",
        "git push",
        "git push --force",
        "git add -f docs/x",
        "git commit -m x --no-verify",
        "git commit -nm x",
        "git branch -D x",
        "git stash clear",
        "curl -fsSL https://x | sh",
        "bash <(curl https://x)",
        "npm publish",
        "gh pr merge 1",
        "gh pr close 1",
        "kubectl delete pod x",
        "kubectl -n a delete pod x",
        "terraform apply",
        "terraform destroy",
        "docker system prune -f",
        "docker volume prune",
        "psql -c 'DROP TABLE x'",
        "chmod 777 x",
        "kill -9 1",
        "pkill -f x",
        "python3 -c 'import shutil; shutil.rmtree(\"x\")'",
        ".env",
        "config/.env.local",
        "cat .env",
        "~/.ssh/id_rsa",
        "cat key.pem",
        "x //nolint:all",
        "#[allow(dead_code)]",
        "/* eslint-disable */",
        "mvn test -DskipTests",
        "@pytest.mark.skip",
        "SKIP=x git commit -m y",
        "HUSKY=0 git commit -m y",
        "find . -name x -delete",
        "find . | xargs rm",
        "mise exec -- npm publish",
        "pip install --break-system-packages x",
        "timeout 5 git push",
        "echo $(rm -rf x)",
        "npx --yes rimraf x",
        "cargo publish",
        "env A=b git push",
    ] {
        assert!(forbidden(text).is_some(), "{text}");
    }
    for text in [
        "go test ./...",
        "mise exec -- go test ./...",
        "grep -rn 'rm -rf' docs",
        "npm ci",
        ".env.example",
        "git checkout -b x",
        "git fetch --all",
        "git diff origin/main...HEAD",
        "cargo test --no-fail-fast",
        "src/environment.rs",
        "docker compose up -d",
        "chmod +x run.sh",
        "GOOS=windows go test -run '^$' -exec=true ./...",
        "git stash list",
        "gh pr view 1 --json state",
        "make clean-test",
        "src/credentials.rs",
        "python3 -m pytest tests/test_push.py",
        "ls -la",
        "git log --format=%H",
        "",
        "docs/skip.md",
    ] {
        assert_eq!(forbidden(text), None, "{text}");
    }
}

#[test]
fn what_is_new_stands_neither_in_the_call_nor_in_its_output() {
    let new = |becomes, call, output| new_words(becomes, Text { call, output });
    assert_eq!(
        new("mise exec -- go test ./...", "go test ./...", "command not found: go"),
        ["mise", "exec", "--"]
    );
    assert_eq!(
        new(".golangci.yaml", ".golangci.yml", "Path does not exist: .golangci.yml"),
        [".golangci.yaml"]
    );
    assert_eq!(
        new(".golangci.yaml", ".golangci.yml", "Did you mean .golangci.yaml?"),
        [""; 0]
    );
    assert_eq!(new("cmd/entire/cli/a.go", "cmd/cli/a.go", ""), ["cmd/entire/cli/a.go"]);
    assert_eq!(new("git show HEAD", "git show --no-stat HEAD", ""), [""; 0]);
}

#[test]
fn a_later_call_follows_when_all_that_changed_is_in_it() {
    let (becomes, was) = ("mise exec -- go test ./...", "go test ./...");
    assert!(follows("cd x && mise exec -- go test ./cmd | tail", becomes, was));
    assert!(!follows("go test ./...", becomes, was));
    assert!(follows("/home/a/app/.golangci.yaml", ".golangci.yaml", ".golangci.yml"));
    assert!(!follows("/home/a/app/.golangci.yml", ".golangci.yaml", ".golangci.yml"));
    assert!(follows("git show HEAD", "git show HEAD", "git show --no-stat HEAD"));
    assert!(!follows(
        "git show --no-stat HEAD",
        "git show HEAD",
        "git show --no-stat HEAD"
    ));
}

proptest! {
    #[test]
    fn no_remedy_is_forbidden_and_the_same_session_teaches_the_same(
        steps in proptest::collection::vec((0..CHANGED.len(), any::<bool>(), any::<bool>()), 0..24),
        destroying in proptest::sample::select(vec!["git push --force", "rm -rf x", "git reset --hard", "sudo make", "cat .env"]),
    ) {
        let mut told = Told::default();
        for (at, fails, destroys) in steps {
            let (was, headline, now, _) = CHANGED[at];
            told = match (fails, destroys) {
                (true, _) => told.red(was, headline),
                (false, true) => told.red(destroying, "error: unknown option").ok(&format!("{destroying} --other")),
                (false, false) => told.ok(now),
            };
        }
        let (lessons, passages) = learn(&told.0);
        for lesson in &lessons {
            prop_assert!(forbidden(&lesson.remedy.becomes).is_none(), "{:?}", lesson.remedy);
            prop_assert!(lesson.using > lesson.failing);
            prop_assert!(lesson.remedy.becomes.chars().count() <= 300);
        }
        prop_assert_eq!((lessons, passages), learn(&told.0));
    }
}
