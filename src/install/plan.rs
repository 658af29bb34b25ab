//! What installing or removing would change, in words, before anything is changed.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::edit::file::{self, FileError};
use super::edit::json::{Created, Document, Emptied, JsonError, Was};
use super::manifest::{Added, Manifest};
use crate::assistants::claude_code::wiring::{self, Places, Server};

/// The surroundings of an installation.
#[derive(Debug, Clone)]
pub struct Site {
    /// The user's home folder.
    pub home: PathBuf,
    /// The client's files.
    pub places: Places,
    /// Our data folder.
    pub data: PathBuf,
    /// The client's program, when it is on the search path.
    pub program: Option<PathBuf>,
    /// Something may be said before calls.
    pub warns: bool,
}

/// Why there is no plan. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// A file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// The settings file cannot be edited.
    #[error("{} is left as it is; correct it and run the same command again", path.display())]
    Settings {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        #[source]
        source: JsonError,
    },
    /// The path of our program cannot be written in JSON.
    #[error("the path {} is not UTF-8", .0.display())]
    Path(PathBuf),
    /// Our program goes by another name: what it wires would not be known as ours again.
    #[error("{} must be called {} to be known again; rename it and run the same command", .0.display(), wiring::BINARY)]
    Name(PathBuf),
}

/// What would be done, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Each change.
    pub steps: Vec<Step>,
    /// What one should know and Callus does not change.
    pub notes: Vec<String>,
    /// The record after all steps; nothing when there is nothing left to undo.
    pub(super) manifest: Option<Manifest>,
    /// The settings as they were when the plan was made; nothing when there was no file.
    pub(super) before: Option<Vec<u8>>,
}

/// One change.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The file that changes.
    pub file: PathBuf,
    /// What is added or taken away, one sentence each.
    pub changes: Vec<String>,
    /// How.
    pub action: Action,
}

/// How a change is made.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// The file gets these bytes.
    Write(Vec<u8>),
    /// The file goes.
    Delete,
    /// The client changes its own file by these commands.
    Run {
        /// The client's program.
        program: PathBuf,
        /// The arguments of each run.
        runs: Vec<Vec<String>>,
    },
    /// The user has to run these commands, for the client's program was not found.
    ByHand(Vec<String>),
}

impl Plan {
    /// Says whether all is as it should be already.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Returns the plan for people: each file, what changes in it, and the notes.
    #[must_use]
    pub fn text(&self) -> String {
        let mut lines = Vec::new();
        for step in &self.steps {
            let how = match &step.action {
                Action::Write(_) => "",
                Action::Delete => " (deleted: we made it, and nothing else is in it)",
                Action::Run { .. } => " (by the client's own command)",
                Action::ByHand(_) => " (for you to run: the client's program was not found)",
            };
            lines.push(format!("{}{how}", step.file.display()));
            lines.extend(step.changes.iter().map(|change| format!("  {change}")));
            if let Action::ByHand(commands) = &step.action {
                lines.extend(commands.iter().map(|command| format!("    {command}")));
            }
        }
        lines.extend(self.notes.iter().map(|note| format!("note: {note}")));
        lines.join("\n")
    }
}

/// Plans to wire Claude Code to `binary`: hooks, permissions, MCP server. Empty when it is wired already.
pub fn install(site: &Site, binary: &Path) -> Result<Plan, PlanError> {
    if binary.file_name().is_none_or(|name| name != wiring::BINARY) {
        return Err(PlanError::Name(binary.to_owned()));
    }
    let binary = binary.to_str().ok_or_else(|| PlanError::Path(binary.to_owned()))?;
    let settings = &site.places.settings;
    let mut open = Open::read(site)?;
    let mut manifest = match open.manifest.take() {
        Some(manifest) => manifest,
        None => Manifest::new(wiring::NAME, settings, open.before.is_some()),
    };
    let wanted = |source| PlanError::Settings {
        path: settings.clone(),
        source,
    };
    let changes = wire(&mut open.document, binary, site.warns, &mut manifest).map_err(wanted)?;
    let mut notes = obstacles(site, &open.document);
    notes.extend(remarks(site, &open.document));
    let mut steps = Vec::new();
    if !changes.is_empty() {
        steps.push(Step {
            file: settings.clone(),
            changes,
            action: Action::Write(open.document.bytes()),
        });
    }
    match wiring::server_in(&state(site)?) {
        Server::Ours { program, complete } if program == binary && complete => {}
        Server::Foreign => notes.push(format!(
            "{} holds another MCP server called \"{}\": it stays, and agents cannot ask Callus until it is renamed",
            site.places.state.display(),
            wiring::SERVER
        )),
        found => {
            let mut runs = vec![wiring::add_server(binary)];
            // The client refuses to add a server under a name that is taken.
            if found != Server::Absent {
                runs.insert(0, wiring::remove_server());
            }
            steps.push(by_client(
                site,
                format!("+ MCP server {}: {binary} mcp", wiring::SERVER),
                runs,
            ));
        }
    }
    Ok(Plan {
        steps,
        notes,
        manifest: Some(manifest),
        before: open.before,
    })
}

