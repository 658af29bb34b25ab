//! One observation into the store: the row, what failed in it, what it counts for.
//!
//! Recording is idempotent: hooks, transcripts, a resumed history and a second client may all report the same
//! event, and it is counted once.

use std::collections::HashMap;
use std::path::Path;

use super::again::{failed_after_all, set_aside};
use super::group::{Grouped, group};
use super::home::{Home, Homes};
use super::prepare::{Prepared, prepare};
use super::{project, reported, told};
use crate::config;
use crate::domain::failure::Finding;
use crate::domain::id::{ProjectId, RootId, SessionId};
use crate::domain::trace::{BackgroundEnd, Call, CallEnd, Observation, Report, Step, Text, Via};
use crate::failure::{recognise, rejection};
use crate::redact::Clean;
use crate::store::event::{self, Kind, Recorded, StepRow};
use crate::store::failure::{self, Setting};
use crate::store::project::of_folder;
use crate::store::{StoreError, Tx, count, findable, session};

/// What recording some observations came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Calls that were not known before.
    pub calls: u64,
    /// Failures that were not known before and count.
    pub failures: u64,
    /// Failures that were not known before and are set aside.
    pub expected: u64,
}

impl Tally {
    /// Adds another tally to this one.
    pub fn add(&mut self, other: Self) {
        self.calls += other.calls;
        self.failures += other.failures;
        self.expected += other.expected;
    }
}

/// Bytes of a user's correction that are kept.
const CORRECTION: usize = 2_000;

/// Records observations. Keeps what it learns about folders for a transaction, so that a folder costs one look-up of
/// its project.
#[derive(Debug)]
pub struct Recorder {
    machine: String,
    homes: Homes,
    /// Folders, and whether their repository lets what happens in them be recorded.
    open: HashMap<String, bool>,
}

impl Recorder {
    /// Returns a recorder for this machine or container.
    #[must_use]
    pub fn new(machine: String) -> Self {
        Self {
            machine,
            homes: Homes::default(),
            open: HashMap::new(),
        }
    }

    /// Begins a transaction: between two of them other programs may make one project of two, or forget one.
    pub fn begin(&mut self) {
        self.homes.clear();
    }

    /// Records one observation.
    pub fn record(&mut self, tx: &Tx<'_>, prepared: &Prepared) -> Result<Tally, StoreError> {
        if !self.is_open(tx, &prepared.seen)? {
            return Ok(Tally::default());
        }
        let owner = session::of(tx, &prepared.seen, &self.machine)?;
        let joined = with_its_call(tx, owner, &prepared.seen)?;
        let prepared = joined.as_ref().unwrap_or(prepared);
        let seen = &prepared.seen;
        let home = self.homes.of(tx, &self.machine, seen)?;
        if let Some(home) = home {
            session::settle_in(tx, owner, home.project, home.root)?;
        }
        let at = At { session: owner, home };
        match &seen.step {
            Step::CallStarted(_) => at.call_started(tx, seen),
            Step::Told(_) => at.told(tx, seen),
            Step::CallEnded(_) => at.call_ended(tx, prepared),
            Step::Reported(_) => at.added(tx, prepared),
            Step::BackgroundEnded(end) => at.background_ended(tx, seen, end),
            Step::ModelError(error) => {
                let words = seen.derive(|seen| match &seen.step {
                    Step::ModelError(error) => error.message.clone(),
                    _ => Text::default(),
                });
                let row = StepRow {
                    kind: Kind::ModelError,
                    id: None,
                    failed: error.ended_turn,
                    exit_code: None,
                    words: &words,
                };
                let recorded = at.step(tx, seen, &row)?;
                at.failed(tx, seen, recorded, prepared.finding.as_ref(), None)
            }
            Step::Prompt(_) => at.prompted(tx, seen),
            Step::SessionStarted(start) => {
                session::started(tx, owner, seen)?;
                if start.parent.is_some() {
                    session::continues(tx, owner, seen)?;
                }
                session::touch(tx, owner, seen)?;
                Ok(Tally::default())
            }
            Step::SessionEnded { .. } => {
                let reason = seen.derive(|seen| match &seen.step {
                    Step::SessionEnded { reason } => reason.clone(),
                    _ => String::new(),
                });
                session::touch(tx, owner, seen)?;
                session::ended(tx, owner, seen.at, &reason)?;
                Ok(Tally::default())
            }
            Step::Usage(_) => {
                let usage = seen.derive(|seen| match &seen.step {
                    Step::Usage(usage) => usage.clone(),
                    _ => crate::domain::trace::Usage::default(),
                });
                session::used(tx, owner, &usage)?;
                Ok(Tally::default())
            }
            Step::Cost { micro_usd } => {
                session::cost(tx, owner, *micro_usd)?;
                Ok(Tally::default())
            }
            Step::TurnEnded { .. }
            | Step::AgentStarted
            | Step::AgentStopped { .. }
            | Step::Compacted { .. }
            | Step::Interrupted { .. } => at.plain_step(tx, seen),
        }
    }

