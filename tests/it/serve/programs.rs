//! The examples in `docs/record.md` are run as they stand there, one after the other, on one machine.
#![expect(
    clippy::disallowed_methods,
    reason = "this test starts the programs of the examples and chooses their environment"
)]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::client::Server;
use crate::env::{NOW, TestEnv};

/// Returns what stands between the fences of one language, in order.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let open = format!("```{language}\n");
    page.split(&open)
        .skip(1)
        .map(|rest| rest.split("```\n").next().unwrap_or_default().to_owned())
        .collect()
}

/// Runs a script as whoever copied it would: with `callus` in the path. Returns what it printed.
fn run(env: &TestEnv, interpreter: &str, script: &str, variables: &[(&str, &str)]) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_callus"));
    let folder = program.parent().expect("a folder").display().to_string();
    let path = format!("{folder}:{}", std::env::var("PATH").unwrap_or_default());
    let output = Command::new(interpreter)
        .arg("-c")
        .arg(script)
        .current_dir(env.home())
        .env_clear()
        .env("HOME", env.home())
        .env("CALLUS_HOME", env.data())
        .env("CALLUS_NOW", NOW)
        .env("LANG", "C.UTF-8")
        .env("PATH", path)
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .output()
        .expect("the interpreter starts");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn count(env: &TestEnv, node: &str) -> Value {
    serde_json::from_str(&env.run(&["count", "--node", node, "--json"]).success()).expect("JSON")
}

#[test]
fn every_example_runs_as_it_stands() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/record.md")).expect("the page");
    let (shell, python) = (blocks(&page, "sh"), blocks(&page, "python"));
    assert_eq!((shell.len(), python.len()), (1, 2), "each example is run here");
    let env = TestEnv::new();
    // The last step of the job ends well, after one that did not.
    run(&env, "bash", &shell[0], &[]);
    for (node, runs, failures) in [("check", 1, 0), ("copy", 1, 1)] {
        let counted = count(&env, node);
        assert_eq!(
            (&counted["runs"]["runs"], &counted["failures"]),
            (&runs.into(), &failures.into()),
            "{counted}"
        );
    }
    let server = Server::start(&env, &[]);
    let url = format!("http://{}", server.address);
    let token = fs::read_to_string(env.data().join("token")).expect("a token");
    let variables = [("CALLUS_URL", url.as_str()), ("CALLUS_TOKEN", token.trim())];
    let said = run(&env, "python3", &python[0], &variables);
    assert_eq!(said, "charge-card: no answer from payments after 30 s\n");
    server.end();
    assert_eq!(count(&env, "charge-card")["failures"], 1);
    assert_eq!(run(&env, "python3", &python[1], &[]), "True\n");
    for n in 0..3 {
        let record = format!(
            r#"{{"assistant": "orders", "node": "charge-card", "error_type": "TimeoutError", "id": {n},
                "message": "no answer from payments after 30 s", "project": "order-pipeline"}}"#
        );
        env.run_with(&["record", "--json-in"], &record).success();
    }
    assert_eq!(run(&env, "python3", &python[1], &[]), "False\n");
}
