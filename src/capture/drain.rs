//! Draining journals: what hooks appended becomes rows, in small transactions, from where the last drain stopped.

use std::path::Path;

use super::CaptureError;
use super::prepare::{Prepared, prepare};
use super::record::{Recorder, Tally};
use super::tail::Tail;
use crate::clock::Clock;
use crate::domain::canary;
use crate::redact::Rules;
use crate::store::source::{self, Progress, SourceKind};
use crate::store::{Store, StoreError, Tx, journal};

/// Records per transaction: small enough that a hook which needs the lock gets it in between.
const BATCH: usize = 64;

/// What a drain came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Drained {
    /// What was recorded.
    pub tally: Tally,
    /// Torn or damaged records that were passed over.
    pub broken: u64,
}

/// Drains every journal in `folder`. A journal with records of a newer program is drained up to them.
pub fn drain(
    store: &mut Store,
    folder: &Path,
    rules: &Rules,
    recorder: &mut Recorder,
    clock: Clock,
) -> Result<Drained, CaptureError> {
    let mut total = Drained::default();
    for path in journal::files(folder)? {
        let drained = drain_file(store, &path, rules, recorder, clock)?;
        total.tally.add(drained.tally);
        total.broken += drained.broken;
    }
    Ok(total)
}

/// Drains the next records of one journal in one transaction, at most `BATCH`, and does `then` in the same
/// transaction when these were the last ones. A hook has no time for more: what is left waits for the next drain.
pub fn drain_once<T>(
    store: &mut Store,
    path: &Path,
    rules: &Rules,
    recorder: &mut Recorder,
    clock: Clock,
    then: impl FnOnce(&Tx<'_>) -> Result<Option<T>, StoreError>,
) -> Result<Option<T>, CaptureError> {
    let name = path.to_string_lossy().into_owned();
    let mut tail = Tail::open(path, store.progress(&name)?)?;
    let batch = next_batch(&mut tail, rules)?;
    let value = store.write(|tx| {
        write(tx, &name, &tail, &batch, batch.broken, recorder, clock)?;
        if batch.last { then(tx) } else { Ok(None) }
    })?;
    Ok(value)
}

/// Drains one journal to its end, or up to a record of a newer program.
pub fn drain_file(
    store: &mut Store,
    path: &Path,
    rules: &Rules,
    recorder: &mut Recorder,
    clock: Clock,
) -> Result<Drained, CaptureError> {
    let name = path.to_string_lossy().into_owned();
    let mut tail = Tail::open(path, store.progress(&name)?)?;
    let mut total = Drained::default();
    loop {
        let batch = next_batch(&mut tail, rules)?;
        total.broken += batch.broken;
        if batch.end > tail.progress().offset.max(batch.start) {
            let tally = store.write(|tx| write(tx, &name, &tail, &batch, total.broken, recorder, clock))?;
            total.tally.add(tally);
        }
        if batch.last {
            return Ok(total);
        }
    }
}

/// Records a batch, how far the journal is read with it, and how many of its lines were `broken` in this drain.
fn write(
    tx: &Tx<'_>,
    name: &str,
    tail: &Tail,
    batch: &Batch,
    broken: u64,
    recorder: &mut Recorder,
    clock: Clock,
) -> Result<Tally, StoreError> {
    let mut tally = Tally::default();
    recorder.begin();
    for seen in &batch.records {
        tally.add(recorder.record(tx, seen)?);
    }
    let progress = Progress {
        offset: batch.end,
        seen_bytes: batch.end,
        broken: tail.progress().broken + broken,
        ..tail.progress().clone()
    };
    source::advance(tx, name, SourceKind::Journal, &progress, clock.now())?;
    Ok(tally)
}

struct Batch {
    records: Vec<Prepared>,
    broken: u64,
    start: u64,
    /// Where the next drain begins.
    end: u64,
    last: bool,
}

fn next_batch(tail: &mut Tail, rules: &Rules) -> Result<Batch, CaptureError> {
    let start = tail.position();
    let mut batch = Batch {
        records: Vec::new(),
        broken: 0,
        start,
        end: start,
        last: false,
    };
    while batch.records.len() < BATCH {
        let Some(line) = tail.next()? else {
            batch.last = true;
            break;
        };
        match journal::decode(line.bytes) {
            journal::Line::Record(seen) => {
                let real = seen
                    .into_iter()
                    .filter(|seen| !canary::is_canary(&seen.session.external));
                batch.records.extend(real.map(|seen| prepare(&rules.observation(seen))));
            }
            journal::Line::Blank => {}
            journal::Line::Broken if line.ended => batch.broken += 1,
            // The end of a file may be a record that is being written: it stays for the next drain.
            journal::Line::Broken | journal::Line::Newer => {
                batch.last = true;
                break;
            }
        }
        batch.end = line.offset + line.bytes.len() as u64 + u64::from(line.ended);
    }
    Ok(batch)
}
