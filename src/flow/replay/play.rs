//! Playing sessions one after the other: hearing them, counting what came of them, settling them once they are over.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::compare::{self, NaiveMemory, Suggested};
use super::figures::{Event, EventKind, Figures, Sent};
use super::hear::hear;
use super::kind::Kind;
use super::look::{Briefed, Judged, Played, is_behind, look};
use crate::capture::{Prepared, Recorder, project, settle};
use crate::clock::Clock;
use crate::config::Settings;
use crate::domain::failure::Origin;
use crate::domain::id::{EventId, SessionId};
use crate::domain::lesson::Told;
use crate::domain::time::Timestamp;
use crate::flow::FlowError;
use crate::flow::forewarn::{Disk, forewarn_on};
use crate::flow::import::settle_projects;
use crate::store::met::{Call, Failed, Message};
use crate::store::{Access, Store, StoreError};

/// Hints that are kept to be shown.
const BEST: usize = 10;

/// Plays sessions and remembers what they came to.
#[derive(Debug)]
pub(super) struct Player {
    store: Store,
    recorder: Recorder,
    settings: Settings,
    /// The sessions that were heard and not settled, with when their last step was.
    running: Vec<(Timestamp, BTreeSet<SessionId>)>,
    /// Calls of each session that were met so far.
    calls: HashMap<SessionId, u64>,
    naive: NaiveMemory,
    suggested: Vec<Suggested>,
    figures: Figures,
}

impl Player {
    /// Opens an empty memory where the settings say.
    pub(super) fn open(settings: &Settings) -> Result<Self, FlowError> {
        let store = Store::open(&settings.database(), Access::Write)?;
        // Beside the journals it is remembered what was said first; nothing is journalled here that would make them.
        let path = settings.journals();
        std::fs::create_dir_all(&path).map_err(|source| StoreError::File {
            action: "make the folder",
            path,
            source,
        })?;
        Ok(Self {
            store,
            recorder: Recorder::new(settings.machine()),
            settings: settings.clone(),
            running: Vec::new(),
            calls: HashMap::new(),
            naive: NaiveMemory::default(),
            suggested: Vec::new(),
            figures: Figures::default(),
        })
    }

    /// Plays a session that began at some time: every step as the hook hears it, at the step's own time. What the worker
    /// makes of it is seen by those that begin when it is over.
    pub(super) fn play(
        &mut self,
        began: Timestamp,
        steps: &[Prepared],
        told: &mut impl FnMut(&Event),
    ) -> Result<(), FlowError> {
        let Some(last) = steps.iter().map(|step| step.seen.at).max() else {
            return Ok(());
        };
        self.settle_before(began)?;
        let heard = hear(&mut self.store, &mut self.recorder, &self.settings, steps)?;
        // It is judged as a whole before others are heard, and what is settled for that is undone: nothing is committed.
        let played = self.store.look(|tx| {
            for session in &heard.sessions {
                settle::settle(tx, *session, last)?;
            }
            project::settle_projects(tx)?;
            look(tx, &heard)
        })?;
        self.figures.sessions += 1;
        self.figures.briefs.asked += heard.begun;
        self.running.push((last, heard.sessions));
        self.count(&played, told);
        Ok(())
    }

    /// Does what the worker does behind the sessions that were over before some time, in the order in which they ended.
    fn settle_before(&mut self, began: Timestamp) -> Result<(), FlowError> {
        self.running.sort();
        let over = self.running.partition_point(|(last, _)| *last < began);
        let Some((last, _)) = over.checked_sub(1).map(|newest| &self.running[newest]) else {
            return Ok(());
        };
        let settings = Settings {
            clock: Clock::Fixed(*last),
            ..self.settings.clone()
        };
        for (last, sessions) in self.running.drain(..over) {
            self.store.write(|tx| {
                for session in sessions {
                    settle::settle(tx, session, last)?;
                }
                Ok::<_, StoreError>(())
            })?;
        }
        settle_projects(&mut self.store)?;
        let disk = Disk {
            has: &|_| true,
            stands: &|_, _| true,
            came: &|_, _, _| false,
        };
        forewarn_on(&mut self.store, &settings, &disk)
    }

