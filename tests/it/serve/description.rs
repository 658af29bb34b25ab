//! `docs/openapi.json` says what is served: it is written from the types of the answers, and this test holds it so.
//! `CALLUS_WRITE_DOCS=1 cargo test --test it serve::description` writes it anew, with the examples of answers.
#![expect(
    clippy::disallowed_methods,
    reason = "a test may be told by a variable to write what it compares"
)]

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::client::Server;
use crate::env::TestEnv;

/// Asserts that a file says this, or writes it.
#[track_caller]
fn assert_file(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    if std::env::var_os("CALLUS_WRITE_DOCS").is_some() {
        fs::write(&path, text).expect("writes");
    }
    let written = fs::read_to_string(&path).expect("the file is there");
    assert!(
        written == text,
        "{name} differs: CALLUS_WRITE_DOCS=1 cargo test --test it serve::description (twice, for the examples)"
    );
}

#[track_caller]
fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).expect("JSON") + "\n"
}

#[test]
fn the_description_is_that_of_the_types_and_is_served() {
    let document = callus::http::document();
    assert_file("docs/openapi.json", &pretty(&document));
    let env = TestEnv::new();
    let server = Server::start(&env, &[]);
    let reply = server.ask(&server.request("GET", "/openapi.json"));
    assert_eq!((reply.status, reply.json()), (200, document.clone()));

    for (path, operations) in document["paths"].as_object().expect("paths") {
        for (method, operation) in operations.as_object().expect("operations") {
            let reply = server.ask(&server.request(&method.to_uppercase(), path));
            assert!(![405, 500].contains(&reply.status), "{method} {path}: {}", reply.body);
            let told = reply.error()[0].clone();
            assert!(!told.contains("nothing at this path"), "{path}");
            let status = reply.status.to_string();
            assert!(
                operation["responses"][&status].is_object(),
                "{method} {path} does not say {status}"
            );
        }
    }
    for pointer in references(&document) {
        let found = document.pointer(pointer.trim_start_matches('#'));
        assert!(found.is_some(), "{pointer} stands nowhere");
    }
    server.end();
}

fn references(value: &Value) -> Vec<String> {
    match value {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, field)| match field {
                Value::String(path) if name == "$ref" => vec![path.clone()],
                field => references(field),
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn the_examples_are_what_is_really_answered() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let env = TestEnv::new();
    let sample = top.join("src/answers/sample");
    env.run(&["import", sample.to_str().expect("UTF-8")]).success();
    let server = Server::start(&env, &[]);
    let document = callus::http::document();
    for path in document["paths"].as_object().expect("paths").keys() {
        let name = path.rsplit('/').next().expect("a name");
        let asked = fs::read_to_string(top.join(format!("src/http/examples/{name}.asked.json"))).expect("an example");
        let asked: Value = serde_json::from_str(&asked).expect("JSON");
        let reply = server.ask(&server.post(path, &asked));
        assert_eq!(reply.status, 200, "{}", reply.body);
        assert_file(
            &format!("src/http/examples/{name}.answered.json"),
            &pretty(&reply.json()),
        );
    }
    server.end();
}
