//! Parameters as models write them: `"10"` for 10, `"true"` for true, `""` for nothing.

use serde::{Deserialize, Deserializer};

#[derive(Deserialize)]
#[serde(untagged, expecting = "give a text, a number, true or false")]
enum Loose {
    Bool(bool),
    Number(f64),
    Text(String),
    Null,
}

/// Reads a count; what is no number counts as not given.
pub(super) fn count<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u32>, D::Error> {
    let number = match Loose::deserialize(from)? {
        Loose::Number(number) => Some(number),
        Loose::Text(text) => text.trim().parse().ok(),
        Loose::Bool(_) | Loose::Null => None,
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to the range of u32"
    )]
    Ok(number
        .filter(|number| number.is_finite())
        .map(|number| number.clamp(0.0, f64::from(u32::MAX)) as u32))
}

/// Reads a switch.
pub(super) fn switch<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    Ok(match Loose::deserialize(from)? {
        Loose::Bool(on) => on,
        Loose::Number(number) => number != 0.0,
        Loose::Text(text) => matches!(text.trim().to_lowercase().as_str(), "true" | "yes" | "on" | "1"),
        Loose::Null => false,
    })
}

/// Reads a switch that may be left open; what is neither yes nor no counts as not given.
pub(super) fn choice<'de, D: Deserializer<'de>>(from: D) -> Result<Option<bool>, D::Error> {
    Ok(match Loose::deserialize(from)? {
        Loose::Bool(on) => Some(on),
        Loose::Number(number) => Some(number != 0.0),
        Loose::Text(text) => match text.trim().to_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => Some(true),
            "false" | "no" | "off" | "0" => Some(false),
            _ => None,
        },
        Loose::Null => None,
    })
}

/// Reads a text; an empty one counts as not given.
pub(super) fn text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(match Loose::deserialize(from)? {
        Loose::Text(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Loose::Number(number) => Some(number.to_string()),
        Loose::Bool(on) => Some(on.to_string()),
        Loose::Null => None,
    })
}

/// Reads a text as it stands; nothing is an empty one.
pub(super) fn words<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(match Loose::deserialize(from)? {
        Loose::Text(text) => text,
        Loose::Number(number) => number.to_string(),
        Loose::Bool(on) => on.to_string(),
        Loose::Null => String::new(),
    })
}

#[cfg(test)]
mod tests {
    use crate::answers::FailuresQuery;

    #[test]
    fn parameters_are_read_as_they_are_meant() {
        let table = [
            (r#"{"limit": 5, "expected": true}"#, Some(5), true),
            (r#"{"limit": "5", "expected": "yes"}"#, Some(5), true),
            (r#"{"limit": 5.0, "expected": 1}"#, Some(5), true),
            (r#"{"limit": null, "expected": null, "since": null}"#, None, false),
            (r#"{"limit": "many", "since": "", "unknown": {}}"#, None, false),
            (r#"{"limit": -3}"#, Some(0), false),
            ("{}", None, false),
        ];
        for (json, limit, expected) in table {
            let query: FailuresQuery = serde_json::from_str(json).expect(json);
            assert_eq!(
                (query.limit, query.expected, query.since),
                (limit, expected, None),
                "{json}"
            );
        }
    }
}
