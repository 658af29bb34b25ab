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
    /// Returns a few lines for somebody who has just installed Callus; nothing when nothing would have been told.
    #[must_use]
    pub fn short(&self, style: &Style) -> String {
        let repeats = &self.repeats;
        if repeats.told == 0 {
            return String::new();
        }
        let mut page = Page::default();
        let sum = format!(
            "In {}: {}, {} repeated. Callus would have told {} of them:",
            self.played(style),
            some(self.failures, "failure"),
            number(repeats.all),
            number(repeats.told)
        );
        for line in style.wrapped(&sum, style.width) {
            page.line(line);
        }
        for example in self.best.iter().take(SHOWN) {
            let indented = style.width.saturating_sub(4);
            page.line(format!("  {}", style.squeezed(&example.headline, indented)));
            let advice = example.text.lines().next().unwrap_or_default();
            for line in style.wrapped(advice.strip_prefix("Callus: ").unwrap_or(advice), indented) {
                page.line(format!("    {line}"));
            }
        }
        page.line("All of it: callus replay");
        page.text()
    }

    /// Returns how many sessions were played, and which.
    fn played(&self, style: &Style) -> String {
        let sessions = some(self.sessions, "session");
        if self.left_out > 0 {
            return format!("your newest {sessions} (for more there was no time)");
        }
        let days = self.window.map(|(first, last)| (style.day(first), style.day(last)));
        match days {
            Some((first, last)) if first == last => format!("{sessions} of {first}"),
            Some((first, last)) => format!("{sessions} from {first} to {last}"),
            None => sessions,
        }
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
                "{:.2} per 100 calls ({:.2} without briefs): {}, {}, {}; {}, about {}",
                messages.per_100_calls,
                messages.per_100_calls_without_briefs,
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
        if self.briefed.told > 0 {
            let briefed = &self.briefed;
            page.add(&style.field(
                "Briefs",
                &format!(
                    "{} of {} starts, {}; {} failure modes in them were then met, and {} known repeats had been in one",
                    number(briefed.told),
                    number(briefed.starts),
                    size(briefed.text_bytes),
                    share(briefed.met, briefed.modes),
                    share(briefed.known, repeats.known)
                ),
            ));
        }
        page.add(&style.field(
            "Worked",
            &format!(
                "{} hints name what later worked; with their suggestions shuffled {}",
                naming(&self.suggestions),
                naming(&self.shuffled)
            ),
        ));
        page.add(&style.field(
            "Naive rule",
            &format!(
                "{}; {} of its {} are the same call again, {} forbidden",
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use jiff::tz::TimeZone;

    use super::*;
    use crate::answers::{Reader, replayed};
    use crate::domain::failure::Expected;
    use crate::domain::time::{Span, Timestamp};
    use crate::flow::replay::{Briefs, Figures, Kind, Naive, Naming, Report, Sent};

    fn style() -> Style {
        Style {
            reader: Reader::Person,
            width: 60,
            colour: false,
            unicode: true,
            zone: TimeZone::UTC,
            now: Timestamp(0),
        }
    }

    fn report() -> Report {
        let sent = Sent {
            at: Timestamp(0),
            mode: Some("qpebpksv".to_owned()),
            headline: "bash: line 1: go: command not found".to_owned(),
            text: "Callus: Run `mise exec -- go test ./...`.\nWorked in 2 of 2 sessions, last on 18 June 2026.\n\
                   This is about: `bash: line 1: go: command not found`"
                .to_owned(),
            suggestion: "mise exec -- go test ./...".to_owned(),
            named: true,
            spared: 3,
        };
        let naming = |made, reached, named| Naming { made, reached, named };
        Report {
            figures: Figures {
                sessions: 1_200,
                calls: 40_000,
                failures: 900,
                expected: BTreeMap::from([(Expected::Rejected, 40), (Expected::TestFirst, 300)]),
                hidden: 21,
                repeats: BTreeMap::from([
                    (Kind::Known, 60),
                    (Kind::SelfExplaining, 120),
                    (Kind::Work, 12),
                    (Kind::Unsolved, 9),
                ]),
                told: 54,
                told_before: 4,
                hints: 70,
                warnings: 10,
                wrong_warnings: 1,
                briefs: Briefs {
                    asked: 1_300,
                    sent: 20,
                    bytes: 6_000,
                    modes: 31,
                    met: 12,
                    known: 10,
                },
                bytes: 21_000,
                naming: naming(66, 50, 40),
                shuffled: naming(66, 50, 2),
                naive: Naive {
                    naming: naming(150, 100, 9),
                    bare: 80,
                    forbidden: 3,
                },
                spared_calls: 131,
                spared: Span::seconds(5_400),
                best: vec![sent],
            },
            window: Some((Timestamp(0), Timestamp(90 * 86_400 * 1_000_000))),
            bytes: 340_000_000,
            failed: Vec::new(),
            refused: Vec::new(),
            older: 3,
            left_out: 0,
        }
    }

    #[test]
    fn a_replay_is_told_with_what_its_words_mean() {
        let view = replayed(&report(), Duration::from_millis(4_210));
        insta::assert_snapshot!(view.text(&style()), @r"
        Replay · past sessions against an empty memory

        Played      1,200 sessions, 40,000 calls: 900 failures (21
                    hidden)
        Set aside   340: 300x red until edits fixed it, 40x the
                    user said no
        Repeats     201: 60 known, 120 self-explaining, 12 work, 9
                    unsolved
        Told        54 of 60 (90 %) known; 4 more had been told
                    before
        Messages    0.25 per 100 calls (0.20 without briefs): 70
                    hints, 10 warnings, 20 briefs; 21 kB, about
                    5,250 tokens
        Wrong       1 of 10 (10 %) warnings
        Briefs      20 of 1,300 starts, 6.0 kB; 12 of 31 (39 %)
                    failure modes in them were then met, and 10 of
                    60 (17 %) known repeats had been in one
        Worked      40 of 50 (80 %) hints name what later worked;
                    with their suggestions shuffled 2 of 50 (4 %)
        Naive rule  9 of 100 (9 %); 80 of its 150 are the same call
                    again, 3 forbidden
        Spared      131 calls, 90 minutes

        bash: line 1: go: command not found
          Callus: Run `mise exec -- go test ./...`.
          Worked in 2 of 2 sessions, last on 18 June 2026.

        Repeat: a failure that counts and whose instance an earlier
        session met (failure mode, where there is none or the
        client explains it); forks, resumes and subagents are one
        session.
        Known: an earlier session held, at that time, a remedy that
        may be told. Self-explaining: the text says what to do, or
        80 % were got over within two calls. Work: a check, red by
        its own verdict.
        Names what later worked: every word that the suggestion
        changes stands in the call by which that session then
        reached its goal. Naive: the next success of the same tool
        and command.
        Spared: the calls between such a hint and the success, less
        the one that it suggests.

        Read 340 MB in 4.2 s.
        Left out as older: 3 files.
        ");
    }

    #[test]
    fn somebody_who_has_just_installed_reads_a_few_lines_or_none() {
        let view = replayed(&report(), Duration::ZERO);
        let told = view.short(&style());
        insta::assert_snapshot!(told, @r"
        In 1,200 sessions from 1 Jan 1970 to 1 Apr 1970: 900
        failures, 201 repeated. Callus would have told 54 of them:
          bash: line 1: go: command not found
            Run `mise exec -- go test ./...`.
        All of it: callus replay
        ");
        let mut hurried = report();
        hurried.left_out = 40;
        let told = replayed(&hurried, Duration::ZERO).short(&style());
        assert!(
            told.starts_with(
                "In your newest 1,200 sessions (for more there was no time):\n900 failures, 201 repeated."
            ),
            "{told}"
        );
        let mut nothing = report();
        nothing.figures.told = 0;
        assert_eq!(replayed(&nothing, Duration::ZERO).short(&style()), "");
    }
}
