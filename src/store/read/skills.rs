//! What skills are made of, and which were written.

use rusqlite::{named_params, params};

use super::time;
use crate::domain::id::{ModeId, ProjectId, RemedyId};
use crate::domain::time::Timestamp;
use crate::store::remedy::{KNOWN, Known, known_row};
use crate::store::{Store, StoreError};

/// A remedy with the failure mode that it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taught {
    /// The failure mode.
    pub mode: ModeId,
    /// The remedy.
    pub known: Known,
}

/// A root session in which a remedy worked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkedRow {
    /// The assistant's id of the root session.
    pub session: String,
    /// When the remedy last worked in it.
    pub at: Timestamp,
    /// The call that had failed: its command or its file.
    pub failing: Option<String>,
    /// What that call's output said.
    pub headline: Option<String>,
    /// The call that worked: its command or its file.
    pub working: Option<String>,
}

/// A text that was written to a skill file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicationRow {
    /// The fingerprint of the failure mode as it was then.
    pub fingerprint: String,
    /// The failure mode; nothing when none of its failures is left.
    pub mode: Option<ModeId>,
    /// The skill's name.
    pub name: String,
    /// The whole path of the file.
    pub path: String,
    /// The version that the text says it is.
    pub version: u32,
    /// SHA-256 of its bytes, as hex digits.
    pub hash: String,
    /// When it was written.
    pub at: Timestamp,
}

/// What a skill may rest on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rest<'r> {
    /// A session, by the assistant's id of it.
    Session(&'r str),
    /// All that happened before this time.
    Before(Timestamp),
}

const RESTING: &str = "select distinct u.path from publication u
join pattern n on n.fingerprint = u.fingerprint
join pattern p on p.mode = n.mode
join remedy r on r.pattern = p.id and (r.project is null or r.project = u.project)
join remedy_session s on s.remedy = r.id and s.worked > 0
join session o on o.id = s.session
where o.external = ?1 or o.last_at < ?2
   or exists (select 1 from event e where e.id in (s.failing, s.working) and e.at < ?2)
order by u.path";

const WORKED: &str = "select coalesce(t.external, o.external) as session, max(s.at) as at,
       coalesce(fe.command, fe.file) as failing, f.headline, coalesce(we.command, we.file) as working
from remedy_session s
join session o on o.id = s.session
left join session t on t.id = o.top
left join event fe on fe.id = s.failing
left join event we on we.id = s.working
left join failure f on f.event = s.failing
where s.remedy = ?1 and s.worked > 0 and s.at <= ?2
group by coalesce(o.top, o.id) order by at desc, session";

const PUBLICATIONS: &str = "select u.fingerprint, p.mode, u.name, u.path, u.version, u.hash, u.at
from publication u left join pattern p on p.fingerprint = u.fingerprint
where u.project = ?1 order by u.at desc, u.id desc";

