//! What was told: one row for each message that was sent to an agent, or would have been.

use rusqlite::params;

use super::{StoreError, Tx};
use crate::domain::id::{EventId, Fingerprint, HintId, ModeId, RemedyId, SessionId};
use crate::domain::lesson::{Aftermath, Message, Told};
use crate::domain::time::Timestamp;
use crate::redact::Clean;

/// To whom a message goes, and about which call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occasion {
    /// The session.
    pub session: SessionId,
    /// The subagent; nothing for the session's own agent.
    pub agent: Option<String>,
    /// The call that it answers, or the step with which the session began.
    pub event: EventId,
    /// The finer fingerprint of the failure.
    pub instance: Option<Fingerprint>,
    /// When.
    pub at: Timestamp,
    /// It is only noted, and not sent.
    pub shadow: bool,
}

/// Claims the right to tell a message: writes its row, and returns nothing when this call was answered before.
pub fn claim(tx: &Tx<'_>, occasion: &Occasion, message: &Clean<Message>) -> Result<Option<HintId>, StoreError> {
    let written = tx
        .prepare_cached(
            "insert into hint (session, call, kind, agent, rule, mode, instance, remedy, at, shadow, text, suggestion, bytes)
             select ?1, e.key, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13 from event e where e.id = ?2
             on conflict (session, call, kind) do nothing",
        )?
        .execute(params![
            occasion.session.0,
            occasion.event.0,
            message.told.word(),
            occasion.agent,
            message.rule.map(crate::domain::lesson::Rule::word),
            message.mode.map(|mode| mode.0),
            occasion.instance.map(|instance| instance.text()),
            message.remedy.map(|remedy| remedy.0),
            occasion.at.0,
            occasion.shadow,
            message.text,
            message.suggestion,
            i64::try_from(message.text.len()).unwrap_or(i64::MAX),
        ])?;
    Ok((written > 0).then(|| HintId(tx.last_insert_rowid())))
}

/// A message that an agent still has before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    /// Its row.
    pub id: HintId,
    /// What it was.
    pub told: Told,
    /// The failure mode that it spoke of.
    pub mode: Option<ModeId>,
    /// The remedy that it named.
    pub remedy: Option<RemedyId>,
    /// What it said to type.
    pub suggestion: String,
    /// When.
    pub at: Timestamp,
}

/// Returns what one agent of a session was told since its last compaction, oldest first.
pub fn before(tx: &Tx<'_>, session: SessionId, agent: Option<&str>) -> Result<Vec<Earlier>, StoreError> {
    let mut rows = tx.prepare_cached(
        "select id, kind, mode, remedy, suggestion, at from hint
         where session = ?1 and agent is ?2
           and at > coalesce((select max(e.at) from event e where e.session = ?1 and e.kind = 'compact' and e.agent is ?2), -1)
         order by at, id",
    )?;
    let found = rows
        .query_map(params![session.0, agent], |row| {
            let kind: String = row.get(1)?;
            Ok(Earlier {
                id: HintId(row.get(0)?),
                told: Told::from_word(&kind).unwrap_or(Told::Hint),
                mode: row.get::<_, Option<i64>>(2)?.map(ModeId),
                remedy: row.get::<_, Option<i64>>(3)?.map(RemedyId),
                suggestion: row.get(4)?,
                at: Timestamp(row.get(5)?),
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(found)
}

/// Writes what came of a message.
pub fn came(tx: &Tx<'_>, hint: HintId, aftermath: Option<Aftermath>) -> Result<(), StoreError> {
    tx.prepare_cached("update hint set aftermath = ?2 where id = ?1 and aftermath is not ?2")?
        .execute(params![hint.0, aftermath.map(Aftermath::word)])?;
    Ok(())
}
