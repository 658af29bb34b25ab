//! What a good hint is, case by case: sessions of real agents, cut to the lines that matter, are played by the real
//! program, and what it would have told is compared with what should be told. See `tests/hints/README.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::env::TestEnv;

/// Most bytes of a message.
const MESSAGE: usize = 600;
/// Most characters of the line that says what to do.
const ADVICE: usize = 200;
/// Most characters of the headline.
pub(crate) const HEADLINE: usize = 120;
/// How a message begins.
const OURS: &str = "Callus: ";

/// Lines of wrappers, runners and clients that say nothing about what went wrong.
const EMPTY_HEADLINES: &[&str] = &[
    "[lint] ERROR task failed",
    "[test] ERROR task failed",
    "[no test files]",
    "Auto-merging",
    "Finished in",
    "Command: /bin/zsh",
    "Total output lines",
    "[rerun: b",
];

/// A call of which it is known what an agent should be told about it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    #[serde(rename = "case")]
    name: String,
    why: String,
    /// Sessions to play: beginnings of the names of files.
    play: Vec<String>,
    /// The one of them in which the call is.
    session: String,
    call: String,
    /// The call that asked how a command in the background goes: the failure may be said to be its.
    #[serde(default)]
    asked_by: Option<String>,
    /// Texts of the line that says what to do, whatever their case.
    #[serde(default)]
    says: Vec<String>,
    /// Texts of which that line has at least one.
    #[serde(default)]
    says_one_of: Vec<String>,
    /// Texts of the line that says how it is known.
    #[serde(default)]
    evidence: Vec<String>,
    /// Texts that no message to the session has.
    #[serde(default)]
    never: Vec<String>,
    /// Texts that no message to the session says to type.
    #[serde(default)]
    suggests_not: Vec<String>,
    /// Nothing is told, and why.
    #[serde(default)]
    silent: Option<String>,
    /// Whether the call is a failure at all.
    #[serde(default)]
    failure: Option<bool>,
    /// Whether it is one that is nobody's fault.
    #[serde(default)]
    expected: Option<bool>,
    /// Texts of the line that says what went wrong.
    #[serde(default)]
    headline: Vec<String>,
}

/// A line of what a replay writes.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Event {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) session: String,
    call_id: String,
    headline: String,
    expected: bool,
    reason: String,
    pub(crate) text: String,
    pub(crate) suggestion: String,
}

impl Event {
    /// Returns whether it is something that was told.
    pub(crate) fn is_message(&self) -> bool {
        self.kind != "failure"
    }
}

#[test]
fn every_case_is_told_as_it_should_be() {
    let mut played: BTreeMap<Vec<String>, Vec<Event>> = BTreeMap::new();
    let mut wrong = Vec::new();
    for case in cases() {
        let events = played
            .entry(case.play.clone())
            .or_insert_with(|| play(&files(&case.play)));
        let found = case.judge(events);
        if !found.is_empty() {
            wrong.push(format!("{} ({})\n    {}", case.name, case.why, found.join("\n    ")));
        }
    }
    assert!(wrong.is_empty(), "{} cases:\n{}", wrong.len(), wrong.join("\n"));
}

