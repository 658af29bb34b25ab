use super::*;
use crate::domain::id::{Assistant, EventId, Fingerprint, ModeId, PatternId, ProjectId, RemedyId};
use crate::domain::lesson::Trials;
use crate::domain::trace::{self, AtSource, Call, CallEnd, Flag, Observation, SessionKey, Step, ToolKind, Via};
use crate::recall::sample;
use crate::redact;
use crate::store::remedy::Owner;

/// 2026-06-18T00:00:00Z.
const DAY: Timestamp = Timestamp(1_781_740_800_000_000);

fn faced(headline: &str, command: &str) -> Faced {
    Faced {
        event: Some(EventId(1)),
        root: Some(SessionId(1)),
        agent: None,
        project: Some(ProjectId(1)),
        pattern: PatternId(1),
        mode: ModeId(7),
        instance: Some(Fingerprint([1; 10])),
        kind: ToolKind::Shell,
        headline: headline.to_owned(),
        message: headline.to_owned(),
        segment: Some(command.to_owned()),
        goal: None,
        command: Some(command.to_owned()),
        file: None,
        began: DAY,
    }
}

/// Returns the name of a call with this id.
fn a_call(id: &str) -> CallName {
    let call = Call {
        id: Some(id.to_owned()),
        tool: "Bash".to_owned(),
        kind: ToolKind::Shell,
        input: trace::Text::whole("{}"),
        command: None,
        file: None,
    };
    let end = CallEnd {
        call,
        flag: Flag::Failure,
        output: trace::Text::default(),
        exit_code: None,
        duration_ms: None,
        interrupted: false,
        note: None,
        background: None,
    };
    let seen = Observation {
        session: SessionKey {
            assistant: Assistant::new("a"),
            external: "s".to_owned(),
        },
        agent: None,
        at: DAY,
        at_source: AtSource::Arrival,
        cwd: None,
        branch: None,
        via: Via::Hook,
        step: Step::CallEnded(end),
    };
    CallName::of(&redact::scan(seen)).expect("a call has a name")
}

/// A message about the failure mode that the cases meet.
fn told(remedy: Option<RemedyId>, suggestion: &str) -> Earlier {
    Earlier {
        call: a_call("toolu_1"),
        mode: Some(ModeId(7)),
        remedy,
        suggestion: suggestion.to_owned(),
        change: (String::new(), String::new()),
        at: DAY,
    }
}

fn known(id: i64, kind: RemedyKind, was: &str, becomes: &str, worked: u32, failed: u32) -> Known {
    let known = sample::known(kind, was, becomes, (worked, failed), DAY);
    Known {
        id: RemedyId(id),
        owner: Owner {
            pattern: PatternId(1),
            instance: Some(Fingerprint([1; 10])),
            project: Some(ProjectId(1)),
        },
        trials: Trials {
            last_failed: (failed > 0).then_some(DAY.before(crate::domain::time::Span::days(1))),
            ..known.trials
        },
        ..known
    }
}

fn met(sessions: u32, passed: u32) -> History {
    History {
        sessions,
        passed,
        last: Some(DAY),
    }
}

struct Case {
    headline: &'static str,
    command: &'static str,
    output: &'static str,
    known: Vec<Known>,
    history: History,
    earlier: Vec<Earlier>,
}

impl Case {
    fn new(headline: &'static str, command: &'static str, known: Vec<Known>) -> Self {
        Self {
            headline,
            command,
            output: headline,
            known,
            history: History::default(),
            earlier: Vec::new(),
        }
    }

    fn says(&self) -> Option<Message> {
        let faced = faced(self.headline, self.command);
        let facts = Facts {
            faced: &faced,
            text: Text {
                call: self.command,
                output: self.output,
            },
            known: &self.known,
            history: self.history,
            earlier: &self.earlier,
            is_second: !self.earlier.is_empty(),
        };
        decide(&facts, &|remedy| !remedy.becomes.contains("gone"))
    }

    fn text(&self) -> String {
        self.says().map(|message| message.text).unwrap_or_default()
    }
}

fn go_missing(known: Vec<Known>) -> Case {
    Case::new("zsh:1: command not found: go", "go test ./...", known)
}

fn mise(worked: u32, failed: u32) -> Known {
    known(
        1,
        RemedyKind::Changed,
        "go test ./...",
        "mise exec -- go test ./...",
        worked,
        failed,
    )
}

