//! Failure modes: one, and what belongs to one.

use rusqlite::Row;

use super::{maybe_time, time};
use crate::domain::id::{ModeId, ProjectId, SessionId};
use crate::domain::time::Timestamp;
use crate::store::{Store, StoreError};

/// One failure mode with its figures; the figures are those of the filter that it was listed by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModeRow {
    /// Its row.
    pub id: ModeId,
    /// Its smallest member fingerprint: 16 base32 digits.
    pub fingerprint: String,
    /// The template of that member, as text.
    pub template: String,
    /// The newest headline.
    pub headline: String,
    /// The word for the kind of tool.
    pub tool_kind: String,
    /// Command head, server and tool, or tool.
    pub scope: String,
    /// `open` or `resolved`.
    pub status: String,
    /// Until when nobody is told of it.
    pub muted_until: Option<Timestamp>,
    /// Failures that count.
    pub failures: i64,
    /// Failures set aside.
    pub expected: i64,
    /// Sessions with a failure that counts.
    pub sessions: i64,
    /// The same over all time, whatever the filter.
    pub all_sessions: i64,
    /// The first failure.
    pub first_at: Option<Timestamp>,
    /// The newest failure.
    pub last_at: Option<Timestamp>,
}

/// What the newest failures of a failure mode are like.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ModeSample {
    /// How many were looked at.
    pub looked_at: i64,
    /// Of them: the client called the call a success.
    pub hidden: i64,
    /// Of them: severity high.
    pub high: i64,
    /// Of them: severity medium.
    pub medium: i64,
    /// Of them: severity low.
    pub low: i64,
}

/// A failure mode in one project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModeProjectRow {
    /// The project.
    pub project: ProjectId,
    /// Its name.
    pub name: String,
    /// Failures that count.
    pub failures: i64,
    /// Sessions with one.
    pub sessions: i64,
    /// The newest.
    pub last_at: Timestamp,
}

/// A failure mode in one session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModeSessionRow {
    /// The session.
    pub session: SessionId,
    /// The assistant's id of it.
    pub external: String,
    /// Its project's name.
    pub project: Option<String>,
    /// Failures that count.
    pub failures: i64,
    /// The newest.
    pub last_at: Timestamp,
}

/// A pattern of a failure mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternRow {
    /// Its fingerprint.
    pub fingerprint: String,
    /// Its template: tokens joined by U+001F.
    pub template: String,
}

/// The failures looked at per pattern in [`Store::mode_sample`]: enough to tell what they are like, and a
/// hot mode of 100,000 failures costs no more than a small one.
const SAMPLED: i64 = 50;

const ONE: &str = "select id, fingerprint, template, headline, tool_kind, scope, status, muted_until, expected,
       sessions as all_sessions, failures, sessions, first_at, last_at
from mode where id = ?1";

const SAMPLE: &str = "select origin, severity from failure
where pattern = ?1 and expected is null order by at desc limit ?2";

const PROJECTS: &str = "select mp.project, p.name, mp.failures, mp.sessions, mp.last_at
from mode_project mp join project p on p.id = mp.project
where mp.mode = ?1 and mp.failures > 0 order by mp.sessions desc, mp.last_at desc limit ?2";

const SESSIONS: &str = "select ms.session, s.external, p.name as project, ms.failures, ms.last_at
from mode_session ms join session s on s.id = ms.session left join project p on p.id = s.project
where ms.mode = ?1 and ms.failures > 0 order by ms.last_at desc limit ?2";

const NEIGHBOURS: &str = "select coalesce((select max(fingerprint) from pattern where fingerprint < ?1), ''),
       coalesce((select min(fingerprint) from pattern where fingerprint > ?1), '')";

impl Store {
    /// Returns one failure mode with its figures over all time.
    pub fn mode(&self, id: ModeId) -> Result<Option<ModeRow>, StoreError> {
        self.row(ONE, [id.0], mode)
    }

