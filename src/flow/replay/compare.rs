//! What suggestions are measured by: whether they name what later worked, beside suggestions that were shuffled, and
//! beside the naive rule.

use std::collections::HashMap;

use crate::domain::failure::Goal;
use crate::domain::time::Timestamp;
use crate::failure::shell::Segment;
use crate::failure::{remedy, shell};
use crate::store::met::{Call, Failed};

/// How often suggestions name what later worked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Naming {
    /// Suggestions.
    pub made: u64,
    /// Of them, those after which the session reached the goal.
    pub reached: u64,
    /// Of those, the ones whose changed words stand in the call that reached it.
    pub named: u64,
}

/// What the naive rule "the next success of the same tool and command" would have suggested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Naive {
    /// How often it names what later worked.
    pub naming: Naming,
    /// Suggestions that are the failing call again.
    pub bare: u64,
    /// Suggestions that must never be made.
    pub forbidden: u64,
}

/// A suggestion where it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Suggested {
    /// What was to be typed.
    pub(super) suggestion: String,
    /// The failing call.
    pub(super) failing: String,
    /// What the failing command was for.
    pub(super) goal: Option<String>,
    /// The call by which the session then reached the goal, if it did.
    pub(super) working: Option<String>,
}

impl Suggested {
    /// Returns whether the suggestion names what later worked.
    pub(super) fn names(&self) -> bool {
        names(&self.suggestion, &self.failing, self.working.as_deref())
    }
}

fn names(suggestion: &str, failing: &str, working: Option<&str>) -> bool {
    working.is_some_and(|working| remedy::follows(working, suggestion, failing))
}

/// Returns how often the suggestions name what later worked.
pub(super) fn naming(all: &[Suggested]) -> Naming {
    tally(all.iter().map(|one| (one, one.suggestion.as_str())))
}

/// Returns the same figure with each suggestion in the place of another one. The order is a permutation without a fixed
/// point, the same for the same number of suggestions.
pub(super) fn shuffled(all: &[Suggested]) -> Naming {
    let order = permutation(all.len());
    tally(
        all.iter()
            .zip(order)
            .map(|(one, other)| (one, all[other].suggestion.as_str())),
    )
}

fn tally<'s>(all: impl Iterator<Item = (&'s Suggested, &'s str)>) -> Naming {
    let mut naming = Naming::default();
    for (one, suggestion) in all {
        naming.made += 1;
        naming.reached += u64::from(one.working.is_some());
        naming.named += u64::from(names(suggestion, &one.failing, one.working.as_deref()));
    }
    naming
}

/// Returns a permutation of `0..n` that is one cycle (Sattolo's), from a generator that always begins alike.
fn permutation(n: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    // The constants are those of Knuth's MMIX; only the high bits are used, because the low ones repeat early.
    let mut state: u64 = 1;
    for at in (1..n).rev() {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let other = usize::try_from(state >> 33).unwrap_or_default() % at;
        order.swap(at, other);
    }
    order
}

/// What the naive rule remembers: for each failure the next success of the same tool and command.
#[derive(Debug, Default)]
pub(super) struct NaiveMemory {
    successes: HashMap<String, (Timestamp, String)>,
}

impl NaiveMemory {
    /// Returns what the naive rule would have suggested on a failure.
    pub(super) fn suggestion(&self, failed: &Failed) -> Option<&str> {
        let (at, success) = self.successes.get(&key(failed)?)?;
        (*at < failed.at).then_some(success)
    }

    /// Remembers the next success behind a failure, among the calls of its session.
    pub(super) fn learn(&mut self, failed: &Failed, calls: &[Call]) {
        let next = calls.iter().find(|call| {
            call.event > failed.event
                && call.session == failed.session
                && call.agent == failed.agent
                && call.good
                && call.tool == failed.tool
                && call
                    .command
                    .as_deref()
                    .is_none_or(|command| has_head(command, &failed.scope))
        });
        if let (Some(key), Some(call)) = (key(failed), next) {
            self.successes.insert(key, (call.at, call.called().to_owned()));
        }
    }
}

