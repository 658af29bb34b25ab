//! Every text of an observation is reached, and the edges of cut texts are read as edges.

use super::rules;
use crate::domain::id::Assistant;
use crate::domain::lesson::Told;
use crate::domain::project::Place;
use crate::domain::time::Timestamp;
use crate::domain::trace::{
    Agent, AtSource, BackgroundEnd, Call, CallEnd, Flag, ModelError, Notice, Observation, Report, Reported, SessionKey,
    SessionStart, Step, Text, ToolKind, Usage, Via,
};
use crate::redact::{Clean, scan};

/// A token that both strengths know wherever it stands.
fn secret() -> String {
    ["gh", "p_", "Zk3vQ9xT7bLm2Rw8Yp5Nc1Hd6Fg4Js0AqW3e"].concat()
}

fn text() -> Text {
    Text {
        head: format!("a {} b", secret()),
        tail: format!("c {} d", secret()),
        bytes: 9999,
    }
}

fn call() -> Call {
    Call {
        id: Some(secret()),
        tool: secret(),
        kind: ToolKind::Shell,
        input: Text::whole(format!("{{\"command\":\"echo {}\"}}", secret())),
        command: Some(secret()),
        file: Some(secret()),
    }
}

/// One step of each kind, the secret in every text.
fn steps() -> Vec<Step> {
    let some = || Some(secret());
    let place = Place {
        root: secret(),
        worktree: secret(),
        remote: some(),
        branch: some(),
        commit: some(),
    };
    vec![
        Step::SessionStarted(SessionStart {
            source: secret(),
            model: some(),
            version: some(),
            transcript: some(),
            parent: some(),
            place: Some(place),
            pid: Some(4242),
            labels: vec![(secret(), secret())],
        }),
        Step::Prompt(text()),
        Step::BackgroundEnded(BackgroundEnd {
            call: some(),
            task: some(),
            failed: true,
            summary: text(),
            exit_code: Some(1),
        }),
        Step::CallStarted(call()),
        Step::Told(Notice {
            told: Told::Warning,
            rule: None,
            mode: None,
            instance: None,
            remedy: None,
            call: Some(call()),
            shadow: false,
            text: secret(),
            suggestion: secret(),
        }),
        Step::CallEnded(CallEnd {
            call: call(),
            flag: Flag::Failure,
            output: text(),
            exit_code: None,
            duration_ms: None,
            interrupted: false,
            note: some(),
            background: some(),
        }),
        Step::Reported(Box::new(Reported {
            end: CallEnd {
                call: call(),
                flag: Flag::Failure,
                output: text(),
                exit_code: None,
                duration_ms: None,
                interrupted: false,
                note: some(),
                background: some(),
            },
            report: Report {
                error_type: some(),
                message: text(),
                input_context: some(),
                snapshot: some(),
                evolution_triggered: None,
                resolution: some(),
                adds: false,
            },
        })),
        Step::TurnEnded { message: text() },
        Step::ModelError(ModelError {
            kind: secret(),
            status: None,
            message: text(),
            ended_turn: true,
        }),
        Step::AgentStarted,
        Step::AgentStopped {
            message: text(),
            transcript: some(),
        },
        Step::Compacted { trigger: secret() },
        Step::Interrupted { call: some() },
        Step::Usage(Usage {
            message: secret(),
            model: secret(),
            ..Usage::default()
        }),
        Step::Cost { micro_usd: 1 },
        Step::SessionEnded { reason: secret() },
    ]
}

fn observation(step: Step) -> Observation {
    Observation {
        session: SessionKey {
            assistant: Assistant::new(secret()),
            external: secret(),
        },
        agent: Some(Agent {
            id: secret(),
            kind: secret(),
        }),
        at: Timestamp(7),
        at_source: AtSource::Record,
        cwd: Some(secret()),
        branch: Some(secret()),
        via: Via::Hook,
        step,
    }
}

