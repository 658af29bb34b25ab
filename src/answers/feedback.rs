//! What somebody says of what they were told: that it helped or did not, and that no more is to be said of it.
//!
//! What an agent says is a claim: it neither confirms nor refutes. Two independent sessions to which a remedy was no
//! help put it behind the others, and hold back one that only an agent claims. What a person says is decided.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::page::Page;
use super::pick::{
    failure_named, hint_id, hint_named, mode_id, pick_mode, pick_project, remedy_id, remedy_named, session_row,
};
use super::remedies::{PERSON, RemedyLine, can_be_confirmed};
use super::resolve::words;
use super::writing::{Who, Writing};
use super::{Answer, AnswerError, Style, ahead, lenient};
use crate::domain::id::{ModeId, ProjectId, RemedyId, SessionId};
use crate::domain::time::{Span, Timestamp};
use crate::flow;
use crate::store::feedback::{self as said, About, By, Said, Silence};
use crate::store::read::Votes;
use crate::store::{self, FOREVER, Store, mute, remedy};

/// What is said, and about what.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("required" = ["id"]))]
pub struct FeedbackQuery {
    /// What it is about: a message `H12` (`callus told` lists them), a remedy `R12`, a failure mode, or a skill's name.
    #[serde(deserialize_with = "lenient::words")]
    #[schemars(with = "String")]
    pub id: String,
    /// Whether it helped.
    #[serde(deserialize_with = "lenient::choice")]
    #[schemars(with = "Option<bool>")]
    pub helped: Option<bool>,
    /// Why, in a sentence.
    #[serde(deserialize_with = "lenient::text")]
    pub words: Option<String>,
    /// Say no more of this failure mode for so long, such as `2h` or `7d`; `off` ends that. Asked by an agent it holds for
    /// its own session, at most seven days.
    #[serde(deserialize_with = "lenient::text")]
    pub mute: Option<String>,
    /// The session of whoever says it, where that is not known.
    #[serde(deserialize_with = "lenient::text")]
    pub session: Option<String>,
    /// Mute it only in this project.
    #[serde(skip)]
    pub project: Option<String>,
}

/// What is known now of what something was said about.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct FeedbackView {
    /// What it is about: the id of a message, a remedy or a failure mode, or a skill's name.
    pub id: String,
    /// `person` or `agent`.
    pub by: String,
    /// What was said: it helped, or it did not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub helped: Option<bool>,
    /// The failure mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    /// The remedy, with what holds it back now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<RemedyLine>,
    /// Independent sessions whose agents say that it helped.
    pub sessions_helped: i64,
    /// Independent sessions whose agents say that it did not.
    pub sessions_not: i64,
    /// The remedy is told behind all others now.
    pub is_disowned: bool,
    /// Until when the failure mode is muted for whoever said so: a time, or `forever`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub muted_until: Option<String>,
    /// Where it is muted: `session`, a project's name, or `everywhere`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub muted_in: Option<String>,
    /// A secret was taken out of the words.
    pub redacted: bool,
    #[serde(skip)]
    is_counted: bool,
}

/// The longest silence that an agent may ask for.
const LONGEST: Span = Span::days(7);
/// How long an agent's silence lasts when it says no time, but `session`.
const SESSION: &str = "session";
/// Where a person's silence holds that names no project.
const EVERYWHERE: &str = "everywhere";

/// Keeps what is said, and returns what it changed.
pub fn feedback(
    store: &mut Store,
    writing: &Writing<'_>,
    query: &FeedbackQuery,
    now: Timestamp,
) -> Result<FeedbackView, AnswerError> {
    if query.helped.is_none() && query.words.is_none() && query.mute.is_none() {
        return Err(AnswerError::Unclear {
            what: "nothing is said".to_owned(),
            choices: vec!["Give `helped` (true or false), `words` or `mute`".to_owned()],
        });
    }
    let (about, name) = about(store, query)?;
    let by = By {
        person: writing.who.is_person(),
        session: session(store, writing, query)?,
    };
    let desk = Desk {
        writing,
        query,
        by,
        now,
    };
    let redacted = desk.say(store, &about)?;
    let silence = query
        .mute
        .as_deref()
        .map(|span| desk.mute(store, &about, span))
        .transpose()?;
    desk.view(store, &about, name, silence, redacted)
}

/// What is said, in the making.
struct Desk<'d> {
    writing: &'d Writing<'d>,
    query: &'d FeedbackQuery,
    by: By,
    now: Timestamp,
}

/// A silence, and where it holds.
struct Quiet {
    until: Option<Timestamp>,
    place: String,
}

