use proptest::prelude::*;
use serde_json::json;

use super::*;

const OURS: &[&str] = &["mcp_servers", "callus"];

fn fields() -> Vec<(&'static str, Value)> {
    vec![
        ("command", json!("/b/it's \"callus\"")),
        ("args", json!(["mcp"])),
        ("env", json!({"CALLUS_HOME": "/d"})),
    ]
}

fn document(text: &str) -> Document {
    Document::parse(text.as_bytes()).expect(text)
}

fn text(document: &Document) -> String {
    String::from_utf8(document.bytes()).expect("text")
}

/// Inputs that people and programs really leave behind.
const NASTY: &[&str] = &[
    "",
    "\n",
    "\n\n",
    "   ",
    "# nothing yet",
    "# nothing yet\r\n\r\n",
    "model = \"gpt-6\"",
    "model = \"gpt-6\"\n",
    "model = \"gpt-6\"\n\n",
    "model=\"gpt-6\"   # the big one\n\n\n# end",
    "\u{feff}model = \"gpt-6\"\r\n[tui]\r\ntheme = 'dark'\r\n",
    "\u{feff}",
    "[mcp_servers]\n",
    "[mcp_servers]",
    "[mcp_servers.memory]\ncommand = \"python3\"\nargs = [\n  \"a\", # one\n  \"b\",\n]\n",
    "  [ mcp_servers . memory ]\n\tcommand=\"x\"\n\n    [mcp_servers.memory.env]\n    A = '''\n[mcp_servers.callus]\ncommand = 1\n'''\n",
    "[mcp_servers]\nmemory = { command = \"x\" }\nother.command = \"y\"\n\n[projects.\"/w\"]\ntrust_level = \"trusted\"\n",
    "mcp_servers.memory.command = \"x\"\nmcp_servers.memory.args = []\n\n[tui]\n",
    "mcp_servers = {}\n",
    "mcp_servers = { }",
    "mcp_servers = {memory={command=\"x\"}}\nmodel = \"y\"\n",
    "mcp_servers = { memory = { command = \"x\", args = [\"a, b\"] } } # mine\r\n",
    "mcp_servers = {\n  memory = { command = \"x\" }, # one, two\n  # three,\n}\n",
    "mcp_servers = {\n  memory = { command = \"x\" } # one, two\n}\n",
    "mcp_servers = { memory = { command = \"x\" }, }\n",
    "mcp_servers = { memory.command = \"x\", memory.args = [] }\n",
    "[[hooks.Stop]]\n[[hooks.Stop.hooks]]\ntype = \"command\"\n",
    "[mcp_servers.\"callus 2\"]\ncommand = \"x\"\n[mcp_servers.callus-old]\ncommand = \"x\"",
];

/// Everything but our server: an empty table that held nothing else counts as none.
fn others(document: &Document) -> Value {
    let mut all = document.value(&[]);
    if let Some(servers) = all.get_mut("mcp_servers").and_then(Value::as_object_mut) {
        servers.shift_remove("callus");
        if servers.is_empty() {
            all.as_object_mut().expect("a table").shift_remove("mcp_servers");
        }
    }
    all
}

#[test]
fn taking_away_gives_back_every_byte() {
    for input in NASTY {
        let mut document = document(input);
        let before = others(&document);
        let around = document.add(OURS, &fields()).expect(input);
        let added = text(&document);
        assert_eq!(
            document.value(OURS),
            json!({"command": "/b/it's \"callus\"", "args": ["mcp"], "env": {"CALLUS_HOME": "/d"}})
        );
        assert_eq!(others(&document), before, "{added}");
        let lone = added.matches('\n').count() - added.matches("\r\n").count();
        assert!(lone == 0 || !input.contains("\r\n"), "one sort of line ends: {added:?}");
        assert!(document.remove(OURS, &around).expect("still valid"));
        assert_eq!(text(&document), *input, "through\n{added}");
        assert!(!document.remove(OURS, &around).expect("still valid"), "it is gone");
    }
}

#[test]
fn a_field_is_set_in_place_and_everything_else_stays() {
    for input in NASTY {
        let mut document = document(input);
        let before = others(&document);
        let around = document.add(OURS, &fields()).expect(input);
        let added = text(&document);
        document.set(OURS, "command", Some(&json!("/new/callus"))).expect("set");
        document.set(OURS, "env", None).expect("taken away");
        document
            .set(OURS, "url", Some(&json!("http://127.0.0.1/mcp")))
            .expect("added");
        let wanted = json!({"command": "/new/callus", "args": ["mcp"], "url": "http://127.0.0.1/mcp"});
        assert_eq!(document.value(OURS), wanted, "{}", text(&document));
        assert_eq!(others(&document), before, "{}", text(&document));
        document.set(OURS, "url", None).expect("taken away");
        document
            .set(OURS, "env", Some(&json!({"CALLUS_HOME": "/d"})))
            .expect("added");
        document.set(OURS, "command", Some(&fields()[0].1)).expect("set");
        assert_eq!(text(&document), added, "there and back");
        document.remove(OURS, &around).expect("still valid");
        assert_eq!(text(&document), *input);
    }
}

