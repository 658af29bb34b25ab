//! Hooks: one JSON document on standard input becomes observations.

use super::SPEC;
use super::call::{call, exit_code, kept, output, response_text, says_failure};
use super::wire::{BatchCall, Payload, Raw, Response, object};
use super::{api_error, notice, salvage};
use crate::assistants::{FAILURE_KEPT, Parsed, SUCCESS_KEPT};
use crate::domain::id::Assistant;
use crate::domain::time::Timestamp;
use crate::domain::trace::{
    Agent, AtSource, Call, CallEnd, Flag, Observation, SessionKey, SessionStart, Step, Text, Via,
};

type Steps = fn(&Payload) -> Vec<Step>;

/// What each event means. Events that are not here are read, and mean nothing to Callus.
const EVENTS: &[(&str, Steps)] = &[
    ("SessionStart", |payload| vec![session_started(payload)]),
    ("UserPromptSubmit", prompt),
    ("PreToolUse", |payload| vec![Step::CallStarted(payload_call(payload))]),
    ("PostToolUse", |payload| vec![succeeded(payload)]),
    ("PostToolUseFailure", |payload| vec![failed(payload)]),
    ("PostToolBatch", |payload| {
        batch(&payload.tool_calls).iter().map(batched).collect()
    }),
    ("Stop", |payload| vec![turn_ended(payload)]),
    ("StopFailure", |payload| vec![model_failed(payload)]),
    ("SubagentStart", |_| vec![Step::AgentStarted]),
    ("SubagentStop", |payload| vec![agent_stopped(payload)]),
    ("PreCompact", |payload| vec![compacted(payload)]),
    ("SessionEnd", |payload| vec![session_ended(payload)]),
];

/// Returns what one hook call reports. Takes any input: what is no valid document is searched for what can be saved.
#[must_use]
pub fn hook(input: &[u8], now: Timestamp) -> Parsed {
    let text = String::from_utf8_lossy(input);
    let (payload, damaged) = match object::<Payload>(&text) {
        Ok(payload) => (payload, None),
        Err(why) => (salvage::payload(&text), Some(why.to_string())),
    };
    let event = payload.hook_event_name.string().into_owned();
    let session = payload.session_id.word().map(session_key);
    let agent = agent(&payload);
    let cwd = payload.cwd.word();
    // A subagent's step without the subagent's name would be booked on the session's own agent.
    let about_agent = event.starts_with("Subagent");
    let steps = EVENTS
        .iter()
        .find(|(name, _)| *name == event && !(about_agent && agent.is_none()))
        .map(|(_, steps)| steps(&payload));
    let observe = |step| {
        Some(Observation {
            session: session.clone()?,
            agent: agent.clone(),
            at: now,
            at_source: AtSource::Arrival,
            cwd: cwd.clone(),
            branch: None,
            via: Via::Hook,
            step,
        })
    };
    Parsed {
        observations: steps.into_iter().flatten().filter_map(observe).collect(),
        transcript: payload.transcript_path.word(),
        continued: payload.stop_hook_active.is_true(),
        event,
        session,
        agent,
        cwd,
        damaged,
    }
}

/// Returns the session that the client calls `id`.
pub(super) fn session_key(id: String) -> SessionKey {
    SessionKey {
        assistant: Assistant::new(SPEC.name),
        external: id,
    }
}

/// Returns the calls of a batch; a list that holds something else is searched for what can be saved.
fn batch<'p>(calls: &'p Raw<'_>) -> Vec<BatchCall<'p>> {
    serde_json::from_str(&calls.0).unwrap_or_else(|_| salvage::batch(&calls.0))
}

fn agent(payload: &Payload) -> Option<Agent> {
    Some(Agent {
        id: payload.agent_id.word()?,
        kind: payload.agent_type.string().into_owned(),
    })
}

fn session_started(payload: &Payload) -> Step {
    Step::SessionStarted(SessionStart {
        source: payload.source.string().into_owned(),
        model: payload.model.word(),
        transcript: payload.transcript_path.word(),
        ..SessionStart::default()
    })
}

fn prompt(payload: &Payload) -> Vec<Step> {
    let prompt = payload.prompt.string();
    if notice::is_notice(&prompt) {
        return notice::ends(&prompt).into_iter().map(Step::BackgroundEnded).collect();
    }
    if prompt.is_empty() {
        Vec::new()
    } else {
        vec![Step::Prompt(kept(&prompt, FAILURE_KEPT))]
    }
}

fn payload_call(payload: &Payload) -> Call {
    call(&payload.tool_name, &payload.tool_use_id, &payload.tool_input)
}

fn succeeded(payload: &Payload) -> Step {
    let response: Response = payload.tool_response.fields().unwrap_or_default();
    let came_back = response_text(&payload.tool_response);
    Step::CallEnded(CallEnd {
        call: payload_call(payload),
        flag: Flag::Success,
        output: output(&came_back, Flag::Success),
        exit_code: None,
        duration_ms: payload.duration_ms.integer(),
        interrupted: response.interrupted.is_true(),
        note: response.note.word(),
        background: response.background.word(),
    })
}

fn failed(payload: &Payload) -> Step {
    let call = payload_call(payload);
    let error = payload.error.string();
    Step::CallEnded(CallEnd {
        flag: Flag::Failure,
        output: output(&error, Flag::Failure),
        exit_code: exit_code(call.kind, &error),
        duration_ms: payload.duration_ms.integer(),
        interrupted: payload.is_interrupt.is_true(),
        note: None,
        background: None,
        call,
    })
}

/// Returns what became of a call of which only the text is known: a failure when the text says so, else silence.
fn batched(reported: &BatchCall) -> Step {
    let call = call(&reported.tool, &reported.id, &reported.input);
    let came_back = response_text(&reported.response);
    let flag = if says_failure(call.kind, &came_back) {
        Flag::Failure
    } else {
        Flag::Silent
    };
    Step::CallEnded(CallEnd {
        flag,
        output: output(&came_back, flag),
        exit_code: exit_code(call.kind, &came_back),
        duration_ms: None,
        interrupted: false,
        note: None,
        background: None,
        call,
    })
}

fn message(payload: &Payload) -> Text {
    kept(&payload.last_assistant_message.string(), SUCCESS_KEPT)
}

fn agent_stopped(payload: &Payload) -> Step {
    Step::AgentStopped {
        message: message(payload),
        transcript: payload.agent_transcript_path.word(),
    }
}

fn turn_ended(payload: &Payload) -> Step {
    Step::TurnEnded {
        message: message(payload),
    }
}

fn model_failed(payload: &Payload) -> Step {
    Step::ModelError(api_error::of_hook(payload))
}

fn compacted(payload: &Payload) -> Step {
    Step::Compacted {
        trigger: payload.trigger.string().into_owned(),
    }
}

fn session_ended(payload: &Payload) -> Step {
    Step::SessionEnded {
        reason: payload.reason.string().into_owned(),
    }
}
