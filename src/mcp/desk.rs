//! Where questions wait for the store: a few connections, kept open, and one thread that drains for all of them.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::tz::TimeZone;
use tokio::sync::Semaphore;

use super::passes::{Passes, Waited};
use super::refusal::{Kind, Refusal};
use crate::answers::{Answer, AnswerError, Style};
use crate::config::{ConfigError, Pattern, Settings};
use crate::flow::{self, FlowError};
use crate::redact::Rules;
use crate::store::{Store, StoreError};

/// Reads the settings anew: the server lives for days, and drains with the redaction rules of now.
type Load = dyn Fn() -> Result<Settings, ConfigError> + Send + Sync;

/// Answers questions on threads where waiting for a lock stalls nobody: a few readers side by side, one writer.
#[derive(Clone)]
pub struct Desk {
    room: Arc<Room>,
}

struct Room {
    load: Box<Load>,
    /// Connections that nobody uses just now.
    idle: Mutex<Vec<Store>>,
    passes: Arc<Passes>,
    /// The rules that were used last.
    ruled: Mutex<Option<Ruled>>,
    reading: Arc<Semaphore>,
    writing: Arc<Semaphore>,
}

/// Rules, and the patterns of the settings that they were made with.
type Ruled = (Vec<Pattern>, Arc<Rules>);

/// What a question may look at beside the store.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// The settings of now.
    pub settings: &'a Settings,
    /// How a model reads, with the time and the zone of now.
    pub style: &'a Style,
}

/// A question that is being answered, as whoever asked it sees it. When the last sight of it is lost, so is the
/// interest in the answer, and the database stops looking for it.
#[derive(Clone, Default)]
pub(super) struct Watch {
    given_up: Arc<AtomicBool>,
    work: Arc<AtomicU64>,
}

impl Watch {
    fn give_up(&self) {
        self.given_up.store(true, Ordering::Relaxed);
    }

    /// Returns how much work the database has done for the question, in stretches of its own.
    pub(super) fn work(&self) -> u64 {
        self.work.load(Ordering::Relaxed)
    }

    /// Counts a stretch of work, and returns whether to stop.
    fn step(&self) -> bool {
        self.work.fetch_add(1, Ordering::Relaxed);
        self.is_given_up()
    }

    pub(super) fn is_given_up(&self) -> bool {
        self.given_up.load(Ordering::Relaxed)
    }
}

/// Gives a question up when whoever asked is gone.
struct Interest(Watch);

impl Drop for Interest {
    fn drop(&mut self) {
        self.0.give_up();
    }
}

/// How many questions are read for at once. Each has a connection, which keeps up to two megabytes of the database.
const READERS: usize = 3;
/// Threads that a desk needs at most: for readers, the writer, and whoever drains.
pub const THREADS: usize = READERS + 2;

/// How long a question waits for what was recorded before it. Mostly that is a record or two, and taken in long before;
/// while many sessions record at once it never ends, and an answer that is a moment old is worth more than one that is late.
const PATIENCE: Duration = Duration::from_secs(2);
/// The same for the first question of all: nobody may have drained for days.
const FIRST: Duration = Duration::from_secs(10);
/// How long a pass makes findable what was drained; the next one goes on.
const INDEXING: Duration = Duration::from_secs(1);

/// What has to be taken in before a question is answered.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wants {
    /// Nothing: only that somebody begins to.
    Nothing,
    /// What was recorded.
    Records,
    /// What was recorded, and made findable by words.
    Words,
}

/// Largest answer in bytes: clients move longer ones out of the model's sight.
const MOST: usize = 8_000;
/// Ends an answer that was longer.
const CUT: &str = "… cut here: ask for a shorter window, one project or a smaller limit\n";

