//! The environment, the home folder and the settings: the only room that reads them.

mod environment;
mod file;
mod machine;
mod mounts;
mod private;
mod repository;
mod span;
mod spare;
mod telling;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::clock::Clock;
use crate::domain::time::Timestamp;

pub use environment::{NESTED, VARIABLES, Variable};
pub use file::{Entry, FileSettings, KEYS, Pattern, Retention};
pub use repository::{REPOSITORY_FILE, Repository, repository};
pub use span::{SpanError, parse_size, parse_span};
pub use telling::{Chosen, Telling};

use environment::Environment;

/// Everything that the surroundings decide.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The user's home folder.
    pub home: PathBuf,
    /// The folder of the store: `CALLUS_HOME`, else the platform's data folder for `callus`.
    pub data: PathBuf,
    /// The workspace: one database each; `CALLUS_WORKSPACE`, else `default`.
    pub workspace: String,
    /// The time.
    pub clock: Clock,
    /// The settings file; it need not exist.
    pub config: PathBuf,
    /// The folder in which the platform keeps the settings of other programs.
    pub programs: PathBuf,
    /// What the settings file says.
    pub file: FileSettings,
    /// Whether sessions are recorded, as far as the environment and the settings file say.
    pub capture: bool,
    /// Labels that `CALLUS_LABELS` gives to every session, in its order.
    pub labels: Vec<(String, String)>,
    /// What the environment says of hints and warnings; [`Settings::telling`] joins it with the files.
    pub chosen: Chosen,
    /// The folder for temporary files, of this user alone where the system has one.
    pub temporary: PathBuf,
    /// The folders in which programs are looked for.
    pub path: OsString,
    /// What is known of the terminal.
    pub terminal: Terminal,
    /// One sentence when the data folder was moved to a local disk, or should be.
    pub moved: Option<String>,
    /// What was read but not understood, one sentence each.
    pub warnings: Vec<String>,
}

/// What the environment says about the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terminal {
    /// Colours are welcome; whether there is a terminal at all is another question.
    pub color: bool,
    /// The width in columns, when it is set.
    pub columns: Option<u16>,
    /// Characters beyond ASCII can be shown.
    pub unicode: bool,
}

/// Why the settings cannot be used. Nothing is recorded then: a session must not land in the wrong workspace.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// There is no home folder.
    #[error("there is no home folder: set HOME, or CALLUS_HOME to the folder for the store")]
    NoHome,
    /// An environment variable has a value that it cannot have.
    #[error("{name} is {value:?}, but must be {expected}")]
    Variable {
        /// The variable.
        name: &'static str,
        /// Its value.
        value: String,
        /// What it may be.
        expected: &'static str,
    },
    /// The settings file cannot be read.
    #[error("could not read {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// The settings file says something that it cannot say.
    #[error("{}:{line}: {message}; correct the line or remove it", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        message: String,
    },
}

/// Where `callus serve` listens, unless another address is wanted: on this machine alone.
pub const ADDRESS: &str = "127.0.0.1:22558";

/// The folder of journals in the folder of a workspace, and in the spare one.
const JOURNALS: &str = "journal";

/// How the settings file is read: strictly for a command, leniently for a hook.
type ReadFile = fn(&Path, &mut Vec<String>) -> Result<FileSettings, ConfigError>;

/// Returns the environment variable `name`, for what an assistant tells under a name of its own. One that is set to
/// nothing counts as not set.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one room that reads the environment"
)]
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Returns the variables by which a person chooses the store, those that are set, each with its value.
#[must_use]
pub fn routes() -> Vec<(String, String)> {
    let set = environment::ROUTES.iter();
    set.filter_map(|name| Some(((*name).to_owned(), variable(name)?)))
        .collect()
}

impl Settings {
    /// Reads the environment and the settings file.
    ///
    /// Cheap enough for a hook: no more than a handful of system calls, and a parser only where there is a file.
    pub fn load() -> Result<Self, ConfigError> {
        Self::load_with(file::read)
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one room that reads the environment"
    )]
    fn load_with(read: ReadFile) -> Result<Self, ConfigError> {
        Self::from_environment(&Environment::new(&|name| std::env::var_os(name)), read)
    }

    fn from_environment(environment: &Environment<'_>, read: ReadFile) -> Result<Self, ConfigError> {
        let mut warnings = Vec::new();
        let folders = environment.folders()?;
        let file = read(&folders.config, &mut warnings)?;
        let (data, moved) = mounts::local(folders.data, &folders.fallbacks);
        Ok(Self {
            workspace: environment.workspace()?,
            clock: environment.clock()?,
            capture: environment.flag("CALLUS_CAPTURE", true)? && !environment.flag(NESTED, false)? && file.capture,
            labels: environment.labels(&mut warnings),
            chosen: Chosen::of(environment)?,
            temporary: environment.folder("XDG_RUNTIME_DIR").unwrap_or_else(std::env::temp_dir),
            path: environment.value("PATH").unwrap_or_default(),
            terminal: environment.terminal(),
            home: folders.home,
            config: folders.config,
            programs: folders.programs,
            file,
            data,
            moved,
            warnings,
        })
    }

    /// Returns the name of this machine or container: 16 hex digits that do not reveal its own id.
    ///
    /// Where the system has none, one is made and kept in the data folder.
    #[must_use]
    pub fn machine(&self) -> String {
        machine::id(&self.data)
    }

    /// Returns the folder that holds this workspace's database and journals.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.data.join("workspaces").join(&self.workspace)
    }

    /// Returns the file of the token that lets clients of `callus serve` in.
    #[must_use]
    pub fn token(&self) -> PathBuf {
        self.data.join("token")
    }

    /// Returns the path of this workspace's database.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.folder().join("callus.db")
    }

    /// Returns the folder of this workspace's journals.
    #[must_use]
    pub fn journals(&self) -> PathBuf {
        self.folder().join(JOURNALS)
    }

    /// Returns the folder of the files in which hooks look up what is said before calls.
    #[must_use]
    pub fn warned(&self) -> PathBuf {
        self.folder().join("warnings")
    }

    /// Returns settings for a store in `data` with everything else at its default, for tests and benchmarks.
    #[must_use]
    pub fn at(data: &Path, now: Timestamp) -> Self {
        Self {
            home: data.to_owned(),
            data: data.to_owned(),
            workspace: environment::DEFAULT_WORKSPACE.to_owned(),
            clock: Clock::Fixed(now),
            config: data.join(file::NAME),
            programs: data.join("programs"),
            file: FileSettings::default(),
            capture: true,
            labels: Vec::new(),
            chosen: Chosen::default(),
            temporary: data.join("temporary"),
            path: OsString::new(),
            terminal: Terminal {
                color: false,
                columns: None,
                unicode: true,
            },
            moved: None,
            warnings: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests;
