//! What a person, or an agent, decides about a failure mode: which remedy is right, which is wrong, that it is over.

pub(super) mod words;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::pick::{failure_id, mode_id, pick, project_at, remedy_id, remedy_named};
use super::remedies::{PERSON, RemedyLine, can_be_confirmed};
use super::{Answer, AnswerError, Style, lenient};
use crate::domain::id::{FailureId, Fingerprint, ModeId, ProjectId, RemedyId};
use crate::domain::lesson::{Remedy, RemedyKind, Source};
use crate::domain::time::Timestamp;
use crate::redact::{Clean, Rules};
use crate::store::read::{Found, InstanceRow, RemedyRow};
use crate::store::remedy::{self, Owner};
use crate::store::{Store, StoreError, mode};

/// What is decided.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("required" = ["id", "fix"]))]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch that its command has")]
pub struct ResolveQuery {
    /// The failure mode, or one of its failures, which stands for that very error.
    #[serde(deserialize_with = "lenient::words")]
    #[schemars(with = "String")]
    pub id: String,
    /// The remedy: its id, a command or a path, or the words of a decision.
    #[serde(rename = "fix", deserialize_with = "lenient::text")]
    pub with: Option<String>,
    /// The error that it is for: one of its failures, or its finer fingerprint.
    #[serde(deserialize_with = "lenient::text")]
    pub instance: Option<String>,
    /// It is for every error of the mode.
    #[serde(skip)]
    pub all: bool,
    /// The remedy that is wrong.
    #[serde(skip)]
    pub not: Option<String>,
    /// The mode is not over.
    #[serde(skip)]
    pub reopen: bool,
    /// The remedy holds in every project.
    #[serde(skip)]
    pub everywhere: bool,
    /// `with` is words, whatever it looks like.
    #[serde(skip)]
    pub words: bool,
    /// The folder from which it is said.
    #[serde(skip)]
    pub here: Option<String>,
    /// The folders in which programs are looked for.
    #[serde(skip)]
    pub path: std::ffi::OsString,
    /// A person says it; else an agent.
    #[serde(skip)]
    pub person: bool,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// A person confirmed a remedy.
    Confirmed,
    /// A person gave a remedy.
    Given,
    /// An agent gave one: a claim.
    Claimed,
    /// An agent gave one that is known already: nothing was changed.
    Known,
    /// A person refuted a remedy.
    Refuted,
    /// The failure mode is over, and nobody said by what.
    Resolved,
    /// The failure mode is open again.
    Reopened,
}

/// What was decided, and what it changed.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Resolved {
    /// The id of the failure mode.
    pub mode: String,
    /// What became of it.
    pub decision: Decision,
    /// `open` or `resolved`.
    pub status: String,
    /// The remedy that was confirmed, given, claimed or refuted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<RemedyLine>,
    /// A secret was taken out of the words that were given.
    pub redacted: bool,
    /// Remedies of the mode that could be confirmed and were not, by their ids.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<String>,
}

/// Errors of a mode that are offered when it is not clear which one is meant.
const OFFERED: u32 = 8;

/// Carries out what is decided, and returns what it came to.
pub fn resolve(
    store: &mut Store,
    rules: &Rules,
    query: &ResolveQuery,
    now: Timestamp,
) -> Result<Resolved, AnswerError> {
    let (mode, failure) = picked(store, &query.id)?;
    if !query.person && query.with.is_none() {
        return Err(AnswerError::Refused(
            "only a person, at a terminal, confirms, refutes, resolves or reopens; an agent may say what worked, as a \
             claim: --with 'COMMAND'"
                .to_owned(),
        ));
    }
    let desk = Desk {
        mode,
        failure,
        query,
        rules,
        now,
    };
    let (decision, changed, redacted) = match (&query.not, &query.with) {
        _ if query.reopen => {
            store.write(|tx| mode::reopen(tx, mode))?;
            (Decision::Reopened, None, false)
        }
        (Some(wrong), _) => (Decision::Refuted, Some(desk.refute(store, wrong)?), false),
        (None, Some(with)) => match desk.known(store, with)? {
            Some(known) if query.person => (Decision::Confirmed, Some(desk.confirm(store, &known)?), false),
            Some(known) => (Decision::Known, Some(known.known.id), false),
            None => desk.give(store, with)?,
        },
        (None, None) => desk.close(store)?,
    };
    let row = store.mode(mode)?;
    let others = match decision {
        Decision::Resolved => confirmable(store, mode, now)?
            .iter()
            .map(|row| remedy_id(row.known.id))
            .collect(),
        _ => Vec::new(),
    };
    let line = |id| Ok::<_, AnswerError>(store.remedy(id, now)?.map(|row| RemedyLine::explained(&row)));
    Ok(Resolved {
        mode: row
            .as_ref()
            .map_or(Ok(query.id.clone()), |row| mode_id(store, &row.fingerprint))?,
        decision,
        status: row.map(|row| row.status).unwrap_or_default(),
        remedy: changed.map(line).transpose()?.flatten(),
        redacted,
        others,
    })
}

