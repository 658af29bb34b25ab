//! Every environment variable that Callus reads, and what its value means.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use directories::{BaseDirs, ProjectDirs};

use super::{ConfigError, Terminal, file, telling};
use crate::clock::Clock;
use crate::domain::time::Timestamp;

/// A variable with its meaning.
#[derive(Debug, Clone, Copy)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// One line on what it does.
    pub meaning: &'static str,
}

/// Set for the clients that Callus starts: what they do then is no session of the user.
pub const NESTED: &str = "CALLUS_NESTED";

/// Every variable that is read. `docs/configuration.md` lists each of them.
pub const VARIABLES: &[Variable] = &[
    Variable {
        name: "CALLUS_HOME",
        meaning: "the folder for the store and config.toml, in place of the platform's folders; a relative path is taken from the home folder",
    },
    Variable {
        name: "CALLUS_CAPTURE",
        meaning: "false, 0, off or no: record nothing",
    },
    Variable {
        name: "CALLUS_WORKSPACE",
        meaning: "the workspace to use; each has its own database; default: default",
    },
    Variable {
        name: "CALLUS_LABELS",
        meaning: "labels for every session, such as vertical=payments,account=acme",
    },
    Variable {
        name: telling::HINTS,
        meaning: "on, shadow or off: what agents are told after a failure and at the start of a session; outranks both files",
    },
    Variable {
        name: telling::WARNINGS,
        meaning: "deny-once, shadow or off: what is done before a call that keeps failing; outranks both files",
    },
    Variable {
        name: "CALLUS_NOW",
        meaning: "a fixed time as RFC 3339, for tests and replay",
    },
    Variable {
        name: NESTED,
        meaning: "1: record nothing; set by Callus for the clients that it starts",
    },
    Variable {
        name: "CLAUDE_CONFIG_DIR",
        meaning: "Claude Code's folder; default: ~/.claude",
    },
    Variable {
        name: "CLAUDE_CODE_SESSION_ID",
        meaning: "set by Claude Code for the MCP server that it starts: the session whose questions it asks",
    },
    Variable {
        name: "CLAUDE_PID",
        meaning: "set by Claude Code for its hooks: its process, by which a session that was killed is known",
    },
    Variable {
        name: "CODEX_HOME",
        meaning: "Codex CLI's folder; default: ~/.codex",
    },
    Variable {
        name: "HOME",
        meaning: "the home folder",
    },
    Variable {
        name: "XDG_DATA_HOME",
        meaning: "Linux: the parent of the data folder; default: ~/.local/share",
    },
    Variable {
        name: "XDG_CONFIG_HOME",
        meaning: "Linux: the parent of the folder of config.toml; default: ~/.config",
    },
    Variable {
        name: "XDG_STATE_HOME",
        meaning: "Linux: where the store goes when its folder lies on a network; then XDG_CACHE_HOME",
    },
    Variable {
        name: "XDG_RUNTIME_DIR",
        meaning: "where a journal goes that the data folder cannot take; then TMPDIR",
    },
    Variable {
        name: "PATH",
        meaning: "where programs such as an assistant's command are looked for",
    },
    Variable {
        name: "NO_COLOR",
        meaning: "any value: no colours",
    },
    Variable {
        name: "TERM",
        meaning: "dumb: no colours",
    },
    Variable {
        name: "COLUMNS",
        meaning: "the width of the terminal",
    },
    Variable {
        name: "LC_ALL",
        meaning: "a locale without UTF-8: plain ASCII output; wins over LC_CTYPE and LANG",
    },
    Variable {
        name: "LC_CTYPE",
        meaning: "the same; wins over LANG",
    },
    Variable {
        name: "LANG",
        meaning: "the same",
    },
    Variable {
        name: "TZ",
        meaning: "the time zone in which dates are shown",
    },
];

/// The workspace where none is named.
pub(super) const DEFAULT_WORKSPACE: &str = "default";

/// Longest name of a workspace: it becomes the name of a folder.
const LONGEST_WORKSPACE: usize = 64;

/// What a switch may say, and what it means.
const SWITCH: &[(&str, bool)] = &[
    ("false", false),
    ("0", false),
    ("off", false),
    ("no", false),
    ("true", true),
    ("1", true),
    ("on", true),
    ("yes", true),
];

/// The folders that the environment and the platform name.
pub(super) struct Folders {
    pub(super) home: PathBuf,
    pub(super) data: PathBuf,
    pub(super) config: PathBuf,
    /// Where the store may live when `data` cannot hold it, the best first.
    pub(super) fallbacks: Vec<PathBuf>,
}

/// The environment, as a function so that tests need not change that of the process.
pub(super) struct Environment<'a> {
    read: &'a dyn Fn(&str) -> Option<OsString>,
}

impl<'a> Environment<'a> {
    pub(super) fn new(read: &'a dyn Fn(&str) -> Option<OsString>) -> Self {
        Self { read }
    }

