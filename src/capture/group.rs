//! Grouping a failure: load what its pattern could merge with, let the rules settle it, apply what they say.

use crate::domain::failure::Finding;
use crate::domain::id::{Fingerprint, PatternId};
use crate::failure::cluster;
use crate::failure::fingerprint::{self, Named};
use crate::redact::Clean;
use crate::store::{StoreError, Tx, mode};

/// The pattern and the instance that a finding belongs to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grouped {
    pub(super) pattern: PatternId,
    pub(super) instance: Fingerprint,
}

/// Finds or makes the pattern of a finding, and merges failure modes where a new pattern shows that they are one.
/// A pattern that is known costs one look-up.
pub(super) fn group(tx: &Tx<'_>, finding: &Clean<Finding>) -> Result<Option<Grouped>, StoreError> {
    let Some(Named {
        template,
        kind: name,
        instance,
    }) = fingerprint::of(finding)
    else {
        return Ok(None);
    };
    let kind = finding.kind;
    if let Some(pattern) = mode::pattern(tx, name)? {
        return Ok(Some(Grouped { pattern, instance }));
    }
    let settled = cluster::settle(
        kind,
        &finding.scope,
        &template,
        &mut |key| mode::hole(tx, key),
        &mut |name| Ok::<_, StoreError>(mode::pattern(tx, name)?.is_some()),
    )?;
    // Masks, stored patterns and a clean headline are all that the rules have seen.
    mode::apply(tx, kind, &Clean::stored((finding.scope.clone(), settled)))?;
    let pattern = mode::pattern(tx, name)?.ok_or(StoreError::Stored { what: "pattern" })?;
    Ok(Some(Grouped { pattern, instance }))
}
