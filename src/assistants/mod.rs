//! The assistants that Callus records: one table, and one folder for what each of them writes.
//!
//! What leaves this room is [`Observation`]s: nobody else knows an assistant's JSON, its words or its paths.

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;

use crate::domain::time::Timestamp;
use crate::domain::trace::{Agent, Flag, Observation, SessionKey, Text};

mod asker;
mod canonical;
mod files;
#[macro_use]
mod raw;

pub mod claude_code;
pub mod claude_desktop;
pub mod codex;
pub mod server;

pub use asker::{Asker, Asking, asker, server_session};

/// Bytes of a successful output that are stored, of its beginning and of its end each.
pub const SUCCESS_KEPT: usize = 2 * 1024;
/// Bytes of a failed output, of a prompt and of a call's input that are stored, of the beginning and of the end each.
pub const FAILURE_KEPT: usize = 8 * 1024;
/// Bytes that are read beyond what is stored, on each side of a cut: redaction must see a secret whole to know it,
/// and only then is the text shortened to its final size. Longer than any key that redaction knows by its form.
pub const MARGIN: usize = 1024;

/// Longest command that is kept whole, in bytes: a here-document can be as long as a file.
const COMMAND_KEPT: usize = 64 * 1024;

/// Returns `text` cut to `each` bytes of its beginning and end, plus the margin that redaction needs.
fn kept(text: &str, each: usize) -> Text {
    Text::cut(text, each + MARGIN, each + MARGIN)
}

/// Returns an output cut to what is kept of a success or of a failure.
fn output(text: &str, flag: Flag) -> Text {
    kept(
        text,
        if flag == Flag::Failure {
            FAILURE_KEPT
        } else {
            SUCCESS_KEPT
        },
    )
}

/// Returns a command line as it is kept.
fn command(mut line: String) -> String {
    line.truncate(line.floor_char_boundary(COMMAND_KEPT));
    line
}

/// Returns whether `id` can tell calls apart: published transcripts have ids replaced by one and the same word.
fn is_usable(id: &str) -> bool {
    !id.is_empty() && id != "REDACTED"
}

/// Reads one transcript, line by line. What a client wrote on the lines before stays with the reader for as long as it
/// matters to the lines behind.
pub trait Reader {
    /// Returns what the `line` at byte `offset` reports, and what it completes of earlier ones.
    fn line(&mut self, offset: u64, line: &[u8]) -> Result<Vec<Observation>, Broken>;

    /// Returns what is still open where the reading ends: last words, tokens, calls without a result. A later read
    /// of the same lines reports the same.
    fn finish(&mut self) -> Vec<Observation>;

    /// Returns the byte where a later read must begin so that it meets all that is open here again. Nothing when it may
    /// go on where this one ended.
    fn resume_offset(&self) -> Option<u64>;
}

/// Returns whether a line to which no newline has been written yet is all there: no beginning of an object is one.
#[must_use]
pub fn is_whole(line: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(line).is_ok()
}

/// How the hooks of an assistant are heard and answered.
#[derive(Debug)]
pub struct Hooks {
    /// Reads what it hands to a hook.
    pub read: fn(&[u8], Timestamp) -> Parsed,
    /// The environment variable in which it tells its hooks its own process id.
    pub pid_variable: &'static str,
    /// Returns what a hook prints on an event, by the client's word for it, to hand a text to the model before its next
    /// step; nothing on an event on which that cannot be.
    pub reply: fn(&str, &str) -> Option<String>,
    /// Returns what a hook prints on an event to refuse the call that is about to run, for a reason that the model
    /// reads; nothing on an event that cannot refuse.
    pub refuse: fn(&str, &str) -> Option<String>,
}

/// What Callus has to know of an assistant.
#[derive(Debug)]
pub struct Spec {
    /// Its name in commands, paths and the store.
    pub name: &'static str,
    /// Other names that people use for it in commands.
    pub aliases: &'static [&'static str],
    /// Its name as its makers write it.
    pub display: &'static str,
    /// Its folder, relative to the user's home.
    pub folder: &'static str,
    /// The environment variable that names another folder instead.
    pub folder_variable: &'static str,
    /// How its hooks are heard and answered; nothing where only its transcripts are read, and there is nothing to install.
    pub hooks: Option<Hooks>,
    /// Where a project keeps skills for it, relative to the top of the working tree.
    pub skills: &'static str,
    /// What it does to the text of a skill when it loads it.
    pub tricks: &'static [Trick],
    /// Where its transcripts lie, relative to its folder.
    pub transcripts: &'static str,
    /// Finds its transcripts in files and folders, newest first.
    pub find: fn(&[PathBuf]) -> Found,
    /// Opens the reader for one of its transcripts.
    pub reader: fn(&Transcript) -> Box<dyn Reader>,
    /// How it says, as a client of an MCP server, from where a question comes.
    pub asking: Asking,
    /// Returns whether a tool, by its name in any case, runs shell commands.
    pub is_shell: fn(&str) -> bool,
    /// Returns whether a headline is an error of the client itself that already says what to do next.
    pub explains_itself: fn(&str) -> bool,
}

