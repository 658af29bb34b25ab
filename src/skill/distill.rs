//! Which failure modes of a project deserve a skill, and what it would say.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::lint::{self, Finding, Subject};
use super::publish::{PublishError, State, Tree, fingerprint};
use super::{Evidence, Lesson, Way, name, plain, render};
use crate::assistants;
use crate::domain::id::{Fingerprint, ModeId, ProjectId};
use crate::domain::lesson::{Remedy, RemedyKind};
use crate::domain::time::Timestamp;
use crate::failure::mask::Template;
use crate::failure::remedy::filled;
use crate::failure::withheld::Withheld;
use crate::store::read::{PublicationRow, Taught};
use crate::store::remedy::Known;
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
    /// The folders of the project, which no skill has to name, the deepest first.
    pub roots: &'a [String],
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
    let last = published.iter().find(|one| one.name == name);
    let mut version = last.map_or(1, |last| last.version);
    let mut worded = render::render(&lesson, &name, version);
    if last.is_some_and(|last| last.hash != fingerprint(worded.text.as_bytes())) {
        version += 1;
        worded = render::render(&lesson, &name, version);
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
    let mut lessons = one_for_each_path(lessons);
    lessons.sort_by(|a, b| {
        b.evidence
            .len()
            .cmp(&a.evidence.len())
            .then(a.fingerprint.cmp(&b.fingerprint))
    });
    Ok(lessons)
}

/// Returns the lessons with one for what several tools say of the same path.
fn one_for_each_path(mut lessons: Vec<Lesson>) -> Vec<Lesson> {
    lessons.sort_by(|a, b| a.fingerprint.cmp(&b.fingerprint));
    let mut kept: Vec<Lesson> = Vec::new();
    for lesson in lessons {
        let same = kept
            .iter_mut()
            .find(|known| known.kind == RemedyKind::Path && lesson.kind == known.kind && lesson.ways == known.ways);
        match same {
            Some(known) => {
                known.met = known.met.max(lesson.met);
                merge(&mut known.evidence, lesson.evidence);
            }
            None => kept.push(lesson),
        }
    }
    kept
}

fn lesson(store: &Store, wanted: &Wanted<'_>, mode: ModeId, all: &[Taught]) -> Result<Option<Lesson>, StoreError> {
    let mut proven = proven(store, wanted, all, |why| why.is_none())?;
    if proven.is_empty() {
        // What is never told is drafted where there is nothing else, so that whoever asks reads why it is refused.
        proven = self::proven(store, wanted, all, |why| matches!(why, Some(Withheld::Forbidden(_))))?;
    }
    // A person's decision stands above what sessions did.
    let decided = proven.iter().find(|one| one.kind == RemedyKind::Decision);
    let Some(kind) = decided.or(proven.first()).map(|one| one.kind) else {
        return Ok(None);
    };
    let Some(row) = store.mode(mode)?.filter(|row| {
        row.status == "open"
            && row.muted_until.is_none_or(|until| until <= wanted.now)
            && !assistants::explains_itself(&row.headline)
    }) else {
        return Ok(None);
    };
    let mut ways: Vec<Way> = Vec::new();
    let mut evidence: Vec<Evidence> = Vec::new();
    let of_kind: Vec<Proven> = proven.into_iter().filter(|one| one.kind == kind).collect();
    // What holds for the whole kind says what its instances say.
    let whole = of_kind.iter().any(|one| one.instance.is_none());
    let same = of_kind.iter().all(|one| one.instance == of_kind[0].instance);
    for one in of_kind {
        if !whole || one.instance.is_none() {
            one.ways.into_iter().for_each(|way| push_way(&mut ways, way));
        }
        merge(&mut evidence, one.evidence);
    }
    let tried = tried(all, &ways, wanted.roots);
    let met = store.mode_projects(mode, u32::MAX)?;
    // The oldest headline stays when the failure is met again, and with it the text of the skill.
    let headline = evidence.iter().rev().find_map(|one| one.headline.clone());
    let headline = headline.unwrap_or(row.headline);
    for way in ways.iter_mut().filter(|way| way.becomes.contains("<1>")) {
        way.example = filled(&way.becomes, &headline);
    }
    let pattern = store.mode_patterns(mode, 1)?.into_iter().next();
    Ok(Some(Lesson {
        mode,
        // The mode's own text is for people; its pattern keeps the tokens apart.
        template: Template::parse(&pattern.map_or(row.template, |one| one.template)),
        fingerprint: row.fingerprint,
        scope: row.scope,
        headline,
        met: met
            .iter()
            .find(|one| one.project == wanted.project)
            .map_or(0, |one| one.sessions),
        kind,
        same: same || ways.len() == 1,
        ways,
        tried,
        evidence,
    }))
}

/// The ways past one instance of a failure, or past its whole kind, which worked in enough sessions together.
struct Proven {
    instance: Option<Fingerprint>,
    kind: RemedyKind,
    ways: Vec<Way>,
    evidence: Vec<Evidence>,
}

