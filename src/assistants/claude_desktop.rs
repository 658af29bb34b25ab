//! What Claude Desktop needs in its configuration to ask Callus. It is a client of our MCP server and no coding agent:
//! none of its sessions is recorded.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::server::{self, Found, Server};

/// Its name on the command line.
pub const NAME: &str = "claude-desktop";

/// Its name as its makers write it.
pub const DISPLAY: &str = "Claude Desktop";

/// Where the list of servers stands.
pub const SERVERS: &[&str] = &["mcpServers"];

/// Returns the client's folder: below the configuration folder of the platform, which `config` names.
#[must_use]
pub fn folder(config: &Path) -> PathBuf {
    config.join("Claude")
}

/// Returns the file with the client's settings.
#[must_use]
pub fn settings(folder: &Path) -> PathBuf {
    folder.join("claude_desktop_config.json")
}

/// Returns our entry; what the user set in the `entry` besides stays.
///
/// The file knows only servers that the client starts. It is started by the desktop and not by a shell: what routes the
/// store is written into the entry.
#[must_use]
pub fn server(path: &str, routes: &[(String, String)], entry: &Value) -> Value {
    let mut wanted: Map<String, Value> = entry.as_object().cloned().unwrap_or_default();
    wanted.insert("command".into(), json!(path));
    wanted.insert("args".into(), json!([server::SERVES]));
    let mut env: Map<String, Value> = entry["env"].as_object().cloned().unwrap_or_default();
    env.extend(routes.iter().map(|(name, value)| (name.clone(), json!(value))));
    if !env.is_empty() {
        wanted.insert("env".into(), Value::Object(env));
    }
    Value::Object(wanted)
}

/// Returns what stands under our server's name.
#[must_use]
pub fn server_in(entry: &Value) -> Found {
    server::found(entry, &Value::Null)
}

/// Says why an address cannot be written, where one is wanted.
#[must_use]
pub fn remark(server: &Server) -> Option<String> {
    let address = matches!(server, Server::Address(_));
    address.then(|| format!("{DISPLAY} only asks servers that it starts: it gets the program, not the address"))
}
