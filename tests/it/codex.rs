//! Codex CLI's recorded transcripts, read as the client wrote them, and imported through the program.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use callus::assistants::{Spec, Transcript, by_name};
use callus::domain::trace::{AtSource, CallEnd, Observation, Step};

use super::capture_scene::{Scene, files_below};
use super::claude_code::{brief, calls};

fn spec() -> &'static Spec {
    by_name("codex").expect("it is listed")
}

fn recorded() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts/codex")
}

fn transcripts() -> Vec<Transcript> {
    let found = (spec().find)(&[recorded()]);
    assert!(found.refused.is_empty(), "{:?}", found.refused);
    let mut transcripts = found.transcripts;
    transcripts.sort_by(|one, other| one.path.cmp(&other.path));
    transcripts
}

fn transcript(name: &str) -> Transcript {
    let name = format!("rollout-{name}.jsonl");
    let found = transcripts().into_iter().find(|found| found.path.ends_with(&name));
    found.expect("the transcript is there")
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
    let resume = reader.resume_offset();
    out.extend(reader.finish());
    let resume = resume.map_or(to, |offset| usize::try_from(offset).expect("a small file"));
    (out, resume)
}

fn whole(name: &str) -> Vec<Observation> {
    read(&transcript(name), 0, usize::MAX).0
}

/// Tool, exit code and what came back of every call that ended.
fn ended(observations: &[Observation]) -> Vec<(&str, Option<i32>, &str)> {
    calls(observations)
        .map(|(_, ended)| (ended.call.tool.as_str(), ended.exit_code, ended.output.head.as_str()))
        .collect()
}

#[test]
fn every_transcript_tells_what_happened() {
    let mut all = String::new();
    for transcript in transcripts() {
        let name = transcript
            .path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let place = transcript.parent.as_ref().map_or("", |_| " subagent");
        let _ = writeln!(all, "{name} ({}){place}", transcript.session);
        for observation in read(&transcript, 0, usize::MAX).0 {
            let _ = writeln!(all, "    {}", brief(&observation));
        }
    }
    insta::assert_snapshot!(all);
}

#[test]
fn the_text_is_what_the_tool_printed_in_every_generation() {
    let missing = "cat: missing.txt: No such file or directory\n";
    for (name, tool) in [
        ("0.63.0", "shell_command"),
        ("0.118.0", "shell_command"),
        ("0.169.0-gpt-5.5-direct-tools", "exec_command"),
        ("0.169.0-gpt-6-code-mode", "exec_command"),
    ] {
        let observations = whole(name);
        assert_eq!(ended(&observations)[0], (tool, Some(1), missing), "{name}");
        let (seen, first) = calls(&observations).next().expect("a call");
        assert_eq!(first.call.command.as_deref(), Some("cat missing.txt"), "{name}");
        assert_eq!(seen.cwd.as_deref(), Some("/home/dev/project"), "{name}");
        assert_eq!(seen.branch.as_deref(), Some("master"), "{name}");
    }
}

#[test]
fn a_command_in_the_background_ends_once_with_all_that_it_printed() {
    // One that nobody asked about again: only the client's own record tells its end.
    let scripted = whole("0.169.0-background-command");
    assert_eq!(
        ended(&scripted),
        [("exec_command", Some(7), "a\nb\n"), ("exec_command", Some(0), "")]
    );
    // One that was asked about: the answer carries the end, and the record behind it tells it again.
    let real = whole("0.128.0-background");
    let codes: Vec<_> = ended(&real).iter().map(|(tool, code, _)| (*tool, *code)).collect();
    assert_eq!(
        codes,
        [
            ("exec_command", Some(0)),
            ("exec_command", Some(1)),
            ("write_stdin", None)
        ]
    );
    let (seen, test) = calls(&real).nth(1).expect("a call");
    assert!(test.output.head.contains("bind: operation not permitted"), "{test:?}");
    assert!(
        test.call
            .command
            .as_deref()
            .is_some_and(|line| line.contains("go test"))
    );
    assert_eq!(seen.cwd.as_deref(), Some("/Users/dev/app"));
}

