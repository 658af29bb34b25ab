//! What is said of what was told: a claim of an agent, a decision of a person, and silence.

use callus::answers::{self, Advice as _, Answer as _, FeedbackQuery, Style, Who, Writing};
use callus::config::Settings;
use callus::domain::time::Timestamp;
use callus::redact::Rules;
use callus::store::{Access, Store};
use insta::assert_snapshot;
use jiff::tz::TimeZone;
use rusqlite::Connection;

use super::env::TestEnv;
use super::lessons::{EXEC, GO, LINT, NOW, filled, id_of, json};

/// Says something as a person: the commands that a test starts have no terminal.
fn decide(env: &TestEnv, query: &FeedbackQuery) -> String {
    let settings = Settings::at(&env.data(), Timestamp(NOW));
    let rules = Rules::new(&[]).expect("rules");
    let mut store = Store::open(&env.database(), Access::Write).expect("the store opens");
    let writing = Writing {
        settings: &settings,
        rules: &rules,
        who: Who::Person,
    };
    match answers::feedback(&mut store, &writing, query, Timestamp(NOW)) {
        Ok(view) => {
            let mut style = Style::model(Timestamp(NOW), TimeZone::UTC);
            style.width = 80;
            view.text(&style)
        }
        Err(error) => format!("{error}\n{}", error.advice().join("\n")),
    }
}

fn about(id: &str, helped: Option<bool>) -> FeedbackQuery {
    FeedbackQuery {
        id: id.to_owned(),
        helped,
        ..FeedbackQuery::default()
    }
}

fn muting(id: &str, span: &str, project: Option<&str>) -> FeedbackQuery {
    FeedbackQuery {
        mute: Some(span.to_owned()),
        project: project.map(str::to_owned),
        ..about(id, None)
    }
}

/// Says as the agent of a session that something did not help.
fn not(env: &TestEnv, id: &str, session: &str) -> String {
    env.run(&["feedback", id, "--not", "--session", session]).success()
}

