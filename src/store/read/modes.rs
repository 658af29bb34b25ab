//! Failure modes: the list, one, and what belongs to one.

use rusqlite::{Row, named_params};

use super::{UNLIMITED, maybe_time, time};
use crate::domain::id::{ModeId, ProjectId, SessionId};
use crate::domain::time::Timestamp;
use crate::store::{Store, StoreError};

/// One failure mode with its figures; the figures are those of the filter that it was listed by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModeRow {
    /// Its row.
    pub id: ModeId,
    /// Its smallest member fingerprint: 16 base32 digits.
    pub fingerprint: String,
    /// The template of that member: tokens joined by U+001F.
    pub template: String,
    /// The newest headline.
    pub headline: String,
    /// The word for the kind of tool.
    pub tool_kind: String,
    /// Command head, server and tool, or tool.
    pub scope: String,
    /// `open` or `resolved`.
    pub status: String,
    /// Until when nobody is told of it.
    pub muted_until: Option<Timestamp>,
    /// Failures that count.
    pub failures: i64,
    /// Failures set aside.
    pub expected: i64,
    /// Sessions with a failure that counts.
    pub sessions: i64,
    /// The same over all time, whatever the filter.
    pub all_sessions: i64,
    /// The first failure.
    pub first_at: Option<Timestamp>,
    /// The newest failure.
    pub last_at: Option<Timestamp>,
}

/// Which failure modes are wanted by their state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ModeState {
    /// Open ones that are not muted.
    #[default]
    Open,
    /// Resolved ones.
    Resolved,
    /// Muted ones.
    Muted,
    /// All of them.
    Any,
}

impl ModeState {
    /// Every state with its word.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::Open, "open"),
        (Self::Resolved, "resolved"),
        (Self::Muted, "muted"),
        (Self::Any, "all"),
    ];
}

/// Which failure modes are wanted.
#[derive(Debug, Clone, Default)]
pub struct ModeFilter {
    /// Met at or after this time.
    pub since: Option<Timestamp>,
    /// Met in this project.
    pub project: Option<ProjectId>,
    /// A word for a kind of tool, or a part of the scope.
    pub tool: Option<String>,
    /// A part of the model's name.
    pub model: Option<String>,
    /// A part of the assistant's name.
    pub assistant: Option<String>,
    /// The state.
    pub state: ModeState,
    /// The time now, for what is muted.
    pub now: Timestamp,
    /// At most so many; nothing means all.
    pub limit: Option<u32>,
}

/// What the newest failures of a failure mode are like.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ModeSample {
    /// How many were looked at.
    pub looked_at: i64,
    /// Of them: the client called the call a success.
    pub hidden: i64,
    /// Of them: severity high.
    pub high: i64,
    /// Of them: severity medium.
    pub medium: i64,
    /// Of them: severity low.
    pub low: i64,
}

/// A failure mode in one project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModeProjectRow {
    /// The project.
    pub project: ProjectId,
    /// Its name.
    pub name: String,
    /// Failures that count.
    pub failures: i64,
    /// Sessions with one.
    pub sessions: i64,
    /// The newest.
    pub last_at: Timestamp,
}

/// A failure mode in one session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModeSessionRow {
    /// The session.
    pub session: SessionId,
    /// The assistant's id of it.
    pub external: String,
    /// Its project's name.
    pub project: Option<String>,
    /// Failures that count.
    pub failures: i64,
    /// The newest.
    pub last_at: Timestamp,
}

/// A pattern of a failure mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternRow {
    /// Its fingerprint.
    pub fingerprint: String,
    /// Its template: tokens joined by U+001F.
    pub template: String,
}

/// The failures looked at per pattern in [`Store::mode_sample`]: enough to tell what they are like, and a
/// hot mode of 100,000 failures costs no more than a small one.
const SAMPLED: i64 = 50;

/// The filter on the mode itself; shared by the three lists below.
macro_rules! list {
    ($figures:literal) => {
        concat!(
            "with figures (mode, failures, sessions, first_at, last_at) as (",
            $figures,
            ")
select m.id, m.fingerprint, m.template, m.headline, m.tool_kind, m.scope, m.status, m.muted_until, m.expected,
       m.sessions as all_sessions, f.failures, f.sessions, f.first_at, f.last_at
from figures f join mode m on m.id = f.mode
where f.failures > 0
  and (:tool is null or m.tool_kind = :tool or m.scope = :tool collate nocase
       or instr(lower(m.scope), :tool) > 0)
  and case :state
        when 'open' then m.status = 'open' and coalesce(m.muted_until, 0) <= :now
        when 'resolved' then m.status = 'resolved'
        when 'muted' then coalesce(m.muted_until, 0) > :now
        else 1 end
order by f.sessions desc, m.sessions desc, f.failures desc, f.last_at desc, m.fingerprint
limit :limit"
        )
    };
}

