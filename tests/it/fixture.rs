//! A store with a fortnight of three projects, filled by SQL.

use callus::domain::trace::ToolKind;
use callus::failure::fingerprint;
use callus::store::{Access, Store};
use flate2::Compression;
use flate2::write::DeflateEncoder;
use rusqlite::{Connection, params};
use std::io::Write as _;

use super::env::TestEnv;

/// 2026-11-20T12:00:00Z in microseconds: the time at which every test runs.
const NOW: i64 = 1_795_176_000_000_000;
const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;

/// A failure in a session: scope and kind of tool, headline, command, reason, origin, severity.
struct Failed {
    scope: &'static str,
    kind: ToolKind,
    headline: &'static str,
    command: &'static str,
    expected: Option<&'static str>,
    origin: &'static str,
    severity: Option<&'static str>,
}

const EXEC: Failed = Failed {
    scope: "go test",
    kind: ToolKind::Shell,
    headline: "fork/exec /tmp/go-build1/b001/exe/a.test.exe: exec format error",
    command: "GOOS=windows go test ./...",
    expected: None,
    origin: "flagged",
    severity: Some("medium"),
};
const LINT: Failed = Failed {
    scope: "mise run",
    kind: ToolKind::Shell,
    headline: "server.go:12:2: string `closed` has 3 occurrences, make it a constant (goconst)",
    command: "mise run lint 2>&1 | tail -20",
    expected: None,
    origin: "hidden",
    severity: Some("low"),
};
const NOT_FOUND: Failed = Failed {
    scope: "go test",
    kind: ToolKind::Shell,
    headline: "zsh: command not found: go",
    command: "go test ./internal/...",
    expected: None,
    origin: "flagged",
    severity: None,
};
const NOT_READ: Failed = Failed {
    scope: "Edit",
    kind: ToolKind::Edit,
    headline: "File has not been read yet. Read it first before writing to it.",
    command: "",
    expected: None,
    origin: "flagged",
    severity: Some("low"),
};
const REJECTED: Failed = Failed {
    scope: "git push",
    kind: ToolKind::Shell,
    headline: "The user doesn't want to proceed with this tool use.",
    command: "git push --force",
    expected: Some("rejected"),
    origin: "flagged",
    severity: None,
};
const PROBE: Failed = Failed {
    scope: "grep",
    kind: ToolKind::Shell,
    headline: "Exit code 1",
    command: "grep -r TODO src",
    expected: Some("probe-empty"),
    origin: "flagged",
    severity: None,
};

/// Sessions: id, project (0 = none), days ago, what failed.
const SESSIONS: &[(&str, i64, i64, &[&Failed])] = &[
    (
        "7744721d-4b44-4d5c-9a52-000000000001",
        1,
        1,
        &[&EXEC, &LINT, &NOT_READ, &REJECTED],
    ),
    (
        "7744fe00-4b44-4d5c-9a52-000000000002",
        1,
        2,
        &[&EXEC, &EXEC, &PROBE, &NOT_READ],
    ),
    ("86cc3044-4b44-4d5c-9a52-000000000003", 2, 3, &[&LINT, &NOT_FOUND]),
    ("9b0c1d2e-4b44-4d5c-9a52-000000000004", 0, 5, &[]),
    (
        "a1b2c3d4-4b44-4d5c-9a52-000000000005",
        2,
        12,
        &[&EXEC, &NOT_READ, &PROBE],
    ),
];

/// Fills the store of `env`.
pub(crate) fn fill(env: &TestEnv) {
    drop(Store::open(&env.database(), Access::Write).expect("the store opens"));
    let db = Connection::open(env.database()).expect("the database opens");
    db.execute_batch("begin").expect("begins");
    for (id, name) in [(1, "api"), (2, "web")] {
        db.execute(
            "insert into project (id, key, name, remote, first_at, last_at) values (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                id,
                format!("remote:github.com/acme/{name}"),
                name,
                format!("github.com/acme/{name}"),
                NOW - 12 * DAY,
                NOW - id * DAY
            ],
        )
        .expect("a project");
        db.execute(
            "insert into root (id, machine, path, project) values (?1, 'm', ?2, ?1)",
            params![id, format!("/home/dev/{name}")],
        )
        .expect("a root");
    }
    for (number, (external, project, days, failures)) in (1_i64..).zip(SESSIONS) {
        let start = NOW - days * DAY;
        let project = (*project > 0).then_some(*project);
        let number_of = |some: usize| i64::try_from(some).expect("small");
        let counted = failures.iter().filter(|failed| failed.expected.is_none()).count();
        db.execute(
            "insert into session (id, assistant, external, project, model, version, cwd, branch, commit_id, started_at,
                                  last_at, ended_at, end_reason, outcome, prompts, calls, failures, expected, micro_usd)
             values (?1, 'claude-code', ?2, ?3, ?4, '2.1.0', ?5, 'main', '3f2a1bc9d0e1f2a3b4c5d6e7f8091a2b3c4d5e6f', ?6,
                     ?7, ?7, 'other', 'done', 1, ?8, ?9, ?10, 25000)",
            params![
                number,
                external,
                project,
                if number % 2 == 1 {
                    "claude-opus-4-5"
                } else {
                    "claude-sonnet-4-5"
                },
                project.map(|id| if id == 1 { "/home/dev/api" } else { "/home/dev/web" }),
                start,
                start + HOUR,
                10 * number + 1_000,
                number_of(counted),
                number_of(failures.len() - counted)
            ],
        )
        .expect("a session");
        prompt(&db, number, start);
        for (nth, failed) in (1_i64..).zip(*failures) {
            fail(&db, number, project, start + nth * 60_000_000, nth, failed);
        }
    }
    db.execute_batch(
        "insert into session_label values (1, 'vertical', 'finance');
         update mode set
             failures = (select count(*) from failure f join pattern p on p.id = f.pattern
                         where p.mode = mode.id and f.expected is null),
             expected = (select count(*) from failure f join pattern p on p.id = f.pattern
                         where p.mode = mode.id and f.expected is not null),
             sessions = (select count(distinct f.session) from failure f join pattern p on p.id = f.pattern
                         where p.mode = mode.id and f.expected is null),
             first_at = (select min(f.at) from failure f join pattern p on p.id = f.pattern where p.mode = mode.id),
             last_at = (select max(f.at) from failure f join pattern p on p.id = f.pattern where p.mode = mode.id);
         insert into mode_session
             select p.mode, f.session, count(*), max(f.at) from failure f join pattern p on p.id = f.pattern
             where f.expected is null group by 1, 2;
         insert into mode_project
             select p.mode, f.project, count(*), count(distinct f.session), min(f.at), max(f.at)
             from failure f join pattern p on p.id = f.pattern
             where f.expected is null and f.project is not null group by 1, 2;
         insert into findable (mode, project)
             select distinct p.mode, f.project from failure f join pattern p on p.id = f.pattern;
         commit",
    )
    .expect("counters");
}