impl Store {
    /// Returns the remedies that held in a project at `now`: its own, and facts about tools and systems that end a failure
    /// mode which it had met. Those that worked in most sessions come first. What was learnt later does not count.
    pub fn taught(&self, project: ProjectId, now: Timestamp) -> Result<Vec<Taught>, StoreError> {
        self.rows(
            &format!(
                "select k.*, p.mode from (
                     {KNOWN}
                     where (r.project = ?2 or r.project is null and exists (
                         select 1 from pattern q join mode_project m on m.mode = q.mode
                         where q.id = r.pattern and m.project = ?2 and m.failures > 0 and m.first_at <= ?4))
                       and r.at <= ?4
                       and (r.instance is not null or r.source <> 'seen' or 1 < (
                         select count(distinct f.instance) from remedy_session u join failure f on f.event = u.failing
                         where u.remedy = r.id and u.worked > 0 and u.at <= ?4))
                     group by r.id
                 ) k join pattern p on p.id = k.pattern
                 order by k.worked desc, k.last_worked desc, k.id"
            ),
            params![None::<i64>, project.0, None::<i64>, now.0],
            |row| {
                Ok(Taught {
                    known: known_row(row)?,
                    mode: ModeId(row.get("mode")?),
                })
            },
        )
    }

    /// Returns the root sessions in which a remedy worked until `now`, newest first.
    pub fn worked(&self, remedy: RemedyId, now: Timestamp) -> Result<Vec<WorkedRow>, StoreError> {
        self.rows(WORKED, [remedy.0, now.0], |row| {
            Ok(WorkedRow {
                session: row.get("session")?,
                at: time(row, "at")?,
                failing: row.get("failing")?,
                headline: row.get("headline")?,
                working: row.get("working")?,
            })
        })
    }

    /// Returns every text that was written to a skill file of a project, the newest first.
    pub fn publications(&self, project: ProjectId) -> Result<Vec<PublicationRow>, StoreError> {
        self.rows(PUBLICATIONS, [project.0], |row| {
            Ok(PublicationRow {
                fingerprint: row.get("fingerprint")?,
                mode: row.get::<_, Option<i64>>("mode")?.map(ModeId),
                name: row.get("name")?,
                path: row.get("path")?,
                version: row.get("version")?,
                hash: row.get("hash")?,
                at: time(row, "at")?,
            })
        })
    }

    /// Returns the deepest known folder above `folder`, or `folder` itself, with the project that it belongs to.
    pub fn root_of_folder(&self, folder: &str) -> Result<Option<(String, ProjectId)>, StoreError> {
        self.row(
            "select path, project from root where ?1 = path or substr(?1, 1, length(path) + 1) = path || '/'
             order by length(path) desc limit 1",
            [folder],
            |row| Ok((row.get(0)?, ProjectId(row.get(1)?))),
        )
    }

    /// Returns the path of every skill file that was ever written, of whatever project.
    pub fn published_paths(&self) -> Result<Vec<String>, StoreError> {
        self.rows("select distinct path from publication order by path", [], |row| {
            row.get(0)
        })
    }

    /// Returns the paths of the skill files that rest on a session, or on what happened before a time: a remedy of their
    /// failure mode worked there.
    pub fn resting_on(&self, what: &Rest<'_>) -> Result<Vec<String>, StoreError> {
        let (session, before) = match what {
            Rest::Session(external) => (Some(*external), None),
            Rest::Before(at) => (None, Some(at.0)),
        };
        self.rows(RESTING, params![session, before], |row| row.get(0))
    }

    /// Returns the project whose key or remote is `remote`.
    pub fn project_of_remote(&self, remote: &str) -> Result<Option<ProjectId>, StoreError> {
        self.row(
            "select id from project where remote = :remote or key = 'remote:' || :remote order by id limit 1",
            named_params! { ":remote": remote },
            |row| row.get(0).map(ProjectId),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A remedy of one instance that worked in two sessions, a kind that a second instance made one later, and a remedy
    /// that was told later.
    const TAUGHT: &str = "
    insert into project (id, key, name, first_at, last_at) values (1, 'p', 'p', 1, 9);
    insert into session (id, assistant, external, started_at, last_at) values (1, 'a', 's1', 1, 1), (2, 'a', 's2', 5, 5);
    insert into mode (id, fingerprint, template, headline, tool_kind, scope) values (1, 'f', '', '', 'shell', 'make');
    insert into pattern (id, fingerprint, mode, tool_kind, scope, template) values (1, 'f', 1, 'shell', 'make', '');
    insert into mode_project (mode, project, failures, sessions, first_at, last_at) values (1, 1, 2, 2, 5, 5);
    insert into event (id, session, key, at, at_source, kind, status, via)
    values (1, 1, x'01', 1, 'record', 'call', 'failed', 'hook'), (2, 2, x'02', 5, 'record', 'call', 'failed', 'hook');
    insert into failure (event, session, pattern, instance, at, origin, headline, message, scope)
    values (1, 1, 1, 'i', 1, 'flagged', '', '', 'make'), (2, 2, 1, 'j', 5, 'flagged', '', '', 'make');
    insert into remedy (id, pattern, instance, project, kind, was, becomes, source, at)
    values (1, 1, 'i', 1, 'changed', 'x', 'y', 'seen', 1), (2, 1, null, 1, 'changed', '<1>', 'x <1>', 'seen', 1),
           (3, 1, 'i', 1, 'changed', 'x', 'z', 'person', 5), (4, 1, 'i', null, 'changed', 'x', 'w', 'seen', 1);
    insert into remedy_session (remedy, session, worked, failed, at, failing, working)
    values (1, 1, 1, 0, 1, 1, null), (1, 2, 1, 0, 5, 2, null), (2, 1, 1, 0, 1, 1, null), (2, 2, 1, 0, 5, 2, null),
           (4, 1, 1, 0, 1, 1, null)";

    #[test]
    fn what_was_learnt_later_does_not_count() {
        let store = Store::in_memory().expect("opens");
        store.connection().execute_batch(TAUGHT).expect("rows");
        for (now, found) in [
            (0, vec![]),
            (1, vec![(1, 1)]),
            (4, vec![(1, 1)]),
            (5, vec![(1, 2), (2, 2), (4, 1), (3, 0)]),
        ] {
            let taught = store.taught(ProjectId(1), Timestamp(now)).expect("an answer");
            let taught: Vec<(i64, u32)> = taught
                .iter()
                .map(|one| (one.known.id.0, one.known.trials.worked))
                .collect();
            assert_eq!(taught, found, "{now}");
        }
    }
}
