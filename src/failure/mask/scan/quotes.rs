//! Quoted texts: values are masked, sentences stay.

use super::super::Token;
use super::super::shapes::{is_alnum, is_message_key, is_trouble};
use super::{Names, Scanner};

/// Longest quoted text, in bytes, that is taken for a value.
const LONGEST_QUOTE: usize = 80;
/// Most words of a quoted text that is taken for a value; more is a sentence.
const MOST_QUOTED_WORDS: usize = 4;

impl Scanner<'_> {
    /// Takes a quoted text whose opening mark is `width` bytes long.
    pub(super) fn quote(&mut self, width: usize) {
        if self.at == self.closing || is_alnum(self.before()) {
            return self.give_mark(width);
        }
        let inside = self.at + width;
        let Some((end, after)) = self.quote_end(inside) else {
            return self.give_mark(width);
        };
        let text = &self.text[inside..end];
        if text.is_empty() {
            return self.give_varying(after);
        }
        let mut words = text.split_ascii_whitespace();
        let sentence = text.split_ascii_whitespace().count() > MOST_QUOTED_WORDS
            || (text.contains(' ') && (self.follows_message_key() || words.any(is_trouble)));
        if sentence || self.names == Names::Kept {
            self.closing = end;
            return self.give_mark(width);
        }
        self.identity.quoted(text);
        self.give(Token::Mask, after);
    }

    /// Returns whether a key such as `msg=` stands before: what it holds is a message however short.
    fn follows_message_key(&self) -> bool {
        let assigns = matches!(self.tokens.as_slice().last(), Some(Token::Punct("=")));
        assigns && self.last_word(1).is_some_and(is_message_key)
    }

    /// Returns where the text quoted from `inside` ends, and the place behind its closing mark.
    fn quote_end(&self, inside: usize) -> Option<(usize, usize)> {
        let open = self.text[self.at..inside].chars().next()?;
        let closes = |c: char| match open {
            '`' => c == '`' || c == '\'',
            '‘' => c == '’',
            '“' => c == '”',
            '«' => c == '»',
            _ => c == open,
        };
        #[cfg(test)]
        self.looked(LONGEST_QUOTE);
        let limit = self
            .text
            .floor_char_boundary((inside + LONGEST_QUOTE).min(self.text.len()));
        let (end, mark) = self.text[inside..limit]
            .char_indices()
            .find(|(_, c)| closes(*c) || *c == '\n')?;
        let (end, after) = (inside + end, inside + end + mark.len_utf8());
        (mark != '\n' && !is_alnum(self.byte(after))).then_some((end, after))
    }
}
