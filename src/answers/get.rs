//! One failure mode, one failure or one session in parts, a page at a time: a model reads what it needs, and no more.

mod parts;
mod window;

use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::pick::{failure_id, mode_id, pick, project_at, session_id, session_row};
use super::{Answer, AnswerError, Style, lenient};
use crate::domain::id::{ProjectId, SessionId};
use crate::domain::time::Timestamp;
use crate::store::Store;
use crate::store::read::{FailureRow, Found, ModeRow};
use window::{Window, window};

/// What is wanted, and which part of it.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("required" = ["id"]))]
pub struct GetQuery {
    /// A failure mode, a failure such as `F12`, or a session, by its id or a beginning of it.
    #[serde(deserialize_with = "lenient::words")]
    #[schemars(with = "String")]
    pub id: String,
    /// `summary` (also when left out), `log`, `attempts`, `env` or `quotes`.
    #[serde(deserialize_with = "lenient::text")]
    pub part: Option<String>,
    /// Where to go on, as the answer before said.
    #[serde(deserialize_with = "lenient::count")]
    #[schemars(with = "Option<u32>")]
    pub offset: Option<u32>,
    /// At most so many characters: 4000 when left out, 7500 at most.
    #[serde(deserialize_with = "lenient::count")]
    #[schemars(with = "Option<u32>")]
    pub max_chars: Option<u32>,
    /// The folder from which it is asked: what is decided in a project is told only there.
    #[serde(skip)]
    pub here: Option<String>,
}

/// The parts of a failure mode, a failure or a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// What it is: figures, and what is suggested.
    Summary,
    /// What the failing call printed; of a session, what happened in it.
    Log,
    /// What was tried after it, and how that ended.
    Attempts,
    /// Where it ran: assistant, model, folder, branch, the state around it.
    Env,
    /// What people and programs said about it.
    Quotes,
}

impl Part {
    const ALL: [(Self, &'static str); 5] = [
        (Self::Summary, "summary"),
        (Self::Log, "log"),
        (Self::Attempts, "attempts"),
        (Self::Env, "env"),
        (Self::Quotes, "quotes"),
    ];

    fn word(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(part, _)| *part == self)
            .map_or("summary", |(_, word)| word)
    }

    fn named(given: Option<&str>) -> Result<Self, AnswerError> {
        let Some(given) = given else { return Ok(Self::Summary) };
        let word = given.trim().to_lowercase();
        Self::ALL
            .iter()
            .find(|(_, name)| *name == word)
            .map(|(part, _)| *part)
            .ok_or_else(|| AnswerError::Value {
                what: "part",
                given: given.to_owned(),
                values: Self::ALL.iter().map(|(_, word)| *word).collect(),
            })
    }
}

/// A page of one part.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct GetView {
    /// The id.
    pub id: String,
    /// `mode`, `failure` or `session`.
    pub what: String,
    /// The part.
    pub part: Part,
    /// The page; what a trace says stands behind `| `.
    pub text: String,
    /// Where it begins, in bytes of the whole part.
    pub offset: usize,
    /// The size of the whole part in bytes.
    pub bytes: usize,
    /// Where to go on; left out when nothing is left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_offset: Option<usize>,
}

/// Bytes of a page when nothing else is asked for.
const USUAL: u32 = 4_000;
/// Fewest and most bytes of a page: clients move a longer answer out of the model's sight.
const LEAST: u32 = 200;
const MOST: u32 = 7_500;

/// What an id names.
enum Subject {
    Mode(Box<ModeRow>),
    Failure(Box<FailureRow>),
    Session(SessionId, String),
}

/// Returns a page of one part of what `query.id` names.
pub fn get(store: &Store, query: &GetQuery, now: Timestamp, zone: &TimeZone) -> Result<GetView, AnswerError> {
    let part = Part::named(query.part.as_deref())?;
    let subject = subject(store, &query.id)?;
    let style = Style::model(now, zone.clone());
    let reading = Reading {
        store,
        here: project_at(store, query.here.as_deref())?,
        style: &style,
        now,
    };
    let text = reading.text(&subject, part)?;
    let most = query.max_chars.unwrap_or(USUAL).clamp(LEAST, MOST) as usize;
    let offset = query.offset.map(|offset| offset as usize);
    if let Some(beyond) = offset.filter(|offset| *offset >= text.len().max(1)) {
        return Err(AnswerError::Text {
            what: "`offset`",
            why: format!(
                "is {beyond}, and the part ends at {}: leave it out to begin anew",
                text.len()
            ),
        });
    }
    let page = window(&text, offset, most, part == Part::Log);
    let (id, what) = subject.name(store)?;
    Ok(GetView {
        text: page.marked(part.word()),
        offset: page.start,
        bytes: text.len(),
        next_offset: page.next,
        id,
        what: what.to_owned(),
        part,
    })
}

/// Returns what an id names: a failure or a failure mode, else a session.
fn subject(store: &Store, given: &str) -> Result<Subject, AnswerError> {
    let unknown = || AnswerError::Unknown {
        kind: "failure or session",
        given: given.to_owned(),
    };
    match pick(store, given) {
        Ok(Found::Mode(id)) => Ok(Subject::Mode(Box::new(store.mode(id)?.ok_or_else(unknown)?))),
        Ok(Found::Failure(id)) => Ok(Subject::Failure(Box::new(store.failure(id)?.ok_or_else(unknown)?))),
        Err(AnswerError::Unknown { .. }) => match session_row(store, given) {
            Ok(id) => {
                let row = store.session(id)?.ok_or_else(unknown)?;
                Ok(Subject::Session(id, row.external))
            }
            Err(AnswerError::Unknown { .. }) => Err(unknown()),
            Err(error) => Err(error),
        },
        Err(error) => Err(error),
    }
}

impl Subject {
    fn name(&self, store: &Store) -> Result<(String, &'static str), AnswerError> {
        Ok(match self {
            Self::Mode(row) => (mode_id(store, &row.fingerprint)?, "mode"),
            Self::Failure(row) => (failure_id(row.id), "failure"),
            Self::Session(_, external) => (session_id(store, external)?, "session"),
        })
    }
}

/// What reading a part needs.
struct Reading<'r> {
    store: &'r Store,
    here: Option<ProjectId>,
    style: &'r Style,
    now: Timestamp,
}

impl Window<'_> {
    /// Returns the page with a line that says what is missing, and where to read it.
    fn marked(&self, part: &str) -> String {
        let (text, cut) = (self.text, self.cut_lines);
        match (self.tail, self.next) {
            (Some(tail), Some(next)) => format!("{text}… {cut} lines cut: part={part} offset={next}\n{tail}"),
            (None, Some(next)) => format!("{text}… goes on: part={part} offset={next}\n"),
            (_, None) => text.to_owned(),
        }
    }
}

impl Answer for GetView {
    fn text(&self, style: &Style) -> String {
        style.safe(&self.text)
    }
}
