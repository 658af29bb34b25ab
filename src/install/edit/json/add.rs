//! Adding an item to a container, and the containers that it needs.

use jsonc_parser::ast;
use jsonc_parser::common::Ranged as _;
use serde_json::Value;

use super::layout::Layout;
use super::{Created, JsonError, Pattern, Scan, Splice, Was, range};

/// What is added to a container.
pub(super) enum Leaf<'a> {
    /// An element of a list.
    Element(&'a Value),
    /// A property of an object.
    Property(&'a str, &'a Value),
}

impl Leaf<'_> {
    /// Returns a new container that holds nothing else.
    fn alone(&self) -> Value {
        match self {
            Self::Element(value) => Value::Array(vec![(*value).clone()]),
            Self::Property(key, value) => Value::Object([((*key).to_owned(), (*value).clone())].into_iter().collect()),
        }
    }

    /// Returns a new container inside the objects that `path` names.
    fn nested(&self, path: Pattern<'_>) -> Value {
        path.iter().rev().fold(self.alone(), |inner, key| {
            Value::Object([((*key).to_owned(), inner)].into_iter().collect())
        })
    }
}

/// Returns the splices that add `leaf` to what is at `path`, and the containers that they create.
pub(super) fn adding(
    scan: &Scan<'_>,
    path: Pattern<'_>,
    leaf: &Leaf<'_>,
) -> Result<(Vec<Splice>, Vec<Created>), JsonError> {
    let layout = Layout::of(scan);
    let Some(root) = &scan.root else {
        let before = if scan.text.is_empty() || scan.text.ends_with('\n') {
            ""
        } else {
            layout.newline
        };
        let object = layout.block(&leaf.nested(path), "");
        let was = Was::Blank {
            before: before.to_owned(),
            after: layout.newline.to_owned(),
        };
        let text = format!("{before}{object}{}", layout.newline);
        let end = scan.text.len();
        return Ok((vec![(end..end, text)], created(path, 0, was)));
    };
    let mut container = root;
    for (depth, key) in path.iter().enumerate() {
        let ast::Value::Object(object) = container else {
            let name = depth.checked_sub(1).map(|above| path[above]);
            return Err(scan.wrong_kind(container, name, "an object"));
        };
        // Of two equal keys the last is the one that counts.
        match object
            .properties
            .iter()
            .rev()
            .find(|property| property.name.as_str() == *key)
        {
            None => {
                let inner = leaf.nested(&path[depth + 1..]);
                let splices = layout.insertion(scan, container, depth == 0, Some(key), &inner);
                return Ok((splices, created(path, depth + 1, Was::Absent)));
            }
            Some(property) if matches!(property.value, ast::Value::NullKeyword(_)) => {
                let at = range(&property.value);
                let text = layout.in_place(&leaf.nested(&path[depth + 1..]), property.start());
                return Ok((vec![(at, text)], created(path, depth + 1, Was::Null)));
            }
            Some(property) => container = &property.value,
        }
    }
    let splices = match (leaf, container) {
        (Leaf::Element(value), ast::Value::Array(_)) => layout.insertion(scan, container, false, None, value),
        (Leaf::Property(key, value), ast::Value::Object(_)) => {
            layout.insertion(scan, container, path.is_empty(), Some(key), value)
        }
        (Leaf::Element(_), _) => return Err(scan.wrong_kind(container, path.last().copied(), "a list")),
        (Leaf::Property(..), _) => return Err(scan.wrong_kind(container, path.last().copied(), "an object")),
    };
    Ok((splices, Vec::new()))
}

/// Returns the containers from depth `from` of `path` downwards as created; the first of them replaced `was`.
fn created(path: Pattern<'_>, from: usize, was: Was) -> Vec<Created> {
    let mut was = Some(was);
    (from..=path.len())
        .map(|depth| Created {
            path: path[..depth].iter().map(|key| (*key).to_owned()).collect(),
            was: was.take().unwrap_or(Was::Absent),
        })
        .collect()
}
