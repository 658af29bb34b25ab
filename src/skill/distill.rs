//! Which failure modes of a project deserve a skill, and what it would say.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::lint::{self, Finding, Subject};
use super::publish::{PublishError, State, Tree, fingerprint};
use super::{Evidence, Lesson, Way, name, render};
use crate::assistants;
use crate::domain::id::{ModeId, ProjectId};
use crate::domain::lesson::{Remedy, RemedyKind};
use crate::domain::time::Timestamp;
use crate::failure::mask::Template;
use crate::failure::remedy::filled;
use crate::failure::withheld::Withheld;
use crate::store::read::{PublicationRow, Taught};
use crate::store::{Store, StoreError};

/// In so many root sessions a remedy must have worked, when nothing else is said.
pub const MIN_SESSIONS: u32 = 3;
/// Most ways past a failure that a skill names, and most that it warns of.
const WAYS: usize = 4;
const TRIED: usize = 4;

/// What is wanted.
#[derive(Clone, Copy)]
pub struct Wanted<'a> {
    /// The project whose failures are looked at.
    pub project: ProjectId,
    /// In so many root sessions a remedy must have worked.
    pub min_sessions: u32,
    /// The working tree that skills are for; nothing when they are only looked at.
    pub tree: Option<&'a Tree>,
    /// Now.
    pub now: Timestamp,
    /// Says whether what a remedy names is still there.
    pub stands: &'a dyn Fn(&Remedy) -> bool,
}

/// A skill that could be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// What it says, before it is worded.
    pub lesson: Lesson,
    /// Its name.
    pub name: String,
    /// The version that its text says it is.
    pub version: u32,
    /// The whole file.
    pub text: String,
    /// Why it may not be written; nothing when it may.
    pub findings: Vec<Finding>,
    /// The file, where there is a working tree.
    pub path: Option<PathBuf>,
    /// What is there now.
    pub state: State,
}

