//! Single failures.

use rusqlite::{Row, params};

use super::{UNLIMITED, time};
use crate::domain::id::{EventId, FailureId, ModeId, ProjectId, SessionId};
use crate::domain::time::Timestamp;
use crate::store::{Store, StoreError};

/// One failure with what its event and session say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailureRow {
    /// Its row.
    pub id: FailureId,
    /// The event that failed.
    pub event: EventId,
    /// The session.
    pub session: SessionId,
    /// The assistant's id of the session.
    pub external: String,
    /// The assistant.
    pub assistant: String,
    /// The model.
    pub model: Option<String>,
    /// The name of the project.
    pub project: Option<String>,
    /// The failure mode, once grouped.
    pub mode: Option<ModeId>,
    /// The finer fingerprint.
    pub instance: Option<String>,
    /// When.
    pub at: Timestamp,
    /// How it came to light.
    pub origin: String,
    /// Why it does not count.
    pub expected: Option<String>,
    /// What it cost, once settled.
    pub severity: Option<String>,
    /// The subagent's id.
    pub agent: Option<String>,
    /// Subagent kind or tool.
    pub node: Option<String>,
    /// The tool as the client names it.
    pub tool: Option<String>,
    /// The exit code.
    pub exit_code: Option<i32>,
    /// The type that the text names.
    pub error_type: Option<String>,
    /// The line that says what went wrong.
    pub headline: String,
    /// The lines around it.
    pub message: String,
    /// The file that the text names first.
    pub file: Option<String>,
    /// The line in it.
    pub line: Option<i64>,
    /// The segment of the command that failed.
    pub segment: Option<String>,
    /// The whole command.
    pub command: Option<String>,
    /// The goal of the segment.
    pub goal: Option<String>,
    /// Command head, server and tool, or tool.
    pub scope: String,
    /// Identical failing calls just before it.
    pub repeats: i64,
    /// The user's words after a rejection.
    pub correction: Option<String>,
    /// JSON: the prompt it served.
    pub input_context: Option<String>,
    /// JSON: branch, commit, edited files, last calls.
    pub snapshot: Option<String>,
    /// JSON: what ended it.
    pub resolution: Option<String>,
}

/// Failures set aside for one reason in one failure mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAsideRow {
    /// The failure mode, once grouped.
    pub mode: Option<ModeId>,
    /// The word for the reason.
    pub reason: String,
    /// The newest headline.
    pub headline: String,
    /// Command head, server and tool, or tool.
    pub scope: String,
    /// How many.
    pub failures: i64,
    /// In how many sessions.
    pub sessions: i64,
    /// The first.
    pub first_at: Timestamp,
    /// The newest.
    pub last_at: Timestamp,
}

macro_rules! failures {
    ($rest:literal) => {
        concat!(
            "select f.id, f.event, f.session, s.external, s.assistant, s.model, p.name as project, pt.mode,
       f.instance, f.at, f.origin, f.expected, f.severity, f.agent, f.node, e.tool, f.exit_code, f.error_type,
       f.headline, f.message, f.file, f.line, f.segment, e.command, f.goal, f.scope, f.repeats, f.correction,
       f.input_context, f.snapshot, f.resolution
from failure f join event e on e.id = f.event join session s on s.id = f.session
left join project p on p.id = f.project left join pattern pt on pt.id = f.pattern ",
            $rest
        )
    };
}

const ONE: &str = failures!("where f.id = ?1");
const COUNTED: &str = failures!("where f.pattern = ?1 and f.expected is null order by f.at desc limit ?2");
const EXPECTED: &str = failures!("where f.pattern = ?1 and f.expected is not null order by f.at desc limit ?2");
const OF_SESSION: &str = failures!("where f.session = ?1 order by f.at, f.id");

// What was never grouped is put together by its scope. SQLite takes the bare columns from the row that holds the maximum: the newest headline.
const SET_ASIDE: &str = "select pt.mode, f.expected as reason, f.headline, f.scope, count(*) as failures,
       count(distinct f.session) as sessions, min(f.at) as first_at, max(f.at) as last_at
from failure f join event e on e.id = f.event join session s on s.id = f.session
left join pattern pt on pt.id = f.pattern
where f.expected is not null and f.at >= ?1
  and (?2 is null or f.project = ?2)
  and (?3 is null or instr(lower(s.model), ?3) > 0)
  and (?4 is null or instr(s.assistant, ?4) > 0)
  and (?5 is null or e.tool_kind = ?5 or instr(lower(f.scope), ?5) > 0)
group by pt.mode, case when pt.mode is null then f.scope end, f.expected
order by failures desc, last_at desc limit ?6";

