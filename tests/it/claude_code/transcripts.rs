//! Transcripts of scripted sessions, whose content is known.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use callus::assistants::Transcript;
use callus::domain::trace::{CallEnd, Flag, Observation, Step};

use super::{brief, calls, folder, hook, payloads, spec};

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
        for observation in hook(&bytes).observations {
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
