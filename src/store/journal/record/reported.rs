//! What a program says of a call of its own, as it stands in the journal.

use serde::{Deserialize, Serialize};

use super::{WireText, is_false};
use crate::domain::trace::Report;

#[derive(Serialize, Deserialize)]
pub(super) struct WireReport {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    message: WireText,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    context: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    snapshot: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    evolved: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    resolution: Option<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    adds: bool,
}

impl From<&Report> for WireReport {
    fn from(report: &Report) -> Self {
        Self {
            kind: report.error_type.clone(),
            message: (&report.message).into(),
            context: report.input_context.clone(),
            snapshot: report.snapshot.clone(),
            evolved: report.evolution_triggered,
            resolution: report.resolution.clone(),
            adds: report.adds,
        }
    }
}

impl From<WireReport> for Report {
    fn from(wire: WireReport) -> Self {
        Self {
            error_type: wire.kind,
            message: wire.message.into(),
            input_context: wire.context,
            snapshot: wire.snapshot,
            evolution_triggered: wire.evolved,
            resolution: wire.resolution,
            adds: wire.adds,
        }
    }
}
