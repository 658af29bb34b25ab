//! Words and compound names: words stay, names are masked, codes and types of errors are kept.

use super::super::Token;
use super::super::shapes::{
    ends_address, is_alnum, is_calendar, is_code, is_component, is_error_type, is_hex_run, is_identifier, is_path,
    is_word,
};
use super::{Names, Scanner};

/// Longest list of type arguments that is dropped behind a type.
const LONGEST_GENERICS: usize = 60;

impl<'a> Scanner<'a> {
    pub(super) fn letter(&mut self) {
        let first = self.byte(self.at + 1);
        if first == b':'
            && matches!(self.byte(self.at + 2), b'\\' | b'/')
            && !is_word(self.before())
            && is_path(self.byte(self.at + 3))
        {
            let end = self.path_end(self.at + 2);
            return self.give_path(end);
        }
        let resource = self.bytes[self.at..].starts_with(b"arn:");
        if !resource && let Some(end) = self.relative_path() {
            return self.slashed(end);
        }
        let name = self.name();
        if resource || self.bytes[name.end..].starts_with(b"://") {
            let end = self.run_end(name.end, |b| !ends_address(b));
            let text = self.text[self.at..end].trim_end_matches(['.', ':', '?', '!']);
            self.identity.address(text);
            let end = self.at + text.len();
            return self.give(Token::Mask, end);
        }
        self.give_name(&name);
    }

    /// Reads a compound name: parts joined by `.`, `::`, `#`, `-`, `@`, with type arguments and empty calls.
    fn name(&self) -> Name {
        let mut name = Name {
            start: self.at,
            ..Name::default()
        };
        let mut at = self.at;
        loop {
            let part = at;
            at = self.name_end(at);
            name.digit |= self.bytes[part..at].iter().any(u8::is_ascii_digit);
            (name.last, name.written) = (part, at);
            if self.byte(at) == b'<' {
                at = self.generics_end(at);
            }
            if self.bytes[at..].starts_with(b"()") {
                name.called = true;
                at += 2;
            }
            name.end = at;
            let next = self.byte(at + 1);
            match self.byte(at) {
                b':' if next == b':' && self.name_char(at + 2) > 0 => {
                    name.joined = true;
                    at += 2;
                }
                b':' if next.is_ascii_digit() && (name.joined || name.digit) => {
                    at = self.run_end(at + 1, |b| b.is_ascii_digit());
                }
                b':' if next.is_ascii_alphabetic() && (name.joined || name.digit) => {
                    name.joined = true;
                    at += 1;
                }
                b'.' | b'#' | b'@' if self.name_char(at + 1) > 0 => {
                    name.joined = true;
                    at += 1;
                }
                b'@' if matches!(next, b'^' | b'~' | b'*') => {
                    name.joined = true;
                    name.end = self.run_end(at + 1, |b| is_component(b) || matches!(b, b'^' | b'*'));
                    return name;
                }
                b'-' if self.name_char(self.run_end(at, |b| b == b'-')) > 0 => at = self.run_end(at, |b| b == b'-'),
                b'\''
                    if next.is_ascii_lowercase()
                        && !is_alnum(self.byte(at + 1 + contraction(&self.bytes[at + 1..]))) =>
                {
                    at += 1;
                }
                _ => return name,
            }
        }
    }

    /// Returns the place behind the type arguments at `at`, or `at` when there are none.
    fn generics_end(&self, at: usize) -> usize {
        #[cfg(test)]
        self.looked(LONGEST_GENERICS);
        let mut depth = 0_usize;
        for (i, b) in self.bytes[at..].iter().take(LONGEST_GENERICS).enumerate() {
            match b {
                b'<' => depth += 1,
                b'>' if self.byte(at + i - 1) == b'-' => return at,
                b'>' => depth -= 1,
                b if is_alnum(*b) || matches!(b, b'_' | b',' | b' ' | b'&' | b'\'' | b':' | b'[' | b']' | b'.') => {}
                _ => return at,
            }
            if depth == 0 {
                return if i > 1 { at + i + 1 } else { at };
            }
        }
        at
    }

    fn give_name(&mut self, name: &Name) {
        let text = &self.text[name.start..name.written];
        let last = &self.text[name.last..name.written];
        let leads = self.tokens.as_slice().is_empty() && self.byte(name.end) == b':';
        if name.called {
            return self.give_identifier(name, false);
        }
        if text.starts_with("clippy::") || is_code(text) || self.is_trailing_rule(name.end) {
            return self.give(Token::Code(text), name.end);
        }
        if is_error_type(last) {
            return self.give(Token::Word(text), name.end);
        }
        if name.joined {
            let typed = leads && last.as_bytes().first().is_some_and(u8::is_ascii_uppercase);
            return if typed {
                self.give(Token::Word(text), name.end);
            } else {
                self.give_identifier(name, true);
            };
        }
        if name.digit && (!leads || is_identifier(text)) {
            return self.give_identifier(name, false);
        }
        if is_identifier(text) && !leads && text.bytes().any(|b| b.is_ascii_lowercase()) {
            return self.give_identifier(name, true);
        }
        if is_calendar(text)
            && self
                .byte(self.run_end(name.end, |b| b == b' ' || b == b','))
                .is_ascii_digit()
        {
            return self.give_varying(name.end);
        }
        self.give_word(text, name.end);
    }

    /// Gives an identifier as a mask, or as a word where names stay and this one `can_stay`.
    fn give_identifier(&mut self, name: &Name, can_stay: bool) {
        let text = &self.text[name.start..name.end];
        if self.names == Names::Kept && can_stay && !name.digit {
            return self.give(Token::Word(&self.text[name.start..name.written]), name.end);
        }
        if !is_hex_run(text.as_bytes()) {
            self.identity.name(text);
        }
        self.give(Token::Mask, name.end);
    }

    /// Gives a plain word; words on both sides of an arrow are names.
    fn give_word(&mut self, word: &'a str, end: usize) {
        if self.tokens.as_slice().last() == Some(&Token::Punct("->"))
            && let Some(left) = self.last_word(1)
        {
            self.tokens.pop();
            self.tokens.pop();
            self.identity.name(left);
            self.tokens.push(Token::Mask);
            self.identity.name(word);
            return self.give(Token::Mask, end);
        }
        self.give(Token::Word(word), end);
    }
}

/// A compound name in the text.
#[derive(Debug, Default)]
struct Name {
    start: usize,
    /// Where it ends with everything that belongs to it.
    end: usize,
    /// Where its last part starts.
    last: usize,
    /// Where its last part ends, before type arguments and calls.
    written: usize,
    digit: bool,
    joined: bool,
    called: bool,
}

/// Returns the letters of what may be the end of a contraction, such as `t` of `can't`; at most three are looked at.
fn contraction(bytes: &[u8]) -> usize {
    bytes.iter().take(3).take_while(|b| b.is_ascii_lowercase()).count()
}