    /// Returns the value of a variable; an empty one counts as not set.
    pub(super) fn value(&self, name: &str) -> Option<OsString> {
        (self.read)(name).filter(|value| !value.is_empty())
    }

    fn text(&self, name: &str) -> Option<String> {
        self.value(name).map(|value| value.to_string_lossy().into_owned())
    }

    /// Returns the absolute folder that a variable names; a relative one would mean another folder in every process.
    pub(super) fn folder(&self, name: &str) -> Option<PathBuf> {
        self.value(name).map(PathBuf::from).filter(|path| path.is_absolute())
    }

    pub(super) fn folders(&self) -> Result<Folders, ConfigError> {
        let home = self
            .folder("HOME")
            .or_else(|| BaseDirs::new().map(|dirs| dirs.home_dir().to_owned()));
        let platform = ProjectDirs::from("dev", "callus", "callus");
        let own = self.value("CALLUS_HOME").map(|path| {
            // Hooks run in whatever folder an agent is in: a relative path means one folder all the same.
            let home = home.as_deref().filter(|_| !Path::new(&path).is_absolute());
            home.map_or_else(|| PathBuf::from(&path), |home| home.join(&path))
        });
        let fallbacks = platform.as_ref().map_or_else(Vec::new, |dirs| {
            let state = dirs.state_dir().map(Path::to_owned);
            state.into_iter().chain([dirs.cache_dir().to_owned()]).collect()
        });
        let (data, config) = match (own, platform) {
            (Some(own), _) => (own.clone(), own.join(file::NAME)),
            (None, Some(dirs)) => (dirs.data_dir().to_owned(), dirs.config_dir().join(file::NAME)),
            (None, None) => return Err(ConfigError::NoHome),
        };
        Ok(Folders {
            home: home.unwrap_or_else(|| data.clone()),
            data,
            config,
            fallbacks,
        })
    }

    pub(super) fn flag(&self, name: &'static str, default: bool) -> Result<bool, ConfigError> {
        let Some(value) = self.text(name) else {
            return Ok(default);
        };
        SWITCH
            .iter()
            .find(|(word, _)| value.trim().eq_ignore_ascii_case(word))
            .map(|(_, on)| *on)
            .ok_or(ConfigError::Variable {
                name,
                value,
                expected: "true or false",
            })
    }

    /// Returns the word that a variable is set to, if it is set.
    pub(super) fn word<T>(
        &self,
        name: &'static str,
        expected: &'static str,
        read: fn(&str) -> Option<T>,
    ) -> Result<Option<T>, ConfigError> {
        let Some(value) = self.text(name) else { return Ok(None) };
        match read(&value.trim().to_ascii_lowercase()) {
            Some(word) => Ok(Some(word)),
            None => Err(ConfigError::Variable { name, value, expected }),
        }
    }

    pub(super) fn workspace(&self) -> Result<String, ConfigError> {
        let Some(name) = self.text("CALLUS_WORKSPACE") else {
            return Ok(DEFAULT_WORKSPACE.to_owned());
        };
        let fits = name.len() <= LONGEST_WORKSPACE
            && name.starts_with(|c: char| c.is_ascii_alphanumeric())
            && name
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.'));
        if fits {
            return Ok(name);
        }
        Err(ConfigError::Variable {
            name: "CALLUS_WORKSPACE",
            value: name,
            expected: "a name of up to 64 of a-z 0-9 - _ . that starts with a letter or digit",
        })
    }

    pub(super) fn clock(&self) -> Result<Clock, ConfigError> {
        let Some(value) = self.text("CALLUS_NOW") else {
            return Ok(Clock::System);
        };
        match value.parse::<jiff::Timestamp>() {
            Ok(at) => Ok(Clock::Fixed(Timestamp(at.as_microsecond()))),
            Err(_) => Err(ConfigError::Variable {
                name: "CALLUS_NOW",
                value,
                expected: "a time such as 2026-01-31T12:00:00Z",
            }),
        }
    }

    pub(super) fn labels(&self, warnings: &mut Vec<String>) -> Vec<(String, String)> {
        let text = self.text("CALLUS_LABELS").unwrap_or_default();
        let mut labels: Vec<(String, String)> = Vec::new();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            match part.split_once('=').map(|(key, value)| (key.trim(), value.trim())) {
                Some((key, value)) if !key.is_empty() && !value.is_empty() => {
                    labels.retain(|(known, _)| known != key);
                    labels.push((key.to_owned(), value.to_owned()));
                }
                _ => warnings.push(format!("CALLUS_LABELS: {part:?} is no key=value and is left out")),
            }
        }
        labels
    }

    pub(super) fn terminal(&self) -> Terminal {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| self.text(name));
        let locale = locale.unwrap_or_default().to_ascii_lowercase();
        Terminal {
            color: self.value("NO_COLOR").is_none() && self.text("TERM").is_none_or(|term| term != "dumb"),
            columns: self.text("COLUMNS").and_then(|columns| columns.trim().parse().ok()),
            unicode: locale.contains("utf-8") || locale.contains("utf8"),
        }
    }
}
