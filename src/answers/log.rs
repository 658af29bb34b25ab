//! What happened, one line each: failures, what agents were told, what was learnt of it. Also what comes new.

use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::Serialize;

use super::failures::reason;
use super::page::Page;
use super::pick::{failure_id, mode_id, pick_project, remedy_id, session_id};
use super::style;
use super::{Answer, AnswerError, Style, since};
use crate::domain::id::{FailureId, RemedyId};
use crate::domain::time::{Span, Timestamp};
use crate::store::Store;
use crate::store::read::{LogFilter, LogMark, LogRow, Stamp};

/// Which part of the log is wanted.
#[derive(Debug, Clone, Default)]
pub struct LogQuery {
    /// Down to which level: `failure`, `hint`, `skill` or `all`.
    pub level: Option<String>,
    /// Only what happened since then: `7d`, `today`, a date.
    pub since: Option<String>,
    /// Only this project: its name, its remote or a folder in it.
    pub project: Option<String>,
    /// At most so many lines, the newest.
    pub limit: Option<u32>,
}

/// The newest part of the log.
#[derive(Debug, Clone)]
pub struct LogView {
    /// The lines, oldest first.
    pub lines: Vec<LogLine>,
    /// There are older ones that were asked for and did not fit.
    pub more: bool,
}

/// One line of the log.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct LogLine {
    /// When it happened.
    pub at: String,
    /// The level that shows it: `failure`, `hint`, `skill` or `all`.
    pub level: String,
    /// What it is: `failure`, `aside` (a failure that was set aside), `hint`, `warning`, `brief`, `skill` (one was written),
    /// `claim` (somebody says what works), `confirmed` or `refuted` (somebody judged what works).
    pub kind: String,
    /// The id of the failure mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    /// The id of the failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// The id of the remedy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// The session's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// The name of the project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// What failed (command head, MCP server and tool, or tool), the skill's name, or the call that a remedy replaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub what: Option<String>,
    /// What went wrong, the words that were told, the skill's file, or what works.
    pub text: String,
    /// A word more: why it was set aside, `hidden` where the client took it for a success, what came of what was told,
    /// `only-noted`, the version of a skill, who says what works.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    #[serde(skip)]
    time: Timestamp,
}

/// How much a log shows; each level also shows what those before it do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    /// Failures that count.
    Failure,
    /// What agents were told.
    Hint,
    /// Skills that were written, remedies that somebody gave or judged.
    Skill,
    /// What was set aside, and what was only noted.
    All,
}

/// The word for each level, and the one that other logs have for it.
const LEVELS: &[(Level, &str, &str)] = &[
    (Level::Failure, "failure", "error"),
    (Level::Hint, "hint", "warn"),
    (Level::Skill, "skill", "info"),
    (Level::All, "all", "debug"),
];

/// Lines where neither a number nor a beginning is given.
const LIMIT: u32 = 50;
/// Lines at most; also where a beginning is given and no number.
const MOST: u32 = 10_000;

/// Whoever follows the log without a beginning is shown what is no older than this when it comes: a transcript is read
/// when its session is over, and an import reads years.
const LATE: Span = Span::days(1);

/// Characters of the longest kind.
const KIND: usize = 9;
/// Characters of a failure mode's id as it is mostly shown.
const ID: usize = 8;

/// A log that is followed.
#[derive(Debug)]
pub struct Following {
    query: LogQuery,
    filter: LogFilter,
    mark: LogMark,
    stamp: Option<Stamp>,
}

/// Returns the newest part of the log.
pub fn log(store: &Store, query: &LogQuery, now: Timestamp, zone: &TimeZone) -> Result<LogView, AnswerError> {
    Ok(end(store, query, now, zone)?.0)
}