#[test]
fn new_text_looks_like_its_surroundings() {
    let cases = [
        ("", "[mcp_servers.callus]\na = 1\n"),
        ("x = 1", "x = 1\n\n[mcp_servers.callus]\na = 1\n"),
        ("x = 1\r\n", "x = 1\r\n\r\n[mcp_servers.callus]\r\na = 1\r\n"),
        ("mcp_servers = {}", "mcp_servers = { callus = { a = 1 } }"),
        (
            "mcp_servers = { b = {} }",
            "mcp_servers = { b = {}, callus = { a = 1 } }",
        ),
        (
            "mcp_servers = {\n\tb = {}, # mine\n}\n",
            "mcp_servers = {\n\tb = {},\n\tcallus = { a = 1 }, # mine\n}\n",
        ),
    ];
    for (input, wanted) in cases {
        let mut document = document(input);
        document.add(OURS, &[("a", json!(1))]).expect(input);
        assert_eq!(text(&document), wanted);
    }
}

#[test]
fn our_table_goes_wherever_it_stands_by_then() {
    let cases = [
        // A client wrote it in its own way, and something stands behind it.
        (
            "x = 1\n\n[mcp_servers.callus]\ncommand = \"c\"\n\n[mcp_servers.callus.env]\nA = \"b\"\n\n[tui]\ny = 1\n",
            "x = 1\n\n\n[tui]\ny = 1\n",
        ),
        (
            "[mcp_servers.callus.tools.failure_check] # mine\nmode = \"approve\"\n[tui]\n[mcp_servers.callus]\na = 1 # b",
            "[tui]\n",
        ),
        (
            "[mcp_servers]\ncallus = { a = 1 }\nb.c = 2\n",
            "[mcp_servers]\nb.c = 2\n",
        ),
        (
            "[mcp_servers]\n  callus.a = 1\n  callus.b = [\n 2]\n# c\n",
            "[mcp_servers]\n# c\n",
        ),
        (
            "mcp_servers.callus.a = 1\nmodel = 2\nmcp_servers.callus.b.c = 1",
            "model = 2\n",
        ),
        (
            "mcp_servers = { callus = { a = 1 }, b = 2 }\n",
            "mcp_servers = { b = 2 }\n",
        ),
        (
            "mcp_servers = { b = 2, callus = { a = 1 } }\n",
            "mcp_servers = { b = 2 }\n",
        ),
        ("[[mcp_servers.callus]]\na = 1\n[[mcp_servers.callus]]\n[x]\n", "[x]\n"),
    ];
    for (input, wanted) in cases {
        let mut document = document(input);
        assert!(document.remove(OURS, &Around::default()).expect(input), "{input}");
        assert_eq!(text(&document), wanted);
    }
    // Two lines were put before it; without them what was written behind it would stand on the line before.
    let mut document = document("x = 1");
    let around = document.add(OURS, &fields()).expect("added");
    document.text.push_str("[tui]\n");
    document.remove(OURS, &around).expect("removed");
    assert_eq!(text(&document), "x = 1\n\n[tui]\n");
}

#[test]
fn what_cannot_be_edited_is_an_error_that_says_where() {
    let cases = [
        ("x = 1\ny = = 2\n", "not valid TOML at line 2, column 5: "),
        (
            "x = 1\n\nmcp_servers = []\n",
            "mcp_servers at line 3 is a list, where a table is needed",
        ),
        (
            "mcp_servers = 'x'",
            "mcp_servers at line 1 is a string, where a table is needed",
        ),
        (
            "[[mcp_servers]]\n",
            "mcp_servers at line 1 is a list of tables, where a table is needed",
        ),
    ];
    for (input, wanted) in cases {
        let outcome = Document::parse(input.as_bytes()).and_then(|mut document| document.add(OURS, &fields()));
        let said = outcome.expect_err(input).to_string();
        assert!(said.starts_with(wanted), "{said}");
    }
    let said = Document::parse(b"a = \"\xff\"").expect_err("no text").to_string();
    assert_eq!(said, "not UTF-8 text from byte 5 on");
}

/// Pieces of which a file is put together, each valid wherever it stands among the others.
const PIECES: &[&str] = &[
    "\n",
    "# a comment, [with] = signs\n",
    "\r\n",
    "[tui]\nlist = [ 1,\n 2 ]\n",
    "[mcp_servers.a]\ncommand = 'x' # y\n",
    "  [mcp_servers.b.env]\n  A = \"#\"\n",
    "[[hooks.Stop]]\nx = { y = 1 }\n",
    "[projects.\"/w, z\"]\n",
];

proptest! {
    #[test]
    fn whatever_the_file_is_made_of_every_byte_comes_back(order in Just(PIECES.to_vec()).prop_shuffle(), kept in 0..PIECES.len(), cut in any::<bool>()) {
        let mut input: String = order[..kept].concat();
        if cut {
            input.truncate(input.trim_end().len());
        }
        let mut document = document(&input);
        let before = others(&document);
        let around = document.add(OURS, &fields()).expect("added");
        prop_assert_eq!(others(&document), before);
        document.remove(OURS, &around).expect("removed");
        prop_assert_eq!(text(&document), input);
    }

    #[test]
    fn whatever_the_bytes_are_nothing_breaks(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(mut document) = Document::parse(&bytes)
            && let Ok(around) = document.add(OURS, &fields())
        {
            prop_assert!(document.remove(OURS, &around).expect("still valid"));
            prop_assert_eq!(document.bytes(), bytes);
        }
    }
}
