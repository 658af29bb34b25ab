//! What would have been told in the past.

mod text;

use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;

use super::style::rfc3339;
use crate::domain::time::Timestamp;
use crate::flow::replay::{Briefs, Event, EventKind, Figures, Kind, Naming, Report};

/// What a replay of past sessions against an empty memory came to.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ReplayView {
    /// When the first session that was played began; left out when none was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// When the last one began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// Sessions that were played; a session's subagents belong to it.
    pub sessions: u64,
    /// Their tool calls. What a fork or resume copied is none.
    pub calls: u64,
    /// Failures that count.
    pub failures: u64,
    /// Failures that are nobody's fault.
    pub set_aside: u64,
    /// Why they were set aside, most frequent first.
    pub reasons: Vec<ReplayReason>,
    /// Failures that count and that the client called a success.
    pub hidden: u64,
    /// Failures that count and of which an earlier root session had met the same instance, or the same failure mode where
    /// there is no instance or the client explains it.
    pub repeats: Repeats,
    /// Messages that would have been sent.
    pub messages: Messages,
    /// What came of the messages at the start of sessions.
    pub briefed: Briefed,
    /// How often the suggestions of hints name what later worked.
    pub suggestions: Suggestions,
    /// The same, with the suggestions shuffled among the hints.
    pub shuffled: Suggestions,
    /// What the naive rule, the next success of the same tool and command, would have suggested on the repeats.
    pub naive: NaiveRule,
    /// What following the hints that name what later worked would have spared.
    pub spared: Spared,
    /// Hints that would have been sent, one for each failure mode, those that would have spared most first, at most ten.
    pub best: Vec<Example>,
    /// Bytes of transcripts that were read.
    pub read_bytes: u64,
    /// How long it took.
    pub took_ms: u64,
    /// Transcripts left out as older than asked for.
    pub older: u64,
    /// Sessions left out because there was no time for them.
    pub left_out: u64,
    /// Files that were not read, each with why.
    pub not_read: Vec<String>,
    #[serde(skip)]
    window: Option<(Timestamp, Timestamp)>,
}

/// How many failures were set aside for one reason.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ReplayReason {
    /// The word for the reason.
    pub reason: String,
    /// The reason for people.
    pub what: String,
    /// How many.
    pub failures: u64,
}

/// Repeats by kind.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Repeats {
    /// All of them.
    pub all: u64,
    /// Those for which an earlier session held, at that time, a remedy that the message rule lets tell.
    pub known: u64,
    /// Known ones that were answered with a message.
    pub told: u64,
    /// Known ones that were not answered because the same agent had been told of the same failure mode before.
    pub told_before: u64,
    /// Those whose text says what to do, or of which at least 80 % were got over within two calls.
    pub self_explaining: u64,
    /// Checks that are red by their own verdict while work goes on.
    pub work: u64,
    /// The rest.
    pub unsolved: u64,
}

/// Messages that would have been sent.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Messages {
    /// All of them.
    pub all: u64,
    /// Right after a failure.
    pub hints: u64,
    /// Before a call.
    pub warnings: u64,
    /// Warnings before a call that in truth succeeded.
    pub wrong_warnings: u64,
    /// At the start of a session, or after a compaction.
    pub briefs: u64,
    /// Messages for each 100 calls.
    pub per_100_calls: f64,
    /// The same without those at the start of a session.
    pub per_100_calls_without_briefs: f64,
    /// Their bytes.
    pub text_bytes: u64,
    /// Their tokens, at four bytes each.
    pub tokens: u64,
}

/// What came of the messages at the start of sessions.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Briefed {
    /// Starts and compactions of sessions.
    pub starts: u64,
    /// Those at which something was told.
    pub told: u64,
    /// The bytes of that.
    pub text_bytes: u64,
    /// Failure modes that sessions were told of, each once in a session.
    pub modes: u64,
    /// Of them, those that the session then met.
    pub met: u64,
    /// Known repeats of which the session had been told at its start.
    pub known: u64,
}

/// How often suggestions name what later worked.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Suggestions {
    /// Suggestions.
    pub made: u64,
    /// Of them, those after which the session reached the goal.
    pub reached: u64,
    /// Of those, the ones whose changed words stand in the call that reached it.
    pub named: u64,
}

/// What the naive rule would have suggested.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct NaiveRule {
    /// How often it names what later worked.
    pub suggestions: Suggestions,
    /// Suggestions that are the failing call again.
    pub bare: u64,
    /// Suggestions that destroy, reach outward or go round a no.
    pub forbidden: u64,
}

/// What would have been spared.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Spared {
    /// Calls between the hint and the success, without the one that the hint suggests.
    pub calls: u64,
    /// Minutes between the hint and the success.
    pub minutes: f64,
}

/// A hint that would have been sent.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Example {
    /// When.
    pub at: String,
    /// The fingerprint of the failure mode.
    pub mode: Option<String>,
    /// What had gone wrong.
    pub headline: String,
    /// The whole message.
    pub text: String,
    /// What it says to type; empty when nothing.
    pub suggestion: String,
    /// It names what later worked.
    pub named: bool,
    /// Calls that it would have spared.
    pub spared: u64,
}

