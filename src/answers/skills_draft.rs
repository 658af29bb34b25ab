//! What `callus distill` shows: each draft with its file, its change and its evidence.

use schemars::JsonSchema;
use serde::Serialize;

use super::page::Page;
use super::pick::SESSION_SHOWN;
use super::skills::{Here, said, word};
use super::style::{self, count};
use super::{Answer, AnswerError, Style};
use crate::config::Settings;
use crate::domain::time::Timestamp;
use crate::skill::distill::{Draft, MIN_SESSIONS};
use crate::skill::publish::{Done, State};
use crate::store::{Store, StoreError};

/// Most sessions that a draft names.
const PROOFS: usize = 6;

/// A session that shows that a remedy works.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Proof {
    /// The session's id.
    pub session: String,
    /// When it worked.
    pub at: String,
    /// The call that failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failing: Option<String>,
    /// What its output said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headline: Option<String>,
    /// The call that worked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub working: Option<String>,
    #[serde(skip)]
    time: Timestamp,
}

/// A skill that could be written.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct DraftLine {
    /// Its name.
    pub name: String,
    /// The id of the failure mode.
    pub mode: String,
    /// Its file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// What stands there: `new`, `same`, `older` text of ours, `edited`, `foreign` or `removed`.
    pub state: String,
    /// The version that it would be.
    pub version: u32,
    /// Why it may not be written, one sentence for each rule that it breaks.
    pub refused: Vec<String>,
    /// The sessions in which the remedy worked, newest first.
    pub evidence: Vec<Proof>,
    /// The whole text.
    pub text: String,
    /// What became of it: `written`, `updated`, `unchanged`, `kept-edited`, `kept-foreign`, `left-removed` or `refused`;
    /// left out when nothing was to be written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub done: Option<String>,
    #[serde(skip)]
    change: Vec<String>,
    #[serde(skip)]
    stands: State,
    #[serde(skip)]
    outcome: Option<Done>,
}

/// The drafts of a project.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct DraftsView {
    /// The project.
    pub project: String,
    /// In so many root sessions a remedy had to work.
    pub min_sessions: u32,
    /// The drafts, best proven first.
    pub drafts: Vec<DraftLine>,
    /// The one that lacks fewest sessions; only told when there is no draft.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearest: Option<NearestLine>,
    #[serde(skip)]
    in_tree: bool,
}

/// What is no skill yet.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct NearestLine {
    /// The name that it would have.
    pub name: String,
    /// Root sessions in which its remedy worked.
    pub sessions: usize,
    /// What the remedy ends: `callus show` takes it.
    pub mode: String,
}

/// Words for what became of a draft, for programs and for people.
const DONE: &[(Done, &str, &str)] = &[
    (Done::Written, "written", "written"),
    (Done::Updated, "updated", "updated"),
    (Done::Unchanged, "unchanged", "published already"),
    (
        Done::KeptEdited,
        "kept-edited",
        "not written: somebody edited it, and theirs stays",
    ),
    (
        Done::KeptForeign,
        "kept-foreign",
        "not written: a file that Callus did not write stands there",
    ),
    (
        Done::LeftRemoved,
        "left-removed",
        "not written: somebody removed it; --again brings it back",
    ),
    (Done::Refused, "refused", "not written"),
];

/// Returns the view of drafts, each with what became of it where something was to be written.
pub fn drafted(
    store: &Store,
    here: &Here,
    settings: &Settings,
    min_sessions: u32,
    drafts: &[(Draft, Option<Done>)],
) -> Result<DraftsView, AnswerError> {
    let nearest = if drafts.is_empty() {
        nearest(store, here, settings)?
    } else {
        None
    };
    let lines = drafts
        .iter()
        .map(|(draft, done)| line(store, draft, *done))
        .collect::<Result<_, StoreError>>()?;
    Ok(DraftsView {
        project: here.name.clone(),
        min_sessions,
        drafts: lines,
        nearest,
        in_tree: here.tree.is_some(),
    })
}

/// Returns what lacks fewest sessions to be a skill.
pub(super) fn nearest(store: &Store, here: &Here, settings: &Settings) -> Result<Option<NearestLine>, AnswerError> {
    let best = super::skills::drafts(store, here, settings, 1)?;
    let best = best.into_iter().find(|draft| draft.findings.is_empty());
    best.map(|draft| {
        Ok(NearestLine {
            mode: super::pick::mode_id(store, &draft.lesson.fingerprint)?,
            sessions: draft.lesson.evidence.len(),
            name: draft.name,
        })
    })
    .transpose()
}

impl NearestLine {
    pub(super) fn told(&self, min_sessions: u32, style: &Style) -> String {
        format!(
            "Nearest: {} worked in {} of {min_sessions} sessions needed (callus show {}).",
            style.line(&self.name, 64),
            self.sessions,
            self.mode
        )
    }
}

fn line(store: &Store, draft: &Draft, done: Option<Done>) -> Result<DraftLine, StoreError> {
    let proof = |one: &crate::skill::Evidence| {
        Ok(Proof {
            session: store.shortest_session(&one.session, SESSION_SHOWN)?,
            at: style::rfc3339(one.at),
            failing: one.failing.clone(),
            headline: one.headline.clone(),
            working: one.working.clone(),
            time: one.at,
        })
    };
    let before = match &draft.state {
        State::Older(text) => text.as_str(),
        _ => "",
    };
    Ok(DraftLine {
        name: draft.name.clone(),
        mode: store.shortest_prefix(&draft.lesson.fingerprint, crate::domain::id::Fingerprint::SHOWN)?,
        path: draft.path.as_ref().map(|path| path.display().to_string()),
        state: word(&draft.state).to_owned(),
        version: draft.version,
        refused: draft.findings.iter().map(|finding| finding.why.clone()).collect(),
        evidence: draft
            .lesson
            .evidence
            .iter()
            .map(proof)
            .collect::<Result<_, StoreError>>()?,
        text: draft.text.clone(),
        done: done.and_then(|done| words(done).map(|(word, _)| word.to_owned())),
        change: if draft.state == State::Same {
            Vec::new()
        } else {
            change(before, &draft.text)
        },
        stands: draft.state.clone(),
        outcome: done,
    })
}

