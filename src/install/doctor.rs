//! Is Callus wired, does the wiring work, and does anything arrive? Each answer with what to do about it.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use super::edit::file;
use super::edit::json::Document;
use super::plan::{Site, command_line, obstacles, ours_by_event, remarks, state};
use crate::assistants::claude_code::wiring::{self, Server};
use crate::domain::canary;
use crate::process::{self, Job};

/// How long the canary may take: as long as the client waits for most hooks.
const CANARY: Duration = Duration::from_secs(5);

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

/// Looks at everything, and feeds a canary to the configured command.
///
/// `nonce` makes the canary's session id unique; `arrived` says whether the journal holds that session.
#[must_use]
pub fn examine(site: &Site, binary: &Path, nonce: &str, facts: &Facts, arrived: &dyn Fn(&str) -> bool) -> Vec<Check> {
    let settings = read(&site.places.settings);
    let mut checks = Vec::new();
    match &settings {
        Ok(document) => {
            let hooks = ours_by_event(document);
            checks.push(hooks_check(site, &hooks));
            if let Some((_, program)) = hooks.first() {
                checks.push(program_check(program, binary));
                checks.push(canary_check(site, program, nonce, arrived));
            }
            checks.push(permissions_check(&document.value()));
            let remedy = "take it out unless it is meant; Callus does not";
            checks.extend(
                obstacles(site, document)
                    .into_iter()
                    .map(|sentence| fail("settings", sentence, remedy)),
            );
            checks.extend(
                remarks(site, document)
                    .into_iter()
                    .map(|sentence| ok("settings", sentence)),
            );
        }
        Err(sentence) => checks.push(fail(
            "settings",
            sentence.clone(),
            "correct the file, then run `callus install claude-code`",
        )),
    }
    checks.push(server_check(site, binary));
    checks.extend(arrival_checks(facts));
    checks
}

fn hooks_check(site: &Site, hooks: &[(String, String)]) -> Check {
    let path = site.places.settings.display();
    let missing: Vec<&str> = wiring::hooks(site.warns)
        .map(|(event, _)| event)
        .filter(|event| !hooks.iter().any(|(present, _)| present == event))
        .collect();
    let install = "run `callus install claude-code`";
    if hooks.is_empty() {
        fail("hooks", format!("{path} holds no hook of Callus"), install)
    } else if !site.warns && hooks.iter().any(|(event, _)| event == wiring::BEFORE) {
        Check {
            name: "hooks",
            state: State::Warn,
            sentence: format!(
                "the hook {} runs before every call, and warnings are off",
                wiring::BEFORE
            ),
            remedy: Some(format!("{install}: it takes it away")),
        }
    } else if missing.is_empty() {
        ok("hooks", format!("{} hooks in {path}", hooks.len()))
    } else {
        fail(
            "hooks",
            format!("{path} lacks the hooks {}", missing.join(", ")),
            install,
        )
    }
}

fn program_check(program: &str, binary: &Path) -> Check {
    let install = "run `callus install claude-code`";
    match fs::metadata(program) {
        // A hook written by hand may name the program by its bare name, for the shell to find.
        Err(_) if !program.contains('/') => ok("program", format!("the hooks run `{program}` from the search path")),
        Err(_) => fail(
            "program",
            format!("the hooks run {program}, which does not exist"),
            install,
        ),
        Ok(metadata) if !metadata.is_file() || metadata.permissions().mode() & 0o111 == 0 => fail(
            "program",
            format!("the hooks run {program}, which is no program"),
            install,
        ),
        Ok(_) if same_file(Path::new(program), binary) => ok("program", format!("the hooks run {program}")),
        Ok(_) => Check {
            name: "program",
            state: State::Warn,
            sentence: format!("the hooks run {program}, and this is {}", binary.display()),
            remedy: Some(format!("{install} to point them here")),
        },
    }
}