fn key(failed: &Failed) -> Option<String> {
    failed
        .instance
        .map(|instance| instance.text())
        .or_else(|| failed.mode.clone())
}

fn has_head(command: &str, head: &str) -> bool {
    shell::goals(command).iter().any(|goal| goal.head() == head)
}

impl Naive {
    /// Counts what the naive rule would have suggested on a failure.
    pub(super) fn add(&mut self, one: &Suggested) {
        self.naming.made += 1;
        self.naming.reached += u64::from(one.working.is_some());
        self.naming.named += u64::from(one.names());
        self.bare += u64::from(is_bare(one));
        self.forbidden += u64::from(remedy::forbidden(&one.suggestion).is_some());
    }
}

/// Returns whether a suggestion is the failing call again: the same text, or the same command for the goal that was not
/// reached, whatever stands around it.
fn is_bare(one: &Suggested) -> bool {
    let of_goal = |text: &str| -> Vec<Segment> {
        let mut segments = shell::segments(text);
        segments.retain(|segment| {
            let key = segment.goal.as_ref().map(Goal::key);
            key.is_some() && key == one.goal
        });
        segments
    };
    let same = |said: &Segment, failed: &Segment| said.word == failed.word && said.arguments == failed.arguments;
    let failed = of_goal(&one.failing);
    one.suggestion.trim() == one.failing.trim()
        || of_goal(&one.suggestion)
            .iter()
            .any(|said| failed.iter().any(|failed| same(said, failed)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shuffling_leaves_nothing_in_its_place_and_loses_nothing() {
        assert_eq!(permutation(0), Vec::<usize>::new());
        assert_eq!(permutation(1), [0]);
        for n in 2..40 {
            let order = permutation(n);
            assert!(order.iter().enumerate().all(|(at, &other)| at != other), "{order:?}");
            let mut sorted = order.clone();
            sorted.sort_unstable();
            assert!(sorted.into_iter().eq(0..n));
            assert_eq!(order, permutation(n));
        }
    }

    fn one(suggestion: &str, failing: &str, goal: Option<&str>) -> Suggested {
        Suggested {
            suggestion: suggestion.to_owned(),
            failing: failing.to_owned(),
            goal: goal.map(str::to_owned),
            working: Some(suggestion.to_owned()),
        }
    }

    #[test]
    fn the_same_command_again_is_a_bare_repetition() {
        for (suggestion, failing, goal, bare) in [
            (
                "mise run lint 2>&1 | tail",
                "mise run lint",
                Some("mise run lint"),
                true,
            ),
            ("cd /x && go test ./a", "go vet; go test ./a", Some("go test ./a"), true),
            ("go vet", "go vet; go test ./a", Some("go test ./a"), false),
            ("go test -exec=true ./a", "go test ./a", Some("go test ./a"), false),
            ("go test ./a", "go test ./b", Some("go test ./b"), false),
            ("mise exec -- go test ./a", "go test ./a", Some("go test ./a"), false),
            ("/a/b.yaml", "/a/b.yaml", None, true),
            ("/a/b.yaml", "/a/b.yml", None, false),
        ] {
            assert_eq!(is_bare(&one(suggestion, failing, goal)), bare, "{suggestion}");
        }
    }

    #[test]
    fn a_suggestion_is_right_in_its_own_place_and_wrong_in_another() {
        let all = [
            one("python3 -m pytest", "pytest", None),
            one("mise exec -- go vet", "go vet", None),
        ];
        assert_eq!(
            naming(&all),
            Naming {
                made: 2,
                reached: 2,
                named: 2
            }
        );
        assert_eq!(
            shuffled(&all),
            Naming {
                made: 2,
                reached: 2,
                named: 0
            }
        );
    }
}
