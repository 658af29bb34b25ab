//! From a session to its lessons: each failure, what came after it, and what of that led out.

use super::alike::{self, Known};
use super::fault::{self, Fault};
use super::forbidden::forbidden;
use super::input::{self, Input, MOST_CHARS};
use super::reach::{self, Reach};
use super::story::{Failed, Step, StepKind, Story};
use super::{prepare, slots};
use crate::domain::failure::Expected;
use crate::domain::lesson::{Remedy, RemedyKind};
use crate::domain::trace::ToolKind;
use crate::failure::shell::Masked;

/// Calls after which a success has nothing to do with the failure any more.
const WINDOW: usize = 40;
/// The same for what only a similar input tells.
const NEAR: usize = 6;
/// Most files that are kept of an edit.
const MOST_FILES: usize = 5;

/// A remedy that the session used for a failure.
#[derive(Debug, Clone, PartialEq)]
pub struct Lesson {
    /// The place of the failing step in the story.
    pub failing: usize,
    /// The place of the step that used it.
    pub using: usize,
    /// What it says.
    pub remedy: Remedy,
    /// Whether it holds for the whole kind of failure.
    pub of_kind: bool,
    /// Whether the goal was reached by it.
    pub worked: bool,
}

/// How a failure was got over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passage {
    /// The place of the failing step in the story.
    pub failing: usize,
    /// Calls up to the success.
    pub calls: usize,
    /// What it was got over by, where that is known.
    pub by: Option<RemedyKind>,
}

/// Returns what a session teaches, and how each of its failures was got over.
#[must_use]
pub fn learn(story: &Story) -> (Vec<Lesson>, Vec<Passage>) {
    let mut lessons = Vec::new();
    let mut passages = Vec::new();
    let known = Known::of(story);
    for (at, step) in story.steps.iter().enumerate() {
        let Some(failed) = step.failed.as_ref().filter(|_| step.kind == StepKind::Call) else {
            continue;
        };
        let seen = match step.tool_kind {
            ToolKind::Shell => in_shell(story, at, step, failed, &known),
            _ => in_tool(story, at, step, failed, &known),
        };
        lessons.extend(seen.lessons.into_iter().filter(|lesson| may_be_kept(&lesson.remedy)));
        passages.extend(seen.passed.map(|(calls, by)| Passage { failing: at, calls, by }));
    }
    (lessons, passages)
}

/// What was seen after one failure.
#[derive(Debug, Default)]
struct Seen {
    lessons: Vec<Lesson>,
    passed: Option<(usize, Option<RemedyKind>)>,
}

/// Returns whether a remedy is one line, short, new, and nothing that is never told.
fn may_be_kept(remedy: &Remedy) -> bool {
    let is_line =
        |text: &str| !text.trim().is_empty() && !text.contains(['\n', '\r']) && text.chars().count() <= MOST_CHARS;
    if remedy.kind == RemedyKind::Edited {
        return remedy.becomes.lines().all(|file| forbidden(file).is_none());
    }
    // A path with blanks is one word, and may be a sentence as well.
    if remedy.kind == RemedyKind::Path && forbidden(&input::quoted(&remedy.becomes)).is_some() {
        return false;
    }
    is_line(&remedy.was)
        && is_line(&remedy.becomes)
        && forbidden(&remedy.becomes).is_none()
        && (remedy.kind == RemedyKind::Retry || remedy.was != remedy.becomes)
}

/// Returns the later calls of the same agent, with their number from the failure.
fn later(story: &Story, at: usize) -> impl Iterator<Item = (usize, usize, &Step)> {
    let agent = story.steps[at].agent.as_deref();
    story.steps[at + 1..]
        .iter()
        .enumerate()
        .filter(move |(_, step)| step.kind == StepKind::Call && step.agent.as_deref() == agent)
        .enumerate()
        .map(move |(number, (offset, step))| (number + 1, at + 1 + offset, step))
}

/// What happened between a failure and the call at hand.
#[derive(Debug, Default)]
struct Between {
    edited: Vec<String>,
    prepared: Vec<Input>,
    acted: bool,
}

