//! The hook's scanner: one pass over the bytes, const tables, no regex, and no allocation while nothing
//! is found.
//!
//! A bitmap over byte pairs says where something may begin; only there is anything looked at. It is 8 KiB
//! of the binary and needs no building, so the scanner costs nothing at start-up.

use std::borrow::Cow;

use super::prefixes::{self, ROWS};
use super::walk::{Spot, walk};
use super::{Clean, assign, flags, pem, splice, url};
use crate::domain::trace::Observation;

/// A secret's place in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hit {
    /// Its first byte.
    pub(super) start: usize,
    /// One past its last byte.
    pub(super) end: usize,
    /// The rule that found it.
    pub(super) rule: &'static str,
}

/// Returns the observation without the secrets that the scanner knows.
#[must_use]
pub fn scan(mut observation: Observation) -> Clean<Observation> {
    walk(&mut observation, &mut |text, spot| {
        if let Cow::Owned(redacted) = scan_spot(text, spot) {
            *text = redacted;
        }
    });
    Clean(observation)
}

/// Returns the observations without the secrets that the scanner knows.
#[must_use]
pub fn scan_all(observations: Vec<Observation>) -> Clean<Vec<Observation>> {
    observations.into_iter().map(scan).collect()
}

/// Returns a text of this program's own making without the secrets that may stand in what it quotes.
#[must_use]
pub fn scan_string(text: &str) -> Clean<String> {
    Clean(scan_text(text).into_owned())
}

/// Returns the text without the secrets that the scanner knows; borrowed when there are none.
#[must_use]
pub fn scan_text(text: &str) -> Cow<'_, str> {
    scan_spot(text, Spot::WORDS)
}

/// Returns the text without its secrets, read as what stands at `spot`.
pub(super) fn scan_spot(text: &str, spot: Spot) -> Cow<'_, str> {
    let mut once = pass(text, spot);
    // A marker is a new neighbour for what stands beside it, which may now be read differently. Every pass
    // leaves less text outside markers, so this ends; nearly always the second pass finds nothing.
    while let Cow::Owned(redacted) = &once {
        match pass(redacted, spot) {
            Cow::Borrowed(_) => break,
            Cow::Owned(again) => once = Cow::Owned(again),
        }
    }
    once
}

fn pass(text: &str, spot: Spot) -> Cow<'_, str> {
    let mut hits = Vec::new();
    let mut from = 0;
    if let Some(hit) = cut_in_two(text.as_bytes(), spot) {
        from = hit.end;
        hits.push((hit.start, hit.end, hit.rule));
    }
    while let Some(hit) = next(text.as_bytes(), from, spot) {
        // A hit that reaches back (a key's end without its beginning) swallows what was found inside it.
        while hits.last().is_some_and(|(start, _, _)| *start >= hit.start) {
            hits.pop();
        }
        let start = hits.last().map_or(hit.start, |(_, end, _)| hit.start.max(*end));
        hits.push((start, hit.end, hit.rule));
        from = hit.end;
    }
    splice::replace(text, spot, &hits)
}

/// Returns the first secret at or after `from`.
fn next(text: &[u8], from: usize, spot: Spot) -> Option<Hit> {
    text[from..].windows(2).enumerate().find_map(|(i, pair)| {
        let code = u16::from_le_bytes([pair[0], pair[1]]);
        if HOT[usize::from(code >> 6)] >> (code & 63) & 1 == 0 {
            return None;
        }
        look(text, from + i, [pair[0], pair[1]], spot)
    })
}

/// Looks closer at a pair of bytes with which something may begin.
fn look(text: &[u8], at: usize, pair: [u8; 2], spot: Spot) -> Option<Hit> {
    match pair {
        [b':', b'/'] => url::find(text, at),
        [b'-', b'-'] => flags::long(text, at, spot),
        [b'-', b'B' | b'E'] => pem::find(text, at),
        [b' ', b'-'] => flags::short(text, at + 1, spot),
        [_, b'=' | b':'] => assign::find(text, at + 1, spot),
        [b'B' | b'b', b'e'] => assign::bearer(text, at).or_else(|| prefixes::find(text, at, spot)),
        [b'e', b'y'] => prefixes::jwt(text, at, spot),
        _ => prefixes::find(text, at, spot),
    }
}

/// Fewest bytes that make the rest of a token at the start of a cut text.
const MIN_REST: usize = 20;

/// Returns the rest of a token that was cut in two at the start of the text.
///
/// Its beginning, which would name it, is missing; what is left is a long mixed word at the very edge.
fn cut_in_two(text: &[u8], spot: Spot) -> Option<Hit> {
    if !spot.cut_before {
        return None;
    }
    let end = super::bytes::Alphabet::Dotted.run(text, 0);
    let mix = super::bytes::Mix::of(&text[..end]);
    (end >= MIN_REST && mix.lower > 0 && mix.upper > 0 && mix.digits > 1).then_some(Hit {
        start: 0,
        end,
        rule: "cut",
    })
}

/// One bit for each pair of bytes, low byte first, with which something may begin.
static HOT: [u64; 1024] = hot();

const fn hot() -> [u64; 1024] {
    let mut map = [0_u64; 1024];
    let mut i = 0;
    while i < ROWS.len() {
        let prefix = ROWS[i].prefix.as_bytes();
        set(&mut map, prefix[0], prefix[1]);
        i += 1;
    }
    let others: [[u8; 2]; 8] = [*b"ey", *b"Be", *b"be", *b":/", *b"--", *b"-B", *b"-E", *b" -"];
    let mut i = 0;
    while i < others.len() {
        set(&mut map, others[i][0], others[i][1]);
        i += 1;
    }
    // What may stand before `=` and `:`: the end of a name that can name a secret, its quote, a blank.
    let before = b"dstnyehlwDSTNYEHLWvgVG0123456789\"'`] ?\t";
    let mut i = 0;
    while i < before.len() {
        set(&mut map, before[i], b'=');
        set(&mut map, before[i], b':');
        i += 1;
    }
    map
}

const fn set(map: &mut [u64; 1024], first: u8, second: u8) {
    let code = u16::from_le_bytes([first, second]);
    map[(code >> 6) as usize] |= 1 << (code & 63);
}
