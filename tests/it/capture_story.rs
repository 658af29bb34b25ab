//! Sessions as the client would tell them: small ones, made step by step, and the hooks of any transcript.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::capture_scene::text_of;

/// Returns a moment some seconds after noon of the day before the tests run.
pub(crate) fn second(n: u32) -> String {
    assert!(n < 3600 * 12);
    format!("2026-11-19T{:02}:{:02}:{:02}.000Z", 12 + n / 3600, n / 60 % 60, n % 60)
}

/// The hooks that the client would have run for a transcript of its own, with their times.
///
/// Follows what was measured: a failing call fires a failure hook of its own unless it was refused before it ran; a
/// batch follows the calls of each message; a rejection by the user fires nothing; an error of the model stands
/// for the end of the turn.
pub(crate) fn hooks_of(lines: &[Value]) -> Vec<(String, Value)> {
    let mut played = Played::default();
    for line in lines {
        played.line(line);
    }
    played.hooks
}

#[derive(Default)]
struct Played {
    hooks: Vec<(String, Value)>,
    calls: BTreeMap<String, Value>,
    words: Option<String>,
}

impl Played {
    fn fire(&mut self, line: &Value, event: &str, fields: Value) {
        let mut payload = json!({
            "session_id": line["sessionId"], "transcript_path": "/home/dev/none.jsonl", "cwd": line["cwd"],
            "hook_event_name": event,
        });
        if let Some(agent) = line["agentId"].as_str() {
            payload["agent_id"] = json!(agent);
            payload["agent_type"] = json!("general-purpose");
        }
        let Value::Object(fields) = fields else {
            unreachable!("fields are an object")
        };
        payload.as_object_mut().expect("an object").extend(fields);
        let at = line["timestamp"].as_str().expect("a time").to_owned();
        self.hooks.push((at, payload));
    }

    fn line(&mut self, line: &Value) {
        if line["timestamp"].is_null() || line["cwd"].is_null() {
            return;
        }
        let is_agent = line["agentId"].is_string();
        if self.hooks.is_empty() {
            let (event, fields) = if is_agent {
                ("SubagentStart", json!({}))
            } else {
                ("SessionStart", json!({"source": "startup"}))
            };
            self.fire(line, event, fields);
        }
        let content = &line["message"]["content"];
        let blocks = content.as_array().cloned().unwrap_or_default();
        match line["type"].as_str() {
            Some("user") => {
                let by_hand = !is_agent && line["isMeta"] != true && line["isCompactSummary"] != true;
                if let Some(words) = content.as_str().filter(|words| by_hand && !words.starts_with('<')) {
                    self.fire(line, "UserPromptSubmit", json!({"prompt": words}));
                }
                for block in &blocks {
                    self.result(line, block);
                }
            }
            Some("assistant") if line["isApiErrorMessage"] == true => {
                let said = &blocks[0]["text"];
                self.fire(
                    line,
                    "StopFailure",
                    json!({"error": line["error"], "last_assistant_message": said}),
                );
            }
            Some("assistant") => {
                for block in &blocks {
                    match block["type"].as_str() {
                        Some("tool_use") => {
                            self.calls.insert(block["id"].to_string(), block.clone());
                        }
                        Some("text") => self.words = block["text"].as_str().map(str::to_owned),
                        _ => {}
                    }
                }
            }
            Some("attachment") if line["attachment"]["type"] == "queued_command" => {
                let prompt = match &line["attachment"]["prompt"] {
                    Value::Array(blocks) => blocks[0]["text"].clone(),
                    text => text.clone(),
                };
                self.fire(line, "UserPromptSubmit", json!({"prompt": prompt}));
            }
            Some("system") if line["subtype"] == "stop_hook_summary" => {
                let words = self.words.take();
                self.fire(
                    line,
                    "Stop",
                    json!({"stop_hook_active": false, "last_assistant_message": words}),
                );
            }
            _ => {}
        }
    }