    /// Returns whether an observation may be recorded. Hooks have asked before they wrote; transcripts are written by
    /// the client, whatever the repository says. What names no folder follows what is known of its session.
    fn is_open(&mut self, tx: &Tx<'_>, seen: &Observation) -> Result<bool, StoreError> {
        match &seen.cwd {
            _ if seen.via == Via::Hook => Ok(true),
            None => session::is_known(tx, &seen.session),
            Some(cwd) => {
                let ask = || config::repository(Path::new(cwd)).capture;
                Ok(*self.open.entry(cwd.clone()).or_insert_with(ask))
            }
        }
    }
}

/// Where an observation belongs.
#[derive(Debug, Clone, Copy)]
struct At {
    session: SessionId,
    home: Option<Home>,
}

impl At {
    fn root(self) -> Option<RootId> {
        self.home.map(|home| home.root)
    }

    /// Returns the project of the folder that a row names: the first report of a call decides where it ran.
    fn project(self, tx: &Tx<'_>, recorded: Recorded) -> Result<Option<ProjectId>, StoreError> {
        match recorded.root {
            root if root == self.root() => Ok(self.home.map(|home| home.project)),
            Some(root) => of_folder(tx, root).map(Some),
            None => Ok(None),
        }
    }

    fn call_started(self, tx: &Tx<'_>, seen: &Clean<Observation>) -> Result<Tally, StoreError> {
        let recorded = event::call_started(tx, self.session, self.root(), seen)?;
        self.after(tx, seen, recorded)?;
        Ok(Tally {
            calls: u64::from(recorded.new),
            ..Tally::default()
        })
    }

    /// Keeps what a hook told. The call that it answers gets its row now: its outcome may come later, or never.
    fn told(self, tx: &Tx<'_>, seen: &Clean<Observation>) -> Result<Tally, StoreError> {
        let call = seen.derive(told::about).transpose();
        let recorded = match &call {
            Some(call) => Some(event::call_started(tx, self.session, self.root(), call)?),
            None => None,
        };
        match recorded {
            Some(recorded) => self.after(tx, seen, recorded)?,
            None => session::touch(tx, self.session, seen)?,
        }
        told::keep(tx, self.session, recorded.map(|recorded| recorded.event), seen)?;
        Ok(Tally {
            calls: u64::from(recorded.is_some_and(|recorded| recorded.new)),
            ..Tally::default()
        })
    }

    fn call_ended(self, tx: &Tx<'_>, prepared: &Prepared) -> Result<Tally, StoreError> {
        let seen = &prepared.seen;
        let recorded = event::call_ended(tx, self.session, self.root(), seen)?;
        self.after(tx, seen, recorded)?;
        if recorded.session != self.session {
            return Ok(Tally::default());
        }
        let counts = prepared
            .finding
            .as_ref()
            .is_some_and(|finding| finding.expected.is_none());
        if recorded.completed {
            count::exercised(tx, self.session, &prepared.keys, counts)?;
            if let Some(root) = self.root() {
                project::note(tx, root, seen)?;
            }
            if let (Some(project), false) = (self.project(tx, recorded)?, prepared.shape.is_empty()) {
                count::shaped(tx, project, &prepared.shape, counts, seen.at)?;
            }
        }
        let mut tally = self.failed(tx, seen, recorded, prepared.finding.as_ref(), prepared.report.as_ref())?;
        if !recorded.completed && tally.failures > 0 {
            failed_after_all(tx, recorded.event, true)?;
        }
        tally.calls = u64::from(recorded.new);
        self.added(tx, prepared)?;
        Ok(tally)
    }

