//! Failing calls of tools other than a shell: another file, another value of an input.

use super::alike::{self, Known};
use super::fault::{self, Fault};
use super::forbidden::forbidden;
use super::found;
use super::input;
use super::learn::{Lesson, Seen, WINDOW, later};
use super::reach::Reach;
use super::story::{Failed, Step, Story};
use crate::domain::lesson::{Remedy, RemedyKind};
use crate::domain::trace::ToolKind;

/// Returns what was seen after a failing call of a tool that is no shell.
pub(super) fn in_tool(story: &Story, at: usize, step: &Step, failed: &Failed, known: &Known) -> Seen {
    let mut seen = Seen::default();
    let fault = fault::of_tool(failed, step.tool_kind);
    let learns = fault == Fault::Path || !failed.explains_itself && step.tool_kind != ToolKind::Edit;
    let looked_up = step
        .file
        .as_deref()
        .filter(|_| fault == Fault::Path && step.tool_kind == ToolKind::Read)
        .and_then(|file| found::beside(story, at, &alike::join(step.folder.as_deref(), file)));
    for (calls, index, later) in later(story, at) {
        if let Some(found) = looked_up.as_ref().filter(|found| found.using == index) {
            seen.passed = Some((calls, Some(RemedyKind::Path)));
            seen.lessons.push(found.lesson(at));
            break;
        }
        // What was to be searched may as well be read, when it has nearly the same name.
        let is_read = step.tool_kind == ToolKind::Search && later.tool_kind == ToolKind::Read && fault == Fault::Path;
        let is_kin = is_read || later.tool_kind == step.tool_kind && (later.tool == step.tool || step.file.is_some());
        if !is_kin || !later.good {
            continue;
        }
        let reached = match (&step.file, &later.file) {
            (Some(from), Some(to)) => same_or_alike(step, from, later, to, known, calls),
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
fn same_or_alike(step: &Step, from: &str, later: &Step, to: &str, known: &Known, calls: usize) -> Reach {
    let from = alike::join(step.folder.as_deref(), from);
    let to = alike::join(later.folder.as_deref(), to);
    if from == to {
        return Reach::Same;
    }
    let is_same_search = step.tool_kind == ToolKind::Search && step.tool == later.tool && {
        let asked = (elsewhere(&step.input), elsewhere(&later.input));
        asked.0.is_some() && asked.0 == asked.1
    };
    // The folder above, searched at once for the same name, is what is left of one that is not there.
    let is_above = calls == 1
        && from.rsplit_once('/').is_some_and(|(above, _)| above == to)
        && step.tool_kind == ToolKind::Search
        && step.tool == later.tool
        && asks_for_the_same(&step.input, &later.input);
    if (is_same_search || is_above) && !alike::is_passing(&from) && !alike::is_passing(&to) {
        return alike::moved_to(&from, &to, step.folder.as_deref(), known).map_or(Reach::No, Reach::Differs);
    }
    alike::remedy(&from, &to, step.folder.as_deref(), known).map_or(Reach::No, Reach::Differs)
}

/// Returns whether two searches have a name of some length in common.
fn asks_for_the_same(one: &str, other: &str) -> bool {
    let names = |input: &str| -> Vec<String> {
        let pattern = serde_json::from_str::<serde_json::Value>(input)
            .ok()
            .and_then(|value| value.get("pattern")?.as_str().map(str::to_owned))
            .unwrap_or_default();
        let names = pattern.split(|c: char| !c.is_alphanumeric() && c != '_');
        names.filter(|name| name.len() >= 5).map(str::to_owned).collect()
    };
    let other = names(other);
    names(one).iter().any(|name| other.contains(name))
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
    // What was not given at all stands there without a value.
    let was = if gone.is_empty() {
        let keys: Vec<String> = come.iter().map(|(key, _)| format!("{key}: (none)")).collect();
        keys.join(", ")
    } else {
        line(&gone)
    };
    // A value that is a sentence, a secret or an address is told to nobody.
    if come.iter().any(|(_, value)| forbidden(&input::quoted(value)).is_some()) {
        return None;
    }
    is_meant.then(|| Remedy {
        kind: RemedyKind::Changed,
        was,
        becomes: line(&come),
        travels: false,
    })
}
