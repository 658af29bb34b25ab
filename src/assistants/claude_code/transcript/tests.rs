//! Lines that the recorded transcripts do not have, or have too rarely to pin down.

use serde_json::{Value, json};

use super::*;
use crate::assistants::Reader as _;
use crate::assistants::claude_code::SPEC;

const SESSION: &str = "58739f06-ca54-4e5e-b033-461306e116ee";

/// Reads lines made of `fields` and what every line has.
fn read(lines: &[Value]) -> Vec<Observation> {
    let mut reader = reader();
    let mut out = Vec::new();
    for (i, fields) in (0_u64..).zip(lines) {
        out.extend(
            reader
                .line(i * 1000, line(i, fields).as_bytes())
                .expect("the line is an object"),
        );
    }
    out.extend(reader.finish());
    out.retain(|seen| !matches!(seen.step, Step::SessionStarted(_) | Step::AgentStarted));
    out
}

fn reader() -> Reader {
    Reader::new(&Transcript {
        assistant: &SPEC,
        path: "/t.jsonl".into(),
        session: SESSION.into(),
        agent: None,
        parent: None,
        modified: Timestamp(0),
        bytes: 0,
    })
}

fn line(i: u64, fields: &Value) -> String {
    let mut line = json!({"sessionId": SESSION, "cwd": "/p", "gitBranch": "main", "version": "2.1.0",
        "uuid": format!("line-{i}"), "timestamp": format!("2026-01-01T00:00:{i:02}.000Z")});
    let all = line.as_object_mut().expect("an object");
    all.extend(fields.as_object().expect("an object").clone());
    line.to_string()
}

fn user(content: impl Into<Value>) -> Value {
    json!({"type": "user", "message": {"role": "user", "content": content.into()}})
}

fn says(id: &str, text: &str, stop: Option<&str>) -> Value {
    json!({"type": "assistant", "message": {"id": id, "model": "m", "stop_reason": stop,
        "content": [{"type": "text", "text": text}]}})
}

fn calls(id: &str, command: &str) -> Value {
    json!({"type": "assistant", "message": {"id": "m", "model": "m",
        "content": [{"type": "tool_use", "id": id, "name": "Bash", "input": {"command": command}}]}})
}

fn result(id: &str, content: &str, is_error: bool) -> Value {
    user(json!([{"type": "tool_result", "tool_use_id": id, "content": content, "is_error": is_error}]))
}

/// What happened, in words.
fn told(observations: &[Observation]) -> Vec<String> {
    observations
        .iter()
        .map(|seen| match &seen.step {
            Step::Prompt(words) => format!("prompt {}", words.head),
            Step::TurnEnded { message } => format!("turn {}", message.head),
            Step::AgentStopped { message, .. } => format!("agent {}", message.head),
            Step::CallStarted(call) => format!("started {}", call.command.as_deref().unwrap_or_default()),
            Step::CallEnded(ended) => {
                format!(
                    "{:?} {} {}",
                    ended.flag,
                    ended.call.command.as_deref().unwrap_or("?"),
                    ended.output.head
                )
            }
            Step::Interrupted { call } => format!("interrupted {}", call.as_deref().unwrap_or("?")),
            Step::BackgroundEnded(end) => format!("background {}", end.summary.head),
            Step::Usage(usage) => format!("usage {} {}", usage.message, usage.output),
            other => format!("{other:?}"),
        })
        .collect()
}

