//! What a hook may print: the JSON by which Claude Code takes up what it is told. Checked against version 2.1.328.

use serde_json::json;

/// The events on which the client hands `additionalContext` to the model before its next step. `PreToolUse` is not
/// among them: what is said there arrives only with the result of the call.
const CONTEXT: &[&str] = &["SessionStart", "PostToolUseFailure", "PostToolBatch"];

/// The event on which a call can be refused.
const BEFORE: &str = "PreToolUse";

/// Returns the reply that hands `text` to the model; nothing on an event on which it would not reach it in time.
#[must_use]
pub(super) fn reply(event: &str, text: &str) -> Option<String> {
    CONTEXT
        .contains(&event)
        .then(|| json!({"hookSpecificOutput": {"hookEventName": event, "additionalContext": text}}).to_string())
}

/// Returns the reply that refuses a call for this reason, which the model reads in place of the call's output; nothing
/// on an event that cannot refuse one.
#[must_use]
pub(super) fn refuse(event: &str, reason: &str) -> Option<String> {
    (event == BEFORE).then(|| {
        json!({"hookSpecificOutput": {
            "hookEventName": event,
            "permissionDecision": "deny",
            "permissionDecisionReason": reason,
        }})
        .to_string()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_stands_where_the_client_looks_for_it() {
        assert_eq!(
            reply("PostToolUseFailure", "a \"b\"\nc").as_deref(),
            Some(r#"{"hookSpecificOutput":{"hookEventName":"PostToolUseFailure","additionalContext":"a \"b\"\nc"}}"#)
        );
        assert_eq!(
            refuse("PreToolUse", "no").as_deref(),
            Some(
                r#"{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":"no"}}"#
            )
        );
    }

    #[test]
    fn nothing_is_said_where_it_would_be_late_or_make_the_agent_go_on() {
        for event in ["PreToolUse", "Stop", "SubagentStop", "SessionEnd", "PreCompact", ""] {
            assert_eq!(reply(event, "x"), None, "{event}");
        }
        for event in ["SessionStart", "PostToolUseFailure", "PostToolBatch", "Stop"] {
            assert_eq!(refuse(event, "x"), None, "{event}");
        }
    }
}
