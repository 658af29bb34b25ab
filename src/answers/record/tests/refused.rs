//! What is told wrongly is refused with what is wrong, where, and what to give instead.

use serde_json::{Value, json};

use super::Desk;

/// What is told wrongly, and what is said of it.
fn wrong() -> Vec<(Value, &'static str)> {
    vec![
        (
            json!({}),
            "the record tells of no call: give `tool` or `command`, and what went wrong in `message` or `output`",
        ),
        (
            json!({"exit_code": "x", "tool": "a"}),
            "`exit_code` is `x`: give a whole number from -2147483648 to 2147483647",
        ),
        (
            json!({"exit_code": 1.5, "tool": "a"}),
            "`exit_code` is `1.5`: give a whole number",
        ),
        (
            json!({"exit_code": 1e30, "tool": "a"}),
            "`exit_code` is `1e+30`: give a whole number",
        ),
        (
            json!({"duration_ms": -1, "tool": "a"}),
            "`duration_ms` is `-1`: give a whole number from 0",
        ),
        (
            json!({"ok": "maybe", "tool": "a"}),
            "`ok` is `maybe`: give true or false",
        ),
        (json!({"ok": {}, "tool": "a"}), "`ok` is an object: give true or false"),
        (
            json!({"ok": true, "message": "boom"}),
            "`ok` is true and an error is given beside it",
        ),
        (json!({"message": ["boom"]}), "`message` is a list: give a text"),
        (
            json!({"message": {"type": "E"}}),
            "`message` is an object without `message`: give a text",
        ),
        (
            json!({"tool": "a\u{200b}b", "message": "x"}),
            "`tool` holds a character that cannot be seen (U+200B)",
        ),
        (
            json!({"tool": "a".repeat(201), "message": "x"}),
            "`tool` has 201 characters: give at most 200",
        ),
        (
            json!({"session": "a\nb", "message": "x"}),
            "`session` holds a character that cannot be seen (U+000A)",
        ),
        (
            json!({"timestamp": "soon", "message": "x"}),
            "`timestamp` is `soon`: write it as RFC 3339, such as 2026-11-20T12:00:00Z",
        ),
        (
            json!({"timestamp": "2026-11-20T13:00:00Z", "message": "x"}),
            "`timestamp` is 2026-11-20T13:00:00Z, which lies ahead of this machine's clock (2026-11-20T12:00:00Z)",
        ),
        (
            json!({"timestamp": 12, "message": "x"}),
            "`timestamp` is 1970-01-01T00:00:12Z: a number is read as seconds since 1970",
        ),
        (
            json!({"timestamp": 1e40, "message": "x"}),
            "`timestamp` is `1e+40`: write it as RFC 3339",
        ),
        (
            json!({"state_snapshot": "x".repeat(20_000), "message": "x"}),
            "`state_snapshot` has 20002 bytes: give at most 16384",
        ),
        (json!({"labels": ["a"], "message": "x"}), "`labels` must be an object"),
        (
            json!({"labels": {"a": {}}, "message": "x"}),
            "`labels` is an object: give a text",
        ),
        (
            json!({"cwd": "src", "message": "x"}),
            "`cwd` is `src`: give the whole path of a folder, from `/`",
        ),
        (
            json!({"cwd": "/src", "project": "a", "message": "x"}),
            "`project` is given beside `cwd`",
        ),
        (
            json!({"assistant": "Codex", "message": "x"}),
            "`assistant` is `codex`, whose sessions are recorded by themselves",
        ),
        (
            json!({"assistant": "my bot!", "message": "x"}),
            "`assistant` is `my bot!`: give a short name",
        ),
        (json!({"failure": "F99", "resolution": "x"}), "no failure goes by `F99`"),
        (
            json!({"failure": "seven", "resolution": "x"}),
            "`failure` is `seven`: give the id of a failure, such as F12",
        ),
        (json!({"failure": "F1"}), "no failure goes by `F1`"),
        (json!({"resolution": "more memory"}), "the record tells of no call"),
        (
            json!({"resolution": "more memory", "id": "7"}),
            "Line 1 is not recorded: nothing is recorded of a call with this `id`",
        ),
    ]
}

#[test]
fn what_cannot_be_kept_is_refused_with_what_where_and_what_to_give() {
    let mut desk = Desk::new();
    for (record, said) in wrong() {
        let text = desk.text(&record);
        assert!(text.contains(said), "{record}\n{text}\nbut should say\n{said}");
    }
    assert_eq!(desk.rows("select count(*) from event"), ["0"]);
}
