use std::collections::HashMap;

use super::*;
use crate::domain::lesson::{Hints, Warnings};
use crate::domain::time::Span;

fn load(variables: &[(&str, &str)]) -> Result<Settings, ConfigError> {
    let map: HashMap<&str, &str> = variables.iter().copied().collect();
    Settings::from_environment(
        &Environment::new(&|name| map.get(name).map(OsString::from)),
        super::file::read,
    )
}

/// Loads with a settings file of that text.
fn load_file(text: &str) -> Result<Settings, ConfigError> {
    let folder = tempfile::tempdir().expect("folder");
    std::fs::write(folder.path().join(file::NAME), text).expect("written");
    load(&[
        ("CALLUS_HOME", folder.path().to_str().expect("path")),
        ("HOME", "/home/dev"),
    ])
}

#[test]
fn a_relative_folder_is_one_folder_wherever_a_hook_runs() {
    let settings = load(&[("CALLUS_HOME", "memory"), ("HOME", "/home/dev")]).expect("loads");
    assert_eq!(settings.data, Path::new("/home/dev/memory"));
}

#[test]
fn one_variable_moves_everything_that_callus_owns() {
    let settings = load(&[("CALLUS_HOME", "/srv/callus"), ("HOME", "/home/dev")]).expect("loads");
    assert_eq!(
        settings.database(),
        Path::new("/srv/callus/workspaces/default/callus.db")
    );
    assert_eq!(settings.journals(), Path::new("/srv/callus/workspaces/default/journal"));
    assert_eq!(settings.config, Path::new("/srv/callus/config.toml"));
    assert_eq!(settings.clock, Clock::System);
    assert!(settings.capture && settings.labels.is_empty() && settings.warnings.is_empty());
}

#[test]
fn capture_is_off_when_any_word_for_it_says_so() {
    for (value, on) in [
        ("false", false),
        ("0", false),
        ("OFF", false),
        ("no", false),
        ("", true),
        ("1", true),
        ("yes", true),
    ] {
        let settings = load(&[("CALLUS_HOME", "/srv/c"), ("CALLUS_CAPTURE", value)]).expect("loads");
        assert_eq!(settings.capture, on, "{value:?}");
    }
    assert!(!load_file("capture = false").expect("loads").capture);
    let nested = load(&[("CALLUS_HOME", "/srv/c"), (NESTED, "1")]).expect("loads");
    assert!(!nested.capture);
    let error = load(&[("CALLUS_HOME", "/srv/c"), ("CALLUS_CAPTURE", "maybe")]).expect_err("no switch");
    assert_eq!(
        error.to_string(),
        "CALLUS_CAPTURE is \"maybe\", but must be true or false"
    );
}

#[test]
fn a_workspace_is_a_plain_name() {
    for name in ["default", "acme-2", "a.b_c", "0"] {
        let settings = load(&[("CALLUS_HOME", "/srv/c"), ("CALLUS_WORKSPACE", name)]).expect(name);
        assert_eq!(settings.workspace, name);
    }
    for name in ["../x", "a/b", ".", "-x", "Acme", "a b", &"x".repeat(65)] {
        assert!(
            load(&[("CALLUS_HOME", "/srv/c"), ("CALLUS_WORKSPACE", name)]).is_err(),
            "{name}"
        );
    }
}

#[test]
fn labels_and_time_come_from_the_environment() {
    let settings = load(&[
        ("CALLUS_HOME", "/srv/c"),
        ("CALLUS_LABELS", "vertical=payments, account = acme,oops,vertical=ads"),
        ("CALLUS_NOW", "2026-01-31T12:00:00Z"),
    ])
    .expect("loads");
    let labels: Vec<_> = settings.labels.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    assert_eq!(labels, [("account", "acme"), ("vertical", "ads")]);
    assert_eq!(
        settings.warnings,
        ["CALLUS_LABELS: \"oops\" is no key=value and is left out"]
    );
    assert_eq!(settings.clock, Clock::Fixed(Timestamp(1_769_860_800_000_000)));
    assert!(load(&[("CALLUS_HOME", "/srv/c"), ("CALLUS_NOW", "noon")]).is_err());
}

#[test]
fn the_terminal_is_what_the_environment_says() {
    for (variables, color, columns, unicode) in [
        (vec![("LANG", "C")], true, None, false),
        (vec![("LANG", "en_US.UTF-8"), ("NO_COLOR", "1")], false, None, true),
        (
            vec![("LANG", "en_US.UTF-8"), ("LC_ALL", "C"), ("COLUMNS", "60")],
            true,
            Some(60),
            false,
        ),
        (
            vec![("LC_CTYPE", "C.utf8"), ("TERM", "dumb"), ("COLUMNS", "wide")],
            false,
            None,
            true,
        ),
        (vec![], true, None, false),
    ] {
        let mut all = variables.clone();
        all.push(("CALLUS_HOME", "/srv/c"));
        let terminal = load(&all).expect("loads").terminal;
        assert_eq!(
            terminal,
            Terminal {
                color,
                columns,
                unicode
            },
            "{variables:?}"
        );
    }
}

#[test]
fn the_settings_file_is_read_whole() {
    let text = r#"
capture = true
stop_every = 5
[retention]
events = "90 days"
max_size = "500MB"
[redact]
patterns = [{ name = "ticket", pattern = "TICKET-[0-9]+" }]
"#;
    let settings = load_file(text).expect("loads");
    assert_eq!(settings.file.stop_every, 5);
    assert_eq!(
        settings.file.retention,
        Retention {
            events: Span::days(90),
            bodies: Span::days(60),
            max_size: 500_000_000
        }
    );
    assert_eq!(settings.file.patterns()[0].name, "ticket");
    assert!(settings.warnings.is_empty(), "{:?}", settings.warnings);
}

