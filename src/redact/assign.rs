//! `NAME=value`, `name: value`, `"name": "value"` and the headers of HTTP.

use super::bytes::{Alphabet, Mix, backslashes_before, is_escape_letter, starts_with_nocase, starts_word};
use super::judge::{self, Form};
use super::names::{self, Class};
use super::scan::Hit;
use super::walk::{Kind, Spot};

/// Most blanks around a separator; aligned tables stay below.
const MOST_BLANKS: usize = 32;
/// Longest quoted value that is read, in bytes: a key in one line of base64 stays below.
const LONGEST_VALUE: usize = 8192;
/// Longest bare value, in bytes. Nothing but a blank ends one, so `A_TOKEN=A_TOKEN=…` would be read to its end
/// from each of its names.
const LONGEST_BARE: usize = 2048;

/// Returns the secret that is assigned at the separator (`=` or `:`) at `at`.
pub(super) fn find(text: &[u8], at: usize, spot: Spot) -> Option<Hit> {
    let name = Name::before(text, at)?;
    let class = names::class(name.text)?;
    let (after, literal_only) = separator(text, at, name.quoted)?;
    // `--- PASS: TestName` is what Go prints about every test.
    if name.text == b"PASS" && text[at] == b':' {
        return None;
    }
    let value = Value::at(text, after + blanks(text, after), spot)?;
    if class == Class::Header {
        return header(text, &value);
    }
    let tight = after == at + 1 && text[at] == b'=' && value.start == after + usize::from(value.quoted);
    let form = match value.quoted {
        _ if name.is_upper() && (tight || text[at] == b':') => Form::Environment,
        true => Form::Quoted,
        false if literal_only => return None,
        false => Form::Bare,
    };
    value.hit(text, class, form)
}

/// Returns the credential after the word `Bearer` that begins at `at`, outside a header.
pub(super) fn bearer(text: &[u8], at: usize) -> Option<Hit> {
    if !starts_with_nocase(text, at, b"bearer ") || !starts_word(text, at) {
        return None;
    }
    credential(text, at + 7, text.len())
}

/// Longest authentication scheme, in bytes; `AWS4-HMAC-SHA256` has 16.
const LONGEST_SCHEME: usize = 20;
/// Fewest bytes of a credential in a header.
const MIN_CREDENTIAL: usize = 6;

/// Returns the credential in the value of an `Authorization` header; its scheme (`Bearer`, `Basic`) stays.
fn header(text: &[u8], value: &Value) -> Option<Hit> {
    let scheme = Alphabet::Url.run_within(text, value.start, LONGEST_SCHEME);
    let credential_start = if text.get(scheme) == Some(&b' ') {
        scheme + 1
    } else {
        value.start
    };
    credential(
        text,
        credential_start,
        if value.quoted { value.end } else { text.len() },
    )
}

fn credential(text: &[u8], start: usize, limit: usize) -> Option<Hit> {
    let len = text[start..limit]
        .iter()
        .take_while(|b| Alphabet::Base64.has(**b) || **b == b'~')
        .count();
    let end = start + len
        - text[start..start + len]
            .iter()
            .rev()
            .take_while(|b| matches!(b, b'.' | b',' | b':'))
            .count();
    let word = &text[start..end];
    let calls = matches!(text.get(end), Some(b'(' | b'[' | b'{' | b'$'));
    let is_secret = word.len() >= MIN_CREDENTIAL && !calls && judge::is_secret(Class::Header, Form::Quoted, word);
    is_secret.then_some(Hit {
        start,
        end,
        rule: Class::Header.rule(),
    })
}

/// The name before a separator.
struct Name<'t> {
    text: &'t [u8],
    quoted: bool,
}

impl<'t> Name<'t> {
    fn before(text: &'t [u8], at: usize) -> Option<Self> {
        let name = Self::word_before(text, at)?;
        let is_type = text[at] == b'='
            && names::TYPES
                .iter()
                .any(|word| name.text.eq_ignore_ascii_case(word.as_bytes()));
        if !is_type {
            return Some(name);
        }
        let start = at
            - text[..at]
                .iter()
                .rev()
                .position(|b| *b == b':')
                .filter(|n| *n <= MOST_BLANKS)?;
        Self::word_before(text, start - 1)
    }

