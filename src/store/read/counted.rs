//! How often something failed lately: what a program asks before it tries again, and so in bounded time, however often
//! that was.

use std::collections::BTreeMap;

use rusqlite::{Row, ToSql};

use super::maybe_time;
use crate::domain::id::{Fingerprint, ModeId, ProjectId, SessionId};
use crate::domain::time::Timestamp;
use crate::store::{Store, StoreError};

/// Failures that are looked at, the newest first: with more, only that it were more matters.
const MOST_FAILURES: usize = 2_000;
/// Failures of which is looked up what they were.
const SAMPLED: u32 = 200;
/// Sessions of which the runs are added up, the newest first.
const MOST_SESSIONS: usize = 1_000;
/// Patterns of a failure mode that are looked at.
const PATTERNS: u32 = 200;

/// Which failures are counted; nothing lets all through.
#[derive(Debug, Clone, Default)]
pub struct CountFilter<'f> {
    /// Of this failure mode.
    pub mode: Option<ModeId>,
    /// With this finer fingerprint.
    pub instance: Option<Fingerprint>,
    /// In this session.
    pub session: Option<SessionId>,
    /// Of this agent.
    pub agent: Option<&'f str>,
    /// In this part of a program.
    pub node: Option<&'f str>,
    /// Of this command head, server and tool, or tool.
    pub scope: Option<&'f str>,
    /// In this project.
    pub project: Option<ProjectId>,
    /// At or after this time.
    pub since: Timestamp,
}

/// How often something failed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counted {
    /// Failures that count.
    pub failures: i64,
    /// Failures that were set aside.
    pub set_aside: i64,
    /// Sessions with one that counts.
    pub sessions: i64,
    /// The first that counts.
    pub first: Option<Timestamp>,
    /// The newest that counts.
    pub last: Option<Timestamp>,
    /// There are more than were looked at.
    pub more: bool,
}

/// How often something was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Runs {
    /// Runs.
    pub runs: i64,
    /// Of them, those that failed.
    pub failed: i64,
    /// Sessions that did it.
    pub sessions: i64,
    /// There are more sessions than were looked at.
    pub more: bool,
}

/// How failures that are settled were got over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Passages {
    /// Failures that were looked at.
    pub failures: i64,
    /// Of them, those whose goal was reached later in the session.
    pub passed: i64,
    /// Of these, those that went through within two calls.
    pub soon: i64,
    /// Of these, those that went through by the same call again.
    pub again: i64,
}

/// A column of `failure` by which failures are found, the value that it has, and the index that leads there.
struct Key<'f> {
    column: &'static str,
    index: &'static str,
    value: Box<dyn ToSql + 'f>,
}

impl<'f> Key<'f> {
    fn new(column: &'static str, index: &'static str, value: impl ToSql + 'f) -> Self {
        Self {
            column,
            index,
            value: Box::new(value),
        }
    }
}

impl Key<'_> {
    /// Returns the condition of its index, where that holds only some of the rows.
    fn partly(&self) -> &'static str {
        match self.index {
            "failure_instance" => "and expected is null",
            _ => "",
        }
    }
}

/// The keys of a filter; the first one leads, and is the one that lets fewest through.
fn keys<'f>(filter: &CountFilter<'f>) -> Vec<Key<'f>> {
    let mut keys = Vec::new();
    if let Some(instance) = filter.instance {
        keys.push(Key::new("instance", "failure_instance", instance.text()));
    }
    if let Some(session) = filter.session {
        keys.push(Key::new("session", "failure_session", session.0));
    }
    if let Some(agent) = filter.agent {
        keys.push(Key::new("agent", "failure_agent", agent));
    }
    if let Some(node) = filter.node {
        keys.push(Key::new("node", "failure_node", node));
    }
    if let Some(scope) = filter.scope {
        keys.push(Key::new("scope", "failure_scope", scope));
    }
    if let Some(project) = filter.project {
        keys.push(Key::new("project", "failure_project", project.0));
    }
    keys
}

