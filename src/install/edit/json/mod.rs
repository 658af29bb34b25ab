//! JSON with comments, edited by adding and taking away bytes, never by printing it anew.
//!
//! Adding inserts text and deletes nothing, always behind what a container already holds. Taking away is the inverse:
//! the layout alone says which bytes came with an entry, so that removal is exact without a record of the insertion.

mod add;
mod layout;
#[cfg(test)]
mod tests;

use std::ops::Range;

use jsonc_parser::ast;
use jsonc_parser::common::Ranged;
use jsonc_parser::tokens::{Token, TokenAndRange};
use jsonc_parser::{CollectOptions, CommentCollectionStrategy, ParseOptions, parse_to_ast};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use add::{Leaf, adding};
use layout::{Layout, Slots};

/// The mark that some editors put before UTF-8 text.
const BOM: &str = "\u{feff}";

/// Why a file cannot be edited.
#[derive(Debug, thiserror::Error)]
pub enum JsonError {
    /// The bytes are no UTF-8 text.
    #[error("not UTF-8 text from byte {0} on")]
    NotText(usize),
    /// The text is no JSON, not even with comments and trailing commas.
    #[error("not valid JSON at line {line}, column {column}: {problem}")]
    Syntax {
        /// The line, from 1.
        line: usize,
        /// The column in characters, from 1.
        column: usize,
        /// What the parser met.
        problem: String,
    },
    /// A value stands where another kind of value is needed.
    #[error("{name} at line {line}, column {column} is {found}, where {wanted} is needed")]
    WrongKind {
        /// The key in quotes, or "the whole file".
        name: String,
        /// The line, from 1.
        line: usize,
        /// The column in characters, from 1.
        column: usize,
        /// What is there.
        found: &'static str,
        /// What should be there.
        wanted: &'static str,
    },
}

/// What stood where a container was created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Was {
    /// Nothing: the key is new.
    Absent,
    /// The word `null`.
    Null,
    /// A file without any value; these texts were put around the new object.
    Blank {
        /// Put before it.
        before: String,
        /// Put after it.
        after: String,
    },
}

/// A container that an edit created, so that its removal takes the container away too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Created {
    /// Keys from the root; empty for the root itself.
    pub path: Vec<String>,
    /// What stood there before.
    pub was: Was,
}

/// What happens to a container that a removal has emptied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Emptied {
    /// It stays, empty.
    Stays,
    /// It goes, and this is put back in its place.
    Goes(Was),
}

/// A place in a document: keys and indices from the root. In a pattern, `*` stands for any one of them.
pub type Pattern<'a> = &'a [&'a str];

/// A JSON file under edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    mark: bool,
    text: String,
}

/// One change of the text: these bytes become that.
type Splice = (Range<usize>, String);

impl Document {
    /// Reads a file's bytes. An empty file is a document without a value.
    pub fn parse(bytes: &[u8]) -> Result<Self, JsonError> {
        let text = std::str::from_utf8(bytes).map_err(|error| JsonError::NotText(error.valid_up_to()))?;
        let stripped = text.strip_prefix(BOM);
        let document = Self {
            mark: stripped.is_some(),
            text: stripped.unwrap_or(text).to_owned(),
        };
        Scan::of(&document.text)?;
        Ok(document)
    }

