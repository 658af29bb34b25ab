//! Every word that was told to agents, and what came of it.

use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::page::Page;
use super::pick::{hint_id, mode_id, pick_project, session_id, session_row};
use super::remedies::PERSON;
use super::style::{self, count, size};
use super::{Answer, AnswerError, Style, lenient, since};
use crate::domain::id::ProjectId;
use crate::domain::lesson::{Aftermath, Told};
use crate::domain::time::Timestamp;
use crate::store::Store;
use crate::store::read::{ToldFilter, ToldRow};

/// Which messages are wanted.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ToldQuery {
    /// Only what was told since then: `7d`, `today`, a date.
    #[serde(deserialize_with = "lenient::text")]
    pub since: Option<String>,
    /// Only to this session.
    #[serde(deserialize_with = "lenient::text")]
    pub session: Option<String>,
    /// Only `hint`, `warning` or `brief`.
    #[serde(deserialize_with = "lenient::text")]
    pub kind: Option<String>,
    /// Only in this project: its name, its remote or a folder in it.
    #[serde(deserialize_with = "lenient::text")]
    pub project: Option<String>,
    /// At most so many; 50 when left out.
    #[serde(deserialize_with = "lenient::count")]
    pub limit: Option<u32>,
}

/// What agents were told.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ToldView {
    /// The beginning of the window; left out when everything was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// The messages, newest first.
    pub messages: Vec<MessageLine>,
    /// There are more than the limit let through.
    pub more: bool,
    /// The sums over all that was asked for, also beyond the limit.
    pub sums: ToldSums,
    /// Something was told at all, whether or not it fits what was asked for.
    #[serde(skip)]
    ever: bool,
}

/// One message to an agent.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct MessageLine {
    /// Its id on this machine: `callus feedback` takes it.
    pub id: String,
    /// When.
    pub at: String,
    /// `hint`, `warning` or `brief`.
    pub kind: String,
    /// Why it was allowed: `remedy`, `unsolved` or `decision`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// It was only noted, and not sent.
    pub shadow: bool,
    /// The session's id.
    pub session: String,
    /// The subagent; left out for the session's own agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// The name of the session's project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// The id of the failure mode that it spoke of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    /// All of it, as the agent read it.
    pub text: String,
    /// What it said to type, alone.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub suggestion: String,
    /// Its size in bytes.
    pub bytes: i64,
    /// About how many tokens that is: a quarter of its bytes.
    pub tokens: i64,
    /// What happened next: `helped`, `followed`, `failed-again` or `ignored`; left out while that is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aftermath: Option<String>,
    /// What was said of it, the oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub feedback: Vec<FeedbackLine>,
    #[serde(skip)]
    time: Timestamp,
}

/// What somebody says of a message.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct FeedbackLine {
    /// `person` or `agent`.
    pub by: String,
    /// The session of the agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// It helped, or it did not; left out where nothing is said of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub helped: Option<bool>,
    /// Why, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
    /// When.
    pub at: String,
}

/// The sums of messages to agents; what was only noted counts in `shadow` alone.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct ToldSums {
    /// Messages that were sent.
    pub messages: i64,
    /// Of them: hints, right after a failure.
    pub hints: i64,
    /// Of them: warnings, before a call.
    pub warnings: i64,
    /// Of them: briefs, at the start of a session.
    pub briefs: i64,
    /// Messages that were only noted.
    pub shadow: i64,
    /// The size of what was sent, in bytes.
    pub bytes: i64,
    /// About how many tokens that is: a quarter of the bytes.
    pub tokens: i64,
    /// A later call did what was said, and it worked.
    pub helped: i64,
    /// A later call did what was said; how it ended is not clear.
    pub followed: i64,
    /// A later call did what was said, or the old thing, and failed in the same way.
    pub failed_again: i64,
    /// Nothing of it was done.
    pub ignored: i64,
    /// How often somebody says of one that it helped.
    pub said_helped: i64,
    /// How often somebody says that it did not.
    pub said_not: i64,
    /// The share that helped of those of which it is known what came; left out while none is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub helped_share: Option<f64>,
    /// Messages for each 100 tool calls of the same sessions; left out where there was no call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_100_calls: Option<f64>,
}

/// What is said before the first message.
const NOTHING_YET: &str = "Nothing was told yet. An agent is told something when a call fails and an earlier session got \
past the same failure, when a session starts that is likely to meet such a failure, and before a call that all but always \
fails.
`callus replay` shows what would have been told in past sessions; `callus doctor` says whether the hooks are in place.";

/// Messages when no limit is given.
const LIMIT: u32 = 50;
/// Bytes of English and code that make a token, about.
const BYTES_PER_TOKEN: i64 = 4;

