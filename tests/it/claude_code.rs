//! Claude Code's recorded payloads and transcripts, read as the client wrote them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use callus::assistants::{Parsed, Spec, Transcript, by_name};
use callus::domain::time::Timestamp;
use callus::domain::trace::{CallEnd, Flag, Observation, Step, Text};

const NOW: Timestamp = Timestamp(1_795_152_500_000_000);

fn spec() -> &'static Spec {
    by_name("claude").expect("the alias is listed")
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(name)
        .join("claude-code")
}

fn payloads() -> BTreeMap<String, Vec<u8>> {
    fs::read_dir(folder("payloads"))
        .expect("the payload folder is there")
        .map(|entry| entry.expect("the folder is readable").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| {
            let name = path
                .file_stem()
                .expect("a file has a name")
                .to_string_lossy()
                .into_owned();
            (name, fs::read(path).expect("the payload is readable"))
        })
        .collect()
}

fn parsed(name: &str) -> Parsed {
    (spec().hook)(&payloads()[name], NOW)
}

fn calls(observations: &[Observation]) -> impl Iterator<Item = (&Observation, &CallEnd)> {
    observations.iter().filter_map(|seen| match &seen.step {
        Step::CallEnded(ended) => Some((seen, ended)),
        _ => None,
    })
}

fn only_call(parsed: &Parsed) -> &CallEnd {
    let ended: Vec<_> = calls(&parsed.observations).map(|(_, ended)| ended).collect();
    assert_eq!(ended.len(), 1, "{parsed:?}");
    ended[0]
}

/// One line per observation: what a reader of a snapshot can check against the payload.
fn brief(observation: &Observation) -> String {
    let text = |text: &Text| {
        let lines: Vec<&str> = text.head.lines().collect();
        let tail = if text.is_whole() { "" } else { " …" };
        format!(
            "{:?}{tail} ({} bytes)",
            lines.join("⏎").chars().take(70).collect::<String>(),
            text.bytes
        )
    };
    let what = match &observation.step {
        Step::SessionStarted(start) => format!("session started: {:?} model {:?}", start.source, start.model),
        Step::Prompt(words) => format!("prompt {}", text(words)),
        Step::BackgroundEnded(end) => {
            format!(
                "background {:?} of {:?} failed {} exit {:?}: {}",
                end.task,
                end.call,
                end.failed,
                end.exit_code,
                text(&end.summary)
            )
        }
        Step::CallStarted(call) => format!("{} {} started {}", call.kind.word(), call.tool, text(&call.input)),
        Step::CallEnded(CallEnd {
            call,
            flag,
            output,
            exit_code,
            note,
            background,
            ..
        }) => {
            let mut line = format!("{} {} {flag:?}", call.kind.word(), call.tool);
            for (name, value) in [
                ("exit", exit_code.map(|code| code.to_string())),
                ("note", note.clone()),
                ("task", background.clone()),
            ] {
                if let Some(value) = value {
                    let _ = write!(line, " {name} {value}");
                }
            }
            format!("{line} {} → {}", text(&call.input), text(output))
        }
        Step::TurnEnded { message } => format!("turn ended {}", text(message)),
        Step::ModelError(error) => {
            format!(
                "model error {} {:?} ended the turn: {} {}",
                error.kind,
                error.status,
                error.ended_turn,
                text(&error.message)
            )
        }
        Step::AgentStarted => "agent started".into(),
        Step::AgentStopped { message, transcript } => {
            format!("agent stopped {} transcript {}", text(message), transcript.is_some())
        }
        Step::Compacted { trigger } => format!("compacted {trigger}"),
        Step::Interrupted { call } => format!("interrupted {call:?}"),
        Step::Usage(usage) => format!("usage {} in {} out {}", usage.model, usage.input, usage.output),
        Step::Cost { micro_usd } => format!("cost {micro_usd}"),
        Step::SessionEnded { reason } => format!("session ended {reason:?}"),
    };
    let agent = observation
        .agent
        .as_ref()
        .map(|agent| format!("[{} {}] ", agent.kind, agent.id))
        .unwrap_or_default();
    format!("{agent}{what}")
}