#[test]
fn only_a_person_prompts() {
    let mut meta = user("Expanded command");
    meta["isMeta"] = true.into();
    let mut summary = user("This session is being continued");
    summary["isCompactSummary"] = true.into();
    let mut aside = user("what the parent asked of its subagent");
    aside["isSidechain"] = true.into();
    let lines = [
        user("fix it"),
        user(
            json!([{"type": "text", "text": "look"}, {"type": "image", "source": {}}, {"type": "text", "text": "here"}]),
        ),
        user(
            json!([{"type": "text", "text": "<system-reminder>be good</system-reminder>"}, {"type": "text", "text": "go"}]),
        ),
        user("<command-name>/exit</command-name>"),
        user("<local-command-stdout>Bye!</local-command-stdout>"),
        user("<bash-stdout></bash-stdout>"),
        user("  "),
        meta,
        summary,
        aside,
        json!({"type": "attachment", "attachment": {"type": "hook_additional_context", "content": ["from a hook"]}}),
        json!({"type": "attachment", "attachment": {"type": "queued_command", "prompt": "and hurry", "commandMode": "prompt"}}),
    ];
    assert_eq!(
        told(&read(&lines)),
        ["prompt fix it", "prompt look\nhere", "prompt go", "prompt and hurry"]
    );
}

#[test]
fn a_rejection_carries_the_users_words() {
    let rejected =
        format!("{REJECTED} The tool use was rejected. To tell you how to proceed, the user said:\nuse make");
    let lines = [
        calls("a", "rm x"),
        result("a", &rejected, true),
        user("[Request interrupted by user for tool use]"),
    ];
    assert_eq!(
        told(&read(&lines)),
        [
            format!("Failure rm x {rejected}"),
            "prompt use make".into(),
            "interrupted a".into()
        ]
    );
}

#[test]
fn a_call_that_was_stopped_or_lost_began_all_the_same() {
    let lines = [
        calls("a", "sleep 9"),
        user("[Request interrupted by user]"),
        calls("b", "make"),
    ];
    assert_eq!(
        told(&read(&lines)),
        ["interrupted a", "started sleep 9", "started make"]
    );
}

#[test]
fn a_result_without_its_call_is_still_a_result() {
    let observations = read(&[result("gone", "Exit code 1", true)]);
    let [
        Observation {
            step: Step::CallEnded(ended),
            ..
        },
    ] = observations.as_slice()
    else {
        panic!("one result: {observations:?}")
    };
    assert_eq!(
        (ended.call.tool.as_str(), ended.call.id.as_deref(), ended.flag),
        ("unknown", Some("gone"), Flag::Failure)
    );
}

#[test]
fn a_result_that_gets_ahead_of_its_call_waits_for_it() {
    let lines = [
        result("a", "Exit code 2", true),
        calls("a", "make"),
        result("b", "late", false),
    ];
    let observations = read(&lines);
    assert_eq!(told(&observations), ["Failure make Exit code 2", "Success ? late"]);
    let Step::CallEnded(ended) = &observations[0].step else {
        panic!("an outcome: {observations:?}")
    };
    assert_eq!(ended.exit_code, Some(2));

    let mut reader = reader();
    let mut at = |offset, fields: &Value| reader.line(offset, line(1, fields).as_bytes()).expect("an object");
    at(0, &result("lost", "x", false));
    assert!(told(&at(1_000, &user("on"))).contains(&"prompt on".to_owned()));
    assert_eq!(
        told(&at(1_000_000, &user("on"))),
        ["Success ? x", "prompt on"],
        "it does not wait forever"
    );
}

#[test]
fn replaced_ids_are_joined_and_are_no_ids() {
    let lines = [
        calls("REDACTED", "one"),
        result("REDACTED", "1", false),
        calls("REDACTED", "two"),
        calls("c", "three"),
        result("c", "3", false),
        result("REDACTED", "2", false),
    ];
    let observations = read(&lines);
    assert_eq!(
        told(&observations),
        ["Success one 1", "Success three 3", "Success two 2"]
    );
    let ids = observations.iter().map(|seen| match &seen.step {
        Step::CallEnded(ended) => ended.call.id.as_deref(),
        _ => None,
    });
    assert_eq!(ids.collect::<Vec<_>>(), [None, Some("c"), None]);
}

#[test]
fn a_call_belongs_to_the_folder_in_which_it_began() {
    let mut back = result("a", "ok", false);
    back["cwd"] = "/elsewhere".into();
    assert_eq!(read(&[calls("a", "cd /elsewhere"), back])[0].cwd.as_deref(), Some("/p"));
}

