//! Every text of an observation, visited once: what both strengths of redaction run over.

use crate::domain::id::Assistant;
use crate::domain::project::Place;
use crate::domain::trace::{
    Agent, BackgroundEnd, Call, CallEnd, ModelError, Notice, Observation, Report, Reported, SessionKey, SessionStart,
    Step, Text, Usage,
};

/// What kind of text it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// What people and programs write.
    Words,
    /// A name that the client made up: an id, a kind, a version. Random by nature, so randomness says nothing.
    Name,
    /// JSON text, of which the structure must survive.
    Json,
}

/// What kind of text stands at a place, and whether it was cut there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spot {
    /// What kind of text it is.
    pub(super) kind: Kind,
    /// Text is missing before its first byte.
    pub(super) cut_before: bool,
    /// Text is missing after its last byte.
    pub(super) cut_after: bool,
}

impl Spot {
    /// Free text, whole.
    pub(super) const WORDS: Self = Self::whole(Kind::Words);
    /// A client's name for something, whole.
    pub(super) const NAME: Self = Self::whole(Kind::Name);
    /// JSON text, whole.
    pub(super) const JSON: Self = Self::whole(Kind::Json);

    const fn whole(kind: Kind) -> Self {
        Self {
            kind,
            cut_before: false,
            cut_after: false,
        }
    }
}

/// Visits every text of `observation`.
///
/// Each struct is taken apart field by field and no match has a wildcard: a new field or step does not
/// compile before somebody has decided here what it is.
pub(super) fn walk(observation: &mut Observation, visit: &mut dyn FnMut(&mut String, Spot)) {
    let Observation {
        session,
        agent,
        at: _,
        at_source: _,
        cwd,
        branch,
        via: _,
        step,
    } = observation;
    let SessionKey {
        assistant: Assistant(assistant),
        external,
    } = session;
    visit(assistant, Spot::NAME);
    visit(external, Spot::NAME);
    if let Some(Agent { id, kind }) = agent {
        visit(id, Spot::NAME);
        visit(kind, Spot::NAME);
    }
    each(cwd, Spot::WORDS, visit);
    each(branch, Spot::WORDS, visit);
    match step {
        Step::SessionStarted(start) => session_start(start, visit),
        Step::Prompt(words) => text(words, Spot::WORDS, visit),
        Step::BackgroundEnded(end) => {
            let BackgroundEnd {
                call,
                task,
                failed: _,
                summary,
                exit_code: _,
            } = end;
            each(call, Spot::NAME, visit);
            each(task, Spot::NAME, visit);
            text(summary, Spot::WORDS, visit);
        }
        Step::CallStarted(call) => tool_call(call, visit),
        Step::Told(notice) => told(notice, visit),
        Step::CallEnded(end) => call_end(end, visit),
        Step::Reported(reported) => {
            let Reported { end, report: said } = &mut **reported;
            call_end(end, visit);
            report(said, visit);
        }
        Step::TurnEnded { message } => text(message, Spot::WORDS, visit),
        Step::ModelError(error) => {
            let ModelError {
                kind,
                status: _,
                message,
                ended_turn: _,
            } = error;
            visit(kind, Spot::NAME);
            text(message, Spot::WORDS, visit);
        }
        Step::AgentStarted | Step::Cost { micro_usd: _ } => {}
        Step::AgentStopped { message, transcript } => {
            text(message, Spot::WORDS, visit);
            each(transcript, Spot::WORDS, visit);
        }
        Step::Compacted { trigger } => visit(trigger, Spot::NAME),
        Step::Interrupted { call } => each(call, Spot::NAME, visit),
        Step::Usage(usage) => {
            let Usage {
                message,
                model,
                input: _,
                output: _,
                cache_read: _,
                cache_write: _,
            } = usage;
            visit(message, Spot::NAME);
            visit(model, Spot::NAME);
        }
        Step::SessionEnded { reason } => visit(reason, Spot::NAME),
    }
}

fn call_end(end: &mut CallEnd, visit: &mut dyn FnMut(&mut String, Spot)) {
    let CallEnd {
        call,
        flag: _,
        output,
        exit_code: _,
        duration_ms: _,
        interrupted: _,
        note,
        background,
    } = end;
    tool_call(call, visit);
    text(output, Spot::WORDS, visit);
    each(note, Spot::WORDS, visit);
    each(background, Spot::NAME, visit);
}

fn report(said: &mut Report, visit: &mut dyn FnMut(&mut String, Spot)) {
    let Report {
        error_type,
        message,
        input_context,
        snapshot,
        evolution_triggered: _,
        resolution,
        adds: _,
    } = said;
    each(error_type, Spot::NAME, visit);
    text(message, Spot::WORDS, visit);
    each(input_context, Spot::JSON, visit);
    each(snapshot, Spot::JSON, visit);
    each(resolution, Spot::WORDS, visit);
}

fn session_start(start: &mut SessionStart, visit: &mut dyn FnMut(&mut String, Spot)) {
    let SessionStart {
        source,
        model,
        version,
        transcript,
        parent,
        place,
        pid: _,
        labels,
    } = start;
    visit(source, Spot::NAME);
    each(model, Spot::NAME, visit);
    each(version, Spot::NAME, visit);
    each(transcript, Spot::WORDS, visit);
    each(parent, Spot::NAME, visit);
    if let Some(Place {
        root,
        worktree,
        remote,
        branch,
        commit,
    }) = place
    {
        visit(root, Spot::WORDS);
        visit(worktree, Spot::WORDS);
        each(remote, Spot::WORDS, visit);
        each(branch, Spot::WORDS, visit);
        each(commit, Spot::NAME, visit);
    }
    for (key, value) in labels {
        visit(key, Spot::WORDS);
        visit(value, Spot::WORDS);
    }
}

fn told(notice: &mut Notice, visit: &mut dyn FnMut(&mut String, Spot)) {
    let Notice {
        told: _,
        rule: _,
        mode: _,
        instance: _,
        remedy: _,
        call,
        shadow: _,
        text,
        suggestion,
    } = notice;
    if let Some(call) = call {
        tool_call(call, visit);
    }
    visit(text, Spot::WORDS);
    visit(suggestion, Spot::WORDS);
}

fn tool_call(call: &mut Call, visit: &mut dyn FnMut(&mut String, Spot)) {
    let Call {
        id,
        tool,
        kind: _,
        input,
        command,
        file,
    } = call;
    each(id, Spot::NAME, visit);
    visit(tool, Spot::NAME);
    text(input, Spot::JSON, visit);
    each(command, Spot::WORDS, visit);
    each(file, Spot::WORDS, visit);
}

fn each(value: &mut Option<String>, spot: Spot, visit: &mut dyn FnMut(&mut String, Spot)) {
    if let Some(value) = value {
        visit(value, spot);
    }
}

/// Visits both parts of a text; `bytes` stays the size of the text as it came.
fn text(text: &mut Text, spot: Spot, visit: &mut dyn FnMut(&mut String, Spot)) {
    let Text { head, tail, bytes: _ } = text;
    let cut = !tail.is_empty();
    visit(head, Spot { cut_after: cut, ..spot });
    if cut {
        visit(
            tail,
            Spot {
                cut_before: true,
                ..spot
            },
        );
    }
}
