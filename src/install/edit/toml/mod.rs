//! TOML, edited by adding and taking away bytes, never by printing it anew: a printer would change line endings.
//!
//! `toml_edit` reads the text and says where everything stands. A table is added below all that is there, or inside the
//! braces that hold its neighbours. Taking away finds what belongs to a table wherever it stands by then.

mod place;
#[cfg(test)]
mod tests;

use std::ops::Range;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use toml_edit::InlineTable;

use place::{Spot, ends_line, find, line_end, lines_of, written};

/// The mark that some editors put before UTF-8 text.
const BOM: &str = "\u{feff}";

/// Why a file cannot be edited.
#[derive(Debug, thiserror::Error)]
pub enum TomlError {
    /// The bytes are no UTF-8 text.
    #[error("not UTF-8 text from byte {0} on")]
    NotText(usize),
    /// The text is no TOML.
    #[error("not valid TOML at line {line}, column {column}: {problem}")]
    Syntax {
        /// The line, from 1.
        line: usize,
        /// The column in characters, from 1.
        column: usize,
        /// What the parser met.
        problem: String,
    },
    /// A value stands where a table is needed.
    #[error("{name} at line {line} is {found}, where a table is needed")]
    NoTable {
        /// The key, with dots.
        name: String,
        /// The line, from 1.
        line: usize,
        /// What is there.
        found: &'static str,
    },
    /// A table is written in a way that is not edited here.
    #[error("{name} at line {line} is written in a way that cannot be edited: write it as [{name}]")]
    Form {
        /// The key, with dots.
        name: String,
        /// The line, from 1.
        line: usize,
    },
}

/// What was put around a table that was added, so that its removal takes that away too.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Around {
    /// Before it.
    pub before: String,
    /// Behind it.
    pub after: String,
}

/// A place in a document: keys from the root.
pub type Path<'a> = &'a [&'a str];

/// A TOML file under edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    mark: bool,
    text: String,
}

/// One change of the text: these bytes become that.
type Splice = (Range<usize>, String);

