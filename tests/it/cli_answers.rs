//! What the reading commands print.

use insta::assert_snapshot;

use super::env::TestEnv;
use super::fixture;

fn filled() -> TestEnv {
    let env = TestEnv::new();
    fixture::fill(&env);
    env
}

/// The id of the failure mode that stands first in the list of `tool`.
fn id_of(env: &TestEnv, tool: &str) -> String {
    let json = env.run(&["failures", "--tool", tool, "--json"]).success();
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    json["modes"][0]["id"].as_str().expect("an id").to_owned()
}

#[test]
fn the_report_names_what_was_met_again() {
    let env = filled();
    assert_snapshot!(env.run(&["report"]).success());
    assert_snapshot!(
        filled()
            .with("COLUMNS", "100")
            .run(&["report", "--since", "30d"])
            .success()
    );
}

#[test]
fn the_report_is_short_and_narrow() {
    for width in ["60", "80", "200"] {
        let text = filled()
            .with("COLUMNS", width)
            .run(&["report", "--since", "all"])
            .success();
        assert!(text.lines().count() <= 25, "{text}");
        let widest: usize = width.parse().expect("a number");
        assert!(text.lines().all(|line| line.chars().count() <= widest), "{text}");
    }
}

#[test]
fn an_empty_window_is_widened_and_said() {
    assert_snapshot!(filled().run(&["report", "--since", "2h"]).success());
}

#[test]
fn without_unicode_everything_is_ascii() {
    let env = filled().with("LANG", "C");
    let id = id_of(&env, "go test");
    for arguments in [
        vec!["report"],
        vec!["failures"],
        vec!["sessions"],
        vec!["show", &id],
        vec!["session", "7744721d"],
    ] {
        let text = env.run(&arguments).success();
        assert!(text.is_ascii(), "{text}");
    }
}

#[test]
fn what_a_trace_says_cannot_steer_the_terminal() {
    let text = filled().run(&["session", "7744721d"]).success();
    assert!(text.contains("make the tests pass") && !text.contains('\x1b'), "{text}");
}

#[test]
fn failures_are_listed() {
    let env = filled();
    assert_snapshot!(env.run(&["failures"]).success());
    assert_snapshot!(env.run(&["failures", "--expected"]).success());
}

#[test]
fn failures_are_filtered() {
    let env = filled();
    let modes = |arguments: &[&str]| {
        let json = env.run(&[&["failures", "--json"], arguments].concat()).success();
        let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        let modes = json["modes"].as_array().expect("modes").iter();
        modes
            .map(|mode| {
                format!(
                    "{} {}/{}",
                    mode["scope"].as_str().expect("scope"),
                    mode["failures"],
                    mode["sessions"]
                )
            })
            .collect::<Vec<_>>()
            .join(", ")
    };
    let table: [(&[&str], &str); 12] = [
        (&[], "go test 4/3, Edit 3/3, mise run 2/2, go test 1/1"),
        (&["--since", "7d"], "go test 3/2, Edit 2/2, mise run 2/2, go test 1/1"),
        (
            &["--project", "web"],
            "Edit 1/1, go test 1/1, mise run 1/1, go test 1/1",
        ),
        (
            &["--project", "github.com/acme/web", "--since", "7d"],
            "mise run 1/1, go test 1/1",
        ),
        (
            &["--project", "/home/dev/web/deep/folder", "--since", "7d"],
            "mise run 1/1, go test 1/1",
        ),
        (&["--tool", "Bash"], "go test 4/3, mise run 2/2, go test 1/1"),
        (&["--tool", "edit"], "Edit 3/3"),
        (&["--tool", "go test"], "go test 4/3, go test 1/1"),
        (&["--model", "Sonnet"], "go test 2/1, Edit 1/1"),
        (&["--assistant", "codex"], ""),
        (&["--status", "muted"], ""),
        (&["--limit", "1"], "go test 4/3"),
    ];
    for (arguments, expected) in table {
        let mut found: Vec<_> = modes(arguments).split(", ").map(str::to_owned).collect();
        let mut wanted: Vec<_> = expected.split(", ").map(str::to_owned).collect();
        found.sort();
        wanted.sort();
        assert_eq!(found, wanted, "{arguments:?}");
    }
}

