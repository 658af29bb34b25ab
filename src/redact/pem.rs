//! Private-key blocks: whole ones, and ones of which an end is missing.

use memchr::memmem;

use super::scan::Hit;
use super::splice::MARK;

/// Longest label line, such as `-----BEGIN OPENSSH PRIVATE KEY-----`.
const LABEL: usize = 64;
/// Fewest bytes of base64 that make a key: source code names the labels without one.
const BODY: usize = 24;
/// How far from its label the body may begin: `Proc-Type` and `DEK-Info` lines lie between.
const NEAR: usize = 240;
/// How far the matching label is looked for: a block of 16,384-bit keys is below.
const FAR: usize = 32 << 10;
const RULE: &str = "private-key";

/// Returns the key block that begins, or ends, where the label's `-` before `BEGIN` or `END` is at `at`.
pub(super) fn find(text: &[u8], at: usize) -> Option<Hit> {
    let dashes = text[..=at].iter().rev().take_while(|b| **b == b'-').count();
    let start = (at + 1).checked_sub(dashes)?;
    let line = &text[at + 1..text.len().min(at + 1 + LABEL)];
    let label_end = at + 1 + memmem::find(line, b"-----").or_else(|| memmem::find(line, b"----"))?;
    let label = &text[at + 1..label_end];
    let after = label_end + text[label_end..].iter().take_while(|b| **b == b'-').count();
    if dashes < 4 || memmem::find(label, b"PRIVATE KEY").is_none() {
        return None;
    }
    if label.starts_with(b"BEGIN ") {
        return from_begin(text, start, after);
    }
    let body = label.starts_with(b"END ").then(|| body_before(text, start))?;
    (start - body >= BODY).then_some(Hit {
        start: body,
        end: after,
        rule: RULE,
    })
}

/// A whole block, or all of the body that is there.
fn from_begin(text: &[u8], start: usize, after: usize) -> Option<Hit> {
    let near = &text[after..text.len().min(after + NEAR)];
    if near.starts_with(MARK.as_bytes()) || !near.split(|b| !is_base64(*b)).any(|run| run.len() >= BODY) {
        return None;
    }
    let body = body_after(text, after);
    let far = &text[after..text.len().min(after + FAR)];
    let end = memmem::find(far, b"-----END")
        .map(|n| after + n)
        .filter(|end| *end <= body + NEAR);
    let end = end.map_or(body, |end| {
        let label = &text[end + 8..text.len().min(end + 8 + LABEL)];
        end + 8 + memmem::find(label, b"-----").map_or(0, |n| n + 5)
    });
    (end - after >= BODY).then_some(Hit { start, end, rule: RULE })
}

const fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}

/// Returns where the body that begins at `from` ends.
fn body_after(text: &[u8], from: usize) -> usize {
    let mut end = from;
    while end < text.len() {
        let line = line_from(text, end);
        if !is_body(&text[end..line]) {
            break;
        }
        end = line + break_at(text, line);
        if end == line {
            break;
        }
    }
    end
}

/// Returns where the body that ends at `to` begins.
fn body_before(text: &[u8], to: usize) -> usize {
    let mut start = to;
    loop {
        let line_end = start - break_before(text, start);
        let line = line_back(text, line_end);
        if line == line_end && line_end == start || !is_body(&text[line..line_end]) {
            return start;
        }
        start = line;
        if start == 0 || break_before(text, start) == 0 {
            return start;
        }
    }
}

/// Line breaks as text and JSON text spell them, the longer first.
const BREAKS: [&[u8]; 6] = [b"\\r\\n", b"\\\\n", b"\\n", b"\r\n", b"\n", b"\r"];

fn break_at(text: &[u8], at: usize) -> usize {
    BREAKS
        .iter()
        .find(|sign| text[at..].starts_with(sign))
        .map_or(0, |sign| sign.len())
}

fn break_before(text: &[u8], at: usize) -> usize {
    BREAKS
        .iter()
        .find(|sign| text[..at].ends_with(sign))
        .map_or(0, |sign| sign.len())
}

/// Longest line that is read, in bytes: a whole body without line breaks stays below.
const LINE: usize = 8 << 10;

/// What ends a line, or the string that holds it.
const fn ends_line(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r' | b'\\' | b'"' | b'\'' | b'`')
}

/// Returns the end of the line that starts at `from`: a line break or the end of a string.
fn line_from(text: &[u8], from: usize) -> usize {
    let window = &text[from..text.len().min(from + LINE)];
    from + window.iter().position(|b| ends_line(*b)).unwrap_or(window.len())
}

/// Returns the start of the line that ends at `to`.
fn line_back(text: &[u8], to: usize) -> usize {
    let window = to.saturating_sub(LINE);
    let start = text[window..to]
        .iter()
        .rposition(|b| ends_line(*b))
        .map_or(window, |n| window + n + 1);
    // The letter of an escaped line break belongs to the break.
    let escaped = start > 0 && text[start - 1] == b'\\' && matches!(text.get(start), Some(b'n' | b'r'));
    if escaped && start < to { start + 1 } else { start }
}

/// Returns whether a line can stand inside a key block: base64, a header, nothing; behind the line numbers
/// and marks that `cat -n`, diffs and file viewers put in front.
fn is_body(line: &[u8]) -> bool {
    let front = line
        .iter()
        .take_while(|b| matches!(b, b' ' | b'\t' | b'>' | b'|' | b'-'))
        .count();
    let rest = line[front..].trim_ascii_end();
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    let numbered = digits > 0
        && rest
            .get(digits)
            .is_some_and(|b| matches!(b, b'\t' | b':' | b'|' | b' ' | 0xe2));
    let rest = if numbered {
        rest[digits..].trim_ascii_start()
    } else {
        rest
    };
    let rest = rest
        .strip_prefix("\u{2192}".as_bytes())
        .unwrap_or(rest)
        .trim_ascii_start();
    let header = [b"Proc-Type:".as_slice(), b"DEK-Info:", b"Comment:"]
        .iter()
        .any(|name| rest.starts_with(name));
    header || rest.iter().all(|b| is_base64(*b))
}
