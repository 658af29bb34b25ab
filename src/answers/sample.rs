//! Four invented sessions, to show what there is to see where nothing was recorded yet.

/// The sessions: the name of each transcript as Claude Code would have written it, and its text.
pub const SAMPLE: [(&str, &str); 4] = [
    (
        "5a3b1e00-0001-4000-8000-000000000001.jsonl",
        include_str!("sample/5a3b1e00-0001-4000-8000-000000000001.jsonl"),
    ),
    (
        "5a3b1e00-0002-4000-8000-000000000002.jsonl",
        include_str!("sample/5a3b1e00-0002-4000-8000-000000000002.jsonl"),
    ),
    (
        "5a3b1e00-0003-4000-8000-000000000003.jsonl",
        include_str!("sample/5a3b1e00-0003-4000-8000-000000000003.jsonl"),
    ),
    (
        "5a3b1e00-0004-4000-8000-000000000004.jsonl",
        include_str!("sample/5a3b1e00-0004-4000-8000-000000000004.jsonl"),
    ),
];