impl Document {
    /// Reads a file's bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, TomlError> {
        let text = std::str::from_utf8(bytes).map_err(|error| TomlError::NotText(error.valid_up_to()))?;
        let stripped = text.strip_prefix(BOM);
        let document = Self {
            mark: stripped.is_some(),
            text: stripped.unwrap_or(text).to_owned(),
        };
        place::read(&document.text)?;
        Ok(document)
    }

    /// Returns the bytes of the file.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mark = if self.mark { BOM } else { "" };
        format!("{mark}{}", self.text).into_bytes()
    }

    /// Returns the value at `path`; `Null` when there is none.
    #[must_use]
    pub fn value(&self, path: Path<'_>) -> Value {
        let Ok(document) = place::read(&self.text) else {
            return Value::Null;
        };
        if path.is_empty() {
            return place::json(document.as_item());
        }
        find(&document, path).map_or(Value::Null, |spot| place::json(spot.item))
    }

    /// Adds a table at `path`, where nothing stands yet, with these fields; returns what was put around it.
    pub fn add(&mut self, path: Path<'_>, fields: &[(&str, Value)]) -> Result<Around, TomlError> {
        let (splice, around) = {
            let document = place::read(&self.text)?;
            match place::braces_around(&self.text, &document, path)? {
                Some(braces) => {
                    let (key, value) = (path.last().copied().unwrap_or_default(), inline(fields));
                    self.inside(braces, &format!("{key} = {value}"))
                }
                None => self.below(path, fields),
            }
        };
        self.splice(vec![splice]);
        Ok(around)
    }

    /// Writes `value` for a key of the table at `path`, or takes the key away; does nothing where it is so already.
    pub fn set(&mut self, path: Path<'_>, key: &str, value: Option<&Value>) -> Result<(), TomlError> {
        let whole = [path, &[key]].concat();
        if self.value(&whole) == value.cloned().unwrap_or_default() {
            return Ok(());
        }
        let in_place = {
            let document = place::read(&self.text)?;
            let spot = find(&document, &whole);
            let at = spot
                .and_then(|spot| spot.item.as_value())
                .and_then(toml_edit::Value::span);
            at.zip(value).map(|(at, value)| (at, written(value)))
        };
        if let Some(splice) = in_place {
            self.splice(vec![splice]);
            return Ok(());
        }
        self.remove(&whole, &Around::default())?;
        let Some(value) = value else { return Ok(()) };
        let splice = {
            let document = place::read(&self.text)?;
            let Some(spot) = find(&document, path) else {
                return Ok(());
            };
            self.field(path, &spot, &format!("{key} = {}", written(value)))?
        };
        self.splice(vec![splice]);
        Ok(())
    }

    /// Takes away what stands at `path`, with what was put around it; returns whether anything stood there.
    pub fn remove(&mut self, path: Path<'_>, around: &Around) -> Result<bool, TomlError> {
        let cuts = {
            let document = place::read(&self.text)?;
            let Some(spot) = find(&document, path) else {
                return Ok(false);
            };
            match spot.braces {
                Some(braces) => vec![self.out_of(braces, &spot, path, around)?],
                None => self.cut(lines_of(&self.text, &spot), around),
            }
        };
        self.splice(cuts.into_iter().map(|at| (at, String::new())).collect());
        Ok(true)
    }

    /// Returns what adds a table below all that is there.
    fn below(&self, path: Path<'_>, fields: &[(&str, Value)]) -> (Splice, Around) {
        let newline = self.newline();
        let before = if self.text.is_empty() || self.ends_with_blank_line() {
            String::new()
        } else if self.text.ends_with('\n') {
            newline.to_owned()
        } else {
            newline.repeat(2)
        };
        let fields = fields
            .iter()
            .map(|(key, value)| format!("{key} = {}{newline}", written(value)));
        let block = format!("{before}[{}]{newline}{}", path.join("."), fields.collect::<String>());
        let end = self.text.len();
        let around = Around {
            before,
            after: String::new(),
        };
        ((end..end, block), around)
    }

    /// Returns what adds an entry behind the last one inside of braces.
    fn inside(&self, braces: &InlineTable, entry: &str) -> (Splice, Around) {
        let open = braces.span().unwrap_or_default();
        let last = place::entries(braces).last().map(|(at, _)| at.clone());
        let comma = last
            .as_ref()
            .and_then(|last| place::comma(&self.text, last.end..open.end));
        let (at, before, after) = match (last, comma) {
            (None, _) => {
                let is_empty = self.text[open.start + 1..open.end - 1].is_empty();
                (open.start + 1, " ".to_owned(), if is_empty { " " } else { "" })
            }
            (Some(last), None) => (last.end, ", ".to_owned(), ""),
            (Some(last), Some(comma)) => {
                let line = self.text[..last.start].rfind('\n').map_or(0, |at| at + 1);
                let indent: String = self.text[line..]
                    .chars()
                    .take_while(|c| matches!(c, ' ' | '\t'))
                    .collect();
                let alone = line > open.start && line + indent.len() == last.start;
                let before = if alone {
                    format!("{}{indent}", self.newline())
                } else {
                    " ".to_owned()
                };
                (comma + 1, before, ",")
            }
        };
        let around = Around {
            before,
            after: after.to_owned(),
        };
        ((at..at, format!("{}{entry}{}", around.before, around.after)), around)
    }

    /// Returns what adds a field to a table that is there.
    fn field(&self, path: Path<'_>, spot: &Spot<'_>, field: &str) -> Result<Splice, TomlError> {
        if let Some(braces) = spot.item.as_inline_table().filter(|braces| !braces.is_dotted()) {
            return Ok(self.inside(braces, field).0);
        }
        let form = || TomlError::Form {
            name: path.join("."),
            line: spot.line(&self.text),
        };
        let table = spot.item.as_table().ok_or_else(form)?;
        let header = table.span().filter(|_| !table.is_implicit());
        let last = place::last_value(table);
        let end = line_end(&self.text, last.as_ref().or(header.as_ref()).ok_or_else(form)?.end);
        // Beside dotted keys it is dotted as they are; below a header it begins as the line before does.
        let start = match last {
            Some(last) => {
                let line = self.text[..last.start].rfind('\n').map_or(0, |at| at + 1);
                self.text[line..last.start].to_owned()
            }
            None => String::new(),
        };
        let newline = self.newline();
        let text = if ends_line(&self.text, end) {
            format!("{start}{field}{newline}")
        } else {
            format!("{newline}{start}{field}")
        };
        Ok((end..end, text))
    }

    /// Returns the cut that takes an entry out of braces.
    fn out_of(
        &self,
        braces: &InlineTable,
        spot: &Spot<'_>,
        path: Path<'_>,
        around: &Around,
    ) -> Result<Range<usize>, TomlError> {
        let form = || TomlError::Form {
            name: path.join("."),
            line: spot.line(&self.text),
        };
        let entries = place::entries(braces);
        let at = spot.key.span().ok_or_else(form)?;
        let own = entries
            .iter()
            .position(|(entry, _)| entry.start == at.start)
            .ok_or_else(form)?;
        let (entry, _) = entries[own].clone();
        let grown = entry.start.saturating_sub(around.before.len())..entry.end + around.after.len();
        let known = !(around.before.is_empty() && around.after.is_empty());
        if known
            && self.text.get(grown.clone())
                == Some(&*format!(
                    "{}{}{}",
                    around.before,
                    &self.text[entry.clone()],
                    around.after
                ))
        {
            return Ok(grown);
        }
        Ok(match (entries.get(own + 1), own.checked_sub(1)) {
            (Some((next, _)), _) => entry.start..next.start,
            (None, Some(before)) => entries[before].0.end..entry.end,
            (None, None) => {
                let close = braces.span().unwrap_or_default().end;
                let comma = place::comma(&self.text, entry.end..close);
                entry.start..comma.map_or(entry.end, |comma| comma + 1)
            }
        })
    }

    /// Returns the cuts that take lines away. What was put before the first of them goes too, unless what follows would
    /// then stand on the line before.
    fn cut(&self, mut cuts: Vec<Range<usize>>, around: &Around) -> Vec<Range<usize>> {
        cuts.sort_by_key(|at| at.start);
        // Blank lines between two parts of it go with them.
        cuts.dedup_by(|later, earlier| {
            let joined = self.text[earlier.end..later.start].trim().is_empty();
            if joined {
                earlier.end = later.end;
            }
            joined
        });
        let behind = cuts.last().map_or(0, |last| last.end);
        if let Some(first) = cuts.first_mut() {
            let before = &self.text[..first.start];
            if let Some(rest) = before.strip_suffix(&*around.before)
                && (behind == self.text.len() || rest.is_empty() || rest.ends_with('\n'))
            {
                first.start = rest.len();
            }
        }
        cuts
    }

    fn newline(&self) -> &'static str {
        let first = self.text.find('\n').unwrap_or_default();
        if self.text[..first].ends_with('\r') {
            "\r\n"
        } else {
            "\n"
        }
    }

    fn ends_with_blank_line(&self) -> bool {
        let mut ends = self.text.rsplit('\n');
        ends.next() == Some("") && ends.next().is_some_and(|line| matches!(line, "" | "\r"))
    }

    /// Applies changes that do not overlap.
    fn splice(&mut self, mut splices: Vec<Splice>) {
        splices.sort_by_key(|(at, _)| at.start);
        for (at, new) in splices.into_iter().rev() {
            self.text.replace_range(at, &new);
        }
    }
}

/// Returns fields between braces.
fn inline(fields: &[(&str, Value)]) -> String {
    let fields: Vec<String> = fields
        .iter()
        .map(|(key, value)| format!("{key} = {}", written(value)))
        .collect();
    format!("{{ {} }}", fields.join(", "))
}
