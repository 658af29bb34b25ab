//! Sessions: one row for each session of an assistant.

use rusqlite::{OptionalExtension as _, params};

use super::hint::CallName;
use super::{StoreError, Tx};
use crate::domain::id::{Assistant, ProjectId, RootId, SessionId};
use crate::domain::time::Timestamp;
use crate::domain::trace::{Observation, SessionKey, SessionStart, Step, Usage, Via};
use crate::redact::Clean;

/// Returns the session that an observation belongs to, and makes it when this is the first word of it.
pub fn of(tx: &Tx<'_>, seen: &Clean<Observation>, origin: &str) -> Result<SessionId, StoreError> {
    let key = &seen.session;
    let known = tx
        .prepare_cached("select id from session where assistant = ?1 and external = ?2")?
        .query_row(params![key.assistant.0, key.external], |row| row.get(0).map(SessionId))
        .optional()?;
    if let Some(id) = known {
        return Ok(id);
    }
    tx.prepare_cached(
        "insert into session (assistant, external, origin, cwd, branch, started_at, last_at)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?6)",
    )?
    .execute(params![
        key.assistant.0,
        key.external,
        origin,
        seen.cwd,
        seen.branch,
        seen.at.0
    ])?;
    Ok(SessionId(tx.last_insert_rowid()))
}

/// Returns the session of that name, if anything is known of it.
pub fn find(tx: &Tx<'_>, key: &SessionKey) -> Result<Option<SessionId>, StoreError> {
    Ok(tx
        .prepare_cached("select id from session where assistant = ?1 and external = ?2")?
        .query_row(params![key.assistant.0, key.external], |row| row.get(0).map(SessionId))
        .optional()?)
}

/// What is known of a call whose outcome was just reported, and of its session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The root of the session; nothing of one that begins with this call.
    pub root: Option<SessionId>,
    /// The call was recorded before, as history that was copied is.
    pub is_old: bool,
    /// The session was told something at its actions, whichever of its agents.
    pub was_told: bool,
}

