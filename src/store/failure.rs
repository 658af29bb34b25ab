//! Failures: one row for each event that did not give what was wanted.

use rusqlite::{OptionalExtension as _, params};

use super::count::{self, Change};
use super::remedy::Owner;
use super::{StoreError, Tx};
use crate::domain::failure::{Expected, Finding, Severity};
use crate::domain::id::{EventId, FailureId, Fingerprint, PatternId, ProjectId, SessionId};
use crate::domain::time::Timestamp;
use crate::domain::trace::{Observation, Report};
use crate::redact::Clean;

/// Where and when a failure happened, and what it belongs to.
#[derive(Debug, Clone)]
pub struct Setting {
    /// The event that failed.
    pub event: EventId,
    /// Its session.
    pub session: SessionId,
    /// The project of the folder it ran in.
    pub project: Option<ProjectId>,
    /// Its pattern, when it has a headline that can have one.
    pub pattern: Option<PatternId>,
    /// Its finer fingerprint.
    pub instance: Option<Fingerprint>,
    /// When it happened.
    pub at: Timestamp,
    /// Identical calls that failed just before it.
    pub repeats: i64,
}

/// Returns the failure of an event, with its reason when it is set aside.
pub fn of_event(tx: &Tx<'_>, event: EventId) -> Result<Option<(FailureId, Option<String>)>, StoreError> {
    Ok(tx
        .prepare_cached("select id, expected from failure where event = ?1")?
        .query_row([event.0], |row| Ok((FailureId(row.get(0)?), row.get(1)?)))
        .optional()?)
}

/// Records a failure and counts it.
pub fn add(
    tx: &Tx<'_>,
    setting: &Setting,
    finding: &Clean<Finding>,
    seen: &Clean<Observation>,
    report: Option<&Clean<Report>>,
) -> Result<FailureId, StoreError> {
    let context = super::context::of(tx, setting, seen, report)?;
    tx.prepare_cached(
        "insert into failure (event, session, project, pattern, instance, at, origin, expected, agent, node, exit_code,
                              error_type, headline, message, file, line, segment, goal, scope, repeats,
                              input_context, snapshot)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)",
    )?
    .execute(params![
        setting.event.0,
        setting.session.0,
        setting.project.map(|project| project.0),
        setting.pattern.map(|pattern| pattern.0),
        setting.instance.map(|instance| instance.text()),
        setting.at.0,
        finding.origin.word(),
        finding.expected.map(Expected::word),
        seen.agent.as_ref().map(|agent| &agent.id),
        context.node,
        finding.exit_code,
        finding.error_type,
        finding.headline,
        finding.message,
        finding.frame.as_ref().map(|frame| &frame.file),
        finding.frame.as_ref().and_then(|frame| frame.line),
        finding.segment,
        finding.goal.as_ref().map(crate::domain::failure::Goal::key),
        finding.scope,
        setting.repeats,
        context.input,
        context.snapshot,
    ])?;
    let failure = FailureId(tx.last_insert_rowid());
    count::failure(tx, failure, Change::Add)?;
    // An event that its client called a success is a failure all the same from now on.
    tx.prepare_cached("update event set status = 'failed' where id = ?1")?
        .execute([setting.event.0])?;
    Ok(failure)
}

/// Sets a failure aside with a reason, or takes it back to the counted ones. Returns whether it counted before.
pub fn expect(tx: &Tx<'_>, failure: FailureId, reason: Option<Expected>) -> Result<bool, StoreError> {
    let counted = tx
        .prepare_cached("select expected is null from failure where id = ?1")?
        .query_row([failure.0], |row| row.get(0))?;
    count::failure(tx, failure, Change::Remove)?;
    tx.prepare_cached("update failure set expected = ?2 where id = ?1")?
        .execute(params![failure.0, reason.map(Expected::word)])?;
    count::failure(tx, failure, Change::Add)?;
    Ok(counted)
}

/// What was learnt of one failure, by the words of whoever reports it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lesson {
    /// Whether a lesson was made of it; nothing leaves that as it is.
    pub is_made: Option<bool>,
    /// What ended it, as JSON; nothing leaves that as it is.
    pub resolution: Option<String>,
}

