//! Sessions.

use rusqlite::{Row, named_params};

use super::{UNLIMITED, maybe_time, time};
use crate::domain::id::{ProjectId, SessionId};
use crate::domain::time::Timestamp;
use crate::store::{Store, StoreError};

/// One session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// Its row.
    pub id: SessionId,
    /// The assistant.
    pub assistant: String,
    /// The assistant's own id of it.
    pub external: String,
    /// The assistant's id of the session it continues.
    pub parent: Option<String>,
    /// The name of its project.
    pub project: Option<String>,
    /// The model.
    pub model: Option<String>,
    /// The client's version.
    pub version: Option<String>,
    /// Where it ran.
    pub cwd: Option<String>,
    /// The branch.
    pub branch: Option<String>,
    /// The commit.
    pub commit: Option<String>,
    /// When it began.
    pub started_at: Timestamp,
    /// The newest event.
    pub last_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// The client's word for why, or `swept`.
    pub end_reason: Option<String>,
    /// How it went, once settled.
    pub outcome: Option<String>,
    /// Prompts.
    pub prompts: i64,
    /// Tool calls.
    pub calls: i64,
    /// Failures that count.
    pub failures: i64,
    /// Failures set aside.
    pub expected: i64,
    /// Tokens read without a cache.
    pub tokens_in: Option<i64>,
    /// Tokens written.
    pub tokens_out: Option<i64>,
    /// Tokens read from and written to a cache.
    pub tokens_cached: Option<i64>,
    /// Cost in millionths of a US dollar.
    pub micro_usd: Option<i64>,
}

/// Which sessions are wanted.
#[derive(Debug, Clone, Default)]
pub struct SessionFilter {
    /// Active at or after this time.
    pub since: Option<Timestamp>,
    /// Of this project.
    pub project: Option<ProjectId>,
    /// A part of the model's name.
    pub model: Option<String>,
    /// A part of the assistant's name.
    pub assistant: Option<String>,
    /// Only those with a failure that counts.
    pub failed: bool,
    /// A label and its value.
    pub label: Option<(String, String)>,
    /// At most so many; nothing means all.
    pub limit: Option<u32>,
}

macro_rules! sessions {
    ($rest:literal) => {
        concat!(
            "select s.id, s.assistant, s.external, up.external as parent, p.name as project, s.model, s.version,
       s.cwd, s.branch, s.commit_id, s.started_at, s.last_at, s.ended_at, s.end_reason, s.outcome, s.prompts,
       s.calls, s.failures, s.expected, s.micro_usd,
       (select sum(input) from usage where session = s.id) as tokens_in,
       (select sum(output) from usage where session = s.id) as tokens_out,
       (select sum(cached) from usage where session = s.id) as tokens_cached
from session s left join project p on p.id = s.project left join session up on up.id = s.parent ",
            $rest
        )
    };
}

const LIST: &str = sessions!(
    "where s.last_at >= :since
  and (:project is null or s.project = :project)
  and (:model is null or instr(lower(s.model), :model) > 0)
  and (:assistant is null or instr(s.assistant, :assistant) > 0)
  and (:failed = 0 or s.failures > 0)
  and (:key is null or exists (select 1 from session_label l
                               where l.session = s.id and l.key = :key and l.value = :value))
order by s.last_at desc, s.id desc limit :limit"
);

const ONE: &str = sessions!("where s.id = ?1");

const BY_PREFIX: &str = "select id from session where external >= ?1 and external < ?1 || '~' limit ?2";

const NEIGHBOURS: &str = "select coalesce((select max(external) from session where external < ?1), ''),
       coalesce((select min(external) from session where external > ?1), '')";

impl Store {
    /// Returns the sessions that `filter` wants, newest first.
    pub fn sessions(&self, filter: &SessionFilter) -> Result<Vec<SessionRow>, StoreError> {
        self.rows(
            LIST,
            named_params! {
                ":since": filter.since.map_or(i64::MIN, |since| since.0),
                ":project": filter.project.map(|project| project.0),
                ":model": filter.model.as_ref().map(|model| model.to_lowercase()),
                ":assistant": filter.assistant.as_ref().map(|assistant| assistant.to_lowercase()),
                ":failed": filter.failed,
                ":key": filter.label.as_ref().map(|(key, _)| key),
                ":value": filter.label.as_ref().map(|(_, value)| value),
                ":limit": filter.limit.map_or(UNLIMITED, i64::from),
            },
            session,
        )
    }

    /// Returns one session.
    pub fn session(&self, id: SessionId) -> Result<Option<SessionRow>, StoreError> {
        self.row(ONE, [id.0], session)
    }

    /// Returns the sessions whose id begins with `prefix`, at most `limit`.
    pub fn sessions_by_prefix(&self, prefix: &str, limit: u32) -> Result<Vec<SessionId>, StoreError> {
        self.rows(BY_PREFIX, rusqlite::params![prefix, limit], |row| {
            row.get(0).map(SessionId)
        })
    }

    /// Returns the labels of a session in the order of their keys.
    pub fn labels(&self, session: SessionId) -> Result<Vec<(String, String)>, StoreError> {
        self.rows(
            "select key, value from session_label where session = ?1 order by key",
            [session.0],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    }

    /// Returns the shortest beginning of a session's id that no other session shares, `at_least` characters long.
    pub fn shortest_session(&self, external: &str, at_least: usize) -> Result<String, StoreError> {
        let (before, after) = self
            .row(NEIGHBOURS, [external], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
            })?
            .unwrap_or_default();
        let shared = |other: &str| external.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
        let length = (shared(&before).max(shared(&after)) + 1).max(at_least);
        Ok(external.chars().take(length).collect())
    }
}

fn session(row: &Row<'_>) -> rusqlite::Result<SessionRow> {
    Ok(SessionRow {
        id: SessionId(row.get("id")?),
        assistant: row.get("assistant")?,
        external: row.get("external")?,
        parent: row.get("parent")?,
        project: row.get("project")?,
        model: row.get("model")?,
        version: row.get("version")?,
        cwd: row.get("cwd")?,
        branch: row.get("branch")?,
        commit: row.get("commit_id")?,
        started_at: time(row, "started_at")?,
        last_at: time(row, "last_at")?,
        ended_at: maybe_time(row, "ended_at")?,
        end_reason: row.get("end_reason")?,
        outcome: row.get("outcome")?,
        prompts: row.get("prompts")?,
        calls: row.get("calls")?,
        failures: row.get("failures")?,
        expected: row.get("expected")?,
        tokens_in: row.get("tokens_in")?,
        tokens_out: row.get("tokens_out")?,
        tokens_cached: row.get("tokens_cached")?,
        micro_usd: row.get("micro_usd")?,
    })
}
