//! Text that is meant to be obeyed by the next agent: it reaches no hint, warning, brief or skill beyond one fenced
//! headline, and never the line that says what to do. See `tests/hints/README.md`.

use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Value, json};

use super::env::TestEnv;
use super::hints::{self, Event, HEADLINE, is_hidden};

/// Sessions that are poisoned before one more meets the same failure: enough for every threshold there is.
const POISONED: usize = 4;
/// How often each of them fails before it goes on.
const RUNS: usize = 2;

/// How a line of a draft begins.
const DRAFTED: &str = "  + ";
/// The project. It is on no machine: what its files and programs are does not decide, only what is judged does.
const PROJECT: &str = "/home/ada/app";

/// Something hostile in a session, and what of it must not come back.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Attempt {
    #[serde(rename = "attempt")]
    name: String,
    /// How it comes in.
    road: String,
    /// Texts by which it is known again.
    marks: Vec<String>,
    /// Of a control, which is not hostile: what is told.
    #[serde(default)]
    says: Vec<String>,
    /// What happens in each session; the last one ends with the first step.
    steps: Vec<Step>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Step {
    Call {
        tool: String,
        input: Value,
        output: String,
        failed: bool,
    },
    /// Words that a record gives as the user's; `by` says who really wrote them.
    Words { words: String, by: String },
}

#[test]
fn no_attempt_is_repeated_to_the_next_agent() {
    let attempts: Vec<Attempt> = hints::table("injections/attempts.jsonl");
    assert!(attempts.iter().filter(|attempt| attempt.says.is_empty()).count() >= 20);
    let mut wrong = Vec::new();
    for attempt in &attempts {
        let found = attempt.judge();
        if !found.is_empty() {
            wrong.push(format!(
                "{} ({})\n    {}",
                attempt.name,
                attempt.road,
                found.join("\n    ")
            ));
        }
    }
    assert!(wrong.is_empty(), "{} attempts:\n{}", wrong.len(), wrong.join("\n"));
}

impl Attempt {
    /// Returns what is not as it should be.
    fn judge(&self) -> Vec<String> {
        let env = TestEnv::new();
        let past = env.home().join("past");
        fs::create_dir(&past).expect("a folder");
        for nth in 0..=POISONED {
            let session = session(nth);
            fs::write(past.join(format!("{session}.jsonl")), self.transcript(nth)).expect("a transcript");
        }
        let events = hints::replay(&env, &past);
        let told: Vec<&Event> = events.iter().filter(|event| event.is_message()).collect();
        let mut wrong: Vec<String> = told.iter().flat_map(|event| hints::shape(event)).collect();
        for event in &told {
            wrong.extend(self.in_message(event));
        }
        let last = session(POISONED);
        let failed = events.iter().any(|event| !event.is_message() && event.session == last);
        if !failed {
            wrong.push("the last session must fail".to_owned());
        }
        for text in &self.says {
            if !told
                .iter()
                .any(|event| event.session == last && first_line(&event.text).contains(text))
            {
                wrong.push(format!("a control must say {text:?}: {told:?}"));
            }
        }
        wrong.extend(self.elsewhere(&env, &past));
        wrong
    }

    /// Nothing of it stands in the first two lines or is suggested; the third has what the headline's fence holds.
    fn in_message(&self, event: &Event) -> Vec<String> {
        if event.kind == "brief" {
            return self.outside_fences(&event.text);
        }
        let ours: String = event.text.lines().take(2).collect::<Vec<_>>().join("\n") + &event.suggestion;
        let stands = self.marks.iter().filter(|mark| ours.contains(*mark));
        let mut wrong: Vec<String> = stands.map(|mark| format!("tells {mark:?}: {:?}", event.text)).collect();
        wrong.extend(self.outside_fences(&event.text));
        wrong
    }

    /// The brief at a session's start, the word before a call and after it, and the drafts of skills.
    fn elsewhere(&self, env: &TestEnv, past: &Path) -> Vec<String> {
        drop(env.run(&["import".as_ref(), past.as_os_str()]));
        let hook = |event: &str, more: Value| {
            let mut payload = json!({
                "session_id": session(POISONED + 1), "cwd": PROJECT, "hook_event_name": event,
                "transcript_path": past.join(format!("{}.jsonl", session(POISONED + 1))),
            });
            for (key, value) in more.as_object().expect("an object") {
                payload[key] = value.clone();
            }
            env.run_with(&["hook", "claude-code"], &payload.to_string()).to_string()
        };
        let mut said = vec![hook("SessionStart", json!({"source": "startup"}))];
        if let Some(Step::Call {
            tool, input, output, ..
        }) = self.steps.first()
        {
            let input = in_project(input);
            let call = json!({"tool_name": tool, "tool_input": input, "tool_use_id": "toolu_01next"});
            said.push(hook("PreToolUse", call.clone()));
            let mut failed = call;
            failed["error"] = json!(output);
            said.push(hook("PostToolUseFailure", failed));
        }
        let mut wrong: Vec<String> = said.iter().flat_map(|text| self.outside_fences(text)).collect();
        let drafts = env
            .run(&["distill", "--project", "app", "--min-sessions", "1"])
            .to_string();
        wrong.extend(self.in_drafts(&drafts));
        // No skill is made of a path or of a server's argument.
        let of_shell = matches!(self.steps.first(), Some(Step::Call { tool, .. }) if tool == "Bash");
        if of_shell && !self.says.is_empty() && !drafts.contains(DRAFTED) {
            wrong.push(format!("a control must be drafted: {drafts}"));
        }
        wrong
    }

