//! What a session met that was just played again: its calls, its failures with what earlier sessions met of them, and
//! what it was told.

use rusqlite::{Row, params};

use super::{StoreError, Tx};
use crate::domain::failure::{Expected, Origin};
use crate::domain::id::{EventId, FailureId, Fingerprint, HintId, PatternId, ProjectId, SessionId};
use crate::domain::lesson::Told;
use crate::domain::time::Timestamp;
use crate::domain::trace::ToolKind;

/// Where the tables ended at some time: what is behind it is new since then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mark {
    event: i64,
    failure: i64,
    hint: i64,
}

/// Returns where the tables end now.
pub fn mark(tx: &Tx<'_>) -> Result<Mark, StoreError> {
    Ok(tx
        .prepare_cached(
            "select coalesce((select max(id) from event), 0), coalesce((select max(id) from failure), 0),
                    coalesce((select max(id) from hint), 0)",
        )?
        .query_row([], |row| {
            Ok(Mark {
                event: row.get(0)?,
                failure: row.get(1)?,
                hint: row.get(2)?,
            })
        })?)
}

/// A call as it was made, without what it printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Its row.
    pub event: EventId,
    /// Its session.
    pub session: SessionId,
    /// The subagent that made it.
    pub agent: Option<String>,
    /// The client's id of it.
    pub id: Option<String>,
    /// When it was made.
    pub at: Timestamp,
    /// The tool as the client names it.
    pub tool: String,
    /// The command line of a shell call.
    pub command: Option<String>,
    /// The file of an edit, read or search.
    pub file: Option<String>,
    /// It ended well, as far as anybody says.
    pub good: bool,
}

impl Call {
    /// Returns what was called: the command line, else the file, else nothing.
    #[must_use]
    pub fn called(&self) -> &str {
        self.command.as_deref().or(self.file.as_deref()).unwrap_or_default()
    }
}

