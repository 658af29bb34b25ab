use super::*;
use crate::domain::trace::{Call, Text};

const ROOT: &str = "/src/app";

fn end(kind: ToolKind, command: Option<&str>, file: Option<&str>, output: &str) -> CallEnd {
    CallEnd {
        call: Call {
            id: None,
            tool: String::new(),
            kind,
            input: Text::default(),
            command: command.map(str::to_owned),
            file: file.map(str::to_owned),
        },
        flag: Flag::Success,
        output: Text::whole(output),
        exit_code: None,
        duration_ms: None,
        interrupted: false,
        note: None,
        background: None,
    }
}

fn facts(command: &str, output: &str) -> Vec<(FactKind, String)> {
    sight(ROOT, ROOT, &end(ToolKind::Shell, Some(command), None, output)).facts
}

const APP: &str = "github.com/acme/app";
const PUSHED: &str = "To github.com:acme/app.git\n   1a2b..3c4d  main -> main\n";
const REMOTES: &str = "dev\tgit@github.com:dev/app.git (fetch)\ndev\tgit@github.com:dev/app.git (push)\n\
origin\tgit@github.com:acme/app.git (fetch)\norigin\tgit@github.com:acme/app.git (push)\n";

#[test]
fn a_question_about_the_own_repository_is_answered() {
    for (command, output, kind) in [
        ("git push", PUSHED, FactKind::Reached),
        ("git push -u origin HEAD 2>&1 | tail -5", PUSHED, FactKind::Reached),
        (
            "git add x && git commit -m 'y' && git push --force-with-lease",
            PUSHED,
            FactKind::Reached,
        ),
        ("cd /src/app && git push", PUSHED, FactKind::Reached),
        ("GIT_TRACE=1 git push", PUSHED, FactKind::Reached),
        (
            "git fetch origin main && git log",
            "From github.com:acme/app\n * branch main -> FETCH_HEAD\n",
            FactKind::Reached,
        ),
        ("git remote -v", REMOTES, FactKind::Listed),
        (
            "git remote get-url origin",
            "git@github.com:acme/app.git\n",
            FactKind::Listed,
        ),
        (
            "git config --get remote.origin.url",
            "https://github.com/acme/app\n",
            FactKind::Listed,
        ),
        (
            "git remote show origin",
            "* remote origin\n  Fetch URL: https://github.com/acme/app\n",
            FactKind::Listed,
        ),
        (
            "gh pr create --fill",
            "https://github.com/acme/app/pull/7\n",
            FactKind::PullRequest,
        ),
        (
            "gh pr view --json url,title",
            "{\"title\":\"x\",\"url\":\"https://github.com/acme/app/pull/7\"}",
            FactKind::PullRequest,
        ),
        (
            "gh pr view 7",
            "title:\tx\nurl:\thttps://github.com/acme/app/pull/7\n--\nsee https://github.com/o/p/pull/1 too\n",
            FactKind::PullRequest,
        ),
        (
            "glab mr create",
            "https://github.com/acme/app/-/merge_requests/7\n",
            FactKind::PullRequest,
        ),
    ] {
        assert_eq!(facts(command, output), [(kind, APP.to_owned())], "{command}");
    }
}

#[test]
fn what_is_mentioned_in_passing_decides_nothing() {
    for (command, output) in [
        ("cd /src/other && git push", PUSHED),
        ("cd vendor/other && git remote -v", REMOTES),
        ("git -C ../other push", PUSHED),
        ("git --git-dir=/src/other/.git remote -v", REMOTES),
        ("ssh host git push", PUSHED),
        ("docker run x git remote -v", REMOTES),
        ("git push dev HEAD", "To github.com:dev/app.git\n"),
        (
            "git push https://github.com/dev/app HEAD",
            "To https://github.com/dev/app\n",
        ),
        ("git fetch upstream", "From github.com:other/app\n"),
        ("git fetch --all", "From github.com:other/app\n"),
        ("git remote get-url dev", "git@github.com:dev/app.git\n"),
        (
            "git remote -v",
            "a\tgit@github.com:dev/app.git (fetch)\nb\tgit@github.com:acme/app.git (fetch)\n",
        ),
        ("git remote add origin git@github.com:dev/app.git", ""),
        ("cat log.txt", PUSHED),
        ("gh pr view 7 --repo other/app", "https://github.com/other/app/pull/7"),
        (
            "gh pr view https://github.com/other/app/pull/7",
            "url:\thttps://github.com/other/app/pull/7",
        ),
        (
            "gh pr create",
            "https://github.com/a/b/pull/1\nhttps://github.com/c/d/pull/2\n",
        ),
        (
            "go doc github.com/acme/app",
            "package app // import \"github.com/acme/app\"",
        ),
        ("git push", "To /srv/git/app.git\n"),
        ("git push", "Everything up-to-date\n"),
    ] {
        assert_eq!(facts(command, output), [], "{command}");
    }
    let elsewhere = end(ToolKind::Shell, Some("git push"), None, PUSHED);
    assert_eq!(sight(ROOT, "/src/other", &elsewhere), Sight::default());
}

