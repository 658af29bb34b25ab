//! The hint: what an agent is told right after a failure, if anything.
//!
//! Silence is the rule. A message is sent only if it changes the next call: it names a command, path or setting that
//! stands neither in the failing call nor in its output; or the failure is not the agent's own, because nobody got past
//! it; or a person decided about this very thing.

mod ahead;

pub use ahead::{Ahead, Met, ahead};

use super::wording::{self, Change, Present, SAME, Worded};
use super::words::{self, ADVICE, MESSAGE};
use super::{causes, looking};
use crate::assistants;
use crate::domain::id::SessionId;
use crate::domain::lesson::{Hints, Message, Remedy, RemedyKind, Rule, Source, Told};
use crate::domain::time::{Span, Timestamp};
use crate::failure::remedy::{self, Text};
use crate::redact::Clean;
use crate::store::body::{self, Part};
use crate::store::glance;
use crate::store::hint::{self, Answers, CallName, Earlier, Faced, History, Occasion};
use crate::store::remedy::{Asking, Known};
use crate::store::{self, StoreError, Tx};

/// Most hints of one session, all its agents together.
const MOST_IN_SESSION: usize = 6;
/// Most hints about one failure mode that one agent has before it.
const MOST_OF_MODE: usize = 2;
/// How long an agent needs at least to read a message and to act on it: what fails sooner was called beside the call
/// that was answered.
const TURN: Span = Span::seconds(2);
/// Sessions that must have met a failure before it is called nobody's own.
const MET: u32 = 2;

/// What decides, besides the store, whether something is told.
pub struct Policy<'p> {
    /// Whether hints are sent, noted, or neither.
    pub hints: Hints,
    /// Says whether what a remedy names is still there: its program, its file.
    pub stands: &'p dyn Fn(&Remedy) -> bool,
}

/// Returns what the agent is to be told about the failures that were recorded at `at` in a session; at most one
/// message, and none where one of the calls `beside` them was answered. It is claimed in the store: no other hook will
/// say it too. With `hints = "shadow"` it is claimed and not returned.
pub fn answer(
    tx: &Tx<'_>,
    session: SessionId,
    at: Timestamp,
    beside: &[CallName],
    policy: &Policy<'_>,
) -> Result<Option<Message>, StoreError> {
    if policy.hints == Hints::Off {
        return Ok(None);
    }
    for faced in hint::faced(tx, session, at)? {
        let Some(event) = faced.event else { continue };
        let earlier = hint::before(tx, session, faced.agent.as_deref())?;
        if is_beside(faced.began, beside, &earlier)
            || is_enough(&faced, &earlier)
            || session_had_enough(tx, session)?
            || was_followed(tx, session, &faced, &earlier)?
        {
            continue;
        }
        let output = body::read(tx, event, Part::Output)?
            .map(|text| text.joined())
            .unwrap_or_default();
        let asking = Asking {
            project: faced.project,
            root: faced.root,
            now: at,
        };
        let evidence = Evidence::of(tx, &faced, asking)?;
        let Some(message) = evidence.say(tx, &faced, &output, &earlier, policy)? else {
            continue;
        };
        let occasion = Occasion {
            session,
            agent: faced.agent.clone(),
            answers: Answers::Event(event),
            instance: faced.instance,
            at,
            shadow: policy.hints == Hints::Shadow,
        };
        // The words are ours, the rest was read back from the store.
        if hint::claim(tx, &occasion, &Clean::stored(message.clone()))?.is_some() {
            return Ok((policy.hints == Hints::On).then_some(message));
        }
    }
    Ok(None)
}

/// Returns whether a call ran beside one that was answered: side by side with it, or begun before its agent can have read
/// the answer. One answer is for all of them.
fn is_beside(began: Timestamp, beside: &[CallName], earlier: &[Earlier]) -> bool {
    earlier
        .iter()
        .any(|told| began.since(told.at) < TURN || beside.contains(&told.call))
}

/// Returns whether this agent was told as much about a failure mode as it may be.
fn is_enough(faced: &Faced, earlier: &[Earlier]) -> bool {
    earlier.iter().filter(|told| told.mode == Some(faced.mode)).count() >= MOST_OF_MODE
}

/// Returns whether a session was told as much as it may be, whatever about.
fn session_had_enough(tx: &Tx<'_>, session: SessionId) -> Result<bool, StoreError> {
    Ok(hint::count(tx, session, Told::Hint)? >= MOST_IN_SESSION)
}