#[test]
fn no_text_of_any_step_is_forgotten() {
    for step in steps() {
        let shown = format!("{:?}", scan(observation(step)));
        assert!(!shown.contains(&secret()[4..]), "{shown}");
        assert!(shown.contains("[redacted:github-token]"), "{shown}");
    }
}

#[test]
fn the_full_set_runs_over_the_same_texts() {
    let step = Step::Prompt(Text::whole("the password is hunter2, go"));
    let clean: Clean<Observation> = rules().observation(scan(observation(step)));
    assert_eq!(
        clean.step,
        Step::Prompt(Text {
            bytes: 27,
            ..Text::whole("the password is [redacted:told-password], go")
        })
    );
    assert_eq!(clean.at, Timestamp(7));
}

#[test]
fn random_ids_of_the_client_stay() {
    let id = "Zk3vQ9xT7bLm2Rw8Yp5Nc1Hd6Fg4Js0AqW3e";
    let mut plain = observation(Step::Interrupted {
        call: Some(id.to_owned()),
    });
    plain.session.external = id.to_owned();
    let clean = rules().observation(scan(plain));
    assert_eq!(
        (clean.session.external.as_str(), &clean.step),
        (
            id,
            &Step::Interrupted {
                call: Some(id.to_owned())
            }
        )
    );
}

#[test]
fn a_secret_cut_in_two_is_caught_on_both_sides() {
    let (token, base64) = (
        secret(),
        "Zk3vQ9xT7bLm2Rw8Yp5Nc1Hd6Fg4Js0AqW3eZk3vQ9xT7bLm2Rw8Yp5Nc1Hd6Fg4",
    );
    let begin = ["-----BEGIN ", "RSA PRIVATE KEY-----\n"].concat();
    let end = ["\n-----END ", "RSA PRIVATE KEY-----\nok"].concat();
    for (head, tail, clean_head, clean_tail) in [
        (
            format!("x {}", &token[..12]),
            "end".to_owned(),
            "x [redacted:github-token]".to_owned(),
            "end".to_owned(),
        ),
        (
            "start".to_owned(),
            format!("{} y", &token[6..]),
            "start".to_owned(),
            "[redacted:cut] y".to_owned(),
        ),
        (
            format!("k\n{begin}{base64}\n{}", &base64[..9]),
            format!("{}\n{base64}{end}", &base64[9..]),
            "k\n[redacted:private-key]".to_owned(),
            "[redacted:private-key]\nok".to_owned(),
        ),
        (
            "export PASSWORD=\"correct hor".to_owned(),
            "b".to_owned(),
            "export PASSWORD=\"[redacted:password]".to_owned(),
            "b".to_owned(),
        ),
        (
            "auth eyJhbGciOiJIUz".to_owned(),
            "b".to_owned(),
            "auth [redacted:jwt]".to_owned(),
            "b".to_owned(),
        ),
    ] {
        let output = Text {
            head,
            tail,
            bytes: 99_999,
        };
        let clean = scan(observation(Step::Prompt(output)));
        assert_eq!(
            clean.step,
            Step::Prompt(Text {
                head: clean_head,
                tail: clean_tail,
                bytes: 99_999
            })
        );
    }
    let whole = Text::whole("x ghp_abcd1");
    assert_eq!(
        scan(observation(Step::Prompt(whole.clone()))).step,
        Step::Prompt(whole),
        "a whole text has no such edge"
    );
}

#[test]
fn clean_values_come_only_from_clean_values() {
    let clean = scan(observation(Step::Prompt(Text::whole("hello"))));
    let step: Clean<Step> = clean.derive(|observation| observation.step.clone());
    assert!(matches!(*step, Step::Prompt(_)));
    let both: Clean<(Step, usize)> = step.zip(rules().text("four").derive(String::len));
    assert_eq!(both.1, 4);
    let list: Clean<Vec<usize>> = [both.derive(|(_, n)| *n)].into_iter().collect();
    assert_eq!(list.into_iter().map(Clean::into_inner).sum::<usize>(), 4);
    assert!(
        rules()
            .text("x")
            .derive(|text| text.chars().next())
            .transpose()
            .is_some()
    );
}
