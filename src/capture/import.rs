//! Reading transcripts: every core parses, one thread writes, and each file goes on where it stopped last time.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};

use super::CaptureError;
use super::prepare::{Prepared, prepare};
use super::record::{Recorder, Tally};
use super::tail::{self, Tail};
use crate::assistants::{Transcript, is_whole};
use crate::clock::Clock;
use crate::domain::time::Timestamp;
use crate::redact::{self, Rules};
use crate::store::source::{self, Progress, SourceKind};
use crate::store::{Store, StoreError};

/// Observations per transaction, so that a hook which needs the lock gets it in between.
const BATCH: usize = 128;
/// Bytes of lines per transaction at most; one longer line is a transaction of its own.
const BATCH_BYTES: usize = 1 << 20;
/// Batches that may wait for the writer, for each reading thread: what bounds the memory of an import.
const WAITING: usize = 2;

/// What an import came to.
#[derive(Debug, Default)]
pub struct Imported {
    /// Files that were read to their end.
    pub files: usize,
    /// Files in which nothing was new.
    pub unchanged: usize,
    /// Files that were not begun or finished when the time was over.
    pub left: usize,
    /// Bytes read.
    pub bytes: u64,
    /// Lines that were no record.
    pub broken: u64,
    /// What was recorded.
    pub tally: Tally,
    /// Files that could not be read.
    pub failed: Vec<(PathBuf, CaptureError)>,
}

/// What is told while an import runs.
#[derive(Debug, Clone, Copy, Default)]
pub struct Step {
    /// Files done, of those that hold something new.
    pub files: usize,
    /// Bytes done.
    pub bytes: u64,
}

/// What is to be read, and how.
#[derive(Debug)]
pub struct Job<'a> {
    /// The transcripts, in the order in which they are begun.
    pub transcripts: &'a [Transcript],
    /// The full set of redaction rules.
    pub rules: &'a Rules,
    /// The time.
    pub clock: Clock,
    /// When to stop, if not at the end.
    pub deadline: Option<Timestamp>,
}

/// Imports the transcripts of a job. Importing again adds nothing.
///
/// Committed batches stay when the process is stopped; the next import goes on behind them.
pub fn import(
    store: &mut Store,
    recorder: &mut Recorder,
    job: &Job<'_>,
    mut told: impl FnMut(Step),
) -> Result<Imported, CaptureError> {
    let Job {
        transcripts,
        rules,
        clock,
        deadline,
    } = *job;
    let (work, unchanged) = unread(store, transcripts)?;
    let mut imported = Imported {
        unchanged,
        ..Imported::default()
    };
    let mut step = Step::default();
    let threads = std::thread::available_parallelism()
        .map_or(1, usize::from)
        .min(work.len());
    let next = AtomicUsize::new(0);
    let over = || deadline.is_some_and(|deadline| clock.now() >= deadline);
    std::thread::scope(|scope| {
        let (sender, batches) = sync_channel::<Message>(WAITING * threads.max(1));
        for _ in 0..threads {
            let (sender, next, work, over) = (sender.clone(), &next, &work, &over);
            scope.spawn(move || {
                while let Some(unread) = work.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if over() || !read(unread, rules, &sender, over) {
                        break;
                    }
                }
            });
        }
        drop(sender);
        for message in batches {
            match message {
                Message::Batch(batch) => {
                    step.bytes += batch.bytes;
                    imported.broken += batch.broken;
                    imported.tally.add(write(store, recorder, &batch, clock)?);
                }
                Message::Done => step.files += 1,
                Message::Failed(path, error) => imported.failed.push((path, error)),
            }
            told(step);
        }
        Ok::<_, CaptureError>(())
    })?;
    imported.files = step.files;
    imported.bytes = step.bytes;
    imported.left = work.len() - step.files - imported.failed.len();
    Ok(imported)
}

/// A transcript with where reading it stands.
struct Unread<'a> {
    transcript: &'a Transcript,
    progress: Option<Progress>,
}

