//! Splits a command line of a POSIX shell into the simple commands it is made of.
//!
//! Total and forgiving: whatever is no shell is still split into something, in one pass and without
//! panicking. What a substitution `$(…)` runs is kept as text of the word it stands in.

/// What follows a simple command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// `&&`: the next runs only after success.
    And,
    /// `||`: the next runs only after failure.
    Or,
    /// `|`: the next reads its output, and its exit status is lost.
    Pipe,
    /// `;`, a newline, or the end of a group: the next runs in any case.
    Then,
    /// `&`: it runs in the background.
    Background,
    /// Nothing follows.
    End,
}

/// One simple command: words without redirections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Simple<'a> {
    /// Its source text, trimmed.
    pub text: &'a str,
    /// Its words with quotes removed.
    pub words: Vec<Word>,
    /// What follows it.
    pub link: Link,
    /// Its error output goes to `/dev/null`.
    pub silenced: bool,
}

/// A word of a simple command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The word with its quotes removed.
    pub text: String,
    /// A part of it was quoted, so that it is no keyword.
    pub quoted: bool,
    /// Where it stands in the source, quotes and all.
    pub place: std::ops::Range<usize>,
}

/// Bytes of a command line that are split: what is longer carries a file in it.
const COMMAND_BYTES: usize = 65_536;

/// Splits the first `COMMAND_BYTES` of `command` into its simple commands, in the order of the text.
#[must_use]
pub fn split(command: &str) -> Vec<Simple<'_>> {
    let mut lexer = Lexer {
        source: &command[..command.floor_char_boundary(COMMAND_BYTES)],
        at: 0,
        start: 0,
        words: Vec::new(),
        word: None,
        word_start: 0,
        redirect: None,
        silenced: false,
        heredocs: Vec::new(),
        out: Vec::new(),
    };
    lexer.run();
    lexer.out
}

/// Where the next word goes instead of the command's words.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Redirect {
    /// A file for the error output.
    Errors,
    /// Any other file.
    Other,
    /// The delimiter of a here-document; its lines may be indented by tabs.
    Heredoc,
}

struct Lexer<'a> {
    source: &'a str,
    at: usize,
    start: usize,
    words: Vec<Word>,
    word: Option<Word>,
    word_start: usize,
    redirect: Option<Redirect>,
    silenced: bool,
    heredocs: Vec<String>,
    out: Vec<Simple<'a>>,
}

