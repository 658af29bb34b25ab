//! A machine on which sessions are played: hooks at the times they would have, transcripts where the client puts
//! them, and a recount of every counter that the store keeps.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use callus::domain::id::EventId;
use callus::domain::trace::{Call, ToolKind};
use callus::failure::shell;
use callus::store::body::{self, Part};
use rusqlite::types::Value as Cell;
use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};

use super::env::{NOW, Said, TestEnv};

/// A machine on which sessions are played.
pub(crate) struct Scene {
    pub(crate) env: TestEnv,
}

/// Returns the folder of what was recorded from the real client.
fn recorded(kind: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(kind)
        .join("claude-code")
}

/// Returns a hook payload as the client sent it.
pub(crate) fn payload(name: &str) -> Value {
    let path = recorded("payloads").join(format!("{name}.json"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).expect("a payload is JSON")
}

/// Returns every recorded payload of a session, with its name.
pub(crate) fn payloads_of(session: &str) -> Vec<(String, Value)> {
    let mut names: Vec<String> = fs::read_dir(recorded("payloads"))
        .expect("the folder is there")
        .filter_map(|entry| entry.expect("an entry").file_name().into_string().ok())
        .filter_map(|name| name.strip_suffix(".json").map(str::to_owned))
        .collect();
    names.sort();
    let all = names.into_iter().map(|name| (name.clone(), payload(&name)));
    all.filter(|(_, payload)| payload["session_id"] == session).collect()
}

/// Returns the lines of a recorded transcript.
pub(crate) fn transcript(name: &str) -> Vec<Value> {
    let text = fs::read_to_string(recorded("transcripts").join(name)).expect("the transcript is there");
    text.lines()
        .map(|line| serde_json::from_str(line).expect("a line is JSON"))
        .collect()
}

/// Returns lines as a transcript's text.
pub(crate) fn text_of(lines: &[Value]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

impl Scene {
    pub(crate) fn new() -> Self {
        Self { env: TestEnv::new() }
    }

    /// Runs a command at a time, with other environment variables.
    pub(crate) fn run_at(&self, at: &str, variables: &[(&str, &str)], arguments: &[&str], input: &str) -> Said {
        let variables: Vec<_> = [("CALLUS_NOW", at)]
            .into_iter()
            .chain(variables.iter().copied())
            .collect();
        self.env.end(self.env.start_with(arguments, &variables), input)
    }

    /// Runs a command that must go well, and returns what it printed.
    pub(crate) fn run<S: AsRef<OsStr>>(&self, arguments: &[S]) -> String {
        self.env.run(arguments).success()
    }

    /// Runs a command that answers in JSON.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.run(arguments)).expect("the answer is JSON")
    }

    /// Hands one payload to the hook at a time; the hook succeeds and says nothing.
    pub(crate) fn hook(&self, at: &str, payload: &Value) {
        self.hook_with(at, &[], payload);
    }

    /// Hands one payload to the hook, with other environment variables.
    pub(crate) fn hook_with(&self, at: &str, variables: &[(&str, &str)], payload: &Value) {
        let said = self.run_at(at, variables, &["hook", "claude-code"], &format!("{payload}\n"));
        assert_eq!(said.success(), "", "a hook says nothing: {payload}");
        if payload["hook_event_name"] == "SessionEnd" || payload["hook_event_name"] == "SessionStart" {
            self.quiet();
        }
    }

    /// Plays hooks in order.
    pub(crate) fn play(&self, hooks: &[(String, Value)]) {
        for (at, payload) in hooks {
            self.hook(at, payload);
        }
    }

    /// Waits until no worker that a hook started runs any more.
    #[expect(
        clippy::disallowed_methods,
        reason = "there is nobody to tell when a detached process ends"
    )]
    pub(crate) fn quiet(&self) {
        let mine = format!("CALLUS_HOME={}", self.env.data().display());
        let runs = || {
            fs::read_dir("/proc").into_iter().flatten().flatten().any(|process| {
                let environment = fs::read(process.path().join("environ")).unwrap_or_default();
                environment
                    .split(|byte| *byte == 0)
                    .any(|variable| variable == mine.as_bytes())
            })
        };
        while runs() {
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Runs the worker to its end at a time.
    pub(crate) fn work(&self, at: &str) {
        self.quiet();
        assert_eq!(self.run_at(at, &[], &["worker"], "").success(), "");
    }

    /// Puts a transcript where the client keeps those of its project, and returns its path.
    pub(crate) fn put(&self, name: &str, text: &str) -> PathBuf {
        let path = self.projects().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("makes the folder");
        fs::write(&path, text).expect("writes the transcript");
        path
    }

    /// Returns the folder of the client's transcripts of one project.
    pub(crate) fn projects(&self) -> PathBuf {
        self.env.home().join(".claude/projects/-home-dev-project")
    }

    /// Puts a recorded transcript, with those of its subagents, under the name of its session.
    pub(crate) fn put_recorded(&self, name: &str) -> PathBuf {
        let session = transcript(name)[0]["sessionId"].as_str().expect("a session").to_owned();
        let text = fs::read_to_string(recorded("transcripts").join(name)).expect("reads");
        let subagents = recorded("transcripts").join(&session).join("subagents");
        for entry in fs::read_dir(&subagents).into_iter().flatten().flatten() {
            let text = fs::read_to_string(entry.path()).expect("reads");
            let file = entry.file_name().into_string().expect("a name");
            self.put(&format!("{session}/subagents/{file}"), &text);
        }
        self.put(&format!("{session}.jsonl"), &text)
    }

    /// Imports everything that lies where the client puts its transcripts.
    pub(crate) fn import(&self) -> String {
        self.run(&["import"])
    }

    /// Opens the database beside the program.
    pub(crate) fn database(&self) -> Connection {
        Connection::open_with_flags(self.env.database(), OpenFlags::SQLITE_OPEN_READ_ONLY).expect("opens")
    }

    /// Opens the database to write, as another program would.
    pub(crate) fn other_program(&self) -> Connection {
        Connection::open(self.env.database()).expect("opens")
    }

    /// Returns the rows of a query, each as its cells joined by `|`.
    #[track_caller]
    pub(crate) fn rows(&self, sql: &str) -> Vec<String> {
        rows(&self.database(), sql)
    }

    /// Returns the number that a query gives.
    #[track_caller]
    pub(crate) fn number(&self, sql: &str) -> i64 {
        let rows = self.rows(sql);
        rows[0].parse().unwrap_or_else(|_| panic!("no number: {rows:?}"))
    }

    /// Asserts that no hook met a fault.
    #[track_caller]
    pub(crate) fn assert_no_fault(&self) {
        let faults = fs::read_to_string(self.env.data().join("workspaces/default/faults.log")).unwrap_or_default();
        assert_eq!(faults, "");
    }

    /// Returns the files of the store in which `needle` stands, deflated bodies aside.
    pub(crate) fn files_with(&self, needle: &str) -> Vec<PathBuf> {
        files_below(&self.env.data())
            .into_iter()
            .filter(|path| {
                let bytes = fs::read(path).unwrap_or_default();
                bytes.windows(needle.len()).any(|window| window == needle.as_bytes())
            })
            .collect()
    }

    /// Asserts that `needle` stands in no file of the store, nor in a compressed body.
    #[track_caller]
    pub(crate) fn assert_nowhere(&self, needle: &str) {
        assert_eq!(
            self.files_with(needle),
            Vec::<PathBuf>::new(),
            "{needle} still stands there"
        );
        let database = self.database();
        let mut bodies = database.prepare("select event, part from body").expect("prepares");
        let found = bodies
            .query_map([], |row| Ok((EventId(row.get(0)?), row.get::<_, String>(1)?)))
            .expect("runs");
        for row in found {
            let (event, part) = row.expect("reads");
            let part = if part == "input" { Part::Input } else { Part::Output };
            let text = body::read(&database, event, part).expect("reads").expect("is there");
            assert!(!text.joined().contains(needle), "{needle} still stands in {event:?}");
        }
    }

    /// Asserts that every counter that the store keeps is what its rows say, and that its rows agree.
    #[track_caller]
    pub(crate) fn assert_consistent(&self) {
        let database = self.database();
        for (what, kept, counted) in KEPT {
            assert_same(&rows(&database, kept), &rows(&database, counted), what);
        }
        for (what, sql) in NONE {
            assert_eq!(rows(&database, sql), Vec::<String>::new(), "{what}");
        }
        let (exercise, shape) = recount_calls(&database);
        let kept = rows(
            &database,
            "select session, key, runs, failed from exercise where runs > 0 order by 1, 2",
        );
        assert_same(&kept, &exercise, "exercise");
        let kept = rows(
            &database,
            "select project, call, runs, failed, last_failed from shape order by 1, 2",
        );
        assert_same(&kept, &shape, "shape");
    }
}

/// Asserts that two lists of rows hold the same, and names only what differs.
#[track_caller]
pub(crate) fn assert_same(kept: &[String], counted: &[String], what: &str) {
    let only = |rows: &[String], others: &[String]| -> Vec<String> {
        rows.iter().filter(|row| !others.contains(row)).cloned().collect()
    };
    assert_eq!(
        only(kept, counted),
        only(counted, kept),
        "{what}: only kept, only counted"
    );
    assert_eq!(kept.len(), counted.len(), "{what}: rows");
}

/// What is kept, and the same counted from the rows.
const KEPT: &[(&str, &str, &str)] = &[
    (
        "counters of sessions",
        "select id, calls, prompts, failures, expected from session order by id",
        "select s.id, (select count(*) from event e where e.session = s.id and e.kind = 'call'),
                (select count(*) from event e where e.session = s.id and e.kind = 'prompt'),
                (select count(*) from failure f where f.session = s.id and f.expected is null),
                (select count(*) from failure f where f.session = s.id and f.expected is not null)
         from session s order by s.id",
    ),
    (
        "mode_session",
        "select mode, session, failures, last_at from mode_session order by 1, 2",
        "select p.mode, f.session, count(*), max(f.at) from failure f join pattern p on p.id = f.pattern
         where f.expected is null group by 1, 2 order by 1, 2",
    ),
    (
        "mode_project",
        "select mode, project, failures, sessions, first_at, last_at from mode_project order by 1, 2",
        "select p.mode, f.project, count(*), count(distinct f.session), min(f.at), max(f.at)
         from failure f join pattern p on p.id = f.pattern
         where f.expected is null and f.project is not null group by 1, 2 order by 1, 2",
    ),
    (
        "counters of modes",
        "select id, failures, expected, sessions, first_at, last_at from mode order by id",
        "select m.id,
                (select count(*) from failure f join pattern p on p.id = f.pattern where p.mode = m.id and f.expected is null),
                (select count(*) from failure f join pattern p on p.id = f.pattern where p.mode = m.id and f.expected is not null),
                (select count(distinct f.session) from failure f join pattern p on p.id = f.pattern where p.mode = m.id and f.expected is null),
                (select min(f.at) from failure f join pattern p on p.id = f.pattern where p.mode = m.id and f.expected is null),
                (select max(f.at) from failure f join pattern p on p.id = f.pattern where p.mode = m.id and f.expected is null)
         from mode m order by m.id",
    ),
    (
        "a failure happened where and to whom its event did",
        "select id, session, agent from failure order by id",
        "select f.id, e.session, e.agent from failure f join event e on e.id = f.event order by f.id",
    ),
    (
        "a failure's project is that of the folder it happened in",
        "select id, project from failure order by id",
        "select f.id, r.project from failure f join event e on e.id = f.event left join root r on r.id = e.root order by f.id",
    ),
];

/// What must not be there.
const NONE: &[(&str, &str)] = &[
    (
        "a mode's headline is one of its newest counted failures",
        "select m.id, m.headline from mode m where m.failures > 0 and not exists
             (select 1 from failure f join pattern p on p.id = f.pattern
              where p.mode = m.id and f.expected is null and f.at = m.last_at and f.headline = m.headline)",
    ),
    (
        "the name of a mode is its smallest pattern",
        "select m.id from mode m where m.fingerprint <> (select min(fingerprint) from pattern p where p.mode = m.id)",
    ),
    (
        "a mode without a pattern",
        "select id from mode where id not in (select mode from pattern)",
    ),
    (
        "a mode of which nothing failed",
        "select m.id from mode m where m.failures + m.expected = 0",
    ),
    (
        "a failed call that is no failure, or the reverse",
        "select e.id from event e left join failure f on f.event = e.id
         where (f.id is not null and e.status <> 'failed')
            or (f.id is null and e.status = 'failed' and e.kind in ('call', 'model-error'))",
    ),
    (
        "two rows of one call",
        "select call_id from event where kind = 'call' and call_id is not null group by call_id having count(*) > 1",
    ),
    (
        "a mode that cannot be searched for, or a text without a mode",
        "select id from mode where failures > 0 and id not in (select rowid from search)
         union all select rowid from search where rowid not in (select id from mode)",
    ),
    (
        "a masked call with more sessions than runs",
        "select project, call from shape where sessions > runs or sessions < 1 or failed > runs",
    ),
    ("a row that refers to nothing", "select * from pragma_foreign_key_check"),
];

fn rows(database: &Connection, sql: &str) -> Vec<String> {
    let mut query = database.prepare(sql).expect("prepares");
    let columns = query.column_count();
    let rows = query.query_map([], |row| {
        let cells = (0..columns).map(|column| row.get::<_, Cell>(column).map(|cell| cell_text(&cell)));
        Ok(cells.collect::<Result<Vec<_>, _>>()?.join("|"))
    });
    rows.expect("runs").collect::<Result<_, _>>().expect("reads")
}

fn cell_text(cell: &Cell) -> String {
    match cell {
        Cell::Null => "-".to_owned(),
        Cell::Integer(number) => number.to_string(),
        Cell::Real(number) => number.to_string(),
        Cell::Text(text) => text.clone(),
        Cell::Blob(bytes) => format!("{bytes:02x?}"),
    }
}

/// Runs and failed runs of one masked call in one project, and how its newest run ended.
#[derive(Default)]
struct Runs {
    runs: i64,
    failed: i64,
    last_failed: bool,
}

/// Counts `exercise` and `shape` from the calls that ended.
fn recount_calls(database: &Connection) -> (Vec<String>, Vec<String>) {
    let mut exercise: BTreeMap<(i64, String), (i64, i64)> = BTreeMap::new();
    let mut shapes: BTreeMap<(i64, String), Runs> = BTreeMap::new();
    let mut calls = database
        .prepare(
            "select e.id, e.session, r.project, e.tool, e.tool_kind, e.command, e.file,
                    exists (select 1 from failure f where f.event = e.id and f.expected is null)
             from event e left join root r on r.id = e.root
             where e.kind = 'call' and e.status <> 'started' order by e.at, e.id",
        )
        .expect("prepares");
    let mut calls = calls.query([]).expect("runs");
    while let Some(row) = calls.next().expect("reads") {
        let get = |column: usize| row.get::<_, Option<String>>(column).expect("text").unwrap_or_default();
        let id = EventId(row.get(0).expect("id"));
        let call = Call {
            id: None,
            tool: get(3),
            kind: ToolKind::from_word(&get(4)),
            input: body::read(database, id, Part::Input)
                .expect("reads")
                .unwrap_or_default(),
            command: row.get(5).expect("text"),
            file: row.get(6).expect("text"),
        };
        let (session, failed): (i64, bool) = (row.get(1).expect("id"), row.get(7).expect("bool"));
        for key in shell::exercise_keys(&call) {
            let count = exercise.entry((session, key)).or_default();
            *count = (count.0 + 1, count.1 + i64::from(failed));
        }
        let (project, shape): (Option<i64>, String) = (row.get(2).expect("id"), shell::shape(&call));
        if let Some(project) = project.filter(|_| !shape.is_empty()) {
            let runs = shapes.entry((project, shape)).or_default();
            runs.runs += 1;
            runs.failed += i64::from(failed);
            runs.last_failed = failed;
        }
    }
    let exercise = exercise
        .into_iter()
        .map(|((session, key), (runs, failed))| format!("{session}|{key}|{runs}|{failed}"));
    let shapes = shapes.into_iter().map(|((project, call), runs)| {
        let last = i64::from(runs.last_failed);
        format!("{project}|{call}|{}|{}|{last}", runs.runs, runs.failed)
    });
    (exercise.collect(), shapes.collect())
}

/// Returns every file below a folder.
pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push(path);
        }
    }
    files
}

