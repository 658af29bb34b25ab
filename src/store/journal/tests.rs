use super::firsts::FIRSTS;
use super::*;
use crate::domain::id::{Assistant, Fingerprint, RemedyId};
use crate::domain::lesson::{Rule, Told};
use crate::domain::time::Timestamp;
use crate::domain::trace::{AtSource, Call, CallEnd, Flag, Notice, Step, Text, ToolKind, Via};
use crate::store::changed::changed;

fn session(external: &str) -> SessionKey {
    SessionKey {
        assistant: Assistant::new("claude-code"),
        external: external.into(),
    }
}

fn observation(step: Step) -> Observation {
    Observation {
        session: session("s-1"),
        agent: None,
        at: Timestamp(1),
        at_source: AtSource::Arrival,
        cwd: Some("/home/dev/project".into()),
        branch: None,
        via: Via::Hook,
        step,
    }
}

fn failing_call() -> Observation {
    observation(Step::CallEnded(CallEnd {
        call: Call {
            id: Some("toolu_1".into()),
            tool: "Bash".into(),
            kind: ToolKind::Shell,
            input: Text::whole(r#"{"command":"cargo test"}"#),
            command: Some("cargo test".into()),
            file: None,
        },
        flag: Flag::Failure,
        output: Text {
            head: "Exit code 101\nline with \u{2028} and ümlaut".into(),
            tail: "end".into(),
            bytes: 9_000,
        },
        exit_code: Some(101),
        duration_ms: Some(12),
        interrupted: false,
        note: None,
        background: None,
    }))
}

fn read(path: &Path) -> Vec<Line> {
    std::fs::read(path)
        .expect("reads")
        .split(|byte| *byte == b'\n')
        .map(decode)
        .collect()
}

#[test]
fn what_is_appended_is_read_back() {
    let folder = tempfile::tempdir().expect("folder");
    let seen = crate::redact::scan_all(vec![failing_call(), observation(Step::Prompt(Text::whole("fix it")))]);
    let path = append(&folder.path().join("journal"), &session("s-1"), &seen).expect("appends");
    append(&folder.path().join("journal"), &session("s-1"), &seen).expect("appends again");
    let lines = read(&path);
    assert!(matches!(lines[0], Line::Blank));
    for line in &lines[1..] {
        let Line::Record(found) = line else { panic!("{line:?}") };
        assert_eq!(**found, *seen);
    }
    assert_eq!(lines.len(), 3);
}

#[test]
fn a_torn_record_spoils_only_itself() {
    let folder = tempfile::tempdir().expect("folder");
    let seen = crate::redact::scan_all(vec![failing_call()]);
    let path = append(folder.path(), &session("s-1"), &seen).expect("appends");
    let whole = std::fs::read(&path).expect("reads");
    for cut in 1..whole.len() {
        std::fs::write(&path, &whole[..cut]).expect("tears");
        append(folder.path(), &session("s-1"), &seen).expect("appends");
        let records = read(&path)
            .into_iter()
            .filter(|line| matches!(line, Line::Record(_)))
            .count();
        assert_eq!(records, 1, "torn after {cut} bytes");
    }
}

#[test]
fn a_record_of_a_newer_program_is_told_from_a_broken_one() {
    let json = b"{}";
    let sum = crc32fast::hash(json);
    assert!(matches!(
        decode(format!("{} {sum:08x} {{}}", VERSION + 1).as_bytes()),
        Line::Newer
    ));
    assert!(matches!(
        decode(format!("{VERSION} {sum:08x} {{}}").as_bytes()),
        Line::Broken
    ));
    assert!(matches!(decode(b"1 00000000 {}"), Line::Broken));
    assert!(matches!(decode(b"\xff\xfe"), Line::Broken));
}

#[test]
fn odd_session_ids_never_leave_the_folder() {
    for odd in ["", "../../etc/passwd", ".hidden", "a/b", "a\0b", &"x".repeat(300)] {
        let name = file_name(&session(odd));
        assert!(
            name.starts_with("claude-code-~") && !name.contains('/') && name.len() < 80,
            "{odd:?} → {name}"
        );
    }
    assert_eq!(file_name(&session("b5b0065b-8572")), "claude-code-b5b0065b-8572.jsonl");
}

#[test]
fn a_journal_goes_only_when_all_of_it_is_drained() {
    let folder = tempfile::tempdir().expect("folder");
    let seen = crate::redact::scan_all(vec![failing_call()]);
    let path = append(folder.path(), &session("s-1"), &seen).expect("appends");
    let size = std::fs::metadata(&path).expect("size").len();
    assert!(!remove(&path, size - 1).expect("asks"), "a hook wrote meanwhile");
    let held = open(&path).expect("a hook holds it");
    assert!(!remove(&path, size).expect("asks"));
    drop(held);
    assert!(remove(&path, size).expect("asks"));
    assert!(!path.exists());
    append(folder.path(), &session("s-1"), &seen).expect("is made anew");
    assert!(path.exists());
}

#[test]
fn what_was_told_is_read_back() {
    let folder = tempfile::tempdir().expect("folder");
    let Step::CallEnded(end) = failing_call().step else {
        panic!("a call");
    };
    let notice = Notice {
        told: Told::Warning,
        rule: Some(Rule::Remedy),
        mode: Some(Fingerprint([1; 10])),
        instance: Some(Fingerprint([2; 10])),
        remedy: Some(RemedyId(3)),
        call: Some(end.call),
        shadow: true,
        text: "Callus: not run.\nA second line".into(),
        suggestion: "cargo test --offline".into(),
    };
    let brief = Notice {
        told: Told::Brief,
        call: None,
        mode: None,
        shadow: false,
        suggestion: String::new(),
        ..notice.clone()
    };
    let seen = crate::redact::scan_all([notice, brief].map(|notice| observation(Step::Told(notice))).to_vec());
    let path = append(folder.path(), &session("s-1"), &seen).expect("appends");
    let lines = read(&path);
    assert!(matches!(&lines[1], Line::Record(read) if *read == seen), "{lines:?}");
}

#[test]
fn what_happens_first_happens_once_in_a_session_and_is_forgotten_by_its_age() {
    let folder = tempfile::tempdir().expect("folder");
    let one = session("s-1");
    let seen = crate::redact::scan_all(vec![failing_call()]);
    let path = append(folder.path(), &one, &seen).expect("appends");
    let is_first = |session: &SessionKey, what| first(folder.path(), session, what).expect("remembers");
    assert!(is_first(&one, "a") && !is_first(&one, "a") && is_first(&one, "b"));
    assert!(is_first(&session("s-2"), "a"), "another session");
    let size = std::fs::metadata(&path).expect("it").len();
    assert!(remove(&path, size).expect("removed"));
    assert!(!is_first(&one, "a"), "the session may go on");
    let firsts = path.with_extension(FIRSTS);
    let at = changed(&firsts).expect("a time");
    assert!(!quiet_since(folder.path(), at).contains(&path));
    assert!(quiet_since(folder.path(), Timestamp(at.0 + 1)).contains(&path));
    forget_firsts(&path);
    assert!(is_first(&one, "a"), "forgotten");
}
