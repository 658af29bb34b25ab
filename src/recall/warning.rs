//! The warning: what is said before a call that keeps failing, in place of running it.
//!
//! It costs a call itself, so it is given only where the call all but never works, where something else did, and where
//! failing costs more than being refused.

use std::collections::{BTreeMap, BTreeSet};

use super::known::is_tellable_before;
use super::words::{self, ADVICE, MESSAGE};
use crate::domain::id::{Fingerprint, ProjectId, SessionId};
use crate::domain::lesson::{Message, Remedy, RemedyKind, Rule, Told, Warnings};
use crate::domain::time::{Span, Timestamp};
use crate::domain::trace::{Notice, ToolKind};
use crate::failure::own::SIGNATURE;
use crate::failure::remedy::{self, Text};
use crate::failure::shell;
use crate::redact::Clean;
use crate::stats::rate;
use crate::store::body::{self, Part};
use crate::store::failing::{self, Least, Run};
use crate::store::remedy::{Asking, Known};
use crate::store::warned::{self, Warned};
use crate::store::{self, StoreError, Tx};

/// Fewest runs and failures of a call.
const LEAST: Least = Least { runs: 4, failed: 3 };
/// Fewest root sessions in which it failed.
const SESSIONS: usize = 3;
/// The tools whose calls are refused; hooks run before no others. What reads or edits a file fails as quickly as it would
/// be refused, and the hint comes after it.
const REFUSED: &[ToolKind] = &[ToolKind::Shell, ToolKind::Mcp];
/// What its share of failures must be at least.
const SHARE: f64 = 0.8;
/// Fewest root sessions in which the remedy worked.
const WORKED: u32 = 2;
/// Failing is dear when it mostly takes this many calls until the goal is reached: with one, the failing call and the refused
/// one cost the same.
const CALLS: u32 = 2;
/// It is dear, too, when the call mostly runs this long before it fails, in milliseconds.
const SLOW: u32 = 10_000;
/// How long ago a call must have run last: what nobody calls any more may have been mended since.
const RAN: Span = Span::days(30);

/// A call before which something is to be said.
#[derive(Debug, Clone, PartialEq)]
pub struct Warning {
    /// The masked call.
    pub call: String,
    /// The failure mode's name.
    pub name: Fingerprint,
    /// The finer fingerprint of its newest failure.
    pub instance: Option<Fingerprint>,
    /// The program that was not there when it failed.
    pub missed: Option<String>,
    /// What a person chose for this mode.
    pub chosen: Option<Warnings>,
    /// What is to be typed instead.
    pub remedy: Remedy,
    /// What is said.
    pub message: Message,
    /// How it did.
    pub record: Record,
}

/// How a call did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record {
    /// How often it ran.
    pub runs: u32,
    /// How often it failed in the way that is spoken of.
    pub failed: u32,
    /// In how many root sessions.
    pub sessions: usize,
    /// When last.
    pub last: Timestamp,
}

impl Record {
    /// Returns whether a call that did so all but never works.
    fn is_hopeless(self) -> bool {
        self.runs >= LEAST.runs && self.sessions >= SESSIONS && rate::at_least(self.failed, self.runs) >= SHARE
    }
}

/// Returns a warning as hooks find it: by the hash of its call.
#[must_use]
pub fn warned(warning: &Warning) -> Clean<Warned> {
    let message = &warning.message;
    // The words are ours, the rest was read back from the store.
    Clean::stored(Warned {
        call: warned::hash(&warning.call),
        chosen: warning.chosen,
        notice: Notice {
            told: message.told,
            rule: message.rule,
            mode: Some(warning.name),
            instance: warning.instance,
            remedy: message.remedy,
            call: None,
            shadow: false,
            text: message.text.clone(),
            suggestion: message.suggestion.clone(),
        },
    })
}

/// Returns the projects in which there may be something to warn of.
pub fn projects(tx: &Tx<'_>) -> Result<Vec<ProjectId>, StoreError> {
    failing::projects(tx, LEAST)
}

/// Returns what is to be said before calls of a project, in the order of the calls.
pub fn of_project(tx: &Tx<'_>, project: ProjectId, now: Timestamp) -> Result<Vec<Warning>, StoreError> {
    let mut found = Vec::new();
    for (call, candidate) in candidates(tx, project, now)? {
        let record = candidate.record();
        let muted = candidate.newest.muted_until.is_some_and(|until| until > now);
        let rests = now.since(record.last) > RAN;
        if muted || rests || !record.is_hopeless() || !candidate.is_dear() {
            continue;
        }
        let asking = Asking {
            project: Some(project),
            root: None,
            now,
        };
        let run = &candidate.newest;
        let Some(known) = remedy_of(tx, run, asking)? else {
            continue;
        };
        if let Some(message) = message(run, &known, record) {
            found.push(Warning {
                call,
                name: run.name,
                instance: run.instance,
                missed: remedy::named_program(&run.headline),
                chosen: run.chosen,
                remedy: known.remedy,
                message,
                record,
            });
        }
    }
    Ok(found)
}

/// A call that may be hopeless, with its failing runs of one mode: that of the newest of them.
struct Candidate {
    runs: u32,
    newest: Run,
    failed: u32,
    roots: BTreeSet<SessionId>,
    passed_after: Vec<u32>,
    durations_ms: Vec<u32>,
}

