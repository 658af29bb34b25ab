//! What is said of what was told: that it helped or did not, and that no more is to be said.

use rusqlite::{OptionalExtension as _, params};

use super::{StoreError, Tx};
use crate::domain::id::{HintId, ModeId, ProjectId, RemedyId, SessionId};
use crate::domain::time::Timestamp;
use crate::redact::Clean;

/// What something is said about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct About {
    /// A message.
    pub hint: Option<HintId>,
    /// A remedy, also that of the message.
    pub remedy: Option<RemedyId>,
    /// A failure mode, also that of the remedy.
    pub mode: Option<ModeId>,
    /// A skill by its name.
    pub skill: Option<Clean<String>>,
}

/// Who says something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct By {
    /// A person says it.
    pub person: bool,
    /// The session in which an agent says it.
    pub session: Option<SessionId>,
}

/// What is said; nothing leaves what was said before.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Said {
    /// It helped, or it did not.
    pub helped: Option<bool>,
    /// Why, in words.
    pub words: Option<Clean<String>>,
}

/// How long no more is said, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Silence {
    /// Only in this project; nothing for the session of whoever says it.
    pub project: Option<ProjectId>,
    /// Until then; nothing ends it.
    pub until: Option<Timestamp>,
}

/// Keeps what is said of a thing: the newest word of each.
pub fn say(tx: &Tx<'_>, about: &About, by: By, said: &Said, at: Timestamp) -> Result<(), StoreError> {
    let change =
        "helped = coalesce(excluded.helped, helped), words = coalesce(excluded.words, words), at = excluded.at";
    upsert(tx, about, by, said, Silence::default(), change, at)
}

/// Mutes a failure mode for the session of whoever says it, or in a project; without an end it is muted no longer.
pub fn mute(tx: &Tx<'_>, mode: ModeId, by: By, silence: Silence, at: Timestamp) -> Result<(), StoreError> {
    let about = About {
        mode: Some(mode),
        ..About::default()
    };
    let change = "muted_until = excluded.muted_until, at = excluded.at";
    upsert(tx, &about, by, &Said::default(), silence, change, at)
}

fn upsert(
    tx: &Tx<'_>,
    about: &About,
    by: By,
    said: &Said,
    silence: Silence,
    change: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    tx.prepare_cached(&format!(
        "insert into feedback (session, by, hint, remedy, mode, skill, project, helped, words, muted_until, at)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
         on conflict (coalesce(session, 0), by, coalesce(hint, 0), coalesce(remedy, 0), coalesce(mode, 0),
                      coalesce(skill, ''), coalesce(project, 0))
         do update set {change}"
    ))?
    .execute(params![
        by.session.map(|session| session.0),
        if by.person { "person" } else { "agent" },
        about.hint.map(|hint| hint.0),
        about.remedy.map(|remedy| remedy.0),
        about.mode.map(|mode| mode.0),
        about.skill.as_ref().map(|skill| skill.as_str()),
        silence.project.map(|project| project.0),
        said.helped,
        said.words.as_ref().map(|words| words.as_str()),
        silence.until.map(|until| until.0),
        at.0,
    ])?;
    Ok(())
}

/// Returns what a message was about; nothing when there is none of this number.
pub fn of_hint(tx: &Tx<'_>, hint: HintId) -> Result<Option<About>, StoreError> {
    Ok(tx
        .prepare_cached("select remedy, mode from hint where id = ?1")?
        .query_row([hint.0], |row| {
            Ok(About {
                hint: Some(hint),
                remedy: row.get::<_, Option<i64>>(0)?.map(RemedyId),
                mode: row.get::<_, Option<i64>>(1)?.map(ModeId),
                skill: None,
            })
        })
        .optional()?)
}