/// Returns whether the agent did what it was told first about this failure mode.
fn was_followed(tx: &Tx<'_>, session: SessionId, faced: &Faced, earlier: &[Earlier]) -> Result<bool, StoreError> {
    let Some(first) = earlier.iter().find(|told| told.mode == Some(faced.mode)) else {
        return Ok(false);
    };
    let since = hint::called_since(tx, session, faced.agent.as_deref(), first.at)?;
    let (was, becomes) = &first.change;
    let said = if becomes.is_empty() { &first.suggestion } else { becomes };
    Ok(since.iter().any(|call| remedy::follows(call, said, was)))
}

/// What earlier sessions know of a failure.
struct Evidence {
    asking: Asking,
    known: Vec<Known>,
}

impl Evidence {
    fn of(tx: &Tx<'_>, faced: &Faced, asking: Asking) -> Result<Self, StoreError> {
        let mut known = Vec::new();
        if let Some(instance) = faced.instance {
            known = store::remedy::of_instance(tx, instance, asking)?;
            known.extend(store::remedy::of_kind(tx, faced.pattern, asking)?);
        }
        Ok(Self { asking, known })
    }

    /// Returns what is to be said of a failure to an agent that was told some things before.
    fn say(
        &self,
        tx: &Tx<'_>,
        faced: &Faced,
        output: &str,
        earlier: &[Earlier],
        policy: &Policy<'_>,
    ) -> Result<Option<Message>, StoreError> {
        let call = faced.command.as_deref().or(faced.file.as_deref()).unwrap_or_default();
        let mut facts = Facts {
            faced,
            text: Text { call, output },
            known: &self.known,
            history: History::default(),
            earlier,
            is_second: earlier.iter().any(|told| told.mode == Some(faced.mode)),
        };
        let said = decide(&facts, policy.stands);
        // How earlier sessions fared is counted, which takes longest, and asked only where there is no way to be told.
        let (None, Some(instance)) = (&said, faced.instance) else {
            return Ok(said);
        };
        if !glance::is_met(tx, instance)? {
            return Ok(None);
        }
        facts.history = hint::history(tx, instance, self.asking)?;
        Ok(decide(&facts, policy.stands))
    }
}

/// All that decides what is told.
struct Facts<'f> {
    faced: &'f Faced,
    /// The failing call and what it printed.
    text: Text<'f>,
    /// Remedies of the instance, then of the kind.
    known: &'f [Known],
    history: History,
    /// What this agent was told before.
    earlier: &'f [Earlier],
    /// Something was told about this failure mode before, and not followed.
    is_second: bool,
}

fn decide(facts: &Facts<'_>, stands: &dyn Fn(&Remedy) -> bool) -> Option<Message> {
    let told = |known: &Known, suggestion: &str| {
        facts.earlier.iter().any(|earlier| {
            earlier.remedy == Some(known.id) || (!suggestion.is_empty() && earlier.suggestion == suggestion)
        })
    };
    let decision = facts.known.iter().find(|known| known.is_decided());
    if let Some(known) = decision {
        // A person's words outrank statistics: where they stand, no other remedy is offered.
        return (!told(known, "")).then(|| decided(facts, known)).flatten();
    }
    if facts.known.is_empty() {
        return (!facts.is_second).then(|| unsolved(facts)).flatten();
    }
    let present = Present::of(facts.text.call, facts.faced.segment.as_deref());
    let mut ways: Vec<Way<'_>> = facts
        .known
        .iter()
        .filter_map(|known| Way::of(facts, &present, known))
        .filter(|way| stands(&way.known.remedy) && !told(way.known, &way.said.suggestion))
        .collect();
    // The sort is stable: what worked in more sessions comes first among equals.
    ways.sort_by_key(|way| std::cmp::Reverse(way.rank()));
    match ways.as_slice() {
        [best, others @ ..] => worked(facts, best, others),
        [] if facts.is_second => None,
        [] => unsolved(facts),
    }
}

/// A remedy that may be told, worded for the present call.
struct Way<'f> {
    known: &'f Known,
    said: Worded,
    /// How alike the call that it once replaced is to the present one, in thousandths.
    likeness: u32,
    /// It works on many things where the present call does.
    fits: bool,
    /// How alike the call that worked is to it.
    closeness: u32,
}

