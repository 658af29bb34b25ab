//! What comes of a request that is not as it should be: a status, and JSON that says what, where and what next.

use serde_json::json;

use super::client::{Request, Server};
use crate::env::TestEnv;
use crate::fixture;

/// A request, the status, and words of what was wrong and where.
type Row = (Request, u16, &'static str, &'static str);

#[track_caller]
fn assert_rows(server: &Server, rows: Vec<Row>) {
    for (request, status, what, place) in rows {
        let shown = String::from_utf8_lossy(&request.bytes())
            .chars()
            .take(300)
            .collect::<String>();
        let reply = server.ask(&request);
        assert_eq!(reply.status, status, "{shown}\n{}", reply.body);
        let [said, at, _] = reply.error();
        assert!(said.contains(what), "{said:?} does not say {what:?}\n{shown}");
        assert!(at.ends_with(place), "{at:?} does not end in {place:?}\n{shown}");
    }
}

#[test]
fn who_may_not_come_in_learns_why() {
    let env = TestEnv::new();
    fixture::fill(&env);
    let server = Server::start(&env, &[]);
    let get = |path: &str| server.request("GET", path);
    let report = || get("/v1/report");
    let token = "header `authorization`";
    let rows: Vec<Row> = vec![
        (report().with("authorization", ""), 401, "is missing", token),
        (get("/mcp").with("authorization", ""), 401, "is missing", token),
        (get("/openapi.json").with("authorization", ""), 401, "is missing", token),
        (get("/nowhere").with("authorization", ""), 401, "is missing", token),
        (
            report().with("authorization", "Bearer wrong"),
            401,
            "not the token",
            token,
        ),
        (report().with("authorization", "Bearer"), 401, "not the token", token),
        (
            report().with("authorization", "Basic dXNlcjpwYXNz"),
            401,
            "not the token",
            token,
        ),
        (
            report().and("authorization", "Bearer wrong"),
            401,
            "not the token",
            token,
        ),
        (
            get("/v1/report?token=x").with("authorization", ""),
            401,
            "is missing",
            token,
        ),
        (
            report().with("host", "evil.example.com"),
            403,
            "does not go by that name",
            "header `host`",
        ),
        (
            get("/mcp").with("host", "evil.example.com"),
            403,
            "does not go by that name",
            "header `host`",
        ),
        (report().with("host", ""), 400, "is missing", "header `host`"),
        (report().and("host", "127.0.0.1"), 400, "twice", "header `host`"),
        (
            report().with("origin", "https://evil.example.com"),
            403,
            "pages from there",
            "header `origin`",
        ),
        (
            get("/mcp").with("origin", "null"),
            403,
            "pages from there",
            "header `origin`",
        ),
        (
            report().with("origin", "http://localhost:1"),
            403,
            "pages from there",
            "header `origin`",
        ),
    ];
    assert_rows(&server, rows);

    let refused = server.ask(&report().with("authorization", ""));
    assert_eq!(refused.header("www-authenticate"), Some("Bearer realm=\"callus\""));
    let wrong = server.ask(&report().with("authorization", "Bearer wrong"));
    assert_eq!(
        wrong.header("www-authenticate"),
        Some("Bearer realm=\"callus\", error=\"invalid_token\"")
    );
    // A client that found such a document would begin to log in elsewhere.
    let offered = server.ask(&get("/.well-known/oauth-protected-resource"));
    assert_eq!(offered.status, 404);

    let own = format!("http://{}", server.address);
    assert_eq!(server.ask(&report().with("origin", &own)).status, 200);
    let lower = report().with("authorization", "");
    let token = std::fs::read_to_string(env.data().join("token")).expect("a token");
    assert_eq!(
        server
            .ask(&lower.with("authorization", &format!("bearer {}", token.trim())))
            .status,
        200
    );
    let said = server.end();
    assert_eq!(said, "", "nothing is said of requests unless it is asked for");
}

