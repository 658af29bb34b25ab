//! The two eras of the protocol: sessions that begin with `initialize`, and since 2026-07-28 requests that stand alone.

use rmcp::RoleServer;
use rmcp::model::{CustomResult, JsonObject, ProtocolVersion};
use rmcp::service::RequestContext;
use serde_json::json;

/// How long a client may take a list of what never changes while the server runs for the one that is, in milliseconds.
pub(super) const FIXED_TTL: u64 = 3_600_000;
/// The same for skills, which are written now and then.
pub(super) const SKILLS_TTL: u64 = 60_000;

/// Returns whether a request stands alone: it carries what earlier eras agreed on in the beginning.
pub(super) fn stands_alone(context: &RequestContext<RoleServer>) -> bool {
    context
        .protocol_version()
        .is_some_and(|version| version >= ProtocolVersion::V_2026_07_28)
}

/// Returns the result of a method that the protocol's library does not know, with what each era wants to see in it.
pub(super) fn finished(context: &RequestContext<RoleServer>, mut result: JsonObject) -> CustomResult {
    if stands_alone(context) {
        result.insert("resultType".to_owned(), json!("complete"));
        result.insert("ttlMs".to_owned(), json!(SKILLS_TTL));
        result.insert("cacheScope".to_owned(), json!("private"));
    }
    CustomResult::new(result.into())
}
