//! What every route has, whatever it answers.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Mutex;
use std::time::Duration;

use axum::body::Bytes;
use axum::routing::post;
use futures_util::{StreamExt as _, stream};
use tokio::sync::{oneshot, watch};

use super::*;
use crate::http::listen;

/// Serves the routes while a client asks on a thread of its own, and returns what it learnt. The server is asked to end
/// when the client lets go of its word for that.
fn served<T: Send + 'static>(
    routes: Router,
    log: Option<Log>,
    client: impl FnOnce(SocketAddr, oneshot::Sender<()>) -> T + Send + 'static,
) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let listener = listen("127.0.0.1:0".parse().expect("an address")).expect("a port");
        let address = listener.local_addr().expect("an address");
        let door = Door::new(address, None, &[], &[]).expect("a door");
        let app = App::new(routes, &door, Limits::default(), log);
        let (left, leaving) = oneshot::channel();
        let asked = tokio::task::spawn_blocking(move || client(address, left));
        app.serve(listener, async { drop(leaving.await) }).await;
        asked.await.expect("the client is content")
    })
}

fn connect(address: SocketAddr, method: &str, path: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).expect("it listens");
    let head = format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).expect("sent");
    stream.set_read_timeout(Some(Duration::from_mins(1))).expect("a limit");
    stream
}

fn ask(address: SocketAddr, method: &str, path: &str) -> String {
    let mut said = String::new();
    connect(address, method, path)
        .read_to_string(&mut said)
        .expect("an answer");
    said
}

fn breaks() -> Router {
    panic!("on purpose")
}

#[test]
fn what_breaks_answers_and_so_does_the_next() {
    let routes = Router::new()
        .route("/breaks", get(|| async { drop(breaks()) }))
        .route("/works", get(|| async { "fine" }));
    let [broken, works] = served(routes, None, |address, _word| {
        ["/breaks", "/works"].map(|path| ask(address, "GET", path))
    });
    assert!(broken.starts_with("HTTP/1.1 500 "), "{broken}");
    assert!(broken.contains(r#""where":"GET /breaks""#), "{broken}");
    assert!(
        broken.contains("a fault of callus") && !broken.contains("on purpose"),
        "{broken}"
    );
    assert!(works.starts_with("HTTP/1.1 200 ") && works.ends_with("fine"), "{works}");
}

#[test]
fn what_a_library_says_is_said_in_our_form_and_its_json_is_left_alone() {
    let json = |status: StatusCode| async move { (status, Json(json!({"its": "own"}))) };
    let routes = Router::new()
        .route("/text", get(|| async { (StatusCode::IM_A_TEAPOT, "short and stout") }))
        .route("/json", get(move || json(StatusCode::BAD_REQUEST)));
    let [text, own] = served(routes, None, |address, _word| {
        ["/text", "/json"].map(|path| ask(address, "GET", path))
    });
    assert!(
        text.contains(r#"{"error":{"what":"short and stout","where":"GET /text","next":""#),
        "{text}"
    );
    assert!(text.contains("content-type: application/json\r\n"), "{text}");
    assert!(own.ends_with(r#"{"its":"own"}"#), "{own}");
}

#[test]
fn an_answer_that_streams_is_complete_before_the_server_ends() {
    let (go_on, gate) = watch::channel(false);
    let events = move || {
        let mut gate = gate.clone();
        async move {
            let last = stream::once(async move {
                drop(gate.wait_for(|open| *open).await);
                Ok::<_, std::convert::Infallible>(Bytes::from_static(b"data: last\n\n"))
            });
            let first = stream::once(async { Ok(Bytes::from_static(b"data: first\n\n")) });
            (
                [(CONTENT_TYPE, "text/event-stream")],
                Body::from_stream(first.chain(Box::pin(last))),
            )
        }
    };
    let routes = Router::new().route("/answers", post(events.clone()).get(events));
    served(routes, None, move |address, word| {
        let mut answer = connect(address, "POST", "/answers");
        let mut listening = connect(address, "GET", "/answers");
        for stream in [&mut answer, &mut listening] {
            let mut read = String::new();
            while !read.contains("data: first") {
                let mut byte = [0];
                stream.read_exact(&mut byte).expect("it streams");
                read.push(byte[0].into());
            }
        }
        drop(word);
        let mut rest = String::new();
        listening.read_to_string(&mut rest).expect("what has no end is ended");
        assert!(rest.ends_with("0\r\n\r\n") && !rest.contains("last"), "{rest:?}");
        go_on.send_replace(true);
        let mut rest = String::new();
        answer.read_to_string(&mut rest).expect("what was begun is completed");
        assert!(rest.contains("data: last") && rest.ends_with("0\r\n\r\n"), "{rest:?}");
    });
}

#[test]
fn a_line_is_written_for_each_request() {
    let lines: Arc<Mutex<Vec<String>>> = Arc::default();
    let kept = Arc::clone(&lines);
    let log: Log = Arc::new(move |line: &str| kept.lock().expect("no panic").push(line.to_owned()));
    let routes = Router::new().route("/works", get(|| async { "fine" }));
    served(routes, Some(log), |address, _word| {
        drop(ask(address, "GET", "/works?secret=1"));
    });
    let lines = lines.lock().expect("no panic");
    let [line] = lines.as_slice() else { panic!("{lines:?}") };
    assert!(
        line.starts_with("GET /works 0 B -> 200 in ") && line.ends_with(" ms"),
        "{line}"
    );
}