/// Returns what agents were told.
pub fn told(store: &Store, query: &ToldQuery, now: Timestamp, zone: &TimeZone) -> Result<ToldView, AnswerError> {
    let since = query.since.as_deref().map(|text| since(text, now, zone)).transpose()?;
    let pick = |given: &str| pick_project(store, given);
    let filter = ToldFilter {
        since,
        until: None,
        session: query.session.as_deref().map(|id| session_row(store, id)).transpose()?,
        kind: query.kind.as_deref().map(kind).transpose()?,
        project: query.project.as_deref().map(pick).transpose()?,
    };
    let limit = query.limit.unwrap_or(LIMIT).clamp(1, 1_000);
    let mut rows = store.told(&filter, Some(limit + 1))?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let calls = if let Some(session) = filter.session {
        store.session(session)?.map_or(0, |session| session.calls)
    } else {
        let start = since.unwrap_or(Timestamp(i64::MIN));
        store.totals(start, Timestamp(i64::MAX), filter.project)?.calls
    };
    Ok(ToldView {
        since: since.map(style::rfc3339),
        messages: rows
            .into_iter()
            .map(|row| message(store, row))
            .collect::<Result<_, _>>()?,
        more,
        sums: ToldSums::sum(store, &filter, calls)?,
        ever: !store.told(&ToldFilter::default(), Some(1))?.is_empty(),
    })
}

fn kind(word: &str) -> Result<Told, AnswerError> {
    let known = Told::from_word(&word.trim().to_lowercase());
    known.ok_or_else(|| AnswerError::Value {
        what: "kind of message",
        given: word.to_owned(),
        values: Told::ALL.iter().map(|(_, word)| *word).collect(),
    })
}

fn message(store: &Store, row: ToldRow) -> Result<MessageLine, AnswerError> {
    let mode = row.mode.map(|mode| store.mode(mode)).transpose()?.flatten();
    let mut feedback = Vec::new();
    for said in store.feedback_on(row.id)? {
        feedback.push(FeedbackLine {
            by: if said.person { PERSON } else { "agent" }.to_owned(),
            session: said.external.map(|external| session_id(store, &external)).transpose()?,
            helped: said.helped,
            words: said.words,
            at: style::rfc3339(said.at),
        });
    }
    Ok(MessageLine {
        id: hint_id(row.id),
        at: style::rfc3339(row.at),
        kind: row.kind,
        rule: row.rule,
        shadow: row.shadow,
        session: session_id(store, &row.external)?,
        agent: row.agent,
        project: row.project,
        mode: mode.map(|mode| mode_id(store, &mode.fingerprint)).transpose()?,
        text: row.text,
        suggestion: row.suggestion,
        bytes: row.bytes,
        tokens: row.bytes / BYTES_PER_TOKEN,
        aftermath: row.aftermath,
        feedback,
        time: row.at,
    })
}

impl ToldSums {
    /// Returns the sums of a window; `calls` are the tool calls of its sessions.
    pub(super) fn of(
        store: &Store,
        (since, until): (Timestamp, Timestamp),
        project: Option<ProjectId>,
        calls: i64,
    ) -> Result<Self, AnswerError> {
        let filter = ToldFilter {
            since: Some(since),
            until: Some(until),
            project,
            ..ToldFilter::default()
        };
        Self::sum(store, &filter, calls)
    }

    fn sum(store: &Store, filter: &ToldFilter, calls: i64) -> Result<Self, AnswerError> {
        let totals = store.told_totals(filter)?;
        let came = |wanted: Aftermath| {
            let place = Aftermath::ALL.iter().position(|(one, _)| *one == wanted);
            place.map_or(0, |at| totals.came[at])
        };
        let over: i64 = totals.came.iter().sum();
        Ok(Self {
            messages: totals.sent,
            hints: totals.hints,
            warnings: totals.warnings,
            briefs: totals.briefs,
            shadow: totals.shadow,
            bytes: totals.bytes,
            tokens: totals.bytes / BYTES_PER_TOKEN,
            helped: came(Aftermath::Helped),
            followed: came(Aftermath::Followed),
            failed_again: came(Aftermath::FailedAgain),
            ignored: came(Aftermath::Ignored),
            said_helped: totals.said_helped,
            said_not: totals.said_not,
            helped_share: (over > 0).then(|| rounded(came(Aftermath::Helped) as f64 / over as f64)),
            per_100_calls: (calls > 0).then(|| rounded(100.0 * totals.sent as f64 / calls as f64)),
        })
    }

    /// Returns whether anything was sent or noted.
    pub(super) fn is_anything(&self) -> bool {
        self.messages + self.shadow > 0
    }

