//! How wide a question looks, and whose words its answer may tell.
//!
//! A question asks about the project of the folder that it comes from, unless it names another one or asks for all.
//! What another project's sessions said stays there: of a failure mode that only others met, the masked template is
//! told, its figures, and remedies that are facts about a tool or the system. Who stands in no project at all, such as a
//! person in their home folder, has no other one: everything is told. A repository of which nothing is recorded yet is a
//! project of its own, not no project. Who names neither a folder nor a project is told of all of them what any project is
//! told of the others.

use std::path::Path;

use super::AnswerError;
use super::pick::pick_project;
use super::skills::project_at;
use crate::domain::id::ProjectId;
use crate::failure::lexicon::Wanted;
use crate::git;
use crate::store::Store;
use crate::store::read::{Columns, ModeRow};

/// Which failure modes are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// Those of every project.
    All,
    /// Those that this project met.
    One(ProjectId),
    /// None: the project of the folder is not known yet.
    None,
}

/// Whose words may be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Own {
    /// Everybody's.
    All,
    /// Those of this project.
    One(ProjectId),
    /// Nobody's.
    None,
}

/// How wide a question looks, and whose words its answer may tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scope {
    /// Which failure modes are looked at.
    pub(super) reach: Reach,
    own: Own,
}

/// A failure mode as it may be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    /// The mode: of one project alone, figures and headline are that project's.
    pub(super) row: ModeRow,
    /// Only other projects met it: its headline is the template.
    pub(super) masked: bool,
}

/// The values of the parameter `scope`.
const WORDS: [&str; 2] = ["here", "all"];

impl Scope {
    /// Returns the scope of a question that comes from `folder` and may name a `project` or how wide it looks.
    pub(super) fn of(
        store: &Store,
        folder: Option<&str>,
        project: Option<&str>,
        wide: Option<&str>,
    ) -> Result<Self, AnswerError> {
        let all = match wide.map(str::trim) {
            None => false,
            Some(word) if word.eq_ignore_ascii_case(WORDS[0]) => false,
            Some(word) if word.eq_ignore_ascii_case(WORDS[1]) => true,
            Some(word) => {
                return Err(AnswerError::Value {
                    what: "scope",
                    given: word.to_owned(),
                    values: WORDS.to_vec(),
                });
            }
        };
        if let Some(given) = project {
            // `.` is the folder of whoever asks, also where it stands inside a query.
            let project = pick_project(store, folder.filter(|_| given == ".").unwrap_or(given))?;
            return Ok(Self {
                reach: Reach::One(project),
                own: Own::One(project),
            });
        }
        let own = own(store, folder)?;
        let reach = match own {
            Own::One(project) if !all => Reach::One(project),
            Own::None if !all && folder.is_some() => Reach::None,
            _ => Reach::All,
        };
        Ok(Self { reach, own })
    }

    /// Returns the scope with every project looked at; whose words may be told stays as it is.
    pub(super) fn widened(self) -> Self {
        Self {
            reach: Reach::All,
            ..self
        }
    }

    /// Returns the one project that is looked at, if it is one.
    pub(super) fn project(self) -> Option<ProjectId> {
        match self.reach {
            Reach::One(project) => Some(project),
            Reach::All | Reach::None => None,
        }
    }

    /// Returns the project whose decisions and remedies may be told beside the facts that hold everywhere.
    pub(super) fn home(self) -> Option<ProjectId> {
        match self.own {
            Own::One(project) => Some(project),
            Own::All | Own::None => None,
        }
    }

    /// Returns a failure mode with the words that may be told of it; its figures stay as they are.
    pub(super) fn worded(self, store: &Store, row: ModeRow) -> Result<ModeRow, AnswerError> {
        let own = match self.own {
            Own::All => return Ok(row),
            Own::One(project) => store.mode_in(row.id, project)?,
            Own::None => None,
        };
        let headline = own.map_or_else(|| row.template.clone(), |own| own.headline);
        Ok(ModeRow { headline, ..row })
    }

    /// Returns whether the skills of a project may be told: those of another one are its own lessons.
    pub(super) fn tells_skills_of(self, project: ProjectId) -> bool {
        match self.own {
            Own::All => true,
            Own::One(own) => own == project,
            Own::None => false,
        }
    }

    /// Returns whether a word may be told that nobody asked for: one that only other projects said is theirs.
    pub(super) fn tells_word(self, store: &Store, word: &str) -> Result<bool, AnswerError> {
        let project = match self.own {
            Own::All => return Ok(true),
            Own::One(project) => project,
            Own::None => return Ok(false),
        };
        let word = Wanted::Phrase(word.to_owned());
        Ok(!store.holding(&word, Columns::All, Some(project), 1)?.is_empty())
    }

    /// Returns the names that may be told of the projects that met a mode: of several, one's own.
    pub(super) fn projects(self, store: &Store, seen: &Seen, names: Vec<String>) -> Result<Vec<String>, AnswerError> {
        Ok(match self.own {
            Own::All => names,
            Own::One(project) if !seen.masked => store.project_name(project)?.into_iter().collect(),
            _ => Vec::new(),
        })
    }

    /// Returns a failure mode as it may be told; nothing when it is out of reach.
    pub(super) fn seen(self, store: &Store, row: ModeRow) -> Result<Option<Seen>, AnswerError> {
        let home = match (self.reach, self.own) {
            (Reach::None, _) => return Ok(None),
            (_, Own::All) => return Ok(Some(Seen { row, masked: false })),
            (Reach::One(project), _) | (Reach::All, Own::One(project)) => store.mode_in(row.id, project)?,
            (Reach::All, Own::None) => None,
        };
        Ok(match (self.reach, home) {
            (Reach::All, Some(home)) => Some(Seen {
                row: ModeRow {
                    headline: home.headline,
                    ..row
                },
                masked: false,
            }),
            (_, Some(home)) => Some(Seen {
                row: home,
                masked: false,
            }),
            (Reach::All, None) => Some(Seen {
                row: ModeRow {
                    headline: row.template.clone(),
                    ..row
                },
                masked: true,
            }),
            (_, None) => None,
        })
    }
}

fn own(store: &Store, folder: Option<&str>) -> Result<Own, AnswerError> {
    // Who asks from nobody knows where may be an agent at work in any project.
    let Some(folder) = folder.map(Path::new) else {
        return Ok(Own::None);
    };
    Ok(match project_at(store, folder)? {
        Some((project, _)) => Own::One(project),
        None if git::top(folder).is_some() => Own::None,
        None => Own::All,
    })
}