#[test]
fn a_remedy_is_three_lines_what_to_do_the_evidence_and_what_failed() {
    assert_eq!(
        go_missing(vec![mise(2, 0)]).text(),
        "Callus: Run `mise exec -- go test ./...`.\n\
         Worked in 2 of 2 sessions, last on 18 June 2026.\n\
         This is about: `zsh:1: command not found: go`"
    );
    let path = known(1, RemedyKind::Path, ".golangci.yml", ".golangci.yaml", 1, 0);
    assert!(
        Case::new("Path does not exist: .golangci.yml", ".golangci.yml", vec![path])
            .text()
            .starts_with("Callus: It is `.golangci.yaml`, not `.golangci.yml`.\n")
    );
    let prepared = known(1, RemedyKind::Prepared, "npm test", "npm ci", 1, 0);
    assert!(
        Case::new("sh: 1: jest: not found", "npm test", vec![prepared])
            .text()
            .starts_with("Callus: First run `npm ci`, then the same call again.\n")
    );
}

#[test]
fn what_was_tried_in_vain_stands_beside_what_worked() {
    let vain = known(2, RemedyKind::Changed, "go test ./...", "asdf exec go test ./...", 0, 1);
    assert!(
        go_missing(vec![mise(2, 0), vain])
            .text()
            .starts_with("Callus: Run `mise exec -- go test ./...`. Tried and failed: `asdf exec go test ./...`.\n")
    );
}

#[test]
fn what_may_not_be_told_is_not() {
    let refuted = Known {
        verdict: Some(false),
        ..mise(3, 0)
    };
    let claim = Known {
        source: Source::Agent,
        ..mise(1, 0)
    };
    let cases = [
        ("never seen to work", go_missing(vec![mise(0, 2)])),
        ("refuted", go_missing(vec![refuted])),
        ("a claim seen once", go_missing(vec![claim])),
        (
            "gone",
            go_missing(vec![known(
                1,
                RemedyKind::Changed,
                "go test",
                "gone exec go test ./...",
                2,
                0,
            )]),
        ),
        (
            "says what the output says",
            Case {
                output: "command not found: go\nhint: run mise exec -- go test ./...",
                ..go_missing(vec![mise(2, 0)])
            },
        ),
        (
            "only evidence",
            go_missing(vec![known(1, RemedyKind::Edited, "go test", "a.go", 5, 0)]),
        ),
        (
            "destructive",
            Case::new(
                "error: Your local changes to the following files would be overwritten by merge",
                "git stash pop",
                vec![known(1, RemedyKind::Changed, "git stash pop", "git stash drop", 3, 0)],
            ),
        ),
        (
            "too long to be typed",
            go_missing(vec![known(
                1,
                RemedyKind::Changed,
                "go test",
                &format!("mise {}", "x".repeat(300)),
                2,
                0,
            )]),
        ),
    ];
    for (why, case) in cases {
        assert_eq!(case.says(), None, "{why}");
    }
}

#[test]
fn a_remedy_decays_when_it_fails_later() {
    let later = DAY.after(crate::domain::time::Span::days(1));
    let failed_since = |worked, failed| {
        let mut known = mise(worked, failed);
        known.trials.last_failed = Some(later);
        known
    };
    assert_eq!(go_missing(vec![failed_since(1, 1)]).says(), None);
    assert!(go_missing(vec![failed_since(4, 1)]).says().is_some());
    let confirmed = Known {
        verdict: Some(true),
        ..failed_since(1, 1)
    };
    assert!(go_missing(vec![confirmed]).text().contains("A person confirmed it."));
}

#[test]
fn a_decision_outranks_what_worked() {
    let decided = known(9, RemedyKind::Decision, "git add docs/x", "local", 1, 0);
    let forced = known(
        1,
        RemedyKind::Changed,
        "git add docs/x",
        "git add --intent docs/x",
        5,
        0,
    );
    let case = Case::new(
        "The following paths are ignored by one of your .gitignore files: docs",
        "git add docs/x",
        vec![forced, decided],
    );
    let message = case.says().expect("a decision is told");
    assert_eq!(message.rule, Some(Rule::Decision));
    assert!(
        message
            .text
            .starts_with("Callus: The user decided about this on 18 June 2026: \"local\".\n")
    );
}

#[test]
fn what_an_agent_says_that_the_user_decided_is_no_decision() {
    let claim = Known {
        source: Source::Agent,
        ..known(9, RemedyKind::Decision, "go test ./...", "skip the tests", 0, 0)
    };
    let text = go_missing(vec![claim.clone(), mise(2, 0)]).text();
    assert!(text.contains("mise exec") && !text.contains("decided"), "{text}");
    let confirmed = Known {
        verdict: Some(true),
        ..claim
    };
    let text = go_missing(vec![confirmed, mise(2, 0)]).text();
    assert!(text.contains(": \"skip the tests\"."), "{text}");
}

