//! What worked after a failure, in the same words in every answer, and which of it is suggested.

mod withheld;

use schemars::JsonSchema;
use serde::Serialize;

use super::failures::ModeLine;
use super::page::Page;
use super::pick::{remedy_id, session_id};
use super::style::{self, count};
use super::{AnswerError, Style};
use crate::domain::id::{Fingerprint, ModeId, ProjectId};
use crate::domain::lesson::{RemedyKind, Source};
use crate::domain::time::Timestamp;
use crate::failure::remedy::filled;
use crate::failure::withheld::Withheld;
use crate::store::Store;
use crate::store::read::{QuoteRow, RemedyRow};

pub(super) use withheld::never;

/// What worked after a failure.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RemedyLine {
    /// Its id on this machine: `callus resolve` takes it.
    pub id: String,
    /// `changed`, `path`, `prepared`, `edited`, `retry` or `decision`.
    pub kind: String,
    /// What failed: the call, or the path.
    pub from: String,
    /// What worked: a command, a path, edited files, or the words of a decision. `<1>`, `<2>` stand for what the error
    /// names, where the remedy is for the whole failure mode and no error is at hand.
    pub to: String,
    /// The finer fingerprint that it is for; left out when it is for the whole failure mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// The name of the project in which it holds; left out when it holds everywhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// Sessions in which it worked; forks, resumes and subagents of one session count as one.
    pub worked: u32,
    /// Sessions in which it was tried and failed.
    pub failed: u32,
    /// When it last worked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_worked_at: Option<String>,
    /// When it was last tried and failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_failed_at: Option<String>,
    /// `seen` in a session, claimed by an `agent`, or said by a `person`.
    pub source: String,
    /// `confirmed` or `refuted`; left out while nobody has decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<String>,
    /// Who decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
    /// When they did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<String>,
    /// Why it is never suggested; left out when it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withheld: Option<String>,
    /// The call that failed, as an example; `callus show` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failing_call: Option<Quote>,
    /// The call that worked; `callus show` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub working_call: Option<Quote>,
    #[serde(skip)]
    said: Said,
}

/// What the text of a remedy needs besides its fields.
#[derive(Debug, Clone, Copy)]
struct Said {
    kind: RemedyKind,
    source: Source,
    last: Option<Timestamp>,
    decided: Option<Timestamp>,
}

/// A call that shows what a remedy is.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Quote {
    /// The session's id.
    pub session: String,
    /// When.
    pub at: String,
    /// The tool as the assistant names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
    /// The command line, or the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call: Option<String>,
    /// What went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headline: Option<String>,
    #[serde(skip)]
    time: Timestamp,
}

/// At most so many are told of one failure mode outside of `callus show`.
const TOLD: usize = 3;

/// Most characters of a command that is shown whole.
const WHOLE: usize = 400;
/// Who decided, as the store says it.
pub(super) const PERSON: &str = "person";

/// What stands before a remedy of each kind.
const LEADS: &[(RemedyKind, &str)] = &[
    (RemedyKind::Changed, "Worked instead:"),
    (RemedyKind::Path, "It is:"),
    (RemedyKind::Prepared, "First run:"),
    (RemedyKind::Edited, "Was edited:"),
    (RemedyKind::Retry, "Went through unchanged:"),
    (RemedyKind::Decision, "Decided:"),
];

/// Returns every remedy of a mode with its examples and, where it is never suggested, why.
pub(super) fn all(store: &Store, mode: ModeId, now: Timestamp) -> Result<Vec<RemedyLine>, AnswerError> {
    let mut lines = Vec::new();
    for row in store.mode_remedies(mode, now)? {
        let [failing, working] = store.remedy_examples(row.known.id)?;
        let mut line = RemedyLine::explained(&row);
        line.failing_call = failing.map(|row| quote(store, row)).transpose()?;
        line.working_call = working.map(|row| quote(store, row)).transpose()?;
        lines.push(line);
    }
    Ok(lines)
}