#[test]
fn a_server_says_where_a_repository_moved() {
    let output = "remote: This repository moved. Please use the new location:        \nremote:   https://github.com/acme/ledger.git        \nTo https://github.com/acme/app.git\n";
    assert_eq!(
        facts("git push", output),
        [
            (FactKind::Reached, APP.to_owned()),
            (
                FactKind::Moved,
                "github.com/acme/app\tgithub.com/acme/ledger".to_owned()
            )
        ]
    );
}

#[test]
fn other_trees_and_clones_are_noticed() {
    let list = "/src/app                   1a2b3c4 [main]\n/src/app/.trees/with space  5d6e7f8 [dev/x]\n/src/app-bare (bare)\n";
    let tree = |path: &str| (FactKind::Tree, path.to_owned());
    assert_eq!(
        facts("git worktree list", list),
        [
            tree("/src/app"),
            tree("/src/app-bare"),
            tree("/src/app/.trees/with space")
        ]
    );
    for command in [
        "git worktree add ../fix",
        "git worktree add -b dev/fix ../fix main",
        "git worktree add \"../fix\"",
    ] {
        assert_eq!(
            facts(command, "Preparing worktree (new branch 'fix')\n"),
            [tree("/src/fix")],
            "{command}"
        );
        assert_eq!(facts(command, "fatal: '../fix' already exists\n"), [], "{command}");
    }
    assert_eq!(
        facts(
            "git clone --depth 1 https://github.com/acme/lib ../lib",
            "Cloning into '../lib'...\n"
        ),
        [(FactKind::Cloned, "/src/lib\tgithub.com/acme/lib".to_owned())]
    );
}

#[test]
fn files_come_from_what_touches_or_lists_them() {
    let files = |kind, command, file, output| sight(ROOT, ROOT, &end(kind, command, file, output)).files;
    assert_eq!(
        files(ToolKind::Read, None, Some("/src/app/cmd/ledger/a.go"), ""),
        ["cmd/ledger/a.go"]
    );
    assert_eq!(
        files(ToolKind::Edit, None, Some("cmd/ledger/a.go"), ""),
        ["cmd/ledger/a.go"]
    );
    for outside in [
        "/src/other/cmd/ledger/a.go",
        "../other/cmd/ledger/a.go",
        "/src/app",
        "/src/apple/ledger/a.go",
    ] {
        assert_eq!(
            files(ToolKind::Read, None, Some(outside), ""),
            Vec::<String>::new(),
            "{outside}"
        );
    }
    let found =
        "Found 2 files\n/src/app/cmd/ledger/a.go\ncmd/ledger/b.go:12:text with other/ledger/c.go\nno path here\n";
    assert_eq!(
        files(ToolKind::Search, None, None, found),
        ["cmd/ledger/a.go", "cmd/ledger/b.go"]
    );
    assert_eq!(
        files(ToolKind::Search, None, Some("/src/other"), found),
        Vec::<String>::new()
    );

    let listed = "diff --git a/cmd/ledger/a.go b/cmd/ledger/a.go\n+// see other/ledger/x.go\n cmd/ledger/b.go | 3 +-\n M cmd/ledger/c.go\n\
\tmodified:   cmd/ledger/d.go\nM\tcmd/ledger/e.go\n create mode 100644 cmd/ledger/f.go\ncmd/ledger/g.go\n    a/ledger/message.md of a commit\n";
    let names: Vec<String> = "abcdefg".chars().map(|c| format!("cmd/ledger/{c}.go")).collect();
    assert_eq!(
        files(ToolKind::Shell, Some("git status && git diff --stat"), None, listed),
        names
    );
    assert_eq!(
        files(ToolKind::Shell, Some("git -C ../other status"), None, listed),
        Vec::<String>::new()
    );
    assert_eq!(files(ToolKind::Shell, Some("make"), None, listed), Vec::<String>::new());
}
