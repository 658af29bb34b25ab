//! What the answer is printed on, and how it is laid out for it.

use std::io::IsTerminal as _;

use jiff::tz::TimeZone;
use rustix::termios::tcgetwinsize;

use super::Error;
use super::commands::Common;
use crate::answers::{Answer, Reader, Style, Who};
use crate::assistants;
use crate::config::{self, Settings};
use crate::domain::time::Timestamp;

/// The fewest characters per line that answers are laid out for.
const NARROWEST: usize = 60;
/// Characters per line where the output is no terminal.
const PIPED: usize = 100;
/// The most characters per line: longer ones are hard to read.
const WIDEST: usize = 120;

/// The settings, and how answers are wanted.
#[derive(Debug)]
pub(super) struct Surroundings {
    /// The settings.
    pub(super) settings: Settings,
    /// The layout of text.
    pub(super) style: Style,
    json: bool,
}

impl Surroundings {
    /// Reads the settings and looks at the terminal.
    pub(super) fn load(common: &Common) -> Result<Self, Error> {
        let settings = Settings::load()?;
        let terminal = std::io::stdout().is_terminal();
        let columns = columns(&settings);
        let style = Style {
            reader: Reader::Person,
            width: columns.unwrap_or(PIPED).clamp(NARROWEST, WIDEST),
            colour: terminal && settings.terminal.color,
            unicode: settings.terminal.unicode,
            zone: if common.utc { TimeZone::UTC } else { TimeZone::system() },
            now: settings.clock.now(),
        };
        Ok(Self {
            settings,
            style,
            json: common.json,
        })
    }

    /// Returns the time now.
    pub(super) fn now(&self) -> Timestamp {
        self.style.now
    }

    /// Returns whether JSON is wanted.
    pub(super) fn json(&self) -> bool {
        self.json
    }

    /// Returns an answer as it is wanted: as text, or as JSON.
    pub(super) fn told(&self, answer: &impl Answer) -> Result<String, Error> {
        if !self.json {
            return Ok(answer.text(&self.style));
        }
        let json = serde_json::to_string_pretty(answer).map_err(|error| Error::new(super::Kind::Internal, error))?;
        Ok(json + "\n")
    }

    /// Returns the style for lines that stand alone: as wide as the terminal is now, and whole where the output is none.
    pub(super) fn line_style(&self) -> Style {
        let whole = !std::io::stdout().is_terminal();
        Style {
            width: if whole {
                usize::MAX
            } else {
                columns(&self.settings).unwrap_or(PIPED)
            },
            ..self.style.clone()
        }
    }

    /// Returns `text` without what the terminal cannot show. JSON stays as it is: it is UTF-8 by definition.
    pub(super) fn printable(&self, text: &str) -> String {
        if self.json || self.style.unicode || text.is_ascii() {
            return text.to_owned();
        }
        let plain = |c: char| if c.is_ascii() { c } else { '?' };
        text.chars().map(plain).collect()
    }
}

/// Returns the characters of a line: as the environment says, else as the terminal does.
fn columns(settings: &Settings) -> Option<usize> {
    settings.terminal.columns.map(usize::from).or_else(|| {
        let out = std::io::stdout();
        let size = out.is_terminal().then(|| tcgetwinsize(&out).ok()).flatten()?;
        Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
    })
}

/// Returns whether the environment welcomes colours; asked where even the settings may have failed.
pub(super) fn colours_welcome() -> bool {
    Settings::load().is_ok_and(|settings| settings.terminal.color)
}

/// Returns what is meant by a project or folder: a relative folder is one of this process.
pub(super) fn folder(given: String) -> String {
    let relative = given == "." || given == ".." || given.starts_with("./") || given.starts_with("../");
    if !relative {
        return given;
    }
    std::fs::canonicalize(&given).map_or(given, |folder| folder.display().to_string())
}

/// Returns the folder in which the command was given: what is decided in a project is told only there.
pub(super) fn here() -> Option<String> {
    std::fs::canonicalize(".")
        .ok()
        .map(|folder| folder.display().to_string())
}

/// Returns who gives the command: a person types where there is a terminal and no assistant has started this process.
pub(super) fn who() -> Who {
    let is_agent = assistants::AGENT_VARIABLES
        .iter()
        .any(|name| config::variable(name).is_some());
    if std::io::stdin().is_terminal() && !is_agent {
        Who::Person
    } else {
        Who::Agent {
            session: assistants::server_session(config::variable),
        }
    }
}