#[test]
fn a_turn_ends_with_the_words_after_which_nothing_comes() {
    let duration = json!({"type": "system", "subtype": "turn_duration", "durationMs": 5});
    let lines = [
        says("1", "let me see", None),
        calls("a", "ls"),
        result("a", "ok", false),
        says("2", "on the way", None),
        says("3", "first turn done", None),
        duration,
        says("4", "second turn done", Some("end_turn")),
        says("5", "woken by a notice", Some("tool_use")),
        says("6", "third turn done", None),
        user("thanks"),
        says("7", "the last", None),
    ];
    assert_eq!(
        told(&read(&lines)),
        [
            "Success ls ok",
            "turn first turn done",
            "turn second turn done",
            "turn third turn done",
            "prompt thanks",
            "turn the last"
        ]
    );
}

#[test]
fn asides_in_the_same_file_belong_to_their_agent() {
    let aside = |mut line: Value, agent: Option<&str>| {
        line["isSidechain"] = true.into();
        if let Some(agent) = agent {
            line["agentId"] = agent.into();
        }
        line
    };
    let lines = [
        calls("a", "own"),
        aside(calls("b", "aside"), Some("x1")),
        aside(result("b", "1", false), Some("x1")),
        aside(says("1", "aside done", Some("end_turn")), None),
        result("a", "2", false),
    ];
    let observations = read(&lines);
    let agents: Vec<_> = observations
        .iter()
        .map(|seen| seen.agent.as_ref().map(|agent| agent.id.as_str()))
        .collect();
    assert_eq!(
        told(&observations),
        ["Success aside 1", "Success own 2", "agent aside done"]
    );
    assert_eq!(agents, [Some("x1"), None, Some("sidechain")]);
}

#[test]
fn the_last_report_of_a_messages_tokens_counts() {
    let spends = |id: &str, output: i64| json!({"type": "assistant", "message": {"id": id, "model": "m", "content": [], "usage": {"output_tokens": output}}});
    let synthetic =
        json!({"type": "assistant", "message": {"id": "s", "model": "<synthetic>", "usage": {"output_tokens": 9}}});
    let lines = [spends("1", 1), spends("1", 5), synthetic, spends("2", 7)];
    assert_eq!(told(&read(&lines)), ["usage 1 5", "usage 2 7"]);
}

#[test]
fn each_line_keeps_its_own_session_and_time() {
    let mut other = user("copied");
    other["sessionId"] = "2a8af1a8-f8cc-4816-a463-12df7a999930".into();
    let mut reader = reader();
    let mut out = reader.line(0, line(1, &other).as_bytes()).expect("an object");
    out.extend(reader.line(900, line(2, &user("own")).as_bytes()).expect("an object"));
    let brief: Vec<_> = out
        .iter()
        .map(|seen| match &seen.step {
            Step::SessionStarted(start) => (
                seen.session.external.as_str(),
                start.parent.as_deref(),
                start.transcript.as_deref(),
            ),
            _ => (seen.session.external.as_str(), None, None),
        })
        .collect();
    let before = "2a8af1a8-f8cc-4816-a463-12df7a999930";
    assert_eq!(
        brief,
        [
            (before, None, None),
            (before, None, None),
            (SESSION, Some(before), Some("/t.jsonl")),
            (SESSION, None, None)
        ]
    );
    assert_eq!(out[3].at.since(out[1].at), crate::domain::time::Span::seconds(1));
}

#[test]
fn a_cost_report_has_the_time_at_which_the_session_stopped() {
    let mut reader = reader();
    let cost = json!({"type": "cost-state", "sessionId": SESSION, "totalCostUSD": 0.0705, "startTime": 1_000, "totalDuration": 500});
    let out = reader.line(0, cost.to_string().as_bytes()).expect("an object");
    assert_eq!(
        (out[0].at, &out[0].step),
        (Timestamp(1_500_000), &Step::Cost { micro_usd: 70_500 })
    );
}
