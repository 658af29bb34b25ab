//! A server and its clients: requests as bytes on a socket, so that also what no library would send can be sent.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, ChildStderr, ExitStatus};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::env::TestEnv;

/// Longer than any answer takes: what has not come by then never comes.
const PATIENCE: Duration = Duration::from_mins(2);

/// Returns a question about an error that the store of the tests has met.
pub(super) fn failed() -> Value {
    json!({"output": "fork/exec /tmp/go-build1/b001/exe/a.test.exe: exec format error"})
}

/// A server that listens.
pub(super) struct Server {
    child: Child,
    said: BufReader<ChildStderr>,
    /// What it said until it listened.
    pub(super) greeting: String,
    pub(super) address: SocketAddr,
    token: String,
}

/// What a client sends.
#[derive(Clone)]
pub(super) struct Request {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// What it gets.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    head: String,
    pub(super) body: String,
}

impl Server {
    /// Starts a server with more arguments, on a free port unless they name one.
    pub(super) fn start(env: &TestEnv, arguments: &[&str]) -> Self {
        let address: &[&str] = if arguments.contains(&"--addr") {
            &[]
        } else {
            &["--addr", "127.0.0.1:0"]
        };
        let all = [&["serve"], address, arguments].concat();
        let mut child = env.start(&all);
        let mut said = BufReader::new(child.stderr.take().expect("an output for what is said"));
        let mut greeting = String::new();
        while !greeting.contains("The token is in ") && !greeting.contains("let in") {
            assert_ne!(said.read_line(&mut greeting).expect("UTF-8"), 0, "it ended: {greeting}");
        }
        let address = greeting.split("http://").nth(1).and_then(|rest| rest.lines().next());
        let token = std::fs::read_to_string(env.data().join("token")).unwrap_or_default();
        Self {
            address: address.expect("where it listens").parse().expect("an address"),
            child,
            said,
            greeting,
            token: token.trim().to_owned(),
        }
    }

    /// Returns a request of a client that knows the token.
    pub(super) fn request(&self, method: &str, path: &str) -> Request {
        Request {
            method: method.to_owned(),
            path: path.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
        }
        .with("host", &self.address.to_string())
        .with("connection", "close")
        .with("authorization", &format!("Bearer {}", self.token))
    }

    /// Returns a request with a JSON body.
    pub(super) fn post(&self, path: &str, body: &Value) -> Request {
        self.request("POST", path)
            .with("content-type", "application/json")
            .body(body.to_string().as_bytes())
    }

    /// Connects, and sends some bytes.
    pub(super) fn connect(&self, bytes: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a limit");
        // A server that refuses early closes before everything is written.
        let _ = stream.write_all(bytes);
        stream
    }

    pub(super) fn ask(&self, request: &Request) -> Reply {
        Reply::read(self.connect(&request.bytes()))
    }

    /// Sends a signal.
    pub(super) fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        kill_process(pid.expect("a process"), signal).expect("it lives");
    }

    /// Waits for its end, and returns how it ended and what it said since it listened.
    pub(super) fn ended(mut self) -> (ExitStatus, String) {
        let mut rest = String::new();
        self.said.read_to_string(&mut rest).expect("UTF-8");
        (self.child.wait().expect("it ends"), rest)
    }

    /// Ends it in good order.
    #[track_caller]
    pub(super) fn end(self) -> String {
        self.signal(Signal::TERM);
        let (status, said) = self.ended();
        assert_eq!(status.code(), Some(0), "{said}");
        said
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A test that failed leaves none behind; one that ended well has waited already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Request {
    /// Returns the request with a header in place of what it had of that name; an empty one takes it out.
    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        if !value.is_empty() {
            self.headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    /// Returns the request with a header beside what it has.
    pub(super) fn and(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(super) fn body(mut self, body: &[u8]) -> Self {
        self.body = body.to_vec();
        let size = body.len().to_string();
        self.with("content-length", &size)
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.path);
        for (name, value) in &self.headers {
            head = format!("{head}{name}: {value}\r\n");
        }
        [head.as_bytes(), b"\r\n", &self.body].concat()
    }
}

impl Reply {
    /// Reads to the end of the connection.
    #[track_caller]
    pub(super) fn read(mut stream: TcpStream) -> Self {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).expect("an answer");
        let text = String::from_utf8(bytes).expect("UTF-8");
        let text = text.strip_prefix("HTTP/1.1 100 Continue\r\n\r\n").unwrap_or(&text);
        let (head, body) = text
            .split_once("\r\n\r\n")
            .unwrap_or_else(|| panic!("no answer: {text:?}"));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        let chunked = head.contains("transfer-encoding: chunked");
        Self {
            status: status.expect("a status"),
            head: head.to_owned(),
            body: if chunked { joined(body) } else { body.to_owned() },
        }
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    #[track_caller]
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {} {}", self.head, self.body))
    }

    /// Asserts that it is an error in our form, and returns its three parts.
    #[track_caller]
    pub(super) fn error(&self) -> [String; 3] {
        assert_eq!(self.header("content-type"), Some("application/json"), "{}", self.head);
        let json = self.json();
        ["what", "where", "next"].map(|part| {
            let text = json["error"][part].as_str().unwrap_or_default();
            assert!(!text.is_empty(), "{part} is missing: {json}");
            text.to_owned()
        })
    }
}

/// Returns the chunks of a body as one text.
fn joined(mut chunks: &str) -> String {
    let mut body = String::new();
    while let Some((size, rest)) = chunks.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).expect("a size");
        body.push_str(&rest[..size]);
        chunks = rest[size..].trim_start_matches("\r\n");
    }
    body
}