const INSTANCE: &str = "select count(*), count(distinct session), max(at) from failure
where pattern = (select id from pattern where fingerprint = ?1) and instance = ?2 and expected is null
  and (?3 is null or project = ?3)";

impl Store {
    /// Returns one failure.
    pub fn failure(&self, id: FailureId) -> Result<Option<FailureRow>, StoreError> {
        self.row(ONE, [id.0], failure)
    }

    /// Returns the newest failures of a mode, those that count first.
    pub fn mode_failures(&self, mode: ModeId, limit: u32) -> Result<Vec<FailureRow>, StoreError> {
        let patterns = self.rows("select id from pattern where mode = ?1", [mode.0], |row| {
            row.get::<_, i64>(0)
        })?;
        let mut all = Vec::new();
        // Two questions that an index answers in order, rather than one that sorts all failures of a hot mode.
        for sql in [COUNTED, EXPECTED] {
            if all.len() >= limit as usize {
                break;
            }
            for pattern in &patterns {
                all.extend(self.rows(sql, [*pattern, i64::from(limit)], failure)?);
            }
        }
        all.sort_by_key(|one| (one.expected.is_some(), std::cmp::Reverse(one.at)));
        all.truncate(limit as usize);
        Ok(all)
    }

    /// Returns the failures of a session in the order in which they happened.
    pub fn session_failures(&self, session: SessionId) -> Result<Vec<FailureRow>, StoreError> {
        self.rows(OF_SESSION, [session.0], failure)
    }

    /// Returns what was set aside since `since`, grouped by failure mode and reason, most frequent first.
    pub fn set_aside(
        &self,
        since: Option<Timestamp>,
        project: Option<ProjectId>,
        model: Option<&str>,
        assistant: Option<&str>,
        tool: Option<&str>,
        limit: Option<u32>,
    ) -> Result<Vec<SetAsideRow>, StoreError> {
        self.rows(
            SET_ASIDE,
            params![
                since.map_or(i64::MIN, |since| since.0),
                project.map(|project| project.0),
                model.map(str::to_lowercase),
                assistant.map(str::to_lowercase),
                tool,
                limit.map_or(UNLIMITED, i64::from)
            ],
            |row| {
                Ok(SetAsideRow {
                    mode: row.get::<_, Option<i64>>("mode")?.map(ModeId),
                    reason: row.get("reason")?,
                    headline: row.get("headline")?,
                    scope: row.get("scope")?,
                    failures: row.get("failures")?,
                    sessions: row.get("sessions")?,
                    first_at: time(row, "first_at")?,
                    last_at: time(row, "last_at")?,
                })
            },
        )
    }

    /// Returns how often one instance of a pattern failed, in one project or in all, in how many sessions, and when last.
    pub fn instance(
        &self,
        pattern: &str,
        instance: &str,
        project: Option<ProjectId>,
    ) -> Result<Option<(i64, i64, Timestamp)>, StoreError> {
        let project = project.map(|project| project.0);
        Ok(self
            .row(INSTANCE, params![pattern, instance, project], |row| {
                Ok((row.get::<_, i64>(0)?, row.get(1)?, row.get::<_, Option<i64>>(2)?))
            })?
            .and_then(|(failures, sessions, last)| last.map(|last| (failures, sessions, Timestamp(last)))))
    }
}

fn failure(row: &Row<'_>) -> rusqlite::Result<FailureRow> {
    Ok(FailureRow {
        id: FailureId(row.get("id")?),
        event: EventId(row.get("event")?),
        session: SessionId(row.get("session")?),
        external: row.get("external")?,
        assistant: row.get("assistant")?,
        model: row.get("model")?,
        project: row.get("project")?,
        mode: row.get::<_, Option<i64>>("mode")?.map(ModeId),
        instance: row.get("instance")?,
        at: time(row, "at")?,
        origin: row.get("origin")?,
        expected: row.get("expected")?,
        severity: row.get("severity")?,
        agent: row.get("agent")?,
        node: row.get("node")?,
        tool: row.get("tool")?,
        exit_code: row.get("exit_code")?,
        error_type: row.get("error_type")?,
        headline: row.get("headline")?,
        message: row.get("message")?,
        file: row.get("file")?,
        line: row.get("line")?,
        segment: row.get("segment")?,
        command: row.get("command")?,
        goal: row.get("goal")?,
        scope: row.get("scope")?,
        repeats: row.get("repeats")?,
        correction: row.get("correction")?,
        input_context: row.get("input_context")?,
        snapshot: row.get("snapshot")?,
        resolution: row.get("resolution")?,
    })
}
