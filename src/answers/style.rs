//! How an answer is laid out as text: width, colour, signs, dates.

use jiff::Timestamp as Instant;
use jiff::tz::TimeZone;

use super::page::Page;
use crate::domain::time::{Span, Timestamp};

/// Characters of the column of names before what stands beside them: the longest name has ten.
pub(super) const COLUMN: usize = 12;

/// Who reads a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// Someone at a terminal.
    Person,
    /// A model in the middle of its work: what a trace says must stand apart from what Callus says, and nothing is
    /// offered that only its user should decide.
    Model,
}

/// How an answer is laid out as text.
#[derive(Debug, Clone)]
pub struct Style {
    /// Who reads it.
    pub reader: Reader,
    /// Characters per line; 60 or more.
    pub width: usize,
    /// Colours may be used.
    pub colour: bool,
    /// Signs outside ASCII may be used.
    pub unicode: bool,
    /// The zone in which dates are written.
    pub zone: TimeZone,
    /// The time now, for how long ago something was.
    pub now: Timestamp,
}

impl Style {
    /// Returns the style for a model: no colour, 120 characters, traces quoted.
    #[must_use]
    pub fn model(now: Timestamp, zone: TimeZone) -> Self {
        Self {
            reader: Reader::Model,
            width: 120,
            colour: false,
            unicode: true,
            zone,
            now,
        }
    }

    /// Returns the first line of what a trace says in `width` characters: bold for a person; for a model after a
    /// sign that the text itself cannot end, because it is one line.
    #[must_use]
    pub fn quote(&self, text: &str, width: usize) -> String {
        match self.reader {
            Reader::Person => self.bold(&self.squeezed(text, width)),
            Reader::Model => format!("> {}", self.squeezed(text, width.saturating_sub(2))),
        }
    }

    /// Returns `text` in bold.
    #[must_use]
    pub fn bold(&self, text: &str) -> String {
        self.painted("1", text)
    }

    /// Returns `text` dimmed.
    #[must_use]
    pub fn dim(&self, text: &str) -> String {
        self.painted("2", text)
    }

    /// Returns `text` in the colour of what went wrong.
    #[must_use]
    pub fn red(&self, text: &str) -> String {
        self.painted("31", text)
    }

    fn painted(&self, code: &str, text: &str) -> String {
        if self.colour {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }

    /// Returns the parts that are not empty with a dot between them.
    #[must_use]
    pub fn dotted<S: AsRef<str>>(&self, parts: &[S]) -> String {
        let parts: Vec<&str> = parts
            .iter()
            .map(AsRef::as_ref)
            .filter(|part| !part.is_empty())
            .collect();
        parts.join(if self.unicode { " · " } else { " - " })
    }

    fn ellipsis(&self) -> &'static str {
        if self.unicode { "…" } else { "..." }
    }

    /// Returns the first line of `text` without control codes, cut to `width` characters.
    #[must_use]
    pub fn line(&self, text: &str, width: usize) -> String {
        let safe = self.safe(text);
        let mut lines = safe.lines().map(str::trim).filter(|line| !line.is_empty());
        let first = lines.next().unwrap_or_default();
        if first.chars().count() <= width {
            return first.to_owned();
        }
        let keep = width.saturating_sub(self.ellipsis().chars().count());
        let cut: String = first.chars().take(keep).collect();
        cut.trim_end().to_owned() + self.ellipsis()
    }

    /// Returns the first line of `text` without control codes, cut in its middle to `width` characters: what went wrong
    /// often stands behind a long path.
    #[must_use]
    pub fn squeezed(&self, text: &str, width: usize) -> String {
        let whole = self.line(text, usize::MAX);
        let length = whole.chars().count();
        if length <= width {
            return whole;
        }
        let keep = width.saturating_sub(self.ellipsis().chars().count());
        let tail = keep * 2 / 5;
        let head: String = whole.chars().take(keep - tail).collect();
        let end: String = whole.chars().skip(length - tail).collect();
        format!("{}{}{}", head.trim_end(), self.ellipsis(), end.trim_start())
    }

    /// Returns `text` without control codes as lines of at most `width` characters, broken between words where
    /// that is possible.
    #[must_use]
    pub fn wrapped(&self, text: &str, width: usize) -> Vec<String> {
        let mut lines = Vec::new();
        for line in self.safe(text).lines() {
            let mut rest = line.trim_end();
            while rest.chars().count() > width {
                let end = rest.char_indices().nth(width).map_or(rest.len(), |(at, _)| at);
                let cut = rest[..end]
                    .rfind(' ')
                    .filter(|&at| at > 0 && !rest[..at].trim().is_empty())
                    .unwrap_or(end);
                lines.push(rest[..cut].trim_end().to_owned());
                rest = rest[cut..].trim_start();
            }
            lines.push(rest.to_owned());
        }
        lines
    }