#[test]
fn copied_history_belongs_to_the_thread_that_made_it() {
    let observations = whole("0.118.0-fork");
    let (parent, child) = (
        "019d7d08-46c9-7f73-affe-4e6ca9852d56",
        "019d7e2f-0041-7310-951c-94020254dfc9",
    );
    for seen in &observations {
        assert_eq!(seen.session.external, parent);
        match &seen.agent {
            Some(agent) => assert_eq!((agent.id.as_str(), agent.kind.as_str()), (child, "explorer")),
            None => assert_eq!(
                seen.at_source,
                AtSource::Arrival,
                "when it happened is not known: {seen:?}"
            ),
        }
        assert!(!matches!(seen.step, Step::Prompt(_)), "no person wrote here: {seen:?}");
    }
    let copied = calls(&observations).filter(|(seen, _)| seen.agent.is_none()).count();
    assert_eq!((copied, calls(&observations).count()), (3, 4));
}

/// Every outcome by its call, as the store merges them: the last word counts.
fn outcomes(observations: &[Observation]) -> BTreeMap<Option<String>, CallEnd> {
    calls(observations)
        .map(|(_, ended)| (ended.call.id.clone(), ended.clone()))
        .collect()
}

#[test]
fn a_transcript_read_in_two_parts_gives_the_same_calls() {
    for transcript in transcripts() {
        let bytes = fs::read(&transcript.path).expect("the transcript is readable");
        let (all, _) = read(&transcript, 0, usize::MAX);
        let ends = bytes
            .iter()
            .enumerate()
            .filter(|(_, byte)| **byte == b'\n')
            .map(|(at, _)| at + 1);
        for split in ends {
            let (first, resume) = read(&transcript, 0, split);
            let (second, _) = read(&transcript, resume, usize::MAX);
            let mut joined = outcomes(&first);
            // An outcome told again without its call is joined with it in the store.
            joined.extend(
                outcomes(&second)
                    .into_iter()
                    .filter(|(_, ended)| !ended.call.is_unseen()),
            );
            let when = format!("{} split at {split}", transcript.path.display());
            assert_eq!(joined, outcomes(&all), "{when}");
            for (seen, _) in calls(&second).filter(|(_, ended)| !ended.call.is_unseen()) {
                let same = calls(&all).any(|(one, ended)| {
                    matches!(&seen.step, Step::CallEnded(other) if other.call == ended.call)
                        && (&one.cwd, &one.session, &one.agent, one.at)
                            == (&seen.cwd, &seen.session, &seen.agent, seen.at)
                });
                assert!(same, "{when}: {seen:?}");
            }
        }
    }
}

#[test]
fn tokens_are_counted_once_per_message() {
    // The newest version tells them on two lines, the oldest tells some of them twice.
    for (name, messages) in [("0.169.0-compaction", 3), ("0.118.0", 6), ("0.63.0", 6)] {
        let observations = whole(name);
        let used: BTreeMap<&str, (i64, i64, i64)> = observations
            .iter()
            .filter_map(|seen| match &seen.step {
                Step::Usage(usage) => Some((usage.message.as_str(), (usage.input, usage.cache_read, usage.output))),
                _ => None,
            })
            .collect();
        let mut told: Vec<_> = used.into_values().collect();
        told.sort_unstable();
        let expected: Vec<_> = (0..messages).map(|i| (900 + i, 100, 50)).collect();
        assert_eq!(told, expected, "{name}");
    }
}

