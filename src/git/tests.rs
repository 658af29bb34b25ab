use std::ffi::OsStr;
use std::time::Duration;

use super::*;
use crate::process::{self, Job};

/// Runs git with settings that no machine's own can change.
fn git(cwd: &Path, args: &[&str]) {
    let args: Vec<&OsStr> = args.iter().map(OsStr::new).collect();
    let program =
        process::find("git", OsStr::new("/usr/bin:/usr/local/bin:/opt/homebrew/bin")).expect("git is installed");
    let job = Job {
        program: &program,
        args: &args,
        cwd,
        env: &[
            ("GIT_CONFIG_GLOBAL", "/dev/null"),
            ("GIT_CONFIG_SYSTEM", "/dev/null"),
            ("GIT_AUTHOR_NAME", "dev"),
            ("GIT_AUTHOR_EMAIL", "dev@example.com"),
            ("GIT_COMMITTER_NAME", "dev"),
            ("GIT_COMMITTER_EMAIL", "dev@example.com"),
            ("GIT_ALLOW_PROTOCOL", "file"),
        ],
        input: b"",
    };
    let output = process::run(&job, Duration::from_mins(1)).expect("git runs");
    assert!(
        output.succeeded(),
        "{args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn repository(top: &Path) {
    std::fs::create_dir_all(top).expect("folder");
    git(top, &["init", "-q", "-b", "main"]);
    git(top, &["commit", "-q", "--allow-empty", "-m", "one"]);
}

#[test]
fn a_real_repository_is_seen_from_all_of_its_trees() {
    let folder = tempfile::tempdir().expect("folder");
    let top = folder.path().join("app");
    repository(&top);
    git(&top, &["remote", "add", "fork", "https://github.com/dev/app"]);
    git(&top, &["remote", "add", "origin", "git@github.com:Acme/App.git"]);

    let at_top = place(&top).expect("a repository");
    assert_eq!(
        (at_top.root.as_str(), at_top.worktree.as_str()),
        (text(&top).as_str(), text(&top).as_str())
    );
    assert_eq!(at_top.remote.as_deref(), Some("github.com/acme/app"));
    assert_eq!(at_top.branch.as_deref(), Some("main"));
    let commit = at_top.commit.clone().expect("a commit");

    assert_eq!(place(&top.join("src/deep")).expect("below, even if gone"), at_top);

    git(&top, &["worktree", "add", "-q", "-b", "dev/x", "../linked"]);
    let linked = folder.path().join("linked");
    let seen = place(&linked.join("src")).expect("a worktree");
    assert_eq!(
        (seen.root.as_str(), seen.worktree.as_str()),
        (at_top.root.as_str(), text(&linked).as_str())
    );
    assert_eq!(
        (seen.branch.as_deref(), seen.commit.as_deref()),
        (Some("dev/x"), Some(commit.as_str()))
    );
    assert_eq!(seen.remote, at_top.remote);

    git(&top, &["pack-refs", "--all"]);
    assert_eq!(place(&top), Some(at_top.clone()), "packed references say the same");

    git(&top, &["checkout", "-q", "--detach"]);
    let detached = place(&top).expect("a repository");
    assert_eq!((detached.branch, detached.commit), (None, Some(commit)));
}

#[test]
fn a_submodule_is_a_repository_of_its_own() {
    let folder = tempfile::tempdir().expect("folder");
    let (library, top) = (folder.path().join("library"), folder.path().join("app"));
    repository(&library);
    repository(&top);
    git(&top, &["submodule", "--quiet", "add", "../library", "vendor/library"]);
    git(
        &top.join("vendor/library"),
        &["remote", "set-url", "origin", "https://github.com/acme/library"],
    );
    let seen = place(&top.join("vendor/library")).expect("a submodule");
    assert_eq!(seen.root, text(&top.join("vendor/library")));
    assert_eq!(
        (seen.worktree == seen.root, seen.remote.as_deref()),
        (true, Some("github.com/acme/library"))
    );
}

#[test]
fn a_worktree_of_a_bare_repository_has_that_as_its_main_place() {
    let folder = tempfile::tempdir().expect("folder");
    repository(&folder.path().join("app"));
    git(folder.path(), &["clone", "-q", "--bare", "app", "store"]);
    git(
        &folder.path().join("store"),
        &["worktree", "add", "-q", "../tree", "main"],
    );
    let seen = place(&folder.path().join("tree")).expect("a worktree");
    assert_eq!(seen.root, text(&folder.path().join("store")));
    assert_eq!(seen.remote, None, "a folder on this machine");
    assert!(seen.commit.is_some());
}

#[test]
fn damage_is_survived() {
    let folder = tempfile::tempdir().expect("folder");
    let top = folder.path().join("app");
    let dot = top.join(".git");
    std::fs::create_dir_all(&dot).expect("folder");
    assert_eq!(place(&top), None, "an empty .git");
    for (head, branch) in [
        ("ref: refs/heads/main\n", Some("main")),
        ("ref: refs/heads/.invalid\n", None),
        ("ref: ../../../../etc/passwd\n", Some("../../../../etc/passwd")),
        ("nonsense", None),
        ("", None),
    ] {
        std::fs::write(dot.join("HEAD"), head).expect("written");
        let seen = place(&top).expect("a repository");
        assert_eq!((seen.branch.as_deref(), seen.commit), (branch, None), "{head:?}");
    }
    let other = folder.path().join("other");
    std::fs::create_dir_all(&other).expect("folder");
    for text in ["", "gitdir: ", "gitdir: /nowhere/at/all", "something else"] {
        std::fs::write(other.join(".git"), text).expect("written");
        assert_eq!(place(&other), None, "{text:?}");
    }
}

#[test]
fn the_configuration_is_read_as_git_reads_it() {
    for (config, found) in [
        (
            "[remote \"origin\"]\n\turl = https://github.com/a/b ; mine\n",
            Some("github.com/a/b"),
        ),
        (
            "[REMOTE \"origin\"]\nURL=\"https://github.com/a/b\" # x\n",
            Some("github.com/a/b"),
        ),
        (
            "[remote \"x\"]\nurl = git@host.example:a\n[remote \"upstream\"]\nurl = git@host.example:b\n",
            Some("host.example/b"),
        ),
        (
            "[remote \"x\"]\nurl = git@host.example:a\n[remote \"y\"]\nurl = git@host.example:b\n",
            Some("host.example/a"),
        ),
        (
            "[remote \"origin\"]\nurl = /srv/app\n[remote \"y\"]\nurl = git@host.example:b\n",
            Some("host.example/b"),
        ),
        (
            "[remote \"origin\"]\nurl = git@host.example:a\nurl = git@host.example:b\n",
            Some("host.example/a"),
        ),
        (
            "[remote \"origin\"]\nfetch = x\n[branch \"main\"]\nurl = git@host.example:a\n",
            None,
        ),
        (
            "[remote]\nurl = git@host.example:a\n[remote origin]\nurl = git@host.example:a\n",
            None,
        ),
        ("", None),
    ] {
        assert_eq!(remote(config).as_deref(), found, "{config}");
    }
}
