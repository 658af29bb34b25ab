//! The scanner: one pass over the bytes of a headline.
//!
//! Every branch either consumes what it looked at, or looks at a bounded number of bytes, or remembers how far
//! its question is answered (`no_path_before`): the pass is linear whatever the input.

mod marks;
mod numbers;
mod paths;
mod quotes;
mod words;

use super::Token;
use super::collapse::Tokens;
use super::identity::Identity;
use super::shapes::{is_error_type, is_namer, is_rule, is_word};

/// Whether names are masked, or stay because nothing else would.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    /// Identifiers and quoted texts become masks.
    Masked,
    /// They stay, unless they hold a digit.
    Kept,
}

/// The state of the pass.
pub(super) struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    names: Names,
    tokens: Tokens<'a>,
    identity: Identity,
    /// No relative path starts before this place.
    no_path_before: usize,
    /// The closing mark of a quoted sentence, which opens nothing.
    closing: usize,
    /// Bytes looked at, for the test that the pass is linear.
    #[cfg(test)]
    looks: std::cell::Cell<usize>,
}

impl<'a> Scanner<'a> {
    /// Starts at the beginning of `text`.
    pub(super) fn new(text: &'a str, names: Names) -> Self {
        let text = text.trim_ascii_end();
        Self {
            text,
            bytes: text.as_bytes(),
            at: 0,
            names,
            tokens: Tokens::default(),
            identity: Identity::default(),
            no_path_before: 0,
            closing: usize::MAX,
            #[cfg(test)]
            looks: std::cell::Cell::default(),
        }
    }

    /// Runs, and returns how many bytes were looked at, each time counted.
    #[cfg(test)]
    pub(super) fn looks(mut self) -> usize {
        self.scan();
        self.looks.get()
    }

    #[cfg(test)]
    fn looked(&self, bytes: usize) {
        self.looks.set(self.looks.get() + bytes);
    }

    /// Returns the collapsed tokens and what was masked.
    pub(super) fn run(mut self) -> (Tokens<'a>, Identity) {
        self.scan();
        (self.tokens, self.identity)
    }

    fn scan(&mut self) {
        self.skip_position();
        while self.at < self.bytes.len() && !self.tokens.is_full() {
            self.step();
        }
        self.settle_end();
    }

    fn step(&mut self) {
        let b = self.bytes[self.at];
        match b {
            0x1b => self.skip_escape(),
            0..=b' ' | 0x7f => self.at += 1,
            b'"' | b'\'' | b'`' => self.quote(1),
            b'0'..=b'9' => self.digit(),
            b'A'..=b'Z' | b'a'..=b'z' | b'_' | b'$' => self.letter(),
            0x80.. => self.wide(),
            _ => self.mark(b),
        }
    }

    // ---- looking around -------------------------------------------------------------------------------------

    fn byte(&self, at: usize) -> u8 {
        #[cfg(test)]
        self.looked(1);
        self.bytes.get(at).copied().unwrap_or(0)
    }

    fn before(&self) -> u8 {
        if self.at == 0 { 0 } else { self.bytes[self.at - 1] }
    }

    /// Returns the end of the run of bytes from `at` that satisfy `is`.
    fn run_end(&self, at: usize, is: impl Fn(u8) -> bool) -> usize {
        let end = at + self.bytes[at..].iter().take_while(|b| is(**b)).count();
        #[cfg(test)]
        self.looked(end - at + 1);
        end
    }

    /// Returns the length of the identifier character at `at`; 0 when there is none.
    fn name_char(&self, at: usize) -> usize {
        match self.byte(at) {
            b if is_word(b) || b == b'$' => 1,
            0x80.. => self.text[at..]
                .chars()
                .next()
                .filter(|c| c.is_alphanumeric())
                .map_or(0, char::len_utf8),
            _ => 0,
        }
    }

    /// Returns the end of a name at `at`: `at` itself when there is none.
    fn name_end(&self, mut at: usize) -> usize {
        loop {
            match self.name_char(at) {
                0 => return at,
                width => at += width,
            }
        }
    }