impl Desk {
    /// Returns a desk whose questions are answered with the settings that `load` reads for each of them.
    pub fn new(load: impl Fn() -> Result<Settings, ConfigError> + Send + Sync + 'static) -> Self {
        Self {
            room: Arc::new(Room {
                load: Box::new(load),
                idle: Mutex::default(),
                passes: Arc::default(),
                ruled: Mutex::default(),
                reading: Arc::new(Semaphore::new(READERS)),
                writing: Arc::new(Semaphore::new(1)),
            }),
        }
    }

    /// Answers a question that only reads. Dropping the future stops the work.
    pub async fn read<A: Send + 'static>(
        &self,
        ask: impl FnOnce(&Store, &Asked<'_>) -> Result<A, AnswerError> + Send + 'static,
    ) -> Result<A, Refusal> {
        self.read_watched(&Watch::default(), ask).await
    }

    /// The same, with a watch on the work.
    pub(super) async fn read_watched<A: Send + 'static>(
        &self,
        watch: &Watch,
        ask: impl FnOnce(&Store, &Asked<'_>) -> Result<A, AnswerError> + Send + 'static,
    ) -> Result<A, Refusal> {
        let _interest = Interest(watch.clone());
        Ok(self.looked_up(Wants::Records, watch, ask).await?.0)
    }

    /// Answers a question that goes by words, and so by the index of them.
    pub(super) async fn read_by_words<A: Send + 'static>(
        &self,
        watch: &Watch,
        ask: impl FnOnce(&Store, &Asked<'_>) -> Result<A, AnswerError> + Send + 'static,
    ) -> Result<A, Refusal> {
        let _interest = Interest(watch.clone());
        Ok(self.looked_up(Wants::Words, watch, ask).await?.0)
    }

    /// Answers a question whose asker cannot wait, from what is there. An answer that is not `enough` may be one only
    /// because something was not taken in yet: then it is waited for, and asked again.
    pub async fn read_at_once<A: Send + 'static>(
        &self,
        ask: impl Fn(&Store, &Asked<'_>) -> Result<A, AnswerError> + Clone + Send + 'static,
        enough: impl FnOnce(&A) -> bool,
    ) -> Result<A, Refusal> {
        self.read_at_once_watched(&Watch::default(), ask, enough).await
    }

    /// The same, with a watch on the work.
    pub(super) async fn read_at_once_watched<A: Send + 'static>(
        &self,
        watch: &Watch,
        ask: impl Fn(&Store, &Asked<'_>) -> Result<A, AnswerError> + Clone + Send + 'static,
        enough: impl FnOnce(&A) -> bool,
    ) -> Result<A, Refusal> {
        // Both times it is one question.
        let _interest = Interest(watch.clone());
        match self.looked_up(Wants::Nothing, watch, ask.clone()).await? {
            (answer, Waited::Current) => Ok(answer),
            (answer, _) if enough(&answer) => Ok(answer),
            _ => Ok(self.looked_up(Wants::Words, watch, ask).await?.0),
        }
    }

    async fn looked_up<A: Send + 'static>(
        &self,
        wants: Wants,
        watch: &Watch,
        ask: impl FnOnce(&Store, &Asked<'_>) -> Result<A, AnswerError> + Send + 'static,
    ) -> Result<(A, Waited), Refusal> {
        let (room, watch) = (Arc::clone(&self.room), watch.clone());
        self.on_a_thread(&self.room.reading, move || room.look_up(wants, &watch, ask))
            .await
    }

    /// Answers a question that writes: one at a time, to its end.
    pub async fn write<A: Send + 'static>(
        &self,
        ask: impl FnOnce(&mut Store, &Rules, &Asked<'_>) -> Result<A, AnswerError> + Send + 'static,
    ) -> Result<A, Refusal> {
        let room = Arc::clone(&self.room);
        self.on_a_thread(&self.room.writing, move || room.write_down(ask)).await
    }

