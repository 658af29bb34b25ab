//! The laws as data: which room may name what.

/// The rooms from the border inwards. A room imports only rooms of later rows.
pub(super) const COLUMNS: &[&[&str]] = &[
    &["main"],
    &["cli"],
    &["http"],
    &["mcp"],
    &["answers"],
    &["flow"],
    &["capture", "recall", "skill", "heal", "install"],
    &["store", "llm", "assistants", "forge", "git", "workspace"],
    &["process", "config", "clock"],
    &["failure", "redact", "stats", "test_reports"],
    &["domain"],
];

/// The arrows inside a row, each with its reason.
pub(super) const PAIRS: &[(&str, &str, &str)] = &[
    (
        "llm",
        "assistants",
        "a one-shot model call goes through an assistant's own command",
    ),
    ("forge", "git", "a forge is named by the remote of the repository"),
    ("workspace", "git", "a project is recognised by what its .git says"),
    (
        "config",
        "clock",
        "the settings say which clock runs, so that tests can stop it",
    ),
];

/// A name of another crate or of the standard library, and the only rooms that may use it.
pub(super) struct Only {
    pub(super) words: &'static [&'static str],
    pub(super) rooms: &'static [&'static str],
    pub(super) why: &'static str,
}

pub(super) const fn only(words: &'static [&'static str], rooms: &'static [&'static str], why: &'static str) -> Only {
    Only { words, rooms, why }
}

pub(super) const ENVIRONMENT: &str = "read it in `config` and pass the value on";
pub(super) const OUTPUT: &str = "return the text and let `cli` print it";

pub(super) const SERVED: &str = "answer in `answers`, and let `http` carry it";

pub(super) const ONLY_HERE: &[Only] = &[
    only(&["rusqlite"], &["store"], "put the query beside its noun in `store`"),
    only(&["rmcp"], &["mcp"], "answer in `answers`, and let `mcp` carry it"),
    only(&["axum"], &["http"], SERVED),
    only(&["hyper"], &["http"], SERVED),
    only(&["hyper_util"], &["http"], SERVED),
    only(&["tower_http"], &["http"], SERVED),
    only(&["governor"], &["http"], SERVED),
    only(
        &["subtle"],
        &["http"],
        "compare secrets where they are checked: in `http`",
    ),
    only(&["clap"], &["cli"], "the command line is parsed in `cli`"),
    only(
        &["indicatif"],
        &["cli"],
        "report progress by a callback and draw it in `cli`",
    ),
    only(&["directories"], &["config"], ENVIRONMENT),
    only(&["env", "var"], &["config"], ENVIRONMENT),
    only(&["env", "var_os"], &["config"], ENVIRONMENT),
    only(&["env", "vars"], &["config"], ENVIRONMENT),
    only(&["env", "vars_os"], &["config"], ENVIRONMENT),
    only(&["env", "home_dir"], &["config"], ENVIRONMENT),
    only(&["std", "env", "*"], &["config"], ENVIRONMENT),
    only(
        &["process", "Command"],
        &["process"],
        "start processes through `process`",
    ),
    only(&["std", "process", "*"], &["process"], "name what you use"),
    only(
        &["process", "exit"],
        &["cli", "main"],
        "return an error: no process may skip SQLite's close",
    ),
    only(
        &["process", "abort"],
        &[],
        "return an error: no process may skip SQLite's close",
    ),
    only(
        &["process", "ExitCode"],
        &["cli", "main"],
        "return an error and let `cli` choose the exit code",
    ),
    only(&["io", "stdout"], &["cli", "main", "mcp"], OUTPUT),
    only(&["io", "stderr"], &["cli", "main", "mcp"], OUTPUT),
    only(
        &["SystemTime", "now"],
        &["clock"],
        "take the time as an argument; `clock` reads it",
    ),
    only(
        &["Timestamp", "now"],
        &["clock"],
        "take the time as an argument; `clock` reads it",
    ),
    only(
        &["Zoned", "now"],
        &["clock"],
        "take the time as an argument; `clock` reads it",
    ),
    only(
        &["Instant", "now"],
        &["clock", "process", "capture", "flow", "cli", "http"],
        "only budgets, time limits and progress measure elapsed time",
    ),
    only(
        &["tokio"],
        &["mcp", "http", "llm", "forge"],
        "async stays at the borders",
    ),
    only(&["reqwest"], &["llm", "forge"], "only `llm` and `forge` speak HTTP"),
    only(&["ureq"], &["llm", "forge"], "only `llm` and `forge` speak HTTP"),
    only(
        &["std", "net"],
        &["http", "llm", "forge"],
        "only the borders open connections",
    ),
];

/// Rooms that compute and nothing else.
pub(super) const PURE: &[&str] = &["domain", "failure", "redact", "stats", "test_reports"];
pub(super) const IMPURE: &[&[&str]] = &[
    &["std", "fs"],
    &["std", "net"],
    &["std", "env"],
    &["std", "process"],
    &["std", "thread"],
    &["SystemTime"],
    &["Instant"],
    &["rustix"],
    &["tempfile"],
];

/// What the hot path can never need.
pub(super) const NOT_IN_THE_HOOK: &[&[&str]] = &[
    &["tokio"],
    &["reqwest"],
    &["ureq"],
    &["rmcp"],
    &["clap"],
    &["std", "net"],
    &["crate", "llm"],
    &["crate", "forge"],
];

/// Who may call something clean that `redact` has not seen. In `store` it was read back from where only clean values
/// are written; each of the others makes it of nothing else.
pub(super) const MAKES_CLEAN: &[(&str, &str)] = &[
    ("src/store/", "read back"),
    (
        "src/capture/group.rs",
        "masks of a clean headline, merged with stored patterns",
    ),
    ("src/capture/told.rs", "the texts of a clean observation"),
    ("src/recall/", "our own words around what was read back"),
    ("src/capture/project/mod.rs", "the hash that names this machine"),
    ("src/capture/project/person.rs", "the number of a stored folder"),
];

/// Words that say nothing about what a thing is.
pub(super) const EMPTY_WORDS: &[&str] = &[
    "util",
    "utils",
    "manager",
    "helper",
    "helpers",
    "handler",
    "handlers",
    "processor",
    "imp",
];

/// Most lines of a file that people read.
pub(super) const MOST_LINES: usize = 500;

/// Files and folders that may be longer, because nobody wrote them by hand.
pub(super) const NOT_WRITTEN: &[(&str, &str)] = &[
    ("tests/payloads/", "recorded from a client"),
    ("tests/transcripts/", "recorded from a client"),
    (
        "docs/json-parts.md",
        "made of the views by tests/it/json_fields.rs: one looks a type up in it, and half of them on another page would \
         be harder to find",
    ),
];
