//! What Claude Code needs in its configuration to be recorded, and where it keeps it. Checked against version 2.1.328.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::assistants::server::{self, BINARY, Found, Server};

/// The assistant's name in the store and on the command line.
pub const NAME: &str = "claude-code";

/// The client's program.
pub const PROGRAM: &str = "claude";

/// Arguments of a hook.
pub const HOOK_ARGS: [&str; 2] = ["hook", NAME];

/// The hook events that we ask for, each with the seconds that the client waits at most.
///
/// A hook answers within a quarter of a second; the rest is for a machine under load. Without a timeout of its own
/// `SessionEnd` gets 1.5 seconds. `PostToolUse` is left out: each process costs the user more than it tells, and
/// `PostToolBatch` reports the same calls. [`BEFORE`] runs before [some calls](matcher), and only where calls may be
/// refused.
pub const HOOKS: &[(&str, u32)] = &[
    ("SessionStart", 10),
    ("UserPromptSubmit", 5),
    ("PostToolUseFailure", 5),
    ("PostToolBatch", 5),
    ("StopFailure", 5),
    ("Stop", 5),
    ("SubagentStart", 5),
    ("SubagentStop", 5),
    ("PreCompact", 5),
    ("SessionEnd", 10),
    (BEFORE, 5),
];

/// The event before a call, by which one that keeps failing is refused.
pub const BEFORE: &str = "PreToolUse";

/// Returns the cases of an event that a hook runs in, as the client matches them; nothing means every case.
///
/// Only commands and the tools of MCP servers are ever refused: to refuse what reads or edits a file costs as much as to
/// let it fail, and most calls are of that sort.
#[must_use]
pub fn matcher(event: &str) -> Option<&'static str> {
    (event == BEFORE).then_some("Bash|PowerShell|mcp__.*")
}

/// Returns the hook events that we ask for where calls may be refused, or where nothing is said before them.
pub fn hooks(warns: bool) -> impl Iterator<Item = (&'static str, u32)> {
    HOOKS
        .iter()
        .copied()
        .filter(move |(event, _)| warns || *event != BEFORE)
}

/// Where hook entries stand in the settings, whatever the event and the group.
pub const HOOK_ENTRIES: &[&str] = &["hooks", "*", "*", "hooks", "*"];

/// Where permissions stand in the settings.
pub const ALLOW: &[&str] = &["permissions", "allow"];

/// Permissions that allow every tool of our server, as a user may have written them.
pub const WHOLE_SERVER: &[&str] = &["mcp__callus", "mcp__callus__*"];

/// Returns the permission of each of our tools: the client asks before each that has none, also before one that only
/// reads.
pub fn permissions() -> impl Iterator<Item = String> {
    server::TOOLS
        .iter()
        .map(|tool| format!("mcp__{}__{tool}", server::NAME))
}

/// The client's files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// Its folder.
    pub folder: PathBuf,
    /// The user's settings: ours to edit.
    pub settings: PathBuf,
    /// Its own state, which holds the MCP servers: it rewrites this file, so that only its own command may change it.
    pub state: PathBuf,
    /// Folders in which an organisation may keep settings that outrank the user's.
    pub managed: Vec<PathBuf>,
}

impl Places {
    /// Returns the client's files for a home folder, or for the folder that `CLAUDE_CONFIG_DIR` names.
    ///
    /// Below `root` lies what an organisation keeps.
    #[must_use]
    pub fn of(home: &Path, config: Option<&Path>, root: &Path) -> Self {
        let folder = config.map_or_else(|| home.join(".claude"), Path::to_owned);
        Self {
            settings: folder.join("settings.json"),
            state: config.unwrap_or(home).join(".claude.json"),
            folder,
            managed: vec![
                root.join("etc/claude-code"),
                root.join("Library/Application Support/ClaudeCode"),
            ],
        }
    }

    /// Returns the settings files of the organisation that exist.
    #[must_use]
    pub fn managed_files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        for folder in &self.managed {
            files.push(folder.join("managed-settings.json"));
            let parts = fs::read_dir(folder.join("managed-settings.d"))
                .into_iter()
                .flatten()
                .flatten();
            let mut parts: Vec<PathBuf> = parts.map(|part| part.path()).collect();
            parts.sort();
            files.extend(parts);
        }
        files.retain(|file| file.extension().is_some_and(|extension| extension == "json") && file.is_file());
        files
    }
}

