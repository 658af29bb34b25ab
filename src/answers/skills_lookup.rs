//! The skill for a name or an error, for an agent that is at work.

use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::find::{Fit, find};
use super::identify::identify;
use super::page::Page;
use super::search::same_among;
use super::skills::{newest, project_at};
use super::{Answer, AnswerError, Style, lenient};
use crate::domain::id::ModeId;
use crate::skill::publish::{self, Found};
use crate::store::Store;
use crate::store::read::PublicationRow;

/// What is wanted: one of the two.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct LookupQuery {
    /// What the failing call printed, or words.
    #[serde(deserialize_with = "lenient::text")]
    pub query: Option<String>,
    /// The skill's name.
    #[serde(deserialize_with = "lenient::text")]
    pub name: Option<String>,
}

/// The skills that fit.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct LookupView {
    /// The text of the one that fits best.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The file of the one that fits best, when somebody edited it since: nobody vouches for what it says now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edited: Option<String>,
    /// The names of others that fit, or of all there are when none does.
    pub others: Vec<String>,
}

/// At most so many names are told beside a skill.
const OTHERS: usize = 10;
/// A skill that was published, and its text where that is one of ours.
type Known<'r> = (&'r PublicationRow, Option<String>);

/// Hits by words that are looked through.
const HITS: usize = 20;

/// Returns the published skill that fits, among those of the project of `folder`: what a project decided stays in it.
pub fn lookup(store: &Store, query: &LookupQuery, folder: &Path) -> Result<LookupView, AnswerError> {
    let Some((project, _)) = project_at(store, folder)? else {
        return Ok(LookupView {
            text: None,
            edited: None,
            others: Vec::new(),
        });
    };
    let rows = store.publications(project)?;
    let mut there: Vec<Known<'_>> = Vec::new();
    for row in newest(&rows) {
        // The working tree of the folder comes first; the same skill in another one is the same skill.
        let near = folder.starts_with(Path::new(&row.path).ancestors().nth(4).unwrap_or(folder));
        let text = match publish::published(row, &rows) {
            Ok(Found::Ours(text)) => Some(text),
            Ok(Found::Missing) => continue,
            // What a branch or a person put there is not ours to hand to a model.
            Ok(Found::Edited(_)) | Err(_) => None,
        };
        match there.iter().position(|(known, _)| known.name == row.name) {
            Some(at) if near => there[at] = (row, text),
            Some(_) => {}
            None => there.push((row, text)),
        }
    }
    let wanted = query
        .name
        .as_deref()
        .map(|name| name.trim_start_matches('/').to_lowercase());
    let ranked: Vec<usize> = match (&wanted, &query.query) {
        (Some(name), _) => there
            .iter()
            .position(|(row, _)| row.name == *name)
            .into_iter()
            .collect(),
        (None, Some(text)) => fitting(store, text, &there)?,
        (None, None) => Vec::new(),
    };
    let best = ranked.first().copied();
    let others = if best.is_some() {
        ranked
    } else {
        (0..there.len()).collect()
    };
    Ok(LookupView {
        others: others
            .into_iter()
            .filter(|at| Some(*at) != best)
            .take(OTHERS)
            .map(|at| there[at].0.name.clone())
            .collect(),
        edited: best
            .filter(|at| there[*at].1.is_none())
            .map(|at| there[at].0.path.clone()),
        text: best.and_then(|at| there[at].1.clone()),
    })
}

/// Returns the skills that fit a text, best first: those of the failure that it tells of, then those of failures alike in
/// words, then those whose own text holds every word.
fn fitting(store: &Store, text: &str, there: &[Known<'_>]) -> Result<Vec<usize>, AnswerError> {
    let found = find(store, text, None, HITS)?.modes;
    let mut modes: Vec<ModeId> = match identify(text) {
        Some(identity) => same_among(store, &identity, found.iter().map(|hit| hit.mode))?,
        None => Vec::new(),
    };
    modes.extend(
        found
            .into_iter()
            .filter(|hit| hit.fit == Fit::Every)
            .map(|hit| hit.mode),
    );
    let mut found: Vec<usize> = Vec::new();
    for mode in modes {
        let at = there.iter().position(|(row, _)| row.mode == Some(mode));
        found.extend(at.filter(|at| !found.contains(at)));
    }
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    for (at, (_, body)) in there.iter().enumerate() {
        let body = body.as_deref().unwrap_or_default().to_lowercase();
        if !words.is_empty() && !found.contains(&at) && words.iter().all(|word| body.contains(word.as_str())) {
            found.push(at);
        }
    }
    Ok(found)
}

impl Answer for LookupView {
    fn text(&self, style: &Style) -> String {
        let mut out = Page::default();
        let names: Vec<String> = self.others.iter().map(|name| style.line(name, 64)).collect();
        let edited = self.edited.as_ref().map(|path| {
            let path = style.line(path, usize::MAX);
            format!("{path} was edited since Callus wrote it: read the file yourself.\n")
        });
        match self.text.as_ref().or(edited.as_ref()) {
            Some(text) => {
                out.add(&style.safe(text));
                if !names.is_empty() {
                    out.line(format!("\nAlso fitting: {}. Pass one as `name`.", names.join(", ")));
                }
            }
            None if names.is_empty() => {
                out.line("No skill is published for this project. Pass the error to failure_check: it tells what was met before.");
            }
            None => {
                out.line("No skill fits. Pass the error to failure_check: it tells what was met before.");
                out.line(format!("There are: {}.", names.join(", ")));
            }
        }
        out.text()
    }
}
