//! A stored JSON value as people read it: names and texts, no braces and quotes.

use serde_json::Value;

use super::Style;
use super::page::Page;
use super::style::COLUMN;

/// Returns the fields of `value` in lines; what is no object stands beside `name`.
pub(super) fn outline(name: &str, value: &Value, style: &Style) -> String {
    let mut out = Page::default();
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                out.add(&field(name, value, style));
            }
        }
        other => out.add(&field(name, other, style)),
    }
    out.text()
}

fn field(name: &str, value: &Value, style: &Style) -> String {
    let text = match value {
        // One line each: paths are long, and `--json` has them whole.
        Value::Array(items) => items
            .iter()
            .map(|item| style.squeezed(&flat(item, style), style.width - COLUMN))
            .collect::<Vec<_>>()
            .join("\n"),
        other => flat(other, style),
    };
    if text.trim().is_empty() {
        return String::new();
    }
    let mut letters = name.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    style.field(&(first + letters.as_str()).replace('_', " "), &text)
}

/// Returns a value on one line, unless its text has several.
fn flat(value: &Value, style: &Style) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items
            .iter()
            .map(|item| flat(item, style))
            .collect::<Vec<_>>()
            .join(", "),
        Value::Object(fields) => style.dotted(&fields.values().map(|value| flat(value, style)).collect::<Vec<_>>()),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use serde_json::json;

    use super::*;
    use crate::domain::time::Timestamp;

    fn style() -> Style {
        Style::model(Timestamp(0), TimeZone::UTC)
    }

    #[test]
    fn names_and_texts_are_left() {
        let value = json!({
            "branch": "main",
            "commit": null,
            "edited": ["a.rs", "b.rs"],
            "calls": [{"tool": "Bash", "target": "make", "status": "failed"}],
            "exit_code": 2,
        });
        insta::assert_snapshot!(outline("State", &value, &style()), @r"
        Branch      main
        Edited      a.rs
                    b.rs
        Calls       Bash · make · failed
        Exit code   2
        ");
        assert_eq!(
            outline("Ended by", &json!("an edit"), &style()),
            "Ended by    an edit\n"
        );
    }
}