impl Lexer<'_> {
    fn peek(&self) -> Option<u8> {
        self.source.as_bytes().get(self.at).copied()
    }

    fn looks_at(&self, text: &str) -> bool {
        self.source.as_bytes()[self.at..].starts_with(text.as_bytes())
    }

    fn run(&mut self) {
        while let Some(byte) = self.peek() {
            if self.word.is_none() {
                self.word_start = self.at;
            }
            match byte {
                b'\'' | b'"' => self.quoted(byte),
                b'`' => self.substitution(1, b'`', b'`'),
                b'\\' => self.escaped(),
                b'$' if self.looks_at("$(") => self.substitution(2, b'(', b')'),
                b'$' if self.looks_at("${") => self.substitution(2, b'{', b'}'),
                b'#' if self.word.is_none() => self.comment(),
                b'<' | b'>' => self.redirection(),
                b'&' if self.looks_at("&>") => self.redirection(),
                b'\n' => {
                    self.end(Link::Then, 1);
                    self.skip_heredocs();
                }
                b';' => {
                    let length = self.source.as_bytes()[self.at..]
                        .iter()
                        .take_while(|b| **b == b';')
                        .count();
                    self.end(Link::Then, length);
                }
                b'&' if self.looks_at("&&") => self.end(Link::And, 2),
                b'&' => self.end(Link::Background, 1),
                b'|' if self.looks_at("||") => self.end(Link::Or, 2),
                b'|' if self.looks_at("|&") => self.end(Link::Pipe, 2),
                b'|' => self.end(Link::Pipe, 1),
                b'(' if self.word.is_none() => self.end(Link::Then, 1),
                b')' => self.end(Link::Then, 1),
                b' ' | b'\t' | b'\r' => {
                    self.end_word();
                    self.at += 1;
                }
                _ => self.plain(),
            }
        }
        self.end(Link::End, 0);
        if let Some(last) = self.out.last_mut() {
            last.link = Link::End;
        }
    }

    fn word(&mut self) -> &mut Word {
        self.word.get_or_insert_with(|| Word {
            text: String::new(),
            quoted: false,
            place: 0..0,
        })
    }

    /// Takes characters up to the next one that means something.
    fn plain(&mut self) {
        let rest = &self.source.as_bytes()[self.at..];
        let special = |b: &u8| b"'\"`\\$<>\n;&|() \t\r".contains(b);
        let length = 1 + rest[1..].iter().position(special).unwrap_or(rest.len() - 1);
        // Every special byte is ASCII, so the run ends at a character boundary.
        let run = &self.source[self.at..self.at + length];
        self.word().text.push_str(run);
        self.at += length;
    }

    fn escaped(&mut self) {
        let next = self.source[self.at + 1..].chars().next();
        self.at += 1 + next.map_or(0, char::len_utf8);
        match next {
            Some('\n') | None => {}
            Some(c) => {
                let word = self.word();
                word.text.push(c);
                word.quoted = true;
            }
        }
    }

    fn quoted(&mut self, quote: u8) {
        self.word().quoted = true;
        self.at += 1;
        while let Some(byte) = self.peek() {
            if byte == quote {
                self.at += 1;
                return;
            }
            if quote == b'"' && byte == b'\\' {
                let next = self.source[self.at + 1..].chars().next();
                self.at += 1 + next.map_or(0, char::len_utf8);
                if let Some(c) = next {
                    if !matches!(c, '"' | '\\' | '$' | '`' | '\n') {
                        self.word().text.push('\\');
                    }
                    if c != '\n' {
                        self.word().text.push(c);
                    }
                }
            } else if quote == b'"' && self.looks_at("$(") {
                self.substitution(2, b'(', b')');
            } else {
                let rest = &self.source.as_bytes()[self.at..];
                let length = 1 + rest[1..]
                    .iter()
                    .position(|b| *b == quote || matches!(b, b'\\' | b'$'))
                    .unwrap_or(rest.len() - 1);
                let run = &self.source[self.at..self.at + length];
                self.word().text.push_str(run);
                self.at += length;
            }
        }
    }

    /// Takes a substitution whole, from its opening of `length` bytes to the close that matches.
    fn substitution(&mut self, length: usize, open: u8, close: u8) {
        let start = self.at;
        self.at += length;
        let mut depth = 1;
        let mut quote = None;
        while let Some(byte) = self.peek() {
            self.at += 1;
            match (quote, byte) {
                (_, b'\\') if quote != Some(b'\'') => self.at += usize::from(self.peek().is_some()),
                (Some(q), b) if q == b => quote = None,
                (None, b'\'' | b'"') if open != b'`' => quote = Some(byte),
                (None, b'<') if self.looks_at("<") && !self.looks_at("<<") => self.skip_inner_heredoc(),
                (None, b) if b == close => depth -= 1,
                (None, b) if b == open => depth += 1,
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
        self.at = self.source.ceil_char_boundary(self.at.min(self.source.len()));
        let run = &self.source[start..self.at];
        let word = self.word();
        word.text.push_str(run);
        word.quoted = true;
    }

    /// Skips a here-document inside a substitution, whose text may hold any quote or bracket: the usual
    /// way to write a commit message. Stands at the second `<`; without its end it reaches to the end.
    fn skip_inner_heredoc(&mut self) {
        self.at += 1;
        let rest = self.source.get(self.at..).unwrap_or("");
        let opening = rest.trim_start_matches(['-', ' ', '"', '\'', '\\']);
        let length = opening
            .find(|c: char| !(c.is_alphanumeric() || c == '_'))
            .unwrap_or(opening.len());
        let delimiter = &opening[..length];
        if delimiter.is_empty() {
            return;
        }
        let mut at = self.at;
        for line in rest.split_inclusive('\n') {
            at += line.len();
            if line.trim() == delimiter {
                break;
            }
        }
        self.at = at;
    }

    fn comment(&mut self) {
        let rest = &self.source.as_bytes()[self.at..];
        // What stands before the comment is whole; the comment itself is no part of the command's text.
        self.end(Link::Then, rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len()));
    }

    fn redirection(&mut self) {
        let from_errors = match self.word.take() {
            Some(word) if !word.quoted && word.text.bytes().all(|b| b.is_ascii_digit()) => word.text == "2",
            Some(word) => {
                self.word = Some(word);
                self.end_word();
                false
            }
            None => false,
        };
        let all = self.looks_at("&>");
        self.at += usize::from(all);
        let rest = &self.source.as_bytes()[self.at..];
        let is_heredoc = rest.starts_with(b"<<") && !rest.starts_with(b"<<<");
        let length = rest.iter().take_while(|b| matches!(b, b'<' | b'>')).count();
        self.at += length;
        match self.peek() {
            // A process substitution is an operand: its text stands in the word.
            Some(b'(') if length == 1 => {
                self.at -= 1;
                return self.substitution(2, b'(', b')');
            }
            Some(b'&' | b'|' | b'-') if !is_heredoc => {
                self.at += 1;
                let rest = &self.source.as_bytes()[self.at..];
                let digits = rest.iter().take_while(|b| b.is_ascii_digit() || **b == b'-').count();
                self.at += digits;
                if digits > 0 {
                    return;
                }
            }
            Some(b'-') => self.at += 1,
            _ => {}
        }
        self.redirect = Some(if is_heredoc {
            Redirect::Heredoc
        } else if from_errors || all {
            Redirect::Errors
        } else {
            Redirect::Other
        });
    }

    fn end_word(&mut self) {
        let Some(mut word) = self.word.take() else { return };
        word.place = self.word_start..self.at;
        match self.redirect.take() {
            None => self.words.push(word),
            Some(Redirect::Heredoc) => self.heredocs.push(word.text),
            Some(Redirect::Errors) => self.silenced |= word.text == "/dev/null",
            Some(Redirect::Other) => {}
        }
    }

    /// Ends the simple command before an operator of `length` bytes.
    fn end(&mut self, link: Link, length: usize) {
        self.end_word();
        self.redirect = None;
        let text = self.source[self.start..self.at].trim();
        self.at += length;
        self.start = self.at;
        let words = std::mem::take(&mut self.words);
        let silenced = std::mem::take(&mut self.silenced);
        if !words.is_empty() {
            self.out.push(Simple {
                text,
                words,
                link,
                silenced,
            });
        } else if let Some(last) = self.out.last_mut()
            && last.link == Link::Then
            && link != Link::End
        {
            // An operator after a group or a comment says what follows the command that ended it.
            last.link = link;
        }
    }

    /// Skips the bodies of the here-documents that the ended line announced.
    fn skip_heredocs(&mut self) {
        for delimiter in std::mem::take(&mut self.heredocs) {
            while self.at < self.source.len() {
                let rest = &self.source[self.at..];
                let line = rest.split('\n').next().unwrap_or(rest);
                self.at = (self.at + line.len() + 1).min(self.source.len());
                if line.trim_start_matches('\t').trim_end_matches('\r') == delimiter {
                    break;
                }
            }
        }
        self.start = self.at;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(command: &str) -> Vec<(String, Link)> {
        split(command)
            .into_iter()
            .map(|simple| {
                (
                    simple
                        .words
                        .iter()
                        .map(|w| w.text.as_str())
                        .collect::<Vec<_>>()
                        .join("·"),
                    simple.link,
                )
            })
            .collect()
    }

    /// A command line, and its simple commands with what follows each.
    const CASES: &[(&str, &[(&str, Link)])] = &[
        ("a b", &[("a·b", Link::End)]),
        (
            "cd x && go test ./... 2>&1 | tail -3",
            &[
                ("cd·x", Link::And),
                ("go·test·./...", Link::Pipe),
                ("tail·-3", Link::End),
            ],
        ),
        (
            "a 'x && y' \"p | q\" || true; echo z &",
            &[
                ("a·x && y·p | q", Link::Or),
                ("true", Link::Then),
                ("echo·z", Link::End),
            ],
        ),
        ("X=$(a | b) c > out.txt 2>/dev/null", &[("X=$(a | b)·c", Link::End)]),
        (
            "(cd a && b) || c",
            &[("cd·a", Link::And), ("b", Link::Or), ("c", Link::End)],
        ),
        (
            "cat <<'EOF' > f\na && b\nEOF\nc",
            &[("cat", Link::Then), ("c", Link::End)],
        ),
        ("a # b && c\nd", &[("a", Link::Then), ("d", Link::End)]),
        ("a \\\n  b", &[("a·b", Link::End)]),
        (
            "git commit -m \"$(cat <<'EOF'\nx (y\nEOF\n)\"",
            &[("git·commit·-m·$(cat <<'EOF'\nx (y\nEOF\n)", Link::End)],
        ),
        ("diff <(a b) c", &[("diff·<(a b)·c", Link::End)]),
        ("a \"un closed && b", &[("a·un closed && b", Link::End)]),
        ("", &[]),
    ];

    #[test]
    fn a_command_line_splits_into_simple_commands() {
        for (command, expected) in CASES {
            let expected: Vec<(String, Link)> = expected.iter().map(|(w, l)| ((*w).to_owned(), *l)).collect();
            assert_eq!(texts(command), expected, "{command}");
        }
    }

    #[test]
    fn silenced_errors_are_seen() {
        assert!(split("a 2>/dev/null")[0].silenced);
        assert!(split("a &>/dev/null")[0].silenced);
        assert!(!split("a >/dev/null")[0].silenced);
    }
}
