//! What was told to agents, and what came of it.

use rusqlite::{Row, named_params};

use super::{UNLIMITED, time};
use crate::domain::id::{HintId, ModeId, ProjectId, SessionId};
use crate::domain::lesson::{Aftermath, Told};
use crate::domain::time::Timestamp;
use crate::store::{Store, StoreError};

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldRow {
    /// Its row.
    pub id: HintId,
    /// The word for its kind.
    pub kind: String,
    /// The word for why it was allowed.
    pub rule: Option<String>,
    /// The assistant's id of the session.
    pub external: String,
    /// The subagent; nothing for the session's own agent.
    pub agent: Option<String>,
    /// The name of the session's project.
    pub project: Option<String>,
    /// The failure mode that it spoke of.
    pub mode: Option<ModeId>,
    /// When.
    pub at: Timestamp,
    /// It was only noted.
    pub shadow: bool,
    /// All of it.
    pub text: String,
    /// What it said to type.
    pub suggestion: String,
    /// Its bytes.
    pub bytes: i64,
    /// The word for what came of it; nothing while that is open.
    pub aftermath: Option<String>,
}

/// Which messages are wanted.
#[derive(Debug, Clone, Copy, Default)]
pub struct ToldFilter {
    /// Told at or after this time.
    pub since: Option<Timestamp>,
    /// Told at or before this time.
    pub until: Option<Timestamp>,
    /// To this session.
    pub session: Option<SessionId>,
    /// Of this kind.
    pub kind: Option<Told>,
    /// In a session of this project.
    pub project: Option<ProjectId>,
}

/// The sums of messages; what was only noted is not in them, but counted apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ToldTotals {
    /// Messages that were sent.
    pub sent: i64,
    /// Of them: hints.
    pub hints: i64,
    /// Of them: warnings.
    pub warnings: i64,
    /// Of them: briefs.
    pub briefs: i64,
    /// Their bytes.
    pub bytes: i64,
    /// Messages that were only noted.
    pub shadow: i64,
    /// Sent ones of each aftermath, in the order of [`Aftermath::ALL`].
    pub came: [i64; 4],
    /// How often somebody says of one, sent or noted, that it helped.
    pub said_helped: i64,
    /// How often somebody says that it did not.
    pub said_not: i64,
}

macro_rules! told {
    ($what:literal, $rest:literal) => {
        concat!(
            "select ",
            $what,
            " from hint h join session s on s.id = h.session left join project p on p.id = s.project
where h.at >= :since and h.at <= :until and (:session is null or h.session = :session)
  and (:kind is null or h.kind = :kind) and (:project is null or s.project = :project) ",
            $rest
        )
    };
}

const LIST: &str = told!(
    "h.id, h.kind, h.rule, s.external, h.agent, p.name as project, h.mode, h.at, h.shadow, h.text, h.suggestion, h.bytes,
       h.aftermath",
    "order by h.at desc, h.id desc limit :limit"
);

const TOTALS: &str = told!(
    "h.kind, h.shadow, h.aftermath, count(*) as messages, sum(h.bytes) as bytes,
       coalesce(sum((select count(*) from feedback b where b.hint = h.id and b.helped = 1)), 0) as said_helped,
       coalesce(sum((select count(*) from feedback b where b.hint = h.id and b.helped = 0)), 0) as said_not",
    "group by h.kind, h.shadow, h.aftermath"
);

impl Store {
    /// Returns what was told, newest first.
    pub fn told(&self, filter: &ToldFilter, limit: Option<u32>) -> Result<Vec<ToldRow>, StoreError> {
        self.rows(
            LIST,
            named_params! {
                ":since": filter.since.map_or(i64::MIN, |since| since.0),
                ":until": filter.until.map_or(i64::MAX, |until| until.0),
                ":session": filter.session.map(|session| session.0),
                ":kind": filter.kind.map(Told::word),
                ":project": filter.project.map(|project| project.0),
                ":limit": limit.map_or(UNLIMITED, i64::from),
            },
            message,
        )
    }

    /// Returns the sums of what was told.
    pub fn told_totals(&self, filter: &ToldFilter) -> Result<ToldTotals, StoreError> {
        let groups = self.rows(
            TOTALS,
            named_params! {
                ":since": filter.since.map_or(i64::MIN, |since| since.0),
                ":until": filter.until.map_or(i64::MAX, |until| until.0),
                ":session": filter.session.map(|session| session.0),
                ":kind": filter.kind.map(Told::word),
                ":project": filter.project.map(|project| project.0),
            },
            |row| {
                Ok((
                    row.get::<_, String>("kind")?,
                    row.get::<_, bool>("shadow")?,
                    row.get::<_, Option<String>>("aftermath")?,
                    row.get::<_, i64>("messages")?,
                    row.get::<_, i64>("bytes")?,
                    (row.get::<_, i64>("said_helped")?, row.get::<_, i64>("said_not")?),
                ))
            },
        )?;
        let mut totals = ToldTotals::default();
        for (kind, shadow, aftermath, messages, bytes, (helped, not)) in groups {
            totals.said_helped += helped;
            totals.said_not += not;
            if shadow {
                totals.shadow += messages;
                continue;
            }
            totals.sent += messages;
            totals.bytes += bytes;
            match Told::from_word(&kind) {
                Some(Told::Hint) => totals.hints += messages,
                Some(Told::Warning) => totals.warnings += messages,
                Some(Told::Brief) => totals.briefs += messages,
                None => {}
            }
            let came = Aftermath::ALL
                .iter()
                .position(|(_, word)| Some(*word) == aftermath.as_deref());
            if let Some(at) = came {
                totals.came[at] += messages;
            }
        }
        Ok(totals)
    }
}

fn message(row: &Row<'_>) -> rusqlite::Result<ToldRow> {
    Ok(ToldRow {
        id: HintId(row.get("id")?),
        kind: row.get("kind")?,
        rule: row.get("rule")?,
        external: row.get("external")?,
        agent: row.get("agent")?,
        project: row.get("project")?,
        mode: row.get::<_, Option<i64>>("mode")?.map(ModeId),
        at: time(row, "at")?,
        shadow: row.get("shadow")?,
        text: row.get("text")?,
        suggestion: row.get("suggestion")?,
        bytes: row.get("bytes")?,
        aftermath: row.get("aftermath")?,
    })
}
