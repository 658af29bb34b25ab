//! What an agent reads over MCP.

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
