//! Is Claude Code wired, and does a hook that it would run arrive?

use std::ffi::OsStr;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use super::{entry, missing_permissions, obstacles, ours_by_event, places, remarks};
use crate::assistants::claude_code::wiring::{self, Places};
use crate::domain::canary;
use crate::install::doctor::{Check, Probe, State, fail, ok, program_check, server_check};
use crate::install::edit::file;
use crate::install::edit::json::Document;
use crate::install::plan::{Site, command_line};
use crate::process::{self, Job};

/// How long the canary may take: as long as the client waits for most hooks.
const CANARY: Duration = Duration::from_secs(5);

/// What mends most of it.
const INSTALL: &str = "run `callus install claude-code`";

/// Looks at everything, and feeds a canary to the configured command.
pub(super) fn examine(site: &Site, probe: &Probe<'_>) -> Vec<Check> {
    let places = places(site);
    let mut checks = Vec::new();
    match &read(&places.settings) {
        Ok(document) => {
            let hooks = ours_by_event(document);
            checks.push(hooks_check(site, &places, &hooks));
            if let Some((_, program)) = hooks.first() {
                checks.push(program_check("program", "the hooks", program, probe.binary, INSTALL));
                checks.push(canary_check(site, program, probe));
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
    let found = wiring::server_in(&entry(&places).unwrap_or_default());
    checks.push(server_check("mcp", &found, &places.state, INSTALL));
    checks
}

fn hooks_check(site: &Site, places: &Places, hooks: &[(String, String)]) -> Check {
    let path = places.settings.display();
    let missing: Vec<&str> = wiring::hooks(site.warns)
        .map(|(event, _)| event)
        .filter(|event| !hooks.iter().any(|(present, _)| present == event))
        .collect();
    if hooks.is_empty() {
        fail("hooks", format!("{path} holds no hook of Callus"), INSTALL)
    } else if !site.warns && hooks.iter().any(|(event, _)| event == wiring::BEFORE) {
        Check {
            name: "hooks",
            state: State::Warn,
            sentence: format!(
                "the hook {} runs before every call, and warnings are off",
                wiring::BEFORE
            ),
            remedy: Some(format!("{INSTALL}: it takes it away")),
        }
    } else if missing.is_empty() {
        ok("hooks", format!("{} hooks in {path}", hooks.len()))
    } else {
        fail(
            "hooks",
            format!("{path} lacks the hooks {}", missing.join(", ")),
            INSTALL,
        )
    }
}

fn canary_check(site: &Site, program: &str, probe: &Probe<'_>) -> Check {
    let session = format!("{}{}", canary::PREFIX, probe.nonce);
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
    } else if !(probe.arrived)(wiring::NAME, &session) {
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
    let missing = missing_permissions(settings);
    if missing.is_empty() {
        return ok(
            "permissions",
            "agents may ask Callus without a question to the user".to_owned(),
        );
    }
    Check {
        name: "permissions",
        state: State::Warn,
        sentence: format!("agents have to ask before {}", missing.join(", ")),
        remedy: Some(INSTALL.to_owned()),
    }
}

fn read(settings: &Path) -> Result<Document, String> {
    let bytes = file::read(settings)
        .map_err(|error| error.to_string())?
        .unwrap_or_default();
    Document::parse(&bytes).map_err(|error| format!("{}: {error}", settings.display()))
}
