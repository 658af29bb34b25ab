//! Remedies: what led from a failing call to a working one, and how it has done since.

mod asked;

pub use asked::{Asking, is_of_kind, is_tried, of_instance, of_kind};

use rusqlite::{Row, params};

use super::{StoreError, Tx, findable};
use crate::domain::id::{EventId, FailureId, Fingerprint, PatternId, ProjectId, RemedyId, SessionId};
use crate::domain::lesson::{Remedy, RemedyKind, Source, Trials};
use crate::domain::time::Timestamp;
use crate::failure::withheld::{Record, Withheld, withheld};
use crate::redact::Clean;

/// What a remedy belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner {
    /// The pattern of the failure.
    pub pattern: PatternId,
    /// Its finer fingerprint; nothing for a remedy that holds for the whole kind.
    pub instance: Option<Fingerprint>,
    /// The project in which it holds; nothing for a fact about a tool or the system, which holds everywhere.
    pub project: Option<ProjectId>,
}

/// One use of a remedy in a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Use {
    /// Whether the goal was reached by it.
    pub worked: bool,
    /// When.
    pub at: Timestamp,
    /// The call that had failed.
    pub failing: EventId,
    /// The call by which it was used.
    pub using: EventId,
}

/// A remedy with all that decides whether it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Its row.
    pub id: RemedyId,
    /// What it belongs to.
    pub owner: Owner,
    /// What it says.
    pub remedy: Remedy,
    /// Where the knowledge comes from.
    pub source: Source,
    /// What a person says of it: confirmed, refuted, or nothing.
    pub verdict: Option<bool>,
    /// How it has done.
    pub trials: Trials,
    /// Two independent sessions or more say that it did not help them, and fewer that it did.
    pub is_disowned: bool,
}

impl Known {
    /// Returns why it is not suggested, with `says` as the words that somebody would read: what it says, filled in.
    #[must_use]
    pub fn withheld(&self, says: &str) -> Option<Withheld> {
        let record = Record {
            kind: self.remedy.kind,
            source: self.source,
            verdict: self.verdict,
            trials: self.trials,
            is_disowned: self.is_disowned,
        };
        withheld(record, says)
    }

    /// Returns whether it is a person's decision that is to be told: where one stands, no other remedy is offered.
    #[must_use]
    pub fn is_decided(&self) -> bool {
        self.remedy.kind == RemedyKind::Decision && self.withheld(&self.remedy.becomes).is_none()
    }
}

/// Takes back what a session taught, before it is derived anew, and returns what it had taught: what is not learnt again
/// is to be [dropped](drop_unused). Remedies that stay keep their rows, which messages point at.
pub fn unlearn(tx: &Tx<'_>, session: SessionId, name: &Clean<String>) -> Result<Vec<RemedyId>, StoreError> {
    let ids = tx
        .prepare_cached("select remedy from remedy_session where session = ?1")?
        .query_map([session.0], |row| row.get(0).map(RemedyId))?
        .collect::<Result<_, _>>()?;
    // What the person of a session refuted is among what the session used.
    tx.prepare_cached(
        "update remedy set verdict = null, decided_by = null, decided_at = null
         where id in (select remedy from remedy_session where session = ?1) and decided_by = ?2 and decided_by <> 'person'",
    )?
    .execute(params![session.0, name.as_str()])?;
    tx.prepare_cached("delete from remedy_session where session = ?1")?
        .execute([session.0])?;
    Ok(ids)
}

/// Drops those of some remedies that nothing shows any more, unless somebody vouches for them.
pub fn drop_unused(tx: &Tx<'_>, ids: &[RemedyId]) -> Result<(), StoreError> {
    const UNUSED: &str = "id = ?1 and verdict is null
        and (source = 'seen' or kind = 'decision' and decided_by is not 'person')
        and not exists (select 1 from remedy_session where remedy = ?1)";
    for id in ids {
        let is_unused: bool = tx
            .prepare_cached(&format!("select exists (select 1 from remedy where {UNUSED})"))?
            .query_row([id.0], |row| row.get(0))?;
        if is_unused {
            findable::remedied(tx, *id)?;
            tx.prepare_cached("delete from remedy where id = ?1")?.execute([id.0])?;
        }
    }
    Ok(())
}

/// Returns the pattern under which remedies for a whole kind are kept: the oldest of those with the same template, so
/// that what is missing is one kind under every command.
pub fn pattern_of_kind(tx: &Tx<'_>, pattern: PatternId) -> Result<PatternId, StoreError> {
    Ok(tx
        .prepare_cached(
            "select min(q.id) from pattern p join pattern q on q.template = p.template and q.tool_kind = p.tool_kind
             where p.id = ?1",
        )?
        .query_row([pattern.0], |row| row.get(0).map(PatternId))?)
}

