//! Lists of failure modes, narrowed to what was asked for, with the figures that are left then.

use rusqlite::ToSql;

use super::UNLIMITED;
use super::modes::{ModeRow, mode};
use crate::domain::id::{ModeId, ProjectId, SessionId};
use crate::domain::time::Timestamp;
use crate::store::{Store, StoreError};

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

    /// Returns what a mode of the state is like.
    const fn sql(self) -> &'static str {
        match self {
            Self::Open => "m.status = 'open' and coalesce(m.muted_until, 0) <= :now",
            Self::Resolved => "m.status = 'resolved'",
            Self::Muted => "coalesce(m.muted_until, 0) > :now",
            Self::Any => "true",
        }
    }
}

/// A label that a session must have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelFilter {
    /// The keys under one of which it stands.
    pub keys: Vec<String>,
    /// Its value; nothing for any.
    pub value: Option<String>,
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
    /// Labels of the session.
    pub labels: Vec<LabelFilter>,
    /// A part of a subagent's kind, or its id.
    pub agent: Option<String>,
    /// A part of the name of the subagent, the tool or the step in which it failed.
    pub node: Option<String>,
    /// A part of the error's type.
    pub error_type: Option<String>,
    /// Met in this session.
    pub session: Option<SessionId>,
    /// The time now, for what is muted.
    pub now: Timestamp,
    /// At most so many; nothing means all.
    pub limit: Option<u32>,
}

/// A condition that stands in a question only where its parameter is given, so that an index decides where it can.
type Condition = (fn(&ModeFilter) -> bool, &'static str);

/// What is asked of the session of a failure.
const OF_SESSION: &[Condition] = &[
    (|f| f.session.is_some(), "s.id = :session"),
    (|f| f.model.is_some(), "instr(lower(s.model), :model) > 0"),
    (|f| f.assistant.is_some(), "instr(lower(s.assistant), :assistant) > 0"),
    (
        |f| !f.labels.is_empty(),
        "not exists (select 1 from json_each(:labels) w where not exists (
             select 1 from session_label l
             where l.session = s.id and l.key in (select k.value from json_each(w.value, '$[0]') k)
               and coalesce(w.value ->> 1 = l.value, true)))",
    ),
];

/// What is asked of a failure itself.
const OF_FAILURE: &[Condition] = &[
    (|f| f.since.is_some(), "f.at >= :since"),
    (|f| f.project.is_some(), "f.project = :project"),
    (|f| f.node.is_some(), "instr(lower(f.node), :node) > 0"),
    (|f| f.error_type.is_some(), "instr(lower(f.error_type), :type) > 0"),
    (
        |f| f.agent.is_some(),
        "(lower(f.agent) = :agent or instr(lower(e.agent_kind), :agent) > 0)",
    ),
];

/// What is asked of the mode.
const OF_MODE: &[Condition] = &[(
    |f| f.tool.is_some(),
    "(m.tool_kind = :tool or instr(lower(m.scope), :tool) > 0)",
)];

fn given<'c>(conditions: &'c [Condition], filter: &'c ModeFilter) -> impl Iterator<Item = &'static str> + 'c {
    conditions
        .iter()
        .filter(|(is_given, _)| is_given(filter))
        .map(|(_, sql)| *sql)
}

