//! Full text over what failures said and over skills.

use rusqlite::params;

use crate::domain::id::{ModeId, ProjectId};
use crate::failure::lexicon::Wanted;
use crate::store::findable::project_word;
use crate::store::{Store, StoreError};

/// The columns of the index that are asked together, because a word weighs the same in each of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Columns {
    /// What went wrong.
    Headline,
    /// What was done: commands, files, remedies.
    Done,
    /// The lines around the headline.
    Message,
    /// The prompts that failures served.
    Prompt,
    /// All of these.
    All,
}

impl Columns {
    const fn names(self) -> &'static str {
        match self {
            Self::Headline => "headline",
            Self::Done => "command file remedy",
            Self::Message => "message",
            Self::Prompt => "prompt",
            Self::All => "headline command file remedy message prompt",
        }
    }
}

/// What stands behind a row of the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Findable {
    /// What failures of a mode said in one project, or in none.
    Mode(ModeId, Option<ProjectId>),
    /// A skill.
    Skill {
        /// Its name.
        name: String,
        /// When it helps.
        says: String,
        /// The project that it belongs to.
        project: ProjectId,
    },
}

const ROWS: &str = "select rowid from search where search match ?1 order by rowid desc limit ?2";

impl Store {
    /// Returns the rows of the index that hold what is wanted in some columns, within one project or in all; at most
    /// `most`, those that were met first last.
    pub fn holding(
        &self,
        wanted: &Wanted,
        columns: Columns,
        project: Option<ProjectId>,
        most: usize,
    ) -> Result<Vec<i64>, StoreError> {
        self.matching(columns.names(), &expression(wanted), project, most)
    }

    /// Returns the rows that are of a family of errors, in the same way.
    pub fn of_family(&self, family: &str, project: Option<ProjectId>, most: usize) -> Result<Vec<i64>, StoreError> {
        self.matching("gloss", &quoted(&family.replace('-', "")), project, most)
    }

    fn matching(
        &self,
        columns: &str,
        expression: &str,
        project: Option<ProjectId>,
        most: usize,
    ) -> Result<Vec<i64>, StoreError> {
        let mut whole = format!("{{{columns}}} : ({expression})");
        if let Some(project) = project {
            whole = format!("{{project}} : ({}) AND {whole}", quoted(&project_word(Some(project))));
        }
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        self.rows(ROWS, params![whole, most], |row| row.get(0))
    }

    /// Returns about how many rows the index has: numbers of rows that are gone are counted too, and are few.
    pub fn findable_rows(&self) -> Result<i64, StoreError> {
        let last = self.row("select coalesce(max(id), 0) from findable", [], |row| row.get(0))?;
        Ok(last.unwrap_or(0))
    }

    /// Returns what stands behind a row of the index; nothing for what is gone and not taken out yet.
    pub fn findable(&self, row: i64) -> Result<Option<Findable>, StoreError> {
        let found = self.row(
            "select mode, project, skill, coalesce(says, '') from findable where id = ?1",
            [row],
            |row| {
                Ok((
                    row.get::<_, Option<i64>>(0)?,
                    row.get::<_, Option<i64>>(1)?,
                    row.get::<_, Option<String>>(2)?,
                    row.get::<_, String>(3)?,
                ))
            },
        )?;
        Ok(found.and_then(|found| match found {
            (Some(mode), project, _, _) => Some(Findable::Mode(ModeId(mode), project.map(ProjectId))),
            (None, Some(project), Some(name), says) => Some(Findable::Skill {
                name,
                says,
                project: ProjectId(project),
            }),
            _ => None,
        }))
    }

    /// Returns how many rows wait to be indexed by the rules of `version`.
    pub fn unindexed(&self, version: i64) -> Result<i64, StoreError> {
        let waiting = self.row(
            "select (select count(*) from findable where indexed < ?1) + (select count(*) from findable where indexed > ?1)",
            [version],
            |row| row.get(0),
        )?;
        Ok(waiting.unwrap_or(0))
    }

    /// Returns the words that stand in the index, begin as `word` does and differ in length by at most `by` letters.
    pub fn words_beside(&self, word: &str, by: usize) -> Result<Vec<String>, StoreError> {
        let Some(first) = word.chars().next() else {
            return Ok(Vec::new());
        };
        let length = word.chars().count();
        let number = |length: usize| i64::try_from(length).unwrap_or(i64::MAX);
        self.rows(
            "select word from word
             where word >= ?1 and word < ?1 || char(1114111) and length(word) between ?2 and ?3",
            params![
                first.to_string(),
                number(length.saturating_sub(by)),
                number(length + by)
            ],
            |row| row.get(0),
        )
    }
}