/// Keeps a remedy, new or known, and returns its row.
pub fn keep(
    tx: &Tx<'_>,
    owner: Owner,
    remedy: &Clean<Remedy>,
    source: Source,
    at: Timestamp,
) -> Result<RemedyId, StoreError> {
    let instance = owner.instance.map(|instance| instance.text());
    let project = owner.project.map(|project| project.0);
    tx.prepare_cached(
        "insert into remedy (pattern, instance, project, kind, was, becomes, source, at)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         on conflict (pattern, coalesce(instance, ''), coalesce(project, 0), kind, was, becomes) do update
         set at = min(at, excluded.at)",
    )?
    .execute(params![
        owner.pattern.0,
        instance,
        project,
        remedy.kind.word(),
        remedy.was,
        remedy.becomes,
        source.word(),
        at.0
    ])?;
    let kept = tx
        .prepare_cached(
            "select id from remedy
             where pattern = ?1 and coalesce(instance, '') = coalesce(?2, '') and coalesce(project, 0) = coalesce(?3, 0)
               and kind = ?4 and was = ?5 and becomes = ?6",
        )?
        .query_row(
            params![
                owner.pattern.0,
                instance,
                project,
                remedy.kind.word(),
                remedy.was,
                remedy.becomes
            ],
            |row| row.get(0).map(RemedyId),
        )?;
    findable::remedied(tx, kept)?;
    Ok(kept)
}

/// A remedy as it is kept, with the newest time at which a session used it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its row.
    pub id: RemedyId,
    /// The failing call or path.
    pub was: String,
    /// What worked instead.
    pub becomes: String,
    /// When a session used it last.
    pub used: Option<Timestamp>,
}

/// Returns the remedies of one kind for an instance, under whichever pattern it was met, or else for a pattern as a
/// whole; the oldest first.
pub fn beside(tx: &Tx<'_>, owner: Owner, kind: RemedyKind) -> Result<Vec<Kept>, StoreError> {
    let mut rows = tx.prepare_cached(
        "select r.id, r.was, r.becomes, (select max(at) from remedy_session where remedy = r.id)
         from remedy r
         where coalesce(r.instance, '') = coalesce(?1, '') and (r.instance is not null or r.pattern = ?2)
           and r.project is ?3 and r.kind = ?4
         order by r.id",
    )?;
    let found = rows
        .query_map(
            params![
                owner.instance.map(|instance| instance.text()),
                owner.pattern.0,
                owner.project.map(|project| project.0),
                kind.word()
            ],
            |row| {
                Ok(Kept {
                    id: RemedyId(row.get(0)?),
                    was: row.get(1)?,
                    becomes: row.get(2)?,
                    used: row.get::<_, Option<i64>>(3)?.map(Timestamp),
                })
            },
        )?
        .collect::<Result<_, _>>()?;
    Ok(found)
}

/// Notes that a remedy was seen at a time, which may be before all others.
pub fn met(tx: &Tx<'_>, id: RemedyId, at: Timestamp) -> Result<(), StoreError> {
    tx.prepare_cached("update remedy set at = ?2 where id = ?1 and at > ?2")?
        .execute(params![id.0, at.0])?;
    Ok(())
}

/// Writes a newer example of a remedy in place of the one that is kept.
pub fn renew(tx: &Tx<'_>, id: RemedyId, remedy: &Clean<Remedy>) -> Result<(), StoreError> {
    tx.prepare_cached("update or ignore remedy set was = ?2, becomes = ?3 where id = ?1")?
        .execute(params![id.0, remedy.was, remedy.becomes])?;
    findable::remedied(tx, id)
}

/// Records that a session used a remedy, and how that ended.
pub fn used(tx: &Tx<'_>, remedy: RemedyId, session: SessionId, one: Use) -> Result<(), StoreError> {
    tx.prepare_cached(
        "insert into remedy_session (remedy, session, worked, failed, at, failing, working)
         values (?1, ?2, ?3, not ?3, ?4, ?5, case when ?3 then ?6 end)
         on conflict (remedy, session) do update
         set worked = worked + excluded.worked, failed = failed + excluded.failed, at = max(at, excluded.at),
             working = coalesce(working, excluded.working)",
    )?
    .execute(params![
        remedy.0,
        session.0,
        one.worked,
        one.at.0,
        one.failing.0,
        one.using.0
    ])?;
    Ok(())
}