/// Returns a moment some seconds after noon of the day before the tests run.
pub(crate) fn second(n: u32) -> String {
    assert!(n < 3600 * 12);
    format!("2026-11-19T{:02}:{:02}:{:02}.000Z", 12 + n / 3600, n / 60 % 60, n % 60)
}

/// The hooks that the client would have run for a transcript of its own, with their times.
///
/// Follows what was measured: a failing call fires a failure hook of its own unless it was refused before it ran; a
/// batch follows the calls of each message; a rejection by the user fires nothing; an error of the model stands
/// for the end of the turn.
pub(crate) fn hooks_of(lines: &[Value]) -> Vec<(String, Value)> {
    let mut played = Played::default();
    for line in lines {
        played.line(line);
    }
    played.hooks
}

#[derive(Default)]
struct Played {
    hooks: Vec<(String, Value)>,
    calls: BTreeMap<String, Value>,
    words: Option<String>,
}

impl Played {
    fn fire(&mut self, line: &Value, event: &str, fields: Value) {
        let mut payload = json!({
            "session_id": line["sessionId"], "transcript_path": "/home/dev/none.jsonl", "cwd": line["cwd"],
            "hook_event_name": event,
        });
        if let Some(agent) = line["agentId"].as_str() {
            payload["agent_id"] = json!(agent);
            payload["agent_type"] = json!("general-purpose");
        }
        let Value::Object(fields) = fields else {
            unreachable!("fields are an object")
        };
        payload.as_object_mut().expect("an object").extend(fields);
        let at = line["timestamp"].as_str().expect("a time").to_owned();
        self.hooks.push((at, payload));
    }

