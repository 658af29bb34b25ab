//! What came after a message, as far as rows tell: the messages of a session and the calls of its agents.

use super::{StoreError, Tx};
use crate::domain::id::{EventId, HintId, SessionId};
use crate::domain::lesson::Told;
use crate::domain::time::Timestamp;

/// A message that was sent to an agent, or noted for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its row.
    pub id: HintId,
    /// What it was.
    pub told: Told,
    /// The subagent.
    pub agent: Option<String>,
    /// The call that it answers, while that is kept.
    pub event: Option<EventId>,
    /// When.
    pub at: Timestamp,
    /// The finer fingerprint of the failure.
    pub instance: Option<String>,
    /// What it said to type: as it worked before, where the message only named what changes.
    pub suggestion: String,
    /// The call that failed, or was refused: of a shell call the segment.
    pub was: String,
    /// The whole of that call.
    pub call: Option<String>,
}

/// A call that ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Later {
    /// Its row.
    pub event: EventId,
    /// The subagent.
    pub agent: Option<String>,
    /// When.
    pub at: Timestamp,
    /// The command line, else the file.
    pub call: String,
    /// How it ended, as stored.
    pub status: String,
    /// Why its failure is set aside, as stored.
    pub expected: Option<String>,
    /// The finer fingerprint of its failure.
    pub instance: Option<String>,
}

/// Returns the hints and warnings of a session, and whether the session is over. A brief speaks of what may come, and
/// nothing has to come of it.
pub fn messages(tx: &Tx<'_>, session: SessionId) -> Result<(Vec<Message>, bool), StoreError> {
    let mut rows = tx.prepare_cached(
        "select h.id, h.kind, h.agent, e.id, h.at, h.instance, coalesce(r.becomes, h.suggestion),
                coalesce(r.was, f.segment, e.command, e.file, ''), coalesce(e.command, e.file)
         from hint h left join event e on e.key = h.call left join failure f on f.event = e.id
         left join remedy r on r.id = h.remedy and r.instance is not null
         where h.session = ?1 and h.kind in ('hint', 'warning') order by h.at, h.id",
    )?;
    let found = rows
        .query_map([session.0], |row| {
            let kind: String = row.get(1)?;
            Ok(Message {
                id: HintId(row.get(0)?),
                told: Told::from_word(&kind).unwrap_or(Told::Hint),
                agent: row.get(2)?,
                event: row.get::<_, Option<i64>>(3)?.map(EventId),
                at: Timestamp(row.get(4)?),
                instance: row.get(5)?,
                suggestion: row.get(6)?,
                was: row.get(7)?,
                call: row.get(8)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    let over = tx
        .prepare_cached("select ended_at is not null from session where id = ?1")?
        .query_row([session.0], |row| row.get(0))?;
    Ok((found, over))
}

/// Returns the calls of a session that ended, in the order in which they ran.
pub fn calls(tx: &Tx<'_>, session: SessionId) -> Result<Vec<Later>, StoreError> {
    let mut rows = tx.prepare_cached(
        "select e.id, e.agent, e.at, coalesce(e.command, e.file, ''), e.status, f.expected, f.instance
         from event e left join failure f on f.event = e.id
         where e.session = ?1 and e.kind = 'call' and e.status <> 'started' order by e.at, e.id",
    )?;
    let found = rows
        .query_map([session.0], |row| {
            Ok(Later {
                event: EventId(row.get(0)?),
                agent: row.get(1)?,
                at: Timestamp(row.get(2)?),
                call: row.get(3)?,
                status: row.get(4)?,
                expected: row.get(5)?,
                instance: row.get(6)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(found)
}