/// Returns what is suggested for an error: what worked for this very one, then for its kind with the names of the
/// error in place of the slots. `instances` are the finer fingerprints that the error may have.
pub(super) fn suggested(
    store: &Store,
    mode: ModeId,
    instances: &[Fingerprint],
    headline: &str,
    here: Option<ProjectId>,
    now: Timestamp,
) -> Result<Vec<RemedyLine>, AnswerError> {
    let mut rows = Vec::new();
    for instance in instances {
        rows.extend(store.instance_remedies(*instance, now)?);
    }
    let of_mode = store.mode_remedies(mode, now)?;
    rows.extend(of_mode.into_iter().filter(|row| row.known.owner.instance.is_none()));
    let mut lines: Vec<RemedyLine> = Vec::new();
    for row in &rows {
        let mut line = RemedyLine::of(row);
        let Some(to) = filled(&line.to, headline) else { continue };
        // What holds in one project says nothing to those who work in another.
        let elsewhere = row.known.owner.project.is_some_and(|project| Some(project) != here);
        if elsewhere || row.known.withheld(&to).is_some() {
            continue;
        }
        line.to = to;
        line.from = filled(&line.from, headline).unwrap_or(line.from);
        // What worked for this very error says it better than its kind, and is in the list already.
        if lines.iter().all(|one| one.to != line.to) {
            lines.push(line);
        }
    }
    lines.truncate(TOLD);
    Ok(lines)
}

/// Returns what was tried after a failure mode, or one error of it, with how it ended and, where it is never suggested,
/// why: what holds here, what worked most often first.
pub(super) fn tried(
    store: &Store,
    mode: ModeId,
    instance: Option<Fingerprint>,
    here: Option<ProjectId>,
    now: Timestamp,
) -> Result<Vec<RemedyLine>, AnswerError> {
    let mut rows = match instance {
        Some(instance) => store.instance_remedies(instance, now)?,
        None => Vec::new(),
    };
    let known: Vec<_> = rows.iter().map(|row| row.known.id).collect();
    let of_mode = store.mode_remedies(mode, now)?;
    rows.extend(of_mode.into_iter().filter(|row| {
        let fits = instance.is_none() || row.known.owner.instance.is_none();
        fits && !known.contains(&row.known.id)
    }));
    // A claim is no attempt, and what is never told is not told as one either.
    rows.retain(|row| {
        let holds = row.known.owner.project.is_none_or(|project| Some(project) == here);
        holds
            && !matches!(
                withheld::everywhere(row),
                Some(Withheld::Claim | Withheld::Forbidden(_))
            )
    });
    Ok(rows.iter().map(RemedyLine::explained).collect())
}

/// Returns what is suggested first for a mode that is only named: for its newest failure, which its headline is of.
pub(super) fn best(
    store: &Store,
    mode: ModeId,
    headline: &str,
    here: Option<ProjectId>,
    now: Timestamp,
) -> Result<Option<RemedyLine>, AnswerError> {
    // Most modes have none, and that is one look at an index.
    if store.mode_remedies(mode, now)?.is_empty() {
        return Ok(None);
    }
    let newest = store.newest_instance(mode)?;
    let found = suggested(store, mode, newest.as_slice(), headline, here, now)?;
    Ok(found.into_iter().next())
}

/// Returns what is told of a mode that only other projects met: the best remedy that is a fact about a tool or the
/// system. What the failing call was is theirs, and so is what its error names: slots stay slots.
pub(super) fn fact(store: &Store, mode: ModeId, now: Timestamp) -> Result<Option<RemedyLine>, AnswerError> {
    let rows = store.mode_remedies(mode, now)?;
    let told = |row: &&RemedyRow| row.known.owner.project.is_none() && withheld::everywhere(row).is_none();
    Ok(rows.iter().find(told).map(|row| RemedyLine {
        from: String::new(),
        ..RemedyLine::of(row)
    }))
}