    /// Keeps what a program says of a call that is recorded: what was learnt of it may be said later, or again.
    fn added(self, tx: &Tx<'_>, prepared: &Prepared) -> Result<Tally, StoreError> {
        if let Some(report) = &prepared.report {
            reported::add(tx, self.session, &prepared.seen, report)?;
        }
        Ok(Tally::default())
    }

    fn background_ended(
        self,
        tx: &Tx<'_>,
        seen: &Clean<Observation>,
        end: &BackgroundEnd,
    ) -> Result<Tally, StoreError> {
        let words = seen.derive(|seen| match &seen.step {
            Step::BackgroundEnded(end) => end.summary.clone(),
            _ => Text::default(),
        });
        let id = end.call.as_deref().or(end.task.as_deref());
        let row = StepRow {
            kind: Kind::Background,
            id,
            failed: end.failed,
            exit_code: end.exit_code,
            words: &words,
        };
        let recorded = self.step(tx, seen, &row)?;
        if !end.failed || !recorded.new {
            return Ok(Tally::default());
        }
        let finding = match event::call_with_id(tx, self.session, end.call.as_deref().unwrap_or_default())? {
            Some(call) => seen
                .clone()
                .zip(call)
                .derive(|(seen, call)| found_in_background(seen, Some(call))),
            None => seen.derive(|seen| found_in_background(seen, None)),
        };
        let finding = finding.transpose();
        self.failed(tx, seen, recorded, finding.as_ref(), None)
    }

    fn prompted(self, tx: &Tx<'_>, seen: &Clean<Observation>) -> Result<Tally, StoreError> {
        let words = seen.derive(|seen| match &seen.step {
            Step::Prompt(text) => text.clone(),
            _ => Text::default(),
        });
        let row = StepRow {
            kind: Kind::Prompt,
            id: None,
            failed: false,
            exit_code: None,
            words: &words,
        };
        let recorded = self.step(tx, seen, &row)?;
        if recorded.new {
            session::prompted(tx, self.session)?;
        }
        // A hook may have reported the words long before the transcript tells what they answered.
        if recorded.session == self.session {
            let correction = words.derive(|words| clip(&words.joined()));
            failure::correct(tx, self.session, seen.at, recorded.event, &correction)?;
        }
        Ok(Tally::default())
    }

    fn plain_step(self, tx: &Tx<'_>, seen: &Clean<Observation>) -> Result<Tally, StoreError> {
        let kind = match &seen.step {
            Step::TurnEnded { .. } => Kind::Turn,
            Step::Interrupted { .. } => Kind::Interrupt,
            Step::Compacted { .. } => Kind::Compact,
            _ => Kind::Agent,
        };
        let words = seen.derive(|seen| match &seen.step {
            Step::TurnEnded { message } | Step::AgentStopped { message, .. } => message.clone(),
            Step::Compacted { trigger } => Text::whole(trigger.clone()),
            _ => Text::default(),
        });
        // A subagent begins once, however often the reading of its transcript does.
        let id = match &seen.step {
            Step::AgentStarted => seen.agent.as_ref().map(|agent| agent.id.as_str()),
            _ => None,
        };
        self.step(
            tx,
            seen,
            &StepRow {
                kind,
                id,
                failed: false,
                exit_code: None,
                words: &words,
            },
        )?;
        Ok(Tally::default())
    }

    fn step(self, tx: &Tx<'_>, seen: &Clean<Observation>, row: &StepRow<'_>) -> Result<Recorded, StoreError> {
        let recorded = event::step(tx, self.session, self.root(), seen, row)?;
        self.after(tx, seen, recorded)?;
        Ok(recorded)
    }

