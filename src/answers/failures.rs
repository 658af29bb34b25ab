//! What fails: failure modes with their figures, or what was set aside.

use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::cursor::{Cursor, Question};
use super::filters::{kind_or_scope, state};
use super::page::Page;
use super::pick::{mode_id, pick_project, project_at};
use super::remedies::{RemedyLine, named};
use super::style::{self, count};
use super::{Answer, AnswerError, Reader, Style, lenient, since};
use crate::assistants;
use crate::domain::failure::Expected;
use crate::domain::id::ProjectId;
use crate::domain::time::Timestamp;
use crate::store::read::{ModeFilter, ModeRow, ModeSample, ModeState, SetAsideRow};
use crate::store::{FOREVER, Store};

/// Which failures are wanted.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct FailuresQuery {
    /// Only what was met since then: `7d`, `today`, a date.
    #[serde(deserialize_with = "lenient::text")]
    pub since: Option<String>,
    /// Only this project: its name, its remote or a folder in it.
    #[serde(deserialize_with = "lenient::text")]
    pub project: Option<String>,
    /// Only this tool: `Bash`, `Edit`, a command such as `go test`, an MCP server.
    #[serde(deserialize_with = "lenient::text")]
    pub tool: Option<String>,
    /// Only models whose name contains this.
    #[serde(deserialize_with = "lenient::text")]
    pub model: Option<String>,
    /// Only this assistant.
    #[serde(deserialize_with = "lenient::text")]
    pub assistant: Option<String>,
    /// `open` (also when left out), `resolved`, `muted` or `all`.
    #[serde(deserialize_with = "lenient::text")]
    pub status: Option<String>,
    /// What was set aside as nobody's fault, instead of what counts.
    #[serde(deserialize_with = "lenient::switch")]
    pub expected: bool,
    /// At most so many; 20 when left out.
    #[serde(deserialize_with = "lenient::count")]
    pub limit: Option<u32>,
    /// Where to read on: what `next` of the page before says.
    #[serde(deserialize_with = "lenient::text")]
    pub cursor: Option<String>,
    /// The folder from which it is asked: what is decided in a project is told only there.
    #[serde(skip)]
    pub here: Option<String>,
}

/// One failure mode in a list.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ModeLine {
    /// Its id: `callus show ID` tells more. Left out before it is grouped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What went wrong, as the newest failure says it.
    pub headline: String,
    /// Command head, MCP server and tool, or tool.
    pub scope: String,
    /// `shell`, `edit`, `read`, `search`, `mcp` or `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool_kind: Option<String>,
    /// Failures, within the window that was asked for.
    pub failures: i64,
    /// Sessions that met it, within the window.
    pub sessions: i64,
    /// Sessions that ever met it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub all_sessions: Option<i64>,
    /// The first one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_at: Option<String>,
    /// The newest one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_at: Option<String>,
    /// The names of the projects where it was met, at most three.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub projects: Vec<String>,
    /// Most of the newest ones came from calls that the client called a success.
    pub hidden: bool,
    /// The assistant's own text already says what to do next.
    pub self_explaining: bool,
    /// What the newest ones mostly cost: `low`, `medium` or `high`; left out until it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<String>,
    /// `open` or `resolved`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Until when it is muted, or `forever`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub muted_until: Option<String>,
    /// Why it does not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What is suggested first for its newest failure; left out when nothing is, and in `callus check`, which lists it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<Box<RemedyLine>>,
    #[serde(skip)]
    pub(super) last: Option<Timestamp>,
}

/// What fails.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct FailuresView {
    /// The beginning of the window; left out when everything was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// The list is what was set aside.
    pub set_aside: bool,
    /// The failure modes, those met in most sessions first; after them those whose text says itself what to do next.
    pub modes: Vec<ModeLine>,
    /// There are more than the limit let through.
    pub more: bool,
    /// What to pass as `cursor` to read on; left out at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    #[serde(skip)]
    filtered: bool,
}