/// Returns what is known of a call and of its session. This very report is no earlier one, should somebody have drained
/// its journal meanwhile.
pub fn standing(tx: &Tx<'_>, seen: &Observation, call: Option<CallName>) -> Result<Standing, StoreError> {
    let session: Option<(i64, i64)> = tx
        .prepare_cached("select id, coalesce(top, id) from session where assistant = ?1 and external = ?2")?
        .query_row([&seen.session.assistant.0, &seen.session.external], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let id = session.map(|(id, _)| id);
    let is_old = tx
        .prepare_cached(
            "select 1 from event where key = ?1 and status <> 'started'
                and not (session is ?2 and at = ?3 and at_source = 'arrival')",
        )?
        .exists(params![call.map(CallName::key), id, seen.at.0])?;
    let was_told = match id {
        None => false,
        Some(id) => tx
            .prepare_cached("select 1 from hint where session = ?1 and kind <> 'brief' limit 1")?
            .exists([id])?,
    };
    Ok(Standing {
        root: session.map(|(_, root)| SessionId(root)),
        is_old,
        was_told,
    })
}

/// Returns whether anything is known of a session.
pub fn is_known(tx: &Tx<'_>, key: &SessionKey) -> Result<bool, StoreError> {
    Ok(tx
        .prepare_cached("select 1 from session where assistant = ?1 and external = ?2")?
        .exists(params![key.assistant.0, key.external])?)
}

/// Widens the session's time to hold `at`, and fills in where it runs when that is not known yet.
///
/// A sweep is a guess: a hook that reports more proves it wrong, and the session is open again. A transcript only
/// tells later that its end lay later.
pub fn touch(tx: &Tx<'_>, id: SessionId, seen: &Clean<Observation>) -> Result<(), StoreError> {
    tx.prepare_cached(
        "update session
         set started_at = min(started_at, ?2), last_at = max(last_at, ?2),
             cwd = coalesce(cwd, ?3), branch = coalesce(?4, branch),
             ended_at = case when end_reason is not 'swept' or ?2 <= ended_at then ended_at when ?5 then null else ?2 end,
             end_reason = case when end_reason = 'swept' and ?2 > ended_at and ?5 then null else end_reason end
         where id = ?1",
    )?
    .execute(params![id.0, seen.at.0, seen.cwd, seen.branch, seen.via == Via::Hook])?;
    Ok(())
}

/// Returns the assistant's own id of a session: the name under which what its person said is kept.
pub fn name(tx: &Tx<'_>, id: SessionId) -> Result<Clean<String>, StoreError> {
    Ok(Clean::stored(
        tx.prepare_cached("select external from session where id = ?1")?
            .query_row([id.0], |row| row.get(0))?,
    ))
}

/// Notes that something new is known of a session: what the whole of it tells must be derived again.
pub fn unsettle(tx: &Tx<'_>, id: SessionId) -> Result<(), StoreError> {
    tx.prepare_cached("update session set settled_at = null where id = ?1 and settled_at is not null")?
        .execute([id.0])?;
    Ok(())
}

/// Says in which project and folder a session runs; the first answer stays.
pub fn settle_in(tx: &Tx<'_>, id: SessionId, project: ProjectId, root: RootId) -> Result<(), StoreError> {
    tx.prepare_cached("update session set project = ?2, root = ?3 where id = ?1 and project is null")?
        .execute(params![id.0, project.0, root.0])?;
    Ok(())
}

/// Records how a session began. A session that had ended goes on when a hook says so; a transcript that is read from
/// the middle announces its session again, and proves nothing.
pub fn started(tx: &Tx<'_>, id: SessionId, seen: &Clean<Observation>) -> Result<(), StoreError> {
    let Step::SessionStarted(start) = &seen.step else {
        return Ok(());
    };
    let SessionStart {
        model,
        version,
        transcript,
        place,
        pid,
        labels,
        ..
    } = start;
    let place = place.as_ref();
    tx.prepare_cached(
        "update session
         set model = coalesce(?2, model), version = coalesce(?3, version), transcript = coalesce(?4, transcript),
             branch = coalesce(?5, branch), commit_id = coalesce(commit_id, ?6), pid = coalesce(?8, pid),
             end_reason = case when ended_at < ?7 and ?9 then null else end_reason end,
             ended_at = case when ended_at < ?7 and ?9 then null else ended_at end
         where id = ?1",
    )?
    .execute(params![
        id.0,
        model,
        version,
        transcript,
        place.and_then(|place| place.branch.as_ref()),
        place.and_then(|place| place.commit.as_ref()),
        seen.at.0,
        pid,
        seen.via == Via::Hook,
    ])?;
    for (key, value) in labels {
        tx.prepare_cached(LABEL)?.execute(params![id.0, key, value])?;
    }
    Ok(())
}

const LABEL: &str = "insert into session_label (session, key, value) values (?1, ?2, ?3)
    on conflict (session, key) do update set value = excluded.value";

/// Labels a session; a label of that key has the new value then.
pub fn label(tx: &Tx<'_>, id: SessionId, key: &Clean<String>, value: &Clean<String>) -> Result<(), StoreError> {
    tx.prepare_cached(LABEL)?
        .execute(params![id.0, key.as_str(), value.as_str()])?;
    Ok(())
}

/// Takes a label away.
pub fn unlabel(tx: &Tx<'_>, id: SessionId, key: &Clean<String>) -> Result<(), StoreError> {
    tx.prepare_cached("delete from session_label where session = ?1 and key = ?2")?
        .execute(params![id.0, key.as_str()])?;
    Ok(())
}

/// Ties a session to the one whose history it copied; ties never form a ring.
pub fn descend(tx: &Tx<'_>, id: SessionId, parent: SessionId) -> Result<(), StoreError> {
    if id == parent || top(tx, parent)? == id {
        return Ok(());
    }
    let top = top(tx, parent)?;
    tx.prepare_cached("update session set parent = coalesce(parent, ?2), top = coalesce(top, ?3) where id = ?1")?
        .execute(params![id.0, parent.0, top.0])?;
    Ok(())
}

/// Ties a session to the one that its beginning names, which may be read only later, or never.
pub fn continues(tx: &Tx<'_>, id: SessionId, seen: &Clean<Observation>) -> Result<(), StoreError> {
    let Step::SessionStarted(SessionStart {
        parent: Some(parent), ..
    }) = &seen.step
    else {
        return Ok(());
    };
    tx.prepare_cached(
        "insert or ignore into session (assistant, external, origin, cwd, started_at, last_at)
         select assistant, ?2, origin, ?3, ?4, ?4 from session where id = ?1",
    )?
    .execute(params![id.0, parent, seen.cwd, seen.at.0])?;
    let parent = tx
        .prepare_cached(
            "select p.id from session s join session p on p.assistant = s.assistant and p.external = ?2 where s.id = ?1",
        )?
        .query_row(params![id.0, parent], |row| row.get(0).map(SessionId))?;
    descend(tx, id, parent)
}

/// Returns the first session of the chain of forks and resumes that `id` belongs to.
pub fn top(tx: &Tx<'_>, id: SessionId) -> Result<SessionId, StoreError> {
    Ok(tx
        .prepare_cached("select coalesce(top, id) from session where id = ?1")?
        .query_row([id.0], |row| row.get(0).map(SessionId))?)
}

/// Records that a session ended. A later word wins over an earlier one, and a real end over a sweep.
pub fn ended(tx: &Tx<'_>, id: SessionId, at: Timestamp, reason: &Clean<String>) -> Result<(), StoreError> {
    tx.prepare_cached(
        "update session set ended_at = ?2, end_reason = ?3, settled_at = null
         where id = ?1 and (ended_at is null or ended_at <= ?2 or end_reason = 'swept')",
    )?
    .execute(params![id.0, at.0, reason.as_str()])?;
    Ok(())
}

/// An open session, as the sweep looks at it.
#[derive(Debug, Clone, Copy)]
pub struct Open {
    /// The session.
    pub id: SessionId,
    /// Its client's process, when a hook named it.
    pub pid: Option<u32>,
    /// Its last sign of life.
    pub last_at: Timestamp,
}

/// Returns the sessions that have not ended.
pub fn open(tx: &Tx<'_>) -> Result<Vec<Open>, StoreError> {
    let mut rows = tx.prepare_cached("select id, pid, last_at from session where ended_at is null")?;
    let found = rows
        .query_map([], |row| {
            Ok(Open {
                id: SessionId(row.get(0)?),
                pid: row.get(1)?,
                last_at: Timestamp(row.get(2)?),
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(found)
}

/// Ends a session whose client was killed or lost power, at its last sign of life; not one that gave another since.
pub fn sweep(tx: &Tx<'_>, session: &Open) -> Result<(), StoreError> {
    tx.prepare_cached(
        "update session set ended_at = last_at, end_reason = 'swept', settled_at = null
         where id = ?1 and last_at = ?2 and ended_at is null",
    )?
    .execute([session.id.0, session.last_at.0])?;
    Ok(())
}

/// Records the tokens of one model message; the last report of a message counts. A message that several sessions
/// report, because a fork copies history, belongs to the one that they all come from, in whatever order they are read.
pub fn used(tx: &Tx<'_>, id: SessionId, usage: &Clean<Usage>) -> Result<(), StoreError> {
    tx.prepare_cached(
        "insert into usage (message, session, model, input, output, cached) values (?1, ?2, ?3, ?4, ?5, ?6)
         on conflict (message) do update
         set input = excluded.input, output = max(output, excluded.output), cached = excluded.cached,
             session = case when excluded.session in (select top from session where id = usage.session)
                            then excluded.session else usage.session end",
    )?
    .execute(params![
        usage.message,
        id.0,
        usage.model,
        usage.input,
        usage.output,
        usage.cache_read + usage.cache_write
    ])?;
    tx.prepare_cached("update session set model = coalesce(model, ?2) where id = ?1")?
        .execute(params![id.0, usage.model])?;
    Ok(())
}

/// Records the session's cost so far; it never falls.
pub fn cost(tx: &Tx<'_>, id: SessionId, micro_usd: i64) -> Result<(), StoreError> {
    tx.prepare_cached("update session set micro_usd = max(coalesce(micro_usd, 0), ?2) where id = ?1")?
        .execute(params![id.0, micro_usd])?;
    Ok(())
}

/// Adds one to the session's count of prompts.
pub fn prompted(tx: &Tx<'_>, id: SessionId) -> Result<(), StoreError> {
    tx.prepare_cached("update session set prompts = prompts + 1 where id = ?1")?
        .execute([id.0])?;
    Ok(())
}

/// Returns the commit at which a session began.
pub fn commit(tx: &Tx<'_>, id: SessionId) -> Result<Option<String>, StoreError> {
    Ok(tx
        .prepare_cached("select commit_id from session where id = ?1")?
        .query_row([id.0], |row| row.get(0))?)
}

/// Returns whether a session whose journal this is has not ended: its hooks will write to it again.
pub fn runs_with_journal(tx: &Tx<'_>, journal: &std::path::Path) -> Result<bool, StoreError> {
    let name = journal
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let mut rows = tx.prepare_cached("select assistant, external from session where ended_at is null")?;
    let mut open = rows.query([])?;
    while let Some(row) = open.next()? {
        let key = SessionKey {
            assistant: Assistant(row.get(0)?),
            external: row.get(1)?,
        };
        if super::journal::file_name(&key) == name {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A session that waits for the worker.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// The session.
    pub id: SessionId,
    /// Its assistant.
    pub assistant: String,
    /// Its transcript file, when known.
    pub transcript: Option<String>,
}

/// Returns the sessions that changed since they were last settled, oldest first, at most `limit`.
pub fn waiting(tx: &Tx<'_>, limit: usize) -> Result<Vec<Waiting>, StoreError> {
    let mut rows = tx.prepare_cached(
        "select id, assistant, transcript from session
         where settled_at is null or settled_at < last_at order by last_at limit ?1",
    )?;
    let found = rows
        .query_map([i64::try_from(limit).unwrap_or(i64::MAX)], |row| {
            Ok(Waiting {
                id: SessionId(row.get(0)?),
                assistant: row.get(1)?,
                transcript: row.get(2)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(found)
}

/// Writes what the worker derived from the whole session.
pub fn settled(tx: &Tx<'_>, id: SessionId, outcome: &str, at: Timestamp) -> Result<(), StoreError> {
    tx.prepare_cached("update session set outcome = ?2, settled_at = max(?3, last_at) where id = ?1")?
        .execute(params![id.0, outcome, at.0])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::trace::AtSource;
    use crate::redact;
    use crate::store::Store;

    fn start(via: Via, at: i64) -> Clean<Observation> {
        redact::scan(Observation {
            session: SessionKey {
                assistant: Assistant::new("claude-code"),
                external: "s".to_owned(),
            },
            agent: None,
            at: Timestamp(at),
            at_source: AtSource::Record,
            cwd: None,
            branch: None,
            via,
            step: Step::SessionStarted(SessionStart::default()),
        })
    }

    /// Returns when and why a session ended that ended at 20 and was heard of again at 30.
    fn end_after(swept: bool, via: Via, again: fn(&Tx<'_>, SessionId, &Clean<Observation>)) -> (Option<i64>, String) {
        let mut store = Store::in_memory().expect("opens");
        store
            .write(|tx| {
                let first = start(Via::Hook, 20);
                let id = of(tx, &first, "m")?;
                touch(tx, id, &first)?;
                if swept {
                    for session in open(tx)? {
                        sweep(tx, &session)?;
                    }
                } else {
                    ended(tx, id, Timestamp(20), &redact::scan_string("logout"))?;
                }
                again(tx, id, &start(via, 30));
                let row = tx.query_row("select ended_at, coalesce(end_reason, '') from session", [], |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })?;
                Ok::<_, StoreError>(row)
            })
            .expect("recorded")
    }

    #[test]
    fn a_session_that_gave_a_sign_of_life_meanwhile_is_not_swept() {
        let mut store = Store::in_memory().expect("opens");
        let ended: Option<i64> = store
            .write(|tx| {
                let id = of(tx, &start(Via::Hook, 20), "m")?;
                let found = open(tx)?;
                touch(tx, id, &start(Via::Hook, 30))?;
                for session in &found {
                    sweep(tx, session)?;
                }
                Ok::<_, StoreError>(tx.query_row("select ended_at from session", [], |row| row.get(0))?)
            })
            .expect("recorded");
        assert_eq!(ended, None);
    }

    #[test]
    fn a_hook_opens_a_session_again_and_a_transcript_does_not() {
        let starts = |tx: &Tx<'_>, id, seen: &Clean<Observation>| {
            started(tx, id, seen)
                .and_then(|()| touch(tx, id, seen))
                .expect("recorded");
        };
        let goes_on = |tx: &Tx<'_>, id, seen: &Clean<Observation>| touch(tx, id, seen).expect("recorded");
        for (swept, via, again, end) in [
            (
                false,
                Via::Hook,
                starts as fn(&Tx<'_>, SessionId, &Clean<Observation>),
                (None, ""),
            ),
            (false, Via::Hook, goes_on, (Some(20), "logout")),
            (false, Via::Transcript, starts, (Some(20), "logout")),
            (true, Via::Hook, starts, (None, "")),
            (true, Via::Hook, goes_on, (None, "")),
            (true, Via::Transcript, starts, (Some(30), "swept")),
        ] {
            let (at, reason) = end_after(swept, via, again);
            assert_eq!((at, reason.as_str()), end, "swept: {swept}, {via:?}");
        }
    }
}