    fn word_before(text: &'t [u8], at: usize) -> Option<Self> {
        let mut end = at - blanks_before(text, at);
        if end >= 2 && text[end - 1] == b']' && matches!(text[end - 2], b'"' | b'\'') {
            end -= 1;
        }
        // `NAME ?= value` of make, `name?: type` of TypeScript.
        if end >= 1 && text[end - 1] == b'?' {
            end -= 1;
            end -= blanks_before(text, end);
        }
        let quoted = end >= 1 && matches!(text[end - 1], b'"' | b'\'' | b'`');
        if quoted {
            end -= 1;
            end -= backslashes_before(text, end);
        }
        if !names::can_end(&text[..end]) {
            return None;
        }
        let len = text[..end]
            .iter()
            .rev()
            .take_while(|b| Alphabet::Dotted.has(**b))
            .take(names::LONGEST)
            .count();
        let mut start = end - len;
        if len > 0 && is_escape_letter(text, start) {
            start += 1;
        }
        (start < end && len < names::LONGEST).then_some(Self {
            text: &text[start..end],
            quoted,
        })
    }

    /// Returns whether it is spelled as the environment spells names.
    fn is_upper(&self) -> bool {
        let mix = Mix::of(self.text);
        mix.lower == 0 && mix.upper > 1
    }
}

/// Returns where the separator at `at` ends, and whether only a literal may follow (`:=` belongs to code).
fn separator(text: &[u8], at: usize, quoted_name: bool) -> Option<(usize, bool)> {
    let next = text.get(at + 1).copied()?;
    match (text[at], next) {
        (b'=', b'=' | b'~') | (b':', b':') => None,
        (b'=', b'>') | (b':', b'=') => Some((at + 2, true)),
        (b'=', _) => Some((at + 1, false)),
        // Without a blank a colon also stands in times, ports, paths and labels.
        _ => (quoted_name || matches!(next, b' ' | b'\t' | b'"' | b'\'' | b'\\')).then_some((at + 1, false)),
    }
}

fn blanks_before(text: &[u8], at: usize) -> usize {
    let blank = |b: &&u8| matches!(b, b' ' | b'\t');
    text[..at].iter().rev().take(MOST_BLANKS).take_while(blank).count()
}

fn blanks(text: &[u8], from: usize) -> usize {
    text[from..]
        .iter()
        .take(MOST_BLANKS)
        .take_while(|b| matches!(b, b' ' | b'\t'))
        .count()
}

/// A value after its separator.
pub(super) struct Value {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) quoted: bool,
}

impl Value {
    /// Reads the value at `at`: a quoted literal to its closing quote, else a bare word.
    pub(super) fn at(text: &[u8], at: usize, spot: Spot) -> Option<Self> {
        let escapes = text[at..].iter().take(8).take_while(|b| **b == b'\\').count();
        let value = match text.get(at + escapes) {
            Some(quote @ (b'"' | b'\'')) => Self::quoted(text, at + escapes + 1, *quote, escapes, spot),
            _ => Self::bare(text, at),
        };
        // In `"TOKEN=" + value` the quote closes a literal instead of opening one.
        let closed = value.quoted
            && matches!(
                text.get(value.start),
                Some(b' ' | b'+' | b',' | b')' | b';' | b']' | b'}')
            );
        (!closed && value.start < value.end && value.end - value.start < LONGEST_VALUE).then_some(value)
    }

    /// A quote is closed by one with at most as many backslashes; inside JSON a bare `"` ends every literal.
    fn quoted(text: &[u8], start: usize, quote: u8, escapes: usize, spot: Spot) -> Self {
        let closes = |at: usize| match text[at] {
            b'\n' | b'\r' => true,
            byte if byte == quote => {
                let before = backslashes_before(&text[start..], at - start);
                if escapes == 0 {
                    before.is_multiple_of(2)
                } else {
                    before <= escapes
                }
            }
            b'"' if spot.kind == Kind::Json => backslashes_before(&text[start..], at - start).is_multiple_of(2),
            _ => false,
        };
        let mut end = (start..text.len().min(start + LONGEST_VALUE))
            .find(|at| closes(*at))
            .unwrap_or(text.len());
        if end < text.len() && escapes > 0 {
            end -= backslashes_before(&text[start..], end - start);
        }
        Self {
            start,
            end,
            quoted: true,
        }
    }

    fn bare(text: &[u8], start: usize) -> Self {
        let ends = |b: &u8| b.is_ascii_whitespace() || b.is_ascii_control() || b"\"'`\\;,&|<>()[]{}".contains(b);
        let window = &text[..text.len().min(start + LONGEST_BARE)];
        let end = window[start..]
            .iter()
            .position(ends)
            .map_or(window.len(), |n| start + n);
        Self {
            start,
            end,
            quoted: false,
        }
    }

    /// Returns the hit when the value is a secret.
    pub(super) fn hit(&self, text: &[u8], class: Class, form: Form) -> Option<Hit> {
        let calls = !self.quoted && matches!(text.get(self.end), Some(b'(' | b'[' | b'{' | b'<'));
        let is_secret = !calls && judge::is_secret(class, form, &text[self.start..self.end]);
        is_secret.then_some(Hit {
            start: self.start,
            end: self.end,
            rule: class.rule(),
        })
    }
}