/// Failure modes in a list when no limit is given.
const LIMIT: u32 = 20;
/// Failure modes that are read to put what nobody explains first; far more than a person meets.
pub(super) const READ: u32 = 2_000;

/// What stands above failure modes whose text says itself what to do next.
const SELF_EXPLAINING: &str = "Slips that the client itself explains:";

/// Returns what fails.
pub fn failures(
    store: &Store,
    query: &FailuresQuery,
    now: Timestamp,
    zone: &TimeZone,
) -> Result<FailuresView, AnswerError> {
    let question = query.question();
    let cursor = query.cursor.as_deref().map(|given| Cursor::read(given, question));
    let cursor = cursor.transpose()?;
    // A window that ends now is the same one on every page.
    let asked = cursor.as_ref().map_or(now, |cursor| cursor.asked);
    let since = query
        .since
        .as_deref()
        .map(|text| since(text, asked, zone))
        .transpose()?;
    let project = query
        .project
        .as_deref()
        .map(|given| pick_project(store, given))
        .transpose()?;
    let limit = query.limit.unwrap_or(LIMIT).clamp(1, 1_000) as usize;
    let here = match project {
        Some(project) => Some(project),
        None => project_at(store, query.here.as_deref())?,
    };
    let listed = if query.expected {
        query.set_aside(store, since, project)?
    } else {
        query.counted(store, since, project, now)?
    };
    let mut page: Vec<Listed> = listed
        .into_iter()
        .filter(|one| cursor.as_ref().is_none_or(|cursor| one.place > cursor.place()))
        .take(limit + 1)
        .collect();
    let more = page.len() > limit;
    page.truncate(limit);
    let last = page.last().map(|last| last.place.clone());
    let modes = page
        .into_iter()
        .map(|one| match one.row {
            Row::Counted(row) => named(store, row.id, line(store, &row, now)?, here, now),
            Row::SetAside(row) => set_aside(store, row, now),
        })
        .collect::<Result<_, _>>()?;
    Ok(FailuresView {
        since: since.map(style::rfc3339),
        set_aside: query.expected,
        modes,
        more,
        next: last.filter(|_| more).map(|(keys, name)| {
            let cursor = Cursor { asked, keys, name };
            cursor.text(question)
        }),
        filtered: [
            &query.project,
            &query.tool,
            &query.model,
            &query.assistant,
            &query.status,
        ]
        .iter()
        .any(|filter| filter.is_some()),
    })
}

/// Where a line stands in its list: smaller numbers first, then the name.
type Place = (Vec<i64>, String);

/// A line of a list before it is told.
struct Listed {
    place: Place,
    row: Row,
}

enum Row {
    Counted(ModeRow),
    SetAside(SetAsideRow),
}

impl FailuresQuery {
    fn question(&self) -> Question {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        Question::of(
            "failures",
            &[
                &text(&self.since),
                &text(&self.project),
                &text(&self.tool),
                &text(&self.model),
                &text(&self.assistant),
                &text(&self.status),
                if self.expected { "expected" } else { "" },
            ],
        )
    }

    /// Returns the failure modes with what counts: those that the client's own text explains come last.
    fn counted(
        &self,
        store: &Store,
        since: Option<Timestamp>,
        project: Option<ProjectId>,
        now: Timestamp,
    ) -> Result<Vec<Listed>, AnswerError> {
        let rows = store.modes(&ModeFilter {
            since,
            project,
            tool: self.tool.as_deref().map(kind_or_scope),
            model: self.model.clone(),
            assistant: self.assistant.clone(),
            state: self.status.as_deref().map_or(Ok(ModeState::default()), state)?,
            now,
            limit: Some(READ),
            ..ModeFilter::default()
        })?;
        let mut listed: Vec<Listed> = rows
            .into_iter()
            .map(|row| {
                let explained = assistants::explains_itself(&row.headline);
                let last = row.last_at.map_or(0, |at| at.0);
                let keys = vec![
                    i64::from(explained),
                    -row.sessions,
                    -row.all_sessions,
                    -row.failures,
                    -last,
                ];
                Listed {
                    place: (keys, row.fingerprint.clone()),
                    row: Row::Counted(row),
                }
            })
            .collect();
        listed.sort_by(|one, other| one.place.cmp(&other.place));
        Ok(listed)
    }

