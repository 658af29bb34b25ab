//! What full text finds: for each failure mode and project what its failures said there, and the skills of a project.
//!
//! Recording only marks what changed: dividing words and writing the index are for whoever has time, a worker or a command
//! that reads. What stands in `search` under a number is described by the row of `findable` that has it, and says nothing
//! of any other project.

use rusqlite::{Row, params};

use super::{StoreError, Tx};
use crate::domain::id::{ModeId, PatternId, ProjectId, RemedyId};
use crate::domain::time::Timestamp;
use crate::redact::Clean;

/// Marks what a new failure changes.
pub fn changed(tx: &Tx<'_>, pattern: PatternId, project: Option<ProjectId>) -> Result<(), StoreError> {
    tx.prepare_cached(
        "insert into findable (mode, project) select mode, ?2 from pattern where id = ?1
         on conflict (mode, coalesce(project, 0)) do update set indexed = 0 where indexed <> 0",
    )?
    .execute(params![pattern.0, project.map(|project| project.0)])?;
    Ok(())
}

/// Marks what a remedy that comes, changes or goes changes.
pub(super) fn remedied(tx: &Tx<'_>, remedy: RemedyId) -> Result<(), StoreError> {
    tx.prepare_cached(
        "update findable set indexed = 0
         from (select p.mode, r.project from remedy r join pattern p on p.id = r.pattern where r.id = ?1) as of
         where findable.mode = of.mode and (of.project is null or findable.project = of.project) and indexed <> 0",
    )?
    .execute([remedy.0])?;
    Ok(())
}

/// What of mode ?2 is mode ?1's from now on. Both parameters stand in every statement.
pub(super) const UNITED: [&str; 2] = [
    "insert into findable (mode, project) select ?1, project from findable where mode = ?2
     on conflict (mode, coalesce(project, 0)) do update set indexed = 0",
    "update findable set mode = null, project = null, indexed = 0 where mode = ?2 and ?1 is not null",
];

/// What of project ?1 is project ?2's from now on. Both parameters stand in every statement.
pub(super) const ABSORBED: [&str; 2] = [
    "insert into findable (mode, project) select mode, ?2 from findable where project = ?1 and mode is not null
     on conflict (mode, coalesce(project, 0)) do update set indexed = 0",
    "update findable set mode = null, project = null, skill = null, says = null, indexed = 0
     where project = ?1 and ?2 is not null",
];

/// Brings the rows of a project in line with its failures, after folders came to it or left it.
pub(super) fn follow(tx: &Tx<'_>, project: ProjectId) -> Result<(), StoreError> {
    tx.prepare_cached(
        "update findable set mode = null, project = null, indexed = 0
         where project = ?1 and mode is not null
           and not exists (select 1 from failure f join pattern p on p.id = f.pattern
                           where p.mode = findable.mode and f.project = ?1)",
    )?
    .execute([project.0])?;
    tx.prepare_cached(
        "insert into findable (mode, project)
         select distinct p.mode, f.project from failure f join pattern p on p.id = f.pattern where f.project = ?1
         on conflict (mode, coalesce(project, 0)) do update set indexed = 0",
    )?
    .execute([project.0])?;
    Ok(())
}

/// Gives what failures said in projects that have no folder any more to no project. Their skills are gone.
pub(super) const CLEARED_OUT: &str = "
insert into findable (mode, project)
select mode, null from findable where mode is not null and project not in (select project from root)
on conflict (mode, coalesce(project, 0)) do update set indexed = 0;
update findable set mode = null, project = null, skill = null, says = null, indexed = 0
where project not in (select project from root);";

/// What waits to be indexed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// Its row.
    pub id: i64,
    /// The mode whose failures it holds, and the project that they happened in; nothing for what is gone. A skill waits
    /// only when the rules changed, and is written anew with the text of its file.
    pub of: Option<(ModeId, Option<ProjectId>)>,
}

