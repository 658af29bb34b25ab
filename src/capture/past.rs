//! Reading past sessions whole, for playing them again: what each file says, in the order of its lines.

use std::ops::ControlFlow;

use super::CaptureError;
use super::prepare::{Prepared, prepare};
use super::tail::Tail;
use crate::assistants::{Transcript, is_whole};
use crate::domain::time::Timestamp;
use crate::domain::trace::{Observation, Step};
use crate::redact::{self, Rules};

/// When the steps of a transcript happened.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outline {
    /// The time of each step, in the order of the lines.
    pub times: Vec<Timestamp>,
    /// It says that it goes on from another session.
    pub continues: bool,
}

/// Returns when the first step of a transcript happened; nothing when it has none.
pub fn began(transcript: &Transcript) -> Result<Option<Timestamp>, CaptureError> {
    let mut first = None;
    walk(transcript, |seen| {
        first = Some(seen.at);
        ControlFlow::Break(())
    })?;
    Ok(first)
}

/// Returns when every step of a transcript happened.
pub fn outline(transcript: &Transcript) -> Result<Outline, CaptureError> {
    let mut outline = Outline::default();
    walk(transcript, |seen| {
        outline.times.push(seen.at);
        outline.continues |= matches!(&seen.step, Step::SessionStarted(start) if start.parent.is_some());
        ControlFlow::Continue(())
    })?;
    Ok(outline)
}

/// Returns everything that a transcript says, redacted and recognised, in the order of its lines.
pub fn read(transcript: &Transcript, rules: &Rules) -> Result<Vec<Prepared>, CaptureError> {
    let mut steps = Vec::new();
    walk(transcript, |seen| {
        steps.push(prepare(&rules.observation(redact::scan(seen))));
        ControlFlow::Continue(())
    })?;
    Ok(steps)
}

/// Tells what a transcript says, until it is enough. A line that is no record is passed over, as importing does.
fn walk(transcript: &Transcript, mut told: impl FnMut(Observation) -> ControlFlow<()>) -> Result<(), CaptureError> {
    let mut tail = Tail::open(&transcript.path, None)?;
    let mut reader = (transcript.assistant.reader)(transcript);
    while let Some(line) = tail.next()? {
        if !line.ended && !is_whole(line.bytes) {
            break;
        }
        for seen in reader.line(line.offset, line.bytes).unwrap_or_default() {
            if told(seen).is_break() {
                return Ok(());
            }
        }
    }
    for seen in reader.finish() {
        if told(seen).is_break() {
            break;
        }
    }
    Ok(())
}
