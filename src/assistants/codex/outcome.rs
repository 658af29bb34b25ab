//! How calls, turns and messages ended, as the records of the client tell it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::assistants::raw::{Raw, rounded};
use crate::assistants::{FAILURE_KEPT, kept, output};
use crate::domain::trace::{Call, CallEnd, Flag, ModelError, Usage};

use super::returned::{Returned, is_refused, text_of};
use super::wire::{Fault, Item, Lasted, McpResult, Served, ServedError, Tokens};

/// What the client writes for the exit code of a command that it stopped, or did not run.
const NO_EXIT: i32 = -1;
/// The client's word for work that was not allowed.
const DECLINED: &str = "declined";
/// The client's words for work that did not succeed.
const FAILED: &[&str] = &["failed", DECLINED];
/// The client's word for an error that it has no word for.
const OTHER: &str = "other";

/// Returns the outcome of `call` that the output for the model tells; `printed` comes before it.
pub(super) fn of_output(call: Call, printed: &str, returned: &Returned<'_>) -> CallEnd {
    let flag = returned.flag(call.kind);
    let text = if printed.is_empty() {
        Cow::Borrowed(returned.text.as_ref())
    } else {
        Cow::Owned(format!("{printed}{}", returned.text))
    };
    CallEnd {
        flag,
        output: output(&text, flag),
        exit_code: returned.exit_code,
        // The client says how long the last piece took, not the whole.
        duration_ms: returned.duration_ms.filter(|_| printed.is_empty()),
        interrupted: returned.is_interrupted(),
        note: None,
        background: None,
        call,
    }
}

/// Returns the outcome of a call that asked how another one goes: how that one ended is not how this one did.
pub(super) fn of_poll(call: Call, returned: &Returned<'_>) -> CallEnd {
    CallEnd {
        flag: Flag::Success,
        exit_code: None,
        output: output(&returned.text, Flag::Success),
        ..of_output(call, "", returned)
    }
}

/// Returns what is known of a command that goes on in the background.
pub(super) fn so_far(call: Call, printed: &str, task: &str) -> CallEnd {
    CallEnd {
        flag: Flag::Silent,
        output: output(printed, Flag::Silent),
        exit_code: None,
        duration_ms: None,
        interrupted: false,
        note: None,
        background: Some(task.to_owned()),
        call,
    }
}

/// Returns the outcome of `call` that an item tells; nothing for items that say less than the output for the model.
pub(super) fn of_item(call: Call, item: &Item<'_>) -> Option<CallEnd> {
    let exit_code = item.exit_code.integer().and_then(|code| i32::try_from(code).ok());
    let has_failed = FAILED.contains(&item.status.string().as_ref()) || exit_code.is_some_and(|code| code != 0);
    let is_declined = item.status.string() == DECLINED;
    let result: McpResult = item.result.fields().unwrap_or_default();
    let (text, has_failed) = match item.kind.string().as_ref() {
        "CommandExecution" | "exec_command_end" => (item.printed.string(), has_failed),
        "FileChange" => (
            Cow::Owned(item.stdout.string().into_owned() + &item.stderr.string()),
            has_failed,
        ),
        "McpToolCall" if item.result.is_missing() => (said(&item.error), true),
        "McpToolCall" => (text_of(&result.content), has_failed || result.is_error.is_true()),
        _ => return None,
    };
    let flag = if has_failed { Flag::Failure } else { Flag::Success };
    Some(CallEnd {
        flag,
        output: output(&text, flag),
        exit_code: exit_code.filter(|code| *code != NO_EXIT),
        duration_ms: duration(&item.duration),
        interrupted: exit_code == Some(NO_EXIT) && !is_declined && !is_refused(&text),
        note: None,
        background: None,
        call,
    })
}

/// Returns the text of an error, which is a string, or an object with a message.
fn said<'r>(error: &'r Raw<'_>) -> Cow<'r, str> {
    let message = || Some(Cow::Owned(error.fields::<Fault>()?.message.word()?));
    error.text().or_else(message).unwrap_or_default()
}

fn duration(raw: &Raw<'_>) -> Option<i64> {
    let lasted: Lasted = raw.fields()?;
    rounded(lasted.secs.number()? * 1e3 + lasted.nanos.number().unwrap_or_default() / 1e6)
}

/// Returns the error with which a turn ended.
pub(super) fn model_error(error: &Raw<'_>) -> ModelError {
    let fault: Fault = error.fields().unwrap_or_default();
    let whole = fault.message.string();
    // What the server said stands there as it came.
    let raw = Raw::literal(whole.as_ref());
    let served: Served = raw.fields().unwrap_or_default();
    let inner: ServedError = served.error.fields().unwrap_or_default();
    let kinds: Option<BTreeMap<String, Raw<'_>>> = fault.code.fields();
    let named = kinds.and_then(|kinds| kinds.into_keys().next());
    let kind = fault.code.word().or(named).filter(|kind| kind != OTHER);
    ModelError {
        kind: kind.or_else(|| inner.kind.word()).unwrap_or_else(|| OTHER.to_owned()),
        status: None,
        message: kept(
            &inner.message.word().unwrap_or_else(|| whole.clone().into_owned()),
            FAILURE_KEPT,
        ),
        ended_turn: true,
    }
}

/// Returns the tokens of a thread's last message. Two records of one message have the same sum for the thread so far,
/// and a message is known by it: most versions give it no id. After a compaction the sum comes again without a message.
pub(super) fn usage(thread: &str, model: &str, last: &Raw<'_>, total: &Raw<'_>) -> Option<Usage> {
    let (last, total): (Tokens, Tokens) = (last.fields()?, total.fields()?);
    let count = |raw: &Raw<'_>| raw.integer().unwrap_or_default();
    if count(&last.input) + count(&last.output) == 0 {
        return None;
    }
    let (cache_read, cache_write) = (count(&last.cached), count(&last.cache_write));
    Some(Usage {
        message: format!("{thread}:{}", total.total.integer()?),
        model: model.to_owned(),
        input: (count(&last.input) - cache_read - cache_write).max(0),
        output: count(&last.output),
        cache_read,
        cache_write,
    })
}
