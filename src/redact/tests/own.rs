//! The user's own patterns, and redacting stored text again.

use super::rules;
use crate::redact::{RedactError, Rules, UserPattern};

fn with(name: &str, pattern: &str) -> Result<Rules, RedactError> {
    Rules::new(&[UserPattern {
        name: name.to_owned(),
        pattern: pattern.to_owned(),
    }])
}

#[test]
fn a_pattern_of_the_users_takes_its_match_or_its_first_group() {
    let rules = with("customer", r"\bcust-\d{6}\b").expect("it has a prefix");
    assert_eq!(
        *rules.text("for cust-123456, not cust-12"),
        "for [redacted:customer], not cust-12"
    );
    let rules = with("employee", r"(?i)badge no\. (\w+)").expect("it has a prefix");
    assert_eq!(*rules.text("BADGE NO. K77 here"), "BADGE NO. [redacted:employee] here");
    let rules = with("either", r"(?:alpha|beta)-\d+").expect("every branch has one");
    assert_eq!(
        *rules.text("beta-7 gamma-8 alpha-9"),
        "[redacted:either] gamma-8 [redacted:either]"
    );
}

#[test]
fn an_unusable_pattern_is_named_with_the_remedy() {
    for pattern in [r"\d{16}", r"[A-Z]{2}\d+", r"(?:abcd|\d+)x", r"ab\d+", r"(?:token)?\d+"] {
        let error = with("card", pattern).expect_err("nothing fixed in it");
        assert!(matches!(error, RedactError::NoKeyword { .. }), "{pattern}: {error}");
        let said = error.to_string();
        assert!(
            said.contains("\"card\"") && said.contains("at least 3 bytes") && said.contains("add some"),
            "{said}"
        );
    }
    assert!(matches!(with("card", "ab("), Err(RedactError::Expression { .. })));
    assert!(matches!(with("card", "(?:abcd)*"), Err(RedactError::Empty { .. })));
    assert!(matches!(with("a]b", "abcd"), Err(RedactError::Name { .. })));
    assert!(matches!(with("", "abcd"), Err(RedactError::Name { .. })));
}

#[test]
fn json_stays_json_whatever_the_pattern_takes() {
    let rules = with("wide", r"name.*\d{4}").expect("it has a prefix");
    for (before, after) in [
        (
            r#"{"name":"Ada","card":4111}"#,
            r#"{"[redacted:wide]":"[redacted:wide]","[redacted:wide]":"[redacted:wide]"}"#,
        ),
        (r#"["name \" 1234"]"#, r#"["[redacted:wide]"]"#),
        (
            r#"{"a":"x name\\","b":true,"c":12345}"#,
            r#"{"a":"x [redacted:wide]","[redacted:wide]":"[redacted:wide]","[redacted:wide]":"[redacted:wide]"}"#,
        ),
    ] {
        let redacted = rules.again_json(before).expect("it matches").into_inner();
        assert_eq!(redacted, after);
        serde_json::from_str::<serde_json::Value>(&redacted).expect("still JSON");
        assert_eq!(rules.again_json(&redacted), None, "and stays so");
    }
}

#[test]
fn redacting_again_says_whether_anything_changed() {
    assert_eq!(rules().again("nothing in here"), None);
    assert_eq!(rules().again("ticket ACME-4711"), None);
    let rules = with("ticket", r"ACME-\d+").expect("it has a prefix");
    let again = rules.again("ticket ACME-4711").expect("the new pattern matches");
    assert_eq!(*again, "ticket [redacted:ticket]");
    assert_eq!(rules.again(&again), None);
}

#[test]
fn every_built_in_expression_compiles_and_has_keywords() {
    for pattern in super::super::patterns::PATTERNS {
        regex::Regex::new(&super::super::rules::ascii(pattern.expression)).expect("it compiles");
        assert!(!pattern.keywords.is_empty(), "{}", pattern.rule);
        for keyword in pattern.keywords {
            assert!(keyword.len() >= 3 && keyword.to_lowercase() == *keyword, "{keyword}");
        }
    }
}
