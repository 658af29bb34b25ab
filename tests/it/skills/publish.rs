//! Where a skill goes, and what stays as a person left it.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use insta::assert_snapshot;
use serde_json::json;

use super::project::{Case, EXEC, Project, mode};

const NAME: &str = "go-test-exec-format-error";

fn taught() -> Project {
    Project::taught(&[EXEC])
}

#[test]
fn it_is_written_once_to_the_top_of_the_tree_and_never_to_git() {
    let project = taught();
    let said = project
        .env
        .run_in(&project.root.join("packages/x"), &["distill", "--yes"])
        .success();
    let file = project.skill(NAME);
    assert!(said.contains("written"), "{said}");
    let text = fs::read_to_string(&file).expect("at the top");
    assert_eq!(mode(&file), 0o644);
    assert!(!project.root.join("packages/x/.claude").exists());
    assert!(!project.root.join(".git/index").exists());
    let again = project.run(&["distill", "--yes"]).success();
    assert!(again.contains("published already"), "{again}");
    assert_eq!(fs::read_to_string(&file).expect("there"), text);
    assert_eq!(project.files().len(), 1);
}

#[test]
fn a_worktree_gets_its_own() {
    let project = taught();
    let side = project.worktree();
    project.env.run_in(&side, &["distill", "--yes"]).success();
    assert!(side.join(".claude/skills").join(NAME).join("SKILL.md").is_file());
    assert!(project.files().is_empty());
}

#[test]
fn what_a_person_edited_or_wrote_stays() {
    let project = taught();
    let file = project.skill(NAME);
    fs::create_dir_all(file.parent().expect("a folder")).expect("made");
    for (why, said) in [("foreign", "did not write"), ("edited", "edited it")] {
        if why == "edited" {
            fs::remove_file(&file).expect("removed");
            project.run(&["distill", "--yes"]).success();
        }
        fs::write(&file, "---\nname: mine\n---\nmine\n").expect("a person writes");
        let told = project.run(&["distill", "--yes"]);
        assert_eq!(told.code, 3, "{told}");
        assert!(told.stdout.contains(said), "{told}");
        assert_eq!(
            fs::read_to_string(&file).expect("there"),
            "---\nname: mine\n---\nmine\n"
        );
        assert_eq!(
            project.run(&["skills", "remove", NAME, "--yes"]).code,
            if why == "edited" { 3 } else { 1 }
        );
        assert!(file.exists());
    }
    let list = project.run(&["skills", "list"]).success();
    assert!(list.contains("edited"), "{list}");
}

#[test]
fn what_a_person_removed_stays_away_unless_asked_for_again() {
    let project = taught();
    project.run(&["distill", "--yes"]).success();
    fs::remove_dir_all(project.root.join(".claude")).expect("removed");
    let told = project.run(&["distill", "--yes"]).success();
    assert!(told.contains("--again"), "{told}");
    assert!(project.files().is_empty());
    project.run(&["distill", "--yes", "--again"]).success();
    assert_eq!(project.files().len(), 1);
}

#[test]
fn a_new_session_makes_a_new_version_and_shows_what_changes() {
    let project = taught();
    project.run(&["distill", "--yes"]).success();
    let before = fs::read(project.skill(NAME)).expect("there");
    project.teach(&Case { worked: 5, ..EXEC });
    assert_snapshot!(project.run(&["distill"]).success());
    project.run(&["distill", "--yes"]).success();
    let text = fs::read_to_string(project.skill(NAME)).expect("there");
    assert!(text.contains("callus.version: \"2\""), "{text}");
    // Git brings an older version back: it is ours all the same.
    fs::write(project.skill(NAME), before).expect("checked out");
    project.run(&["distill", "--yes"]).success();
    assert_eq!(fs::read_to_string(project.skill(NAME)).expect("there"), text);
}

#[test]
fn nothing_is_written_outside_the_tree() {
    let outside = tempfile::tempdir().expect("a folder elsewhere");
    for link in [".claude", ".claude/skills", ".claude/skills/go-test-exec-format-error"] {
        let project = taught();
        let link = project.root.join(link);
        fs::create_dir_all(link.parent().expect("a folder")).expect("made");
        symlink(outside.path(), &link).expect("a link");
        let told = project.run(&["distill", "--yes"]);
        assert_eq!(told.code, 3, "{told}");
        assert!(told.stderr.contains("leads out of"), "{told}");
        assert_eq!(fs::read_dir(outside.path()).expect("a folder").count(), 0);
    }
    let project = taught();
    let file = project.skill(NAME);
    fs::create_dir_all(file.parent().expect("a folder")).expect("made");
    symlink(outside.path().join("x"), &file).expect("a link");
    assert_eq!(project.run(&["distill", "--yes"]).code, 3);
    assert!(!outside.path().join("x").exists());
    // Inside the tree a link is somebody's way to keep house.
    let project = taught();
    fs::create_dir(project.root.join("agents")).expect("made");
    symlink("agents", project.root.join(".claude")).expect("a link");
    project.run(&["distill", "--yes"]).success();
    assert!(project.root.join("agents/skills").join(NAME).join("SKILL.md").is_file());
}

#[test]
fn what_cannot_be_written_is_said() {
    let project = taught();
    fs::write(project.root.join(".claude"), "a file in the way").expect("written");
    let told = project.run(&["distill", "--yes"]);
    assert_eq!(told.code, 4, "{told}");
    assert!(told.stderr.contains("could not make"), "{told}");

    let project = taught();
    let folder = project.root.join(".claude");
    fs::create_dir(&folder).expect("made");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).expect("read-only");
    // Whoever may do everything is not stopped by a mode.
    if fs::write(folder.join("probe"), "").is_err() {
        let told = project.run(&["distill", "--yes"]);
        assert_eq!(told.code, 4, "{told}");
        assert!(told.stderr.contains("could not make"), "{told}");
    }
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).expect("writable");
}

