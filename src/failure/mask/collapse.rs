//! Folds tokens as they come, so that a list of three things and a list of thirty are one template.

use super::{MAX_TOKENS, Token};

/// Longest group of tokens whose immediate repetition is folded.
const LONGEST_GROUP: usize = 8;

/// Tokens that are collapsed at all times.
#[derive(Debug)]
pub(super) struct Tokens<'a> {
    out: Vec<Token<'a>>,
}

impl Default for Tokens<'_> {
    fn default() -> Self {
        Self {
            out: Vec::with_capacity(MAX_TOKENS),
        }
    }
}

impl<'a> Tokens<'a> {
    /// Returns the tokens so far.
    pub(super) fn as_slice(&self) -> &[Token<'a>] {
        &self.out
    }

    /// Returns whether no further token is taken.
    pub(super) fn is_full(&self) -> bool {
        self.out.len() >= MAX_TOKENS
    }

    /// Takes back the last token.
    pub(super) fn pop(&mut self) -> Option<Token<'a>> {
        self.out.pop()
    }

    /// Replaces the token at `place`; the result is not collapsed.
    pub(super) fn set(&mut self, place: usize, token: Token<'a>) {
        self.out[place] = token;
    }

    /// Adds a token and folds what it completes; a token for which there is no room is left out.
    pub(super) fn push(&mut self, token: Token<'a>) {
        if self.is_full() {
            return;
        }
        self.out.push(token);
        if !token.is_constant() {
            while self.fold_end() {}
        }
        self.fold_repetition();
    }

    /// Folds the end once; returns whether there may be more to fold.
    fn fold_end(&mut self) -> bool {
        let folded = match self.out.as_slice() {
            [.., Token::Mask, Token::Mask] => 1,
            [.., Token::Mask, between, Token::Mask] if separates(*between) => 2,
            [.., Token::Punct(open), Token::Mask, Token::Punct(close)] if open == close && quotes(close) => {
                self.out.truncate(self.out.len() - 3);
                self.out.push(Token::Mask);
                return true;
            }
            [.., Token::Punct(open), Token::Mask, Token::Punct(close)] if brackets(open, close) => {
                return self.drop_bracket(3, open);
            }
            [.., Token::Punct(open), Token::Punct(close)] if brackets(open, close) => {
                return self.drop_bracket(2, open);
            }
            _ => return false,
        };
        self.out.truncate(self.out.len() - folded);
        true
    }

    /// Removes a bracket that holds nothing or a mask. A round or pointed one is a remark and goes
    /// altogether; a square or curly one is a list and leaves a mask.
    fn drop_bracket(&mut self, tokens: usize, open: &str) -> bool {
        self.out.truncate(self.out.len() - tokens);
        let remark = open == "(" || open == "<";
        if remark && !self.out.is_empty() {
            return false;
        }
        self.out.push(Token::Mask);
        true
    }

    /// Folds the immediate repetition of a group that contains a mask: `<*> ok , <*> ok ,` is once `<*> ok ,`.
    fn fold_repetition(&mut self) {
        let len = self.out.len();
        let Some(last) = self.out.last().copied() else { return };
        for size in 2..=LONGEST_GROUP.min(len / 2) {
            if last != self.out[len - 1 - size] {
                continue;
            }
            let (rest, group) = self.out.split_at(len - size);
            if rest.ends_with(group) && group.contains(&Token::Mask) {
                self.out.truncate(len - size);
                return;
            }
        }
    }
}

/// Returns whether a token between two masks makes a list of them.
fn separates(token: Token<'_>) -> bool {
    matches!(
        token,
        Token::Punct("," | "/" | "-" | ":" | ";" | "#" | "|" | "+" | "." | "&" | "@" | "->" | "=>") | Token::Word("x")
    )
}

fn quotes(mark: &str) -> bool {
    matches!(mark, "\"" | "'" | "`" | "#")
}

fn brackets(open: &str, close: &str) -> bool {
    matches!((open, close), ("(", ")") | ("[", "]") | ("{", "}") | ("<", ">"))
}
