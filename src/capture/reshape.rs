//! The denominators of masked calls, derived anew from the calls that are left after forgetting.

use super::CaptureError;
use crate::failure::shell;
use crate::store::{Store, count, trace};

/// Derives `shape` anew: only here is it known how a call is masked.
pub fn reshape(store: &mut Store) -> Result<(), CaptureError> {
    store.write(|tx| {
        count::clear_shapes(tx)?;
        trace::each_call(tx, |call| {
            let shape = call.derive(|row| shell::shape(&row.call));
            match call.project {
                Some(project) if !shape.is_empty() => count::shaped(tx, project, &shape, call.failed, call.at),
                _ => Ok(()),
            }
        })
    })?;
    Ok(())
}
