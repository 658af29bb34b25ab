//! Which remedies are never suggested, and why: the one rule of everybody who suggests something.
//!
//! Hints, warnings, briefs, skills and answers each ask for more than this before they speak, and nobody for less.

use super::remedy::forbidden::{Why, forbidden};
use crate::domain::lesson::{RemedyKind, Source, Trials};

/// In so many sessions a claim of an agent must have been seen to work.
const SEEN: u32 = 2;

/// What is known of a remedy, apart from what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record {
    /// What it is.
    pub kind: RemedyKind,
    /// Where the knowledge comes from.
    pub source: Source,
    /// What a person says of it: confirmed, refuted, or nothing.
    pub verdict: Option<bool>,
    /// How it has done.
    pub trials: Trials,
    /// Two independent sessions or more say that it did not help them, and fewer that it did.
    pub is_disowned: bool,
}

/// Why a remedy is not suggested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Withheld {
    /// A person says that it is wrong.
    Refuted,
    /// It does what no agent is ever told to do.
    Forbidden(Why),
    /// It says nothing to type.
    Evidence,
    /// Only an agent says so.
    Claim,
    /// Only an agent says so, and others say that it did not help.
    Disowned,
    /// Nobody saw it work.
    Unproven,
    /// It failed when it was last tried, and in as many sessions as it worked in.
    Failing,
}

/// Returns why a remedy is not suggested, with `says` as the words that somebody would read; nothing when it may be.
#[must_use]
pub fn withheld(record: Record, says: &str) -> Option<Withheld> {
    let Record {
        kind,
        source,
        verdict,
        trials,
        is_disowned,
    } = record;
    if verdict == Some(false) {
        return Some(Withheld::Refuted);
    }
    // A decision is a person's words: there is nothing in it to type, and a person may well speak of what is forbidden.
    if kind != RemedyKind::Decision
        && let Some(why) = forbidden(says)
    {
        return Some(Withheld::Forbidden(why));
    }
    if !kind.can_be_told() {
        return Some(Withheld::Evidence);
    }
    if verdict == Some(true) {
        return None;
    }
    match source {
        Source::Agent if trials.worked < SEEN => return Some(Withheld::Claim),
        Source::Agent if is_disowned => return Some(Withheld::Disowned),
        Source::Seen if trials.worked == 0 => return Some(Withheld::Unproven),
        _ => {}
    }
    let failed_last = trials.last_failed > trials.last_worked;
    (failed_last && trials.failed >= trials.worked).then_some(Withheld::Failing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Timestamp;

    /// A remedy that worked in so many sessions and failed in so many, as `last` says: `w` when it worked last.
    fn record(kind: RemedyKind, source: Source, verdict: Option<bool>, tried: (u32, u32, char)) -> Record {
        let (worked, failed, last) = tried;
        let (working, failing) = if last == 'w' { (2, 1) } else { (1, 2) };
        let trials = Trials {
            worked,
            failed,
            last_worked: (worked > 0).then_some(Timestamp(working)),
            last_failed: (failed > 0).then_some(Timestamp(failing)),
        };
        Record {
            kind,
            source,
            verdict,
            trials,
            is_disowned: false,
        }
    }

    #[test]
    fn what_is_withheld_and_why() {
        use RemedyKind::{Changed, Decision, Edited, Path, Prepared, Retry};
        use Source::{Agent, Person, Seen};
        use Withheld::{Claim, Evidence, Failing, Forbidden, Refuted, Unproven};
        let (never, typed) = ("rm -rf build", "mise exec -- go test ./...");
        let (yes, no) = (Some(true), Some(false));
        for (kind, source, verdict, tried, says, why) in [
            (Changed, Seen, None, (1, 0, 'w'), typed, None),
            (Path, Seen, None, (1, 0, 'w'), "cmd/main.go", None),
            (Prepared, Seen, None, (1, 0, 'w'), "npm ci", None),
            (Decision, Person, None, (0, 0, 'w'), "never rm -rf build here", None),
            (Changed, Seen, no, (9, 0, 'w'), typed, Some(Refuted)),
            (Decision, Person, no, (0, 0, 'w'), "ask first", Some(Refuted)),
            (Changed, Person, yes, (9, 0, 'w'), never, Some(Forbidden(Why::Destroys))),
            (Edited, Seen, yes, (9, 0, 'w'), "src/main.go", Some(Evidence)),
            (Retry, Seen, None, (9, 0, 'w'), typed, Some(Evidence)),
            (Changed, Agent, None, (0, 0, 'w'), typed, Some(Claim)),
            (Changed, Agent, None, (1, 0, 'w'), typed, Some(Claim)),
            (Changed, Agent, None, (2, 0, 'w'), typed, None),
            (Changed, Agent, yes, (0, 0, 'w'), typed, None),
            (Decision, Agent, None, (0, 0, 'w'), "the user wants sudo", Some(Claim)),
            (Changed, Seen, None, (0, 0, 'w'), typed, Some(Unproven)),
            (Changed, Seen, yes, (0, 0, 'w'), typed, None),
            (Changed, Person, None, (0, 0, 'w'), typed, None),
            (Changed, Seen, None, (2, 2, 'w'), typed, None),
            (Changed, Seen, None, (3, 2, 'f'), typed, None),
            (Changed, Seen, None, (2, 2, 'f'), typed, Some(Failing)),
            (Changed, Person, None, (0, 1, 'f'), typed, Some(Failing)),
            (Changed, Seen, yes, (2, 2, 'f'), typed, None),
        ] {
            let record = record(kind, source, verdict, tried);
            assert_eq!(withheld(record, says), why, "{record:?} {says}");
        }
    }

    #[test]
    fn what_others_say_of_a_remedy_holds_back_only_what_an_agent_claims() {
        let yes = Some(true);
        for (source, verdict, why) in [
            (Source::Agent, None, Some(Withheld::Disowned)),
            (Source::Agent, yes, None),
            (Source::Seen, None, None),
            (Source::Person, None, None),
        ] {
            let record = Record {
                is_disowned: true,
                ..record(RemedyKind::Changed, source, verdict, (2, 0, 'w'))
            };
            assert_eq!(withheld(record, "npm ci"), why, "{record:?}");
        }
    }
}
