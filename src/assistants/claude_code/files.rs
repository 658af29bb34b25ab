//! Where transcripts lie and how one is known.
//!
//! `projects/<folder>/<session>.jsonl` is a session's; `projects/<folder>/<session>/subagents/agent-<id>.jsonl` is a
//! subagent's, with an `agent-<id>.meta.json` beside it. Versions 2.0 put `agent-<id>.jsonl` beside the session's.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::SPEC;
use super::wire::{Line, object};
use crate::assistants::{Found, Refusal, Transcript, files};
use crate::domain::trace::Agent;

const SUBAGENTS: &str = "subagents";
const AGENT: &str = "agent-";
/// Line types that carry the session from its first lines on; other clients use the field's name for lines of theirs.
const OF_SESSION: &[&str] = &[
    "assistant",
    "attachment",
    "mode",
    "permission-mode",
    "progress",
    "queue-operation",
    "system",
    "user",
];
/// Line types that belong to no session; only this client writes them.
const SESSIONLESS: &[&str] = &["summary", "file-history-snapshot"];

/// Returns the transcripts in `paths`, files and folders in any mix, newest session first. A session's file brings its
/// subagents along.
#[must_use]
pub(super) fn find(paths: &[PathBuf]) -> Found {
    files::find(paths, |path| Some(path.with_extension("").join(SUBAGENTS)), transcript)
}

fn transcript(path: &Path) -> Result<Transcript, Refusal> {
    let of_lines = files::told_by_beginning(path, session_of)?;
    let state = files::state(path)?;
    let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
    let agent = name
        .rsplit_once(AGENT)
        .filter(|(before, _)| before.is_empty() || before.ends_with('.'));
    let parent = agent
        .and_then(|_| parent(path, &of_lines))
        .filter(|parent| parent.is_file());
    Ok(Transcript {
        assistant: &SPEC,
        path: path.to_owned(),
        // A fork begins with lines that it copied: the name of the file is right about whose it is.
        session: files::id_in(name).unwrap_or(of_lines),
        agent: agent.map(|(_, id)| Agent {
            id: id.to_owned(),
            kind: agent_kind(path).unwrap_or_default(),
        }),
        parent,
        modified: state.modified,
        bytes: state.bytes,
    })
}

/// Returns the session of the first line that belongs to one, if lines like these are this client's. A line that
/// ends outside of what was read is left out.
fn session_of(beginning: &[u8]) -> Result<String, Refusal> {
    if beginning.trim_ascii().is_empty() {
        return Err(Refusal::Empty);
    }
    let text = String::from_utf8_lossy(beginning);
    let mut refusal = Refusal::NotJsonLines;
    for line in text.lines().filter_map(|line| object::<Line>(line).ok()) {
        if let Some(session) = session(&line) {
            return Ok(session);
        }
        let kind = line.kind.word().unwrap_or_default();
        refusal = if SESSIONLESS.contains(&kind.as_str()) {
            Refusal::NoSession
        } else {
            Refusal::OtherFormat
        };
    }
    Err(refusal)
}

/// Another client exports the same format under its own name where this one writes its version number.
fn session(line: &Line) -> Option<String> {
    let version = line.version.word();
    let is_ours = OF_SESSION.contains(&line.kind.string().as_ref())
        && version.is_none_or(|version| version.starts_with(|first: char| first.is_ascii_digit()));
    line.session.word().filter(|_| is_ours)
}

/// Returns where the transcript of the session that started this subagent lies.
fn parent(path: &Path, session: &str) -> Option<PathBuf> {
    let folder = path.parent()?;
    if folder.file_name()? == SUBAGENTS {
        return Some(folder.parent()?.with_extension(files::EXTENSION));
    }
    Some(folder.join(session).with_extension(files::EXTENSION))
}

fn agent_kind(path: &Path) -> Option<String> {
    #[derive(Deserialize)]
    struct Meta {
        #[serde(rename = "agentType")]
        agent_type: String,
    }
    let bytes = fs::read(path.with_extension("meta.json")).ok()?;
    serde_json::from_slice::<Meta>(&bytes).ok().map(|meta| meta.agent_type)
}

#[cfg(test)]
mod tests {
    use super::*;