/// Returns what worked in enough root sessions, what worked in most of them first. Sessions that got past the very same
/// thing count together, each in its own words: one compiled a package, the next one all of them. A path is told only
/// when it is one and the same, and so is what a person decided.
fn proven(
    store: &Store,
    wanted: &Wanted<'_>,
    all: &[Taught],
    may: fn(Option<Withheld>) -> bool,
) -> Result<Vec<Proven>, StoreError> {
    let mut proven: Vec<Proven> = Vec::new();
    let may = |known: &Known| may(known.withheld(&known.remedy.becomes));
    let sound = all
        .iter()
        .filter(|taught| is_sound(taught, wanted) && may(&taught.known));
    for taught in sound {
        let (known, kind) = (&taught.known, taught.known.remedy.kind);
        let way = Way {
            was: plain::in_project(&known.remedy.was, wanted.roots),
            becomes: plain::in_project(&known.remedy.becomes, wanted.roots),
            example: None,
        };
        if !way.says_something(kind) {
            continue;
        }
        let worked = store.worked(known.id, wanted.now)?.into_iter().map(|one| Evidence {
            session: one.session,
            at: one.at,
            failing: one.failing,
            headline: one.headline,
            working: one.working,
        });
        let together = matches!(kind, RemedyKind::Changed | RemedyKind::Prepared);
        let place = proven.iter().position(|one| {
            one.kind == kind && one.instance == known.owner.instance && (together || one.ways == [way.clone()])
        });
        let at = place.unwrap_or(proven.len());
        if at == proven.len() {
            proven.push(Proven {
                instance: known.owner.instance,
                kind,
                ways: Vec::new(),
                evidence: Vec::new(),
            });
        }
        push_way(&mut proven[at].ways, way);
        merge(&mut proven[at].evidence, worked);
    }
    let enough = usize::try_from(wanted.min_sessions.max(1)).unwrap_or(usize::MAX);
    proven.retain(|one| one.evidence.len() >= enough);
    proven.sort_by_key(|one| std::cmp::Reverse(one.evidence.len()));
    Ok(proven)
}

/// Adds what shows that something works, the newest of each session; the newest session stands first.
fn merge(evidence: &mut Vec<Evidence>, more: impl IntoIterator<Item = Evidence>) {
    for one in more {
        match evidence.iter_mut().find(|known| known.session == one.session) {
            Some(known) if known.at < one.at => *known = one,
            Some(_) => {}
            None => evidence.push(one),
        }
    }
    evidence.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.session.cmp(&b.session)));
}

/// Adds a way, unless one is known that runs the same or changes a call in the same words.
fn push_way(ways: &mut Vec<Way>, way: Way) {
    let same = |known: &Way| {
        known.becomes == way.becomes && known.was == way.was
            || known.change() == way.change()
            || words(&known.becomes) == words(&way.becomes)
    };
    if ways.len() < WAYS && !ways.iter().any(same) {
        ways.push(way);
    }
}

/// Returns whether a remedy may stand in a skill: what it names is still there, and it worked. What an agent only claims
/// has worked in no session.
fn is_sound(taught: &Taught, wanted: &Wanted<'_>) -> bool {
    taught.known.trials.worked > 0 && (wanted.stands)(&taught.known.remedy)
}

impl Way {
    /// Returns the words that go and those that come.
    fn change(&self) -> (BTreeSet<&str>, BTreeSet<&str>) {
        let (old, new) = (words(&self.was), words(&self.becomes));
        (&old - &new, &new - &old)
    }

    /// Returns whether it changes more than where a call is run, which file it names, or that it leaves out what its
    /// error calls wrong: that is told by the error, or holds for one moment only.
    fn says_something(&self, kind: RemedyKind) -> bool {
        if kind != RemedyKind::Changed {
            return true;
        }
        let (gone, come) = self.change();
        let file = |word: &&str| !word.starts_with('-') && !word.contains('=') && word.contains('/');
        let another_file = !gone.is_empty() && gone.iter().chain(&come).all(file);
        !come.is_empty() && !another_file
    }
}

fn words(text: &str) -> BTreeSet<&str> {
    text.split_whitespace().collect()
}

/// Returns what was tried and failed, or was refused by a person, and is none of the ways.
fn tried(all: &[Taught], ways: &[Way], roots: &[String]) -> Vec<String> {
    let mut tried: Vec<String> = Vec::new();
    for taught in all {
        let known = &taught.known;
        let failed = known.trials.failed > 0 && known.trials.worked == 0 || known.verdict == Some(false);
        let call = plain::in_project(&known.remedy.becomes, roots);
        let told = matches!(
            known.remedy.kind,
            RemedyKind::Changed | RemedyKind::Path | RemedyKind::Prepared
        ) && !ways.iter().any(|way| way.becomes == call || way.was == call)
            && call != plain::in_project(&known.remedy.was, roots);
        if failed && told && !call.trim().is_empty() && !tried.contains(&call) && tried.len() < TRIED {
            tried.push(call);
        }
    }
    tried
}
