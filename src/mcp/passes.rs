//! Draining beside the questions: one pass at a time, for which each question waits as long as its answer is worth.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Counts the passes that questions want and those that were done. A pass that was begun before a question came may not
/// see what the question wants to see: only the next one does.
#[derive(Default)]
pub(super) struct Passes {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    wanted: u64,
    done: u64,
    under_way: bool,
    failed: bool,
}

/// What a question knows after it has waited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Waited {
    /// All that was spooled when it came is in the store.
    Current,
    /// Its time was over: more comes than a pass can take in, and what was drained before is answered.
    Over,
    /// The pass went wrong, and whoever drains next learns why.
    Failed,
}

impl Passes {
    /// Returns whether there ever was one.
    pub(super) fn was_made(&self) -> bool {
        self.state().done > 0
    }

    /// Wants a pass, has `begin` start a thread for it if there is none, and waits until it is done, `patience` at the
    /// longest. The thread calls [`Passes::make`].
    pub(super) fn wait(self: &Arc<Self>, patience: Duration, begin: impl FnOnce(Arc<Self>)) -> Waited {
        let mut state = self.state();
        state.wanted += 1;
        let ticket = state.wanted;
        if !state.under_way {
            state.under_way = true;
            state.failed = false;
            drop(state);
            begin(Arc::clone(self));
            state = self.state();
        }
        let waits = |state: &mut State| state.done < ticket && state.under_way;
        let waited = self.changed.wait_timeout_while(state, patience, waits);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        match (state.done >= ticket, state.failed) {
            (true, false) => Waited::Current,
            (false, false) => Waited::Over,
            (_, true) => Waited::Failed,
        }
    }

    /// Makes passes until nobody wants another one. `pass` returns whether it went well; after one that did not, or that
    /// broke, there is none until somebody asks again.
    pub(super) fn make(&self, mut pass: impl FnMut() -> bool) {
        let mut end = End { of: self, broke: true };
        loop {
            let wanted = self.state().wanted;
            let good = pass();
            let mut state = self.state();
            state.done = wanted;
            state.failed = !good;
            self.changed.notify_all();
            if state.failed || state.wanted == wanted {
                state.under_way = false;
                end.broke = false;
                return;
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The end of the thread: where it broke, nobody waits for it any longer.
struct End<'a> {
    of: &'a Passes,
    broke: bool,
}

impl Drop for End<'_> {
    fn drop(&mut self) {
        if self.broke {
            let mut state = self.of.state();
            state.under_way = false;
            state.failed = true;
            self.of.changed.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    const LONG: Duration = Duration::from_mins(1);

    fn on_a_thread(passes: Arc<Passes>, pass: impl FnMut() -> bool + Send + 'static) {
        thread::spawn(move || passes.make(pass));
    }

    #[test]
    fn who_waits_long_enough_sees_what_was_there_before() {
        let passes = Arc::new(Passes::default());
        assert!(!passes.was_made());
        for _ in 0..3 {
            let waited = passes.wait(LONG, |passes| on_a_thread(passes, || true));
            assert_eq!(waited, Waited::Current);
        }
        assert!(passes.was_made());
    }

    #[test]
    fn a_pass_that_began_before_the_question_is_not_enough_and_nobody_waits_for_ever() {
        let passes = Arc::new(Passes::default());
        let (go_on, goes_on) = mpsc::channel();
        let (begun, has_begun) = mpsc::channel();
        let first = passes.wait(Duration::ZERO, |passes| {
            on_a_thread(passes, move || {
                begun.send(()).expect("somebody listens");
                goes_on.recv().expect("somebody says so");
                true
            });
        });
        assert_eq!(first, Waited::Over);
        has_begun.recv().expect("it begins");
        let beside = Arc::clone(&passes);
        let second = thread::spawn(move || beside.wait(LONG, |_| panic!("one is under way")));
        while passes.state().wanted < 2 {
            thread::yield_now();
        }
        go_on.send(()).expect("it waits");
        has_begun.recv().expect("another one, for who came later");
        assert!(!second.is_finished());
        go_on.send(()).expect("it waits");
        assert_eq!(second.join().expect("it ends"), Waited::Current);
    }

    #[test]
    fn what_goes_wrong_is_said_and_tried_again() {
        let passes = Arc::new(Passes::default());
        assert_eq!(
            passes.wait(LONG, |passes| on_a_thread(passes, || false)),
            Waited::Failed
        );
        assert_eq!(
            passes.wait(LONG, |passes| on_a_thread(passes, || panic!("it breaks"))),
            Waited::Failed
        );
        assert_eq!(
            passes.wait(LONG, |passes| on_a_thread(passes, || true)),
            Waited::Current
        );
    }
}
