//! `callus record`: a program tells of its own calls.

use std::io::{IsTerminal as _, Read as _};

use serde_json::{Map, Value};

use crate::answers::{self, RecordQuery, RecordView, Writing};
use crate::cli::terminal::{Surroundings, here, who};
use crate::cli::{Error, Kind, Told, USER};
use crate::flow;

/// Most bytes that are read from standard input.
const MOST: u64 = 64 << 20;

/// Record a call that failed, or passed, in a program that is no coding agent
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  callus record --assistant nightly --tool backup --exit-code 3 --message 'disk full on /srv'
  make 2>&1 | callus record --command make --exit-code 2 --output -
  callus record --tool backup --ok                      A success: rates need both
  callus record --failure F12 --resolution 'raised the time limit to 60 s'
  callus record --json-in < calls.jsonl                 One JSON object a line; docs/record.md lists the fields

What is told twice, with the same --id or --timestamp, is kept once.")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(crate) struct Record {
    /// Read records from standard input: JSON, one object a line
    #[arg(long, exclusive = true)]
    json_in: bool,
    /// What went wrong, in the error's own words
    #[arg(long, value_name = "TEXT")]
    message: Option<String>,
    /// The type of the error, such as `TimeoutError`
    #[arg(long, value_name = "TYPE")]
    error_type: Option<String>,
    /// What it printed; `-` reads it from standard input
    #[arg(long, value_name = "TEXT|-")]
    output: Option<String>,
    /// The tool that was called
    #[arg(long, value_name = "TOOL")]
    tool: Option<String>,
    /// The command line that was run
    #[arg(long, value_name = "COMMAND")]
    command: Option<String>,
    /// What the tool was called with, as JSON
    #[arg(long, value_name = "JSON")]
    input: Option<String>,
    /// The exit code
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    exit_code: Option<String>,
    /// It succeeded
    #[arg(long)]
    ok: bool,
    /// The session, run or job that it belongs to
    #[arg(long, value_name = "ID")]
    session: Option<String>,
    /// The agent that made the call
    #[arg(long, value_name = "AGENT")]
    agent: Option<String>,
    /// The part of the program that made it
    #[arg(long, value_name = "NODE")]
    node: Option<String>,
    /// When: RFC 3339, or seconds since 1970
    #[arg(long, value_name = "TIME")]
    timestamp: Option<String>,
    /// Your own id of the call
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// The file that it was about
    #[arg(long, value_name = "FILE")]
    file: Option<String>,
    /// How long it took, in milliseconds
    #[arg(long, value_name = "N")]
    duration_ms: Option<String>,
    /// What the call served, as JSON or words
    #[arg(long, value_name = "JSON")]
    input_context: Option<String>,
    /// The state in which it was made, as JSON or words
    #[arg(long, value_name = "JSON")]
    state_snapshot: Option<String>,
    /// A lesson was made of it
    #[arg(long)]
    evolution_triggered: bool,
    /// What ended it
    #[arg(long, value_name = "TEXT")]
    resolution: Option<String>,
    /// Label the session
    #[arg(long = "label", value_name = "KEY=VALUE")]
    labels: Vec<String>,
    /// The folder in which it ran; this one when left out
    #[arg(long, value_name = "FOLDER", conflicts_with = "project")]
    cwd: Option<String>,
    /// The project, where no folder says it
    #[arg(long, value_name = "PROJECT")]
    project: Option<String>,
    /// The program that tells it; `api` when left out
    #[arg(long, value_name = "NAME")]
    assistant: Option<String>,
    /// The model that the session runs on
    #[arg(long, value_name = "MODEL")]
    model: Option<String>,
    /// A failure that was recorded before, to which something is added
    #[arg(long, value_name = "F12")]
    failure: Option<String>,
    /// It is the last that is told of its session
    #[arg(long)]
    end: bool,
}

impl Record {
    /// Records what is told and returns what is known of it.
    pub(super) fn run(self, around: &Surroundings) -> Result<Told, Error> {
        let queries = if self.json_in {
            lines(&read()?)?
        } else {
            vec![self.query()?]
        };
        let rules = flow::rules(&around.settings)?;
        let writing = Writing {
            settings: &around.settings,
            rules: &rules,
            who: who(),
        };
        let mut store = flow::ready_to_write(&around.settings);
        let view = answers::record(
            store.as_mut().map_err(|error| &*error),
            &writing,
            &queries,
            around.now(),
        )?;
        drop(store);
        if view.is_worker_due(&around.settings) {
            flow::worker::start(&around.settings);
        }
        Ok(Told {
            text: around.told(&view)?,
            code: code(&view),
        })
    }

