//! Masked calls that keep failing, and what they failed with.

use rusqlite::params;

use super::body::{self, Part};
use super::{StoreError, Tx};
use crate::domain::id::{EventId, Fingerprint, ModeId, PatternId, ProjectId, SessionId};
use crate::domain::lesson::Warnings;
use crate::domain::time::Timestamp;
use crate::domain::trace::{Call, Text, ToolKind};

/// What a masked call must have done to be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Least {
    /// Fewest runs.
    pub runs: u32,
    /// Fewest of them that failed.
    pub failed: u32,
}

/// A masked call with how often it ran; its newest run failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failing {
    /// The masked call.
    pub call: String,
    /// How often it ran.
    pub runs: u32,
    /// How often it failed.
    pub failed: u32,
}

/// Returns the projects in which some masked call did that much and failed when it last ran.
pub fn projects(tx: &Tx<'_>, least: Least) -> Result<Vec<ProjectId>, StoreError> {
    let found = tx
        .prepare_cached(
            "select distinct project from shape where runs >= ?1 and failed >= ?2 and last_failed order by project",
        )?
        .query_map(params![least.runs, least.failed], |row| row.get(0).map(ProjectId))?
        .collect::<Result<_, _>>()?;
    Ok(found)
}

/// Returns the masked calls of a project that did that much and failed when they last ran.
pub fn calls(tx: &Tx<'_>, project: ProjectId, least: Least) -> Result<Vec<Failing>, StoreError> {
    let found = tx
        .prepare_cached(
            "select call, runs, failed from shape
             where project = ?1 and runs >= ?2 and failed >= ?3 and last_failed order by call",
        )?
        .query_map(params![project.0, least.runs, least.failed], |row| {
            Ok(Failing {
                call: row.get(0)?,
                runs: row.get(1)?,
                failed: row.get(2)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(found)
}

/// One failing run of a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Its row.
    pub event: EventId,
    /// The call; of its input only the beginning, and only where there is no command line.
    pub call: Call,
    /// The first of its chain of forks, resumes and subagents.
    pub root: SessionId,
    /// When.
    pub at: Timestamp,
    /// The pattern of its failure.
    pub pattern: PatternId,
    /// The failure mode.
    pub mode: ModeId,
    /// The failure mode's name.
    pub name: Fingerprint,
    /// The finer fingerprint.
    pub instance: Option<Fingerprint>,
    /// The line that says what went wrong.
    pub headline: String,
    /// How many calls it was until its goal was reached; none where it never was, or is not settled.
    pub passed_after: Option<u32>,
    /// How long it ran in milliseconds, where its client says so.
    pub duration_ms: Option<u32>,
    /// Until when nothing is said of the failure mode.
    pub muted_until: Option<Timestamp>,
    /// What is to be done before a call that fails so, when a person chose it.
    pub chosen: Option<Warnings>,
}

/// Tells the failing runs of a project's calls, newest first. What is nobody's fault is none.
pub fn each_run(
    tx: &Tx<'_>,
    project: ProjectId,
    mut told: impl FnMut(Run) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut rows = tx.prepare_cached(
        "select e.id, e.tool, e.tool_kind, e.command, e.file, coalesce(s.top, s.id), f.at, f.pattern, m.id, m.fingerprint,
                f.instance, f.headline,
                max(coalesce(m.muted_until, 0),
                    coalesce((select max(b.muted_until) from feedback b
                              where b.mode = m.id and b.project = ?1 and b.session is null), 0)),
                m.warnings, f.passed_after, e.duration_ms
         from failure f join event e on e.id = f.event join session s on s.id = f.session
         join pattern p on p.id = f.pattern join mode m on m.id = p.mode
         where f.project = ?1 and f.expected is null and f.origin in ('flagged', 'hidden') and e.kind = 'call'
         order by f.at desc, f.id desc",
    )?;
    let mut rows = rows.query([project.0])?;
    while let Some(row) = rows.next()? {
        let event = EventId(row.get(0)?);
        let command: Option<String> = row.get(3)?;
        let input = match command {
            Some(_) => Text::default(),
            None => body::read(tx, event, Part::Input)?.unwrap_or_default(),
        };
        let name: String = row.get(9)?;
        let instance: Option<String> = row.get(10)?;
        let chosen: Option<String> = row.get(13)?;
        told(Run {
            event,
            call: Call {
                id: None,
                tool: row.get::<_, Option<String>>(1)?.unwrap_or_default(),
                kind: ToolKind::from_word(&row.get::<_, Option<String>>(2)?.unwrap_or_default()),
                input,
                command,
                file: row.get(4)?,
            },
            root: SessionId(row.get(5)?),
            at: Timestamp(row.get(6)?),
            pattern: PatternId(row.get(7)?),
            mode: ModeId(row.get(8)?),
            name: Fingerprint::parse(&name).ok_or(StoreError::Stored { what: "fingerprint" })?,
            instance: instance.as_deref().and_then(Fingerprint::parse),
            headline: row.get(11)?,
            passed_after: row.get(14)?,
            duration_ms: row.get(15)?,
            muted_until: row.get::<_, Option<i64>>(12)?.map(Timestamp),
            chosen: chosen.as_deref().and_then(Warnings::from_word),
        })?;
    }
    Ok(())
}

/// Chooses what is done before calls that fail with a mode; nothing means what the settings say.
pub fn choose(tx: &Tx<'_>, mode: ModeId, chosen: Option<Warnings>) -> Result<(), StoreError> {
    tx.prepare_cached("update mode set warnings = ?2 where id = ?1")?
        .execute(params![mode.0, chosen.map(Warnings::word)])?;
    Ok(())
}

/// Returns the modes for which a person chose what is done, by name.
pub fn chosen(tx: &Tx<'_>) -> Result<Vec<(Fingerprint, String, Warnings)>, StoreError> {
    let mut rows = tx.prepare_cached(
        "select fingerprint, headline, warnings from mode where warnings is not null order by fingerprint",
    )?;
    let mut rows = rows.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (name, word) = (row.get::<_, String>(0)?, row.get::<_, String>(2)?);
        if let (Some(name), Some(chosen)) = (Fingerprint::parse(&name), Warnings::from_word(&word)) {
            found.push((name, row.get(1)?, chosen));
        }
    }
    Ok(found)
}

/// Returns the folders of a machine in which sessions worked, each with its project.
pub fn folders(tx: &Tx<'_>, machine: &str) -> Result<Vec<(String, ProjectId)>, StoreError> {
    let found = tx
        .prepare_cached("select path, project from root where machine = ?1 order by path")?
        .query_map([machine], |row| Ok((row.get(0)?, ProjectId(row.get(1)?))))?
        .collect::<Result<_, _>>()?;
    Ok(found)
}