/// Returns the mode that `given` names, and the failure when it names one.
fn picked(store: &Store, given: &str) -> Result<(ModeId, Option<FailureId>), AnswerError> {
    let unknown = || AnswerError::Unknown {
        kind: "failure mode",
        given: given.to_owned(),
    };
    match pick(store, given)? {
        Found::Mode(mode) => Ok((mode, None)),
        Found::Failure(id) => {
            let mode = store
                .failure(id)?
                .and_then(|failure| failure.mode)
                .ok_or_else(unknown)?;
            Ok((mode, Some(id)))
        }
    }
}

fn confirmable(store: &Store, mode: ModeId, now: Timestamp) -> Result<Vec<RemedyRow>, AnswerError> {
    let mut rows = store.mode_remedies(mode, now)?;
    rows.retain(|row| can_be_confirmed(row) && row.known.verdict != Some(false));
    Ok(rows)
}

/// One decision in the making.
struct Desk<'d> {
    mode: ModeId,
    failure: Option<FailureId>,
    query: &'d ResolveQuery,
    rules: &'d Rules,
    now: Timestamp,
}

impl Desk<'_> {
    /// Returns the remedy of this mode that `given` is: by its id, or word for word.
    fn known(&self, store: &Store, given: &str) -> Result<Option<RemedyRow>, AnswerError> {
        let rows = store.mode_remedies(self.mode, self.now)?;
        if let Some(id) = remedy_named(given) {
            let found = rows.into_iter().find(|row| row.known.id == id);
            let row = found.ok_or_else(|| AnswerError::Unknown {
                kind: "remedy",
                given: given.to_owned(),
            })?;
            return can_be_confirmed(&row).then_some(Some(row)).ok_or_else(|| {
                AnswerError::Refused(format!(
                    "{given} cannot be confirmed: `callus show {}` says why",
                    self.query.id
                ))
            });
        }
        let wanted = self.instance(store)?;
        Ok(rows.into_iter().find(|row| {
            row.known.remedy.becomes == given.trim()
                && (row.known.owner.instance.is_none() || row.known.owner.instance == wanted)
                && can_be_confirmed(row)
        }))
    }

    /// Returns the finer fingerprint that was named, if one was.
    fn instance(&self, store: &Store) -> Result<Option<Fingerprint>, AnswerError> {
        let of_failure = |id| -> Result<_, AnswerError> { Ok(store.failure(id)?.and_then(|failure| failure.instance)) };
        let text = match (&self.query.instance, self.failure) {
            (Some(given), _) => {
                let given = given.trim().to_lowercase();
                let failure = given.strip_prefix('f').and_then(|digits| digits.parse().ok());
                match failure.map(FailureId) {
                    Some(id) => of_failure(id)?,
                    None => Some(given),
                }
            }
            (None, Some(failure)) if !self.query.all => of_failure(failure)?,
            _ => None,
        };
        Ok(text.as_deref().and_then(Fingerprint::parse))
    }

    /// Returns the error that a new remedy is for, and whether it is for that one alone. What a mode has in common is a
    /// template: `command not found` is one mode for every command, and what helps one would mislead all others.
    fn target(&self, store: &Store, with: &str) -> Result<(InstanceRow, bool), AnswerError> {
        let errors = store.mode_instances(self.mode, 200)?;
        let nothing = || AnswerError::Unknown {
            kind: "error of this failure mode",
            given: self.query.instance.clone().unwrap_or_else(|| self.query.id.clone()),
        };
        let wanted = self.instance(store)?;
        if self.query.instance.is_some() || wanted.is_some() {
            let found = errors
                .into_iter()
                .find(|row| wanted.is_some() && row.instance == wanted);
            return Ok((found.ok_or_else(nothing)?, true));
        }
        let several = errors.len() > 1;
        let choices = || {
            let mut choices: Vec<String> = errors
                .iter()
                .take(OFFERED as usize)
                .map(|row| {
                    format!(
                        "--instance {}  {}",
                        failure_id(row.failure),
                        words::brief(&row.headline)
                    )
                })
                .collect();
            choices
                .push("--all  for every one of them; <1>, <2> in a command stand for what the error names".to_owned());
            choices
        };
        let whole = self.query.all || words::has_slots(with);
        if several && !whole {
            return Err(AnswerError::Unclear {
                what: format!(
                    "this failure mode is {} different errors: say which one it is for",
                    errors.len()
                ),
                choices: choices(),
            });
        }
        let newest = errors.into_iter().next().ok_or_else(nothing)?;
        Ok((newest, !whole))
    }

    /// Returns the project in which a new remedy holds: the one from which it is said, else the one of the error.
    fn project(&self, store: &Store, target: &InstanceRow) -> Result<Option<ProjectId>, AnswerError> {
        if self.query.everywhere {
            return Ok(None);
        }
        let here = project_at(store, self.query.here.as_deref())?;
        here.or(target.project).map(Some).ok_or_else(|| AnswerError::Unclear {
            what: "it is not clear in which project this holds".to_owned(),
            choices: vec![
                "Say it in a folder of the project, or with --everywhere when it is a fact about a tool or this system"
                    .to_owned(),
            ],
        })
    }

    /// Keeps a new remedy: a person's is confirmed with that, an agent's is a claim.
    fn give(&self, store: &mut Store, with: &str) -> Result<(Decision, Option<RemedyId>, bool), AnswerError> {
        let text = words::checked("--with", with)?;
        let (target, alone) = self.target(store, text)?;
        let is_command = !self.query.words && words::is_command(text, &target.call, &self.query.path);
        // Words that could be typed as a command are read as one by whoever is told them.
        if let Some(why) = words::never(text) {
            return Err(AnswerError::Refused(why));
        }
        let project = self.project(store, &target)?;
        let becomes = self.rules.text(text);
        let redacted = becomes.as_str() != text;
        let texts = self.rules.text(&target.call).zip(becomes);
        let clean: Clean<Remedy> = match (is_command, project.is_none()) {
            (true, true) => texts.derive(|texts| remedy_of(texts, RemedyKind::Changed, true)),
            (true, false) => texts.derive(|texts| remedy_of(texts, RemedyKind::Changed, false)),
            (false, true) => texts.derive(|texts| remedy_of(texts, RemedyKind::Decision, true)),
            (false, false) => texts.derive(|texts| remedy_of(texts, RemedyKind::Decision, false)),
        };
        let owner = Owner {
            pattern: target.pattern,
            instance: target.instance.filter(|_| alone),
            project,
        };
        let source = if self.query.person {
            Source::Person
        } else {
            Source::Agent
        };
        let by = self.rules.text(PERSON);
        let (id, lesson) = store.write(|tx| {
            let id = remedy::keep(tx, owner, &clean, source, self.now)?;
            if source == Source::Person {
                remedy::decide(tx, id, true, &by, self.now)?;
            }
            Ok::<_, StoreError>((id, owner.instance))
        })?;
        if source == Source::Agent {
            return Ok((Decision::Claimed, Some(id), redacted));
        }
        self.learn(store, lesson, Some((id, &clean.becomes)))?;
        Ok((Decision::Given, Some(id), redacted))
    }

    fn confirm(&self, store: &mut Store, row: &RemedyRow) -> Result<RemedyId, AnswerError> {
        let id = row.known.id;
        let by = self.rules.text(PERSON);
        store.write(|tx| remedy::decide(tx, id, true, &by, self.now))?;
        self.learn(store, row.known.owner.instance, Some((id, &row.known.remedy.becomes)))?;
        Ok(id)
    }

    /// Says that a remedy is wrong. What was resolved by it is open again.
    fn refute(&self, store: &mut Store, given: &str) -> Result<RemedyId, AnswerError> {
        let rows = store.mode_remedies(self.mode, self.now)?;
        let wanted = remedy_named(given);
        let found = rows
            .iter()
            .find(|row| Some(row.known.id) == wanted || row.known.remedy.becomes == given.trim());
        let row = found.ok_or_else(|| AnswerError::Unknown {
            kind: "remedy",
            given: given.to_owned(),
        })?;
        let (id, was_confirmed) = (row.known.id, row.known.verdict == Some(true));
        let by = self.rules.text(PERSON);
        store.write(|tx| {
            remedy::decide(tx, id, false, &by, self.now)?;
            if was_confirmed {
                mode::reopen(tx, self.mode)?;
            }
            Ok::<_, StoreError>(())
        })?;
        Ok(id)
    }

    /// Resolves the mode. The one remedy that it has is confirmed with that; of several none is.
    fn close(&self, store: &mut Store) -> Result<(Decision, Option<RemedyId>, bool), AnswerError> {
        let mut rows = confirmable(store, self.mode, self.now)?;
        // What only an agent says is confirmed by its name, or not at all.
        rows.retain(|row| row.known.source != Source::Agent);
        if let (1, Some(row)) = (rows.len(), rows.pop()) {
            let by = self.rules.text(PERSON);
            let id = row.known.id;
            store.write(|tx| remedy::decide(tx, id, true, &by, self.now))?;
            self.learn(store, None, Some((id, &row.known.remedy.becomes)))?;
            return Ok((Decision::Confirmed, Some(id), false));
        }
        let instance = self.instance(store)?;
        self.learn(store, instance, None)?;
        Ok((Decision::Resolved, None, false))
    }

    /// Notes with the failures what was learnt of them.
    fn learn(
        &self,
        store: &mut Store,
        instance: Option<Fingerprint>,
        lesson: Option<(RemedyId, &str)>,
    ) -> Result<(), AnswerError> {
        let lesson = match lesson {
            Some((id, text)) => json!({"by": PERSON, "remedy": remedy_id(id), "text": text}),
            None => json!({"by": PERSON}),
        };
        let lesson = self.rules.text(&lesson.to_string());
        Ok(store.write(|tx| mode::learnt(tx, self.mode, instance, &lesson))?)
    }
}

