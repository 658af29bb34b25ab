//! What was told: one row for each message that was sent to an agent, or would have been.

use rusqlite::params;

use super::key::EventKey;
use super::mute::{Whom, is_muted};
use super::remedy::Asking;
use super::{StoreError, Tx};
use crate::domain::id::{EventId, Fingerprint, HintId, ModeId, PatternId, ProjectId, RemedyId, SessionId};
use crate::domain::lesson::{Aftermath, Message, Told};
use crate::domain::time::Timestamp;
use crate::domain::trace::{CallEnd, Observation, Step, ToolKind};
use crate::redact::Clean;

/// To whom a message goes, and about which call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occasion {
    /// The session.
    pub session: SessionId,
    /// The subagent; nothing for the session's own agent.
    pub agent: Option<String>,
    /// What it answers.
    pub answers: Answers,
    /// The finer fingerprint of the failure.
    pub instance: Option<Fingerprint>,
    /// When.
    pub at: Timestamp,
    /// It is only noted, and not sent.
    pub shadow: bool,
}

/// What a message answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answers {
    /// A call.
    Event(EventId),
    /// The start of a session, which is no event.
    Start,
}

/// The name of a call, by which it is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallName(EventKey);

impl CallName {
    /// Returns the name of the call that an observation is the outcome of.
    #[must_use]
    pub fn of(seen: &Clean<Observation>) -> Option<Self> {
        let Step::CallEnded(CallEnd { call, .. }) = &seen.step else {
            return None;
        };
        let assistant = seen.session.assistant.0.as_str();
        Some(Self(EventKey::of_call(
            assistant,
            seen.at,
            call.id.as_deref(),
            &call.tool,
            &call.input,
        )))
    }

    /// Returns it as it is stored.
    pub(super) fn key(self) -> [u8; 16] {
        self.0.0
    }

    /// Returns the name as one word.
    #[must_use]
    pub fn word(self) -> String {
        format!("{:032x}", u128::from_be_bytes(self.0.0))
    }
}

/// Claims the right to tell a message: writes its row, and returns nothing when this call was answered before. A failure
/// mode or remedy that is gone meanwhile is left out.
pub fn claim(tx: &Tx<'_>, occasion: &Occasion, message: &Clean<Message>) -> Result<Option<HintId>, StoreError> {
    let event = match occasion.answers {
        Answers::Event(event) => Some(event.0),
        Answers::Start => None,
    };
    let start = EventKey::of(&[
        b"start",
        &occasion.session.0.to_le_bytes(),
        &occasion.at.0.to_le_bytes(),
    ]);
    let written = tx
        .prepare_cached(
            "insert into hint (session, call, kind, agent, rule, mode, instance, remedy, at, shadow, text, suggestion, bytes)
             select ?1, coalesce((select key from event where id = ?2), ?14), ?3, ?4, ?5, (select id from mode where id = ?6),
                    ?7, (select id from remedy where id = ?8), ?9, ?10, ?11, ?12, ?13
             on conflict (session, call, kind) do nothing",
        )?
        .execute(params![
            occasion.session.0,
            event,
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
            start.0,
        ])?;
    Ok((written > 0).then(|| HintId(tx.last_insert_rowid())))
}

/// A message that an agent still has before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    /// The call that it answered.
    pub call: CallName,
    /// The failure mode that it spoke of.
    pub mode: Option<ModeId>,
    /// The remedy that it named.
    pub remedy: Option<RemedyId>,
    /// What it said to type.
    pub suggestion: String,
    /// The call that its remedy replaced, and what replaced it; empty where it named no remedy.
    pub change: (String, String),
    /// When.
    pub at: Timestamp,
}