fn canary_check(site: &Site, program: &str, nonce: &str, arrived: &dyn Fn(&str) -> bool) -> Check {
    let session = format!("{}{nonce}", canary::PREFIX);
    let input = wiring::canary(&session, &site.home);
    let args = wiring::HOOK_ARGS;
    let command = command_line(program, &args.map(String::from));
    let remedy = "read the faults below; to see more, run that command and give it {} as input";
    let job = Job {
        program: Path::new(program),
        args: &args.map(OsStr::new),
        cwd: &site.home,
        env: &[],
        input: &input,
    };
    let output = match process::run(&job, CANARY) {
        Ok(output) => output,
        Err(error) => return fail("canary", format!("`{command}`: {error}"), remedy),
    };
    let valid = output.stdout.trim_ascii().is_empty() || serde_json::from_slice::<Value>(&output.stdout).is_ok();
    if !output.succeeded() {
        let code = output
            .code
            .map_or_else(|| "a signal".to_owned(), |code| format!("exit code {code}"));
        fail(
            "canary",
            format!(
                "`{command}` ended with {code}: {}",
                String::from_utf8_lossy(&output.stderr).trim()
            ),
            remedy,
        )
    } else if !valid {
        fail(
            "canary",
            format!("`{command}` printed something that the client cannot read"),
            remedy,
        )
    } else if !arrived(&session) {
        fail(
            "canary",
            format!("`{command}` ran, and its record did not arrive in the journal"),
            remedy,
        )
    } else {
        ok("canary", format!("`{command}` ran, and its record arrived"))
    }
}

fn permissions_check(settings: &Value) -> Check {
    let allowed: Vec<&str> = settings
        .pointer("/permissions/allow")
        .and_then(Value::as_array)
        .map(|list| list.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let whole_server = ["mcp__callus", "mcp__callus__*"]
        .iter()
        .any(|entry| allowed.contains(entry));
    let missing: Vec<&str> = wiring::PERMISSIONS
        .iter()
        .copied()
        .filter(|tool| !allowed.contains(tool))
        .collect();
    if whole_server || missing.is_empty() {
        ok(
            "permissions",
            "agents may ask Callus without a question to the user".to_owned(),
        )
    } else {
        Check {
            name: "permissions",
            state: State::Warn,
            sentence: format!("agents have to ask before {}", missing.join(", ")),
            remedy: Some("run `callus install claude-code`".to_owned()),
        }
    }
}

fn server_check(site: &Site, binary: &Path) -> Check {
    let path = site.places.state.display();
    let add = command_line(wiring::PROGRAM, &wiring::add_server(&binary.to_string_lossy()));
    match wiring::server_in(&state(site).unwrap_or(Value::Null)) {
        Server::Absent => fail(
            "mcp",
            format!("{path} holds no MCP server of Callus"),
            &format!("run `{add}`"),
        ),
        Server::Foreign => fail(
            "mcp",
            format!("\"{}\" in {path} is another program", wiring::SERVER),
            "rename that server, then run `callus install claude-code`",
        ),
        Server::Ours { program, .. } if !Path::new(&program).is_file() => fail(
            "mcp",
            format!("the MCP server runs {program}, which does not exist"),
            "run `callus install claude-code`",
        ),
        Server::Ours { program, .. } => ok("mcp", format!("the MCP server runs {program}")),
    }
}

fn arrival_checks(facts: &Facts) -> Vec<Check> {
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

fn duration(age: Duration) -> String {
    match age.as_secs() {
        seconds @ 0..60 => format!("{seconds} s"),
        seconds @ 60..3_600 => format!("{} min", seconds / 60),
        seconds @ 3_600..172_800 => format!("{} h", seconds / 3_600),
        seconds => format!("{} days", seconds / 86_400),
    }
}

fn read(settings: &Path) -> Result<Document, String> {
    let bytes = file::read(settings)
        .map_err(|error| error.to_string())?
        .unwrap_or_default();
    Document::parse(&bytes).map_err(|error| format!("{}: {error}", settings.display()))
}

fn same_file(one: &Path, other: &Path) -> bool {
    one == other || fs::canonicalize(one).is_ok_and(|one| fs::canonicalize(other).is_ok_and(|other| one == other))
}

fn ok(name: &'static str, sentence: String) -> Check {
    Check {
        name,
        state: State::Ok,
        sentence,
        remedy: None,
    }
}

fn fail(name: &'static str, sentence: String, remedy: &str) -> Check {
    Check {
        name,
        state: State::Fail,
        sentence,
        remedy: Some(remedy.to_owned()),
    }
}