fn remedy_of((was, becomes): &(String, String), kind: RemedyKind, travels: bool) -> Remedy {
    Remedy {
        kind,
        was: was.clone(),
        becomes: becomes.clone(),
        travels,
    }
}

impl Answer for Resolved {
    fn text(&self, style: &Style) -> String {
        let id = self
            .remedy
            .as_ref()
            .map(|remedy| remedy.id.as_str())
            .unwrap_or_default();
        let said = match self.decision {
            Decision::Confirmed => format!("{id} of {} is confirmed.", self.mode),
            Decision::Given => format!("{id} of {} is kept as what a person says.", self.mode),
            Decision::Claimed => format!(
                "{id} of {} is kept as an agent's claim: no person typed it. It is told once two sessions have seen it \
                 work, or a person confirms it.",
                self.mode
            ),
            Decision::Known => format!("{id} of {} is known already; only a person confirms it.", self.mode),
            Decision::Refuted => format!("{id} of {} is refuted, and is never suggested again.", self.mode),
            Decision::Resolved => format!("{} is resolved.", self.mode),
            Decision::Reopened => format!("{} is open again.", self.mode),
        };
        let mut out: String = style
            .wrapped(&said, style.width)
            .into_iter()
            .map(|line| line + "\n")
            .collect();
        if let Some(remedy) = &self.remedy {
            out.push_str(&remedy.paragraph(style));
        }
        for line in self.notes() {
            for line in style.wrapped(&line, style.width) {
                out.push_str(&line);
                out.push('\n');
            }
        }
        out
    }
}

