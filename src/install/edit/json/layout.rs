//! How a document is laid out: where new text goes so that it looks as if the author had written it, and which bytes go
//! with an item that leaves.

use std::io;
use std::ops::Range;

use jsonc_parser::ast;
use jsonc_parser::tokens::Token;
use serde::Serialize;
use serde_json::Value;
use serde_json::ser::{Formatter, PrettyFormatter, Serializer};

use super::{Scan, Splice, range};

/// The items of a container and the space that they stand in.
pub(super) struct Slots {
    /// The first byte behind the opening bracket.
    pub(super) open: usize,
    /// The closing bracket.
    pub(super) close: usize,
    /// Each item; a property from its key to its value.
    pub(super) items: Vec<Range<usize>>,
}

impl Slots {
    /// Returns the slots of an object or a list; nothing for any other value.
    pub(super) fn of(container: &ast::Value<'_>) -> Option<Self> {
        let items = match container {
            ast::Value::Object(object) => object.properties.iter().map(range).collect(),
            ast::Value::Array(array) => array.elements.iter().map(range).collect(),
            _ => return None,
        };
        let whole = range(container);
        Some(Self {
            open: whole.start + 1,
            close: whole.end - 1,
            items,
        })
    }
}

/// The habits of a document.
pub(super) struct Layout<'t> {
    text: &'t str,
    pub(super) newline: &'static str,
    unit: String,
    /// A space follows colons and commas on one line.
    spaced: bool,
}

impl<'t> Layout<'t> {
    /// Reads the habits from a document; without any, two spaces and `\n`.
    pub(super) fn of(scan: &Scan<'t>) -> Self {
        let text = scan.text;
        let newline = match text.find('\n') {
            Some(at) if text[..at].ends_with('\r') => "\r\n",
            _ => "\n",
        };
        let mut colons = scan
            .tokens
            .iter()
            .filter(|token| token.token == Token::Colon)
            .peekable();
        let spaced =
            colons.peek().is_none() || colons.any(|colon| text[colon.range.end..].starts_with([' ', '\t', '\r', '\n']));
        Self {
            text,
            newline,
            unit: scan
                .root
                .as_ref()
                .and_then(|root| indent_unit(text, root))
                .unwrap_or_else(|| "  ".to_owned()),
            spaced,
        }
    }

    /// Returns the splices that put an item behind all that `container` holds. No byte is deleted.
    pub(super) fn insertion(
        &self,
        scan: &Scan<'t>,
        container: &ast::Value<'_>,
        is_root: bool,
        key: Option<&str>,
        value: &Value,
    ) -> Vec<Splice> {
        let Some(slots) = Slots::of(container) else {
            return Vec::new();
        };
        let inner = format!("{}{}", indent_at(self.text, slots.open), self.unit);
        let Some(last) = slots.items.last() else {
            return vec![self.first_item(scan, &slots, is_root, &inner, key, value)];
        };
        let comma = scan.comma_in(last.end..slots.close);
        let (after, line_comment) = behind_comments(scan, comma.map_or(last.end, |at| at + 1), slots.close);
        let own_line = starts_line(self.text, last.start);
        let text = if own_line || line_comment {
            let indent = if own_line {
                indent_at(self.text, last.start).to_owned()
            } else {
                inner
            };
            format!(
                "{}{indent}{}",
                self.newline,
                item(key, &self.block(value, &indent), true)
            )
        } else {
            format!(
                "{}{}",
                if self.spaced { " " } else { "" },
                item(key, &self.line(value), self.spaced)
            )
        };
        if comma.is_some() {
            vec![(after..after, format!("{text},"))]
        } else {
            vec![(last.end..last.end, ",".to_owned()), (after..after, text)]
        }
    }

    /// Returns the splice that puts an item into a container without any.
    ///
    /// White space that was there stays behind the item, and no white space goes before it: that tells [`deletion`]
    /// what to leave. Only a container of two brackets gets lines of its own.
    fn first_item(
        &self,
        scan: &Scan<'t>,
        slots: &Slots,
        is_root: bool,
        inner: &str,
        key: Option<&str>,
        value: &Value,
    ) -> Splice {
        let block = |indent: &str| item(key, &self.block(value, indent), true);
        if let Some((comment, to_line_end)) = scan.comments_in(slots.open..slots.close).last() {
            let end = comment.end;
            let text = if to_line_end || starts_line(self.text, comment.start) {
                let indent = if starts_line(self.text, comment.start) {
                    indent_at(self.text, comment.start)
                } else {
                    inner
                };
                format!("{}{indent}{}", self.newline, block(indent))
            } else {
                format!(" {}", item(key, &self.line(value), self.spaced))
            };
            return (end..end, text);
        }
        let outer = indent_at(self.text, slots.open);
        let many_lines = is_root || self.text.trim().contains('\n');
        let text = match (many_lines, slots.open == slots.close) {
            (true, true) => format!(
                "{newline}{inner}{}{newline}{outer}",
                block(inner),
                newline = self.newline
            ),
            (true, false) => block(outer),
            (false, _) => item(key, &self.line(value), self.spaced),
        };
        (slots.open..slots.open, text)
    }

