//! The report as text: at most 25 lines, readable at 60 columns.

use super::{ReportView, by, days};
use crate::answers::page::Page;
use crate::answers::style::{count, thousands};
use crate::answers::{Answer, Reader, Style};
use crate::domain::time::Timestamp;

/// Lines of a report, so that it fits a terminal of usual height with the prompt below it.
const LINES: usize = 25;
/// Lines that failure modes have at least, whatever else was asked for.
const FEWEST: usize = 8;
/// Failure modes that the text shows.
const MODES: usize = 6;
/// With fewer failure modes than these it is worth looking further back.
const FEW: usize = 3;
/// Projects that the text shows.
const PROJECTS: usize = 3;
/// Reasons that the text shows.
const REASONS: usize = 4;

impl Answer for ReportView {
    fn text(&self, style: &Style) -> String {
        if self.sessions == 0 {
            return empty(style);
        }
        let mut head = self.title(style);
        head.push(style.field("Read", &self.read()));
        head.push(style.field("Set aside", &self.aside()));
        if self.told.is_anything() {
            head.push(style.field("Told", &self.told.sentence()));
        }
        let mut foot = match (&self.by, &self.groups) {
            (Some(by), Some(groups)) => by::table(by, groups, style),
            _ => self.project_lines(style),
        };
        foot.push("\n".to_owned());
        foot.push(style.field("Next", &self.next()));
        if style.reader == Reader::Person {
            foot.push(style.field("Undo", "callus uninstall; --purge takes the records too"));
        }
        let explained = self.explained(style);
        let used = lines(&head) + lines(&foot) + lines(std::slice::from_ref(&explained));
        let body = self.modes(style, LINES.saturating_sub(used).max(FEWEST));
        [head.concat(), body, explained, foot.concat()].concat()
    }
}

fn lines(parts: &[String]) -> usize {
    parts.iter().map(|part| part.lines().count()).sum()
}

fn empty(style: &Style) -> String {
    match style.reader {
        Reader::Person => {
            "No session is recorded yet.\n\n\
             Read the past:       callus import\n\
             Record from now on:  callus install claude-code\n\
             See what it is like: callus report --sample\n"
        }
        Reader::Model => {
            "No session is recorded yet. `callus import` in a shell reads the past ones on this machine.\n"
        }
    }
    .to_owned()
}

impl ReportView {
    fn title(&self, style: &Style) -> Vec<String> {
        let (start, end) = self.window;
        let name = self
            .project
            .as_deref()
            .map(|name| format!("Callus, {}", style.safe(name)));
        let name = style.bold(name.as_deref().unwrap_or("Callus"));
        let span = if start == Timestamp(0) {
            "all that is recorded".to_owned()
        } else {
            let dash = if style.unicode { "–" } else { "-" };
            let (first, last) = (style.day(start), style.day(end));
            let days = count(days(self.window), "day");
            if first == last {
                last
            } else {
                format!("{first} {dash} {last} ({days})")
            }
        };
        let mut title = vec![format!("{}\n", style.dotted(&[name, span]))];
        if self.widened.is_some() {
            let note = "Nothing newer is recorded: this is the last window that holds sessions.";
            title.extend(style.wrapped(note, style.width).into_iter().map(|line| line + "\n"));
        }
        title.push("\n".to_owned());
        title
    }

    fn read(&self) -> String {
        // The table below names them.
        let projects = if self.project_count == 1 {
            ", 1 project".to_owned()
        } else {
            String::new()
        };
        format!(
            "{}, {}{projects}: {}",
            count(self.sessions, "session"),
            count(self.calls, "call"),
            count(self.failures, "failure")
        )
    }

    fn aside(&self) -> String {
        if self.set_aside == 0 {
            return "nothing".to_owned();
        }
        let mut parts: Vec<String> = self
            .reasons
            .iter()
            .take(REASONS)
            .map(|reason| format!("{}x {}", thousands(reason.failures), reason.what))
            .collect();
        let others: i64 = self.reasons.iter().skip(REASONS).map(|reason| reason.failures).sum();
        if others > 0 {
            parts.push(format!("{others}x other"));
        }
        format!("{}: {}", thousands(self.set_aside), parts.join(", "))
    }

