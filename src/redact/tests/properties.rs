//! What holds for every text, with secrets or without.

use proptest::prelude::*;
use serde_json::Value;

use super::rules;
use crate::redact::scan::scan_spot;
use crate::redact::scan_text;
use crate::redact::walk::{Kind, Spot};

/// Most times that redacted text may be as long as the text: a password of four bytes becomes a marker of
/// nineteen, together with its name and separator.
const GROWTH: usize = 4;
/// Longest marker.
const MARKER: usize = 40;

/// Pieces from which secrets, and what nearly is one, come about.
const PIECES: &[&str] = &[
    "ghp_",
    "sk-ant-",
    "sk-",
    "AKIA",
    "eyJ",
    "SG.",
    "xoxb-",
    "Zk3vQ9xT7bLm2Rw8Yp5Nc1Hd6Fg4Js0AqW3e",
    "Q3EGKZ7XN2WPT5YB",
    "hunter2",
    ".",
    "password",
    "TOKEN",
    "api_key",
    "Authorization",
    "Bearer ",
    "Basic ",
    "=",
    ": ",
    " = ",
    ":= ",
    "\"",
    "'",
    "\\",
    "\\\"",
    "\\n",
    "\n",
    " ",
    "://",
    "user:",
    "@host",
    "https",
    "--token ",
    "--password=",
    "curl -u a:",
    " -p",
    "mysql",
    "-----BEGIN PRIVATE KEY-----",
    "-----END PRIVATE KEY-----",
    "-----BEGIN ",
    "PRIVATE KEY",
    "[redacted:",
    "[redacted:token]",
    "]",
    "{",
    "}",
    "(",
    "$",
    "é",
    "→",
    "🦀",
    "\u{1b}[32m",
    "\\u001b",
    "name: X_SECRET",
    "value: ",
    "Set-Cookie: a=",
    "password is ",
    "machine h login l password ",
    "sig=",
    "?",
    "&",
    ",",
    ";",
    "01234567890123456789",
];

fn woven() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PIECES), 0..24).prop_map(|pieces| pieces.concat())
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        woven(),
        any::<String>(),
        (any::<String>(), woven(), any::<String>()).prop_map(|(a, b, c)| a + &b + &c)
    ]
}

fn json() -> impl Strategy<Value = Value> {
    let key = prop::sample::select(vec![
        "command",
        "password",
        "apiKey",
        "Authorization",
        "env",
        "url",
        "name",
        "value",
        "TOKEN",
    ]);
    let leaf = prop_oneof![
        any_text().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null)
    ];
    leaf.prop_recursive(3, 24, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..6).prop_map(|pairs| {
                Value::from(
                    pairs
                        .into_iter()
                        .map(|(key, value)| (key.to_owned(), value))
                        .collect::<serde_json::Map<_, _>>(),
                )
            }),
        ]
    })
}

fn spots() -> impl Strategy<Value = Spot> {
    let kind = prop::sample::select(vec![Kind::Words, Kind::Name, Kind::Json]);
    (kind, any::<bool>(), any::<bool>()).prop_map(|(kind, cut_before, cut_after)| Spot {
        kind,
        cut_before,
        cut_after,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn scanning_twice_changes_nothing(text in any_text(), spot in spots()) {
        let once = scan_spot(&text, spot).into_owned();
        prop_assert_eq!(scan_spot(&once, spot), once.as_str());
    }

    #[test]
    fn the_full_set_twice_changes_nothing(text in any_text()) {
        let rules = rules();
        let once = rules.text(&text).into_inner();
        prop_assert_eq!(rules.again(&once), None);
        prop_assert_eq!(scan_text(&once), once.as_str());
    }

    #[test]
    fn redacted_text_is_not_much_longer(text in any_text()) {
        prop_assert!(scan_text(&text).len() <= GROWTH * text.len() + MARKER);
        prop_assert!(rules().text(&text).len() <= GROWTH * text.len() + MARKER);
    }

    #[test]
    fn json_stays_json(value in json(), pretty in any::<bool>()) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.expect("a value is JSON");
        let scanned = scan_spot(&text, Spot::JSON);
        prop_assert!(serde_json::from_str::<Value>(&scanned).is_ok(), "{} became {}", text, scanned);
        if let Some(redacted) = rules().again_json(&text) {
            prop_assert!(serde_json::from_str::<Value>(&redacted).is_ok(), "{} became {}", text, *redacted);
        }
    }

    #[test]
    fn json_inside_json_stays_json(value in json()) {
        let inner = serde_json::to_string(&value).expect("a value is JSON");
        let text = serde_json::to_string(&Value::from(inner)).expect("a string is JSON");
        let scanned = scan_spot(&text, Spot::JSON);
        prop_assert!(serde_json::from_str::<String>(&scanned).is_ok(), "{} became {}", text, scanned);
    }

    #[test]
    fn what_stands_around_a_secret_stays(before in "[a-z .;|]{0,20}", after in "[a-z .;|]{0,20}") {
        let secret = ["gh", "p_", "Zk3vQ9xT7bLm2Rw8Yp5Nc1Hd6Fg4Js0AqW3e"].concat();
        let text = format!("{before} {secret} {after}");
        prop_assert_eq!(scan_text(&text), format!("{before} [redacted:github-token] {after}"));
    }
}
