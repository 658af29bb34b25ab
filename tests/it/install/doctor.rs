//! Each thing that can be broken, broken once.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use callus::install::by_name;
use callus::install::doctor::{Check, Facts, Probe, State, arrivals};

use super::home::Home;

/// Runs the checks of Claude Code, and those of what arrives.
fn examine(home: &Home, binary: &Path, facts: &Facts, arrived: bool) -> Vec<Check> {
    let probe = Probe {
        binary,
        nonce: "1",
        arrived: &|assistant, session| arrived && assistant == "claude-code" && session == "callus-doctor-1",
    };
    let client = by_name("claude-code").expect("it is known");
    let mut checks = (client.examine)(&home.site, &probe);
    checks.extend(arrivals(facts));
    checks
}

/// Runs the checks and returns the state of one of them, and what it says.
fn check(home: &Home, binary: &Path, facts: &Facts, arrived: bool, name: &str) -> (State, String) {
    let check = examine(home, binary, facts, arrived)
        .into_iter()
        .find(|check| check.name == name)
        .expect("the check is made");
    assert!(
        check.state != State::Fail || check.remedy.is_some(),
        "{name} fails without a remedy"
    );
    (check.state, check.sentence)
}

#[test]
fn the_doctor_finds_what_is_broken() {
    let facts = Facts {
        last_event: Some(Duration::from_secs(90)),
        ..Facts::default()
    };
    let home = Home::with_settings("{}").with_client();
    let binary = home.script("bin/callus", "#!/bin/sh\ngrep -q callus-doctor-1\n");
    assert_eq!(check(&home, &binary, &facts, true, "hooks").0, State::Fail);
    assert_eq!(check(&home, &binary, &facts, true, "mcp").0, State::Fail);
    assert_eq!(check(&home, &binary, &facts, true, "permissions").0, State::Warn);

    home.install(binary.to_str().expect("UTF-8"));
    let all = examine(&home, &binary, &facts, true);
    assert!(all.iter().all(|check| check.state == State::Ok), "{all:?}");
    assert_eq!(
        all.iter().map(|check| check.name).collect::<Vec<_>>(),
        [
            "hooks",
            "program",
            "canary",
            "permissions",
            "mcp",
            "events",
            "journal",
            "faults"
        ]
    );
    assert_eq!(
        check(&home, &binary, &facts, true, "events").1,
        "the last event is 1 min old"
    );

    let (state, sentence) = check(&home, &binary, &facts, false, "canary");
    assert!(
        state == State::Fail && sentence.contains("did not arrive"),
        "{sentence}"
    );
    assert_eq!(
        check(&home, Path::new("/elsewhere/callus"), &facts, true, "program").0,
        State::Warn
    );

    for (script, wanted) in [
        ("#!/bin/sh\nexit 7\n", "exit code 7"),
        ("#!/bin/sh\necho hello\n", "printed something"),
        ("#!/nowhere/sh\n", "could not start"),
    ] {
        home.script("bin/callus", script);
        let (state, sentence) = check(&home, &binary, &facts, true, "canary");
        assert!(state == State::Fail && sentence.contains(wanted), "{sentence}");
    }
    fs::set_permissions(&binary, fs::Permissions::from_mode(0o644)).expect("not executable");
    assert!(
        check(&home, &binary, &facts, true, "program")
            .1
            .ends_with("which is no program")
    );
    fs::remove_file(&binary).expect("gone");
    assert!(
        check(&home, &binary, &facts, true, "program")
            .1
            .ends_with("which does not exist")
    );
    assert_eq!(check(&home, &binary, &facts, true, "mcp").0, State::Fail);

    let sick = Facts {
        faults: vec![
            "today: the journal could not be written".to_owned(),
            "an older one".to_owned(),
        ],
        spooled: 9,
        database: Some("the database is damaged".into()),
        last_event: None,
    };
    assert_eq!(check(&home, &binary, &sick, true, "faults").0, State::Warn);
    assert_eq!(check(&home, &binary, &sick, true, "database").0, State::Fail);
    assert_eq!(check(&home, &binary, &sick, true, "events").0, State::Warn);

    fs::write(&home.places.settings, "{\"disableAllHooks\": true}").expect("switched off");
    assert_eq!(check(&home, &binary, &facts, true, "settings").0, State::Fail);
    fs::write(&home.places.settings, "{").expect("damaged");
    assert_eq!(check(&home, &binary, &facts, true, "settings").0, State::Fail);
}