/// Everything ever: the counters of the mode.
const LIST_ALL: &str = list!("select id, failures, sessions, first_at, last_at from mode where failures > 0");

/// Everything ever in one project: the counters of mode and project.
const LIST_PROJECT: &str = list!(
    "select mode, failures, sessions, first_at, last_at from mode_project where project = :project and failures > 0"
);

/// A window, a model or an assistant: the sessions that were active in it lead to their counters, so that the
/// cost follows the window and not the store.
const LIST_SESSIONS: &str = list!(
    "select ms.mode, sum(ms.failures), count(*), min(s.started_at), max(ms.last_at)
     from session s join mode_session ms on ms.session = s.id
     where s.last_at >= :since and ms.last_at >= :since
       and (:model is null or instr(lower(s.model), :model) > 0)
       and (:assistant is null or instr(s.assistant, :assistant) > 0)
     group by ms.mode"
);

/// The same in one project. A call belongs to the project of the folder it ran in, which may be another than its
/// session's, and only the failure itself knows that.
const LIST_PROJECT_SESSIONS: &str = list!(
    "select p.mode, count(*), count(distinct f.session), min(f.at), max(f.at)
     from failure f join pattern p on p.id = f.pattern join session s on s.id = f.session
     where f.project = :project and f.at >= :since and f.expected is null
       and (:model is null or instr(lower(s.model), :model) > 0)
       and (:assistant is null or instr(s.assistant, :assistant) > 0)
     group by p.mode"
);

const ONE: &str = "select id, fingerprint, template, headline, tool_kind, scope, status, muted_until, expected,
       sessions as all_sessions, failures, sessions, first_at, last_at
from mode where id = ?1";

const SAMPLE: &str = "select origin, severity from failure
where pattern = ?1 and expected is null order by at desc limit ?2";

const PROJECTS: &str = "select mp.project, p.name, mp.failures, mp.sessions, mp.last_at
from mode_project mp join project p on p.id = mp.project
where mp.mode = ?1 and mp.failures > 0 order by mp.sessions desc, mp.last_at desc limit ?2";

const SESSIONS: &str = "select ms.session, s.external, p.name as project, ms.failures, ms.last_at
from mode_session ms join session s on s.id = ms.session left join project p on p.id = s.project
where ms.mode = ?1 and ms.failures > 0 order by ms.last_at desc limit ?2";

const NEIGHBOURS: &str = "select coalesce((select max(fingerprint) from pattern where fingerprint < ?1), ''),
       coalesce((select min(fingerprint) from pattern where fingerprint > ?1), '')";

impl Store {
    /// Returns the failure modes that `filter` wants, those met in most sessions first.
    pub fn modes(&self, filter: &ModeFilter) -> Result<Vec<ModeRow>, StoreError> {
        let lower = |text: &Option<String>| text.as_ref().map(|text| text.to_lowercase());
        let (model, assistant, tool) = (lower(&filter.model), lower(&filter.assistant), lower(&filter.tool));
        let by_session = filter.since.is_some() || model.is_some() || assistant.is_some();
        let since = filter.since.map_or(i64::MIN, |since| since.0);
        let project = filter.project.map(|project| project.0);
        let state = ModeState::ALL
            .iter()
            .find(|(state, _)| *state == filter.state)
            .map(|(_, word)| *word);
        let limit = filter.limit.map_or(UNLIMITED, i64::from);
        let now = filter.now.0;
        match (project, by_session) {
            (None, false) => self.rows(
                LIST_ALL,
                named_params! { ":tool": tool, ":state": state, ":now": now, ":limit": limit },
                mode,
            ),
            (Some(project), false) => self.rows(
                LIST_PROJECT,
                named_params! { ":project": project, ":tool": tool, ":state": state, ":now": now, ":limit": limit },
                mode,
            ),
            (None, true) => self.rows(
                LIST_SESSIONS,
                named_params! { ":since": since, ":model": model, ":assistant": assistant,
                ":tool": tool, ":state": state, ":now": now, ":limit": limit },
                mode,
            ),
            (Some(project), true) => self.rows(
                LIST_PROJECT_SESSIONS,
                named_params! { ":project": project, ":since": since, ":model": model, ":assistant": assistant,
                ":tool": tool, ":state": state, ":now": now, ":limit": limit },
                mode,
            ),
        }
    }

