//! Who asks, from where, and whether they still wait for the answer.

use std::path::PathBuf;

use rmcp::RoleServer;
use rmcp::service::RequestContext;
use serde_json::Value;

use super::Options;
use super::desk::Watch;
use crate::answers::Who;
use crate::assistants::{Asker, asker, by_name};
use crate::domain::id::Assistant;
use crate::domain::trace::SessionKey;
use crate::store::read::CallerRow;
use crate::store::{Store, StoreError};

/// What a request says of whoever sent it.
#[derive(Clone)]
pub(super) struct Asking {
    asker: Asker,
    /// The trace that the request belongs to, as a session of the client.
    trace: Option<SessionKey>,
    options: Options,
    /// The sight of whoever asks.
    pub(super) watch: Watch,
}

/// Where somebody stands who asks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// The session, where it is known.
    pub(super) session: Option<SessionKey>,
    /// The trace that the request belongs to, as a session of the client.
    pub(super) trace: Option<SessionKey>,
    /// The folder whose project is meant.
    pub(super) folder: Option<String>,
}

/// What a program is called that records under no name of its own.
const ANY_CLIENT: &str = "api";

impl Asking {
    pub(super) fn of(context: &RequestContext<RoleServer>, options: &Options) -> Self {
        let meta = Value::Object(context.meta.0.0.clone());
        let client = context.client_info().and_then(|client| named(&client.name));
        Self {
            asker: asker(&meta),
            trace: trace(&meta).map(|external| SessionKey {
                assistant: Assistant::new(client.unwrap_or_else(|| ANY_CLIENT.to_owned())),
                external,
            }),
            options: options.clone(),
            watch: Watch::default(),
        }
    }

    /// Returns where whoever asks stands: what the request says of its session comes first, then the session of the call
    /// that it came with, then what the server was started for.
    pub(super) fn place(&self, store: &Store) -> Result<Place, StoreError> {
        let known = match (&self.asker.session, &self.asker.call) {
            (Some(session), _) => store.caller_of_session(session)?,
            (None, Some(call)) => store.caller_of_call(call)?,
            (None, None) => None,
        };
        Ok(self.place_of(known))
    }

    /// Returns where whoever asks stands, with what is recorded of their session.
    pub(super) fn place_of(&self, known: Option<CallerRow>) -> Place {
        let (found, cwd) = known.map_or((None, None), |row| (Some(row.session), row.cwd));
        let session = self.asker.session.clone().or(found);
        let folder = self.asker.folder.clone().or(cwd);
        Place {
            session: session.or_else(|| self.options.session.clone()),
            trace: self.trace.clone(),
            folder: folder.or_else(|| self.options.folder.clone()),
        }
    }
}

impl Place {
    /// Returns who says something: an agent, in the session that is known, or else in the trace.
    pub(super) fn who(&self) -> Who {
        Who::Agent {
            session: self.session.clone().or_else(|| self.trace.clone()),
        }
    }

    /// Returns the folder as a path; an empty one belongs to no project.
    pub(super) fn path(&self) -> PathBuf {
        self.folder.as_deref().unwrap_or_default().into()
    }
}

/// Returns the id of the trace that a W3C `traceparent` names.
fn trace(meta: &Value) -> Option<String> {
    let mut parts = meta.get("traceparent")?.as_str()?.split('-');
    let (_version, trace) = (parts.next()?, parts.next()?);
    let real = trace.len() == 32 && trace.bytes().all(|b| b.is_ascii_hexdigit()) && trace.bytes().any(|b| b != b'0');
    real.then(|| trace.to_ascii_lowercase())
}

/// Returns a client's name as that of a program that records: letters and digits, with hyphens between them. The sessions
/// of assistants are recorded by themselves.
fn named(client: &str) -> Option<String> {
    let words: Vec<String> = client
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    let name = words.join("-");
    (!name.is_empty() && name.len() <= 40 && by_name(&name).is_none()).then_some(name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_trace_is_the_id_between_the_first_hyphens() {
        let table = [
            (
                json!("00-4BF92F3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
                Some("4bf92f3577b34da6a3ce929d0e0e4736"),
            ),
            (json!("00-00000000000000000000000000000000-00f067aa0ba902b7-01"), None),
            (json!("00-short-00f067aa0ba902b7-01"), None),
            (json!(7), None),
        ];
        for (given, id) in table {
            assert_eq!(trace(&json!({ "traceparent": given })).as_deref(), id, "{given}");
        }
        assert_eq!(trace(&json!({})), None);
    }

    #[test]
    fn a_client_is_called_by_its_letters_and_digits() {
        assert_eq!(named("Order Pipeline/2.0").as_deref(), Some("order-pipeline-2-0"));
        for none in [
            "—",
            "claude-code",
            "Codex",
            "a program whose makers gave it far too long a name",
        ] {
            assert_eq!(named(none), None, "{none}");
        }
    }
}
