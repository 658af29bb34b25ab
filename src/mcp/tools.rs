//! The tools: one table, in the order in which clients list them.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use rmcp::model::{JsonObject, MetaObject, Tool, ToolAnnotations};

use super::asking::Asking;
use super::calls;
use super::refusal::Refusal;
use super::schema::What::{Nothing, Own, Said};
use super::schema::{Shown, lean};
use super::server::Server;
use crate::answers::{
    CheckQuery, CountQuery, FeedbackQuery, GetQuery, LookupQuery, RecordQuery, ReportQuery, ResolveQuery, SearchQuery,
};

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
    schema: fn(&[Shown]) -> Arc<JsonObject>,
    /// The parameters that a model is shown; others are taken too.
    shown: &'static [Shown],
    pub(super) does: Does,
    /// Answers a call.
    pub(super) call: for<'a> fn(&'a Server, JsonObject, &'a Asking) -> BoxFuture<'a, Result<String, Refusal>>,
}

/// Every tool.
pub(super) const ALL: &[Described] = &[
    Described {
        name: "failure_check",
        title: "Has this failed before?",
        description: "Tell whether an error was met before here: how often, when last, and what worked then. Call it with the output of a failed command or tool call before retrying.",
        schema: lean::<CheckQuery>,
        shown: &[("output", Own), ("command", Own)],
        does: Does::Reads,
        call: |server, given, asking| Box::pin(calls::check(server, given, asking)),
    },
    Described {
        name: "failure_search",
        title: "Search past failures",
        description: "Find past failures of this project by words, a file, a command, or an error text. Best first: each failure mode with its id, how often and when it was met, and what worked.",
        schema: lean::<SearchQuery>,
        shown: &[
            (
                "query",
                Said(
                    "Words, or an error text. Filters may stand in it: since:7d tool:Bash project: model: assistant: status: label: agent: node: type: session: env:",
                ),
            ),
            ("scope", Own),
            ("limit", Nothing),
            ("cursor", Said("From the page before.")),
        ],
        does: Does::Reads,
        call: |server, given, asking| Box::pin(calls::search(server, given, asking)),
    },
    Described {
        name: "failure_get",
        title: "Read one in full",
        description: "Read one failure mode, failure or session, a part at a time: its summary, log, attempts, env or quotes.",
        schema: lean::<GetQuery>,
        shown: &[
            ("id", Nothing),
            (
                "part",
                Said("summary (also when left out), log, attempts, env or quotes."),
            ),
            ("offset", Said("As the page before said.")),
        ],
        does: Does::Reads,
        call: |server, given, asking| Box::pin(calls::get(server, given, asking)),
    },
    Described {
        name: "failure_report",
        title: "What has been failing?",
        description: "Report what has been failing lately: failure modes that several sessions met, how often, when last, where, and what worked.",
        schema: lean::<ReportQuery>,
        shown: &[
            ("since", Said("7d when left out; today, a date, all.")),
            ("project", Nothing),
            ("scope", Own),
            ("by", Own),
        ],
        does: Does::Reads,
        call: |server, given, asking| Box::pin(calls::report(server, given, asking)),
    },
    Described {
        name: "failure_count",
        title: "How often has this failed?",
        description: "Count what failed: how often, when last, of how many runs, what was tried and how that ended. Call it before trying again.",
        schema: lean::<CountQuery>,
        shown: &[
            ("mode", Said("Its id, or a failure's: F12.")),
            ("error", Nothing),
            ("tool", Said("A tool, or a command such as `go test`.")),
            ("node", Nothing),
            ("agent", Nothing),
            ("session", Nothing),
            ("project", Nothing),
            ("since", Said("30d when left out; 1h, today, a date, all.")),
        ],
        does: Does::Reads,
        call: |server, given, asking| Box::pin(calls::count(server, given, asking)),
    },
    Described {
        name: "skill_lookup",
        title: "Is there a skill for this?",
        description: "Read the project's skill for an error text or words, or by name: what to run instead, seen to work in several sessions.",
        schema: lean::<LookupQuery>,
        shown: &[("query", Own), ("name", Own)],
        does: Does::Reads,
        call: |server, given, asking| Box::pin(calls::lookup(server, given, asking)),
    },
    Described {
        name: "failure_record",
        title: "Record a call",
        description: "Record a call that failed, or passed, in a program without hooks, such as a bot: the answer says whether it was met before, and what worked. A coding agent's own calls are recorded already.",
        schema: lean::<RecordQuery>,
        shown: &[
            ("tool", Nothing),
            ("command", Nothing),
            ("message", Said("The error's own words.")),
            ("error_type", Nothing),
            ("output", Nothing),
            ("exit_code", Nothing),
            ("ok", Said("It succeeded.")),
            ("session", Nothing),
            ("agent", Nothing),
            ("node", Said("The part of the program.")),
            ("timestamp", Nothing),
            ("id", Said("Your own: told twice, it is kept once.")),
            ("project", Nothing),
            ("assistant", Nothing),
            ("input_context", Nothing),
            ("state_snapshot", Nothing),
            ("failure", Said("One recorded before, F12, to add the next two to.")),
            ("evolution_triggered", Nothing),
            ("resolution", Nothing),
        ],
        does: Does::Adds,
        call: |server, given, asking| Box::pin(calls::record(server, given, asking)),
    },
    Described {
        name: "failure_resolve",
        title: "Keep what worked",
        description: "Keep what got past a failure, when no answer had named it. It is a claim until other sessions saw it work or the user confirms it.",
        schema: lean::<ResolveQuery>,
        shown: &[
            ("id", Said("The failure mode, or one failure such as F12.")),
            ("fix", Said("The command, the path or the words.")),
        ],
        does: Does::Adds,
        call: |server, given, asking| Box::pin(calls::resolve(server, given, asking)),
    },
    Described {
        name: "failure_feedback",
        title: "Did it help?",
        description: "Say whether a message, remedy or skill helped, or mute a failure mode for this session. It is a claim.",
        schema: lean::<FeedbackQuery>,
        shown: &[
            (
                "id",
                Said("H12 (a message), R12 (a remedy), a failure mode or a skill's name."),
            ),
            ("helped", Nothing),
            ("words", Said("Why.")),
            ("mute", Said("For how long: 2h, 7d at most; off ends it.")),
        ],
        does: Does::Adds,
        call: |server, given, asking| Box::pin(calls::feedback(server, given, asking)),
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
        let mut tool = Tool::new(self.name, self.description, (self.schema)(self.shown));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_parameter_that_is_shown_is_one() {
        for tool in ALL {
            let listed = tool.listed();
            let properties = listed.input_schema["properties"].as_object().expect("parameters");
            let names: Vec<_> = properties.keys().map(String::as_str).collect();
            let shown: Vec<_> = tool.shown.iter().map(|(name, _)| *name).collect();
            assert_eq!(names, shown, "{}", tool.name);
            let required = listed.input_schema.get("required").and_then(|names| names.as_array());
            for name in required.into_iter().flatten() {
                assert!(names.contains(&name.as_str().expect("a name")), "{}: {name}", tool.name);
            }
        }
    }
}
