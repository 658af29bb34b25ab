//! Hook payloads, whole, reworded, cut and huge.

use std::fmt::Write as _;

use callus::assistants::Parsed;
use callus::domain::trace::{CallEnd, Flag, Step};

use super::{NOW, brief, calls, hook, payloads};

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { failure_persistence: None, ..Default::default() })]

    #[test]
    fn garbled_payloads_are_no_panic(which: usize, damage in proptest::collection::vec((0_usize..4000, 0_u8..=255), 1..20)) {
        let all = payloads();
        let (_, bytes) = all.iter().nth(which % all.len()).expect("there are payloads");
        let mut bytes = bytes.clone();
        for (at, byte) in damage {
            let at = at % bytes.len();
            bytes[at] = byte;
        }
        let parsed = hook(&bytes);
        proptest::prop_assert!(parsed.observations.iter().all(|seen| Some(&seen.session) == parsed.session.as_ref()));
    }
}

fn parsed(name: &str) -> Parsed {
    hook(&payloads()[name])
}

fn only_call(parsed: &Parsed) -> &CallEnd {
    let ended: Vec<_> = calls(&parsed.observations).map(|(_, ended)| ended).collect();
    assert_eq!(ended.len(), 1, "{parsed:?}");
    ended[0]
}

#[test]
fn every_payload_means_what_it_says() {
    let mut all = String::new();
    for (name, bytes) in payloads() {
        let parsed = hook(&bytes);
        assert_eq!(parsed.damaged, None, "{name}");
        assert!(parsed.session.is_some(), "{name}");
        assert!(
            parsed
                .observations
                .iter()
                .all(|seen| Some(&seen.session) == parsed.session.as_ref() && seen.at == NOW)
        );
        let _ = writeln!(all, "{name}{}", if parsed.continued { " (continued)" } else { "" });
        for observation in &parsed.observations {
            let _ = writeln!(all, "    {}", brief(observation));
        }
    }
    insta::assert_snapshot!(all);
}

#[test]
fn the_event_and_the_flag_follow_from_the_name_of_the_payload() {
    let flags = [("PostToolUse", Flag::Success), ("PostToolUseFailure", Flag::Failure)];
    for (name, bytes) in payloads() {
        let Some((event, _)) = name.split_once('-').filter(|(event, _)| *event != "headless") else {
            continue;
        };
        let parsed = hook(&bytes);
        assert_eq!(parsed.event, event, "{name}");
        assert!(
            parsed.cwd.is_some_and(|cwd| cwd.starts_with("/home/dev/project")),
            "{name}"
        );
        assert!(
            parsed
                .transcript
                .is_some_and(|path| path.starts_with("/home/dev/.claude/projects/")),
            "{name}"
        );
        if let Some((_, flag)) = flags.iter().find(|(flagged, _)| *flagged == event) {
            let observed = hook(&bytes);
            assert_eq!(only_call(&observed).flag, *flag, "{name}");
        }
    }
}

#[test]
fn failures_that_only_the_batch_reports_are_failures() {
    for name in [
        "PostToolBatch-Edit-0",
        "PostToolBatch-NoSuchTool",
        "PostToolBatch-Bash-badinput",
        "PostToolBatch-Grep",
    ] {
        let parsed = parsed(name);
        let ended = only_call(&parsed);
        assert_eq!(ended.flag, Flag::Failure, "{name}");
        assert!(ended.output.head.starts_with("<tool_use_error>"), "{name}");
    }
    let parsed = parsed("PostToolBatch-Bash-true");
    let flags: Vec<_> = calls(&parsed.observations)
        .map(|(_, ended)| (ended.flag, ended.exit_code))
        .collect();
    assert_eq!(flags, [(Flag::Silent, None), (Flag::Failure, Some(2))]);
}

#[test]
fn the_same_document_in_other_clothes_reads_the_same() {
    for (name, bytes) in payloads() {
        let plain = hook(&bytes);
        let mut value: serde_json::Value = serde_json::from_slice(&bytes).expect("the payload is JSON");
        let minified = format!("{value}\n");
        assert_eq!(hook(minified.as_bytes()), plain, "{name} minified");
        let fields = value.as_object_mut().expect("a payload is an object");
        fields.insert(
            "new_field".into(),
            serde_json::json!({"session_id": "other", "list": [1, null, "x"]}),
        );
        fields.shift_insert(0, "another".into(), serde_json::json!("\"hook_event_name\":\"Stop\""));
        assert_eq!(
            hook(value.to_string().as_bytes()),
            plain,
            "{name} with fields from the future"
        );
    }
}