    /// A row that another session owns is copied history: the two are tied, and this session's time stays as it was.
    fn after(self, tx: &Tx<'_>, seen: &Clean<Observation>, recorded: Recorded) -> Result<(), StoreError> {
        if recorded.session == self.session {
            if recorded.new || recorded.completed || recorded.moved {
                session::unsettle(tx, self.session)?;
            }
            session::touch(tx, self.session, seen)
        } else {
            session::descend(tx, self.session, recorded.session)
        }
    }

    fn failed(
        self,
        tx: &Tx<'_>,
        seen: &Clean<Observation>,
        recorded: Recorded,
        finding: Option<&Clean<Finding>>,
        report: Option<&Clean<Report>>,
    ) -> Result<Tally, StoreError> {
        let Some(finding) = finding else {
            return Ok(Tally::default());
        };
        if recorded.session != self.session {
            return Ok(Tally::default());
        }
        match failure::of_event(tx, recorded.event)? {
            None => self.add_failure(tx, seen, recorded, finding, report),
            // A later report may know better why it failed: the transcript tells a rejection from an error.
            Some((id, None)) if finding.expected.is_some() => {
                set_aside(tx, id, recorded.event, finding.expected)?;
                session::unsettle(tx, self.session)?;
                Ok(Tally::default())
            }
            Some(_) => Ok(Tally::default()),
        }
    }

    fn add_failure(
        self,
        tx: &Tx<'_>,
        seen: &Clean<Observation>,
        recorded: Recorded,
        finding: &Clean<Finding>,
        report: Option<&Clean<Report>>,
    ) -> Result<Tally, StoreError> {
        let event = recorded.event;
        // What is nobody's fault is recorded, but makes no failure mode.
        let grouped = if finding.expected.is_none() {
            group(tx, finding)?
        } else {
            None
        };
        let setting = Setting {
            event,
            session: self.session,
            project: self.project(tx, recorded)?,
            pattern: grouped.map(|Grouped { pattern, .. }| pattern),
            instance: grouped.map(|Grouped { instance, .. }| instance),
            at: seen.at,
            repeats: event::repeats(tx, self.session, event, seen.at)?,
        };
        let id = failure::add(tx, &setting, finding, seen, report)?;
        session::unsettle(tx, self.session)?;
        if let Some(words) = seen.derive(said_in_rejection).transpose() {
            failure::correct_with(tx, id, &words)?;
        }
        if let Some(Grouped { pattern, .. }) = grouped {
            findable::changed(tx, pattern, setting.project)?;
        }
        let counts = finding.expected.is_none();
        Ok(Tally {
            calls: 0,
            failures: u64::from(counts),
            expected: u64::from(!counts),
        })
    }
}

/// Returns an outcome whose call was not seen with the call that its session's row tells of, if there is one.
fn with_its_call(tx: &Tx<'_>, session: SessionId, seen: &Clean<Observation>) -> Result<Option<Prepared>, StoreError> {
    let Some(id) = called(seen)
        .filter(|end| end.call.is_unseen())
        .and_then(|end| end.call.id.as_deref())
    else {
        return Ok(None);
    };
    let Some(call) = event::call_with_id(tx, session, id)? else {
        return Ok(None);
    };
    let seen = seen.clone().zip(call).derive(|(seen, call)| {
        let mut seen = seen.clone();
        if let Step::CallEnded(end) = &mut seen.step {
            end.call = call.clone();
        }
        seen
    });
    Ok(Some(prepare(&seen)))
}

fn found_in_background(seen: &Observation, call: Option<&Call>) -> Option<Finding> {
    match &seen.step {
        Step::BackgroundEnded(end) => recognise::background(end, call),
        _ => None,
    }
}

fn called(seen: &Observation) -> Option<&CallEnd> {
    match &seen.step {
        Step::CallEnded(end) => Some(end),
        _ => None,
    }
}

/// Returns what the user said in the rejection itself, which the client puts behind a fixed sentence.
fn said_in_rejection(seen: &Observation) -> Option<String> {
    rejection::words(&called(seen)?.output.head).map(clip)
}

fn clip(words: &str) -> String {
    words[..words.floor_char_boundary(CORRECTION)].to_owned()
}
