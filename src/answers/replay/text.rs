//! What a replay came to, as text.

use super::{ReplayView, Suggestions};
use crate::answers::page::Page;
use crate::answers::style::{count, size, thousands};
use crate::answers::{Answer, Style};

/// Reasons that the text shows.
const REASONS: usize = 5;
/// Hints that the text shows.
const SHOWN: usize = 3;
/// Files that were not read and are named.
const NAMED: usize = 5;

/// What the words of the text mean.
const NOTES: &[&str] = &[
    "Repeat: a failure that counts and whose instance an earlier session met (failure mode, where there is none or the \
     client explains it); forks, resumes and subagents are one session.",
    "Known: an earlier session held, at that time, a remedy that may be told. Self-explaining: the text says what \
     to do, or 80 % were got over within two calls. Work: a check, red by its own verdict.",
    "Names what later worked: every word that the suggestion changes stands in the call by which that session then \
     reached its goal. Naive: the next success of the same tool and command.",
    "Spared: the calls between such a hint and the success, less the one that it suggests.",
];

impl Answer for ReplayView {
    fn text(&self, style: &Style) -> String {
        let mut page = Page::default();
        if self.sessions == 0 {
            page.line("No session was played: no transcript was found.");
            self.not_read(style, &mut page);
            return page.text();
        }
        let head = style.bold("Replay");
        page.line(style.dotted(&[head, "past sessions against an empty memory".to_owned()]));
        page.line("");
        self.met(style, &mut page);
        self.told(style, &mut page);
        self.examples(style, &mut page);
        page.line("");
        for note in NOTES {
            for line in style.wrapped(note, style.width) {
                page.line(style.dim(&line));
            }
        }
        page.line("");
        let seconds = self.took_ms as f64 / 1_000.0;
        page.line(format!("Read {} in {seconds:.1} s.", size(self.read_bytes)));
        self.not_read(style, &mut page);
        page.text()
    }
}

impl ReplayView {
    /// Returns at most six lines for somebody who has just installed Callus; nothing when nothing would have been told.
    #[must_use]
    pub fn short(&self, style: &Style) -> String {
        let repeats = &self.repeats;
        if repeats.told == 0 {
            return String::new();
        }
        let mut page = Page::default();
        page.line(format!(
            "In your last 90 days: {}, {}, {} repeated.",
            some(self.sessions, "session"),
            some(self.failures, "failure"),
            number(repeats.all)
        ));
        page.line(format!(
            "Callus would have told {} of them ({}), such as:",
            number(repeats.told),
            some(self.messages.all, "message")
        ));
        for example in self.best.iter().take(SHOWN) {
            let advice = example.text.lines().next().unwrap_or_default();
            let advice = advice.strip_prefix("Callus: ").unwrap_or(advice);
            page.line(format!("  {}", style.line(advice, style.width.saturating_sub(2))));
        }
        page.line("All of it: callus replay");
        page.text()
    }

    fn met(&self, style: &Style, page: &mut Page) {
        page.add(&style.field(
            "Played",
            &format!(
                "{}, {}: {} ({} hidden)",
                some(self.sessions, "session"),
                some(self.calls, "call"),
                some(self.failures, "failure"),
                number(self.hidden)
            ),
        ));
        let mut reasons: Vec<String> = self
            .reasons
            .iter()
            .take(REASONS)
            .map(|reason| format!("{}x {}", number(reason.failures), reason.what))
            .collect();
        let others: u64 = self.reasons.iter().skip(REASONS).map(|reason| reason.failures).sum();
        if others > 0 {
            reasons.push(format!("{}x other", number(others)));
        }
        let aside = if reasons.is_empty() {
            "nothing".to_owned()
        } else {
            format!("{}: {}", number(self.set_aside), reasons.join(", "))
        };
        page.add(&style.field("Set aside", &aside));
        let repeats = &self.repeats;
        page.add(&style.field(
            "Repeats",
            &format!(
                "{}: {} known, {} self-explaining, {} work, {} unsolved",
                number(repeats.all),
                number(repeats.known),
                number(repeats.self_explaining),
                number(repeats.work),
                number(repeats.unsolved)
            ),
        ));
    }

    fn told(&self, style: &Style, page: &mut Page) {
        let repeats = &self.repeats;
        let before = if repeats.told_before > 0 {
            format!("; {} more had been told before", number(repeats.told_before))
        } else {
            String::new()
        };
        page.add(&style.field("Told", &format!("{} known{before}", share(repeats.told, repeats.known))));
        let messages = &self.messages;
        page.add(&style.field(
            "Messages",
            &format!(
                "{:.2} per 100 calls: {}, {}, {}; {}, about {}",
                messages.per_100_calls,
                some(messages.hints, "hint"),
                some(messages.warnings, "warning"),
                some(messages.briefs, "brief"),
                size(messages.text_bytes),
                some(messages.tokens, "token")
            ),
        ));
        if messages.warnings > 0 {
            let wrong = share(messages.wrong_warnings, messages.warnings);
            page.add(&style.field("Wrong", &format!("{wrong} warnings")));
        }
        page.add(&style.field(
            "Worked",
            &format!(
                "the hint names what later worked in {}; shuffled in {}; the naive rule in {}, {} of its {} are the \
                 same call again, {} forbidden",
                naming(&self.suggestions),
                naming(&self.shuffled),
                naming(&self.naive.suggestions),
                number(self.naive.bare),
                number(self.naive.suggestions.made),
                number(self.naive.forbidden)
            ),
        ));
        page.add(&style.field(
            "Spared",
            &format!(
                "{}, {:.0} minutes",
                some(self.spared.calls, "call"),
                self.spared.minutes
            ),
        ));
    }

    fn examples(&self, style: &Style, page: &mut Page) {
        if self.best.is_empty() {
            return;
        }
        page.line("");
        for example in self.best.iter().take(SHOWN) {
            page.line(style.quote(&example.headline, style.width));
            for line in example.text.lines().take(2) {
                for line in style.wrapped(line, style.width.saturating_sub(2)) {
                    page.line(format!("  {line}"));
                }
            }
        }
    }

    fn not_read(&self, style: &Style, page: &mut Page) {
        if self.older > 0 {
            page.line(format!("Left out as older: {}.", some(self.older, "file")));
        }
        for line in self.not_read.iter().take(NAMED) {
            page.line(style.safe(&format!("Not read: {line}")));
        }
        let more = self.not_read.len().saturating_sub(NAMED);
        if more > 0 {
            page.line(format!("Not read: {} more.", some(more as u64, "file")));
        }
    }
}

fn some(number: u64, noun: &str) -> String {
    count(i64::try_from(number).unwrap_or(i64::MAX), noun)
}

fn number(number: u64) -> String {
    thousands(i64::try_from(number).unwrap_or(i64::MAX))
}

/// Returns how many of some things, with their share where there are any.
fn share(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "0 of 0".to_owned();
    }
    let percent = part as f64 * 100.0 / whole as f64;
    format!("{} of {} ({percent:.0} %)", number(part), number(whole))
}

fn naming(naming: &Suggestions) -> String {
    share(naming.named, naming.reached)
}
