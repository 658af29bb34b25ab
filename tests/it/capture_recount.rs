//! A recount of every counter that the store keeps, from the rows.

use std::collections::BTreeMap;

use callus::domain::id::EventId;
use callus::domain::trace::{Call, ToolKind};
use callus::failure::shell;
use callus::store::body::{self, Part};
use rusqlite::Connection;
use rusqlite::types::Value as Cell;

/// Asserts that two lists of rows hold the same, and names only what differs.
#[track_caller]
pub(crate) fn assert_same(kept: &[String], counted: &[String], what: &str) {
    let only = |rows: &[String], others: &[String]| -> Vec<String> {
        rows.iter().filter(|row| !others.contains(row)).cloned().collect()
    };
    assert_eq!(
        only(kept, counted),
        only(counted, kept),
        "{what}: only kept, only counted"
    );
    assert_eq!(kept.len(), counted.len(), "{what}: rows");
}

/// Asserts that every counter that the store keeps is what its rows say, and that its rows agree.
#[track_caller]
pub(crate) fn assert_consistent(database: &Connection) {
    for (what, kept, counted) in KEPT {
        assert_same(&rows(database, kept), &rows(database, counted), what);
    }
    for (what, sql) in NONE {
        assert_eq!(rows(database, sql), Vec::<String>::new(), "{what}");
    }
    let (exercise, shape) = recount_calls(database);
    let kept = rows(
        database,
        "select session, key, runs, failed from exercise order by 1, 2",
    );
    assert_same(&kept, &exercise, "exercise");
    let kept = rows(
        database,
        "select project, call, runs, failed, last_failed from shape order by 1, 2",
    );
    assert_same(&kept, &shape, "shape");
}

/// What is kept, and the same counted from the rows.
const KEPT: &[(&str, &str, &str)] = &[
    (
        "counters of sessions",
        "select id, calls, prompts, failures, expected from session order by id",
        "select s.id, (select count(*) from event e where e.session = s.id and e.kind = 'call'),
                (select count(*) from event e where e.session = s.id and e.kind = 'prompt'),
                (select count(*) from failure f where f.session = s.id and f.expected is null),
                (select count(*) from failure f where f.session = s.id and f.expected is not null)
         from session s order by s.id",
    ),
    (
        "mode_session",
        "select mode, session, failures, last_at from mode_session order by 1, 2",
        "select p.mode, f.session, count(*), max(f.at) from failure f join pattern p on p.id = f.pattern
         where f.expected is null group by 1, 2 order by 1, 2",
    ),
    (
        "mode_project",
        "select mode, project, failures, sessions, first_at, last_at from mode_project order by 1, 2",
        "select p.mode, f.project, count(*), count(distinct f.session), min(f.at), max(f.at)
         from failure f join pattern p on p.id = f.pattern
         where f.expected is null and f.project is not null group by 1, 2 order by 1, 2",
    ),
    (
        "counters of modes",
        "select id, failures, expected, sessions, first_at, last_at from mode order by id",
        "select m.id,
                (select count(*) from failure f join pattern p on p.id = f.pattern where p.mode = m.id and f.expected is null),
                (select count(*) from failure f join pattern p on p.id = f.pattern where p.mode = m.id and f.expected is not null),
                (select count(distinct f.session) from failure f join pattern p on p.id = f.pattern where p.mode = m.id and f.expected is null),
                (select min(f.at) from failure f join pattern p on p.id = f.pattern where p.mode = m.id and f.expected is null),
                (select max(f.at) from failure f join pattern p on p.id = f.pattern where p.mode = m.id and f.expected is null)
         from mode m order by m.id",
    ),
    (
        "a failure happened where and to whom its event did",
        "select id, session, agent from failure order by id",
        "select f.id, e.session, e.agent from failure f join event e on e.id = f.event order by f.id",
    ),
    (
        "a failure's project is that of the folder it happened in",
        "select id, project from failure order by id",
        "select f.id, r.project from failure f join event e on e.id = f.event left join root r on r.id = e.root order by f.id",
    ),
];

