//! Failure modes: patterns, their holes, and which patterns mean the same.

use rusqlite::{OptionalExtension as _, params};

use super::{StoreError, Tx, findable};
use crate::domain::id::{Fingerprint, ModeId, PatternId};
use crate::domain::trace::ToolKind;
use crate::failure::cluster::{HoleKey, Settled};
use crate::failure::mask::Template;
use crate::redact::Clean;

/// Returns the pattern with this fingerprint.
pub fn pattern(tx: &Tx<'_>, fingerprint: Fingerprint) -> Result<Option<PatternId>, StoreError> {
    Ok(tx
        .prepare_cached("select id from pattern where fingerprint = ?1")?
        .query_row([fingerprint.text()], |row| row.get(0).map(PatternId))
        .optional()?)
}

/// Applies what the arrival of a template changes: its patterns, each with a failure mode of its own at first, the
/// words in their holes, and which of them are one mode.
pub fn apply(tx: &Tx<'_>, kind: ToolKind, settled: &Clean<(String, Settled)>) -> Result<(), StoreError> {
    let (scope, settled) = &**settled;
    for (fingerprint, template) in &settled.patterns {
        add_pattern(tx, *fingerprint, kind, scope, template)?;
    }
    for (key, value, fingerprint) in &settled.holes {
        tx.prepare_cached(
            "insert or ignore into bucket (key, value, pattern)
             select ?1, ?2, id from pattern where fingerprint = ?3",
        )?
        .execute(params![key.0, value, fingerprint.text()])?;
    }
    for (one, other) in &settled.unions {
        unite(tx, *one, *other)?;
    }
    Ok(())
}