/// Returns the transcripts that hold something new, and the number of the others.
fn unread<'a>(store: &Store, transcripts: &'a [Transcript]) -> Result<(Vec<Unread<'a>>, usize), CaptureError> {
    let mut work = Vec::new();
    for transcript in transcripts {
        let progress = store.progress(&transcript.path.to_string_lossy())?;
        let read = progress.as_ref().map_or(0, |progress| progress.seen_bytes);
        let is_read = read == transcript.bytes
            && progress
                .as_ref()
                .is_some_and(|progress| tail::is_same(&transcript.path, progress));
        if !is_read {
            work.push(Unread { transcript, progress });
        }
    }
    let unchanged = transcripts.len() - work.len();
    Ok((work, unchanged))
}

enum Message {
    Batch(Batch),
    Done,
    Failed(PathBuf, CaptureError),
}

struct Batch {
    path: String,
    prepared: Vec<Prepared>,
    progress: Progress,
    bytes: u64,
    broken: u64,
}

/// Reads one transcript and sends it in batches. Returns whether the reading thread should go on to another file.
fn read(unread: &Unread<'_>, rules: &Rules, sender: &SyncSender<Message>, over: &impl Fn() -> bool) -> bool {
    match read_lines(unread, rules, sender, over) {
        Ok(true) => sender.send(Message::Done).is_ok(),
        Ok(false) => false,
        Err(error) => sender
            .send(Message::Failed(unread.transcript.path.clone(), error))
            .is_ok(),
    }
}

/// Returns whether the file was read to its end.
fn read_lines(
    unread: &Unread<'_>,
    rules: &Rules,
    sender: &SyncSender<Message>,
    over: &impl Fn() -> bool,
) -> Result<bool, CaptureError> {
    let path = &unread.transcript.path;
    let mut tail = Tail::open(path, unread.progress.clone())?;
    let mut reader = (unread.transcript.assistant.reader)(unread.transcript);
    let mut mark = Progress {
        broken: tail.progress().broken,
        ..tail.progress().clone()
    };
    let mut batch = Vec::new();
    let known = tail.progress().seen_bytes;
    let (mut sent, mut broken) = (tail.position(), 0);
    let name = path.to_string_lossy().into_owned();
    loop {
        let line = tail.next()?;
        let mut ended = false;
        let position = line.as_ref().map(|line| line.offset);
        let observations = match &line {
            Some(line) if line.ended || is_whole(line.bytes) => {
                reader.line(line.offset, line.bytes).unwrap_or_else(|_| {
                    // What a later read meets again was counted by the earlier one.
                    broken += u64::from(line.offset >= known);
                    Vec::new()
                })
            }
            // A last line that is neither ended nor whole is still being written: it is read next time.
            _ => {
                ended = true;
                reader.finish()
            }
        };
        let end = if ended {
            position.unwrap_or(tail.position())
        } else {
            tail.position()
        };
        batch.extend(
            observations
                .into_iter()
                .map(|seen| prepare(&rules.observation(redact::scan(seen)))),
        );
        if ended || batch.len() >= BATCH || end - sent >= BATCH_BYTES as u64 {
            mark.offset = reader.resume_offset().unwrap_or(end).min(end);
            mark.seen_bytes = end;
            mark.broken += broken;
            let prepared = std::mem::take(&mut batch);
            let message = Batch {
                path: name.clone(),
                prepared,
                progress: mark.clone(),
                bytes: end - sent,
                broken,
            };
            (sent, broken) = (end, 0);
            if sender.send(Message::Batch(message)).is_err() || (!ended && over()) {
                return Ok(false);
            }
        }
        if ended {
            return Ok(true);
        }
    }
}

fn write(store: &mut Store, recorder: &mut Recorder, batch: &Batch, clock: Clock) -> Result<Tally, CaptureError> {
    let tally = store.write(|tx| {
        let mut tally = Tally::default();
        recorder.begin();
        for prepared in &batch.prepared {
            tally.add(recorder.record(tx, prepared)?);
        }
        source::advance(tx, &batch.path, SourceKind::Transcript, &batch.progress, clock.now())?;
        Ok::<_, StoreError>(tally)
    })?;
    Ok(tally)
}
