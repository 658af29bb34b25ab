//! What a byte can be part of, and where a word may begin.

/// The bytes that the body of a token may consist of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alphabet {
    /// `0-9 a-f A-F`.
    Hex,
    /// `0-9 A-Z`.
    Upper,
    /// `0-9 A-Z a-z`.
    Alnum,
    /// Those and `_`.
    Word,
    /// Those, `_` and `-`: base64 as URLs carry it.
    Url,
    /// Those and `.`.
    Dotted,
    /// Those, `+ / = : , |`: base64 as files carry it, and lists of it.
    Base64,
}

impl Alphabet {
    /// Returns whether `byte` belongs to it.
    pub(super) const fn has(self, byte: u8) -> bool {
        match self {
            Self::Hex => byte.is_ascii_hexdigit(),
            Self::Upper => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Self::Alnum => byte.is_ascii_alphanumeric(),
            Self::Word => byte.is_ascii_alphanumeric() || byte == b'_',
            Self::Url => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'),
            Self::Dotted => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'),
            Self::Base64 => {
                byte.is_ascii_alphanumeric()
                    || matches!(byte, b'_' | b'-' | b'.' | b'+' | b'/' | b'=' | b':' | b',' | b'|')
            }
        }
    }

    /// Returns the end of the run of such bytes that starts at `from`, looking at no more than `most` of them.
    ///
    /// What is looked at before anything is decided stays bounded, or text such as `SG.SG.SG.…` would be read
    /// to its end from each of its bytes.
    pub(super) fn run_within(self, text: &[u8], from: usize, most: usize) -> usize {
        self.run(&text[..text.len().min(from + most)], from)
    }

    /// Returns the end of the run of such bytes that starts at `from`.
    pub(super) fn run(self, text: &[u8], from: usize) -> usize {
        text[from..]
            .iter()
            .position(|b| !self.has(*b))
            .map_or(text.len(), |n| from + n)
    }
}

/// Returns how many backslashes stand directly before `at`.
pub(super) fn backslashes_before(text: &[u8], at: usize) -> usize {
    text[..at].iter().rev().take_while(|b| **b == b'\\').count()
}

/// Returns whether the byte at `at` is the letter of an escape such as the `n` of `\n`.
///
/// Text inside JSON begins its lines with such letters; taking one into a token would break the escape.
pub(super) fn is_escape_letter(text: &[u8], at: usize) -> bool {
    backslashes_before(text, at) % 2 == 1
}

/// Returns whether a word may begin at `at`: nothing of a word stands before it, where an escape (`\n`,
/// `\u001b`) and the end of a terminal colour code (`ESC [ 3 2 m`) count as nothing.
pub(super) fn starts_word(text: &[u8], at: usize) -> bool {
    let Some(before) = at.checked_sub(1) else { return true };
    if text[before] == b'\\' {
        return !is_escape_letter(text, at);
    }
    if !(text[before].is_ascii_alphanumeric() || text[before] == b'_') {
        return true;
    }
    is_escape_letter(text, before) || ends_unicode_escape(text, at) || ends_colour(text, before)
}

/// Returns whether `\uXXXX` or `\xXX` ends just before `at`.
fn ends_unicode_escape(text: &[u8], at: usize) -> bool {
    [(6, b'u'), (4, b'x')].iter().any(|(len, letter)| {
        at >= *len
            && text[at - len] == b'\\'
            && text[at - len + 1] == *letter
            && text[at - len + 2..at].iter().all(u8::is_ascii_hexdigit)
    })
}

/// Returns whether the `m` at `at` ends a colour code.
fn ends_colour(text: &[u8], at: usize) -> bool {
    let codes = text[..at]
        .iter()
        .rev()
        .take_while(|b| b.is_ascii_digit() || **b == b';')
        .count();
    text[at] == b'm' && at > codes && text[at - codes - 1] == b'['
}

/// Returns whether `text` begins with `prefix` at `at`, ASCII letters compared without case.
pub(super) fn starts_with_nocase(text: &[u8], at: usize, prefix: &[u8]) -> bool {
    text.get(at..at + prefix.len())
        .is_some_and(|part| part.eq_ignore_ascii_case(prefix))
}

/// Returns whether `needle`, in lower case, occurs in `text`, ASCII letters compared without case.
pub(super) fn contains_nocase(text: &[u8], needle: &[u8]) -> bool {
    text.windows(needle.len()).any(|part| part.eq_ignore_ascii_case(needle))
}

const fn kind(byte: u8) -> (bool, bool, bool) {
    (
        byte.is_ascii_lowercase(),
        byte.is_ascii_uppercase(),
        byte.is_ascii_digit(),
    )
}

/// How the letters and digits of a word are mixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Mix {
    pub(super) lower: usize,
    pub(super) upper: usize,
    pub(super) digits: usize,
    pub(super) other: usize,
    /// The longest run of one and the same byte.
    pub(super) repeat: usize,
    /// How often neighbours differ in kind. In random base62 it is nearly two thirds of all pairs, in random
    /// letters a half; in names of several words it is about a fifth.
    pub(super) changes: usize,
}

impl Mix {
    /// Returns the mix of `word`.
    pub(super) fn of(word: &[u8]) -> Self {
        let mut mix = Self::default();
        let mut run = 0;
        for (i, byte) in word.iter().enumerate() {
            match byte {
                b'a'..=b'z' => mix.lower += 1,
                b'A'..=b'Z' => mix.upper += 1,
                b'0'..=b'9' => mix.digits += 1,
                _ => mix.other += 1,
            }
            mix.changes += usize::from(i > 0 && kind(word[i - 1]) != kind(*byte));
            run = if i > 0 && word[i - 1] == *byte { run + 1 } else { 1 };
            mix.repeat = mix.repeat.max(run);
        }
        mix
    }

    /// Returns whether letters and digits both occur.
    pub(super) const fn has_both(self) -> bool {
        self.digits > 0 && self.lower + self.upper > 0
    }

    /// Returns whether it could have come from a random generator: digits or both cases, and no run such as `xxxxxx`.
    pub(super) const fn is_mixed(self) -> bool {
        (self.digits > 0 || (self.lower > 0 && self.upper > 0)) && self.repeat < 6
    }
}