/// Notes what was learnt of the failure of an event. What a person decided about it stands.
pub fn learnt(tx: &Tx<'_>, event: EventId, lesson: &Clean<Lesson>) -> Result<(), StoreError> {
    tx.prepare_cached(
        "update failure
         set evolution_triggered = coalesce(?2, evolution_triggered), resolution = coalesce(?3, resolution)
         where event = ?1 and coalesce(resolution ->> 'by', '') <> 'person'",
    )?
    .execute(params![event.0, lesson.is_made, lesson.resolution])?;
    Ok(())
}

/// Writes how much a failure cost its session.
pub fn weigh(tx: &Tx<'_>, failure: FailureId, severity: Severity) -> Result<(), StoreError> {
    tx.prepare_cached("update failure set severity = ?2 where id = ?1 and severity is not ?2")?
        .execute(params![failure.0, severity.word()])?;
    Ok(())
}

/// Keeps the user's words after a rejection: with the newest rejected call of the session that has none yet and
/// was not followed by other words of the user.
pub fn correct(
    tx: &Tx<'_>,
    session: SessionId,
    at: Timestamp,
    prompt: EventId,
    words: &Clean<String>,
) -> Result<(), StoreError> {
    tx.prepare_cached(
        "update failure set correction = ?4
         where id = (select id from failure where session = ?1 and expected = 'rejected' and correction is null and at <= ?2
                     order by at desc limit 1)
           and not exists (select 1 from event e
                           where e.session = ?1 and e.kind = 'prompt' and e.id <> ?3 and e.at > failure.at and e.at < ?2)",
    )?
    .execute(params![session.0, at.0, prompt.0, words.as_str()])?;
    Ok(())
}

/// Keeps the words that stand in a rejection itself.
pub fn correct_with(tx: &Tx<'_>, failure: FailureId, words: &Clean<String>) -> Result<(), StoreError> {
    tx.prepare_cached("update failure set correction = ?2 where id = ?1")?
        .execute(params![failure.0, words.as_str()])?;
    Ok(())
}

/// A failure as the worker weighs it.
#[derive(Debug, Clone)]
pub struct Row {
    /// The failure.
    pub id: FailureId,
    /// Its event.
    pub event: EventId,
    /// Why it is set aside.
    pub expected: Option<Expected>,
    /// Its goal's key.
    pub goal: Option<String>,
    /// What a remedy for it belongs to; nothing when it has no pattern.
    pub owner: Option<Owner>,
    /// The exit code.
    pub exit_code: Option<i32>,
    /// The line that says what went wrong.
    pub headline: String,
    /// The lines around it.
    pub message: String,
    /// The segment of the command line that failed.
    pub segment: Option<String>,
}

/// Returns the failures of a session in the order in which they happened.
pub fn of_session(tx: &Tx<'_>, session: SessionId) -> Result<Vec<Row>, StoreError> {
    let mut rows = tx.prepare_cached(
        "select id, event, expected, goal, pattern, instance, project, exit_code, headline, message, segment
         from failure where session = ?1 order by at, id",
    )?;
    let found = rows
        .query_map([session.0], |row| {
            Ok(Row {
                id: FailureId(row.get(0)?),
                event: EventId(row.get(1)?),
                expected: row
                    .get::<_, Option<String>>(2)?
                    .as_deref()
                    .and_then(Expected::from_word),
                goal: row.get(3)?,
                owner: owner(row)?,
                exit_code: row.get(7)?,
                headline: row.get(8)?,
                message: row.get(9)?,
                segment: row.get(10)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(found)
}

fn owner(row: &rusqlite::Row<'_>) -> rusqlite::Result<Option<Owner>> {
    let Some(pattern) = row.get::<_, Option<i64>>(4)? else {
        return Ok(None);
    };
    Ok(Some(Owner {
        pattern: PatternId(pattern),
        instance: row.get::<_, Option<String>>(5)?.as_deref().and_then(Fingerprint::parse),
        project: row.get::<_, Option<i64>>(6)?.map(ProjectId),
    }))
}
