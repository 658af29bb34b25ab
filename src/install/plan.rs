//! What installing or removing would change, in words, before anything is changed.

use std::path::{Path, PathBuf};

use super::edit::EditError;
use super::edit::file::{self, FileError};
use super::manifest::Manifest;
use crate::assistants::server::{BINARY, Server};

/// The surroundings of an installation into one client.
#[derive(Debug, Clone)]
pub struct Site {
    /// The user's home folder.
    pub home: PathBuf,
    /// The folder in which the platform keeps what programs are told: `~/.config`, `~/Library/Application Support`.
    pub config: PathBuf,
    /// The client's own folder, where the environment names another one than usual.
    pub folder: Option<PathBuf>,
    /// The root of the file system, below which an organisation keeps settings.
    pub root: PathBuf,
    /// Our data folder.
    pub data: PathBuf,
    /// The client's program, when it is on the search path.
    pub program: Option<PathBuf>,
    /// Something may be said before calls.
    pub warns: bool,
}

/// What is to be wired.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// Our program, which hooks run.
    pub binary: &'a Path,
    /// The variables that choose the store and are set now, each with its value.
    pub routes: &'a [(String, String)],
    /// The address of a server that is asked over HTTP, instead of a program that the client starts.
    pub address: Option<&'a str>,
}

impl<'a> Wanted<'a> {
    /// Returns the path of our program as text.
    pub(super) fn program(&self) -> Result<&'a str, PlanError> {
        let binary = self.binary;
        if binary.file_name().is_none_or(|name| name != BINARY) {
            return Err(PlanError::Name(binary.to_owned()));
        }
        binary.to_str().ok_or_else(|| PlanError::Path(binary.to_owned()))
    }

    /// Returns how the client is to reach our server.
    pub(super) fn server(&self) -> Result<Server, PlanError> {
        Ok(match self.address {
            Some(address) => Server::Address(address.to_owned()),
            None => Server::Program {
                path: self.program()?.to_owned(),
                routes: self.routes.to_vec(),
            },
        })
    }
}

/// Why there is no plan. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// A file cannot be read, or could not be written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The settings file cannot be edited.
    #[error("{} is left as it is; correct it and run the same command again", path.display())]
    Settings {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        #[source]
        source: EditError,
    },
    /// The path of our program cannot be written in a settings file.
    #[error("the path {} is not UTF-8", .0.display())]
    Path(PathBuf),
    /// Our program goes by another name: what it wires would not be known as ours again.
    #[error("{} must be called {BINARY} to be known again; rename it and run the same command", .0.display())]
    Name(PathBuf),
}

impl PlanError {
    /// Returns the error of a settings file.
    pub(super) fn settings(path: &Path, source: impl Into<EditError>) -> Self {
        Self::Settings {
            path: path.to_owned(),
            source: source.into(),
        }
    }
}

/// What would be done, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Each change.
    pub steps: Vec<Step>,
    /// What one should know and Callus does not change.
    pub notes: Vec<String>,
    /// The client's name.
    pub(super) client: &'static str,
    /// The settings file.
    pub(super) settings: PathBuf,
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

/// The settings file as it is, and what we know of our work in it.
pub(super) struct Open {
    client: &'static str,
    pub(super) path: PathBuf,
    pub(super) before: Option<Vec<u8>>,
    pub(super) recorded: Option<Manifest>,
}

impl Open {
    pub(super) fn read(site: &Site, client: &'static str, path: PathBuf) -> Result<Self, PlanError> {
        Ok(Self {
            before: file::read(&path)?,
            recorded: Manifest::load(&site.data, client, &path)?,
            client,
            path,
        })
    }

    /// Returns the bytes of the file; a missing one holds none.
    pub(super) fn bytes(&self) -> &[u8] {
        self.before.as_deref().unwrap_or_default()
    }

    /// Returns the record, or a new one.
    pub(super) fn manifest(&self) -> Manifest {
        self.recorded
            .clone()
            .unwrap_or_else(|| Manifest::new(self.client, &self.path, self.before.is_some()))
    }

    /// Returns the plan that writes the file anew, or an empty one where nothing changes.
    pub(super) fn write(
        self,
        changes: Vec<String>,
        bytes: Vec<u8>,
        manifest: Manifest,
        notes: Vec<String>,
    ) -> Result<Plan, PlanError> {
        let mut steps = Vec::new();
        if !changes.is_empty() {
            file::check_writable(&self.path)?;
            steps.push(Step {
                file: self.path.clone(),
                changes,
                action: Action::Write(bytes),
            });
        }
        Ok(self.plan(steps, Some(manifest), notes))
    }

    /// Returns the plan that leaves the file without what was ours: one that we made goes when nothing is left in it.
    pub(super) fn clear(self, changes: Vec<String>, bytes: Vec<u8>) -> Result<Plan, PlanError> {
        let mut steps = Vec::new();
        if !changes.is_empty() {
            file::check_writable(&self.path)?;
            let made_by_us = self
                .recorded
                .as_ref()
                .is_some_and(|manifest| !manifest.settings.existed);
            steps.push(Step {
                file: self.path.clone(),
                changes,
                action: if made_by_us && bytes.is_empty() {
                    Action::Delete
                } else {
                    Action::Write(bytes)
                },
            });
        }
        Ok(self.plan(steps, None, Vec::new()))
    }

    fn plan(self, steps: Vec<Step>, manifest: Option<Manifest>, notes: Vec<String>) -> Plan {
        Plan {
            steps,
            notes,
            client: self.client,
            settings: self.path,
            manifest,
            before: self.before,
        }
    }
}

/// Returns the step in which a client changes its own file, or the user does by the client's command.
pub(super) fn by_client(site: &Site, command: &str, file: PathBuf, change: String, runs: Vec<Vec<String>>) -> Step {
    let action = match &site.program {
        Some(program) => Action::Run {
            program: program.clone(),
            runs,
        },
        None => Action::ByHand(runs.iter().map(|args| command_line(command, args)).collect()),
    };
    Step {
        file,
        changes: vec![change],
        action,
    }
}

/// Says that the name of our server is taken.
pub(super) fn taken(file: &Path) -> String {
    format!(
        "{} holds another MCP server called \"{BINARY}\": it stays, and agents cannot ask Callus until it is renamed",
        file.display()
    )
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