    fn last_word(&self, skip: usize) -> Option<&'a str> {
        let tokens = self.tokens.as_slice();
        match tokens.len().checked_sub(skip + 1).map(|i| tokens[i]) {
            Some(Token::Word(word)) => Some(word),
            _ => None,
        }
    }

    // ---- giving ---------------------------------------------------------------------------------------------

    fn give(&mut self, token: Token<'a>, end: usize) {
        self.tokens.push(token);
        self.at = end;
    }

    /// Gives a mask for `[at, end)`, of which nothing is kept.
    fn give_varying(&mut self, end: usize) {
        self.give(Token::Mask, end);
    }

    /// Gives a mask for the path in `[at, end)`; a full stop at its end belongs to the sentence.
    fn give_path(&mut self, end: usize) {
        let text = self.text[self.at..end].trim_end_matches('.');
        self.identity.path(text);
        let end = self.at + text.len().max(1);
        self.give(Token::Mask, end);
    }

    fn give_mark(&mut self, width: usize) {
        let end = self.at + width;
        self.give(Token::Punct(&self.text[self.at..end]), end);
    }

    // ---- the beginning and the end ----------------------------------------------------------------------------

    /// Skips `path:line:column:` and its like at the very beginning: where it happened is not what happened.
    fn skip_position(&mut self) {
        let mut start = self.run_end(0, |b| b <= b' ');
        if let Some(process) = self.text[start..].strip_prefix("==") {
            // Sanitizers and valgrind lead every line with `==pid==`.
            let rest = process.trim_start_matches(|c: char| c.is_ascii_digit());
            if let Some(message) = rest.strip_prefix("==").filter(|_| rest.len() < process.len()) {
                start = self.text.len() - message.len();
                self.at = start;
            }
        }
        let end = self.run_end(start, |b| b > b' ');
        let head = &self.text[start..end];
        let bare = head.strip_suffix(':');
        let numbered = bare.unwrap_or(head);
        let file = numbered.trim_end_matches(|c: char| c.is_ascii_digit());
        let is_position = if file.len() == numbered.len() {
            bare.is_some_and(ends_with_parenthesised_position)
        } else {
            let place = file.strip_suffix(':').unwrap_or_default();
            let named = place.contains(['/', '\\', '.']) && !place.contains("://") && !place.starts_with(['"', '\'']);
            let counted = !place.is_empty() && place.bytes().all(|b| b.is_ascii_digit());
            let address = place.bytes().all(|b| b.is_ascii_digit() || b == b'.');
            (named && !address) || counted
        };
        let rest = self.run_end(end, |b| b <= b' ');
        if is_position && rest < self.bytes.len() {
            self.at = rest;
        }
    }

    /// Settles what only the end can tell: a rule's name in brackets, a name behind a colon.
    fn settle_end(&mut self) {
        let tokens = self.tokens.as_slice();
        let mut end = tokens.len();
        if let [
            ..,
            Token::Word(_),
            Token::Punct(open),
            Token::Word(rule),
            Token::Punct(close),
        ] = tokens
            && matches!((*open, *close), ("(", ")") | ("[", "]"))
            && is_rule(rule)
        {
            let rule = Token::Code(rule);
            end -= 3;
            self.tokens.set(end + 1, rule);
        }
        if let [.., Token::Word(cue), Token::Punct(":"), Token::Word(name)] = self.tokens.as_slice()[..end]
            && is_namer(cue)
            && !is_error_type(name)
            && self.names == Names::Masked
        {
            self.identity.name(name);
            self.tokens.set(end - 1, Token::Mask);
        }
    }

    fn skip_escape(&mut self) {
        self.at += 1;
        if self.byte(self.at) == b'[' {
            let end = self.run_end(self.at + 1, |b| matches!(b, b'0'..=b'9' | b';' | b'?'));
            self.at = end + usize::from(self.byte(end).is_ascii_alphabetic());
        }
    }

    /// Takes a character beyond ASCII: letters are words, quotes are quotes, the rest is ornament.
    fn wide(&mut self) {
        let c = self.text[self.at..].chars().next().unwrap_or(' ');
        match c {
            '‘' | '“' | '«' => self.quote(c.len_utf8()),
            c if c.is_alphanumeric() => self.letter(),
            c => self.at += c.len_utf8(),
        }
    }
}

/// Returns whether `text` ends with `(line,column)`.
fn ends_with_parenthesised_position(text: &str) -> bool {
    let Some((file, position)) = text.strip_suffix(')').and_then(|head| head.rsplit_once('(')) else {
        return false;
    };
    let Some((line, column)) = position.split_once(',') else {
        return false;
    };
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    !file.is_empty() && digits(line) && digits(column)
}