    /// Returns the text of a value that stands where `at` is, in the way of its surroundings.
    pub(super) fn in_place(&self, value: &Value, at: usize) -> String {
        if starts_line(self.text, at) {
            self.block(value, indent_at(self.text, at))
        } else {
            self.line(value)
        }
    }

    /// Returns a value over several lines, all but the first behind `indent`.
    pub(super) fn block(&self, value: &Value, indent: &str) -> String {
        // A line break inside a string is escaped, so every one in the output is layout.
        written(value, PrettyFormatter::with_indent(self.unit.as_bytes()))
            .replace('\n', &format!("{}{indent}", self.newline))
    }

    /// Returns a value on one line.
    fn line(&self, value: &Value) -> String {
        if self.spaced {
            written(value, Spaced)
        } else {
            value.to_string()
        }
    }
}

/// Returns an item of an object or a list.
fn item(key: Option<&str>, value: &str, spaced: bool) -> String {
    match key {
        Some(key) => format!("{}:{}{value}", Value::from(key), if spaced { " " } else { "" }),
        None => value.to_owned(),
    }
}

/// Returns the splices that take an item away together with the bytes that its insertion brought.
pub(super) fn deletion(scan: &Scan<'_>, slots: &Slots, index: usize) -> Vec<Splice> {
    let text = scan.text;
    let item = slots.items[index].clone();
    let floor = index
        .checked_sub(1)
        .map_or(slots.open, |before| slots.items[before].end);
    let ceiling = slots.items.get(index + 1).map_or(slots.close, |next| next.start);
    let mut start = floor + text[floor..item.start].trim_end().len();
    let mut end = item.end;
    let mut splices = Vec::new();
    if let Some(comma) = scan.comma_in(item.end..ceiling) {
        if text[item.end..comma].trim().is_empty() {
            end = comma + 1;
        } else {
            splices.push((comma..comma + 1, String::new()));
        }
    } else if let Some(comma) = scan.comma_in(floor..item.start) {
        splices.push((comma..comma + 1, String::new()));
    }
    let alone = slots.items.len() == 1 && start == slots.open && start < item.start;
    if alone && text[end..slots.close].trim().is_empty() {
        end = slots.close;
    }
    if scan
        .comments_in(floor..item.start)
        .any(|(at, to_line_end)| to_line_end && at.end == start)
    {
        let line_rest = text[end..].split(['\r', '\n']).next().unwrap_or_default();
        if !line_rest.trim().is_empty() {
            // Without this line break the comment would swallow what follows.
            start += text[start..].find('\n').map_or(0, |at| at + 1);
        }
    }
    splices.push((start..end, String::new()));
    splices
}

/// Returns the place behind the comments that follow `from` on its line, and whether the last runs to the line's end.
fn behind_comments(scan: &Scan<'_>, from: usize, close: usize) -> (usize, bool) {
    let mut after = from;
    for (comment, to_line_end) in scan.comments_in(from..close) {
        if scan.text[after..comment.start].contains(['\n', '\r']) {
            break;
        }
        after = comment.end;
        if to_line_end {
            return (after, true);
        }
    }
    (after, false)
}

/// Returns the white space at the beginning of the line that holds `at`.
fn indent_at(text: &str, at: usize) -> &str {
    let line = &text[text[..at].rfind('\n').map_or(0, |before| before + 1)..];
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

/// Says whether only white space stands before `at` on its line, which is not the first.
fn starts_line(text: &str, at: usize) -> bool {
    text[..at]
        .rfind('\n')
        .is_some_and(|before| text[before..at].trim().is_empty())
}

/// Returns by how much the first nested line is indented against its container.
fn indent_unit(text: &str, value: &ast::Value<'_>) -> Option<String> {
    let slots = Slots::of(value)?;
    let first = slots.items.first()?;
    if starts_line(text, first.start)
        && let Some(unit) = indent_at(text, first.start).strip_prefix(indent_at(text, slots.open))
        && !unit.is_empty()
    {
        return Some(unit.to_owned());
    }
    match value {
        ast::Value::Object(object) => object
            .properties
            .iter()
            .find_map(|property| indent_unit(text, &property.value)),
        ast::Value::Array(array) => array.elements.iter().find_map(|element| indent_unit(text, element)),
        _ => None,
    }
}

fn written(value: &Value, formatter: impl Formatter) -> String {
    let mut bytes = Vec::new();
    value
        .serialize(&mut Serializer::with_formatter(&mut bytes, formatter))
        .expect("a JSON value is written to memory without error");
    String::from_utf8(bytes).expect("JSON is written as UTF-8")
}

/// One line, with a space behind colons and commas.
struct Spaced;

impl Formatter for Spaced {
    fn begin_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        writer.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        writer.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }
}
