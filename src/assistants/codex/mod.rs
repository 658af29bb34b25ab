//! Codex CLI: its transcripts, which it calls rollouts, and its folders. Its hooks are not listened to yet.
//!
//! Facts below were measured on Codex CLI 0.63, 0.118 and 0.169, and on transcripts of 0.118 to 0.139.

use super::{Asking, Spec};
use crate::domain::id::Assistant;
use crate::domain::trace::SessionKey;

mod call;
mod files;
mod join;
mod outcome;
mod returned;
mod transcript;
mod wire;

/// What Callus has to know of Codex CLI.
pub const SPEC: Spec = Spec {
    name: "codex",
    aliases: &["codex-cli"],
    display: "Codex CLI",
    folder: ".codex",
    folder_variable: "CODEX_HOME",
    hooks: None,
    skills: ".agents/skills",
    tricks: &[],
    transcripts: "sessions",
    find: files::find,
    reader: transcript::open,
    asking: Asking {
        call: "/callId",
        session: "/sessionId",
        folders: "/x-codex-turn-metadata/workspaces",
        variable: "",
    },
    is_shell: call::is_shell,
    explains_itself: returned::explains_itself,
};

fn session_key(id: String) -> SessionKey {
    SessionKey {
        assistant: Assistant::new(SPEC.name),
        external: id,
    }
}