impl Case {
    /// Returns what is not as it should be.
    fn judge(&self, events: &[Event]) -> Vec<String> {
        let name = self.session.rsplit('/').next().unwrap_or_default();
        let is_here =
            |event: &&Event| self.call == event.call_id || self.asked_by.as_deref() == Some(event.call_id.as_str());
        let failures: Vec<&Event> = events
            .iter()
            .filter(|event| !event.is_message())
            .filter(is_here)
            .collect();
        let messages: Vec<&Event> = events
            .iter()
            .filter(|event| event.is_message())
            .filter(is_here)
            .collect();
        let mut wrong = self.judge_failure(&failures);
        for event in events
            .iter()
            .filter(|event| event.is_message() && event.session.starts_with(name))
        {
            wrong.extend(shape(event));
            let never = self.never.iter().filter(|text| event.text.contains(*text));
            wrong.extend(never.map(|text| format!("must never say {text:?}: {:?}", event.text)));
            let never = self.suggests_not.iter().filter(|text| event.suggestion.contains(*text));
            wrong.extend(never.map(|text| format!("must never suggest {text:?}: {:?}", event.suggestion)));
        }
        if self.silent.is_some() {
            wrong.extend(messages.iter().map(|event| format!("must be silent: {:?}", event.text)));
        }
        if self.says.is_empty() {
            return wrong;
        }
        let [message] = messages[..] else {
            let reasons: Vec<&str> = failures.iter().map(|event| event.reason.as_str()).collect();
            wrong.push(format!(
                "must say {:?} once: {} messages, the failure is {reasons:?}",
                self.says,
                messages.len()
            ));
            return wrong;
        };
        let lower = message.text.to_lowercase();
        let (advice, evidence) = (line(&lower, 0), line(&lower, 1));
        let lacks = |line: &str, text: &String| !line.contains(&text.to_lowercase());
        let missing = self.says.iter().filter(|text| lacks(advice, text));
        wrong.extend(missing.map(|text| format!("must say {text:?}: {:?}", message.text)));
        let missing = self.evidence.iter().filter(|text| lacks(evidence, text));
        wrong.extend(missing.map(|text| format!("must give {text:?} as evidence: {:?}", message.text)));
        if !self.says_one_of.is_empty() && self.says_one_of.iter().all(|text| lacks(advice, text)) {
            wrong.push(format!("must say one of {:?}: {:?}", self.says_one_of, message.text));
        }
        wrong
    }

    /// A row that asks for silence or for a message speaks of a call that failed: else it would prove nothing.
    fn judge_failure(&self, failures: &[&Event]) -> Vec<String> {
        if self.failure == Some(false) {
            return failures
                .iter()
                .map(|event| format!("must be no failure: {:?}", event.headline))
                .collect();
        }
        let [failure] = failures[..] else {
            return vec![format!("must be one failure, not {}", failures.len())];
        };
        let mut wrong = Vec::new();
        if self.expected.is_some_and(|expected| expected != failure.expected) {
            wrong.push(format!("is expected: {} ({})", failure.expected, failure.reason));
        }
        let missing = self.headline.iter().filter(|text| !failure.headline.contains(*text));
        wrong.extend(missing.map(|text| format!("must have {text:?} in its headline: {:?}", failure.headline)));
        wrong
    }
}

#[test]
fn no_headline_is_a_line_that_says_nothing() {
    let mut all: Vec<PathBuf> = ["claude", "codex"]
        .iter()
        .flat_map(|kind| list(&sessions().join(kind)))
        .collect();
    all.sort();
    let events = play(&all);
    let empty: Vec<&Event> = events
        .iter()
        .filter(|event| EMPTY_HEADLINES.iter().any(|line| event.headline.contains(line)))
        .collect();
    assert!(events.len() > 50, "{}", events.len());
    assert!(empty.is_empty(), "{empty:#?}");
}

#[test]
fn the_table_is_whole() {
    let cases = cases();
    let names: BTreeSet<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names.len(), cases.len(), "every case has its own name");
    let mut played = BTreeSet::new();
    for case in &cases {
        let asks = [
            !case.says.is_empty(),
            case.silent.is_some(),
            case.failure.is_some(),
            !case.never.is_empty(),
        ];
        assert!(asks.contains(&true), "{} asks for nothing", case.name);
        assert!(
            case.says.is_empty() || case.silent.is_none(),
            "{} asks for both",
            case.name
        );
        assert!(
            case.play.contains(&case.session),
            "{} speaks of a session that it does not play",
            case.name
        );
        let text = fs::read_to_string(file(&case.session)).expect("a session");
        assert!(
            text.contains(&format!("\"{}\"", case.call)),
            "{}: no call {}",
            case.name,
            case.call
        );
        played.extend(files(&case.play));
    }
    for kind in ["claude", "codex"] {
        for path in list(&sessions().join(kind)) {
            assert!(played.contains(&path), "no case plays {}", path.display());
        }
    }
}

