//! The brief: what a session is told at its start, because it is likely to meet it. A few lines, or nothing.

use super::causes;
use super::hint::{Policy, is_nobodys};
use super::known::is_tellable_before;
use super::words;
use crate::domain::failure::Severity;
use crate::domain::id::{PatternId, ProjectId, SessionId};
use crate::domain::lesson::{Message, Remedy, RemedyKind, Rule, Told};
use crate::domain::time::Timestamp;
use crate::failure::own::SIGNATURE;
use crate::failure::remedy::{self, Text};
use crate::failure::shell;
use crate::store::body::{self, Part};
use crate::store::hint;
use crate::store::likely::{self, Likely};
use crate::store::remedy::{Asking, Known};
use crate::store::rest::{self, rests};
use crate::store::{self, StoreError, Tx};

/// Most lines, that of the rest among them.
const LINES: usize = 5;
/// Most characters of a line, the first with our name before it.
const LINE: usize = 160 - SIGNATURE.len();
/// Most characters of a headline in a line.
const HEADLINE: usize = 60;
/// Most failure modes of which the remedies are looked up, the likeliest first: the session waits for it.
const LOOKED_AT: usize = 24;
/// Of the project's last sessions those that must have met the very thing of which a line speaks: what happened once is
/// told where it happens again.
const MET: u32 = 2;
/// Microseconds after which a failure mode weighs half: a week.
const HALF_LIFE: f64 = 7.0 * 86_400e6;

/// Who asks for a brief.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Start {
    /// The project in which the session starts.
    pub project: ProjectId,
    /// The root of the session, when it is known already: what it did itself is no news to it.
    pub root: Option<SessionId>,
    /// Now.
    pub now: Timestamp,
}

/// What a session is told at its start.
#[derive(Debug, Clone, PartialEq)]
pub struct Brief {
    /// The message.
    pub message: Message,
    /// Of each failure mode that it speaks of the pattern of its newest failure.
    pub about: Vec<PatternId>,
}

/// Returns what a session is to be told at its start, if anything. `came` says whether a program came to this machine
/// after some time: that it was missed then is over.
pub fn at_start(
    tx: &Tx<'_>,
    start: Start,
    policy: &Policy<'_>,
    came: &dyn Fn(&str, Timestamp) -> bool,
) -> Result<Option<Brief>, StoreError> {
    let mut likely = likely::of_project(tx, start.project, start.root, start.now)?;
    likely.retain(|one| remedy::named_program(&one.headline).is_none_or(|program| !came(&program, one.last)));
    likely.sort_by(|one, other| {
        let weights = weight(other, start.now).total_cmp(&weight(one, start.now));
        weights.then(one.name.cmp(&other.name))
    });
    let asking = Asking {
        project: Some(start.project),
        root: start.root,
        now: start.now,
    };
    let mut said = Vec::new();
    for one in likely.iter().take(LOOKED_AT) {
        if said.len() == LINES {
            break;
        }
        said.extend(about(tx, one, asking, policy)?.filter(|line| line.text.chars().count() <= LINE));
    }
    Ok(brief(said, likely.len()))
}

/// Returns how much a failure mode weighs: how lately, in how many sessions, at what cost.
fn weight(likely: &Likely, now: Timestamp) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a day more or less in 300 years is nothing")]
    let age = (now.0 - likely.last.0).max(0) as f64;
    let cost = match likely.severity {
        Some(Severity::High) => 3.0,
        Some(Severity::Medium) => 2.0,
        Some(Severity::Low) | None => 1.0,
    };
    (-age / HALF_LIFE).exp2() * f64::from(likely.sessions) * cost
}

/// One line of a brief.
#[derive(Debug, Clone, PartialEq)]
struct Line {
    about: PatternId,
    rule: Rule,
    text: String,
    suggestion: String,
}

