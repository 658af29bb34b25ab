//! What a person or an agent decides about a failure mode, and what becomes of it.

use callus::answers::{self, Answer as _, ResolveQuery, Style};
use callus::domain::time::Timestamp;
use callus::redact::Rules;
use callus::store::{Access, Store};
use insta::assert_snapshot;
use jiff::tz::TimeZone;
use rusqlite::Connection;
use serde_json::Value;

use super::env::TestEnv;
use super::lessons::{EXEC, GO, LINT, NOW, REMEDIES, filled, id_of, json};

/// Decides as a person: the commands that a test starts have no terminal.
fn decide(env: &TestEnv, query: ResolveQuery) -> String {
    let mut store = Store::open(&env.database(), Access::Write).expect("the store opens");
    let rules = Rules::new(&[]).expect("rules");
    let query = ResolveQuery {
        person: true,
        path: "/usr/bin:/bin".into(),
        here: Some("/home/dev/web".to_owned()),
        ..query
    };
    match answers::resolve(&mut store, &rules, &query, Timestamp(NOW)) {
        Ok(resolved) => {
            let mut style = Style::model(Timestamp(NOW), TimeZone::UTC);
            style.width = 80;
            resolved.text(&style)
        }
        Err(error) => format!("{error}\n{}", answers::Advice::advice(&error).join("\n")),
    }
}

fn only(id: &str) -> ResolveQuery {
    ResolveQuery {
        id: id.to_owned(),
        ..ResolveQuery::default()
    }
}

fn with(id: &str, with: &str) -> ResolveQuery {
    ResolveQuery {
        with: Some(with.to_owned()),
        ..only(id)
    }
}

fn not(id: &str, not: &str) -> ResolveQuery {
    ResolveQuery {
        not: Some(not.to_owned()),
        ..only(id)
    }
}

