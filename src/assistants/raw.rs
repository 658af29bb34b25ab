//! JSON as a client wrote it, read as leniently as can be.
//!
//! Every field is kept as the JSON text that stood there: a field of another type than expected spoils only
//! itself, what nobody asks for is never decoded, and a document of 50 MB costs one pass over its bytes.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};
use serde_json::value::RawValue;

/// A JSON value that has not been looked at yet; empty where there was none.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Raw<'a>(pub(super) Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Raw<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&RawValue>::deserialize(deserializer).map(|raw| Self(Cow::Borrowed(raw.get())))
    }
}

impl<'a> Raw<'a> {
    /// Returns whether there was no such value, or `null`.
    pub(super) fn is_missing(&self) -> bool {
        self.0.is_empty() || self.0 == "null"
    }

    /// Returns the string that this value is; nothing for any other type.
    pub(super) fn text(&self) -> Option<Cow<'_, str>> {
        let inner = self.0.strip_prefix('"')?.strip_suffix('"')?;
        if memchr::memchr(b'\\', inner.as_bytes()).is_none() {
            return Some(Cow::Borrowed(inner));
        }
        serde_json::from_str::<Lossy>(&self.0)
            .ok()
            .map(|lossy| Cow::Owned(lossy.0))
    }

    /// Returns the string that this value is; an empty one for any other type.
    pub(super) fn string(&self) -> Cow<'_, str> {
        self.text().unwrap_or_default()
    }

    /// Returns the string that this value is, unless it is empty.
    pub(super) fn word(&self) -> Option<String> {
        self.text().filter(|text| !text.is_empty()).map(Cow::into_owned)
    }

    /// Returns whether this value is `true`.
    pub(super) fn is_true(&self) -> bool {
        self.0 == "true"
    }

    /// Returns the number that this value is.
    pub(super) fn number(&self) -> Option<f64> {
        self.0.parse().ok()
    }

    /// Returns the number that this value is, rounded.
    pub(super) fn integer(&self) -> Option<i64> {
        self.0.parse().ok().or_else(|| rounded(self.number()?))
    }

    /// Returns the fields of the object that this value is; nothing for any other type.
    pub(super) fn fields<'s, T: Deserialize<'s>>(&'s self) -> Option<T> {
        object(&self.0).ok()
    }

    /// Returns the elements of the list that this value is; nothing for any other type.
    pub(super) fn list(&self) -> Option<Vec<Raw<'_>>> {
        serde_json::from_str(&self.0).ok()
    }

    /// Returns the value that the text `literal` spells in JSON.
    pub(super) fn literal(literal: impl Into<Cow<'a, str>>) -> Self {
        Self(literal.into())
    }
}

/// Returns the fields of the object that `json` is.
///
/// The derived readers would take a list for an object whose fields come in order.
pub(super) fn object<'j, T: Deserialize<'j>>(json: &'j str) -> Result<T, serde_json::Error> {
    if json.trim_start().starts_with('{') {
        serde_json::from_str(json)
    } else {
        Err(serde_json::Error::custom("expected an object"))
    }
}

/// Returns `number` as an integer when it is one that can be counted with.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the range is checked, and a fraction is what is cut off"
)]
pub(super) fn rounded(number: f64) -> Option<i64> {
    (number.abs() < 9e15).then(|| number.round() as i64)
}

/// A string in which half a character is no error.
///
/// The client cuts long outputs between two UTF-16 units, which leaves half of an emoji as `\ud83d`: the JSON is
/// as good as ever, but no such `str` exists.
pub(super) struct Lossy(pub(super) String);

impl<'de> Deserialize<'de> for Lossy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;
        impl Visitor<'_> for Bytes {
            type Value = Lossy;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Lossy, E> {
                Ok(Lossy(String::from_utf8_lossy(bytes).into_owned()))
            }
        }
        deserializer.deserialize_bytes(Bytes)
    }
}

/// Declares structs whose every field is [`Raw`]: `name` where the client calls it so, `name as "clientName"` elsewhere.
macro_rules! wire {
    ($($(#[$doc:meta])* $name:ident { $($field:ident $(as $key:literal)?),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Default, Deserialize)]
        #[serde(default, bound(deserialize = "'de: 'a"))]
        pub(super) struct $name<'a> {
            $($(#[serde(rename = $key)])? pub(super) $field: Raw<'a>,)*
        }
    )*};
}

#[cfg(test)]
mod tests {
    use super::*;

    wire! {
        /// An object.
        Fields { name, count }
    }

    fn raw(json: &str) -> Raw<'_> {
        Raw::literal(json)
    }

    #[test]
    fn a_value_of_another_type_is_nothing_and_no_error() {
        let fields: Fields =
            serde_json::from_str(r#"{"name":7,"count":null,"new":[{}]}"#).expect("the document is valid");
        assert_eq!(fields.name.word(), None);
        assert!(fields.count.is_missing());
        let fields: Fields = serde_json::from_str(r#"{"name":"x"}"#).expect("the document is valid");
        assert!(fields.count.is_missing());
        assert_eq!(fields.name.word().as_deref(), Some("x"));
    }

    #[test]
    fn a_list_is_no_object_and_an_object_no_list() {
        assert!(object::<Fields>(r#"["a","b"]"#).is_err());
        assert!(raw("[1]").fields::<Fields>().is_none());
        assert!(raw("{}").list().is_none() && raw("").list().is_none());
        assert_eq!(raw("[1, {}]").list().map(|list| list.len()), Some(2));
    }

    #[test]
    fn strings_are_decoded_also_when_a_character_was_cut_in_half() {
        assert_eq!(raw(r#""plain""#).text().as_deref(), Some("plain"));
        assert_eq!(raw(r#""a\n\u00e9\"""#).text().as_deref(), Some("a\né\""));
        let half = raw(r#""end \ud83d""#).word().expect("half a character is no error");
        assert!(half.starts_with("end "), "{half}");
    }

    #[test]
    fn numbers_are_read_however_they_are_written() {
        assert_eq!(raw("12").integer(), Some(12));
        assert_eq!(raw("12.6").integer(), Some(13));
        assert_eq!(raw("1e300").integer(), None);
        assert_eq!(raw("\"12\"").integer(), None);
    }
}
