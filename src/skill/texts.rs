//! The skills of a project as texts, for whoever searches: those that were published, and those that could be.

use super::distill::{self, DistillError, Wanted};
use super::frontmatter;
use super::publish::{Found, published};
use crate::store::{Store, StoreError};

/// A skill as a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkillText {
    /// Its name.
    pub name: String,
    /// When it helps, as its head says.
    pub says: String,
    /// The whole file.
    pub text: String,
}

impl SkillText {
    fn of(name: &str, text: String) -> Self {
        let head = frontmatter(&text).unwrap_or_default();
        let says = head.get("description").and_then(|says| says.as_str());
        Self {
            name: name.to_owned(),
            says: says.unwrap_or_default().to_owned(),
            text,
        }
    }
}

/// Returns the skills of a project as texts. What somebody edited since is theirs, and nobody vouches for what it says
/// now; what somebody removed is not offered again.
pub fn texts(store: &Store, wanted: Wanted<'_>) -> Result<Vec<SkillText>, StoreError> {
    let rows = store.publications(wanted.project)?;
    let mut texts: Vec<SkillText> = Vec::new();
    for row in &rows {
        let is_known = texts.iter().any(|known| known.name == row.name);
        if let (false, Ok(Found::Ours(text))) = (is_known, published(row, &rows)) {
            texts.push(SkillText::of(&row.name, text));
        }
    }
    let drafts = match distill::drafts(store, wanted) {
        Ok(drafts) => drafts,
        Err(DistillError::Store(error)) => return Err(error),
        // Without a working tree nothing is looked at that could be in the way.
        Err(DistillError::Publish(_)) => Vec::new(),
    };
    let waits = drafts.into_iter().filter(|draft| {
        let was_published = rows.iter().any(|row| row.name == draft.name);
        draft.findings.is_empty() && !was_published
    });
    texts.extend(waits.map(|draft| SkillText::of(&draft.name, draft.text)));
    Ok(texts)
}