/// Returns the statement that looks at the newest failures to which the first key leads: `?1` is the time, `?2` how many,
/// and from `?3` on the values of the keys.
fn newest(keys: &[Key<'_>]) -> String {
    let (lead, rest) = match keys.split_first() {
        Some((lead, rest)) => (
            format!(
                "indexed by {} where {} = ?3 {} and",
                lead.index,
                lead.column,
                lead.partly()
            ),
            rest,
        ),
        None => ("indexed by failure_at where ?3 is null and".to_owned(), keys),
    };
    let (mut columns, mut fits) = (String::new(), String::new());
    for (n, Key { column, .. }) in (4..).zip(rest) {
        columns = format!("{columns}, {column}");
        fits = format!("{fits} and {column} is ?{n}");
    }
    format!(
        "select at, session, pattern, expected is null{fits_column}
         from (select at, session, pattern, expected{columns} from failure {lead} at >= ?1
               order by at desc limit ?2)",
        fits_column = if fits.is_empty() {
            String::new()
        } else {
            format!(", (true{fits})")
        },
    )
}

/// One failure that was looked at.
struct Looked {
    at: Timestamp,
    session: i64,
    pattern: Option<i64>,
    counts: bool,
}

/// The runs of the newest sessions that did something.
const RUNS: &str = "select x.runs, x.failed,
       s.last_at >= ?2 and (?3 is null or s.project = ?3) and (?4 is null or s.id = ?4)
from (select session, runs, failed from exercise where key = ?1 and (?4 is null or session = ?4)
      order by session desc limit ?5) x join session s on s.id = x.session";

/// The calls of a part of a program, read from their index alone.
const NODE: &str = "select session, status = 'failed', root from event indexed by event_node
where agent_kind = ?1 and at >= ?2 order by at desc limit ?3";

impl Store {
    /// Returns how often something failed, among the newest failures that fit.
    pub fn count_failures(&self, filter: &CountFilter<'_>) -> Result<Counted, StoreError> {
        let (looked, more) = self.looked_at(filter, MOST_FAILURES)?;
        let mut counted = Counted {
            more,
            ..Counted::default()
        };
        let mut sessions: Vec<i64> = Vec::new();
        for one in &looked {
            if !one.counts {
                counted.set_aside += 1;
                continue;
            }
            counted.failures += 1;
            sessions.push(one.session);
            counted.first = Some(counted.first.map_or(one.at, |first| first.min(one.at)));
            counted.last = counted.last.max(Some(one.at));
        }
        sessions.sort_unstable();
        sessions.dedup();
        counted.sessions = i64::try_from(sessions.len()).unwrap_or(i64::MAX);
        Ok(counted)
    }

    /// Returns the failure modes that are most frequent among the newest failures that fit, with how many of them are of
    /// each.
    pub fn modes_among(&self, filter: &CountFilter<'_>, limit: usize) -> Result<Vec<(ModeId, i64)>, StoreError> {
        let (looked, _) = self.looked_at(filter, SAMPLED as usize)?;
        let mut patterns: BTreeMap<i64, i64> = BTreeMap::new();
        for pattern in looked.iter().filter(|one| one.counts).filter_map(|one| one.pattern) {
            *patterns.entry(pattern).or_default() += 1;
        }
        let mut modes: BTreeMap<(String, ModeId), i64> = BTreeMap::new();
        for (pattern, failures) in patterns {
            let mode = self.row(
                "select m.fingerprint, m.id from pattern p join mode m on m.id = p.mode where p.id = ?1",
                [pattern],
                |row| Ok((row.get::<_, String>(0)?, row.get(1).map(ModeId)?)),
            )?;
            if let Some(mode) = mode {
                *modes.entry(mode).or_default() += failures;
            }
        }
        let mut modes: Vec<((String, ModeId), i64)> = modes.into_iter().collect();
        // Ids are those of one store: among equals the fingerprint gives every machine the same order.
        modes.sort_by(|(a, more), (b, less)| less.cmp(more).then_with(|| a.0.cmp(&b.0)));
        modes.truncate(limit);
        Ok(modes
            .into_iter()
            .map(|((_, mode), failures)| (mode, failures))
            .collect())
    }

    /// Returns the failures that fit, the newest first, and whether there are more than `most`.
    fn looked_at(&self, filter: &CountFilter<'_>, most: usize) -> Result<(Vec<Looked>, bool), StoreError> {
        let Some(mode) = filter.mode.filter(|_| filter.instance.is_none()) else {
            return self.by_keys(&keys(filter), filter.since, most);
        };
        let (mut found, mut is_cut) = (Vec::new(), false);
        for pattern in self.patterns_of(mode)? {
            let mut keys = keys(filter);
            keys.insert(0, Key::new("pattern", "failure_pattern", pattern));
            let (looked, there_are) = self.by_keys(&keys, filter.since, most)?;
            found.extend(looked);
            is_cut |= there_are;
        }
        found.sort_by_key(|one| std::cmp::Reverse(one.at));
        is_cut |= found.len() > most;
        found.truncate(most);
        Ok((found, is_cut))
    }

    fn patterns_of(&self, mode: ModeId) -> Result<Vec<i64>, StoreError> {
        self.rows(
            "select id from pattern where mode = ?1 limit ?2",
            [mode.0, i64::from(PATTERNS)],
            |row| row.get(0),
        )
    }

    /// Looks at the newest failures that the first key leads to, and returns those that fit the others.
    fn by_keys(&self, keys: &[Key<'_>], since: Timestamp, most: usize) -> Result<(Vec<Looked>, bool), StoreError> {
        let rest = keys.get(1..).unwrap_or_default();
        let limit = i64::try_from(most).unwrap_or(i64::MAX).saturating_add(1);
        let none: Option<i64> = None;
        let mut values: Vec<&dyn ToSql> = vec![&since.0, &limit];
        values.push(keys.first().map_or(&none as &dyn ToSql, |key| &*key.value));
        values.extend(rest.iter().map(|key| &*key.value as &dyn ToSql));
        let filtered = !rest.is_empty();
        let looked = self.rows(&newest(keys), values.as_slice(), |row| {
            Ok((looked(row)?, !filtered || row.get(4)?))
        })?;
        let more = looked.len() > most;
        let fitting = looked
            .into_iter()
            .take(most)
            .filter(|(_, fits)| *fits)
            .map(|(one, _)| one);
        Ok((fitting.collect(), more))
    }

    /// Returns how often something was done, in the newest sessions that did it.
    pub fn runs(
        &self,
        key: &str,
        session: Option<SessionId>,
        project: Option<ProjectId>,
        since: Timestamp,
    ) -> Result<Runs, StoreError> {
        let limit = i64::try_from(MOST_SESSIONS).unwrap_or(i64::MAX).saturating_add(1);
        let session = session.map(|session| session.0);
        let project = project.map(|project| project.0);
        let rows: Vec<(i64, i64, bool)> =
            self.rows(RUNS, rusqlite::params![key, since.0, project, session, limit], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })?;
        let more = rows.len() > MOST_SESSIONS;
        let mut found = Runs {
            more,
            ..Runs::default()
        };
        for (runs, failed, _) in rows.iter().take(MOST_SESSIONS).filter(|(.., fits)| *fits) {
            found.runs += runs;
            found.failed += failed;
            found.sessions += 1;
        }
        Ok(found)
    }

    /// Returns how often a part of a program called something, among its newest calls.
    pub fn runs_of_node(
        &self,
        node: &str,
        session: Option<SessionId>,
        project: Option<ProjectId>,
        since: Timestamp,
    ) -> Result<Runs, StoreError> {
        let limit = i64::try_from(MOST_FAILURES).unwrap_or(i64::MAX).saturating_add(1);
        let calls: Vec<(i64, bool, Option<i64>)> = self.rows(NODE, rusqlite::params![node, since.0, limit], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
        let folders: Option<Vec<i64>> = project.map(|project| self.folders_of(project)).transpose()?;
        let mut found = Runs {
            more: calls.len() > MOST_FAILURES,
            ..Runs::default()
        };
        let mut sessions = Vec::new();
        for (of, failed, root) in calls.into_iter().take(MOST_FAILURES) {
            let is_there = folders
                .as_ref()
                .is_none_or(|folders| root.is_some_and(|root| folders.contains(&root)));
            if is_there && session.is_none_or(|session| session.0 == of) {
                found.runs += 1;
                found.failed += i64::from(failed);
                sessions.push(of);
            }
        }
        sessions.sort_unstable();
        sessions.dedup();
        found.sessions = i64::try_from(sessions.len()).unwrap_or(i64::MAX);
        Ok(found)
    }

    fn folders_of(&self, project: ProjectId) -> Result<Vec<i64>, StoreError> {
        self.rows("select id from root where project = ?1", [project.0], |row| row.get(0))
    }

    /// Returns how the newest settled failures of a mode, or of one instance of it, were got over.
    pub fn passages(&self, mode: ModeId, instance: Option<Fingerprint>) -> Result<Passages, StoreError> {
        let mut found = Passages::default();
        let mut add = |row: &Row<'_>| -> rusqlite::Result<()> {
            found.failures += row.get::<_, i64>(0)?;
            found.passed += row.get::<_, i64>(1)?;
            found.soon += row.get::<_, i64>(2)?;
            found.again += row.get::<_, i64>(3)?;
            Ok(())
        };
        if let Some(instance) = instance {
            self.rows(PASSED_INSTANCE, rusqlite::params![instance.text(), SAMPLED], &mut add)?;
        } else {
            for pattern in self.patterns_of(mode)? {
                self.rows(PASSED_PATTERN, rusqlite::params![pattern, SAMPLED], &mut add)?;
            }
        }
        Ok(found)
    }

    /// Returns what programs and people said that ended the newest failures of a mode in a project or in none, with how
    /// often they did: JSON.
    pub fn resolutions(
        &self,
        mode: ModeId,
        project: Option<ProjectId>,
        limit: usize,
    ) -> Result<Vec<(String, i64, Timestamp)>, StoreError> {
        let mut said: BTreeMap<String, (i64, Timestamp)> = BTreeMap::new();
        for pattern in self.patterns_of(mode)? {
            let rows: Vec<(String, Option<Timestamp>)> = self.rows(
                "select resolution, at
                 from (select resolution, project, at from failure where pattern = ?1 order by at desc limit ?2)
                 where resolution is not null and (project is null or project = ?3)",
                rusqlite::params![pattern, SAMPLED, project.map(|project| project.0)],
                |row| Ok((row.get(0)?, maybe_time(row, "at")?)),
            )?;
            for (text, at) in rows {
                let one = said.entry(text).or_insert((0, Timestamp(0)));
                one.0 += 1;
                one.1 = one.1.max(at.unwrap_or_default());
            }
        }
        let mut said: Vec<_> = said.into_iter().map(|(text, (times, at))| (text, times, at)).collect();
        said.sort_by_key(|(_, times, at)| std::cmp::Reverse((*times, *at)));
        said.truncate(limit);
        Ok(said)
    }
}

macro_rules! passed {
    ($which:literal) => {
        concat!(
            "select count(*), count(passed_after), coalesce(sum(passed_after <= 2), 0),
                    coalesce(sum(passed_by = 'retry'), 0)
             from (select passed_after, passed_by, severity from failure
                   where ",
            $which,
            " = ?1 and expected is null order by at desc limit ?2)
             where severity is not null"
        )
    };
}

const PASSED_PATTERN: &str = passed!("pattern");
const PASSED_INSTANCE: &str = passed!("instance");

fn looked(row: &Row<'_>) -> rusqlite::Result<Looked> {
    Ok(Looked {
        at: Timestamp(row.get(0)?),
        session: row.get(1)?,
        pattern: row.get(2)?,
        counts: row.get(3)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(store: &Store, sql: &str) -> String {
        let mut rows = store
            .connection()
            .prepare(&format!("explain query plan {sql}"))
            .expect(sql);
        let nothing = rusqlite::params_from_iter(vec![None::<i64>; rows.parameter_count()]);
        let lines = rows.query_map(nothing, |row| row.get::<_, String>(3)).expect(sql);
        lines.map(|line| line.expect("a line") + "\n").collect()
    }

    /// A node waits for this before it tries again: no question may read what it does not count, nor sort.
    #[test]
    fn every_count_reads_one_index_from_its_newest_end() {
        let store = Store::in_memory().expect("opens");
        let filter = CountFilter {
            session: Some(SessionId(1)),
            agent: Some("a"),
            node: Some("n"),
            scope: Some("s"),
            project: Some(ProjectId(1)),
            ..CountFilter::default()
        };
        let mut leads = keys(&filter);
        leads.push(Key::new("pattern", "failure_pattern", 1));
        for lead in leads {
            let index = lead.index;
            let plan = plan(&store, &newest(&[lead]));
            assert!(plan.contains(&format!("INDEX {index} (")), "{plan}");
            assert!(
                !plan.contains("TEMP B-TREE") && !plan.contains("SCAN failure"),
                "{plan}"
            );
        }
        for (sql, index) in [
            (NODE, "COVERING INDEX event_node ("),
            (RUNS, "INDEX exercise_key ("),
            (PASSED_PATTERN, "INDEX failure_pattern ("),
        ] {
            let plan = plan(&store, sql);
            assert!(plan.contains(index) && !plan.contains("TEMP B-TREE"), "{plan}");
        }
    }
}
