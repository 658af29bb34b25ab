//! The input of a call in the one form by which it is known again.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::raw::Lossy;

/// Returns `json` with the keys of every object sorted, and without entries that are `null` or `false`: hooks
/// reorder keys and add defaulted ones to the input that the model wrote. What is no JSON stays as it is.
pub(super) fn canonical(json: &str) -> Cow<'_, str> {
    let mut out = String::with_capacity(json.len());
    let mut deserializer = serde_json::Deserializer::from_str(json);
    match (Canonical { out: &mut out }).deserialize(&mut deserializer) {
        Ok(()) => Cow::Owned(out),
        Err(_) => Cow::Borrowed(json),
    }
}

/// Writes a value in canonical form as it is read: only one object's entries are ever held.
struct Canonical<'o> {
    out: &'o mut String,
}

impl<'de> DeserializeSeed<'de> for Canonical<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Canonical<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.out.push_str("null");
        Ok(())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.out.push_str(if value { "true" } else { "false" });
        Ok(())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        write!(self.out, "{value}").map_err(E::custom)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        write!(self.out, "{value}").map_err(E::custom)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        write!(self.out, "{value}").map_err(E::custom)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        self.out.push_str(&quoted(value));
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        self.out.push('[');
        let mut first = true;
        loop {
            let before = self.out.len();
            if !first {
                self.out.push(',');
            }
            if seq.next_element_seed(Canonical { out: &mut *self.out })?.is_none() {
                self.out.truncate(before);
                break;
            }
            first = false;
        }
        self.out.push(']');
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut entries = BTreeMap::new();
        while let Some(key) = map.next_key::<Lossy>()? {
            let mut value = String::new();
            map.next_value_seed(Canonical { out: &mut value })?;
            if value != "null" && value != "false" {
                entries.insert(key.0, value);
            }
        }
        self.out.push('{');
        for (i, (key, value)) in entries.iter().enumerate() {
            if i > 0 {
                self.out.push(',');
            }
            self.out.push_str(&quoted(key));
            self.out.push(':');
            self.out.push_str(value);
        }
        self.out.push('}');
        Ok(())
    }
}

/// Returns `text` as a JSON string.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_input_is_the_same_for_the_same_call() {
        let table = [
            (
                r#"{"b": 1, "a": "x\u0041", "replace_all": false, "limit": null}"#,
                r#"{"a":"xA","b":1}"#,
            ),
            (
                r#"{"list": [false, null, {"z": false, "y": -2.5}], "o": {}}"#,
                r#"{"list":[false,null,{"y":-2.5}],"o":{}}"#,
            ),
            (r#"{"s": "false", "n": []}"#, r#"{"n":[],"s":"false"}"#),
            ("not json", "not json"),
            ("", ""),
        ];
        for (json, expected) in table {
            assert_eq!(canonical(json), expected, "{json}");
            assert_eq!(canonical(&canonical(json)), expected, "canonical twice: {json}");
        }
        let deep = "[".repeat(100_000);
        assert_eq!(canonical(&deep), deep, "too deep to read is kept as it came");
    }
}