    /// Returns what was set aside, the most frequent first.
    fn set_aside(
        &self,
        store: &Store,
        since: Option<Timestamp>,
        project: Option<ProjectId>,
    ) -> Result<Vec<Listed>, AnswerError> {
        let (model, assistant, tool) = (
            self.model.as_deref(),
            self.assistant.as_deref(),
            self.tool.as_deref().map(kind_or_scope),
        );
        let rows = store.set_aside(since, project, model, assistant, tool.as_deref(), Some(READ))?;
        let mut listed: Vec<Listed> = rows
            .into_iter()
            .map(|row| Listed {
                place: (
                    vec![-row.failures, -row.last_at.0],
                    format!("{} {} {}", row.reason, row.scope, row.mode.map_or(0, |mode| mode.0)),
                ),
                row: Row::SetAside(row),
            })
            .collect();
        listed.sort_by(|one, other| one.place.cmp(&other.place));
        Ok(listed)
    }
}

/// Returns the line of a failure mode, with the figures that its row was listed with.
pub(super) fn line(store: &Store, row: &ModeRow, now: Timestamp) -> Result<ModeLine, AnswerError> {
    line_of(store, row, &store.mode_sample(row.id)?, now)
}

/// The same with a sample that was taken already.
pub(super) fn line_of(
    store: &Store,
    row: &ModeRow,
    sample: &ModeSample,
    now: Timestamp,
) -> Result<ModeLine, AnswerError> {
    Ok(ModeLine {
        id: Some(mode_id(store, &row.fingerprint)?),
        headline: row.headline.clone(),
        scope: row.scope.clone(),
        tool_kind: Some(row.tool_kind.clone()),
        failures: row.failures,
        sessions: row.sessions,
        all_sessions: Some(row.all_sessions),
        first_at: row.first_at.map(style::rfc3339),
        last_at: row.last_at.map(style::rfc3339),
        projects: store
            .mode_projects(row.id, 3)?
            .into_iter()
            .map(|project| project.name)
            .collect(),
        hidden: sample.looked_at > 0 && sample.hidden * 2 > sample.looked_at,
        self_explaining: assistants::explains_itself(&row.headline),
        severity: severity(sample).map(str::to_owned),
        status: Some(row.status.clone()),
        muted_until: row.muted_until.filter(|until| *until > now).map(muted),
        expected: None,
        remedy: None,
        last: row.last_at,
    })
}

/// Returns the time until which a mode is muted, for programs.
pub(super) fn muted(until: Timestamp) -> String {
    if until == FOREVER {
        return "forever".to_owned();
    }
    style::rfc3339(until)
}

/// The severity that most of a sample has; of two that are equally frequent the worse one.
fn severity(sample: &ModeSample) -> Option<&'static str> {
    [(sample.high, "high"), (sample.medium, "medium"), (sample.low, "low")]
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .rev()
        .max_by_key(|(number, _)| *number)
        .map(|(_, word)| word)
}

fn set_aside(store: &Store, row: SetAsideRow, now: Timestamp) -> Result<ModeLine, AnswerError> {
    let mode = row.mode.map(|id| store.mode(id)).transpose()?.flatten();
    let id = mode
        .as_ref()
        .map(|mode| mode_id(store, &mode.fingerprint))
        .transpose()?;
    Ok(ModeLine {
        id,
        headline: row.headline,
        scope: row.scope,
        tool_kind: mode.as_ref().map(|mode| mode.tool_kind.clone()),
        failures: row.failures,
        sessions: row.sessions,
        all_sessions: None,
        first_at: Some(style::rfc3339(row.first_at)),
        last_at: Some(style::rfc3339(row.last_at)),
        projects: Vec::new(),
        hidden: false,
        self_explaining: false,
        severity: None,
        status: None,
        muted_until: mode
            .and_then(|mode| mode.muted_until)
            .filter(|until| *until > now)
            .map(muted),
        expected: Some(row.reason),
        remedy: None,
        last: Some(row.last_at),
    })
}

