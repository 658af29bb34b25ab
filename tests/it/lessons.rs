//! Remedies, what was told of them, and what somebody decides: as the commands print it.

use callus::answers::{self, Answer as _, ResolveQuery, Style};
use callus::domain::time::Timestamp;
use callus::redact::Rules;
use callus::store::{Access, Store};
use insta::assert_snapshot;
use jiff::tz::TimeZone;
use rusqlite::{Connection, params};
use serde_json::Value;

use super::env::TestEnv;
use super::fixture;

/// 2026-11-20T12:00:00Z in microseconds: the time at which every test runs.
const NOW: i64 = 1_795_176_000_000_000;
const DAY: i64 = 24 * 3_600_000_000;

const EXEC: &str = "exec format error";
const GO: &str = "command not found: go";
const LINT: &str = "goconst";

/// A remedy of the failure mode whose headline holds `of`.
struct Remedy {
    of: &'static str,
    for_all: bool,
    project: Option<i64>,
    kind: &'static str,
    becomes: &'static str,
    source: &'static str,
    verdict: Option<&'static str>,
    worked: &'static [i64],
    failed: &'static [i64],
}

const SEEN: Remedy = Remedy {
    of: EXEC,
    for_all: false,
    project: None,
    kind: "changed",
    becomes: "GOOS=windows go test -run '^$' -exec=true ./...",
    source: "seen",
    verdict: None,
    worked: &[],
    failed: &[],
};

const REMEDIES: &[Remedy] = &[
    Remedy {
        worked: &[1, 2],
        failed: &[5],
        ..SEEN
    },
    Remedy {
        becomes: "rm -rf /tmp/go-build1",
        worked: &[1, 2],
        ..SEEN
    },
    Remedy {
        kind: "edited",
        becomes: "src/main.go:3-9\nsrc/exec.go",
        worked: &[2],
        ..SEEN
    },
    Remedy {
        of: GO,
        project: Some(2),
        becomes: "mise exec -- go test ./internal/...",
        worked: &[3],
        ..SEEN
    },
    Remedy {
        of: GO,
        for_all: true,
        becomes: "mise exec -- <1> version",
        worked: &[3],
        ..SEEN
    },
    Remedy {
        of: GO,
        kind: "prepared",
        becomes: "brew install go",
        source: "agent",
        ..SEEN
    },
    Remedy {
        of: LINT,
        project: Some(1),
        becomes: "mise run lint --fix",
        verdict: Some("refuted"),
        worked: &[1],
        ..SEEN
    },
    Remedy {
        of: LINT,
        project: Some(1),
        kind: "decision",
        becomes: "make a constant of it, do not silence the linter",
        source: "person",
        verdict: Some("confirmed"),
        ..SEEN
    },
];

/// What was told: kind, session, failure, shadow, text, suggestion, what came of it.
type Message = (
    &'static str,
    i64,
    i64,
    bool,
    &'static str,
    &'static str,
    Option<&'static str>,
);

const MESSAGES: &[Message] = &[
    (
        "hint",
        2,
        5,
        false,
        "Run `GOOS=windows go test -run '^$' -exec=true ./...`.\nWorked in 1 of 1 session.\nFailed: `exec format error`",
        "GOOS=windows go test -run '^$' -exec=true ./...",
        Some("helped"),
    ),
    (
        "warning",
        3,
        9,
        false,
        "This keeps failing here: 4 of 4 times.\u{1b}[31m\nUse `mise exec -- go test ./internal/...`",
        "mise exec -- go test ./internal/...",
        Some("failed-again"),
    ),
    ("hint", 1, 1, true, "Only noted.", "", Some("ignored")),
    ("brief", 1, 2, false, "Met here lately: goconst, 2 sessions.", "", None),
];

fn filled() -> TestEnv {
    let env = TestEnv::new().with("COLUMNS", "80");
    fixture::fill(&env);
    let db = Connection::open(env.database()).expect("the database opens");
    for remedy in REMEDIES {
        add_remedy(&db, remedy);
    }
    for (kind, session, failure, shadow, text, suggestion, aftermath) in MESSAGES {
        db.execute(
            "insert into hint (session, call, kind, rule, mode, instance, at, shadow, text, suggestion, bytes, aftermath)
             select ?1, e.key, ?3, 'remedy', p.mode, f.instance, f.at, ?4, ?5, ?6, ?7, ?8
             from failure f join event e on e.id = f.event join pattern p on p.id = f.pattern where f.id = ?2",
            params![session, failure, kind, shadow, text, suggestion, i64::try_from(text.len()).expect("small"), aftermath],
        )
        .expect("a message");
    }
    env
}