#[test]
fn a_payload_cut_anywhere_is_read_as_far_as_it_goes() {
    let mut saved = 0;
    for (name, bytes) in payloads() {
        let whole = hook(&bytes);
        for end in (0..bytes.trim_ascii_end().len()).step_by(97) {
            let cut = hook(&bytes[..end]);
            assert!(cut.damaged.is_some(), "{name} cut at {end}");
            if end > 200 && !name.starts_with("headless") {
                assert_eq!(cut.session, whole.session, "{name} cut at {end}");
            }
            saved += cut.observations.len();
        }
    }
    assert!(saved > 200, "only {saved} observations came out of all cut payloads");
}

#[test]
fn a_failure_cut_in_its_text_keeps_its_beginning() {
    let bytes = &payloads()["PostToolUseFailure-Bash-cargo-test"];
    let text = String::from_utf8_lossy(bytes);
    let end = text.find("panicked at").expect("the panic is in the text");
    let parsed = hook(&bytes[..end]);
    let ended = only_call(&parsed);
    assert_eq!((ended.flag, ended.exit_code), (Flag::Failure, Some(101)));
    assert_eq!(ended.call.command.as_deref(), Some("cargo test"));
    assert_eq!(
        ended.call,
        only_call(&self::parsed("PostToolUseFailure-Bash-cargo-test")).call
    );
    assert!(
        ended.output.head.ends_with("thread 't' (22271) "),
        "{}",
        ended.output.head
    );
}

#[test]
fn input_that_is_no_document_is_no_panic() {
    let deep = "[".repeat(1_000_000);
    for input in [
        &b""[..],
        b" ",
        b"null",
        b"[]",
        b"\"x\"",
        b"{}",
        b"{\"session_id\":",
        b"\xff\xfe\x00\x80{\"",
        deep.as_bytes(),
    ] {
        let parsed = hook(input);
        assert!(parsed.observations.is_empty() && parsed.session.is_none());
        assert_eq!(parsed.damaged.is_none(), input == b"{}", "{input:?}");
    }
    let garbled = b"\x00\xff{\"session_id\":\"s\" \xfe,\"hook_event_name\" : \"PostToolUseFailure\",\"tool_name\":\"Bash\",\"tool_input\":{\"command\":\"make\"},\"error\":\"Exit code 2\nraw newline";
    let parsed = hook(garbled);
    let ended = only_call(&parsed);
    assert_eq!(
        (ended.exit_code, ended.call.command.as_deref()),
        (Some(2), Some("make"))
    );
    assert_eq!(ended.output.head, "Exit code 2\nraw newline");
}

#[test]
fn fifty_megabytes_are_read_and_cut() {
    const SIZE: usize = 50_000_000;
    for piece in ["line of output\\n", "\\u001b[31mé\\\\\\\""] {
        let long = piece.repeat(SIZE / piece.len());
        let head = r#"{"session_id":"s","hook_event_name":"PostToolUseFailure","tool_name":"Bash","tool_input":{"command":"make"},"error":"Exit code 2\n"#;
        for tail in [r#"","is_interrupt":false}"#, ""] {
            let parsed = hook(format!("{head}{long}{tail}").as_bytes());
            let ended = only_call(&parsed);
            assert_eq!(ended.exit_code, Some(2));
            assert!(ended.output.bytes > 10_000_000 && ended.output.joined().len() < 20_000);
            assert_eq!(parsed.damaged.is_some(), tail.is_empty());
        }
    }
    let written = format!(
        r#"{{"session_id":"s","hook_event_name":"PreToolUse","tool_name":"Write","tool_input":{{"content":"{}","file_path":"/a"}}}}"#,
        "y".repeat(SIZE)
    );
    let parsed = hook(written.as_bytes());
    let Step::CallStarted(call) = &parsed.observations[0].step else {
        panic!("a call began")
    };
    assert_eq!(call.file.as_deref(), Some("/a"));
    assert!(call.input.bytes > SIZE as u64 && call.input.joined().len() < 20_000);
}