/// Returns what is wrong with the form of a hint or warning: its length, its three lines, its one fenced headline.
pub(crate) fn shape(event: &Event) -> Vec<String> {
    let mut wrong = Vec::new();
    let text = &event.text;
    if let Some(hidden) = text.chars().find(|c| *c != '\n' && is_hidden(*c)) {
        wrong.push(format!("has {hidden:?}: {text:?}"));
    }
    if event.kind == "brief" {
        return wrong;
    }
    if text.len() > MESSAGE {
        wrong.push(format!("is of {} bytes: {text:?}", text.len()));
    }
    let advice = line(text, 0).strip_prefix(OURS);
    if text.lines().count() != 3 || advice.is_none_or(|advice| advice.chars().count() > ADVICE) {
        wrong.push(format!(
            "must have three lines, the first of {ADVICE} characters: {text:?}"
        ));
    }
    let fenced = line(text, 2)
        .split_once('`')
        .and_then(|(_, rest)| rest.rsplit_once('`'));
    if fenced.is_none_or(|(headline, _)| headline.contains('`') || headline.chars().count() > HEADLINE) {
        wrong.push(format!(
            "must end in one fenced headline of {HEADLINE} characters: {text:?}"
        ));
    }
    wrong
}

/// Control characters, and those that show nothing or change how others are shown.
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}

/// Plays transcripts against an empty memory and returns what would have happened.
pub(crate) fn play(transcripts: &[PathBuf]) -> Vec<Event> {
    let env = TestEnv::new();
    let past = env.home().join("past");
    for path in transcripts {
        let to = past.join(
            path.strip_prefix(sessions())
                .unwrap_or_else(|_| Path::new(path.file_name().expect("a name"))),
        );
        fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
        fs::copy(path, to).expect("copies");
    }
    replay(&env, &past)
}

/// Plays the transcripts of a folder.
pub(crate) fn replay(env: &TestEnv, past: &Path) -> Vec<Event> {
    let events = env.home().join("events.jsonl");
    drop(
        env.run(&[
            "replay".as_ref(),
            past.as_os_str(),
            "--events".as_ref(),
            events.as_os_str(),
        ])
        .success(),
    );
    let lines = fs::read_to_string(events).expect("a file of events");
    lines
        .lines()
        .map(|line| serde_json::from_str(line).expect("an event"))
        .collect()
}

/// Returns the lines of a table below `tests/hints`.
pub(crate) fn table<Row: for<'de> Deserialize<'de>>(name: &str) -> Vec<Row> {
    let text = fs::read_to_string(hints().join(name)).expect("a table");
    text.lines()
        .map(|line| serde_json::from_str(line).expect("a row"))
        .collect()
}

fn cases() -> Vec<Case> {
    table("cases.jsonl")
}

fn hints() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hints")
}

fn sessions() -> PathBuf {
    hints().join("sessions")
}

fn list(folder: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(folder).expect("a folder");
    files.map(|file| file.expect("a file").path()).collect()
}

fn files(play: &[String]) -> Vec<PathBuf> {
    play.iter().map(|beginning| file(beginning)).collect()
}

/// Returns the one session whose file's name begins so.
fn file(beginning: &str) -> PathBuf {
    let (kind, name) = beginning.split_once('/').expect("an assistant and a name");
    let mut found = list(&sessions().join(kind));
    found.retain(|path| {
        path.file_name()
            .is_some_and(|file| file.to_string_lossy().starts_with(name))
    });
    assert_eq!(found.len(), 1, "{beginning}");
    found.remove(0)
}

fn line(text: &str, number: usize) -> &str {
    text.lines().nth(number).unwrap_or_default()
}