fn add_remedy(db: &Connection, remedy: &Remedy) {
    db.execute(
        "insert into remedy (pattern, instance, project, kind, was, becomes, source, verdict, decided_by, decided_at, at)
         select pattern, iif(?2, null, instance), ?3, ?4, segment, ?5, ?6, ?7, iif(?7 is null, null, 'person'),
                iif(?7 is null, null, ?8), ?9
         from failure where instr(headline, ?1) > 0 limit 1",
        params![
            remedy.of,
            remedy.for_all,
            remedy.project,
            remedy.kind,
            remedy.becomes,
            remedy.source,
            remedy.verdict,
            NOW - DAY,
            NOW - 9 * DAY
        ],
    )
    .expect("a remedy");
    let id = db.last_insert_rowid();
    db.execute(
        "insert into search (rowid, headline, message, command, file) values (?1, '', '', ?2, '')",
        params![-id, remedy.becomes],
    )
    .expect("full text");
    let uses = remedy.worked.iter().map(|session| (session, true));
    for (session, worked) in uses.chain(remedy.failed.iter().map(|session| (session, false))) {
        db.execute(
            "insert into event (session, key, at, at_source, kind, tool, tool_kind, status, command, via)
             select id, ?2, last_at, 'record', 'call', 'Bash', 'shell', iif(?3, 'ok', 'failed'), ?4, 'hook'
             from session where id = ?1",
            params![session, format!("{id} {session}").into_bytes(), worked, remedy.becomes],
        )
        .expect("an event");
        db.execute(
            "insert into remedy_session (remedy, session, worked, failed, at, failing, working)
             select ?1, s.id, ?3, not ?3, s.last_at,
                    (select f.event from failure f where f.session = s.id and instr(f.headline, ?5) > 0 limit 1), ?4
             from session s where s.id = ?2",
            params![id, session, worked, db.last_insert_rowid(), remedy.of],
        )
        .expect("a use");
    }
}

/// The id of the failure mode whose headline holds `of`.
fn id_of(env: &TestEnv, of: &str) -> String {
    let json = json(env, &["failures", "--status", "all", "--json"]);
    let modes = json["modes"].as_array().expect("modes");
    let found = modes
        .iter()
        .find(|mode| mode["headline"].as_str().is_some_and(|headline| headline.contains(of)));
    found.expect("a mode")["id"].as_str().expect("an id").to_owned()
}