#[test]
fn what_nobody_got_past_is_said_where_the_cause_or_a_try_is_known() {
    let bind = "panic: httptest: failed to listen on a port: listen tcp6 [::1]:0: bind: operation not permitted";
    let sandbox = |history| Case {
        history,
        ..Case::new(bind, "go test ./...", Vec::new())
    };
    let text = sandbox(met(2, 0)).text();
    assert!(
        text.starts_with("Callus: This is the sandbox, not your change"),
        "{text}"
    );
    assert!(
        text.contains("\n2 of 2 earlier sessions did not get past it, last on 18 June 2026.\n"),
        "{text}"
    );
    assert_eq!(sandbox(met(1, 0)).says(), None, "one session may be its own fault");
    assert_eq!(sandbox(met(3, 1)).says(), None, "somebody got past it");
    let unknown = Case {
        history: met(3, 0),
        ..Case::new("error: the ledger refused", "ledger check", Vec::new())
    };
    assert_eq!(unknown.says(), None, "a count helps nobody");
    let tried = Case {
        known: vec![known(
            1,
            RemedyKind::Changed,
            "ledger check",
            "ledger check --deep",
            0,
            2,
        )],
        ..unknown
    };
    assert!(
        tried.text().contains("Tried and failed: `ledger check --deep`."),
        "{}",
        tried.text()
    );
}

#[test]
fn an_agent_is_not_told_the_same_twice() {
    for earlier in [
        told(Some(RemedyId(1)), "other words"),
        told(Some(RemedyId(5)), "mise exec -- go test ./..."),
    ] {
        let case = Case {
            earlier: vec![earlier],
            history: met(5, 0),
            ..go_missing(vec![mise(2, 0)])
        };
        assert_eq!(case.says(), None);
    }
    let other = known(
        2,
        RemedyKind::Changed,
        "go test ./...",
        "/usr/local/go/bin/go test ./...",
        1,
        0,
    );
    let case = Case {
        earlier: vec![told(Some(RemedyId(1)), "mise exec -- go test ./...")],
        ..go_missing(vec![mise(2, 0), other])
    };
    assert!(
        case.text().contains("/usr/local/go/bin/go"),
        "another remedy may be told second"
    );
}

#[test]
fn one_answer_is_for_all_calls_that_ran_beside_one_another() {
    let answered = [told(None, "")];
    let reported = [a_call("toolu_1"), a_call("toolu_2")];
    for (seconds, beside, expected) in [
        (-30, &reported[1..], true),
        (1, &reported[1..], true),
        (2, &reported[1..], false),
        (30, &reported[1..], false),
        (30, &reported[..], true),
        (30, &[], false),
    ] {
        let began = Timestamp(DAY.0 + seconds * 1_000_000);
        assert_eq!(is_beside(began, beside, &answered), expected, "{seconds} s, {beside:?}");
        assert!(!is_beside(began, beside, &[]), "nothing was told");
    }
}

#[test]
fn what_only_compiles_is_said_to_do_so_in_a_sentence_of_its_own() {
    let built = "fork/exec /tmp/go-build1/b001/auth.test.exe: exec format error";
    let compiles = |becomes: &str| known(1, RemedyKind::Changed, "GOOS=windows go test ./...", becomes, 1, 0);
    for (command, becomes, said) in [
        (
            "GOOS=windows go test ./...",
            "GOOS=windows go test -exec=true ./...",
            "It compiled, but cannot run here; what follows only compiles. Run `GOOS=windows go test -exec=true ./...`.",
        ),
        (
            "GOOS=windows go test ./internal/auth",
            "GOOS=windows go test -exec=true ./...",
            "only compiles. Add `-exec=true`, as in `GOOS=windows go test -exec=true ./...`.",
        ),
        (
            "GOOS=windows go test ./internal/auth",
            "GOCACHE=/srv/a-cache-of-its-own-for-the-other-system GOOS=windows go test -exec=true ./...",
            "only compiles. Run it as in `GOCACHE=/srv/a-cache-of-its-own-for-the-other-system GOOS=windows go test -exec=true ./...`.",
        ),
    ] {
        let text = Case::new(built, command, vec![compiles(becomes)]).text();
        let advice = text.lines().next().unwrap_or_default();
        assert!(
            advice.starts_with("Callus: It compiled, but cannot run here;"),
            "{text}"
        );
        assert!(advice.ends_with(said), "{text}");
    }
}