/// Returns what waits to be indexed by the rules of `version`, at most `limit`.
pub fn waiting(tx: &Tx<'_>, version: i64, limit: usize) -> Result<Vec<Waiting>, StoreError> {
    let mut rows = tx.prepare_cached(
        "select id, mode, project from findable where indexed < ?1
         union all select id, mode, project from findable where indexed > ?1 limit ?2",
    )?;
    let found = rows
        .query_map(params![version, i64::try_from(limit).unwrap_or(i64::MAX)], |row| {
            let mode: Option<i64> = row.get(1)?;
            let project: Option<i64> = row.get(2)?;
            Ok(Waiting {
                id: row.get(0)?,
                of: mode.map(|mode| (ModeId(mode), project.map(ProjectId))),
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(found)
}

/// A failure as far as it is searched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SaidFailure {
    /// The line that says what went wrong.
    pub headline: String,
    /// The lines around it.
    pub message: String,
    /// The type that the text names.
    pub error_type: Option<String>,
    /// The exit code.
    pub exit_code: Option<i32>,
    /// Command head, server and tool, or tool.
    pub scope: String,
    /// Where it failed.
    pub node: Option<String>,
    /// The tool as the client names it.
    pub tool: Option<String>,
    /// The whole command.
    pub command: Option<String>,
    /// The file that the text names, and the one that the call was about.
    pub files: [Option<String>; 2],
    /// JSON: the prompt that it served.
    pub context: Option<String>,
}

/// What the failures of a mode said in one project, and what worked then.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// The failures, the newest of each pattern first.
    pub failures: Vec<SaidFailure>,
    /// What remedies say to type.
    pub remedies: Vec<String>,
}

/// Patterns that are looked at: a mode that merged many says the same in each.
const PATTERNS: i64 = 64;
/// Failures of a mode in a project that are looked at, over all its patterns.
const FAILURES: usize = 36;
/// Newest failures of a pattern among which different ones are looked for: a hot mode costs no more than another.
const NEWEST: i64 = 500;

// The newest failure of each instance, and beside them the newest ones whatever their instance. Most projects hold far more
// failures than one pattern: the sign before the column keeps SQLite from going through all those of the project, and the
// cross joins from going through all that there are, only because an index has them in the order of time.
const FAILURES_OF: &str = "
with newest as (select id, at, instance from failure where pattern = ?1 and +project is ?2 order by at desc limit ?4),
     chosen as (select id from (select id, max(at) as at from newest group by instance order by at desc limit ?3)
                union select id from (select id from newest order by at desc limit 1 + ?3 / 2))
select f.headline, f.message, f.error_type, f.exit_code, f.scope, f.node, e.tool, e.command, f.file, e.file,
       f.input_context
from chosen c cross join failure f on f.id = c.id cross join event e on e.id = f.event order by f.at desc";

const REMEDIES_OF: &str = "
select distinct r.becomes from pattern p cross join remedy r on r.pattern = p.id
where p.mode = ?1 and (r.project is null or r.project is ?2) and r.verdict is not 'refuted' and r.becomes <> ''
order by r.at desc limit 12";

/// Returns what the failures of a mode said in a project.
pub fn said(tx: &Tx<'_>, mode: ModeId, project: Option<ProjectId>) -> Result<Clean<Said>, StoreError> {
    let project = project.map(|project| project.0);
    let patterns: Vec<i64> = tx
        .prepare_cached("select id from pattern where mode = ?1 order by id desc limit ?2")?
        .query_map([mode.0, PATTERNS], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let each = i64::try_from((FAILURES / patterns.len().max(1)).max(1)).unwrap_or(1);
    let mut said = Said::default();
    for pattern in patterns {
        let mut rows = tx.prepare_cached(FAILURES_OF)?;
        let found = rows.query_map(params![pattern, project, each, NEWEST], said_failure)?;
        said.failures.extend(found.collect::<Result<Vec<_>, _>>()?);
    }
    said.remedies = tx
        .prepare_cached(REMEDIES_OF)?
        .query_map(params![mode.0, project], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(Clean::stored(said))
}

fn said_failure(row: &Row<'_>) -> rusqlite::Result<SaidFailure> {
    Ok(SaidFailure {
        headline: row.get(0)?,
        message: row.get(1)?,
        error_type: row.get(2)?,
        exit_code: row.get(3)?,
        scope: row.get(4)?,
        node: row.get(5)?,
        tool: row.get(6)?,
        command: row.get(7)?,
        files: [row.get(8)?, row.get(9)?],
        context: row.get(10)?,
    })
}

/// What stands in the index: a text for each column, its words spelled out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    /// What went wrong, in the newest words and in older ones.
    pub headline: String,
    /// The lines around that.
    pub message: String,
    /// Commands and tools.
    pub command: String,
    /// Files.
    pub file: String,
    /// What remedies say to type.
    pub remedy: String,
    /// The prompts that the failures served.
    pub prompt: String,
    /// The families of errors that it is of.
    pub gloss: String,
    /// Its words that somebody may mistype.
    pub words: Vec<String>,
}

/// Writes what a row says into the index, in place of what it said before.
pub fn index(tx: &Tx<'_>, row: Waiting, version: i64, document: &Clean<Document>) -> Result<(), StoreError> {
    let project = row.of.and_then(|(_, project)| project);
    write(tx, row.id, project, document)?;
    tx.prepare_cached("update findable set indexed = ?2 where id = ?1")?
        .execute([row.id, version])?;
    Ok(())
}

fn write(tx: &Tx<'_>, id: i64, project: Option<ProjectId>, document: &Clean<Document>) -> Result<(), StoreError> {
    tx.prepare_cached(
        "insert or replace into search (rowid, headline, message, command, file, remedy, prompt, gloss, project)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        id,
        document.headline,
        document.message,
        document.command,
        document.file,
        document.remedy,
        document.prompt,
        document.gloss,
        project_word(project),
    ])?;
    for word in &document.words {
        tx.prepare_cached("insert or ignore into word (word) values (?1)")?
            .execute([word])?;
    }
    Ok(())
}

/// Returns the word by which the index knows what belongs to a project.
pub(super) fn project_word(project: Option<ProjectId>) -> String {
    format!("p{}", project.map_or(0, |project| project.0))
}

/// Takes what is gone out of the index.
pub fn remove(tx: &Tx<'_>, id: i64) -> Result<(), StoreError> {
    tx.prepare_cached("delete from search where rowid = ?1")?
        .execute([id])?;
    tx.prepare_cached("delete from findable where id = ?1")?.execute([id])?;
    Ok(())
}

/// A skill as it is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skill {
    /// Its name.
    pub name: String,
    /// When it helps.
    pub says: String,
    /// Its text.
    pub document: Document,
    /// A hash of its file: the same one is not written again.
    pub hash: i64,
}

/// Makes the skills of a project findable, and those that it has no longer not.
pub fn skills(tx: &Tx<'_>, project: ProjectId, version: i64, skills: &Clean<Vec<Skill>>) -> Result<(), StoreError> {
    let known: Vec<(i64, String, i64, i64)> = tx
        .prepare_cached("select id, skill, hash, indexed from findable where project = ?1 and skill is not null")?
        .query_map([project.0], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })?
        .collect::<Result<_, _>>()?;
    let stands = |one: &(i64, String, i64, i64)| {
        let (_, name, hash, indexed) = one;
        *indexed == version && skills.iter().any(|skill| skill.name == *name && skill.hash == *hash)
    };
    for gone in known.iter().filter(|one| !stands(one)) {
        remove(tx, gone.0)?;
    }
    for skill in skills.clone() {
        if known.iter().any(|one| one.1 == skill.name && stands(one)) {
            continue;
        }
        tx.prepare_cached("insert into findable (project, skill, says, hash, indexed) values (?1, ?2, ?3, ?4, ?5)")?
            .execute(params![project.0, skill.name, skill.says, skill.hash, version])?;
        let id = tx.last_insert_rowid();
        write(tx, id, Some(project), &skill.derive(|skill| skill.document.clone()))?;
    }
    Ok(())
}

