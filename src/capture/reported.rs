//! What programs say of calls of their own, beyond the outcome.

use serde_json::json;

use crate::domain::id::SessionId;
use crate::domain::trace::{Observation, Report, Step};
use crate::redact::Clean;
use crate::store::failure::{self, Lesson};
use crate::store::{StoreError, Tx, event};

/// Keeps with the failure of a call what was learnt of it. What nothing was recorded of is passed over.
pub(super) fn add(
    tx: &Tx<'_>,
    session: SessionId,
    seen: &Clean<Observation>,
    report: &Clean<Report>,
) -> Result<(), StoreError> {
    if report.evolution_triggered.is_none() && report.resolution.is_none() {
        return Ok(());
    }
    let Some(id) = call_id(seen) else { return Ok(()) };
    let Some(event) = event::with_call_id(tx, session, id)? else {
        return Ok(());
    };
    let lesson = seen.clone().zip(report.clone()).derive(|(seen, report)| Lesson {
        is_made: report.evolution_triggered,
        resolution: report.resolution.as_ref().map(|text| {
            let by = &seen.session.assistant.0;
            json!({"by": by, "text": text}).to_string()
        }),
    });
    failure::learnt(tx, event, &lesson)
}

fn call_id(seen: &Observation) -> Option<&str> {
    match &seen.step {
        Step::CallEnded(end) => end.call.id.as_deref(),
        Step::Reported(reported) => reported.end.call.id.as_deref(),
        _ => None,
    }
}
