//! How it starts, and when it refuses to.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use super::client::Server;
use crate::env::TestEnv;

#[test]
fn the_token_is_made_once_and_told_only_when_asked() {
    let env = TestEnv::new();
    let server = Server::start(&env, &[]);
    let token = fs::read_to_string(env.data().join("token")).expect("a token");
    let mode = fs::metadata(env.data().join("token"))
        .expect("a file")
        .permissions()
        .mode();
    assert_eq!(mode & 0o7777, 0o600);
    assert!(!server.greeting.contains(token.trim()), "{}", server.greeting);
    server.end();
    let shown = env.run(&["serve", "--show-token"]).success();
    assert_eq!(shown, token);
    let again = Server::start(&env, &[]);
    assert_eq!(
        again.ask(&again.request("GET", "/openapi.json")).status,
        200,
        "the same token"
    );
    again.end();
    let other = TestEnv::new();
    assert_ne!(other.run(&["serve", "--show-token"]).success(), token);
}

#[test]
fn a_line_for_each_request_tells_nothing_of_what_it_carries() {
    let env = TestEnv::new();
    let server = Server::start(&env, &["--verbose"]);
    let token = fs::read_to_string(env.data().join("token")).expect("a token");
    server.ask(&server.request("GET", "/v1/report?project=hush"));
    server.ask(&server.post("/v1/check", &serde_json::json!({"output": "hush"})));
    let said = server.end();
    assert!(said.contains("GET /v1/report 0 B -> 404 in "), "{said}");
    assert!(said.contains("POST /v1/check 17 B -> 404 in "), "{said}");
    assert!(!said.contains("hush") && !said.contains(token.trim()), "{said}");
    assert_eq!(said.lines().count(), 2);
}

#[test]
fn a_token_that_is_no_secret_is_refused() {
    let env = TestEnv::new();
    let good = "x".repeat(40);
    let path = env.home().join("given");
    let table: &[(&str, u32, &str)] = &[
        (&good, 0o644, "is open to other users (mode 0644)"),
        (&good, 0o660, "is open to other users (mode 0660)"),
        ("", 0o600, "is empty"),
        ("short", 0o600, "holds fewer than 32 characters"),
        (
            "two words that are together long enough to be one",
            0o600,
            "does not hold one word",
        ),
    ];
    for (text, mode, what) in table {
        fs::write(&path, text).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(*mode)).expect("its mode");
        for more in [&[][..], &["--show-token"]] {
            let file = path.to_str().expect("UTF-8");
            let said = env.run(&[&["serve", "--addr", "127.0.0.1:0", "--token-file", file], more].concat());
            assert_eq!(said.code, 2, "{said}");
            assert!(said.stderr.contains(what) && said.stderr.contains("Hint: "), "{said}");
            assert!(text.is_empty() || !said.stderr.contains(text), "{said}");
        }
    }
    let missing = env.run(&["serve", "--token-file", "/nowhere/token"]);
    assert_eq!(missing.code, 2);
    insta::assert_snapshot!(missing.stderr, @r"
    Error: there is no token at /nowhere/token
    Hint: Make one: (umask 077; head -c 32 /dev/urandom | base64 >'/nowhere/token')
    ");

    fs::create_dir_all(env.data()).expect("a folder");
    fs::write(env.data().join("token"), "").expect("written");
    fs::set_permissions(env.data().join("token"), fs::Permissions::from_mode(0o600)).expect("its mode");
    let emptied = env.run(&["serve", "--addr", "127.0.0.1:0"]);
    assert_eq!(
        emptied.code, 2,
        "one that was spoilt is not replaced in silence: {emptied}"
    );

    // A secret that a container is given is often a link.
    fs::write(&path, &good).expect("written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).expect("its mode");
    let link = env.home().join("link");
    symlink(&path, &link).expect("a link");
    let server = Server::start(&env, &["--token-file", link.to_str().expect("UTF-8")]);
    let with = |token: &str| {
        let request = server.request("GET", "/openapi.json");
        server
            .ask(&request.with("authorization", &format!("Bearer {token}")))
            .status
    };
    assert_eq!((with(&good), with("other")), (200, 401));
    server.end();
}

#[test]
fn without_a_token_only_this_machine_is_served() {
    let env = TestEnv::new();
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.7:4000"] {
        let said = env.run(&["serve", "--no-token", "--addr", address]);
        assert_eq!(said.code, 3, "{said}");
        assert!(said.stderr.contains("can be reached from other machines"), "{said}");
    }
    let server = Server::start(&env, &["--no-token"]);
    assert!(
        server.greeting.contains("Everybody on this machine is let in"),
        "{}",
        server.greeting
    );
    let request = server.request("GET", "/openapi.json").with("authorization", "");
    assert_eq!(server.ask(&request).status, 200);
    assert_eq!(
        server.ask(&request.clone().with("host", "evil.example.com")).status,
        403
    );
    assert_eq!(
        server.ask(&request.with("origin", "https://evil.example.com")).status,
        403
    );
    server.end();
    assert!(!env.data().join("token").exists(), "nobody asked for one");
}