/// Returns the projects that may have skills: those for which one was written or is found, and those of whose sessions
/// more is known since `since`.
pub fn may_have_skills(tx: &Tx<'_>, since: Option<Timestamp>) -> Result<Vec<ProjectId>, StoreError> {
    let mut rows = tx.prepare_cached(
        "select id from project
         where id in (select project from publication) or id in (select project from findable where skill is not null)
            or id in (select project from session where settled_at > ?1)",
    )?;
    let found = rows.query_map([since.map_or(0, |since| since.0)], |row| row.get(0).map(ProjectId))?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Drops the words that stand in no text any more.
pub(super) const SWEPT: &str = "
delete from word where not exists (select 1 from search where search match '\"' || word.word || '\"')";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    const TWO: &str = "
    insert into project (id, key, name, first_at, last_at) values (1, 'a', 'a', 1, 1), (2, 'b', 'b', 1, 1);
    insert into root (machine, path, project) values ('m', '/a', 1), ('m', '/b', 2);
    insert into session (id, assistant, external, started_at, last_at) values (1, 'c', 's', 1, 1);
    insert into mode (id, fingerprint, template, headline, tool_kind, scope)
    values (1, 'f', '', '', 'shell', 'cat'), (2, 'g', '', '', 'shell', 'cat');
    insert into pattern (id, fingerprint, mode, tool_kind, scope, template)
    values (1, 'f', 1, 'shell', 'cat', ''), (2, 'g', 2, 'shell', 'cat', '');
    insert into event (id, session, key, at, at_source, kind, status, command, via)
    values (1, 1, x'01', 1, 'record', 'call', 'failed', 'cat a', 'hook'),
           (2, 1, x'02', 2, 'record', 'call', 'failed', 'cat b', 'hook'),
           (3, 1, x'03', 3, 'record', 'call', 'failed', 'cat b', 'hook');
    insert into failure (event, session, project, pattern, instance, at, origin, headline, message, scope)
    values (1, 1, 1, 1, 'x', 1, 'flagged', 'no a', '', 'cat'), (2, 1, 2, 1, 'y', 2, 'flagged', 'no b', '', 'cat'),
           (3, 1, 2, 2, 'y', 3, 'flagged', 'nothing', '', 'cat');";

    #[test]
    fn what_a_pattern_said_is_read_without_a_look_at_all_that_is_recorded() {
        let store = two();
        for sql in [FAILURES_OF, REMEDIES_OF] {
            let count = store.connection().prepare(sql).expect("prepares").parameter_count();
            let plan: Vec<String> = store
                .connection()
                .prepare(&format!("explain query plan {sql}"))
                .and_then(|mut plan| {
                    let given = rusqlite::params_from_iter((1..=count).map(|_| 1));
                    plan.query_map(given, |row| row.get(3))?.collect()
                })
                .expect("a plan");
            let recorded = |step: &&String| {
                ["SCAN f", "SCAN e", "SCAN r", "SCAN p", "_project", "_at"]
                    .iter()
                    .any(|one| step.contains(one))
            };
            assert_eq!(plan.iter().find(recorded), None, "{plan:#?}");
        }
    }

    fn two() -> Store {
        let store = Store::in_memory().expect("opens");
        store.connection().execute_batch(TWO).expect("rows");
        store
    }

    fn rows(store: &Store) -> Vec<String> {
        let sql = "select coalesce(mode, 'gone') || ' ' || coalesce(project, '-') || ' ' || (indexed > 0)
                   from findable order by mode is null, mode, project";
        let mut rows = store.connection().prepare(sql).expect("prepares");
        let found = rows.query_map([], |row| row.get(0)).expect("runs");
        found.collect::<Result<_, _>>().expect("rows")
    }

    fn index_all(tx: &Tx<'_>) -> Result<(), StoreError> {
        for row in waiting(tx, 7, 100)? {
            match row.of {
                Some((mode, project)) => {
                    let document = said(tx, mode, project)?.derive(|said| Document {
                        headline: said.failures.iter().map(|one| one.headline.clone() + " ").collect(),
                        ..Document::default()
                    });
                    index(tx, row, 7, &document)?;
                }
                None => remove(tx, row.id)?,
            }
        }
        Ok(())
    }

    fn marked(tx: &Tx<'_>) -> Result<(), StoreError> {
        changed(tx, PatternId(1), Some(ProjectId(1)))?;
        changed(tx, PatternId(1), Some(ProjectId(2)))?;
        changed(tx, PatternId(2), Some(ProjectId(2)))?;
        changed(tx, PatternId(2), None)
    }

    #[test]
    fn every_project_of_a_mode_is_indexed_by_its_own_words() {
        let mut store = two();
        store
            .write(|tx| {
                marked(tx)?;
                marked(tx)?;
                index_all(tx)
            })
            .expect("indexed");
        assert_eq!(rows(&store), ["1 1 1", "1 2 1", "2 - 1", "2 2 1"]);
        let found = |expression: &str| -> i64 {
            let sql = "select count(*) from search where search match ?1";
            let mut rows = store.connection().prepare(sql).expect("prepares");
            rows.query_row([expression], |row| row.get(0)).expect("runs")
        };
        assert_eq!(found("headline : no"), 2);
        assert_eq!(found("project : p1 AND headline : b"), 0);
        assert_eq!(found("project : p2 AND headline : b"), 1);
    }

    #[test]
    fn what_changes_waits_again_and_what_is_gone_is_taken_out() {
        let mut store = two();
        store
            .write(|tx| {
                marked(tx)?;
                index_all(tx)?;
                changed(tx, PatternId(2), Some(ProjectId(2)))
            })
            .expect("indexed");
        assert_eq!(rows(&store), ["1 1 1", "1 2 1", "2 - 1", "2 2 0"]);
        store
            .write(|tx| {
                for sql in UNITED {
                    tx.execute(sql, [1, 2])?;
                }
                Ok::<_, StoreError>(())
            })
            .expect("united");
        assert_eq!(rows(&store), ["1 - 0", "1 1 1", "1 2 0", "gone - 0", "gone - 0"]);
        store.write(index_all).expect("indexed");
        assert_eq!(rows(&store), ["1 - 1", "1 1 1", "1 2 1"]);
        let count = |sql: &str| -> i64 {
            store
                .connection()
                .query_row(sql, [], |row| row.get(0))
                .expect("a number")
        };
        assert_eq!(count("select count(*) from search"), 3);
        assert_eq!(
            count("select count(*) from search where search match 'nothing'"),
            0,
            "its failure is another mode's"
        );
    }

    #[test]
    fn other_rules_let_everything_wait() {
        let mut store = two();
        let waits = store
            .write(|tx| {
                marked(tx)?;
                index_all(tx)?;
                Ok::<_, StoreError>((
                    waiting(tx, 7, 9)?.len(),
                    waiting(tx, 6, 9)?.len(),
                    waiting(tx, 8, 2)?.len(),
                ))
            })
            .expect("indexed");
        assert_eq!(waits, (0, 4, 2));
    }
}