/// Why drafts could not be made.
#[derive(Debug, thiserror::Error)]
pub enum DistillError {
    /// The store could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The working tree could not be looked at.
    #[error(transparent)]
    Publish(#[from] PublishError),
}

/// Returns the skills that a project has earned, those that help most sessions first.
pub fn drafts(store: &Store, wanted: Wanted<'_>) -> Result<Vec<Draft>, DistillError> {
    let lessons = lessons(store, &wanted)?;
    let published = store.publications(wanted.project)?;
    let names = names(&lessons, &published);
    lessons
        .into_iter()
        .zip(names)
        .map(|(lesson, name)| draft(lesson, name, &published, wanted.tree))
        .collect()
}

fn draft(
    lesson: Lesson,
    name: String,
    published: &[PublicationRow],
    tree: Option<&Tree>,
) -> Result<Draft, DistillError> {
    let root = tree.map(|tree| tree.root().display().to_string());
    let last = published.iter().find(|one| one.name == name);
    let mut version = last.map_or(1, |last| last.version);
    let mut worded = render::render(&lesson, &name, version, root.as_deref());
    if last.is_some_and(|last| last.hash != fingerprint(worded.text.as_bytes())) {
        version += 1;
        worded = render::render(&lesson, &name, version, root.as_deref());
    }
    let findings = lint::lint(&Subject {
        name: &name,
        worded: &worded,
    });
    let path = tree.map(|tree| tree.file(&name));
    let state = match tree {
        Some(tree) => tree.state(&name, &worded.text, published)?,
        None => State::New,
    };
    Ok(Draft {
        lesson,
        name,
        version,
        text: worded.text,
        findings,
        path,
        state,
    })
}

/// Returns a name for each lesson: the one under which it was published last, else the one that follows from what
/// failed, unless another lesson has that.
fn names(lessons: &[Lesson], published: &[PublicationRow]) -> Vec<String> {
    let owner = |name: &str| published.iter().find(|one| one.name == name).and_then(|one| one.mode);
    let mut taken = BTreeSet::new();
    let mut by_mode = BTreeMap::new();
    let mut ordered: Vec<&Lesson> = lessons.iter().collect();
    ordered.sort_by(|a, b| a.fingerprint.cmp(&b.fingerprint));
    for lesson in &ordered {
        // Of several names, after two modes became one, the first stays.
        let known = published.iter().rev().find(|one| one.mode == Some(lesson.mode));
        if let Some(known) = known
            && taken.insert(known.name.clone())
        {
            by_mode.insert(lesson.mode, known.name.clone());
        }
    }
    for lesson in ordered {
        by_mode.entry(lesson.mode).or_insert_with(|| {
            let name = name::derived(lesson);
            let free = owner(&name).is_none_or(|owner| owner == lesson.mode) && !taken.contains(&name);
            let name = if free {
                name
            } else {
                name::other(&name, &lesson.fingerprint)
            };
            taken.insert(name.clone());
            name
        });
    }
    lessons
        .iter()
        .filter_map(|lesson| by_mode.get(&lesson.mode).cloned())
        .collect()
}

/// Returns what was learnt about each failure mode that is worth a skill.
fn lessons(store: &Store, wanted: &Wanted<'_>) -> Result<Vec<Lesson>, StoreError> {
    let mut by_mode: Vec<(ModeId, Vec<Taught>)> = Vec::new();
    for taught in store.taught(wanted.project, wanted.now)? {
        match by_mode.iter_mut().find(|(mode, _)| *mode == taught.mode) {
            Some((_, all)) => all.push(taught),
            None => by_mode.push((taught.mode, vec![taught])),
        }
    }
    let mut lessons = Vec::new();
    for (mode, all) in by_mode {
        if let Some(lesson) = lesson(store, wanted, mode, &all)? {
            lessons.push(lesson);
        }
    }
    // What holds for a whole kind says what its instances say, also under other commands.
    let whole: Vec<Template> = lessons
        .iter()
        .filter(|one| one.is_whole())
        .map(|one| one.template.clone())
        .collect();
    lessons.retain(|one| one.is_whole() || !whole.contains(&one.template));
    lessons.sort_by(|a, b| {
        b.evidence
            .len()
            .cmp(&a.evidence.len())
            .then(a.fingerprint.cmp(&b.fingerprint))
    });
    Ok(lessons)
}

fn lesson(store: &Store, wanted: &Wanted<'_>, mode: ModeId, all: &[Taught]) -> Result<Option<Lesson>, StoreError> {
    let proven = |may: fn(Option<Withheld>) -> bool| -> Vec<&Taught> {
        let known = |taught: &&Taught| may(taught.known.withheld(&taught.known.remedy.becomes));
        let all = all.iter().filter(|taught| is_proven(taught, wanted));
        all.filter(known).collect()
    };
    let mut good = proven(|why| why.is_none());
    if good.is_empty() {
        // What is never told is drafted where there is nothing else, so that whoever asks reads why it is refused.
        good = proven(|why| matches!(why, Some(Withheld::Forbidden(_))));
    }
    let Some(kind) = good.first().map(|taught| taught.known.remedy.kind) else {
        return Ok(None);
    };
    let Some(row) = store.mode(mode)?.filter(|row| {
        row.status == "open"
            && row.muted_until.is_none_or(|until| until <= wanted.now)
            && !assistants::explains_itself(&row.headline)
    }) else {
        return Ok(None);
    };
    // A person's decision stands above what sessions did.
    let kind = if good
        .iter()
        .any(|taught| taught.known.remedy.kind == RemedyKind::Decision)
    {
        RemedyKind::Decision
    } else {
        kind
    };
    let mut ways: Vec<Way> = Vec::new();
    let mut evidence: BTreeMap<String, Evidence> = BTreeMap::new();
    let of_kind: Vec<&&Taught> = good.iter().filter(|taught| taught.known.remedy.kind == kind).collect();
    // What holds for the whole kind says what its instances say.
    let whole = of_kind.iter().any(|taught| taught.known.owner.instance.is_none());
    for taught in of_kind {
        if !whole || taught.known.owner.instance.is_none() {
            push_way(&mut ways, &taught.known.remedy);
        }
        for one in store.worked(taught.known.id, wanted.now)? {
            let older = evidence.get(&one.session).is_some_and(|known| known.at >= one.at);
            if !older {
                evidence.insert(
                    one.session.clone(),
                    Evidence {
                        session: one.session,
                        at: one.at,
                        failing: one.failing,
                        headline: one.headline,
                        working: one.working,
                    },
                );
            }
        }
    }
    let mut evidence: Vec<Evidence> = evidence.into_values().collect();
    evidence.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.session.cmp(&b.session)));
    let tried = tried(all, &ways);
    let met = store.mode_projects(mode, u32::MAX)?;
    // The oldest headline stays when the failure is met again, and with it the text of the skill.
    let headline = evidence.iter().rev().find_map(|one| one.headline.clone());
    let headline = headline.unwrap_or(row.headline);
    for way in ways.iter_mut().filter(|way| way.becomes.contains("<1>")) {
        way.example = filled(&way.becomes, &headline);
    }
    Ok(Some(Lesson {
        mode,
        // The mode's own text is for people; its pattern keeps the tokens apart.
        template: Template::parse(&store.mode_patterns(mode, 1)?.into_iter().next().map_or(row.template, |one| one.template)),
        fingerprint: row.fingerprint,
        scope: row.scope,
        headline,
        met: met
            .iter()
            .find(|one| one.project == wanted.project)
            .map_or(0, |one| one.sessions),
        kind,
        ways,
        tried,
        evidence,
    }))
}

fn push_way(ways: &mut Vec<Way>, remedy: &Remedy) {
    let known = ways
        .iter()
        .any(|way| way.was == remedy.was && way.becomes == remedy.becomes);
    if ways.len() < WAYS && !known {
        ways.push(Way {
            was: remedy.was.clone(),
            becomes: remedy.becomes.clone(),
            example: None,
        });
    }
}

/// Returns whether a remedy that may be suggested has earned a place in a skill: it worked in enough sessions.
fn is_proven(taught: &Taught, wanted: &Wanted<'_>) -> bool {
    let known = &taught.known;
    known.trials.worked >= wanted.min_sessions.max(1) && (wanted.stands)(&known.remedy)
}

/// Returns what was tried and failed, or was refused by a person, and is none of the ways.
fn tried(all: &[Taught], ways: &[Way]) -> Vec<String> {
    let mut tried: Vec<String> = Vec::new();
    for taught in all {
        let known = &taught.known;
        let failed = known.trials.failed > 0 && known.trials.worked == 0 || known.verdict == Some(false);
        let call = &known.remedy.becomes;
        let told = matches!(
            known.remedy.kind,
            RemedyKind::Changed | RemedyKind::Path | RemedyKind::Prepared
        ) && !ways.iter().any(|way| way.becomes == *call);
        if failed && told && !call.trim().is_empty() && !tried.contains(call) && tried.len() < TRIED {
            tried.push(call.clone());
        }
    }
    tried
}