impl Between {
    fn add(&mut self, step: &Step, until: usize, from: Option<&str>) {
        if step.edits() {
            if let Some(file) = &step.file {
                let file = alike::relative(file, from);
                if !self.edited.contains(&file) {
                    self.edited.push(file);
                }
            } else {
                self.acted = true;
            }
        } else if step.tool_kind == ToolKind::Shell {
            for input in input::of(step)
                .into_iter()
                .filter(|input| input.at < until && !input.looks)
            {
                if prepare::prepares(&input) && step.good {
                    if !self.prepared.iter().any(|one| one.words == input.words) {
                        self.prepared.push(input);
                    }
                } else {
                    self.acted |= step.good;
                }
            }
        } else {
            self.acted |= !step.only_looks() && step.good && step.tool_kind == ToolKind::Mcp;
        }
    }
}

fn in_shell(story: &Story, at: usize, step: &Step, failed: &Failed, known: &Known) -> Seen {
    let mut seen = Seen::default();
    let was = step.blamed().and_then(|segment| input::at(step, segment));
    let fault = fault::of(failed, was.as_ref());
    // A command line that could not even go where it wanted to says more of where the shell stood than of the command.
    let fault = if is_lost(&failed.headline) {
        Fault::Denied
    } else {
        fault
    };
    let is_probe = matches!(failed.expected, Some(Expected::ProbeEmpty | Expected::ProbeFound));
    let mut between = Between::default();
    for (calls, index, later) in later(story, at) {
        let is_goal = failed.goal.as_ref().is_some_and(|goal| {
            later.good
                && later
                    .segments
                    .iter()
                    .any(|one| one.goal.as_ref().is_some_and(|other| other.key() == *goal))
        });
        let Some(was) = was.as_ref().filter(|_| later.tool_kind == ToolKind::Shell) else {
            between.add(later, usize::MAX, step.folder.as_deref());
            continue;
        };
        let found = if is_probe || calls > WINDOW {
            None
        } else {
            outcome(&fault, failed, was, later, known)
        };
        if let Some((now, reached, worked)) = found {
            let mut until_now = Between {
                edited: between.edited.clone(),
                prepared: between.prepared.clone(),
                acted: between.acted,
            };
            until_now.add(later, now.at, step.folder.as_deref());
            let way = way(&fault, failed, was, &reached, &until_now, calls);
            if let Some((remedy, other)) = way {
                let kind = remedy.kind;
                let general = slots::of_kind(
                    &fault,
                    &failed.headline,
                    was,
                    Some(other.as_ref().unwrap_or(&now)),
                    &remedy,
                );
                let lesson = |remedy, of_kind| Lesson {
                    failing: at,
                    using: index,
                    remedy,
                    of_kind,
                    worked,
                };
                if worked || matches!(kind, RemedyKind::Changed | RemedyKind::Path) {
                    seen.lessons.push(lesson(remedy, false));
                    seen.lessons.extend(general.map(|remedy| lesson(remedy, true)));
                }
                if worked {
                    seen.passed = Some((calls, Some(kind)));
                    return seen;
                }
            } else if worked && (is_goal || reached == Reach::Same) {
                seen.passed = Some((calls, None));
                return seen;
            }
        } else if is_goal {
            seen.passed = Some((calls, None));
            return seen;
        }
        between.add(later, usize::MAX, step.folder.as_deref());
    }
    seen
}

/// Returns whether a shell could not change into a folder.
fn is_lost(headline: &str) -> bool {
    headline.contains("cd:") && headline.contains("o such file or directory") || headline.contains("can't cd to")
}

/// Returns the simple command of a later call that was for the same, what it is to the failing one, and whether it
/// worked; nothing where that cannot be said.
fn outcome(fault: &Fault, failed: &Failed, was: &Input, later: &Step, known: &Known) -> Option<(Input, Reach, bool)> {
    let inputs = input::of(later);
    if later.good {
        let mut unsure = false;
        for input in inputs {
            // Behind `||` it may not have run, and before it, it may have failed.
            let runs = !unsure;
            unsure |= input.masked == Some(Masked::Or);
            if !runs || input.masked == Some(Masked::Or) || (input.masked.is_some() && complains(&later.words)) {
                continue;
            }
            let reached = reach::compare(fault, &failed.headline, was, &input, known);
            if reached != Reach::No {
                return Some((input, reached, true));
            }
        }
        return None;
    }
    let again = later.failed.as_ref()?;
    let input = later
        .blamed()
        .and_then(|at| inputs.into_iter().find(|input| input.at == at))?;
    let reached = reach::compare(fault, &failed.headline, was, &input, known);
    if !matches!(reached, Reach::Differs(_)) {
        return None;
    }
    // What fails in another way shows that a program was there after all.
    let other = fault::of(again, Some(&input));
    if matches!(fault, Fault::Program(_)) && matches!(other, Fault::Verdict) {
        return Some((input, reached, true));
    }
    (!again.instance.is_empty() && again.instance == failed.instance).then_some((input, reached, false))
}

