//! Has this error been seen before?

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::failures::{ModeLine, line};
use super::identify::{Identity, identify, scopes};
use super::page::Page;
use super::pick::project_at;
use super::remedies::{RemedyLine, suggested};
use super::search::{met, same_modes, shared_words};
use super::style::count;
use super::{Answer, AnswerError, Reader, Style, lenient};
use crate::domain::time::{Span, Timestamp};
use crate::domain::trace::ToolKind;
use crate::store::Store;
use crate::store::read::ModeRow;

/// What failed.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("required" = ["output"]))]
pub struct CheckQuery {
    /// What the failing call printed; its last lines are enough.
    #[serde(deserialize_with = "lenient::words")]
    #[schemars(with = "String")]
    pub output: String,
    /// The command that printed it.
    #[serde(deserialize_with = "lenient::text")]
    pub command: Option<String>,
    /// The folder from which it is asked: what is decided in a project is told only there.
    #[serde(skip)]
    pub here: Option<String>,
}

/// Whether it has been seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// This very error is recorded.
    Seen,
    /// Only errors alike in words are recorded.
    Alike,
    /// Nothing like it is recorded.
    New,
    /// The text tells of no failure.
    NoFailure,
}

/// One failure mode that it may be.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Match {
    /// The failure mode, with figures over all time.
    pub mode: ModeLine,
    /// It is this very error, not only alike in words.
    pub same: bool,
    /// How often it failed over the same module, path or symbol; left out when it never did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub same_instance_failures: Option<i64>,
    /// In how many sessions it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub same_instance_sessions: Option<i64>,
    /// What is suggested, best first, at most three: what worked for this very error, then for its kind with its names
    /// filled in.
    pub remedies: Vec<RemedyLine>,
}

/// Whether an error has been seen before.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CheckView {
    /// `seen`, `alike`, `new` or `no_failure`.
    pub verdict: Verdict,
    /// The line of the text that says what went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headline: Option<String>,
    /// The failure modes that it may be, best first, at most three.
    pub matches: Vec<Match>,
}

/// At most so many matches are told: an agent reads them in the middle of its work.
const MATCHES: usize = 3;
/// The share of the words of two headlines that both must hold to be called alike.
const ALIKE: f64 = 0.6;

/// Returns whether the error in `query.output` has been seen before.
pub fn check(store: &Store, query: &CheckQuery, now: Timestamp) -> Result<CheckView, AnswerError> {
    let Some(identity) = identify(&query.output) else {
        return Ok(CheckView {
            verdict: Verdict::NoFailure,
            headline: None,
            matches: Vec::new(),
        });
    };
    let same = same_rows(store, &identity, query.command.as_deref().unwrap_or_default())?;
    let here = project_at(store, query.here.as_deref())?;
    let mut matches = Vec::new();
    for row in same.iter().take(MATCHES) {
        let tool_kind = ToolKind::from_word(&row.tool_kind);
        let kind = identity.kind(tool_kind, &row.scope);
        let named = identity.instance(tool_kind, &row.scope);
        let instance = match named {
            Some(instance) => store.instance(&kind.text(), &instance.text())?,
            None => None,
        };
        let remedies = suggested(store, row.id, named.as_slice(), &identity.headline, here, now)?;
        matches.push(Match {
            mode: line(store, row, now)?,
            same: true,
            same_instance_failures: instance.map(|(failures, _, _)| failures),
            same_instance_sessions: instance.map(|(_, sessions, _)| sessions),
            remedies,
        });
    }
    if matches.is_empty() {
        for hit in store.search(&identity.headline, 20)? {
            let Some(row) = store.mode(hit.mode)? else { continue };
            if shared_words(&identity.headline, &row.headline) >= ALIKE && matches.len() < MATCHES {
                matches.push(Match {
                    mode: line(store, &row, now)?,
                    same: false,
                    same_instance_failures: None,
                    same_instance_sessions: None,
                    // What ended another error may be wrong for this one.
                    remedies: Vec::new(),
                });
            }
        }
    }
    Ok(CheckView {
        verdict: match matches.first() {
            Some(first) if first.same => Verdict::Seen,
            Some(_) => Verdict::Alike,
            None => Verdict::New,
        },
        headline: Some(identity.headline),
        matches,
    })
}

/// An agent asks about a call at most so long after its hook has recorded it.
const MOMENTS: Span = Span::seconds(600);

/// Returns whether the mode was met once, and so lately that the meeting may be the call that is asked about.
fn only_moments_ago(mode: &ModeLine, now: Timestamp) -> bool {
    mode.failures == 1 && mode.last.is_some_and(|last| now.since(last) < MOMENTS)
}

/// Returns the failure modes that are this very error. Where the command is known its fingerprint is known too, and
/// those it leads to come first; the same words can come from several programs.
fn same_rows(store: &Store, identity: &Identity, command: &str) -> Result<Vec<ModeRow>, AnswerError> {
    let mut modes = Vec::new();
    for scope in scopes(command) {
        modes.extend(store.mode_of_pattern(&identity.kind(ToolKind::Shell, &scope).text())?);
    }
    for mode in same_modes(store, identity)? {
        if !modes.contains(&mode) {
            modes.push(mode);
        }
    }
    let mut rows = Vec::new();
    for mode in modes {
        rows.extend(store.mode(mode)?);
    }
    rows.sort_by_key(|row| {
        let ran = !command.is_empty() && command.contains(row.scope.as_str());
        (!ran, std::cmp::Reverse(row.sessions))
    });
    Ok(rows)
}

impl CheckView {
    /// Returns the verdict in one line.
    #[must_use]
    pub fn verdict_line(&self, style: &Style) -> String {
        match (self.verdict, self.matches.first()) {
            (Verdict::Seen, Some(first)) if first.mode.failures == 0 => {
                "seen, and set aside every time as nobody's fault".to_owned()
            }
            (Verdict::Seen, Some(first)) if only_moments_ago(&first.mode, style.now) => {
                "met once, moments ago: if that was this very call, it is new".to_owned()
            }
            (Verdict::Seen, Some(first)) => {
                let very = match (first.same_instance_failures, first.same_instance_sessions) {
                    (Some(failures), Some(sessions)) if failures < first.mode.failures => {
                        format!(
                            "; this very one {} in {}",
                            count(failures, "time"),
                            count(sessions, "session")
                        )
                    }
                    _ => String::new(),
                };
                format!("seen {}{very}", met(&first.mode, style))
            }
            (Verdict::Alike, _) => "new, but alike in words:".to_owned(),
            (Verdict::NoFailure, _) => "no failure: nothing in this text says what went wrong".to_owned(),
            _ => "new: nothing like it is recorded".to_owned(),
        }
    }
}

impl Answer for CheckView {
    fn text(&self, style: &Style) -> String {
        let mut out = Page::default();
        out.line(self.verdict_line(style));
        for one in &self.matches {
            for line in one.mode.lines(style) {
                out.line(line);
            }
            for line in one.remedies.iter().flat_map(|remedy| remedy.lines(style)) {
                out.line(line);
            }
        }
        let first = self.matches.first().and_then(|first| first.mode.id.as_deref());
        if let (Reader::Model, Some(id)) = (style.reader, first) {
            out.line(format!("Its commands and output: `callus show {id}` in a shell."));
        }
        out.text()
    }
}
