//! What was found, as text.

use super::SearchView;
use crate::answers::page::Page;
use crate::answers::style::{self, count};
use crate::answers::{Answer, Reader, Style};

impl Answer for SearchView {
    fn text(&self, style: &Style) -> String {
        let mut out = Page::default();
        for one in &self.instead {
            let [typed, meant] = [&one.typed, &one.meant].map(|word| style.line(word, 40));
            out.line(style.dim(&format!("\"{typed}\" stands nowhere: looked for \"{meant}\" instead.")));
        }
        if let Some(waiting) = self.waiting {
            let texts = count(waiting, "text");
            out.line(style.dim(&format!("{texts} cannot be searched yet: ask again in a moment.")));
        }
        for skill in &self.skills {
            let room = style.width.saturating_sub(skill.name.len() + 9);
            out.line(format!(
                "Skill {}: {}",
                style.line(&skill.name, 64),
                style.line(&skill.when, room)
            ));
        }
        if let Some(found) = self.elsewhere {
            out.line("Nothing recorded in this project is like it.");
            out.line(elsewhere(style, found));
            return out.text();
        }
        if self.hits.is_empty() && self.skills.is_empty() {
            out.line("Nothing recorded is like it.");
            return out.text();
        }
        if self.hits.is_empty() {
            return out.text();
        }
        if self.nearest {
            out.line(style.dim("None holds all of these words; the nearest:"));
        }
        let same = self.hits.iter().filter(|hit| hit.same).count();
        for (n, hit) in self.hits.iter().enumerate() {
            if n == 0 && same > 0 {
                out.line(style.dim("The same error:"));
            }
            if n == same && same > 0 {
                out.line(style.dim("Alike in words:"));
            }
            for line in hit.mode.lines(style) {
                out.line(line);
            }
        }
        if let Some(next) = &self.next {
            out.line(style.dim(&style::read_on(style, self.hits.len(), next)));
        }
        out.text()
    }
}

/// Returns how to see what other projects met.
fn elsewhere(style: &Style, found: usize) -> String {
    let other = count(i64::try_from(found).unwrap_or(i64::MAX), "failure mode");
    let verb = if found == 1 { "fits" } else { "fit" };
    match style.reader {
        Reader::Person => format!("{other} of other projects {verb}: --all-projects"),
        Reader::Model => format!("{other} of other projects {verb}: pass `scope` all to see their templates"),
    }
}