/// Returns what one agent of a session was told at its actions since its last compaction, oldest first. A brief is far
/// behind by then, and a warning that was only noted was told to nobody.
pub fn before(tx: &Tx<'_>, session: SessionId, agent: Option<&str>) -> Result<Vec<Earlier>, StoreError> {
    let mut rows = tx.prepare_cached(
        "select h.call, h.mode, h.remedy, h.suggestion, coalesce(r.was, ''), coalesce(r.becomes, ''), h.at
         from hint h left join remedy r on r.id = h.remedy and r.instance is not null
         where h.session = ?1 and h.agent is ?2 and h.kind <> 'brief' and (h.shadow = 0 or h.kind = 'hint')
           and h.at > coalesce((select max(e.at) from event e where e.session = ?1 and e.kind = 'compact' and e.agent is ?2), -1)
         order by h.at, h.id",
    )?;
    let found = rows
        .query_map(params![session.0, agent], |row| {
            Ok(Earlier {
                call: CallName(EventKey(row.get(0)?)),
                mode: row.get::<_, Option<i64>>(1)?.map(ModeId),
                remedy: row.get::<_, Option<i64>>(2)?.map(RemedyId),
                suggestion: row.get(3)?,
                change: (row.get(4)?, row.get(5)?),
                at: Timestamp(row.get(6)?),
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

/// Returns how many messages of a kind a session got, all its agents together.
pub fn count(tx: &Tx<'_>, session: SessionId, told: Told) -> Result<usize, StoreError> {
    let count: i64 = tx
        .prepare_cached("select count(*) from hint where session = ?1 and kind = ?2")?
        .query_row(params![session.0, told.word()], |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

/// A failure that just happened, with what decides whether something is told of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Faced {
    /// The call; nothing while it is only journalled.
    pub event: Option<EventId>,
    /// The root of its session: the first of a chain of forks, resumes and subagents. Nothing for one that begins with
    /// this call.
    pub root: Option<SessionId>,
    /// The subagent.
    pub agent: Option<String>,
    /// The project.
    pub project: Option<ProjectId>,
    /// Its pattern.
    pub pattern: PatternId,
    /// Its failure mode.
    pub mode: ModeId,
    /// Its finer fingerprint.
    pub instance: Option<Fingerprint>,
    /// The kind of tool.
    pub kind: ToolKind,
    /// The line that says what went wrong.
    pub headline: String,
    /// The lines around it.
    pub message: String,
    /// The segment of the command line that failed.
    pub segment: Option<String>,
    /// Its goal's key.
    pub goal: Option<String>,
    /// The whole command line.
    pub command: Option<String>,
    /// The file that it works on.
    pub file: Option<String>,
    /// When it began.
    pub began: Timestamp,
}

/// Returns the failures of a session that were recorded at a moment, count, and belong to no mode that is muted.
pub fn faced(tx: &Tx<'_>, session: SessionId, at: Timestamp) -> Result<Vec<Faced>, StoreError> {
    let mut rows = tx.prepare_cached(
        "select f.event, coalesce(s.top, s.id), f.agent, f.project, f.pattern, p.mode, f.instance, p.tool_kind,
                f.headline, f.message, f.segment, f.goal, e.command, e.file,
                f.at - case when e.at_source = 'arrival' then 1000 * max(coalesce(e.duration_ms, 0), 0) else 0 end
         from failure f join event e on e.id = f.event join session s on s.id = f.session
         join pattern p on p.id = f.pattern
         where f.session = ?1 and f.at = ?2 and f.expected is null
         order by f.id",
    )?;
    let faced: Vec<Faced> = rows
        .query_map(params![session.0, at.0], |row| {
            let instance: Option<String> = row.get(6)?;
            let kind: String = row.get(7)?;
            Ok(Faced {
                event: Some(EventId(row.get(0)?)),
                root: Some(SessionId(row.get(1)?)),
                agent: row.get(2)?,
                project: row.get::<_, Option<i64>>(3)?.map(ProjectId),
                pattern: PatternId(row.get(4)?),
                mode: ModeId(row.get(5)?),
                instance: instance.as_deref().and_then(Fingerprint::parse),
                kind: ToolKind::from_word(&kind),
                headline: row.get(8)?,
                message: row.get(9)?,
                segment: row.get(10)?,
                goal: row.get(11)?,
                command: row.get(12)?,
                file: row.get(13)?,
                began: Timestamp(row.get(14)?),
            })
        })?
        .collect::<Result<_, _>>()?;
    let mut found = Vec::new();
    for one in faced {
        let whom = Whom {
            root: one.root,
            project: one.project,
        };
        if !is_muted(tx, one.mode, whom, at)? {
            found.push(one);
        }
    }
    Ok(found)
}

/// How earlier sessions fared with one instance of a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct History {
    /// Root sessions that met it, without the one that asks.
    pub sessions: u32,
    /// Of them, those that got past it.
    pub passed: u32,
    /// When it was last met.
    pub last: Option<Timestamp>,
}

/// Returns how earlier sessions of a project fared with an instance: the newest hundred failures tell. Of a session that
/// still runs, or is not looked at as a whole yet, only what it got past is known. Of a session that
/// no hook heard nobody says that it ended: it counts as its transcript was read.
pub fn history(tx: &Tx<'_>, instance: Fingerprint, asking: Asking) -> Result<History, StoreError> {
    let history = tx
        .prepare_cached(
            "select count(distinct root), count(distinct case when passed_after is not null then root end),
                    max(at)
             from (select coalesce(s.top, s.id) as root, f.passed_after, f.at
                   from failure f join session s on s.id = f.session join event e on e.id = f.event
                   where f.instance = ?1 and f.expected is null and f.at < ?4 and f.project is ?2
                     and coalesce(s.top, s.id) is not ?3
                     and (f.passed_after is not null
                          or (s.settled_at is not null
                              and (s.ended_at is not null or (s.pid is null and e.via = 'transcript'))))
                   order by f.at desc limit 100)",
        )?
        .query_row(
            params![
                instance.text(),
                asking.project.map(|project| project.0),
                asking.root.map(|root| root.0),
                asking.now.0
            ],
            |row| {
                Ok(History {
                    sessions: row.get(0)?,
                    passed: row.get(1)?,
                    last: row.get::<_, Option<i64>>(2)?.map(Timestamp),
                })
            },
        )?;
    Ok(history)
}

/// Returns what one agent of a session called since a moment: command lines, else files.
pub fn called_since(
    tx: &Tx<'_>,
    session: SessionId,
    agent: Option<&str>,
    since: Timestamp,
) -> Result<Vec<String>, StoreError> {
    let mut rows = tx.prepare_cached(
        "select coalesce(command, file) from event
         where session = ?1 and at > ?3 and agent is ?2 and kind = 'call' and coalesce(command, file) is not null
         order by at, id",
    )?;
    let found = rows
        .query_map(params![session.0, agent, since.0], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    #[test]
    fn who_still_runs_has_not_failed_to_get_past_it() {
        let mut store = Store::in_memory().expect("opens");
        let instance = Fingerprint([1; 10]);
        // When the session was settled and ended, its process, who heard of the call, calls until its goal was reached,
        // and whether it counts.
        let sessions = [
            ("5", "5", "9", "hook", "null", true),
            ("5", "null", "null", "transcript", "null", true),
            ("5", "null", "null", "hook", "null", false),
            ("5", "null", "9", "transcript", "null", false),
            ("null", "5", "9", "hook", "null", false),
            ("null", "null", "null", "transcript", "null", false),
            ("null", "null", "9", "hook", "2", true),
        ];
        for (number, (settled, ended, pid, via, passed, counts)) in (1..).zip(sessions) {
            let found = store
                .write(|tx| {
                    tx.execute_batch(&format!(
                        "delete from session;
                         insert into session (id, assistant, external, started_at, last_at, settled_at, ended_at, pid)
                         values ({number}, 'claude-code', 's', 1, 5, {settled}, {ended}, {pid});
                         insert into event (id, session, key, at, at_source, kind, status, via)
                         values (1, {number}, x'01', 2, 'record', 'call', 'failed', '{via}');
                         insert into failure (event, session, at, scope, headline, message, origin, instance, passed_after)
                         values (1, {number}, 2, 'go', 'no', 'no', 'flagged', '{instance}', {passed});",
                        instance = instance.text(),
                    ))?;
                    let asking = Asking {
                        project: None,
                        root: None,
                        now: Timestamp(9),
                    };
                    history(tx, instance, asking)
                })
                .expect("reads");
            assert_eq!(
                (found.sessions, found.passed),
                (u32::from(counts), u32::from(passed != "null")),
                "{number}"
            );
        }
    }
}
