use proptest::prelude::*;

use super::*;
use crate::domain::id::ProjectId;

fn root(id: i64, path: &str) -> Root {
    Root {
        id: RootId(id),
        machine: "m".into(),
        path: path.into(),
        main: None,
        remote: None,
        facts: vec![],
        files: vec![],
        decided: None,
    }
}

fn with_remote(id: i64, path: &str, remote: &str) -> Root {
    Root {
        main: Some(path.into()),
        remote: Some(remote.into()),
        ..root(id, path)
    }
}

fn with_files(root: Root, files: &[&str]) -> Root {
    let files = files.iter().map(|file| (*file).to_owned()).collect();
    Root { files, ..root }
}

fn with_fact(mut root: Root, kind: FactKind, value: &str, at: i64) -> Root {
    root.facts.push(Fact {
        kind,
        value: value.into(),
        at: Timestamp(at),
    });
    root
}

/// Returns the ids of each project's folders, sorted.
fn partition(roots: &[Root]) -> Vec<Vec<i64>> {
    let mut groups: Vec<Vec<i64>> = join(roots)
        .iter()
        .map(|group| {
            let mut ids: Vec<i64> = group.roots.iter().map(|id| id.0).collect();
            ids.sort_unstable();
            ids
        })
        .collect();
    groups.sort();
    groups
}

const FILES: &[&str] = &[
    "cmd/ledger/a.go",
    "cmd/ledger/b.go",
    "cmd/ledger/c.go",
    "cmd/ledger/d.go",
];
const A: &str = "github.com/acme/app";
const B: &str = "github.com/dev/app";

#[test]
fn clones_of_one_remote_are_one_project_and_forks_are_two() {
    let roots = [
        with_remote(1, "/a", A),
        with_remote(2, "/b", A),
        with_remote(3, "/c", B),
    ];
    assert_eq!(partition(&roots), [vec![1, 2], vec![3]]);
    let first = &join(&roots)[0];
    assert_eq!(
        (first.key.as_str(), first.name.as_str()),
        ("remote:github.com/acme/app", "app")
    );
}

#[test]
fn a_remote_that_git_named_in_the_session_counts_by_how_it_was_named() {
    let seen = |kind| with_fact(root(1, "/gone"), kind, A, 1);
    for kind in [FactKind::Listed, FactKind::Reached, FactKind::PullRequest] {
        assert_eq!(
            partition(&[seen(kind), with_remote(2, "/b", A)]),
            [vec![1, 2]],
            "{kind:?}"
        );
    }
    let fork = with_fact(seen(FactKind::PullRequest), FactKind::Reached, B, 0);
    assert_eq!(
        partition(&[fork, with_remote(2, "/b", A), with_remote(3, "/c", B)]),
        [vec![1, 3], vec![2]]
    );
    let moved_on = with_fact(seen(FactKind::Reached), FactKind::Reached, B, 2);
    assert_eq!(
        partition(&[moved_on, with_remote(2, "/b", A), with_remote(3, "/c", B)]),
        [vec![1, 3], vec![2]]
    );
    let own = with_fact(with_remote(1, "/own", B), FactKind::Listed, A, 9);
    assert_eq!(partition(&[own, with_remote(2, "/b", A)]), [vec![1], vec![2]]);
}

#[test]
fn a_repository_that_moved_keeps_its_project() {
    let old = with_fact(with_remote(1, "/a", "h/old"), FactKind::Moved, "h/old\th/new", 1);
    assert_eq!(
        partition(&[old, with_remote(2, "/b", "h/new"), with_remote(3, "/c", "h/old")]),
        [vec![1, 2, 3]]
    );
    let circle = with_fact(
        with_fact(root(1, "/a"), FactKind::Moved, "h/x\th/y", 1),
        FactKind::Moved,
        "h/y\th/x",
        1,
    );
    assert_eq!(partition(&[circle, with_remote(2, "/b", "h/x")]), [vec![1], vec![2]]);
}

