//! How it ends: what was begun is answered, streams are closed, and the store is left as every process leaves it.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use rustix::process::Signal;
use serde_json::json;

use super::client::{Reply, Server, failed};
use crate::env::TestEnv;
use crate::fixture;

/// Reads until the text has come.
fn read_until(stream: &mut TcpStream, text: &str) -> String {
    let mut read = Vec::new();
    while !String::from_utf8_lossy(&read).contains(text) {
        let mut byte = [0_u8];
        let size = stream.read(&mut byte).expect("more comes");
        assert_ne!(size, 0, "{:?} ended before {text:?}", String::from_utf8_lossy(&read));
        read.extend_from_slice(&byte);
    }
    String::from_utf8_lossy(&read).into_owned()
}

#[test]
fn a_request_that_was_begun_is_answered_and_the_store_is_closed() {
    for signal in [Signal::TERM, Signal::INT] {
        let env = TestEnv::new();
        fixture::fill(&env);
        let server = Server::start(&env, &[]);
        let whole = server.post("/v1/check", &failed());
        assert_eq!(server.ask(&whole).status, 200);
        // The server asks for the body once it has begun with the request.
        let begun = whole.with("expect", "100-continue").bytes();
        let (head, body) = begun.split_at(begun.len() - 10);
        let head_end = head.windows(4).position(|four| four == b"\r\n\r\n").expect("a head") + 4;
        let mut stream = server.connect(&head[..head_end]);
        read_until(&mut stream, "100 Continue\r\n\r\n");
        // One that lies idle keeps nobody.
        let idle = server.connect(b"");
        let half = server.connect(b"GET /v1/report HTTP/1.1\r\nhost: ");

        server.signal(signal);
        while TcpStream::connect(server.address).is_ok() {
            std::thread::yield_now();
        }
        stream
            .write_all(&head[head_end..])
            .and_then(|()| stream.write_all(body))
            .expect("it still listens to this one");
        let reply = Reply::read(stream);
        assert_eq!(reply.status, 200, "{}", reply.body);
        assert_eq!(reply.json()["verdict"], "seen");
        let (status, said) = server.ended();
        assert_eq!((status.code(), said.as_str()), (Some(0), ""));
        drop((idle, half));
        let mut log = env.database().into_os_string();
        log.push("-wal");
        assert!(
            !std::path::Path::new(&log).exists(),
            "the last to leave folds the log into the database"
        );
    }
}

#[test]
fn a_stream_that_a_client_listens_to_ends_with_the_server() {
    let env = TestEnv::new();
    fixture::fill(&env);
    let server = Server::start(&env, &[]);
    let mcp = |body| {
        server
            .post("/mcp", body)
            .with("accept", "application/json, text/event-stream")
    };
    let hello = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}
    }});
    let begun = server.ask(&mcp(&hello));
    assert_eq!(begun.status, 200, "{}", begun.body);
    let session = begun.header("mcp-session-id").expect("a session").to_owned();
    let listen = server
        .request("GET", "/mcp")
        .with("accept", "text/event-stream")
        .with("mcp-session-id", &session)
        .with("connection", "");
    let mut stream = server.connect(&listen.bytes());
    read_until(&mut stream, "text/event-stream");
    // A client without a session listens by a request of its own.
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let subscribe = json!({"jsonrpc": "2.0", "id": 2, "method": "subscriptions/listen", "params": {
        "_meta": meta, "notifications": {}
    }});
    let subscribe = mcp(&subscribe)
        .with("mcp-protocol-version", "2026-07-28")
        .with("mcp-method", "subscriptions/listen")
        .with("connection", "");
    let subscribed = server.connect(&subscribe.bytes());

    server.signal(Signal::TERM);
    let mut rest = String::new();
    stream.read_to_string(&mut rest).expect("it is closed in good order");
    assert!(rest.ends_with("0\r\n\r\n"), "the stream has an end: {rest:?}");
    let (status, said) = server.ended();
    assert_eq!((status.code(), said.as_str()), (Some(0), ""));
    drop(subscribed);
}

#[test]
fn a_client_that_sends_slowly_is_not_waited_for() {
    let env = TestEnv::new();
    fixture::fill(&env);
    let server = Server::start(&env, &[]);
    let request = server.post("/v1/check", &failed()).bytes();
    let mut half_a_head = server.connect(&request[..30]);
    let half_a_body = server.connect(&request[..request.len() - 5]);
    let mut silent = server.connect(b"");
    for stream in [&mut half_a_head, &mut silent] {
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).expect("it is closed");
    }
    let reply = Reply::read(half_a_body);
    assert_eq!(reply.status, 408, "{}", reply.body);
    assert!(reply.error()[0].contains("did not arrive in time"));
    server.end();
}