    /// Returns the bytes of the file.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mark = if self.mark { BOM } else { "" };
        format!("{mark}{}", self.text).into_bytes()
    }

    /// Returns the value, without comments; of two equal keys the last wins. `Null` when there is none.
    #[must_use]
    pub fn value(&self) -> Value {
        Scan::of(&self.text)
            .ok()
            .and_then(|scan| scan.root)
            .map_or(Value::Null, Value::from)
    }

    /// Says whether this is plain JSON, without comments and trailing commas: many programs read nothing else.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.text.trim().is_empty() || serde_json::from_str::<serde::de::IgnoredAny>(&self.text).is_ok()
    }

    /// Appends `value` to the list at `path`, making the objects and the list on the way; returns those it made.
    pub fn append(&mut self, path: Pattern<'_>, value: &Value) -> Result<Vec<Created>, JsonError> {
        let (splices, created) = adding(&Scan::of(&self.text)?, path, &Leaf::Element(value))?;
        self.splice(splices);
        Ok(created)
    }

    /// Gives the object at `path` a property that it has not yet, making the objects on the way; returns those it made.
    pub fn put(&mut self, path: Pattern<'_>, key: &str, value: &Value) -> Result<Vec<Created>, JsonError> {
        let (splices, created) = adding(&Scan::of(&self.text)?, path, &Leaf::Property(key, value))?;
        self.splice(splices);
        Ok(created)
    }

    /// Writes `new(old)` over everything at `pattern` for which `new` returns a value; returns how many.
    pub fn replace(&mut self, pattern: Pattern<'_>, new: &dyn Fn(&Value) -> Option<Value>) -> Result<usize, JsonError> {
        let scan = Scan::of(&self.text)?;
        let layout = Layout::of(&scan);
        let splices: Vec<Splice> = scan
            .find(pattern)
            .iter()
            .filter_map(|trail| {
                let at = range(trail.value()?);
                let value = new(&Value::from(trail.value()?.clone()))?;
                Some((at.clone(), layout.in_place(&value, at.start)))
            })
            .collect();
        let count = splices.len();
        self.splice(splices);
        Ok(count)
    }

    /// Takes away every list element and property at `pattern` that is `ours`; returns how many.
    ///
    /// `emptied(path, siblings)` decides about each container that this empties; `siblings` counts what stands beside it.
    pub fn remove(
        &mut self,
        pattern: Pattern<'_>,
        ours: &dyn Fn(&Value) -> bool,
        emptied: &dyn Fn(&[String], usize) -> Emptied,
    ) -> Result<usize, JsonError> {
        let mut count = 0;
        // The last one goes first: that undoes several insertions in the reverse of their order.
        loop {
            let splices = {
                let scan = Scan::of(&self.text)?;
                let found = scan.find(pattern);
                let is_ours =
                    |trail: &&Trail<'_, '_>| trail.value().is_some_and(|value| ours(&Value::from(value.clone())));
                let Some(trail) = found.iter().rev().find(is_ours) else {
                    return Ok(count);
                };
                removing(&scan, trail, emptied)
            };
            self.splice(splices);
            count += 1;
        }
    }

    /// Applies changes that do not overlap.
    fn splice(&mut self, mut splices: Vec<Splice>) {
        // Stable: two insertions at one place keep the order in which they were made.
        splices.sort_by_key(|(at, _)| at.start);
        let mut text = String::with_capacity(self.text.len());
        let mut done = 0;
        for (at, new) in splices {
            text.push_str(&self.text[done..at.start]);
            text.push_str(&new);
            done = at.end;
        }
        text.push_str(&self.text[done..]);
        self.text = text;
    }
}

/// A text with its tree and its tokens, comments among them.
struct Scan<'t> {
    text: &'t str,
    root: Option<ast::Value<'t>>,
    tokens: Vec<TokenAndRange<'t>>,
}

/// The way from the root to an item: each container with the index of the one taken in it.
struct Trail<'s, 't> {
    steps: Vec<(&'s ast::Value<'t>, usize)>,
    path: Vec<String>,
}

impl<'s, 't> Trail<'s, 't> {
    /// Returns the element that the trail ends on.
    fn value(&self) -> Option<&'s ast::Value<'t>> {
        self.steps.last().and_then(|(container, index)| item(container, *index))
    }
}

impl<'t> Scan<'t> {
    fn of(text: &'t str) -> Result<Self, JsonError> {
        let collect = CollectOptions {
            comments: CommentCollectionStrategy::AsTokens,
            tokens: true,
        };
        let dialect = ParseOptions {
            allow_comments: true,
            allow_trailing_commas: true,
            allow_loose_object_property_names: false,
            allow_missing_commas: false,
            allow_single_quoted_strings: false,
            allow_hexadecimal_numbers: false,
            allow_unary_plus_numbers: false,
            allow_bare_decimal_point_numbers: false,
            allow_non_finite_numbers: false,
            allow_extended_string_escapes: false,
        };
        let parsed = parse_to_ast(text, &collect, &dialect).map_err(|error| JsonError::Syntax {
            line: error.line_display(),
            column: error.column_display(),
            problem: error.kind().to_string().to_lowercase(),
        })?;
        Ok(Self {
            text,
            root: parsed.value,
            tokens: parsed.tokens.unwrap_or_default(),
        })
    }