    fn line(&mut self, line: &Value) {
        if line["timestamp"].is_null() || line["cwd"].is_null() {
            return;
        }
        let is_agent = line["agentId"].is_string();
        if self.hooks.is_empty() {
            let (event, fields) = if is_agent {
                ("SubagentStart", json!({}))
            } else {
                ("SessionStart", json!({"source": "startup"}))
            };
            self.fire(line, event, fields);
        }
        let content = &line["message"]["content"];
        let blocks = content.as_array().cloned().unwrap_or_default();
        match line["type"].as_str() {
            Some("user") => {
                if let Some(words) = content.as_str().filter(|_| !is_agent && line["isMeta"] != true) {
                    self.fire(line, "UserPromptSubmit", json!({"prompt": words}));
                }
                for block in &blocks {
                    self.result(line, block);
                }
            }
            Some("assistant") if line["isApiErrorMessage"] == true => {
                let said = &blocks[0]["text"];
                self.fire(
                    line,
                    "StopFailure",
                    json!({"error": line["error"], "last_assistant_message": said}),
                );
            }
            Some("assistant") => {
                for block in &blocks {
                    match block["type"].as_str() {
                        Some("tool_use") => {
                            self.calls.insert(block["id"].to_string(), block.clone());
                        }
                        Some("text") => self.words = block["text"].as_str().map(str::to_owned),
                        _ => {}
                    }
                }
            }
            Some("attachment") if line["attachment"]["type"] == "queued_command" => {
                let prompt = match &line["attachment"]["prompt"] {
                    Value::Array(blocks) => blocks[0]["text"].clone(),
                    text => text.clone(),
                };
                self.fire(line, "UserPromptSubmit", json!({"prompt": prompt}));
            }
            Some("system") if line["subtype"] == "stop_hook_summary" => {
                let words = self.words.take();
                self.fire(
                    line,
                    "Stop",
                    json!({"stop_hook_active": false, "last_assistant_message": words}),
                );
            }
            _ => {}
        }
    }