fn json(env: &TestEnv, arguments: &[&str]) -> Value {
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
      Worked instead: `rm -rf /tmp/go-build1`
        worked in 2 of 2 sessions · 23 hours ago
    ");
    assert_snapshot!(env.run(&["check", "zsh: command not found: go"]).success(), @r"
    seen 1 time in 1 session, last 2 days ago
    zsh: command not found: go
      zfjwjz8k · go test · 1x in 1 session · 2 days ago · web
      Worked instead: `mise exec -- <1> version`
        worked in 1 of 1 session · 2 days ago
    ");
    assert_snapshot!(env.run(&["check", "zsh: command not found: bun"]).success(), @r"
    seen 1 time in 1 session, last 2 days ago
    zsh: command not found: go
      zfjwjz8k · go test · 1x in 1 session · 2 days ago · web
      Worked instead: `mise exec -- <1> version`
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
      Worked instead: `mise exec -- <1> version` · 1 of 1 session
    Slips that the client itself explains:
    File has not been read yet. Read it first before writing to it.
      7ahtvbng · Edit · 3x in 3 sessions · 23 hours ago · api +1
    ");
    assert_snapshot!(env.run(&["failures", "--project", "api"]).success(), @r#"
    fork/exec /tmp/go-build1/b001/exe/a.test.exe: exec format error
      ydqtq91c · go test · 3x in 2 sessions (3 ever) · 23 hours ago · api +1
      Worked instead: `GOOS=windows go test -run '^$' -exec=true ./...`
    server.go:12:2: string `closed` has 3 occ…ake it a constant (goconst) (hidden)
      qarv5m3c · mise run · 1x in 1 session (2 ever) · 23 hours ago · api +1
      Decided: "make a constant of it, do not silence the linter" · a person says so
    Slips that the client itself explains:
    File has not been read yet. Read it first before writing to it.
      7ahtvbng · Edit · 2x in 2 sessions (3 ever) · 23 hours ago · api +1
    "#);
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
      Worked instead: `mise exec -- <1> version` · 1 of 1 session
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
      Worked instead: `mise exec -- <1> version` · 1 of 1 session
    ");
    assert_snapshot!(env.run(&["told"]).success(), @r"
    brief · 2026-11-19 12:02 UTC
      qarv5m3c · 7744721d · api · 37 B (~9 tokens)
      | Met here lately: goconst, 2 sessions.
    hint, only noted · 2026-11-19 12:01 UTC · ignored
      ydqtq91c · 7744721d · api · 11 B (~2 tokens)
      | Only noted.
    hint · 2026-11-18 12:01 UTC · helped
      ydqtq91c · 7744fe00 · api · 108 B (~27 tokens)
      | Run `GOOS=windows go test -run '^$' -exec=true ./...`.
      | Worked in 1 of 1 session.
      | Failed: `exec format error`
    warning · 2026-11-17 12:01 UTC · failed again
      qarv5m3c · 86cc3044 · web · 85 B (~21 tokens)
      | This keeps failing here: 4 of 4 times.
      | Use `mise exec -- go test ./internal/...`

    Sum         3 messages (1 hint, 1 warning, 1 brief), 230 B, 0.06 per 100 calls,
                1 helped, 1 failed again, 1 only noted
    Helped      1 of the 2 of which it is known (50 %)
    ");
}

/// Decides as a person: the commands that a test starts have no terminal.
fn decide(env: &TestEnv, query: ResolveQuery) -> String {
    let mut store = Store::open(&env.database(), Access::Write).expect("the store opens");
    let rules = Rules::new(&[]).expect("rules");
    let query = ResolveQuery {
        person: true,
        path: "/usr/bin:/bin".into(),
        here: Some("/home/dev/web".to_owned()),
        ..query
    };
    match answers::resolve(&mut store, &rules, &query, Timestamp(NOW)) {
        Ok(resolved) => {
            let mut style = Style::model(Timestamp(NOW), TimeZone::UTC);
            style.width = 80;
            resolved.text(&style)
        }
        Err(error) => format!("{error}\n{}", answers::Advice::advice(&error).join("\n")),
    }
}

fn only(id: &str) -> ResolveQuery {
    ResolveQuery {
        id: id.to_owned(),
        ..ResolveQuery::default()
    }
}

fn with(id: &str, with: &str) -> ResolveQuery {
    ResolveQuery {
        with: Some(with.to_owned()),
        ..only(id)
    }
}

fn not(id: &str, not: &str) -> ResolveQuery {
    ResolveQuery {
        not: Some(not.to_owned()),
        ..only(id)
    }
}

#[test]
fn a_person_confirms_gives_and_refutes() {
    let env = filled();
    let (exec, go, lint) = (id_of(&env, EXEC), id_of(&env, GO), id_of(&env, LINT));
    assert_snapshot!(decide(&env, with(&exec, "R1")), @r"
    R1 of ydqtq91c is confirmed.
      R1    Worked instead: `GOOS=windows go test -run '^$' -exec=true ./...`
            worked in 2 of 3 sessions · 23 hours ago · confirmed by a person
            for `GOOS=windows go test ./...`
            one of its errors, everywhere
            confirmed on 20 Nov 2026 by a person
    ydqtq91c is resolved, until it fails again. Undo: callus resolve ydqtq91c --not
    R1
    ");
    assert_snapshot!(decide(&env, not(&exec, "R1")), @r"
    R1 of ydqtq91c is refuted, and is never suggested again.
      R1    Worked instead: `GOOS=windows go test -run '^$' -exec=true ./...`
            worked in 2 of 3 sessions · 23 hours ago
            for `GOOS=windows go test ./...`
            one of its errors, everywhere
            refuted on 20 Nov 2026 by a person
            Never suggested: a person says that it is wrong
    Undo: callus resolve ydqtq91c --with R1
    ");
    assert_snapshot!(decide(&env, with(&go, "env go version")), @r"
    R9 of zfjwjz8k is kept as what a person says.
      R9    Worked instead: `env go version`
            a person says so
            for `go test ./internal/...`
            one of its errors, in web
            confirmed on 20 Nov 2026 by a person
    zfjwjz8k is resolved, until it fails again. Undo: callus resolve zfjwjz8k --not
    R9
    ");
    assert_snapshot!(decide(&env, with("F10", "go comes from mise: run it through mise exec")), @r#"
    R10 of zfjwjz8k is kept as what a person says.
      R10   Decided: "go comes from mise: run it through mise exec"
            a person says so
            for `go test ./internal/...`
            one of its errors, in web
            confirmed on 20 Nov 2026 by a person
    zfjwjz8k is resolved, until it fails again. Undo: callus resolve zfjwjz8k --not
    R10
    "#);
    assert_snapshot!(decide(&env, only(&lint)), @r#"
    R8 of qarv5m3c is confirmed.
      R8    Decided: "make a constant of it, do not silence the linter"
            a person says so
            for `mise run lint 2>&1 | tail -20`
            one of its errors, in api
            confirmed on 20 Nov 2026 by a person
    qarv5m3c is resolved, until it fails again. Undo: callus resolve qarv5m3c --not
    R8
    "#);
    assert_snapshot!(decide(&env, only(&exec)), @r"
    R2 of ydqtq91c is confirmed.
      R2    Worked instead: `rm -rf /tmp/go-build1`
            worked in 2 of 2 sessions · 23 hours ago · confirmed by a person
            for `GOOS=windows go test ./...`
            one of its errors, everywhere
            confirmed on 20 Nov 2026 by a person
    ydqtq91c is resolved, until it fails again. Undo: callus resolve ydqtq91c --not
    R2
    ");
    let again = ResolveQuery {
        reopen: true,
        ..only(&exec)
    };
    assert_snapshot!(decide(&env, again), @"ydqtq91c is open again.");
}

#[test]
fn what_cannot_be_kept_is_refused_with_the_reason() {
    let env = filled();
    let go = id_of(&env, GO);
    let long = "x".repeat(201);
    let table = [
        ("", "--with is empty"),
        (" \n", "--with is empty"),
        ("echo a\necho b", "(U+000A)"),
        ("echo \u{1b}[31mred", "(U+001B)"),
        ("echo a\u{202e}b", "(U+202E)"),
        (long.as_str(), "has 201 characters: a hint has room for 200"),
        ("rm -rf /home/dev/web", "is never suggested to an agent: it "),
        ("git push origin main", "is never suggested to an agent: it "),
        ("R99", "no remedy goes by `R99`"),
        ("R1", "no remedy goes by `R1`"),
    ];
    for (words, part) in table {
        let said = decide(&env, with(&go, words));
        assert!(said.contains(part), "{words:?}: {said}");
    }
    assert_eq!(remedies(&env), REMEDIES.len(), "nothing was kept");
    let said = env.run(&["resolve", &go, "--with", "git push --force"]);
    assert_eq!(said.code, 3, "{said}");
}

fn remedies(env: &TestEnv) -> usize {
    let db = Connection::open(env.database()).expect("the database opens");
    let number: i64 = db
        .query_row("select count(*) from remedy", [], |row| row.get(0))
        .expect("a number");
    usize::try_from(number).expect("small")
}

/// How often a text stands in remedies, messages, the index and what was learnt.
fn holding(env: &TestEnv, text: &str) -> i64 {
    let db = Connection::open(env.database()).expect("the database opens");
    db.query_row(
        "select (select count(*) from remedy where instr(becomes, ?1) > 0)
              + (select count(*) from hint where instr(text, ?1) > 0)
              + (select count(*) from search where instr(command, ?1) > 0)
              + (select count(*) from failure where instr(resolution, ?1) > 0)",
        [text],
        |row| row.get(0),
    )
    .expect("a number")
}

#[test]
fn a_secret_in_a_remedy_is_taken_out() {
    let env = filled();
    let command = "env GITHUB_TOKEN=ghp_a8Zk3LmQ9pXy7RtV2bNc5WsD1fGhJ4eK6uTo go version";
    let said = decide(&env, with(&id_of(&env, GO), command));
    assert!(said.contains("A secret was taken out of it."), "{said}");
    assert!(!said.contains("ghp_"), "{said}");
    assert_eq!(holding(&env, "ghp_"), 0);
    assert_eq!(holding(&env, "env GITHUB_TOKEN="), 3, "the rest was kept");
}

#[test]
fn what_an_agent_says_is_a_claim_and_decides_nothing() {
    let env = filled();
    let (go, exec) = (id_of(&env, GO), id_of(&env, EXEC));
    let claimed = env
        .run(&["resolve", &go, "--with", "go test -x ./internal/..."])
        .success();
    assert_snapshot!(claimed, @r"
    R9 of zfjwjz8k is kept as an agent's claim: no person typed it. It is told once
    two sessions have seen it work, or a person confirms it.
      R9    Worked instead: `go test -x ./internal/...`
            never seen to work · an agent's claim
            for `go test ./internal/...`
            one of its errors, in web
            Never suggested: a claim, until two sessions see it work or a person
            confirms it
    ");
    let checked = env.run(&["check", "zsh: command not found: go"]).success();
    assert!(!checked.contains("go test -x"), "a claim is told nobody: {checked}");
    for arguments in [
        &["resolve", &exec][..],
        &["resolve", &exec, "--not", "R1"],
        &["resolve", &exec, "--reopen"],
    ] {
        assert_eq!(env.run(arguments).code, 3, "{arguments:?}");
    }
    let known = env.run(&["resolve", &exec, "--with", "R1"]).success();
    assert!(known.contains("only a person confirms it"), "{known}");
    assert_eq!(json(&env, &["show", &exec, "--json"])["mode"]["mode"]["status"], "open");
}

#[test]
fn a_remedy_for_several_errors_says_so() {
    let env = filled();
    let db = Connection::open(env.database()).expect("the database opens");
    db.execute_batch(
        "insert into event (id, session, key, at, at_source, kind, status, command, via)
         values (900, 3, x'90', 1, 'record', 'call', 'failed', 'bun test', 'hook');
         insert into failure (id, event, session, project, pattern, instance, at, origin, headline, message, scope)
         select 900, 900, 3, 2, pattern, '0123456789abcdef', 1, 'flagged', 'zsh: command not found: bun', 'x', 'bun test'
         from failure where headline like '%not found: go' limit 1",
    )
    .expect("another error");
    let go = id_of(&env, GO);
    assert_snapshot!(decide(&env, with(&go, "env go version")), @r"
    this failure mode is 2 different errors: say which one it is for
    --instance F10  zsh: command not found: go
    --instance F900  zsh: command not found: bun
    --all  for every one of them; <1>, <2> in a command stand for what the error names
    ");
    let slots = decide(&env, with(&go, "env <1> version"));
    assert!(slots.contains("all of its errors, in web"), "{slots}");
    let one = ResolveQuery {
        instance: Some("F900".to_owned()),
        ..with(&go, "env bun")
    };
    let one = decide(&env, one);
    assert!(one.contains("one of its errors, in web"), "{one}");
}

#[test]
fn a_resolved_mode_that_fails_again_is_open_again() {
    let env = filled();
    let go = id_of(&env, GO);
    decide(&env, with(&go, "env go version"));
    let status = |env: &TestEnv| json(env, &["show", &go, "--json"])["mode"]["mode"]["status"].clone();
    assert_eq!(status(&env), "resolved");
    let recorded = include_str!("../payloads/claude-code/PostToolUseFailure-Bash-cat-missing-txt.json");
    let fails = |env: &TestEnv, call: &str| {
        let mut payload: Value = serde_json::from_str(recorded).expect("JSON");
        payload["tool_input"]["command"] = "go test ./internal/...".into();
        payload["error"] = "Exit code 127\nzsh: command not found: go".into();
        payload["tool_use_id"] = call.into();
        let said = env.run_with(&["hook", "claude-code"], &payload.to_string());
        assert_eq!(said.code, 0, "{said}");
    };
    fails(&env, "toolu_now");
    assert_eq!(
        status(&env),
        "resolved",
        "it failed before it was resolved, or just then"
    );
    let later = env.with("CALLUS_NOW", "2026-11-21T12:00:00Z");
    fails(&later, "toolu_later");
    assert_eq!(status(&later), "open");
}

#[test]
fn what_is_forgotten_or_redacted_again_goes_from_remedies_and_messages_too() {
    let table = [
        (&["forget", "--match", "mise exec", "--yes"][..], 0),
        (&["redact", "--again"], 5),
    ];
    for (command, marked) in table {
        let env = filled();
        assert_eq!(holding(&env, "mise exec"), 5);
        let own = "[redact]\npatterns = [{ name = \"own\", pattern = \"mise exec\" }]\n";
        std::fs::write(env.data().join("config.toml"), own).expect("written");
        env.run(command).success();
        let left = (holding(&env, "mise exec"), holding(&env, "[redacted:own]"));
        assert_eq!(left, (0, marked), "{command:?}");
    }
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