#[test]
fn broken_lines_are_reported_and_harm_nothing_else() {
    let transcript = transcript("0.169.0-gpt-5.5-direct-tools");
    let bytes = fs::read(&transcript.path).expect("the transcript is readable");
    let mut reader = (spec().reader)(&transcript);
    let (mut out, mut broken, mut offset) = (Vec::new(), 0, 0);
    let noise: [&[u8]; 4] = [b"\"bare\"\n", b"{\"type\":\"event_msg\",\"payl\n", b"\xff\xfe\n", b"\n"];
    for (i, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        for line in [noise[i % noise.len()], line] {
            match reader.line(offset, line) {
                Ok(seen) => out.extend(seen),
                Err(_) => broken += 1,
            }
            offset += line.len() as u64;
        }
    }
    out.extend(reader.finish());
    let lines = bytes.split_inclusive(|byte| *byte == b'\n').count();
    assert_eq!(broken, (0..lines).filter(|i| i % noise.len() != 3).count());
    assert_eq!(out, read(&transcript, 0, usize::MAX).0);
}

/// Puts the recorded transcripts where the client keeps them.
fn put_recorded(sessions: &Path) {
    let folder = sessions.join("2026/11/20");
    fs::create_dir_all(&folder).expect("a folder");
    for path in files_below(&recorded()) {
        fs::copy(&path, folder.join(path.file_name().expect("a name"))).expect("copies");
    }
}

#[test]
fn an_import_reads_every_assistants_own_folder() {
    let scene = Scene::new();
    put_recorded(&scene.env.home().join(".codex/sessions"));
    scene.put_recorded("main.jsonl");
    let told = scene.import();
    assert!(told.contains("Read 16 files"), "{told}");
    let told = scene.import();
    assert!(told.contains("Nothing new in 16 files"), "{told}");
    assert_eq!(
        scene.rows("select assistant || ' ' || count(*) from session group by assistant order by 1"),
        ["claude-code 1", "codex 14"]
    );
    // What the client or the user turned down is nobody's fault; what a sandbox did to a test is a failure.
    let blameless = "select f.expected || ': ' || f.headline from failure f join session s on s.id = f.session
                     where s.assistant = 'codex' and f.expected is not null order by 1";
    insta::assert_snapshot!(scene.rows(blameless).join("\n"));
    let counted = "select coalesce(f.exit_code, '-') || ' ' || f.scope || ': ' || f.headline from failure f
                   join session s on s.id = f.session where s.assistant = 'codex' and f.expected is null order by 1";
    insta::assert_snapshot!(scene.rows(counted).join("\n"));
    scene.assert_consistent();
}

#[test]
fn the_clients_own_variable_names_its_folder() {
    let scene = Scene::new();
    let elsewhere = scene.env.home().join("elsewhere");
    put_recorded(&elsewhere.join("sessions"));
    let variables = [("CODEX_HOME", elsewhere.to_str().expect("a path"))];
    let said = scene.run_at("2026-11-20T12:00:00Z", &variables, &["import"], "");
    assert!(said.success().contains("Read 15 files"));
}

#[test]
fn a_mixed_folder_is_told_apart_by_content() {
    let scene = Scene::new();
    let folder = scene.env.home().join("mixed");
    fs::create_dir_all(&folder).expect("a folder");
    let claude = recorded().with_file_name("claude-code").join("main.jsonl");
    fs::copy(claude, folder.join("a.jsonl")).expect("copies");
    fs::copy(transcript("0.63.0").path, folder.join("b.jsonl")).expect("copies");
    fs::write(
        folder.join("c.jsonl"),
        "{\"type\":\"session\",\"version\":3,\"id\":\"x\"}\n",
    )
    .expect("writes");
    fs::write(folder.join("d.jsonl"), "").expect("writes");
    let told = scene.run(&["import", folder.to_str().expect("a path")]);
    assert!(told.contains("Read 2 files"), "{told}");
    assert!(told.contains("c.jsonl: is not in the format of an assistant"), "{told}");
    assert!(told.contains("d.jsonl: is empty"), "{told}");
    assert_eq!(told.matches("Not read").count(), 2, "each is refused once: {told}");
    assert_eq!(
        scene.rows("select assistant from session order by 1"),
        ["claude-code", "codex"]
    );
}