impl Desk<'_> {
    /// Keeps whether it helped, and why. Returns whether a secret was taken out of the words.
    fn say(&self, store: &mut Store, about: &About) -> Result<bool, AnswerError> {
        if self.query.helped.is_none() && self.query.words.is_none() {
            return Ok(false);
        }
        let words = self
            .query
            .words
            .as_deref()
            .map(|text| words::checked("`words`", text))
            .transpose()?;
        let words_of = Said {
            helped: self.query.helped,
            words: words.map(|text| self.writing.rules.text(text)),
        };
        let redacted = words_of.words.as_ref().map(|clean| clean.as_str()) != words;
        if let (true, Some(helped), Some(id)) = (self.by.person, self.query.helped, about.remedy) {
            self.decide(store, id, helped)?;
        }
        store.write(|tx| said::say(tx, about, self.by, &words_of, self.now))?;
        Ok(redacted)
    }

    /// A person's word decides about a remedy.
    fn decide(&self, store: &mut Store, id: RemedyId, helped: bool) -> Result<(), AnswerError> {
        let row = store.remedy(id, self.now)?;
        if helped && !row.as_ref().is_some_and(can_be_confirmed) {
            return Err(AnswerError::Refused(format!(
                "{} cannot be confirmed: `callus show` of its failure mode says why",
                remedy_id(id)
            )));
        }
        let by = self.writing.rules.text(PERSON);
        Ok(store.write(|tx| remedy::decide(tx, id, helped, &by, self.now))?)
    }

    fn mute(&self, store: &mut Store, about: &About, span: &str) -> Result<Quiet, AnswerError> {
        let mode = about.mode.ok_or_else(|| {
            AnswerError::Refused(
                "only a failure mode can be muted: give its id, or that of a message about it".to_owned(),
            )
        })?;
        let until = match span.trim().to_lowercase().as_str() {
            "off" => None,
            SESSION if !self.by.person => Some(self.now.after(LONGEST)),
            "forever" if self.by.person => Some(FOREVER),
            span => Some(ahead(span, self.now)?),
        };
        if self.by.person {
            return self.mute_for_all(store, mode, until);
        }
        if self.by.session.is_none() {
            return Err(AnswerError::Refused(
                "an agent mutes for its own session, and it is not known which that is: give `session`; a person mutes \
                 with callus mute"
                    .to_owned(),
            ));
        }
        let silence = Silence {
            project: None,
            until: until.map(|until| until.min(self.now.after(LONGEST))),
        };
        store.write(|tx| said::mute(tx, mode, self.by, silence, self.now))?;
        Ok(Quiet {
            until: silence.until,
            place: SESSION.to_owned(),
        })
    }

    /// A person mutes for everybody, or in a project.
    fn mute_for_all(&self, store: &mut Store, mode: ModeId, until: Option<Timestamp>) -> Result<Quiet, AnswerError> {
        let project = self
            .query
            .project
            .as_deref()
            .map(|given| pick_project(store, given))
            .transpose()?;
        store.write(|tx| match project {
            Some(_) => said::mute(tx, mode, self.by, Silence { project, until }, self.now),
            None => mute::mute(tx, mode, until),
        })?;
        flow::forewarn(store, self.writing.settings)?;
        let name = |project: ProjectId| store.project_name(project);
        Ok(Quiet {
            until,
            place: project
                .map(name)
                .transpose()?
                .flatten()
                .unwrap_or_else(|| EVERYWHERE.to_owned()),
        })
    }

    fn view(
        &self,
        store: &Store,
        about: &About,
        name: String,
        silence: Option<Quiet>,
        redacted: bool,
    ) -> Result<FeedbackView, AnswerError> {
        let row = about.remedy.map(|id| store.remedy(id, self.now)).transpose()?.flatten();
        let votes = match (&about.skill, about.remedy, about.mode) {
            (Some(skill), ..) => store.votes_on_skill(skill)?,
            (None, Some(remedy), _) => store.votes_on_remedy(remedy)?,
            (None, None, Some(mode)) => store.votes_on_mode(mode)?,
            _ => Votes::default(),
        };
        let mode = about.mode.map(|mode| store.mode(mode)).transpose()?.flatten();
        Ok(FeedbackView {
            id: name,
            by: if self.by.person { PERSON } else { "agent" }.to_owned(),
            helped: self.query.helped,
            mode: mode.map(|mode| mode_id(store, &mode.fingerprint)).transpose()?,
            is_disowned: row.as_ref().is_some_and(|row| row.known.is_disowned),
            remedy: row.as_ref().map(RemedyLine::explained),
            sessions_helped: votes.helped,
            sessions_not: votes.not,
            muted_until: silence
                .as_ref()
                .and_then(|quiet| quiet.until)
                .map(super::failures::muted),
            muted_in: silence.map(|quiet| quiet.place),
            redacted,
            is_counted: self.by.person || self.by.session.is_some(),
        })
    }
}

