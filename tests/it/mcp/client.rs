//! A client of the server: the real program behind pipes, each line of its output held to the protocol.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::env::TestEnv;

/// Longer than any answer takes: what has not come by then never comes.
const PATIENCE: Duration = Duration::from_mins(2);

/// A client and its server.
pub(crate) struct Client {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<String>,
    next: i64,
}

/// What a tool answered.
#[derive(Debug)]
pub(crate) struct Told {
    pub(super) error: bool,
    pub(super) text: String,
}

impl Client {
    /// Starts the server; nothing is said yet.
    pub(super) fn start(env: &TestEnv) -> Self {
        Self::start_in(env, &env.home())
    }

    /// Starts the server in a folder.
    pub(crate) fn start_in(env: &TestEnv, folder: &Path) -> Self {
        Self::start_with(env, folder, &[], &[])
    }

    /// Starts the server in a folder, with more arguments and environment variables.
    fn start_with(env: &TestEnv, folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let arguments = [&["mcp"], arguments].concat();
        let mut child = env.start_in(folder, &arguments, variables);
        let output = BufReader::new(child.stdout.take().expect("an output"));
        let (send, lines) = channel();
        thread::spawn(move || {
            for line in output.lines() {
                let line = line.expect("the output is UTF-8");
                if send.send(line).is_err() {
                    break;
                }
            }
        });
        Self {
            input: child.stdin.take(),
            child,
            lines,
            next: 1_000,
        }
    }

    /// Starts the server and begins a session, as most clients do.
    pub(super) fn begun(env: &TestEnv) -> Self {
        Self::begun_in(env, &env.home())
    }

    /// Starts the server in a folder and begins a session.
    pub(crate) fn begun_in(env: &TestEnv, folder: &Path) -> Self {
        Self::begun_with(env, folder, &[], &[])
    }

    /// The same, with more arguments and environment variables.
    pub(super) fn begun_with(env: &TestEnv, folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut client = Self::start_with(env, folder, arguments, variables);
        let begun = client.ask("initialize", &greeting("2025-11-25"));
        assert_eq!(begun["result"]["protocolVersion"], "2025-11-25");
        client.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        client
    }

    /// Sends a message.
    pub(super) fn send(&mut self, message: &Value) {
        self.send_bytes(message.to_string().as_bytes());
    }

    /// Sends a line, whatever it is.
    pub(super) fn send_bytes(&mut self, line: &[u8]) {
        let input = self.input.as_mut().expect("the input is open");
        input.write_all(line).expect("the server reads");
        input.write_all(b"\n").expect("the server reads");
    }

    /// Sends a request and returns its id.
    pub(super) fn request(&mut self, method: &str, params: &Value) -> i64 {
        self.next += 1;
        self.send(&json!({"jsonrpc": "2.0", "id": self.next, "method": method, "params": params}));
        self.next
    }

    /// Sends a call of a tool and returns its id.
    pub(super) fn request_call(&mut self, tool: &str, arguments: &Value) -> i64 {
        self.request("tools/call", &json!({"name": tool, "arguments": arguments}))
    }

    /// Returns the next message of the server.
    pub(super) fn reply(&mut self) -> Value {
        let line = self.lines.recv_timeout(PATIENCE).expect("an answer comes");
        let message: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert_eq!(message["jsonrpc"], "2.0", "{line}");
        message
    }

    /// Sends a request and returns its reply, which must be the next message.
    pub(crate) fn ask(&mut self, method: &str, params: &Value) -> Value {
        let id = self.request(method, params);
        let reply = self.reply();
        assert_eq!(reply["id"], id, "{reply}");
        reply
    }

    /// Calls a tool.
    pub(crate) fn call(&mut self, tool: &str, arguments: &Value) -> Told {
        let reply = self.ask("tools/call", &json!({"name": tool, "arguments": arguments}));
        Told::of(&reply)
    }

    /// Closes the input and returns what was still said. The server ends well and has complained of nothing.
    pub(crate) fn leave(mut self) -> Vec<String> {
        drop(self.input.take());
        let rest: Vec<String> = self.lines.iter().collect();
        let mut complaint = String::new();
        let mut errors = self.child.stderr.take().expect("an output for errors");
        errors.read_to_string(&mut complaint).expect("reads");
        let status = self.child.wait().expect("the server ends");
        assert_eq!((status.code(), complaint.as_str()), (Some(0), ""), "{rest:?}");
        rest
    }
}

impl Told {
    /// Returns what a reply to a call holds: one text, and nothing that would take its place.
    pub(super) fn of(reply: &Value) -> Self {
        let result = &reply["result"];
        assert!(result.is_object(), "{reply}");
        assert_eq!(result.get("structuredContent"), None, "{reply}");
        let content = result["content"].as_array().expect("content");
        assert_eq!(content.len(), 1, "{reply}");
        assert_eq!(content[0]["type"], "text", "{reply}");
        let text = content[0]["text"].as_str().expect("a text").to_owned();
        assert!(text.len() <= 8_000, "{} bytes", text.len());
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
        Self {
            error: result["isError"].as_bool().unwrap_or(false),
            text,
        }
    }

    /// Asserts that it is an answer, and returns it.
    #[track_caller]
    pub(crate) fn answer(self) -> String {
        assert!(!self.error, "{}", self.text);
        self.text
    }

    /// Asserts that it is an error that the model can read, and returns it.
    #[track_caller]
    pub(crate) fn error(self) -> String {
        assert!(self.error, "{}", self.text);
        self.text
    }
}

/// Returns what a client says first when it asks for this version.
pub(super) fn greeting(version: &str) -> Value {
    json!({"protocolVersion": version, "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}})
}
