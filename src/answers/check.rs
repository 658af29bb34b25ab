//! Has this error been seen before?

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::failures::{ModeLine, line};
use super::find::find;
use super::identify::{Identity, identify, scopes};
use super::page::Page;
use super::remedies::{RemedyLine, suggested};
use super::scope::{Scope, Seen};
use super::search::{same_among, same_modes};
use super::style::{self, count};
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
    /// Only this project: its name, its remote or a folder in it.
    #[serde(deserialize_with = "lenient::text")]
    pub project: Option<String>,
    /// `here`, or `all` to look at other projects too, and not only where this one met nothing like it.
    #[serde(deserialize_with = "lenient::text")]
    pub scope: Option<String>,
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
    /// Only other projects met it: its headline is the template, and only what holds everywhere is suggested.
    pub masked: bool,
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
    /// It is asked from a place that has other projects.
    #[serde(skip)]
    placed: bool,
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
            placed: false,
        });
    };
    let scope = Scope::of(
        store,
        query.here.as_deref(),
        query.project.as_deref(),
        query.scope.as_deref(),
    )?;
    let same = same_rows(store, &identity, query.command.as_deref().unwrap_or_default())?;
    // What this project did not meet another may have got past: as far as that is a fact about a tool, it helps here.
    let mut seen = within(store, scope, &same)?;
    if seen.is_empty() && query.project.is_none() {
        seen = within(store, scope.widened(), &same)?;
    }
    let mut matches = Vec::new();
    for one in seen.into_iter().take(MATCHES) {
        matches.push(matched(store, &identity, scope, &one, now)?);
    }
    // Several programs may print the same words: the mode that met this very error is the one that is meant.
    matches.sort_by_key(|one| one.same_instance_failures.is_none());
    once(&mut matches);
    if matches.is_empty() {
        matches = alike(store, &identity, scope, now)?;
        if matches.is_empty() && query.project.is_none() && scope != scope.widened() {
            matches = alike(store, &identity, scope.widened(), now)?;
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
        placed: query.here.is_some(),
    })
}

fn within(store: &Store, scope: Scope, rows: &[ModeRow]) -> Result<Vec<Seen>, AnswerError> {
    let mut seen = Vec::new();
    for row in rows {
        seen.extend(scope.seen(store, row.clone())?);
    }
    Ok(seen)
}

/// Returns a failure mode that is the error itself.
fn matched(
    store: &Store,
    identity: &Identity,
    scope: Scope,
    seen: &Seen,
    now: Timestamp,
) -> Result<Match, AnswerError> {
    let Seen { row, masked } = seen;
    let tool_kind = ToolKind::from_word(&row.tool_kind);
    let kind = identity.kind(tool_kind, &row.scope);
    let named = identity.instance(tool_kind, &row.scope);
    let instance = match named {
        Some(instance) if !*masked => store.instance(&kind.text(), &instance.text(), scope.project())?,
        _ => None,
    };
    let mut remedies = suggested(store, row.id, named.as_slice(), &identity.headline, scope.home(), now)?;
    let mut mode = line(store, row, now)?;
    if *masked {
        // What the failing call was is the other project's.
        for remedy in &mut remedies {
            remedy.from.clear();
        }
    }
    mode.projects = scope.projects(store, seen, mode.projects)?;
    Ok(Match {
        mode,
        same: true,
        masked: seen.masked,
        same_instance_failures: instance.map(|(failures, _, _)| failures),
        same_instance_sessions: instance.map(|(_, sessions, _)| sessions),
        remedies,
    })
}

/// Returns failure modes whose headlines share most words with the error.
fn alike(store: &Store, identity: &Identity, scope: Scope, now: Timestamp) -> Result<Vec<Match>, AnswerError> {
    let mut matches = Vec::new();
    for hit in find(store, &identity.headline, scope.project(), 20)?.modes {
        let Some(row) = store.mode(hit.mode)? else { continue };
        if matches.len() == MATCHES || shared_words(&identity.headline, &row.headline) < ALIKE {
            continue;
        }
        let Some(seen) = scope.seen(store, row)? else {
            continue;
        };
        let mut mode = line(store, &seen.row, now)?;
        mode.projects = scope.projects(store, &seen, mode.projects)?;
        matches.push(Match {
            mode,
            same: false,
            masked: seen.masked,
            same_instance_failures: None,
            same_instance_sessions: None,
            // What ended another error may be wrong for this one.
            remedies: Vec::new(),
        });
    }
    Ok(matches)
}

/// Leaves each remedy with the first match that has it: what tells its own origin is one thing under every command.
fn once(matches: &mut [Match]) {
    let mut told: Vec<String> = Vec::new();
    for one in matches {
        one.remedies.retain(|remedy| !told.contains(&remedy.to));
        told.extend(one.remedies.iter().map(|remedy| remedy.to.clone()));
    }
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
    let same = if modes.is_empty() {
        same_modes(store, identity)?
    } else {
        same_among(store, identity, [])?
    };
    for mode in same {
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
    /// Returns whether only words could have led to more: nothing met is this very error.
    #[must_use]
    pub fn goes_by_words(&self) -> bool {
        matches!(self.verdict, Verdict::Alike | Verdict::New)
    }

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
            (Verdict::Seen, Some(first)) if first.masked && self.placed => {
                format!("new here, but seen {} in other projects", met(&first.mode, style))
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
            (Verdict::Alike, Some(first)) if first.masked && self.placed => {
                "new, but alike in words in other projects:".to_owned()
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

/// Returns the share of the words of the longer of two texts that the other holds as well.
fn shared_words(one: &str, other: &str) -> f64 {
    let words = |text: &str| -> Vec<String> {
        let text = text.to_lowercase();
        text.split(|c: char| !c.is_alphanumeric())
            .filter(|word| word.len() > 1)
            .map(str::to_owned)
            .collect()
    };
    let (one, other) = (words(one), words(other));
    if one.is_empty() || other.is_empty() {
        return 0.0;
    }
    let share = |one: &[String], other: &[String]| {
        one.iter().filter(|word| other.contains(word)).count() as f64 / one.len() as f64
    };
    share(&one, &other).min(share(&other, &one))
}

/// Returns how often a mode was met, in words.
pub(super) fn met(line: &ModeLine, style: &Style) -> String {
    let last = line
        .last
        .map(|at| format!(", last {}", style.ago(at)))
        .unwrap_or_default();
    format!(
        "{} in {}{last}",
        style::count(line.failures, "time"),
        style::count(line.sessions, "session")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_words_are_those_of_both() {
        let table = [
            ("go: command not found", "npm: command not found", 0.75),
            ("exec format error", "exec format error: fork", 0.75),
            (
                "command not found: go",
                "git_ops.go:3: os/exec.Command is not to be found",
                4.0 / 11.0,
            ),
            ("a b", "a b", 0.0),
            ("", "anything", 0.0),
        ];
        for (one, other, share) in table {
            assert!((shared_words(one, other) - share).abs() < 1e-9, "{one} / {other}");
        }
    }
}
