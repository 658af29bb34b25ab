//! What a question about failures is narrowed to: as fields, as options of a command, and inside the query itself.

use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::Deserialize;

use super::pick::session_row;
use super::scope::Scope;
use super::{AnswerError, lenient, since};
use crate::assistants;
use crate::domain::time::Timestamp;
use crate::domain::trace::ToolKind;
use crate::store::Store;
use crate::store::read::{LabelFilter, ModeFilter, ModeState, Recorded};

/// What a question about failures is narrowed to. Each may stand in the query as well, as `name:value`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Filters {
    /// Met since then: `7d`, `today`, a date.
    #[serde(deserialize_with = "lenient::text")]
    pub since: Option<String>,
    /// A project's name, remote or folder.
    #[serde(deserialize_with = "lenient::text")]
    pub project: Option<String>,
    /// A tool, a command such as `go test`, an MCP server.
    #[serde(deserialize_with = "lenient::text")]
    pub tool: Option<String>,
    /// A part of the model's name.
    #[serde(deserialize_with = "lenient::text")]
    pub model: Option<String>,
    /// A part of the assistant's name.
    #[serde(deserialize_with = "lenient::text")]
    pub assistant: Option<String>,
    /// `open`, `resolved`, `muted` or `all`.
    #[serde(deserialize_with = "lenient::text")]
    pub status: Option<String>,
    /// A label of the session: `key=value`, or `key` for any value.
    #[serde(deserialize_with = "lenient::text")]
    pub label: Option<String>,
    /// A subagent's kind or id.
    #[serde(deserialize_with = "lenient::text")]
    pub agent: Option<String>,
    /// Where it failed: a subagent's kind, a tool, a step of a pipeline.
    #[serde(deserialize_with = "lenient::text")]
    pub node: Option<String>,
    /// The error's type, such as `ENOENT`.
    #[serde(rename = "type", deserialize_with = "lenient::text")]
    pub error_type: Option<String>,
    /// A session's id.
    #[serde(deserialize_with = "lenient::text")]
    pub session: Option<String>,
    /// The environment: the session's label `env` or `environment`.
    #[serde(deserialize_with = "lenient::text")]
    pub env: Option<String>,
}

/// A filter by its name.
struct Filter {
    name: &'static str,
    of: fn(&mut Filters) -> &mut Option<String>,
    /// What is recorded that it could be; nothing where a wrong value is refused at once.
    recorded: Option<Recorded>,
}

const FILTERS: &[Filter] = &[
    filter("since", |all| &mut all.since, None),
    filter("project", |all| &mut all.project, None),
    filter("tool", |all| &mut all.tool, Some(Recorded::Tool)),
    filter("model", |all| &mut all.model, Some(Recorded::Model)),
    filter("assistant", |all| &mut all.assistant, Some(Recorded::Assistant)),
    filter("status", |all| &mut all.status, None),
    filter("label", |all| &mut all.label, Some(Recorded::Label)),
    filter("agent", |all| &mut all.agent, Some(Recorded::Agent)),
    filter("node", |all| &mut all.node, Some(Recorded::Node)),
    filter("type", |all| &mut all.error_type, Some(Recorded::ErrorType)),
    filter("session", |all| &mut all.session, None),
    filter("env", |all| &mut all.env, Some(Recorded::Environment)),
];

const fn filter(name: &'static str, of: fn(&mut Filters) -> &mut Option<String>, recorded: Option<Recorded>) -> Filter {
    Filter { name, of, recorded }
}

/// A longer query is a text that was pasted, and so is one of several lines: what looks like a filter in it is none.
const MOST: usize = 1_000;

/// The keys of labels that name an environment.
const ENVIRONMENT: [&str; 2] = ["env", "environment"];

/// What errors say that begin as a filter does: modules of Node.js, and states of HTTP.
const NODE_MODULES: &[&str] = &[
    "assert",
    "async_hooks",
    "buffer",
    "child_process",
    "cluster",
    "console",
    "crypto",
    "dgram",
    "diagnostics_channel",
    "dns",
    "events",
    "fs",
    "http",
    "http2",
    "https",
    "inspector",
    "module",
    "net",
    "os",
    "path",
    "perf_hooks",
    "process",
    "punycode",
    "querystring",
    "readline",
    "repl",
    "sea",
    "sqlite",
    "stream",
    "string_decoder",
    "sys",
    "test",
    "timers",
    "tls",
    "trace_events",
    "tty",
    "url",
    "util",
    "v8",
    "vm",
    "wasi",
    "worker_threads",
    "zlib",
];

/// Takes the filters out of a query, and returns the words that are left with them.
///
/// `name:value` is a filter where `name` is one of ours; a value of several words stands in quotation marks. Everything
/// else with a colon in it, and everything in quotation marks, is text.
pub(super) fn parse(query: &str) -> Result<(String, Filters), AnswerError> {
    let mut filters = Filters::default();
    if query.len() > MOST || query.trim().contains('\n') {
        return Ok((query.to_owned(), filters));
    }
    let mut words: Vec<&str> = Vec::new();
    for piece in pieces(query) {
        match given(piece) {
            Some((filter, value)) => put(&mut filters, filter, value)?,
            None => words.push(piece),
        }
    }
    Ok((words.join(" "), filters))
}