impl ModeFilter {
    /// Returns the query of the figures of each mode: from the counters that answer it, so that the cost follows what is
    /// asked and not the store, and from the failures where only they know it. `one` asks about mode `:mode` alone.
    fn figures(&self, one: bool) -> String {
        let of_failure = self.agent.is_some() || self.node.is_some() || self.error_type.is_some();
        let of_session = self.since.is_some() || given(OF_SESSION, self).next().is_some();
        // A call belongs to the project of the folder it ran in, which may be another than its session's, and only the
        // failure itself knows that.
        if of_failure || self.project.is_some() && of_session {
            let mut conditions = vec!["f.expected is null"];
            conditions.extend(given(OF_FAILURE, self));
            conditions.extend(given(OF_SESSION, self));
            conditions.extend(one.then_some("p.mode = :mode"));
            return format!(
                "select p.mode, count(*), count(distinct f.session), min(f.at), max(f.at)
                 from failure f join pattern p on p.id = f.pattern join session s on s.id = f.session
                 join event e on e.id = f.event where {} group by p.mode",
                conditions.join(" and ")
            );
        }
        if of_session {
            let mut conditions = vec!["ms.failures > 0"];
            if self.since.is_some() {
                conditions.extend(["s.last_at >= :since", "ms.last_at >= :since"]);
            }
            conditions.extend(given(OF_SESSION, self));
            conditions.extend(one.then_some("ms.mode = :mode"));
            return format!(
                "select ms.mode, sum(ms.failures), count(*), min(s.started_at), max(ms.last_at)
                 from session s join mode_session ms on ms.session = s.id where {} group by ms.mode",
                conditions.join(" and ")
            );
        }
        let (from, and) = match (self.project, one) {
            (None, false) => ("mode", ""),
            (None, true) => ("mode", " and id = :mode"),
            (Some(_), false) => ("mode_project", " and project = :project"),
            (Some(_), true) => ("mode_project", " and project = :project and mode = :mode"),
        };
        let mode = if self.project.is_some() { "mode" } else { "id" };
        format!("select {mode}, failures, sessions, first_at, last_at from {from} where failures > 0{and}")
    }

    fn sql(&self, one: bool) -> String {
        let mut conditions = vec![self.state.sql()];
        conditions.extend(given(OF_MODE, self));
        format!(
            "with figures (mode, failures, sessions, first_at, last_at) as ({})
             select m.id, m.fingerprint, m.template, m.headline, m.tool_kind, m.scope, m.status, m.muted_until,
                    m.expected, m.sessions as all_sessions, f.failures, f.sessions, f.first_at, f.last_at
             from figures f join mode m on m.id = f.mode where {}
             order by f.sessions desc, m.sessions desc, f.failures desc, f.last_at desc, m.fingerprint limit :limit",
            self.figures(one),
            conditions.join(" and ")
        )
    }
}

/// What values of a filter are recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// Assistants.
    Assistant,
    /// Models.
    Model,
    /// Commands, servers and tools that failed, and the words for kinds of tools.
    Tool,
    /// Labels of sessions, as `key=value`.
    Label,
    /// Values of the labels that name an environment.
    Environment,
    /// Kinds and ids of subagents in which something failed.
    Agent,
    /// Where something failed.
    Node,
    /// Types of errors.
    ErrorType,
}

/// So many of the newest failures are asked what they were; a store may hold a million.
macro_rules! of_newest {
    ($what:literal, $from:literal) => {
        concat!(
            "select value from (select ",
            $what,
            " as value from failure f ",
            $from,
            "order by f.at desc limit 50000) where value is not null group by value order by count(*) desc limit 1000"
        )
    };
}

impl Recorded {
    const fn sql(self) -> &'static str {
        match self {
            Self::Assistant => "select assistant from session group by 1 order by count(*) desc",
            Self::Model => "select model from session where model is not null group by 1 order by count(*) desc",
            Self::Tool => "select scope from mode group by 1 order by sum(failures) desc limit 1000",
            Self::Label => "select key || '=' || value from session_label group by 1 order by count(*) desc limit 1000",
            Self::Environment => {
                "select value from session_label where key in ('env', 'environment') group by 1 order by count(*) desc"
            }
            Self::Agent => of_newest!("coalesce(e.agent_kind, f.agent)", "join event e on e.id = f.event "),
            Self::Node => of_newest!("f.node", ""),
            Self::ErrorType => of_newest!("f.error_type", ""),
        }
    }
}