/// One line of `callus replay --events`: a failure, or a message about a call.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ReplayEvent {
    /// `failure`, `hint` or `warning`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The assistant's id of the session.
    pub session: String,
    /// The client's id of the call; empty when it has none.
    pub call_id: String,
    /// Which call of its session it is, from 1.
    pub ordinal: u64,
    /// When.
    pub at: String,
    /// The tool as the client names it.
    pub tool: String,
    /// The line that says what went wrong; of a message, that of the failure which it answers.
    pub headline: String,
    /// The fingerprint of the failure mode.
    pub mode: Option<String>,
    /// The finer fingerprint.
    pub instance: Option<String>,
    /// It is nobody's fault.
    pub expected: bool,
    /// Why it is nobody's fault; else `new`, `known`, `self-explaining`, `work` or `unsolved`. Of a message, that of the
    /// failure which it answers.
    pub reason: String,
    /// The whole message.
    pub text: String,
    /// What it says to type.
    pub suggestion: String,
}

impl From<&Event> for ReplayEvent {
    fn from(event: &Event) -> Self {
        Self {
            kind: match event.kind {
                EventKind::Failure => "failure",
                EventKind::Hint => "hint",
                EventKind::Warning => "warning",
            },
            session: event.session.clone(),
            call_id: event.call.clone().unwrap_or_default(),
            ordinal: event.ordinal,
            at: rfc3339(event.at),
            tool: event.tool.clone(),
            headline: event.headline.clone(),
            mode: event.mode.clone(),
            instance: event.instance.clone(),
            expected: matches!(event.of, Some(Kind::Expected(_))),
            reason: event.of.map(Kind::word).unwrap_or_default().to_owned(),
            text: event.text.clone(),
            suggestion: event.suggestion.clone(),
        }
    }
}

/// Returns what a replay came to that took so long.
#[must_use]
pub fn replayed(report: &Report, took: Duration) -> ReplayView {
    let figures = &report.figures;
    let mut reasons: Vec<ReplayReason> = figures
        .expected
        .iter()
        .map(|(reason, failures)| ReplayReason {
            reason: reason.word().to_owned(),
            what: reason.reason().to_owned(),
            failures: *failures,
        })
        .collect();
    reasons.sort_by_key(|reason| std::cmp::Reverse(reason.failures));
    let refused = report
        .refused
        .iter()
        .map(|(path, why)| format!("{}: {why}", path.display()));
    let failed = report
        .failed
        .iter()
        .map(|(path, why)| format!("{}: {why}", path.display()));
    ReplayView {
        since: report.window.map(|(first, _)| rfc3339(first)),
        until: report.window.map(|(_, last)| rfc3339(last)),
        sessions: figures.sessions,
        calls: figures.calls,
        failures: figures.failures,
        set_aside: figures.expected.values().sum(),
        reasons,
        hidden: figures.hidden,
        repeats: repeats(figures),
        messages: messages(figures),
        briefed: briefed(figures.briefs),
        suggestions: named(figures.naming),
        shuffled: named(figures.shuffled),
        naive: NaiveRule {
            suggestions: named(figures.naive.naming),
            bare: figures.naive.bare,
            forbidden: figures.naive.forbidden,
        },
        spared: Spared {
            calls: figures.spared_calls,
            minutes: rounded(figures.spared.0 as f64 / 60e6),
        },
        best: figures
            .best
            .iter()
            .map(|sent| Example {
                at: rfc3339(sent.at),
                mode: sent.mode.clone(),
                headline: sent.headline.clone(),
                text: sent.text.clone(),
                suggestion: sent.suggestion.clone(),
                named: sent.named,
                spared: sent.spared,
            })
            .collect(),
        read_bytes: report.bytes,
        took_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        older: report.older as u64,
        left_out: report.left_out as u64,
        not_read: refused.chain(failed).collect(),
        window: report.window,
    }
}

fn repeats(figures: &Figures) -> Repeats {
    let of = |kind| figures.repeats.get(&kind).copied().unwrap_or_default();
    Repeats {
        all: figures.repeats.values().sum(),
        known: of(Kind::Known),
        told: figures.told,
        told_before: figures.told_before,
        self_explaining: of(Kind::SelfExplaining),
        work: of(Kind::Work),
        unsolved: of(Kind::Unsolved),
    }
}

fn messages(figures: &Figures) -> Messages {
    /// Bytes of a token, as is usual for English and commands.
    const TOKEN: u64 = 4;
    let about_calls = figures.hints + figures.warnings;
    let all = about_calls + figures.briefs.sent;
    let per_100_calls = |messages: u64| match figures.calls {
        0 => 0.0,
        calls => rounded(messages as f64 * 100.0 / calls as f64),
    };
    Messages {
        all,
        hints: figures.hints,
        warnings: figures.warnings,
        wrong_warnings: figures.wrong_warnings,
        briefs: figures.briefs.sent,
        per_100_calls: per_100_calls(all),
        per_100_calls_without_briefs: per_100_calls(about_calls),
        text_bytes: figures.bytes,
        tokens: figures.bytes.div_ceil(TOKEN),
    }
}

const fn briefed(briefs: Briefs) -> Briefed {
    let Briefs {
        asked,
        sent,
        bytes,
        modes,
        met,
        known,
    } = briefs;
    Briefed {
        starts: asked,
        told: sent,
        text_bytes: bytes,
        modes,
        met,
        known,
    }
}

const fn named(naming: Naming) -> Suggestions {
    let Naming { made, reached, named } = naming;
    Suggestions { made, reached, named }
}

/// Returns a ratio with two digits behind the point.
fn rounded(ratio: f64) -> f64 {
    (ratio * 100.0).round() / 100.0
}