#[test]
fn a_failure_mode_is_shown_by_any_beginning_of_its_id() {
    let env = filled();
    let id = id_of(&env, "go test");
    let shown = env.run(&["show", &id]).success();
    assert_snapshot!(shown.replace(&id, "[ID]"), @"");
    let json: serde_json::Value = serde_json::from_str(&env.run(&["show", &id, "--json"]).success()).expect("JSON");
    let whole = json["mode"]["fingerprint"].as_str().expect("a fingerprint");
    for given in [&id[..4], &id.to_uppercase(), whole, &format!("#{id}")] {
        assert_eq!(env.run(&["show", given]).success(), shown, "{given}");
    }
}

#[test]
fn a_failure_is_shown() {
    assert_snapshot!(filled().run(&["show", "F1"]).success());
}

#[test]
fn sessions_are_listed_and_filtered() {
    let env = filled();
    assert_snapshot!(env.run(&["sessions"]).success());
    let table: [(&[&str], usize); 6] = [
        (&["--failed"], 4),
        (&["--since", "4d"], 3),
        (&["--label", "vertical=finance"], 1),
        (&["--label", "vertical=health"], 0),
        (&["--model", "opus", "--project", "web"], 2),
        (&["--limit", "2"], 2),
    ];
    for (arguments, number) in table {
        let json = env.run(&[&["sessions", "--json"], arguments].concat()).success();
        let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        assert_eq!(json["sessions"].as_array().map(Vec::len), Some(number), "{arguments:?}");
    }
}

#[test]
fn a_session_is_shown_from_beginning_to_end() {
    assert_snapshot!(filled().run(&["session", "7744721d"]).success());
}

#[test]
fn words_find_failure_modes_and_no_query_is_a_mistake() {
    let env = filled();
    assert_snapshot!(env.run(&["search", "exec", "format"]).success());
    for query in ["\"", "a AND", "NEAR(", "col:x", "*", "-x", "'; drop table mode"] {
        env.run(&["search", "--", query]).success();
    }
}

#[test]
fn an_error_is_checked() {
    let env = filled();
    let output = "=== RUN\nfork/exec /tmp/go-build99/b007/exe/z.test.exe: exec format error\nFAIL\n";
    assert_snapshot!(env.run_with(&["check"], output).success());
    assert_snapshot!(
        env.run(&["check", "zsh: command not found: go", "--command", "go test ./..."])
            .success()
    );
    assert_snapshot!(env.run(&["check", "bash: command not found"]).success());
    assert_snapshot!(env.run(&["check", "segmentation fault (core dumped)"]).success());
    assert_snapshot!(env.run_with(&["check"], "").success());
}

#[test]
fn status_and_projects_are_shown() {
    let env = filled();
    let text = env.run(&["status"]).success();
    let text: String = text
        .lines()
        .filter(|line| !line.starts_with("Database"))
        .map(|line| format!("{line}\n"))
        .collect();
    assert_snapshot!(text);
    assert_snapshot!(env.run(&["project", "list"]).success());
}

#[test]
fn a_query_of_ones_own_reads_and_nothing_else() {
    let env = filled();
    assert_snapshot!(
        env.run(&[
            "sql",
            "select scope, sum(failures) as n from mode group by scope order by n desc, scope"
        ])
        .success()
    );
    assert_snapshot!(
        env.run(&["sql", "select 1 as one, 'x' as text, null as none", "--json"])
            .success()
    );
    assert_snapshot!(env.run(&["sql", "delete from session"]));
    assert_snapshot!(env.run(&["sql", "attach '/tmp/x' as x"]));
}

#[test]
fn the_sample_goes_the_way_of_real_sessions_and_leaves_nothing_behind() {
    let env = TestEnv::new();
    assert_snapshot!(env.run(&["report", "--sample"]).success());
    assert!(!env.data().exists(), "the sample was recorded");
}
