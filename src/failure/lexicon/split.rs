//! What words are made of: `getUserName`, `get_user_name` and `get-user-name` are all *get user name*.

/// What a letter is, as far as it decides where a word is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Lower,
    Upper,
    Digit,
    /// A sign that is a word by itself: Chinese and Japanese are written without blanks.
    Sign,
}

/// Between which kinds a word is divided.
const DIVIDED: &[(Kind, Kind)] = &[
    (Kind::Lower, Kind::Upper),
    (Kind::Lower, Kind::Digit),
    (Kind::Upper, Kind::Digit),
    (Kind::Digit, Kind::Lower),
    (Kind::Digit, Kind::Upper),
    (Kind::Sign, Kind::Sign),
    (Kind::Sign, Kind::Lower),
    (Kind::Sign, Kind::Upper),
    (Kind::Sign, Kind::Digit),
    (Kind::Lower, Kind::Sign),
    (Kind::Upper, Kind::Sign),
    (Kind::Digit, Kind::Sign),
];

/// The blocks of signs that are words by themselves: kana, ideographs.
const SIGNS: &[(char, char)] = &[
    ('\u{3040}', '\u{30ff}'),
    ('\u{3400}', '\u{9fff}'),
    ('\u{20000}', '\u{3ffff}'),
];

/// A word of more parts is a hash or a random id, and its parts say nothing.
const MOST_PARTS: usize = 8;

/// A longer word is none that anybody types.
const LONGEST: usize = 120;

fn kind(letter: char) -> Kind {
    if SIGNS.iter().any(|(first, last)| (*first..=*last).contains(&letter)) {
        Kind::Sign
    } else if letter.is_numeric() {
        Kind::Digit
    } else if letter.is_uppercase() {
        Kind::Upper
    } else {
        Kind::Lower
    }
}

/// Returns the words of a text: letters and digits without anything between them.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
}

/// Returns what a word is made of: itself, where it is not divided.
pub(super) fn parts(word: &str) -> Vec<&str> {
    if word.len() > LONGEST {
        return vec![word];
    }
    let letters: Vec<(usize, Kind)> = word.char_indices().map(|(at, letter)| (at, kind(letter))).collect();
    let mut starts = vec![0];
    for (n, pair) in letters.windows(2).enumerate() {
        let [(_, one), (at, other)] = [pair[0], pair[1]];
        // The last capital of several begins the next word: HTTPServer.
        let next = letters.get(n + 2).map(|(_, kind)| *kind);
        let ends_capitals = one == Kind::Upper && other == Kind::Upper && next == Some(Kind::Lower);
        if ends_capitals || DIVIDED.contains(&(one, other)) {
            starts.push(at);
        }
    }
    let signs = letters.iter().any(|(_, kind)| *kind == Kind::Sign);
    if starts.len() > MOST_PARTS && !signs {
        return vec![word];
    }
    let ends = starts.iter().skip(1).copied().chain([word.len()]);
    starts.iter().zip(ends).map(|(start, end)| &word[*start..end]).collect()
}

/// Returns the text with the parts of its words behind it, each word once: the whole word is found, and so is each of
/// its parts.
#[must_use]
pub fn spelled(text: &str) -> String {
    let mut out = text.to_owned();
    let mut seen: Vec<&str> = Vec::new();
    for word in words(text) {
        let parts = parts(word);
        if parts.len() > 1 && !seen.contains(&word) {
            out.push(if seen.is_empty() { '\n' } else { ' ' });
            out.push_str(&parts.join(" "));
            seen.push(word);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_are_divided_where_a_reader_divides_them() {
        for (word, made_of) in [
            ("getUserName", "get User Name"),
            ("HTTPServer", "HTTP Server"),
            ("parseJSON", "parse JSON"),
            ("ModuleNotFoundError", "Module Not Found Error"),
            ("E0308", "E 0308"),
            ("sha256sum", "sha 256 sum"),
            ("utf8", "utf 8"),
            ("IDs", "I Ds"),
            ("plain", "plain"),
            ("PLAIN", "PLAIN"),
            ("größterWert", "größter Wert"),
            ("文件不存在", "文 件 不 存 在"),
            ("a1b2c3d4e5f6", "a1b2c3d4e5f6"),
        ] {
            assert_eq!(parts(word).join(" "), made_of, "{word}");
        }
    }

    #[test]
    fn a_text_is_spelled_out_once_for_each_word() {
        assert_eq!(spelled("no module named yaml"), "no module named yaml");
        assert_eq!(
            spelled("getUser: getUser of go1.22 in read_file"),
            "getUser: getUser of go1.22 in read_file\nget User go 1"
        );
    }

    proptest! {
        #[test]
        fn no_letter_is_lost_and_no_part_is_empty(word in "[a-zA-Z0-9ß文字]{1,30}") {
            let parts = parts(&word);
            prop_assert!(parts.iter().all(|part| !part.is_empty()));
            prop_assert_eq!(parts.concat(), word);
        }

        #[test]
        fn what_is_spelled_out_begins_with_the_text(text in "\\PC{0,60}") {
            prop_assert!(spelled(&text).starts_with(&text));
        }
    }
}
