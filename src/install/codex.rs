//! What wiring Codex CLI changes: its MCP server. Its sessions are read from their transcripts.

use std::path::PathBuf;

use super::Client;
use super::doctor::{Check, Probe, State, fail, server_check};
use super::edit::toml::{Document, TomlError};
use super::plan::{Open, Plan, PlanError, Site, Wanted, taken};
use crate::assistants::codex::SPEC;
use crate::assistants::codex::wiring::{self, PLACE};
use crate::assistants::server::{Found, NAME, Reached, Server};

/// Codex CLI, as it is wired.
pub(super) const CLIENT: Client = Client {
    name: SPEC.name,
    aliases: SPEC.aliases,
    display: SPEC.display,
    program: Some("codex"),
    folder_variable: Some(SPEC.folder_variable),
    wired: "Codex CLI asks Callus from its next start on; `callus import` reads its sessions.",
    found: |site| site.program.is_some() || folder(site).is_dir(),
    install,
    remove,
    examine,
};

fn folder(site: &Site) -> PathBuf {
    wiring::folder(&site.home, site.folder.as_deref())
}

/// Plans to enter our server. Empty when it is there already.
fn install(site: &Site, wanted: &Wanted<'_>) -> Result<Plan, PlanError> {
    let (_, mut server) = (wanted.program()?, wanted.server()?);
    let open = Open::read(site, CLIENT.name, wiring::settings(&folder(site)))?;
    let path = open.path.clone();
    let failed = |error: TomlError| PlanError::settings(&path, error);
    let mut document = Document::parse(open.bytes()).map_err(failed)?;
    let mut manifest = open.manifest();
    let entry = document.value(PLACE);
    let found = wiring::server_in(&entry);
    let mut notes: Vec<String> = wiring::obstacles(&entry);
    if found == Found::Foreign {
        notes = vec![taken(&path)];
        return open.write(Vec::new(), Vec::new(), manifest, notes);
    }
    if let (Found::Ours(Reached::Address(address)), Server::Program { .. }) = (&found, &server) {
        server = Server::Address(address.clone());
    }
    let before = document.bytes();
    let fields = wiring::fields(&server, &entry);
    if found == Found::Absent {
        let fields: Vec<_> = fields
            .into_iter()
            .filter_map(|(key, value)| Some((key, value?)))
            .collect();
        manifest.settings.around = Some(document.add(PLACE, &fields).map_err(failed)?);
    } else {
        for (key, value) in &fields {
            document.set(PLACE, key, value.as_ref()).map_err(failed)?;
        }
    }
    let bytes = document.bytes();
    let sign = if found == Found::Absent { '+' } else { '~' };
    let changes = if bytes == before {
        Vec::new()
    } else {
        vec![format!("{sign} MCP server {NAME}: {}", server.way())]
    };
    open.write(changes, bytes, manifest, notes)
}

/// Plans to take our server out.
fn remove(site: &Site) -> Result<Plan, PlanError> {
    let open = Open::read(site, CLIENT.name, wiring::settings(&folder(site)))?;
    let path = open.path.clone();
    let failed = |error: TomlError| PlanError::settings(&path, error);
    let mut document = Document::parse(open.bytes()).map_err(failed)?;
    let mut changes = Vec::new();
    if let Found::Ours(_) = wiring::server_in(&document.value(PLACE)) {
        let around = open
            .recorded
            .as_ref()
            .and_then(|manifest| manifest.settings.around.clone());
        document.remove(PLACE, &around.unwrap_or_default()).map_err(failed)?;
        changes.push(format!("- MCP server {NAME}"));
    }
    open.clear(changes, document.bytes())
}

fn examine(site: &Site, _: &Probe<'_>) -> Vec<Check> {
    const INSTALL: &str = "run `callus install codex`";
    let path = wiring::settings(&folder(site));
    let read = super::edit::file::read(&path).map_err(|error| error.to_string());
    let parsed = read.and_then(|bytes| {
        let parsed = Document::parse(&bytes.unwrap_or_default());
        parsed.map_err(|error| format!("{}: {error}", path.display()))
    });
    let entry = match parsed {
        Ok(document) => document.value(PLACE),
        Err(sentence) => {
            return vec![fail(
                CLIENT.name,
                sentence,
                &format!("correct the file, then {INSTALL}"),
            )];
        }
    };
    let mut checks = vec![server_check(CLIENT.name, &wiring::server_in(&entry), &path, INSTALL)];
    if let [check] = checks.as_mut_slice()
        && check.state == State::Fail
    {
        // Nobody has to let this client ask: it is recorded all the same.
        check.state = State::Warn;
    }
    let remedy = "take it out unless it is meant; Callus does not";
    checks.extend(wiring::obstacles(&entry).into_iter().map(|sentence| Check {
        name: CLIENT.name,
        state: State::Warn,
        sentence,
        remedy: Some(remedy.to_owned()),
    }));
    checks
}
