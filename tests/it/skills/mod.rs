//! Skills, from remedies that worked to files in a working tree.

mod hostile;
mod project;
mod publish;

use std::fs;

use callus::domain::lesson::{RemedyKind, Source};
use insta::assert_snapshot;

use project::{Case, EXEC, Project};

#[test]
fn a_draft_is_shown_with_its_evidence_and_nothing_is_written() {
    let project = Project::taught(&[EXEC]);
    assert_snapshot!(project.run(&["distill"]).success());
    assert!(project.files().is_empty());
}

#[test]
fn a_skill_reads_as_an_agent_needs_it() {
    let project = Project::taught(&[EXEC]);
    project.teach(&Case {
        becomes: "go test -c ./...",
        worked: 0,
        failed: 2,
        ..EXEC
    });
    assert_snapshot!("written", project.run(&["distill", "--yes"]).success());
    let file = project.skill("go-test-exec-format-error");
    assert_snapshot!("skill", fs::read_to_string(file).expect("written"));
}

#[test]
fn kinds_of_remedies_are_worded_each_in_its_own_way() {
    let cases = [
        Case {
            scope: "python",
            headline: "bash: line 1: python: command not found",
            was: "python -m pytest",
            becomes: "python3 -m pytest",
            ..EXEC
        },
        Case {
            scope: "npm test",
            headline: "Error: Cannot find module '@acme/rates'",
            was: "npm test",
            becomes: "npm install @acme/rates",
            kind: RemedyKind::Prepared,
            ..EXEC
        },
        Case {
            scope: "Grep",
            headline: "Path does not exist: .golangci.yml",
            was: ".golangci.yml",
            becomes: ".golangci.yaml",
            kind: RemedyKind::Path,
            ..EXEC
        },
        Case {
            scope: "git add",
            headline: "The following paths are ignored by one of your .gitignore files: docs",
            was: "git add docs/plan.md",
            becomes: "keep docs/ local, do not commit it",
            kind: RemedyKind::Decision,
            source: Source::Person,
            ..EXEC
        },
    ];
    let project = Project::taught(&cases);
    fs::write(project.root.join(".golangci.yaml"), "").expect("the file that it really is");
    let said = project.run(&["distill", "--yes"]).success();
    let texts: Vec<String> = project.files().into_iter().map(|(_, text)| text).collect();
    assert_eq!(texts.len(), cases.len(), "{said}");
    assert_snapshot!(texts.join("\n=====\n\n"));
}

#[test]
fn what_is_not_proven_is_no_skill() {
    let table: &[(&str, Case)] = &[
        ("two sessions", Case { worked: 2, ..EXEC }),
        (
            "edits",
            Case {
                kind: RemedyKind::Edited,
                ..EXEC
            },
        ),
        (
            "a retry",
            Case {
                kind: RemedyKind::Retry,
                ..EXEC
            },
        ),
        ("failed since", Case { failed: 1, ..EXEC }),
        (
            "a claim",
            Case {
                worked: 0,
                source: Source::Agent,
                ..EXEC
            },
        ),
        (
            "a path that is gone",
            Case {
                kind: RemedyKind::Path,
                was: "a.yml",
                becomes: "b.yml",
                ..EXEC
            },
        ),
        (
            "a slip that the client explains",
            Case {
                scope: "Edit",
                headline: "File has not been read yet. Read it first before writing to it.",
                ..EXEC
            },
        ),
    ];
    for (why, case) in table {
        let project = Project::taught(&[*case]);
        let said = project.run(&["distill", "--yes"]).success();
        assert!(said.starts_with("Nothing to make a skill of"), "{why}: {said}");
        assert!(project.files().is_empty(), "{why}");
    }
    let project = Project::new();
    let remedy = project.teach(&EXEC);
    project
        .db()
        .execute("update remedy set verdict = 'refuted' where id = ?1", [remedy.0])
        .expect("refuted");
    assert!(
        project
            .run(&["distill"])
            .success()
            .starts_with("Nothing to make a skill of")
    );
}

#[test]
fn fewer_or_more_sessions_can_be_asked_for() {
    let project = Project::taught(&[Case { worked: 2, ..EXEC }]);
    assert!(
        project
            .run(&["distill", "--min-sessions", "2"])
            .success()
            .contains("go-test-exec-format-error  new")
    );
    assert!(
        project
            .run(&["distill", "--min-sessions", "5"])
            .success()
            .starts_with("Nothing to make a skill of")
    );
    assert_eq!(project.run(&["distill", "--min-sessions", "0"]).code, 1);
}

#[test]
fn several_instances_of_a_mode_are_one_skill() {
    let one = |headline, was, becomes| Case {
        scope: "pytest",
        headline,
        was,
        becomes,
        kind: RemedyKind::Prepared,
        worked: 3,
        ..EXEC
    };
    let project = Project::taught(&[
        one(
            "ModuleNotFoundError: No module named 'requests'",
            "pytest a",
            "pip install requests",
        ),
        one(
            "ModuleNotFoundError: No module named 'yaml'",
            "pytest b",
            "pip install pyyaml",
        ),
    ]);
    project.run(&["distill", "--yes"]).success();
    let files = project.files();
    assert_eq!(files.len(), 1, "{files:?}");
    for command in ["pip install requests", "pip install pyyaml"] {
        assert!(files[0].1.contains(command), "{}", files[0].1);
    }
    assert!(files[0].1.contains("worked in 6 sessions"), "{}", files[0].1);
}