/// What is suggested first for an error.
fn best(env: &TestEnv, error: &str) -> String {
    let json = json(env, &["check", error, "--json"]);
    json["matches"][0]["remedies"][0]["id"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

#[test]
fn what_an_agent_says_is_a_claim_and_two_sessions_put_a_remedy_behind_the_others() {
    let env = filled();
    let db = Connection::open(env.database()).expect("the database opens");
    // A second way, which worked in fewer sessions.
    db.execute_batch(
        "insert into remedy (id, pattern, instance, project, kind, was, becomes, source, at)
         select 90, pattern, instance, project, kind, was, 'GOOS=windows go vet ./...', source, at from remedy where id = 1;
         insert into remedy_session (remedy, session, worked, failed, at) values (90, 2, 1, 0, 1)",
    )
    .expect("another remedy");
    let error = "fork/exec /tmp/go-build1/b001/exe/a.test.exe: exec format error";
    assert_eq!(best(&env, error), "R1");
    assert_snapshot!(not(&env, "R1", "7744721d"), @r#"
    Noted that R1 did not help, as a claim: only a person confirms or refutes.
    Sessions that say it helped: 0; that it did not: 1.
      Worked instead: `GOOS=windows go test -run '^$' -exec=true ./...`
        worked in 2 of 3 sessions · 23 hours ago
    "#);
    // The same session again, also by a fork of it, is one voice.
    not(&env, "R1", "7744721d");
    db.execute("update session set top = 1 where external like '86cc3044%'", [])
        .expect("a fork");
    not(&env, "R1", "86cc3044");
    assert_eq!(best(&env, error), "R1");
    assert_snapshot!(not(&env, "R1", "7744fe00"), @r#"
    Noted that R1 did not help, as a claim: only a person confirms or refutes.
    Sessions that say it helped: 0; that it did not: 2.
    It is told behind all others from now on.
      Worked instead: `GOOS=windows go test -run '^$' -exec=true ./...`
        worked in 2 of 3 sessions · 23 hours ago
    "#);
    assert_eq!(best(&env, error), "R90");
    // Two that it helped weigh as much as two that it did not.
    env.run(&["feedback", "R1", "--helped", "--session", "a1b2c3d4"])
        .success();
    env.run(&["feedback", "R1", "--helped", "--session", "7744721d"])
        .success();
    assert_eq!(best(&env, error), "R1");
    let verdict: Option<String> = db
        .query_row("select verdict from remedy where id = 1", [], |row| row.get(0))
        .expect("a remedy");
    assert_eq!(verdict, None, "no agent decides");
}

#[test]
fn two_sessions_hold_back_what_only_an_agent_claims() {
    let env = filled();
    let db = Connection::open(env.database()).expect("the database opens");
    db.execute_batch(
        "insert into remedy_session (remedy, session, worked, failed, at)
         select 6, id, 1, 0, 1 from session where id in (1, 2)",
    )
    .expect("two sessions saw it work");
    let shown = |env: &TestEnv| env.run(&["show", &id_of(env, GO)]).success();
    assert!(!shown(&env).contains("two sessions say"), "{}", shown(&env));
    for session in ["7744fe00", "a1b2c3d4"] {
        not(&env, "R6", session);
    }
    assert!(
        shown(&env).contains("a claim, and two sessions say that it did not help"),
        "{}",
        shown(&env)
    );
}

#[test]
fn a_person_decides() {
    let env = filled();
    assert_snapshot!(decide(&env, &about("R4", Some(true))), @r#"
    Noted that R4 helped: confirmed by a person.
      Worked instead: `mise exec -- go test ./internal/...`
        worked in 1 of 1 session · 2 days ago · confirmed by a person
    "#);
    assert_snapshot!(decide(&env, &about("R4", Some(false))), @r#"
    Noted that R4 did not help: refuted by a person, and never suggested again.
      Worked instead: `mise exec -- go test ./internal/...`
        worked in 1 of 1 session · 2 days ago · never suggested: a person says that it is wrong
    "#);
    assert_snapshot!(decide(&env, &about("R2", Some(true))), @"R2 cannot be confirmed: `callus show` of its failure mode says why");
    let error = "zsh: command not found: go";
    assert!(!env.run(&["check", error]).success().contains("internal"));
}

#[test]
fn what_is_said_of_a_message_is_listed_with_it_and_summed() {
    let env = filled();
    let said = env.run(&[
        "feedback",
        "H1",
        "--helped",
        "--session",
        "7744721d",
        "--words",
        "token=ghp_Zk3vQ9xT7bLm2Rw8Yp5Nc1Hd6Fg4Js0AqW3e was missing",
    ]);
    assert_snapshot!(said.success(), @r#"
    Noted that H1 helped, as a claim: only a person confirms or refutes.
    Sessions that say it helped: 1; that it did not: 0.
    A secret was taken out of it.
    "#);
    env.run(&["feedback", "H2", "--not", "--words", "the path is another one here"])
        .success();
    decide(
        &env,
        &FeedbackQuery {
            words: Some("too long".to_owned()),
            ..about("H2", None)
        },
    );
    assert_snapshot!(env.run(&["told", "--limit", "5"]).success(), @r#"
    brief · H4 · 2026-11-19 12:02 UTC
      qarv5m3c · 7744721d · api · 37 B (~9 tokens)
      | Met here lately: goconst, 2 sessions.
    hint, only noted · H3 · 2026-11-19 12:01 UTC · ignored
      ydqtq91c · 7744721d · api · 11 B (~2 tokens)
      | Only noted.
    hint · H1 · 2026-11-18 12:01 UTC · helped
      ydqtq91c · 7744fe00 · api · 108 B (~27 tokens)
      | Run `GOOS=windows go test -run '^$' -exec=true ./...`.
      | Worked in 1 of 1 session.
      | Failed: `exec format error`
      The agent of 7744721d says that it helped: "token=[redacted:token] was missin…
    warning · H2 · 2026-11-17 12:01 UTC · failed again
      qarv5m3c · 86cc3044 · web · 85 B (~21 tokens)
      | This keeps failing here: 4 of 4 times.
      | Use `mise exec -- go test ./internal/...`
      A program says that it did not help: "the path is another one here"
      A person says: "too long"

    Sum         3 messages (1 hint, 1 warning, 1 brief), 230 B, 0.06 per 100 calls,
                1 helped, 1 failed again, 1 said to have helped, 1 said not to, 1
                only noted
    Helped      1 of the 2 of which it is known (50 %)
    "#);
    let sums = &json(&env, &["report", "--since", "all", "--json"])["told"];
    assert_eq!((&sums["said_helped"], &sums["said_not"]), (&1.into(), &1.into()));
    let forgotten = env.run(&["forget", "--match", "another one here", "--yes"]).success();
    assert!(!forgotten.is_empty());
    assert!(!env.run(&["told"]).success().contains("another one here"));
}

#[test]
fn an_agent_mutes_for_its_own_session_and_a_person_in_a_project_or_for_all() {
    let env = filled();
    let (exec, lint) = (id_of(&env, EXEC), id_of(&env, LINT));
    assert_snapshot!(env.run(&["feedback", &exec, "--mute", "90d", "--session", "7744721d"]).success(), @"ydqtq91c is muted for this session until 2026-11-27T12:00:00Z.");
    assert_snapshot!(env.run(&["feedback", &exec, "--mute", "2h", "--session", "7744721d"]).success(), @"ydqtq91c is muted for this session until 2026-11-20T14:00:00Z.");
    assert_snapshot!(env.run(&["feedback", &exec, "--mute", "7d"]), @r#"
    Error: an agent mutes for its own session, and it is not known which that is: give `session`; a person mutes with callus mute
    [exit code: 3]
    "#);
    assert_snapshot!(env.run(&["feedback", &exec, "--mute", "off", "--session", "7744721d"]).success(), @"ydqtq91c is no longer muted for this session.");
    assert_snapshot!(decide(&env, &muting(&lint, "30d", Some("api"))), @"qarv5m3c is muted in api until 2026-12-20T12:00:00Z.");
    assert_snapshot!(decide(&env, &muting(&lint, "forever", None)), @"qarv5m3c is muted everywhere for good.");
    assert_snapshot!(decide(&env, &muting(&lint, "off", None)), @"qarv5m3c is no longer muted everywhere.");
    let muted = env.run(&["failures", "--status", "muted"]).success();
    assert_eq!(muted, "Nothing failed that fits what was asked for.\n");
}

#[test]
fn what_cannot_be_said_is_refused_with_what_to_do() {
    let env = filled();
    let table: [(&[&str], &str); 8] = [
        (&["feedback", "H1"], "nothing is said"),
        (&["feedback", "H99", "--helped"], "no message goes by `H99`"),
        (&["feedback", "R99", "--helped"], "no remedy goes by `R99`"),
        (
            &["feedback", "no-such-skill", "--helped"],
            "no failure goes by `no-such-skill`",
        ),
        (
            &["feedback", "R1", "--not", "--session", "nobody"],
            "no session goes by `nobody`",
        ),
        (
            &["feedback", "R1", "--words", "a\u{200b}b"],
            "holds a character that cannot be seen (U+200B)",
        ),
        (
            &["feedback", "R1", "--mute", "soon", "--session", "7744721d"],
            "`soon` is no time",
        ),
        (
            &["feedback", "R1", "--mute", "forever", "--session", "7744721d"],
            "`forever` is no time",
        ),
    ];
    for (arguments, said) in table {
        let answer = env.run(arguments);
        assert!(
            answer.code != 0 && answer.stderr.contains(said),
            "{arguments:?}\n{answer}"
        );
        assert!(
            answer.stderr.contains("Hint:") || said.contains("character"),
            "{arguments:?}\n{answer}"
        );
    }
}
