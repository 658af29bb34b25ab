//! What a session in a project is likely to meet: the failure modes that several of its last sessions met.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Row, params};

use super::mute::{Whom, is_muted};
use super::{StoreError, Tx};
use crate::domain::failure::Severity;
use crate::domain::id::{EventId, Fingerprint, ModeId, PatternId, ProjectId, SessionId};
use crate::domain::time::{Span, Timestamp};

/// How long ago a program or file kind must have been used, or the failure mode met, in the project.
const USED: Span = Span::days(14);
/// The last sessions of a project that are looked at: what two of them met, one in ten meets. A session's start waits
/// for this.
const LATELY: i64 = 20;
/// Root sessions that must have met a failure mode.
const MET: u32 = 2;
/// Rows of sessions among which those are found: forks and resumes of one session are one.
const ROWS: i64 = 100;

/// A failure mode of a project, with the newest failure of what its last sessions met most of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Likely {
    /// Its row.
    pub mode: ModeId,
    /// Its name.
    pub name: Fingerprint,
    /// Of the project's last root sessions, those that met it.
    pub sessions: u32,
    /// Of them, those that met the very instance.
    pub same: u32,
    /// When it was last met there.
    pub last: Timestamp,
    /// What that failure cost; nothing until it is settled.
    pub severity: Option<Severity>,
    /// The call that failed.
    pub event: EventId,
    /// The pattern of that failure.
    pub pattern: PatternId,
    /// Its finer fingerprint.
    pub instance: Option<Fingerprint>,
    /// The line that says what went wrong.
    pub headline: String,
    /// The lines around it.
    pub message: String,
    /// Its goal's key.
    pub goal: Option<String>,
    /// The command line or the file.
    pub called: String,
}

/// Returns the open failure modes of a project that are not muted, that at least two of its last sessions met, other
/// than those of `root`, and whose program was used there lately.
pub fn of_project(
    tx: &Tx<'_>,
    project: ProjectId,
    root: Option<SessionId>,
    now: Timestamp,
) -> Result<Vec<Likely>, StoreError> {
    let mut rows = tx.prepare_cached(
        "with member as materialized (
             select s.id, coalesce(s.top, s.id) as root, s.last_at as at from session s
             where s.project = ?1 and s.last_at <= ?2 and s.calls > 0 order by s.last_at desc limit ?5),
         lately as materialized (
             select root from member where root is not ?4 group by root order by max(at) desc limit ?6),
         met as materialized (
             select f.id, f.at, member.root, p.mode, m.fingerprint, m.scope
             from member cross join failure f on f.session = member.id
                  join pattern p on p.id = f.pattern join mode m on m.id = p.mode
             where member.root in (select root from lately)
                   and +f.project = ?1 and f.expected is null and f.at <= ?2
                   and m.status = 'open' and coalesce(m.muted_until, 0) <= ?2),
         used as materialized (
             select mode from met group by mode
             having count(distinct root) >= ?7 and (max(at) >= ?3
                 or exists (select 1 from exercise x join session s on s.id = x.session
                            where x.key = met.scope and s.project = ?1 and s.last_at >= ?3)))
         select met.mode, met.fingerprint, met.root, f.at, f.severity, f.event, f.pattern, f.instance, f.headline,
                f.message, f.goal, coalesce(e.command, e.file, '')
         from met join failure f on f.id = met.id join event e on e.id = f.event
         where met.mode in (select mode from used)
         order by f.at desc, f.id desc",
    )?;
    let bounds = params![
        project.0,
        now.0,
        now.before(USED).0,
        root.map(|root| root.0),
        ROWS,
        LATELY,
        MET
    ];
    let mut rows = rows.query(bounds)?;
    let mut met: BTreeMap<ModeId, Vec<(SessionId, Likely)>> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let likely = likely(row)?;
        met.entry(likely.mode)
            .or_default()
            .push((SessionId(row.get(2)?), likely));
    }
    let whom = Whom {
        root,
        project: Some(project),
    };
    let mut found = Vec::new();
    for likely in met.into_values().filter_map(most_met) {
        if !is_muted(tx, likely.mode, whom, now)? {
            found.push(likely);
        }
    }
    Ok(found)
}

/// Returns of the failures of a mode, newest first, the newest one of the instance that most sessions met.
fn most_met(met: Vec<(SessionId, Likely)>) -> Option<Likely> {
    let count = |roots: BTreeSet<SessionId>| u32::try_from(roots.len()).unwrap_or(u32::MAX);
    let sessions = count(met.iter().map(|(root, _)| *root).collect());
    let last = met.first()?.1.last;
    let mut same: BTreeMap<Option<Fingerprint>, BTreeSet<SessionId>> = BTreeMap::new();
    for (root, likely) in &met {
        same.entry(likely.instance).or_default().insert(*root);
    }
    let most = same.values().map(BTreeSet::len).max()?;
    let (_, newest) = met
        .into_iter()
        .find(|(_, likely)| same[&likely.instance].len() == most)?;
    Some(Likely {
        sessions,
        same: count(same.remove(&newest.instance)?),
        last,
        ..newest
    })
}

fn likely(row: &Row<'_>) -> Result<Likely, StoreError> {
    let name: String = row.get(1)?;
    let severity: Option<String> = row.get(4)?;
    let instance: Option<String> = row.get(7)?;
    Ok(Likely {
        mode: ModeId(row.get(0)?),
        name: Fingerprint::parse(&name).ok_or(StoreError::Stored { what: "fingerprint" })?,
        sessions: 1,
        same: 1,
        last: Timestamp(row.get(3)?),
        severity: severity.as_deref().and_then(Severity::from_word),
        event: EventId(row.get(5)?),
        pattern: PatternId(row.get(6)?),
        instance: instance.as_deref().and_then(Fingerprint::parse),
        headline: row.get(8)?,
        message: row.get(9)?,
        goal: row.get(10)?,
        called: row.get(11)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_mode_the_instance_that_most_sessions_met_is_spoken_of() {
        let met = |root: i64, at: i64, instance: u8| {
            let likely = Likely {
                mode: ModeId(1),
                name: Fingerprint([1; 10]),
                sessions: 1,
                same: 1,
                last: Timestamp(at),
                severity: None,
                event: EventId(at),
                pattern: PatternId(1),
                instance: Some(Fingerprint([instance; 10])),
                headline: String::new(),
                message: String::new(),
                goal: None,
                called: String::new(),
            };
            (SessionId(root), likely)
        };
        // Newest first: (root session, when, instance) and what is taken of it: when, sessions of all, of the same.
        for (all, expected) in [
            (vec![(1, 9, 7)], (9, 1, 1)),
            (vec![(3, 9, 7), (2, 8, 5), (1, 7, 5)], (8, 3, 2)),
            (vec![(1, 9, 7), (1, 8, 7), (1, 7, 7), (2, 6, 5), (3, 5, 5)], (6, 3, 2)),
            (vec![(1, 9, 7), (2, 8, 5)], (9, 2, 1)),
        ] {
            let last = all[0].1;
            let all = all
                .into_iter()
                .map(|(root, at, instance)| met(root, at, instance))
                .collect();
            let likely = most_met(all).expect("one");
            assert_eq!((likely.event.0, likely.sessions, likely.same), expected);
            assert_eq!(likely.last.0, last, "the mode was met last then");
        }
        assert_eq!(most_met(Vec::new()), None);
    }
}
