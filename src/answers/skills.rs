//! The skills of a project: what was published, what became of it, and what is waiting.

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Serialize;

use super::page::Page;
use super::pick::mode_id;
use super::skills_draft::{NearestLine, nearest};
use super::style::{self, count};
use super::{Answer, AnswerError, Style};
use crate::config::Settings;
use crate::domain::id::ProjectId;
use crate::domain::time::Timestamp;
use crate::flow;
use crate::git;
use crate::skill::distill::{self, Draft, MIN_SESSIONS, Wanted};
use crate::skill::publish::{self, Found, PublishError, State, Tree};
use crate::store::Store;
use crate::store::read::PublicationRow;

/// Where somebody stands who asks about skills.
#[derive(Debug)]
pub struct Here {
    /// The project.
    pub project: ProjectId,
    /// Its name.
    pub name: String,
    /// The working tree; nothing when the project was named and is not the one of the folder.
    pub tree: Option<Tree>,
}

/// Returns the project and the working tree of a folder: what sessions in it showed, else what its `.git` says, so that
/// a new worktree belongs to its repository before a session ran in it.
pub fn here(store: &Store, folder: &Path, home: &Path, named: Option<&str>) -> Result<Here, AnswerError> {
    let found = project_at(store, folder)?;
    let named = named.map(|given| super::pick_project(store, given)).transpose()?;
    let own = named.is_none_or(|named| found.as_ref().is_some_and(|(project, _)| *project == named));
    let project = named.or(found.as_ref().map(|(project, _)| *project));
    let Some(project) = project else {
        return Err(AnswerError::NoProject(folder.display().to_string()));
    };
    let name = store
        .projects()?
        .into_iter()
        .find(|row| row.id == project)
        .map(|row| row.name);
    let tree = if own {
        let top = found.and_then(|(_, top)| top);
        Some(Tree::of(folder, top.as_deref(), home).map_err(AnswerError::Skill)?)
    } else {
        None
    };
    Ok(Here {
        project,
        name: name.unwrap_or_default(),
        tree,
    })
}

/// Returns the project of a folder, with the top folder that sessions showed where git shows none.
pub(super) fn project_at(store: &Store, folder: &Path) -> Result<Option<(ProjectId, Option<PathBuf>)>, AnswerError> {
    let known = store.root_of_folder(&folder.display().to_string())?;
    let Some(place) = git::place(folder) else {
        return Ok(known.map(|(top, project)| (project, Some(PathBuf::from(top)))));
    };
    for tree in [&place.worktree, &place.root] {
        // A folder above the repository says nothing about it.
        let inside = store
            .root_of_folder(tree)?
            .filter(|(top, _)| Path::new(top).starts_with(&place.root) || top == tree);
        if let Some((_, project)) = inside {
            return Ok(Some((project, None)));
        }
    }
    let by_remote = place
        .remote
        .map(|remote| store.project_of_remote(&remote))
        .transpose()?
        .flatten();
    Ok(by_remote.map(|project| (project, None)))
}

/// A skill that was published.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SkillLine {
    /// Its name, which is its folder's.
    pub name: String,
    /// Its file.
    pub path: String,
    /// The id of the failure mode; left out when nothing of it is left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    /// The version that was written last.
    pub version: u32,
    /// When it was written.
    pub at: String,
    /// `published`, `edited` by somebody since, or `missing`.
    pub state: String,
    /// The remedy still works in as many sessions as a skill needs.
    pub backed: bool,
    #[serde(skip)]
    time: Timestamp,
}

/// A skill that could be written.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct WaitingLine {
    /// Its name.
    pub name: String,
    /// Root sessions in which its remedy worked.
    pub sessions: usize,
    /// What stands in its place: `new`, `older` text of ours, `edited`, `foreign` or `removed`.
    pub state: String,
    /// Why it may not be written.
    pub refused: Vec<String>,
}

