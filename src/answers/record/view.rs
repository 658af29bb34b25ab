//! What recording came to, as its caller reads it.

use schemars::JsonSchema;
use serde::Serialize;

use super::checked::Checked;
use crate::answers::check::met;
use crate::answers::failures::{ModeLine, line, reason};
use crate::answers::page::Page;
use crate::answers::pick::{failure_id, project_at, session_id};
use crate::answers::remedies::{RemedyLine, suggested};
use crate::answers::style::count;
use crate::answers::{Advice, Answer, AnswerError, CheckQuery, Style, check};
use crate::config::Settings;
use crate::domain::id::Fingerprint;
use crate::domain::time::Timestamp;
use crate::domain::trace::SessionKey;
use crate::flow::FlowError;
use crate::store::read::{CallRow, FailureRow, ModeRow};
use crate::store::{Store, StoreError, journal};

/// What is known of a failure that was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecordVerdict {
    /// It was met before, and something is suggested.
    KnownFix,
    /// It was met before, and nothing that led out of it is known.
    SeenUnfixed,
    /// It was not met before.
    New,
    /// It is nobody's fault, and does not count.
    SetAside,
    /// Nothing failed.
    Passed,
    /// It is recorded, and not grouped yet.
    Waiting,
}

/// What recording came to.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RecordView {
    /// What was recorded, in the order in which it was told.
    pub records: Vec<RecordedLine>,
    /// What was told wrongly and is not recorded.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<RefusedLine>,
    /// Why what was recorded is not grouped yet; left out when it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waits: Option<String>,
    #[serde(skip)]
    told: Vec<SessionKey>,
    #[serde(skip)]
    ended: bool,
}

impl RecordView {
    /// Returns whether the worker is to be started: a session ended, or has told of much since. It is asked once.
    #[must_use]
    pub fn is_worker_due(&self, settings: &Settings) -> bool {
        let folder = settings.journals();
        let turned = |session| journal::turned(&folder, session, settings.file.stop_every);
        // Every record is counted, whatever the ones before it came to.
        let due = self.told.iter().filter(|session| turned(session)).count();
        self.ended || due > 0
    }
}

/// One record.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RecordedLine {
    /// Its number among those that were told, from 1.
    pub line: usize,
    /// `known_fix`, `seen_unfixed`, `new`, `set_aside`, `passed` or `waiting`.
    pub verdict: RecordVerdict,
    /// It was recorded before: nothing is counted twice.
    pub repeated: bool,
    /// It only added to what was recorded before.
    pub added: bool,
    /// The session's id.
    pub session: String,
    /// The id of the failure; left out when nothing failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// Why it does not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set_aside: Option<String>,
    /// The line that says what went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headline: Option<String>,
    /// Its failure mode, with figures over all time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<ModeLine>,
    /// What is suggested, best first, at most three.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remedies: Vec<RemedyLine>,
    /// Failure modes that are alike in words, where this one is new; at most three.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub similar: Vec<ModeLine>,
    /// Fields that were given and mean nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ignored: Vec<String>,
}

/// A record that was told wrongly.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RefusedLine {
    /// Its number among those that were told, from 1.
    pub line: usize,
    /// What is wrong, where, and what to give instead.
    pub error: String,
}

impl RefusedLine {
    /// Returns the line of a record that was told wrongly.
    #[must_use]
    pub fn new(line: usize, error: &AnswerError) -> Self {
        let mut words = vec![error.to_string()];
        words.extend(error.advice());
        Self {
            line,
            error: words.join("; "),
        }
    }
}

/// Returns why what is journalled is not in the database.
pub(super) fn waiting(error: &FlowError) -> String {
    let advice = match error {
        // It is drained by the next command that finds the lock free.
        FlowError::Store(StoreError::Busy) => Vec::new(),
        error => error.advice(),
    };
    let mut words = vec![error.to_string()];
    words.extend(advice);
    words.join(": ")
}

/// Returns what recording came to. `grouped` is why it is not in the database, where it is not.
pub(super) fn view(
    grouped: Result<&Store, String>,
    taken: &[(usize, Checked)],
    known: &[Option<CallRow>],
    mut refused: Vec<RefusedLine>,
    now: Timestamp,
) -> Result<RecordView, AnswerError> {
    let mut records = Vec::new();
    let mut told: Vec<(&SessionKey, &str)> = Vec::new();
    for ((line, one), known) in taken.iter().zip(known) {
        let mut recorded = RecordedLine {
            line: *line,
            verdict: RecordVerdict::Waiting,
            repeated: known.is_some() || told.contains(&(&one.key, one.id.as_str())),
            added: one.call.is_none() && !one.id.is_empty(),
            session: one.key.external.clone(),
            failure: None,
            set_aside: None,
            headline: None,
            mode: None,
            remedies: Vec::new(),
            similar: Vec::new(),
            ignored: one.ignored.clone(),
        };
        told.push((&one.key, one.id.as_str()));
        if let Ok(store) = &grouped {
            if recorded.added && one.row(store)?.is_none() {
                refused.push(RefusedLine {
                    line: *line,
                    error: "nothing is recorded of a call with this `id` in this `session`".to_owned(),
                });
                continue;
            }
            found(store, one, &mut recorded, now)?;
        }
        records.push(recorded);
    }
    Ok(RecordView {
        records,
        refused,
        waits: grouped.err(),
        told: taken.iter().map(|(_, one)| one.key.clone()).collect(),
        ended: taken.iter().any(|(_, one)| one.ends),
    })
}

