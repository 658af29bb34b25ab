//! A first look at a failure: whether anything is known of it at all. Mostly nothing is, and a hook that sees so asks no
//! more.

use rusqlite::OptionalExtension as _;

use super::{StoreError, Tx, remedy};
use crate::domain::id::{Fingerprint, ModeId, PatternId};

/// What a first look at a failure shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Glance {
    /// There is nothing to be said of it.
    Unknown,
    /// Somebody tried to get past the same thing, which was never met as this failure.
    Elsewhere,
    /// There may be something to be said of its pattern, which belongs to this failure mode.
    Known(PatternId, ModeId),
}

/// Looks at a failure by its two names.
pub fn at(tx: &Tx<'_>, kind: Fingerprint, instance: Fingerprint) -> Result<Glance, StoreError> {
    let pattern = pattern(tx, kind)?;
    let is_tried = remedy::is_tried(tx, instance)?;
    Ok(match pattern {
        None if is_tried => Glance::Elsewhere,
        None => Glance::Unknown,
        Some((pattern, mode)) => {
            let is_known = is_tried || is_met(tx, instance)? || remedy::is_of_kind(tx, pattern)?;
            if is_known {
                Glance::Known(pattern, mode)
            } else {
                Glance::Unknown
            }
        }
    })
}

/// Returns whether an instance of a failure was met before.
pub fn is_met(tx: &Tx<'_>, instance: Fingerprint) -> Result<bool, StoreError> {
    Ok(tx
        .prepare_cached("select 1 from failure where instance = ?1 and expected is null limit 1")?
        .exists([instance.text()])?)
}

fn pattern(tx: &Tx<'_>, kind: Fingerprint) -> Result<Option<(PatternId, ModeId)>, StoreError> {
    Ok(tx
        .prepare_cached("select id, mode from pattern where fingerprint = ?1")?
        .query_row([kind.text()], |row| Ok((PatternId(row.get(0)?), ModeId(row.get(1)?))))
        .optional()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    const KIND: Fingerprint = Fingerprint([1; 10]);
    const OTHER: Fingerprint = Fingerprint([2; 10]);

    /// Returns a store with one failure mode that nobody tried to get past, and what one of its failures says of it after
    /// some rows were added.
    fn glance_after(rows: &str) -> Glance {
        let mut store = Store::in_memory().expect("opens");
        let glance = store.write(|tx| {
            tx.execute_batch(&format!(
                "insert into mode (id, fingerprint, template, headline, tool_kind, scope) values (1, 'a', '', '', 'shell', 'go');
                 insert into pattern (id, fingerprint, mode, tool_kind, scope, template) values (1, '{}', 1, 'shell', 'go', 't');
                 {}",
                KIND.text(),
                rows.replace("$instance", &OTHER.text()),
            ))?;
            at(tx, KIND, OTHER)
        });
        glance.expect("looks")
    }

    #[test]
    fn what_there_may_be_to_say_is_seen() {
        let remedy = |pattern: i64, instance: &str| {
            format!(
                "insert into remedy (pattern, instance, kind, was, becomes, source, at)
                 values ({pattern}, {instance}, 'changed', 'a', 'b', 'seen', 1);"
            )
        };
        let other = |mode: i64, template: &str| {
            format!(
                "insert into mode (id, fingerprint, template, headline, tool_kind, scope) values (2, 'b', '', '', 'shell', 'x');
                 insert into pattern (id, fingerprint, mode, tool_kind, scope, template)
                 values (2, 'other', {mode}, 'shell', 'x', '{template}');"
            )
        };
        let met = |instance: &str| {
            format!(
                "insert into session (id, assistant, external, started_at, last_at) values (1, 'c', 's', 1, 1);
                 insert into event (id, session, key, at, at_source, kind, status, via)
                 values (1, 1, x'01', 2, 'record', 'call', 'failed', 'hook');
                 insert into failure (event, session, at, scope, headline, message, origin, instance)
                 values (1, 1, 2, 'go', 'no', 'no', 'flagged', '{instance}');"
            )
        };
        let never_met = "update pattern set fingerprint = 'never met' where id = 1;";
        let known = Glance::Known(PatternId(1), ModeId(1));
        for (rows, seen) in [
            (String::new(), Glance::Unknown),
            (remedy(1, "'$instance'"), known),
            (remedy(1, "'another'"), Glance::Unknown),
            (remedy(1, "null"), known),
            (other(1, "u") + &remedy(2, "null"), known),
            (other(2, "t") + &remedy(2, "null"), known),
            (other(2, "u") + &remedy(2, "null"), Glance::Unknown),
            (other(2, "u") + &remedy(2, "'$instance'"), known),
            (met("$instance"), known),
            (met("another"), Glance::Unknown),
            (remedy(1, "'$instance'") + never_met, Glance::Elsewhere),
            (remedy(1, "null") + &met("$instance") + never_met, Glance::Unknown),
        ] {
            assert_eq!(glance_after(&rows), seen, "{rows}");
        }
    }
}