    fn count(&mut self, played: &Played, told: &mut impl FnMut(&Event)) {
        let ordinals = self.ordinals(&played.calls);
        let ordinal = |event: EventId, session: SessionId| {
            let before = ordinals
                .range((session, EventId(i64::MIN))..=(session, event))
                .next_back();
            before.map_or(0, |(_, ordinal)| *ordinal)
        };
        self.count_briefed(played);
        let mut events: Vec<(EventId, Event)> = Vec::new();
        for judged in &played.failures {
            self.count_failure(judged, played);
            let failed = &judged.failed;
            let event = Event {
                kind: EventKind::Failure,
                ordinal: ordinal(failed.event, failed.session),
                text: String::new(),
                suggestion: String::new(),
                ..about(failed, judged.kind)
            };
            events.push((failed.event, event));
        }
        for message in &played.messages {
            let judged = played
                .failures
                .iter()
                .find(|judged| Some(judged.failed.event) == message.event);
            self.count_message(message, judged, played);
            // What is told at the start of a session speaks of no call.
            if let Some(event) = message.event {
                events.push((event, spoken(message, judged, played, ordinal(event, message.session))));
            }
        }
        for judged in &played.failures {
            self.naive.learn(&judged.failed, &played.calls);
        }
        events.sort_by_key(|(at, event)| (*at, event.kind));
        for (_, event) in &events {
            told(event);
        }
    }

    fn ordinals(&mut self, calls: &[Call]) -> BTreeMap<(SessionId, EventId), u64> {
        self.figures.calls += calls.len() as u64;
        let mut ordinals = BTreeMap::new();
        for call in calls {
            let count = self.calls.entry(call.session).or_default();
            *count += 1;
            ordinals.insert((call.session, call.event), *count);
        }
        ordinals
    }

    fn count_failure(&mut self, judged: &Judged, played: &Played) {
        let Judged { failed, kind, reached } = judged;
        if let Kind::Expected(reason) = kind {
            *self.figures.expected.entry(*reason).or_default() += 1;
            return;
        }
        self.figures.failures += 1;
        self.figures.hidden += u64::from(failed.origin == Some(Origin::Hidden));
        if *kind == Kind::New {
            return;
        }
        *self.figures.repeats.entry(*kind).or_default() += 1;
        if let Some(suggestion) = self.naive.suggestion(failed) {
            self.figures.naive.add(&Suggested {
                suggestion: suggestion.to_owned(),
                failing: failed.called().to_owned(),
                goal: failed.goal.clone(),
                working: reached.map(|at| played.calls[at].called().to_owned()),
            });
        }
        if *kind == Kind::Known {
            let hints = || played.messages.iter().filter(|message| message.told != Told::Brief);
            let now = hints().any(|message| message.event == Some(failed.event));
            let before = hints().any(|message| {
                message.session == failed.session
                    && message.agent == failed.agent
                    && message.mode == failed.mode
                    && message.event < Some(failed.event)
            });
            self.figures.told += u64::from(now);
            self.figures.told_before += u64::from(!now && before);
        }
    }

    fn count_briefed(&mut self, played: &Played) {
        let briefs = &mut self.figures.briefs;
        briefs.modes += played.briefed.len() as u64;
        let is_met = |briefed: &&Briefed| played.failures.iter().any(|judged| briefed.is_met_by(&judged.failed));
        briefs.met += played.briefed.iter().filter(is_met).count() as u64;
        let was_told = |judged: &&Judged| {
            judged.kind == Kind::Known && played.briefed.iter().any(|briefed| briefed.is_met_by(&judged.failed))
        };
        briefs.known += played.failures.iter().filter(was_told).count() as u64;
    }