    const USER: &str = r#"{"type":"user","sessionId":"58739f06-ca54-4e5e-b033-461306e116ee","version":"2.1.328","message":{"content":"x"}}"#;

    #[test]
    fn a_transcript_is_known_by_its_lines() {
        let snapshot = r#"{"type":"file-history-snapshot","messageId":"m"}"#;
        let good = [
            USER.to_owned(),
            format!("{snapshot}\nnot json\n\"bare\"\n{USER}"),
            format!("{USER}\n{{\"cut\":\"of"),
        ];
        for text in good {
            session_of(text.as_bytes()).expect("this is a transcript");
        }
        let bad = [
            ("", "is empty"),
            (" \n\n", "is empty"),
            ("plain\ntext", "holds no JSON lines"),
            ("[1,2]", "holds no JSON lines"),
            ("\u{0}\u{1}\u{2}", "holds no JSON lines"),
            (snapshot, "holds no step of a session"),
            (
                r#"{"timestamp":"t","type":"session_meta","payload":{"id":"x"}}"#,
                "is not in the format",
            ),
            (
                r#"{"type":"session.start","data":{"sessionId":"x"}}"#,
                "is not in the format",
            ),
            (
                r#"{"type":"user","sessionId":"x","version":"other-agent"}"#,
                "is not in the format",
            ),
        ];
        for (text, why) in bad {
            let refusal = session_of(text.as_bytes()).expect_err(text).to_string();
            assert!(refusal.starts_with(why), "{text}: {refusal}");
        }
    }

    #[test]
    fn a_first_line_of_megabytes_is_read_whole() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let picture = format!(
            r#"{{"type":"user","message":"{}","sessionId":"s"}}"#,
            "A".repeat(1_000_000)
        );
        fs::write(file.path(), &picture).expect("a file");
        assert_eq!(
            files::told_by_beginning(file.path(), session_of).expect("a transcript"),
            "s"
        );
        fs::write(file.path(), "A".repeat(1_000_000)).expect("a file");
        assert!(matches!(
            files::told_by_beginning(file.path(), session_of),
            Err(Refusal::NotJsonLines)
        ));
    }

    #[test]
    fn files_and_folders_in_any_mix_give_each_transcript_once_with_its_subagents() {
        let home = tempfile::tempdir().expect("a folder");
        let session = "58739f06-ca54-4e5e-b033-461306e116ee";
        let own = home.path().join(format!("{session}.jsonl"));
        let subagents = home.path().join(session).join(SUBAGENTS);
        let old_style = home.path().join("agent-b2.jsonl");
        fs::create_dir_all(&subagents).expect("a folder");
        fs::write(&own, USER).expect("a file");
        fs::write(&old_style, USER).expect("a file");
        fs::write(subagents.join("agent-a1.jsonl"), USER).expect("a file");
        fs::write(
            subagents.join("agent-a1.meta.json"),
            r#"{"agentType":"Explore","spawnDepth":1}"#,
        )
        .expect("a file");
        fs::write(home.path().join("notes.jsonl"), "no").expect("a file");
        fs::write(home.path().join("notes.txt"), "no").expect("a file");

        let missing = home.path().join("missing.jsonl");
        let found = find(&[own.clone(), home.path().to_owned(), missing.clone()]);
        let brief: Vec<_> = found
            .transcripts
            .iter()
            .map(|t| {
                (
                    t.session.as_str(),
                    t.agent.as_ref().map(|a| (a.id.as_str(), a.kind.as_str())),
                    t.parent.as_ref(),
                )
            })
            .collect();
        assert_eq!(
            brief,
            [
                (session, None, None),
                (session, Some(("a1", "Explore")), Some(&own)),
                (session, Some(("b2", "")), Some(&own)),
            ]
        );
        let refused: Vec<_> = found
            .refused
            .iter()
            .map(|(path, why)| (path.clone(), why.to_string()))
            .collect();
        assert_eq!(
            refused,
            [
                (missing, "cannot be read".to_owned()),
                (home.path().join("notes.jsonl"), "holds no JSON lines".to_owned()),
            ]
        );
        assert_eq!(
            find(&[own]).transcripts.len(),
            2,
            "a session's file brings its subagents along"
        );
    }
}