/// Returns the calls that are new since `mark`, in the order in which they were recorded.
pub fn calls(tx: &Tx<'_>, mark: Mark) -> Result<Vec<Call>, StoreError> {
    let mut rows = tx.prepare_cached(
        "select id, session, agent, call_id, at, coalesce(tool, ''), command, file, status in ('ok', 'unknown')
         from event where id > ?1 and kind = 'call' order by id",
    )?;
    let found = rows
        .query_map([mark.event], |row| {
            Ok(Call {
                event: EventId(row.get(0)?),
                session: SessionId(row.get(1)?),
                agent: row.get(2)?,
                id: row.get(3)?,
                at: Timestamp(row.get(4)?),
                tool: row.get(5)?,
                command: row.get(6)?,
                file: row.get(7)?,
                good: row.get(8)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(found)
}

/// A failure with what decides of which kind it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// Its row.
    pub id: FailureId,
    /// Its event.
    pub event: EventId,
    /// Its session, and the first one of the chain of forks and resumes that this belongs to.
    pub session: SessionId,
    /// The root session.
    pub root: SessionId,
    /// The assistant's id of the session.
    pub external: String,
    /// The project of the folder that it ran in.
    pub project: Option<ProjectId>,
    /// The subagent that met it.
    pub agent: Option<String>,
    /// The client's id of the call.
    pub call: Option<String>,
    /// When.
    pub at: Timestamp,
    /// The tool as the client names it.
    pub tool: String,
    /// What kind of tool that is.
    pub kind: ToolKind,
    /// The command line of a shell call.
    pub command: Option<String>,
    /// The file of an edit, read or search.
    pub file: Option<String>,
    /// How it came to light.
    pub origin: Option<Origin>,
    /// Why it is set aside; nothing when it counts.
    pub expected: Option<Expected>,
    /// The line that says what went wrong.
    pub headline: String,
    /// The pattern.
    pub pattern: Option<PatternId>,
    /// The name of the failure mode.
    pub mode: Option<String>,
    /// The finer fingerprint.
    pub instance: Option<Fingerprint>,
    /// What the failing command was for.
    pub goal: Option<String>,
    /// The segment that failed.
    pub segment: Option<String>,
    /// The head of the command, or the tool.
    pub scope: String,
    /// The error names a place in a file.
    pub placed: bool,
    /// The exit code.
    pub exit_code: Option<i32>,
}

impl Failed {
    /// Returns what was called: the command line, else the file, else nothing.
    #[must_use]
    pub fn called(&self) -> &str {
        self.command.as_deref().or(self.file.as_deref()).unwrap_or_default()
    }
}

/// Returns the failures that are new since `mark`, in the order in which they were recorded.
pub fn failures(tx: &Tx<'_>, mark: Mark) -> Result<Vec<Failed>, StoreError> {
    let mut rows = tx.prepare_cached(
        "select f.id, f.event, f.session, coalesce(s.top, s.id) as root, s.external, f.project, f.agent, e.call_id, f.at,
                coalesce(e.tool, '') as tool, coalesce(p.tool_kind, '') as tool_kind, e.command, e.file, f.origin, f.expected, f.headline, f.pattern,
                m.fingerprint as mode, f.instance, f.goal, f.segment, f.scope, f.file is not null as placed, f.exit_code
         from failure f join event e on e.id = f.event join session s on s.id = f.session
         left join pattern p on p.id = f.pattern left join mode m on m.id = p.mode
         where f.id > ?1 order by f.id",
    )?;
    let found = rows.query_map([mark.failure], failed)?.collect::<Result<_, _>>()?;
    Ok(found)
}

fn failed(row: &Row<'_>) -> rusqlite::Result<Failed> {
    let word = |column: &str| row.get::<_, Option<String>>(column);
    Ok(Failed {
        id: FailureId(row.get("id")?),
        event: EventId(row.get("event")?),
        session: SessionId(row.get("session")?),
        root: SessionId(row.get("root")?),
        external: row.get("external")?,
        project: row.get::<_, Option<i64>>("project")?.map(ProjectId),
        agent: word("agent")?,
        call: word("call_id")?,
        at: Timestamp(row.get("at")?),
        tool: row.get("tool")?,
        kind: ToolKind::from_word(&row.get::<_, String>("tool_kind")?),
        command: word("command")?,
        file: word("file")?,
        origin: word("origin")?.as_deref().and_then(Origin::from_word),
        expected: word("expected")?.as_deref().and_then(Expected::from_word),
        headline: row.get("headline")?,
        pattern: row.get::<_, Option<i64>>("pattern")?.map(PatternId),
        mode: word("mode")?,
        instance: word("instance")?.as_deref().and_then(Fingerprint::parse),
        goal: word("goal")?,
        segment: word("segment")?,
        scope: row.get("scope")?,
        placed: row.get("placed")?,
        exit_code: row.get("exit_code")?,
    })
}

/// What earlier root sessions met of a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Earlier {
    /// How many failures.
    pub failures: i64,
    /// After how many of them the goal was reached within so many calls as was asked for.
    pub passed: i64,
}

/// Returns what earlier root sessions met of a failure: counted ones of the same instance, or of the same failure mode
/// where it has no instance or `by_mode` says so. Passed counts those whose goal was reached within `calls`.
pub fn earlier(tx: &Tx<'_>, failed: &Failed, by_mode: bool, calls: i64) -> Result<Earlier, StoreError> {
    const COUNT: &str = "select count(*), coalesce(sum(f.passed_after <= ?4), 0)
         from failure f join session s on s.id = f.session";
    const OTHERS: &str = "f.expected is null and coalesce(s.top, s.id) <> ?2 and f.at < ?3";
    let count = |row: &Row<'_>| {
        Ok(Earlier {
            failures: row.get(0)?,
            passed: row.get(1)?,
        })
    };
    let (root, at) = (failed.root.0, failed.at.0);
    let found = match (failed.instance.filter(|_| !by_mode), failed.pattern) {
        (Some(instance), _) => tx
            .prepare_cached(&format!("{COUNT} where f.instance = ?1 and {OTHERS}"))?
            .query_row(params![instance.text(), root, at, calls], count)?,
        (None, Some(pattern)) => tx
            .prepare_cached(&format!(
                "{COUNT} where f.pattern in (select q.id from pattern p join pattern q on q.mode = p.mode where p.id = ?1)
                   and {OTHERS}"
            ))?
            .query_row(params![pattern.0, root, at, calls], count)?,
        (None, None) => Earlier::default(),
    };
    Ok(found)
}

/// Returns the call by which the goal of a failure was reached in its session by a remedy, where one was learnt from it.
pub fn reached(tx: &Tx<'_>, failed: &Failed) -> Result<Option<EventId>, StoreError> {
    let mut rows = tx.prepare_cached(
        "select working from remedy_session
         where session = ?1 and failing = ?2 and working is not null order by working limit 1",
    )?;
    let found = rows
        .query_map([failed.session.0, failed.event.0], |row| row.get(0).map(EventId))?
        .next();
    Ok(found.transpose()?)
}

/// Returns the name of the failure mode of a pattern.
pub fn mode(tx: &Tx<'_>, pattern: PatternId) -> Result<Option<String>, StoreError> {
    let mut rows =
        tx.prepare_cached("select m.fingerprint from pattern p join mode m on m.id = p.mode where p.id = ?1")?;
    let found = rows.query_map([pattern.0], |row| row.get(0))?.next();
    Ok(found.transpose()?)
}

/// A message that was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its row.
    pub id: HintId,
    /// Its session.
    pub session: SessionId,
    /// The assistant's id of the session.
    pub external: String,
    /// The subagent that was told.
    pub agent: Option<String>,
    /// The call that it answers.
    pub event: Option<EventId>,
    /// What it is.
    pub told: Told,
    /// The word for the rule that let it be sent.
    pub rule: Option<String>,
    /// The name of the failure mode that it speaks of.
    pub mode: Option<String>,
    /// The finer fingerprint that it speaks of.
    pub instance: Option<String>,
    /// When.
    pub at: Timestamp,
    /// It was only noted.
    pub shadow: bool,
    /// The whole text.
    pub text: String,
    /// What it says to type.
    pub suggestion: String,
}

/// Returns what was told since `mark`, in order.
pub fn messages(tx: &Tx<'_>, mark: Mark) -> Result<Vec<Message>, StoreError> {
    let mut rows = tx.prepare_cached(
        "select h.id, h.session, s.external, h.agent, e.id, h.kind, h.rule, m.fingerprint, h.instance, h.at, h.shadow,
                h.text, h.suggestion
         from hint h join session s on s.id = h.session left join event e on e.key = h.call left join mode m on m.id = h.mode
         where h.id > ?1 order by h.id",
    )?;
    let found = rows
        .query_map([mark.hint], |row| {
            let kind: String = row.get(5)?;
            Ok(Message {
                id: HintId(row.get(0)?),
                session: SessionId(row.get(1)?),
                external: row.get(2)?,
                agent: row.get(3)?,
                event: row.get::<_, Option<i64>>(4)?.map(EventId),
                told: Told::from_word(&kind).unwrap_or(Told::Hint),
                rule: row.get(6)?,
                mode: row.get(7)?,
                instance: row.get(8)?,
                at: Timestamp(row.get(9)?),
                shadow: row.get(10)?,
                text: row.get(11)?,
                suggestion: row.get(12)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(found)
}
