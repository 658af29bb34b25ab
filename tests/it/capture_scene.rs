//! A machine on which sessions are played: hooks at the times they would have, and transcripts where the client puts
//! them.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use callus::domain::id::{EventId, Fingerprint, PatternId, ProjectId, RemedyId, SessionId};
use callus::domain::lesson::{Remedy, RemedyKind, Source};
use callus::domain::time::Timestamp;
use callus::redact::Clean;
use callus::store::body::{self, Part};
use callus::store::remedy::{self, Owner, Use};
use callus::store::{Access, Store, StoreError};
use rusqlite::{Connection, OpenFlags};
use serde_json::Value;

use super::capture_recount::{assert_consistent, rows};
use super::env::{Said, TestEnv};

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
    lines
        .iter()
        .flat_map(|line| [line.to_string(), "\n".to_owned()])
        .collect()
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

    /// Keeps a remedy of the first failure that counts, which worked in so many of the sessions that failed, the oldest
    /// first; and returns its number. The call that worked is not played: the failing one stands for it.
    pub(crate) fn teach(&self, was: &str, becomes: &str, worked: usize) -> RemedyId {
        let mut store = Store::open(&self.env.database(), Access::Write).expect("opens");
        let kept = store.write(|tx| {
            let mut failures = tx.prepare(
                "select pattern, instance, project, session, event, at from failure where expected is null order by at",
            )?;
            let failures: Vec<_> = failures
                .query_map([], |row| {
                    let instance: Option<String> = row.get(1)?;
                    let owner = Owner {
                        pattern: PatternId(row.get(0)?),
                        instance: instance.as_deref().and_then(Fingerprint::parse),
                        project: row.get::<_, Option<i64>>(2)?.map(ProjectId),
                    };
                    Ok((
                        owner,
                        SessionId(row.get(3)?),
                        EventId(row.get(4)?),
                        Timestamp(row.get(5)?),
                    ))
                })?
                .collect::<Result<_, _>>()?;
            let (owner, _, _, first) = failures[0];
            let remedy = Remedy {
                kind: RemedyKind::Changed,
                was: was.to_owned(),
                becomes: becomes.to_owned(),
                travels: owner.project.is_none(),
            };
            let kept = remedy::keep(tx, owner, &Clean::stored(remedy), Source::Seen, first)?;
            for (_, session, failing, at) in failures.into_iter().take(worked) {
                let one = Use {
                    worked: true,
                    at,
                    failing,
                    using: failing,
                };
                remedy::used(tx, kept, session, one)?;
            }
            Ok::<_, StoreError>(kept)
        });
        kept.expect("a remedy")
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
        assert_consistent(&self.database());
    }
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
