//! Free queries of a person, who may read everything and change nothing.

use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::types::ValueRef;

use crate::store::{Store, StoreError};

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

impl Store {
    /// Returns what `sql` answers: one statement that reads. Anything that would change the database, attach
    /// another file or load code is refused while it is prepared, so nothing of it runs.
    pub fn sql(&mut self, sql: &str, limit: usize) -> Result<Table, StoreError> {
        let connection = self.connection_mut();
        connection.pragma_update(None, "query_only", true)?;
        connection.authorizer(Some(authorize))?;
        let table = read(connection, sql, limit);
        connection.authorizer(None::<fn(AuthContext<'_>) -> Authorization>)?;
        connection.pragma_update(None, "query_only", false)?;
        table.map_err(|error| super::super::open::sort(self.path(), error))
    }
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

fn read(connection: &rusqlite::Connection, sql: &str, limit: usize) -> rusqlite::Result<Table> {
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

    #[test]
    fn a_query_reads_and_nothing_else_runs() {
        let mut store = Store::in_memory().expect("opens");
        let read = [
            "select 1",
            "select name from sqlite_schema",
            "with recursive n (i) as (select 1 union all select i + 1 from n where i < 3) select i from n",
            "pragma table_info(failure)",
            "select count(*) from pragma_table_info('failure')",
            "select rowid from search where search match 'go'",
        ];
        for sql in read {
            store.sql(sql, 10).expect(sql);
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
            assert!(store.sql(sql, 10).is_err(), "{sql}");
        }
        store
            .write::<_, StoreError>(|_| Ok(()))
            .expect("writing works again afterwards");
    }

    #[test]
    fn more_rows_than_wanted_are_told() {
        let mut store = Store::in_memory().expect("opens");
        let table = store.sql("select 1 as a union all select 2", 1).expect("reads");
        assert_eq!(
            (table.columns, table.rows, table.more),
            (vec!["a".into()], vec![vec![Cell::Integer(1)]], true)
        );
    }
}
