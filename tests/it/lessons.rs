//! Remedies, and what was told of them: as the commands print it.

use insta::assert_snapshot;
use serde_json::Value;

use super::env::TestEnv;

mod filled;

pub(crate) use filled::{REMEDIES, filled};

/// 2026-11-20T12:00:00Z in microseconds: the time at which every test runs.
pub(crate) const NOW: i64 = 1_795_176_000_000_000;

pub(crate) const EXEC: &str = "exec format error";
pub(crate) const GO: &str = "command not found: go";
pub(crate) const LINT: &str = "goconst";

/// The id of the failure mode whose headline holds `of`.
pub(crate) fn id_of(env: &TestEnv, of: &str) -> String {
    let json = json(env, &["failures", "--status", "all", "--json"]);
    let modes = json["modes"].as_array().expect("modes");
    let found = modes
        .iter()
        .find(|mode| mode["headline"].as_str().is_some_and(|headline| headline.contains(of)));
    found.expect("a mode")["id"].as_str().expect("an id").to_owned()
}

pub(crate) fn json(env: &TestEnv, arguments: &[&str]) -> Value {
    serde_json::from_str(&env.run(arguments).success()).expect("JSON")
}

#[test]
fn every_remedy_of_a_mode_is_shown_with_what_speaks_for_and_against_it() {
    let env = filled();
    assert_snapshot!(env.run(&["show", &id_of(&env, EXEC)]).success(), @r"
    fork/exec /tmp/go-build1/b001/exe/a.test.exe: exec format error

    Id          ydqtq91c  (ydqtq91crbgfjd8p)
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

    Remedies
      R1    Worked instead: `GOOS=windows go test -run '^$' -exec=true ./...`
            worked in 2 of 3 sessions · 23 hours ago
            for `GOOS=windows go test ./...`
            one of its errors, everywhere
            failed  19 Nov 2026 · 7744721d
              $ GOOS=windows go test ./...
              | fork/exec /tmp/go-build1/b001/exe/a.test.exe: exec format error
            worked  19 Nov 2026 · 7744721d
              $ GOOS=windows go test -run '^$' -exec=true ./...
      R2    Worked instead: `rm -rf /tmp/go-build1`
            worked in 2 of 2 sessions · 23 hours ago
            for `GOOS=windows go test ./...`
            one of its errors, everywhere
            Never suggested: it removes or overwrites what cannot be had back
            failed  19 Nov 2026 · 7744721d
              $ GOOS=windows go test ./...
              | fork/exec /tmp/go-build1/b001/exe/a.test.exe: exec format error
            worked  19 Nov 2026 · 7744721d
              $ rm -rf /tmp/go-build1
      R3    Was edited: `src/main.go:3-9 src/exec.go`
            worked in 1 of 1 session · 1 day ago
            for `GOOS=windows go test ./...`
            one of its errors, everywhere
            Never suggested: it says nothing to type
            failed  18 Nov 2026 · 7744fe00
              $ GOOS=windows go test ./...
              | fork/exec /tmp/go-build1/b001/exe/a.test.exe: exec format error
            worked  18 Nov 2026 · 7744fe00
              $ src/main.go:3-9

    Newest
      F1 · 23 hours ago · exit 1
        $ GOOS=windows go test ./...
        | fork/exec /tmp/go-build1/b001/exe/a.test.exe: exec format error
        | FAIL    github.com/acme/api 0.01s
      F6 · 1 day ago · exit 1
        $ GOOS=windows go test ./...
        | fork/exec /tmp/go-build1/b001/exe/a.test.exe: exec format error
        | FAIL    github.com/acme/api 0.01s
      F5 · 1 day ago · exit 1
        $ GOOS=windows go test ./...
        | fork/exec /tmp/go-build1/b001/exe/a.test.exe: exec format error
        | FAIL    github.com/acme/api 0.01s
    ");
}

#[test]
fn a_claim_and_what_holds_for_every_error_are_shown_as_such() {
    let env = filled();
    assert_snapshot!(env.run(&["show", &id_of(&env, GO)]).success(), @r"
    zsh: command not found: go

    Id          zfjwjz8k  (zfjwjz8kma6rnm86)
    Template    zsh: command not found: <*>
    Where       go test · shell
    Met         1 failure in 1 session
    Last        2 days ago, 2026-11-17 12:02 UTC
    Status      open
    Projects    web (1x in 1 session)

    Sessions
      86cc3044  1x · 2026-11-17 12:02 UTC · web

    Remedies
      R4    Worked instead: `mise exec -- go test ./internal/...`
            worked in 1 of 1 session · 2 days ago
            for `go test ./internal/...`
            one of its errors, in web
            failed  17 Nov 2026 · 86cc3044
              $ go test ./internal/...
              | zsh: command not found: go
            worked  17 Nov 2026 · 86cc3044
              $ mise exec -- go test ./internal/...
      R6    First run: `brew install go`
            never seen to work · an agent's claim
            for `go test ./internal/...`
            one of its errors, everywhere
            Never suggested: a claim, until two sessions see it work or a person
            confirms it
      R5    Worked instead: `mise exec -- <1> version`
            worked in 1 of 1 session · 2 days ago
            for `go test ./internal/...`
            all of its errors, everywhere
            failed  17 Nov 2026 · 86cc3044
              $ go test ./internal/...
              | zsh: command not found: go
            worked  17 Nov 2026 · 86cc3044
              $ mise exec -- <1> version

    Newest
      F10 · 2 days ago · exit 1
        $ go test ./internal/...
        | zsh: command not found: go
        | FAIL    github.com/acme/api 0.01s
    ");
}

#[test]
fn what_a_person_decided_is_shown_first() {
    let env = filled();
    assert_snapshot!(env.run(&["show", &id_of(&env, LINT)]).success(), @r#"
    server.go:12:2: string `closed` has 3 occurrences, make it a constant (goconst)

    Id          qarv5m3c  (qarv5m3ce9jpwfzn)
    Template    string <*> has <*> occurrences, make it a constant (goconst)
    Where       mise run · shell
    Met         2 failures in 2 sessions
    Last        23 hours ago, 2026-11-19 12:02 UTC
    Hidden      the client calls most of them a success
    Severity    low
    Status      open
    Projects    api (1x in 1 session), web (1x in 1 session)

    Sessions
      7744721d  1x · 2026-11-19 12:02 UTC · api
      86cc3044  1x · 2026-11-17 12:01 UTC · web

    Remedies
      R8    Decided: "make a constant of it, do not silence the linter"
            a person says so
            for `mise run lint 2>&1 | tail -20`
            one of its errors, in api
            confirmed on 19 Nov 2026 by a person
      R7    Worked instead: `mise run lint --fix`
            worked in 1 of 1 session · 23 hours ago
            for `mise run lint 2>&1 | tail -20`
            one of its errors, in api
            refuted on 19 Nov 2026 by a person
            Never suggested: a person says that it is wrong
            failed  19 Nov 2026 · 7744721d
              $ mise run lint 2>&1 | tail -20
              | server.go:12:2: string `closed` has 3 occ…ke it a constant (goconst)
            worked  19 Nov 2026 · 7744721d
              $ mise run lint --fix

    Newest
      F2 · 23 hours ago · exit 0
        $ mise run lint 2>&1 | tail -20
        | server.go:12:2: string `closed` has 3 occurrences, make it a constant
        | (goconst)
        | FAIL    github.com/acme/api 0.01s
      F9 · 2 days ago · exit 0
        $ mise run lint 2>&1 | tail -20
        | server.go:12:2: string `closed` has 3 occurrences, make it a constant
        | (goconst)
        | FAIL    github.com/acme/api 0.01s
    "#);
}

#[test]
fn an_error_is_answered_with_what_worked_for_it() {
    let env = filled();
    assert_snapshot!(env.run(&["check", "fork/exec /tmp/go-build9/b1/exe/a.test.exe: exec format error"]).success(), @r"
    seen 4 times in 3 sessions, last 23 hours ago
    fork/exec /tmp/go-build1/b001/exe/a.test.exe: exec format error
      ydqtq91c · go test · 4x in 3 sessions · 23 hours ago · api +1
      Worked instead: `GOOS=windows go test -run '^$' -exec=true ./...`
        worked in 2 of 3 sessions · 23 hours ago
    ");
    assert_snapshot!(env.run(&["check", "zsh: command not found: go"]).success(), @r"
    seen 1 time in 1 session, last 2 days ago
    zsh: command not found: go
      zfjwjz8k · go test · 1x in 1 session · 2 days ago · web
      Worked instead: `mise exec -- go version`
        worked in 1 of 1 session · 2 days ago
    ");
    assert_snapshot!(env.run(&["check", "zsh: command not found: bun"]).success(), @r"
    seen 1 time in 1 session, last 2 days ago
    zsh: command not found: go
      zfjwjz8k · go test · 1x in 1 session · 2 days ago · web
      Worked instead: `mise exec -- bun version`
        worked in 1 of 1 session · 2 days ago
    ");
}

#[test]
fn lists_name_the_best_remedy_in_a_line() {
    let env = filled();
    assert_snapshot!(env.run(&["failures"]).success(), @r"
    fork/exec /tmp/go-build1/b001/exe/a.test.exe: exec format error
      ydqtq91c · go test · 4x in 3 sessions · 23 hours ago · api +1
      Worked instead: `GOOS=windows go test -run '^$' -exec=true ./...`
    server.go:12:2: string `closed` has 3 occ…ake it a constant (goconst) (hidden)
      qarv5m3c · mise run · 2x in 2 sessions · 23 hours ago · api +1
    zsh: command not found: go
      zfjwjz8k · go test · 1x in 1 session · 2 days ago · web
      Worked instead: `mise exec -- go version` · 1 of 1 session
    Slips that the client itself explains:
    File has not been read yet. Read it first before writing to it.
      7ahtvbng · Edit · 3x in 3 sessions · 23 hours ago · api +1
    ");
    let in_api = env.run(&["failures", "--project", "api"]).success();
    let decided = "Decided: \"make a constant of it, do not silence the linter\" · a person says so";
    assert!(in_api.contains(decided), "{in_api}");
    assert_snapshot!(env.run(&["report"]).success(), @r"
    Callus · 13 Nov 2026 – 20 Nov 2026 (7 days)

    Read        4 sessions, 4,100 calls: 8 failures
    Set aside   2: 1x a probe that found nothing, 1x the user said no
    Told        3 messages (1 hint, 1 warning, 1 brief), 230 B, 0.07 per 100 calls,
                1 helped, 1 failed again, 1 only noted

    3 failure modes: 2 met again, 1 in one session
    server.go:12:2: string `closed` has 3 occ…ake it a constant (goconst) (hidden)
      qarv5m3c · mise run · 2x in 2 sessions · 23 hours ago · api +1
    fork/exec /tmp/go-build1/b001/exe/a.test.exe: exec format error
      ydqtq91c · go test · 3x in 2 sessions (3 ever) · 23 hours ago · api +1
      Worked instead: `GOOS=windows go test -run '^$' -exec=true ./...`
    zsh: command not found: go
      zfjwjz8k · go test · 1x in 1 session · 2 days ago · web
      Worked instead: `mise exec -- go version` · 1 of 1 session
    2 more are slips that the client explains: File has not been read yet. Read it…

    Project    sessions    calls failures  met again
    api               2    2,030        6          1
    web               1    1,030        2          0
    (none)            1    1,040        0          0

    Next        callus show qarv5m3c
    Undo        callus uninstall; --purge takes the records too
    ");
    assert_snapshot!(env.run(&["search", "mise", "exec"]).success(), @r"
    zsh: command not found: go
      zfjwjz8k · go test · 1x in 1 session · 2 days ago · web
      Worked instead: `mise exec -- go version` · 1 of 1 session
    fork/exec /tmp/go-build1/b001/exe/a.test.exe: exec format error
      ydqtq91c · go test · 4x in 3 sessions · 23 hours ago · api +1
      Worked instead: `GOOS=windows go test -run '^$' -exec=true ./...`
    ");
    assert_snapshot!(env.run(&["told"]).success(), @r"
    brief · H4 · 2026-11-19 12:02 UTC
      qarv5m3c · 7744721d · api · 37 B (~9 tokens)
      | Met here lately: goconst, 2 sessions.
    hint, only noted · H3 · 2026-11-19 12:01 UTC · ignored
      ydqtq91c · 7744721d · api · 11 B (~2 tokens)
      | Only noted.
    hint · H1 · 2026-11-18 12:01 UTC · helped
      ydqtq91c · 7744fe00 · api · 108 B (~27 tokens)
      | Run `GOOS=windows go test -run '^$' -exec=true ./...`.
      | Worked in 1 of 1 session.
      | Failed: `exec format error`
    warning · H2 · 2026-11-17 12:01 UTC · failed again
      qarv5m3c · 86cc3044 · web · 85 B (~21 tokens)
      | This keeps failing here: 4 of 4 times.
      | Use `mise exec -- go test ./internal/...`

    Sum         3 messages (1 hint, 1 warning, 1 brief), 230 B, 0.06 per 100 calls,
                1 helped, 1 failed again, 1 only noted
    Helped      1 of the 2 of which it is known (50 %)
    ");
}

#[test]
fn what_was_told_is_listed_filtered_and_summed() {
    let env = filled();
    let number = |arguments: &[&str]| {
        let told = json(&env, &[&["told", "--json"], arguments].concat());
        let messages = told["messages"].as_array().expect("messages").len();
        (messages, told["sums"]["messages"].as_i64().expect("a sum"))
    };
    let table: [(&[&str], (usize, i64)); 6] = [
        (&[], (4, 3)),
        (&["--kind", "hint"], (2, 1)),
        (&["--session", "7744721d"], (2, 1)),
        (&["--project", "web"], (1, 1)),
        (&["--since", "36h"], (2, 1)),
        (&["--limit", "1"], (1, 3)),
    ];
    for (arguments, expected) in table {
        assert_eq!(number(arguments), expected, "{arguments:?}");
    }
    let said = env.run(&["told", "--kind", "shout"]);
    let part = "`shout` is no kind of message: use hint, warning, brief";
    assert!(said.stderr.contains(part), "{said}");
    let sums = &json(&env, &["told", "--json"])["sums"];
    assert_eq!(sums["shadow"], 1);
    assert_eq!(sums["helped_share"], 0.5);
    assert_eq!(sums, &json(&env, &["report", "--since", "all", "--json"])["told"]);
}