/// Returns the line about a failure mode, if the message rule lets one be told.
fn about(tx: &Tx<'_>, one: &Likely, asking: Asking, policy: &Policy<'_>) -> Result<Option<Line>, StoreError> {
    let Some(instance) = one.instance else { return Ok(None) };
    let is_likely = one.same >= MET;
    let mut known = Vec::new();
    if is_likely {
        known.extend(store::remedy::of_instance(tx, instance, asking)?);
    }
    known.extend(store::remedy::of_kind(tx, one.pattern, asking)?);
    known.sort_by_key(|known| known.is_disowned);
    let decision = known.iter().find(|known| known.is_decided());
    if let Some(known) = decision {
        return Ok(Some(decided(one, known)));
    }
    let output = body::read(tx, one.event, Part::Output)?
        .map(|text| text.joined())
        .unwrap_or_default();
    let text = Text {
        call: &one.called,
        output: &output,
    };
    for known in &known {
        let becomes = remedy::filled(&known.remedy.becomes, &one.headline);
        if let Some(becomes) = becomes
            && is_tellable_before(known, &becomes, &one.headline, text)
            && (policy.stands)(&known.remedy)
        {
            let was_in_vain = is_resting(tx, one, known, &becomes, asking)?;
            return Ok((!was_in_vain).then(|| worked(one, known, becomes)));
        }
    }
    // Where the cause is not known, that nobody got past it would be a count.
    if !is_likely || causes::of(&one.headline).is_none() || known.iter().any(|known| known.trials.worked > 0) {
        return Ok(None);
    }
    let history = hint::history(tx, instance, asking)?;
    let unsolved = is_nobodys(history, &one.headline, one.goal.as_deref(), &one.message);
    Ok(unsolved.then(|| nobody(one, history.sessions)))
}

/// Returns whether what was told in vain to the last sessions is not told to this one.
fn is_resting(tx: &Tx<'_>, one: &Likely, known: &Known, becomes: &str, asking: Asking) -> Result<bool, StoreError> {
    let Some(project) = asking.project else {
        return Ok(false);
    };
    let runs = (known.remedy.kind != RemedyKind::Path)
        .then(|| {
            shell::segments(becomes)
                .into_iter()
                .filter_map(|segment| segment.goal)
                .next_back()
        })
        .flatten()
        .map(|goal| goal.head());
    rests(
        tx,
        rest::Told {
            project,
            root: asking.root,
            says: becomes,
            mode: one.mode,
            runs: runs.as_deref(),
            met: one.last,
            now: asking.now,
        },
    )
}

fn worked(one: &Likely, known: &Known, becomes: String) -> Line {
    let Remedy { kind, was, .. } = &known.remedy;
    let (to, trials) = (words::code(&becomes), known.trials);
    let from = remedy::filled(was, &one.headline).filter(|was| !was.trim().is_empty());
    let from = words::code(from.as_deref().unwrap_or(&one.called));
    let advice = match kind {
        RemedyKind::Path => format!("Not {from}: it is {to}"),
        RemedyKind::Prepared => format!("Before {from}, run {to}"),
        _ => format!("Instead of {from}, run {to}"),
    };
    let used = trials.worked + trials.failed;
    let sessions = if used == 1 { "session" } else { "sessions" };
    Line {
        about: one.pattern,
        rule: Rule::Remedy,
        text: format!("{advice} (worked in {} of {used} earlier {sessions}).", trials.worked),
        suggestion: becomes,
    }
}

fn decided(one: &Likely, known: &Known) -> Line {
    let about = words::line(&one.headline.replace('`', "'"), HEADLINE);
    let before = format!("The user decided about `{about}`: \"");
    let room = LINE.saturating_sub(before.chars().count() + 2);
    let said = words::line(&known.remedy.becomes.replace('"', "'"), room);
    Line {
        about: one.pattern,
        rule: Rule::Decision,
        text: format!("{before}{said}\"."),
        suggestion: String::new(),
    }
}

fn nobody(one: &Likely, sessions: u32) -> Line {
    let about = words::line(&one.headline.replace('`', "'"), HEADLINE);
    Line {
        about: one.pattern,
        rule: Rule::Unsolved,
        text: format!("Nobody got past `{about}` in {sessions} earlier sessions: not your change; ask, or say so."),
        suggestion: String::new(),
    }
}

/// Returns the lines as one message, with the count of the rest of `all`.
fn brief(mut said: Vec<Line>, all: usize) -> Option<Brief> {
    let first = said.first()?;
    let rule = Some(first.rule);
    if all > said.len() {
        said.truncate(LINES - 1);
    }
    let mut lines: Vec<String> = said.iter().map(|line| line.text.clone()).collect();
    let rest = all - said.len();
    if rest > 0 {
        let modes = if rest == 1 {
            "failure mode was"
        } else {
            "failure modes were"
        };
        lines.push(format!(
            "{rest} more {modes} met here: `callus failures --project .`, or the tool failure_search."
        ));
    }
    let suggestions: Vec<&str> = said
        .iter()
        .map(|line| line.suggestion.as_str())
        .filter(|suggestion| !suggestion.is_empty())
        .collect();
    let message = Message {
        told: Told::Brief,
        rule,
        mode: None,
        remedy: None,
        text: format!("{SIGNATURE}{}", lines.join("\n")),
        suggestion: suggestions.join("\n"),
    };
    Some(Brief {
        message,
        about: said.iter().map(|line| line.about).collect(),
    })
}

#[cfg(test)]
mod tests;
