use serde_json::json;

use super::*;

const GROUP: &[&str] = &["hooks", "Stop"];
const OURS: &[&str] = &["hooks", "*", "*", "hooks", "*"];

fn hook() -> Value {
    json!({"hooks": [{"type": "command", "command": "/b/callus"}]})
}

fn is_ours(value: &Value) -> bool {
    value["command"] == "/b/callus"
}

/// Adds what an installation adds: two events and a permission.
fn add(document: &mut Document) -> Result<Vec<Created>, JsonError> {
    let mut created = document.append(&["hooks", "SessionStart"], &hook())?;
    created.extend(document.append(GROUP, &hook())?);
    created.extend(document.append(&["permissions", "allow"], &json!("mcp__callus__a"))?);
    created.extend(document.append(&["permissions", "allow"], &json!("mcp__callus__b"))?);
    Ok(created)
}

fn take_away(document: &mut Document, created: &[Created]) {
    let emptied = |path: &[String], siblings: usize| match path.len() {
        4 if siblings > 0 => Emptied::Stays,
        3 | 4 => Emptied::Goes(Was::Absent),
        _ => created
            .iter()
            .find(|one| one.path == path)
            .map_or(Emptied::Stays, |one| Emptied::Goes(one.was.clone())),
    };
    let permission = |value: &Value| value.as_str().is_some_and(|text| text.starts_with("mcp__callus__"));
    document
        .remove(&["permissions", "allow", "*"], &permission, &emptied)
        .expect("still valid");
    document.remove(OURS, &is_ours, &emptied).expect("still valid");
}

/// Inputs that people and programs really leave behind.
const NASTY: &[&str] = &[
    "",
    "\n",
    "// nothing yet",
    "// nothing yet\r\n\r\n",
    "{}",
    "{}\n",
    "{ }",
    "{\n}\n",
    "{\n\n}",
    "{ /* mine */ }",
    "{\n  // mine\n}\n",
    "{\"a\":1}",
    "{\"a\": 1}",
    "{\"a\":1,\"hooks\":{},\"permissions\":{\"allow\":[]}}",
    "{\"hooks\": {\"Stop\": []}}\n",
    "{\n\t\"model\": \"opus\"\n}\n",
    "{\n   \"model\": \"opus\",\n   \"env\": {\n      \"A\": \"1\"\n   }\n}",
    "{\r\n    \"model\": \"opus\"\r\n}\r\n",
    "\u{feff}{\n  \"model\": \"opus\"\n}\n",
    "{\n  \"model\": \"opus\", // the big one\n}\n",
    "{\n  \"model\": \"opus\" // the big one\n}\n",
    "{\n  \"model\": \"opus\", /* a */ /* b\n  c */ // d\n  // e\n}\n",
    "{\n  \"model\": \"opus\",\n  // \"hooks\": {}\n}\n",
    "{\n  \"hooks\": null,\n  \"permissions\": { \"allow\": null }\n}\n",
    "{\"hooks\":{\"Stop\":null}}",
    "{\n  \"hooks\": {},\n  \"permissions\": {}\n}\n",
    "{\n  \"hooks\": {\n  },\n  \"permissions\": {\n    // none\n  }\n}\n",
    "{\n  \"hooks\": {\n    \"Stop\": [\n      { \"hooks\": [{ \"type\": \"command\", \"command\": \"say done\" }] }\n    ]\n  }\n}\n",
    "{\n  \"hooks\": {\n    \"Stop\": [\n      {\n        \"hooks\": [\n          { \"type\": \"command\", \"command\": \"say done\" },\n        ],\n      },\n    ],\n  },\n}\n",
    "{\"hooks\":{\"Stop\":[{\"hooks\":[{\"type\":\"command\",\"command\":\"x\"}]}],\"Other\":[]},\"permissions\":{\"allow\":[\"Bash(ls:*)\"],\"deny\":[]}}",
    "{\n  \"permissions\": {\n    \"allow\": [\"Read\", \"Edit\"], // enough\n    \"deny\": []\n  }\n}\n",
    "{\n  \"permissions\": {\n    \"allow\": [\n      \"Read\", // one\n      \"Edit\" // two\n    ]\n  }\n}\n",
    "{\n  \"hooks\": {\"Stop\": []},\n  \"hooks\": {\"Stop\": [ ]}\n}\n",
    "{ \"a\" : [ 1 , 2 ] , \"b\" : { } }",
    "  {\"a\":1}  \n\n",
    "{\n\"model\": \"opus\"\n, \"x\": \"{ // not a comment }\"\n}",
    "{\"\u{e4}\":\"\u{1f600}\"}",
];