/// Returns a reason as words for people; a reason of a newer program stays as it is.
pub(super) fn reason(word: &str) -> String {
    Expected::from_word(word).map_or_else(|| word.to_owned(), |expected| expected.reason().to_owned())
}

impl ModeLine {
    /// Returns the lines of a failure mode: what went wrong; where, how often, when, by which id; and what worked.
    pub(super) fn lines(&self, style: &Style) -> Vec<String> {
        let (mark, said) = match (self.hidden, style.reader) {
            (false, _) => ("", ""),
            (true, Reader::Person) => (" (hidden)", ""),
            (true, Reader::Model) => ("", "the call reported success"),
        };
        let headline = style.quote(&self.headline, style.width.saturating_sub(2 + mark.len()));
        let last = self.last.map(|at| style.ago(at)).unwrap_or_default();
        let muted = if self.muted_until.is_some() { "muted" } else { "" };
        let expected = self.expected.as_deref().map(reason).unwrap_or_default();
        // Where the line is narrow, where it failed is worth more.
        let ever = self
            .all_sessions
            .filter(|all| *all > self.sessions && style.width >= 80);
        let ever = ever
            .map(|all| format!(" ({} ever)", style::thousands(all)))
            .unwrap_or_default();
        let figures = if self.failures == 0 {
            "set aside each time".to_owned()
        } else {
            format!(
                "{}x in {}{ever}",
                style::thousands(self.failures),
                count(self.sessions, "session")
            )
        };
        let id = self.id.as_deref().unwrap_or_default();
        let mut parts = vec![
            id.to_owned(),
            figures,
            last,
            said.to_owned(),
            muted.to_owned(),
            expected,
        ];
        if style.dotted(&parts).chars().count() + 2 > style.width {
            // Why it was set aside says more than when.
            parts.remove(2);
        }
        let used = style.dotted(&parts).chars().count() + 5;
        let room = style.width.saturating_sub(used);
        if room > 8 {
            parts.insert(1, style.line(&self.scope, room.min(24)));
        }
        let used = style.dotted(&parts).chars().count() + 5;
        if let Some(project) = self.projects.first()
            && style.width > used + project.chars().count() + 4
        {
            let others = self.projects.len() - 1;
            let more = if others > 0 {
                format!(" +{others}")
            } else {
                String::new()
            };
            parts.push(style.safe(project) + &more);
        }
        let mut lines = vec![
            format!("{headline}{}", style.red(mark)),
            format!("  {}", style.dim(&style.dotted(&parts))),
        ];
        lines.extend(self.remedy.as_ref().map(|remedy| remedy.line(style)));
        lines
    }
}

impl Answer for FailuresView {
    fn text(&self, style: &Style) -> String {
        if self.modes.is_empty() {
            let what = if self.set_aside { "set aside" } else { "failed" };
            if self.filtered {
                return format!("Nothing {what} that fits what was asked for.\n");
            }
            return match &self.since {
                Some(_) => format!("Nothing {what} in this window. Look further back: --since 30d\n"),
                None => format!("Nothing {what} so far.\n"),
            };
        }
        let mut out = Page::default();
        let mut explained = false;
        for mode in &self.modes {
            if mode.self_explaining && !explained {
                explained = true;
                out.line(style.dim(SELF_EXPLAINING));
            }
            for line in mode.lines(style) {
                out.line(line);
            }
        }
        if let Some(next) = &self.next {
            out.line(style.dim(&style::read_on(style, self.modes.len(), next)));
        }
        out.text()
    }
}
