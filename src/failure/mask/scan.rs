//! The scanner: one pass over the bytes of a headline.
//!
//! Every branch either consumes what it looked at, or looks at a bounded number of bytes, or remembers how far
//! its question is answered (`no_path_before`): the pass is linear whatever the input.

use super::collapse::Tokens;
use super::identity::Identity;
use super::shapes::{
    ends_address, is_alnum, is_calendar, is_code, is_component, is_error_type, is_hex_run, is_identifier, is_namer,
    is_pair, is_path, is_rule, is_trouble, is_unit, is_word, repeats, starts_component,
};
use super::{MASK, Token};

/// Longest quoted text, in bytes, that is taken for a value.
const LONGEST_QUOTE: usize = 80;
/// Most words of a quoted text that is taken for a value; more is a sentence.
const MOST_QUOTED_WORDS: usize = 4;
/// Longest list of type arguments that is dropped behind a type.
const LONGEST_GENERICS: usize = 60;
/// Bytes of the longest comparison sign, `===`.
const LONGEST_SIGN: usize = 3;
/// Bytes of the longest IPv6 address with a port.
const LONGEST_ADDRESS: usize = 46;
/// Digits of the longest number that can be an exit code, a status or an errno.
const LONGEST_CODE: usize = 5;

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
        }
    }

    /// Returns the collapsed tokens and what was masked.
    pub(super) fn run(mut self) -> (Tokens<'a>, Identity) {
        self.skip_position();
        while self.at < self.bytes.len() && !self.tokens.is_full() {
            self.step();
        }
        self.settle_end();
        (self.tokens, self.identity)
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
        self.bytes.get(at).copied().unwrap_or(0)
    }

    fn before(&self) -> u8 {
        if self.at == 0 { 0 } else { self.bytes[self.at - 1] }
    }

    /// Returns the end of the run of bytes from `at` that satisfy `is`.
    fn run_end(&self, at: usize, is: impl Fn(u8) -> bool) -> usize {
        at + self.bytes[at..].iter().take_while(|b| is(**b)).count()
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

    // ---- quotes -----------------------------------------------------------------------------------------------

    /// Takes a quoted text whose opening mark is `width` bytes long.
    fn quote(&mut self, width: usize) {
        if self.at == self.closing || is_alnum(self.before()) {
            return self.give_mark(width);
        }
        let inside = self.at + width;
        let Some((end, after)) = self.quote_end(inside) else {
            return self.give_mark(width);
        };
        let text = &self.text[inside..end];
        if text.is_empty() {
            return self.give_varying(after);
        }
        let mut words = text.split_ascii_whitespace();
        let sentence =
            text.split_ascii_whitespace().count() > MOST_QUOTED_WORDS || (text.contains(' ') && words.any(is_trouble));
        if sentence || self.names == Names::Kept {
            self.closing = end;
            return self.give_mark(width);
        }
        self.identity.quoted(text);
        self.give(Token::Mask, after);
    }

    /// Returns where the text quoted from `inside` ends, and the place behind its closing mark.
    fn quote_end(&self, inside: usize) -> Option<(usize, usize)> {
        let open = self.text[self.at..inside].chars().next()?;
        let closes = |c: char| match open {
            '`' => c == '`' || c == '\'',
            '‘' => c == '’',
            '“' => c == '”',
            '«' => c == '»',
            _ => c == open,
        };
        let limit = self
            .text
            .floor_char_boundary((inside + LONGEST_QUOTE).min(self.text.len()));
        let (end, mark) = self.text[inside..limit]
            .char_indices()
            .find(|(_, c)| closes(*c) || *c == '\n')?;
        let (end, after) = (inside + end, inside + end + mark.len_utf8());
        (mark != '\n' && !is_alnum(self.byte(after))).then_some((end, after))
    }

    // ---- beyond ASCII -------------------------------------------------------------------------------------------

    /// Takes a character beyond ASCII: letters are words, quotes are quotes, the rest is ornament.
    fn wide(&mut self) {
        let c = self.text[self.at..].chars().next().unwrap_or(' ');
        match c {
            '‘' | '“' | '«' => self.quote(c.len_utf8()),
            c if c.is_alphanumeric() => self.letter(),
            c => self.at += c.len_utf8(),
        }
    }

    // ---- marks ----------------------------------------------------------------------------------------------------

    fn mark(&mut self, b: u8) {
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
            b'@' if free && is_word(next) && self.relative_path().is_some() => {
                let end = self.relative_path().unwrap_or(self.at);
                self.slashed(end);
            }
            b'-' if next == b'>' => self.give_mark(2),
            b'=' if next == b'>' => self.give_mark(2),
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

    // ---- paths ------------------------------------------------------------------------------------------------------

    /// Returns the end of the relative path at `at`: components with strokes between them.
    fn relative_path(&mut self) -> Option<usize> {
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
    fn path_end(&self, at: usize) -> usize {
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
    fn slashed(&mut self, end: usize) {
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
    fn is_trailing_rule(&self, end: usize) -> bool {
        let column = self.at >= 2 && self.bytes[self.at - 2..self.at] == *b"  ";
        column && end == self.bytes.len() && is_rule(&self.text[self.at..end]) && !self.tokens.as_slice().is_empty()
    }

    // ---- numbers ------------------------------------------------------------------------------------------------------

    fn digit(&mut self) {
        if let Some(end) = self.relative_path() {
            let run = &self.bytes[self.at..end];
            return if run.iter().any(u8::is_ascii_alphabetic) {
                self.slashed(end)
            } else {
                self.give_varying(end)
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

    // ---- words --------------------------------------------------------------------------------------------------------

    fn letter(&mut self) {
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
                    at = self.run_end(at + 1, |b| b.is_ascii_digit())
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
                    at += 1
                }
                _ => return name,
            }
        }
    }

    /// Returns the place behind the type arguments at `at`, or `at` when there are none.
    fn generics_end(&self, at: usize) -> usize {
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
                self.give(Token::Word(text), name.end)
            } else {
                self.give_identifier(name, true)
            };
        }
        if name.digit && !(leads && !is_identifier(text)) {
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