/// Returns the newest part of the log, and what to ask for all that comes behind it.
pub fn follow(
    store: &Store,
    query: &LogQuery,
    now: Timestamp,
    zone: &TimeZone,
) -> Result<(LogView, Following), AnswerError> {
    let (view, filter, mark) = end(store, query, now, zone)?;
    let beginning = if query.since.is_some() {
        filter.since
    } else {
        now.before(LATE)
    };
    let following = Following {
        query: query.clone(),
        filter: LogFilter {
            since: beginning,
            ..filter
        },
        mark,
        stamp: None,
    };
    Ok((view, following))
}

impl Following {
    /// Returns what came since the last time; the store may be another one by now.
    pub fn next(&mut self, store: &Store) -> Result<Vec<LogLine>, AnswerError> {
        let stamp = store.stamp()?;
        if self.stamp == Some(stamp) {
            return Ok(Vec::new());
        }
        self.filter.project = match project(store, &self.query) {
            // Where everything was forgotten, a project is known again with its next session.
            Err(AnswerError::Unknown { .. }) => return Ok(Vec::new()),
            found => found?,
        };
        let rows = store.log_since(&self.filter, &mut self.mark)?;
        let lines = rows
            .into_iter()
            .map(|row| line(store, row))
            .collect::<Result<Vec<_>, _>>()?;
        // What did not fit into one reading is read next time.
        self.stamp = lines.is_empty().then_some(stamp);
        Ok(lines)
    }
}

fn end(
    store: &Store,
    query: &LogQuery,
    now: Timestamp,
    zone: &TimeZone,
) -> Result<(LogView, LogFilter, LogMark), AnswerError> {
    let level = query.level.as_deref().map_or(Ok(Level::Skill), level)?;
    let beginning = query.since.as_deref().map(|text| since(text, now, zone)).transpose()?;
    let filter = LogFilter {
        since: beginning.unwrap_or(Timestamp(i64::MIN)),
        project: project(store, query)?,
        aside: level >= Level::All,
        told: level >= Level::Hint,
        noted: level >= Level::All,
        lessons: level >= Level::Skill,
    };
    let usual = if beginning.is_some() { MOST } else { LIMIT };
    let limit = query.limit.unwrap_or(usual).min(MOST);
    let (mut rows, mark) = store.log(&filter, limit + 1)?;
    let left_out = rows.len().saturating_sub(limit as usize);
    let lines = rows.drain(..).skip(left_out).map(|row| line(store, row));
    let view = LogView {
        lines: lines.collect::<Result<_, _>>()?,
        more: left_out > 0 && beginning.is_some(),
    };
    Ok((view, filter, mark))
}

fn level(word: &str) -> Result<Level, AnswerError> {
    let wanted = word.trim().to_lowercase();
    let known = LEVELS.iter().find(|(_, own, other)| wanted == *own || wanted == *other);
    known.map(|(level, ..)| *level).ok_or_else(|| AnswerError::Value {
        what: "level",
        given: word.to_owned(),
        values: LEVELS.iter().map(|(_, own, _)| *own).collect(),
    })
}

fn project(store: &Store, query: &LogQuery) -> Result<Option<crate::domain::id::ProjectId>, AnswerError> {
    query
        .project
        .as_deref()
        .map(|given| pick_project(store, given))
        .transpose()
}

fn line(store: &Store, row: LogRow) -> Result<LogLine, AnswerError> {
    let is_failure = matches!(row.kind.as_str(), "failure" | "aside");
    let is_remedy = matches!(row.kind.as_str(), "claim" | "confirmed" | "refuted");
    let shows = match (row.kind.as_str(), row.note.as_deref()) {
        ("failure", _) => Level::Failure,
        ("aside", _) | (_, Some("only-noted")) => Level::All,
        ("hint" | "warning" | "brief", _) => Level::Hint,
        _ => Level::Skill,
    };
    let word = LEVELS
        .iter()
        .find(|(level, ..)| *level == shows)
        .map_or("", |(_, word, _)| *word);
    Ok(LogLine {
        at: style::rfc3339(row.at),
        level: word.to_owned(),
        mode: row.fingerprint.map(|name| mode_id(store, &name)).transpose()?,
        failure: is_failure.then(|| failure_id(FailureId(row.id))),
        remedy: is_remedy.then(|| remedy_id(RemedyId(row.id))),
        session: row.session.map(|session| session_id(store, &session)).transpose()?,
        project: row.project,
        what: row.what,
        text: row.text,
        note: row.note,
        kind: row.kind,
        time: row.at,
    })
}

