//! What the reading commands print.

use insta::assert_snapshot;

use super::env::TestEnv;
use super::fixture;

fn filled() -> TestEnv {
    let env = TestEnv::new();
    fixture::fill(&env);
    env
}

/// The id of the failure mode that stands first in the list of `tool`.
fn id_of(env: &TestEnv, tool: &str) -> String {
    let json = env.run(&["failures", "--tool", tool, "--json"]).success();
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    json["modes"][0]["id"].as_str().expect("an id").to_owned()
}

#[test]
fn the_report_names_what_was_met_again() {
    let env = filled();
    assert_snapshot!(env.run(&["report"]).success(), @r"
    Callus · 13 Nov 2026 – 20 Nov 2026 (7 days)

    Read        4 sessions, 4,100 calls: 8 failures
    Set aside   2: 1x a probe that found nothing, 1x the user
                said no

    3 failure modes: 2 met again, 1 in one session
    server.go:12:2: string `close…constant (goconst) (hidden)
      qarv5m3c · mise run · 2x in 2 sessions · 23 hours ago
    fork/exec /tmp/go-build1/b001/exe/a…exe: exec format error
      ydqtq91c · go test · 3x in 2 sessions · 23 hours ago
    zsh: command not found: go
      zfjwjz8k · go test · 1x in 1 session · 2 days ago
    2 more are slips that the client explains: File has not bee…

    Project    sessions    calls failures  met again
    api               2    2,030        6          1
    web               1    1,030        2          0
    (none)            1    1,040        0          0

    Next        callus show qarv5m3c
    Undo        callus uninstall; --purge takes the records too
    ");
    assert_snapshot!(filled()
            .with("COLUMNS", "100")
            .run(&["report", "--since", "30d"])
            .success(), @r"
            Callus · 21 Oct 2026 – 20 Nov 2026 (30 days)

            Read        5 sessions, 5,150 calls: 10 failures
            Set aside   3: 2x a probe that found nothing, 1x the user said no

            3 failure modes: 2 met again, 1 in one session
            fork/exec /tmp/go-build1/b001/exe/a.test.exe: exec format error
              ydqtq91c · go test · 4x in 3 sessions · 23 hours ago · api +1
            server.go:12:2: string `closed` has 3 occurrences, make it a constant (goconst) (hidden)
              qarv5m3c · mise run · 2x in 2 sessions · 23 hours ago · api +1
            zsh: command not found: go
              zfjwjz8k · go test · 1x in 1 session · 2 days ago · web
            3 more are slips that the client explains: File has not been read yet. Read it first before writing…

            Project    sessions    calls failures  met again
            api               2    2,030        6          1
            web               2    2,080        4          0
            (none)            1    1,040        0          0

            Next        callus show ydqtq91c
            Undo        callus uninstall; --purge takes the records too
            ");
}

#[test]
fn the_report_is_short_and_narrow() {
    for width in ["60", "80", "200"] {
        let text = filled()
            .with("COLUMNS", width)
            .run(&["report", "--since", "all"])
            .success();
        assert!(text.lines().count() <= 25, "{text}");
        let widest: usize = width.parse().expect("a number");
        assert!(text.lines().all(|line| line.chars().count() <= widest), "{text}");
    }
}

#[test]
fn an_empty_window_is_widened_and_said() {
    assert_snapshot!(filled().run(&["report", "--since", "2h"]).success(), @r"
    Callus · 19 Nov 2026
    Nothing newer is recorded: this is the last window that
    holds sessions.

    Read        1 session, 1,010 calls, 1 project: 3 failures
    Set aside   1: 1x the user said no

    2 failure modes, met again
    server.go:12:2: string `close…constant (goconst) (hidden)
      qarv5m3c · mise run · 1x in 1 session · 23 hours ago
    fork/exec /tmp/go-build1/b001/exe/a…exe: exec format error
      ydqtq91c · go test · 1x in 1 session · 23 hours ago
    1 more is a slip that the client explains: File has not bee…

    Next        callus show qarv5m3c; callus report --since all
    Undo        callus uninstall; --purge takes the records too
    ");
}

#[test]
fn without_unicode_everything_is_ascii() {
    let env = filled().with("LANG", "C");
    let id = id_of(&env, "go test");
    for arguments in [
        vec!["report"],
        vec!["failures"],
        vec!["sessions"],
        vec!["show", &id],
        vec!["session", "7744721d"],
    ] {
        let text = env.run(&arguments).success();
        assert!(text.is_ascii(), "{text}");
    }
}

#[test]
fn what_a_trace_says_cannot_steer_the_terminal() {
    let text = filled().run(&["session", "7744721d"]).success();
    assert!(text.contains("make the tests pass") && !text.contains('\x1b'), "{text}");
}

#[test]
fn failures_are_listed() {
    let env = filled();
    assert_snapshot!(env.run(&["failures"]).success(), @r"
    fork/exec /tmp/go-build1/b001/exe/a…exe: exec format error
      ydqtq91c · go test · 4x in 3 sessions · 23 hours ago
    server.go:12:2: string `close…constant (goconst) (hidden)
      qarv5m3c · mise run · 2x in 2 sessions · 23 hours ago
    zsh: command not found: go
      zfjwjz8k · go test · 1x in 1 session · 2 days ago
    Slips that the client itself explains:
    File has not been read yet. Read it…before writing to it.
      7ahtvbng · Edit · 3x in 3 sessions · 23 hours ago
    ");
    assert_snapshot!(env.run(&["failures", "--expected"]).success(), @r"
    Exit code 1
      g0qg50r6 · 2x in 2 sessions · a probe that found nothing
    The user doesn't want to proceed with this tool use.
      tn3taway · git push · 1x in 1 session · the user said no
    ");
}

#[test]
fn what_was_set_aside_is_filtered_by_tool_and_never_met() {
    let env = filled();
    assert_snapshot!(env.run(&["failures", "--expected", "--tool", "Bash"]).success(), @r"
    Exit code 1
      g0qg50r6 · 2x in 2 sessions · a probe that found nothing
    The user doesn't want to proceed with this tool use.
      tn3taway · git push · 1x in 1 session · the user said no
    ");
    assert_snapshot!(env.run(&["search", "code"]).success(), @r"
    Exit code 1
      g0qg50r6 · grep · set aside each time · 1 day ago
    ");
}

#[test]
fn failures_are_filtered() {
    let env = filled();
    let modes = |arguments: &[&str]| {
        let json = env.run(&[&["failures", "--json"], arguments].concat()).success();
        let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        let modes = json["modes"].as_array().expect("modes").iter();
        modes
            .map(|mode| {
                format!(
                    "{} {}/{}",
                    mode["scope"].as_str().expect("scope"),
                    mode["failures"],
                    mode["sessions"]
                )
            })
            .collect::<Vec<_>>()
            .join(", ")
    };
    let table: [(&[&str], &str); 12] = [
        (&[], "go test 4/3, Edit 3/3, mise run 2/2, go test 1/1"),
        (&["--since", "7d"], "go test 3/2, Edit 2/2, mise run 2/2, go test 1/1"),
        (
            &["--project", "web"],
            "Edit 1/1, go test 1/1, mise run 1/1, go test 1/1",
        ),
        (
            &["--project", "github.com/acme/web", "--since", "7d"],
            "mise run 1/1, go test 1/1",
        ),
        (
            &["--project", "/home/dev/web/deep/folder", "--since", "7d"],
            "mise run 1/1, go test 1/1",
        ),
        (&["--tool", "Bash"], "go test 4/3, mise run 2/2, go test 1/1"),
        (&["--tool", "edit"], "Edit 3/3"),
        (&["--tool", "go test"], "go test 4/3, go test 1/1"),
        (&["--model", "Sonnet"], "go test 2/1, Edit 1/1"),
        (&["--assistant", "codex"], ""),
        (&["--status", "muted"], ""),
        (&["--limit", "1"], "go test 4/3"),
    ];
    for (arguments, expected) in table {
        let mut found: Vec<_> = modes(arguments).split(", ").map(str::to_owned).collect();
        let mut wanted: Vec<_> = expected.split(", ").map(str::to_owned).collect();
        found.sort();
        wanted.sort();
        assert_eq!(found, wanted, "{arguments:?}");
    }
}

#[test]
fn a_failure_mode_is_shown_by_any_beginning_of_its_id() {
    let env = filled();
    let id = id_of(&env, "go test");
    let shown = env.run(&["show", &id]).success();
    assert_snapshot!(shown.replace(&id, "[ID]"), @r"
    fork/exec /tmp/go-build1/b001/exe/a.test.exe: exec format
    error

    Id          [ID]  ([ID]rbgfjd8p)
    Template    <*>: exec format error
    Where       go test · shell
    Met         4 failures in 3 sessions
    Last        23 hours ago, 2026-11-19 12:01 UTC
    Severity    medium
    Status      open
    Projects    api (3x in 2 sessions), web (1x in 1 session)

    Sessions
      7744721d  1x · 2026-11-19 12:01 UTC · api
      7744fe00  2x · 2026-11-18 12:02 UTC · api
      a1b2c3d4  1x · 2026-11-08 12:01 UTC · web

    Newest
      F1 · 23 hours ago · exit 1
        $ GOOS=windows go test ./...
        | fork/exec /tmp/go-build1/b001/exe/a.test.exe: exec
        | format error
        | FAIL    github.com/acme/api 0.01s
      F6 · 1 day ago · exit 1
        $ GOOS=windows go test ./...
        | fork/exec /tmp/go-build1/b001/exe/a.test.exe: exec
        | format error
        | FAIL    github.com/acme/api 0.01s
      F5 · 1 day ago · exit 1
        $ GOOS=windows go test ./...
        | fork/exec /tmp/go-build1/b001/exe/a.test.exe: exec
        | format error
        | FAIL    github.com/acme/api 0.01s
    ");
    let json: serde_json::Value = serde_json::from_str(&env.run(&["show", &id, "--json"]).success()).expect("JSON");
    let whole = json["mode"]["fingerprint"].as_str().expect("a fingerprint");
    for given in [&id[..4], &id.to_uppercase(), whole, &format!("#{id}")] {
        assert_eq!(env.run(&["show", given]).success(), shown, "{given}");
    }
}

#[test]
fn a_failure_is_shown() {
    assert_snapshot!(filled().run(&["show", "F1"]).success(), @r"
    fork/exec /tmp/go-build1/b001/exe/a.test.exe: exec format
    error

    Id          F1
    Mode        ydqtq91c
    When        2026-11-19 12:01 UTC, 23 hours ago
    Session     7744721d
    Project     api
    Who         claude-code · claude-opus-4-5 · Bash
    Came as     flagged
    Severity    medium
    Exit code   1
    Command     GOOS=windows go test ./...

    | fork/exec /tmp/go-build1/b001/exe/a.test.exe: exec format
    | error
    | FAIL    github.com/acme/api 0.01s

    Prompt      make the tests pass

    Branch      main
    Dirty       src/main.go
    ");
}

#[test]
fn sessions_are_listed_and_filtered() {
    let env = filled();
    assert_snapshot!(env.run(&["sessions"]).success(), @r"
    7744721d  2026-11-19 13:00 UTC · api · claude-opus-4-5
      1,010 calls · 3 failures · 1 set aside · done · claude-co…
    7744fe00  2026-11-18 13:00 UTC · api · claude-sonnet-4-5
      1,020 calls · 3 failures · 1 set aside · done · claude-co…
    86cc3044  2026-11-17 13:00 UTC · web · claude-opus-4-5
      1,030 calls · 2 failures · done · claude-code
    9b0c1d2e  2026-11-15 13:00 UTC · claude-sonnet-4-5
      1,040 calls · done · claude-code
    a1b2c3d4  2026-11-08 13:00 UTC · web · claude-opus-4-5
      1,050 calls · 2 failures · 1 set aside · done · claude-co…
    ");
    let table: [(&[&str], usize); 6] = [
        (&["--failed"], 4),
        (&["--since", "4d"], 3),
        (&["--label", "vertical=finance"], 1),
        (&["--label", "vertical=health"], 0),
        (&["--model", "opus", "--project", "web"], 2),
        (&["--limit", "2"], 2),
    ];
    for (arguments, number) in table {
        let json = env.run(&[&["sessions", "--json"], arguments].concat()).success();
        let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        assert_eq!(json["sessions"].as_array().map(Vec::len), Some(number), "{arguments:?}");
    }
}

#[test]
fn a_session_is_shown_from_beginning_to_end() {
    assert_snapshot!(filled().run(&["session", "7744721d"]).success(), @r"
    Session 7744721d-4b44-4d5c-9a52-000000000001
    When        2026-11-19 12:00 UTC, 1 h 0 min, ended: other
    Project     api · main · 3f2a1bc9d0
    Folder      /home/dev/api
    Assistant   claude-code 2.1.0 · claude-opus-4-5
    Figures     1,010 calls · 3 failures · 1 set aside · done
    Labels      vertical=finance

    12:00:00  prompt  make the tests pass
    12:01:00  Bash    GOOS=windows go test ./...  2.3 s
              failed (exit 1): fork/exec /tmp…at error  ydqtq91c
    12:02:00  Bash    mise run lint 2>&1 | tail -20  2.3 s
              failed: server.go:12:2…goconst) (hidden)  qarv5m3c
    12:03:00  Edit    src/main.go  2.3 s
              failed: File has not been r…iting to it.  7ahtvbng
    12:04:00  Bash    git push --force  2.3 s
              set aside: the user said no  tn3taway
    ");
}

#[test]
fn words_find_failure_modes_and_no_query_is_a_mistake() {
    let env = filled();
    assert_snapshot!(env.run(&["search", "exec", "format"]).success(), @r"
    fork/exec /tmp/go-build1/b001/exe/a…exe: exec format error
      ydqtq91c · go test · 4x in 3 sessions · 23 hours ago
    ");
    let json = env.run(&["search", "exec", "--json", "--limit", "1"]).success();
    assert!(json.starts_with("{\n  \"query\": \"exec\""), "{json}");
    for query in ["\"", "a AND", "NEAR(", "col:x", "*", "-x", "'; drop table mode"] {
        env.run(&["search", "--", query]).success();
    }
}

#[test]
fn an_error_is_checked() {
    let env = filled();
    let output = "=== RUN\nfork/exec /tmp/go-build99/b007/exe/z.test.exe: exec format error\nFAIL\n";
    assert_snapshot!(env.run_with(&["check"], output).success(), @r"
    seen 4 times in 3 sessions, last 23 hours ago
    fork/exec /tmp/go-build1/b001/exe/a…exe: exec format error
      ydqtq91c · go test · 4x in 3 sessions · 23 hours ago
    ");
    assert_snapshot!(env.run(&["check", "zsh: command not found: go", "--command", "go test ./..."])
            .success(), @r"
    seen 1 time in 1 session, last 2 days ago
    zsh: command not found: go
      zfjwjz8k · go test · 1x in 1 session · 2 days ago
    ");
    assert_snapshot!(env.run(&["check", "bash: command not found"]).success(), @r"
    new, but alike in words:
    zsh: command not found: go
      zfjwjz8k · go test · 1x in 1 session · 2 days ago
    ");
    assert_snapshot!(env.run(&["check", "segmentation fault (core dumped)"]).success(), @"new: nothing like it is recorded");
    assert_snapshot!(env.run_with(&["check"], "").success(), @"no failure: nothing in this text says what went wrong");
}

#[test]
fn status_and_projects_are_shown() {
    let env = filled();
    let text = env.run(&["status"]).success();
    let text: String = text
        .split_inclusive('\n')
        .filter(|line| !line.starts_with("Database"))
        // The size follows the schema; every index would change it.
        .map(|line| {
            if line.ends_with(" kB)\n") {
                "            db ([SIZE])\n"
            } else {
                line
            }
        })
        .collect();
    assert_snapshot!(text, @r"
    Recording   on
    Last event  23 hours ago, 2026-11-19 13:00 UTC
    Recorded    5 sessions, 18 events, 2 projects
    Failed      10 failures in 4 modes, 3 set aside
    Workspace   default
                db ([SIZE])
    Version     [VERSION] (schema 6)
    ");
    assert_snapshot!(env.run(&["project", "list"]).success(), @r"
    api  2 sessions · 6 failures · 1 day ago
      github.com/acme/api
      /home/dev/api
    web  2 sessions · 4 failures · 2 days ago
      github.com/acme/web
      /home/dev/web
    ");
}

#[test]
fn a_query_of_ones_own_reads_and_nothing_else() {
    let env = filled();
    assert_snapshot!(env.run(&[
            "sql",
            "select scope, sum(failures) as n from mode group by scope order by n desc, scope"
        ])
        .success(), @r"
    scope     n
    go test   5
    Edit      3
    mise run  2
    git push  0
    grep      0
    ");
    assert_snapshot!(env.run(&["sql", "select 1 as one, 'x' as text, null as none", "--json"])
            .success(), @r#"
    {
      "columns": [
        "one",
        "text",
        "none"
      ],
      "rows": [
        [
          1,
          "x",
          null
        ]
      ],
      "more": false
    }
    "#);
    assert_snapshot!(env.run(&["sql", "delete from session"]), @r"
    Error: the database refused a statement
    Caused by: not authorized
    Caused by: Error code 23: authorization denied
    Hint: One statement that reads; nothing that writes, attaches or loads is run
    [exit code: 1]
    ");
    assert_snapshot!(env.run(&["sql", "attach '/tmp/x' as x"]), @r"
    Error: the database refused a statement
    Caused by: not authorized
    Caused by: Error code 23: authorization denied
    Hint: One statement that reads; nothing that writes, attaches or loads is run
    [exit code: 1]
    ");
}