    /// Returns one failure mode with its figures over all time.
    pub fn mode(&self, id: ModeId) -> Result<Option<ModeRow>, StoreError> {
        self.row(ONE, [id.0], mode)
    }

    /// Returns what the newest failures of a mode are like: at most 50 of each of its 20 newest patterns.
    pub fn mode_sample(&self, id: ModeId) -> Result<ModeSample, StoreError> {
        let patterns = self.rows(
            "select id from pattern where mode = ?1 order by id desc limit 20",
            [id.0],
            |row| row.get::<_, i64>(0),
        )?;
        let mut sample = ModeSample::default();
        for pattern in patterns {
            for (origin, severity) in self.rows(SAMPLE, [pattern, SAMPLED], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, Option<String>>(1)?))
            })? {
                sample.looked_at += 1;
                sample.hidden += i64::from(origin == "hidden");
                match severity.as_deref() {
                    Some("high") => sample.high += 1,
                    Some("medium") => sample.medium += 1,
                    Some("low") => sample.low += 1,
                    _ => {}
                }
            }
        }
        Ok(sample)
    }

    /// Returns the projects in which a mode was met, most sessions first.
    pub fn mode_projects(&self, id: ModeId, limit: u32) -> Result<Vec<ModeProjectRow>, StoreError> {
        self.rows(PROJECTS, [id.0, i64::from(limit)], |row| {
            Ok(ModeProjectRow {
                project: ProjectId(row.get("project")?),
                name: row.get("name")?,
                failures: row.get("failures")?,
                sessions: row.get("sessions")?,
                last_at: time(row, "last_at")?,
            })
        })
    }

    /// Returns the sessions in which a mode was met, newest first.
    pub fn mode_sessions(&self, id: ModeId, limit: u32) -> Result<Vec<ModeSessionRow>, StoreError> {
        self.rows(SESSIONS, [id.0, i64::from(limit)], |row| {
            Ok(ModeSessionRow {
                session: SessionId(row.get("session")?),
                external: row.get("external")?,
                project: row.get("project")?,
                failures: row.get("failures")?,
                last_at: time(row, "last_at")?,
            })
        })
    }

    /// Returns the patterns of a mode in the order of their fingerprints.
    pub fn mode_patterns(&self, id: ModeId, limit: u32) -> Result<Vec<PatternRow>, StoreError> {
        self.rows(
            "select fingerprint, template from pattern where mode = ?1 order by fingerprint limit ?2",
            [id.0, i64::from(limit)],
            |row| {
                Ok(PatternRow {
                    fingerprint: row.get(0)?,
                    template: row.get(1)?,
                })
            },
        )
    }

    /// Returns the shortest beginning of `fingerprint` that no other pattern shares, `at_least` characters long.
    pub fn shortest_prefix(&self, fingerprint: &str, at_least: usize) -> Result<String, StoreError> {
        let (before, after) = self
            .row(NEIGHBOURS, [fingerprint], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
            })?
            .unwrap_or_default();
        let shared = |other: &str| {
            fingerprint
                .bytes()
                .zip(other.bytes())
                .take_while(|(a, b)| a == b)
                .count()
        };
        let length = (shared(&before).max(shared(&after)) + 1).clamp(at_least, fingerprint.len().max(at_least));
        Ok(fingerprint.chars().take(length).collect())
    }
}

fn mode(row: &Row<'_>) -> rusqlite::Result<ModeRow> {
    Ok(ModeRow {
        id: ModeId(row.get("id")?),
        fingerprint: row.get("fingerprint")?,
        template: row.get("template")?,
        headline: row.get("headline")?,
        tool_kind: row.get("tool_kind")?,
        scope: row.get("scope")?,
        status: row.get("status")?,
        muted_until: maybe_time(row, "muted_until")?,
        failures: row.get("failures")?,
        expected: row.get("expected")?,
        sessions: row.get("sessions")?,
        all_sessions: row.get("all_sessions")?,
        first_at: maybe_time(row, "first_at")?,
        last_at: maybe_time(row, "last_at")?,
    })
}
