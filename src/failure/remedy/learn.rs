//! From a session to its lessons: each failure, what came after it, and what of that led out.

use super::alike::{self, Known};
use super::fault::{self, Fault};
use super::forbidden::forbidden;
use super::input::{self, Input, MOST_CHARS};
use super::reach::{self, Reach};
use super::story::{Failed, Step, StepKind, Story};
use super::{found, prepare, script, slots, tool};
use crate::domain::failure::Expected;
use crate::domain::lesson::{Remedy, RemedyKind};
use crate::domain::trace::ToolKind;
use crate::failure::shell::Masked;

/// Calls after which a success has nothing to do with the failure any more.
pub(super) const WINDOW: usize = 40;
/// The same for what only a similar input tells.
pub(super) const NEAR: usize = 6;
/// Most ways that are kept of one failure that several ways lead out of.
const MOST_WAYS: usize = 3;
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
            _ => tool::in_tool(story, at, step, failed, &known),
        };
        lessons.extend(seen.lessons.into_iter().filter(|lesson| may_be_kept(&lesson.remedy)));
        passages.extend(seen.passed.map(|(calls, by)| Passage { failing: at, calls, by }));
    }
    (lessons, passages)
}

/// What was seen after one failure.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// What it teaches.
    pub(super) lessons: Vec<Lesson>,
    /// Calls up to the success, and by what it was reached.
    pub(super) passed: Option<(usize, Option<RemedyKind>)>,
}

impl Seen {
    /// Returns the number of ways that led out, without their general forms.
    fn ways(&self) -> usize {
        self.lessons.iter().filter(|one| one.worked && !one.of_kind).count()
    }

    /// Adds a lesson with its general form, unless the session has shown the same before, or it is mere evidence of what
    /// did not work.
    fn add(&mut self, lesson: Lesson, general: Option<Remedy>) {
        let is_new = self
            .lessons
            .iter()
            .all(|one| one.remedy != lesson.remedy || one.worked != lesson.worked);
        if is_new && (lesson.worked || matches!(lesson.remedy.kind, RemedyKind::Changed | RemedyKind::Path)) {
            let of_kind = |remedy| Lesson {
                remedy,
                of_kind: true,
                ..lesson.clone()
            };
            let general = general.map(of_kind);
            self.lessons.push(lesson);
            self.lessons.extend(general);
        }
    }

    /// Notes that the failure was got over here, unless it was before.
    fn pass(&mut self, calls: usize, by: Option<RemedyKind>) {
        self.passed.get_or_insert((calls, by));
    }

    /// Notes a success that shows no way, where there is one, and returns whether there is: nothing is looked for behind it.
    fn ends(&mut self, calls: usize, succeeds: bool) -> bool {
        if succeeds {
            self.pass(calls, None);
        }
        succeeds
    }
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
        && (!remedy.kind.can_be_told() || is_plain(&remedy.becomes))
        && (remedy.kind == RemedyKind::Retry || remedy.was != remedy.becomes)
}

/// Returns whether a command is words that name things: no sentence in quotes, no address, no comment, nothing that is
/// worked out only when it runs, no package of somebody else's that bears a known name. What a session printed or typed
/// may have come from anywhere.
fn is_plain(command: &str) -> bool {
    // A pattern may begin like a comment, and holds no word: `'#[0-9]*'`.
    let comments = |word: &String| word.starts_with('#') && word.contains(char::is_alphabetic);
    let speaks = |word: &String| word.matches(' ').count() >= 2 || word.starts_with('@') || comments(word);
    !["://", "$(", "`", "<(", "base64"]
        .iter()
        .any(|part| command.contains(part))
        && !command.contains(" #")
        && !input::words(command).iter().any(speaks)
}

/// Returns the later calls of the same agent, with their number from the failure.
pub(super) fn later(story: &Story, at: usize) -> impl Iterator<Item = (usize, usize, &Step)> {
    let agent = story.steps[at].agent.as_deref();
    story.steps[at + 1..]
        .iter()
        .enumerate()
        .filter(move |(_, step)| step.kind == StepKind::Call && step.agent.as_deref() == agent)
        .enumerate()
        .map(move |(number, (offset, step))| (number + 1, at + 1 + offset, step))
}

/// What happened between a failure and the call at hand.
#[derive(Debug, Clone, Default)]
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
    if let Some((calls, lesson)) = script::renamed(story, at, step, failed) {
        return Seen {
            passed: Some((calls, Some(lesson.remedy.kind))),
            lessons: vec![lesson],
        };
    }
    let mut seen = Seen::default();
    let Some(failing) = Failing::of(at, step, failed, known) else {
        return seen;
    };
    let looked_up = failing.looked_up(story);
    let mut between = Between::default();
    for (calls, index, later) in later(story, at) {
        if later.tool_kind == ToolKind::Shell {
            if let Some(found) = looked_up.as_ref().filter(|found| found.using == index) {
                seen.lessons.push(found.lesson(at));
                seen.passed = Some((calls, Some(RemedyKind::Path)));
                return seen;
            }
            if failing.is_over_by(&mut seen, &between, calls, (index, later)) {
                return seen;
            }
        }
        between.add(later, usize::MAX, step.folder.as_deref());
    }
    seen
}

