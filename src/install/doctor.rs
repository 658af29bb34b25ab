//! Does the wiring work, and does anything arrive? Each answer with what to do about it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use crate::assistants::server::{Found, Reached, TOKEN};

/// Without an event for this many days a wired assistant is either not used or not heard.
const QUIET_DAYS: u64 = 7;

/// How an answer is to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// As it should be.
    Ok,
    /// Worth knowing; recording goes on.
    Warn,
    /// Something is not recorded, or cannot be asked.
    Fail,
}

impl State {
    /// Returns the word for this state.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What was looked at.
    pub name: &'static str,
    /// How it is to be taken.
    pub state: State,
    /// What was found, as one sentence.
    pub sentence: String,
    /// What to do about it.
    pub remedy: Option<String>,
}

/// What the store knows; whoever asks brings it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// The age of the newest event of a real session.
    pub last_event: Option<Duration>,
    /// Faults that hooks wrote down, newest first: they exit 0 whatever happens, and say here what happened.
    pub faults: Vec<String>,
    /// Journals with records that wait to be read.
    pub spooled: u64,
    /// What is wrong with the database, as a sentence; nothing when it is sound.
    pub database: Option<String>,
}

/// How the wiring of a client is tried.
pub struct Probe<'a> {
    /// The program that asks, which is what hooks and servers should run.
    pub binary: &'a Path,
    /// Makes the id of a canary's session unique.
    pub nonce: &'a str,
    /// Says whether the journal holds a session of an assistant.
    pub arrived: &'a dyn Fn(&str, &str) -> bool,
}

/// Returns whether anything arrives, and how the store is.
#[must_use]
pub fn arrivals(facts: &Facts) -> Vec<Check> {
    let day = 24 * 60 * 60;
    let events = match facts.last_event {
        None => Check {
            name: "events",
            state: State::Warn,
            sentence: "no session has been recorded yet".to_owned(),
            remedy: Some("start a session, or read the older ones with `callus import`".to_owned()),
        },
        Some(age) if age.as_secs() > QUIET_DAYS * day => Check {
            name: "events",
            state: State::Warn,
            sentence: format!("the last event is {} days old", age.as_secs() / day),
            remedy: Some("start a session; when nothing arrives, restart the assistant".to_owned()),
        },
        Some(age) => ok("events", format!("the last event is {} old", duration(age))),
    };
    let faults = match facts.faults.as_slice() {
        [] => ok("faults", "no hook met a fault".to_owned()),
        [newest, older @ ..] => Check {
            name: "faults",
            state: State::Warn,
            sentence: format!("{newest} ({} older)", older.len()),
            remedy: Some("what failed was kept as far as possible; the newest faults are in faults.log".to_owned()),
        },
    };
    let spooled = ok("journal", format!("{} wait to be read", facts.spooled));
    let mut checks = vec![events, spooled, faults];
    if let Some(trouble) = &facts.database {
        checks.push(fail(
            "database",
            trouble.clone(),
            "hooks go on recording into the journal meanwhile",
        ));
    }
    checks
}

/// Returns whether what an entry names is a program, and this one; `who` runs it.
pub(super) fn program_check(name: &'static str, who: &str, program: &str, binary: &Path, install: &str) -> Check {
    match fs::metadata(program) {
        // An entry written by hand may name the program by its bare name, to be looked for.
        Err(_) if !program.contains('/') => ok(name, format!("{who} run `{program}` from the search path")),
        Err(_) => fail(name, format!("{who} run {program}, which does not exist"), install),
        Ok(metadata) if !metadata.is_file() || metadata.permissions().mode() & 0o111 == 0 => {
            fail(name, format!("{who} run {program}, which is no program"), install)
        }
        Ok(_) if same_file(Path::new(program), binary) => ok(name, format!("{who} run {program}")),
        Ok(_) => Check {
            name,
            state: State::Warn,
            sentence: format!("{who} run {program}, and this is {}", binary.display()),
            remedy: Some(format!("{install} to point them here")),
        },
    }
}

/// Returns how a client reaches our server, by the entry in its `file`.
pub(super) fn server_check(name: &'static str, found: &Found, file: &Path, install: &str) -> Check {
    match found {
        Found::Absent => fail(
            name,
            format!("{} holds no MCP server of Callus", file.display()),
            install,
        ),
        Found::Foreign => fail(
            name,
            format!("\"callus\" in {} is another program", file.display()),
            &format!("rename that server, then {install}"),
        ),
        Found::Ours(Reached::Program(program)) if program.contains('/') && !Path::new(program).is_file() => fail(
            name,
            format!("the MCP server runs {program}, which does not exist"),
            install,
        ),
        Found::Ours(Reached::Program(program)) => ok(name, format!("the MCP server runs {program}")),
        Found::Ours(Reached::Address(address)) => {
            ok(name, format!("agents ask {address}, with the token that {TOKEN} holds"))
        }
    }
}

fn duration(age: Duration) -> String {
    match age.as_secs() {
        seconds @ 0..60 => format!("{seconds} s"),
        seconds @ 60..3_600 => format!("{} min", seconds / 60),
        seconds @ 3_600..172_800 => format!("{} h", seconds / 3_600),
        seconds => format!("{} days", seconds / 86_400),
    }
}

fn same_file(one: &Path, other: &Path) -> bool {
    one == other || fs::canonicalize(one).is_ok_and(|one| fs::canonicalize(other).is_ok_and(|other| one == other))
}

pub(super) fn ok(name: &'static str, sentence: String) -> Check {
    Check {
        name,
        state: State::Ok,
        sentence,
        remedy: None,
    }
}

pub(super) fn fail(name: &'static str, sentence: String, remedy: &str) -> Check {
    Check {
        name,
        state: State::Fail,
        sentence,
        remedy: Some(remedy.to_owned()),
    }
}
