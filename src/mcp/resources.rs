//! What can be read by an address: failures, sessions, and the files of skills.

use std::fmt::Write as _;

use rmcp::model::{
    Annotations, CacheScope, ListResourceTemplatesResult, ListResourcesResult, ReadResourceResult, Resource,
    ResourceContents, ResourceTemplate,
};

use super::asking::Asking;
use super::desk::cut;
use super::era;
use super::refusal::{Kind, Refusal};
use super::server::Server;
use super::skills::{self, MARKDOWN};
use crate::answers::{self, Answer, AnswerError, ModeLine, SessionQuery, ShowQuery, Style};

/// The addresses of what is recorded; those of skills are in [`skills`].
pub(super) const FAILURE: &str = "failure://";
pub(super) const SESSION: &str = "session://";
/// Their templates, which completion knows too.
pub(super) const FAILURE_TEMPLATE: &str = "failure://{id}";
pub(super) const SESSION_TEMPLATE: &str = "session://{id}";

/// Failure modes in the list: those met last. All others are found by a tool.
const LISTED: u32 = 20;
/// Characters of a headline in the list.
const TITLE: usize = 100;
/// Most bytes of what is read: a host hands all of it to its model.
const MOST: usize = 32_000;
/// Ends what was longer.
const CUT: &str = "… cut here: callus show ID or callus session ID in a shell has all of it\n";

const TEXT: &str = "text/plain";

/// Returns the skills of the project and the failure modes that it met last.
pub(super) async fn list(server: &Server, asking: &Asking) -> Result<ListResourcesResult, Refusal> {
    let here = asking.clone();
    let recent = server.desk.read_watched(&asking.watch, move |store, asked| {
        let place = here.place(store)?;
        let modes = answers::recent(store, place.folder.as_deref(), LISTED, asked.style.now)?;
        Ok(modes
            .iter()
            .filter_map(|mode| listed(mode, asked.style))
            .collect::<Vec<_>>())
    });
    let recent = match recent.await {
        Err(refusal) if refusal.kind == Kind::Missing => Vec::new(),
        recent => recent?,
    };
    let mut resources = skills::resources(&skills::all(server, asking).await?);
    resources.extend(recent);
    Ok(ListResourcesResult::with_all_items(resources)
        .with_ttl_ms(0)
        .with_cache_scope(CacheScope::Private))
}

fn listed(mode: &ModeLine, style: &Style) -> Option<Resource> {
    let id = mode.id.as_deref()?;
    let met = format!(
        "{}: {} in {}",
        style.line(&mode.scope, TITLE),
        answers::count(mode.failures, "failure"),
        answers::count(mode.sessions, "session")
    );
    let resource = Resource::new(format!("{FAILURE}{id}"), id)
        .with_title(style.line(&mode.headline, TITLE))
        .with_description(met)
        .with_mime_type(TEXT);
    let mut annotations = Annotations::default();
    annotations.last_modified.clone_from(&mode.last_at);
    Some(resource.with_annotations(annotations))
}

/// Returns the patterns of the addresses.
pub(super) fn templates() -> ListResourceTemplatesResult {
    let failure = ResourceTemplate::new(FAILURE_TEMPLATE, "failure")
        .with_title("A failure mode, or one failure")
        .with_description("One failure mode by its id, or one failure such as F12: what it says, where and when it was met, what worked.")
        .with_mime_type(TEXT);
    let session = ResourceTemplate::new(SESSION_TEMPLATE, "session")
        .with_title("A session")
        .with_description("What happened in one session, call by call, by a beginning of its id.")
        .with_mime_type(TEXT);
    let skill = ResourceTemplate::new(skills::TEMPLATE, "skill")
        .with_title("A file of a skill")
        .with_description("A file of one of this project's skills: SKILL.md says what to run instead.")
        .with_mime_type(MARKDOWN);
    ListResourceTemplatesResult::with_all_items(vec![failure, session, skill])
        .with_ttl_ms(era::FIXED_TTL)
        .with_cache_scope(CacheScope::Private)
}

/// Returns what lies at an address.
pub(super) async fn read(server: &Server, uri: &str, asking: &Asking) -> Result<ReadResourceResult, Refusal> {
    let (contents, ttl) = if let Some(path) = uri.strip_prefix(skills::SCHEME) {
        (skills::read(server, uri, path, asking).await?, era::SKILLS_TTL)
    } else if let Some(id) = uri.strip_prefix(FAILURE) {
        (text(uri, failure(server, decoded(id), asking).await?), 0)
    } else if let Some(id) = uri.strip_prefix(SESSION) {
        (text(uri, session(server, decoded(id), asking).await?), 0)
    } else {
        let known = [FAILURE_TEMPLATE, SESSION_TEMPLATE, skills::TEMPLATE].join(", ");
        return Err(Refusal::new(
            Kind::Unknown,
            format!("there is nothing at this address: addresses are {known}"),
        ));
    };
    Ok(ReadResourceResult::new(vec![contents])
        .with_ttl_ms(ttl)
        .with_cache_scope(CacheScope::Private))
}

/// Returns a failure mode, or a failure, in full.
pub(super) async fn failure(server: &Server, id: String, asking: &Asking) -> Result<String, Refusal> {
    let found = server.desk.read_watched(&asking.watch, move |store, asked| {
        let view = answers::show(store, &ShowQuery { id }, asked.style.now)?;
        Ok(whole(&view, asked.style))
    });
    found.await
}

/// Returns a session, call by call.
pub(super) async fn session(server: &Server, id: String, asking: &Asking) -> Result<String, Refusal> {
    let found = server.desk.read_watched(&asking.watch, move |store, asked| {
        let query = SessionQuery { id, bodies: false };
        let view: Result<_, AnswerError> = answers::session(store, &query);
        Ok(whole(&view?, asked.style))
    });
    found.await
}

fn whole(answer: &impl Answer, style: &Style) -> String {
    cut(style.safe(&answer.text(style)), MOST, CUT)
}

fn text(uri: &str, text: String) -> ResourceContents {
    ResourceContents::text(text, uri).with_mime_type(TEXT)
}

/// Returns a part of an address as it was before it was written into one.
pub(super) fn decoded(part: &str) -> String {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let [first, after @ ..] = rest {
        let digits = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let byte = digits.and_then(|two| u8::from_str_radix(two, 16).ok());
        (bytes, rest) = match byte {
            Some(byte) if *first == b'%' => {
                bytes.push(byte);
                (bytes, &after[2..])
            }
            _ => {
                bytes.push(*first);
                (bytes, after)
            }
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Returns a name as a part of an address.
pub(super) fn encoded(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(byte.into());
        } else {
            // Writing to a string never fails.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_survives_its_address() {
        for name in ["7k2m9qxd", "20261124_101530 é/%", "100%", ""] {
            assert_eq!(decoded(&encoded(name)), name);
        }
        assert_eq!(encoded("a b/é"), "a%20b%2F%C3%A9");
        assert_eq!(decoded("100%-%zz%4"), "100%-%zz%4");
    }
}
