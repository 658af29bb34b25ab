//! Claude Code: its hooks, its transcripts, its folders.
//!
//! Facts below were measured on Claude Code 2.1.328 and on transcripts of 2.0 and 2.1.

use super::{Asking, Hooks, Spec};

mod api_error;
mod call;
mod explained;
mod files;
pub mod hook;
mod join;
mod notice;
mod reply;
mod salvage;
mod skill;
mod thread;
mod transcript;
mod wire;
pub mod wiring;

/// What Callus has to know of Claude Code.
pub const SPEC: Spec = Spec {
    name: "claude-code",
    aliases: &["claude"],
    display: "Claude Code",
    folder: ".claude",
    folder_variable: "CLAUDE_CONFIG_DIR",
    hooks: Some(Hooks {
        read: hook::hook,
        pid_variable: "CLAUDE_PID",
        reply: reply::reply,
        refuse: reply::refuse,
    }),
    skills: ".claude/skills",
    tricks: skill::TRICKS,
    transcripts: "projects",
    find: files::find,
    reader: transcript::open,
    asking: Asking {
        call: "/claudecode~1toolUseId",
        session: "",
        folders: "",
        variable: "CLAUDE_CODE_SESSION_ID",
    },
    is_shell: call::is_shell,
    explains_itself: explained::explains_itself,
};