    /// The same for what the journal takes first: it is kept also where the store cannot be opened, of which `ask` is told.
    pub async fn write_anyway<A: Send + 'static>(
        &self,
        ask: impl FnOnce(Result<&mut Store, &FlowError>, &Rules, &Asked<'_>) -> Result<A, AnswerError> + Send + 'static,
    ) -> Result<A, Refusal> {
        let room = Arc::clone(&self.room);
        self.on_a_thread(&self.room.writing, move || room.take_down(ask)).await
    }

    /// Notes that a question broke down, and returns what is said instead of an answer.
    pub(super) fn broken(&self) -> Refusal {
        if let Ok(settings) = (self.room.load)() {
            flow::note_fault(&settings, "a question over MCP panicked and was answered with an error");
        }
        let words = "This question broke callus, which is a fault of callus: `callus doctor` in a shell tells more.";
        Refusal::new(Kind::Broken, words)
    }

    /// Does blocking work when a seat is free, and keeps the seat until it ends, whoever still waits for it.
    async fn on_a_thread<A: Send + 'static>(
        &self,
        seats: &Arc<Semaphore>,
        work: impl FnOnce() -> Result<A, Refusal> + Send + 'static,
    ) -> Result<A, Refusal> {
        let Ok(seat) = Arc::clone(seats).acquire_owned().await else {
            return Err(self.broken());
        };
        let done = tokio::task::spawn_blocking(move || {
            let _seat = seat;
            work()
        });
        done.await.unwrap_or_else(|_| Err(self.broken()))
    }
}