#[test]
fn a_file_that_grows_line_by_line_gives_the_same_rows() {
    let known = |scene: &Scene| {
        scene.rows(
            "select s.external || coalesce(e.agent, '') || e.kind || coalesce(e.tool, '') || e.status
                    || coalesce(e.exit_code, '') || e.at || coalesce(e.cwd, '') || e.output_bytes
             from event e join session s on s.id = e.session order by e.at, 1",
        )
    };
    for name in [
        "0.169.0-background-command",
        "0.169.0-interrupted",
        "0.128.0-background",
        "0.118.0-fork",
    ] {
        let text = fs::read_to_string(transcript(name).path).expect("reads");
        let (whole, growing) = (Scene::new(), Scene::new());
        let put = |scene: &Scene, text: &str| {
            let path = scene.env.home().join(".codex/sessions/rollout.jsonl");
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, text).expect("writes");
            scene.import();
        };
        put(&whole, &text);
        let mut so_far = String::new();
        for line in text.split_inclusive('\n') {
            // The client is met in the middle of a line, too.
            put(
                &growing,
                &format!("{so_far}{}", &line[..line.floor_char_boundary(line.len() / 2)]),
            );
            so_far.push_str(line);
            put(&growing, &so_far);
        }
        assert_eq!(known(&growing), known(&whole), "{name}");
        growing.assert_consistent();
    }
}

#[test]
fn copies_add_nothing_and_leave_the_original_as_it_was() {
    let text = fs::read_to_string(transcript("0.118.0-fork").path).expect("reads");
    // One id in seventy has no digit, and is an id all the same.
    let text = text.replace("call_Nw3O8sK5cpxxLQtWDdedxezE", "call_crsAYrStlpsAeuiNmMGZzpmz");
    let lines: Vec<&str> = text.lines().collect();
    // The parent's own file has the copied lines as they were first written.
    let own: String = lines[1..10]
        .iter()
        .map(|line| line.replace("T20:15:02", "T15:00:00") + "\n")
        .collect();
    let known =
        |scene: &Scene| scene.rows("select call_id || at from event where kind = 'call' and agent is null order by 1");
    let import = |files: &[(&str, &str)]| {
        let scene = Scene::new();
        for (name, text) in files {
            let path = scene.env.home().join(name);
            fs::write(&path, text).expect("writes");
            scene.run(&["import", path.to_str().expect("a path")]);
        }
        scene.assert_consistent();
        known(&scene)
    };
    let alone = import(&[("parent.jsonl", &own)]);
    let spawning = 1;
    for files in [
        [("parent.jsonl", own.as_str()), ("child.jsonl", text.as_str())],
        [("child.jsonl", text.as_str()), ("parent.jsonl", own.as_str())],
    ] {
        let both = import(&files);
        assert_eq!(both.len(), alone.len() + spawning, "{both:?}");
        assert!(alone.iter().all(|call| both.contains(call)), "{both:?} {alone:?}");
    }
}

#[test]
fn an_assistant_without_hooks_is_not_heard_and_only_asks() {
    let scene = Scene::new();
    let said = scene.run_at(
        "2026-11-20T12:00:00Z",
        &[],
        &["hook", "codex"],
        "{\"hook_event_name\":\"Stop\"}",
    );
    assert_eq!(said.success(), "");
    assert!(
        !scene.env.data().exists(),
        "a hook that is not listened to leaves nothing"
    );
    assert!(!scene.env.run(&["doctor"]).to_string().to_lowercase().contains("codex"));
    let _ = scene.env.run(&["install", "codex", "--yes"]).success();
    let settings = fs::read_to_string(scene.env.home().join(".codex/config.toml")).expect("settings");
    assert!(
        settings.contains("[mcp_servers.callus]") && !settings.contains("hooks"),
        "{settings}"
    );
}