#[test]
fn taking_away_gives_back_every_byte() {
    for input in NASTY {
        let mut document = Document::parse(input.as_bytes()).expect(input);
        let created = add(&mut document).expect(input);
        let installed = String::from_utf8(document.bytes()).expect("text");
        let value = Document::parse(installed.as_bytes()).expect(&installed).value();
        assert_eq!(
            value
                .pointer("/permissions/allow")
                .and_then(|all| all.as_array()?.last()),
            Some(&json!("mcp__callus__b"))
        );
        assert!(
            value["hooks"]["Stop"].as_array().expect("a list").contains(&hook()),
            "{installed}"
        );
        take_away(&mut document, &created);
        assert_eq!(
            String::from_utf8(document.bytes()).expect("text"),
            *input,
            "through\n{installed}"
        );
    }
}

#[test]
fn new_text_looks_like_its_surroundings() {
    let cases = [
        ("{}", "{\n  \"hooks\": {\n    \"Stop\": [\n      1\n    ]\n  }\n}"),
        ("{\"a\":1}", "{\"a\":1,\"hooks\":{\"Stop\":[1]}}"),
        ("{\"a\": 1}", "{\"a\": 1, \"hooks\": {\"Stop\": [1]}}"),
        (
            "{\n\t\"a\": 1, // x\n}\n",
            "{\n\t\"a\": 1, // x\n\t\"hooks\": {\n\t\t\"Stop\": [\n\t\t\t1\n\t\t]\n\t},\n}\n",
        ),
        (
            "{\r\n \"a\": 1 // x\r\n}",
            "{\r\n \"a\": 1, // x\r\n \"hooks\": {\r\n  \"Stop\": [\r\n   1\r\n  ]\r\n }\r\n}",
        ),
        (
            "{\n  \"hooks\": {\"Stop\": [0]}\n}",
            "{\n  \"hooks\": {\"Stop\": [0, 1]}\n}",
        ),
        ("", "{\n  \"hooks\": {\n    \"Stop\": [\n      1\n    ]\n  }\n}\n"),
    ];
    for (input, wanted) in cases {
        let mut document = Document::parse(input.as_bytes()).expect(input);
        document.append(GROUP, &json!(1)).expect(input);
        assert_eq!(String::from_utf8(document.bytes()).expect("text"), wanted);
    }
}

