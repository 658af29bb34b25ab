//! How much of an observation's text is kept. Readers cut with a margin, redaction runs, and then this cuts to
//! size: a secret at the edge is seen whole before it is cut.

use crate::assistants::{FAILURE_KEPT, SUCCESS_KEPT};
use crate::domain::trace::{CallEnd, Flag, Observation, Step, Text};

/// Returns the observation with every text cut to the size that is kept.
#[must_use]
pub fn shortened(mut seen: Observation) -> Observation {
    match &mut seen.step {
        Step::CallStarted(call) => shorten(&mut call.input, FAILURE_KEPT),
        Step::Told(notice) => {
            if let Some(call) = &mut notice.call {
                shorten(&mut call.input, FAILURE_KEPT);
            }
        }
        Step::CallEnded(end) => shorten_end(end),
        Step::Reported(reported) => {
            shorten_end(&mut reported.end);
            shorten(&mut reported.report.message, FAILURE_KEPT);
        }
        Step::Prompt(text) => shorten(text, FAILURE_KEPT),
        Step::BackgroundEnded(end) => shorten(&mut end.summary, SUCCESS_KEPT),
        Step::ModelError(error) => shorten(&mut error.message, SUCCESS_KEPT),
        Step::TurnEnded { message } | Step::AgentStopped { message, .. } => shorten(message, SUCCESS_KEPT),
        Step::SessionStarted(_)
        | Step::AgentStarted
        | Step::Compacted { .. }
        | Step::Interrupted { .. }
        | Step::Usage(_)
        | Step::Cost { .. }
        | Step::SessionEnded { .. } => {}
    }
    seen
}

fn shorten_end(end: &mut CallEnd) {
    shorten(&mut end.call.input, FAILURE_KEPT);
    let kept = if end.flag == Flag::Failure {
        FAILURE_KEPT
    } else {
        SUCCESS_KEPT
    };
    shorten(&mut end.output, kept);
}

fn shorten(text: &mut Text, part: usize) {
    *text = std::mem::take(text).shortened(part, part);
}
