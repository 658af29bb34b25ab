//! What is known of one failure, as it is asked right after it happened.
//!
//! A process that answers one failure spends more on planning a statement than on running it, and a plain one is planned
//! twenty times as fast as [`super::KNOWN`], which answers for many at once: the rows are read as they are, and counted here.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use rusqlite::types::Value;
use rusqlite::{Params, params};

use super::{Known, StoreError, Tx, columns, known_row};
use crate::domain::id::{Fingerprint, PatternId, ProjectId, RemedyId, SessionId};
use crate::domain::lesson::{Source, Trials};
use crate::domain::time::Timestamp;
use crate::store::session;

/// Who asks for remedies: what its own session did is not counted, nor what happened later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asking {
    /// The project of the failing call.
    pub project: Option<ProjectId>,
    /// The root session of the one that asks; nothing when a person asks.
    pub root: Option<SessionId>,
    /// Now.
    pub now: Timestamp,
}

/// A statement that reads remedies as they are kept: how they did is not counted.
macro_rules! kept {
    ($from:literal) => {
        concat!("select ", columns!(), ", 0, 0, null, null, 0 from ", $from)
    };
}

/// The remedies of an instance.
const OF_INSTANCE: &str = kept!("remedy r where r.instance = ?1");

/// Those of a pattern without an instance. There is an index of this expression.
const OF_PATTERN: &str = kept!("remedy r where r.pattern = ?1 and coalesce(r.instance, '') = ''");

/// Returns whether somebody tried to get past an instance.
pub fn is_tried(tx: &Tx<'_>, instance: Fingerprint) -> Result<bool, StoreError> {
    Ok(tx
        .prepare_cached("select 1 from remedy where instance = ?1 limit 1")?
        .exists([instance.text()])?)
}

/// Returns whether something is known that may hold for the whole kind of a pattern.
pub fn is_of_kind(tx: &Tx<'_>, pattern: PatternId) -> Result<bool, StoreError> {
    Ok(!kept_of_kind(tx, pattern)?.is_empty())
}

/// Returns the remedies of one instance that hold in a project, those that worked in most sessions first.
pub fn of_instance(tx: &Tx<'_>, instance: Fingerprint, asking: Asking) -> Result<Vec<Known>, StoreError> {
    counted(tx, kept(tx, OF_INSTANCE, [instance.text()])?, asking)
}

/// Returns the remedies of the kind of a pattern that hold in a project: those without an instance of its failure mode,
/// and of its template under any command. Only what was seen with two different instances or more is of a whole kind.
pub fn of_kind(tx: &Tx<'_>, pattern: PatternId, asking: Asking) -> Result<Vec<Known>, StoreError> {
    let mut found = Vec::new();
    for known in kept_of_kind(tx, pattern)? {
        if known.source != Source::Seen || instances(tx, known.id, asking)? > 1 {
            found.push(known);
        }
    }
    counted(tx, found, asking)
}

fn kept_of_kind(tx: &Tx<'_>, pattern: PatternId) -> Result<Vec<Known>, StoreError> {
    let mut found = Vec::new();
    for alike in alike(tx, pattern)? {
        found.extend(kept(tx, OF_PATTERN, [alike])?);
    }
    Ok(found)
}

