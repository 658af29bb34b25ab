//! `docs/json.md` and `docs/json-parts.md` say what the views say: they are written from their schemas, and this test
//! holds them so. `CALLUS_WRITE_DOCS=1 cargo test --test it json_fields` writes them anew.
#![expect(
    clippy::disallowed_methods,
    reason = "a test may be told by a variable to write what it compares"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use callus::answers;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde_json::Value;

/// Returns the schema of what is written: a field that may be left out is not required there.
fn written<A: JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<A>()
}

/// Every answer: the commands that give it, and its view.
fn answers() -> Vec<(&'static str, Schema)> {
    vec![
        ("callus report", written::<answers::ReportView>()),
        ("callus failures", written::<answers::FailuresView>()),
        ("callus show", written::<answers::ShowView>()),
        ("callus show --part", written::<answers::GetView>()),
        ("callus search", written::<answers::SearchView>()),
        ("callus check", written::<answers::CheckView>()),
        ("callus count", written::<answers::CountView>()),
        ("callus brief", written::<answers::BriefView>()),
        ("callus record", written::<answers::RecordView>()),
        ("callus sessions", written::<answers::SessionsView>()),
        ("callus session", written::<answers::SessionView>()),
        ("callus label", written::<answers::LabelView>()),
        ("callus warnings", written::<answers::WarningsView>()),
        ("callus project", written::<answers::ProjectsView>()),
        ("callus replay", written::<answers::ReplayView>()),
        ("callus replay --events", written::<answers::ReplayEvent>()),
        ("callus status", written::<answers::StatusView>()),
        ("callus doctor", written::<answers::DoctorView>()),
        ("callus told", written::<answers::ToldView>()),
        ("callus log", written::<answers::LogLine>()),
        ("callus feedback", written::<answers::FeedbackView>()),
        ("callus resolve", written::<answers::Resolved>()),
        ("callus distill", written::<answers::DraftsView>()),
        ("callus skills list", written::<answers::SkillsView>()),
        ("callus skills show", written::<answers::SkillView>()),
        ("callus sql", written::<answers::SqlView>()),
    ]
}

const HEAD: &str = "# What `--json` answers

Every reading command takes `--json` and answers one JSON document in UTF-8; `callus log` answers one for each line.
`record`, `feedback`, `mute`, `resolve`, `label`, `warnings`, `project`, `distill` and `skills` take it too and show what they changed; other commands that change something refuse it and do nothing.
Times are RFC 3339 in UTC. A field whose name ends in `_ms`, `_bytes` or `_usd` has that unit.
A field marked *optional* is left out when there is nothing to say. Fields are added; they are not renamed or removed.
Types that begin with a capital letter are described in [json-parts.md](json-parts.md).
";

const PARTS_HEAD: &str = "# Parts of what `--json` answers

The types that the fields of [json.md](json.md) name.
";

/// Returns the pages that the schemas make, each with its name: the answers, and the parts that they are made of.
fn pages() -> [(&'static str, String); 2] {
    let mut page = HEAD.to_owned();
    let mut parts = BTreeMap::new();
    for (command, schema) in answers() {
        let schema = schema.to_value();
        let _ = write!(
            page,
            "\n## `{command}`\n\n{}.\n",
            described(&schema).trim_end_matches('.')
        );
        page.push_str(&fields(&schema));
        let own = schema
            .get("$defs")
            .and_then(Value::as_object)
            .cloned()
            .unwrap_or_default();
        parts.extend(own);
    }
    let mut rest = PARTS_HEAD.to_owned();
    for (name, schema) in parts {
        let _ = write!(rest, "\n## {name}\n\n{}\n{}", described(&schema), fields(&schema));
    }
    [("json.md", page), ("json-parts.md", rest)]
}

fn described(schema: &Value) -> String {
    schema["description"].as_str().unwrap_or_default().replace('\n', " ")
}

fn fields(schema: &Value) -> String {
    let mut out = String::new();
    let required: Vec<&str> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    if let Some(properties) = schema["properties"].as_object() {
        out.push_str("\n| field | type | what it says |\n|---|---|---|\n");
        for (name, field) in properties {
            let optional = match (required.contains(&name.as_str()), may_be_null(field)) {
                (true, true) => " or null",
                (true, false) => "",
                (false, _) => ", *optional*",
            };
            let _ = writeln!(
                out,
                "| `{name}` | {}{optional} | {} |",
                kind(field),
                described(field).replace('|', "\\|")
            );
        }
    }
    for variant in schema["oneOf"].as_array().into_iter().flatten() {
        if let Some(word) = variant["const"].as_str() {
            let _ = write!(out, "\n- `{word}`: {}", described(variant));
        }
        for (name, field) in variant["properties"].as_object().into_iter().flatten() {
            let _ = write!(out, "\n- `{name}` ({}): {}", kind(field), described(variant));
        }
    }
    if out.contains("\n- ") {
        out.push('\n');
    }
    out
}

fn may_be_null(field: &Value) -> bool {
    let is_null = |kind: &Value| *kind == "null" || kind["type"] == "null";
    let kinds = field["anyOf"].as_array().or(field["type"].as_array());
    kinds.into_iter().flatten().any(is_null)
}

/// Returns the type of a field in words.
fn kind(field: &Value) -> String {
    if let Some(part) = field["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return part.to_owned();
    }
    if let Some(choices) = field["anyOf"].as_array() {
        return choices
            .iter()
            .find(|choice| choice["type"] != "null")
            .map(kind)
            .unwrap_or_default();
    }
    let word = match &field["type"] {
        Value::String(word) => word.as_str(),
        Value::Array(words) => words
            .iter()
            .filter_map(Value::as_str)
            .find(|word| *word != "null")
            .unwrap_or("any"),
        _ => "any",
    };
    if word == "array" {
        format!("list of {}", kind(&field["items"]))
    } else {
        word.to_owned()
    }
}

#[test]
fn every_field_is_documented() {
    for (name, page) in pages() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
        if std::env::var_os("CALLUS_WRITE_DOCS").is_some() {
            std::fs::write(&path, &page).expect("writes");
        }
        let written = std::fs::read_to_string(&path).expect("the page is there");
        assert!(
            written == page,
            "docs/{name} differs from the views: CALLUS_WRITE_DOCS=1 cargo test --test it json_fields"
        );
    }
}

#[test]
fn every_field_says_something() {
    for (_, page) in pages() {
        for line in page.lines().filter(|line| line.starts_with("| `")) {
            assert!(!line.ends_with("|  |"), "undocumented: {line}");
        }
    }
}

#[test]
fn parameters_say_what_they_are_for() {
    let queries = [
        written::<answers::ReportQuery>(),
        written::<answers::FailuresQuery>(),
        written::<answers::ShowQuery>(),
        written::<answers::SearchQuery>(),
        written::<answers::CheckQuery>(),
        written::<answers::CountQuery>(),
        written::<answers::FeedbackQuery>(),
        written::<answers::GetQuery>(),
        written::<answers::BriefQuery>(),
        written::<answers::RecordQuery>(),
        written::<answers::SessionsQuery>(),
        written::<answers::SessionQuery>(),
        written::<answers::LookupQuery>(),
        written::<answers::SqlQuery>(),
    ];
    for schema in queries {
        let schema = schema.to_value();
        for (name, field) in schema["properties"].as_object().expect("parameters") {
            assert!(field["description"].is_string(), "{}: {name}", schema["title"]);
        }
    }
}
