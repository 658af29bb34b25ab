//! What a session in a project is likely to meet: the failure modes of what was used there lately.

use rusqlite::params;

use super::{StoreError, Tx};
use crate::domain::failure::Severity;
use crate::domain::id::{EventId, Fingerprint, ModeId, PatternId, ProjectId};
use crate::domain::time::{Span, Timestamp};

/// How long ago a failure mode may have been met last to be looked at.
const MET: Span = Span::days(90);
/// How long ago a program or file kind must have been used.
const USED: Span = Span::days(14);
/// Most failure modes that are looked at, those met last first: a session's start waits for this.
const MOST: usize = 200;

/// A failure mode of a project, with its newest failure there.
#[derive(Debug, Clone, PartialEq)]
pub struct Likely {
    /// Its row.
    pub mode: ModeId,
    /// Its name.
    pub name: Fingerprint,
    /// Sessions of the project that met it.
    pub sessions: u32,
    /// When it was last met there.
    pub last: Timestamp,
    /// What its newest failure there cost; nothing until it is settled.
    pub severity: Option<Severity>,
    /// The call that failed.
    pub event: EventId,
    /// The pattern of that failure.
    pub pattern: PatternId,
    /// Its finer fingerprint.
    pub instance: Option<Fingerprint>,
    /// The line that says what went wrong.
    pub headline: String,
    /// Its goal's key.
    pub goal: Option<String>,
    /// The command line or the file.
    pub called: String,
}

/// Returns the open failure modes of a project that are not muted, whose program was used there lately or that were met
/// lately themselves.
pub fn of_project(tx: &Tx<'_>, project: ProjectId, now: Timestamp) -> Result<Vec<Likely>, StoreError> {
    let mut rows = tx.prepare_cached(
        "with met as materialized (
             select mp.mode, mp.sessions, mp.last_at, m.fingerprint, m.scope
             from mode_project mp join mode m on m.id = mp.mode
             where mp.project = ?1 and mp.last_at between ?2 and ?4 and m.status = 'open'
                   and coalesce(m.muted_until, 0) <= ?4
             order by mp.last_at desc, m.fingerprint limit ?5)
         select met.mode, met.fingerprint, met.sessions, met.last_at, f.severity, f.event, f.pattern, f.instance, f.headline,
                f.goal, coalesce(e.command, e.file, '')
         from met join failure f on f.id = (
                 select g.id from pattern p join failure g on g.pattern = p.id
                 where p.mode = met.mode and g.project = ?1 and g.expected is null order by g.at desc, g.id desc limit 1)
             join event e on e.id = f.event
         where met.last_at >= ?3
            or exists (select 1 from exercise x join session s on s.id = x.session
                       where x.key = met.scope and s.project = ?1 and s.last_at >= ?3)
         order by met.fingerprint",
    )?;
    let mut rows = rows.query(params![
        project.0,
        now.before(MET).0,
        now.before(USED).0,
        now.0,
        i64::try_from(MOST).unwrap_or(i64::MAX)
    ])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let name: String = row.get(1)?;
        let severity: Option<String> = row.get(4)?;
        let instance: Option<String> = row.get(7)?;
        found.push(Likely {
            mode: ModeId(row.get(0)?),
            name: Fingerprint::parse(&name).ok_or(StoreError::Stored { what: "fingerprint" })?,
            sessions: row.get(2)?,
            last: Timestamp(row.get(3)?),
            severity: severity.as_deref().and_then(Severity::from_word),
            event: EventId(row.get(5)?),
            pattern: PatternId(row.get(6)?),
            instance: instance.as_deref().and_then(Fingerprint::parse),
            headline: row.get(8)?,
            goal: row.get(9)?,
            called: row.get(10)?,
        });
    }
    Ok(found)
}