fn words(done: Done) -> Option<(&'static str, &'static str)> {
    DONE.iter()
        .find(|(one, _, _)| *one == done)
        .map(|(_, word, said)| (*word, *said))
}

/// Returns the lines that go and come between two texts, each with its sign; lines that stay are left out, unless they
/// stand beside one that changes.
fn change(before: &str, after: &str) -> Vec<String> {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    // A skill has sixty lines: the table of longest common parts is small.
    let mut common = vec![vec![0_usize; new.len() + 1]; old.len() + 1];
    for (i, one) in old.iter().enumerate().rev() {
        for (j, other) in new.iter().enumerate().rev() {
            common[i][j] = if one == other {
                common[i + 1][j + 1] + 1
            } else {
                common[i + 1][j].max(common[i][j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut lines = Vec::new();
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            lines.push((' ', old[i]));
            i += 1;
            j += 1;
        } else if j < new.len() && (i == old.len() || common[i][j + 1] > common[i + 1][j]) {
            lines.push(('+', new[j]));
            j += 1;
        } else {
            lines.push(('-', old[i]));
            i += 1;
        }
    }
    let near = |at: usize| {
        lines[at.saturating_sub(1)..(at + 2).min(lines.len())]
            .iter()
            .any(|(sign, _)| *sign != ' ')
    };
    let shown = (0..lines.len()).filter(|at| near(*at));
    shown.map(|at| format!("{} {}", lines[at].0, lines[at].1)).collect()
}

impl DraftLine {
    fn told(&self, style: &Style) -> String {
        let mut out = Page::default();
        let stands = match self.outcome.and_then(words) {
            Some((_, said)) => said,
            None if !self.refused.is_empty() => "refused",
            None => said(&self.stands),
        };
        out.line(format!("{}  {stands}", style.bold(&style.line(&self.name, 64))));
        if let Some(path) = &self.path {
            out.line(format!("  {}", style.line(path, usize::MAX)));
        }
        for why in &self.refused {
            out.line(format!("  refused: {}", style.line(why, usize::MAX)));
        }
        if self.outcome.is_some() {
            return out.text();
        }
        let number = i64::try_from(self.evidence.len()).unwrap_or(i64::MAX);
        let sessions: Vec<String> = self
            .evidence
            .iter()
            .take(PROOFS)
            .map(|one| format!("{} ({})", style.safe(&one.session), style.day(one.time)))
            .collect();
        let more = match self.evidence.len().saturating_sub(PROOFS) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        for line in style.wrapped(
            &format!("worked in {}: {}{more}", count(number, "session"), sessions.join(", ")),
            style.width.saturating_sub(2),
        ) {
            out.line(format!("  {line}"));
        }
        if let Some(newest) = self.evidence.first() {
            let width = style.width.saturating_sub(12);
            for (name, text) in [
                ("failed", &newest.failing),
                ("said", &newest.headline),
                ("worked", &newest.working),
            ] {
                if let Some(text) = text {
                    out.line(format!("  {name:<8}{}", style.squeezed(text, width)));
                }
            }
        }
        for line in &self.change {
            out.line(format!("  {}", style.safe(line)));
        }
        out.text()
    }
}

impl Answer for DraftsView {
    fn text(&self, style: &Style) -> String {
        let mut out = Page::default();
        let project = style.line(&self.project, 32);
        if self.drafts.is_empty() {
            out.line(format!(
                "Nothing to make a skill of: no remedy has worked in {} of {project}.",
                count(i64::from(self.min_sessions), "session")
            ));
            out.line(match &self.nearest {
                Some(nearest) => nearest.told(self.min_sessions, style),
                None => {
                    "Nor in one: what only edits or a second try ended, and what the error says itself, is no skill."
                        .to_owned()
                }
            });
            return out.text();
        }
        for (at, draft) in self.drafts.iter().enumerate() {
            if at > 0 {
                out.line("");
            }
            out.add(&draft.told(style));
        }
        out.line("");
        if self.drafts.iter().all(|draft| draft.outcome.is_none()) {
            let writable =
                |draft: &DraftLine| draft.refused.is_empty() && matches!(draft.stands, State::New | State::Older(_));
            out.line(match (self.drafts.iter().any(writable), self.in_tree) {
                (true, true) if self.min_sessions == MIN_SESSIONS => {
                    "Nothing was written. Write them: callus distill --yes".to_owned()
                }
                (true, true) => format!(
                    "Nothing was written. Write them: callus distill --min-sessions {} --yes",
                    self.min_sessions
                ),
                (true, false) => {
                    format!("Nothing was written: --yes writes them where you stand in a working tree of {project}.")
                }
                (false, _) => "Nothing was written, and there is nothing to write.".to_owned(),
            });
        } else if self
            .drafts
            .iter()
            .any(|draft| matches!(draft.outcome, Some(Done::Written | Done::Updated)))
        {
            out.line("Nothing was added to git: look at the files, and commit them if others are to have them.");
        }
        out.text()
    }
}
