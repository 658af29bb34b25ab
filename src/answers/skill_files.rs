//! The skills that are handed out with all their files, and with what proves each of them whole.

use std::collections::BTreeMap;
use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::skills::{newest, project_at};
use super::{AnswerError, style};
use crate::skill::publish::{self, Found};
use crate::skill::{frontmatter, shipped};
use crate::store::Store;

/// A skill with all its files.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct SkillFiles {
    /// Its name, which is its folder's.
    pub name: String,
    /// The fields at the head of its `SKILL.md`, as they stand there.
    pub frontmatter: Map<String, Value>,
    /// Its files, `SKILL.md` first.
    pub files: Vec<SkillFile>,
    /// When it was written; left out for the skill that ships with Callus.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
}

/// A file of a skill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SkillFile {
    /// Its path in the skill's folder.
    pub path: String,
    /// Its whole text.
    pub text: String,
    /// SHA-256 of its bytes: `sha256:` and 64 hex digits.
    pub digest: String,
}

/// The file of a skill that every client reads first.
pub const MAIN: &str = "SKILL.md";

impl SkillFiles {
    /// Returns what its head says that it is for.
    #[must_use]
    pub fn description(&self) -> &str {
        self.frontmatter
            .get("description")
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// Returns its file at a path.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<&SkillFile> {
        self.files.iter().find(|file| file.path == path)
    }

    /// Returns what lies in a folder of it, each by its own name, and whether it is a folder too; nothing when there is
    /// no such folder. The skill's own folder is the empty one.
    #[must_use]
    pub fn folder(&self, folder: &str) -> BTreeMap<&str, bool> {
        let mut found = BTreeMap::new();
        for file in &self.files {
            let rest = match folder {
                "" => Some(file.path.as_str()),
                _ => file.path.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')),
            };
            let Some(rest) = rest else { continue };
            match rest.split_once('/') {
                Some((name, _)) => found.insert(name, true),
                None => found.insert(rest, false),
            };
        }
        found
    }
}

/// Returns the skill that ships with Callus.
#[must_use]
pub fn shipped_skill() -> SkillFiles {
    made(shipped::NAME, shipped::FILES, None).unwrap_or_else(|| SkillFiles {
        name: shipped::NAME.to_owned(),
        frontmatter: Map::new(),
        files: Vec::new(),
        at: None,
    })
}

/// Returns the skills of the project of `folder` by their names, as far as Callus wrote every byte of them: nobody vouches
/// for what somebody edited since.
pub fn published_skills(store: &Store, folder: &Path) -> Result<Vec<SkillFiles>, AnswerError> {
    let Some((project, _)) = project_at(store, folder)? else {
        return Ok(Vec::new());
    };
    let rows = store.publications(project)?;
    let mut skills = BTreeMap::new();
    for row in newest(&rows) {
        let Ok(Found::Ours(text)) = publish::published(row, &rows) else {
            continue;
        };
        // The working tree of the folder comes first; the same skill in another one is the same skill.
        let near = folder.starts_with(Path::new(&row.path).ancestors().nth(4).unwrap_or(folder));
        if row.name == shipped::NAME || (!near && skills.contains_key(&row.name)) {
            continue;
        }
        if let Some(skill) = made(&row.name, &[(MAIN, &text)], Some(style::rfc3339(row.at))) {
            skills.insert(row.name.clone(), skill);
        }
    }
    Ok(skills.into_values().collect())
}

/// Returns a skill of its files; nothing when its head cannot be read, or names another one.
fn made(name: &str, files: &[(&str, &str)], at: Option<String>) -> Option<SkillFiles> {
    let (_, main) = files.first()?;
    let frontmatter = frontmatter(main)?;
    (frontmatter.get("name").and_then(Value::as_str) == Some(name)).then(|| SkillFiles {
        name: name.to_owned(),
        frontmatter,
        files: files.iter().map(|(path, text)| file(path, text)).collect(),
        at,
    })
}

fn file(path: &str, text: &str) -> SkillFile {
    SkillFile {
        path: path.to_owned(),
        text: text.to_owned(),
        digest: format!("sha256:{}", publish::fingerprint(text.as_bytes())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_skill_that_ships_is_whole() {
        let skill = shipped_skill();
        assert_eq!(skill.name, "failure-memory");
        assert_eq!(skill.frontmatter["name"], "failure-memory");
        assert!(skill.description().starts_with("Ask what failed before"));
        assert_eq!(skill.files[0].path, MAIN);
        assert!(
            skill
                .files
                .iter()
                .all(|file| file.digest.len() == 71 && !file.text.is_empty())
        );
    }

    #[test]
    fn folders_show_what_lies_in_them() {
        let skill = shipped_skill();
        let top: Vec<_> = skill.folder("").into_iter().collect();
        assert_eq!(top, [("SKILL.md", false), ("references", true)]);
        let deeper: Vec<_> = skill.folder("references").into_iter().collect();
        assert_eq!(deeper, [("recording.md", false)]);
        for none in ["SKILL.md", "reference", "references/recording.md", "other"] {
            assert!(skill.folder(none).is_empty(), "{none}");
        }
    }
}
