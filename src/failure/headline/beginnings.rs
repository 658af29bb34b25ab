//! A table of beginnings that most lines are turned away from by their first byte alone.

/// Beginnings of lines.
pub(super) struct Beginnings {
    texts: &'static [&'static str],
    firsts: [bool; 256],
}

impl Beginnings {
    /// Returns the table of `texts`, of which none is empty.
    pub(super) const fn of(texts: &'static [&'static str]) -> Self {
        let mut firsts = [false; 256];
        let mut at = 0;
        while at < texts.len() {
            firsts[texts[at].as_bytes()[0] as usize] = true;
            at += 1;
        }
        Self { texts, firsts }
    }

    /// Returns whether `line` begins with one of the texts.
    pub(super) fn begin(&self, line: &str) -> bool {
        let Some(first) = line.bytes().next().filter(|first| self.firsts[usize::from(*first)]) else {
            return false;
        };
        let begins = |text: &&str| text.as_bytes().first() == Some(&first) && line.starts_with(*text);
        self.texts.iter().any(begins)
    }

    /// Returns whether `word` is one of the texts, which are in lower case, in whatever case.
    pub(super) fn name(&self, word: &str) -> bool {
        word.bytes()
            .next()
            .is_some_and(|first| self.firsts[usize::from(first.to_ascii_lowercase())])
            && self.texts.iter().any(|text| text.eq_ignore_ascii_case(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_compared_with_every_beginning() {
        static TABLE: Beginnings = Beginnings::of(&["ab", "ac", "x"]);
        for (line, begins) in [
            ("ab", true),
            ("acd", true),
            ("ad", false),
            ("", false),
            ("é", false),
            ("xy", true),
        ] {
            assert_eq!(TABLE.begin(line), begins, "{line}");
        }
        assert!(TABLE.name("AB") && !TABLE.name("abc"));
    }
}
