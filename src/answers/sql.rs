//! A query of one's own.

use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::page::Page;
use super::{Answer, AnswerError, Style, lenient};
use crate::store::read::{self, Cell};

/// The query.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct SqlQuery {
    /// One statement that reads.
    pub query: String,
    /// At most so many rows; 1,000 when left out.
    #[serde(deserialize_with = "lenient::count")]
    pub limit: Option<u32>,
}

/// What the query answers.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SqlView {
    /// The names of the columns.
    pub columns: Vec<String>,
    /// The rows: numbers, texts and nulls; bytes are given as their number.
    pub rows: Vec<Vec<Value>>,
    /// There are more than the limit let through.
    pub more: bool,
}

/// Rows when no limit is given.
const LIMIT: u32 = 1_000;
/// The widest column of the text form.
const WIDEST: usize = 60;

/// Returns what the query answers; nothing that would change, attach or load is run.
pub fn sql(database: &Path, query: &SqlQuery) -> Result<SqlView, AnswerError> {
    let limit = query.limit.unwrap_or(LIMIT) as usize;
    let table = read::query(database, &query.query, limit).map_err(AnswerError::Query)?;
    Ok(SqlView {
        columns: table.columns,
        rows: table
            .rows
            .into_iter()
            .map(|row| row.into_iter().map(value).collect())
            .collect(),
        more: table.more,
    })
}

fn value(cell: Cell) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Integer(number) => number.into(),
        Cell::Real(number) => number.into(),
        Cell::Text(text) => text.into(),
        Cell::Bytes(number) => format!("({number} bytes)").into(),
    }
}

impl Answer for SqlView {
    fn text(&self, style: &Style) -> String {
        let shown = |value: &Value| match value {
            Value::Null => String::new(),
            Value::String(text) => style.line(&text.replace('\u{1f}', " "), WIDEST),
            other => other.to_string(),
        };
        let rows: Vec<Vec<String>> = self.rows.iter().map(|row| row.iter().map(shown).collect()).collect();
        let columns: Vec<String> = self.columns.iter().map(|name| style.line(name, WIDEST)).collect();
        let width = |column: usize| {
            let cells = rows
                .iter()
                .filter_map(|row| row.get(column))
                .map(|cell| cell.chars().count());
            cells.chain([columns[column].chars().count()]).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns.len()).map(width).collect();
        let laid = |cells: &[String]| {
            let padded = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
            padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        };
        let mut out = Page::default();
        out.line(format!("{}", style.bold(&laid(&columns))));
        for row in &rows {
            out.line(laid(row));
        }
        if self.more {
            out.line(style.dim("There are more rows: --limit 10000"));
        }
        out.text()
    }
}