/// Fills in what the database knows of a record.
fn found(store: &Store, one: &Checked, line: &mut RecordedLine, now: Timestamp) -> Result<(), AnswerError> {
    line.verdict = RecordVerdict::Passed;
    let Some(call) = one.row(store)? else { return Ok(()) };
    line.session = session_id(store, &one.key.external)?;
    let Some(failure) = call.failure.map(|id| store.failure(id)).transpose()?.flatten() else {
        return Ok(());
    };
    line.failure = Some(failure_id(failure.id));
    line.headline = Some(failure.headline.clone());
    line.set_aside = failure.expected.as_deref().map(reason);
    if line.set_aside.is_some() {
        line.verdict = RecordVerdict::SetAside;
        return Ok(());
    }
    judged(store, one, &failure, line, now)
}

/// Says of a failure that counts whether it was met before, and what is suggested.
fn judged(
    store: &Store,
    one: &Checked,
    failure: &FailureRow,
    recorded: &mut RecordedLine,
    now: Timestamp,
) -> Result<(), AnswerError> {
    recorded.verdict = RecordVerdict::New;
    let Some(mode) = failure.mode.map(|mode| store.mode(mode)).transpose()?.flatten() else {
        return Ok(());
    };
    let here = project_at(store, one.cwd.as_deref())?;
    let instance: Vec<Fingerprint> = failure
        .instance
        .as_deref()
        .and_then(Fingerprint::parse)
        .into_iter()
        .collect();
    recorded.remedies = suggested(store, mode.id, &instance, &failure.headline, here, now)?;
    // What it was told is the caller's own; how the mode was met elsewhere is not.
    let own = ModeRow {
        headline: failure.headline.clone(),
        ..mode
    };
    recorded.mode = Some(line(store, &own, now)?);
    if !recorded.remedies.is_empty() {
        recorded.verdict = RecordVerdict::KnownFix;
    } else if own.failures > 1 {
        recorded.verdict = RecordVerdict::SeenUnfixed;
    } else {
        let query = CheckQuery {
            output: failure.headline.clone(),
            here: one.cwd.clone(),
            ..CheckQuery::default()
        };
        let itself = recorded.mode.as_ref().and_then(|mode| mode.id.clone());
        let alike = check(store, &query, now)?.matches.into_iter().map(|one| one.mode);
        recorded.similar = alike.filter(|mode| mode.id != itself).collect();
    }
    Ok(())
}

impl RecordVerdict {
    /// Returns the verdict in words.
    const fn words(self) -> &'static str {
        match self {
            Self::KnownFix => "known, with a fix",
            Self::SeenUnfixed => "seen before, unfixed",
            Self::New => "new",
            Self::SetAside => "set aside",
            Self::Passed => "passed",
            Self::Waiting => "recorded, not yet grouped",
        }
    }
}

impl RecordedLine {
    fn text(&self, style: &Style) -> String {
        let mut out = Page::default();
        let again = match (self.added, self.repeated) {
            (true, _) => "added to it",
            (false, true) => "recorded before",
            (false, false) => "",
        };
        let known = match (&self.mode, self.verdict) {
            (Some(mode), RecordVerdict::KnownFix | RecordVerdict::SeenUnfixed) => met(mode, style),
            _ => String::new(),
        };
        let head = [
            self.failure.clone().unwrap_or_default(),
            self.verdict.words().to_owned(),
            self.set_aside.clone().unwrap_or_default(),
            known,
            again.to_owned(),
        ];
        out.line(style.dotted(&head));
        for mode in self.mode.iter().filter(|_| self.verdict != RecordVerdict::New) {
            mode.lines(style).into_iter().for_each(|line| out.line(line));
        }
        for line in self.remedies.iter().flat_map(|remedy| remedy.lines(style)) {
            out.line(line);
        }
        if !self.similar.is_empty() {
            out.line("Alike in words:");
        }
        for line in self.similar.iter().flat_map(|mode| mode.lines(style)) {
            out.line(line);
        }
        if !self.ignored.is_empty() {
            out.line(format!(
                "Unknown fields, left out: {}",
                style.safe(&self.ignored.join(", "))
            ));
        }
        out.text()
    }
}

impl Answer for RecordView {
    fn text(&self, style: &Style) -> String {
        let mut out = Page::default();
        match self.records.as_slice() {
            [one] => out.add(&one.text(style)),
            several => {
                out.line(format!(
                    "{} recorded.",
                    count(i64::try_from(several.len()).unwrap_or(i64::MAX), "record")
                ));
                for one in several.iter().filter(|one| one.failure.is_some()) {
                    out.add(&one.text(style));
                }
            }
        }
        for refused in &self.refused {
            out.line(format!(
                "Line {} is not recorded: {}",
                refused.line,
                style.safe(&refused.error)
            ));
        }
        if let Some(why) = &self.waits {
            out.line(format!("It is in the journal, and grouped later: {}", style.safe(why)));
        }
        out.text()
    }
}
