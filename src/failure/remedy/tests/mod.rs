mod changed;
mod found;
mod never;
mod said;
mod wrapped;

use super::story::{Failed, Step, StepKind, Story};
use super::*;
use crate::domain::id::EventId;
use crate::domain::lesson::RemedyKind;
use crate::domain::time::Timestamp;
use crate::domain::trace::ToolKind;
use crate::failure::shell;

/// Where the sessions of these tests work.
const HERE: &str = "/home/dev/code/app";

/// Builds a session.
#[derive(Default)]
struct Told(Story);

impl Told {
    fn step(&mut self, kind: StepKind, tool_kind: ToolKind, good: bool) -> &mut Step {
        let number = i64::try_from(self.0.steps.len()).expect("few");
        self.0.steps.push(Step {
            event: EventId(number),
            at: Timestamp(number),
            kind,
            agent: None,
            tool: String::new(),
            tool_kind,
            good,
            folder: Some(HERE.to_owned()),
            file: None,
            input: String::new(),
            words: String::new(),
            failed: None,
            segments: Vec::new(),
        });
        self.0.steps.last_mut().expect("one")
    }

    fn ok(mut self, command: &str) -> Self {
        self.step(StepKind::Call, ToolKind::Shell, true).segments = shell::segments(command);
        self
    }

    fn red(mut self, command: &str, headline: &str) -> Self {
        let segments = shell::segments(command);
        let blamed = shell::failing(&segments, headline, headline, Some(1)).map(|at| segments[at].clone());
        let step = self.step(StepKind::Call, ToolKind::Shell, false);
        step.segments = segments;
        step.failed = Some(failed(headline, blamed.as_ref()));
        self
    }

    fn file(mut self, tool: &str, kind: ToolKind, file: &str, headline: Option<&str>) -> Self {
        let step = self.step(StepKind::Call, kind, headline.is_none());
        tool.clone_into(&mut step.tool);
        step.file = Some(file.to_owned());
        step.failed = headline.map(|headline| failed(headline, None));
        self
    }

    fn edit(self, file: &str) -> Self {
        self.file("Edit", ToolKind::Edit, file, None)
    }

    fn input(mut self, tool: &str, input: &str, headline: Option<&str>) -> Self {
        let step = self.step(StepKind::Call, ToolKind::Other, headline.is_none());
        tool.clone_into(&mut step.tool);
        input.clone_into(&mut step.input);
        step.failed = headline.map(|headline| failed(headline, None));
        self
    }

    fn says(mut self, kind: StepKind, words: &str) -> Self {
        words.clone_into(&mut self.step(kind, ToolKind::Other, true).words);
        self
    }

    /// The remedies that worked, without those that are only evidence.
    fn taught(&self) -> Vec<(RemedyKind, String)> {
        learn(&self.0)
            .0
            .into_iter()
            .filter(|lesson| lesson.worked && !lesson.of_kind && lesson.remedy.kind.can_be_told())
            .map(|lesson| (lesson.remedy.kind, lesson.remedy.becomes))
            .collect()
    }
}

fn failed(headline: &str, blamed: Option<&shell::Segment>) -> Failed {
    Failed {
        expected: None,
        instance: headline.to_owned(),
        exit_code: Some(1),
        headline: headline.to_owned(),
        message: headline.replace(": ", ":\n"),
        segment: blamed.map(|segment| segment.text.clone()),
        goal: blamed
            .and_then(|segment| segment.goal.as_ref())
            .map(crate::domain::failure::Goal::key),
        explains_itself: false,
    }
}
