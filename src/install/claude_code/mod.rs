//! What wiring Claude Code changes: hooks, permissions, MCP server.

use serde_json::{Value, json};

use crate::assistants::claude_code::SPEC;
use crate::assistants::claude_code::wiring::{self, Places};
use crate::assistants::server::{Found, NAME, Reached, Server};
use crate::install::Client;
use crate::install::edit::file::{self, FileError};
use crate::install::edit::json::{Created, Document, Emptied, JsonError, Was};
use crate::install::manifest::{Added, Manifest};
use crate::install::plan::{Open, Plan, PlanError, Site, Wanted, by_client, taken};

mod doctor;

/// Claude Code, as it is wired.
pub(super) const CLIENT: Client = Client {
    name: wiring::NAME,
    aliases: SPEC.aliases,
    display: SPEC.display,
    program: Some(wiring::PROGRAM),
    folder_variable: Some(SPEC.folder_variable),
    wired: "Claude Code is wired: its sessions are recorded from the next start on.",
    found: |site| site.program.is_some() || places(site).folder.is_dir(),
    install,
    remove,
    examine: doctor::examine,
};

fn places(site: &Site) -> Places {
    Places::of(&site.home, site.folder.as_deref(), &site.root)
}

/// Plans to wire Claude Code: hooks, permissions, MCP server. Empty when it is wired already.
fn install(site: &Site, wanted: &Wanted<'_>) -> Result<Plan, PlanError> {
    let (binary, server) = (wanted.program()?, wanted.server()?);
    let places = places(site);
    let open = Open::read(site, wiring::NAME, places.settings.clone())?;
    let failed = |error: JsonError| PlanError::settings(&places.settings, error);
    let mut document = Document::parse(open.bytes()).map_err(failed)?;
    let mut manifest = open.manifest();
    let changes = wire(&mut document, binary, site.warns, &mut manifest).map_err(failed)?;
    let mut notes = obstacles(site, &document);
    notes.extend(remarks(site, &document));
    let bytes = document.bytes();
    let mut plan = open.write(changes, bytes, manifest, notes)?;
    let entry = entry(&places)?;
    match wiring::server_in(&entry) {
        Found::Foreign => plan.notes.push(taken(&places.state)),
        found => {
            let server = match (&found, server) {
                // Whoever chose an address is not brought back to a program by the next installation.
                (Found::Ours(Reached::Address(address)), Server::Program { .. }) => Server::Address(address.clone()),
                (_, server) => server,
            };
            if !wiring::is_complete(&entry, &server) {
                let mut runs = vec![wiring::add_server(&server)];
                // The client refuses to add a server under a name that is taken.
                if found != Found::Absent {
                    runs.insert(0, wiring::remove_server());
                }
                let change = format!("+ MCP server {NAME}: {}", server.way());
                plan.steps
                    .push(by_client(site, wiring::PROGRAM, places.state, change, runs));
            }
        }
    }
    Ok(plan)
}

/// Plans to take away all that installing added, whoever edited the files since.
fn remove(site: &Site) -> Result<Plan, PlanError> {
    let places = places(site);
    let open = Open::read(site, wiring::NAME, places.settings.clone())?;
    let failed = |error: JsonError| PlanError::settings(&places.settings, error);
    let mut document = Document::parse(open.bytes()).map_err(failed)?;
    let changes = if open.before.is_some() {
        unwire(&mut document, open.recorded.as_ref()).map_err(failed)?
    } else {
        Vec::new()
    };
    let mut plan = open.clear(changes, document.bytes())?;
    if let Found::Ours(_) = wiring::server_in(&entry(&places)?) {
        let change = format!("- MCP server {NAME}");
        let runs = vec![wiring::remove_server()];
        plan.steps
            .push(by_client(site, wiring::PROGRAM, places.state, change, runs));
    }
    Ok(plan)
}