    /// Returns the failure modes in at most `room` lines: what was met again before what one session met.
    fn modes(&self, style: &Style, room: usize) -> String {
        if self.met_again.is_empty() && self.met_once.is_empty() {
            let other = if self.self_explaining.modes > 0 { " else" } else { "" };
            return format!("\nNothing{other} failed.\n");
        }
        let mut out = Page::default();
        out.line("");
        out.line(style.bold(&self.modes_title()));
        // A blank line and the title.
        let mut left = room.saturating_sub(2);
        for mode in self.met_again.iter().chain(&self.met_once).take(MODES) {
            let lines = mode.lines(style);
            if lines.len() > left {
                break;
            }
            left -= lines.len();
            for line in lines {
                out.line(line);
            }
        }
        out.text()
    }

    fn modes_title(&self) -> String {
        let modes = |number: usize| count(i64::try_from(number).unwrap_or(i64::MAX), "failure mode");
        match (self.met_again_modes, self.met_once_modes) {
            (again, 0) => format!("{}, met again", modes(again)),
            (0, once) => format!("{}, met in one session", modes(once)),
            (again, once) => format!("{}: {again} met again, {once} in one session", modes(again + once)),
        }
    }

    fn explained(&self, style: &Style) -> String {
        let explained = &self.self_explaining;
        if explained.modes == 0 {
            return String::new();
        }
        let example = explained.examples.first().map(String::as_str).unwrap_or_default();
        let slips = if explained.failures == 1 {
            "is a slip"
        } else {
            "are slips"
        };
        let text = format!(
            "{} more {slips} that the client explains:",
            thousands(explained.failures)
        );
        let mut out = Page::default();
        match style.reader {
            Reader::Person => out.line(style.dim(&style.line(&format!("{text} {example}"), style.width))),
            Reader::Model => {
                out.line(text);
                out.line(style.quote(example, style.width));
            }
        }
        out.text()
    }

    fn project_lines(&self, style: &Style) -> Vec<String> {
        if self.projects.len() < 2 {
            return Vec::new();
        }
        // Four columns of numbers take 38 characters of the narrowest line, 60.
        let name_width = self
            .projects
            .iter()
            .filter_map(|line| line.project.as_ref())
            .map(|name| name.chars().count())
            .max();
        let width = name_width
            .unwrap_or(0)
            .clamp(10, style.width.saturating_sub(40).min(32));
        let row = |name: &str, cells: [&str; 4]| {
            let [sessions, calls, failures, again] = cells;
            format!("{name:<width$}{sessions:>9}{calls:>9}{failures:>9}{again:>11}\n")
        };
        let mut out = vec![
            "\n".to_owned(),
            style.dim(row("Project", ["sessions", "calls", "failures", "met again"]).trim_end()) + "\n",
        ];
        for project in self.projects.iter().take(PROJECTS) {
            let name = style.line(project.project.as_deref().unwrap_or("(none)"), width);
            let again = i64::try_from(project.met_again).unwrap_or(i64::MAX);
            let cells = [project.sessions, project.calls, project.failures, again].map(thousands);
            out.push(row(&name, cells.each_ref().map(String::as_str)));
        }
        out
    }

    fn next(&self) -> String {
        if self.sample {
            return "callus install claude-code, or callus import".to_owned();
        }
        let first = self
            .met_again
            .first()
            .or(self.met_once.first())
            .and_then(|mode| mode.id.as_deref());
        let first = first.map_or_else(|| "callus sessions".to_owned(), |id| format!("callus show {id}"));
        let (start, _) = self.window;
        if start > Timestamp(0) && self.project.is_none() && self.met_again_modes + self.met_once_modes < FEW {
            return format!("{first}; callus report --since all");
        }
        first
    }
}