    fn result(&mut self, line: &Value, block: &Value) {
        if block["type"] != "tool_result" {
            return;
        }
        let Some(call) = self.calls.remove(&block["tool_use_id"].to_string()) else {
            return;
        };
        let said = block["content"].as_str().unwrap_or_default().to_owned();
        if said.starts_with("The user doesn't want to proceed") {
            return;
        }
        let refused = said.starts_with("<tool_use_error>") || said.starts_with("Permission to use");
        if block["is_error"] == true && !refused {
            let fields = json!({
                "tool_name": call["name"], "tool_input": call["input"], "tool_use_id": call["id"],
                "error": said, "is_interrupt": false, "duration_ms": 7,
            });
            self.fire(line, "PostToolUseFailure", fields);
        }
        let fields = json!({"tool_calls": [{
            "tool_name": call["name"], "tool_input": call["input"], "tool_use_id": call["id"],
            "tool_response": block["content"],
        }]});
        self.fire(line, "PostToolBatch", fields);
    }
}

/// The end of a session as the client's hook tells it.
pub(crate) fn session_end(session: &str) -> Value {
    json!({"session_id": session, "cwd": "/home/dev/project", "hook_event_name": "SessionEnd", "reason": "other"})
}

/// Makes a small session, step by step, each five seconds after the one before: as hooks and as a transcript.
pub(crate) struct Story {
    session: String,
    cwd: String,
    clock: u32,
    calls: u32,
    lines: Vec<Value>,
}