#[test]
fn an_unknown_key_is_said_and_does_no_harm() {
    let text =
        "[retention]\nevent = \"1d\"\n[[redact.patterns]]\nname = \"a\"\npattern = \"b\"\nflags = \"i\"\n[server]\n";
    let warnings = load_file(text).expect("loads").warnings;
    let keys: Vec<_> = warnings
        .iter()
        .map(|text| text.split(": ").nth(1).expect("a sentence"))
        .collect();
    assert_eq!(
        keys,
        [
            "redact.patterns.flags is no setting and is left out",
            "retention.event is no setting and is left out",
            "server is no setting and is left out"
        ]
    );
}

#[test]
fn a_bad_value_is_named_with_its_file_and_line() {
    for (text, line, word) in [
        ("capture = 1", 1, "invalid type"),
        ("\n\nstop_every = 0", 3, "1 or more"),
        ("[retention]\n\nevents = \"7 moons\"", 3, "7 moons"),
        ("[retention]\nmax_size = \"big\"", 2, "\"big\" is no size"),
        ("capture = fals", 1, ""),
        (
            "[redact]\npatterns = [{ name = \"\", pattern = \"x\" }]",
            2,
            "must not be empty",
        ),
    ] {
        let error = load_file(text).expect_err(text).to_string();
        assert!(
            error.contains(&format!("config.toml:{line}: ")) && error.contains(word),
            "{error}"
        );
    }
}

#[test]
fn a_repository_may_opt_out_and_label_but_not_route() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join(REPOSITORY_FILE);
    assert_eq!(
        repository(folder.path()),
        Repository {
            telling: Telling::default(),
            capture: true,
            labels: vec![],
            warnings: vec![]
        }
    );
    for (text, capture, labels, warnings) in [
        ("capture = false", false, vec![], 0),
        ("workspace = \"evil\"\nurl = \"x\"", true, vec![], 2),
        (
            "[labels]\nvertical = \"ads\"\nlevel = 3\nlist = []",
            true,
            vec![("level", "3"), ("vertical", "ads")],
            1,
        ),
        ("capture = \"off\"", false, vec![], 1),
        ("capture = fals", false, vec![], 1),
    ] {
        std::fs::write(&path, text).expect("written");
        let said = repository(folder.path());
        let found: Vec<_> = said.labels.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(
            (said.capture, found, said.warnings.len()),
            (capture, labels, warnings),
            "{text}"
        );
    }
}

#[test]
fn the_documentation_lists_every_variable_and_key() {
    let text = include_str!("../../docs/configuration.md");
    for variable in VARIABLES {
        assert!(
            text.contains(&format!("| `{}` | {} |", variable.name, variable.meaning)),
            "{}",
            variable.name
        );
    }
    for entry in KEYS {
        assert!(
            text.contains(&format!("| `{}` | {} |", entry.key, entry.meaning)),
            "{}",
            entry.key
        );
    }
}

#[test]
fn hints_and_warnings_are_as_quiet_as_somebody_wants_them_unless_the_environment_decides() {
    let (on, hints_off) = (Hints::On, Hints::Off);
    let (deny, shadow, off) = (Warnings::DenyOnce, Warnings::Shadow, Warnings::Off);
    for (variables, file, repository, expected) in [
        (vec![], "", "", (on, deny)),
        (vec![], "warnings = \"shadow\"", "", (on, shadow)),
        (vec![], "warnings = \"off\"", "warnings = \"deny-once\"", (on, off)),
        (
            vec![],
            "hints = \"shadow\"",
            "hints = \"off\"\nwarnings = \"shadow\"",
            (hints_off, shadow),
        ),
        (vec![], "", "hints = 1\nwarnings = \"never\"", (hints_off, off)),
        (
            vec![(telling::WARNINGS, "Deny-Once")],
            "warnings = \"off\"",
            "warnings = \"off\"",
            (on, deny),
        ),
        (vec![(telling::HINTS, "off")], "hints = \"on\"", "", (hints_off, deny)),
        (vec![(telling::HINTS, "")], "", "", (on, deny)),
    ] {
        let folder = tempfile::tempdir().expect("folder");
        std::fs::write(folder.path().join(file::NAME), file).expect("written");
        std::fs::write(folder.path().join(REPOSITORY_FILE), repository).expect("written");
        let mut all = variables.clone();
        all.extend([
            ("CALLUS_HOME", folder.path().to_str().expect("path")),
            ("HOME", "/home/dev"),
        ]);
        let settings = load(&all).expect("loads");
        let telling = settings.telling(&super::repository(folder.path()));
        assert_eq!(
            (telling.hints, telling.warnings),
            expected,
            "{variables:?} {file} {repository}"
        );
    }
    let error = load(&[("CALLUS_HOME", "/srv/c"), (telling::HINTS, "loud")]).expect_err("no such word");
    assert_eq!(
        error.to_string(),
        "CALLUS_HINTS is \"loud\", but must be on, shadow or off"
    );
    let error = load_file("warnings = \"sometimes\"").expect_err("no such word");
    assert!(
        error.to_string().contains("warnings must be deny-once, shadow or off"),
        "{error}"
    );
}
