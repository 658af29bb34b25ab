//! Claude Desktop: a list of servers in JSON, and ours in it.

use serde_json::{Value, json};

use super::BINARY;
use super::home::Home;

const FILE: &str = ".config/Claude/claude_desktop_config.json";

/// Settings as people and the client write them.
const HOMES: &[&str] = &[
    "",
    "{}",
    "{\n  \"mcpServers\": {}\n}\n",
    "{\r\n    \"globalShortcut\": \"\"\r\n}\r\n",
    "\u{feff}{\n\t\"mcpServers\": {\n\t\t\"fs\": {\n\t\t\t\"command\": \"npx\",\n\t\t\t\"args\": [\"-y\", \"server-fs\"]\n\t\t}\n\t}\n}",
    "{\"mcpServers\":{\"fs\":{\"command\":\"npx\"}},\"x\":1}",
];

#[test]
fn installing_twice_and_removing_leaves_every_byte() {
    for text in HOMES {
        let home = Home::of("claude-desktop", FILE, text);
        let before = home.snapshot();
        home.install(BINARY);
        let installed = home.settings();
        let value: Value = serde_json::from_str(installed.trim_start_matches('\u{feff}')).expect("JSON");
        assert_eq!(
            value["mcpServers"]["callus"],
            json!({"command": BINARY, "args": ["mcp"]})
        );
        assert!(home.plan(BINARY).expect("a plan").is_empty(), "{installed}");
        home.remove();
        assert_eq!(home.snapshot(), before, "{text:?}");
    }
}

#[test]
fn it_is_told_what_routes_the_store_and_gets_the_program_also_where_an_address_is_wanted() {
    let mut home = Home::of("claude-desktop", FILE, "{}");
    home.routes = vec![("CALLUS_HOME".into(), "/mnt/callus".into())];
    home.address = Some("http://127.0.0.1:22558/mcp".into());
    let plan = home.plan(BINARY).expect("a plan");
    assert_eq!(
        plan.notes,
        ["Claude Desktop only asks servers that it starts: it gets the program, not the address"]
    );
    home.install("/old/callus");
    home.install(BINARY);
    let value: Value = serde_json::from_str(&home.settings()).expect("JSON");
    let wanted = json!({"command": BINARY, "args": ["mcp"], "env": {"CALLUS_HOME": "/mnt/callus"}});
    assert_eq!(value["mcpServers"]["callus"], wanted);
    home.remove();
    assert_eq!(home.settings(), "{}");
}

#[test]
fn a_foreign_server_and_damaged_settings_stay() {
    let taken = "{\"mcpServers\": {\"callus\": {\"command\": \"/x/other\"}}}";
    let home = Home::of("claude-desktop", FILE, taken);
    let plan = home.plan(BINARY).expect("a plan");
    assert!(
        plan.is_empty() && plan.notes[0].contains("another MCP server"),
        "{plan:?}"
    );
    let home = Home::of("claude-desktop", FILE, "{\"mcpServers\": ");
    assert!(home.plan(BINARY).is_err());
}
