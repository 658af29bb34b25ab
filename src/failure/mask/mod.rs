//! From a headline to its template: what stays when everything that varies is masked.
//!
//! One pass over the bytes of the headline (`scan`) yields tokens that are collapsed as they come
//! (`collapse`). Every mask is the same `<*>`: a slot that holds a host name today and an address
//! tomorrow is still one slot. What was masked and names the thing that failed (a module, a path, a test)
//! goes to the [`Identity`]; what differs with every run (a duration, an address, a temporary path) does not.

mod collapse;
mod identity;
mod scan;
mod shapes;
#[cfg(test)]
mod tests;

pub use identity::Identity;

use scan::{Names, Scanner};

/// Bytes of a headline that are looked at; the rest is ignored.
pub const MAX_BYTES: usize = 2_000;
/// Tokens of a template; what follows is ignored.
pub const MAX_TOKENS: usize = 64;
/// How a mask is written, for people and in the store.
pub const MASK: &str = "<*>";

/// Stands between tokens in the stored form.
const SEPARATOR: char = '\u{1f}';
/// Stands before a code in the stored form, so that it can never be taken for a word.
const CODE: char = '\u{1e}';

/// One token of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Token<'a> {
    /// Something that varies.
    Mask,
    /// A code that says what went wrong, such as `E0308`, `ENOENT`, `404`: it never varies.
    Code(&'a str),
    /// A word of the message.
    Word(&'a str),
    /// A punctuation mark.
    Punct(&'a str),
}

impl<'a> Token<'a> {
    /// Returns the token as people read it.
    #[must_use]
    pub fn text(self) -> &'a str {
        match self {
            Self::Mask => MASK,
            Self::Code(text) | Self::Word(text) | Self::Punct(text) => text,
        }
    }

    /// Returns whether the token says something: a word or a code.
    #[must_use]
    pub fn is_constant(self) -> bool {
        matches!(self, Self::Code(_) | Self::Word(_))
    }

    fn parse(text: &'a str) -> Self {
        if text == MASK {
            return Self::Mask;
        }
        if let Some(code) = text.strip_prefix(CODE) {
            return Self::Code(code);
        }
        if text
            .chars()
            .next()
            .is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$')
        {
            Self::Word(text)
        } else {
            Self::Punct(text)
        }
    }
}

/// The constant part of a headline, with `<*>` for what varies.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Template {
    stored: String,
}

impl Template {
    /// Returns the template that [`Template::stored`] wrote; any text is taken.
    #[must_use]
    pub fn parse(stored: &str) -> Self {
        Self {
            stored: stored.to_owned(),
        }
    }

    /// Returns the form for the store: tokens joined by U+001F, codes marked by U+001E.
    #[must_use]
    pub fn stored(&self) -> &str {
        &self.stored
    }

    /// Returns the tokens in order.
    pub fn tokens(&self) -> impl Iterator<Item = Token<'_>> {
        self.stored
            .split(SEPARATOR)
            .filter(|text| !text.is_empty())
            .map(Token::parse)
    }

    /// Returns whether nothing is left of the headline.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.stored.is_empty()
    }

    /// Returns the template as one line for people, such as `error[E0433]: use of undeclared crate <*>`.
    #[must_use]
    pub fn display(&self) -> String {
        let mut line = String::with_capacity(self.stored.len());
        let mut glued = true;
        for token in self.tokens() {
            let text = token.text();
            let closes = matches!(
                token,
                Token::Punct("," | "." | ":" | ";" | ")" | "]" | "}" | "!" | "?" | "...")
            );
            if !glued && !closes {
                line.push(' ');
            }
            line.push_str(text);
            glued = matches!(token, Token::Punct("(" | "[" | "{"));
        }
        line
    }

    fn build(tokens: &[Token<'_>]) -> Self {
        let mut stored = String::with_capacity(tokens.iter().map(|token| token.text().len() + 2).sum());
        for (i, token) in tokens.iter().enumerate() {
            if i > 0 {
                stored.push(SEPARATOR);
            }
            if matches!(token, Token::Code(_)) {
                stored.push(CODE);
            }
            stored.push_str(token.text());
        }
        Self { stored }
    }

    /// Returns the template in which the token at `hole` is masked too, collapsed again.
    pub(super) fn with_hole(tokens: &[Token<'_>], hole: usize) -> Self {
        let mut out = collapse::Tokens::default();
        for (i, token) in tokens.iter().enumerate() {
            out.push(if i == hole { Token::Mask } else { *token });
        }
        Self::build(out.as_slice())
    }
}

/// A headline taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Masked {
    /// What stays.
    pub template: Template,
    /// What was masked and names the thing that failed.
    pub identity: Identity,
}

/// Returns the template of a headline and what was masked of it.
#[must_use]
pub fn mask(headline: &str) -> Masked {
    let text = &headline[..headline.floor_char_boundary(MAX_BYTES)];
    let (tokens, identity) = Scanner::new(text, Names::Masked).run();
    if tokens.as_slice().iter().any(|token| token.is_constant()) {
        return Masked {
            template: Template::build(tokens.as_slice()),
            identity,
        };
    }
    // A template of masks alone would swallow every headline that is nothing but names: keep the names then.
    let (tokens, _) = Scanner::new(text, Names::Kept).run();
    Masked {
        template: Template::build(tokens.as_slice()),
        identity,
    }
}