    /// Returns the sums in a sentence: what was sent, what it weighs, what came of it.
    pub(super) fn sentence(&self) -> String {
        let mut parts = vec![format!("{}{}", count(self.messages, "message"), self.kinds())];
        if self.messages > 0 {
            parts.push(size(self.bytes.unsigned_abs()));
            parts.extend(self.per_100_calls.map(|rate| format!("{rate} per 100 calls")));
        }
        let came = self.came();
        if !came.is_empty() {
            parts.push(came);
        }
        let said = self.said();
        if !said.is_empty() {
            parts.push(said);
        }
        if self.shadow > 0 {
            parts.push(format!("{} only noted", style::thousands(self.shadow)));
        }
        parts.join(", ")
    }

    fn kinds(&self) -> String {
        let kinds = [(self.hints, "hint"), (self.warnings, "warning"), (self.briefs, "brief")];
        let kinds: Vec<String> = kinds
            .iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, noun)| count(*number, noun))
            .collect();
        if kinds.is_empty() {
            return String::new();
        }
        format!(" ({})", kinds.join(", "))
    }

    fn said(&self) -> String {
        let said = [
            (self.said_helped, "said to have helped"),
            (self.said_not, "said not to"),
        ];
        let said: Vec<String> = said
            .iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, what)| format!("{} {what}", style::thousands(*number)))
            .collect();
        said.join(", ")
    }

    fn came(&self) -> String {
        let came = [
            (self.helped, "helped"),
            (self.followed, "followed"),
            (self.failed_again, "failed again"),
            (self.ignored, "ignored"),
        ];
        let came: Vec<String> = came
            .iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, what)| format!("{} {what}", style::thousands(*number)))
            .collect();
        came.join(", ")
    }
}

/// Returns a rate to two places.
fn rounded(rate: f64) -> f64 {
    (rate * 100.0).round() / 100.0
}

impl FeedbackLine {
    /// Returns it in one sentence.
    fn sentence(&self) -> String {
        let who = match &self.session {
            _ if self.by == PERSON => "A person".to_owned(),
            Some(session) => format!("The agent of {session}"),
            None => "A program".to_owned(),
        };
        let what = match self.helped {
            Some(true) => " says that it helped",
            Some(false) => " says that it did not help",
            None => " says",
        };
        let words = self
            .words
            .as_deref()
            .map(|words| format!(": \"{}\"", words.replace('"', "'")));
        format!("{who}{what}{}", words.unwrap_or_default())
    }
}

impl MessageLine {
    fn text(&self, style: &Style) -> String {
        let mut out = Page::default();
        let what = if self.shadow {
            format!("{}, only noted", self.kind)
        } else {
            self.kind.clone()
        };
        let came = self.aftermath.as_deref().unwrap_or_default().replace('-', " ");
        let who = self.agent.as_deref().map(|agent| format!("subagent {agent}"));
        let head = [style.bold(&what), self.id.clone(), style.date(self.time), came];
        out.line(style.dotted(&head));
        let weight = format!("{} (~{} tokens)", size(self.bytes.unsigned_abs()), self.tokens);
        let facts = [
            self.mode.clone().unwrap_or_default(),
            style.safe(&self.session),
            style.safe(&who.unwrap_or_default()),
            style.safe(self.project.as_deref().unwrap_or_default()),
            weight,
        ];
        out.line(format!(
            "  {}",
            style.dim(&style.line(&style.dotted(&facts), style.width.saturating_sub(2)))
        ));
        for line in style.wrapped(&self.text, style.width.saturating_sub(4)) {
            out.line(format!("  {} {line}", style.dim("|")));
        }
        for said in &self.feedback {
            out.line(format!(
                "  {}",
                style.line(&said.sentence(), style.width.saturating_sub(2))
            ));
        }
        out.text()
    }
}

impl Answer for ToldView {
    fn text(&self, style: &Style) -> String {
        if self.messages.is_empty() && self.ever {
            return "Nothing was told that fits what was asked for.\n".to_owned();
        }
        if self.messages.is_empty() {
            return style.wrapped(NOTHING_YET, style.width).join("\n") + "\n";
        }
        let mut out = Page::default();
        for message in &self.messages {
            out.add(&message.text(style));
        }
        if self.more {
            out.line(style.dim(&style::more(self.messages.len())));
        }
        out.line("");
        out.add(&style.field("Sum", &self.sums.sentence()));
        if let Some(share) = self.sums.helped_share {
            let over = self.sums.helped + self.sums.followed + self.sums.failed_again + self.sums.ignored;
            out.add(&style.field(
                "Helped",
                &format!(
                    "{} of the {} of which it is known ({:.0} %)",
                    self.sums.helped,
                    style::thousands(over),
                    share * 100.0
                ),
            ));
        }
        out.text()
    }
}
