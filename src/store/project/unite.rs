//! Rewriting rows when folders change their project. Counters of a project are derived anew from its failures, as
//! `recount.sql` does it for all; those of masked calls can only be added, and the caller derives them anew from the
//! calls after a project was divided.

use rusqlite::params;

use crate::domain::id::{ProjectId, RootId};
use crate::store::{StoreError, Tx, findable};

/// What goes from project ?1 to project ?2 when the two are one, in this order.
const ABSORB: &[&str] = &[
    "update root set project = ?2 where project = ?1",
    "update session set project = ?2 where project = ?1",
    "update failure set project = ?2 where project = ?1",
    "insert into shape (project, call, runs, failed, last_failed, last_at)
     select ?2, call, runs, failed, last_failed, last_at from shape where project = ?1
     on conflict (project, call) do update
     set runs = runs + excluded.runs, failed = failed + excluded.failed,
         last_failed = case when excluded.last_at > last_at then excluded.last_failed else last_failed end,
         last_at = max(last_at, excluded.last_at)",
    "update project set first_at = min(first_at, (select first_at from project where id = ?1)),
                        last_at = max(last_at, (select last_at from project where id = ?1)) where id = ?2",
    "delete from shape where project = ?1 and ?2 is not null",
    "update remedy set project = ?2 where project = ?1",
    "update publication set project = ?2 where project = ?1",
    "update or replace feedback set project = ?2 where project = ?1",
    "delete from mode_project where project = ?1 and ?2 is not null",
    "delete from project where id = ?1 and ?2 is not null",
];

/// Remedies that both projects have.
const TWINS: &str = "
create temp table twin as
select goes.id as goes, stays.id as stays
from remedy goes join remedy stays
     on stays.pattern = goes.pattern and stays.instance is goes.instance and stays.kind = goes.kind
        and stays.was = goes.was and stays.becomes = goes.becomes
where goes.project = ?1 and stays.project = ?2";

/// What follows folder ?1 to project ?2. A call belongs to the folder it ran in, a session to the one it began in.
const MOVE: &[&str] = &[
    "update root set project = ?2 where id = ?1",
    "update session set project = ?2 where root = ?1",
    "update failure set project = ?2 where event in (select id from event where root = ?1)",
    // What their sessions taught belongs to a project too, and is derived with the rest of what whole sessions tell.
    "update session set settled_at = null
     where ?2 is not null and id in (select distinct f.session from failure f join event e on e.id = f.event where e.root = ?1)",
];

/// Makes one project of two: all that `from` has goes to `to`, and `from` is gone.
pub fn absorb(tx: &Tx<'_>, from: ProjectId, to: ProjectId) -> Result<(), StoreError> {
    tx.execute(TWINS, params![from.0, to.0])?;
    tx.execute_batch(include_str!("../twins.sql"))?;
    for sql in findable::ABSORBED.iter().chain(ABSORB) {
        tx.prepare_cached(sql)?.execute(params![from.0, to.0])?;
    }
    recount(tx, to)
}

/// Moves one folder with its sessions and failures to a project. The counters of both projects wait for [`recount`].
pub fn move_root(tx: &Tx<'_>, root: RootId, to: ProjectId) -> Result<(), StoreError> {
    for sql in MOVE {
        tx.prepare_cached(sql)?.execute(params![root.0, to.0])?;
    }
    Ok(())
}

/// Derives the counters of a project's failure modes anew from its failures, and by what words they are found.
pub fn recount(tx: &Tx<'_>, project: ProjectId) -> Result<(), StoreError> {
    tx.prepare_cached("delete from mode_project where project = ?1")?
        .execute([project.0])?;
    tx.prepare_cached(
        "insert into mode_project (mode, project, failures, sessions, first_at, last_at)
         select p.mode, f.project, count(*), count(distinct f.session), min(f.at), max(f.at)
         from failure f join pattern p on p.id = f.pattern
         where f.project = ?1 and f.expected is null group by p.mode",
    )?
    .execute([project.0])?;
    findable::follow(tx, project)
}

/// Notes that a person put all folders of a project where they are.
pub fn decide(tx: &Tx<'_>, project: ProjectId) -> Result<(), StoreError> {
    tx.prepare_cached("update root set decided = 'person' where project = ?1")?
        .execute([project.0])?;
    Ok(())
}

/// Removes projects without a folder; what still names one belongs to no known project.
pub fn clear_out(tx: &Tx<'_>) -> Result<(), StoreError> {
    tx.execute_batch(findable::CLEARED_OUT)?;
    tx.execute_batch(
        "delete from shape where project not in (select project from root);
         delete from mode_project where project not in (select project from root);
         update failure set project = null where project not in (select project from root);
         update session set project = null where project not in (select project from root);
         delete from project where id not in (select project from root);",
    )?;
    Ok(())
}
