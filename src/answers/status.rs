//! What is recorded, where, and whether recording goes on.

use schemars::JsonSchema;
use serde::Serialize;

use super::style::{self, count, size};
use super::{Answer, AnswerError, Style};
use crate::config::Settings;
use crate::domain::time::Timestamp;
use crate::store::Store;

/// What is recorded, where, and whether recording goes on.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct StatusView {
    /// The version of this program.
    pub version: String,
    /// The workspace.
    pub workspace: String,
    /// The database.
    pub database: String,
    /// The version of its schema.
    pub schema: u32,
    /// Its bytes.
    pub database_bytes: u64,
    /// The time until which nothing is recorded; left out while recording goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paused_until: Option<String>,
    /// Sessions.
    pub sessions: i64,
    /// Events: calls, prompts, turns and the like.
    pub events: i64,
    /// Failures that count.
    pub failures: i64,
    /// Failures set aside.
    pub set_aside: i64,
    /// Failure modes.
    pub modes: i64,
    /// Projects.
    pub projects: i64,
    /// Sessions that have not ended, and were active within a day.
    pub open_sessions: i64,
    /// The newest event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_event_at: Option<String>,
    /// Journals that wait to be read.
    pub journals: usize,
    /// Their bytes.
    pub journal_bytes: u64,
    /// Lines of journals and transcripts that were no record.
    pub broken_lines: i64,
    #[serde(skip)]
    last: Option<Timestamp>,
    #[serde(skip)]
    paused: Option<Timestamp>,
}

/// Returns what is recorded, where, and whether recording goes on.
pub fn status(store: &Store, settings: &Settings, paused: Option<Timestamp>) -> Result<StatusView, AnswerError> {
    let health = store.health(settings.clock.now())?;
    let (journals, journal_bytes) = spooled(settings);
    let paused = paused.filter(|until| *until > settings.clock.now());
    Ok(StatusView {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        workspace: settings.workspace.clone(),
        database: store.path().display().to_string(),
        schema: health.schema,
        database_bytes: health.bytes,
        paused_until: paused.map(style::rfc3339),
        sessions: health.sessions,
        events: health.events,
        failures: health.failures,
        set_aside: health.expected,
        modes: health.modes,
        projects: health.projects,
        open_sessions: health.open_sessions,
        last_event_at: health.last_event.map(style::rfc3339),
        journals,
        journal_bytes,
        broken_lines: health.broken_lines,
        last: health.last_event,
        paused,
    })
}

/// Returns how many journals there are and their bytes; a folder that cannot be read has none.
fn spooled(settings: &Settings) -> (usize, u64) {
    let Ok(files) = std::fs::read_dir(settings.journals()) else {
        return (0, 0);
    };
    files
        .flatten()
        .filter_map(|file| file.metadata().ok())
        .filter(std::fs::Metadata::is_file)
        .fold((0, 0), |(number, bytes), file| (number + 1, bytes + file.len()))
}

impl Answer for StatusView {
    fn text(&self, style: &Style) -> String {
        let recording = self.paused.map_or_else(
            || "on".to_owned(),
            |until| format!("paused until {}; callus resume", style.date(until)),
        );
        let last = self.last.map_or_else(
            || "none yet".to_owned(),
            |at| format!("{}, {}", style.ago(at), style.date(at)),
        );
        let recorded = format!(
            "{}, {}, {}",
            count(self.sessions, "session"),
            count(self.events, "event"),
            count(self.projects, "project")
        );
        let failed = format!(
            "{} in {}, {} set aside",
            count(self.failures, "failure"),
            count(self.modes, "mode"),
            self.set_aside
        );
        let journals = match self.journals {
            0 => String::new(),
            number => format!(
                "{} waiting ({})",
                count(i64::try_from(number).unwrap_or(0), "journal"),
                size(self.journal_bytes)
            ),
        };
        let broken = if self.broken_lines > 0 {
            format!("{} were no record", count(self.broken_lines, "line"))
        } else {
            String::new()
        };
        let open = if self.open_sessions > 0 {
            count(self.open_sessions, "session")
        } else {
            String::new()
        };
        let fields = [
            ("Recording", recording),
            ("Last event", last),
            ("Recorded", recorded),
            ("Failed", failed),
            ("Running", open),
            ("Journals", journals),
            ("Broken", broken),
            ("Workspace", self.workspace.clone()),
            ("Database", format!("{} ({})", self.database, size(self.database_bytes))),
            ("Version", format!("{} (schema {})", self.version, self.schema)),
        ];
        fields
            .iter()
            .filter(|(_, text)| !text.is_empty())
            .map(|(name, text)| style.field(name, text))
            .collect()
    }
}