/// Returns one hook entry.
#[must_use]
pub fn hook(binary: &str, timeout: u32) -> Value {
    json!({"type": "command", "command": binary, "args": HOOK_ARGS, "timeout": timeout})
}

/// Returns the group that is appended to the list of an event.
#[must_use]
pub fn group(event: &str, binary: &str, timeout: u32) -> Value {
    let hooks = [hook(binary, timeout)];
    match matcher(event) {
        Some(matcher) => json!({"matcher": matcher, "hooks": hooks}),
        None => json!({"hooks": hooks}),
    }
}

/// Returns the program that a hook entry runs as `callus hook claude-code`, or nothing when the entry is not ours.
///
/// Both ways to write it count: with arguments apart, as we do, and as one line for the shell.
#[must_use]
pub fn program_of_hook(entry: &Value) -> Option<String> {
    let command = entry["command"].as_str()?.trim();
    let program = match entry.get("args") {
        Some(args) => (*args == json!(HOOK_ARGS)).then_some(command)?,
        None => command
            .strip_suffix(NAME)?
            .trim_end()
            .strip_suffix(HOOK_ARGS[0])?
            .trim_end(),
    };
    let program = program.trim_matches(['"', '\'']);
    let name = Path::new(program).file_name()?.to_str()?;
    (name == BINARY).then(|| program.to_owned())
}

/// Returns what a hook entry of ours becomes for another program; what the user set besides stays.
#[must_use]
pub fn moved_hook(entry: &Value, binary: &str) -> Value {
    let mut moved = entry.clone();
    moved["command"] = json!(binary);
    moved["args"] = json!(HOOK_ARGS);
    moved
}

/// Returns the entry of our MCP server. The client shows its model one tool from the start, for that tool says so itself,
/// and of the others their names until they are wanted.
///
/// The client puts a variable's value into a header when it starts. Where it is not set, the client says so, and only this
/// server turns it away: the user's others go on.
#[must_use]
pub fn server(server: &Server) -> Value {
    match server {
        // The client hands its environment on: nothing that routes the store has to stand here.
        Server::Program { path, .. } => {
            json!({"type": "stdio", "command": path, "args": [server::SERVES]})
        }
        Server::Address(address) => {
            let token = format!("Bearer ${{{}}}", server::TOKEN);
            json!({"type": "http", "url": address, "headers": {"Authorization": token}})
        }
    }
}

/// Returns what stands under our server's name.
#[must_use]
pub fn server_in(entry: &Value) -> Found {
    server::found(entry, &entry["headers"]["Authorization"])
}

/// Returns whether an entry holds all that ours holds; what the user set besides does not matter.
#[must_use]
pub fn is_complete(entry: &Value, server: &Server) -> bool {
    let wanted = self::server(server);
    wanted
        .as_object()
        .is_some_and(|wanted| wanted.iter().all(|(key, value)| entry[key] == *value))
}

/// Returns the arguments with which the client adds our server.
#[must_use]
pub fn add_server(server: &Server) -> Vec<String> {
    let entry = self::server(server).to_string();
    ["mcp", "add-json", "-s", "user", server::NAME, &entry]
        .map(String::from)
        .to_vec()
}

/// Returns the arguments with which the client removes our server.
#[must_use]
pub fn remove_server() -> Vec<String> {
    ["mcp", "remove", "-s", "user", server::NAME].map(String::from).to_vec()
}

/// Switches with which an organisation keeps our entries from working, each with what it means for us.
pub const MANAGED_SWITCHES: &[(&str, &str)] = &[
    ("disableAllHooks", "no hook runs, ours neither"),
    ("allowManagedHooksOnly", "only the organisation's hooks run"),
    (
        "allowManagedMcpServersOnly",
        "only the organisation's MCP servers run: agents cannot ask Callus",
    ),
    (
        "allowManagedPermissionRulesOnly",
        "our permissions do not count: agents have to ask the user first",
    ),
];

/// The switch with which users do that themselves.
pub const USER_SWITCHES: &[(&str, &str)] = MANAGED_SWITCHES.split_at(1).0;