/// The skills of a project.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SkillsView {
    /// The project.
    pub project: String,
    /// What was published, newest first.
    pub published: Vec<SkillLine>,
    /// What could be published, best proven first.
    pub drafts: Vec<WaitingLine>,
    /// What lacks fewest sessions; only told when there is nothing else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearest: Option<NearestLine>,
}

/// One skill.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SkillView {
    /// Its name.
    pub name: String,
    /// Its file, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// `published`, `edited`, or `draft`.
    pub state: String,
    /// The whole text.
    pub text: String,
}

/// Returns the skills of a project.
pub fn skills(store: &Store, here: &Here, settings: &Settings) -> Result<SkillsView, AnswerError> {
    let drafts = drafts(store, here, settings, MIN_SESSIONS)?;
    let rows = store.publications(here.project)?;
    let mut published = Vec::new();
    for row in newest(&rows) {
        published.push(SkillLine {
            name: row.name.clone(),
            path: row.path.clone(),
            mode: row.mode.map(|_| mode_id(store, &row.fingerprint)).transpose()?,
            version: row.version,
            at: style::rfc3339(row.at),
            state: state_of(row, &rows)?.to_owned(),
            backed: drafts
                .iter()
                .any(|draft| draft.name == row.name && draft.findings.is_empty()),
            time: row.at,
        });
    }
    let nearest = if published.is_empty() && drafts.is_empty() {
        nearest(store, here, settings)?
    } else {
        None
    };
    Ok(SkillsView {
        project: here.name.clone(),
        published,
        nearest,
        drafts: drafts
            .iter()
            .filter(|draft| draft.state != State::Same)
            .map(|draft| WaitingLine {
                name: draft.name.clone(),
                sessions: draft.lesson.evidence.len(),
                state: word(&draft.state).to_owned(),
                refused: draft.findings.iter().map(|finding| finding.why.clone()).collect(),
            })
            .collect(),
    })
}

/// Returns one skill by its name: as it was published here, else in another folder of the project, else as a draft.
pub fn skill(store: &Store, here: &Here, settings: &Settings, name: &str) -> Result<SkillView, AnswerError> {
    let rows = store.publications(here.project)?;
    let own = here.tree.as_ref().map(|tree| tree.file(name).display().to_string());
    let mut found: Vec<&PublicationRow> = newest(&rows).into_iter().filter(|row| row.name == name).collect();
    found.sort_by_key(|row| Some(&row.path) != own.as_ref());
    for row in found {
        let (state, text) = match publish::published(row, &rows).map_err(AnswerError::Skill)? {
            Found::Missing => continue,
            Found::Ours(text) => ("published", text),
            Found::Edited(text) => ("edited", text),
        };
        return Ok(SkillView {
            name: name.to_owned(),
            path: Some(row.path.clone()),
            state: state.to_owned(),
            text,
        });
    }
    let draft = drafts(store, here, settings, MIN_SESSIONS)?
        .into_iter()
        .find(|draft| draft.name == name);
    draft
        .map(|draft| SkillView {
            name: draft.name,
            path: None,
            state: "draft".to_owned(),
            text: draft.text,
        })
        .ok_or_else(|| AnswerError::Unknown {
            kind: "skill",
            given: name.to_owned(),
        })
}

/// Returns the drafts of a project.
pub fn drafts(store: &Store, here: &Here, settings: &Settings, min_sessions: u32) -> Result<Vec<Draft>, AnswerError> {
    let top = here.tree.as_ref().map(|tree| tree.root().display().to_string());
    // A folder that many projects lie in, such as a person's home, says nothing about one of them.
    let is_deep = |root: &String| Path::new(root).components().count() > 3;
    let projects = store.projects()?;
    let own = projects.into_iter().find(|row| row.id == here.project);
    let mut roots = own.map(|row| row.roots).unwrap_or_default();
    roots.extend(top.clone());
    roots.retain(is_deep);
    roots.sort_by_key(|root| std::cmp::Reverse(root.len()));
    let wanted = Wanted {
        project: here.project,
        min_sessions,
        tree: here.tree.as_ref(),
        roots: &roots,
        now: settings.clock.now(),
        stands: &|remedy| flow::stands(settings, top.as_deref(), remedy),
    };
    distill::drafts(store, wanted).map_err(AnswerError::from)
}

