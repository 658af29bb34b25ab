use std::collections::BTreeMap;

use regex::Regex;
use rusqlite::Connection;

use super::*;
use crate::store::columns::TRACED;

/// Tables whose rows become one where they say the same, which are sets, counters and remedies; and those of what is
/// searched, which is made anew.
const UNITED: &[&str] = &[
    "root_file",
    "root_fact",
    "bucket",
    "shape",
    "exercise",
    "remedy",
    "findable",
    "word",
];

/// How many rows each table has in the test.
const ROWS: i64 = 3;

/// Columns of a table, as the schema has them: name and type.
fn columns(connection: &Connection, table: &str) -> Vec<(String, String)> {
    connection
        .prepare(&format!("select name, type from pragma_table_info('{table}')"))
        .and_then(|mut rows| rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect())
        .expect("columns")
}

fn tables(connection: &Connection) -> Vec<String> {
    connection
        .prepare("select name from sqlite_schema where type = 'table' and name not like 'search%' order by name")
        .and_then(|mut rows| rows.query_map([], |row| row.get(0))?.collect())
        .expect("tables")
}

/// Returns the columns of a table that must differ from row to row whatever is redacted: those of unique indexes in which
/// no text of a trace stands.
fn differing(connection: &Connection, table: &str, traced: &[&str]) -> Vec<String> {
    let mut indexes: BTreeMap<String, Vec<Option<String>>> = BTreeMap::new();
    let sql = format!(
        "select i.name, c.name from pragma_index_list('{table}') i, pragma_index_info(i.name) c where i.\"unique\""
    );
    let mut rows = connection.prepare(&sql).expect("a question");
    let rows = rows
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .expect("indexes");
    for row in rows {
        let (index, column) = row.expect("a column");
        indexes.entry(index).or_default().push(column);
    }
    let is_traced = |name: &Option<String>| name.as_deref().is_some_and(|name| traced.contains(&name));
    let own = indexes.into_values().filter(|columns| !columns.iter().any(is_traced));
    own.flatten().flatten().chain(["id".to_owned()]).collect()
}

/// Returns the value of a column in a row, as SQL.
fn value((name, kind): &(String, String), table: &str, row: i64, traced: &[&str], differing: &[String]) -> String {
    let secret = format!("a ACME{table}{name}{row} b").replace('_', "");
    let differs = differing.contains(name);
    match kind.as_str() {
        "BLOB" if table == "body" => {
            let hex = body::deflate(&secret)
                .iter()
                .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
            format!("x'{hex}'")
        }
        "BLOB" => format!("x'{row:04x}'"),
        _ if traced.contains(&name.as_str()) && JSON.contains(&name.as_str()) => format!("'{{\"said\":\"{secret}\"}}'"),
        _ if traced.contains(&name.as_str()) => format!("'{secret}'"),
        "TEXT" if differs => format!("'own{row}'"),
        "TEXT" => "'own'".to_owned(),
        _ if differs => row.to_string(),
        _ => "1".to_owned(),
    }
}

/// Fills every table, also those that nobody has thought of here: each traced text holds a secret, and each is another
/// one, but all are called alike once they are redacted.
fn fill(connection: &Connection) {
    connection
        .execute_batch("pragma foreign_keys = off; pragma ignore_check_constraints = on")
        .expect("set");
    for table in tables(connection) {
        let traced = TRACED.iter().find(|(name, _)| *name == table);
        let traced = match traced {
            Some((_, columns)) => *columns,
            None => &[],
        };
        let differing = differing(connection, &table, traced);
        let columns = columns(connection, &table);
        let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
        for row in 1..=ROWS {
            let values: Vec<String> = columns
                .iter()
                .map(|column| value(column, &table, row, traced, &differing))
                .collect();
            let sql = format!(
                "insert into {table} ({}) values ({})",
                names.join(", "),
                values.join(", ")
            );
            connection
                .execute(&sql, [])
                .unwrap_or_else(|error| panic!("{sql}: {error}"));
        }
    }
    connection.execute_batch("pragma foreign_keys = on").expect("set");
}

/// Returns where the secrets stand: table and column.
fn secrets(connection: &Connection) -> Vec<String> {
    let mut found = Vec::new();
    for table in tables(connection) {
        for (name, kind) in columns(connection, &table) {
            let cell = match kind.as_str() {
                "BLOB" if table == "body" => format!("inflated({name})"),
                _ => format!("cast({name} as text)"),
            };
            let sql = format!("select count(*) from {table} where instr({cell}, 'ACME') > 0");
            let rows: i64 = connection.query_row(&sql, [], |row| row.get(0)).expect("a count");
            if rows > 0 {
                found.push(format!("{table}.{name}"));
            }
        }
    }
    found
}

#[test]
fn every_text_is_reached_and_no_row_is_lost() {
    let mut store = Store::in_memory().expect("opens");
    let flags = FunctionFlags::SQLITE_UTF8;
    store
        .connection()
        .create_scalar_function("inflated", 1, flags, |context| {
            let bytes = context.get::<Option<Vec<u8>>>(0)?;
            Ok(bytes.and_then(|bytes| body::inflate(&bytes).ok()))
        })
        .expect("offered");
    fill(store.connection());
    let traced: usize = TRACED.iter().map(|(_, columns)| columns.len()).sum();
    assert_eq!(secrets(store.connection()).len(), traced + 2, "bodies too");
    let count = |store: &Store| -> Vec<(String, i64)> {
        let connection = store.connection();
        let rows =
            |table: &String| connection.query_row(&format!("select count(*) from {table}"), [], |row| row.get(0));
        tables(connection)
            .into_iter()
            .filter(|table| !UNITED.contains(&table.as_str()))
            .map(|table| (table.clone(), rows(&table).expect("a count")))
            .collect()
    };
    let before = count(&store);
    assert!(before.iter().all(|(_, rows)| *rows == ROWS), "{before:?}");
    let secret = Regex::new("ACME[A-Za-z]*[0-9]+").expect("a pattern");
    let again = move |text: &str, _json: bool| {
        secret
            .is_match(text)
            .then(|| Clean::stored(secret.replace_all(text, "[acme]").into_owned()))
    };
    let changed = rewrite(&mut store, again.clone()).expect("rewritten");
    assert!(changed >= traced, "{changed}");
    assert_eq!(secrets(store.connection()), Vec::<String>::new());
    assert_eq!(count(&store), before);
    let shape = "select call, runs, failed from shape";
    let shape: (String, i64, i64) = store
        .connection()
        .query_row(shape, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .expect("one row");
    assert_eq!(
        shape,
        ("a [acme] b".to_owned(), ROWS, ROWS),
        "what becomes one is added up"
    );
    let paths: String = store
        .connection()
        .query_row(
            "select group_concat(path, ', ') from (select path from root order by path)",
            [],
            |row| row.get(0),
        )
        .expect("paths");
    assert_eq!(paths, "a [acme] b, a [acme] b (2), a [acme] b (3)");
    assert_eq!(rewrite(&mut store, again).expect("again"), 0, "it is done");
}
