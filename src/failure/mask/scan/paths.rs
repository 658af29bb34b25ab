//! Paths, with the position and the test id behind them.

use super::super::Token;
use super::super::shapes::{is_component, is_pair, is_path, is_rule, is_word};
use super::Scanner;

impl Scanner<'_> {
    /// Returns the end of the relative path at `at`: components with strokes between them.
    pub(super) fn relative_path(&mut self) -> Option<usize> {
        if self.at < self.no_path_before {
            return None;
        }
        let first = self.run_end(self.at, is_component);
        let stroke = self.run_end(first, |b| b == b'/' || b == b'\\');
        let further = self.byte(stroke);
        if first == self.at || stroke == first || !(is_component(further) || further >= 0x80) {
            self.no_path_before = first.max(self.at + 1);
            return None;
        }
        Some(self.path_end(first))
    }

    /// Returns the end of a path from a place inside it, with the position and the test id behind it.
    pub(super) fn path_end(&self, at: usize) -> usize {
        let mut end = self.run_end(at, is_path);
        loop {
            let name = end + self.bytes[end..].iter().take_while(|b| **b == b':').count();
            let next = self.byte(name);
            end = match name - end {
                1 if next.is_ascii_digit() => self.run_end(name, |b| b.is_ascii_digit()),
                2 if is_word(next) => self.test_id_end(name),
                _ => return end,
            };
        }
    }

    /// Returns the end of a test's name and of its parameters in square brackets.
    fn test_id_end(&self, at: usize) -> usize {
        let end = self.run_end(at, is_word);
        if self.byte(end) != b'[' {
            return end;
        }
        let close = self.run_end(end + 1, |b| b > b' ' && b != b']' && b != b'[');
        if self.byte(close) == b']' { close + 1 } else { end }
    }

    /// Gives what `relative_path` found: a pair of words, a rule, or a path.
    pub(super) fn slashed(&mut self, end: usize) {
        let text = self.text[self.at..end].trim_end_matches('.');
        let end_of_text = self.at + text.len();
        if is_pair(text) {
            self.give(Token::Word(text), end_of_text);
        } else if text.starts_with("lint/") || self.is_trailing_rule(end_of_text) {
            self.give(Token::Code(text), end_of_text);
        } else {
            self.give_path(end);
        }
    }

    /// Returns whether `[at, end)` is a rule in the last column of a linter's line.
    pub(super) fn is_trailing_rule(&self, end: usize) -> bool {
        let column = self.at >= 2 && self.bytes[self.at - 2..self.at] == *b"  ";
        column && end == self.bytes.len() && is_rule(&self.text[self.at..end]) && !self.tokens.as_slice().is_empty()
    }
}
