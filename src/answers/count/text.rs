//! How often something failed, as text: the figures first, then what was tried.

use super::{CountView, Passed, RunsLine};
use crate::answers::page::Page;
use crate::answers::style::{count, thousands};
use crate::answers::{Answer, Style};

/// Characters of what was asked for.
const WHAT: usize = 60;
/// Characters of what somebody said.
const SAID: usize = 200;

impl Answer for CountView {
    fn text(&self, style: &Style) -> String {
        let mut out = Page::default();
        out.line(self.figures(style));
        if let Some(runs) = &self.runs {
            out.line(runs.sentence(style));
        }
        for one in &self.modes {
            for line in one.mode.lines(style) {
                out.line(line);
            }
        }
        if let Some(passed) = &self.passed {
            out.line(passed.sentence());
        }
        for line in self.attempts.iter().flat_map(|one| one.attempt(style)) {
            out.line(line);
        }
        for one in &self.resolutions {
            let said = style.line(&one.text.replace('"', "'"), SAID);
            let by = if one.by == "person" {
                "a person"
            } else {
                one.by.as_str()
            };
            out.line(format!("  Said by {}: \"{said}\"", style.safe(by)));
        }
        if self.failures > 0 && self.attempts.is_empty() && self.passed.is_none() && self.modes.len() == 1 {
            out.line("Nothing is known of what was tried after it.");
        }
        out.text()
    }
}

impl CountView {
    fn figures(&self, style: &Style) -> String {
        let what = style.line(&self.what, WHAT);
        let window = self
            .since
            .as_deref()
            .map(|since| format!(" since {}", since.get(..10).unwrap_or(since)))
            .unwrap_or_default();
        if self.failures == 0 {
            let aside = if self.set_aside > 0 {
                format!(" ({} set aside as nobody's fault)", thousands(self.set_aside))
            } else {
                String::new()
            };
            return format!("{what}: no failure{window}{aside}.");
        }
        let many = if self.more { "at least " } else { "" };
        let last = self
            .last
            .map(|at| format!(", last {}", style.ago(at)))
            .unwrap_or_default();
        let aside = if self.set_aside > 0 {
            format!(", {} set aside", thousands(self.set_aside))
        } else {
            String::new()
        };
        format!(
            "{what}: {many}{} in {}{window}{last}{aside}.",
            count(self.failures, "failure"),
            count(self.sessions, "session"),
        )
    }
}

impl RunsLine {
    fn sentence(&self, style: &Style) -> String {
        let share = 100.0 * self.failed as f64 / self.runs.max(1) as f64;
        let newest = if self.more { "newest " } else { "" };
        format!(
            "{} ran {} in {newest}{}: {} failed ({share:.0} %).",
            style.line(&self.what, WHAT),
            count(self.runs, "time"),
            count(self.sessions, "session"),
            thousands(self.failed),
        )
    }
}

impl Passed {
    fn sentence(&self) -> String {
        let again = if self.by_retry > 0 {
            format!(", {} by the same call again", thousands(self.by_retry))
        } else {
            String::new()
        };
        format!(
            "Of the newest {} that are over, {} got past it ({} within two calls{again}).",
            thousands(self.failures),
            thousands(self.passed),
            thousands(self.within_two_calls),
        )
    }
}