    fn result(&mut self, line: &Value, block: &Value) {
        if block["type"] != "tool_result" {
            return;
        }
        let Some(call) = self.calls.remove(&block["tool_use_id"].to_string()) else {
            return;
        };
        let said = block["content"].as_str().unwrap_or_default().to_owned();
        if said.starts_with("The user doesn't want to proceed") {
            return;
        }
        let refused = said.starts_with("<tool_use_error>") || said.starts_with("Permission to use");
        if block["is_error"] == true && !refused {
            let fields = json!({
                "tool_name": call["name"], "tool_input": call["input"], "tool_use_id": call["id"],
                "error": said, "is_interrupt": false, "duration_ms": 7,
            });
            self.fire(line, "PostToolUseFailure", fields);
        }
        let fields = json!({"tool_calls": [{
            "tool_name": call["name"], "tool_input": call["input"], "tool_use_id": call["id"],
            "tool_response": block["content"],
        }]});
        self.fire(line, "PostToolBatch", fields);
    }
}

/// The end of a session as the client's hook tells it.
pub(crate) fn session_end(session: &str) -> Value {
    json!({"session_id": session, "cwd": "/home/dev/project", "hook_event_name": "SessionEnd", "reason": "other"})
}

/// Makes a small session, step by step, each five seconds after the one before: as hooks and as a transcript.
pub(crate) struct Story {
    session: String,
    cwd: String,
    clock: u32,
    calls: u32,
    lines: Vec<Value>,
}

impl Story {
    pub(crate) fn new(session: &str) -> Self {
        Self::at(session, 0)
    }

    /// Begins some seconds after noon.
    pub(crate) fn at(session: &str, clock: u32) -> Self {
        Self {
            session: session.to_owned(),
            cwd: "/home/dev/project".to_owned(),
            clock,
            calls: clock,
            lines: Vec::new(),
        }
    }

    /// Goes on in another folder.
    pub(crate) fn cd(&mut self, cwd: &str) -> &mut Self {
        cwd.clone_into(&mut self.cwd);
        self
    }

    fn push(&mut self, kind: &str, fields: Value) {
        self.clock += 5;
        let mut line = json!({
            "type": kind, "sessionId": self.session, "uuid": format!("{}-{}", self.session, self.lines.len()),
            "timestamp": second(self.clock), "cwd": self.cwd, "version": "2.1.328", "gitBranch": "main",
        });
        let Value::Object(fields) = fields else {
            unreachable!("fields are an object")
        };
        line.as_object_mut().expect("an object").extend(fields);
        self.lines.push(line);
    }

    pub(crate) fn prompt(&mut self, words: &str) -> &mut Self {
        self.push("user", json!({"message": {"role": "user", "content": words}}));
        self
    }

    /// A call with its result; `failed` is what the client says.
    pub(crate) fn call(&mut self, tool: &str, input: &Value, failed: bool, output: &str) -> &mut Self {
        self.begin(tool, input);
        self.end(failed, output)
    }

    /// A call without a result so far.
    pub(crate) fn begin(&mut self, tool: &str, input: &Value) -> &mut Self {
        self.calls += 1;
        let block = json!({"type": "tool_use", "id": self.call_id(), "name": tool, "input": input});
        let message = format!("msg_{}_{}", self.session, self.lines.len());
        self.push("assistant", json!({"message": {"id": message, "role": "assistant", "model": "claude-sonnet-5-5", "content": [block], "stop_reason": "tool_use", "usage": usage()}}));
        self
    }

    /// The result of the last call.
    pub(crate) fn end(&mut self, failed: bool, output: &str) -> &mut Self {
        let block =
            json!({"type": "tool_result", "tool_use_id": self.call_id(), "content": output, "is_error": failed});
        self.push("user", json!({"message": {"role": "user", "content": [block]}}));
        self
    }

    /// Returns the id of the last call.
    pub(crate) fn call_id(&self) -> String {
        format!("toolu_{}_{}", self.session, self.calls)
    }

