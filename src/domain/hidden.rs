//! Characters that show nothing and change how others are shown or read, as one table.

use std::ops::RangeInclusive;

/// Marks of direction, joiners, tags, variations, and what fills a place without being seen: Unicode's characters that
/// are ignored by default, those that end lines unseen, and blanks of Braille, Hangul and musical notes.
const HIDDEN: &[RangeInclusive<char>] = &[
    '\u{ad}'..='\u{ad}',
    '\u{34f}'..='\u{34f}',
    '\u{61c}'..='\u{61c}',
    '\u{115f}'..='\u{1160}',
    '\u{17b4}'..='\u{17b5}',
    '\u{180b}'..='\u{180f}',
    '\u{200b}'..='\u{200f}',
    '\u{2028}'..='\u{202e}',
    '\u{2060}'..='\u{206f}',
    '\u{2800}'..='\u{2800}',
    '\u{3164}'..='\u{3164}',
    '\u{fe00}'..='\u{fe0f}',
    '\u{feff}'..='\u{feff}',
    '\u{ffa0}'..='\u{ffa0}',
    '\u{fff0}'..='\u{fffb}',
    '\u{1bca0}'..='\u{1bca3}',
    '\u{1d173}'..='\u{1d17a}',
    '\u{e0000}'..='\u{e0fff}',
];

/// Returns whether a character is not seen and still says something; control characters are another matter, since
/// some of them part lines.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    HIDDEN.iter().any(|range| range.contains(&c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_seen_is_hidden_and_what_is_seen_is_not() {
        for c in "\u{ad}\u{34f}\u{61c}\u{115f}\u{1160}\u{17b4}\u{180e}\u{200b}\u{200d}\u{200f}\u{2028}\u{202e}\u{2060}\u{2066}\
                  \u{2800}\u{3164}\u{fe0f}\u{feff}\u{ffa0}\u{fffb}\u{1bca0}\u{1d173}\u{e0001}\u{e0041}\u{e0100}\u{e01ef}"
            .chars()
        {
            assert!(is_hidden(c), "U+{:04X}", u32::from(c));
        }
        for c in "aZ0 \n\t\u{a0}éßЖ中한👍…–’\u{3000}\u{fffd}".chars() {
            assert!(!is_hidden(c), "U+{:04X}", u32::from(c));
        }
        assert!(HIDDEN.windows(2).all(|pair| pair[0].end() < pair[1].start()), "sorted");
    }
}