impl Resolved {
    /// Returns what one may want to do next, one sentence each.
    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.redacted {
            notes.push("A secret was taken out of it.".to_owned());
        }
        let mode = &self.mode;
        let remedy = self
            .remedy
            .as_ref()
            .map(|remedy| remedy.id.as_str())
            .unwrap_or_default();
        match (self.decision, self.status.as_str()) {
            (Decision::Confirmed | Decision::Given, "resolved") => {
                notes.push(format!(
                    "{mode} is resolved, until it fails again. Undo: callus resolve {mode} --not {remedy}"
                ));
            }
            (Decision::Confirmed | Decision::Given, _) => {
                notes.push(format!(
                    "{mode} has other errors and stays open. Undo: callus resolve {mode} --not {remedy}"
                ));
            }
            (Decision::Refuted, _) => notes.push(format!("Undo: callus resolve {mode} --with {remedy}")),
            (Decision::Resolved, _) => {
                notes.push(format!(
                    "It opens again when it fails. Undo: callus resolve {mode} --reopen"
                ));
                if let Some(first) = self.others.first() {
                    notes.push(format!(
                        "It has {} remedies, and none was confirmed: callus resolve {mode} --with {first}",
                        self.others.len()
                    ));
                }
            }
            (Decision::Claimed | Decision::Known | Decision::Reopened, _) => {}
        }
        notes
    }
}
