//! Where transcripts lie and how one is known.
//!
//! `sessions/<year>/<month>/<day>/rollout-<time>-<thread>.jsonl` is a thread's: a session's own, or a subagent's. The
//! first line says which.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::assistants::raw::{Raw, object};
use crate::assistants::{Found, Refusal, Transcript, files};
use crate::domain::trace::Agent;

use super::SPEC;
use super::wire::{Line, Meta, Source, Spawn, Subagent};

/// The type of the line by which a thread says who it is.
pub(super) const META: &str = "session_meta";

/// Who wrote a transcript.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Identity {
    /// The thread: one file each.
    pub(super) thread: String,
    /// The session: its own thread, or that of the session that started the subagent.
    pub(super) session: String,
    /// The subagent that the thread is.
    pub(super) agent: Option<Agent>,
}

/// Returns the transcripts in `paths`, files and folders in any mix, newest session first.
#[must_use]
pub(super) fn find(paths: &[PathBuf]) -> Found {
    let mut found = files::find(paths, |_| None, transcript);
    // A subagent's file lies under its own date: it is one family with the file of the session that is there too.
    let own: BTreeMap<String, PathBuf> = found
        .transcripts
        .iter()
        .filter(|transcript| transcript.agent.is_none())
        .map(|transcript| (transcript.session.clone(), transcript.path.clone()))
        .collect();
    for transcript in &mut found.transcripts {
        if transcript.agent.is_some() {
            transcript.parent = own.get(&transcript.session).cloned();
        }
    }
    files::newest_first(&mut found.transcripts);
    found
}

fn transcript(path: &Path) -> Result<Transcript, Refusal> {
    let identity = files::told_by_beginning(path, identity_in)?;
    let state = files::state(path)?;
    Ok(Transcript {
        assistant: &SPEC,
        path: path.to_owned(),
        session: identity.session,
        agent: identity.agent,
        parent: None,
        modified: state.modified,
        bytes: state.bytes,
    })
}

/// Returns who wrote the lines of a file: the first of them that says so is right, for a fork copies those of others.
fn identity_in(beginning: &[u8]) -> Result<Identity, Refusal> {
    if beginning.trim_ascii().is_empty() {
        return Err(Refusal::Empty);
    }
    let text = String::from_utf8_lossy(beginning);
    let mut refusal = Refusal::NotJsonLines;
    for line in text.lines().filter_map(|line| object::<Line>(line).ok()) {
        if line.kind.string() != META {
            refusal = Refusal::OtherFormat;
            continue;
        }
        let meta: Meta = line.payload.fields().unwrap_or_default();
        match identity(&meta) {
            Some(identity) => return Ok(identity),
            None => refusal = Refusal::NoSession,
        }
    }
    Err(refusal)
}

/// Returns who a thread says that it is.
pub(super) fn identity(meta: &Meta<'_>) -> Option<Identity> {
    let thread = meta.id.word()?;
    let source: Source = meta.source.fields().unwrap_or_default();
    let subagent: Subagent = source.subagent.fields().unwrap_or_default();
    let spawn: Spawn = subagent.spawn.fields().unwrap_or_default();
    let started_by = [&meta.session_id, &meta.parent, &spawn.parent]
        .into_iter()
        .find_map(Raw::word)
        .filter(|other| *other != thread);
    let is_subagent = !source.subagent.is_missing();
    let kinds = [&meta.role, &spawn.role, &source.subagent];
    let agent = is_subagent.then(|| Agent {
        id: thread.clone(),
        kind: kinds.into_iter().find_map(Raw::word).unwrap_or_default(),
    });
    Some(Identity {
        session: started_by.filter(|_| is_subagent).unwrap_or_else(|| thread.clone()),
        thread,
        agent,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meta(payload: &str) -> String {
        format!(r#"{{"timestamp":"2026-01-01T00:00:00Z","type":"session_meta","payload":{payload}}}"#)
    }

    #[test]
    fn a_transcript_says_whose_it_is() {
        let spawned = r#"{"id":"c","forked_from_id":"p","source":{"subagent":{"thread_spawn":{"parent_thread_id":"p","agent_role":"explorer"}}}}"#;
        let table = [
            (r#"{"id":"a","source":"exec"}"#, "a", "a", None),
            (r#"{"id":"a","session_id":"a","source":"cli"}"#, "a", "a", None),
            (r#"{"id":"b","forked_from_id":"a","source":"cli"}"#, "b", "b", None),
            (spawned, "c", "p", Some("explorer")),
            (
                r#"{"id":"c","parent_thread_id":"p","source":{"subagent":"review"}}"#,
                "c",
                "p",
                Some("review"),
            ),
            (
                r#"{"id":"c","session_id":"top","parent_thread_id":"p","agent_role":"worker","source":{"subagent":{"thread_spawn":{}}}}"#,
                "c",
                "top",
                Some("worker"),
            ),
        ];
        for (payload, thread, session, kind) in table {
            let text = format!("not json\n{}\n{}\n{{\"cut", meta(payload), meta(r#"{"id":"copied"}"#));
            let found = identity_in(text.as_bytes()).expect(payload);
            assert_eq!(
                (found.thread.as_str(), found.session.as_str()),
                (thread, session),
                "{payload}"
            );
            assert_eq!(found.agent.as_ref().map(|agent| agent.kind.as_str()), kind, "{payload}");
            assert!(found.agent.is_none_or(|agent| agent.id == thread));
        }
    }

    #[test]
    fn what_is_no_transcript_is_refused_with_a_reason() {
        let nameless = meta("{}");
        for (text, why) in [
            ("", "is empty"),
            (" \n", "is empty"),
            ("plain\n[1]", "holds no JSON lines"),
            (nameless.as_str(), "holds no step of a session"),
            (r#"{"type":"user","sessionId":"x"}"#, "is not in the format"),
            (r#"{"type":"session","version":3,"id":"x"}"#, "is not in the format"),
            (r#"{"type":"session.start","data":{}}"#, "is not in the format"),
        ] {
            let refusal = identity_in(text.as_bytes()).expect_err(text).to_string();
            assert!(refusal.starts_with(why), "{text}: {refusal}");
        }
    }

    #[test]
    fn a_subagents_file_follows_that_of_its_session() {
        let home = tempfile::tempdir().expect("a folder");
        let put = |day: &str, name: &str, payload: &str| {
            let folder = home.path().join(day);
            std::fs::create_dir_all(&folder).expect("a folder");
            let path = folder.join(format!("rollout-{name}.jsonl"));
            std::fs::write(&path, meta(payload)).expect("a file");
            path
        };
        let child = r#"{"id":"c","parent_thread_id":"p","source":{"subagent":"review"}}"#;
        let child = put("2026/01/01", "c", child);
        let parent = put("2026/01/02", "p", r#"{"id":"p","source":"cli"}"#);
        let found = find(&[home.path().to_owned()]);
        let order: Vec<_> = found
            .transcripts
            .iter()
            .map(|found| (&found.path, found.parent.as_ref()))
            .collect();
        assert_eq!(order, [(&parent, None), (&child, Some(&parent))]);
    }
}