#[test]
#[expect(
    clippy::too_many_lines,
    reason = "one table: every wrong request, and what comes of it"
)]
fn a_request_that_is_wrong_is_told_what_is_wrong_with_it() {
    let env = TestEnv::new();
    fixture::fill(&env);
    let server = Server::start(&env, &[]);
    let get = |path: &str| server.request("GET", path);
    let post = |path: &str, body: &str| {
        let post = server.request("POST", path).with("content-type", "application/json");
        post.body(body.as_bytes())
    };
    let check = |body: &str| post("/v1/check", body);
    let good = r#"{"output": "exec format error"}"#;
    let rows: Vec<Row> = vec![
        (get("/"), 404, "nothing at this path", "GET /"),
        (get("/v1/nothing"), 404, "nothing at this path", "GET /v1/nothing"),
        (get("/v1/report/"), 404, "nothing at this path", "GET /v1/report/"),
        (get("/v1/check"), 405, "does not take this method", "GET /v1/check"),
        (
            server.request("DELETE", "/v1/report"),
            405,
            "does not take this method",
            "DELETE /v1/report",
        ),
        (
            server.request("POST", "/openapi.json"),
            405,
            "does not take this method",
            "/openapi.json",
        ),
        (
            check(good).with("content-type", "text/plain"),
            415,
            "not said to be JSON",
            "header `content-type`",
        ),
        (
            check(good).with("content-type", ""),
            415,
            "not said to be JSON",
            "header `content-type`",
        ),
        (
            post("/mcp", good).with("content-type", "text/plain"),
            406,
            "Accept",
            "POST /mcp",
        ),
        (check(""), 400, "is not JSON", "body"),
        (check("{\"output\": \"x\""), 400, "is not JSON", "body"),
        (check("{\"output\": 'x'}"), 400, "is not JSON", "body"),
        (check("\u{feff}{}"), 400, "is not JSON", "body"),
        (check("").body(b"{\"output\": \"\xff\"}"), 400, "is not JSON", "body"),
        (check(&"[".repeat(100_000)), 400, "is not JSON", "body"),
        (check("[]"), 422, "a JSON object is expected", "body"),
        (check("\"exec format error\""), 422, "a JSON object is expected", "body"),
        (check("null"), 422, "a JSON object is expected", "body"),
        (check("{}"), 422, "is missing", "/v1/check: output"),
        (
            check(r#"{"output": {"a": 1}}"#),
            422,
            "give a text",
            "/v1/check: output",
        ),
        (check(r#"{"output": ["a"]}"#), 422, "give a text", "/v1/check: output"),
        (
            check(r#"{"output": "x", "command": []}"#),
            422,
            "give a text",
            "/v1/check: command",
        ),
        (
            check(r#"{"output": "x", "outptu": "y"}"#),
            422,
            "no field of this name",
            "/v1/check: outptu",
        ),
        (
            check(r#"{"output": "x", "cwd": "here"}"#),
            422,
            "no whole path",
            "/v1/check: cwd",
        ),
        (
            check(r#"{"output": "x", "cwd": 7}"#),
            422,
            "no whole path",
            "/v1/check: cwd",
        ),
        (get("/v1/report?since=soon"), 422, "`soon` is no time", "/v1/report"),
        (
            get("/v1/report?project=nowhere"),
            404,
            "no project goes by `nowhere`",
            "/v1/report",
        ),
        (
            get("/v1/report?sinc=7d"),
            422,
            "no field of this name",
            "/v1/report: sinc",
        ),
        (
            get("/v1/report?since=7d&since=1d"),
            422,
            "given twice",
            "/v1/report: since",
        ),
        (get("/v1/report?since=%ff"), 422, "is no time", "/v1/report"),
        (
            post("/v1/report", r#"{"since": "soon"}"#),
            422,
            "`soon` is no time",
            "/v1/report",
        ),
    ];
    assert_rows(&server, rows);
    let wrong = server.ask(&get("/v1/check"));
    assert_eq!(wrong.header("allow"), Some("POST"));

    for (request, same) in [
        (
            get("/v1/report?since=30d&project=api"),
            json!({"since": "30d", "project": "api"}),
        ),
        (get("/v1/report?since=all"), json!({"since": "all", "project": null})),
        (get("/v1/report?"), json!({})),
    ] {
        let (in_address, in_body) = (server.ask(&request), server.ask(&server.post("/v1/report", &same)));
        assert_eq!((in_address.status, in_body.status), (200, 200), "{same}");
        assert_eq!(in_address.body, in_body.body);
    }
    server.end();
}

#[test]
fn what_is_too_large_is_refused_and_the_next_request_is_answered() {
    let env = TestEnv::new();
    fixture::fill(&env);
    let server = Server::start(&env, &[]);
    let post = |size: usize| {
        let body = format!(r#"{{"output": "{}"}}"#, "x".repeat(size));
        server
            .request("POST", "/v1/check")
            .with("content-type", "application/json")
            .body(body.as_bytes())
    };
    let fits = server.ask(&post((1 << 20) - 20));
    assert_eq!(fits.status, 200, "{}", fits.body);
    for size in [(1 << 20) + 1, 10_000_000] {
        for path in ["/v1/check", "/mcp"] {
            let mut request = post(size);
            if path == "/mcp" {
                request = server.request("POST", path).body(&vec![b' '; size]);
            }
            let reply = server.ask(&request);
            assert_eq!(reply.status, 413, "{}", reply.body);
            assert!(reply.error()[0].contains("larger than 1 MiB"));
        }
    }
    // The size is not always said before.
    let mut chunked = server
        .request("POST", "/v1/check")
        .with("content-type", "application/json")
        .with("transfer-encoding", "chunked")
        .bytes();
    for _ in 0..40 {
        chunked.extend_from_slice(b"10000\r\n");
        chunked.extend_from_slice(&vec![b' '; 0x10000]);
        chunked.extend_from_slice(b"\r\n");
    }
    chunked.extend_from_slice(b"0\r\n\r\n");
    assert_eq!(super::client::Reply::read(server.connect(&chunked)).status, 413);
    let long = server.request("GET", "/v1/report").with("x-long", &"x".repeat(100_000));
    assert_eq!(server.ask(&long).status, 431);
    let mut many = server.request("GET", "/v1/report");
    for number in 0..200 {
        many = many.with(&format!("x-{number}"), "x");
    }
    assert_eq!(server.ask(&many).status, 431);
    assert_eq!(server.ask(&server.request("GET", "/v1/report")).status, 200);
    server.end();
}

#[test]
fn before_anything_is_recorded_it_says_so() {
    let env = TestEnv::new();
    let server = Server::start(&env, &[]);
    let reply = server.ask(&server.request("GET", "/v1/report"));
    assert_eq!(reply.status, 404, "{}", reply.body);
    assert!(reply.error()[0].contains("no database"));
    assert!(!env.database().exists(), "a question makes no store");
    let health = server.ask(
        &server
            .request("GET", "/healthz")
            .with("authorization", "")
            .with("host", "anything"),
    );
    assert_eq!((health.status, health.body.as_str()), (200, r#"{"status":"ok"}"#));
    server.end();
}