/// Returns the newest row of each file.
pub(super) fn newest(rows: &[PublicationRow]) -> Vec<&PublicationRow> {
    let mut newest: Vec<&PublicationRow> = Vec::new();
    for row in rows {
        if !newest.iter().any(|known| known.path == row.path) {
            newest.push(row);
        }
    }
    newest
}

fn state_of(row: &PublicationRow, rows: &[PublicationRow]) -> Result<&'static str, AnswerError> {
    match publish::published(row, rows) {
        Ok(Found::Missing) => Ok("missing"),
        Ok(Found::Ours(_)) => Ok("published"),
        Ok(Found::Edited(_)) | Err(PublishError::Unread { .. } | PublishError::Outside { .. }) => Ok("edited"),
        Err(error) => Err(AnswerError::Skill(error)),
    }
}

/// Returns the word for what stands where a draft would be written.
pub(super) fn word(state: &State) -> &'static str {
    match state {
        State::New => "new",
        State::Same => "same",
        State::Older(_) => "older",
        State::Edited => "edited",
        State::Foreign => "foreign",
        State::Removed => "removed",
    }
}

/// Returns what a person reads of what stands where a draft would be written.
pub(super) fn said(state: &State) -> &'static str {
    match state {
        State::New => "new",
        State::Same => "published already",
        State::Older(_) => "replaces an older text of Callus",
        State::Edited => "somebody edited it: theirs stays",
        State::Foreign => "a file that Callus did not write stands there, and stays",
        State::Removed => "somebody removed it: it stays away without --again",
    }
}

impl Answer for SkillsView {
    fn text(&self, style: &Style) -> String {
        let mut out = Page::default();
        if self.published.is_empty() && self.drafts.is_empty() {
            out.line(format!(
                "No skill of {} yet: one needs a remedy that worked in {MIN_SESSIONS} sessions.",
                style.line(&self.project, 32)
            ));
            if let Some(nearest) = &self.nearest {
                out.line(nearest.told(MIN_SESSIONS, style));
            }
            return out.text();
        }
        for skill in &self.published {
            let backed = if skill.backed { "" } else { "its remedy no longer holds" };
            let parts = [
                skill.state.clone(),
                format!("version {}", skill.version),
                style.date(skill.time),
                backed.to_owned(),
            ];
            out.line(format!(
                "{}  {}",
                style.bold(&style.line(&skill.name, 64)),
                style.dotted(&parts)
            ));
            out.line(format!("  {}", style.line(&skill.path, usize::MAX)));
        }
        if !self.drafts.is_empty() {
            if !self.published.is_empty() {
                out.line("");
            }
            out.line(style.bold("Drafts: callus distill shows them"));
        }
        for draft in &self.drafts {
            let refused = if draft.refused.is_empty() { "" } else { "refused" };
            let parts = [
                draft.state.clone(),
                format!(
                    "worked in {}",
                    count(i64::try_from(draft.sessions).unwrap_or(i64::MAX), "session")
                ),
                refused.to_owned(),
            ];
            out.line(format!("  {}  {}", style.line(&draft.name, 64), style.dotted(&parts)));
        }
        out.text()
    }
}

impl Answer for SkillView {
    fn text(&self, style: &Style) -> String {
        let mut out = Page::default();
        let place = self.path.clone().unwrap_or_default();
        out.line(style.dim(&style.dotted(&[self.state.clone(), style.safe(&place)])));
        out.add(&style.safe(&self.text));
        out.text()
    }
}
