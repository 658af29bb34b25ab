//! A script that is written again with another name: the shell keeps the first one for itself.

use super::learn::{Lesson, NEAR, later};
use super::story::{Failed, Step, Story};
use crate::domain::lesson::{Remedy, RemedyKind};
use crate::domain::trace::ToolKind;
use crate::failure::shell::kept_name;

/// Returns the assignment by which the same script went through, and the calls up to it: the same value for another name,
/// behind the same command.
pub(super) fn renamed(story: &Story, at: usize, step: &Step, failed: &Failed) -> Option<(usize, Lesson)> {
    let name = kept_name(&failed.headline)?;
    let blamed = step.blamed()?;
    let was = &step.segments[blamed].typed;
    let value = was.strip_prefix(name)?.strip_prefix('=')?;
    let before = |segments: &[crate::failure::shell::Segment], at: usize| {
        at.checked_sub(1).map(|before| segments[before].typed.clone())
    };
    let near = later(story, at).take_while(|(calls, ..)| *calls <= NEAR);
    for (calls, index, later) in near.filter(|(.., later)| later.good && later.tool_kind == ToolKind::Shell) {
        let found = later.segments.iter().enumerate().find(|(place, segment)| {
            let is_same = segment
                .typed
                .split_once('=')
                .is_some_and(|(new, given)| new != name && is_name(new) && given == value);
            is_same && before(&later.segments, *place) == before(&step.segments, blamed)
        });
        if let Some((_, segment)) = found {
            let remedy = Remedy {
                kind: RemedyKind::Changed,
                was: was.clone(),
                becomes: segment.typed.clone(),
                // What the shell itself provides belongs to no project.
                travels: value.starts_with('$') && value.chars().all(|c| !c.is_alphanumeric()),
            };
            let lesson = Lesson {
                failing: at,
                using: index,
                remedy,
                of_kind: false,
                worked: true,
            };
            return Some((calls, lesson));
        }
    }
    None
}

fn is_name(word: &str) -> bool {
    !word.is_empty()
        && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && !word.starts_with(|c: char| c.is_ascii_digit())
}