impl Story {
    pub(crate) fn new(session: &str) -> Self {
        Self::at(session, 0)
    }

    /// Begins some seconds after noon.
    pub(crate) fn at(session: &str, clock: u32) -> Self {
        Self {
            session: session.to_owned(),
            cwd: "/home/dev/project".to_owned(),
            clock,
            calls: 0,
            lines: Vec::new(),
        }
    }

    /// Goes on in another folder.
    pub(crate) fn cd(&mut self, cwd: &str) -> &mut Self {
        cwd.clone_into(&mut self.cwd);
        self
    }

    fn push(&mut self, kind: &str, fields: Value) {
        self.clock += 5;
        let mut line = json!({
            "type": kind, "sessionId": self.session, "uuid": format!("{}-{}", self.session, self.lines.len()),
            "timestamp": second(self.clock), "cwd": self.cwd, "version": "2.1.328", "gitBranch": "main",
        });
        let Value::Object(fields) = fields else {
            unreachable!("fields are an object")
        };
        line.as_object_mut().expect("an object").extend(fields);
        self.lines.push(line);
    }

    pub(crate) fn prompt(&mut self, words: &str) -> &mut Self {
        self.push("user", json!({"message": {"role": "user", "content": words}}));
        self
    }

    /// A call with its result; `failed` is what the client says.
    pub(crate) fn call(&mut self, tool: &str, input: &Value, failed: bool, output: &str) -> &mut Self {
        self.begin(tool, input);
        self.end(failed, output)
    }

