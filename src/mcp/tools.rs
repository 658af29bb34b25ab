//! The tools: one table, in the order in which clients list them.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use rmcp::model::{JsonObject, MetaObject, Tool, ToolAnnotations};

use super::asking::Asking;
use super::calls;
use super::refusal::Refusal;
use super::schema::lean;
use super::server::Server;
use crate::answers::{CheckQuery, LookupQuery, ReportQuery, ResolveQuery, SearchQuery};

/// What a call of a tool does to what is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Does {
    /// It only reads.
    Reads,
    /// It adds something; the same call again adds nothing.
    Adds,
}

/// A tool.
pub(super) struct Described {
    pub(super) name: &'static str,
    title: &'static str,
    /// What it is for and when to call it, for a model that sees nothing else.
    description: &'static str,
    schema: fn() -> Arc<JsonObject>,
    pub(super) does: Does,
    /// Answers a call.
    pub(super) call: for<'a> fn(&'a Server, JsonObject, &'a Asking) -> BoxFuture<'a, Result<String, Refusal>>,
}

/// Every tool.
pub(super) const ALL: &[Described] = &[
    Described {
        name: "failure_check",
        title: "Has this failed before?",
        description: "Tell whether an error was met before on this machine: how often, when last, where, and what worked then. Call it with the output of a failed command or tool call before retrying.",
        schema: lean::<CheckQuery>,
        does: Does::Reads,
        call: |server, given, asking| Box::pin(calls::check(server, given, asking)),
    },
    Described {
        name: "failure_search",
        title: "Search past failures",
        description: "Find past failures by words, a file, a command, or an error text pasted as it is. Best first; each failure mode with its id, how often it was met, when last, where, and what worked.",
        schema: lean::<SearchQuery>,
        does: Does::Reads,
        call: |server, given, asking| Box::pin(calls::search(server, given, asking)),
    },
    Described {
        name: "failure_report",
        title: "What has been failing?",
        description: "Report what has been failing lately: the failure modes that several sessions met, how often, when last, in which project, what worked, what was set aside as nobody's fault, and what agents were told.",
        schema: lean::<ReportQuery>,
        does: Does::Reads,
        call: |server, given, asking| Box::pin(calls::report(server, given, asking)),
    },
    Described {
        name: "skill_lookup",
        title: "Is there a skill for this?",
        description: "Read the project's skill for an error text or words, or by name: what to run instead, seen to work in several sessions.",
        schema: lean::<LookupQuery>,
        does: Does::Reads,
        call: |server, given, asking| Box::pin(calls::lookup(server, given, asking)),
    },
    Described {
        name: "failure_resolve",
        title: "Keep what worked",
        description: "Keep what got past a failure, for the next session that meets it. Call it when something worked that no answer had named. It is a claim until other sessions saw it work or the user confirms it.",
        schema: lean::<ResolveQuery>,
        does: Does::Adds,
        call: |server, given, asking| Box::pin(calls::resolve(server, given, asking)),
    },
];

/// The one tool that a client keeps in its model's sight where it otherwise shows only names (Claude Code).
const ALWAYS_LOADED: &str = "failure_check";

/// Returns the tools that a server offers, with their schemas.
pub(super) fn offered(read_only: bool) -> impl Iterator<Item = &'static Described> {
    ALL.iter().filter(move |tool| !read_only || tool.does == Does::Reads)
}

impl Described {
    /// Returns the tool as clients list it.
    pub(super) fn listed(&self) -> Tool {
        let mut tool = Tool::new(self.name, self.description, (self.schema)());
        tool.title = Some(self.title.to_owned());
        let hints = ToolAnnotations::new().open_world(false);
        tool.annotations = Some(match self.does {
            Does::Reads => hints.read_only(true),
            Does::Adds => hints.read_only(false).destructive(false).idempotent(true),
        });
        if self.name == ALWAYS_LOADED {
            let mut meta = MetaObject::default();
            meta.0.insert("anthropic/alwaysLoad".to_owned(), true.into());
            tool.meta = Some(meta);
        }
        tool
    }
}
