//! A first look at a failure: whether anything is known of it at all. Mostly nothing is, and a hook that sees so asks no
//! more.

use rusqlite::params;

use super::{StoreError, Tx};
use crate::domain::id::{Fingerprint, ModeId, PatternId};

/// A first look at a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Glance {
    /// Its pattern and the failure mode of that, if it is known.
    pub pattern: Option<(PatternId, ModeId)>,
    /// Somebody wants, or wanted, to hear nothing of the failure mode.
    pub is_muted: bool,
    /// What there is to be asked about it.
    pub worth: Worth,
}

/// What is worth asking about a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Worth {
    /// What got somebody past this very instance: somebody tried.
    pub of_instance: bool,
    /// What holds for the whole kind: something is known that does.
    pub of_kind: bool,
    /// How earlier sessions fared with this very instance: some met it.
    pub history: bool,
}

impl Worth {
    /// All of it, where nobody looked first.
    pub const ALL: Self = Self {
        of_instance: true,
        of_kind: true,
        history: true,
    };
}

/// Looks at a failure by its two names.
pub fn at(tx: &Tx<'_>, kind: Fingerprint, instance: Fingerprint) -> Result<Glance, StoreError> {
    let glance = tx
        .prepare_cached(
            "select p.id, p.mode,
                    exists (select 1 from mode where id = p.mode and muted_until is not null)
                        or exists (select 1 from feedback where mode = p.mode and muted_until is not null),
                    exists (select 1 from remedy where instance = ?2),
                    exists (select 1 from pattern q join remedy r on r.pattern = q.id and coalesce(r.instance, '') = ''
                            where q.mode = p.mode or q.template = p.template),
                    exists (select 1 from failure where instance = ?2 and expected is null)
             from (select 1) left join pattern p on p.fingerprint = ?1",
        )?
        .query_row(params![kind.text(), instance.text()], |row| {
            let pattern: Option<i64> = row.get(0)?;
            let mode: Option<i64> = row.get(1)?;
            Ok(Glance {
                pattern: pattern.map(PatternId).zip(mode.map(ModeId)),
                is_muted: row.get(2)?,
                worth: Worth {
                    of_instance: row.get(3)?,
                    of_kind: row.get(4)?,
                    history: row.get(5)?,
                },
            })
        })?;
    Ok(glance)
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
    fn what_there_is_to_be_asked_is_seen() {
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
        for muted in [
            "update mode set muted_until = 5;",
            "insert into feedback (by, mode, project, muted_until, at) values ('agent', 1, null, 5, 1);",
        ] {
            assert!(glance_after(muted).is_muted, "{muted}");
        }
        for (rows, of_instance, of_kind) in [
            (String::new(), false, false),
            (remedy(1, "'$instance'"), true, false),
            (remedy(1, "'another'"), false, false),
            (remedy(1, "null"), false, true),
            (other(1, "u") + &remedy(2, "null"), false, true),
            (other(2, "t") + &remedy(2, "null"), false, true),
            (other(2, "u") + &remedy(2, "null"), false, false),
            (other(2, "u") + &remedy(2, "'$instance'"), true, false),
        ] {
            let glance = glance_after(&rows);
            let worth = Worth {
                of_instance,
                of_kind,
                history: false,
            };
            assert_eq!(glance.worth, worth, "{rows}");
            assert_eq!(glance.pattern, Some((PatternId(1), ModeId(1))));
            assert!(!glance.is_muted);
        }
    }
    #[test]
    fn an_instance_that_was_met_has_a_history() {
        let met = "insert into session (id, assistant, external, started_at, last_at) values (1, 'c', 's', 1, 1);
             insert into event (id, session, key, at, at_source, kind, status, via)
             values (1, 1, x'01', 2, 'record', 'call', 'failed', 'hook');
             insert into failure (event, session, at, scope, headline, message, origin, instance)
             values (1, 1, 2, 'go', 'no', 'no', 'flagged', '$instance');";
        assert!(glance_after(met).worth.history);
        assert!(!glance_after(&met.replace("$instance", "another")).worth.history);
    }
}
