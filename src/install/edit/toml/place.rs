//! Where things stand in a text, as `toml_edit` tells it.

use std::ops::Range;

use serde_json::Value;
use toml_edit::{Document, InlineTable, Item, Key, Table};

use super::{Path, TomlError};

/// What stands at a path.
pub(super) struct Spot<'d> {
    pub(super) key: &'d Key,
    pub(super) item: &'d Item,
    /// The braces in which it stands.
    pub(super) braces: Option<&'d InlineTable>,
}

impl Spot<'_> {
    /// Returns the line that it begins on, from 1.
    pub(super) fn line(&self, text: &str) -> usize {
        let at = self.key.span().unwrap_or_default().start;
        text[..at].matches('\n').count() + 1
    }
}

/// Reads a text.
pub(super) fn read(text: &str) -> Result<Document<&str>, TomlError> {
    Document::parse(text).map_err(|error| {
        let at = text.floor_char_boundary(error.span().map_or(0, |at| at.start));
        let before = &text[..at];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        TomlError::Syntax {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            problem: error.message().trim().replace('\n', ", "),
        }
    })
}

/// Returns what stands at `path`.
pub(super) fn find<'d>(document: &'d Document<&str>, path: Path<'_>) -> Option<Spot<'d>> {
    let mut item = document.as_item();
    let mut found = None;
    let mut braces = None;
    for name in path {
        let (key, below) = match item {
            Item::Table(table) => table.get_key_value(name)?,
            Item::Value(toml_edit::Value::InlineTable(table)) => {
                // A dotted key makes a table of its own, but no braces.
                if !table.is_dotted() {
                    braces = Some(table);
                }
                table.get_key_value(name)?
            }
            _ => return None,
        };
        item = below;
        found = Some(Spot { key, item, braces });
    }
    found
}

/// Returns the braces that hold what stands beside `path`, or nothing where a table of its own can be written. An error
/// where something else stands in the way.
pub(super) fn braces_around<'d>(
    text: &str,
    document: &'d Document<&str>,
    path: Path<'_>,
) -> Result<Option<&'d InlineTable>, TomlError> {
    for depth in 1..path.len() {
        let Some(spot) = find(document, &path[..depth]) else {
            return Ok(None);
        };
        let name = path[..depth].join(".");
        let line = spot.line(text);
        match spot.item {
            Item::Table(_) => {}
            Item::Value(toml_edit::Value::InlineTable(table)) if depth + 1 == path.len() && !table.is_dotted() => {
                return Ok(Some(table));
            }
            Item::Value(toml_edit::Value::InlineTable(_)) => return Err(TomlError::Form { name, line }),
            other => {
                let found = match other {
                    Item::ArrayOfTables(_) => "a list of tables",
                    Item::Value(toml_edit::Value::Array(_)) => "a list",
                    Item::Value(toml_edit::Value::String(_)) => "a string",
                    _ => "another value",
                };
                return Err(TomlError::NoTable { name, line, found });
            }
        }
    }
    Ok(None)
}

/// Returns each entry inside of braces, from its key to the end of its value, in the order of the text.
pub(super) fn entries(braces: &InlineTable) -> Vec<(Range<usize>, usize)> {
    let mut entries: Vec<(Range<usize>, usize)> = braces
        .get_values()
        .iter()
        .filter_map(|(keys, value)| {
            let start = keys.first()?.span()?.start;
            Some((start..value.span()?.end, keys.len()))
        })
        .collect();
    entries.sort_by_key(|(at, _)| at.start);
    entries
}

/// Returns where the comma inside `within` stands, which holds blanks and comments else.
pub(super) fn comma(text: &str, within: Range<usize>) -> Option<usize> {
    let mut comment = false;
    for (at, c) in text[within.clone()].char_indices() {
        match c {
            '#' => comment = true,
            '\n' => comment = false,
            ',' if !comment => return Some(within.start + at),
            _ => {}
        }
    }
    None
}

/// Returns the lines on which something stands, wherever its parts are.
pub(super) fn lines_of(text: &str, spot: &Spot<'_>) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    gather(text, spot.key, spot.item, &mut lines);
    lines
}