fn quote(store: &Store, row: QuoteRow) -> Result<Quote, AnswerError> {
    Ok(Quote {
        session: session_id(store, &row.external)?,
        at: style::rfc3339(row.at),
        tool: row.tool,
        call: row.call,
        headline: row.headline,
        time: row.at,
    })
}

/// Returns whether a person could confirm a remedy: it says what to type, and is neither refuted nor never suggested.
/// One that was refuted can be confirmed after all.
pub(super) fn can_be_confirmed(row: &RemedyRow) -> bool {
    !matches!(
        withheld::everywhere(row),
        Some(Withheld::Forbidden(_) | Withheld::Evidence)
    )
}

impl RemedyLine {
    /// Returns it with the reason, where it is never suggested.
    pub(super) fn explained(row: &RemedyRow) -> Self {
        Self {
            withheld: withheld::everywhere(row).map(|why| withheld::words(why).to_owned()),
            ..Self::of(row)
        }
    }

    fn of(row: &RemedyRow) -> Self {
        let known = &row.known;
        let (remedy, trials) = (&known.remedy, known.trials);
        Self {
            id: remedy_id(known.id),
            kind: remedy.kind.word().to_owned(),
            from: remedy.was.clone(),
            to: remedy.becomes.clone(),
            instance: known.owner.instance.map(|instance| instance.text()),
            project: row.project.clone(),
            worked: trials.worked,
            failed: trials.failed,
            last_worked_at: trials.last_worked.map(style::rfc3339),
            last_failed_at: trials.last_failed.map(style::rfc3339),
            source: known.source.word().to_owned(),
            verdict: known
                .verdict
                .map(|confirmed| if confirmed { "confirmed" } else { "refuted" }.to_owned()),
            decided_by: row.decided_by.clone(),
            decided_at: row.decided_at.map(style::rfc3339),
            withheld: None,
            failing_call: None,
            working_call: None,
            said: Said {
                kind: remedy.kind,
                source: known.source,
                last: trials.last_worked.max(trials.last_failed),
                decided: row.decided_at,
            },
        }
    }

    /// Returns what it says to do in at most `width` characters: what leads to it, and the command or path in a fence
    /// that it cannot end.
    fn advice(&self, style: &Style, width: usize) -> String {
        let lead = LEADS.iter().find(|(kind, _)| *kind == self.said.kind);
        let lead = match (self.said.kind, self.said.source, self.verdict.as_deref()) {
            (RemedyKind::Decision, Source::Agent, None) => "An agent says:",
            _ => lead.map_or("", |(_, lead)| lead),
        };
        let files: Vec<&str> = self.to.lines().collect();
        let to = style.line(&files.join(" "), width.saturating_sub(lead.len() + 3));
        format!("{lead} {}", fenced(&to, self.said.kind))
    }

    /// Returns in how many sessions it worked, of those that tried it; nothing when none did.
    fn trials(&self) -> Option<String> {
        let used = self.worked + self.failed;
        (used > 0).then(|| format!("worked in {} of {}", self.worked, count(i64::from(used), "session")))
    }

    /// Returns what speaks for it: how it did, when last, and who says so.
    fn evidence(&self, style: &Style) -> String {
        let last = self.said.last.map(|at| style.ago(at)).unwrap_or_default();
        let trials = match (self.trials(), self.said.source) {
            (Some(trials), _) => trials,
            (None, Source::Person) => String::new(),
            (None, _) => "never seen to work".to_owned(),
        };
        let who = match (self.verdict.as_deref(), self.said.source) {
            (Some("confirmed"), Source::Person) => "a person says so",
            (Some("confirmed"), _) => "confirmed by a person",
            (None, Source::Agent) => "an agent's claim",
            _ => "",
        };
        style.dotted(&[trials, last, who.to_owned()])
    }

