//! Claude Code's recorded payloads and transcripts, read as the client wrote them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use callus::assistants::{Parsed, Spec, by_name};
use callus::domain::time::Timestamp;
use callus::domain::trace::{CallEnd, Observation, Step, Text};

mod hooks;
mod transcripts;

const NOW: Timestamp = Timestamp(1_795_152_500_000_000);

fn spec() -> &'static Spec {
    by_name("claude").expect("the alias is listed")
}

fn hook(bytes: &[u8]) -> Parsed {
    let hooks = spec().hooks.as_ref().expect("the client has hooks");
    (hooks.read)(bytes, NOW)
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(name)
        .join("claude-code")
}

pub(crate) fn calls(observations: &[Observation]) -> impl Iterator<Item = (&Observation, &CallEnd)> {
    observations.iter().filter_map(|seen| match &seen.step {
        Step::CallEnded(ended) => Some((seen, ended)),
        _ => None,
    })
}

/// One line per observation: what a reader of a snapshot can check against the payload.
pub(crate) fn brief(observation: &Observation) -> String {
    let text = |text: &Text| {
        let lines: Vec<&str> = text.head.lines().collect();
        let tail = if text.tail.is_empty() { "" } else { " …" };
        format!(
            "{:?}{tail} ({} bytes)",
            lines.join("⏎").chars().take(70).collect::<String>(),
            text.bytes
        )
    };
    let what = match &observation.step {
        Step::SessionStarted(start) => format!("session started: {:?} model {:?}", start.source, start.model),
        Step::Prompt(words) => format!("prompt {}", text(words)),
        Step::BackgroundEnded(end) => {
            format!(
                "background {:?} of {:?} failed {} exit {:?}: {}",
                end.task,
                end.call,
                end.failed,
                end.exit_code,
                text(&end.summary)
            )
        }
        Step::CallStarted(call) => format!("{} {} started {}", call.kind.word(), call.tool, text(&call.input)),
        Step::Told(notice) => format!("told {:?}", notice.text),
        Step::CallEnded(CallEnd {
            call,
            flag,
            output,
            exit_code,
            note,
            background,
            ..
        }) => {
            let mut line = format!("{} {} {flag:?}", call.kind.word(), call.tool);
            for (name, value) in [
                ("exit", exit_code.map(|code| code.to_string())),
                ("note", note.clone()),
                ("task", background.clone()),
            ] {
                if let Some(value) = value {
                    let _ = write!(line, " {name} {value}");
                }
            }
            format!("{line} {} → {}", text(&call.input), text(output))
        }
        Step::Reported(reported) => format!("told of {}", reported.end.call.tool),
        Step::TurnEnded { message } => format!("turn ended {}", text(message)),
        Step::ModelError(error) => {
            format!(
                "model error {} {:?} ended the turn: {} {}",
                error.kind,
                error.status,
                error.ended_turn,
                text(&error.message)
            )
        }
        Step::AgentStarted => "agent started".into(),
        Step::AgentStopped { message, transcript } => {
            format!("agent stopped {} transcript {}", text(message), transcript.is_some())
        }
        Step::Compacted { trigger } => format!("compacted {trigger}"),
        Step::Interrupted { call } => format!("interrupted {call:?}"),
        Step::Usage(usage) => format!("usage {} in {} out {}", usage.model, usage.input, usage.output),
        Step::Cost { micro_usd } => format!("cost {micro_usd}"),
        Step::SessionEnded { reason } => format!("session ended {reason:?}"),
    };
    let agent = observation
        .agent
        .as_ref()
        .map(|agent| format!("[{} {}] ", agent.kind, agent.id))
        .unwrap_or_default();
    format!("{agent}{what}")
}

fn payloads() -> BTreeMap<String, Vec<u8>> {
    fs::read_dir(folder("payloads"))
        .expect("the payload folder is there")
        .map(|entry| entry.expect("the folder is readable").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| {
            let name = path
                .file_stem()
                .expect("a file has a name")
                .to_string_lossy()
                .into_owned();
            (name, fs::read(path).expect("the payload is readable"))
        })
        .collect()
}