impl PartialEq for Spec {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Spec {}

/// Variables that assistants set for the commands that their agents run: where one of them is set, it is no person who
/// types. Those of assistants that are not recorded count too.
pub const AGENT_VARIABLES: &[&str] = &[
    "CLAUDECODE",
    "CLAUDE_CODE_SESSION_ID",
    "CODEX_SANDBOX",
    "CODEX_THREAD_ID",
    "GEMINI_CLI",
    "CURSOR_AGENT",
];

/// A form of text that an assistant does not hand to its model as it stands, but runs, reads or replaces.
#[derive(Debug)]
pub struct Trick {
    /// A regular expression that finds it.
    pub pattern: &'static str,
    /// What the assistant does, as a sentence for people.
    pub why: &'static str,
}

/// Every assistant that Callus records.
pub const ALL: &[&Spec] = &[&claude_code::SPEC, &codex::SPEC];

/// Returns the assistant that `name` means: its own name or an alias, in any case.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static Spec> {
    ALL.iter()
        .find(|spec| {
            spec.name.eq_ignore_ascii_case(name) || spec.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(name))
        })
        .copied()
}

/// Returns the transcripts of every assistant in `paths`, files and folders in any mix, newest session first: each file
/// says by its content whose it is. Refused is what is nobody's.
#[must_use]
pub fn find(paths: &[PathBuf]) -> Found {
    let mut found = Found::default();
    for spec in ALL {
        let more = (spec.find)(paths);
        found.transcripts.extend(more.transcripts);
        found.refused.extend(more.refused);
    }
    let theirs: BTreeSet<&PathBuf> = found.transcripts.iter().map(|transcript| &transcript.path).collect();
    found.refused.retain(|(path, _)| !theirs.contains(path));
    // That a file is not in the one format says less than that it is in another one and holds nothing.
    found
        .refused
        .sort_by_key(|(_, why)| matches!(why, Refusal::OtherFormat));
    let mut named = BTreeSet::new();
    found.refused.retain(|(path, _)| named.insert(path.clone()));
    found.refused.sort_by(|(one, _), (other, _)| one.cmp(other));
    files::newest_first(&mut found.transcripts);
    found
}

/// Returns whether some assistant's tool of this name runs shell commands.
#[must_use]
pub fn is_shell(tool: &str) -> bool {
    ALL.iter().any(|spec| (spec.is_shell)(tool))
}

/// Returns whether a headline is the error of some assistant that already says what to do next.
#[must_use]
pub fn explains_itself(headline: &str) -> bool {
    ALL.iter().any(|spec| (spec.explains_itself)(headline))
}

/// What one hook call reported.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Parsed {
    /// The client's own word for the event; empty when it could not be read.
    pub event: String,
    /// What happened, in order.
    pub observations: Vec<Observation>,
    /// The session.
    pub session: Option<SessionKey>,
    /// The subagent in which the hook fired.
    pub agent: Option<Agent>,
    /// The session's transcript file.
    pub transcript: Option<String>,
    /// The folder that the session is in.
    pub cwd: Option<String>,
    /// The agent goes on only because a hook asked it to: another answer would make it go on again.
    pub continued: bool,
    /// Why the input was no valid document; what could be saved from it is in the other fields.
    pub damaged: Option<String>,
}

/// A transcript file and what its place and neighbours say about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transcript {
    /// The assistant that wrote it.
    pub assistant: &'static Spec,
    /// The file.
    pub path: PathBuf,
    /// The session that it belongs to; a subagent's belongs to the session that started it.
    pub session: String,
    /// The subagent whose steps it holds; nothing for a session's own transcript.
    pub agent: Option<Agent>,
    /// The transcript of the session that started the subagent, when it is there.
    pub parent: Option<PathBuf>,
    /// When the file was last written.
    pub modified: Timestamp,
    /// Its size in bytes.
    pub bytes: u64,
}

/// What a search for transcripts gave.
#[derive(Debug, Default)]
pub struct Found {
    /// The transcripts, newest session first, subagents right after their parent.
    pub transcripts: Vec<Transcript>,
    /// The files that looked like one, or were named as one, and are none.
    pub refused: Vec<(PathBuf, Refusal)>,
}

/// Why a file is not read as a transcript.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The file or folder cannot be read.
    #[error("cannot be read")]
    Unreadable(#[source] io::Error),
    /// There is nothing in it.
    #[error("is empty")]
    Empty,
    /// Its beginning holds no line that is a JSON object.
    #[error("holds no JSON lines")]
    NotJsonLines,
    /// Its lines are JSON, but not an assistant's.
    #[error("is not in the format of an assistant's transcripts that Callus reads")]
    OtherFormat,
    /// Its lines are this assistant's, but none belongs to a session.
    #[error("holds no step of a session")]
    NoSession,
}

/// Why a line of a transcript gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// The line is not valid JSON, or not an object.
    #[error("line is not a JSON object")]
    NotAnObject(#[source] serde_json::Error),
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    #[test]
    fn names_and_aliases_are_unique_and_resolve() {
        let mut seen = BTreeSet::new();
        for spec in ALL {
            for name in std::iter::once(&spec.name).chain(spec.aliases) {
                assert!(seen.insert(name.to_lowercase()), "{name} is taken twice");
                let found = by_name(&name.to_uppercase()).expect("a listed name resolves");
                assert_eq!(found.name, spec.name);
            }
        }
        assert!(by_name("nobody").is_none());
    }

    #[test]
    fn every_assistant_with_hooks_has_recorded_payloads() {
        for spec in ALL.iter().filter(|spec| spec.hooks.is_some()) {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("tests/payloads")
                .join(spec.name);
            let payloads = std::fs::read_dir(&folder).map(Iterator::count).unwrap_or_default();
            assert!(payloads > 0, "{} is missing or empty", folder.display());
        }
    }
}