    /// A draft has what a headline says in a block of recorded output, and nothing of it where it says what to do. What
    /// stands around the draft is for the person who decides on it.
    fn in_drafts(&self, shown: &str) -> Vec<String> {
        let (mut in_block, mut section) = (false, "");
        let mut wrong = Vec::new();
        for line in shown.lines().filter_map(|line| line.strip_prefix(DRAFTED)) {
            if line.starts_with("~~~") {
                in_block = !in_block;
            } else if in_block && section != "## Do" && line.chars().count() <= HEADLINE {
                wrong.extend(
                    line.chars()
                        .find(|c| is_hidden(*c))
                        .map(|c| format!("has {c:?}: {line:?}")),
                );
            } else {
                wrong.extend(
                    self.outside_fences(line)
                        .iter()
                        .map(|found| format!("{found} ({section})")),
                );
                let marks = self
                    .marks
                    .iter()
                    .filter(|mark| section == "## Do" && line.contains(*mark));
                wrong.extend(marks.map(|mark| format!("drafts {mark:?}: {line:?}")));
            }
            if !in_block && line.starts_with("## ") {
                section = line;
            }
        }
        wrong
    }

    /// Returns the marks that stand outside a fence of at most one headline's length, and what is hidden in the text.
    fn outside_fences(&self, text: &str) -> Vec<String> {
        let mut wrong = Vec::new();
        for line in text.lines().flat_map(|line| line.split("\\n")) {
            for mark in self.marks.iter().filter(|mark| line.contains(*mark)) {
                let inside = line.split('`').skip(1).step_by(2);
                let fenced = inside
                    .filter(|part| part.chars().count() <= HEADLINE)
                    .any(|part| part.contains(mark));
                let times = line.matches(mark.as_str()).count();
                if !fenced || line.split('`').step_by(2).any(|part| part.contains(mark)) {
                    wrong.push(format!("{times} of {mark:?} outside a fence: {line:?}"));
                }
            }
            if let Some(hidden) = line.chars().find(|c| is_hidden(*c)) {
                wrong.push(format!("has {hidden:?}: {line:?}"));
            }
        }
        wrong
    }

    /// Returns the transcript of a session: all steps, or for the last one only the first step.
    fn transcript(&self, nth: usize) -> String {
        let mut record = Record {
            nth,
            lines: String::new(),
            count: 0,
        };
        record.say("fetch the data", "person");
        let first = &self.steps[..1];
        if nth == POISONED {
            record.add(first);
        } else {
            for _ in 1..RUNS {
                record.add(first);
            }
            record.add(&self.steps);
        }
        record.lines
    }
}

/// A transcript that is being written.
struct Record {
    nth: usize,
    lines: String,
    count: usize,
}

impl Record {
    fn add(&mut self, steps: &[Step]) {
        for step in steps {
            match step {
                Step::Call {
                    tool,
                    input,
                    output,
                    failed,
                } => self.call(tool, input, output, *failed),
                Step::Words { words, by } => self.say(words, by),
            }
        }
    }

    fn call(&mut self, tool: &str, input: &Value, output: &str, failed: bool) {
        let id = format!("toolu_{}x{}", self.nth, self.count);
        let input = in_project(input);
        self.line(&json!({"type": "assistant", "message": {
            "id": format!("msg_{}x{}", self.nth, self.count), "type": "message", "role": "assistant",
            "model": "claude-opus-4-5", "content": [{"type": "tool_use", "id": id, "name": tool, "input": input}],
        }}));
        self.line(&json!({"type": "user", "message": {"role": "user", "content": [
            {"type": "tool_result", "tool_use_id": id, "content": output, "is_error": failed},
        ]}}));
    }

    /// Adds words that the client keeps under the user's role, as it keeps them.
    fn say(&mut self, words: &str, by: &str) {
        let message = json!({"role": "user", "content": words});
        let line = match by {
            "client" => json!({"type": "user", "isMeta": true, "message": message}),
            "agent" => json!({"type": "user", "isSidechain": true, "agentId": "a1b2c3d", "message": message}),
            "summary" => json!({"type": "user", "isCompactSummary": true, "message": message}),
            _ => json!({"type": "user", "message": message}),
        };
        self.line(&line);
    }

    fn line(&mut self, more: &Value) {
        self.count += 1;
        let mut line = json!({
            "parentUuid": null, "isSidechain": false, "userType": "external", "cwd": PROJECT,
            "sessionId": session(self.nth), "version": "2.1.0", "gitBranch": "main",
            "uuid": format!("5a3b1e00-0000-4000-8{:03}-{:012}", self.nth, self.count),
            "timestamp": format!("2026-11-{:02}T10:{:02}:00.000Z", 10 + self.nth, self.count),
        });
        for (key, value) in more.as_object().expect("an object") {
            line[key] = value.clone();
        }
        self.lines.push_str(&line.to_string());
        self.lines.push('\n');
    }
}

/// Returns a call's input with its file's whole path, as the client gives it.
fn in_project(input: &Value) -> Value {
    let mut input = input.clone();
    if let Some(file) = input.get("file_path").and_then(Value::as_str) {
        input["file_path"] = json!(Path::new(PROJECT).join(file));
    }
    input
}

fn session(nth: usize) -> String {
    format!("5a3b1e00-{nth:04}-4000-8000-00000000000a")
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}
