//! Who asks over MCP: what a client says of the call behind a question, each in words of its own.

use serde_json::Value;

use super::ALL;
use crate::domain::id::Assistant;
use crate::domain::trace::SessionKey;

/// How an assistant says, as a client of an MCP server, from where a question comes: JSON pointers into the `_meta` of a
/// request. An empty one means that it does not say.
#[derive(Debug)]
pub struct Asking {
    /// Its id of the call, the same that its hooks and transcripts carry.
    pub call: &'static str,
    /// Its id of the session.
    pub session: &'static str,
    /// An object whose keys are the folders that the session works in.
    pub folders: &'static str,
    /// The environment variable in which it tells a server that it starts the id of the session.
    pub variable: &'static str,
}

/// Who asks, as far as the client says it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asker {
    /// The client's id of the call.
    pub call: Option<String>,
    /// The session.
    pub session: Option<SessionKey>,
    /// The folder that it works in.
    pub folder: Option<String>,
}

/// Returns who asks, by the `_meta` of a request.
#[must_use]
pub fn asker(meta: &Value) -> Asker {
    let mut asker = Asker::default();
    for spec in ALL {
        let text = |path: &str| text(meta, path);
        asker.call = asker.call.or_else(|| text(spec.asking.call));
        asker.session = asker.session.or_else(|| {
            text(spec.asking.session).map(|external| SessionKey {
                assistant: Assistant::new(spec.name),
                external,
            })
        });
        asker.folder = asker.folder.or_else(|| folder(meta, spec.asking.folders));
    }
    asker
}

/// Returns the session for which the assistant that started this process started it.
pub fn server_session(variable: impl Fn(&str) -> Option<String>) -> Option<SessionKey> {
    let mut specs = ALL.iter().filter(|spec| !spec.asking.variable.is_empty());
    specs.find_map(|spec| {
        Some(SessionKey {
            assistant: Assistant::new(spec.name),
            external: variable(spec.asking.variable)?,
        })
    })
}

fn text(meta: &Value, path: &str) -> Option<String> {
    let text = at(meta, path)?.as_str()?;
    (!text.is_empty()).then(|| text.to_owned())
}

/// Returns the only folder that is named: of several nobody knows which one is meant.
fn folder(meta: &Value, path: &str) -> Option<String> {
    let mut folders = at(meta, path)?.as_object()?.keys();
    let first = folders.next()?;
    folders.next().is_none().then(|| first.clone())
}

/// Returns what stands at a pointer; the empty one would be the whole.
fn at<'m>(meta: &'m Value, path: &str) -> Option<&'m Value> {
    (!path.is_empty()).then(|| meta.pointer(path)).flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn session(assistant: &str, external: &str) -> SessionKey {
        SessionKey {
            assistant: Assistant::new(assistant),
            external: external.to_owned(),
        }
    }

    #[test]
    fn each_client_is_understood() {
        let claude = asker(&json!({"claudecode/toolUseId": "toolu_881c3da5", "progressToken": 4}));
        assert_eq!(claude.call.as_deref(), Some("toolu_881c3da5"));
        assert_eq!((claude.session, claude.folder), (None, None));

        let codex = asker(&json!({
            "callId": "call_04_0", "sessionId": "01a1f76d-655c", "threadId": "01a1f76d-655c", "itemId": "fc_call_04_0",
            "x-codex-turn-metadata": {"workspaces": {"/home/dev/project": {"has_changes": true}}},
        }));
        assert_eq!(codex.call.as_deref(), Some("call_04_0"));
        assert_eq!(codex.session, Some(session("codex", "01a1f76d-655c")));
        assert_eq!(codex.folder.as_deref(), Some("/home/dev/project"));
    }

    #[test]
    fn what_is_no_such_thing_says_nothing() {
        for meta in [
            json!(null),
            json!({}),
            json!({"callId": 7, "sessionId": "", "x-codex-turn-metadata": {"workspaces": {"/a": {}, "/b": {}}}}),
            json!({"claudecode/toolUseId": ["toolu_1"], "x-codex-turn-metadata": "none"}),
        ] {
            assert_eq!(asker(&meta), Asker::default(), "{meta}");
        }
    }

    #[test]
    fn a_server_knows_for_whom_it_was_started() {
        let named = |name: &str| (name == "CLAUDE_CODE_SESSION_ID").then(|| "66c6d7ca".to_owned());
        assert_eq!(server_session(named), Some(session("claude-code", "66c6d7ca")));
        assert_eq!(server_session(|_| None), None);
    }
}