    /// Returns the tokens that lie inside `within`.
    fn tokens_in(&self, within: Range<usize>) -> impl DoubleEndedIterator<Item = &TokenAndRange<'t>> {
        self.tokens
            .iter()
            .filter(move |token| token.range.start >= within.start && token.range.end <= within.end)
    }

    /// Returns the comments that lie inside `within`, and whether each runs to the end of its line.
    fn comments_in(&self, within: Range<usize>) -> impl DoubleEndedIterator<Item = (Range<usize>, bool)> {
        self.tokens_in(within).filter_map(|token| match token.token {
            Token::CommentLine(_) => Some((token.range.start..token.range.end, true)),
            Token::CommentBlock(_) => Some((token.range.start..token.range.end, false)),
            _ => None,
        })
    }

    /// Returns where the first comma inside `within` stands.
    fn comma_in(&self, within: Range<usize>) -> Option<usize> {
        self.tokens_in(within)
            .find(|token| token.token == Token::Comma)
            .map(|token| token.range.start)
    }

    /// Returns every place that `pattern` matches, in the order of the text.
    fn find(&self, pattern: Pattern<'_>) -> Vec<Trail<'_, 't>> {
        let mut found = Vec::new();
        if let Some(root) = &self.root {
            descend(root, pattern, &mut Vec::new(), &mut Vec::new(), &mut found);
        }
        found
    }

    fn wrong_kind(&self, value: &ast::Value<'_>, key: Option<&str>, wanted: &'static str) -> JsonError {
        let before = &self.text[..value.start()];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        JsonError::WrongKind {
            name: key.map_or_else(|| "the whole file".to_owned(), |key| format!("\"{key}\"")),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            found: kind(value),
            wanted,
        }
    }
}

fn descend<'s, 't>(
    value: &'s ast::Value<'t>,
    pattern: Pattern<'_>,
    steps: &mut Vec<(&'s ast::Value<'t>, usize)>,
    path: &mut Vec<String>,
    found: &mut Vec<Trail<'s, 't>>,
) {
    let Some((first, rest)) = pattern.split_first() else {
        found.push(Trail {
            steps: steps.clone(),
            path: path.clone(),
        });
        return;
    };
    for index in 0..Slots::of(value).map_or(0, |slots| slots.items.len()) {
        let name = match value {
            ast::Value::Object(object) => object.properties[index].name.as_str().to_owned(),
            _ => index.to_string(),
        };
        if (*first == "*" || *first == name)
            && let Some(below) = item(value, index)
        {
            steps.push((value, index));
            path.push(name);
            descend(below, rest, steps, path, found);
            steps.pop();
            path.pop();
        }
    }
}

/// Returns the splices that take away the element at the end of `trail`, and the containers that this empties.
fn removing(scan: &Scan<'_>, trail: &Trail<'_, '_>, emptied: &dyn Fn(&[String], usize) -> Emptied) -> Vec<Splice> {
    for depth in (0..trail.steps.len()).rev() {
        let (container, index) = trail.steps[depth];
        let Some(slots) = Slots::of(container) else {
            return Vec::new();
        };
        if slots.items.len() > 1 || has_comment_beside(scan, &slots) {
            return layout::deletion(scan, &slots, index);
        }
        let siblings = depth
            .checked_sub(1)
            .and_then(|above| Slots::of(trail.steps[above].0))
            .map_or(0, |slots| slots.items.len() - 1);
        match emptied(&trail.path[..depth], siblings) {
            Emptied::Goes(Was::Absent) if depth > 0 => {}
            Emptied::Goes(Was::Null) => return vec![(range(container), "null".to_owned())],
            Emptied::Goes(Was::Blank { before, after }) => {
                let at = range(container);
                let start = at.start
                    - if scan.text[..at.start].ends_with(&before) {
                        before.len()
                    } else {
                        0
                    };
                let end = at.end
                    + if scan.text[at.end..].starts_with(&after) {
                        after.len()
                    } else {
                        0
                    };
                return vec![(start..end, String::new())];
            }
            _ => return layout::deletion(scan, &slots, index),
        }
    }
    Vec::new()
}

/// Says whether somebody wrote a comment into the container, outside its items.
fn has_comment_beside(scan: &Scan<'_>, slots: &Slots) -> bool {
    scan.comments_in(slots.open..slots.close).any(|(at, _)| {
        !slots
            .items
            .iter()
            .any(|item| item.start <= at.start && at.end <= item.end)
    })
}

fn item<'s, 't>(container: &'s ast::Value<'t>, index: usize) -> Option<&'s ast::Value<'t>> {
    match container {
        ast::Value::Object(object) => object.properties.get(index).map(|property| &property.value),
        ast::Value::Array(array) => array.elements.get(index),
        _ => None,
    }
}

fn range(node: &impl Ranged) -> Range<usize> {
    node.start()..node.end()
}

fn kind(value: &ast::Value<'_>) -> &'static str {
    match value {
        ast::Value::StringLit(_) => "a string",
        ast::Value::NumberLit(_) => "a number",
        ast::Value::BooleanLit(_) => "true or false",
        ast::Value::Object(_) => "an object",
        ast::Value::Array(_) => "a list",
        ast::Value::NullKeyword(_) => "null",
    }
}