#[test]
fn the_authors_later_edits_are_all_that_stays() {
    // What is written into the installed text, and what stays when ours is gone.
    let edits: &[(&str, &str, &str, &str)] = &[
        ("{\n  \"a\": 1\n}\n", "\"a\": 1", "\"a\": 2", "{\n  \"a\": 2\n}\n"),
        (
            "{\n  \"a\": 1\n}\n",
            "\n}\n",
            ",\n  \"z\": 3\n}\n",
            "{\n  \"a\": 1,\n  \"z\": 3\n}\n",
        ),
        ("{}", "\n}", ",\n  \"z\": 3\n}", "{\n  \"z\": 3\n}"),
        (
            "{\n  \"hooks\": {\n    \"Stop\": [\n    ]\n  }\n}",
            "\"command\": \"/b/callus\"",
            "\"command\": \"/b/callus\" /* theirs */",
            "{\n  \"hooks\": {\n    \"Stop\": [\n    ]\n  }\n}",
        ),
        ("{\n  \"a\": 1\n}\n", "\"a\": 1,\n  ", "", "{}\n"),
        // A comment of theirs keeps the object that we made for ours.
        (
            "{}\n",
            "\"hooks\": {\n",
            "\"hooks\": {\n    // later\n",
            "{\n  \"hooks\": {\n    // later\n  }\n}\n",
        ),
    ];
    for (input, from, to, wanted) in edits {
        let mut document = Document::parse(input.as_bytes()).expect(input);
        let created = add(&mut document).expect(input);
        let installed = String::from_utf8(document.bytes()).expect("text");
        // The last place: what follows ours is the harder case.
        let at = installed.rfind(from).expect("the edit finds its place");
        let edited = format!("{}{to}{}", &installed[..at], &installed[at + from.len()..]);
        let mut document = Document::parse(edited.as_bytes()).expect(&edited);
        take_away(&mut document, &created);
        assert_eq!(
            String::from_utf8(document.bytes()).expect("text"),
            *wanted,
            "through\n{edited}"
        );
    }
}

#[test]
fn a_foreign_hook_in_our_group_stays() {
    let mut document = Document::parse(b"{}").expect("valid");
    let created = add(&mut document).expect("added");
    document
        .append(
            &["hooks", "Stop"],
            &json!({"matcher": "x", "hooks": [{"command": "/b/callus"}]}),
        )
        .expect("added");
    let text = String::from_utf8(document.bytes()).expect("text");
    let shared = text.replacen("\"hooks\": [\n", "\"hooks\": [{\"command\": \"theirs\"},\n", 1);
    let mut document = Document::parse(shared.as_bytes()).expect("valid");
    take_away(&mut document, &created);
    assert_eq!(
        document.value(),
        json!({"hooks": {
            "SessionStart": [{"hooks": [{"command": "theirs"}]}],
            "Stop": [{"matcher": "x", "hooks": []}],
        }})
    );
}

#[test]
fn what_cannot_be_edited_is_named_with_its_place() {
    let cases = [
        (
            "{\n  \"a\": }",
            "not valid JSON at line 2, column 8: unexpected close brace",
        ),
        (
            "{\"a\":1} x",
            "not valid JSON at line 1, column 9: text cannot contain more than one json value",
        ),
        (
            "{\"a\":1 \"b\":2}",
            "not valid JSON at line 1, column 7: expected comma",
        ),
        (
            "{'a':1}",
            "not valid JSON at line 1, column 2: single-quoted strings are not allowed",
        ),
        (
            "[]",
            "the whole file at line 1, column 1 is a list, where an object is needed",
        ),
        (
            "{\n  \"hooks\": []\n}",
            "\"hooks\" at line 2, column 12 is a list, where an object is needed",
        ),
        (
            "{\"hooks\": {\n\"Stop\": \"x\"}}",
            "\"Stop\" at line 2, column 9 is a string, where a list is needed",
        ),
        (
            "{\"hooks\": 5}",
            "\"hooks\" at line 1, column 11 is a number, where an object is needed",
        ),
    ];
    for (input, wanted) in cases {
        let error = Document::parse(input.as_bytes())
            .and_then(|mut document| document.append(GROUP, &json!(1)))
            .expect_err(input);
        assert_eq!(error.to_string(), wanted);
    }
    assert!(matches!(Document::parse(b"{\"\xff\":1}"), Err(JsonError::NotText(2))));
}

#[test]
fn a_replaced_entry_keeps_its_place_and_leaves_without_a_trace() {
    for input in NASTY {
        let mut document = Document::parse(input.as_bytes()).expect(input);
        let created = add(&mut document).expect(input);
        let new = |old: &Value| is_ours(old).then(|| json!({"command": "/b/callus", "timeout": 5}));
        assert_eq!(document.replace(OURS, &new).expect(input), 2);
        assert_eq!(
            document.value()["hooks"]["Stop"].as_array().and_then(|all| all.last()),
            Some(&json!({"hooks": [{"command": "/b/callus", "timeout": 5}]}))
        );
        take_away(&mut document, &created);
        assert_eq!(String::from_utf8(document.bytes()).expect("text"), *input);
    }
}