    /// A call without a result so far.
    pub(crate) fn begin(&mut self, tool: &str, input: &Value) -> &mut Self {
        self.calls += 1;
        let block = json!({"type": "tool_use", "id": self.call_id(), "name": tool, "input": input});
        let message = format!("msg_{}_{}", self.session, self.lines.len());
        self.push("assistant", json!({"message": {"id": message, "role": "assistant", "model": "claude-sonnet-5-5", "content": [block], "stop_reason": "tool_use", "usage": usage()}}));
        self
    }

    /// The result of the last call.
    pub(crate) fn end(&mut self, failed: bool, output: &str) -> &mut Self {
        let block =
            json!({"type": "tool_result", "tool_use_id": self.call_id(), "content": output, "is_error": failed});
        self.push("user", json!({"message": {"role": "user", "content": [block]}}));
        self
    }

    /// Returns the id of the last call.
    pub(crate) fn call_id(&self) -> String {
        format!("toolu_{}_{}", self.session, self.calls)
    }

    pub(crate) fn bash(&mut self, command: &str, failed: bool, output: &str) -> &mut Self {
        self.call("Bash", &json!({"command": command}), failed, output)
    }

    pub(crate) fn edit(&mut self, file: &str) -> &mut Self {
        let input = json!({"file_path": format!("{}/{file}", self.cwd), "old_string": "a", "new_string": "b"});
        self.call("Edit", &input, false, "The file has been updated successfully.")
    }

