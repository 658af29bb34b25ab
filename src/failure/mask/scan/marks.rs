//! Punctuation, and what begins with it: flags, comparisons, assigned values, addresses.

use super::super::shapes::{ends_address, is_alnum, is_component, is_word, repeats, starts_component};
use super::super::{MASK, Token};
use super::Scanner;

/// Bytes of the longest comparison sign, `===`.
const LONGEST_SIGN: usize = 3;
/// Bytes of the longest IPv6 address with a port.
const LONGEST_ADDRESS: usize = 46;

impl Scanner<'_> {
    pub(super) fn mark(&mut self, b: u8) {
        let (before, next, third) = (self.before(), self.byte(self.at + 1), self.byte(self.at + 2));
        let free = !is_word(before);
        match b {
            b'<' if self.text[self.at..].starts_with(MASK) => self.give_varying(self.at + MASK.len()),
            b'/' if free && before != b'/' && starts_component(next) => self.give_path(self.path_end(self.at)),
            b'\\' if free && (is_alnum(next) || (next == b'\\' && is_alnum(third))) => {
                self.give_path(self.path_end(self.at));
            }
            b'~' if free && next == b'/' => self.give_path(self.path_end(self.at)),
            b'.' if free && (next == b'/' || (next == b'.' && third == b'/')) => {
                self.give_path(self.path_end(self.at));
            }
            b'.' if (before <= b' ' || before == b'(') && is_word(next) => self.dot_file(),
            b'@' if free && is_word(next) => match self.relative_path() {
                Some(end) => self.slashed(end),
                None => self.give_mark(1),
            },
            b'-' | b'=' if next == b'>' => self.give_mark(2),
            b'-' | b'+' if free && before != b'-' && next.is_ascii_digit() => {
                self.at += 1;
                self.digit();
            }
            b'-' if (before <= b' ' || matches!(before, b'(' | b'[' | b','))
                && next == b'-'
                && third.is_ascii_lowercase() =>
            {
                self.flag();
            }
            b':' if next == b':' && !is_alnum(before) && before != b':' => self.wide_address(),
            b'=' | b'!' | b'>' | b'<' | b'~' if next == b'=' => self.comparison(),
            b'=' if self.follows_key() => self.assigned(),
            _ if repeats(b) => self.give_mark(self.run_end(self.at, |other| other == b) - self.at),
            _ => self.give_mark(1),
        }
    }

    /// Takes `.env` and its like.
    fn dot_file(&mut self) {
        match self.relative_path() {
            Some(end) => self.give_path(end),
            None => self.give_path(self.run_end(self.at, is_component)),
        }
    }

    /// Takes `--flag` and the value glued to it.
    fn flag(&mut self) {
        let mut end = self.run_end(self.at + 2, |b| is_alnum(b) || b == b'-');
        let flag = &self.text[self.at..end];
        if self.byte(end) == b'=' {
            end = self.run_end(end + 1, |b| !ends_address(b));
        }
        self.identity.name(flag);
        self.give(Token::Mask, end);
    }

    /// Takes an IPv6 address that starts with colons, such as `::1` or `:::3000`.
    fn wide_address(&mut self) {
        let near = &self.bytes[self.at..self.bytes.len().min(self.at + LONGEST_ADDRESS)];
        let end = self.at
            + near
                .iter()
                .take_while(|b| b.is_ascii_hexdigit() || matches!(b, b':' | b'.'))
                .count();
        let colons = self.bytes[self.at..end].iter().all(|b| *b == b':');
        if colons || self.name_char(end) > 0 {
            return self.give_mark(1);
        }
        self.give_varying(end);
    }

    /// Takes `left == right`: both sides and the sign are one slot.
    fn comparison(&mut self) {
        let gap = usize::from(self.before() == b' ');
        let glued = self.at > gap && (is_word(self.bytes[self.at - gap - 1]) || self.bytes[self.at - gap - 1] == b'*');
        let near = &self.bytes[self.at..self.bytes.len().min(self.at + LONGEST_SIGN + 1)];
        let sign = self.at
            + near
                .iter()
                .take_while(|b| matches!(b, b'=' | b'!' | b'>' | b'<' | b'~'))
                .count();
        if !glued || sign > self.at + LONGEST_SIGN {
            let first = self.bytes[self.at];
            let end = if repeats(first) {
                self.run_end(self.at, |b| b == first)
            } else {
                self.at + 1
            };
            return self.give_mark(end - self.at);
        }
        let right = sign + usize::from(self.byte(sign) == b' ');
        let end = self.run_end(right, |b| is_word(b) || matches!(b, b'.' | b'*' | b'-'));
        if end == right {
            return self.give_mark(sign - self.at);
        }
        match self.tokens.pop() {
            Some(Token::Word(left)) => self.identity.name(left),
            Some(Token::Mask) | None => {}
            Some(other) => self.tokens.push(other),
        }
        if self.bytes[right..end].iter().any(|b| !b.is_ascii_digit()) {
            self.identity.name(&self.text[right..end]);
        }
        self.give(Token::Mask, end);
    }

    /// Returns whether a key stands right before the `=` at hand.
    fn follows_key(&self) -> bool {
        let gap = usize::from(self.before() == b' ');
        self.at > gap && {
            let b = self.bytes[self.at - gap - 1];
            is_word(b) || b == b']'
        }
    }

    /// Takes `=value`: the sign stays, the value is masked, unless it is a code.
    fn assigned(&mut self) {
        let cue = self.last_word(0).unwrap_or_default();
        self.give_mark(1);
        let start = self.run_end(self.at, |b| b == b' ').min(self.at + 2);
        let masked = self.text[start..].starts_with(MASK);
        if masked || matches!(self.byte(start), b'"' | b'\'' | b'`') || cue.eq_ignore_ascii_case("code") {
            return;
        }
        let spaced = start > self.at && self.bytes[self.at - 2] == b' ';
        if spaced && self.byte(start).is_ascii_alphabetic() {
            return;
        }
        let end = self.run_end(start, |b| {
            b > b' '
                && !matches!(
                    b,
                    b',' | b';' | b']' | b')' | b'}' | b'(' | b'{' | b'[' | b'|' | b'&' | b'"' | b'\'' | b'`'
                )
        });
        if end == start {
            return;
        }
        self.at = start;
        if !self.bytes[start].is_ascii_digit() {
            self.identity.quoted(&self.text[start..end]);
        }
        self.give(Token::Mask, end);
    }
}
