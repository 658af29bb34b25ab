//! What has been failing, as an agent in a project asks it.

use serde_json::{Value, json};

use super::client::{Client, Told};
use crate::env::TestEnv;
use crate::fixture;

/// Returns a report that is asked for from a folder.
fn report(client: &mut Client, folder: &str, arguments: &Value) -> String {
    let meta = json!({"x-codex-turn-metadata": {"workspaces": {folder: {}}}});
    let params = json!({"name": "failure_report", "arguments": arguments, "_meta": meta});
    Told::of(&client.ask("tools/call", &params)).answer()
}

#[test]
fn a_report_is_of_the_project_and_of_the_others_only_what_may_be_told() {
    let env = TestEnv::new();
    fixture::fill(&env);
    let mut client = Client::begun(&env);
    let web = report(&mut client, "/home/dev/web", &json!({"since": "all"}));
    assert!(web.contains("command not found: go"), "{web}");
    let api = report(&mut client, "/home/dev/api", &json!({"since": "all"}));
    assert!(
        api.contains("exec format error") && !api.contains("command not found"),
        "{api}"
    );
    let all = report(&mut client, "/home/dev/api", &json!({"since": "all", "scope": "all"}));
    assert!(
        all.contains("command not found: <*>") && !all.contains("not found: go"),
        "what stands in another project stays there: {all}"
    );
    // Nothing is recorded where it is asked: of all others what may be told.
    let other = report(&mut client, "/home/dev/other", &json!({"since": "all"}));
    assert!(
        other.contains("not found: go"),
        "a folder of no repository is no project: {other}"
    );
    // Who is in no project reads of all of them, and so does who names one.
    let home = client.call("failure_report", &json!({"since": "all"})).answer();
    assert!(home.contains("command not found: go"), "{home}");
    let named = report(&mut client, "/home/dev/api", &json!({"since": "all", "project": "web"}));
    assert!(named.contains("command not found: go"), "{named}");
    let wrong = client.call("failure_report", &json!({"scope": "everywhere"})).error();
    assert!(wrong.contains("`everywhere` is no scope: use here, all"), "{wrong}");
    assert!(client.leave().is_empty());
}

#[test]
fn failures_are_put_together_by_what_they_have_in_common() {
    let env = TestEnv::new();
    fixture::fill(&env);
    let mut client = Client::begun(&env);
    for (by, part) in [
        ("tool", "go test"),
        ("node", "Bash"),
        ("agent", "(none)"),
        ("model", "claude-opus-4-5"),
        ("assistant", "claude-code"),
        ("type", "(none)"),
        ("project", "api"),
        ("Session", "7744721d"),
    ] {
        let text = client
            .call("failure_report", &json!({"since": "all", "by": by}))
            .answer();
        let rows = text
            .lines()
            .skip_while(|line| !line.contains("failures sessions  modes"));
        let rows: Vec<&str> = rows.skip(1).take_while(|line| !line.is_empty()).collect();
        assert!(
            rows.iter().any(|row| row.trim_start().starts_with(part)),
            "{by}: {text}"
        );
        let counted: i64 = rows.iter().filter_map(|row| number(row)).sum();
        assert_eq!(counted, 10, "{by}: every failure is in one of the rows: {text}");
    }
    let wrong = client.call("failure_report", &json!({"by": "moon"})).error();
    assert!(
        wrong.contains("`moon` is no grouping: use tool, node, agent"),
        "{wrong}"
    );
    assert!(client.leave().is_empty());
    insta::assert_snapshot!(env.run(&["report", "--since", "all", "--by", "tool"]).success());
}

/// Returns the first number behind the name in a row.
fn number(row: &str) -> Option<i64> {
    let cells: Vec<&str> = row.split("  ").filter(|cell| !cell.is_empty()).collect();
    cells.iter().skip(1).find_map(|cell| cell.trim().parse().ok())
}