fn gather(text: &str, key: &Key, item: &Item, lines: &mut Vec<Range<usize>>) {
    match item {
        Item::Table(table) => gather_table(text, table, lines),
        Item::ArrayOfTables(tables) => tables.iter().for_each(|table| gather_table(text, table, lines)),
        Item::Value(value) => {
            let keys = key.span().unwrap_or_default();
            let end = value.span().unwrap_or_default().end;
            lines.push(whole_lines(text, keys.start..end));
        }
        Item::None => {}
    }
}

fn gather_table(text: &str, table: &Table, lines: &mut Vec<Range<usize>>) {
    let header = table.span().filter(|_| !table.is_implicit());
    if let Some(header) = &header {
        let end = last_value(table).map_or(header.end, |last| last.end);
        lines.push(whole_lines(text, header.start..end.max(header.end)));
    }
    for (name, item) in table {
        let Some(key) = table.key(name) else { continue };
        let below = match item {
            // What stands below a header was gathered with it.
            Item::Table(inner) => !(header.is_some() && inner.is_dotted()),
            Item::ArrayOfTables(_) => true,
            _ => header.is_none(),
        };
        if below {
            gather(text, key, item, lines);
        }
    }
}

/// Returns the last value that stands below a table's own header, or among its dotted keys: from its last key to its end.
pub(super) fn last_value(table: &Table) -> Option<Range<usize>> {
    let values = table.get_values();
    let spans = values.iter().filter_map(|(keys, value)| {
        let own = keys.first()?.span()?;
        Some(own.start..value.span()?.end)
    });
    spans.max_by_key(|at| at.end)
}

fn whole_lines(text: &str, at: Range<usize>) -> Range<usize> {
    let start = text[..at.start].rfind('\n').map_or(0, |at| at + 1);
    start..line_end(text, at.end)
}

/// Returns where the line ends on which `at` stands, behind its line feed.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |end| at + end + 1)
}

/// Returns whether a line ends before `at`.
pub(super) fn ends_line(text: &str, at: usize) -> bool {
    text[..at].ends_with('\n')
}

/// Returns an item as a value without layout; dates are texts.
pub(super) fn json(item: &Item) -> Value {
    match item {
        Item::None => Value::Null,
        Item::Value(value) => json_of(value),
        Item::Table(table) => table.iter().map(|(key, item)| (key.to_owned(), json(item))).collect(),
        Item::ArrayOfTables(tables) => {
            let tables = tables.iter();
            let one = |table: &Table| table.iter().map(|(key, item)| (key.to_owned(), json(item))).collect();
            Value::Array(tables.map(one).collect())
        }
    }
}

fn json_of(value: &toml_edit::Value) -> Value {
    match value {
        toml_edit::Value::String(text) => Value::from(text.value().as_str()),
        toml_edit::Value::Integer(number) => Value::from(*number.value()),
        toml_edit::Value::Float(number) => Value::from(*number.value()),
        toml_edit::Value::Boolean(on) => Value::from(*on.value()),
        toml_edit::Value::Datetime(at) => Value::from(at.value().to_string()),
        toml_edit::Value::Array(list) => Value::Array(list.iter().map(json_of).collect()),
        toml_edit::Value::InlineTable(table) => table
            .iter()
            .map(|(key, value)| (key.to_owned(), json_of(value)))
            .collect(),
    }
}

/// Returns a value as it is written.
pub(super) fn written(value: &Value) -> String {
    toml_of(value).to_string().trim().to_owned()
}

fn toml_of(value: &Value) -> toml_edit::Value {
    match value {
        Value::Bool(on) => (*on).into(),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => whole.into(),
            None => number.as_f64().unwrap_or_default().into(),
        },
        Value::String(text) => text.as_str().into(),
        Value::Array(list) => list.iter().map(toml_of).collect::<toml_edit::Array>().into(),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(key, value)| (key.as_str(), toml_of(value)));
            fields.collect::<InlineTable>().into()
        }
        // TOML has no word for nothing.
        Value::Null => "".into(),
    }
}