/// Words of an output that hides a failure, at the beginning of a line or in it.
const COMPLAINTS: &[&str] = &[
    "command not found",
    "No such file or directory",
    "does not exist",
    "unknown flag",
    "unknown option",
    "unrecognized option",
    "No module named",
    "exec format error",
    "Traceback (most recent call last)",
    "Permission denied",
    "not permitted",
];
/// Beginnings of lines of such an output.
const COMPLAINING: &[&str] = &["fatal:", "error:", "Error:", "ERROR", "usage:", "Usage:"];

fn complains(words: &str) -> bool {
    COMPLAINTS.iter().any(|one| words.contains(one))
        || words
            .lines()
            .any(|line| COMPLAINING.iter().any(|start| line.trim_start().starts_with(start)))
}

/// Returns the remedy that a success of the same goal shows, with the input that made it when that is another.
fn way(
    fault: &Fault,
    failed: &Failed,
    was: &Input,
    reached: &Reach,
    between: &Between,
    calls: usize,
) -> Option<(Remedy, Option<Input>)> {
    let remedy = |kind, becomes: String, travels| Remedy {
        kind,
        was: cut(&was.text(None)),
        becomes,
        travels,
    };
    match reached {
        Reach::No => None,
        _ if *fault == Fault::Denied => None,
        Reach::Differs(changed) => {
            let is_loose = matches!(fault, Fault::Other | Fault::Launch | Fault::Usage | Fault::Name);
            if (is_loose && calls > NEAR * 2)
                || (*fault == Fault::Other && (calls > NEAR || !between.edited.is_empty() || between.acted))
            {
                return None;
            }
            if *fault == Fault::Launch && !between.edited.is_empty() {
                return None;
            }
            Some((changed.clone(), None))
        }
        Reach::Same => {
            if let [only] = between.prepared.as_slice()
                && between.edited.is_empty()
                && !between.acted
                && prepare::is_connected(only, fault, &failed.headline, &failed.message)
            {
                let becomes = only.text(Some(was));
                let travels = false;
                return Some((remedy(RemedyKind::Prepared, becomes, travels), Some(only.clone())));
            }
            if !between.edited.is_empty() {
                let files = between.edited[..between.edited.len().min(MOST_FILES)].join("\n");
                return Some((remedy(RemedyKind::Edited, files, false), None));
            }
            let by_itself = matches!(fault, Fault::Transient | Fault::Other | Fault::Verdict);
            let nothing = !between.acted && between.prepared.is_empty();
            (by_itself && nothing).then(|| (remedy(RemedyKind::Retry, cut(&was.text(None)), false), None))
        }
    }
}

/// What is kept of a command that is only evidence: its first line.
fn cut(text: &str) -> String {
    text.lines().next().unwrap_or("").chars().take(MOST_CHARS).collect()
}

/// A failing call of any other tool.
fn in_tool(story: &Story, at: usize, step: &Step, failed: &Failed, known: &Known) -> Seen {
    let mut seen = Seen::default();
    let fault = fault::of_tool(failed, step.tool_kind);
    let learns = fault == Fault::Path || !failed.explains_itself && step.tool_kind != ToolKind::Edit;
    for (calls, index, later) in later(story, at) {
        let is_kin = later.tool_kind == step.tool_kind && (later.tool == step.tool || step.file.is_some());
        if !is_kin || !later.good {
            continue;
        }
        let reached = match (&step.file, &later.file) {
            (Some(from), Some(to)) => same_or_alike(step, from, later, to, known),
            (None, None) if step.input == later.input => Reach::Same,
            (None, None) if !step.input.is_empty() => {
                changed_input(&fault, failed, step, later).map_or(Reach::No, Reach::Differs)
            }
            _ => Reach::No,
        };
        let about = matches!(fault, Fault::Path | Fault::Name | Fault::Usage);
        let remedy = match reached {
            Reach::No => continue,
            Reach::Differs(remedy) if learns && about && calls <= WINDOW => Some(remedy),
            Reach::Differs(_) | Reach::Same => None,
        };
        seen.passed = Some((calls, remedy.as_ref().map(|remedy| remedy.kind)));
        if let Some(remedy) = remedy {
            seen.lessons.push(Lesson {
                failing: at,
                using: index,
                remedy,
                of_kind: false,
                worked: true,
            });
        }
        break;
    }
    seen
}