    pub(crate) fn turn(&mut self, words: &str) -> &mut Self {
        let message = format!("msg_{}_{}", self.session, self.lines.len());
        let content = json!([{"type": "text", "text": words}]);
        self.push("assistant", json!({"message": {"id": message, "role": "assistant", "model": "claude-sonnet-5-5", "content": content, "stop_reason": "end_turn", "usage": usage()}}));
        self.push("system", json!({"subtype": "stop_hook_summary"}));
        self
    }

    /// The model's error that ends a turn.
    pub(crate) fn model_error(&mut self, words: &str) -> &mut Self {
        self.push(
            "assistant",
            json!({
                "isApiErrorMessage": true, "error": "server_error", "apiErrorStatus": 529,
                "message": {"model": "<synthetic>", "content": [{"type": "text", "text": words}]},
            }),
        );
        self
    }

    /// The user says no to the last call, in words or without.
    pub(crate) fn reject(&mut self, words: Option<&str>) -> &mut Self {
        let no = "The user doesn't want to proceed with this tool use. The tool use was rejected (eg. if it was a file edit, the new_string was NOT written to the file).";
        let said = words.map_or_else(
            || format!("{no} STOP what you are doing and wait for the user to tell you how to proceed."),
            |words| format!("{no} To tell you how to proceed, the user said:\n{words}"),
        );
        self.end(true, &said)
    }

    pub(crate) fn interrupt(&mut self) -> &mut Self {
        let content = json!([{"type": "text", "text": "[Request interrupted by user]"}]);
        self.push("user", json!({"message": {"role": "user", "content": content}}));
        self
    }

    /// Returns the lines so far.
    pub(crate) fn lines(&self) -> &[Value] {
        &self.lines
    }

    /// Returns the transcript so far.
    pub(crate) fn text(&self) -> String {
        text_of(&self.lines)
    }

    /// Returns the hooks of the session so far.
    pub(crate) fn hooks(&self) -> Vec<(String, Value)> {
        hooks_of(&self.lines)
    }

    /// Returns the session's end with the time of it.
    pub(crate) fn ending(&self) -> (String, Value) {
        (second(self.clock + 5), session_end(&self.session))
    }

    /// Returns when the tests look at it.
    pub(crate) const fn now() -> &'static str {
        NOW
    }
}

fn usage() -> Value {
    json!({"input_tokens": 10, "output_tokens": 20, "cache_read_input_tokens": 30, "cache_creation_input_tokens": 40})
}
