//! What has been failing lately: the one answer to begin with.

mod by;
mod text;

pub use by::GroupLine;

use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::failures::{ModeLine, READ, line_of, reason};
use super::pick::{pick_project, project_at};
use super::remedies::named;
use super::scope::{Reach, Scope};
use super::told::ToldSums;
use super::{AnswerError, lenient, since, style};
use crate::assistants::explains_itself;
use crate::domain::id::ProjectId;
use crate::domain::time::{Span, Timestamp};
use crate::store::Store;
use crate::store::read::{ModeFilter, ModeRow, ModeSample};

/// Which window is wanted.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ReportQuery {
    /// The beginning of the window: `7d` (also when left out), `30d`, `today`, a date, `all`.
    #[serde(deserialize_with = "lenient::text")]
    pub since: Option<String>,
    /// Only this project: its name, or the path of a folder in it.
    #[serde(deserialize_with = "lenient::text")]
    pub project: Option<String>,
    /// `here`, or `all` to look at other projects too.
    #[serde(deserialize_with = "lenient::text")]
    pub scope: Option<String>,
    /// Also what fails by `tool`, `node`, `agent`, `model`, `assistant`, `type`, `project` or `session`.
    #[serde(deserialize_with = "lenient::text")]
    pub by: Option<String>,
    /// The folder from which it is asked: what is decided in a project is told only there.
    #[serde(skip)]
    pub here: Option<String>,
    /// A person asks, who may read of every project.
    #[serde(skip)]
    pub person: bool,
}

/// What has been failing lately.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ReportView {
    /// The beginning of the window.
    pub since: String,
    /// The end of the window.
    pub until: String,
    /// The window that was asked for was empty, and the last one with data took its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub widened: Option<Widened>,
    /// The project that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// It is made of invented sessions (`--sample`).
    pub sample: bool,
    /// Sessions that were active in the window.
    pub sessions: i64,
    /// Their tool calls.
    pub calls: i64,
    /// Their failures that count.
    pub failures: i64,
    /// Failures in the window that were set aside.
    pub set_aside: i64,
    /// Why they were set aside, most frequent first.
    pub reasons: Vec<ReasonCount>,
    /// Failure modes of the window that two or more sessions ever met.
    pub met_again_modes: usize,
    /// Those that cost most, at most 10: sessions, times the severity of the newest failures.
    pub met_again: Vec<ModeLine>,
    /// How many failure modes of the window only one session ever met.
    pub met_once_modes: usize,
    /// Those that cost most, at most 5.
    pub met_once: Vec<ModeLine>,
    /// What the assistant's own error text explains; not in the lists above.
    pub self_explaining: SelfExplaining,
    /// The projects of the window, most failures first, at most 8.
    pub projects: Vec<ProjectFiguresLine>,
    /// How many projects the window has.
    pub project_count: i64,
    /// What was asked for as `by`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// The failures of the window by what they have in common, most of them first, at most 12; left out when they were
    /// not asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub groups: Option<Vec<GroupLine>>,
    /// What agents were told in the window, and what came of it.
    pub told: ToldSums,
    #[serde(skip)]
    window: (Timestamp, Timestamp),
}

/// Why another window than the one asked for is shown.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Widened {
    /// The beginning of the window that was asked for, and that holds nothing.
    pub asked_since: String,
}

/// How many failures were set aside for a reason.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ReasonCount {
    /// The reason's word.
    pub reason: String,
    /// The reason in words.
    pub what: String,
    /// How many.
    pub failures: i64,
}

/// Failures that the assistant's own error text explains.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct SelfExplaining {
    /// Failure modes.
    pub modes: usize,
    /// Failures.
    pub failures: i64,
    /// The headlines of the most frequent ones, at most two.
    pub examples: Vec<String>,
}

/// The figures of a project.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ProjectFiguresLine {
    /// Its name; left out for sessions outside every project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// Sessions.
    pub sessions: i64,
    /// Tool calls.
    pub calls: i64,
    /// Failures that count.
    pub failures: i64,
    /// Failures set aside.
    pub set_aside: i64,
    /// Its failure modes of the window that two or more of its sessions ever met, without self-explaining ones.
    pub met_again: usize,
}

/// The window of a report when none is asked for.
const WINDOW: &str = "7d";
/// Failure modes that are weighed: those met in most sessions, of which the report shows ten.
const WEIGHED: usize = 60;

