use super::*;
use crate::store::Store;

/// Two projects, each with a folder and a session, and one failure mode that all four failures are of.
const TWO_PROJECTS: &str = "
insert into project (id, key, name, remote, first_at, last_at)
values (1, 'remote:h/acme/app', 'app', 'h/acme/app', 10, 20), (2, 'root:m:/old', 'old', null, 5, 15);
insert into root (id, machine, path, project) values (1, 'm', '/app', 1), (2, 'm', '/old', 2), (3, 'm', '/old/sub', 2);
insert into session (id, assistant, external, project, root, started_at, last_at)
values (1, 'a', 's1', 1, 1, 10, 20), (2, 'a', 's2', 2, 2, 5, 15), (3, 'a', 's3', 2, 3, 6, 7);
insert into mode (id, fingerprint, template, headline, tool_kind, scope) values (1, 'f', '', '', 'shell', 'make');
insert into pattern (id, fingerprint, mode, tool_kind, scope, template) values (1, 'f', 1, 'shell', 'make', '');
insert into event (id, session, key, at, at_source, kind, status, root, via)
values (1, 1, x'01', 11, 'record', 'call', 'failed', 1, 'hook'), (2, 2, x'02', 6, 'record', 'call', 'failed', 2, 'hook'),
       (3, 2, x'03', 7, 'record', 'call', 'failed', 3, 'hook'), (4, 3, x'04', 8, 'record', 'call', 'failed', 3, 'hook');
insert into failure (event, session, project, pattern, at, origin, headline, message, scope)
values (1, 1, 1, 1, 11, 'flagged', '', '', 'make'), (2, 2, 2, 1, 6, 'flagged', '', '', 'make'),
       (3, 2, 2, 1, 7, 'flagged', '', '', 'make'), (4, 3, 2, 1, 8, 'flagged', '', '', 'make');
insert into mode_project (mode, project, failures, sessions, first_at, last_at) values (1, 1, 1, 1, 11, 11), (1, 2, 3, 2, 6, 8);
insert into shape (project, call, runs, failed, last_failed, last_at)
values (1, 'make', 4, 1, 0, 20), (2, 'make', 3, 3, 1, 8), (2, 'ls', 1, 0, 0, 5);
";

fn two_projects() -> Store {
    let store = Store::in_memory().expect("opens");
    store.connection().execute_batch(TWO_PROJECTS).expect("rows");
    store
}

/// Returns the rows of a query, each as text with blanks between its columns.
fn rows(store: &Store, sql: &str) -> Vec<String> {
    let mut rows = store.connection().prepare(sql).expect("a query");
    let columns = rows.column_count();
    rows.query_map([], |row| {
        let cells: Vec<String> = (0..columns)
            .map(|column| match row.get_ref(column)? {
                rusqlite::types::ValueRef::Null => Ok("-".to_owned()),
                rusqlite::types::ValueRef::Integer(number) => Ok(number.to_string()),
                other => Ok(other.as_str()?.to_owned()),
            })
            .collect::<rusqlite::Result<_>>()?;
        Ok(cells.join(" "))
    })
    .and_then(Iterator::collect)
    .expect("rows")
}

const PROJECTS: &str = "select id, key, first_at, last_at from project order by id";
const SESSIONS: &str = "select id, project from session order by id";
const FAILURES: &str = "select event, project from failure order by event";
const MODES: &str = "select project, failures, sessions, first_at, last_at from mode_project order by project";
const SHAPES: &str = "select project, call, runs, failed, last_failed from shape order by project, call";

#[test]
fn a_project_that_is_absorbed_leaves_everything_to_the_other() {
    let mut store = two_projects();
    store
        .write(|tx| absorb(tx, ProjectId(2), ProjectId(1)))
        .expect("absorbed");
    assert_eq!(rows(&store, PROJECTS), ["1 remote:h/acme/app 5 20"]);
    assert_eq!(rows(&store, SESSIONS), ["1 1", "2 1", "3 1"]);
    assert_eq!(rows(&store, FAILURES), ["1 1", "2 1", "3 1", "4 1"]);
    assert_eq!(rows(&store, MODES), ["1 4 3 6 11"]);
    assert_eq!(rows(&store, SHAPES), ["1 ls 1 0 0", "1 make 7 4 0"]);
    assert_eq!(rows(&store, "pragma foreign_key_check"), Vec::<String>::new());
}

/// Remedies that both projects have, with a verdict of the one that stays and of the one that goes.
const TWINS: &str = "
insert into remedy (id, pattern, instance, project, kind, was, becomes, source, verdict, decided_by, decided_at, at)
values (1, 1, 'i', 1, 'changed', 'a', 'b', 'seen', ?1, ?2, 1, 9), (2, 1, 'i', 2, 'changed', 'a', 'b', 'seen', ?3, ?4, 2, 7)";