    /// Returns `name` in a column of its own and `text` wrapped beside it.
    #[must_use]
    pub fn field(&self, name: &str, text: &str) -> String {
        let mut out = Page::default();
        for (n, line) in self.wrapped(text, self.width.saturating_sub(COLUMN)).iter().enumerate() {
            let name = if n == 0 { name } else { "" };
            let padded = format!("{name:<COLUMN$}");
            out.line(format!("{}{line}", self.dim(&padded)));
        }
        out.text()
    }

    /// Returns `text` without terminal escapes, other control codes and invisible characters that reorder text;
    /// where only ASCII may be printed, everything else becomes a question mark.
    #[must_use]
    pub fn safe(&self, text: &str) -> String {
        let clean = without_controls(text);
        if self.unicode || clean.is_ascii() {
            return clean;
        }
        clean.chars().map(ascii).collect()
    }

    /// Returns a day: `20 Nov 2026`.
    #[must_use]
    pub fn day(&self, at: Timestamp) -> String {
        self.written(at, "%-d %b %Y")
    }

    /// Returns a date with its zone: `2026-11-20 14:03 CET`.
    #[must_use]
    pub fn date(&self, at: Timestamp) -> String {
        self.written(at, "%Y-%m-%d %H:%M %Z")
    }

    /// Returns a moment as one reads it in a log: `2026-11-20 14:03:27`.
    #[must_use]
    pub fn moment(&self, at: Timestamp) -> String {
        self.written(at, "%Y-%m-%d %H:%M:%S")
    }

    /// Returns a time of day: `14:03:27`.
    #[must_use]
    pub fn clock(&self, at: Timestamp) -> String {
        self.written(at, "%H:%M:%S")
    }

    fn written(&self, at: Timestamp, format: &str) -> String {
        Instant::from_microsecond(at.0).map_or_else(
            |_| "at no known time".to_owned(),
            |at| at.to_zoned(self.zone.clone()).strftime(format).to_string(),
        )
    }

    /// Returns how long ago `at` was: `just now`, `3 days ago`; a time ahead is `in 3 days`.
    #[must_use]
    pub fn ago(&self, at: Timestamp) -> String {
        if at > self.now {
            return format!("in {}", span(at.since(self.now)));
        }
        let age = self.now.since(at);
        if age < Span::seconds(60) {
            return "just now".to_owned();
        }
        format!("{} ago", span(age))
    }
}

/// Returns a length of time in its largest unit: `45 s`, `3 hours`, `2 days`.
#[must_use]
pub(super) fn span(length: Span) -> String {
    const UNITS: [(i64, &str); 5] = [
        (31_536_000, "year"),
        (2_592_000, "month"),
        (86_400, "day"),
        (3_600, "hour"),
        (60, "minute"),
    ];
    let seconds = length.0 / 1_000_000;
    UNITS
        .iter()
        .find(|(unit, _)| seconds >= *unit)
        .map_or_else(|| format!("{seconds} s"), |(unit, name)| count(seconds / unit, name))
}

/// Returns a duration of a call: `350 ms`, `1.2 s`, `2 min 3 s`.
#[must_use]
pub(super) fn duration(milliseconds: i64) -> String {
    match milliseconds {
        ..1_000 => format!("{milliseconds} ms"),
        1_000..60_000 => format!("{}.{} s", milliseconds / 1_000, milliseconds % 1_000 / 100),
        60_000..3_600_000 => format!("{} min {} s", milliseconds / 60_000, milliseconds % 60_000 / 1_000),
        _ => format!(
            "{} h {} min",
            milliseconds / 3_600_000,
            milliseconds % 3_600_000 / 60_000
        ),
    }
}

/// Returns a number with its noun: `1 session`, `1,200 sessions`, `3 retries`.
#[must_use]
pub fn count(number: i64, noun: &str) -> String {
    format!("{} {noun}{}", thousands(number), if number == 1 { "" } else { "s" })
}

/// Returns how to see more of a list that shows `shown` of its rows.
#[must_use]
pub(super) fn more(shown: usize) -> String {
    format!("There are more: --limit {}", (shown * 5).clamp(100, 1_000))
}

/// Returns how to read on in a list that goes on at `cursor`: a person asks for a longer one, a program for the next
/// page.
#[must_use]
pub(super) fn read_on(style: &Style, shown: usize, cursor: &str) -> String {
    match style.reader {
        Reader::Person => more(shown),
        Reader::Model => format!("There are more: pass `cursor` {cursor}"),
    }
}