/// Returns what the switches that are on mean. We report it and leave it; whoever set it meant it.
#[must_use]
pub fn obstacles(settings: &Value, switches: &[(&str, &str)]) -> Vec<String> {
    switches
        .iter()
        .filter(|(key, _)| settings[*key] == true)
        .map(|(key, meaning)| format!("\"{key}\" is set: {meaning}"))
        .collect()
}

/// Says whether Callus is also enabled as a plugin.
#[must_use]
pub fn plugin_enabled(settings: &Value) -> bool {
    settings["enabledPlugins"].as_object().is_some_and(|plugins| {
        plugins
            .iter()
            .any(|(name, on)| name.starts_with("callus@") && *on == true)
    })
}

/// Returns what a check of the wiring feeds to the hook: a document that no session sends.
#[must_use]
pub fn canary(session: &str, cwd: &Path) -> Vec<u8> {
    let document = json!({"session_id": session, "transcript_path": "", "cwd": cwd, "hook_event_name": "CallusDoctor"});
    format!("{document}\n").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assistants::server::Reached;

    #[test]
    fn our_hooks_are_known_by_what_they_run() {
        let cases = [
            (hook("/home/a/.local/bin/callus", 5), Some("/home/a/.local/bin/callus")),
            (
                json!({"type": "command", "command": "/old place/callus", "args": ["hook", "claude-code"]}),
                Some("/old place/callus"),
            ),
            (
                json!({"type": "command", "command": "callus hook claude-code"}),
                Some("callus"),
            ),
            (
                json!({"type": "command", "command": "\"/old place/callus\"  hook claude-code "}),
                Some("/old place/callus"),
            ),
            (
                json!({"type": "command", "command": "/b/callus", "args": ["hook", "codex"]}),
                None,
            ),
            (
                json!({"type": "command", "command": "/b/callus", "args": ["report"]}),
                None,
            ),
            (
                json!({"type": "command", "command": "/b/other", "args": ["hook", "claude-code"]}),
                None,
            ),
            (
                json!({"type": "command", "command": "echo callus hook claude-code"}),
                None,
            ),
            (json!({"type": "http", "url": "http://127.0.0.1/callus"}), None),
            (json!("callus hook claude-code"), None),
        ];
        for (entry, wanted) in cases {
            assert_eq!(program_of_hook(&entry).as_deref(), wanted, "{entry}");
        }
    }

    #[test]
    fn a_server_is_ours_foreign_or_absent() {
        let program = Server::Program {
            path: "/b/callus".into(),
            routes: Vec::new(),
        };
        let address = Server::Address("http://127.0.0.1:1/mcp".into());
        let by_program = || Found::Ours(Reached::Program("/b/callus".into()));
        let bare = json!({"command": "/b/callus", "args": ["mcp"], "env": {}});
        assert_eq!(server_in(&server(&program)), by_program());
        assert!(is_complete(&server(&program), &program) && !is_complete(&server(&program), &address));
        assert_eq!(server_in(&bare), by_program());
        assert!(!is_complete(&bare, &program));
        let at = Found::Ours(Reached::Address("http://127.0.0.1:1/mcp".into()));
        assert_eq!(server_in(&server(&address)), at);
        let by_hand = json!({"type": "http", "url": "http://127.0.0.1:1/mcp", "headers": {"Authorization": "Bearer ${CALLUS_TOKEN}"}});
        assert_eq!(server_in(&by_hand), at);
        assert_eq!(
            server_in(&json!({"command": "/b/other", "args": ["mcp"]})),
            Found::Foreign
        );
        assert_eq!(server_in(&json!({"type": "http", "url": "x"})), Found::Foreign);
        assert_eq!(server_in(&Value::Null), Found::Absent);
    }

    #[test]
    fn another_config_folder_holds_all_the_clients_files() {
        let places = Places::of(Path::new("/home/a"), Some(Path::new("/cfg")), Path::new("/"));
        assert_eq!(
            (places.settings, places.state),
            (PathBuf::from("/cfg/settings.json"), PathBuf::from("/cfg/.claude.json"))
        );
        let places = Places::of(Path::new("/home/a"), None, Path::new("/"));
        assert_eq!(
            (places.settings, places.state),
            (
                PathBuf::from("/home/a/.claude/settings.json"),
                PathBuf::from("/home/a/.claude.json")
            )
        );
    }
}