impl LogLine {
    /// Returns what stands behind kind, id and project, on one line.
    fn words(&self, style: &Style) -> String {
        let told: Vec<&str> = self
            .text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect();
        let told = style.dotted(&told);
        let told = match (self.kind.as_str(), self.what.as_deref()) {
            ("claim" | "confirmed" | "refuted", Some(was)) => format!("instead of {was}: {told}"),
            (_, Some(what)) => format!("{what}: {told}"),
            (_, None) => told,
        };
        let note = match self.note.as_deref() {
            Some(word) if self.kind == "aside" => reason(word),
            Some(word) => word.replace('-', " "),
            None => return told,
        };
        format!("{told} ({note})")
    }

    fn head(&self, style: &Style) -> String {
        let kind = format!("{:<KIND$}", self.kind);
        let kind = match self.kind.as_str() {
            "failure" => style.red(&kind),
            "aside" => style.dim(&kind),
            _ => style.bold(&kind),
        };
        let id = self.mode.as_deref().or(self.failure.as_deref()).unwrap_or("-");
        format!("{}  {kind}  {id:<ID$}", style.dim(&style.moment(self.time)))
    }
}

impl Answer for LogLine {
    /// Returns one line, cut to the width.
    fn text(&self, style: &Style) -> String {
        let project = self
            .project
            .as_deref()
            .map(|name| style.line(name, 24))
            .unwrap_or_default();
        let before = Style {
            colour: false,
            ..style.clone()
        };
        let used = self.head(&before).chars().count() + 2;
        let words = format!(
            "{project}{}{}",
            if project.is_empty() { "" } else { "  " },
            self.words(style)
        );
        let words = style.line(&words, style.width.saturating_sub(used));
        format!("{}  {words}\n", self.head(style))
    }
}

impl LogView {
    /// Returns the lines as text, one each, and what to do where some are missing.
    #[must_use]
    pub fn text(&self, style: &Style) -> String {
        let mut out = Page::default();
        if self.more {
            out.line(style.dim("Older lines were left out: begin later, or set -n"));
        }
        for line in &self.lines {
            out.add(&line.text(style));
        }
        out.text()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_line_as_wide_as_it_may_be_with_colours_or_without() {
        let line = LogLine {
            at: String::new(),
            level: "hint".to_owned(),
            kind: "hint".to_owned(),
            mode: Some("7k2m9q1x".to_owned()),
            failure: None,
            remedy: None,
            session: None,
            project: Some("shop".to_owned()),
            what: None,
            text: "Callus: Run `mise exec -- go test ./...`.\nWorked in 2 of 2 sessions.\n\u{1b}[2JThis".to_owned(),
            note: Some("failed-again".to_owned()),
            time: Timestamp(0),
        };
        let plain = Style::model(Timestamp(0), TimeZone::UTC);
        let text = |width, colour| {
            line.text(&Style {
                width,
                colour,
                ..plain.clone()
            })
        };
        assert_eq!(
            text(usize::MAX, false),
            "1970-01-01 00:00:00  hint       7k2m9q1x  shop  Callus: Run `mise exec -- go test ./...`. · \
             Worked in 2 of 2 sessions. · This (failed again)\n"
        );
        for width in 60..100 {
            // What is cut ends with a word, and not with the blank behind it.
            let used = text(width, false).trim_end().chars().count();
            assert!(used == width || used == width - 1, "{used} of {width}");
            let bare = text(width, true)
                .replace("\u{1b}[2m", "")
                .replace("\u{1b}[1m", "")
                .replace("\u{1b}[0m", "");
            assert_eq!(bare, text(width, false), "colours take no room");
        }
    }
}
