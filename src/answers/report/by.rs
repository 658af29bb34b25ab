//! The failures of a report, by what they have in common.

use schemars::JsonSchema;
use serde::Serialize;

use crate::answers::pick::session_id;
use crate::answers::style::{self, count, thousands};
use crate::answers::{AnswerError, Style};
use crate::domain::id::ProjectId;
use crate::domain::time::Timestamp;
use crate::store::Store;
use crate::store::read::Grouping;

/// Failures that have something in common.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct GroupLine {
    /// What they have in common; left out where it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Failures that count.
    pub failures: i64,
    /// Their sessions.
    pub sessions: i64,
    /// Their failure modes.
    pub modes: i64,
    /// The newest of them.
    pub last_at: String,
    #[serde(skip)]
    last: Timestamp,
}

/// Groups that are told, most failures first.
const GROUPS: u32 = 12;

/// Returns what failures are put together by, as it was written.
pub(super) fn grouping(given: &str) -> Result<Grouping, AnswerError> {
    let word = given.trim().to_lowercase();
    let found = Grouping::ALL.iter().find(|(_, known)| *known == word);
    found.map(|(grouping, _)| *grouping).ok_or_else(|| AnswerError::Value {
        what: "grouping",
        given: given.to_owned(),
        values: Grouping::ALL.iter().map(|(_, word)| *word).collect(),
    })
}

/// Returns the groups of a window.
pub(super) fn groups(
    store: &Store,
    grouping: Grouping,
    window: (Timestamp, Timestamp),
    project: Option<ProjectId>,
) -> Result<Vec<GroupLine>, AnswerError> {
    let mut lines = Vec::new();
    for row in store.grouped(grouping, window, project, GROUPS)? {
        let name = match row.name {
            Some(external) if grouping == Grouping::Session => Some(session_id(store, &external)?),
            other => other,
        };
        lines.push(GroupLine {
            name,
            failures: row.failures,
            sessions: row.sessions,
            modes: row.modes,
            last_at: style::rfc3339(row.last_at),
            last: row.last_at,
        });
    }
    Ok(lines)
}

/// Returns the groups as a table.
pub(super) fn table(by: &str, lines: &[GroupLine], style: &Style) -> Vec<String> {
    let name = |line: &GroupLine| style.line(line.name.as_deref().unwrap_or("(none)"), NAME);
    let width = lines
        .iter()
        .map(|line| name(line).chars().count())
        .max()
        .unwrap_or(0)
        .max(10);
    let mut head: String = by.chars().take(1).flat_map(char::to_uppercase).collect();
    head.extend(by.chars().skip(1));
    let mut out = vec![
        "\n".to_owned(),
        style.dim(&format!(
            "{head:<width$}{:>9}{:>9}{:>7}  last",
            "failures", "sessions", "modes"
        )) + "\n",
    ];
    for line in lines {
        let cells = [line.failures, line.sessions, line.modes].map(thousands);
        let [failures, sessions, modes] = cells.each_ref();
        let last = style.ago(line.last);
        out.push(format!(
            "{:<width$}{failures:>9}{sessions:>9}{modes:>7}  {last}\n",
            name(line)
        ));
    }
    if lines.is_empty() {
        out.push(format!("{}\n", count(0, "failure")));
    }
    out
}

/// Characters of a name in the table.
const NAME: usize = 28;
