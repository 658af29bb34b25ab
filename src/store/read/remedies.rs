//! Remedies as the answers tell them: with who decided about them, and with the calls that show them.

use rusqlite::{Row, params};

use super::{maybe_time, time};
use crate::domain::id::{FailureId, Fingerprint, ModeId, PatternId, ProjectId, RemedyId};
use crate::domain::time::Timestamp;
use crate::store::remedy::{KNOWN, Known, known_row};
use crate::store::{Store, StoreError};

/// One remedy with what only people want to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemedyRow {
    /// The remedy, and how it did.
    pub known: Known,
    /// The failure mode that it ends.
    pub mode: ModeId,
    /// The name of the project in which it holds; nothing when it holds everywhere.
    pub project: Option<String>,
    /// Who decided about it.
    pub decided_by: Option<String>,
    /// When they did.
    pub decided_at: Option<Timestamp>,
}

/// A call that shows what a remedy is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuoteRow {
    /// The assistant's id of the session.
    pub external: String,
    /// When.
    pub at: Timestamp,
    /// The tool as the client names it.
    pub tool: Option<String>,
    /// The command line, or the file.
    pub call: Option<String>,
    /// What went wrong, when it failed.
    pub headline: Option<String>,
}

/// The remedies of [`KNOWN`] that `which` wants, as rows for people.
fn sql(which: &str) -> String {
    format!(
        "select k.*, p.mode as mode, j.name as project_name, r.decided_by, r.decided_at
         from ({KNOWN} where {which} group by r.id) k join remedy r on r.id = k.id
         join pattern p on p.id = r.pattern left join project j on j.id = r.project
         order by r.verdict is 'refuted', k.disowned, k.instance is null, k.worked desc, k.last_worked desc, k.id"
    )
}

/// The example of one side of a remedy: from the newest session in which it worked.
macro_rules! example {
    ($side:literal) => {
        concat!(
            "select o.external, e.at, e.tool, coalesce(e.command, e.file) as call,
                    (select f.headline from failure f where f.event = e.id) as headline
             from remedy_session s join event e on e.id = s.",
            $side,
            " join session o on o.id = e.session
             where s.remedy = ?1 and s.worked > 0 order by s.at desc, s.session limit 1"
        )
    };
}

const FAILING: &str = example!("failing");
const WORKING: &str = example!("working");

/// One of the errors that a failure mode is made of, as its newest failure shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstanceRow {
    /// Its newest failure.
    pub failure: FailureId,
    /// The pattern of that.
    pub pattern: PatternId,
    /// The finer fingerprint.
    pub instance: Option<Fingerprint>,
    /// The project in which it last happened.
    pub project: Option<ProjectId>,
    /// What went wrong.
    pub headline: String,
    /// The call that failed: the segment of the command line, else all of it, else the file, else the tool.
    pub call: String,
}

// SQLite takes the bare columns from the row that holds the maximum: the newest failure.
const INSTANCES: &str = "select f.id, f.pattern, f.instance, f.project, f.headline,
       coalesce(f.segment, e.command, e.file, e.tool, '') as call, max(f.at) as at
from failure f join pattern p on p.id = f.pattern join event e on e.id = f.event
where p.mode = ?1 group by f.instance order by min(f.expected is not null), at desc limit ?2";

impl Store {
    /// Returns the errors of a failure mode: those with a failure that counts first, the newest before older ones.
    pub fn mode_instances(&self, mode: ModeId, limit: u32) -> Result<Vec<InstanceRow>, StoreError> {
        self.rows(INSTANCES, [mode.0, i64::from(limit)], |row| {
            let instance: Option<String> = row.get("instance")?;
            Ok(InstanceRow {
                failure: FailureId(row.get("id")?),
                pattern: PatternId(row.get("pattern")?),
                instance: instance.as_deref().and_then(Fingerprint::parse),
                project: row.get::<_, Option<i64>>("project")?.map(ProjectId),
                headline: row.get("headline")?,
                call: row.get("call")?,
            })
        })
    }

    /// Returns every remedy of a failure mode as of `now`: refuted ones last, those for one instance before those for
    /// the whole kind, and what worked in most sessions first.
    pub fn mode_remedies(&self, mode: ModeId, now: Timestamp) -> Result<Vec<RemedyRow>, StoreError> {
        self.remedies("r.pattern in (select id from pattern where mode = ?1)", &mode.0, now)
    }

    /// Returns the remedies of one instance in the same order, of whatever mode: what tells its own origin is one
    /// thing under every command.
    pub fn instance_remedies(&self, instance: Fingerprint, now: Timestamp) -> Result<Vec<RemedyRow>, StoreError> {
        self.remedies("r.instance = ?1", &instance.text(), now)
    }

    /// Returns one remedy.
    pub fn remedy(&self, id: RemedyId, now: Timestamp) -> Result<Option<RemedyRow>, StoreError> {
        Ok(self.remedies("r.id = ?1", &id.0, now)?.into_iter().next())
    }

    fn remedies(&self, which: &str, key: &dyn rusqlite::ToSql, now: Timestamp) -> Result<Vec<RemedyRow>, StoreError> {
        let none: Option<i64> = None;
        self.rows(&sql(which), params![key, none, none, now.0], remedy)
    }

    /// Returns the failing call and the one that worked, from the newest session in which a remedy did.
    pub fn remedy_examples(&self, id: RemedyId) -> Result<[Option<QuoteRow>; 2], StoreError> {
        Ok([self.row(FAILING, [id.0], quote)?, self.row(WORKING, [id.0], quote)?])
    }

    /// Returns the finer fingerprint of the newest failure of a mode that counts.
    pub fn newest_instance(&self, mode: ModeId) -> Result<Option<Fingerprint>, StoreError> {
        let newest = self.mode_failures(mode, 1)?.into_iter().next();
        Ok(newest
            .and_then(|failure| failure.instance)
            .as_deref()
            .and_then(Fingerprint::parse))
    }
}

fn remedy(row: &Row<'_>) -> rusqlite::Result<RemedyRow> {
    Ok(RemedyRow {
        known: known_row(row)?,
        mode: ModeId(row.get("mode")?),
        project: row.get("project_name")?,
        decided_by: row.get("decided_by")?,
        decided_at: maybe_time(row, "decided_at")?,
    })
}

fn quote(row: &Row<'_>) -> rusqlite::Result<QuoteRow> {
    Ok(QuoteRow {
        external: row.get("external")?,
        at: time(row, "at")?,
        tool: row.get("tool")?,
        call: row.get("call")?,
        headline: row.get("headline")?,
    })
}
