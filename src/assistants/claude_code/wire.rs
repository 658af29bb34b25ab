//! The client's JSON exactly as it writes it, and as leniently read as can be.
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

wire! {
    /// What the client hands to a hook; which fields are there depends on the event.
    Payload {
        session_id, transcript_path, cwd, hook_event_name, agent_id, agent_type,
        source, model, prompt,
        tool_name, tool_input, tool_use_id, tool_response, duration_ms, error, is_interrupt, tool_calls,
        stop_hook_active, last_assistant_message, error_details, agent_transcript_path,
        trigger, reason,
    }

    /// One call of a finished batch.
    BatchCall {
        tool as "tool_name",
        input as "tool_input",
        id as "tool_use_id",
        response as "tool_response",
    }

    /// The fields of a tool's input that mean the same in every tool.
    Input { command, file_path, notebook_path, path }

    /// What a tool gave back, in the client's own structure.
    Response {
        stdout, stderr, interrupted,
        is_image as "isImage", file, content,
        note as "returnCodeInterpretation",
        background as "backgroundTaskId",
        duration_ms as "durationMs",
        total_duration_ms as "totalDurationMs",
    }

    /// The file of a `Read`.
    ReadFile { content }

    /// A line of a transcript.
    Line {
        kind as "type", subtype, timestamp, uuid, cwd, version,
        session as "sessionId",
        branch as "gitBranch",
        sidechain as "isSidechain",
        agent_id as "agentId",
        agent_kind as "attributionAgent",
        meta as "isMeta",
        summary as "isCompactSummary",
        hidden as "isVisibleInTranscriptOnly",
        api_error as "isApiErrorMessage",
        api_status as "apiErrorStatus",
        error, message, attachment,
        result as "toolUseResult",
        asked_by as "sourceToolAssistantUUID",
        asked_in as "requestSessionId",
        compact as "compactMetadata",
        cost as "totalCostUSD",
        cost_from as "startTime",
        cost_for as "totalDuration",
    }

    /// A message of the conversation.
    Message { id, model, content, usage, stop_reason }

    /// One block of a message.
    Block { kind as "type", text, id, name, input, tool_use_id, content, is_error }

    /// What a message used.
    Tokens {
        input as "input_tokens",
        output as "output_tokens",
        cache_read as "cache_read_input_tokens",
        cache_write as "cache_creation_input_tokens",
    }

    /// Something that the client put between the messages.
    Attachment { kind as "type", prompt }

    /// How a compaction came about.
    Compaction { trigger }

    /// What the client says about a request that it will try again.
    RequestError { status, message, formatted, error }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(json: &str) -> Raw<'_> {
        Raw::literal(json)
    }

    #[test]
    fn a_value_of_another_type_is_nothing_and_no_error() {
        let payload: Payload = serde_json::from_str(r#"{"session_id":7,"cwd":null,"error":"x","new":[{}]}"#)
            .expect("the document is valid");
        assert_eq!(payload.session_id.word(), None);
        assert!(payload.cwd.is_missing() && payload.model.is_missing());
        assert_eq!(payload.error.word().as_deref(), Some("x"));
    }

    #[test]
    fn a_list_is_no_object_and_an_object_no_list() {
        assert!(object::<Payload>(r#"["a","b"]"#).is_err());
        assert!(raw("[1]").fields::<Block>().is_none());
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