/// A failed command, with what decides about what comes after it.
struct Failing<'s> {
    at: usize,
    step: &'s Step,
    failed: &'s Failed,
    known: &'s Known,
    was: Input,
    fault: Fault,
    is_probe: bool,
}

impl<'s> Failing<'s> {
    /// Returns nothing where no command can be blamed.
    fn of(at: usize, step: &'s Step, failed: &'s Failed, known: &'s Known) -> Option<Self> {
        let was = step.blamed().and_then(|segment| input::at(step, segment))?;
        let was = if lacks_idle(failed) { was.whole(step) } else { was };
        let fault = match fault::of(failed, Some(&was)) {
            // A command line that could not even go where it wanted to says more of where the shell stood than of the
            // command.
            _ if is_lost(&failed.headline) => Fault::Denied,
            fault => fault,
        };
        Some(Self {
            at,
            step,
            failed,
            known,
            was,
            fault,
            is_probe: matches!(failed.expected, Some(Expected::ProbeEmpty | Expected::ProbeFound)),
        })
    }

    /// Returns the path that a search found in place of the one that is missing.
    fn looked_up(&self, story: &Story) -> Option<found::Found> {
        (self.fault == Fault::Path && !self.is_probe)
            .then(|| found::instead_of_operand(story, self.at, &self.was, &self.failed.headline))
            .flatten()
    }

    /// Takes up what a later command shows, and returns whether that is the end of it.
    fn is_over_by(&self, seen: &mut Seen, between: &Between, calls: usize, (using, later): (usize, &Step)) -> bool {
        let in_reach = !self.is_probe && calls <= WINDOW;
        let found = in_reach.then(|| outcome(&self.fault, self.failed, &self.was, later, self.known));
        let Some((now, reached, worked)) = found.flatten() else {
            return seen.ends(calls, self.is_goal_of(later));
        };
        let mut until_now = between.clone();
        until_now.add(later, now.at, self.step.folder.as_deref());
        let Some((remedy, other)) = way(&self.fault, self.failed, &self.was, &reached, &until_now, calls) else {
            let again = worked && (reached == Reach::Same || self.is_goal_of(later));
            return seen.ends(calls, again);
        };
        let (headline, kind) = (&self.failed.headline, remedy.kind);
        let now = other.as_ref().unwrap_or(&now);
        let general = slots::of_kind(&self.fault, headline, &self.was, Some(now), &remedy);
        let lesson = Lesson {
            failing: self.at,
            using,
            remedy,
            of_kind: false,
            worked,
        };
        seen.add(lesson, general);
        if !worked {
            return false;
        }
        seen.pass(calls, Some(kind));
        !self.fault.has_many_ways(headline) || seen.ways() == MOST_WAYS
    }

    /// Returns whether a later command line reached the goal.
    fn is_goal_of(&self, later: &Step) -> bool {
        let Some(goal) = self.failed.goal.as_ref().filter(|_| later.good) else {
            return false;
        };
        let mut goals = later.segments.iter().filter_map(|one| one.goal.as_ref());
        goals.any(|other| other.key() == *goal)
    }
}

/// Returns whether what is missing is a program that only limits or times others.
fn lacks_idle(failed: &Failed) -> bool {
    fault::named_program(&failed.headline).is_some_and(|name| input::is_idle(&name))
}

/// Returns whether a shell could not change into a folder.
fn is_lost(headline: &str) -> bool {
    headline.contains("cd:") && headline.contains("o such file or directory") || headline.contains("can't cd to")
}

/// Returns the simple command of a later call that was for the same, what it is to the failing one, and whether it
/// worked; nothing where that cannot be said.
fn outcome(fault: &Fault, failed: &Failed, was: &Input, later: &Step, known: &Known) -> Option<(Input, Reach, bool)> {
    let mut inputs = input::of(later);
    if lacks_idle(failed) {
        inputs = inputs.into_iter().map(|input| input.whole(later)).collect();
    }
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
    let fails_alike = !again.instance.is_empty() && again.instance == failed.instance;
    // A way round the machine that the program does not take was tried, and is none.
    let is_no_way = *fault == Fault::Launch && other == Fault::Usage;
    (fails_alike || is_no_way).then_some((input, reached, false))
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
            let is_loose = matches!(
                fault,
                Fault::Other | Fault::Launch | Fault::Usage | Fault::Name | Fault::Cache
            );
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
