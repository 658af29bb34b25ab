//! Numbers and what begins with one: codes stay, measures vary, identifiers identify.

use super::super::Token;
use super::super::shapes::{is_alnum, is_unit};
use super::Scanner;

/// Digits of the longest number that can be an exit code, a status or an errno.
const LONGEST_CODE: usize = 5;

impl Scanner<'_> {
    pub(super) fn digit(&mut self) {
        if let Some(end) = self.relative_path() {
            let run = &self.bytes[self.at..end];
            return if run.iter().any(u8::is_ascii_alphabetic) {
                self.slashed(end);
            } else {
                self.give_varying(end);
            };
        }
        let end = self.number_end(self.at);
        let run = &self.bytes[self.at..end];
        if run.iter().all(u8::is_ascii_digit) && self.is_coded_number(end) {
            let signed = self.at - usize::from(self.before() == b'-');
            return self.give(Token::Code(&self.text[signed..end]), end);
        }
        if !run.iter().any(u8::is_ascii_alphabetic) {
            return self.give_varying(self.unit_end(end));
        }
        if !is_measure(run) {
            self.identity.name(&self.text[self.at..end]);
        }
        self.give(Token::Mask, end);
    }

    /// Returns the end of a number, a date, a time, an address, or an identifier that begins with a digit.
    fn number_end(&self, at: usize) -> usize {
        let mut end = at;
        loop {
            end = self.name_end(end);
            let next = self.byte(end + 1);
            let joined = match self.byte(end) {
                b'-' | b'.' => is_alnum(next),
                b':' => next.is_ascii_hexdigit() && (next.is_ascii_digit() || is_alnum(self.byte(end + 2))),
                b',' | b'+' | b'@' => next.is_ascii_digit(),
                b'%' => return end + 1,
                _ => false,
            };
            if !joined {
                return end;
            }
            end += 1;
        }
    }

    /// Returns the end of the unit behind a number that ends at `end`, or `end` itself.
    fn unit_end(&self, end: usize) -> usize {
        if self.byte(end) != b' ' {
            return end;
        }
        let unit = self.run_end(end + 1, is_alnum);
        if unit > end + 1 && is_unit(&self.text[end + 1..unit]) {
            unit
        } else {
            end
        }
    }

    /// Returns whether the integer that ends at `end` is an exit code, a status or an errno: it says what went wrong.
    fn is_coded_number(&self, end: usize) -> bool {
        let digits = end - self.at;
        if digits > LONGEST_CODE {
            return false;
        }
        let is_status = digits == 3 && matches!(self.bytes[self.at], b'4' | b'5');
        let mut skipped = 0;
        let mut spaced = true;
        for mark in [":", "=", "("] {
            if self.tokens.as_slice().last() == Some(&Token::Punct(mark)) {
                skipped = 1;
                spaced = false;
            }
        }
        let cue = self.last_word(skipped).unwrap_or_default();
        let is = |word: &str| cue.eq_ignore_ascii_case(word);
        if is("code") || is("errno") || is("exit") || is("exited") || is("signal") {
            return true;
        }
        if is("status") || is("error") {
            return spaced || is_status || self.last_word(skipped + 1) == Some("exit");
        }
        if is("with") && self.last_word(skipped + 1) == Some("exited") {
            return true;
        }
        is_status && (is("http") || is("https") || self.is_reason(end))
    }

    /// Returns whether a status's reason, such as ` Not Found`, stands at `end`.
    fn is_reason(&self, end: usize) -> bool {
        let word_end = self.run_end((end + 1).min(self.bytes.len()), |b| b.is_ascii_alphabetic());
        self.byte(end) == b' '
            && self.byte(end + 1).is_ascii_uppercase()
            && word_end > end + 2
            && !is_unit(&self.text[end + 1..word_end])
    }
}

/// Returns whether a run that begins with a digit is a duration, a size, a hexadecimal number, a date or an ordinal.
fn is_measure(run: &[u8]) -> bool {
    let letters: Vec<&[u8]> = run
        .split(|b| !b.is_ascii_alphabetic())
        .filter(|part| !part.is_empty())
        .collect();
    run.starts_with(b"0x")
        || run.starts_with(b"0X")
        || run
            .iter()
            .all(|b| b.is_ascii_hexdigit() || matches!(b, b'-' | b':' | b'.'))
        || letters
            .iter()
            .all(|part| part.len() <= 2 || std::str::from_utf8(part).is_ok_and(is_unit))
}