/// Returns whether a session used a remedy already.
pub fn is_used(tx: &Tx<'_>, remedy: RemedyId, session: SessionId) -> Result<bool, StoreError> {
    Ok(tx
        .prepare_cached("select exists (select 1 from remedy_session where remedy = ?1 and session = ?2)")?
        .query_row([remedy.0, session.0], |row| row.get(0))?)
}

/// Writes what a person, or an agent in a person's name, says of a remedy.
pub fn decide(
    tx: &Tx<'_>,
    remedy: RemedyId,
    confirmed: bool,
    by: &Clean<String>,
    at: Timestamp,
) -> Result<(), StoreError> {
    tx.prepare_cached("update remedy set verdict = ?2, decided_by = ?3, decided_at = ?4 where id = ?1")?
        .execute(params![
            remedy.0,
            if confirmed { "confirmed" } else { "refuted" },
            by.as_str(),
            at.0
        ])?;
    Ok(())
}

/// Writes that the person of a session called a remedy wrong there. What a person decided outside of it stands, and of
/// several sessions the first says it.
pub fn refuted_in(tx: &Tx<'_>, remedy: RemedyId, session: &Clean<String>, at: Timestamp) -> Result<(), StoreError> {
    tx.prepare_cached(
        "update remedy set verdict = 'refuted', decided_by = ?2, decided_at = ?3
         where id = ?1 and (verdict is null or decided_by is not 'person' and decided_at > ?3)",
    )?
    .execute(params![remedy.0, session.as_str(), at.0])?;
    Ok(())
}

/// Writes how a failure was got over: the calls up to the next success of its goal, and by what.
pub fn passed(tx: &Tx<'_>, failure: FailureId, after: Option<usize>, by: Option<RemedyKind>) -> Result<(), StoreError> {
    tx.prepare_cached(
        "update failure set passed_after = ?2, passed_by = ?3
         where id = ?1 and (passed_after is not ?2 or passed_by is not ?3)",
    )?
    .execute(params![
        failure.0,
        after.map(|calls| i64::try_from(calls).unwrap_or(i64::MAX)),
        by.map(RemedyKind::word)
    ])?;
    Ok(())
}

/// The columns of a remedy as it is kept.
macro_rules! columns {
    () => {
        "r.id, r.pattern, r.instance, r.project, r.kind, r.was, r.becomes, r.source, r.verdict"
    };
}
use columns;

/// The columns of [`Known`]; `?2` is the project, `?3` the root session, `?4` the time. Sessions of one root count once.
pub(super) const KNOWN: &str = concat!(
    "select ",
    columns!(),
    ",
        count(distinct case when s.worked > 0 then coalesce(o.top, o.id) end) as worked,
        count(distinct case when s.failed > 0 and s.worked = 0 then coalesce(o.top, o.id) end) as failed,
        max(case when s.worked > 0 then s.at end) as last_worked,
        max(case when s.failed > 0 and s.worked = 0 then s.at end) as last_failed,
        (select coalesce(sum(not v.helped) >= 2 and sum(not v.helped) > sum(v.helped), 0)
         from (select b.helped, max(b.at) from feedback b join session q on q.id = b.session
               where b.remedy = r.id and b.helped is not null and b.at <= ?4 and coalesce(q.top, q.id) is not ?3
               group by coalesce(q.top, q.id)) v) as disowned
 from remedy r
 left join remedy_session s on s.remedy = r.id and s.at <= ?4
 left join session o on o.id = s.session and coalesce(o.top, o.id) is not ?3"
);

pub(super) fn known_row(row: &Row<'_>) -> rusqlite::Result<Known> {
    let instance: Option<String> = row.get(2)?;
    let project: Option<i64> = row.get(3)?;
    let kind: String = row.get(4)?;
    let source: String = row.get(7)?;
    let verdict: Option<String> = row.get(8)?;
    Ok(Known {
        id: RemedyId(row.get(0)?),
        owner: Owner {
            pattern: PatternId(row.get(1)?),
            instance: instance.as_deref().and_then(Fingerprint::parse),
            project: project.map(ProjectId),
        },
        remedy: Remedy {
            kind: RemedyKind::from_word(&kind).unwrap_or(RemedyKind::Retry),
            was: row.get(5)?,
            becomes: row.get(6)?,
            travels: project.is_none(),
        },
        source: Source::from_word(&source).unwrap_or(Source::Agent),
        verdict: verdict.map(|verdict| verdict == "confirmed"),
        trials: Trials {
            worked: row.get(9)?,
            failed: row.get(10)?,
            last_worked: row.get::<_, Option<i64>>(11)?.map(Timestamp),
            last_failed: row.get::<_, Option<i64>>(12)?.map(Timestamp),
        },
        is_disowned: row.get(13)?,
    })
}
