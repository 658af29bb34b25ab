use super::*;
use crate::domain::id::{EventId, HintId};
use crate::domain::time::Timestamp;

const GO: &str = "go-is-missing";

fn message(told: Told, suggestion: &str) -> Message {
    Message {
        id: HintId(1),
        told,
        agent: None,
        event: Some(EventId(1)),
        at: Timestamp(10),
        instance: Some(GO.to_owned()),
        suggestion: suggestion.to_owned(),
        was: "go test ./...".to_owned(),
        call: Some("cd app && go test ./...".to_owned()),
    }
}

/// A later call as a table writes it: the call, how it ended, the instance of its failure.
type Step = (&'static str, &'static str, Option<&'static str>);

fn later((call, status, instance): &Step) -> Later {
    Later {
        event: EventId(2),
        agent: None,
        at: Timestamp(20),
        call: (*call).to_owned(),
        status: (*status).to_owned(),
        expected: None,
        instance: instance.map(str::to_owned),
    }
}

fn judged_by(message: &Message, steps: &[Step], over: bool) -> Option<&'static str> {
    let steps: Vec<Later> = steps.iter().map(later).collect();
    let steps: Vec<&Later> = steps.iter().collect();
    judged(message, &steps, over).map(Aftermath::word)
}

const DONE: Step = ("cd app && mise exec -- go test ./...", "ok", None);
const DONE_UNCLEAR: Step = ("mise exec -- go test ./...", "unknown", None);
const DONE_FAILED: Step = ("mise exec -- go test ./...", "failed", Some("a-red-test"));
const OLD_FAILED: Step = ("go test ./pkg", "failed", Some(GO));
const OTHER: Step = ("ls -la", "ok", None);
const OTHER_FAILED: Step = ("cat nothing", "failed", Some("no-such-file"));

#[test]
fn what_came_of_a_hint_is_read_from_the_calls_after_it() {
    let hint = message(Told::Hint, "mise exec -- go test ./...");
    let table: &[(&[Step], bool, Option<&str>)] = &[
        (&[DONE], false, Some("helped")),
        (&[OTHER, OTHER_FAILED, DONE], true, Some("helped")),
        (&[DONE_FAILED, DONE], true, Some("helped")),
        (&[OLD_FAILED, DONE], true, Some("helped")),
        (&[DONE, OLD_FAILED], true, Some("helped")),
        (&[DONE_UNCLEAR], false, Some("followed")),
        (&[OLD_FAILED, DONE_UNCLEAR], true, Some("followed")),
        (&[DONE_FAILED], false, Some("failed-again")),
        (&[OTHER, OLD_FAILED], true, Some("failed-again")),
        (&[OTHER, OTHER_FAILED], true, Some("ignored")),
        (&[], true, Some("ignored")),
        (&[OTHER], false, None),
    ];
    for (steps, over, came) in table {
        assert_eq!(judged_by(&hint, steps, *over), *came, "{steps:?}, over: {over}");
    }
}

#[test]
fn whoever_is_told_to_let_go_has_done_so_unless_it_fails_again() {
    let hint = message(Told::Hint, "");
    let table: &[(&[Step], bool, Option<&str>)] = &[
        (&[OTHER], true, Some("followed")),
        (&[OTHER], false, None),
        (&[OTHER, OLD_FAILED], true, Some("failed-again")),
    ];
    for (steps, over, came) in table {
        assert_eq!(judged_by(&hint, steps, *over), *came, "{steps:?}, over: {over}");
    }
}

#[test]
fn a_refused_call_that_is_run_again_unchanged_was_refused_for_nothing_or_fails_again() {
    let warning = message(Told::Warning, "mise exec -- go test ./...");
    let again = |status, instance| ("cd app && go test ./...", status, instance);
    let table: &[(&[Step], bool, Option<&str>)] = &[
        (&[DONE], true, Some("helped")),
        (&[again("ok", None)], false, Some("ignored")),
        (&[again("failed", Some("another error"))], false, Some("failed-again")),
        (&[again("failed", Some(GO)), DONE], false, Some("helped")),
        (&[OTHER], true, Some("ignored")),
        (&[OTHER], false, None),
    ];
    for (steps, over, came) in table {
        assert_eq!(judged_by(&warning, steps, *over), *came, "{steps:?}, over: {over}");
    }
}

#[test]
fn a_call_that_somebody_stopped_never_ran() {
    for (reason, stopped) in [
        (Some("rejected"), true),
        (Some("policy"), true),
        (Some("sibling"), true),
        (Some("test-first"), false),
        (None, false),
    ] {
        let call = Later {
            expected: reason.map(str::to_owned),
            ..later(&DONE)
        };
        assert_eq!(was_stopped(&call), stopped, "{reason:?}");
    }
}
