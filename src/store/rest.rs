//! Whether the last sessions that were told something at their start had any use for it.

use rusqlite::params;

use super::{StoreError, Tx};
use crate::domain::id::{ModeId, ProjectId, SessionId};
use crate::domain::time::Timestamp;

/// Root sessions in a row that were told in vain.
const IN_VAIN: i64 = 5;

/// Something that was told at the start of sessions.
#[derive(Debug, Clone, Copy)]
pub struct Told<'t> {
    /// The project.
    pub project: ProjectId,
    /// The root of the session that begins now: what it was told itself does not count.
    pub root: Option<SessionId>,
    /// What it said to type.
    pub says: &'t str,
    /// The failure mode that it spoke of.
    pub mode: ModeId,
    /// The program that it said to run, with its subcommand.
    pub runs: Option<&'t str>,
    /// When the failure mode was last met in the project.
    pub met: Timestamp,
    /// Now.
    pub now: Timestamp,
}

/// Returns whether the last five sessions of the project that were told it neither met the failure mode nor ran its
/// program, the one that fails or the one that works, and nobody else has met it since the first of them was told.
pub fn rests(tx: &Tx<'_>, told: Told<'_>) -> Result<bool, StoreError> {
    let (sessions, first, of_use): (i64, Option<i64>, i64) = tx
        .prepare_cached(
            "with told as materialized (
                 select coalesce(s.top, s.id) as root, max(h.at) as at
                 from hint h join session s on s.id = h.session
                 where h.kind = 'brief' and h.shadow = 0 and h.at <= ?2 and s.project = ?1 and s.calls > 0
                       and coalesce(s.top, s.id) is not ?3
                       and instr(char(10) || h.suggestion || char(10), char(10) || ?4 || char(10)) > 0
                 group by 1 order by 2 desc limit ?7),
             member as materialized (
                 select s.id, told.root from session s join told on told.root = coalesce(s.top, s.id)
                 where s.project = ?1),
             of_use as (
                 select member.root from member join failure f on f.session = member.id
                        join pattern p on p.id = f.pattern where p.mode = ?5
                 union
                 select member.root from member join exercise x on x.session = member.id
                 where x.key = ?6 or x.key = (select scope from mode where id = ?5 and tool_kind = 'shell'))
             select (select count(*) from told), (select min(at) from told), (select count(*) from of_use)",
        )?
        .query_row(
            params![
                told.project.0,
                told.now.0,
                told.root.map(|root| root.0),
                told.says,
                told.mode.0,
                told.runs,
                IN_VAIN
            ],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )?;
    Ok(sessions == IN_VAIN && of_use == 0 && first.is_some_and(|first| told.met.0 < first))
}