/// Returns a number with a comma before every three digits.
#[must_use]
pub(super) fn thousands(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = String::from(if number < 0 { "-" } else { "" });
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Returns a size: `812 B`, `1.5 kB`, `20 MB`.
#[must_use]
pub fn size(bytes: u64) -> String {
    match bytes {
        ..1_000 => format!("{bytes} B"),
        1_000..10_000 => format!("{}.{} kB", bytes / 1_000, bytes % 1_000 / 100),
        10_000..1_000_000 => format!("{} kB", bytes / 1_000),
        1_000_000..10_000_000 => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
        10_000_000..10_000_000_000 => format!("{} MB", bytes / 1_000_000),
        _ => format!("{} GB", bytes / 1_000_000_000),
    }
}

/// Returns a time for programs: RFC 3339 in UTC.
#[must_use]
pub(super) fn rfc3339(at: Timestamp) -> String {
    Instant::from_microsecond(at.0)
        .map(|at| at.to_string())
        .unwrap_or_default()
}

/// Takes terminal escapes out whole, then every control character but line feed and tab, then what makes text
/// look other than it is: marks of direction, zero-width characters, tags.
fn without_controls(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\n' => out.push(c),
            '\t' => out.push_str("    "),
            '\u{1b}' => match chars.next() {
                Some('[') => while chars.next().is_some_and(|c| !('@'..='~').contains(&c)) {},
                Some(']' | 'P' | '_' | '^' | 'X') => skip_string(&mut chars),
                _ => {}
            },
            '\u{9b}' => while chars.next().is_some_and(|c| !('@'..='~').contains(&c)) {},
            c if c.is_control() || invisible(c) => {}
            c => out.push(c),
        }
    }
    out
}

/// Skips a string of a terminal escape: up to a bell or a string terminator, and never past the line.
fn skip_string(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    while let Some(&c) = chars.peek() {
        if c == '\n' {
            return;
        }
        chars.next();
        match c {
            '\u{7}' | '\u{9c}' => return,
            '\u{1b}' => {
                chars.next_if_eq(&'\\');
                return;
            }
            _ => {}
        }
    }
}

fn invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

fn ascii(c: char) -> char {
    match c {
        '‘' | '’' => '\'',
        '“' | '”' => '"',
        '–' | '—' | '·' => '-',
        c if c.is_ascii() => c,
        _ => '?',
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn style(unicode: bool) -> Style {
        Style {
            unicode,
            ..Style::model(Timestamp(1_763_640_000_000_000), TimeZone::UTC)
        }
    }

    #[test]
    fn what_a_terminal_would_obey_is_taken_out() {
        let table = [
            ("\x1b[31mred\x1b[0m", "red"),
            ("\x1b]0;title\x07text", "text"),
            ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
            ("a\x1bcb", "ab"),
            ("\u{9b}2Jx", "x"),
            ("a\rb\x08c\x00", "abc"),
            ("user\u{202e}txt.exe", "usertxt.exe"),
            ("tab\there", "tab    here"),
            ("\x1b]0;never ended\nnext", "\nnext"),
        ];
        for (text, safe) in table {
            assert_eq!(style(true).safe(text), safe, "{text:?}");
        }
    }

    #[test]
    fn without_unicode_everything_is_ascii() {
        assert_eq!(style(false).safe("“größe” – 1…"), "\"gr??e\" - 1?");
        assert_eq!(style(false).line("abcdefghij", 6), "abc...");
        assert_eq!(style(true).line("abcdefghij", 6), "abcde…");
        assert_eq!(style(true).squeezed("abcdefghij", 6), "abc…ij");
        assert_eq!(style(true).squeezed("abcdef", 6), "abcdef");
    }

    #[test]
    fn numbers_and_spans_read_as_people_write_them() {
        assert_eq!(
            [thousands(0), thousands(999), thousands(1_234_567)],
            ["0", "999", "1,234,567"]
        );
        assert_eq!(
            [count(1, "session"), count(1_200, "call")],
            ["1 session", "1,200 calls"]
        );
        assert_eq!(
            [duration(350), duration(1_250), duration(123_000)],
            ["350 ms", "1.2 s", "2 min 3 s"]
        );
        let now = style(true);
        let ago = |seconds| now.ago(now.now.before(Span::seconds(seconds)));
        assert_eq!(
            [ago(5), ago(90), ago(3_600), ago(200_000)],
            ["just now", "1 minute ago", "1 hour ago", "2 days ago"]
        );
        assert_eq!(now.ago(now.now.after(Span::days(2))), "in 2 days");
    }

    proptest! {
        #[test]
        fn no_line_is_longer_than_it_may_be(text in "\\PC{0,200}", width in 8_usize..80) {
            let style = style(true);
            prop_assert!(style.line(&text, width).chars().count() <= width);
            prop_assert!(style.squeezed(&text, width).chars().count() <= width);
            for line in style.wrapped(&text, width) {
                prop_assert!(line.chars().count() <= width, "{line:?}");
            }
        }

        #[test]
        fn no_control_code_passes(text in any::<String>()) {
            let safe = style(true).safe(&text);
            prop_assert!(safe.chars().all(|c| c == '\n' || !c.is_control()), "{safe:?}");
        }
    }
}