/// Plans to take away all that installing added, whoever edited the files since.
pub fn remove(site: &Site) -> Result<Plan, PlanError> {
    let settings = &site.places.settings;
    let Open {
        mut document,
        before,
        manifest,
    } = Open::read(site)?;
    let mut steps = Vec::new();
    let mut changes = Vec::new();
    if before.is_some() {
        changes = unwire(&mut document, manifest.as_ref()).map_err(|source| PlanError::Settings {
            path: settings.clone(),
            source,
        })?;
    }
    if !changes.is_empty() {
        let bytes = document.bytes();
        let made_by_us = manifest.as_ref().is_some_and(|manifest| !manifest.settings.existed);
        steps.push(Step {
            file: settings.clone(),
            changes,
            action: if made_by_us && bytes.is_empty() {
                Action::Delete
            } else {
                Action::Write(bytes)
            },
        });
    }
    if let Server::Ours { .. } = wiring::server_in(&state(site)?) {
        steps.push(by_client(
            site,
            format!("- MCP server {}", wiring::SERVER),
            vec![wiring::remove_server()],
        ));
    }
    Ok(Plan {
        steps,
        notes: Vec::new(),
        manifest: None,
        before,
    })
}

/// The settings file as it is, and what we know of our work in it.
struct Open {
    document: Document,
    before: Option<Vec<u8>>,
    manifest: Option<Manifest>,
}

impl Open {
    fn read(site: &Site) -> Result<Self, PlanError> {
        let settings = &site.places.settings;
        let before = file::read(settings)?;
        let document =
            Document::parse(before.as_deref().unwrap_or_default()).map_err(|source| PlanError::Settings {
                path: settings.clone(),
                source,
            })?;
        Ok(Self {
            document,
            before,
            manifest: Manifest::load(&site.data, wiring::NAME, settings)?,
        })
    }
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
    let mut allowed = Vec::new();
    for tool in wiring::PERMISSIONS {
        if !strings(document.value().pointer("/permissions/allow")).contains(&(*tool).to_owned()) {
            append(document, manifest, wiring::ALLOW, &json!(tool))?;
            allowed.push(*tool);
        }
    }
    if !allowed.is_empty() {
        changes.push(format!("+ permission for read-only tools: {}", allowed.join(", ")));
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
        let named = wiring::PERMISSIONS.iter().any(|tool| entry == tool);
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
pub(super) fn ours_by_event(document: &Document) -> Vec<(String, String)> {
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

fn strings(list: Option<&Value>) -> Vec<String> {
    list.and_then(Value::as_array)
        .map(|list| {
            list.iter()
                .filter_map(|entry| entry.as_str().map(str::to_owned))
                .collect()
        })
        .unwrap_or_default()
}

/// Says what keeps our entries from working, one sentence each.
pub(super) fn obstacles(site: &Site, settings: &Document) -> Vec<String> {
    let mut sentences = Vec::new();
    let path = site.places.settings.display();
    if !settings.is_plain() {
        sentences.push(format!(
            "{path} holds comments or trailing commas: Claude Code then loads nothing of it, neither your entries nor ours"
        ));
    }
    let own = wiring::obstacles(&settings.value(), wiring::USER_SWITCHES);
    sentences.extend(own.into_iter().map(|sentence| format!("{path}: {sentence}")));
    for managed in site.places.managed_files() {
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
pub(super) fn remarks(site: &Site, settings: &Document) -> Vec<String> {
    let managed = site.places.managed_files();
    let mut sentences: Vec<String> = managed
        .iter()
        .map(|file| format!("{} outranks your settings", file.display()))
        .collect();
    if wiring::plugin_enabled(&settings.value()) {
        sentences.push("Callus is enabled as a plugin too: each event is recorded once all the same".to_owned());
    }
    sentences
}

/// Reads the client's own state; one that cannot be read holds no server of ours, and the client will say more.
pub(super) fn state(site: &Site) -> Result<Value, FileError> {
    let bytes = file::read(&site.places.state)?.unwrap_or_default();
    Ok(serde_json::from_slice(&bytes).unwrap_or(Value::Null))
}

fn by_client(site: &Site, change: String, runs: Vec<Vec<String>>) -> Step {
    let action = match &site.program {
        Some(program) => Action::Run {
            program: program.clone(),
            runs,
        },
        None => Action::ByHand(runs.iter().map(|args| command_line(wiring::PROGRAM, args)).collect()),
    };
    Step {
        file: site.places.state.clone(),
        changes: vec![change],
        action,
    }
}

/// Returns a command as one would type it into a shell.
pub(super) fn command_line(program: &str, args: &[String]) -> String {
    let plain = |word: &str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_./:=@".contains(&byte))
    };
    std::iter::once(program)
        .chain(args.iter().map(String::as_str))
        .map(|word| {
            if plain(word) {
                word.to_owned()
            } else {
                format!("'{}'", word.replace('\'', r"'\''"))
            }
        })
        .collect::<Vec<_>>()
        .join(" ")
}