#[test]
fn a_person_confirms_gives_and_refutes() {
    let env = filled();
    let (exec, go, lint) = (id_of(&env, EXEC), id_of(&env, GO), id_of(&env, LINT));
    assert_snapshot!(decide(&env, with(&exec, "R1")), @r"
    R1 of ydqtq91c is confirmed.
      R1    Worked instead: `GOOS=windows go test -run '^$' -exec=true ./...`
            worked in 2 of 3 sessions · 23 hours ago · confirmed by a person
            for `GOOS=windows go test ./...`
            one of its errors, everywhere
            confirmed on 20 Nov 2026 by a person
    ydqtq91c is resolved, until it fails again. Undo: callus resolve ydqtq91c --not
    R1
    ");
    assert_snapshot!(decide(&env, not(&exec, "R1")), @r"
    R1 of ydqtq91c is refuted, and is never suggested again.
      R1    Worked instead: `GOOS=windows go test -run '^$' -exec=true ./...`
            worked in 2 of 3 sessions · 23 hours ago
            for `GOOS=windows go test ./...`
            one of its errors, everywhere
            refuted on 20 Nov 2026 by a person
            Never suggested: a person says that it is wrong
    Undo: callus resolve ydqtq91c --with R1
    ");
    assert_snapshot!(decide(&env, with(&go, "env go version")), @r"
    R9 of zfjwjz8k is kept as what a person says.
      R9    Worked instead: `env go version`
            a person says so
            for `go test ./internal/...`
            one of its errors, in web
            confirmed on 20 Nov 2026 by a person
    zfjwjz8k is resolved, until it fails again. Undo: callus resolve zfjwjz8k --not
    R9
    ");
    assert_snapshot!(decide(&env, with("F10", "go comes from mise: run it through mise exec")), @r#"
    R10 of zfjwjz8k is kept as what a person says.
      R10   Decided: "go comes from mise: run it through mise exec"
            a person says so
            for `go test ./internal/...`
            one of its errors, in web
            confirmed on 20 Nov 2026 by a person
    zfjwjz8k is resolved, until it fails again. Undo: callus resolve zfjwjz8k --not
    R10
    "#);
    assert_snapshot!(decide(&env, only(&lint)), @r#"
    R8 of qarv5m3c is confirmed.
      R8    Decided: "make a constant of it, do not silence the linter"
            a person says so
            for `mise run lint 2>&1 | tail -20`
            one of its errors, in api
            confirmed on 20 Nov 2026 by a person
    qarv5m3c is resolved, until it fails again. Undo: callus resolve qarv5m3c --not
    R8
    "#);
    assert_snapshot!(decide(&env, only(&exec)), @r"
    ydqtq91c is resolved.
    It opens again when it fails. Undo: callus resolve ydqtq91c --reopen
    ");
    let again = ResolveQuery {
        reopen: true,
        ..only(&exec)
    };
    assert_snapshot!(decide(&env, again), @"ydqtq91c is open again.");
}

#[test]
fn what_cannot_be_kept_is_refused_with_the_reason() {
    let env = filled();
    let go = id_of(&env, GO);
    let long = "x".repeat(201);
    let table = [
        ("", "--with is empty"),
        (" \n", "--with is empty"),
        ("echo a\necho b", "(U+000A)"),
        ("echo \u{1b}[31mred", "(U+001B)"),
        ("echo a\u{202e}b", "(U+202E)"),
        (long.as_str(), "has 201 characters: a hint has room for 200"),
        ("rm -rf /home/dev/web", "is never suggested to an agent: it "),
        ("git push origin main", "is never suggested to an agent: it "),
        ("R99", "no remedy goes by `R99`"),
        ("R1", "no remedy goes by `R1`"),
    ];
    for (words, part) in table {
        let said = decide(&env, with(&go, words));
        assert!(said.contains(part), "{words:?}: {said}");
    }
    assert_eq!(remedies(&env), REMEDIES.len(), "nothing was kept");
    let said = env.run(&["resolve", &go, "--with", "git push --force"]);
    assert_eq!(said.code, 3, "{said}");
}

fn remedies(env: &TestEnv) -> usize {
    let db = Connection::open(env.database()).expect("the database opens");
    let number: i64 = db
        .query_row("select count(*) from remedy", [], |row| row.get(0))
        .expect("a number");
    usize::try_from(number).expect("small")
}

/// How often a text stands in remedies, messages, the index and what was learnt.
fn holding(env: &TestEnv, text: &str) -> i64 {
    // What searches indexes first what waits for that.
    env.run(&["search", "go"]).success();
    let db = Connection::open(env.database()).expect("the database opens");
    db.query_row(
        "select (select count(*) from remedy where instr(becomes, ?1) > 0)
              + (select count(*) from hint where instr(text, ?1) > 0)
              + (select count(*) from search where search match '\"' || ?1 || '\"')
              + (select count(*) from failure where instr(resolution, ?1) > 0)",
        [text],
        |row| row.get(0),
    )
    .expect("a number")
}

#[test]
fn a_secret_in_a_remedy_is_taken_out() {
    let env = filled();
    let command = "env GITHUB_TOKEN=ghp_a8Zk3LmQ9pXy7RtV2bNc5WsD1fGhJ4eK6uTo go version";
    let said = decide(&env, with(&id_of(&env, GO), command));
    assert!(said.contains("A secret was taken out of it."), "{said}");
    assert!(!said.contains("ghp_"), "{said}");
    assert_eq!(holding(&env, "ghp_"), 0);
    assert_eq!(holding(&env, "env GITHUB_TOKEN="), 3, "the rest was kept");
}

#[test]
fn what_an_agent_says_is_a_claim_and_decides_nothing() {
    let env = filled();
    let (go, exec) = (id_of(&env, GO), id_of(&env, EXEC));
    let claimed = env
        .run(&["resolve", &go, "--with", "go test -x ./internal/..."])
        .success();
    assert_snapshot!(claimed, @r"
    R9 of zfjwjz8k is kept as an agent's claim: no person typed it. It is told once
    two sessions have seen it work, or a person confirms it.
      R9    Worked instead: `go test -x ./internal/...`
            never seen to work · an agent's claim
            for `go test ./internal/...`
            one of its errors, in web
            Never suggested: a claim, until two sessions see it work or a person
            confirms it
    ");
    let checked = env.run(&["check", "zsh: command not found: go"]).success();
    assert!(!checked.contains("go test -x"), "a claim is told nobody: {checked}");
    for arguments in [
        &["resolve", &exec][..],
        &["resolve", &exec, "--not", "R1"],
        &["resolve", &exec, "--reopen"],
    ] {
        assert_eq!(env.run(arguments).code, 3, "{arguments:?}");
    }
    let known = env.run(&["resolve", &exec, "--with", "R1"]).success();
    assert!(known.contains("only a person confirms it"), "{known}");
    assert_eq!(json(&env, &["show", &exec, "--json"])["mode"]["mode"]["status"], "open");
}

#[test]
fn a_remedy_for_several_errors_says_so() {
    let env = filled();
    let db = Connection::open(env.database()).expect("the database opens");
    db.execute_batch(
        "insert into event (id, session, key, at, at_source, kind, status, command, via)
         values (900, 3, x'90', 1, 'record', 'call', 'failed', 'bun test', 'hook');
         insert into failure (id, event, session, project, pattern, instance, at, origin, headline, message, scope)
         select 900, 900, 3, 2, pattern, '0123456789abcdef', 1, 'flagged', 'zsh: command not found: bun', 'x', 'bun test'
         from failure where headline like '%not found: go' limit 1",
    )
    .expect("another error");
    let go = id_of(&env, GO);
    assert_snapshot!(decide(&env, with(&go, "env go version")), @r"
    this failure mode is 2 different errors: say which one it is for
    --instance F10  zsh: command not found: go
    --instance F900  zsh: command not found: bun
    --all  for every one of them; <1>, <2> in a command stand for what the error names
    ");
    let slots = decide(&env, with(&go, "env <1> version"));
    assert!(slots.contains("all of its errors, in web"), "{slots}");
    let one = ResolveQuery {
        instance: Some("F900".to_owned()),
        ..with(&go, "env bun")
    };
    let one = decide(&env, one);
    assert!(one.contains("one of its errors, in web"), "{one}");
}

#[test]
fn a_resolved_mode_that_fails_again_is_open_again() {
    let env = filled();
    let go = id_of(&env, GO);
    decide(&env, with(&go, "env go version"));
    let status = |env: &TestEnv| json(env, &["show", &go, "--json"])["mode"]["mode"]["status"].clone();
    assert_eq!(status(&env), "resolved");
    let recorded = include_str!("../payloads/claude-code/PostToolUseFailure-Bash-cat-missing-txt.json");
    let fails = |env: &TestEnv, call: &str| {
        let mut payload: Value = serde_json::from_str(recorded).expect("JSON");
        payload["tool_input"]["command"] = "go test ./internal/...".into();
        payload["error"] = "Exit code 127\nzsh: command not found: go".into();
        payload["tool_use_id"] = call.into();
        let said = env.run_with(&["hook", "claude-code"], &payload.to_string());
        assert_eq!(said.code, 0, "{said}");
    };
    fails(&env, "toolu_now");
    assert_eq!(
        status(&env),
        "resolved",
        "it failed before it was resolved, or just then"
    );
    let later = env.with("CALLUS_NOW", "2026-11-21T12:00:00Z");
    fails(&later, "toolu_later");
    assert_eq!(status(&later), "open");
}

#[test]
fn what_is_forgotten_or_redacted_again_goes_from_remedies_and_messages_too() {
    let table = [
        (&["forget", "--match", "mise exec", "--yes"][..], 0),
        (&["redact", "--again"], 4),
    ];
    for (command, marked) in table {
        let env = filled();
        assert_eq!(holding(&env, "mise exec"), 4);
        let own = "[redact]\npatterns = [{ name = \"own\", pattern = \"mise exec\" }]\n";
        std::fs::write(env.data().join("config.toml"), own).expect("written");
        env.run(command).success();
        let left = (holding(&env, "mise exec"), holding(&env, "[redacted:own]"));
        assert_eq!(left, (0, marked), "{command:?}");
    }
}
