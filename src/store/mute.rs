//! Silence about a failure mode, as a person wants it.

use rusqlite::params;

use super::{StoreError, Tx};
use crate::domain::id::{ModeId, ProjectId, SessionId};
use crate::domain::time::Timestamp;

/// The `muted_until` of what is muted for good.
pub const FOREVER: Timestamp = Timestamp(i64::MAX);

/// Mutes a failure mode until `until`, or ends the silence when there is no `until`.
pub fn mute(tx: &Tx<'_>, mode: ModeId, until: Option<Timestamp>) -> Result<(), StoreError> {
    tx.execute(
        "update mode set muted_until = ?2 where id = ?1",
        params![mode.0, until.map(|until| until.0)],
    )?;
    Ok(())
}

/// Who would be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Whom {
    /// The first of its session's chain of forks, resumes and subagents.
    pub root: Option<SessionId>,
    /// The project.
    pub project: Option<ProjectId>,
}

/// Returns whether nothing is said of a failure mode to somebody at `now`: no hint, no warning, no line in a brief. It
/// is muted for everybody, in a project, or for one session, whose agent wants to hear no more of it.
pub fn is_muted(tx: &Tx<'_>, mode: ModeId, whom: Whom, now: Timestamp) -> Result<bool, StoreError> {
    let for_everybody = tx
        .prepare_cached("select 1 from mode where id = ?1 and muted_until > ?2")?
        .exists(params![mode.0, now.0])?;
    if for_everybody {
        return Ok(true);
    }
    // A plain question first: mostly nobody wants anything, and to plan the other takes a hook longer than to ask.
    let for_somebody = tx
        .prepare_cached("select 1 from feedback where mode = ?1 and muted_until > ?2 limit 1")?
        .exists(params![mode.0, now.0])?;
    if !for_somebody {
        return Ok(false);
    }
    Ok(tx
        .prepare_cached(
            "select 1 from feedback b left join session s on s.id = b.session
             where b.mode = ?1 and b.muted_until > ?2
               and (coalesce(s.top, s.id) = ?3 or b.session is null and b.project = ?4)",
        )?
        .exists(params![
            mode.0,
            now.0,
            whom.root.map(|root| root.0),
            whom.project.map(|project| project.0)
        ])?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    #[test]
    fn a_session_or_a_project_may_have_it_quiet_alone() {
        let mut store = Store::in_memory().expect("opens");
        store
            .write(|tx| {
                tx.execute_batch(
                    "insert into project (id, key, name, first_at, last_at) values (1, 'a', 'a', 1, 1), (2, 'b', 'b', 1, 1);
                     insert into session (id, assistant, external, top, started_at, last_at)
                     values (1, 'c', 's', null, 1, 1), (2, 'c', 'fork', 1, 1, 1), (3, 'c', 'other', null, 1, 1);
                     insert into mode (id, fingerprint, template, headline, tool_kind, scope)
                     values (1, 'a', '', '', 'shell', 'go'), (2, 'b', '', '', 'shell', 'go');
                     insert into feedback (session, by, mode, project, muted_until, at)
                     values (2, 'agent', 1, null, 9, 1), (null, 'person', 2, 1, 9, 1)",
                )?;
                for (mode, root, project, now, muted) in [
                    (1, Some(1), Some(2), 8, true),
                    (1, Some(1), None, 9, false),
                    (1, Some(3), Some(1), 8, false),
                    (1, None, None, 8, false),
                    (2, Some(1), Some(1), 8, true),
                    (2, None, Some(1), 8, true),
                    (2, Some(1), Some(2), 8, false),
                    (2, None, None, 8, false),
                ] {
                    let whom = Whom {
                        root: root.map(SessionId),
                        project: project.map(ProjectId),
                    };
                    let found = is_muted(tx, ModeId(mode), whom, Timestamp(now))?;
                    assert_eq!(found, muted, "mode {mode} for {whom:?} at {now}");
                }
                Ok::<_, StoreError>(())
            })
            .expect("writes");
    }

    #[test]
    fn a_mode_is_muted_until_the_very_time() {
        let mut store = Store::in_memory().expect("opens");
        store
            .write(|tx| {
                tx.execute_batch(
                    "insert into mode (id, fingerprint, template, headline, tool_kind, scope) values (1, 'a', '', '', 'shell', 'go')",
                )?;
                let mode = ModeId(1);
                for (until, now, muted) in [
                    (None, 0, false),
                    (Some(Timestamp(5)), 4, true),
                    (Some(Timestamp(5)), 5, false),
                    (Some(FOREVER), 5, true),
                ] {
                    mute(tx, mode, until)?;
                    assert_eq!(is_muted(tx, mode, Whom::default(), Timestamp(now))?, muted, "{until:?} at {now}");
                }
                let nobody = is_muted(tx, ModeId(2), Whom::default(), Timestamp(0))?;
                assert!(!nobody, "nobody muted what is not there");
                Ok::<_, StoreError>(())
            })
            .expect("writes");
    }
}