    /// Returns the record that the options make: the same as one in JSON.
    fn query(self) -> Result<RecordQuery, Error> {
        let output = match self.output {
            Some(text) if text == "-" => Some(String::from_utf8_lossy(&read()?).into_owned()),
            other => other,
        };
        let mut fields = Map::new();
        let texts = [
            ("message", self.message),
            ("error_type", self.error_type),
            ("output", output),
            ("tool", self.tool),
            ("command", self.command),
            ("input", self.input),
            ("exit_code", self.exit_code),
            ("session", self.session),
            ("agent", self.agent),
            ("node", self.node),
            ("timestamp", self.timestamp),
            ("id", self.id),
            ("file", self.file),
            ("duration_ms", self.duration_ms),
            ("input_context", self.input_context),
            ("state_snapshot", self.state_snapshot),
            ("resolution", self.resolution),
            ("cwd", self.cwd.or_else(|| here().filter(|_| self.project.is_none()))),
            ("project", self.project),
            ("assistant", self.assistant),
            ("model", self.model),
            ("failure", self.failure),
        ];
        let switches = [
            ("ok", self.ok),
            ("evolution_triggered", self.evolution_triggered),
            ("end", self.end),
        ];
        fields.extend(
            texts
                .into_iter()
                .filter_map(|(name, text)| Some((name.to_owned(), text?.into()))),
        );
        fields.extend(
            switches
                .into_iter()
                .filter(|(_, on)| *on)
                .map(|(name, _)| (name.to_owned(), true.into())),
        );
        let mut labels = Map::new();
        for label in &self.labels {
            let Some((key, value)) = label.split_once('=') else {
                let error = Error::new(Kind::User, format!("`{label}` is no label"));
                return Err(error.hint("Write it as key=value, such as --label team=orders"));
            };
            labels.insert(key.trim().to_owned(), value.trim().into());
        }
        if !labels.is_empty() {
            fields.insert("labels".to_owned(), labels.into());
        }
        one(Value::Object(fields), 1)
    }
}

/// Returns the exit code: what was told wrongly is the user's to correct, though the rest is recorded.
fn code(view: &RecordView) -> u8 {
    if view.refused.is_empty() { 0 } else { USER }
}

fn read() -> Result<Vec<u8>, Error> {
    let input = std::io::stdin();
    if input.is_terminal() {
        let error = Error::new(Kind::User, "there is nothing to read on standard input");
        return Err(error.hint("Pipe it in: make 2>&1 | callus record --command make --output -"));
    }
    let mut bytes = Vec::new();
    input
        .lock()
        .take(MOST)
        .read_to_end(&mut bytes)
        .map_err(|error| Error::unavailable("standard input could not be read", error))?;
    Ok(bytes)
}

/// Returns the records of a text: one object a line, or one JSON document, an object or a list of them.
fn lines(bytes: &[u8]) -> Result<Vec<RecordQuery>, Error> {
    if let Ok(whole) = serde_json::from_slice::<Value>(bytes) {
        return match whole {
            Value::Array(items) => (1..).zip(items).map(|(line, item)| one(item, line)).collect(),
            other => Ok(vec![one(other, 1)?]),
        };
    }
    let text = String::from_utf8_lossy(bytes);
    let mut records = Vec::new();
    for (line, text) in (1..).zip(text.lines()).filter(|(_, text)| !text.trim().is_empty()) {
        let value = serde_json::from_str(text).map_err(|error| {
            let error = Error::new(Kind::User, format!("line {line} is no JSON: {error}"));
            error.hint("Write one JSON object a line; nothing was recorded")
        })?;
        records.push(one(value, line)?);
    }
    if records.is_empty() {
        let error = Error::new(Kind::User, "standard input holds no record");
        return Err(
            error.hint("Write one JSON object a line, such as {\"tool\": \"backup\", \"message\": \"disk full\"}")
        );
    }
    Ok(records)
}

fn one(value: Value, line: usize) -> Result<RecordQuery, Error> {
    let Value::Object(mut fields) = value else {
        let error = Error::new(Kind::User, format!("record {line} is no JSON object"));
        return Err(error.hint("Write one JSON object a line; nothing was recorded"));
    };
    if !fields.contains_key("cwd") && !fields.contains_key("project") {
        fields.extend(here().map(|folder| ("cwd".to_owned(), folder.into())));
    }
    serde_json::from_value(Value::Object(fields)).map_err(|error| {
        let error = Error::new(Kind::User, format!("record {line} cannot be read: {error}"));
        error.hint("docs/record.md lists the fields; nothing was recorded")
    })
}
