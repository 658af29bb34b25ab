//! Where a list goes on: what the client gives back to read the next page.
//!
//! A cursor names the last thing shown by what the list is sorted by, and not by how many came before it: what is
//! recorded between two pages neither repeats a line nor hides one. It carries the time of the first page, so that what
//! depends on age is weighed the same on every page. To whoever holds it, it is one opaque word.

use super::AnswerError;
use crate::domain::time::Timestamp;

/// The layout of the bytes; an older or newer one is refused.
const VERSION: u8 = 1;

/// The digits of a cursor: those that stand in a command line and in a URL as they are.
const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// No cursor is longer; a longer text is not decoded.
const MOST: usize = 1_000;

/// Bytes before the varying part: version, checksum, question.
const FIXED: usize = 9;

/// What is asked, as a cursor remembers it: the answer, and everything that decides what it lists and in which order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Question(u32);

impl Question {
    /// Returns the question that `answer` is asked with these parameters.
    pub(super) fn of(answer: &str, parameters: &[&str]) -> Self {
        let mut hasher = crc32fast::Hasher::new();
        for text in std::iter::once(&answer).chain(parameters) {
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        }
        Self(hasher.finalize())
    }
}

/// Where a list goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cursor {
    /// When the first page was asked for.
    pub(super) asked: Timestamp,
    /// What the last thing shown is sorted by.
    pub(super) keys: Vec<i64>,
    /// Its name, which decides between equals.
    pub(super) name: String,
}

impl Cursor {
    /// Returns where the last thing shown stood in its list.
    pub(super) fn place(&self) -> (Vec<i64>, String) {
        (self.keys.clone(), self.name.clone())
    }

    /// Returns the word that stands for it.
    pub(super) fn text(&self, question: Question) -> String {
        let mut rest = question.0.to_le_bytes().to_vec();
        number(&mut rest, self.asked.0);
        number(&mut rest, i64::try_from(self.keys.len()).unwrap_or_default());
        for key in &self.keys {
            number(&mut rest, *key);
        }
        rest.extend_from_slice(self.name.as_bytes());
        let mut bytes = vec![VERSION];
        bytes.extend_from_slice(&crc32fast::hash(&rest).to_le_bytes());
        bytes.extend_from_slice(&rest);
        encoded(&bytes)
    }

    /// Returns the cursor that `given` stands for, when it is one of this question.
    pub(super) fn read(given: &str, question: Question) -> Result<Self, AnswerError> {
        let refused = |why| AnswerError::Cursor {
            given: given.to_owned(),
            why,
        };
        let damaged = || refused("is no cursor");
        let bytes = decoded(given.trim()).ok_or_else(damaged)?;
        if bytes.len() < FIXED {
            return Err(damaged());
        }
        if bytes[0] != VERSION {
            return Err(refused("is a cursor of another version of Callus"));
        }
        let rest = &bytes[5..];
        if crc32fast::hash(rest).to_le_bytes() != bytes[1..5] {
            return Err(damaged());
        }
        if rest[..4] != question.0.to_le_bytes() {
            return Err(refused("is a cursor of another question"));
        }
        let mut rest = &rest[4..];
        let asked = Timestamp(read_number(&mut rest).ok_or_else(damaged)?);
        let count = read_number(&mut rest).ok_or_else(damaged)?;
        let keys = (0..count)
            .map(|_| read_number(&mut rest))
            .collect::<Option<_>>()
            .ok_or_else(damaged)?;
        let name = String::from_utf8(rest.to_vec()).map_err(|_| damaged())?;
        Ok(Self { asked, keys, name })
    }
}

/// Adds a number: small ones, of either sign, take one byte.
fn number(bytes: &mut Vec<u8>, value: i64) {
    let mut left = ((value << 1) ^ (value >> 63)).cast_unsigned();
    while left >= 0x80 {
        bytes.push((left & 0x7f) as u8 | 0x80);
        left >>= 7;
    }
    bytes.push((left & 0x7f) as u8);
}

fn read_number(bytes: &mut &[u8]) -> Option<i64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some((value >> 1).cast_signed() ^ -(value & 1).cast_signed());
        }
    }
    None
}

fn encoded(bytes: &[u8]) -> String {
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits = group.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for place in 0..=group.len() {
            text.push(char::from(DIGITS[(bits >> (18 - 6 * place) & 63) as usize]));
        }
    }
    text
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    if text.len() > MOST || text.len() % 4 == 1 {
        return None;
    }
    let mut bytes = Vec::new();
    for group in text.as_bytes().chunks(4) {
        let mut bits = 0_u32;
        for digit in group {
            let value = DIGITS.iter().position(|known| known == digit)?;
            bits = bits << 6 | u32::try_from(value).ok()?;
        }
        bits <<= 6 * (4 - group.len());
        let [_, whole @ ..] = bits.to_be_bytes();
        bytes.extend_from_slice(&whole[..group.len() - 1]);
    }
    // Bits beyond the last byte would let two words stand for one cursor.
    (encoded(&bytes) == text).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cursor() -> Cursor {
        Cursor {
            asked: Timestamp(1_795_176_000_000_000),
            keys: vec![0, -3, i64::MAX, i64::MIN],
            name: "7k2m9q1x00000000".to_owned(),
        }
    }

    #[test]
    fn a_cursor_of_another_question_or_version_is_refused() {
        let question = Question::of("search", &["go", "open"]);
        let text = cursor().text(question);
        assert_eq!(Cursor::read(&text, question).expect("its own"), cursor());
        for other in [
            Question::of("search", &["go", "resolved"]),
            Question::of("failures", &["go", "open"]),
            Question::of("search", &["goo", "pen"]),
        ] {
            let error = Cursor::read(&text, other).expect_err("another question").to_string();
            assert!(error.ends_with("is a cursor of another question"), "{error}");
        }
        let mut bytes = decoded(&text).expect("digits");
        bytes[0] += 1;
        let error = Cursor::read(&encoded(&bytes), question).expect_err("another version");
        assert!(error.to_string().contains("another version"), "{error}");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(asked: i64, keys in prop::collection::vec(any::<i64>(), 0..6), name in "\\PC{0,20}") {
            let cursor = Cursor { asked: Timestamp(asked), keys, name };
            let question = Question::of("search", &[]);
            prop_assert_eq!(Cursor::read(&cursor.text(question), question).expect("reads"), cursor);
        }

        #[test]
        fn what_was_changed_anywhere_is_refused(at: prop::sample::Index, digit in prop::sample::select(DIGITS.to_vec())) {
            let question = Question::of("search", &[]);
            let mut text = cursor().text(question).into_bytes();
            let at = at.index(text.len());
            prop_assume!(text[at] != digit);
            text[at] = digit;
            let text = String::from_utf8(text).expect("ASCII");
            prop_assert!(Cursor::read(&text, question).is_err());
        }

        #[test]
        fn no_text_is_more_than_refused(text in "\\PC{0,60}|[A-Za-z0-9_-]{0,80}") {
            prop_assert!(Cursor::read(&text, Question::of("search", &[])).is_err());
        }
    }
}