/// Compares the file of a later call with that of the failing one: an alike one differs, and so does any at which the very
/// same search went through.
fn same_or_alike(step: &Step, from: &str, later: &Step, to: &str, known: &Known) -> Reach {
    let from = alike::join(step.folder.as_deref(), from);
    let to = alike::join(later.folder.as_deref(), to);
    if from == to {
        return Reach::Same;
    }
    let is_same_search = step.tool_kind == ToolKind::Search && step.tool == later.tool && {
        let asked = (elsewhere(&step.input), elsewhere(&later.input));
        asked.0.is_some() && asked.0 == asked.1
    };
    if is_same_search && !alike::is_passing(&from) && !alike::is_passing(&to) {
        return alike::moved_to(&from, &to, step.folder.as_deref(), known).map_or(Reach::No, Reach::Differs);
    }
    alike::remedy(&from, &to, step.folder.as_deref(), known).map_or(Reach::No, Reach::Differs)
}

/// Returns the input of a search without the place in which it looks.
fn elsewhere(input: &str) -> Option<serde_json::Value> {
    let mut value: serde_json::Value = serde_json::from_str(input).ok()?;
    value.as_object_mut()?.remove("path");
    Some(value)
}

/// Longest value of an input that is compared: what is longer is content.
const VALUE_CHARS: usize = 60;

/// Returns the remedy of a tool whose input was wrong in one short value or two, which the error speaks of.
fn changed_input(fault: &Fault, failed: &Failed, step: &Step, later: &Step) -> Option<Remedy> {
    if !matches!(fault, Fault::Name | Fault::Usage) {
        return None;
    }
    let values = |input: &str| -> Option<Vec<(String, String)>> {
        let value: serde_json::Value = serde_json::from_str(input).ok()?;
        let short = |value: &serde_json::Value| match value {
            serde_json::Value::String(text) => Some(text.clone()),
            serde_json::Value::Number(_) | serde_json::Value::Bool(_) => Some(value.to_string()),
            _ => None,
        };
        Some(
            value
                .as_object()?
                .iter()
                .filter_map(|(key, value)| Some((key.clone(), short(value)?)))
                .filter(|(_, value)| value.chars().count() <= VALUE_CHARS && !value.contains('\n'))
                .collect(),
        )
    };
    let (old, new) = (values(&step.input)?, values(&later.input)?);
    let gone: Vec<&(String, String)> = old.iter().filter(|pair| !new.contains(pair)).collect();
    let come: Vec<&(String, String)> = new.iter().filter(|pair| !old.contains(pair)).collect();
    let said = format!("{} {}", failed.headline, failed.message);
    let about = |(key, value): &(String, String)| {
        said.contains(key.as_str()) || (value.len() > 2 && said.contains(value.as_str()))
    };
    let gone: Vec<&(String, String)> = gone.into_iter().filter(|pair| about(pair)).collect();
    let come: Vec<&(String, String)> = come
        .into_iter()
        .filter(|(key, value)| {
            gone.iter().any(|(old, _)| old == key) || said.contains(key.as_str()) && !value.is_empty()
        })
        .collect();
    if come.is_empty() || come.len() > 2 || gone.len() > 2 {
        return None;
    }
    // Another name is a remedy only when it may be meant by the first.
    let is_meant = *fault != Fault::Name
        || matches!((gone.as_slice(), come.as_slice()), ([(_, a)], [(_, b)]) if alike::labels(a, b));
    let line = |pairs: &[&(String, String)]| {
        let pairs: Vec<String> = pairs.iter().map(|(key, value)| format!("{key}: {value}")).collect();
        pairs.join(", ")
    };
    let was = if gone.is_empty() {
        step.tool.clone()
    } else {
        line(&gone)
    };
    is_meant.then(|| Remedy {
        kind: RemedyKind::Changed,
        was,
        becomes: line(&come),
        travels: false,
    })
}
