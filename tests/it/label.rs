//! Labels of sessions that were recorded without them.

use serde_json::Value;

use super::env::TestEnv;
use super::fixture;

fn filled() -> TestEnv {
    let env = TestEnv::new();
    fixture::fill(&env);
    env
}

#[test]
fn a_session_is_labelled_found_by_its_label_and_loses_it_again() {
    let env = filled();
    let said = env.run(&["label", "86cc3044", "team=orders", "env=staging"]).success();
    assert_eq!(said, "env=staging\nteam=orders\n");
    let found = |query: &str| {
        let answer = env.run(&["search", "--json", query]).success();
        let answer: Value = serde_json::from_str(&answer).expect("JSON");
        answer["hits"].as_array().map(Vec::len)
    };
    assert_eq!(found("label:team=orders"), Some(2));
    assert_eq!(found("env:staging"), Some(2));
    assert_eq!(found("label:team=orders label:vertical=finance"), Some(0));
    assert_eq!(
        env.run(&["label", "86cc3044", "team=shop"]).success(),
        "env=staging\nteam=shop\n"
    );
    assert_eq!(env.run(&["label", "86cc3044", "env="]).success(), "team=shop\n");
    let said = env.run(&["label", "86cc3044", "--remove", "team"]).success();
    assert_eq!(said, "86cc3044 has no label.\n");
    assert_eq!(env.run(&["search", "env:staging"]).code, 1, "nothing has it any more");
}

#[test]
fn a_label_is_redacted_and_what_is_none_is_refused() {
    let env = filled();
    let said = env
        .run(&["label", "7744721d", "token=ghp_a8Zk3LmQ9pXy7RtV2bNc5WsD1fGhJ4eK6uTo"])
        .success();
    assert!(said.starts_with("A secret was taken out of it.\n"), "{said}");
    assert!(!said.contains("ghp_"), "{said}");
    for (arguments, why) in [
        (&["label", "7744721d", "team"][..], "is no label: write key=value"),
        (&["label", "7744721d", "a b=c"], "is no key of a label"),
        (&["label", "7744721d", "--remove", "team"], "no label goes by `team`"),
        (&["label", "77", "team=x"], "may be any of 2"),
        (&["label", "nothing", "team=x"], "no session goes by `nothing`"),
    ] {
        let said = env.run(arguments);
        assert_eq!(said.code, 1, "{arguments:?}");
        assert!(said.stderr.contains(why), "{}", said.stderr);
    }
    let answer = env.run(&["label", "7744721d", "--json"]).success();
    let answer: Value = serde_json::from_str(&answer).expect("JSON");
    assert_eq!(answer["labels"][0]["value"], "[redacted:github-token]");
    assert_eq!(answer["labels"][1]["key"], "vertical");
}