fn add_pattern(
    tx: &Tx<'_>,
    fingerprint: Fingerprint,
    kind: ToolKind,
    scope: &str,
    template: &Template,
) -> Result<(), StoreError> {
    tx.prepare_cached(
        "insert into mode (fingerprint, template, headline, tool_kind, scope) values (?1, ?2, ?2, ?3, ?4)",
    )?
    .execute(params![fingerprint.text(), template.display(), kind.word(), scope])?;
    let mode = tx.last_insert_rowid();
    tx.prepare_cached(
        "insert into pattern (fingerprint, mode, tool_kind, scope, template) values (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![fingerprint.text(), mode, kind.word(), scope, template.stored()])?;
    Ok(())
}

/// Returns the words seen in a hole, each with the pattern that holds it there.
pub fn hole(tx: &Tx<'_>, key: &HoleKey) -> Result<Vec<(String, Fingerprint)>, StoreError> {
    let mut rows = tx.prepare_cached(
        "select b.value, p.fingerprint from bucket b join pattern p on p.id = b.pattern where b.key = ?1",
    )?;
    let found = rows.query_map([key.0], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
    found
        .map(|row| {
            let (value, text) = row?;
            Ok((
                value,
                Fingerprint::parse(&text).ok_or(StoreError::Stored { what: "fingerprint" })?,
            ))
        })
        .collect()
}

/// Makes one mode of the modes of two patterns. The mode with the smaller fingerprint stays, so that the
/// name of a mode depends on its members alone; every counter of the other is added to it. Of what a person chose for
/// the two, that stands which says less.
fn unite(tx: &Tx<'_>, one: Fingerprint, other: Fingerprint) -> Result<(), StoreError> {
    let (Some(one), Some(other)) = (mode_of(tx, one)?, mode_of(tx, other)?) else {
        return Ok(());
    };
    if one.0 == other.0 {
        return Ok(());
    }
    let (stays, goes) = if one.1 < other.1 {
        (one.0, other.0)
    } else {
        (other.0, one.0)
    };
    for sql in UNITE.iter().chain(&findable::UNITED) {
        tx.prepare_cached(sql)?.execute(params![stays.0, goes.0])?;
    }
    tx.prepare_cached("delete from mode where id = ?1")?.execute([goes.0])?;
    Ok(())
}

/// What moves from mode ?2 to mode ?1, in this order; both parameters stand in every statement.
const UNITE: &[&str] = &[
    "update pattern set mode = ?1 where mode = ?2",
    "insert into mode_session (mode, session, failures, last_at)
     select ?1, session, failures, last_at from mode_session where mode = ?2
     on conflict (mode, session) do update
     set failures = failures + excluded.failures, last_at = max(last_at, excluded.last_at)",
    "delete from mode_session where mode = ?2 and ?1 is not null",
    "insert into mode_project (mode, project, failures, sessions, first_at, last_at)
     select ?1, project, failures, sessions, first_at, last_at from mode_project where mode = ?2
     on conflict (mode, project) do update
     set failures = failures + excluded.failures,
         first_at = min(first_at, excluded.first_at), last_at = max(last_at, excluded.last_at)",
    "update mode_project
     set sessions = (select count(distinct f.session) from failure f join pattern p on p.id = f.pattern
                     where p.mode = ?1 and f.project = mode_project.project and f.expected is null)
     where mode = ?1 and project in (select project from mode_project where mode = ?2)",
    "delete from mode_project where mode = ?2 and ?1 is not null",
    "update hint set mode = ?1 where mode = ?2",
    "update or replace feedback set mode = ?1 where mode = ?2",
    "update mode as m
     set failures = m.failures + o.failures, expected = m.expected + o.expected,
         sessions = (select count(*) from mode_session where mode = ?1),
         headline = case when coalesce(o.last_at, 0) > coalesce(m.last_at, 0) then o.headline else m.headline end,
         first_at = min(coalesce(m.first_at, o.first_at), coalesce(o.first_at, m.first_at)),
         last_at = max(coalesce(m.last_at, o.last_at), coalesce(o.last_at, m.last_at)),
         muted_until = max(coalesce(m.muted_until, o.muted_until), coalesce(o.muted_until, m.muted_until)),
         warnings = case when 'off' in (m.warnings, o.warnings) then 'off'
                         when 'shadow' in (m.warnings, o.warnings) then 'shadow'
                         else coalesce(m.warnings, o.warnings) end,
         status = case when m.status = 'open' or o.status = 'open' then 'open' else m.status end
     from mode o where m.id = ?1 and o.id = ?2",
];

/// Returns the mode that a fingerprint names: that of the pattern which has it.
pub fn named(tx: &Tx<'_>, name: Fingerprint) -> Result<Option<ModeId>, StoreError> {
    Ok(mode_of(tx, name)?.map(|(mode, _)| mode))
}

fn mode_of(tx: &Tx<'_>, pattern: Fingerprint) -> Result<Option<(ModeId, String)>, StoreError> {
    Ok(tx
        .prepare_cached(
            "select m.id, m.fingerprint from pattern p join mode m on m.id = p.mode where p.fingerprint = ?1",
        )?
        .query_row([pattern.text()], |row| Ok((ModeId(row.get(0)?), row.get(1)?)))
        .optional()?)
}

/// Notes that a lesson was made of the failures of a mode, or of one instance of it, and what it is; `lesson` is JSON.
/// A mode is resolved when none of its failures that count is left without one.
pub fn learnt(
    tx: &Tx<'_>,
    mode: ModeId,
    instance: Option<Fingerprint>,
    lesson: &Clean<String>,
) -> Result<(), StoreError> {
    tx.prepare_cached(
        "update failure set evolution_triggered = 1, resolution = ?3
         where pattern in (select id from pattern where mode = ?1) and (?2 is null or instance = ?2)",
    )?
    .execute(params![
        mode.0,
        instance.map(|instance| instance.text()),
        lesson.as_str()
    ])?;
    tx.prepare_cached(
        "update mode set status = 'resolved'
         where id = ?1 and not exists (select 1 from failure f join pattern p on p.id = f.pattern
                                       where p.mode = ?1 and f.expected is null and f.evolution_triggered = 0)",
    )?
    .execute([mode.0])?;
    Ok(())
}

/// Opens a mode again: what was learnt of it does not hold.
pub fn reopen(tx: &Tx<'_>, mode: ModeId) -> Result<(), StoreError> {
    tx.prepare_cached(
        "update failure set evolution_triggered = 0, resolution = null
         where pattern in (select id from pattern where mode = ?1) and evolution_triggered = 1",
    )?
    .execute([mode.0])?;
    tx.prepare_cached("update mode set status = 'open' where id = ?1")?
        .execute([mode.0])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    fn names() -> [Fingerprint; 2] {
        [Fingerprint([1; 10]), Fingerprint([2; 10])]
    }

    /// Returns what stands for warnings after two modes with these choices became one, whichever of them came first.
    fn united(chosen: [Option<&str>; 2]) -> Option<String> {
        let mut store = Store::in_memory().expect("opens");
        store
            .write(|tx| {
                for (name, chosen) in names().into_iter().zip(chosen) {
                    tx.execute(
                        "insert into mode (fingerprint, template, headline, tool_kind, scope, warnings)
                         values (?1, '', '', 'shell', 'go', ?2)",
                        params![name.text(), chosen],
                    )?;
                    tx.execute(
                        "insert into pattern (fingerprint, mode, tool_kind, scope, template)
                         values (?1, last_insert_rowid(), 'shell', 'go', ?1)",
                        [name.text()],
                    )?;
                }
                let [one, other] = names();
                unite(tx, one, other)?;
                Ok::<_, StoreError>(tx.query_row("select warnings from mode", [], |row| row.get(0))?)
            })
            .expect("writes")
    }

    #[test]
    fn of_two_choices_about_warnings_the_quieter_stands() {
        for (one, other, stands) in [
            (None, None, None),
            (None, Some("deny-once"), Some("deny-once")),
            (None, Some("off"), Some("off")),
            (Some("deny-once"), Some("shadow"), Some("shadow")),
            (Some("shadow"), Some("off"), Some("off")),
            (Some("deny-once"), Some("off"), Some("off")),
        ] {
            assert_eq!(united([one, other]).as_deref(), stands, "{one:?} {other:?}");
            assert_eq!(united([other, one]).as_deref(), stands, "{other:?} {one:?}");
        }
    }
}