mod property {
    use proptest::prelude::*;

    use super::*;

    fn space() -> impl Strategy<Value = String> {
        prop::collection::vec(
            prop::sample::select(vec![
                "",
                "",
                " ",
                "\n",
                "\n  ",
                "\t",
                "\r\n",
                "/* c */",
                " // c\n",
                "// é {\n    ",
            ]),
            0..3,
        )
        .prop_map(|parts| parts.concat())
    }

    fn list(
        open: &'static str,
        close: &'static str,
        item: impl Strategy<Value = String> + 'static,
    ) -> BoxedStrategy<String> {
        (
            prop::collection::vec((space(), item, space()), 0..4),
            any::<bool>(),
            space(),
        )
            .prop_map(move |(items, trailing, end)| {
                let comma = if trailing && !items.is_empty() { "," } else { "" };
                let items: Vec<String> = items
                    .iter()
                    .map(|(before, item, after)| format!("{before}{item}{after}"))
                    .collect();
                format!("{open}{}{comma}{end}{close}", items.join(","))
            })
            .boxed()
    }

    fn value() -> BoxedStrategy<String> {
        let leaf = prop::sample::select(vec![
            "1",
            "null",
            "true",
            "\"x, ]\"",
            "\"\\\" // {\"",
            "{}",
            "[]",
            "{ }",
        ])
        .prop_map(String::from);
        leaf.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![list("[", "]", inner.clone()), object(any_key(), inner)]
        })
        .boxed()
    }

    fn any_key() -> BoxedStrategy<String> {
        prop::sample::select(vec!["a", "b", "deny", "é"])
            .prop_map(String::from)
            .boxed()
    }

    fn object(key: BoxedStrategy<String>, inner: impl Strategy<Value = String> + 'static) -> BoxedStrategy<String> {
        list(
            "{",
            "}",
            (key, space(), space(), inner).prop_map(|(key, a, b, inner)| format!("\"{key}\"{a}:{b}{inner}")),
        )
    }

    /// A settings file: any JSON around `hooks` and `permissions` of the right kinds.
    fn settings() -> impl Strategy<Value = String> {
        let group = object(
            prop::sample::select(vec!["matcher"]).prop_map(String::from).boxed(),
            value(),
        );
        let event = prop::sample::select(vec!["Stop", "SessionStart", "Other"])
            .prop_map(String::from)
            .boxed();
        let hooks = prop_oneof![object(event, list("[", "]", group)), Just("null".to_owned())];
        let lists = object(
            Just("allow".to_owned()).boxed(),
            prop_oneof![list("[", "]", value()), Just("null".to_owned())],
        );
        let property = prop_oneof![
            value().prop_map(|value| format!("\"x\": {value}")),
            hooks.prop_map(|hooks| format!("\"hooks\":{hooks}")),
            lists.prop_map(|lists| format!("\"permissions\" : {lists}")),
        ];
        (
            prop::sample::select(vec!["", "\u{feff}"]),
            space(),
            list("{", "}", property),
            space(),
        )
            .prop_map(|(mark, before, body, after)| format!("{mark}{before}{body}{after}"))
    }

    /// Writes a property and a comment before all others.
    fn with_first(text: &str) -> String {
        let mark = if text.starts_with(BOM) { BOM.len() } else { 0 };
        let open = Scan::of(&text[mark..]).expect("valid").root.expect("an object").start() + mark + 1;
        format!("{} \"user\": [1], // mine\n{}", &text[..open], &text[open..])
    }

    /// Writes a property behind all others.
    fn with_last(text: &str) -> String {
        let close = text.rfind('}').expect("an object");
        ["\n,", "\n"]
            .map(|comma| format!("{}{comma} \"z\": 2 {}", &text[..close], &text[close..]))
            .into_iter()
            .find(|text| Document::parse(text.as_bytes()).is_ok())
            .expect("one of them is valid")
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn any_settings_file_comes_back_byte_for_byte(input in settings()) {
            let mut document = Document::parse(input.as_bytes()).expect("made to be valid");
            let before = document.value();
            let created = add(&mut document).expect("made to be editable");
            let installed = document.bytes();
            let again = Document::parse(&installed).expect("an edit leaves a valid file");
            prop_assert_eq!(&again.value()["x"], &before["x"]);
            take_away(&mut document, &created);
            prop_assert_eq!(String::from_utf8(document.bytes()).expect("text"), input);
        }

        #[test]
        fn an_edit_in_between_is_all_that_stays(input in settings()) {
            let mut document = Document::parse(input.as_bytes()).expect("made to be valid");
            if document.value().as_object().is_none_or(serde_json::Map::is_empty) {
                return Ok(());
            }
            let created = add(&mut document).expect("made to be editable");
            let installed = String::from_utf8(document.bytes()).expect("text");
            let mut first = Document::parse(with_first(&installed).as_bytes()).expect("valid");
            take_away(&mut first, &created);
            prop_assert_eq!(String::from_utf8(first.bytes()).expect("text"), with_first(&input));
            // Which of two commas was whose, nobody can tell: here the value counts.
            let mut last = Document::parse(with_last(&installed).as_bytes()).expect("valid");
            take_away(&mut last, &created);
            prop_assert_eq!(last.value(), Document::parse(with_last(&input).as_bytes()).expect("valid").value());
        }

        #[test]
        fn any_bytes_are_read_or_refused(input in prop::collection::vec(any::<u8>(), 0..64)) {
            if let Ok(document) = Document::parse(&input) {
                prop_assert_eq!(document.bytes(), input);
            }
        }
    }
}

