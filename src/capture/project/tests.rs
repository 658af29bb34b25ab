use super::*;
use crate::domain::id::Assistant;
use crate::domain::project::Place;
use crate::domain::time::Timestamp;
use crate::domain::trace::{AtSource, Call, Flag, SessionKey, SessionStart, Text, Via};
use crate::store::Store;

fn seen(cwd: &str, step: Step) -> Clean<Observation> {
    Clean::stored(Observation {
        session: SessionKey {
            assistant: Assistant::new("test"),
            external: "s".into(),
        },
        agent: None,
        at: Timestamp(1),
        at_source: AtSource::Record,
        cwd: Some(cwd.into()),
        branch: None,
        via: Via::Hook,
        step,
    })
}

fn call(cwd: &str, kind: ToolKind, words: &str, output: &str) -> Clean<Observation> {
    let is_shell = kind == ToolKind::Shell;
    seen(
        cwd,
        Step::CallEnded(CallEnd {
            call: Call {
                id: None,
                tool: String::new(),
                kind,
                input: Text::default(),
                command: is_shell.then(|| words.to_owned()),
                file: (!is_shell).then(|| words.to_owned()),
            },
            flag: Flag::Success,
            output: Text::whole(output),
            exit_code: None,
            duration_ms: None,
            interrupted: false,
            note: None,
            background: None,
        }),
    )
}

fn start(cwd: &str, root: &str, worktree: &str, remote: Option<&str>) -> Clean<Observation> {
    seen(
        cwd,
        Step::SessionStarted(SessionStart {
            place: Some(Place {
                root: root.into(),
                worktree: worktree.into(),
                remote: remote.map(str::to_owned),
                branch: None,
                commit: None,
            }),
            ..SessionStart::default()
        }),
    )
}

/// Records observations as the recorder does: the folder first, then what the call shows of it.
fn record(store: &mut Store, all: &[Clean<Observation>]) {
    store
        .write(|tx| {
            for seen in all {
                if let Some((root, _)) = root_of(tx, "m", seen)? {
                    note(tx, root, seen)?;
                }
            }
            Ok::<_, StoreError>(())
        })
        .expect("recorded");
}

fn settle(store: &mut Store) -> Settled {
    store.write(settle_projects).expect("settled")
}

fn projects(store: &Store) -> Vec<(String, Vec<String>)> {
    let mut found: Vec<_> = store
        .projects()
        .expect("a list")
        .into_iter()
        .map(|project| (project.key, project.roots))
        .collect();
    found.sort();
    found
}

fn one(key: &str, roots: &[&str]) -> (String, Vec<String>) {
    (key.to_owned(), roots.iter().map(|root| (*root).to_owned()).collect())
}

const APP: &str = "remote:github.com/acme/app";
const REMOTE: Option<&str> = Some("github.com/acme/app");

fn after(all: &[Clean<Observation>]) -> Vec<(String, Vec<String>)> {
    let mut store = Store::in_memory().expect("opens");
    record(&mut store, all);
    settle(&mut store);
    let found = projects(&store);
    assert_eq!(settle(&mut store), Settled::default(), "settling again changes nothing");
    assert_eq!(projects(&store), found);
    found
}

#[test]
fn root_subfolder_and_worktree_are_one_project() {
    let found = after(&[
        start("/src/app/cmd", "/src/app", "/src/app", REMOTE),
        start("/src/app", "/src/app", "/src/app", REMOTE),
        start("/tmp/x", "/src/app", "/tmp/x", REMOTE),
        call("/src/app/gone/folder", ToolKind::Shell, "make", ""),
    ]);
    assert_eq!(found, [one(APP, &["/src/app", "/tmp/x"])]);
}

#[test]
fn a_repository_without_a_remote_is_its_folder_until_it_gets_one() {
    let mut store = Store::in_memory().expect("opens");
    record(
        &mut store,
        &[
            start("/src/app", "/src/app", "/src/app", None),
            start("/tmp/x", "/src/app", "/tmp/x", None),
        ],
    );
    settle(&mut store);
    assert_eq!(projects(&store), [one("root:m:/tmp/x", &["/src/app", "/tmp/x"])]);
    record(&mut store, &[start("/src/app", "/src/app", "/src/app", REMOTE)]);
    settle(&mut store);
    assert_eq!(projects(&store), [one(APP, &["/src/app", "/tmp/x"])]);
}