impl Candidate {
    fn record(&self) -> Record {
        Record {
            runs: self.runs,
            failed: self.failed,
            sessions: self.roots.len(),
            last: self.newest.at,
        }
    }

    /// Returns whether to fail costs more than to be refused. Of what nobody knows the cost, the worst is taken.
    fn is_dear(&self) -> bool {
        let calls = median(&self.passed_after).is_none_or(|calls| calls >= CALLS);
        calls || median(&self.durations_ms).is_some_and(|ms| ms >= SLOW)
    }
}

/// Returns the middle one, the greater of two.
fn median(values: &[u32]) -> Option<u32> {
    let mut ordered = values.to_vec();
    ordered.sort_unstable();
    ordered.get(ordered.len() / 2).copied()
}

/// Returns the calls that failed often enough in all, with what their own failures say: how many are of the newest one's
/// mode, and from how many root sessions. A failure behind `now`, as in a replay, has not happened yet.
fn candidates(tx: &Tx<'_>, project: ProjectId, now: Timestamp) -> Result<BTreeMap<String, Candidate>, StoreError> {
    let mut often: BTreeMap<String, u32> = failing::calls(tx, project, LEAST)?
        .into_iter()
        .filter(|call| rate::at_least(call.failed, call.runs) >= SHARE)
        .map(|call| (call.call, call.runs))
        .collect();
    let mut found: BTreeMap<String, Candidate> = BTreeMap::new();
    if often.is_empty() {
        return Ok(found);
    }
    failing::each_run(tx, project, |run| {
        if !REFUSED.contains(&run.call.kind) {
            return Ok(());
        }
        let call = shell::shape(&run.call);
        let Some(runs) = often.get_mut(&call) else {
            return Ok(());
        };
        if run.at > now {
            *runs = runs.saturating_sub(1);
            return Ok(());
        }
        let candidate = found.entry(call).or_insert_with(|| Candidate {
            runs: *runs,
            newest: run.clone(),
            failed: 0,
            roots: BTreeSet::new(),
            passed_after: Vec::new(),
            durations_ms: Vec::new(),
        });
        if candidate.newest.mode == run.mode {
            candidate.failed += 1;
            candidate.roots.insert(run.root);
            candidate.passed_after.extend(run.passed_after);
            candidate.durations_ms.extend(run.duration_ms);
        }
        Ok(())
    })?;
    Ok(found)
}

/// Returns the remedy that is told before a call, with its texts filled in: for the instance, else for the kind.
fn remedy_of(tx: &Tx<'_>, run: &Run, asking: Asking) -> Result<Option<Known>, StoreError> {
    let mut known = match run.instance {
        Some(instance) => store::remedy::of_instance(tx, instance, asking)?,
        None => Vec::new(),
    };
    known.extend(store::remedy::of_kind(tx, run.pattern, asking)?);
    // Where a person decided, statistics are silent: the hint after the failure tells the decision.
    if known.iter().any(Known::is_decided) {
        return Ok(None);
    }
    let output = body::read(tx, run.event, Part::Output)?
        .map(|text| text.joined())
        .unwrap_or_default();
    let call = run
        .call
        .command
        .as_deref()
        .or(run.call.file.as_deref())
        .unwrap_or_default();
    let text = Text { call, output: &output };
    let filled = known.into_iter().filter_map(|mut known| {
        known.remedy.becomes = remedy::filled(&known.remedy.becomes, &run.headline)?;
        known.remedy.was = remedy::filled(&known.remedy.was, &run.headline).unwrap_or_default();
        Some(known)
    });
    let mut filled = filled.filter(|known| {
        !known.is_disowned
            && known.trials.worked >= WORKED
            && known.trials.worked > known.trials.failed
            && is_tellable_before(known, &known.remedy.becomes, &run.headline, text)
    });
    Ok(filled.next())
}

/// Returns the message of three lines; nothing when it would be too long to be read in passing.
fn message(run: &Run, known: &Known, record: Record) -> Option<Message> {
    let Remedy { kind, was, becomes, .. } = &known.remedy;
    let (to, from) = (words::code(becomes), words::code(was));
    let advice = match kind {
        RemedyKind::Path => format!("not run. It is {to}, not {from}; the same call again is let through."),
        RemedyKind::Prepared => format!("not run. First run {to}, then this call again: it is let through."),
        _ if run
            .call
            .command
            .as_deref()
            .is_none_or(|command| command.trim() == was.trim()) =>
        {
            format!("not run. Run {to} instead; the same call again is let through.")
        }
        _ => format!("not run. In it, put {to} in place of {from}; the same call again is let through."),
    };
    let Record {
        runs,
        failed,
        sessions,
        last,
    } = record;
    let text = format!(
        "{SIGNATURE}{advice}\nAs it is, it failed {failed} of {runs} times ({sessions} sessions, last on {}); the above worked in {} of {} sessions.\nIt fails with: {}",
        words::day(last),
        known.trials.worked,
        known.trials.worked + known.trials.failed,
        words::quote(&run.headline),
    );
    let fits = advice.chars().count() <= ADVICE && text.len() <= MESSAGE;
    fits.then(|| Message {
        told: Told::Warning,
        rule: Some(Rule::Remedy),
        mode: Some(run.mode),
        remedy: Some(known.id),
        text,
        suggestion: becomes.clone(),
    })
}

#[cfg(test)]
mod tests;