const IN_PROJECT: &str = "
select m.id, m.fingerprint, m.template,
       case when p.failures = m.failures then m.headline else coalesce((
           select n.headline from pattern pt join failure n on n.id = (
               select f.id from failure f where f.pattern = pt.id and f.project = p.project and f.expected is null
               order by f.at desc limit 1)
           where pt.mode = m.id order by n.at desc limit 1), m.headline) end as headline,
       m.tool_kind, m.scope, m.status, m.muted_until, m.expected, m.sessions as all_sessions,
       p.failures, p.sessions, p.first_at, p.last_at
from mode m join mode_project p on p.mode = m.id where m.id = ?1 and p.project = ?2";

/// A mode of which the project met only what was set aside.
const SET_ASIDE_IN_PROJECT: &str = "
select m.id, m.fingerprint, m.template, f.headline, m.tool_kind, m.scope, m.status, m.muted_until, m.expected,
       m.sessions as all_sessions, 0 as failures, 0 as sessions, f.at as first_at, f.at as last_at
from mode m join pattern p on p.mode = m.id join failure f on f.id = (
    select f.id from failure f where f.pattern = p.id and f.project = ?2 order by f.at desc limit 1)
where m.id = ?1 order by f.at desc limit 1";

impl Store {
    /// Returns the failure modes that `filter` wants, those met in most sessions first.
    pub fn modes(&self, filter: &ModeFilter) -> Result<Vec<ModeRow>, StoreError> {
        self.listed(&filter.sql(false), filter, None)
    }

    /// Returns one failure mode with the figures that `filter` leaves; nothing when none of its failures fits.
    pub fn mode_that_fits(&self, id: ModeId, filter: &ModeFilter) -> Result<Option<ModeRow>, StoreError> {
        Ok(self.listed(&filter.sql(true), filter, Some(id))?.into_iter().next())
    }

    /// Returns a failure mode as one project met it: its figures there, and its newest headline there.
    pub fn mode_in(&self, id: ModeId, project: ProjectId) -> Result<Option<ModeRow>, StoreError> {
        let counted = self.row(IN_PROJECT, [id.0, project.0], mode)?;
        if counted.is_some() {
            return Ok(counted);
        }
        self.row(SET_ASIDE_IN_PROJECT, [id.0, project.0], mode)
    }

    /// Returns what is recorded that a filter could ask for, the most frequent first.
    pub fn recorded(&self, what: Recorded) -> Result<Vec<String>, StoreError> {
        self.rows(what.sql(), [], |row| row.get(0))
    }

    fn listed(&self, sql: &str, filter: &ModeFilter, one: Option<ModeId>) -> Result<Vec<ModeRow>, StoreError> {
        let lower = |text: &Option<String>| text.as_ref().map(|text| text.to_lowercase());
        let labels: Vec<_> = filter.labels.iter().map(|label| (&label.keys, &label.value)).collect();
        let parameters: [(&str, &dyn ToSql); 13] = [
            (":since", &filter.since.map(|since| since.0)),
            (":project", &filter.project.map(|project| project.0)),
            (":tool", &lower(&filter.tool)),
            (":model", &lower(&filter.model)),
            (":assistant", &lower(&filter.assistant)),
            (":labels", &serde_json::json!(labels).to_string()),
            (":agent", &lower(&filter.agent)),
            (":node", &lower(&filter.node)),
            (":type", &lower(&filter.error_type)),
            (":session", &filter.session.map(|session| session.0)),
            (":now", &filter.now.0),
            (":limit", &filter.limit.map_or(UNLIMITED, i64::from)),
            (":mode", &one.map(|mode| mode.0)),
        ];
        // SQLite refuses a parameter that a statement does not name.
        let named: Vec<_> = parameters.into_iter().filter(|(name, _)| names(sql, name)).collect();
        self.rows(sql, named.as_slice(), mode)
    }
}

fn names(sql: &str, parameter: &str) -> bool {
    sql.match_indices(parameter).any(|(at, _)| {
        !sql[at + parameter.len()..].starts_with(|next: char| next.is_ascii_alphanumeric() || next == '_')
    })
}
