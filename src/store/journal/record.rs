//! Observations as they stand in the journal. Field names are short because every hook writes them.
//!
//! A new field is optional with a default, so that version 1 stays readable; a changed meaning is a new version.

mod reported;

use serde::{Deserialize, Serialize};

use crate::domain::id::{Assistant, Fingerprint, RemedyId};
use crate::domain::lesson::{Rule, Told};
use crate::domain::project::Place;
use crate::domain::time::Timestamp;
use crate::domain::trace::{
    Agent, AtSource, BackgroundEnd, Call, CallEnd, Flag, ModelError, Notice, Observation, Reported, SessionKey,
    SessionStart, Step, Text, ToolKind, Usage, Via,
};
use crate::redact::Clean;

use reported::WireReport;

pub(super) fn to_json(seen: &Clean<Vec<Observation>>) -> serde_json::Result<Vec<u8>> {
    serde_json::to_vec(&seen.iter().map(Wire::from).collect::<Vec<_>>())
}

/// Reads a record. Only hooks write journals, and only after the scanner: what is read back is as clean as that.
pub(super) fn from_json(json: &[u8]) -> Option<Clean<Vec<Observation>>> {
    let wires: Vec<Wire> = serde_json::from_slice(json).ok()?;
    Some(Clean::stored(wires.into_iter().map(Observation::from).collect()))
}

