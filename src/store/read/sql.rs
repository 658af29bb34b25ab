//! Free queries of a person, who may read everything and change nothing.

use std::path::Path;
use std::time::Duration;

use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};

use crate::store::StoreError;

/// One value of a table.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Null.
    Null,
    /// An integer.
    Integer(i64),
    /// A real number.
    Real(f64),
    /// Text.
    Text(String),
    /// Bytes, of which only the number is told.
    Bytes(usize),
}

/// What a query answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The names of the columns.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<Cell>>,
    /// There were more rows than were wanted.
    pub more: bool,
}

/// How long a query waits for another process to let go of the database.
const WAIT: Duration = Duration::from_secs(5);

/// The pragmas that only tell how the database is made.
const READING_PRAGMAS: [&str; 9] = [
    "table_info",
    "table_xinfo",
    "table_list",
    "index_list",
    "index_info",
    "index_xinfo",
    "foreign_key_list",
    "data_version",
    "user_version",
];

/// Returns what `sql` answers: one statement that reads the database at `path`.
///
/// The file is opened so that it cannot be written. Anything that would change it, attach another one or load code is
/// refused while it is prepared, so that nothing of it runs.
pub fn query(path: &Path, sql: &str, limit: usize) -> Result<Table, StoreError> {
    let ask = || {
        let mut connection =
            Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.busy_timeout(WAIT)?;
        connection.pragma_update(None, "query_only", true)?;
        connection.authorizer(Some(authorize))?;
        read(&connection, sql, limit)
    };
    ask().map_err(|error| crate::store::open::sort(path, error))
}

fn authorize(context: AuthContext<'_>) -> Authorization {
    match context.action {
        AuthAction::Select | AuthAction::Read { .. } | AuthAction::Recursive => Authorization::Allow,
        AuthAction::Function { function_name } if !function_name.eq_ignore_ascii_case("load_extension") => {
            Authorization::Allow
        }
        AuthAction::Pragma {
            pragma_name,
            pragma_value,
        } if READING_PRAGMAS.contains(&pragma_name)
            && (pragma_value.is_none() || !pragma_name.ends_with("_version")) =>
        {
            Authorization::Allow
        }
        _ => Authorization::Deny,
    }
}

fn read(connection: &Connection, sql: &str, limit: usize) -> rusqlite::Result<Table> {
    let mut statement = connection.prepare(sql)?;
    let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let mut rows = Vec::new();
    let mut more = false;
    let mut answers = statement.query([])?;
    while let Some(row) = answers.next()? {
        if rows.len() == limit {
            more = true;
            break;
        }
        let cells = (0..columns.len())
            .map(|column| row.get_ref(column).map(cell))
            .collect::<Result<_, _>>()?;
        rows.push(cells);
    }
    Ok(Table { columns, rows, more })
}

fn cell(value: ValueRef<'_>) -> Cell {
    match value {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(number) => Cell::Integer(number),
        ValueRef::Real(number) => Cell::Real(number),
        ValueRef::Text(text) => Cell::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Cell::Bytes(bytes.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Access, Store};

    fn database() -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("callus.db");
        Store::open(&path, Access::Write).expect("opens");
        (folder, path)
    }

    #[test]
    fn a_query_reads_and_nothing_else_runs() {
        let (_folder, path) = database();
        let read = [
            "select 1",
            "select name from sqlite_schema",
            "with recursive n (i) as (select 1 union all select i + 1 from n where i < 3) select i from n",
            "pragma table_info(failure)",
            "select count(*) from pragma_table_info('failure')",
            "select rowid from search where search match 'go'",
        ];
        for sql in read {
            query(&path, sql, 10).expect(sql);
        }
        let refused = [
            "insert into meta values ('a', 'b')",
            "delete from meta",
            "drop table meta",
            "create table t (a)",
            "create temp table t (a)",
            "attach ':memory:' as other",
            "attach database '/tmp/x' as other",
            "detach main",
            "vacuum into '/tmp/x'",
            "select load_extension('x')",
            "pragma writable_schema = 1",
            "pragma query_only = 0",
            "pragma user_version = 7",
            "pragma journal_mode = delete",
            "reindex",
            "analyze",
            "begin",
            "select 1; delete from meta",
            "nonsense",
        ];
        for sql in refused {
            assert!(query(&path, sql, 10).is_err(), "{sql}");
        }
    }

    #[test]
    fn more_rows_than_wanted_are_told() {
        let (_folder, path) = database();
        let table = query(&path, "select 1 as a union all select 2", 1).expect("reads");
        assert_eq!(
            (table.columns, table.rows, table.more),
            (vec!["a".into()], vec![vec![Cell::Integer(1)]], true)
        );
    }
}