#[test]
fn trees_and_subfolders_belong_to_their_repository() {
    let linked = Root {
        main: Some("/src/app".into()),
        ..root(2, "/elsewhere/x")
    };
    let main = Root {
        main: Some("/src/app".into()),
        ..root(1, "/src/app")
    };
    assert_eq!(partition(&[main.clone(), linked.clone()]), [vec![1, 2]]);
    let other_linked = Root {
        id: RootId(3),
        path: "/elsewhere/y".into(),
        ..linked.clone()
    };
    assert_eq!(
        partition(&[linked, other_linked]),
        [vec![2, 3]],
        "the main one was never seen"
    );

    for path in [
        "/src/app/cmd/x",
        "/src/app/.worktrees/2",
        "/src/app.worktrees/fix",
        "/src/wt/app/fix",
        "/src/app/.claude/worktrees/y",
    ] {
        assert_eq!(partition(&[main.clone(), root(2, path)]), [vec![1, 2]], "{path}");
    }
    for path in ["/src/apple", "/src", "/src/other", "/src/wt/other/fix"] {
        assert_eq!(partition(&[main.clone(), root(2, path)]), [vec![1], vec![2]], "{path}");
    }
    assert_eq!(
        partition(&[main.clone(), with_remote(2, "/src/app/vendor/lib", A)]),
        [vec![1], vec![2]]
    );
    let cloned = with_fact(main.clone(), FactKind::Cloned, "/src/lib\th/lib", 1);
    assert_eq!(
        partition(&[cloned, root(2, "/src/lib"), with_remote(3, "/x", "h/lib")]),
        [vec![1], vec![2, 3]]
    );
    let shown = with_fact(main, FactKind::Tree, "/far/away", 1);
    assert_eq!(partition(&[shown, root(2, "/far/away")]), [vec![1, 2]]);
}

#[test]
fn a_folder_that_nothing_speaks_for_holds_nothing() {
    let home = with_files(root(1, "/home/dev"), FILES);
    assert_eq!(
        partition(&[home, root(2, "/home/dev/app"), root(3, "/home/dev/app/cmd")]),
        [vec![1], vec![2], vec![3]]
    );
}

#[test]
fn several_equal_files_make_one_project() {
    let known = with_files(with_remote(1, "/a", A), FILES);
    let gone = |files| with_files(root(2, "/old/a"), files);
    assert_eq!(partition(&[known.clone(), gone(&FILES[..3])]), [vec![1, 2]]);
    assert_eq!(
        partition(&[known.clone(), gone(&FILES[..2])]),
        [vec![1], vec![2]],
        "two are not several"
    );
    assert_eq!(
        partition(&[known.clone(), with_files(with_remote(2, "/b", B), FILES)]),
        [vec![1], vec![2]]
    );
    let nobody = [with_files(root(1, "/x"), FILES), gone(FILES)];
    assert_eq!(partition(&nobody), [vec![1, 2]], "neither has a remote");
    assert_eq!(join(&nobody)[0].key, "root:m:/x");
    let sub = root(3, "/old/a/cmd");
    assert_eq!(
        partition(&[known, gone(FILES), sub]),
        [vec![1, 2, 3]],
        "a subfolder of a folder known by its files"
    );
}

#[test]
fn a_few_equal_files_among_many_are_a_coincidence() {
    let many = |name: &str| (0..6).map(|n| format!("x/{name}/{n}.go")).collect::<Vec<_>>();
    let with = |id, path, own: &[String]| {
        let files: Vec<&str> = FILES[..3]
            .iter()
            .copied()
            .chain(own.iter().map(String::as_str))
            .collect();
        with_files(root(id, path), &files)
    };
    let (one, other) = (with(1, "/a", &many("ledger")), with(2, "/b", &many("invoice")));
    assert_eq!(
        partition(&[one.clone(), other]),
        [vec![1], vec![2]],
        "3 of 9 are no more than a third"
    );
    assert_eq!(partition(&[one, with(2, "/b", &many("invoice")[..5])]), [vec![1, 2]]);
}

#[test]
fn a_project_grows_by_what_its_folders_share_together() {
    let one = with_files(with_remote(1, "/a", A), &["x/ledger/1.go", "x/ledger/2.go"]);
    let two = with_files(with_remote(2, "/b", A), &["x/ledger/3.go"]);
    let gone = with_files(root(3, "/c"), &["x/ledger/1.go", "x/ledger/2.go", "x/ledger/3.go"]);
    assert_eq!(partition(&[one, two, gone]), [vec![1, 2, 3]]);
}