/// Returns the patterns of the failure mode of a pattern, and those of its template under any command.
fn alike(tx: &Tx<'_>, pattern: PatternId) -> Result<BTreeSet<i64>, StoreError> {
    let (mode, template): (i64, String) = tx
        .prepare_cached("select mode, template from pattern where id = ?1")?
        .query_row([pattern.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut found = BTreeSet::new();
    for (sql, key) in [
        ("select id from pattern where mode = ?1", Value::from(mode)),
        ("select id from pattern where template = ?1", Value::from(template)),
    ] {
        let mut rows = tx.prepare_cached(sql)?;
        for id in rows.query_map([key], |row| row.get(0))? {
            found.insert(id?);
        }
    }
    Ok(found)
}

fn kept(tx: &Tx<'_>, sql: &str, key: impl Params) -> Result<Vec<Known>, StoreError> {
    let mut rows = tx.prepare_cached(sql)?;
    let found = rows.query_map(key, known_row)?.collect::<Result<_, _>>()?;
    Ok(found)
}

/// Returns those of some remedies that hold in a project with how they did, those that worked in most sessions first.
fn counted(tx: &Tx<'_>, mut found: Vec<Known>, asking: Asking) -> Result<Vec<Known>, StoreError> {
    found.retain(|known| {
        known
            .owner
            .project
            .is_none_or(|project| Some(project) == asking.project)
    });
    for known in &mut found {
        known.trials = trials(tx, known.id, asking)?;
        known.is_disowned = is_disowned(tx, known.id, asking)?;
    }
    found.sort_by_key(|known| {
        let Trials {
            worked, last_worked, ..
        } = known.trials;
        (known.is_disowned, Reverse(worked), Reverse(last_worked), known.id.0)
    });
    Ok(found)
}

/// Counts how a remedy did: in how many root sessions, without the one that asks, and when last.
fn trials(tx: &Tx<'_>, remedy: RemedyId, asking: Asking) -> Result<Trials, StoreError> {
    let mut rows = tx.prepare_cached(
        "select worked > 0, failed > 0, at, session from remedy_session where remedy = ?1 and at <= ?2",
    )?;
    let mut rows = rows.query(params![remedy.0, asking.now.0])?;
    let (mut worked, mut failed) = (BTreeSet::new(), BTreeSet::new());
    let mut trials = Trials::default();
    while let Some(row) = rows.next()? {
        let (roots, last) = match (row.get(0)?, row.get(1)?) {
            (true, _) => (&mut worked, &mut trials.last_worked),
            (false, true) => (&mut failed, &mut trials.last_failed),
            (false, false) => continue,
        };
        *last = (*last).max(Some(Timestamp(row.get(2)?)));
        roots.insert(session::top(tx, SessionId(row.get(3)?))?);
    }
    let others = |roots: BTreeSet<SessionId>| {
        let others = roots.iter().filter(|root| Some(**root) != asking.root);
        u32::try_from(others.count()).unwrap_or(u32::MAX)
    };
    Ok(Trials {
        worked: others(worked),
        failed: others(failed),
        ..trials
    })
}

/// Returns whether other root sessions, by the last that each said, disown a remedy: two or more do, and fewer vouch for it.
fn is_disowned(tx: &Tx<'_>, remedy: RemedyId, asking: Asking) -> Result<bool, StoreError> {
    let is_spoken_of = tx
        .prepare_cached("select 1 from feedback where remedy = ?1 limit 1")?
        .exists([remedy.0])?;
    if !is_spoken_of {
        return Ok(false);
    }
    let mut rows = tx.prepare_cached(
        "select coalesce(q.top, q.id), b.at, b.helped from feedback b join session q on q.id = b.session
         where b.remedy = ?1 and b.helped is not null and b.at <= ?2",
    )?;
    let mut rows = rows.query(params![remedy.0, asking.now.0])?;
    let mut said: BTreeMap<i64, (i64, bool)> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let root = row.get(0)?;
        let (at, helped) = (row.get(1)?, row.get(2)?);
        let before = said.entry(root).or_insert((at, helped));
        if at > before.0 {
            *before = (at, helped);
        }
    }
    said.retain(|root, _| Some(SessionId(*root)) != asking.root);
    let helped = said.values().filter(|(_, helped)| *helped).count();
    let not = said.len() - helped;
    Ok(not >= 2 && not > helped)
}

/// Counts the instances with which a remedy was seen to work, without the root session that asks.
fn instances(tx: &Tx<'_>, remedy: RemedyId, asking: Asking) -> Result<usize, StoreError> {
    let mut rows = tx.prepare_cached(
        "select f.instance, coalesce(v.top, v.id)
         from remedy_session u join failure f on f.event = u.failing join session v on v.id = u.session
         where u.remedy = ?1 and u.worked > 0 and u.at <= ?2 and f.instance is not null",
    )?;
    let seen = rows
        .query_map(params![remedy.0, asking.now.0], |row| {
            Ok((row.get(0)?, SessionId(row.get(1)?)))
        })?
        .collect::<Result<Vec<(String, SessionId)>, _>>()?;
    let others = seen.into_iter().filter(|(_, root)| Some(*root) != asking.root);
    Ok(others.map(|(instance, _)| instance).collect::<BTreeSet<_>>().len())
}

#[cfg(test)]
mod tests {
    use super::super::KNOWN;
    use super::*;
    use crate::store::Store;

    /// A remedy of a whole kind that worked for one instance in each of two sessions.
    const OF_A_KIND: &str = "
    insert into session (id, assistant, external, started_at, last_at) values (1, 'a', 's1', 1, 1), (2, 'a', 's2', 2, 2);
    insert into mode (id, fingerprint, template, headline, tool_kind, scope) values (1, 'f', '', '', 'shell', 'make');
    insert into pattern (id, fingerprint, mode, tool_kind, scope, template) values (1, 'f', 1, 'shell', 'make', '');
    insert into event (id, session, key, at, at_source, kind, status, via)
    values (1, 1, x'01', 1, 'record', 'call', 'failed', 'hook'), (2, 2, x'02', 5, 'record', 'call', 'failed', 'hook');
    insert into failure (event, session, pattern, instance, at, origin, headline, message, scope)
    values (1, 1, 1, 'i', 1, 'flagged', '', '', 'make'), (2, 2, 1, 'j', 5, 'flagged', '', '', 'make');
    insert into remedy (id, pattern, kind, was, becomes, source, at) values (1, 1, 'changed', '<1>', 'x <1>', 'seen', 1);
    insert into remedy_session (remedy, session, worked, failed, at, failing, working)
    values (1, 1, 1, 0, 1, 1, null), (1, 2, 1, 0, 5, 2, null)";

    #[test]
    fn what_the_asking_session_did_or_comes_later_makes_no_kind() {
        let mut store = Store::in_memory().expect("opens");
        store.connection().execute_batch(OF_A_KIND).expect("rows");
        for (root, now, found) in [(None, 9, 1), (Some(2), 9, 0), (None, 4, 0), (Some(7), 5, 1)] {
            let asking = Asking {
                project: None,
                root: root.map(SessionId),
                now: Timestamp(now),
            };
            let known = store.write(|tx| of_kind(tx, PatternId(1), asking)).expect("an answer");
            assert_eq!(known.len(), found, "{asking:?}");
        }
    }

    /// Returns the remedies of an instance by the statement that answers for many at once.
    fn among_many(tx: &Tx<'_>, instance: Fingerprint, asking: Asking) -> Result<Vec<Known>, StoreError> {
        let sql = format!(
            "{KNOWN} where r.instance = ?1 and (r.project is null or r.project is ?2)
             group by r.id order by disowned, worked desc, last_worked desc, r.id"
        );
        let (project, root) = (asking.project.map(|id| id.0), asking.root.map(|id| id.0));
        let found = tx
            .prepare(&sql)?
            .query_map(params![instance.text(), project, root, asking.now.0], known_row)?
            .collect::<Result<_, _>>()?;
        Ok(found)
    }

    #[test]
    fn one_failure_and_many_at_once_get_the_same_answer() {
        let store = Store::in_memory().expect("opens");
        let instance = Fingerprint([1; 10]);
        store.connection().execute_batch(OF_A_KIND).expect("rows");
        let rows = "
            insert into project (id, key, name, first_at, last_at) values (1, 'a', 'a', 1, 1), (2, 'b', 'b', 1, 1);
            insert into session (id, assistant, external, top, started_at, last_at)
            values (3, 'a', 's3', 2, 3, 3), (4, 'a', 's4', null, 4, 4), (5, 'a', 's5', 1, 4, 4);
            insert into remedy (id, pattern, instance, project, kind, was, becomes, source, verdict, at)
            values (2, 1, $, null, 'changed', 'a', 'b', 'seen', null, 1), (3, 1, $, 1, 'changed', 'a', 'c', 'seen', 'confirmed', 1),
                   (4, 1, $, 2, 'path', 'a', 'd', 'agent', 'refuted', 1), (5, 1, $, 1, 'retry', 'a', 'a', 'person', null, 1),
                   (6, 1, $, 1, 'changed', 'a', 'f', 'seen', null, 1);
            insert into remedy_session (remedy, session, worked, failed, at)
            values (2, 1, 1, 0, 1), (2, 2, 0, 1, 2), (2, 3, 2, 1, 3), (2, 5, 1, 0, 9),
                   (3, 2, 1, 0, 2), (3, 3, 1, 0, 3), (3, 4, 0, 2, 4), (4, 1, 1, 1, 5), (5, 4, 0, 0, 4), (6, 1, 1, 0, 7);
            insert into feedback (session, by, remedy, helped, at)
            values (1, 'agent', 2, 0, 1), (5, 'agent', 2, 1, 5), (2, 'agent', 2, 0, 2), (4, 'agent', 2, 0, 4),
                   (1, 'agent', 3, 0, 1), (2, 'agent', 3, 0, 1), (4, 'person', 3, null, 1);"
            .replace('$', &format!("'{}'", instance.text()));
        store.connection().execute_batch(&rows).expect("rows");
        let mut told = BTreeSet::new();
        for now in 0..10 {
            for root in [None, Some(1), Some(2), Some(4), Some(9)] {
                for project in [None, Some(1), Some(2)] {
                    let asking = Asking {
                        project: project.map(ProjectId),
                        root: root.map(SessionId),
                        now: Timestamp(now),
                    };
                    let (one, many) = store
                        .look(|tx| {
                            Ok::<_, StoreError>((of_instance(tx, instance, asking)?, among_many(tx, instance, asking)?))
                        })
                        .expect("answers");
                    assert_eq!(one, many, "{asking:?}");
                    told.extend(one.iter().map(|known| format!("{known:?}")));
                }
            }
        }
        assert!(told.len() > 20, "they differ by who asks, and when: {}", told.len());
    }
}
