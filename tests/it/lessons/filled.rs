//! A store with remedies of every sort, and with what was told of them.

use rusqlite::{Connection, params};

use super::{EXEC, GO, LINT, NOW};
use crate::env::TestEnv;
use crate::fixture;

const DAY: i64 = 24 * 3_600_000_000;

/// A remedy of the failure mode whose headline holds `of`.
pub(crate) struct Remedy {
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

pub(crate) const REMEDIES: &[Remedy] = &[
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

/// A store with remedies and messages.
pub(crate) fn filled() -> TestEnv {
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