    fn count_message(&mut self, message: &Message, judged: Option<&Judged>, played: &Played) {
        let figures = &mut self.figures;
        figures.bytes += message.text.len() as u64;
        match message.told {
            Told::Brief => {
                figures.briefs.sent += 1;
                figures.briefs.bytes += message.text.len() as u64;
            }
            Told::Warning => {
                figures.warnings += 1;
                let call = played.calls.iter().find(|call| Some(call.event) == message.event);
                figures.wrong_warnings += u64::from(judged.is_none() && call.is_some_and(|call| call.good));
            }
            Told::Hint => {
                figures.hints += 1;
                if let Some(judged) = judged {
                    self.count_hint(message, judged, played);
                }
            }
        }
    }

    fn count_hint(&mut self, message: &Message, judged: &Judged, played: &Played) {
        let working = judged.reached.map(|at| &played.calls[at]);
        let one = Suggested {
            suggestion: message.suggestion.clone(),
            failing: judged.failed.called().to_owned(),
            goal: judged.failed.goal.clone(),
            working: working.map(|call| call.called().to_owned()),
        };
        let named = !one.suggestion.is_empty() && one.names();
        let mut spared = 0;
        if let (true, Some(at)) = (named, judged.reached) {
            let between = played.calls[..at]
                .iter()
                .filter(|call| is_behind(call, &judged.failed))
                .count();
            spared = between as u64;
            self.figures.spared_calls += spared;
            self.figures.spared.0 += played.calls[at].at.since(message.at).0;
        }
        // What says nothing to type is no suggestion.
        if !one.suggestion.is_empty() {
            self.suggested.push(one);
        }
        self.keep(Sent {
            at: message.at,
            mode: judged.failed.mode.clone(),
            headline: judged.failed.headline.clone(),
            text: message.text.clone(),
            suggestion: message.suggestion.clone(),
            named,
            spared,
        });
    }

    /// Keeps a hint to be shown, if it is one of the best: of those about one failure mode the one that spared most.
    fn keep(&mut self, sent: Sent) {
        let best = &mut self.figures.best;
        let rank = |sent: &Sent| std::cmp::Reverse((sent.named, sent.spared));
        match best.iter_mut().find(|other| other.mode == sent.mode) {
            Some(other) if rank(&sent) < rank(other) => *other = sent,
            Some(_) => {}
            None => best.push(sent),
        }
        best.sort_by_key(rank);
        best.truncate(BEST);
    }

    /// Returns what all sessions together came to.
    pub(super) fn figures(self) -> Figures {
        Figures {
            naming: compare::naming(&self.suggested),
            shuffled: compare::shuffled(&self.suggested),
            ..self.figures
        }
    }
}

fn about(failed: &Failed, kind: Kind) -> Event {
    Event {
        kind: EventKind::Failure,
        session: failed.external.clone(),
        call: failed.call.clone(),
        ordinal: 0,
        at: failed.at,
        tool: failed.tool.clone(),
        headline: failed.headline.clone(),
        mode: failed.mode.clone(),
        instance: failed.instance.map(|instance| instance.text()),
        of: Some(kind),
        text: String::new(),
        suggestion: String::new(),
    }
}

fn spoken(message: &Message, judged: Option<&Judged>, played: &Played, ordinal: u64) -> Event {
    let kind = match message.told {
        Told::Warning => EventKind::Warning,
        Told::Hint | Told::Brief => EventKind::Hint,
    };
    let call = played.calls.iter().find(|call| Some(call.event) == message.event);
    let (headline, of) = judged.map_or((String::new(), None), |judged| {
        (judged.failed.headline.clone(), Some(judged.kind))
    });
    Event {
        kind,
        session: message.external.clone(),
        call: call.and_then(|call| call.id.clone()),
        ordinal,
        at: message.at,
        tool: call.map(|call| call.tool.clone()).unwrap_or_default(),
        headline,
        mode: message.mode.clone(),
        instance: message.instance.clone(),
        of,
        text: message.text.clone(),
        suggestion: message.suggestion.clone(),
    }
}
