//! What a session teaches: its story is read, learnt from, and what it taught is written anew.

use std::collections::HashMap;

use crate::assistants;
use crate::domain::id::{EventId, RemedyId, SessionId};
use crate::domain::lesson::{Remedy, RemedyKind, Source};
use crate::domain::time::Timestamp;
use crate::domain::trace::ToolKind;
use crate::failure::remedy::{self, Failed, Lesson, Step, StepKind, Story};
use crate::redact::Clean;
use crate::store::failure::Row;
use crate::store::remedy::{self as kept, Kept, Owner, Use};
use crate::store::trace::{self, Traced, Worded};
use crate::store::{StoreError, Tx, session};

/// Writes what a session teaches, in place of what it taught before. Doing it again changes nothing.
///
/// Of a session that is partly forgotten already, what it taught stays, and only what is new is added.
pub(super) fn learn(
    tx: &Tx<'_>,
    id: SessionId,
    steps: &[Traced],
    failures: &[Row],
    is_faded: bool,
) -> Result<(), StoreError> {
    let name = session::name(tx, id)?;
    let before = if is_faded {
        Vec::new()
    } else {
        kept::unlearn(tx, id, &name)?
    };
    if failures.is_empty() {
        return kept::drop_unused(tx, &before);
    }
    let story = trace::with_words(tx, steps, failures)?.derive(|read| told(read));
    let taught = story.derive(taught);
    for row in failures {
        let passage = taught
            .passages
            .iter()
            .find(|passage| story.steps[passage.failing].event == row.event);
        if passage.is_some() || !is_faded {
            kept::passed(tx, row.id, passage.map(|one| one.calls), passage.and_then(|one| one.by))?;
        }
    }
    let owners: HashMap<EventId, Owner> = failures
        .iter()
        .filter_map(|row| Some((row.event, row.owner?)))
        .collect();
    let mut rows: Vec<Option<RemedyId>> = Vec::new();
    for lesson in taught.derive(|taught| taught.lessons.clone()) {
        rows.push(keep(tx, id, &story, &lesson, &owners, is_faded)?);
    }
    for refutation in &taught.refutations {
        let at = story.steps[refutation.said].at;
        if let Some(Some(row)) = rows.get(refutation.lesson) {
            kept::refuted_in(tx, *row, &name, at)?;
        }
    }
    kept::drop_unused(tx, &before)
}

/// Keeps one lesson, and returns its row; nothing when its failure has no name.
fn keep(
    tx: &Tx<'_>,
    session: SessionId,
    story: &Story,
    lesson: &Clean<Lesson>,
    owners: &HashMap<EventId, Owner>,
    is_faded: bool,
) -> Result<Option<RemedyId>, StoreError> {
    let (failing, using) = (&story.steps[lesson.failing], &story.steps[lesson.using]);
    let Some(owner) = owners.get(&failing.event) else {
        return Ok(None);
    };
    let travels = lesson.remedy.travels;
    // What holds in one project only, and was seen in none, would hold nowhere or everywhere.
    if !travels && owner.project.is_none() {
        return Ok(None);
    }
    let owner = Owner {
        pattern: if lesson.of_kind {
            kept::pattern_of_kind(tx, owner.pattern)?
        } else {
            owner.pattern
        },
        instance: owner.instance.filter(|_| !lesson.of_kind),
        project: owner.project.filter(|_| !travels),
    };
    if owner.instance.is_none() && !lesson.of_kind {
        return Ok(None);
    }
    let source = match lesson.remedy.kind {
        RemedyKind::Decision => Source::Person,
        _ => Source::Seen,
    };
    let row = row(
        tx,
        owner,
        &lesson.derive(|lesson| lesson.remedy.clone()),
        source,
        using.at,
    )?;
    let one = Use {
        worked: lesson.worked,
        at: using.at,
        failing: failing.event,
        using: using.event,
    };
    if !(is_faded && kept::is_used(tx, row, session)?) {
        kept::used(tx, row, session, one)?;
    }
    Ok(Some(row))
}

/// Returns the row of a remedy, new or known. Two remedies that differ only in what changes from time to time, such as the
/// number of a pull request, are one, of which the newest example is kept.
fn row(
    tx: &Tx<'_>,
    owner: Owner,
    remedy: &Clean<Remedy>,
    source: Source,
    at: Timestamp,
) -> Result<RemedyId, StoreError> {
    let beside = kept::beside(tx, owner, remedy.kind)?;
    let is_exact = |one: &&Kept| one.was == remedy.was && one.becomes == remedy.becomes;
    let is_same =
        |one: &&Kept| remedy::is_the_same(&one.was, &remedy.was) && remedy::is_the_same(&one.becomes, &remedy.becomes);
    let Some(known) = beside.iter().find(is_exact).or_else(|| beside.iter().find(is_same)) else {
        return kept::keep(tx, owner, remedy, source, at);
    };
    kept::met(tx, known.id, at)?;
    if !is_exact(&known) && known.used.is_none_or(|used| used <= at) {
        kept::renew(tx, known.id, remedy)?;
    }
    Ok(known.id)
}

/// What a story teaches.
#[derive(Debug)]
struct Taught {
    lessons: Vec<Lesson>,
    passages: Vec<remedy::Passage>,
    refutations: Vec<remedy::Refutation>,
}

fn taught(story: &Story) -> Taught {
    let (mut lessons, passages) = remedy::learn(story);
    let refutations = remedy::refutations(story, &lessons);
    let decided = remedy::decisions(story);
    let mut instead = remedy::in_their_place(story, &lessons, &refutations);
    instead.retain(|one| decided.iter().all(|other| other.using != one.using));
    lessons.extend(decided);
    lessons.extend(instead);
    Taught {
        lessons,
        passages,
        refutations,
    }
}

fn told(read: &[Worded]) -> Story {
    let steps = read
        .iter()
        .map(
            |Worded {
                 step,
                 words,
                 input,
                 failed,
             }| Step {
                event: step.event,
                at: step.at,
                kind: match step.kind.as_str() {
                    "call" => StepKind::Call,
                    "prompt" => StepKind::Prompt,
                    "turn" => StepKind::Turn,
                    _ => StepKind::Other,
                },
                agent: step.agent.clone(),
                tool: step.tool.clone().unwrap_or_default(),
                tool_kind: ToolKind::from_word(step.tool_kind.as_deref().unwrap_or("")),
                good: step.status == "ok" || step.status == "unknown",
                folder: step.cwd.clone(),
                segments: Step::segments_of(step.command.as_deref()),
                file: step.file.clone(),
                input: input.clone(),
                words: words.clone(),
                failed: failed.as_ref().map(failed_row),
            },
        )
        .collect();
    Story { steps }
}

fn failed_row(row: &Row) -> Failed {
    Failed {
        expected: row.expected,
        instance: row
            .owner
            .and_then(|owner| owner.instance)
            .map(|instance| instance.text())
            .unwrap_or_default(),
        exit_code: row.exit_code,
        explains_itself: assistants::explains_itself(&row.headline),
        headline: row.headline.clone(),
        message: row.message.clone(),
        segment: row.segment.clone(),
        goal: row.goal.clone(),
    }
}