/// Likeness from which a remedy is one for such a call.
const ALIKE: u32 = 500;

impl<'f> Way<'f> {
    fn of(facts: &Facts<'_>, call: &Present, known: &'f Known) -> Option<Self> {
        let headline = &facts.faced.headline;
        let becomes = remedy::filled(&known.remedy.becomes, headline)?;
        let was = remedy::filled(&known.remedy.was, headline).unwrap_or_default();
        if !is_tellable(known, &becomes, facts.text) {
            return None;
        }
        let change = Change {
            kind: known.remedy.kind,
            was: &was,
            becomes: &becomes,
            tool: facts.faced.kind,
            call,
        };
        let said = looking::worded(known, change)?;
        // What the present call brings along is looked at like what is kept.
        let may_be_typed = remedy::forbidden(&said.suggestion).is_none();
        may_be_typed.then_some(Self {
            known,
            said,
            likeness: change.likeness(),
            fits: !wording::is_of_many(&call.typed) || wording::is_of_many(&becomes),
            closeness: wording::likeness(&becomes, &call.typed),
        })
    }

    /// A person's word first, then what nobody disowned, then what replaced such a call, then what worked more than once, then what changes least.
    fn rank(&self) -> (bool, bool, bool, bool, bool, bool, u32, u32) {
        let confirmed = self.known.verdict == Some(true) || self.known.source == Source::Person;
        let worked = self.known.trials.worked;
        (
            confirmed,
            !self.known.is_disowned,
            self.fits,
            self.likeness >= SAME,
            self.likeness >= ALIKE,
            worked > 1,
            self.closeness,
            worked,
        )
    }
}

/// Returns whether a remedy may be told about a failing call, with `becomes` as what it says to type: it is not withheld,
/// and says what stands neither in the call nor in its output.
pub(super) fn is_tellable(known: &Known, becomes: &str, text: Text<'_>) -> bool {
    known.withheld(becomes).is_none()
        && says_something_new(&known.remedy, becomes, text)
        && !wording::does_more(&known.remedy.was, becomes)
        && !wording::stands_in_usage(&known.remedy.was, becomes, text.output)
}

/// Returns whether what a remedy changes stands neither in the failing call nor in its output. What the old call had too,
/// such as the number of another pull request, is no change.
fn says_something_new(remedy: &Remedy, becomes: &str, text: Text<'_>) -> bool {
    let new = remedy::new_words(becomes, text);
    match remedy.kind {
        RemedyKind::Changed => new
            .iter()
            .any(|word| !remedy.was.split_whitespace().any(|old| old == word)),
        // That a folder above was looked into is no other name of what is missing: it stands in the failing call.
        RemedyKind::Path => !new.is_empty() && !is_above(becomes, &remedy.was),
        _ => !new.is_empty(),
    }
}

