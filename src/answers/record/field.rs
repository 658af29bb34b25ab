//! One field of a record as its caller gives it: lenient about its form, strict about what cannot be kept.

use serde_json::{Map, Value};

use crate::answers::AnswerError;
use crate::domain::hidden::is_hidden;

/// Most characters of a name: of a session, an agent, a tool.
const NAME: usize = 200;
/// Most bytes of a value that is kept as JSON: what is cut is no JSON any more.
const JSON: usize = 16 << 10;

fn wrong(field: &'static str, why: impl Into<String>) -> AnswerError {
    AnswerError::Text {
        what: field,
        why: why.into(),
    }
}

/// Says what a value is, for the words of an error.
fn sort(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// Returns a text as it stands; an empty one counts as not given.
pub(super) fn text(field: &'static str, value: &Value) -> Result<Option<String>, AnswerError> {
    Ok(match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()).filter(|text| !text.trim().is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(on) => Some(on.to_string()),
        other => return Err(wrong(field, format!("is {}: give a text", sort(other)))),
    })
}

/// Returns a text, or any other value as the JSON that it is.
pub(super) fn printed(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()).filter(|text| !text.trim().is_empty()),
        other => Some(other.to_string()),
    }
}

/// Returns a name: one line without characters that cannot be seen.
pub(super) fn name(field: &'static str, value: &Value) -> Result<Option<String>, AnswerError> {
    let Some(text) = text(field, value)? else {
        return Ok(None);
    };
    let text = text.trim();
    if let Some(c) = text.chars().find(|c| c.is_control() || is_hidden(*c)) {
        return Err(wrong(
            field,
            format!(
                "holds a character that cannot be seen (U+{:04X}): give one plain line",
                u32::from(c)
            ),
        ));
    }
    let length = text.chars().count();
    if length > NAME {
        return Err(wrong(field, format!("has {length} characters: give at most {NAME}")));
    }
    Ok(Some(text.to_owned()))
}

/// Returns a switch.
pub(super) fn switch(field: &'static str, value: &Value) -> Result<Option<bool>, AnswerError> {
    let word = match value {
        Value::Null => return Ok(None),
        Value::Bool(on) => return Ok(Some(*on)),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim().to_lowercase(),
        other => return Err(wrong(field, format!("is {}: give true or false", sort(other)))),
    };
    match word.as_str() {
        "" => Ok(None),
        "true" | "yes" | "on" | "1" => Ok(Some(true)),
        "false" | "no" | "off" | "0" => Ok(Some(false)),
        _ => Err(wrong(field, format!("is `{}`: give true or false", clip(&word)))),
    }
}

/// Returns a whole number between two others.
pub(super) fn number(field: &'static str, value: &Value, least: i64, most: i64) -> Result<Option<i64>, AnswerError> {
    let read = match value {
        Value::Null => return Ok(None),
        Value::String(text) if text.trim().is_empty() => return Ok(None),
        Value::String(text) => text.trim().parse().ok(),
        Value::Number(number) => number.as_i64().or_else(|| whole(number.as_f64()?)),
        _ => None,
    };
    read.filter(|number| (least..=most).contains(number))
        .map(Some)
        .ok_or_else(|| {
            let given = printed(value).unwrap_or_default();
            wrong(
                field,
                format!("is `{}`: give a whole number from {least} to {most}", clip(&given)),
            )
        })
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "it has no fraction and is far from the ends of i64"
)]
fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() < 9e15).then_some(number as i64)
}

/// Returns any value as JSON with its keys sorted; a text that is JSON counts as that.
pub(super) fn json(field: &'static str, value: &Value) -> Result<Option<String>, AnswerError> {
    let read = match value {
        Value::Null => return Ok(None),
        Value::String(text) if text.trim().is_empty() => return Ok(None),
        Value::String(text) => serde_json::from_str(text).unwrap_or_else(|_| value.clone()),
        other => other.clone(),
    };
    let json = sorted(&read).to_string();
    if json.len() > JSON {
        return Err(wrong(
            field,
            format!(
                "has {} bytes: give at most {JSON}, and leave out what explains nothing",
                json.len()
            ),
        ));
    }
    Ok(Some(json))
}

/// Returns a value with the keys of every object in order, so that equal ones are equal as text.
pub(super) fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
        Value::Object(fields) => {
            let mut names: Vec<&String> = fields.keys().collect();
            names.sort();
            let fields: Map<String, Value> = names
                .into_iter()
                .map(|name| (name.clone(), sorted(&fields[name])))
                .collect();
            Value::Object(fields)
        }
        other => other.clone(),
    }
}

/// Returns the beginning of what was given: an error quotes it, and it may be as long as it likes.
pub(super) fn clip(text: &str) -> String {
    const CHARS: usize = 60;
    if text.chars().count() <= CHARS {
        return text.to_owned();
    }
    text.chars().take(CHARS).collect::<String>() + "…"
}

/// Returns the error of a field.
pub(super) fn refused(field: &'static str, why: impl Into<String>) -> AnswerError {
    wrong(field, why)
}