fn deflated(text: &str) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).expect("deflates");
    encoder.finish().expect("deflates")
}

fn prompt(db: &Connection, session: i64, at: i64) {
    db.execute(
        "insert into event (session, key, at, at_source, kind, status, input_bytes, via)
         values (?1, ?2, ?3, 'record', 'prompt', 'ok', 20, 'hook')",
        params![session, format!("p{session}").into_bytes(), at],
    )
    .expect("a prompt");
    let text = "make the \x1b[31mtests\x1b[0m pass";
    db.execute(
        "insert into body values (?1, 'input', ?2, null, ?3)",
        params![
            db.last_insert_rowid(),
            deflated(text),
            i64::try_from(text.len()).expect("small")
        ],
    )
    .expect("a body");
}

fn fail(db: &Connection, session: i64, project: Option<i64>, at: i64, nth: i64, failed: &Failed) {
    let named =
        fingerprint::named(failed.kind, failed.scope, failed.headline, None).expect("a headline that says something");
    let instance = named.instance.text();
    let (kind, template, word) = (named.kind.text(), named.template.stored(), failed.kind.word());
    db.execute(
        "insert into mode (fingerprint, template, headline, tool_kind, scope) values (?1, ?2, ?3, ?4, ?5)
         on conflict do nothing",
        params![kind, named.template.display(), failed.headline, word, failed.scope],
    )
    .expect("a mode");
    db.execute(
        "insert into pattern (fingerprint, mode, tool_kind, scope, template)
         select ?1, id, ?2, ?3, ?4 from mode where fingerprint = ?1 on conflict do nothing",
        params![kind, word, failed.scope, template],
    )
    .expect("a pattern");
    let tool = if failed.kind == ToolKind::Shell {
        "Bash"
    } else {
        failed.scope
    };
    let command = Some(failed.command).filter(|command| !command.is_empty());
    let hidden = failed.origin == "hidden";
    db.execute(
        "insert into event (session, key, at, at_source, kind, tool, tool_kind, status, exit_code, duration_ms, command,
                            file, input_bytes, output_bytes, via)
         values (?1, ?2, ?3, 'record', 'call', ?4, ?5, ?6, ?7, 2300, ?8, ?9, 40, 120, 'hook')",
        params![
            session,
            format!("{session}-{nth}").into_bytes(),
            at,
            tool,
            word,
            if hidden { "ok" } else { "failed" },
            command.map(|_| i64::from(!hidden)),
            command,
            (failed.kind == ToolKind::Edit).then_some("src/main.go")
        ],
    )
    .expect("an event");
    db.execute(
        "insert into failure (event, session, project, pattern, instance, at, origin, expected, severity, node,
                              exit_code, headline, message, segment, goal, scope, input_context, snapshot)
         select ?1, ?2, ?3, id, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?13, ?14, ?15, ?16
         from pattern where fingerprint = ?17",
        params![
            db.last_insert_rowid(),
            session,
            project,
            instance,
            at,
            failed.origin,
            failed.expected,
            failed.severity,
            tool,
            command.map(|_| i64::from(!hidden)),
            failed.headline,
            format!("{}\nFAIL\tgithub.com/acme/api 0.01s", failed.headline),
            command,
            failed.scope,
            r#"{"prompt": "make the tests pass"}"#,
            r#"{"branch": "main", "dirty": ["src/main.go"]}"#,
            kind
        ],
    )
    .expect("a failure");
}

/// Adds a second failure mode whose id begins like that of an existing one, and returns the common beginning.
pub(crate) fn twin(env: &TestEnv) -> String {
    let db = Connection::open(env.database()).expect("the database opens");
    let first: String = db
        .query_row(
            "select fingerprint from mode where scope = 'go test' order by id limit 1",
            [],
            |row| row.get(0),
        )
        .expect("a mode");
    let last = if first.ends_with('0') { "1" } else { "0" };
    let twin = format!("{}{last}", &first[..15]);
    db.execute(
        "insert into mode (fingerprint, template, headline, tool_kind, scope, failures, sessions, last_at)
         values (?1, 'twin', 'a twin', 'shell', 'make', 1, 1, ?2)",
        params![twin, NOW - DAY],
    )
    .expect("a mode");
    db.execute(
        "insert into pattern (fingerprint, mode, tool_kind, scope, template) values (?1, ?2, 'shell', 'make', 'twin')",
        params![twin, db.last_insert_rowid()],
    )
    .expect("a pattern");
    first[..10].to_owned()
}
