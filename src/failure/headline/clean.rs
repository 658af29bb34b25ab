//! Turns what a terminal was sent into lines of plain text.

/// Longest line that is read, in bytes: what stands behind it is data, not a message.
const LINE_BYTES: usize = 2_000;

/// Returns `text` without escape sequences and control characters; of a line that was written over by
/// carriage returns only what stayed to be seen.
#[must_use]
pub(in crate::failure) fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split('\n') {
        let line = line.trim_end_matches('\r');
        let seen = line.rsplit('\r').find(|part| !part.trim().is_empty()).unwrap_or("");
        let seen = &seen[..seen.floor_char_boundary(LINE_BYTES)];
        if seen.bytes().any(|b| b < b' ' && b != b'\t' || b == 0x7f || b >= 0x80) {
            push_visible(seen, &mut out);
        } else {
            out.push_str(seen);
        }
        out.push('\n');
    }
    out
}

fn push_visible(line: &str, out: &mut String) {
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match c {
            '\x1b' => skip_escape(&mut chars),
            '\t' => out.push('\t'),
            '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
}

/// Skips the rest of an escape sequence: `[…letter`, `]…BEL`, or one character.
fn skip_escape(chars: &mut std::str::Chars<'_>) {
    match chars.next() {
        Some('[') => {
            chars.find(|c| ('@'..='~').contains(c));
        }
        Some(']') => {
            while let Some(c) = chars.next() {
                if c == '\x07' || c == '\x1b' && chars.next().is_some() {
                    break;
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_overwritten_parts_are_gone() {
        assert_eq!(clean("\x1b[31merror\x1b[0m: x"), "error: x\n");
        assert_eq!(clean("10%\r50%\rdone\r\nnext"), "done\nnext\n");
        assert_eq!(clean("\x1b]0;title\x07a\u{202e}b\0c"), "abc\n");
        assert_eq!(clean("\x1b[31"), "\n");
    }
}