#[test]
fn without_git_it_goes_where_sessions_were_and_never_to_the_home() {
    let project = taught();
    fs::remove_dir_all(project.root.join(".git")).expect("no repository");
    project
        .env
        .run_in(&project.root.join("packages/x"), &["distill", "--yes"])
        .success();
    assert!(project.skill(NAME).is_file());

    let told = project.env.run(&["distill", "--yes"]);
    assert_eq!(told.code, 1, "{told}");
    fs::create_dir(project.env.home().join(".git")).expect("a repository");
    fs::write(project.env.home().join(".git/HEAD"), "ref: refs/heads/main\n").expect("a head");
    let home = project
        .env
        .home()
        .canonicalize()
        .expect("a folder")
        .display()
        .to_string();
    project
        .db()
        .execute("update root set path = ?1", [home])
        .expect("sessions in the home");
    let told = project.env.run(&["distill", "--yes"]);
    assert_eq!(told.code, 3, "{told}");
    assert!(told.stderr.contains("is your home folder"), "{told}");
}

#[test]
fn skills_are_listed_shown_and_removed() {
    let project = taught();
    assert_snapshot!("list_drafts", project.run(&["skills", "list"]).success());
    project.run(&["distill", "--yes"]).success();
    assert_snapshot!("list_published", project.run(&["skills"]).success());
    let shown = project.run(&["skills", "show", NAME]).success();
    assert!(shown.contains("go test -run '^$' -exec=true ./..."), "{shown}");
    for name in ["nothing", "../../x", ""] {
        assert_eq!(project.run(&["skills", "show", name]).code, 1);
        assert_eq!(project.run(&["skills", "remove", name]).code, 1);
    }
    let text = fs::read_to_string(project.skill(NAME)).expect("there");
    let looked = project.run(&["skills", "remove", NAME]).success();
    assert!(
        looked.ends_with("\nNothing was removed. Remove it: callus skills remove go-test-exec-format-error --yes\n"),
        "{looked}"
    );
    for line in text.lines() {
        assert!(looked.contains(&format!("\n- {line}\n")), "{line}: {looked}");
    }
    assert_eq!(fs::read_to_string(project.skill(NAME)).expect("still there"), text);
    let removed = project.run(&["skills", "remove", NAME, "--yes"]).success();
    assert!(removed.starts_with("Removed "), "{removed}");
    assert!(project.files().is_empty());
    assert!(project.run(&["distill", "--yes"]).success().contains("--again"));
    let listed: serde_json::Value =
        serde_json::from_str(&project.run(&["skills", "list", "--json"]).success()).expect("JSON");
    assert_eq!(listed["published"][0]["state"], json!("missing"));
}

#[test]
fn another_project_is_shown_and_not_written() {
    let project = taught();
    let elsewhere = project.env.home().join("elsewhere");
    fs::create_dir(&elsewhere).expect("made");
    let shown = project
        .env
        .run_in(&elsewhere, &["distill", "--project", "ledger"])
        .success();
    assert!(shown.contains(NAME), "{shown}");
    let told = project
        .env
        .run_in(&elsewhere, &["distill", "--project", "ledger", "--yes"]);
    assert_eq!(told.code, 3, "{told}");
    assert!(project.files().is_empty());
}

#[test]
fn forgetting_a_project_names_the_skills_that_were_made_of_it() {
    let project = taught();
    project.run(&["distill", "--yes"]).success();
    let told = project.run(&["forget", "--project", "ledger", "--yes"]).success();
    assert!(told.contains("SKILL.md: remove it by hand"), "{told}");
}

#[test]
fn forgetting_sessions_names_the_skills_that_rested_on_them() {
    let newest =
        "select o.external from remedy_session s join session o on o.id = s.session order by s.at desc limit 1";
    let project = taught();
    project.run(&["distill", "--yes"]).success();
    let session: String = project.db().query_row(newest, [], |row| row.get(0)).expect("a session");
    for what in [["--session", session.as_str()], ["--before", "2026-11-19"]] {
        let told = project.run(&["forget", what[0], what[1], "--yes"]).success();
        assert!(told.contains("SKILL.md too: callus skills list"), "{what:?}: {told}");
    }
    // Nothing is left that it could rest on.
    let told = project.run(&["forget", "--before", "2026-11-19", "--yes"]).success();
    assert!(!told.contains("SKILL.md"), "{told}");
}

#[test]
fn forgetting_a_session_names_no_skill_that_rests_on_others() {
    let project = taught();
    project.run(&["distill", "--yes"]).success();
    let before: String = "insert into session (id, assistant, external, started_at, last_at) values (900, 'claude-code', 'beside', 1, 1)".to_owned();
    project.db().execute(&before, []).expect("a session");
    let told = project.run(&["forget", "--session", "beside", "--yes"]).success();
    assert!(!told.contains("SKILL.md"), "{told}");
}

#[test]
fn forgetting_names_a_skill_that_holds_the_text() {
    let project = taught();
    project.run(&["distill", "--yes"]).success();
    let told = project.run(&["forget", "--match", "exec format", "--yes"]).success();
    assert!(told.contains("SKILL.md: remove it by hand"), "{told}");
    let told = project.run(&["forget", "--project", "ledger", "--yes"]).success();
    assert!(told.contains("Removed") || told.contains("Nothing"), "{told}");
}