#[derive(Serialize, Deserialize)]
struct Wire {
    /// Assistant and session.
    s: (String, String),
    /// Subagent id and kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    g: Option<(String, String)>,
    /// Microseconds since 1970.
    t: i64,
    /// The time is the record's own.
    #[serde(default, skip_serializing_if = "is_false")]
    r: bool,
    /// Folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    c: Option<String>,
    /// Branch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    b: Option<String>,
    /// Step.
    e: WireStep,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for this signature")]
fn is_false(flag: &bool) -> bool {
    !flag
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum WireStep {
    Started(WireStart),
    Prompt(WireText),
    Background {
        call: Option<String>,
        task: Option<String>,
        failed: bool,
        summary: WireText,
        exit: Option<i32>,
    },
    Call(WireCall),
    Told(WireNotice),
    End(WireEnd),
    Reported {
        end: WireEnd,
        said: WireReport,
    },
    Turn(WireText),
    ModelError {
        kind: String,
        status: Option<i32>,
        message: WireText,
        ended: bool,
    },
    AgentStarted,
    AgentStopped {
        message: WireText,
        transcript: Option<String>,
    },
    Compacted(String),
    Interrupted(Option<String>),
    Usage {
        message: String,
        model: String,
        tokens: (i64, i64, i64, i64),
    },
    Cost(i64),
    Ended(String),
}

#[derive(Serialize, Deserialize)]
struct WireStart {
    source: String,
    model: Option<String>,
    version: Option<String>,
    transcript: Option<String>,
    parent: Option<String>,
    place: Option<WirePlace>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pid: Option<u32>,
    #[serde(default)]
    labels: Vec<(String, String)>,
}

#[derive(Serialize, Deserialize)]
struct WirePlace {
    root: String,
    worktree: String,
    remote: Option<String>,
    branch: Option<String>,
    commit: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct WireText {
    h: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    t: String,
    n: u64,
}

#[derive(Serialize, Deserialize)]
struct WireCall {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    tool: String,
    kind: String,
    input: WireText,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cmd: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    file: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct WireNotice {
    kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rule: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mode: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    instance: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    remedy: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    call: Option<WireCall>,
    #[serde(default, skip_serializing_if = "is_false")]
    shadow: bool,
    text: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    suggestion: String,
}

#[derive(Serialize, Deserialize)]
struct WireEnd {
    call: WireCall,
    /// Succeeded, failed, or nothing said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ok: Option<bool>,
    out: WireText,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    exit: Option<i32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ms: Option<i64>,
    #[serde(default, skip_serializing_if = "is_false")]
    int: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bg: Option<String>,
}

impl From<&Text> for WireText {
    fn from(text: &Text) -> Self {
        Self {
            h: text.head.clone(),
            t: text.tail.clone(),
            n: text.bytes,
        }
    }
}

impl From<WireText> for Text {
    fn from(wire: WireText) -> Self {
        Self {
            head: wire.h,
            tail: wire.t,
            bytes: wire.n,
        }
    }
}

impl From<&Call> for WireCall {
    fn from(call: &Call) -> Self {
        Self {
            id: call.id.clone(),
            tool: call.tool.clone(),
            kind: call.kind.word().to_owned(),
            input: (&call.input).into(),
            cmd: call.command.clone(),
            file: call.file.clone(),
        }
    }
}

impl From<WireCall> for Call {
    fn from(wire: WireCall) -> Self {
        Self {
            id: wire.id,
            tool: wire.tool,
            kind: ToolKind::from_word(&wire.kind),
            input: wire.input.into(),
            command: wire.cmd,
            file: wire.file,
        }
    }
}

impl From<&Notice> for WireNotice {
    fn from(notice: &Notice) -> Self {
        Self {
            kind: notice.told.word().to_owned(),
            rule: notice.rule.map(|rule| rule.word().to_owned()),
            mode: notice.mode.map(|mode| mode.text()),
            instance: notice.instance.map(|instance| instance.text()),
            remedy: notice.remedy.map(|remedy| remedy.0),
            call: notice.call.as_ref().map(WireCall::from),
            shadow: notice.shadow,
            text: notice.text.clone(),
            suggestion: notice.suggestion.clone(),
        }
    }
}

impl From<WireNotice> for Notice {
    fn from(wire: WireNotice) -> Self {
        Self {
            told: Told::from_word(&wire.kind).unwrap_or(Told::Warning),
            rule: wire.rule.as_deref().and_then(Rule::from_word),
            mode: wire.mode.as_deref().and_then(Fingerprint::parse),
            instance: wire.instance.as_deref().and_then(Fingerprint::parse),
            remedy: wire.remedy.map(RemedyId),
            call: wire.call.map(Call::from),
            shadow: wire.shadow,
            text: wire.text,
            suggestion: wire.suggestion,
        }
    }
}

impl From<&CallEnd> for WireEnd {
    fn from(end: &CallEnd) -> Self {
        Self {
            call: (&end.call).into(),
            ok: match end.flag {
                Flag::Success => Some(true),
                Flag::Failure => Some(false),
                Flag::Silent => None,
            },
            out: (&end.output).into(),
            exit: end.exit_code,
            ms: end.duration_ms,
            int: end.interrupted,
            note: end.note.clone(),
            bg: end.background.clone(),
        }
    }
}

impl From<WireEnd> for CallEnd {
    fn from(wire: WireEnd) -> Self {
        Self {
            call: wire.call.into(),
            flag: match wire.ok {
                Some(true) => Flag::Success,
                Some(false) => Flag::Failure,
                None => Flag::Silent,
            },
            output: wire.out.into(),
            exit_code: wire.exit,
            duration_ms: wire.ms,
            interrupted: wire.int,
            note: wire.note,
            background: wire.bg,
        }
    }
}

impl From<&Place> for WirePlace {
    fn from(place: &Place) -> Self {
        Self {
            root: place.root.clone(),
            worktree: place.worktree.clone(),
            remote: place.remote.clone(),
            branch: place.branch.clone(),
            commit: place.commit.clone(),
        }
    }
}

impl From<WirePlace> for Place {
    fn from(wire: WirePlace) -> Self {
        Self {
            root: wire.root,
            worktree: wire.worktree,
            remote: wire.remote,
            branch: wire.branch,
            commit: wire.commit,
        }
    }
}

impl From<&SessionStart> for WireStart {
    fn from(start: &SessionStart) -> Self {
        Self {
            source: start.source.clone(),
            model: start.model.clone(),
            version: start.version.clone(),
            transcript: start.transcript.clone(),
            parent: start.parent.clone(),
            place: start.place.as_ref().map(WirePlace::from),
            pid: start.pid,
            labels: start.labels.clone(),
        }
    }
}

impl From<WireStart> for SessionStart {
    fn from(wire: WireStart) -> Self {
        Self {
            source: wire.source,
            model: wire.model,
            version: wire.version,
            transcript: wire.transcript,
            parent: wire.parent,
            place: wire.place.map(Place::from),
            pid: wire.pid,
            labels: wire.labels,
        }
    }
}

impl From<&Step> for WireStep {
    fn from(step: &Step) -> Self {
        match step {
            Step::SessionStarted(start) => Self::Started(start.into()),
            Step::Prompt(text) => Self::Prompt(text.into()),
            Step::BackgroundEnded(end) => Self::Background {
                call: end.call.clone(),
                task: end.task.clone(),
                failed: end.failed,
                summary: (&end.summary).into(),
                exit: end.exit_code,
            },
            Step::CallStarted(call) => Self::Call(call.into()),
            Step::Told(notice) => Self::Told(notice.into()),
            Step::CallEnded(end) => Self::End(end.into()),
            Step::Reported(reported) => Self::Reported {
                end: (&reported.end).into(),
                said: (&reported.report).into(),
            },
            Step::TurnEnded { message } => Self::Turn(message.into()),
            Step::ModelError(error) => Self::ModelError {
                kind: error.kind.clone(),
                status: error.status,
                message: (&error.message).into(),
                ended: error.ended_turn,
            },
            Step::AgentStarted => Self::AgentStarted,
            Step::AgentStopped { message, transcript } => Self::AgentStopped {
                message: message.into(),
                transcript: transcript.clone(),
            },
            Step::Compacted { trigger } => Self::Compacted(trigger.clone()),
            Step::Interrupted { call } => Self::Interrupted(call.clone()),
            Step::Usage(usage) => Self::Usage {
                message: usage.message.clone(),
                model: usage.model.clone(),
                tokens: (usage.input, usage.output, usage.cache_read, usage.cache_write),
            },
            Step::Cost { micro_usd } => Self::Cost(*micro_usd),
            Step::SessionEnded { reason } => Self::Ended(reason.clone()),
        }
    }
}

impl From<WireStep> for Step {
    fn from(wire: WireStep) -> Self {
        match wire {
            WireStep::Started(start) => Self::SessionStarted(start.into()),
            WireStep::Prompt(text) => Self::Prompt(text.into()),
            WireStep::Background {
                call,
                task,
                failed,
                summary,
                exit,
            } => Self::BackgroundEnded(BackgroundEnd {
                call,
                task,
                failed,
                summary: summary.into(),
                exit_code: exit,
            }),
            WireStep::Call(call) => Self::CallStarted(call.into()),
            WireStep::Told(notice) => Self::Told(notice.into()),
            WireStep::End(end) => Self::CallEnded(end.into()),
            WireStep::Reported { end, said } => Self::Reported(Box::new(Reported {
                end: end.into(),
                report: said.into(),
            })),
            WireStep::Turn(text) => Self::TurnEnded { message: text.into() },
            WireStep::ModelError {
                kind,
                status,
                message,
                ended,
            } => Self::ModelError(ModelError {
                kind,
                status,
                message: message.into(),
                ended_turn: ended,
            }),
            WireStep::AgentStarted => Self::AgentStarted,
            WireStep::AgentStopped { message, transcript } => Self::AgentStopped {
                message: message.into(),
                transcript,
            },
            WireStep::Compacted(trigger) => Self::Compacted { trigger },
            WireStep::Interrupted(call) => Self::Interrupted { call },
            WireStep::Usage {
                message,
                model,
                tokens: (input, output, cache_read, cache_write),
            } => Self::Usage(Usage {
                message,
                model,
                input,
                output,
                cache_read,
                cache_write,
            }),
            WireStep::Cost(micro_usd) => Self::Cost { micro_usd },
            WireStep::Ended(reason) => Self::SessionEnded { reason },
        }
    }
}

impl From<&Observation> for Wire {
    fn from(seen: &Observation) -> Self {
        Self {
            s: (seen.session.assistant.0.clone(), seen.session.external.clone()),
            g: seen.agent.as_ref().map(|agent| (agent.id.clone(), agent.kind.clone())),
            t: seen.at.0,
            r: seen.at_source == AtSource::Record,
            c: seen.cwd.clone(),
            b: seen.branch.clone(),
            e: (&seen.step).into(),
        }
    }
}

impl From<Wire> for Observation {
    fn from(wire: Wire) -> Self {
        Self {
            session: SessionKey {
                assistant: Assistant(wire.s.0),
                external: wire.s.1,
            },
            agent: wire.g.map(|(id, kind)| Agent { id, kind }),
            at: Timestamp(wire.t),
            at_source: if wire.r { AtSource::Record } else { AtSource::Arrival },
            cwd: wire.c,
            branch: wire.b,
            via: Via::Hook,
            step: wire.e.into(),
        }
    }
}
