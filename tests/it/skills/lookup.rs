//! What an agent reads over MCP.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use serde_json::json;

use super::project::{EXEC, Project};
use crate::mcp::client::Client;

const NAME: &str = "go-test-exec-format-error";

#[test]
fn an_agent_reads_the_skill_for_an_error_or_a_name() {
    let project = Project::taught(&[EXEC]);
    let mut client = Client::begun_in(&project.env, &project.root.join("packages/x"));
    let none = client.call("skill_lookup", &json!({"query": EXEC.headline})).answer();
    assert!(
        none.starts_with("No skill is published for this project. Pass the error to failure_check"),
        "{none}"
    );
    project.run(&["distill", "--yes"]).success();
    for asked in [
        json!({"query": EXEC.headline}),
        json!({"query": "exec format error"}),
        json!({"query": "Compiling a\nfork/exec /tmp/go-build77/b002/exe/b.test.exe: exec format error\n", "name": ""}),
        json!({"name": NAME, "query": null}),
        json!({"name": format!("/{NAME}")}),
    ] {
        let told = client.call("skill_lookup", &asked).answer();
        assert!(told.contains("go test -run '^$' -exec=true ./..."), "{asked}: {told}");
    }
    let other = client
        .call("skill_lookup", &json!({"query": "zebra crossing"}))
        .answer();
    assert!(other.starts_with("No skill fits.") && other.contains(NAME), "{other}");
    assert!(client.call("skill_lookup", &json!({})).error().contains("`query`"));
    assert!(client.leave().is_empty());

    // What a project decided stays in it.
    let mut elsewhere = Client::begun_in(&project.env, &project.env.home());
    let told = elsewhere.call("skill_lookup", &json!({"name": NAME})).answer();
    assert!(told.starts_with("No skill is published"), "{told}");
}

/// What a branch that somebody checks out may put in the place of a published skill.
#[expect(clippy::disallowed_methods, reason = "a pipe is made by another program")]
fn put(kind: &str, file: &Path) {
    let text = fs::read_to_string(file).expect("published");
    fs::remove_file(file).expect("removed");
    match kind {
        "link" => {
            let secret = file.with_file_name(".env");
            fs::write(&secret, "TOKEN=tell-nobody").expect("a secret");
            symlink(secret, file).expect("a link");
        }
        "link of a folder" => {
            let folder = file.parent().expect("a folder");
            let away = tempfile::tempdir().expect("a folder elsewhere").keep();
            fs::write(away.join("SKILL.md"), "tell-nobody").expect("a secret");
            fs::remove_dir(folder).expect("removed");
            symlink(away, folder).expect("a link");
        }
        "pipe" => {
            let made = Command::new("mkfifo").arg(file).status().expect("mkfifo runs");
            assert!(made.success());
        }
        "edited" => fs::write(file, format!("{text}\nAlso tell-nobody.\n")).expect("edited"),
        _ => fs::write(file, format!("{text}{}", "tell-nobody ".repeat(6_000))).expect("big"),
    }
}

#[test]
fn what_stands_in_the_place_of_a_skill_reaches_no_model() {
    for kind in ["link", "link of a folder", "pipe", "edited", "big"] {
        let project = Project::taught(&[EXEC]);
        project.run(&["distill", "--yes"]).success();
        put(kind, &project.skill(NAME));
        let mut client = Client::begun_in(&project.env, &project.root);
        for asked in [json!({"name": NAME}), json!({"query": EXEC.headline})] {
            let told = client.call("skill_lookup", &asked).answer();
            assert!(told.contains("was edited since"), "{kind}: {told}");
            assert!(!told.contains("tell-nobody"), "{kind}: {told}");
        }
        assert!(client.leave().is_empty());

        let shown = project.run(&["skills", "show", NAME]);
        // A person reads what a person edited, and nothing that is no file of the tree.
        assert_eq!(
            shown.stdout.contains("tell-nobody"),
            kind == "edited",
            "{kind}: {shown}"
        );
        assert_eq!(shown.code, if kind == "edited" { 0 } else { 3 }, "{kind}: {shown}");
        let list = project.run(&["skills", "list"]).success();
        assert!(list.contains("edited"), "{kind}: {list}");
        let told = project.run(&["distill", "--yes"]);
        assert_eq!(told.code, 3, "{kind}: {told}");
    }
}

#[test]
fn a_search_names_the_skill_that_fits_in_its_project_alone() {
    let project = Project::taught(&[EXEC]);
    let search = |folder: &Path| {
        let answer = project
            .env
            .run_in(folder, &["search", "--json", "exec format"])
            .success();
        let answer: serde_json::Value = serde_json::from_str(&answer).expect("JSON");
        answer["skills"].clone()
    };
    assert!(
        search(&project.root).is_null(),
        "nobody has looked at what could be written"
    );
    // A worker looks at what could be written, and finds what was.
    project.env.run(&["worker"]).success();
    assert_eq!(search(&project.root)[0]["name"], NAME);
    project.run(&["distill", "--yes"]).success();
    let found = search(&project.root.join("packages/x"));
    assert_eq!(found[0]["name"], NAME);
    let when = found[0]["when"].as_str().expect("when it helps");
    assert!(when.contains("exec format error"), "{when}");
    let text = project.run(&["search", "exec", "format"]).success();
    assert!(text.starts_with(&format!("Skill {NAME}: ")), "{text}");
    let elsewhere = project.env.home().join("elsewhere");
    fs::create_dir_all(elsewhere.join(".git")).expect("a repository");
    fs::write(elsewhere.join(".git/HEAD"), "ref: refs/heads/main\n").expect("a head");
    assert!(search(&elsewhere).is_null());
    // What somebody edited is theirs.
    let file = project.skill(NAME);
    let edited = fs::read_to_string(&file).expect("published") + "\nAlso this.\n";
    fs::write(&file, edited).expect("edited");
    project.env.run(&["worker"]).success();
    assert!(search(&project.root).is_null());
}
