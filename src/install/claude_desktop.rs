//! What wiring Claude Desktop changes: its MCP server.

use serde_json::Value;

use super::Client;
use super::doctor::{Check, Probe, server_check};
use super::edit::file;
use super::edit::json::{Document, Emptied, JsonError};
use super::plan::{Open, Plan, PlanError, Site, Wanted, taken};
use crate::assistants::claude_desktop::{self as desktop, SERVERS};
use crate::assistants::server::{Found, NAME, SERVES};

/// Claude Desktop, as it is wired.
pub(super) const CLIENT: Client = Client {
    name: desktop::NAME,
    aliases: &["desktop"],
    display: desktop::DISPLAY,
    program: None,
    folder_variable: None,
    wired: "Claude Desktop asks Callus from its next start on.",
    found: |site| desktop::folder(&site.config).is_dir(),
    install,
    remove,
    examine,
};

/// Where our entry stands.
const PLACE: [&str; 2] = [SERVERS[0], NAME];

/// Plans to enter our server. Empty when it is there already.
fn install(site: &Site, wanted: &Wanted<'_>) -> Result<Plan, PlanError> {
    let program = wanted.program()?;
    let open = Open::read(site, CLIENT.name, desktop::settings(&desktop::folder(&site.config)))?;
    let path = open.path.clone();
    let failed = |error: JsonError| PlanError::settings(&path, error);
    let mut document = Document::parse(open.bytes()).map_err(failed)?;
    let mut manifest = open.manifest();
    let entry = entry(&document);
    let wanted_entry = desktop::server(program, wanted.routes, &entry);
    let notes: Vec<String> = desktop::remark(&wanted.server()?).into_iter().collect();
    let mut changes = Vec::new();
    match desktop::server_in(&entry) {
        Found::Foreign => {
            return open.write(changes, Vec::new(), manifest, vec![taken(&path)]);
        }
        Found::Absent => {
            let created = document.put(SERVERS, NAME, &wanted_entry).map_err(failed)?;
            manifest.settings.created.extend(created);
            changes.push(format!("+ MCP server {NAME}: {program} {SERVES}"));
        }
        Found::Ours(_) if entry == wanted_entry => {}
        Found::Ours(_) => {
            let anew = |_: &Value| Some(wanted_entry.clone());
            document.replace(&PLACE, &anew).map_err(failed)?;
            changes.push(format!("~ MCP server {NAME}: {program} {SERVES}"));
        }
    }
    let bytes = document.bytes();
    open.write(changes, bytes, manifest, notes)
}

/// Plans to take our server out.
fn remove(site: &Site) -> Result<Plan, PlanError> {
    let open = Open::read(site, CLIENT.name, desktop::settings(&desktop::folder(&site.config)))?;
    let path = open.path.clone();
    let failed = |error: JsonError| PlanError::settings(&path, error);
    let mut document = Document::parse(open.bytes()).map_err(failed)?;
    let mut changes = Vec::new();
    if let Found::Ours(_) = desktop::server_in(&entry(&document)) {
        let created = open
            .recorded
            .as_ref()
            .map_or(&[][..], |manifest| &manifest.settings.created);
        let emptied = |path: &[String], _: usize| {
            let made = created.iter().find(|one| one.path == path);
            made.map_or(Emptied::Stays, |one| Emptied::Goes(one.was.clone()))
        };
        document.remove(&PLACE, &|_| true, &emptied).map_err(failed)?;
        changes.push(format!("- MCP server {NAME}"));
    }
    open.clear(changes, document.bytes())
}

fn entry(document: &Document) -> Value {
    document.value()[PLACE[0]][PLACE[1]].clone()
}

fn examine(site: &Site, _: &Probe<'_>) -> Vec<Check> {
    let path = desktop::settings(&desktop::folder(&site.config));
    let bytes = file::read(&path).unwrap_or_default().unwrap_or_default();
    let entry = Document::parse(&bytes).map_or(Value::Null, |document| entry(&document));
    match desktop::server_in(&entry) {
        // It is no coding agent: most people have no use for it there.
        Found::Absent => Vec::new(),
        found => vec![server_check(
            CLIENT.name,
            &found,
            &path,
            "run `callus install claude-desktop`",
        )],
    }
}