    /// Returns it in one line, for below the line of a failure mode: what speaks for it as far as there is room.
    pub(super) fn line(&self, style: &Style) -> String {
        let room = style.width.saturating_sub(2);
        let whole = self.advice(style, WHOLE);
        let short = self.trials().unwrap_or_default();
        for evidence in [self.evidence(style), short.replace("worked in ", ""), String::new()] {
            let line = style.dotted(&[whole.clone(), evidence]);
            if line.chars().count() <= room {
                return format!("  {line}");
            }
        }
        format!("  {}", self.advice(style, room))
    }

    /// Returns it in two lines for whoever is about to type it: the command is not cut.
    pub(super) fn lines(&self, style: &Style) -> [String; 2] {
        [
            format!("  {}", self.advice(style, WHOLE)),
            format!("    {}", style.dim(&self.evidence(style))),
        ]
    }

    /// Returns it in two lines as something that was tried, with the reason where it is never suggested.
    pub(super) fn attempt(&self, style: &Style) -> [String; 2] {
        let [advice, evidence] = self.lines(style);
        let why = self.withheld.as_deref().map(|why| format!("never suggested: {why}"));
        [advice, style.dotted(&[evidence, why.unwrap_or_default()])]
    }

    /// Returns it in full.
    pub(super) fn paragraph(&self, style: &Style) -> String {
        let mut out = Page::default();
        let width = style.width.saturating_sub(8);
        out.line(format!("  {:<6}{}", self.id, style.bold(&self.advice(style, WHOLE))));
        let mut facts = vec![self.evidence(style)];
        if !self.from.is_empty() {
            facts.push(format!(
                "for {}",
                fenced(&style.line(&self.from, width.saturating_sub(6)), RemedyKind::Changed)
            ));
        }
        let scope = if self.instance.is_some() {
            "one of its errors"
        } else {
            "all of its errors"
        };
        facts.push(match &self.project {
            Some(project) => format!("{scope}, in {}", style.safe(project)),
            None => format!("{scope}, everywhere"),
        });
        if let (Some(verdict), Some(at)) = (&self.verdict, self.said.decided) {
            let by = self.decided_by.as_deref().unwrap_or_default();
            let by = if by == PERSON { "a person" } else { by };
            facts.push(format!("{verdict} on {} by {}", style.day(at), style.safe(by)));
        }
        for fact in facts.iter().filter(|fact| !fact.is_empty()) {
            for line in style.wrapped(fact, width) {
                out.line(format!("        {line}"));
            }
        }
        if let Some(why) = &self.withheld {
            for line in style.wrapped(&format!("Never suggested: {why}"), width) {
                out.line(format!("        {}", style.red(&line)));
            }
        }
        for (name, call) in [("failed", &self.failing_call), ("worked", &self.working_call)] {
            let Some(call) = call else { continue };
            let when = style.dotted(&[style.day(call.time), style.safe(&call.session)]);
            out.line(format!("        {}", style.dim(&format!("{name}  {when}"))));
            let ran = call.call.as_deref().or(call.tool.as_deref()).unwrap_or_default();
            out.line(format!("          $ {}", style.squeezed(ran, width.saturating_sub(4))));
            if let Some(headline) = &call.headline {
                let said = style.squeezed(headline, width.saturating_sub(4));
                out.line(format!("          {} {said}", style.dim("|")));
            }
        }
        out.text()
    }
}

/// Returns a command or path between backticks, which it cannot end; a person's words between quotation marks.
fn fenced(text: &str, kind: RemedyKind) -> String {
    match kind {
        RemedyKind::Decision => format!("\"{}\"", text.replace('"', "'")),
        _ if text.contains("``") => format!("`{}`", text.replace('`', "'")),
        _ if text.contains('`') => format!("`` {text} ``"),
        _ => format!("`{text}`"),
    }
}

/// Puts the remedy that is suggested first into the line of a failure mode.
pub(super) fn named(
    store: &Store,
    mode: ModeId,
    mut line: ModeLine,
    here: Option<ProjectId>,
    now: Timestamp,
) -> Result<ModeLine, AnswerError> {
    line.remedy = best(store, mode, &line.headline, here, now)?.map(Box::new);
    Ok(line)
}