/// Returns an expression of FTS5 in which every word is quoted, so that no query can be a mistake.
fn expression(wanted: &Wanted) -> String {
    let list = |all: &[Wanted], glue: &str| {
        let each: Vec<String> = all.iter().map(expression).collect();
        format!("({})", each.join(glue))
    };
    match wanted {
        Wanted::Phrase(text) => quoted(text),
        Wanted::Prefix(text) => format!("{} *", quoted(text)),
        Wanted::Any(all) => list(all, " OR "),
        Wanted::All(all) => list(all, " AND "),
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', ""))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::failure::lexicon::{Query, spelled};

    /// Returns a store in which one row holds `text` as its headline.
    fn holding(text: &str) -> Store {
        let store = Store::in_memory().expect("opens");
        store
            .connection()
            .execute(
                "insert into search (rowid, headline, project) values (1, ?1, 'p0')",
                [spelled(text)],
            )
            .expect("indexed");
        store
    }

    fn finds(store: &Store, query: &str) -> bool {
        let terms = Query::of(query).terms;
        !terms.is_empty()
            && terms.iter().all(|term| {
                let rows = store.holding(&term.exact, Columns::Headline, None, 9);
                rows.expect("a query is no mistake") == [1]
            })
    }

    #[test]
    fn an_identifier_is_found_in_every_spelling() {
        for (text, queries) in [
            (
                "getUserName failed",
                &[
                    "getUserName",
                    "get_user_name",
                    "get-user-name",
                    "username getUserName",
                    "\"user name\"",
                ][..],
            ),
            (
                "get_user_name failed",
                &["getUserName", "get_user_name", "GetUserName", "user"],
            ),
            (
                "cannot open src/store/mode.rs:12",
                &["src/store/mode.rs", "mode.rs", "store/mode.rs:99", "mode"],
            ),
            ("error TS2322", &["TS2322", "ts2322", "2322"]),
            ("Failures of tests", &["failure", "testing", "fail*"]),
            ("größter Wert", &["GRÖßTER", "grosster", "wert"]),
            ("文件不存在", &["文件", "不存在"]),
            ("utf8 is utf-8", &["utf-8", "utf8"]),
        ] {
            let store = holding(text);
            for query in queries {
                let expected = !query.starts_with("username") && *query != "grosster";
                assert_eq!(finds(&store, query), expected, "{query} in {text}");
            }
        }
    }

    #[test]
    fn a_project_narrows_what_is_found() {
        let store = holding("no such file");
        let wanted = Wanted::Phrase("file".to_owned());
        let rows = |project| store.holding(&wanted, Columns::Headline, project, 9).expect("asked");
        assert_eq!(rows(None), [1]);
        assert!(rows(Some(ProjectId(7))).is_empty());
        assert!(
            store
                .holding(&wanted, Columns::Done, None, 9)
                .expect("asked")
                .is_empty()
        );
    }

    proptest! {
        #[test]
        fn no_query_breaks_the_syntax(query in "\\PC{0,80}|[\"*^:(){}+\\-\\\\ a-zNEAROT]{0,60}") {
            let store = holding("x");
            for term in Query::of(&query).terms {
                for wanted in [Some(&term.exact), term.loose.as_ref()].into_iter().flatten() {
                    prop_assert!(store.holding(wanted, Columns::Done, Some(ProjectId(1)), 9).is_ok());
                }
            }
        }

        #[test]
        fn a_whole_identifier_stays_findable_and_so_do_its_parts(
            parts in prop::collection::vec("[a-z]{3,9}", 1..5),
            glue in prop::sample::select(vec!["", "_", "-", ".", "/", "::"]),
        ) {
            // The English endings of one part must not be cut off in another place of the whole.
            let camel: String = parts.iter().map(|part| part[..1].to_uppercase() + &part[1..]).collect();
            let whole = if glue.is_empty() { camel } else { parts.join(glue) };
            let store = holding(&format!("cannot use {whole} here"));
            prop_assert!(finds(&store, &whole), "{whole}");
            for part in &parts {
                prop_assert!(finds(&store, &format!("\"{part}\"")), "{part} of {whole}");
            }
        }
    }
}