#[test]
fn files_of_a_fork_decide_nothing() {
    let gone = with_files(root(3, "/gone"), FILES);
    let pair = [
        with_files(with_remote(1, "/a", A), FILES),
        with_files(with_remote(2, "/b", B), FILES),
    ];
    assert_eq!(
        partition(&[pair[0].clone(), pair[1].clone(), gone.clone()]),
        [vec![1], vec![2], vec![3]]
    );

    let own = |id, remote, name: &str| {
        let files: Vec<String> = (0..3).map(|n| format!("x/{name}/{n}.go")).collect();
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        with_files(with_remote(id, &format!("/{id}"), remote), &files)
    };
    let (a, b) = (own(1, A, "ledger"), own(2, B, "invoice"));
    let mixed: Vec<&str> = a.files.iter().chain(&b.files).map(String::as_str).collect();
    assert_eq!(
        partition(&[a.clone(), b.clone(), with_files(root(3, "/g"), &mixed)]),
        [vec![1], vec![2], vec![3]]
    );
}

#[test]
fn what_a_person_decided_stays() {
    let decided = |id, key: &str| {
        Some(Decided {
            project: ProjectId(id),
            key: key.into(),
        })
    };
    let merged = [
        Root {
            decided: decided(7, "remote:github.com/acme/app"),
            ..with_remote(1, "/a", A)
        },
        Root {
            decided: decided(7, "remote:github.com/acme/app"),
            ..with_remote(2, "/b", B)
        },
        with_remote(3, "/c", B),
        with_remote(4, "/d", A),
    ];
    assert_eq!(partition(&merged), [vec![1, 2, 3, 4]]);
    assert_eq!(join(&merged)[0].remote.as_deref(), Some(A));
    let split = [
        Root {
            decided: decided(7, "remote:github.com/acme/app"),
            ..with_remote(1, "/b", A)
        },
        Root {
            decided: decided(8, "root:m:/a"),
            ..with_remote(2, "/a", A)
        },
        with_remote(3, "/c", A),
        root(4, "/a/sub"),
    ];
    assert_eq!(partition(&split), [vec![1, 3], vec![2, 4]]);
}

/// Folders with random facts out of small sets, so that they meet often.
fn folders() -> impl Strategy<Value = Vec<Root>> {
    let remote = prop::option::weighted(0.3, prop::sample::select(vec!["h/a", "h/b", "h/c"]));
    let files = prop::collection::btree_set(0..12_u8, 0..8);
    let path = prop::sample::select(vec![
        "/r",
        "/r/x",
        "/s",
        "/s/.worktrees/1",
        "/s/.worktrees/2",
        "/t",
        "/t/u/v",
        "/wt/s/q",
        "/w",
    ]);
    let machine = prop::sample::select(vec!["m", "n"]);
    let fact = prop::option::weighted(
        0.3,
        (
            0..FactKind::ALL.len(),
            prop::sample::select(vec!["h/a", "h/b", "/t", "h/a\th/b", "/w\th/c"]),
            0..3_i64,
        ),
    );
    prop::collection::btree_map((machine, path), (remote, files, fact), 1..12).prop_map(|folders| {
        let all = folders.into_iter().zip(1..);
        all.map(|(((machine, path), (remote, files, fact)), id)| {
            let mut root = root(id, path);
            root.machine = machine.into();
            root.main = remote.map(|_| path.to_owned());
            root.remote = remote.map(str::to_owned);
            root.files = files.iter().map(|n| format!("x/ledger/{n}.go")).collect();
            root.facts.extend(fact.map(|(kind, value, at)| Fact {
                kind: FactKind::ALL[kind].0,
                value: value.into(),
                at: Timestamp(at),
            }));
            root
        })
        .collect()
    })
}

proptest! {
    #[test]
    fn the_order_of_arrival_does_not_matter((roots, shuffled) in folders().prop_flat_map(|roots| (Just(roots.clone()), Just(roots).prop_shuffle()))) {
        prop_assert_eq!(join(&roots), join(&shuffled));
    }

    #[test]
    fn folders_with_different_remotes_are_never_one(roots in folders()) {
        let roots: Vec<Root> = roots.into_iter().map(|mut root| { root.facts.retain(|fact| fact.kind != FactKind::Moved); root }).collect();
        for group in join(&roots) {
            let remotes: BTreeSet<_> = roots.iter().filter(|root| group.roots.contains(&root.id)).filter_map(|root| root.remote.as_ref()).collect();
            prop_assert!(remotes.len() <= 1, "{remotes:?}");
        }
    }
}
