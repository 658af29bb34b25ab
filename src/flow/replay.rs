//! The replay: past sessions, one after the other, against an empty memory and through the code path of the hook.
//!
//! A session is played whole, with its subagents, in order of time. It is settled as the worker settles before the first
//! session that begins when it is over: what was learnt in it is known there, and not in those that ran beside it. A
//! question asks only for what had happened by the moment of its failure: nothing looks ahead.

mod compare;
mod figures;
mod folder;
mod hear;
mod kind;
mod look;
mod order;
mod play;

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::mpsc::sync_channel;

use super::FlowError;
use super::import::{self, Request};
use crate::assistants::Refusal;
use crate::capture::{CaptureError, Prepared, past};
use crate::config::Settings;
use crate::domain::time::{Span, Timestamp};
use crate::redact::Rules;

pub use compare::{Naive, Naming};
pub use figures::{Briefs, Event, EventKind, Figures, Sent};
pub use folder::{Folder, sweep};
pub use kind::{Facts, Kind, SOON, kind};

use order::Family;
use play::Player;

/// What a replay came to.
#[derive(Debug, Default)]
pub struct Report {
    /// What happened.
    pub figures: Figures,
    /// When the first session that was played began, and when the last one did.
    pub window: Option<(Timestamp, Timestamp)>,
    /// Bytes of transcripts that were read.
    pub bytes: u64,
    /// Transcripts that could not be read.
    pub failed: Vec<(PathBuf, CaptureError)>,
    /// What looked like a transcript, or was named as one, and is none.
    pub refused: Vec<(PathBuf, Refusal)>,
    /// Transcripts older than asked for.
    pub older: usize,
    /// Sessions that were left out because there was no time for them.
    pub left_out: usize,
}

/// How far a replay is, in bytes of transcripts.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// Played.
    pub done: u64,
    /// All together.
    pub all: u64,
}

/// Plays the sessions that a request means, and returns what came of it. `settings` are those of a store of its own: the
/// memory of the replay, which is empty, and not the user's. `told` hears of every session, `event` of every failure and
/// message in the order in which they were met. With a budget the newest sessions are played for which there is time.
pub fn replay(
    settings: &Settings,
    request: &Request,
    mut told: impl FnMut(Step),
    mut event: impl FnMut(&Event),
) -> Result<Report, FlowError> {
    let (transcripts, looked) = import::find(settings, request)?;
    let mut report = Report {
        refused: looked.refused,
        older: looked.older,
        ..Report::default()
    };
    let (mut families, failed) = order::order(transcripts);
    report.failed = failed;
    let sessions = families.len();
    if let Some(budget) = request.budget {
        let sizes: Vec<u64> = families.iter().map(Family::bytes).collect();
        families.drain(..newest(&sizes, budget));
    }
    let deadline = request.budget.map(|budget| settings.clock.now().after(budget));
    report.window = families
        .first()
        .zip(families.last())
        .map(|(first, last)| (first.began, last.began));
    let rules = super::rules(settings)?;
    let mut player = Player::open(settings)?;
    let all = families.iter().map(Family::bytes).sum();
    let mut heard = 0;
    in_order(&families, &rules, |family, read| {
        report.bytes += family.bytes();
        report.failed.extend(read.failed);
        player.play(family.began, &read.steps, &mut event)?;
        told(Step {
            done: report.bytes,
            all,
        });
        heard += 1;
        let is_late = deadline.is_some_and(|deadline| settings.clock.now() > deadline);
        Ok(if is_late {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        })
    })?;
    report.left_out = sessions - heard;
    report.figures = player.figures();
    Ok(report)
}

/// Bytes that are played in a second, on a machine that does other things too.
const PER_SECOND: u64 = 10_000_000;

/// Returns from which on sessions of these sizes are played in so much time: the newest ones, and one at least. They are
/// played in their order, so that it has to be known before how many there is time for.
fn newest(sizes: &[u64], budget: Span) -> usize {
    let mut left = u64::try_from(budget.0 / 1_000_000).unwrap_or(0) * PER_SECOND;
    let kept = sizes.iter().rev().take_while(|size| {
        let fits = **size <= left;
        left = left.saturating_sub(**size);
        fits
    });
    sizes.len().saturating_sub(kept.count().max(1))
}

/// What the transcripts of a session say.
#[derive(Default)]
struct Read {
    steps: Vec<Prepared>,
    failed: Vec<order::Failed>,
}

/// Reads the sessions on every core and hands them over in their order, until it is enough. Of each core one session waits and one is read:
/// so much is held in memory.
fn in_order(
    families: &[Family],
    rules: &Rules,
    mut take: impl FnMut(&Family, Read) -> Result<ControlFlow<()>, FlowError>,
) -> Result<(), FlowError> {
    let threads = std::thread::available_parallelism()
        .map_or(1, usize::from)
        .min(families.len())
        .max(1);
    std::thread::scope(|scope| {
        let mut lanes = Vec::new();
        for lane in 0..threads {
            let (sender, receiver) = sync_channel(1);
            lanes.push(receiver);
            scope.spawn(move || {
                for family in families.iter().skip(lane).step_by(threads) {
                    if sender.send(read(family, rules)).is_err() {
                        break;
                    }
                }
            });
        }
        for (family, lane) in families.iter().zip(lanes.iter().cycle()) {
            let Ok(read) = lane.recv() else { break };
            if take(family, read)?.is_break() {
                break;
            }
        }
        Ok(())
    })
}

/// Returns the steps of a session and its subagents in order of time. Inside of a transcript the order of its lines
/// stands: the outcome of a call bears the time at which the call began.
fn read(family: &Family, rules: &Rules) -> Read {
    let mut read = Read::default();
    let mut timed: Vec<(Timestamp, Prepared)> = Vec::new();
    for transcript in &family.transcripts {
        match past::read(transcript, rules) {
            Ok(steps) => {
                let mut latest = Timestamp(i64::MIN);
                timed.extend(steps.into_iter().map(|step| {
                    latest = latest.max(step.seen.at);
                    (latest, step)
                }));
            }
            Err(error) => read.failed.push((transcript.path.clone(), error)),
        }
    }
    timed.sort_by_key(|(at, _)| *at);
    read.steps = timed.into_iter().map(|(_, step)| step).collect();
    read
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_of_the_newest_are_played_as_there_is_time_for() {
        const MB: u64 = 1_000_000;
        for (sizes, seconds, first) in [
            (&[][..], 20, 0),
            (&[MB, MB, MB], 20, 0),
            (&[400 * MB, MB, MB], 20, 1),
            (&[MB, 120 * MB, 90 * MB, 110 * MB], 20, 2),
            (&[MB, MB, 900 * MB], 20, 2),
            (&[MB, MB], 0, 1),
        ] {
            assert_eq!(newest(sizes, Span::seconds(seconds)), first, "{sizes:?}");
        }
    }
}