    /// Returns what the newest failures of a mode are like: at most 50 of each of its 20 newest patterns.
    pub fn mode_sample(&self, id: ModeId) -> Result<ModeSample, StoreError> {
        let patterns = self.rows(
            "select id from pattern where mode = ?1 order by id desc limit 20",
            [id.0],
            |row| row.get::<_, i64>(0),
        )?;
        let mut sample = ModeSample::default();
        for pattern in patterns {
            for (origin, severity) in self.rows(SAMPLE, [pattern, SAMPLED], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, Option<String>>(1)?))
            })? {
                sample.looked_at += 1;
                sample.hidden += i64::from(origin == "hidden");
                match severity.as_deref() {
                    Some("high") => sample.high += 1,
                    Some("medium") => sample.medium += 1,
                    Some("low") => sample.low += 1,
                    _ => {}
                }
            }
        }
        Ok(sample)
    }

    /// Returns the projects in which a mode was met, most sessions first.
    pub fn mode_projects(&self, id: ModeId, limit: u32) -> Result<Vec<ModeProjectRow>, StoreError> {
        self.rows(PROJECTS, [id.0, i64::from(limit)], |row| {
            Ok(ModeProjectRow {
                project: ProjectId(row.get("project")?),
                name: row.get("name")?,
                failures: row.get("failures")?,
                sessions: row.get("sessions")?,
                last_at: time(row, "last_at")?,
            })
        })
    }

    /// Returns the sessions in which a mode was met, newest first.
    pub fn mode_sessions(&self, id: ModeId, limit: u32) -> Result<Vec<ModeSessionRow>, StoreError> {
        self.rows(SESSIONS, [id.0, i64::from(limit)], |row| {
            Ok(ModeSessionRow {
                session: SessionId(row.get("session")?),
                external: row.get("external")?,
                project: row.get("project")?,
                failures: row.get("failures")?,
                last_at: time(row, "last_at")?,
            })
        })
    }

    /// Returns the patterns of a mode in the order of their fingerprints.
    pub fn mode_patterns(&self, id: ModeId, limit: u32) -> Result<Vec<PatternRow>, StoreError> {
        self.rows(
            "select fingerprint, template from pattern where mode = ?1 order by fingerprint limit ?2",
            [id.0, i64::from(limit)],
            |row| {
                Ok(PatternRow {
                    fingerprint: row.get(0)?,
                    template: row.get(1)?,
                })
            },
        )
    }

    /// Returns the shortest beginning of `fingerprint` that no other pattern shares, `at_least` characters long.
    pub fn shortest_prefix(&self, fingerprint: &str, at_least: usize) -> Result<String, StoreError> {
        let (before, after) = self
            .row(NEIGHBOURS, [fingerprint], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
            })?
            .unwrap_or_default();
        let shared = |other: &str| {
            fingerprint
                .bytes()
                .zip(other.bytes())
                .take_while(|(a, b)| a == b)
                .count()
        };
        let length = (shared(&before).max(shared(&after)) + 1).clamp(at_least, fingerprint.len().max(at_least));
        Ok(fingerprint.chars().take(length).collect())
    }
}

pub(super) fn mode(row: &Row<'_>) -> rusqlite::Result<ModeRow> {
    Ok(ModeRow {
        id: ModeId(row.get("id")?),
        fingerprint: row.get("fingerprint")?,
        template: row.get("template")?,
        headline: row.get("headline")?,
        tool_kind: row.get("tool_kind")?,
        scope: row.get("scope")?,
        status: row.get("status")?,
        muted_until: maybe_time(row, "muted_until")?,
        failures: row.get("failures")?,
        expected: row.get("expected")?,
        sessions: row.get("sessions")?,
        all_sessions: row.get("all_sessions")?,
        first_at: maybe_time(row, "first_at")?,
        last_at: maybe_time(row, "last_at")?,
    })
}