/// Returns what has been failing in the window; when that is empty, in the last window of the same length that is not.
pub fn report(store: &Store, query: &ReportQuery, now: Timestamp, zone: &TimeZone) -> Result<ReportView, AnswerError> {
    let grouping = query.by.as_deref().map(by::grouping).transpose()?;
    // A person reads of every project.
    let scope = (!query.person).then(|| agents_scope(store, query)).transpose()?;
    let project = match (scope, &query.project) {
        (Some(scope), _) => scope.project(),
        (None, Some(given)) => Some(pick_project(store, given)?),
        (None, None) => None,
    };
    let asked = since(query.since.as_deref().unwrap_or(WINDOW), now, zone)?;
    let (start, end) = window(store, asked, now, project)?;
    let totals = store.totals(start, end, project)?;
    let reasons = store.reasons(start, end, project)?;
    let mut view = ReportView {
        since: style::rfc3339(start),
        until: style::rfc3339(end),
        widened: (start != asked).then(|| Widened {
            asked_since: style::rfc3339(asked),
        }),
        project: query.project.clone(),
        sample: false,
        sessions: totals.sessions,
        calls: totals.calls,
        failures: totals.failures,
        set_aside: reasons.iter().map(|row| row.failures).sum(),
        reasons: reasons
            .into_iter()
            .map(|row| ReasonCount {
                what: reason(&row.reason),
                reason: row.reason,
                failures: row.failures,
            })
            .collect(),
        met_again_modes: 0,
        met_again: Vec::new(),
        met_once_modes: 0,
        met_once: Vec::new(),
        self_explaining: SelfExplaining::default(),
        projects: figures(store, (start, end), project, now)?,
        project_count: totals.projects,
        by: query.by.clone(),
        groups: grouping
            .map(|grouping| by::groups(store, grouping, (start, end), project))
            .transpose()?,
        told: ToldSums::of(store, (start, end), project, totals.calls)?,
        window: (start, end),
    };
    let modes = store.modes(&ModeFilter {
        since: Some(start),
        project,
        now,
        limit: Some(READ),
        ..ModeFilter::default()
    })?;
    let (plain, telling): (Vec<ModeRow>, Vec<ModeRow>) =
        modes.into_iter().partition(|mode| explains_itself(&mode.headline));
    view.self_explaining = SelfExplaining {
        modes: plain.len(),
        failures: plain.iter().map(|mode| mode.failures).sum(),
        examples: Vec::new(),
    };
    for mode in plain.into_iter().take(2) {
        view.self_explaining.examples.push(worded(store, scope, mode)?.headline);
    }
    let (again, once): (Vec<ModeRow>, Vec<ModeRow>) = telling.into_iter().partition(|mode| mode.all_sessions >= 2);
    view.met_again_modes = again.len();
    let home = match scope {
        Some(scope) => scope.home(),
        None => project.or(project_at(store, query.here.as_deref())?),
    };
    let told = |(mode, sample): (ModeRow, ModeSample)| {
        let mode = worded(store, scope, mode)?;
        named(store, mode.id, line_of(store, &mode, &sample, now)?, home, now)
    };
    view.met_again = costliest(store, again, 10)?
        .into_iter()
        .map(told)
        .collect::<Result<_, _>>()?;
    view.met_once_modes = once.len();
    view.met_once = costliest(store, once, 5)?
        .into_iter()
        .map(told)
        .collect::<Result<_, _>>()?;
    Ok(view)
}

/// Returns which projects the report is of, and whose words it may tell. A folder of which nothing is recorded has
/// nothing to report, so that it is told of all others what may be told of them.
fn agents_scope(store: &Store, query: &ReportQuery) -> Result<Scope, AnswerError> {
    let (here, project, wide) = (query.here.as_deref(), query.project.as_deref(), query.scope.as_deref());
    let scope = Scope::of(store, here, project, wide)?;
    Ok(if scope.reach == Reach::None {
        scope.widened()
    } else {
        scope
    })
}

/// Returns the window to show: the one asked for, or when no session was active in it one as long that ends with the
/// newest session.
fn window(
    store: &Store,
    asked: Timestamp,
    now: Timestamp,
    project: Option<ProjectId>,
) -> Result<(Timestamp, Timestamp), AnswerError> {
    // A clock that was set back must not hide what was recorded before.
    let newest = store.newest(project)?;
    let end = newest.map_or(now, |newest| newest.max(now));
    match newest {
        Some(newest) if newest < asked => Ok((newest.before(now.since(asked)), newest)),
        _ => Ok((asked, end)),
    }
}

fn figures(
    store: &Store,
    (start, end): (Timestamp, Timestamp),
    project: Option<ProjectId>,
    now: Timestamp,
) -> Result<Vec<ProjectFiguresLine>, AnswerError> {
    let mut lines = Vec::new();
    for row in store.project_figures(start, end, project, 8)? {
        let again = match row.id {
            Some(id) => store.met_again(id, start, now)?,
            None => Vec::new(),
        };
        lines.push(ProjectFiguresLine {
            project: row.name,
            sessions: row.sessions,
            calls: row.calls,
            failures: row.failures,
            set_aside: row.expected,
            met_again: again.iter().filter(|headline| !explains_itself(headline)).count(),
        });
    }
    Ok(lines)
}

/// Returns a failure mode with the words that may be told of it.
fn worded(store: &Store, scope: Option<Scope>, mode: ModeRow) -> Result<ModeRow, AnswerError> {
    match scope {
        Some(scope) => scope.worded(store, mode),
        None => Ok(mode),
    }
}

/// Returns the modes that cost most, with what their newest failures are like.
fn costliest(store: &Store, modes: Vec<ModeRow>, limit: usize) -> Result<Vec<(ModeRow, ModeSample)>, AnswerError> {
    let mut weighed = Vec::new();
    for mode in modes.into_iter().take(WEIGHED) {
        let sample = store.mode_sample(mode.id)?;
        weighed.push((cost(&mode, &sample), mode, sample));
    }
    weighed.sort_by(|(a, a_mode, _), (b, b_mode, _)| {
        b.total_cmp(a)
            .then(b_mode.last_at.cmp(&a_mode.last_at))
            .then(a_mode.fingerprint.cmp(&b_mode.fingerprint))
    });
    let costly = weighed.into_iter().take(limit);
    Ok(costly.map(|(_, mode, sample)| (mode, sample)).collect())
}

/// Returns what a mode cost: sessions of the window, times the mean weight of its newest failures (high 3, medium 2,
/// low and not yet settled 1; one more when it was hidden, for then nobody was told).
fn cost(mode: &ModeRow, sample: &ModeSample) -> f64 {
    let looked_at = sample.looked_at.max(1) as f64;
    let extra = (2 * sample.high + sample.medium + sample.hidden) as f64;
    mode.sessions as f64 * (1.0 + extra / looked_at)
}

/// Returns the whole days of a window; at least one.
fn days((start, end): (Timestamp, Timestamp)) -> i64 {
    (end.since(start).0 / Span::days(1).0).max(1)
}
