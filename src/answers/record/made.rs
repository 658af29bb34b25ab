//! The observations that a record becomes.

use super::checked::{Checked, NAMED, Told};
use crate::assistants::{FAILURE_KEPT, MARGIN};
use crate::domain::project::Place;
use crate::domain::trace::{
    Agent, AtSource, Call, CallEnd, Flag, Observation, Report, Reported, SessionStart, Step, Text, ToolKind, Via,
};

/// The word for how a session begins that a program tells of.
const SOURCE: &str = "api";
/// The word for why it ended.
const ENDED: &str = "end";
/// Stands before the tools of MCP servers.
const MCP: &str = "mcp__";

/// Returns what a record tells, in order.
pub(super) fn observations(one: &Checked) -> Vec<Observation> {
    let mut steps = Vec::new();
    steps.extend(begun(one));
    if one.call.is_some() || !one.id.is_empty() {
        steps.push(Step::Reported(Box::new(reported(one))));
    }
    if one.ends {
        steps.push(Step::SessionEnded {
            reason: ENDED.to_owned(),
        });
    }
    // A part of a program is an agent of its own, unless several agents are told apart in it.
    let agent = one.agent.as_ref().or(one.node.as_ref()).map(|id| Agent {
        id: id.clone(),
        kind: one.node.clone().unwrap_or_default(),
    });
    steps
        .into_iter()
        .map(|step| Observation {
            session: one.key.clone(),
            agent: agent.clone(),
            at: one.at,
            at_source: if one.given.is_some() {
                AtSource::Record
            } else {
                AtSource::Arrival
            },
            cwd: one.cwd.clone(),
            branch: None,
            via: Via::Hook,
            step,
        })
        .collect()
}

/// Returns what is said of the session, if anything is.
fn begun(one: &Checked) -> Option<Step> {
    // What has a folder is looked at there.
    let named = one.cwd.as_ref().filter(|cwd| cwd.starts_with(NAMED));
    let place = named.zip(one.remote.clone()).map(|(path, remote)| Place {
        root: path.clone(),
        worktree: path.clone(),
        remote: Some(remote),
        ..Place::default()
    });
    (one.model.is_some() || !one.labels.is_empty() || place.is_some()).then(|| {
        Step::SessionStarted(SessionStart {
            source: SOURCE.to_owned(),
            model: one.model.clone(),
            labels: one.labels.clone(),
            place,
            ..SessionStart::default()
        })
    })
}

fn reported(one: &Checked) -> Reported {
    let none = Told::default();
    let told = one.call.as_ref().unwrap_or(&none);
    let kept = |text: &str| Text::cut(text, FAILURE_KEPT + MARGIN, FAILURE_KEPT + MARGIN);
    let kind = if told.command.is_some() {
        ToolKind::Shell
    } else if told.tool.starts_with(MCP) {
        ToolKind::Mcp
    } else {
        ToolKind::Other
    };
    Reported {
        end: CallEnd {
            call: Call {
                id: Some(one.id.clone()),
                tool: told.tool.clone(),
                kind,
                input: kept(&told.input),
                command: told.command.clone(),
                file: told.file.clone(),
            },
            flag: told.flag.unwrap_or(Flag::Silent),
            output: kept(&told.output),
            exit_code: told.exit_code,
            duration_ms: told.duration_ms,
            interrupted: false,
            note: None,
            background: None,
        },
        report: Report {
            error_type: told.error_type.clone(),
            message: kept(&told.message),
            input_context: told.input_context.clone(),
            snapshot: told.snapshot.clone(),
            evolution_triggered: one.evolution_triggered,
            resolution: one.resolution.clone(),
            adds: one.call.is_none(),
        },
    }
}