/// Returns the pieces between blanks; a blank between two quotation marks divides nothing.
fn pieces(query: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = None;
    let mut quoted = false;
    for (at, letter) in query.char_indices() {
        if letter == '"' {
            quoted = !quoted;
        }
        if letter.is_whitespace() && !(quoted && query[at..].contains('"')) {
            pieces.extend(start.take().map(|start| &query[start..at]));
        } else {
            start.get_or_insert(at);
        }
    }
    pieces.extend(start.map(|start| &query[start..]));
    pieces
}

/// Returns the filter that a piece is, with its value.
fn given(piece: &str) -> Option<(&'static Filter, String)> {
    let (name, value) = piece.split_once(':')?;
    let filter = FILTERS.iter().find(|filter| filter.name.eq_ignore_ascii_case(name))?;
    let value = match value.strip_prefix('"') {
        Some(quoted) => quoted.strip_suffix('"')?,
        None => value,
    };
    (!value.is_empty() && !is_text(filter.name, value)).then(|| (filter, value.to_owned()))
}

fn is_text(name: &str, value: &str) -> bool {
    match name {
        "node" => value.contains(['/', ':']) || NODE_MODULES.contains(&value),
        "status" => value.bytes().all(|byte| byte.is_ascii_digit()),
        _ => value.starts_with(':'),
    }
}

fn put(filters: &mut Filters, filter: &Filter, value: String) -> Result<(), AnswerError> {
    let field = (filter.of)(filters);
    match field {
        // Labels are the one thing that a session has several of.
        Some(known) if filter.name == "label" => {
            known.push(',');
            known.push_str(&value);
        }
        Some(known) if *known != value => {
            return Err(AnswerError::Unclear {
                what: format!("`{}` is given as `{known}` and as `{value}`", filter.name),
                choices: vec!["Leave one of the two out".to_owned()],
            });
        }
        _ => *field = Some(value),
    }
    Ok(())
}

impl Filters {
    /// Returns what both say.
    pub(super) fn and(mut self, mut other: Self) -> Result<Self, AnswerError> {
        for filter in FILTERS {
            if let Some(value) = (filter.of)(&mut other).take() {
                put(&mut self, filter, value)?;
            }
        }
        Ok(self)
    }

    /// Returns whether nothing is narrowed but the project, which is a matter of scope.
    pub(super) fn is_open(&self) -> bool {
        Self {
            project: None,
            ..self.clone()
        } == Self::default()
    }

    /// Returns the values in the order of the filters, an empty text for each that is not given.
    pub(super) fn values(&self) -> Vec<String> {
        let mut all = self.clone();
        FILTERS
            .iter()
            .map(|filter| (filter.of)(&mut all).take().unwrap_or_default())
            .collect()
    }

    /// Returns what the store is asked for.
    pub(super) fn resolved(
        &self,
        store: &Store,
        scope: Scope,
        now: Timestamp,
        zone: &TimeZone,
    ) -> Result<ModeFilter, AnswerError> {
        let time = |text: &str| since(text, now, zone);
        Ok(ModeFilter {
            since: self.since.as_deref().map(time).transpose()?,
            project: scope.project(),
            tool: self.tool.as_deref().map(kind_or_scope),
            model: self.model.clone(),
            assistant: self.assistant.clone(),
            state: self.status.as_deref().map_or(Ok(ModeState::Any), state)?,
            labels: self.labels()?,
            agent: self.agent.clone(),
            node: self.node.clone(),
            error_type: self.error_type.clone(),
            session: self
                .session
                .as_deref()
                .map(|given| session_row(store, given))
                .transpose()?,
            now,
            limit: None,
        })
    }

    /// Returns the labels that a session must have.
    fn labels(&self) -> Result<Vec<LabelFilter>, AnswerError> {
        let mut labels = Vec::new();
        for label in self.label.iter().flat_map(|label| label.split(',')) {
            let (key, value) = match label.split_once('=') {
                Some((key, value)) => (key.trim(), Some(value.trim().to_owned())),
                None => (label.trim(), None),
            };
            if key.is_empty() {
                return Err(AnswerError::Unclear {
                    what: format!("`{label}` is no label"),
                    choices: vec!["Write key=value, or the key alone for any value".to_owned()],
                });
            }
            labels.push(LabelFilter {
                keys: vec![key.to_owned()],
                value,
            });
        }
        labels.extend(self.env.clone().map(|value| LabelFilter {
            keys: ENVIRONMENT.map(str::to_owned).to_vec(),
            value: Some(value),
        }));
        Ok(labels)
    }