impl Room {
    fn look_up<A>(
        self: &Arc<Self>,
        wants: Wants,
        watch: &Watch,
        ask: impl FnOnce(&Store, &Asked<'_>) -> Result<A, AnswerError>,
    ) -> Result<(A, Waited), Refusal> {
        let settings = (self.load)()?;
        let style = Style::model(settings.clock.now(), TimeZone::system());
        let (mut store, waited) = self.current(&settings, wants)?;
        let watched = watch.clone();
        store.stop_when(move || watched.step()).map_err(AnswerError::from)?;
        let asked = Asked {
            settings: &settings,
            style: &style,
        };
        let answer = ask(&store, &asked);
        store.never_stop().map_err(AnswerError::from)?;
        Ok((self.keep(store, answer, watch.is_given_up())?, waited))
    }

    fn write_down<A>(
        self: &Arc<Self>,
        ask: impl FnOnce(&mut Store, &Rules, &Asked<'_>) -> Result<A, AnswerError>,
    ) -> Result<A, Refusal> {
        let settings = (self.load)()?;
        let style = Style::model(settings.clock.now(), TimeZone::system());
        let (mut store, _) = self.current(&settings, Wants::Records)?;
        let rules = self.rules(&settings)?;
        let asked = Asked {
            settings: &settings,
            style: &style,
        };
        let answer = ask(&mut store, &rules, &asked);
        self.keep(store, answer, false)
    }

    fn take_down<A>(
        &self,
        ask: impl FnOnce(Result<&mut Store, &FlowError>, &Rules, &Asked<'_>) -> Result<A, AnswerError>,
    ) -> Result<A, Refusal> {
        let settings = (self.load)()?;
        let style = Style::model(settings.clock.now(), TimeZone::system());
        let rules = self.rules(&settings)?;
        let asked = Asked {
            settings: &settings,
            style: &style,
        };
        let kept = self.kept(&settings).map(|mut store| {
            store.recheck_version()?;
            Ok(store)
        });
        let mut store = match kept.unwrap_or_else(|| flow::ready_to_write(&settings)) {
            Ok(store) => store,
            Err(error) => return Ok(ask(Err(&error), &rules, &asked)?),
        };
        let answer = ask(Ok(&mut store), &rules, &asked);
        self.keep(store, answer, false)
    }

    /// Returns a connection that nobody uses, unless the settings or the file system now name another store.
    fn kept(&self, settings: &Settings) -> Option<Store> {
        let kept = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        kept.filter(|store| store.path() == settings.database() && !store.is_replaced())
    }

    /// Returns a store that was kept, or else one that is opened, and whether all that a question wants is in it.
    fn current(self: &Arc<Self>, settings: &Settings, wants: Wants) -> Result<(Store, Waited), FlowError> {
        let mut store = match self.kept(settings) {
            Some(mut store) => {
                store.recheck_version()?;
                store
            }
            None => flow::open_if_recorded(settings)?,
        };
        if flow::is_current(&store, settings, wants != Wants::Records)? {
            return Ok((store, Waited::Current));
        }
        let patience = match wants {
            _ if !self.passes.was_made() => FIRST,
            Wants::Nothing => Duration::ZERO,
            Wants::Records | Wants::Words => PATIENCE,
        };
        let waited = self.passes.wait(patience, |passes| {
            let room = Arc::clone(self);
            tokio::task::spawn_blocking(move || passes.make(|| room.take_in().is_ok()));
        });
        if waited == Waited::Failed {
            // It goes wrong here too, and this time somebody hears of it.
            flow::refresh_by(&mut store, settings, || self.rules(settings))?;
        }
        Ok((store, waited))
    }

    /// Drains everything that is spooled, and makes findable what was drained.
    fn take_in(&self) -> Result<(), Refusal> {
        let settings = (self.load)()?;
        let mut store = match self.kept(&settings) {
            Some(store) => store,
            None => flow::ready_to_write(&settings)?,
        };
        flow::refresh_by(&mut store, &settings, || self.rules(&settings))?;
        flow::index(&mut store, INDEXING)?;
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(store);
        Ok(())
    }

    fn rules(&self, settings: &Settings) -> Result<Arc<Rules>, FlowError> {
        current_rules(&mut self.ruled.lock().unwrap_or_else(PoisonError::into_inner), settings)
    }

    /// Keeps the connection for the next question, unless it is at fault itself. What breaks while a question is
    /// answered takes the connection with it too.
    fn keep<A>(&self, store: Store, answer: Result<A, AnswerError>, stopped: bool) -> Result<A, Refusal> {
        let broken = match &answer {
            Err(AnswerError::Store(error)) => !stopped && !matches!(error, StoreError::Busy),
            _ => false,
        };
        if !broken {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(store);
        }
        Ok(answer?)
    }
}

/// Returns the rules of the settings: those that were made before, unless the settings now have other patterns.
fn current_rules(kept: &mut Option<Ruled>, settings: &Settings) -> Result<Arc<Rules>, FlowError> {
    let patterns = settings.file.patterns();
    match kept {
        Some((known, rules)) if known.as_slice() == patterns => Ok(Arc::clone(rules)),
        _ => {
            let rules = Arc::new(flow::rules(settings)?);
            *kept = Some((patterns.to_vec(), Arc::clone(&rules)));
            Ok(rules)
        }
    }
}

/// Returns an answer as text of at most [`MOST`] bytes.
pub(super) fn page(answer: &impl Answer, style: &Style) -> String {
    cut(style.safe(&answer.text(style)), MOST, CUT)
}

/// Returns a text of at most `most` bytes, which ends with `note` when it was longer.
pub(super) fn cut(mut text: String, most: usize, note: &str) -> String {
    if text.len() > most {
        let end = text.floor_char_boundary(most - note.len());
        text.truncate(text[..end].rfind('\n').map_or(end, |at| at + 1));
        text.push_str(note);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_answer_is_cut_between_lines() {
        let line = "> größer als erlaubt\n";
        let text = cut(line.repeat(1_000), MOST, CUT);
        assert!(text.len() <= MOST, "{}", text.len());
        let whole = text.strip_suffix(CUT).expect("it says that it was cut");
        assert_eq!(whole.len() % line.len(), 0);
        assert!(cut("ß".repeat(MOST), MOST, CUT).len() <= MOST);
        assert_eq!(cut(line.to_owned(), MOST, CUT), line);
    }
}
