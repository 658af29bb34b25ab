//! Errors of the model and of the road to it, as hooks and transcripts report them.

use std::borrow::Cow;

use super::call::kept;
use super::wire::{Block, Line, Payload, Raw, RequestError};
use crate::assistants::FAILURE_KEPT;
use crate::domain::trace::ModelError;

/// The client's words for API errors by HTTP status, from the first to the last: it leaves the word out where it
/// will try again, and the same error must have the same name whether it ended the turn or not.
const KINDS: &[(i32, i32, &str)] = &[
    (400, 400, "invalid_request"),
    (401, 403, "authentication_failed"),
    (404, 404, "model_not_found"),
    (429, 429, "rate_limit"),
    (500, 599, "server_error"),
];
const UNKNOWN: &str = "unknown";

/// Returns the error with which a turn ended, as the hook reports it.
pub(super) fn of_hook(payload: &Payload) -> ModelError {
    let said = payload.last_assistant_message.string();
    let details = payload.error_details.string();
    // The transcript has only what was said; the same error must read the same from both.
    let message = if said.is_empty() { &details } else { &said };
    let status = leading_status(&details).or_else(|| leading_status(&said));
    error(payload.error.word(), status, message, true)
}

/// Returns the error with which a turn ended, as the transcript has it in the model's place.
pub(super) fn of_message(line: &Line, blocks: &[Raw]) -> ModelError {
    let texts: Vec<String> = blocks
        .iter()
        .filter_map(|block| block.fields::<Block>()?.text.word())
        .collect();
    let said = texts.join("\n");
    let status = status(&line.api_status).or_else(|| leading_status(&said));
    error(line.error.word(), status, &said, true)
}

/// Returns the error of a request that the client tried again.
pub(super) fn of_request(line: &Line) -> ModelError {
    let reported: RequestError = line.error.fields().unwrap_or_default();
    let texts = [&reported.formatted, &reported.message];
    let said = texts
        .into_iter()
        .find_map(Raw::text)
        .unwrap_or(Cow::Borrowed(&*reported.error.0));
    error(None, status(&reported.status), &said, false)
}

fn error(kind: Option<String>, status: Option<i32>, message: &str, ended_turn: bool) -> ModelError {
    let by_status = || {
        let is_of = |(from, to, _): &&(i32, i32, &str)| status.is_some_and(|status| (*from..=*to).contains(&status));
        KINDS.iter().find(is_of).map_or(UNKNOWN, |(_, _, kind)| kind).to_owned()
    };
    ModelError {
        kind: kind.unwrap_or_else(by_status),
        status,
        message: kept(message, FAILURE_KEPT),
        ended_turn,
    }
}

fn status(raw: &Raw) -> Option<i32> {
    raw.integer().and_then(|status| i32::try_from(status).ok())
}

/// Returns the HTTP status with which an API error's text begins.
fn leading_status(text: &str) -> Option<i32> {
    let digits = text.strip_prefix("API Error: ").unwrap_or(text).get(..3)?;
    digits.parse().ok().filter(|status| (400..600).contains(status))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_error_has_one_name_from_every_road() {
        let hook: Payload =
            serde_json::from_str(r#"{"error":"server_error","last_assistant_message":"API Error: 529 Overloaded."}"#)
                .expect("the payload is valid");
        let line: Line =
            serde_json::from_str(r#"{"error":"server_error","apiErrorStatus":529,"isApiErrorMessage":true}"#)
                .expect("the line is valid");
        let retried: Line =
            serde_json::from_str(r#"{"error":{"status":529,"message":"529 {}","formatted":"529 Overloaded"}}"#)
                .expect("the line is valid");
        let blocks = [Raw::literal(r#"{"type":"text","text":"API Error: 529 Overloaded."}"#)];
        assert_eq!(of_hook(&hook), of_message(&line, &blocks));
        let retried = of_request(&retried);
        assert_eq!(
            (
                retried.kind.as_str(),
                retried.status,
                retried.message.head.as_str(),
                retried.ended_turn
            ),
            ("server_error", Some(529), "529 Overloaded", false)
        );
    }

    #[test]
    fn the_status_is_read_from_the_beginning_only() {
        assert_eq!(leading_status("400 {\"type\":\"error\"}"), Some(400));
        assert_eq!(leading_status("API Error: 500 boom"), Some(500));
        assert_eq!(leading_status("Prompt is too long: 500 tokens"), None);
        assert_eq!(leading_status("200 OK"), None);
        assert_eq!(leading_status("50"), None);
    }
}
