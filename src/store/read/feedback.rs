//! What was said of what agents were told.

use rusqlite::{Row, params};

use super::{maybe_time, time};
use crate::domain::id::{HintId, ModeId, RemedyId};
use crate::domain::time::Timestamp;
use crate::redact::Clean;
use crate::store::{Store, StoreError};

/// One word of somebody about something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedbackRow {
    /// A person says it.
    pub person: bool,
    /// The assistant's id of the session in which an agent says it.
    pub external: Option<String>,
    /// It helped, or it did not.
    pub helped: Option<bool>,
    /// Why, in words.
    pub words: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// How many independent sessions say that something helped, or did not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Votes {
    /// Those that say so now.
    pub helped: i64,
    /// Those that say that it did not.
    pub not: i64,
}

/// A silence that holds in a session or a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SilenceRow {
    /// The assistant's id of the session.
    pub external: Option<String>,
    /// The name of the project.
    pub project: Option<String>,
    /// Until when.
    pub until: Timestamp,
}

const ON_HINT: &str = "select b.by = 'person' as person, s.external, b.helped, b.words, b.at
from feedback b left join session s on s.id = b.session
where b.hint = ?1 and (b.helped is not null or b.words is not null) order by b.at, b.id";

/// Of each root session its newest word counts.
macro_rules! votes {
    ($which:literal) => {
        concat!(
            "select coalesce(sum(helped = 1), 0), coalesce(sum(helped = 0), 0)
             from (select b.helped, max(b.at) from feedback b join session s on s.id = b.session
                   where ",
            $which,
            " and b.helped is not null group by coalesce(s.top, s.id))"
        )
    };
}

const ON_REMEDY: &str = votes!("b.remedy = ?1");
const ON_MODE: &str = votes!("b.mode = ?1");
const ON_SKILL: &str = votes!("b.skill = ?1");

const SILENCES: &str = "select s.external, p.name as project, b.muted_until as until
from feedback b left join session s on s.id = b.session left join project p on p.id = b.project
where b.mode = ?1 and b.muted_until > ?2 order by b.muted_until desc limit 20";

impl Store {
    /// Returns what was said of a message.
    pub fn feedback_on(&self, hint: HintId) -> Result<Vec<FeedbackRow>, StoreError> {
        self.rows(ON_HINT, [hint.0], feedback)
    }

    /// Returns how many independent sessions say that a remedy helped.
    pub fn votes_on_remedy(&self, remedy: RemedyId) -> Result<Votes, StoreError> {
        self.votes(ON_REMEDY, &remedy.0)
    }

    /// Returns the same of what was told of a failure mode.
    pub fn votes_on_mode(&self, mode: ModeId) -> Result<Votes, StoreError> {
        self.votes(ON_MODE, &mode.0)
    }

    /// Returns the same of a skill.
    pub fn votes_on_skill(&self, skill: &str) -> Result<Votes, StoreError> {
        self.votes(ON_SKILL, &skill)
    }

    fn votes(&self, sql: &str, key: &dyn rusqlite::ToSql) -> Result<Votes, StoreError> {
        let found = self.row(sql, [key], |row| {
            Ok(Votes {
                helped: row.get(0)?,
                not: row.get(1)?,
            })
        })?;
        Ok(found.unwrap_or_default())
    }

    /// Returns the silences about a failure mode that hold now in a session or a project alone.
    pub fn silences(&self, mode: ModeId, now: Timestamp) -> Result<Vec<SilenceRow>, StoreError> {
        self.rows(SILENCES, params![mode.0, now.0], |row| {
            Ok(SilenceRow {
                external: row.get("external")?,
                project: row.get("project")?,
                until: maybe_time(row, "until")?.unwrap_or_default(),
            })
        })
    }

    /// Returns the name of the skill that goes by this name, if one was ever written.
    pub fn skill_named(&self, name: &str) -> Result<Option<Clean<String>>, StoreError> {
        self.row("select name from publication where name = ?1 limit 1", [name], |row| {
            row.get(0).map(Clean::stored)
        })
    }
}

fn feedback(row: &Row<'_>) -> rusqlite::Result<FeedbackRow> {
    Ok(FeedbackRow {
        person: row.get("person")?,
        external: row.get("external")?,
        helped: row.get("helped")?,
        words: row.get("words")?,
        at: time(row, "at")?,
    })
}