/// Returns what `query` is about, with the name under which it is shown.
fn about(store: &Store, query: &FeedbackQuery) -> Result<(About, String), AnswerError> {
    let given = query.id.trim();
    let unknown = |kind| AnswerError::Unknown {
        kind,
        given: given.to_owned(),
    };
    if let Some(hint) = hint_named(given) {
        let found = store.look(|tx| said::of_hint(tx, hint))?;
        return found
            .map(|about| (about, hint_id(hint)))
            .ok_or_else(|| unknown("message"));
    }
    if let Some(id) = remedy_named(given) {
        let row = store
            .remedy(id, Timestamp(i64::MAX))?
            .ok_or_else(|| unknown("remedy"))?;
        let about = About {
            remedy: Some(id),
            mode: Some(row.mode),
            ..About::default()
        };
        return Ok((about, remedy_id(id)));
    }
    if failure_named(given).is_none()
        && let Some(skill) = store.skill_named(given)?
    {
        let name = skill.as_str().to_owned();
        let about = About {
            skill: Some(skill),
            ..About::default()
        };
        return Ok((about, name));
    }
    let mode = pick_mode(store, given)?;
    let about = About {
        mode: Some(mode),
        ..About::default()
    };
    Ok((about, given.to_owned()))
}

/// Returns the session in which an agent says it.
fn session(kept: &Store, writing: &Writing<'_>, query: &FeedbackQuery) -> Result<Option<SessionId>, AnswerError> {
    let find = |own| kept.look(|tx| store::session::find(tx, own));
    match (&writing.who, &query.session) {
        (Who::Agent { session: Some(own) }, _) => Ok(find(own)?),
        (Who::Agent { session: None }, Some(given)) => session_row(kept, given).map(Some),
        (Who::Person, _) | (Who::Agent { session: None }, None) => Ok(None),
    }
}

impl Answer for FeedbackView {
    fn text(&self, style: &Style) -> String {
        let mut out = Page::default();
        for line in self.sentences(style) {
            for line in style.wrapped(&line, style.width) {
                out.line(line);
            }
        }
        if let Some(remedy) = &self.remedy {
            remedy.attempt(style).into_iter().for_each(|line| out.line(line));
        }
        out.text()
    }
}

impl FeedbackView {
    fn sentences(&self, style: &Style) -> Vec<String> {
        let mut said = Vec::new();
        let id = style.safe(&self.id);
        let what = match self.helped {
            Some(true) => format!("Noted that {id} helped"),
            Some(false) => format!("Noted that {id} did not help"),
            None if self.muted_in.is_none() => format!("Noted what is said of {id}"),
            None => String::new(),
        };
        if !what.is_empty() {
            said.push(what + self.weight());
        }
        if self.helped.is_some() && self.by != PERSON && (self.sessions_helped > 0 || self.sessions_not > 0) {
            said.push(format!(
                "Sessions that say it helped: {}; that it did not: {}.",
                self.sessions_helped, self.sessions_not
            ));
        }
        if self.is_disowned {
            said.push("It is told behind all others from now on.".to_owned());
        }
        if let Some(place) = &self.muted_in {
            let mode = self.mode.as_deref().unwrap_or(&id);
            let place = match place.as_str() {
                SESSION => "for this session".to_owned(),
                EVERYWHERE => place.clone(),
                project => format!("in {}", style.safe(project)),
            };
            said.push(match &self.muted_until {
                Some(until) if until == "forever" => format!("{mode} is muted {place} for good."),
                Some(until) => format!("{mode} is muted {place} until {until}."),
                None => format!("{mode} is no longer muted {place}."),
            });
        }
        if self.redacted {
            said.push("A secret was taken out of it.".to_owned());
        }
        said
    }

    /// Says what its word weighs.
    fn weight(&self) -> &'static str {
        match (self.by == PERSON, self.helped, self.remedy.is_some()) {
            (true, Some(true), true) => ": confirmed by a person.",
            (true, Some(false), true) => ": refuted by a person, and never suggested again.",
            (true, ..) => ".",
            (false, Some(_), _) if !self.is_counted => {
                ", as the claim of a program in no known session, which is shown and not counted."
            }
            (false, ..) => ", as a claim: only a person confirms or refutes.",
        }
    }
}
