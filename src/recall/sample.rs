//! A remedy as the tests of this room know it.

use crate::domain::id::{PatternId, RemedyId};
use crate::domain::lesson::{Remedy, RemedyKind, Source, Trials};
use crate::domain::time::Timestamp;
use crate::store::remedy::{Known, Owner};

/// Returns a remedy of a whole kind that was seen to work in so many sessions, last at `at`, and to fail in so many.
pub(super) fn known(kind: RemedyKind, was: &str, becomes: &str, (worked, failed): (u32, u32), at: Timestamp) -> Known {
    Known {
        id: RemedyId(1),
        owner: Owner {
            pattern: PatternId(1),
            instance: None,
            project: None,
        },
        remedy: Remedy {
            kind,
            was: was.to_owned(),
            becomes: becomes.to_owned(),
            travels: false,
        },
        source: Source::Seen,
        verdict: None,
        trials: Trials {
            worked,
            failed,
            last_worked: (worked > 0).then_some(at),
            last_failed: None,
        },
        is_disowned: false,
    }
}
