//! What the surroundings add to an observation: the repository at its folder, labels, the client's process.

use std::path::Path;

use crate::assistants::Hooks;
use crate::config::{self, Settings};
use crate::domain::trace::{Observation, SessionStart, Step};
use crate::git;

/// Fills in what only the hook's surroundings know about the beginning of a session.
pub(super) fn complete(seen: &mut [Observation], hooks: &Hooks, settings: &Settings) {
    for observation in seen {
        let Some(cwd) = observation.cwd.as_deref() else {
            continue;
        };
        if let Step::SessionStarted(start) = &mut observation.step {
            start.place = git::place(Path::new(cwd));
            start.pid = config::variable(hooks.pid_variable).and_then(|pid| pid.parse().ok());
            start.labels = labels(cwd, settings);
        }
    }
}

/// Says at the end of a turn where the session's transcript is: a session may have begun before its hooks were there,
/// and the worker reads the transcript that it is told of.
pub(super) fn tell_transcript(seen: &mut Vec<Observation>, transcript: Option<String>) {
    let Some(turn) = seen
        .iter()
        .find(|seen| matches!(seen.step, Step::TurnEnded { .. }) && seen.agent.is_none())
    else {
        return;
    };
    let start = SessionStart {
        transcript,
        ..SessionStart::default()
    };
    let told = Observation {
        step: Step::SessionStarted(start),
        ..turn.clone()
    };
    seen.insert(0, told);
}

/// Returns the labels of a session in `cwd`; the environment outranks the repository's file.
fn labels(cwd: &str, settings: &Settings) -> Vec<(String, String)> {
    let mut labels = config::repository(Path::new(cwd)).labels;
    labels.retain(|(key, _)| !settings.labels.iter().any(|(other, _)| other == key));
    labels.extend(settings.labels.iter().cloned());
    labels
}