    /// Returns an error when one of the filters asks for what nothing recorded is: for a question that found nothing.
    pub(super) fn examine(&self, store: &Store) -> Result<(), AnswerError> {
        let mut all = self.clone();
        for filter in FILTERS {
            let (Some(given), Some(recorded)) = ((filter.of)(&mut all).take(), filter.recorded) else {
                continue;
            };
            let there = store.recorded(recorded)?;
            if !there.iter().any(|known| fits(recorded, known, &given)) {
                return Err(AnswerError::NotRecorded {
                    what: filter.name,
                    given,
                    there: there.into_iter().take(LISTED).collect(),
                });
            }
        }
        Ok(())
    }
}

/// So many of the values that there are are listed, the most frequent first.
const LISTED: usize = 12;

/// Returns whether a recorded value is one that was asked for.
fn fits(recorded: Recorded, known: &str, given: &str) -> bool {
    let given = match recorded {
        Recorded::Label => return given.split(',').any(|one| is_label(known, one)),
        Recorded::Tool => kind_or_scope(given),
        _ => given.to_lowercase(),
    };
    known.to_lowercase().contains(&given)
}

fn is_label(known: &str, given: &str) -> bool {
    let given = given.trim();
    known == given || known.split_once('=').is_some_and(|(key, _)| key == given)
}

/// Returns the state that a word names.
pub(super) fn state(word: &str) -> Result<ModeState, AnswerError> {
    ModeState::ALL
        .iter()
        .find(|(_, name)| name.eq_ignore_ascii_case(word))
        .map(|(state, _)| *state)
        .ok_or_else(|| AnswerError::Value {
            what: "status",
            given: word.to_owned(),
            values: ModeState::ALL.iter().map(|(_, name)| *name).collect(),
        })
}

/// Returns the kind of tool for a tool that has no scope of its own name: a shell call's scope is its command.
pub(super) fn kind_or_scope(tool: &str) -> String {
    if assistants::is_shell(tool) {
        ToolKind::Shell.word().to_owned()
    } else {
        tool.to_lowercase()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A query, the words that are left of it, and the filters that were taken out.
    type Case = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

    #[test]
    fn filters_are_taken_out_and_everything_else_is_text() {
        let table: &[Case] = &[
            (
                "timeout since:7d tool:Bash",
                "timeout",
                &[("since", "7d"), ("tool", "Bash")],
            ),
            ("TOOL:\"go test\" exec", "exec", &[("tool", "go test")]),
            ("label:a=1 x label:b", "x", &[("label", "a=1,b")]),
            ("since:2026-11-20T11:00:00Z", "", &[("since", "2026-11-20T11:00:00Z")]),
            ("type:ENOENT env:staging", "", &[("type", "ENOENT"), ("env", "staging")]),
            ("use of std::io and type::x", "use of std::io and type::x", &[]),
            ("error: no such file", "error: no such file", &[]),
            (
                "https://example.com:8080/x C:\\x a:b",
                "https://example.com:8080/x C:\\x a:b",
                &[],
            ),
            (
                "node:internal/modules/cjs/loader:1143",
                "node:internal/modules/cjs/loader:1143",
                &[],
            ),
            ("cannot find node:sqlite", "cannot find node:sqlite", &[]),
            ("status:404", "status:404", &[]),
            ("\"tool:Bash\"", "\"tool:Bash\"", &[]),
            ("tool: tool:\"\" \"open", "tool: tool:\"\" \"open", &[]),
            ("first line tool:Bash\nsecond", "first line tool:Bash\nsecond", &[]),
        ];
        for (query, words, found) in table {
            let (text, mut filters) = parse(query).expect(query);
            assert_eq!(text, *words, "{query}");
            for filter in FILTERS {
                let wanted = found
                    .iter()
                    .find(|(name, _)| *name == filter.name)
                    .map(|(_, value)| *value);
                assert_eq!((filter.of)(&mut filters).as_deref(), wanted, "{query}: {}", filter.name);
            }
        }
    }

    #[test]
    fn what_is_given_twice_must_be_the_same() {
        assert!(parse("tool:Bash tool:Bash").is_ok());
        let error = parse("tool:Bash tool:Edit").expect_err("two tools").to_string();
        assert_eq!(error, "`tool` is given as `Bash` and as `Edit`");
        let one = parse("tool:Bash").expect("one").1;
        let other = parse("tool:Edit since:7d").expect("another").1;
        assert!(one.clone().and(other).is_err());
        let both = one.and(parse("since:7d").expect("a time").1).expect("both");
        assert_eq!(
            (both.tool.as_deref(), both.since.as_deref()),
            (Some("Bash"), Some("7d"))
        );
    }

    proptest! {
        #[test]
        fn no_word_is_lost(query in "[ a-z:\"\\\\.0-9]{0,40}") {
            if let Ok((words, mut filters)) = parse(&query) {
                let mut left: String = words;
                for filter in FILTERS {
                    left.push_str(filter.name);
                    left.push_str((filter.of)(&mut filters).as_deref().unwrap_or_default());
                }
                for letter in query.chars().filter(char::is_ascii_alphanumeric) {
                    prop_assert!(left.contains(letter), "{query} lost {letter}");
                }
            }
        }
    }
}
