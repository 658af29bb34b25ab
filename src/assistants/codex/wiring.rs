//! What Codex CLI needs in its configuration to ask Callus. Checked against version 0.169.0.
//!
//! No approval is written: whatever the policy, Codex runs a tool unasked that says of itself that it only reads, or that
//! what it writes destroys nothing and stays on the machine; all of ours say so.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::assistants::server::{self, Found, Server};

/// Where our server's entry stands.
pub const PLACE: &[&str] = &["mcp_servers", server::NAME];

/// Variables that choose the store and are set for a session, not for an installation. Codex hands its servers hardly any
/// variable, but those that are named: so the server looks into the same store as everything else in the session.
const HANDED_ON: &[&str] = &[
    "CALLUS_HOME",
    "CALLUS_WORKSPACE",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_STATE_HOME",
];

/// Returns the client's folder for a home folder, unless `CODEX_HOME` names one.
#[must_use]
pub fn folder(home: &Path, named: Option<&Path>) -> PathBuf {
    named.map_or_else(|| home.join(super::SPEC.folder), Path::to_owned)
}

/// Returns the file with the client's settings.
#[must_use]
pub fn settings(folder: &Path) -> PathBuf {
    folder.join("config.toml")
}

/// Returns the fields of our entry, each with its value, or with nothing where it must not stand; what the user set in
/// the `entry` besides stays.
#[must_use]
pub fn fields(server: &Server, entry: &Value) -> Vec<(&'static str, Option<Value>)> {
    match server {
        Server::Program { path, routes } => {
            let is_set = |name: &str| routes.iter().any(|(set, _)| set == name);
            let mut env: Map<String, Value> = entry["env"].as_object().cloned().unwrap_or_default();
            env.retain(|name, _| !HANDED_ON.contains(&name.as_str()));
            env.extend(routes.iter().map(|(name, value)| (name.clone(), json!(value))));
            let mut names: Vec<Value> = entry["env_vars"].as_array().cloned().unwrap_or_default();
            names.retain(|name| !name.as_str().is_some_and(|name| HANDED_ON.contains(&name)));
            names.extend(HANDED_ON.iter().filter(|name| !is_set(name)).map(|name| json!(name)));
            vec![
                ("command", Some(json!(path))),
                ("args", Some(json!([server::SERVES]))),
                ("env", (!env.is_empty()).then(|| Value::Object(env))),
                ("env_vars", Some(Value::Array(names))),
                ("url", None),
                ("bearer_token_env_var", None),
            ]
        }
        Server::Address(address) => vec![
            ("command", None),
            ("args", None),
            ("env", None),
            ("env_vars", None),
            ("url", Some(json!(address))),
            ("bearer_token_env_var", Some(json!(server::TOKEN))),
        ],
    }
}

/// Returns what stands under our server's name.
#[must_use]
pub fn server_in(entry: &Value) -> Found {
    server::found(entry, &entry["bearer_token_env_var"])
}

/// Says why the client does not ask our server although the entry is there.
#[must_use]
pub fn obstacles(entry: &Value) -> Vec<String> {
    let mut sentences = Vec::new();
    if entry["enabled"] == false {
        sentences.push("`enabled = false` is set: Codex does not start the server".to_owned());
    }
    sentences
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assistants::server::Reached;

    fn program(routes: &[(&str, &str)]) -> Server {
        Server::Program {
            path: "/b/callus".into(),
            routes: routes
                .iter()
                .map(|(name, value)| ((*name).into(), (*value).into()))
                .collect(),
        }
    }

    #[test]
    fn what_routes_a_session_is_set_or_handed_on_and_the_rest_stays() {
        let entry = json!({"env": {"MINE": "1", "CALLUS_HOME": "/old"}, "env_vars": ["TZ", "CALLUS_WORKSPACE"]});
        let fields = fields(&program(&[("CALLUS_WORKSPACE", "acme")]), &entry);
        let of = |key: &str| {
            fields
                .iter()
                .find(|(name, _)| *name == key)
                .and_then(|(_, value)| value.clone())
        };
        assert_eq!(of("env"), Some(json!({"MINE": "1", "CALLUS_WORKSPACE": "acme"})));
        assert_eq!(
            of("env_vars"),
            Some(json!([
                "TZ",
                "CALLUS_HOME",
                "XDG_CONFIG_HOME",
                "XDG_DATA_HOME",
                "XDG_STATE_HOME"
            ]))
        );
        assert_eq!((of("url"), of("bearer_token_env_var")), (None, None));
    }

    #[test]
    fn an_entry_is_ours_by_what_it_runs_or_by_the_token_that_it_sends() {
        let ours = |reached| Found::Ours(reached);
        let cases = [
            (json!(null), Found::Absent),
            (
                json!({"command": "/b/callus", "args": ["mcp"]}),
                ours(Reached::Program("/b/callus".into())),
            ),
            (
                json!({"command": "callus", "args": ["mcp", "--read-only"]}),
                ours(Reached::Program("callus".into())),
            ),
            (json!({"command": "/b/callus", "args": ["report"]}), Found::Foreign),
            (json!({"command": "/b/other", "args": ["mcp"]}), Found::Foreign),
            (
                json!({"url": "http://127.0.0.1:1/mcp", "bearer_token_env_var": "CALLUS_TOKEN"}),
                ours(Reached::Address("http://127.0.0.1:1/mcp".into())),
            ),
            (
                json!({"url": "http://127.0.0.1:1/mcp", "bearer_token_env_var": "OTHER"}),
                Found::Foreign,
            ),
            (json!("callus"), Found::Foreign),
        ];
        for (entry, wanted) in cases {
            assert_eq!(server_in(&entry), wanted, "{entry}");
        }
    }
}