/// Returns whether a path is one of the folders that another lies in.
fn is_above(folder: &str, path: &str) -> bool {
    let folder = folder.trim_end_matches('/');
    matches!(folder, "." | "") || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

fn worked(facts: &Facts<'_>, best: &Way<'_>, others: &[Way<'_>]) -> Option<Message> {
    let known = best.known;
    let calls = [facts.text.call, facts.faced.goal.as_deref().unwrap_or_default()];
    let lead = causes::lead(&facts.faced.headline, &calls)
        .map(|says| format!("{says} "))
        .unwrap_or_default();
    let room = ADVICE - lead.chars().count();
    let advice = format!("{lead}{}.", ways(best, others, room));
    let tried = tried(facts, advice.chars().count());
    let evidence = if known.source == Source::Person || known.verdict == Some(true) {
        format!("A person confirmed it. {}", words::evidence(known.trials))
    } else {
        words::evidence(known.trials)
    };
    message(
        facts,
        Rule::Remedy,
        Some(known),
        &format!("{advice}{tried}"),
        &evidence,
        &best.said.suggestion,
    )
}

/// Returns how the best way is put into `room` characters, with another way where that fits.
fn ways(best: &Way<'_>, others: &[Way<'_>], room: usize) -> String {
    let Worded { advice, example, .. } = &best.said;
    // Another way is worth its words where the best one is not the very thing that worked here.
    let other = others
        .iter()
        .filter(|_| best.likeness < SAME)
        .find(|other| other.known.remedy.kind == RemedyKind::Changed && other.said.suggestion != best.said.suggestion);
    let is_long = advice.chars().count() >= room && !example.is_empty();
    let alone = if is_long { example } else { advice };
    let Some(other) = other else { return alone.clone() };
    let or = format!("; or {}", words::code(&other.said.suggestion));
    // Two ways as they were typed say more than the difference of one.
    let fits = |way: &&String| !way.is_empty() && way.chars().count() + or.chars().count() < room;
    [alone, example]
        .into_iter()
        .find(fits)
        .map_or_else(|| alone.clone(), |way| format!("{way}{or}"))
}

fn decided(facts: &Facts<'_>, known: &Known) -> Option<Message> {
    let day = known
        .trials
        .last_worked
        .map(|at| format!(" on {}", words::day(at)))
        .unwrap_or_default();
    let said = words::line(&known.remedy.becomes.replace('"', "'"), ADVICE - 60);
    let advice = format!("The user decided about this{day}: \"{said}\".");
    message(
        facts,
        Rule::Decision,
        Some(known),
        &advice,
        "Ask before you do otherwise.",
        "",
    )
}

/// Returns whether a failure is nobody's own: several sessions met it, nobody got past it, and it is neither work, nor
/// passing, nor explained by its own text.
pub(super) fn is_nobodys(history: History, headline: &str, goal: Option<&str>, output: &str) -> bool {
    history.sessions >= MET
        && history.passed == 0
        && !remedy::is_transient(headline)
        && !remedy::is_work(goal, headline)
        && !assistants::explains_itself(headline)
        && !remedy::names_a_way_out(output)
}

/// What nobody got past is not the agent's change. It is said where the cause is known, or where something was tried:
/// the rest would be a count.
fn unsolved(facts: &Facts<'_>) -> Option<Message> {
    let History { sessions, last, .. } = facts.history;
    let headline = &facts.faced.headline;
    // The lines around the headline, not all that was printed: sources and help texts speak of ways out too.
    if !is_nobodys(
        facts.history,
        headline,
        facts.faced.goal.as_deref(),
        &facts.faced.message,
    ) {
        return None;
    }
    let cause = causes::of(headline).unwrap_or_default();
    let tried = tried(facts, cause.chars().count());
    if cause.is_empty() && tried.is_empty() {
        return None;
    }
    let advice = if cause.is_empty() {
        format!("Probably not your change: nobody got past it{tried}")
    } else {
        format!("{cause}{tried}")
    };
    let last = last
        .map(|at| format!(", last on {}", words::day(at)))
        .unwrap_or_default();
    let evidence = format!("{sessions} of {sessions} earlier sessions did not get past it{last}.");
    message(facts, Rule::Unsolved, None, &advice, &evidence, "")
}

/// Returns what was tried here and failed, as far as it fits behind `used` characters of the line.
fn tried(facts: &Facts<'_>, used: usize) -> String {
    let mut out = String::new();
    for known in facts.known {
        let failed = known.trials.worked == 0 && known.trials.failed > 0 && known.verdict.is_none();
        let says = words::code(&known.remedy.becomes);
        let more = if out.is_empty() { " Tried and failed: " } else { ", " };
        let fits = used + out.chars().count() + more.len() + says.chars().count() < ADVICE;
        if failed && fits && known.owner.instance.is_some() && remedy::forbidden(&known.remedy.becomes).is_none() {
            out.push_str(more);
            out.push_str(&says);
        }
    }
    if !out.is_empty() {
        out.push('.');
    }
    out
}

/// Returns the message of three lines; nothing when it would be too long to be read in passing.
fn message(
    facts: &Facts<'_>,
    rule: Rule,
    known: Option<&Known>,
    advice: &str,
    evidence: &str,
    suggestion: &str,
) -> Option<Message> {
    let text = format!(
        "Callus: {advice}\n{evidence}\nThis is about: {}",
        words::quote(&facts.faced.headline)
    );
    let fits = advice.chars().count() <= ADVICE && text.len() <= MESSAGE;
    fits.then(|| Message {
        told: Told::Hint,
        rule: Some(rule),
        mode: Some(facts.faced.mode),
        remedy: known.map(|known| known.id),
        text,
        suggestion: suggestion.to_owned(),
    })
}

#[cfg(test)]
mod tests;
