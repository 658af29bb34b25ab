//! Where text from a trace stands in the database: what `forget` searches and `redact --again` rewrites.

/// Every text column that can hold words of a trace, by table. Bodies are compressed and handled apart; the
/// search index is made of the others.
pub(super) const TRACED: &[(&str, &[&str])] = &[
    ("project", &["key", "name", "remote"]),
    ("root", &["path", "main", "remote"]),
    ("root_fact", &["value"]),
    ("root_file", &["file"]),
    (
        "session",
        &[
            "external",
            "model",
            "version",
            "cwd",
            "branch",
            "commit_id",
            "transcript",
            "end_reason",
        ],
    ),
    ("session_label", &["key", "value"]),
    ("usage", &["message", "model"]),
    (
        "event",
        &["agent", "agent_kind", "call_id", "tool", "cwd", "command", "file"],
    ),
    ("exercise", &["key"]),
    ("shape", &["call"]),
    ("mode", &["template", "headline", "scope"]),
    ("pattern", &["scope", "template"]),
    ("bucket", &["value"]),
    (
        "failure",
        &[
            "agent",
            "node",
            "error_type",
            "headline",
            "message",
            "file",
            "segment",
            "goal",
            "scope",
            "correction",
            "input_context",
            "snapshot",
            "resolution",
        ],
    ),
    ("remedy", &["was", "becomes", "decided_by"]),
    ("hint", &["agent", "text", "suggestion"]),
    ("feedback", &["skill", "words"]),
    ("publication", &["name", "path"]),
    ("source", &["path"]),
    ("findable", &["skill", "says"]),
    ("word", &["word"]),
];

/// Text columns that hold only words of this program, numbers or hashes.
#[cfg(test)]
pub(super) const OWN: &[(&str, &[&str])] = &[
    ("meta", &["key", "value"]),
    ("root", &["machine", "decided"]),
    ("root_fact", &["kind"]),
    ("session", &["assistant", "origin", "outcome"]),
    ("event", &["at_source", "kind", "tool_kind", "status", "via"]),
    ("body", &["part"]),
    ("mode", &["fingerprint", "tool_kind", "status", "warnings"]),
    ("pattern", &["fingerprint", "tool_kind"]),
    ("failure", &["instance", "origin", "expected", "severity", "passed_by"]),
    ("remedy", &["instance", "kind", "source", "verdict"]),
    ("hint", &["kind", "rule", "instance", "aftermath"]),
    ("feedback", &["by"]),
    ("publication", &["fingerprint", "hash"]),
    ("source", &["kind"]),
    ("lease", &["name", "holder"]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    #[test]
    fn every_text_column_is_traced_or_our_own() {
        let store = Store::in_memory().expect("opens");
        let mut columns: Vec<(String, String)> = store
            .connection()
            .prepare(
                "select m.name, c.name from sqlite_schema m, pragma_table_info(m.name) c
                 where m.type = 'table' and c.type = 'TEXT' and m.name not like 'search%'",
            )
            .and_then(|mut rows| rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect())
            .expect("columns");
        let mut listed: Vec<(String, String)> = TRACED
            .iter()
            .chain(OWN)
            .flat_map(|(table, names)| names.iter().map(|name| ((*table).to_owned(), (*name).to_owned())))
            .collect();
        columns.sort();
        listed.sort();
        assert_eq!(
            columns, listed,
            "a text column is missing from TRACED (or OWN), or named twice"
        );
    }
}