/// Puts our entries into the settings where they are missing or name an older program; returns what it changed.
fn wire(document: &mut Document, binary: &str, warns: bool, manifest: &mut Manifest) -> Result<Vec<String>, JsonError> {
    let mut changes = Vec::new();
    let created = manifest.settings.created.clone();
    let surplus: Vec<String> = ours_by_event(document)
        .into_iter()
        .map(|(event, _)| event)
        .filter(|event| !wiring::hooks(warns).any(|(wanted, _)| wanted == event))
        .collect();
    document.remove(
        &["hooks", wiring::BEFORE, "*"],
        &|group| !warns && is_our_group(group),
        &|path, siblings| emptied(Some(&created), path, siblings),
    )?;
    for event in &surplus {
        document.remove(&["hooks", event, "*", "hooks", "*"], &is_our_hook, &|path, siblings| {
            emptied(Some(&created), path, siblings)
        })?;
    }
    if !surplus.is_empty() {
        changes.push(format!("- hooks no longer needed: {}", surplus.join(", ")));
    }
    let moved = document.replace(wiring::HOOK_ENTRIES, &|entry| {
        let program = wiring::program_of_hook(entry)?;
        let moved = wiring::moved_hook(entry, binary);
        (program != binary || moved != *entry).then_some(moved)
    })?;
    if moved > 0 {
        changes.push(format!("~ {moved} hooks of an older place now run {binary}"));
    }
    let present = ours_by_event(document);
    let mut added = Vec::new();
    for (event, timeout) in wiring::hooks(warns) {
        if !present.iter().any(|(name, _)| name == event) {
            append(
                document,
                manifest,
                &["hooks", event],
                &wiring::group(event, binary, timeout),
            )?;
            added.push(event);
        }
    }
    if !added.is_empty() {
        changes.push(format!(
            "+ hooks that run {binary} hook {}: {}",
            wiring::NAME,
            added.join(", ")
        ));
    }
    let missing = missing_permissions(&document.value());
    for tool in &missing {
        append(document, manifest, wiring::ALLOW, &json!(tool))?;
    }
    if !missing.is_empty() {
        changes.push(format!("+ permission to call without asking: {}", missing.join(", ")));
    }
    Ok(changes)
}

fn append(document: &mut Document, manifest: &mut Manifest, path: &[&str], value: &Value) -> Result<(), JsonError> {
    for made in document.append(path, value)? {
        manifest.settings.created.retain(|known| known.path != made.path);
        manifest.settings.created.push(made);
    }
    let added = Added {
        path: path.iter().map(|key| (*key).to_owned()).collect(),
        value: value.clone(),
    };
    manifest.settings.added.retain(|known| *known != added);
    manifest.settings.added.push(added);
    Ok(())
}

/// Takes our entries out of the settings; returns what it changed.
fn unwire(document: &mut Document, manifest: Option<&Manifest>) -> Result<Vec<String>, JsonError> {
    let created = manifest.map(|manifest| manifest.settings.created.as_slice());
    let emptied = |path: &[String], siblings: usize| emptied(created, path, siblings);
    // A permission that the user had given before us is not ours to take. Without a record there is no telling.
    let ours = |entry: &Value| {
        let named = wiring::permissions().any(|tool| *entry == tool);
        named && manifest.is_none_or(|manifest| manifest.settings.added.iter().any(|added| added.value == *entry))
    };
    let mut changes = Vec::new();
    // Permissions were added last: taking away in the reverse order meets every layout as the insertion left it.
    let permissions = document.remove(&["permissions", "allow", "*"], &ours, &emptied)?;
    let groups = document.remove(&["hooks", wiring::BEFORE, "*"], &is_our_group, &emptied)?;
    let hooks = groups + document.remove(wiring::HOOK_ENTRIES, &is_our_hook, &emptied)?;
    if hooks > 0 {
        changes.push(format!("- {hooks} hooks"));
    }
    if permissions > 0 {
        changes.push(format!("- {permissions} permissions"));
    }
    Ok(changes)
}