/// What must not be there.
const NONE: &[(&str, &str)] = &[
    (
        "a mode's headline is one of its newest counted failures",
        "select m.id, m.headline from mode m where m.failures > 0 and not exists
             (select 1 from failure f join pattern p on p.id = f.pattern
              where p.mode = m.id and f.expected is null and f.at = m.last_at and f.headline = m.headline)",
    ),
    (
        "the name of a mode is its smallest pattern",
        "select m.id from mode m where m.fingerprint <> (select min(fingerprint) from pattern p where p.mode = m.id)",
    ),
    (
        "a mode without a pattern",
        "select id from mode where id not in (select mode from pattern)",
    ),
    (
        "a mode of which nothing failed",
        "select m.id from mode m where m.failures + m.expected = 0",
    ),
    (
        "a failed call that is no failure, or the reverse",
        "select e.id from event e left join failure f on f.event = e.id
         where (f.id is not null and e.status <> 'failed')
            or (f.id is null and e.status = 'failed' and e.kind in ('call', 'model-error'))",
    ),
    (
        "two rows of one call",
        "select call_id from event where kind = 'call' and call_id glob '*[0-9]*' group by call_id having count(*) > 1",
    ),
    (
        "a mode of a project that cannot be searched for, or the reverse",
        "select distinct p.mode, f.project from failure f join pattern p on p.id = f.pattern
         where not exists (select 1 from findable d where d.mode = p.mode and d.project is f.project)
         union all select d.mode, d.project from findable d
         where d.mode is not null
           and not exists (select 1 from failure f join pattern p on p.id = f.pattern
                           where p.mode = d.mode and f.project is d.project)",
    ),
    (
        "a text that nothing stands behind, or that should be there",
        "select rowid from search where rowid not in (select id from findable)
         union all select id from findable where indexed > 0 and id not in (select rowid from search)",
    ),
    (
        "a masked call that failed more often than it ran",
        "select project, call from shape where failed > runs or runs < 1",
    ),
    ("a row that refers to nothing", "select * from pragma_foreign_key_check"),
];

/// Returns the rows of a query, each as its cells joined by `|`.
#[track_caller]
pub(crate) fn rows(database: &Connection, sql: &str) -> Vec<String> {
    let mut query = database.prepare(sql).expect("prepares");
    let columns = query.column_count();
    let rows = query.query_map([], |row| {
        let cells = (0..columns).map(|column| row.get::<_, Cell>(column).map(|cell| cell_text(&cell)));
        Ok(cells.collect::<Result<Vec<_>, _>>()?.join("|"))
    });
    rows.expect("runs").collect::<Result<_, _>>().expect("reads")
}

fn cell_text(cell: &Cell) -> String {
    match cell {
        Cell::Null => "-".to_owned(),
        Cell::Integer(number) => number.to_string(),
        Cell::Real(number) => number.to_string(),
        Cell::Text(text) => text.clone(),
        Cell::Blob(bytes) => format!("{bytes:02x?}"),
    }
}

/// Runs and failed runs of one masked call in one project, and how its newest run ended.
#[derive(Default)]
struct Runs {
    all: i64,
    failed: i64,
    last_failed: bool,
}

/// Counts `exercise` and `shape` from the calls that ended.
fn recount_calls(database: &Connection) -> (Vec<String>, Vec<String>) {
    let mut exercise: BTreeMap<(i64, String), (i64, i64)> = BTreeMap::new();
    let mut shapes: BTreeMap<(i64, String), Runs> = BTreeMap::new();
    let mut calls = database
        .prepare(
            "select e.id, e.session, r.project, e.tool, e.tool_kind, e.command, e.file,
                    exists (select 1 from failure f where f.event = e.id and f.expected is null)
             from event e left join root r on r.id = e.root
             where e.kind = 'call' and e.status <> 'started' order by e.at, e.id",
        )
        .expect("prepares");
    let mut calls = calls.query([]).expect("runs");
    while let Some(row) = calls.next().expect("reads") {
        let get = |column: usize| row.get::<_, Option<String>>(column).expect("text").unwrap_or_default();
        let id = EventId(row.get(0).expect("id"));
        let call = Call {
            id: None,
            tool: get(3),
            kind: ToolKind::from_word(&get(4)),
            input: body::read(database, id, Part::Input)
                .expect("reads")
                .unwrap_or_default(),
            command: row.get(5).expect("text"),
            file: row.get(6).expect("text"),
        };
        let (session, failed): (i64, bool) = (row.get(1).expect("id"), row.get(7).expect("bool"));
        for key in shell::exercise_keys(&call) {
            let count = exercise.entry((session, key)).or_default();
            *count = (count.0 + 1, count.1 + i64::from(failed));
        }
        let (project, shape): (Option<i64>, String) = (row.get(2).expect("id"), shell::shape(&call));
        if let Some(project) = project.filter(|_| !shape.is_empty()) {
            let runs = shapes.entry((project, shape)).or_default();
            runs.all += 1;
            runs.failed += i64::from(failed);
            runs.last_failed = failed;
        }
    }
    let exercise = exercise
        .into_iter()
        .map(|((session, key), (runs, failed))| format!("{session}|{key}|{runs}|{failed}"));
    let shapes = shapes.into_iter().map(|((project, call), runs)| {
        let last = i64::from(runs.last_failed);
        format!("{project}|{call}|{}|{}|{last}", runs.all, runs.failed)
    });
    (exercise.collect(), shapes.collect())
}
