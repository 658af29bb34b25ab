//! Making skills findable: what stands in the files of a project, and what could be written into them.

use super::FlowError;
use super::stands::stands;
use crate::capture::index;
use crate::config::Settings;
use crate::domain::id::ProjectId;
use crate::failure::lexicon;
use crate::redact::{Clean, Rules};
use crate::skill::distill::{MIN_SESSIONS, Wanted};
use crate::skill::texts::{SkillText, texts};
use crate::store::findable::{self, Skill};
use crate::store::{Store, meta};

/// The key of the time at which skills were last looked at.
const LOOKED_AT: &str = "skills_indexed";

/// Makes the skills findable of the projects that have some, or whose sessions taught something since the last time.
pub fn index_skills(store: &mut Store, settings: &Settings, rules: &Rules) -> Result<(), FlowError> {
    let now = settings.clock.now();
    let projects = store.look(|tx| {
        let since = meta::time(tx, LOOKED_AT)?;
        findable::may_have_skills(tx, since)
    })?;
    if projects.is_empty() {
        return Ok(());
    }
    for project in projects {
        let skills = of_project(store, settings, rules, project)?;
        store.write(|tx| findable::skills(tx, project, lexicon::version(), &skills))?;
    }
    store.write(|tx| meta::set_time(tx, LOOKED_AT, now))?;
    Ok(())
}

fn of_project(
    store: &Store,
    settings: &Settings,
    rules: &Rules,
    project: ProjectId,
) -> Result<Clean<Vec<Skill>>, FlowError> {
    let row = store.projects()?.into_iter().find(|row| row.id == project);
    let mut roots = row.map(|row| row.roots).unwrap_or_default();
    roots.sort_by_key(|root| std::cmp::Reverse(root.len()));
    let folder = roots.first().cloned();
    let wanted = Wanted {
        project,
        min_sessions: MIN_SESSIONS,
        tree: None,
        roots: &roots,
        now: settings.clock.now(),
        stands: &|remedy| stands(settings, folder.as_deref(), remedy),
    };
    let texts = texts(store, wanted)?;
    Ok(texts.iter().map(|one| skill(rules, one)).collect())
}

/// A file is somebody's to edit between two looks: what is kept of it passes the rules like everything else.
fn skill(rules: &Rules, one: &SkillText) -> Clean<Skill> {
    let said = rules
        .text(&one.name)
        .zip(rules.text(&one.says))
        .zip(rules.text(&one.text));
    said.derive(|((name, says), text)| index::skill(name, says, text))
}