/// Decides about a container that lost its last entry to us: what we made goes.
fn emptied(created: Option<&[Created]>, path: &[String], siblings: usize) -> Emptied {
    match (path.len(), created) {
        // The list inside a group goes with the group, unless the user has put a matcher or more beside it.
        (4, _) if siblings > 0 => Emptied::Stays,
        // Without a record the file itself stays.
        (0, None) => Emptied::Stays,
        // A group of ours always goes; without a record an empty list or object does too, for it means the same as none.
        (3 | 4, _) | (_, None) => Emptied::Goes(Was::Absent),
        (_, Some(created)) => created
            .iter()
            .find(|one| one.path == path)
            .map_or(Emptied::Stays, |one| Emptied::Goes(one.was.clone())),
    }
}

/// Returns whether a group is as we add it before calls: with our matcher and our hook, and nothing of the user's.
fn is_our_group(group: &Value) -> bool {
    let ours = |entries: &Vec<Value>| entries.len() == 1 && entries.iter().all(is_our_hook);
    group.as_object().is_some_and(|fields| fields.len() == 2)
        && group["matcher"].as_str() == wiring::matcher(wiring::BEFORE)
        && group["hooks"].as_array().is_some_and(ours)
}

fn is_our_hook(entry: &Value) -> bool {
    wiring::program_of_hook(entry).is_some()
}

/// Returns each event with a hook of ours, and the program that it runs.
fn ours_by_event(document: &Document) -> Vec<(String, String)> {
    let value = document.value();
    let Some(hooks) = value["hooks"].as_object() else {
        return Vec::new();
    };
    hooks
        .iter()
        .filter_map(|(event, groups)| {
            let entries = groups
                .as_array()?
                .iter()
                .filter_map(|group| group["hooks"].as_array())
                .flatten();
            let program = entries.into_iter().find_map(wiring::program_of_hook)?;
            Some((event.clone(), program))
        })
        .collect()
}

/// Returns the tools that settings do not allow yet, neither by name nor as the whole server.
fn missing_permissions(settings: &Value) -> Vec<String> {
    let allowed = settings.pointer("/permissions/allow").and_then(Value::as_array);
    let allowed: Vec<&str> = allowed.into_iter().flatten().filter_map(Value::as_str).collect();
    if wiring::WHOLE_SERVER.iter().any(|entry| allowed.contains(entry)) {
        return Vec::new();
    }
    wiring::permissions()
        .filter(|tool| !allowed.contains(&tool.as_str()))
        .collect()
}

/// Says what keeps our entries from working, one sentence each.
fn obstacles(site: &Site, settings: &Document) -> Vec<String> {
    let mut sentences = Vec::new();
    let places = places(site);
    let path = places.settings.display();
    if !settings.is_plain() {
        sentences.push(format!(
            "{path} holds comments or trailing commas: Claude Code then loads nothing of it, neither your entries nor ours"
        ));
    }
    let own = wiring::obstacles(&settings.value(), wiring::USER_SWITCHES);
    sentences.extend(own.into_iter().map(|sentence| format!("{path}: {sentence}")));
    for managed in places.managed_files() {
        // One that cannot be read is the organisation's affair, and the client will say more.
        let bytes = file::read(&managed).unwrap_or_default().unwrap_or_default();
        let value = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        let found = wiring::obstacles(&value, wiring::MANAGED_SWITCHES);
        sentences.extend(
            found
                .into_iter()
                .map(|sentence| format!("{}: {sentence}", managed.display())),
        );
    }
    sentences
}

/// Says what else one may want to know, one sentence each.
fn remarks(site: &Site, settings: &Document) -> Vec<String> {
    let managed = places(site).managed_files();
    let mut sentences: Vec<String> = managed
        .iter()
        .map(|file| format!("{} outranks your settings", file.display()))
        .collect();
    if wiring::plugin_enabled(&settings.value()) {
        sentences.push("Callus is enabled as a plugin too: each event is recorded once all the same".to_owned());
    }
    sentences
}

/// Reads our server's entry in the client's own state; a state that cannot be read holds none, and the client will say more.
fn entry(places: &Places) -> Result<Value, FileError> {
    let bytes = file::read(&places.state)?.unwrap_or_default();
    let state: Value = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    Ok(state["mcpServers"][NAME].clone())
}