#[test]
fn every_payload_means_what_it_says() {
    let mut all = String::new();
    for (name, bytes) in payloads() {
        let parsed = (spec().hook)(&bytes, NOW);
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
        let parsed = (spec().hook)(&bytes, NOW);
        assert_eq!(parsed.event, event, "{name}");
        assert!(
            parsed.cwd.is_some_and(|cwd| cwd.starts_with("/home/dev/project")),
            "{name}"
        );
        assert!(parsed.transcript.is_some_and(|path| path.ends_with(".jsonl")), "{name}");
        if let Some((_, flag)) = flags.iter().find(|(flagged, _)| *flagged == event) {
            let observed = (spec().hook)(&bytes, NOW);
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
        let plain = (spec().hook)(&bytes, NOW);
        let mut value: serde_json::Value = serde_json::from_slice(&bytes).expect("the payload is JSON");
        let minified = format!("{value}\n");
        assert_eq!((spec().hook)(minified.as_bytes(), NOW), plain, "{name} minified");
        let fields = value.as_object_mut().expect("a payload is an object");
        fields.insert(
            "new_field".into(),
            serde_json::json!({"session_id": "other", "list": [1, null, "x"]}),
        );
        fields.shift_insert(0, "another".into(), serde_json::json!("\"hook_event_name\":\"Stop\""));
        assert_eq!(
            (spec().hook)(value.to_string().as_bytes(), NOW),
            plain,
            "{name} with fields from the future"
        );
    }
}

#[test]
fn a_payload_cut_anywhere_is_read_as_far_as_it_goes() {
    let mut saved = 0;
    for (name, bytes) in payloads() {
        let whole = (spec().hook)(&bytes, NOW);
        for end in (0..bytes.trim_ascii_end().len()).step_by(97) {
            let cut = (spec().hook)(&bytes[..end], NOW);
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
    let parsed = (spec().hook)(&bytes[..end], NOW);
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
        let parsed = (spec().hook)(input, NOW);
        assert!(parsed.observations.is_empty() && parsed.session.is_none());
        assert_eq!(parsed.damaged.is_none(), input == b"{}", "{input:?}");
    }
    let garbled = b"\x00\xff{\"session_id\":\"s\" \xfe,\"hook_event_name\" : \"PostToolUseFailure\",\"tool_name\":\"Bash\",\"tool_input\":{\"command\":\"make\"},\"error\":\"Exit code 2\nraw newline";
    let parsed = (spec().hook)(garbled, NOW);
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
    for piece in ["line of output\\n", "\\u001b[31mé\\\\\\\"", "x"] {
        let long = piece.repeat(SIZE / piece.len());
        let head = r#"{"session_id":"s","hook_event_name":"PostToolUseFailure","tool_name":"Bash","tool_input":{"command":"make"},"error":"Exit code 2\n"#;
        for tail in [r#"","is_interrupt":false}"#, ""] {
            let parsed = (spec().hook)(format!("{head}{long}{tail}").as_bytes(), NOW);
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
    let parsed = (spec().hook)(written.as_bytes(), NOW);
    let Step::CallStarted(call) = &parsed.observations[0].step else {
        panic!("a call began")
    };
    assert_eq!(call.file.as_deref(), Some("/a"));
    assert!(call.input.bytes > SIZE as u64 && call.input.joined().len() < 20_000);
}

fn transcripts() -> Vec<Transcript> {
    let found = (spec().find)(&[folder("transcripts")]);
    assert!(found.refused.is_empty(), "{:?}", found.refused);
    found.transcripts
}

fn transcript(name: &str) -> Transcript {
    transcripts()
        .into_iter()
        .find(|found| found.path.ends_with(name))
        .expect("the transcript is there")
}

/// Reads the lines of `transcript` from byte `from` to byte `to`; returns where a later read must begin as well.
fn read(transcript: &Transcript, from: usize, to: usize) -> (Vec<Observation>, usize) {
    let bytes = fs::read(&transcript.path).expect("the transcript is readable");
    let to = to.min(bytes.len());
    let mut reader = (spec().reader)(transcript);
    let mut out = Vec::new();
    let mut offset = from;
    for line in bytes[from..to].split_inclusive(|byte| *byte == b'\n') {
        out.extend(reader.line(offset as u64, line).expect("every line is JSON"));
        offset += line.len();
    }
    out.extend(reader.finish());
    let resume = reader
        .resume_offset()
        .map_or(to, |offset| usize::try_from(offset).expect("a small file"));
    (out, resume)
}

fn whole(name: &str) -> Vec<Observation> {
    read(&transcript(name), 0, usize::MAX).0
}

#[test]
fn every_transcript_tells_what_happened() {
    let mut all = String::new();
    let mut transcripts = transcripts();
    transcripts.sort_by(|a, b| a.path.cmp(&b.path));
    for transcript in transcripts {
        let name = transcript
            .path
            .strip_prefix(folder("transcripts"))
            .expect("it lies in the folder")
            .display()
            .to_string();
        let _ = writeln!(
            all,
            "{name} ({}){}",
            transcript.session,
            if transcript.parent.is_some() { " subagent" } else { "" }
        );
        for observation in read(&transcript, 0, usize::MAX).0 {
            let _ = writeln!(all, "    {}", brief(&observation));
        }
    }
    insta::assert_snapshot!(all);
}

#[test]
fn a_call_is_the_same_call_from_hooks_and_transcript() {
    let mut of_transcripts = BTreeMap::new();
    for transcript in transcripts() {
        for (_, ended) in calls(&read(&transcript, 0, usize::MAX).0) {
            of_transcripts.insert(ended.call.id.clone().expect("the client gave an id"), ended.clone());
        }
    }
    let mut met = 0;
    for (name, bytes) in payloads() {
        for observation in (spec().hook)(&bytes, NOW).observations {
            let (call, ended) = match observation.step {
                Step::CallStarted(call) => (call, None),
                Step::CallEnded(ended) => (ended.call.clone(), Some(ended)),
                _ => continue,
            };
            let Some(same) = of_transcripts.get(call.id.as_deref().expect("the client gave an id")) else {
                continue;
            };
            met += 1;
            assert_eq!(call, same.call, "{name}");
            let flag = ended.as_ref().map_or(same.flag, |ended| ended.flag);
            assert!(
                flag == same.flag || flag == Flag::Silent,
                "{name}: {flag:?}, {:?}",
                same.flag
            );
            if let Some(ended) =
                ended.filter(|ended| ended.flag == Flag::Failure && !ended.output.head.contains("[fixture cut"))
            {
                assert!(same.output.head.starts_with(&ended.output.head), "{name}");
            }
        }
    }
    assert!(met > 50, "only {met} calls were met on both roads");
}

#[test]
fn the_failures_of_the_scripted_session_are_found() {
    let observations = whole("main.jsonl");
    let failed: Vec<_> = calls(&observations)
        .filter(|(_, ended)| ended.flag == Flag::Failure)
        .map(|(_, ended)| (ended.call.tool.as_str(), ended.exit_code))
        .collect();
    for expected in [
        ("Bash", Some(127)),
        ("Bash", Some(143)),
        ("Edit", None),
        ("Read", None),
        ("NoSuchTool", None),
        ("mcp__faillog__boom", None),
    ] {
        assert!(failed.contains(&expected), "{expected:?} is not in {failed:?}");
    }
    assert!(observations.iter().any(
        |seen| matches!(&seen.step, Step::Prompt(words) if words.head == "MAIN-MARK please run the failing things")
    ));
    assert!(
        observations
            .iter()
            .all(|seen| seen.session.external == "b5b0065b-8572-423e-b51a-3dd2b56085c3")
    );
}

#[test]
fn what_hooks_cannot_see_is_seen() {
    let interactive = whole("interactive.jsonl");
    let stopped = interactive.iter().find_map(|seen| match &seen.step {
        Step::Interrupted { call } => call.clone(),
        _ => None,
    });
    assert_eq!(stopped.as_deref(), Some("toolu_b1694b2014b6451cbb98d4"));

    let errors: Vec<_> = whole("apierror.jsonl")
        .into_iter()
        .filter_map(|seen| match seen.step {
            Step::ModelError(error) => Some((error.kind, error.status, error.ended_turn)),
            _ => None,
        })
        .collect();
    let kind = || "server_error".to_owned();
    assert_eq!(errors, [(kind(), Some(500), false), (kind(), Some(500), true)]);

    let background: Vec<_> = whole("bash.jsonl")
        .into_iter()
        .filter_map(|seen| match seen.step {
            Step::BackgroundEnded(end) => Some((end.task, end.failed, end.exit_code)),
            _ => None,
        })
        .collect();
    assert_eq!(
        background,
        [(Some("bq7lyjx1c".to_owned()), true, Some(1))],
        "once, though the file tells it three times"
    );
}

#[test]
fn tokens_are_counted_once_per_message() {
    let bytes = fs::read_to_string(transcript("main.jsonl").path).expect("the transcript is readable");
    let mut messages = BTreeMap::new();
    for line in bytes.lines() {
        let line: serde_json::Value = serde_json::from_str(line).expect("every line is JSON");
        if line["type"] == "assistant" {
            messages.insert(
                line["message"]["id"].to_string(),
                line["message"]["usage"]["output_tokens"].clone(),
            );
        }
    }
    let expected: i64 = messages.values().filter_map(serde_json::Value::as_i64).sum();
    let used: Vec<_> = whole("main.jsonl")
        .into_iter()
        .filter_map(|seen| match seen.step {
            Step::Usage(usage) => Some(usage.output),
            _ => None,
        })
        .collect();
    assert_eq!((used.len(), used.iter().sum::<i64>()), (messages.len(), expected));
}

#[test]
fn a_fork_copies_history_under_its_own_name_and_the_same_ids() {
    let (origin, fork) = (whole("resumed.jsonl"), whole("forked.jsonl"));
    let first = |observations: &[Observation]| {
        let (seen, ended) = calls(observations).next().expect("there is a call");
        (seen.at, ended.call.clone(), seen.session.external.clone())
    };
    let ((at, call, session), (copied_at, copied_call, copied_session)) = (first(&origin), first(&fork));
    assert_eq!((at, call), (copied_at, copied_call));
    assert_ne!(session, copied_session);
    let prompts = |observations: &[Observation]| {
        observations
            .iter()
            .filter(|seen| matches!(seen.step, Step::Prompt(_)))
            .count()
    };
    assert_eq!(
        (prompts(&origin), prompts(&fork)),
        (2, 3),
        "neither the summary nor /compact is a prompt"
    );
}

#[test]
fn a_subagents_steps_belong_to_its_parents_session() {
    let agent = transcript("agent-a1e674aa82edc4500.jsonl");
    assert_eq!(agent.session, "f44a190a-d109-4a1f-af17-cb5c66b539b3");
    assert!(
        agent
            .parent
            .as_ref()
            .is_some_and(|parent| parent.ends_with("f44a190a-d109-4a1f-af17-cb5c66b539b3.jsonl"))
    );
    let observations = read(&agent, 0, usize::MAX).0;
    for seen in &observations {
        assert_eq!(seen.session.external, agent.session);
        assert_eq!(
            seen.agent.as_ref().map(|agent| agent.kind.as_str()),
            Some("general-purpose")
        );
        assert!(
            !matches!(seen.step, Step::Prompt(_)),
            "what an agent is told is not a person's word"
        );
    }
    assert!(
        observations
            .iter()
            .any(|seen| matches!(&seen.step, Step::ModelError(error) if error.ended_turn))
    );
}

#[test]
fn a_transcript_read_in_two_parts_gives_the_same_calls() {
    for transcript in transcripts() {
        let bytes = fs::read(&transcript.path).expect("the transcript is readable");
        let ended = |observations: &[Observation]| -> BTreeMap<Option<String>, CallEnd> {
            calls(observations)
                .map(|(_, ended)| (ended.call.id.clone(), ended.clone()))
                .collect()
        };
        let all = ended(&read(&transcript, 0, usize::MAX).0);
        let ends = bytes
            .iter()
            .enumerate()
            .filter(|(_, byte)| **byte == b'\n')
            .map(|(at, _)| at + 1);
        for split in ends {
            let (first, resume) = read(&transcript, 0, split);
            let (second, _) = read(&transcript, resume, usize::MAX);
            let mut joined = ended(&first);
            joined.extend(ended(&second));
            assert!(joined == all, "{} split at {split}", transcript.path.display());
        }
    }
}

#[test]
fn broken_lines_are_reported_and_harm_nothing_else() {
    let transcript = transcript("main.jsonl");
    let bytes = fs::read(&transcript.path).expect("the transcript is readable");
    let mut reader = (spec().reader)(&transcript);
    let (mut out, mut broken, mut offset) = (Vec::new(), 0, 0);
    let noise: [&[u8]; 5] = [
        b"\"bare string\"\n",
        b"{\"type\":\"user\",\"mess\n",
        b"\xff\xfe\n",
        b"[]\n",
        b"\n",
    ];
    for (i, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        for line in [noise[i % noise.len()], line] {
            match reader.line(offset, line) {
                Ok(observations) => out.extend(observations),
                Err(_) => broken += 1,
            }
            offset += line.len() as u64;
        }
    }
    out.extend(reader.finish());
    let lines = bytes.split_inclusive(|byte| *byte == b'\n').count();
    assert_eq!(broken, (0..lines).filter(|i| i % noise.len() != 4).count());
    assert_eq!(out, whole("main.jsonl"));
}