#[test]
fn of_two_remedies_that_become_one_the_stronger_word_stands() {
    let (no, yes) = (Some("refuted"), Some("confirmed"));
    let (person, session) = (Some("person"), Some("s1"));
    for (stays, goes, left) in [
        ((None, None), (no, person), "1 1 refuted person 2 7"),
        ((no, session), (yes, person), "1 1 confirmed person 2 7"),
        ((yes, person), (no, session), "1 1 confirmed person 1 7"),
        ((yes, person), (no, person), "1 1 refuted person 2 7"),
        ((no, person), (yes, person), "1 1 refuted person 1 7"),
        ((None, None), (no, session), "1 1 refuted s1 2 7"),
        ((no, session), (None, None), "1 1 refuted s1 1 7"),
    ] {
        let mut store = two_projects();
        store
            .write(|tx| {
                tx.execute(TWINS, [stays.0, stays.1, goes.0, goes.1])?;
                tx.execute_batch(
                    "insert into remedy_session (remedy, session, worked, failed, at, failing, working)
                     values (1, 2, 1, 0, 6, 2, null), (2, 2, 2, 1, 7, 3, 3), (2, 3, 1, 0, 8, 4, 4);
                     insert into findable (mode, project, indexed) values (1, 1, 7), (1, 2, 7);
                     insert into hint (session, call, kind, remedy, at, text, suggestion, bytes)
                     values (3, x'01', 'hint', 2, 9, '', '', 0)",
                )?;
                absorb(tx, ProjectId(2), ProjectId(1))
            })
            .expect("absorbed");
        let verdict = "select id, project, verdict, decided_by, decided_at, at from remedy";
        assert_eq!(rows(&store, verdict), [left], "{stays:?} and {goes:?}");
        assert_eq!(
            rows(
                &store,
                "select remedy, session, worked, failed, at, failing, working from remedy_session order by 1, 2"
            ),
            ["1 2 3 1 7 2 3", "1 3 1 0 8 4 4"]
        );
        assert_eq!(rows(&store, "select remedy from hint"), ["1"]);
        assert_eq!(
            rows(
                &store,
                "select coalesce(mode, 0), coalesce(project, 0), indexed from findable order by 1, 2"
            ),
            ["0 0 0", "1 1 0"]
        );
    }
}

#[test]
fn a_folder_takes_along_what_happened_in_it() {
    let mut store = two_projects();
    store
        .write(|tx| {
            move_root(tx, RootId(3), ProjectId(1))?;
            recount(tx, ProjectId(1))?;
            recount(tx, ProjectId(2))
        })
        .expect("moved");
    assert_eq!(rows(&store, SESSIONS), ["1 1", "2 2", "3 1"]);
    assert_eq!(
        rows(&store, FAILURES),
        ["1 1", "2 2", "3 1", "4 1"],
        "a call belongs to the folder it ran in"
    );
    assert_eq!(rows(&store, MODES), ["1 3 3 7 11", "2 1 1 6 6"]);
}

#[test]
fn a_project_without_a_folder_is_cleared_out() {
    let mut store = two_projects();
    store
        .write(|tx| {
            move_root(tx, RootId(1), ProjectId(2))?;
            clear_out(tx)
        })
        .expect("cleared");
    assert_eq!(rows(&store, "select id from project"), ["2"]);
    assert_eq!(rows(&store, "pragma foreign_key_check"), Vec::<String>::new());
}

#[test]
fn projects_are_listed_with_their_folders_newest_first() {
    let listed = two_projects().projects().expect("a list");
    let shown: Vec<_> = listed
        .iter()
        .map(|row| (row.name.as_str(), row.roots.join(" "), row.last_at.0))
        .collect();
    assert_eq!(
        shown,
        [("app", "/app".to_owned(), 20), ("old", "/old /old/sub".to_owned(), 15)]
    );
}

#[test]
fn a_project_is_found_by_what_people_call_it() {
    let mut store = two_projects();
    for (text, found) in [
        ("app", vec![1]),
        ("APP", vec![1]),
        ("acme/app", vec![1]),
        ("h/acme/app", vec![1]),
        ("/old/sub", vec![2]),
        ("root:m:/old", vec![2]),
        ("cme/app", vec![]),
        ("%", vec![]),
        ("", vec![]),
    ] {
        let ids: Vec<i64> = store
            .write(|tx| find(tx, text))
            .expect("an answer")
            .iter()
            .map(|project| project.0)
            .collect();
        assert_eq!(ids, found, "{text:?}");
    }
}

#[test]
fn facts_and_files_are_kept_once_with_their_newest_time() {
    let mut store = two_projects();
    let value = Clean::stored("h/acme/app".to_owned());
    let file = Clean::stored("cmd/ledger/a.go".to_owned());
    let roots = store
        .write(|tx| {
            for at in [3, 9, 1] {
                add_fact(tx, RootId(2), "reached", &value, Timestamp(at))?;
                add_file(tx, RootId(2), &file)?;
            }
            roots(tx)
        })
        .expect("kept");
    assert_eq!(
        roots[1].facts,
        [("reached".to_owned(), "h/acme/app".to_owned(), Timestamp(9))]
    );
    assert_eq!(roots[1].files, ["cmd/ledger/a.go"]);
    assert!(roots[0].facts.is_empty() && roots[2].files.is_empty());
}