#[test]
fn an_address_that_cannot_be_had_is_named() {
    let env = TestEnv::new();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = taken.local_addr().map(|address| (taken, address)).expect("its address");
    let table: &[(&str, i32, &str)] = &[
        (&taken.1.to_string(), 4, "another program listens at 127.0.0.1:"),
        ("192.0.2.7:4000", 1, "this machine has no address 192.0.2.7:4000"),
        ("nonsense", 1, "`nonsense` is no address to listen at"),
        ("127.0.0.1", 1, "`127.0.0.1` is no address to listen at"),
        ("127.0.0.1:99999", 1, "`127.0.0.1:99999` is no address to listen at"),
        (
            "no-such-host.invalid:80",
            1,
            "`no-such-host.invalid:80` is no address to listen at",
        ),
    ];
    for (address, code, what) in table {
        let said = env.run(&["serve", "--addr", address]);
        assert_eq!(said.code, *code, "{said}");
        assert!(
            said.stderr.starts_with("Error: ") && said.stderr.contains(what),
            "{said}"
        );
        assert!(said.stderr.contains("Hint: "), "{said}");
    }
    let named = Server::start(&env, &["--addr", "localhost:0"]);
    named.end();
}

#[test]
fn other_names_and_pages_are_let_in_when_they_are_named() {
    let env = TestEnv::new();
    let page = "https://tools.example.org";
    let server = Server::start(
        &env,
        &["--allow-host", "callus.example.org:8443", "--allow-origin", page],
    );
    let get = server.request("GET", "/openapi.json");
    assert_eq!(
        server.ask(&get.clone().with("host", "callus.example.org:8443")).status,
        200
    );
    assert_eq!(server.ask(&get.clone().with("host", "callus.example.org")).status, 403);
    let asked = server.ask(&get.clone().with("origin", page));
    assert_eq!(
        (asked.status, asked.header("access-control-allow-origin")),
        (200, Some(page))
    );
    // A browser asks first whether it may, and sends no token with that.
    let first = server.request("OPTIONS", "/v1/report").with("authorization", "");
    let first = first
        .with("access-control-request-method", "GET")
        .with("access-control-request-headers", "authorization");
    let allowed = server.ask(&first.clone().with("origin", page));
    assert_eq!(allowed.status, 200);
    assert!(
        allowed
            .header("access-control-allow-headers")
            .is_some_and(|names| names.contains("authorization"))
    );
    let foreign = server.ask(&first.with("origin", "https://evil.example.com"));
    assert_eq!(
        (foreign.status, foreign.header("access-control-allow-origin")),
        (403, None)
    );
    server.end();
    for (option, value, what) in [
        ("--allow-host", "https://callus.example.org", "is no name of a host"),
        ("--allow-origin", "tools.example.org", "is no origin of a page"),
    ] {
        let said = env.run(&["serve", "--addr", "127.0.0.1:0", option, value]);
        assert_eq!(said.code, 1, "{said}");
        assert!(said.stderr.contains(what), "{said}");
    }
}
