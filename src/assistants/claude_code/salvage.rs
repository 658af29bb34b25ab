//! What can be saved from hook input that is no valid JSON: cut short, binary, or garbled.
//!
//! The bytes are searched for the client's keys. A value that is whole is taken as it is, a string that is not is
//! taken up to where it breaks off, and the document is then read like any other.

use memchr::memmem;

use super::call::quoted;
use super::wire::{BatchCall, Payload, Raw};

/// Fields of a tool's input that are saved one by one when the input as a whole is lost.
const INPUT_FIELDS: &[&str] = &["command", "file_path"];

/// Most calls that are saved from one batch: far more than a model asks for in one turn, and few enough that noise
/// made of the client's keys costs no time.
const CALLS: usize = 256;

/// Returns the fields that `text` still shows.
pub(super) fn payload(text: &str) -> Payload<'_> {
    let mut payload = Payload {
        session_id: field(text, "session_id"),
        transcript_path: field(text, "transcript_path"),
        cwd: field(text, "cwd"),
        hook_event_name: field(text, "hook_event_name"),
        agent_id: field(text, "agent_id"),
        agent_type: field(text, "agent_type"),
        source: field(text, "source"),
        prompt: field(text, "prompt"),
        tool_name: field(text, "tool_name"),
        tool_input: input(text),
        tool_use_id: field(text, "tool_use_id"),
        tool_response: field(text, "tool_response"),
        tool_calls: rest(text, "tool_calls").map(Raw::literal).unwrap_or_default(),
        error: field(text, "error"),
        last_assistant_message: field(text, "last_assistant_message"),
        trigger: field(text, "trigger"),
        reason: field(text, "reason"),
        ..Payload::default()
    };
    if payload.tool_response.is_missing() {
        // The beginning of a structured response whose end is lost.
        payload.tool_response = field(text, "stdout");
    }
    if payload.hook_event_name.is_missing() && !payload.error.is_missing() && !payload.tool_name.is_missing() {
        payload.hook_event_name = Raw::literal(quoted("PostToolUseFailure"));
    }
    payload
}

/// Returns the calls of a batch that `text` still shows: each begins with its tool's name.
pub(super) fn batch(text: &str) -> Vec<BatchCall<'_>> {
    let starts: Vec<usize> = keys(text, "tool_name").take(CALLS).collect();
    let ends = starts.iter().copied().skip(1).chain([text.len()]);
    starts
        .iter()
        .zip(ends)
        .map(|(start, end)| &text[*start..end])
        .map(|part| BatchCall {
            tool: field(part, "tool_name"),
            input: input(part),
            id: field(part, "tool_use_id"),
            response: field(part, "tool_response"),
        })
        .collect()
}

fn input(text: &str) -> Raw<'_> {
    let whole = field(text, "tool_input");
    if !whole.is_missing() {
        return whole;
    }
    let fields = INPUT_FIELDS
        .iter()
        .map(|name| (name, field(text, name)))
        .filter(|(_, value)| !value.is_missing());
    let fields: Vec<String> = fields
        .map(|(name, value)| format!("{}:{}", quoted(name), value.0))
        .collect();
    if fields.is_empty() {
        Raw::default()
    } else {
        Raw::literal(format!("{{{}}}", fields.join(",")))
    }
}

/// Returns the positions at which `name` stands as a key; inside a string its quotes would be escaped.
fn keys<'t>(text: &'t str, name: &str) -> impl Iterator<Item = usize> + 't {
    let needle = format!("\"{name}\"").into_bytes();
    let found: Vec<usize> = memmem::find_iter(text.as_bytes(), &needle).collect();
    found.into_iter().filter(move |at| {
        let before = text.as_bytes()[..*at].last();
        let after = text[at + needle.len()..].trim_start();
        before != Some(&b'\\') && after.starts_with(':')
    })
}

/// Returns what follows the first key `name` and its colon.
fn rest<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let at = keys(text, name).next()?;
    let value = text[at + name.len() + 2..].trim_start().strip_prefix(':')?;
    Some(value.trim_start())
}

/// Returns the value of the first key `name`: whole, or a string that breaks off.
fn field<'t>(text: &'t str, name: &str) -> Raw<'t> {
    let Some(value) = rest(text, name) else {
        return Raw::default();
    };
    let mut whole = serde_json::Deserializer::from_str(value).into_iter::<Raw<'t>>();
    match (whole.next(), value.strip_prefix('"')) {
        (Some(Ok(raw)), _) => raw,
        (_, Some(broken)) => Raw::literal(quoted(&unescaped(broken))),
        _ => Raw::default(),
    }
}

/// Returns the string that begins in `inner`, up to its closing quote or to the end, whatever its escapes are worth.
fn unescaped(inner: &str) -> String {
    let mut out = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = memchr::memchr2(b'\\', b'"', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        let from = &rest[at..];
        if from.starts_with('"') {
            return out;
        }
        let (character, length) = escape(from);
        out.extend(character);
        rest = &from[length..];
    }
    out.push_str(rest);
    out
}

/// Returns what the escape at the beginning of `text` stands for, and its length; a broken one stands for nothing.
fn escape(text: &str) -> (Option<char>, usize) {
    let Some(letter) = text[1..].chars().next() else {
        return (None, text.len());
    };
    let plain = match letter {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'u' => {
            let code = text.get(2..6).and_then(|digits| u32::from_str_radix(digits, 16).ok());
            return match code {
                Some(code) => (Some(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)), 6),
                None => (None, 2),
            };
        }
        other => other,
    };
    (Some(plain), 1 + letter.len_utf8())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_that_breaks_off_is_kept_up_to_there() {
        let text = r#"{"session_id":"s","hook_event_name":"PostToolUseFailure","tool_name":"Bash","tool_input":{"command":"echo \"error\":\"no\""},"error":"Exit code 1\nline \u00"#;
        let payload = payload(text);
        assert_eq!(payload.session_id.word().as_deref(), Some("s"));
        assert_eq!(payload.error.word().as_deref(), Some("Exit code 1\nline 00"));
        assert_eq!(payload.tool_input.0, r#"{"command":"echo \"error\":\"no\""}"#);
    }

    #[test]
    fn an_input_that_breaks_off_still_shows_its_command() {
        let payload = payload(r#"{"tool_name":"Bash","tool_input":{"description":"x","command":"cargo te"#);
        assert_eq!(payload.tool_input.0, r#"{"command":"cargo te"}"#);
    }

    #[test]
    fn calls_of_a_broken_batch_are_told_apart() {
        let text = r#"{"tool_calls":[{"tool_name":"Edit","tool_input":{"file_path":"/a"},"tool_use_id":"1","tool_response":"<tool_use_error>no"},{"tool_name":"Bash","tool_input":{"command":"fal"#;
        let calls = batch(text);
        assert_eq!(calls.len(), 2);
        assert_eq!(calls[0].response.word().as_deref(), Some("<tool_use_error>no"));
        assert_eq!(calls[1].tool.word().as_deref(), Some("Bash"));
        assert!(calls[1].response.is_missing());
    }

    #[test]
    fn escapes_are_read_also_when_they_are_wrong() {
        let table = [
            (r#"a\n\t\"b\\" rest"#, "a\n\t\"b\\"),
            (r"\u0041\u00e9\uD83D", "Aé\u{fffd}"),
            (r"\q\", "q"),
            (r"\u12", "12"),
            (r"\é", "é"),
        ];
        for (inner, expected) in table {
            assert_eq!(unescaped(inner), expected, "{inner}");
        }
    }
}