    pub(crate) fn bash(&mut self, command: &str, failed: bool, output: &str) -> &mut Self {
        self.call("Bash", &json!({"command": command}), failed, output)
    }

    /// Two shell calls of one message, side by side: the first fails, the second is refused behind its pipe.
    pub(crate) fn both(&mut self, one: &Value, other: &Value) -> &mut Self {
        let message = format!("msg_{}_{}", self.session, self.lines.len());
        let mut ids = Vec::new();
        for input in [one, other] {
            self.calls += 1;
            ids.push(self.call_id());
            let block = json!({"type": "tool_use", "id": self.call_id(), "name": "Bash", "input": input});
            self.push("assistant", json!({"message": {"id": message, "role": "assistant", "model": "claude-sonnet-5-5", "content": [block], "stop_reason": "tool_use", "usage": usage()}}));
        }
        for (id, failed, output) in [
            (
                &ids[1],
                false,
                "error[E0425]: cannot find value `x` in this scope\nerror: could not compile `part` (lib) due to 1 previous error",
            ),
            (
                &ids[0],
                true,
                "Exit code 2\nmake: *** No rule to make target 'step'.  Stop.",
            ),
        ] {
            let block = json!({"type": "tool_result", "tool_use_id": id, "content": output, "is_error": failed});
            self.push("user", json!({"message": {"role": "user", "content": [block]}}));
        }
        self
    }

    pub(crate) fn edit(&mut self, file: &str) -> &mut Self {
        let input = json!({"file_path": format!("{}/{file}", self.cwd), "old_string": "a", "new_string": "b"});
        self.call("Edit", &input, false, "The file has been updated successfully.")
    }

    pub(crate) fn turn(&mut self, words: &str) -> &mut Self {
        let message = format!("msg_{}_{}", self.session, self.lines.len());
        let content = json!([{"type": "text", "text": words}]);
        self.push("assistant", json!({"message": {"id": message, "role": "assistant", "model": "claude-sonnet-5-5", "content": content, "stop_reason": "end_turn", "usage": usage()}}));
        self.push("system", json!({"subtype": "stop_hook_summary"}));
        self
    }

    /// The model's error that ends a turn.
    pub(crate) fn model_error(&mut self, words: &str) -> &mut Self {
        self.push(
            "assistant",
            json!({
                "isApiErrorMessage": true, "error": "server_error", "apiErrorStatus": 529,
                "message": {"model": "<synthetic>", "content": [{"type": "text", "text": words}]},
            }),
        );
        self
    }

    /// The user says no to the last call, in words or without.
    pub(crate) fn reject(&mut self, words: Option<&str>) -> &mut Self {
        let no = "The user doesn't want to proceed with this tool use. The tool use was rejected (eg. if it was a file edit, the new_string was NOT written to the file).";
        let said = words.map_or_else(
            || format!("{no} STOP what you are doing and wait for the user to tell you how to proceed."),
            |words| format!("{no} To tell you how to proceed, the user said:\n{words}"),
        );
        self.end(true, &said)
    }

    pub(crate) fn interrupt(&mut self) -> &mut Self {
        let content = json!([{"type": "text", "text": "[Request interrupted by user]"}]);
        self.push("user", json!({"message": {"role": "user", "content": content}}));
        self
    }

    /// Returns the lines so far.
    pub(crate) fn lines(&self) -> &[Value] {
        &self.lines
    }

    /// Returns the transcript so far.
    pub(crate) fn text(&self) -> String {
        text_of(&self.lines)
    }

    /// Returns the hooks of the session so far.
    pub(crate) fn hooks(&self) -> Vec<(String, Value)> {
        hooks_of(&self.lines)
    }

    /// Returns the session's end with the time of it.
    pub(crate) fn ending(&self) -> (String, Value) {
        (second(self.clock + 5), session_end(&self.session))
    }
}

fn usage() -> Value {
    json!({"input_tokens": 10, "output_tokens": 20, "cache_read_input_tokens": 30, "cache_creation_input_tokens": 40})
}