#[test]
fn a_property_comes_and_goes_as_an_element_does() {
    let place: &[&str] = &["mcpServers", "callus"];
    let server = json!({"command": "/b/callus", "args": ["mcp"]});
    let servers = [
        "{\"mcpServers\": {}}",
        "{\n  \"mcpServers\": {\n    // none\n  }\n}\n",
        "{\n  \"mcpServers\": null\n}\n",
        "{\n\t\"mcpServers\": {\n\t\t\"fs\": {\"command\": \"x\"}, // mine\n\t},\n}\n",
        "{\"globalShortcut\":\"\",\"mcpServers\":{\"fs\":{\"command\":\"x\",\"args\":[]}}}",
    ];
    for input in NASTY.iter().chain(&servers) {
        let mut document = Document::parse(input.as_bytes()).expect(input);
        let created = document.put(&place[..1], place[1], &server).expect(input);
        let added = String::from_utf8(document.bytes()).expect("text");
        assert_eq!(document.value()["mcpServers"]["callus"], server, "{added}");
        let moved = document.replace(place, &|_| Some(json!({"command": "/c/callus", "args": ["mcp"]})));
        assert_eq!(moved.expect("still valid"), 1);
        assert_eq!(document.value()["mcpServers"]["callus"]["command"], "/c/callus");
        let emptied = |path: &[String], _| {
            let made = created.iter().find(|one| one.path == path);
            made.map_or(Emptied::Stays, |one| Emptied::Goes(one.was.clone()))
        };
        assert_eq!(document.remove(place, &|_| true, &emptied).expect("still valid"), 1);
        assert_eq!(
            String::from_utf8(document.bytes()).expect("text"),
            *input,
            "through\n{added}"
        );
    }
    let mut listed = Document::parse(b"{\"mcpServers\": []}").expect("valid");
    let said = listed
        .put(&place[..1], place[1], &server)
        .expect_err("a list")
        .to_string();
    assert_eq!(
        said,
        "\"mcpServers\" at line 1, column 16 is a list, where an object is needed"
    );
}
