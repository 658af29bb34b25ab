//! Putting markers where secrets stood.

use std::borrow::Cow;

use super::walk::{Kind, Spot};

/// How every marker begins. A value that begins so has been redacted and is left alone.
pub(super) const MARK: &str = "[redacted:";

/// Returns `text`, read as what stands at `spot`, with each range replaced by the marker of its rule.
/// The ranges are in ascending order and do not overlap. Borrowed when nothing changes.
pub(super) fn replace<'t>(text: &'t str, spot: Spot, hits: &[(usize, usize, &str)]) -> Cow<'t, str> {
    if hits.is_empty() {
        return Cow::Borrowed(text);
    }
    // Where the beginning is missing nobody can tell the inside of a string from the outside, and where
    // JSON does not begin like JSON there is no structure to keep.
    let structured = spot.kind == Kind::Json && !spot.cut_before && text.starts_with(['{', '[', '"']);
    let redacted = if structured {
        in_json(text, hits)
    } else {
        in_words(text, hits)
    };
    if redacted == text {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(redacted)
    }
}

fn in_words(text: &str, hits: &[(usize, usize, &str)]) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut copied = 0;
    for (start, end, rule) in hits {
        out.push_str(&text[copied..*start]);
        mark(&mut out, rule);
        copied = *end;
    }
    out.push_str(&text[copied..]);
    out
}

/// Appends the marker of `rule`.
fn mark(out: &mut String, rule: &str) {
    out.push_str(MARK);
    out.push_str(rule);
    out.push(']');
}

/// A stretch of JSON text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// The inside of a string, or one escape in it: may be replaced as it is.
    Inside,
    /// A number or a word outside strings: a marker instead of it needs quotes.
    Scalar,
    /// Quotes, braces, commas, colons, blanks: stays.
    Structure,
}

/// Returns JSON text with the ranges replaced so that it stays JSON.
///
/// A rule may take a quote or half an escape along (a user's own knows nothing of JSON, and after a string
/// that ends in `--token ` the next one looks like its value); only what lies inside strings, and whole
/// numbers or words outside them, gives way.
fn in_json(text: &str, hits: &[(usize, usize, &str)]) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut hits = hits.iter().peekable();
    let mut marked = None;
    for (start, end, part) in parts(text) {
        while hits.peek().is_some_and(|(_, hit_end, _)| *hit_end <= start) {
            hits.next();
        }
        let hit = hits.peek().filter(|(hit_start, _, _)| *hit_start < end);
        match (hit, part) {
            (Some((at, _, rule)), Part::Inside) => {
                if marked != Some(*at) {
                    mark(&mut out, rule);
                }
                marked = Some(*at);
            }
            (Some((_, _, rule)), Part::Scalar) => {
                out.push('"');
                mark(&mut out, rule);
                out.push('"');
            }
            (_, part) => {
                out.push_str(&text[start..end]);
                if part == Part::Structure {
                    marked = None;
                }
            }
        }
    }
    out
}

/// Splits JSON text into its parts: characters and escapes inside strings one by one, scalars whole.
fn parts(text: &str) -> impl Iterator<Item = (usize, usize, Part)> {
    let bytes = text.as_bytes();
    let (mut at, mut inside) = (0, false);
    std::iter::from_fn(move || {
        let start = at;
        let first = *bytes.get(at)?;
        let part = match (inside, first) {
            (_, b'"') => {
                inside = !inside;
                at += 1;
                Part::Structure
            }
            (true, b'\\') => {
                at += if bytes.get(at + 1) == Some(&b'u') { 6 } else { 2 };
                Part::Inside
            }
            (true, _) => {
                at += 1;
                Part::Inside
            }
            (false, b'{' | b'}' | b'[' | b']' | b',' | b':') => {
                at += 1;
                Part::Structure
            }
            (false, blank) if blank.is_ascii_whitespace() => {
                at += 1;
                Part::Structure
            }
            (false, _) => {
                let scalar =
                    |b: &u8| !b.is_ascii_whitespace() && !matches!(b, b'{' | b'}' | b'[' | b']' | b',' | b':' | b'"');
                at += bytes[at..].iter().take_while(|b| scalar(b)).count();
                Part::Scalar
            }
        };
        at = text.ceil_char_boundary(at.min(bytes.len()));
        Some((start, at, part))
    })
}