/// A clone that is there, one that is gone and was pushed from, one that is gone and shares files, and a fork.
fn mixed() -> Vec<Clean<Observation>> {
    let pushed = "To github.com:acme/app.git\n   1a2b..3c4d  main -> main\n";
    let mut all = vec![
        start("/src/app", "/src/app", "/src/app", REMOTE),
        call("/gone/one", ToolKind::Shell, "git push", pushed),
        start("/src/fork", "/src/fork", "/src/fork", Some("github.com/dev/app")),
        call("/gone/three", ToolKind::Read, "/gone/three/README.md", ""),
    ];
    for name in ["a", "b", "c"] {
        all.push(call(
            "/gone/one",
            ToolKind::Read,
            &format!("/gone/one/cmd/ledger/{name}.go"),
            "",
        ));
        all.push(call(
            "/gone/two",
            ToolKind::Edit,
            &format!("/gone/two/cmd/ledger/{name}.go"),
            "",
        ));
    }
    all
}

#[test]
fn gone_folders_find_their_project_in_any_order() {
    let expected = [
        one(APP, &["/gone/one", "/gone/two", "/src/app"]),
        one("remote:github.com/dev/app", &["/src/fork"]),
        one("root:m:/gone/three", &["/gone/three"]),
    ];
    let mut all = mixed();
    for turn in 0..all.len() {
        assert_eq!(after(&all), expected, "turned by {turn}");
        all.rotate_left(1);
    }
    all.reverse();
    assert_eq!(after(&all), expected, "backwards");

    let mut store = Store::in_memory().expect("opens");
    for seen in &all {
        record(&mut store, std::slice::from_ref(seen));
        settle(&mut store);
    }
    assert_eq!(projects(&store), expected, "settled after every single one");
}

#[test]
fn a_folder_that_turns_out_to_be_another_repository_leaves() {
    let mut store = Store::in_memory().expect("opens");
    record(&mut store, &mixed());
    settle(&mut store);
    record(
        &mut store,
        &[start(
            "/gone/two",
            "/gone/two",
            "/gone/two",
            Some("github.com/acme/other"),
        )],
    );
    assert_eq!(
        settle(&mut store),
        Settled {
            moved: 1,
            divided: true
        }
    );
    assert_eq!(projects(&store)[0], one(APP, &["/gone/one", "/src/app"]));
    assert_eq!(projects(&store)[1], one("remote:github.com/acme/other", &["/gone/two"]));
}

#[test]
fn what_a_person_decides_outlives_every_settling() {
    let mut store = Store::in_memory().expect("opens");
    record(&mut store, &mixed());
    settle(&mut store);
    store.write(|tx| merge(tx, "/gone/three", "dev/app")).expect("merged");
    store.write(|tx| split(tx, "/gone/two")).expect("split");
    let decided = [
        one(APP, &["/gone/one", "/src/app"]),
        one("remote:github.com/dev/app", &["/gone/three", "/src/fork"]),
        one("root:m:/gone/two", &["/gone/two"]),
    ];
    assert_eq!(projects(&store), decided);
    settle(&mut store);
    assert_eq!(projects(&store), decided);
    record(
        &mut store,
        &[
            start("/new", "/new", "/new", REMOTE),
            start("/gone/two/x", "/gone/two", "/gone/two/x", None),
        ],
    );
    settle(&mut store);
    assert_eq!(projects(&store)[0], one(APP, &["/gone/one", "/new", "/src/app"]));
    assert_eq!(
        projects(&store)[2],
        one("root:m:/gone/two", &["/gone/two", "/gone/two/x"])
    );
}

#[test]
fn splitting_off_the_folder_that_names_the_project_renames_the_rest() {
    let mut store = Store::in_memory().expect("opens");
    record(
        &mut store,
        &[start("/a", "/a", "/a", None), start("/bb", "/bb", "/bb", None)],
    );
    store.write(|tx| merge(tx, "/a", "/bb")).expect("merged");
    assert_eq!(projects(&store), [one("root:m:/a", &["/a", "/bb"])]);
    store.write(|tx| split(tx, "/a")).expect("split");
    settle(&mut store);
    assert_eq!(
        projects(&store),
        [one("root:m:/a", &["/a"]), one("root:m:/bb", &["/bb"])]
    );
}

#[test]
fn a_decision_that_makes_no_sense_is_explained() {
    let mut store = Store::in_memory().expect("opens");
    record(&mut store, &mixed());
    settle(&mut store);
    let mut failed = |first: &str, second: Option<&str>| {
        let done = store.write(|tx| match second {
            Some(second) => merge(tx, first, second),
            None => split(tx, first),
        });
        done.expect_err(first).to_string()
    };
    assert!(failed("nothing", Some("acme/app")).starts_with("no project or folder is called \"nothing\""));
    assert!(failed("app", Some("/gone/three")).starts_with("\"app\" may mean 2 projects"));
    assert!(failed("/gone/one", Some("acme/app")).ends_with("are one project already"));
    assert!(failed("/gone/three", None).ends_with("there is nothing to split"));
    assert!(failed("/gone", None).starts_with("no project or folder"));
}
