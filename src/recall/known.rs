//! Whether there was something to tell about a failure, whoever was told what before.

use super::hint::is_tellable;
use crate::failure::remedy::{self, Text};
use crate::store::body::{self, Part};
use crate::store::met::Failed;
use crate::store::remedy::{Asking, of_instance, of_kind};
use crate::store::{StoreError, Tx};

/// Returns whether earlier sessions knew, when the failure happened, a remedy that the message rule lets tell: apart from
/// what was told before in its session, and from how much of it.
pub fn is_known(tx: &Tx<'_>, failed: &Failed) -> Result<bool, StoreError> {
    let (Some(pattern), Some(instance)) = (failed.pattern, failed.instance) else {
        return Ok(false);
    };
    let asking = Asking {
        project: failed.project,
        root: Some(failed.root),
        now: failed.at,
    };
    let mut known = of_instance(tx, instance, asking)?;
    known.extend(of_kind(tx, pattern, asking)?);
    if known.is_empty() {
        return Ok(false);
    }
    let output = body::read(tx, failed.event, Part::Output)?
        .map(|text| text.joined())
        .unwrap_or_default();
    let text = Text {
        call: failed.called(),
        output: &output,
    };
    Ok(known.iter().any(|known| {
        remedy::filled(&known.remedy.becomes, &failed.headline)
            .is_some_and(|becomes| is_tellable(known, &becomes, text))
    }))
}
